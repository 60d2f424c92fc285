"""Optimizers, held against the textbook."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.engine.catalogue import OPTIMIZERS
from nnstudio.engine.chunks import CHUNK
from nnstudio.engine.layer import Array
from nnstudio.engine.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    AMSGrad,
    Lion,
    Nadam,
    Optimizer,
    RMSProp,
)

STEPS = 130

#: Those that make a step of each gradient; what searches for its steps is in test_lbfgs.py.
STEPPING = {name: cls for name, cls in OPTIMIZERS.items() if not cls.searches}

#: What a textbook optimizer is: (w, g, rate) -> w, remembering between calls what it likes.
Rule = Callable[[Array, Array, float], Array]


def textbook_sgd(optimizer: SGD) -> Rule:
    velocity: Array | float = 0.0
    mu = optimizer.momentum

    def rule(w: Array, g: Array, rate: float) -> Array:
        nonlocal velocity
        velocity = mu * velocity + g
        return w - rate * (g + mu * velocity if optimizer.nesterov else velocity)

    return rule


def textbook_adagrad(optimizer: Adagrad) -> Rule:
    s: Array | float = optimizer.start

    def rule(w: Array, g: Array, rate: float) -> Array:
        nonlocal s
        s = s + g**2
        return w - rate * g / (np.sqrt(s) + optimizer.epsilon)

    return rule


def textbook_rmsprop(optimizer: RMSProp) -> Rule:
    s: Array | float = 0.0
    m: Array | float = 0.0
    velocity: Array | float = 0.0

    def rule(w: Array, g: Array, rate: float) -> Array:
        nonlocal s, m, velocity
        s = optimizer.rho * s + (1 - optimizer.rho) * g**2
        m = optimizer.rho * m + (1 - optimizer.rho) * g
        spread = s - m**2 if optimizer.centered else s
        velocity = optimizer.momentum * velocity + g / (np.sqrt(spread) + optimizer.epsilon)
        return w - rate * velocity

    return rule


def textbook_adadelta(optimizer: Adadelta) -> Rule:
    """Algorithm 1 of Zeiler, 2012, with a learning rate."""
    s: Array | float = 0.0
    u: Array | float = 0.0

    def rms(mean_square: Array | float) -> Array | float:
        return np.sqrt(mean_square + optimizer.epsilon)

    def rule(w: Array, g: Array, rate: float) -> Array:
        nonlocal s, u
        s = optimizer.rho * s + (1 - optimizer.rho) * g**2
        delta = rms(u) / rms(s) * g
        u = optimizer.rho * u + (1 - optimizer.rho) * delta**2
        return w - rate * delta

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


def textbook_adamw(optimizer: AdamW) -> Rule:
    adam = textbook_adam(optimizer)

    def rule(w: Array, g: Array, rate: float) -> Array:
        return adam(w, g, rate) - rate * optimizer.weight_decay * w

    return rule


def textbook_amsgrad(optimizer: AMSGrad) -> Rule:
    m: Array | float = 0.0
    v: Array | float = 0.0
    largest: Array | float = 0.0
    t = 0

    def rule(w: Array, g: Array, rate: float) -> Array:
        nonlocal m, v, largest, t
        t += 1
        m = optimizer.beta1 * m + (1 - optimizer.beta1) * g
        v = optimizer.beta2 * v + (1 - optimizer.beta2) * g**2
        largest = np.maximum(largest, v)
        m_hat = m / (1 - optimizer.beta1**t)
        v_hat = largest / (1 - optimizer.beta2**t)
        return w - rate * m_hat / (np.sqrt(v_hat) + optimizer.epsilon)

    return rule


def textbook_nadam(optimizer: Nadam) -> Rule:
    """Algorithm 2 of Dozat, 2016, with the schedule of momenta of its section 3.3."""
    m: Array | float = 0.0
    v: Array | float = 0.0
    t, product = 0, 1.0

    def mu(t: int) -> float:
        return optimizer.beta1 * (1 - 0.5 * 0.96 ** (t * optimizer.momentum_decay))

    def rule(w: Array, g: Array, rate: float) -> Array:
        nonlocal m, v, t, product
        t += 1
        product *= mu(t)
        m = optimizer.beta1 * m + (1 - optimizer.beta1) * g
        v = optimizer.beta2 * v + (1 - optimizer.beta2) * g**2
        m_hat = mu(t + 1) * m / (1 - product * mu(t + 1)) + (1 - mu(t)) * g / (1 - product)
        v_hat = v / (1 - optimizer.beta2**t)
        return w - rate * m_hat / (np.sqrt(v_hat) + optimizer.epsilon)

    return rule


def textbook_lion(optimizer: Lion) -> Rule:
    """Program 1 of Chen et al., 2023."""
    m: Array | float = 0.0

    def rule(w: Array, g: Array, rate: float) -> Array:
        nonlocal m
        direction = np.sign(optimizer.beta1 * m + (1 - optimizer.beta1) * g)
        m = optimizer.beta2 * m + (1 - optimizer.beta2) * g
        return w - rate * (direction + optimizer.weight_decay * w)

    return rule


TEXTBOOK: dict[type[Optimizer], Callable[..., Rule]] = {
    SGD: textbook_sgd,
    Adagrad: textbook_adagrad,
    RMSProp: textbook_rmsprop,
    Adadelta: textbook_adadelta,
    Adam: textbook_adam,
    AdamW: textbook_adamw,
    AMSGrad: textbook_amsgrad,
    Nadam: textbook_nadam,
    Lion: textbook_lion,
}

EXAMPLES: tuple[Optimizer, ...] = (
    SGD(),
    SGD(momentum=0.9),
    SGD(momentum=0.9, nesterov=True),
    SGD(nesterov=True),
    Adagrad(),
    Adagrad(start=0.5, epsilon=0.1),
    RMSProp(),
    RMSProp(rho=0.9, momentum=0.5, centered=True, epsilon=0.1),
    RMSProp(centered=True),
    RMSProp(momentum=0.9),
    Adadelta(),
    Adadelta(rho=0.5, epsilon=0.1),
    Adam(),
    Adam(beta1=0.5, beta2=0.9, epsilon=0.1),
    Adam(beta1=0.0, beta2=0.0),
    AdamW(),
    AdamW(beta1=0.5, beta2=0.9, epsilon=0.1, weight_decay=2.0),
    AMSGrad(),
    AMSGrad(beta1=0.5, beta2=0.9, epsilon=0.1),
    Nadam(),
    Nadam(beta1=0.5, beta2=0.9, epsilon=0.1, momentum_decay=0.3),
    Nadam(beta1=0.0, beta2=0.0),
    Lion(),
    Lion(beta1=0.5, beta2=0.9, weight_decay=2.0),
)
each_optimizer = pytest.mark.parametrize("optimizer", EXAMPLES, ids=str)


def slots_of(optimizer: Optimizer, w: Array) -> dict[str, Array]:
    return {name: np.zeros_like(w) for name in optimizer.slots()}


@pytest.mark.parametrize("name", STEPPING)
def test_every_optimizer_of_the_catalogue_is_tested_and_tells_what_a_form_needs(name: str) -> None:
    tested = {type(optimizer) for optimizer in EXAMPLES} & set(TEXTBOOK)
    assert STEPPING[name] in tested, f"add an example and the textbook rule of {name}"
    assert STEPPING[name].title
    assert STEPPING[name].summary


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


@pytest.mark.parametrize(
    "optimizer",
    [
        SGD(momentum=0.9),
        RMSProp(rho=0.9, momentum=0.5, centered=True),
        Adadelta(),
        Adam(),
        Adam(beta2=0.9),
        AMSGrad(),
        Nadam(),
        Lion(),
    ],
    ids=str,
)
def test_no_subnormal_numbers_stay_behind_where_the_gradient_has_died(optimizer: Optimizer) -> None:
    w = np.zeros(4, np.float32)
    slots, tiny = slots_of(optimizer, w), np.finfo(np.float32).tiny
    optimizer.update(w, np.full(4, 0.01, np.float32), slots, 0.001, 1)
    dead = np.zeros(4, np.float32)
    for step in range(2, 2000):
        optimizer.update(w, dead, slots, 0.001, step)
        for name, slot in slots.items():
            assert not ((slot != 0) & (np.abs(slot) < tiny)).any(), f"{name} at step {step}"


ROOT7 = sqrt(7)
TINY = 1e-14

#: An optimizer, the learning rate, two gradients, and where w goes from 1: all worked by hand.
BY_HAND: tuple[tuple[Optimizer, float, tuple[float, float], tuple[float, float]], ...] = (
    (SGD(), 0.1, (2, 1), (0.8, 0.7)),
    # v = 2, then ½·2 + 1 = 2
    (SGD(momentum=0.5), 0.1, (2, 1), (0.8, 0.6)),
    # steps 2 + ½·2 = 3, then 1 + ½·2 = 2
    (SGD(momentum=0.5, nesterov=True), 0.1, (2, 1), (0.7, 0.5)),
    # s = 9, then 25: steps 3/3 and 4/5
    (Adagrad(epsilon=TINY), 0.1, (3, 4), (0.9, 0.82)),
    # s = 16 + 9 = 25, then 25 + 144 = 169: steps 3/5 and 12/13
    (Adagrad(start=16.0, epsilon=TINY), 0.1, (3, 12), (0.94, 0.94 - 1.2 / 13)),
    # s = ¼·4 = 1, then ¾·1 + ¼·1 = 1: steps 2/1 and 1/1
    (RMSProp(rho=0.75, epsilon=TINY), 0.1, (2, 1), (0.8, 0.7)),
    # v = 2, then ½·2 + 1 = 2
    (RMSProp(rho=0.75, momentum=0.5, epsilon=TINY), 0.1, (2, 1), (0.8, 0.6)),
    # m = ¼·2 = ½, then ¾·½ + ¼ = 5/8; s − m² = 3/4, then 39/64
    (
        RMSProp(rho=0.75, centered=True, epsilon=TINY),
        0.1,
        (2, 1),
        (1 - 0.4 / sqrt(3), 1 - 0.4 / sqrt(3) - 0.8 / sqrt(39)),
    ),
    # s = 1 both times; Δ = 2 √(0+1) / √(1+1) = √2, so u = ¼·2 = ½; then Δ = √(½+1) / √2
    (Adadelta(rho=0.75, epsilon=1.0), 1.0, (2, 1), (1 - sqrt(2), 1 - sqrt(2) - sqrt(0.75))),
    # m = 1 and 1, m̂ = 2 and 4/3; v = 1 and 1, v̂ = 4 and 16/7
    (
        Adam(beta1=0.5, beta2=0.75, epsilon=TINY),
        0.1,
        (2, 1),
        (0.9, 0.9 - 0.1 * ROOT7 / 3),
    ),
    # the same steps after w has shrunk by 0.1 · ½
    (
        AdamW(beta1=0.5, beta2=0.75, epsilon=TINY, weight_decay=0.5),
        0.1,
        (2, 1),
        (0.95 - 0.1, 0.95 * 0.85 - 0.1 * ROOT7 / 3),
    ),
    # v = 1, then 3/4, of which the largest is 1, v̂ = 16/7; m = 1, then ½, m̂ = 2/3
    (
        AMSGrad(beta1=0.5, beta2=0.75, epsilon=TINY),
        0.1,
        (2, 0),
        (0.9, 0.9 - 0.1 * (2 / 3) * ROOT7 / 4),
    ),
    # μ is ¼ at all steps; m = 1 and 1;
    # m̂ = ¼ / (1 − 1/16) + ¾·2 / (1 − ¼) = 4/15 + 2, then ¼ / (1 − 1/64) + ¾ / (1 − 1/16)
    (
        Nadam(beta1=0.5, beta2=0.75, epsilon=TINY, momentum_decay=0.0),
        0.1,
        (2, 1),
        (1 - 0.1 * 34 / 15 / 2, 1 - 0.1 * 34 / 15 / 2 - 0.1 * (16 / 63 + 0.8) * ROOT7 / 4),
    ),
    # the mean ¼·2 outvotes a small gradient: sign(½·½ − ½·0.1) = 1
    (Lion(beta1=0.5, beta2=0.75), 0.1, (2, -0.1), (0.9, 0.8)),
    (Lion(beta1=0.5, beta2=0.75, weight_decay=0.5), 0.1, (2, -1), (0.85, 0.95 * 0.85 + 0.1)),
)


@pytest.mark.parametrize(("optimizer", "rate", "gradients", "path"), BY_HAND, ids=str)
def test_two_steps_are_those_worked_by_hand(
    optimizer: Optimizer, rate: float, gradients: tuple[float, float], path: tuple[float, float]
) -> None:
    w = np.ones(1)
    slots = slots_of(optimizer, w)
    for step, (g, expected) in enumerate(zip(gradients, path, strict=True), start=1):
        optimizer.update(w, np.array([g], float), slots, rate, step)
        assert w[0] == pytest.approx(expected, rel=1e-12), f"step {step}"


def test_every_optimizer_of_the_catalogue_has_been_worked_by_hand() -> None:
    assert {type(example[0]) for example in BY_HAND} == set(STEPPING.values())


#: A learning rate with which each gets down a valley.
RATES: dict[type[Optimizer], float] = {
    SGD: 0.0005,
    Adagrad: 0.5,
    RMSProp: 0.003,
    Adadelta: 1.0,
    Adam: 0.02,
    AdamW: 0.02,
    AMSGrad: 0.02,
    Nadam: 0.02,
    Lion: 0.002,
}


def bowl(w: Array) -> tuple[float, Array]:
    """½ Σ aᵢ wᵢ² with curvatures from 1 to 100, and its gradient."""
    a = np.array([1.0, 10.0, 100.0])
    return 0.5 * float(a @ w**2), a * w


def banana(w: Array) -> tuple[float, Array]:
    """Rosenbrock's valley (1960), (1−x)² + 100 (y−x²)², and its gradient."""
    x, y = w
    gradient = np.array([-2 * (1 - x) - 400 * x * (y - x**2), 200 * (y - x**2)])
    return float((1 - x) ** 2 + 100 * (y - x**2) ** 2), gradient


@pytest.mark.parametrize("name", STEPPING)
@pytest.mark.parametrize(
    ("valley", "start"), [(bowl, (1.0, -1.0, 1.0)), (banana, (-1.2, 1.0))], ids=["bowl", "banana"]
)
def test_an_optimizer_gets_down_into_the_valley(
    name: str, valley: Callable[[Array], tuple[float, Array]], start: tuple[float, ...]
) -> None:
    optimizer = STEPPING[name]()
    w = np.array(start)
    slots, (first, _) = slots_of(optimizer, w), valley(w)
    for step in range(1, 5001):
        optimizer.update(w, valley(w)[1], slots, RATES[type(optimizer)], step)
    assert valley(w)[0] < first / 50


@each_optimizer
@pytest.mark.parametrize("size", [CHUNK - 1, CHUNK, CHUNK + 1, 2 * CHUNK + 3])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_where_chunks_begin_changes_no_bit(
    optimizer: Optimizer, size: int, dtype: type[np.floating]
) -> None:
    rng = np.random.default_rng(1)
    whole = rng.standard_normal(size).astype(dtype)
    parts = [part.copy() for part in np.split(whole, [5, size // 2])]
    slots = slots_of(optimizer, whole)
    part_slots = [slots_of(optimizer, part) for part in parts]
    for step in (1, 2, 64):
        g = rng.standard_normal(size).astype(dtype)
        optimizer.update(whole, g, slots, 0.01, step)
        for w, g_part, s in zip(parts, np.split(g, [5, size // 2]), part_slots, strict=True):
            optimizer.update(w, g_part, s, 0.01, step)
    np.testing.assert_array_equal(whole, np.concatenate(parts))


@each_optimizer
def test_single_precision_is_kept_and_near_double(optimizer: Optimizer) -> None:
    rng = np.random.default_rng(2)
    w64 = rng.standard_normal(50)
    w32 = w64.astype(np.float32)
    slots64, slots32 = slots_of(optimizer, w64), slots_of(optimizer, w32)
    for step in range(1, 21):
        g = rng.standard_normal(50)
        optimizer.update(w64, g, slots64, 0.01, step)
        optimizer.update(w32, g.astype(np.float32), slots32, 0.01, step)
    assert {slot.dtype for slot in slots32.values()} <= {np.dtype(np.float32)}
    assert np.linalg.norm(w32 - w64) < 1e-4 * np.linalg.norm(w64)


@each_optimizer
def test_what_its_slots_hold_is_enough_for_another_of_the_same_settings(
    optimizer: Optimizer,
) -> None:
    """A run that is taken up again is given an optimizer that has made no steps."""
    rng = np.random.default_rng(3)
    w = rng.standard_normal(20)
    slots = slots_of(optimizer, w)
    for step in range(1, 200):
        optimizer.update(w, rng.standard_normal(20), slots, 0.01, step)
    fresh, resumed = replace(optimizer), w.copy()
    kept = {name: slot.copy() for name, slot in slots.items()}
    g = rng.standard_normal(20)
    optimizer.update(w, g, slots, 0.01, 200)
    fresh.update(resumed, g, kept, 0.01, 200)
    np.testing.assert_array_equal(resumed, w)


@pytest.mark.parametrize("optimizer", [AdamW(weight_decay=0.5), Lion(weight_decay=0.5)], ids=str)
def test_weight_decay_reaches_the_leading_numbers_only(optimizer: Optimizer) -> None:
    w = np.ones(6)
    optimizer.update(w, np.zeros(6), slots_of(optimizer, w), 0.1, 1, 4)
    np.testing.assert_allclose(w, [0.95] * 4 + [1] * 2)


@each_optimizer
def test_without_a_gradient_only_weight_decay_moves_weights(optimizer: Optimizer) -> None:
    w = np.ones(3)
    optimizer.update(w, np.zeros(3), slots_of(optimizer, w), 0.1, 1)
    np.testing.assert_allclose(w, 1 - 0.1 * getattr(optimizer, "weight_decay", 0.0))


@given(gradient=st.floats(-100, 100), rho=st.sampled_from([0.5, 0.9, 0.99]))
def test_centred_rmsprop_stays_finite_where_the_gradient_never_changes(
    gradient: float, rho: float
) -> None:
    optimizer = RMSProp(rho=rho, centered=True, epsilon=1e-3)
    w = np.zeros(1, np.float32)
    slots = slots_of(optimizer, w)
    for step in range(1, 300):
        optimizer.update(w, np.full(1, gradient, np.float32), slots, 0.01, step)
    assert np.isfinite(w).all()


@pytest.mark.parametrize("beta1", [0.0, 0.3, 0.9])
def test_nadam_knows_the_product_of_its_momenta_at_every_step(beta1: float) -> None:
    optimizer, product = Nadam(beta1=beta1), 1.0
    for step in range(1, 500):
        w = np.zeros(1)
        optimizer.update(w, np.ones(1), slots_of(optimizer, w), 1.0, step)
        now, then = (beta1 * (1 - 0.5 * 0.96 ** (t * 0.004)) for t in (step, step + 1))
        product *= now
        m_hat = then * (1 - beta1) / (1 - product * then) + (1 - now) / (1 - product)
        v_hat = (1 - 0.999) / (1 - 0.999**step)
        assert w[0] == pytest.approx(-m_hat / (sqrt(v_hat) + 1e-8), rel=1e-12), f"step {step}"


def test_nesterov_without_momentum_is_plain_descent() -> None:
    rng = np.random.default_rng(4)
    plain, g = rng.standard_normal(9), rng.standard_normal(9)
    ahead = plain.copy()
    SGD().update(plain, g, {}, 0.1, 1)
    SGD(nesterov=True).update(ahead, g, {}, 0.1, 1)
    np.testing.assert_array_equal(ahead, plain)
