"""The network in numbers, against what is counted and allocated."""

from __future__ import annotations

from dataclasses import replace
from math import prod
from pathlib import Path

import numpy as np
import pytest
from small_projects import LINE, SPIRAL, SPIRAL_DATA, chain

from nnstudio.engine.activations import ReLU
from nnstudio.engine.conv import Conv2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.normalisation import BatchNorm
from nnstudio.engine.optimizers import SGD, Adam, Optimizer
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.engine.workspace import Workspace
from nnstudio.graph.edits import freeze, share
from nnstudio.graph.model import Graph
from nnstudio.persistence.project_file import load_project
from nnstudio.project.project import Project
from nnstudio.project.runs import session_for
from nnstudio.project.summary import Memory, summarise
from nnstudio.training.settings import TrainingSettings

SAMPLES = sorted((Path(__file__).parents[2] / "samples").glob("*.nnstudio"))


def with_batch(project: Project, size: int) -> Project:
    return replace(project, settings=replace(project.settings, batch_size=size))


def allocated(project: Project) -> tuple[int, int, int]:
    """The bytes of all variables, of the gradient, and of all buffers after a training batch."""
    network = project.network()
    workspace = Workspace(network, network.initial(0))
    xs, ys = workspace.buffers(project.settings.batch_size)
    for array in (*xs, *ys):
        array[...] = 0
    workspace.loss_and_gradient(xs, ys, np.random.default_rng(0))
    plan = workspace._plan
    assert plan is not None
    buffers = sum(call.buffer_bytes for call in (*plan.calls, *plan.losses))
    return workspace.flat.nbytes, workspace.gradient.nbytes, buffers


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: file.stem)
@pytest.mark.parametrize("batch_size", [16, 64])
def test_the_memory_told_is_what_a_workspace_holds_but_for_a_fourth_of_the_activations(
    file: Path, batch_size: int
) -> None:
    project = with_batch(load_project(file), batch_size)
    weights, gradient, buffers = allocated(project)
    memory = summarise(project).memory
    assert memory is not None
    assert memory.weights == weights
    assert memory.gradients == gradient * project.settings.threads
    assert abs(memory.activations - buffers) <= buffers / 4


@pytest.mark.parametrize("optimizer", [SGD(momentum=0.0), SGD(momentum=0.9), Adam()], ids=str)
def test_the_optimizers_memory_is_that_of_its_slots(optimizer: Optimizer) -> None:
    project = replace(SPIRAL, settings=replace(SPIRAL.settings, optimizer=optimizer))
    memory = summarise(project).memory
    assert memory is not None
    slots = session_for(project, SPIRAL_DATA).slots.values()
    assert memory.optimizer == sum(slot.nbytes for slot in slots)


def test_activations_grow_with_the_batch_and_nothing_else_does() -> None:
    small, large = (summarise(with_batch(SPIRAL, size)).memory for size in (10, 30))
    assert small is not None
    assert large is not None
    assert large == replace(small, activations=3 * small.activations)


def test_the_layers_sum_up_to_what_is_told_of_all() -> None:
    summary = summarise(SPIRAL)
    assert [layer.node for layer in summary.layers] == ["n0", "n1", "n2", "n3", "n4"]
    assert summary.parameters == (2 * 5 + 5) + (5 * 2 + 2) == summary.trainable
    flops = [layer.flops for layer in summary.layers]
    assert flops == [0, 2 * 2 * 5 + 5, 5, 2 * 5 * 2 + 2, 3 * 2]
    assert summary.flops == sum(count for count in flops if count)
    whole = Memory()
    for layer in summary.layers:
        assert layer.memory is not None
        whole += layer.memory
    assert summary.memory == whole
    assert whole.total == whole.weights + whole.gradients + whole.optimizer + whole.activations


def test_running_statistics_are_held_but_are_no_parameters() -> None:
    project = Project(graph=chain(Input(shape=(3,)), BatchNorm(), Dense(units=1)))
    norm = summarise(project).layers[1]
    assert norm.parameters == norm.trainable == 6
    assert norm.memory is not None
    assert norm.memory.weights == 4 * 12
    assert norm.memory.gradients == 4 * 6


def test_frozen_weights_are_held_but_neither_gradients_nor_slots() -> None:
    summary = summarise(replace(SPIRAL, graph=freeze(SPIRAL.graph, "n1", True)))
    layer = summary.layers[1]
    assert (layer.parameters, layer.trainable, layer.learns) == (15, 0, "frozen")
    assert layer.memory is not None
    assert (layer.memory.gradients, layer.memory.optimizer) == (0, 0)
    assert layer.memory.weights == 4 * 15
    assert summary.trainable == summary.parameters - 15


def test_of_a_layer_with_frozen_units_a_part_learns() -> None:
    nodes = tuple(
        replace(node, frozen_units=(0, 3)) if node.id == "n1" else node for node in LAYERED.nodes
    )
    layer = summarise(Project(graph=replace(LAYERED, nodes=nodes))).layers[1]
    assert (layer.parameters, layer.trainable, layer.learns) == (24, 24 - 2 * 6, "in part")


LAYERED = chain(Input(shape=(5,)), Dense(units=4), ReLU(), Dense(units=4))


def test_shared_weights_are_counted_where_they_belong() -> None:
    graph = chain(Input(shape=(4,)), Dense(units=4), ReLU(), Dense(units=4))
    summary = summarise(Project(graph=share(graph, "n3", "n1")))
    owner, sharer = summary.layers[1], summary.layers[3]
    assert summary.parameters == owner.parameters == 20
    assert (sharer.parameters, sharer.learns) == (0, "with Dense")
    assert sharer.flops == owner.flops
    assert sharer.memory is not None
    assert sharer.memory.weights == 0
    assert sharer.memory.activations > 0


def test_what_cant_be_known_isnt_told_and_the_rest_is() -> None:
    graph = chain(Input(shape=(1, 8, 8)), Conv2D(filters=2), Dense(units=3))
    summary = summarise(Project(graph=graph))
    assert [layer.shape for layer in summary.layers] == [(1, 8, 8), (2, 6, 6), None]
    assert summary.layers[1].flops == 2 * 6 * 6 * (2 * 9 + 1)
    assert summary.layers[2].flops is None
    assert summary.flops is None
    assert summary.memory is None


def test_an_empty_network_takes_nothing() -> None:
    summary = summarise(Project(graph=Graph()))
    assert summary.layers == ()
    assert (summary.parameters, summary.trainable, summary.flops) == (0, 0, 0)


def test_threads_have_a_gradient_each_and_restoring_the_best_weights_takes_a_copy() -> None:
    plain = summarise(LINE).memory
    settings = replace(LINE.settings, threads=2, early_stopping=True, restore_best_weights=True)
    more = summarise(replace(LINE, settings=settings)).memory
    assert plain is not None
    assert more is not None
    assert more.gradients == 2 * plain.gradients
    assert more.optimizer == plain.optimizer + plain.weights


def test_a_dense_layer_holds_its_output_and_the_errors_it_sends_back() -> None:
    project = Project(
        graph=chain(Input(shape=(2, 3)), Flatten(), Dense(units=4), Dense(units=5)),
        settings=TrainingSettings(batch_size=7),
    )
    middle = summarise(project).layers[2].memory
    assert middle is not None
    assert middle.activations == 4 * 7 * prod((4,))  # nothing before it learns: no ∂L/∂x
