"""What is seen of a run from time to time: told exactly, in bounded memory."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

import numpy as np
import pytest
from small_runs import SPIRAL_NETWORK, line_session, spiral_session

from nnstudio.training.distributions import BINS, Histogram
from nnstudio.training.inside import Inside
from nnstudio.training.loop import train
from nnstudio.training.mailbox import Mailbox
from nnstudio.training.observations import (
    LEAST_POWER,
    MEMORY,
    MOST_POINTS,
    OUTPUT,
    Observations,
    Point,
    Trace,
    gradient_norms,
    layer_ratios,
)
from nnstudio.training.session import Session


def seen(session: Session) -> Iterator[Inside]:
    """The inside of every other step."""
    mailbox = Mailbox()
    mailbox.ask_inside()
    mailbox.serve(session)
    for _ in train(session):
        mailbox.serve(session)
        if (inside := mailbox.take_inside()) is not None:
            yield inside
        else:
            mailbox.ask_inside()
            mailbox.serve(session)


def test_every_variable_gradient_and_output_has_its_distribution() -> None:
    observed = Observations("spiral")
    inside = next(seen(spiral_session()))
    observed.see(inside)
    nodes = {step.node for step in SPIRAL_NETWORK.steps}
    assert {t.node for t in observed.rows if t.kind == "activations"} == nodes
    for name in ("weight", "bias"):
        for kind, array in (
            ("weights", inside.variables[("n1", name)]),
            ("gradients", inside.variable_gradients[("n1", name)]),
        ):
            (column,) = observed.rows[Trace(kind, "n1", name)].entries
            np.testing.assert_array_equal(column.histogram.counts, Histogram.of(array).counts)
    assert Trace("gradients", "n2", OUTPUT) in observed.rows


def test_ratios_and_norms_are_those_of_the_step() -> None:
    observed = Observations("line")
    insides = list(seen(line_session()))
    for inside in insides:
        observed.see(inside)
    points = observed.ratios["n1"].entries
    assert [p.first for p in points] == [inside.step for inside in insides]
    for point, inside in zip(points, insides, strict=True):
        assert 10**point.power == pytest.approx(inside.update_ratios[("n1", "weight")], rel=1e-6)
    last = insides[-1].variable_gradients
    expected = np.hypot(*(float(last[("n1", name)].reshape(())) for name in ("weight", "bias")))
    assert 10 ** observed.norms["n1"].entries[-1].power == pytest.approx(expected, rel=1e-6)


def test_a_layer_is_judged_by_its_weights_and_not_by_a_bias_that_began_at_0() -> None:
    ratios = {("a", "bias"): float("nan"), ("a", "weight"): 1e-3, ("b", "scale"): 2e-3}
    assert layer_ratios(ratios) == {"a": 1e-3, "b": 2e-3}
    assert gradient_norms({("a", "w"): np.array([3.0]), ("a", "b"): np.array([4.0])}) == {"a": 5.0}


def test_a_step_seen_again_takes_back_what_came_after_it() -> None:
    observed = Observations("line")
    insides = list(seen(line_session()))
    for inside in (*insides, insides[1]):
        observed.see(inside)
    trace = Trace("weights", "n1", "weight")
    steps = [inside.step for inside in insides[:2]]
    assert [column.last for column in observed.rows[trace].entries] == steps
    assert [point.last for point in observed.norms["n1"].entries] == steps


def test_a_figure_that_is_no_number_is_left_out_and_takes_back_what_came_after_it() -> None:
    observed = Observations("line")
    insides = list(seen(line_session()))
    for inside in insides:
        observed.see(inside)
    no_number = dict.fromkeys(insides[1].update_ratios, float("nan"))
    observed.see(Inside(**{**vars(insides[1]), "update_ratios": no_number}))
    assert [point.last for point in observed.ratios["n1"].entries] == [insides[0].step]


def test_however_long_a_run_is_watched_memory_stays_bounded() -> None:
    observed = Observations("long")
    inside = next(seen(spiral_session()))
    for step in range(3 * MOST_POINTS):
        observed.see(Inside(**{**vars(inside), "step": step + 1}))
    size = sum(len(row) * BINS * 4 for row in observed.rows.values())
    assert size <= MEMORY
    assert all(len(curve) <= MOST_POINTS for curve in observed.ratios.values())
    assert observed.ratios["n1"].entries[0].first == 1
    assert observed.ratios["n1"].entries[-1].last == 3 * MOST_POINTS


def test_many_arrays_share_the_memory_of_few() -> None:
    observed, count = Observations("wide"), 2_000
    outputs = {f"n{number}": np.ones((1, 1), np.float32) for number in range(count)}
    rest = {field.name: {} for field in fields(Inside) if field.name not in ("step", "activations")}
    most = MEMORY // (count * BINS * 4)
    for step in range(1, most + 2):
        observed.see(Inside(step=step, activations=outputs, **rest))  # type: ignore[arg-type]
    assert sum(len(row) * BINS * 4 for row in observed.rows.values()) <= MEMORY


def test_merged_points_are_the_geometric_mean() -> None:
    merged = Point.of(1, 1e-2) + Point.of(2, 1e-4) + Point.of(3, 1e-3)
    assert merged.power == pytest.approx(-3)
    assert (merged.first, merged.last, merged.samples) == (1, 3, 3)
    assert Point.of(1, 0.0).power == LEAST_POWER
