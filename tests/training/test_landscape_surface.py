"""The loss measured on a plane: against evaluation, against a closed form, coarse to fine."""

from __future__ import annotations

import numpy as np
import pytest
from small_runs import (
    LINE,
    LINE_NETWORK,
    SPIRAL,
    SPIRAL_NETWORK,
    data_of,
    drive,
    network_of,
    spiral_session,
)

from nnstudio.engine.dense import Dense
from nnstudio.engine.shaping import Input
from nnstudio.engine.workspace import Workspace
from nnstudio.landscape.directions import path_plane, random_plane
from nnstudio.landscape.plane import Box
from nnstudio.landscape.surface import SIDE, Losses, Surface, Survey
from nnstudio.training.evaluation import evaluate


def last(survey: Survey) -> Surface:
    """The finest surface."""
    return list(survey.surfaces())[-1]


@pytest.mark.parametrize("part", ["train", "validation"])
def test_the_loss_at_the_centre_is_what_evaluating_finds(part: str) -> None:
    session = spiral_session()
    drive(session, epochs=2)
    index = getattr(SPIRAL.parts, part)
    scores = evaluate(Workspace(SPIRAL_NETWORK, session.flat), SPIRAL, index)
    plane = random_plane(SPIRAL_NETWORK, session.flat.copy(), 0)
    losses = Losses(SPIRAL_NETWORK, SPIRAL, index)
    assert losses.of(plane.at(0, 0)) == scores.loss
    middle = last(Survey(plane, plane.box, losses)).losses[SIDE // 2, SIDE // 2]
    assert middle == scores.loss


def test_examples_that_come_in_several_batches_count_alike() -> None:
    rng = np.random.default_rng(0)
    network = network_of(Input((3,)), Dense(1))
    data = data_of(rng.normal(size=(1100, 3)), rng.normal(size=(1100, 1)), train=range(1100))
    flat = network.initial(1)
    scores = evaluate(Workspace(network, flat), data, data.parts.train)
    losses = Losses(network, data, data.parts.train)
    assert losses.of(flat) == pytest.approx(scores.loss, rel=1e-6)
    assert losses.of(network.initial(2)) != losses.of(flat)
    assert losses.of(flat) == pytest.approx(scores.loss, rel=1e-6)


def test_linear_regression_has_the_quadratic_landscape_of_the_textbook() -> None:
    """½ mean (w x + b − y)² = ½ (w² x̄² + b² + ȳ² + 2 w b x̄ − 2 w x̄y − 2 b ȳ)."""
    index = LINE.parts.train
    x = LINE.preparation.inputs.apply(LINE.dataset.inputs[index]).ravel()
    y = LINE.preparation.targets.apply(LINE.dataset.targets[index]).ravel()
    plane = random_plane(LINE_NETWORK, LINE_NETWORK.initial(0), 0)
    surface = last(Survey(plane, Box(-3, 3, -2, 4), Losses(LINE_NETWORK, LINE, index)))
    w, b = np.meshgrid(surface.x, surface.y)
    expected = 0.5 * (
        w**2 * (x * x).mean() + b**2 + (y * y).mean()
        + 2 * w * b * x.mean() - 2 * w * (x * y).mean() - 2 * b * y.mean()
    )  # fmt: skip
    np.testing.assert_allclose(surface.losses, expected, rtol=1e-4, atol=1e-5)


def test_along_the_path_the_surface_has_the_run_s_own_losses() -> None:
    """A path of three moments lies in its plane as a whole."""
    session = spiral_session()
    path = [session.flat.copy()]
    for _ in range(2):
        drive(session, epochs=1)
        moment = session.flat.copy()
        moment[SPIRAL_NETWORK.trainable_size :] = path[0][SPIRAL_NETWORK.trainable_size :]
        path.append(moment)
    plane = path_plane(SPIRAL_NETWORK, path)
    assert plane is not None
    losses = Losses(SPIRAL_NETWORK, SPIRAL, SPIRAL.parts.train)
    for (a, b), moment in zip(plane.places(path), path, strict=True):
        assert losses.of(plane.at(a, b)) == pytest.approx(losses.of(moment), rel=1e-4)


def test_a_surface_grows_finer_and_keeps_what_it_has() -> None:
    plane = random_plane(LINE_NETWORK, LINE_NETWORK.initial(0), 0)
    survey = Survey(plane, plane.box, Losses(LINE_NETWORK, LINE, LINE.parts.train))
    before: Surface | None = None
    for surface in survey.surfaces():
        assert survey.done == surface.losses.size
        if before is not None:
            np.testing.assert_array_equal(surface.losses[::2, ::2], before.losses)
        before = surface
    assert survey.done == survey.total == SIDE**2


def test_a_survey_that_is_interrupted_measures_no_further_point() -> None:
    plane = random_plane(LINE_NETWORK, LINE_NETWORK.initial(0), 0)
    survey = Survey(plane, plane.box, Losses(LINE_NETWORK, LINE, LINE.parts.train))
    surfaces = list(survey.surfaces(lambda: survey.done == 30))
    assert survey.done == 30
    assert [len(surface.losses) for surface in surfaces] == [4]


def test_weights_that_lead_astray_have_no_loss() -> None:
    losses = Losses(LINE_NETWORK, LINE, LINE.parts.train)
    assert not np.isfinite(losses.of(np.float32([3e38, 3e38])))
    assert np.isfinite(losses.of(np.float32([1, 1])))


def test_between_the_points_of_a_surface_the_loss_is_in_between_and_outside_unknown() -> None:
    surface = Surface(Box(0, 2, 0, 1), np.array([[0.0, 1.0, 2.0], [4.0, 5.0, np.inf]]))
    assert surface.near(0.5, 0.5) == pytest.approx(2.5)
    assert surface.near(2, 0) == 2
    assert surface.near(1, 1) == 5
    assert surface.near(2, 1) == np.inf
    assert np.isnan(surface.near(2.1, 0.5))
