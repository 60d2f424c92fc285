"""The learning-rate range test: which rates it tries, when it ends, what it suggests."""

from __future__ import annotations

from itertools import islice
from math import isfinite

import numpy as np
import pytest
from small_runs import LINE, drive, line_session, same_state, spiral_session

from nnstudio.training.rate_range import (
    MEMORY,
    TOO_HIGH,
    RangeDone,
    RateTried,
    rate_range,
    suggestion,
)
from nnstudio.training.session import Session


def tried_of(session: Session, **options: float) -> tuple[RateTried, ...]:
    *steps, end = rate_range(session, **options)  # type: ignore[arg-type]
    assert isinstance(end, RangeDone)
    assert list(end.tried) == steps
    return end.tried


def test_rates_grow_by_the_same_factor_from_the_lowest_to_the_highest() -> None:
    rates = [t.rate for t in tried_of(line_session(), low=1e-5, high=1e-3, steps=21)]
    np.testing.assert_allclose(rates, np.geomspace(1e-5, 1e-3, 21), rtol=1e-12)


def test_the_loss_is_smoothed_by_a_mean_that_forgets_and_begins_without_bias() -> None:
    tried = tried_of(line_session(), low=1e-5, high=1e-3, steps=20)
    for i, step in enumerate(tried):
        weights = MEMORY ** np.arange(i, -1, -1)
        expected = np.average([t.loss for t in tried[: i + 1]], weights=weights)
        assert step.smoothed == pytest.approx(float(expected))


def test_the_first_loss_is_that_of_the_weights_the_run_began_with() -> None:
    session = line_session(batch_size=len(LINE.parts.train))
    first = drive(session, batches=1)[0]
    drive(session, epochs=2)
    tried = tried_of(session, steps=10)
    assert tried[0].loss == first.loss  # type: ignore[union-attr]
    kept = line_session(weights=session.trained().weights, batch_size=len(LINE.parts.train))
    assert tried_of(kept, steps=10)[0].loss < 0.9 * tried[0].loss


@pytest.mark.parametrize("take", [3, None])
def test_nothing_of_the_session_changes(take: int | None) -> None:
    session = spiral_session()
    drive(session, batches=8)
    before = session.trained()
    list(islice(rate_range(session, steps=50), take))
    assert same_state(session.trained(), before)


def test_the_same_session_gives_the_same_suggestion() -> None:
    first, second = (list(rate_range(spiral_session()))[-1] for _ in range(2))
    assert first == second


def test_it_ends_when_the_loss_is_several_times_its_lowest() -> None:
    tried = tried_of(line_session(), high=1e6, steps=300)
    assert len(tried) < 300
    lowest = min(t.smoothed for t in tried)
    assert tried[-1].smoothed > TOO_HIGH * lowest
    assert all(
        t.smoothed <= TOO_HIGH * min(s.smoothed for s in tried[: i + 1])
        for i, t in enumerate(tried[:-1])
    )


def test_it_ends_when_the_loss_is_no_number() -> None:
    tried = tried_of(line_session(learning_rate=1.0), low=1e30, high=1e36, steps=50)
    assert len(tried) < 50
    assert all(isfinite(t.loss) for t in tried)


def test_the_suggestion_trains_and_is_below_the_rates_that_do_harm() -> None:
    session = line_session(batch_size=len(LINE.parts.train))
    *_, end = rate_range(session)
    assert isinstance(end, RangeDone)
    assert end.suggestion is not None
    best = min(end.tried, key=lambda t: t.smoothed)
    assert 1e-3 < end.suggestion < best.rate
    trained = line_session(learning_rate=end.suggestion, epochs=50)
    drive(trained)
    assert trained.history.epochs[-1].train_loss < 0.2 * end.tried[0].loss


def steps(losses: list[float], low: float = 1e-4, per_decade: int = 4) -> list[RateTried]:
    rates = [low * 10 ** (i / per_decade) for i in range(len(losses))]
    return [RateTried(i + 1, r, x, x) for i, (r, x) in enumerate(zip(rates, losses, strict=True))]


def test_the_suggestion_is_the_middle_of_the_decade_of_the_largest_fall_less_the_lag() -> None:
    flat, falling = [1.0] * 12, [1.0, 0.9, 0.8, 0.6, 0.4, 0.2, 0.15, 0.14, 0.5, 5.0]
    tried = steps(flat + falling)
    # Over a decade, four steps, most is lost from 0.9 (place 13 of all) to 0.2 (place 17). The
    # middle is place 15, and the mean of losses is four steps old.
    assert suggestion(tried) == tried[11].rate


def test_noise_is_no_fall() -> None:
    rng = np.random.default_rng(0)
    suggested = []
    for _ in range(100):
        losses = 1 + 0.2 * rng.normal(size=100)
        tried, mean = [], 0.0
        for i, loss in enumerate(losses):
            mean = MEMORY * mean + (1 - MEMORY) * loss
            smoothed = mean / (1 - MEMORY ** (i + 1))
            tried.append(RateTried(i + 1, 1e-6 * 10 ** (i / 14), float(loss), float(smoothed)))
        suggested.append(suggestion(tried))
    assert suggested.count(None) >= 90


@pytest.mark.parametrize("losses", [[], [1.0], [1.0] * 5, [1.0] * 30, [1.0 + i for i in range(30)]])
def test_a_loss_that_never_falls_suggests_nothing(losses: list[float]) -> None:
    assert suggestion(steps(losses)) is None


@pytest.mark.parametrize(
    "options", [{"low": 0.0}, {"low": 1.0, "high": 1.0}, {"high": float("inf")}, {"steps": 1}]
)
def test_rates_that_do_not_rise_are_refused(options: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="can't be tried"):
        list(rate_range(line_session(), **options))  # type: ignore[arg-type]
