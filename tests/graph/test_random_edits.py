"""Any sequence of edits: the graph stays sound, and its analysis always has an answer."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from nnstudio.engine.activations import ReLU, Softmax
from nnstudio.engine.catalogue import LAYERS
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.layer import Layer
from nnstudio.engine.losses import CategoricalCrossEntropy, HalfSquaredError
from nnstudio.engine.merging import Add
from nnstudio.engine.normalisation import BatchNorm
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.engine.workspace import Workspace
from nnstudio.graph import edits
from nnstudio.graph.analysis import analyse
from nnstudio.graph.compile import CompileError, compile_graph
from nnstudio.graph.edits import EditError
from nnstudio.graph.model import Graph, Node

SOME_LAYERS: list[Layer] = [
    *(cls() for cls in LAYERS.values()),
    # Often the same few, so that shapes meet that fit.
    *(Input(shape=(2,)), Input(shape=(1, 2, 2)), Input(shape=(3, 2)), Input(shape=())),
    *(Dense(units=2), Dense(units=2), Dense(units=3, use_bias=False)),
    *(Add(), Add(), Add(), ReLU(), Softmax(), BatchNorm(), Dropout(), Flatten(), Flatten()),
]
layers = st.sampled_from(SOME_LAYERS)


def reaches(graph: Graph, start: str, goal: str) -> bool:
    """Whether wires lead from ``start`` to ``goal``; slow and simple."""
    return start == goal or any(
        reaches(graph, edge.target, goal) for edge in graph.edges if edge.source == start
    )


class Editing(RuleBasedStateMachine):
    """A user who edits without a plan."""

    def __init__(self) -> None:
        super().__init__()
        self.graph = Graph()

    def node(self, data: st.DataObject) -> str:
        return data.draw(st.sampled_from([node.id for node in self.graph.nodes]))

    @rule(layer=layers, data=st.data(), frozen=st.booleans(), shares=st.booleans())
    def add(self, layer: Layer, data: st.DataObject, frozen: bool, shares: bool) -> None:
        if len(self.graph.nodes) >= 9:
            return
        owner = self.node(data) if shares and self.graph.nodes else ""
        id = edits.fresh_id(self.graph, layer)
        self.graph = edits.add_node(self.graph, Node(id, layer, owner=owner, frozen=frozen))
        if not owner and len(self.graph.nodes) > 1:  # most new nodes are wired at once
            self.connect(data)

    @precondition(lambda self: self.graph.nodes)
    @rule(data=st.data())
    def connect(self, data: st.DataObject) -> None:
        source, target = self.node(data), self.node(data)
        slot = data.draw(st.none() | st.integers(-1, 3))
        before = self.graph
        most = before.by_id[target].layer.arity[1]
        taken = {edge.slot for edge in before.incoming[target]}
        possible = (
            source != target
            and not reaches(before, target, source)
            and (most is None or len(taken) < most)
            and (
                slot is None or (slot >= 0 and slot not in taken and (most is None or slot < most))
            )
        )
        if not possible:
            with pytest.raises(EditError):
                edits.connect(before, source, target, slot)
            return
        self.graph = edits.connect(before, source, target, slot)
        (new,) = set(self.graph.edges) - set(before.edges)
        assert (new.source, new.target) == (source, target)
        assert slot is None or new.slot == slot

    @precondition(lambda self: self.graph.nodes)
    @rule(data=st.data())
    def remove_node(self, data: st.DataObject) -> None:
        self.graph = edits.remove(self.graph, [self.node(data)])

    @precondition(lambda self: self.graph.edges)
    @rule(data=st.data())
    def remove_wire(self, data: st.DataObject) -> None:
        wire = data.draw(st.sampled_from(self.graph.edges))
        self.graph = edits.remove(self.graph, edges=[wire])

    @precondition(lambda self: self.graph.nodes)
    @rule(data=st.data(), layer=layers)
    def replace_layer(self, data: st.DataObject, layer: Layer) -> None:
        self.graph = edits.replace_layer(self.graph, self.node(data), layer)

    @precondition(lambda self: self.graph.nodes)
    @rule(data=st.data(), frozen=st.booleans())
    def freeze(self, data: st.DataObject, frozen: bool) -> None:
        self.graph = edits.freeze(self.graph, self.node(data), frozen)

    @invariant()
    def nodes_and_wires_are_sound(self) -> None:
        ids = [node.id for node in self.graph.nodes]
        assert len(set(ids)) == len(ids)
        slots = [(edge.target, edge.slot) for edge in self.graph.edges]
        assert len(set(slots)) == len(slots)
        for edge in self.graph.edges:
            assert edge.source in ids
            most = self.graph.by_id[edge.target].layer.arity[1]
            assert edge.slot >= 0
            assert most is None or edge.slot < most
            assert not reaches(self.graph, edge.target, edge.source)
        for node in self.graph.nodes:
            assert not node.owner or node.owner in ids

    @invariant()
    def the_analysis_has_an_answer(self) -> None:
        analysis = analyse(self.graph)
        assert sorted(analysis.order) == sorted(node.id for node in self.graph.nodes)
        place = {node: i for i, node in enumerate(analysis.order)}
        assert all(place[edge.source] < place[edge.target] for edge in self.graph.edges)
        for problem in analysis.problems:
            assert problem.node in ("", *analysis.order)
            assert "{" not in str(problem)

    @invariant()
    def what_has_no_error_runs_with_the_predicted_shapes(self) -> None:
        analysis = analyse(self.graph)
        losses = {node: HalfSquaredError() for node in self.graph.outputs}
        try:
            network = compile_graph(self.graph, losses)
        except CompileError:
            assert analysis.errors
            return
        assert not analysis.errors
        trainable = sum(
            analysis.parameters(node.id) for node in self.graph.nodes if not node.frozen
        )
        assert network.trainable_size == trainable
        workspace = Workspace(network, network.initial(0))
        xs = [np.ones((*network.steps[i].shape, 3), np.float32) for i in network.input_steps]
        workspace.predict(xs)
        for i, step in enumerate(network.steps):
            assert workspace.output(i).shape == (*step.shape, 3)
            assert analysis.shapes[step.node] == step.shape

    @invariant()
    def the_same_drawing_has_the_same_analysis(self) -> None:
        again = Graph(tuple(replace(node) for node in self.graph.nodes), self.graph.edges)
        assert analyse(again) == analyse(self.graph)
        scores = {node: CategoricalCrossEntropy() for node in again.outputs}
        if not analyse(again).errors:
            assert compile_graph(again, scores) == compile_graph(self.graph, scores)


TestEditing = Editing.TestCase
TestEditing.settings = settings(max_examples=60, stateful_step_count=25)
