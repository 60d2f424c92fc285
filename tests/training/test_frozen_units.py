"""Frozen units keep their weights and biases to the last bit, whatever else training does."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from small_runs import SPIRAL, SPIRAL_SETTINGS, drive, resumed, same_state

from nnstudio.engine.activations import Softmax, Tanh
from nnstudio.engine.conv import Conv1D, ConvTranspose2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Array, Layer
from nnstudio.engine.lbfgs import LBFGS
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.engine.network import Network
from nnstudio.engine.optimizers import SGD, AdamW, Lion
from nnstudio.engine.shaping import Flatten, Input, Reshape
from nnstudio.graph.compile import compile_graph
from nnstudio.graph.edits import freeze_units
from nnstudio.graph.model import Edge, Graph, Node
from nnstudio.training.session import Session

FROZEN = (1, 4)


def network(*middle: Layer, units: tuple[int, ...] = FROZEN) -> Network:
    """Points of a plane to two classes; ``n1`` of these layers has frozen units."""
    layers = (Input(shape=(2,)), *middle, Dense(units=2), Softmax())
    nodes = tuple(Node(f"n{i}", layer) for i, layer in enumerate(layers))
    edges = tuple(Edge(a.id, b.id) for a, b in pairwise(nodes))
    graph = freeze_units(Graph(nodes, edges), "n1", units)
    return compile_graph(graph, {nodes[-1].id: CategoricalCrossEntropy()})


def run(of: Network, **changes: Any) -> tuple[dict[tuple[str, str], Array], Session]:
    """The variables before training, and the session after it."""
    settings = replace(SPIRAL_SETTINGS, **changes)
    session = Session.begin(of, settings, SPIRAL, "frozen units")
    before = {key: array.copy() for key, array in of.arrays(session.flat).items()}
    drive(session)
    session.conclude()
    return before, session


@pytest.mark.parametrize(
    "changes",
    [
        {"optimizer": SGD(momentum=0.9)},
        {"optimizer": AdamW(weight_decay=0.1)},
        {"optimizer": Lion()},
        {"l1": 0.1, "l2": 0.1, "weight_decay": 0.1, "clip_norm": 1.0, "clip_value": 0.5},
        {"max_norm": 0.5},
        {"average": 0.9},
        {"optimizer": LBFGS(), "learning_rate": 1.0, "l2": 0.01},
        {"optimizer": LBFGS(), "learning_rate": 1.0, "average": 0.9},
        {"threads": 2},
    ],
    ids=str,
)
def test_frozen_units_keep_every_bit_and_all_others_move(changes: dict[str, Any]) -> None:
    before, session = run(network(Dense(units=6), Tanh()), **changes)
    for key, after in session.network.arrays(session.flat).items():
        frozen = np.zeros(len(after), bool)
        frozen[list(FROZEN) if key[0] == "n1" else []] = True
        assert (after[frozen] == before[key][frozen]).all(), key
        if key[1] == "weight":
            assert (after[~frozen] != before[key][~frozen]).any(axis=1).all(), key


@pytest.mark.parametrize(
    ("middle", "axis"),
    [
        ((Reshape(shape=(2, 1)), Conv1D(filters=6, kernel_size=2), Flatten()), 0),
        ((Reshape(shape=(2, 1, 1)), ConvTranspose2D(filters=6), Flatten()), 1),
    ],
)
def test_filters_of_convolutions_are_frozen_on_their_own_axis(
    middle: tuple[Layer, ...], axis: int
) -> None:
    layers = (Input(shape=(2,)), *middle, Dense(units=2), Softmax())
    nodes = tuple(Node(f"n{i}", layer) for i, layer in enumerate(layers))
    edges = tuple(Edge(a.id, b.id) for a, b in pairwise(nodes))
    graph = freeze_units(Graph(nodes, edges), "n2", [3])
    before, session = run(compile_graph(graph, {nodes[-1].id: CategoricalCrossEntropy()}))
    after = session.network.arrays(session.flat)
    moved = before["n2", "weight"] != after["n2", "weight"]
    by_filter = np.moveaxis(moved, axis, 0).reshape(6, -1).any(axis=1)
    assert by_filter.tolist() == [True, True, True, False, True, True]
    assert (before["n2", "bias"] != after["n2", "bias"]).tolist() == by_filter.tolist()


def test_what_the_optimizer_remembers_of_frozen_units_stays_zero() -> None:
    _, session = run(network(Dense(units=6), Tanh()), optimizer=AdamW())
    for slot in session.slots.values():
        assert (slot[session.network.held] == 0).all()
        assert slot.any()


def test_a_paused_run_with_frozen_units_goes_on_with_the_same_bits() -> None:
    of = network(Dense(units=6), Tanh())
    settings = replace(SPIRAL_SETTINGS, optimizer=AdamW(), average=0.9)
    whole, paused = (Session.begin(of, settings, SPIRAL, "frozen units") for _ in range(2))
    drive(whole)
    drive(paused, batches=4)
    again = resumed(paused)
    drive(again)
    assert same_state(again.trained(), whole.trained())


def test_units_that_a_smaller_layer_no_longer_has_are_passed_over() -> None:
    _, session = run(network(Dense(units=3), Tanh(), units=(2, 7)))
    assert len(session.network.held) == 3  # one unit's two weights and its bias


def test_without_frozen_units_nothing_is_held() -> None:
    assert network(Dense(units=3), units=()).held.size == 0
