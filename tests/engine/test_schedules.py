"""How the learning rate changes over a run: formulas, and that it depends on the clock alone."""

from __future__ import annotations

from itertools import pairwise
from math import cos, inf, nan, pi

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.engine.catalogue import SCHEDULES
from nnstudio.engine.schedules import (
    Clock,
    Constant,
    Cosine,
    CosineRestarts,
    Exponential,
    InverseTime,
    OneCycle,
    Polynomial,
    ReduceOnPlateau,
    Schedule,
    StepDecay,
    warm_up,
)

#: Those that never rise, with any settings.
FALLING = st.one_of(
    st.just(Constant()),
    st.builds(StepDecay, every=st.integers(1, 50), gamma=st.floats(0.01, 1)),
    st.builds(Exponential, gamma=st.floats(0.01, 1)),
    st.builds(InverseTime, decay=st.floats(0, 100)),
    st.builds(Polynomial, power=st.floats(0.1, 10), end=st.floats(0, 1)),
    st.builds(Cosine, end=st.floats(0, 1)),
)
ANY = st.one_of(
    FALLING,
    st.builds(
        CosineRestarts, first=st.integers(1, 50), growth=st.integers(1, 5), end=st.floats(0, 1)
    ),
    st.builds(
        OneCycle,
        rise=st.floats(0, 1),
        start_divisor=st.floats(1, 1e6),
        end_divisor=st.floats(1, 1e6),
    ),
    st.builds(
        ReduceOnPlateau,
        gamma=st.floats(0.01, 1),
        patience=st.integers(0, 5),
        threshold=st.floats(0, 0.9),
    ),
)


def over(schedule: Schedule, steps: int, horizon: int, steps_per_epoch: int = 1) -> list[float]:
    """The factors of the first so many steps."""
    return [schedule.factor(Clock(t, horizon, steps_per_epoch)) for t in range(steps)]


# ---------------------------------------------------------------- all of them


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_tells_what_a_form_needs(name: str) -> None:
    assert SCHEDULES[name].title
    assert SCHEDULES[name].summary
    assert SCHEDULES[name].formula


@given(
    schedule=ANY,
    step=st.integers(0, 10_000),
    horizon=st.integers(0, 5_000),
    steps_per_epoch=st.integers(1, 100),
    losses=st.lists(st.floats(-1e6, 1e6) | st.just(nan) | st.just(inf), max_size=20),
)
def test_a_factor_lies_between_0_and_1_wherever_the_run_stands(
    schedule: Schedule, step: int, horizon: int, steps_per_epoch: int, losses: list[float]
) -> None:
    assert 0 <= schedule.factor(Clock(step, horizon, steps_per_epoch, losses)) <= 1 + 1e-12


@given(schedule=FALLING, horizon=st.integers(0, 10_000), data=st.data())
def test_a_falling_schedule_begins_at_1_and_never_rises(
    schedule: Schedule, horizon: int, data: st.DataObject
) -> None:
    earlier = data.draw(st.integers(0, 2 * horizon))
    later = data.draw(st.integers(earlier, 2 * horizon + 1))
    first, second = (schedule.factor(Clock(t, horizon, 7)) for t in (earlier, later))
    assert second <= first + 1e-12
    if horizon:
        assert schedule.factor(Clock(0, horizon, 7)) == 1


# ---------------------------------------------------------------- by the epoch


def test_step_decay_falls_at_the_beginning_of_every_so_manieth_epoch() -> None:
    factors = over(StepDecay(every=2, gamma=0.5), 9, 100, steps_per_epoch=2)
    assert factors == [1, 1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.25]


def test_exponential_falls_by_gamma_in_an_epoch_evenly() -> None:
    factors = over(Exponential(gamma=0.25), 5, 100, steps_per_epoch=2)
    assert factors == pytest.approx([1, 0.5, 0.25, 0.125, 0.0625])


def test_inverse_time_is_halved_after_one_over_d_epochs() -> None:
    schedule = InverseTime(decay=0.5)
    assert schedule.factor(Clock(6, 100, 3)) == pytest.approx(1 / 2)
    assert schedule.factor(Clock(12, 100, 3)) == pytest.approx(1 / 3)


# ---------------------------------------------------------------- over the run


def test_a_polynomial_of_power_1_is_a_straight_line_to_its_end() -> None:
    assert over(Polynomial(end=0.2), 7, 4) == pytest.approx([1, 0.8, 0.6, 0.4, 0.2, 0.2, 0.2])


def test_a_polynomial_of_power_2_is_the_square_of_what_is_left() -> None:
    assert over(Polynomial(power=2), 5, 4) == pytest.approx([1, 9 / 16, 4 / 16, 1 / 16, 0])


@given(end=st.floats(0, 1), horizon=st.integers(1, 1_000_000), beyond=st.integers(0, 1_000_000))
def test_cosine_ends_at_its_end_and_stays_there(end: float, horizon: int, beyond: int) -> None:
    clock = Clock(horizon + beyond, horizon)
    assert Cosine(end=end).factor(clock) == pytest.approx(end, abs=1e-12)


@given(end=st.floats(0, 1), horizon=st.integers(1, 100_000))
def test_cosine_is_halfway_down_at_half_time(end: float, horizon: int) -> None:
    assert Cosine(end=end).factor(Clock(horizon, 2 * horizon)) == pytest.approx((1 + end) / 2)


def test_cosine_starts_again_in_cycles_that_grow() -> None:
    factors = over(CosineRestarts(first=1, growth=3), 2 + 6 + 1, 1, steps_per_epoch=2)
    sixth = [0.5 * (1 + cos(pi * i / 6)) for i in range(6)]
    assert factors == pytest.approx([1, 0.5, *sixth, 1])


def test_cosine_cycles_that_do_not_grow_are_all_alike() -> None:
    factors = over(CosineRestarts(first=2, growth=1, end=0.5), 12, 1, steps_per_epoch=2)
    assert factors == factors[:4] * 3
    assert factors[:4] == pytest.approx([1, 0.75 + cos(pi / 4) / 4, 0.75, 0.75 - cos(pi / 4) / 4])


def test_a_cycle_begins_at_its_very_step_however_late() -> None:
    schedule = CosineRestarts(first=3, growth=1)
    late = 3 * 7 * 10**12
    assert schedule.factor(Clock(late, 1, 7)) == 1
    assert schedule.factor(Clock(late - 1, 1, 7)) < 0.01


def test_one_cycle_rises_to_1_and_falls_to_the_end_within_the_run() -> None:
    schedule = OneCycle(rise=0.3, start_divisor=10, end_divisor=100)
    factors = over(schedule, 120, 100)
    assert factors[0] == pytest.approx(0.1)
    assert factors[29] == 1
    assert factors[99:] == pytest.approx([0.001] * 21)
    assert all(a < b for a, b in pairwise(factors[:30]))
    assert all(a > b for a, b in pairwise(factors[29:100]))
    assert schedule.factor(Clock(64, 100)) == pytest.approx((1 + 0.001) / 2)


@pytest.mark.parametrize("horizon", [0, 1, 2, 3])
def test_one_cycle_of_hardly_any_steps_works(horizon: int) -> None:
    for rise in (0.0, 0.3, 1.0):
        assert all(0 < factor <= 1 for factor in over(OneCycle(rise=rise), 5, horizon))


# ---------------------------------------------------------------- by the loss


def test_the_rate_falls_after_more_than_patience_epochs_without_progress() -> None:
    schedule = ReduceOnPlateau(gamma=0.5, patience=1, threshold=0.0)
    losses = [1.0, 0.9, 0.9, 0.95, 0.9, 0.9, 0.5, 0.6, nan, 0.5]
    factors = [schedule.factor(Clock(0, 1, 1, losses[:n])) for n in range(len(losses) + 1)]
    # 0.9 twice more and 0.95 are no progress, nor are 0.6 and a loss that is no number
    assert factors == [1, 1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125, 0.125]


def test_a_fall_smaller_than_the_threshold_is_no_progress() -> None:
    losses = (1.0, 0.95, 0.89)
    assert ReduceOnPlateau(patience=1, threshold=0.2).factor(Clock(0, 1, 1, losses)) == 0.1
    assert ReduceOnPlateau(patience=1, threshold=0.1).factor(Clock(0, 1, 1, losses)) == 1


def test_small_falls_add_up_to_progress() -> None:
    losses = tuple(1 - 0.03 * n for n in range(20))
    assert ReduceOnPlateau(patience=4, threshold=0.1).factor(Clock(0, 1, 1, losses)) == 1


@given(
    losses=st.lists(st.floats(0, 1), max_size=30),
    patience=st.integers(0, 3),
    other=st.lists(st.floats(0, 1), max_size=3),
)
def test_losses_that_grow_while_the_run_goes_on_give_what_they_give_at_once(
    losses: list[float], patience: int, other: list[float]
) -> None:
    schedule, growing = ReduceOnPlateau(patience=patience), list[float]()
    for n, loss in enumerate(losses):
        growing.append(loss)
        seen = schedule.factor(Clock(0, 1, 1, growing))
        ReduceOnPlateau(gamma=0.7).factor(Clock(0, 1, 1, other))  # another run meanwhile
        assert seen == schedule.factor(Clock(0, 1, 1, tuple(losses[: n + 1])))
        assert seen == schedule.factor(Clock(0, 1, 1, growing))


# ---------------------------------------------------------------- warm-up


def test_the_rate_rises_evenly_to_the_whole_one() -> None:
    assert [warm_up(t, 4) for t in range(6)] == [0.25, 0.5, 0.75, 1, 1, 1]


def test_without_a_warm_up_the_rate_is_whole_at_once() -> None:
    assert warm_up(0, 0) == 1
