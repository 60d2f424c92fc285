"""Optimizers and schedules, held against the textbook."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.engine.catalogue import OPTIMIZERS, SCHEDULES
from nnstudio.engine.layer import Array
from nnstudio.engine.optimizers import CHUNK, SGD, Adam, Optimizer
from nnstudio.engine.schedules import Constant, Cosine, Schedule

STEPS = 130

#: What a textbook optimizer is: (w, g, rate) -> w, remembering between calls what it likes.
Rule = Callable[[Array, Array, float], Array]


def textbook_sgd(optimizer: SGD) -> Rule:
    velocity: Array | float = 0.0

    def rule(w: Array, g: Array, rate: float) -> Array:
        nonlocal velocity
        velocity = optimizer.momentum * velocity + g
        return w - rate * velocity

    return rule


def textbook_adam(optimizer: Adam) -> Rule:
    """Algorithm 1 of Kingma and Ba, 2015, word for word."""
    m: Array | float = 0.0
    v: Array | float = 0.0
    t = 0

    def rule(w: Array, g: Array, rate: float) -> Array:
        nonlocal m, v, t
        t += 1
        m = optimizer.beta1 * m + (1 - optimizer.beta1) * g
        v = optimizer.beta2 * v + (1 - optimizer.beta2) * g**2
        m_hat = m / (1 - optimizer.beta1**t)
        v_hat = v / (1 - optimizer.beta2**t)
        return w - rate * m_hat / (np.sqrt(v_hat) + optimizer.epsilon)

    return rule


TEXTBOOK: dict[type[Optimizer], Callable[..., Rule]] = {SGD: textbook_sgd, Adam: textbook_adam}

EXAMPLES: tuple[Optimizer, ...] = (
    SGD(),
    SGD(momentum=0.9),
    Adam(),
    Adam(beta1=0.5, beta2=0.9, epsilon=0.1),
    Adam(beta1=0.0, beta2=0.0),
)
each_optimizer = pytest.mark.parametrize("optimizer", EXAMPLES, ids=str)


def slots_of(optimizer: Optimizer, w: Array) -> dict[str, Array]:
    return {name: np.zeros_like(w) for name in optimizer.slots()}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_every_optimizer_of_the_catalogue_is_tested_and_tells_what_a_form_needs(name: str) -> None:
    tested = {type(optimizer) for optimizer in EXAMPLES} & set(TEXTBOOK)
    assert OPTIMIZERS[name] in tested, f"add an example and the textbook rule of {name}"
    assert OPTIMIZERS[name].title
    assert OPTIMIZERS[name].summary


@each_optimizer
def test_an_optimizer_makes_the_steps_of_the_textbook(optimizer: Optimizer) -> None:
    rule = TEXTBOOK[type(optimizer)](optimizer)
    rng = np.random.default_rng(5)
    w = rng.standard_normal(CHUNK + 1000)  # a chunk and a part of one
    slots, expected = slots_of(optimizer, w), w.copy()
    for step in range(1, STEPS + 1):
        g = rng.standard_normal(w.shape)
        rate = 0.01 / step  # a schedule may change it at every step
        optimizer.update(w, g, slots, rate, step)
        expected = rule(expected, g, rate)
    np.testing.assert_allclose(w, expected, rtol=1e-9, atol=1e-11)


@each_optimizer
@pytest.mark.parametrize("size", [0, 1, CHUNK, 2 * CHUNK + 1])
def test_an_optimizer_reaches_every_number_whatever_their_count(
    optimizer: Optimizer, size: int
) -> None:
    w = np.zeros(size)
    optimizer.update(w, np.ones(size), slots_of(optimizer, w), 0.1, 1)
    assert (w < 0).all()


@each_optimizer
def test_an_optimizer_leaves_the_gradient_alone(optimizer: Optimizer) -> None:
    w, g = np.zeros(10), np.arange(10.0)
    optimizer.update(w, g, slots_of(optimizer, w), 0.1, 64)
    np.testing.assert_array_equal(g, np.arange(10.0))


@each_optimizer
def test_all_an_optimizer_remembers_is_in_its_slots(optimizer: Optimizer) -> None:
    rng = np.random.default_rng(0)
    gradients = rng.standard_normal((6, 50))
    straight = rng.standard_normal(50)
    slots = slots_of(optimizer, straight)
    halfway: tuple[Array, dict[str, Array]] = (straight, slots)
    for step in range(1, 7):
        if step == 4:
            halfway = straight.copy(), {name: slot.copy() for name, slot in slots.items()}
        optimizer.update(straight, gradients[step - 1], slots, 0.1, step)
    resumed, kept = halfway
    for step in range(4, 7):
        optimizer.update(resumed, gradients[step - 1], kept, 0.1, step)
    np.testing.assert_array_equal(resumed, straight)


@pytest.mark.parametrize("optimizer", [SGD(momentum=0.9), Adam(), Adam(beta2=0.9)], ids=str)
def test_no_subnormal_numbers_stay_behind_where_the_gradient_has_died(optimizer: Optimizer) -> None:
    w = np.zeros(4, np.float32)
    slots, tiny = slots_of(optimizer, w), np.finfo(np.float32).tiny
    optimizer.update(w, np.full(4, 0.01, np.float32), slots, 0.001, 1)
    dead = np.zeros(4, np.float32)
    for step in range(2, 2000):
        optimizer.update(w, dead, slots, 0.001, step)
        for name, slot in slots.items():
            assert not ((slot != 0) & (np.abs(slot) < tiny)).any(), f"{name} at step {step}"


# ---------------------------------------------------------------- schedules


@pytest.mark.parametrize("name", SCHEDULES)
def test_every_schedule_tells_what_a_form_needs(name: str) -> None:
    assert SCHEDULES[name].title
    assert SCHEDULES[name].summary


@given(
    schedule=st.one_of(st.just(Constant()), st.builds(Cosine, end=st.floats(0, 1))),
    horizon=st.integers(0, 10_000),
    data=st.data(),
)
def test_a_schedule_begins_at_1_and_never_rises_or_leaves_its_bounds(
    schedule: Schedule, horizon: int, data: st.DataObject
) -> None:
    earlier = data.draw(st.integers(0, 2 * horizon))
    later = data.draw(st.integers(earlier, 2 * horizon + 1))
    first, second = schedule.factor(earlier, horizon), schedule.factor(later, horizon)
    assert 0 <= second <= first + 1e-12 <= 1 + 2e-12
    if horizon:
        assert schedule.factor(0, horizon) == 1


@given(end=st.floats(0, 1), horizon=st.integers(1, 1_000_000), beyond=st.integers(0, 1_000_000))
def test_cosine_ends_at_its_end_and_stays_there(end: float, horizon: int, beyond: int) -> None:
    assert Cosine(end=end).factor(horizon + beyond, horizon) == pytest.approx(end, abs=1e-12)


@given(end=st.floats(0, 1), horizon=st.integers(1, 100_000))
def test_cosine_is_halfway_down_at_half_time(end: float, horizon: int) -> None:
    assert Cosine(end=end).factor(horizon, 2 * horizon) == pytest.approx((1 + end) / 2)
