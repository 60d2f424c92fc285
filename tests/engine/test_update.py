"""From gradient to new weights: what is done, in which order, and what isn't touched."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.engine.catalogue import OPTIMIZERS
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Array
from nnstudio.engine.losses import HalfSquaredError
from nnstudio.engine.network import Head, Network, Step
from nnstudio.engine.normalisation import BatchNorm
from nnstudio.engine.optimizers import SGD, Adam, AdamW, Optimizer
from nnstudio.engine.shaping import Input
from nnstudio.engine.update import AVERAGE, Update


def small_network(**of_first: Any) -> Network:
    """Dense, BatchNorm, Dense and a frozen Dense: weights, biases and scales, state."""
    layers = [
        Dense(units=3, **of_first),
        BatchNorm(),
        Dense(units=2),
        Dense(units=1),
    ]
    steps = [Step("input", Input(shape=(4,)), (), (4,), "input")]
    for i, layer in enumerate(layers):
        shape = layer.output_shape(steps[-1].shape)
        steps.append(Step(str(i), layer, (i,), shape, str(i), frozen=i == 3))
    return Network.of(steps, [Head(4, HalfSquaredError(), 4)])


#: Those that make a step of each gradient; what searches for its steps is in test_lbfgs.py.
STEPPING = [name for name, cls in OPTIMIZERS.items() if not cls.searches]


def slots_of(update: Update, network: Network, dtype: type = np.float64) -> dict[str, Array]:
    return {name: np.zeros(network.trainable_size, dtype) for name in update.slots()}


def drawn(network: Network, seed: int = 0) -> tuple[Array, Array]:
    """A flat vector and a gradient."""
    rng = np.random.default_rng(seed)
    return rng.standard_normal(network.size), rng.standard_normal(network.trainable_size)


@pytest.mark.parametrize("name", STEPPING)
def test_without_more_it_is_the_optimizers_step_to_the_last_bit(name: str) -> None:
    network, optimizer = small_network(), OPTIMIZERS[name]()
    update = Update(network, optimizer)
    assert update.slots() == optimizer.slots()
    flat, gradient = drawn(network)
    expected, slots, plain = flat.copy(), slots_of(update, network), slots_of(update, network)
    for step in (1, 2, 3):
        learned = expected[: network.trainable_size]
        optimizer.update(learned, gradient.copy(), plain, 0.1, step, network.decayed_size)
        update.apply(flat, gradient.copy(), slots, 0.1, step)
    np.testing.assert_array_equal(flat, expected)
    for slot in slots:
        np.testing.assert_array_equal(slots[slot], plain[slot])


EVERYTHING: dict[str, float] = {
    "l1": 0.02,
    "l2": 0.3,
    "weight_decay": 0.5,
    "max_norm": 1.5,
    "clip_value": 1.2,
    "clip_norm": 2.0,
    "average": 0.75,
}


def textbook(
    network: Network, flat: Array, gradient: Array, rate: float, mean: Array | None, **of: float
) -> tuple[Array, Array]:
    """One step of plain descent with everything, in the order of the module's text."""
    w, n = flat[: network.trainable_size].copy(), network.decayed_size
    g = gradient.copy()
    if of["clip_value"]:
        g = np.minimum(np.maximum(g, -of["clip_value"]), of["clip_value"])
    if of["clip_norm"]:
        g = g * min(1, of["clip_norm"] / (np.sqrt((g**2).sum()) + 1e-6))
    g[:n] += of["l1"] * np.sign(w[:n]) + of["l2"] * w[:n]
    w[:n] -= rate * of["weight_decay"] * w[:n]
    w -= rate * g
    after = np.concatenate([w, flat[network.trainable_size :]])
    if of["max_norm"]:
        arrays = network.arrays(after)
        for node in ("0", "2"):
            for row in arrays[node, "weight"]:
                row *= min(1, of["max_norm"] / np.sqrt((row**2).sum()))
    w = after[: network.trainable_size]
    d = of["average"]
    return after, w.copy() if mean is None else d * mean + (1 - d) * w


@given(
    chosen=st.sets(st.sampled_from(sorted(EVERYTHING))),
    seed=st.integers(0, 1000),
)
def test_the_parts_come_in_their_order_whichever_are_asked_for(chosen: set[str], seed: int) -> None:
    network = small_network()
    of = {name: value if name in chosen else 0.0 for name, value in EVERYTHING.items()}
    update = Update(network, SGD(), **of)
    flat, _ = drawn(network, seed)
    expected, mean = flat.copy(), None
    slots = slots_of(update, network)
    for step in (1, 2, 3):
        _, gradient = drawn(network, seed + step)
        expected, mean = textbook(network, expected, gradient, 0.1, mean, **of)
        update.apply(flat, gradient, slots, 0.1, step)
        np.testing.assert_allclose(flat, expected, rtol=1e-12, atol=1e-14)
    if "average" in chosen:
        np.testing.assert_allclose(slots[AVERAGE], mean, rtol=1e-12, atol=1e-14)
    else:
        assert AVERAGE not in slots


@pytest.mark.parametrize("optimizer", [SGD(), AdamW(weight_decay=0.7)], ids=str)
def test_only_weights_decay_and_state_never_changes(optimizer: Optimizer) -> None:
    network = small_network(l1=0.1, l2=0.1, max_norm=0.5)
    update = Update(network, optimizer, **EVERYTHING)
    flat, gradient = drawn(network)
    before = flat.copy()
    update.apply(flat, np.zeros_like(gradient), slots_of(update, network), 0.1, 1)
    size = network.decayed_size
    assert (np.abs(flat[:size]) < np.abs(before[:size])).all()
    np.testing.assert_array_equal(flat[size:], before[size:])


def test_l2_is_what_pytorch_calls_weight_decay_of_sgd_and_equals_decay_there() -> None:
    network = small_network()
    penalised, _ = drawn(network)
    decayed = penalised.copy()
    for step in range(1, 6):
        _, gradient = drawn(network, step)
        Update(network, SGD(), l2=0.3).apply(penalised, gradient.copy(), {}, 0.1, step)
        Update(network, SGD(), weight_decay=0.3).apply(decayed, gradient.copy(), {}, 0.1, step)
    np.testing.assert_allclose(penalised, decayed, rtol=1e-12)


def test_adam_with_weight_decay_is_adamw() -> None:
    network = small_network()
    ours, _ = drawn(network)
    theirs = ours.copy()
    outside, inside = (
        Update(network, Adam(), weight_decay=0.3),
        Update(network, AdamW(weight_decay=0.3)),
    )
    slots, others = slots_of(outside, network), slots_of(inside, network)
    for step in range(1, 6):
        _, gradient = drawn(network, step)
        outside.apply(ours, gradient.copy(), slots, 0.1, step)
        inside.apply(theirs, gradient.copy(), others, 0.1, step)
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("name", STEPPING)
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_flat_vector_and_slots_are_all_it_takes_to_go_on_with_the_same_bits(
    name: str, dtype: type
) -> None:
    network = small_network(l1=0.01)

    def fresh() -> Update:
        return Update(network, OPTIMIZERS[name](), **EVERYTHING)

    straight = drawn(network)[0].astype(dtype)
    update = fresh()
    slots = slots_of(update, network, dtype)
    kept: tuple[Array, dict[str, Array]] = straight, slots
    for step in range(1, 9):
        if step == 5:
            kept = straight.copy(), {name: slot.copy() for name, slot in slots.items()}
        update.apply(straight, drawn(network, step)[1].astype(dtype), slots, 0.1, step)
    resumed, again = kept[0], fresh()
    for step in range(5, 9):
        again.apply(resumed, drawn(network, step)[1].astype(dtype), kept[1], 0.1, step)
    np.testing.assert_array_equal(resumed, straight)
    assert resumed.dtype == dtype
    np.testing.assert_array_equal(kept[1][AVERAGE], slots[AVERAGE])


def test_a_network_without_variables_can_be_updated() -> None:
    network = Network.of([Step("input", Input(shape=(2,)), (), (2,), "input")], [])
    update = Update(network, Adam(), **EVERYTHING)
    update.apply(np.zeros(0), np.zeros(0), slots_of(update, network), 0.1, 1)
