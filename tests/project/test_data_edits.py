"""Choosing other data: what is made to follow, and what is left alone."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_projects import LINE, LINE_DATA, SPIRAL, SPIRAL_DATA, chain

from nnstudio.data.augmentation.moving import Flip
from nnstudio.data.batches import PreparedData
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import SOURCES
from nnstudio.data.split import Split
from nnstudio.data.steps import Invert
from nnstudio.engine.activations import ReLU, Sigmoid, Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Layer
from nnstudio.engine.losses import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    HalfSquaredError,
    Hinge,
)
from nnstudio.engine.merging import Add
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.graph.edits import add_node, connect
from nnstudio.graph.model import Graph, Node
from nnstudio.project.edits import choose_data, with_other_source
from nnstudio.project.problems import DataFacts, problems
from nnstudio.project.project import Project
from nnstudio.project.runs import facts_of
from nnstudio.training.settings import TrainingSettings

PICTURES = DataFacts((1, 8, 8), 10, is_classification=True)
DIGITS = DataSettings(SOURCES["Digits"]())


def layers(graph: Graph) -> list[Layer]:
    """The layers of a chain from its Input on."""
    (node,) = graph.inputs
    found = [graph.by_id[node].layer]
    while followers := graph.outgoing[node]:
        node = followers[0].target
        found.append(graph.by_id[node].layer)
    return found


def test_a_network_for_numbers_becomes_one_for_pictures_with_classes() -> None:
    project = Project(graph=chain(Input((1,)), Dense(16), ReLU(), Dense(1)), data=LINE.data)
    fitted = choose_data(project, DIGITS, PICTURES)
    assert layers(fitted.project.graph) == [
        Input((1, 8, 8)), Flatten(), Dense(16), ReLU(), Dense(10), Softmax()
    ]  # fmt: skip
    assert fitted.project.data == DIGITS
    assert fitted.project.settings.loss == CategoricalCrossEntropy()
    assert problems(fitted.project, PICTURES) == ()
    assert fitted.notes == (
        "Input is now 1 × 8 × 8.",
        "Flatten was added before Dense.",
        "Dense now has 10 units.",
        "Softmax was added at the end.",
        "The loss is now Cross-entropy.",
    )


def test_and_back_to_numbers() -> None:
    there = choose_data(LINE, DIGITS, PICTURES).project
    back = choose_data(there, LINE.data, facts_of(LINE_DATA)).project
    assert layers(back.graph) == [Input((1,)), Flatten(), Dense(1)]
    assert back.settings.loss == HalfSquaredError()
    assert problems(back, facts_of(LINE_DATA)) == ()


def test_what_fits_already_is_left_alone() -> None:
    fitted = choose_data(SPIRAL, SPIRAL.data, facts_of(SPIRAL_DATA))
    assert fitted.project == SPIRAL
    assert fitted.notes == ()


def test_the_sentence_of_the_sample_is_dropped_because_it_is_about_other_data() -> None:
    sample = Project(graph=LINE.graph, data=LINE.data, description="One neuron finds the line.")
    assert choose_data(sample, SPIRAL.data, facts_of(SPIRAL_DATA)).project.description == ""


def test_an_end_that_is_no_dense_gets_no_softmax() -> None:
    project = Project(graph=chain(Input((2,)), Dense(2), Sigmoid()), data=LINE.data)
    fitted = choose_data(project, SPIRAL.data, facts_of(SPIRAL_DATA)).project
    assert layers(fitted.graph) == [Input((2,)), Dense(2), Sigmoid()]
    assert [p.code for p in problems(fitted, facts_of(SPIRAL_DATA))] == ["loss_needs_probabilities"]


def test_scores_for_a_hinge_get_no_softmax() -> None:
    settings = TrainingSettings(loss=Hinge())
    project = Project(graph=chain(Input((2,)), Dense(7)), data=LINE.data, settings=settings)
    fitted = choose_data(project, SPIRAL.data, facts_of(SPIRAL_DATA)).project
    assert layers(fitted.graph) == [Input((2,)), Dense(2)]
    assert problems(fitted, facts_of(SPIRAL_DATA)) == ()


def test_a_single_output_for_two_classes_stays_one() -> None:
    settings = TrainingSettings(loss=BinaryCrossEntropy())
    graph = chain(Input((2,)), Dense(1), Sigmoid())
    project = Project(graph=graph, data=LINE.data, settings=settings)
    assert choose_data(project, SPIRAL.data, facts_of(SPIRAL_DATA)).project.graph == graph


@pytest.mark.parametrize(
    "graph",
    [
        Graph(),
        chain(ReLU()),
        chain(Input((1,)), ReLU()),
        add_node(chain(Input((1,)), Dense(1)), Node("other", Input((3,)))),
        add_node(chain(Input((1,)), Dense(1)), Node("free", Dense(4))),
    ],
    ids=["empty", "no Input", "no Dense", "two Inputs", "two ends"],
)
def test_an_unfinished_network_is_no_obstacle(graph: Graph) -> None:
    fitted = choose_data(Project(graph=graph, data=LINE.data), DIGITS, PICTURES)
    assert fitted.project.data == DIGITS
    assert len(fitted.project.graph.nodes) >= len(graph.nodes)


def test_branches_each_get_what_they_need() -> None:
    graph = chain(Input((4,)), Dense(3))
    graph = connect(add_node(graph, Node("side", Dense(3))), "n0", "side")
    graph = add_node(graph, Node("sum", Add()))
    graph = connect(connect(graph, "n1", "sum"), "side", "sum")
    graph = connect(add_node(graph, Node("end", Dense(1))), "sum", "end")
    fitted = choose_data(Project(graph=graph, data=LINE.data), DIGITS, PICTURES).project
    assert problems(fitted, PICTURES) == ()


def test_other_data_is_prepared_and_dealt_out_without_what_was_made_for_the_first() -> None:
    split = Split(validation=0.2, seed=4, by="group", column="odd")
    first = replace(
        DIGITS, split=split, inputs="standardise", steps=(Invert(16),), augmentation=(Flip(),)
    )
    other = with_other_source(first, SOURCES["Iris"]())
    assert other == DataSettings(
        SOURCES["Iris"](), Split(validation=0.2, seed=4), inputs="standardise"
    )
    PreparedData.of(other)


def test_a_split_that_needs_no_column_is_kept_for_other_data() -> None:
    first = replace(DIGITS, split=Split(by="order"))
    assert with_other_source(first, SOURCES["Iris"]()).split == Split(by="order")
