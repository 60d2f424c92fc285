"""What keeps a project from running, told in a sentence."""

from __future__ import annotations

from dataclasses import replace

import pytest
from small_projects import LINE, SPIRAL, chain

from nnstudio.engine.activations import ReLU, Sigmoid, Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Layer
from nnstudio.engine.losses import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    HalfSquaredError,
    Hinge,
    KLDivergence,
    Loss,
    SparseCategoricalCrossEntropy,
)
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.graph import edits
from nnstudio.graph.model import Graph, Node
from nnstudio.project.problems import DataFacts, problems
from nnstudio.project.project import Project
from nnstudio.project.runs import facts_of
from nnstudio.training.settings import TrainingSettings

NUMBERS = DataFacts(input_shape=(1,), output_size=1, is_classification=False)
DIGITS = DataFacts(input_shape=(1, 28, 28), output_size=10, is_classification=True)

CLASSES = TrainingSettings(loss=CategoricalCrossEntropy())
DIGITS_PROJECT = Project(
    graph=chain(Input(shape=(1, 28, 28)), Flatten(), Dense(units=10), Softmax()), settings=CLASSES
)


def told(project: Project, facts: DataFacts | None) -> list[tuple[str, str]]:
    """(node, sentence) of each problem."""
    return [(problem.node, str(problem)) for problem in problems(project, facts)]


@pytest.mark.parametrize(("project", "facts"), [(LINE, NUMBERS), (DIGITS_PROJECT, DIGITS)])
def test_a_project_that_fits_its_data_has_no_problem(project: Project, facts: DataFacts) -> None:
    assert told(project, facts) == []
    assert told(project, None) == []


def forked(first: Layer, second: Layer) -> Graph:
    """One input and two outputs."""
    graph = chain(Input(shape=(1,)))
    for name, layer in (("first", first), ("second", second)):
        graph = edits.connect(edits.add_node(graph, Node(name, layer)), "n0", name)
    return graph


@pytest.mark.parametrize(
    ("graph", "settings", "facts", "expected"),
    [
        (
            Graph(),
            LINE.settings,
            NUMBERS,
            [("", "The canvas is empty: add an Input from the palette.")],
        ),
        (
            chain(Input(shape=(1,)), ReLU()),
            LINE.settings,
            NUMBERS,
            [("", "The network has no weights that learn: add a Dense layer, or unfreeze one.")],
        ),
        (
            edits.freeze(LINE.graph, "n1", True),
            LINE.settings,
            NUMBERS,
            [("", "The network has no weights that learn: add a Dense layer, or unfreeze one.")],
        ),
        (
            LINE.graph,
            LINE.settings,
            replace(NUMBERS, input_shape=(2,)),
            [("n0", "The data has shape 2, Input expects 1: set Input's shape to 2.")],
        ),
        (
            LINE.graph,
            LINE.settings,
            replace(NUMBERS, output_size=3),
            [
                (
                    "n1",
                    "The data needs 3 numbers, this output gives 1: "
                    "set units of the last Dense to 3.",
                )
            ],
        ),
        (
            DIGITS_PROJECT.graph,
            CLASSES,
            replace(DIGITS, output_size=26),
            [
                (
                    "n3",
                    "The data needs 26 classes, this output gives 10: "
                    "set units of the last Dense to 26.",
                )
            ],
        ),
        (
            chain(Input(shape=(2,)), Dense(units=2), Sigmoid()),
            CLASSES,
            DataFacts((2,), 2, True),
            [
                (
                    "n2",
                    "Cross-entropy needs probabilities: end the network with Softmax after Dense.",
                )
            ],
        ),
        (
            chain(Input(shape=(2,)), Dense(units=2), Softmax()),
            TrainingSettings(loss=BinaryCrossEntropy()),
            DataFacts((2,), 2, True),
            [
                (
                    "n2",
                    "Binary cross-entropy needs probabilities: "
                    "end the network with Sigmoid after Dense.",
                )
            ],
        ),
        (
            chain(Input(shape=(2,)), Dense(units=2), Softmax()),
            TrainingSettings(loss=Hinge()),
            DataFacts((2,), 2, True),
            [
                (
                    "n2",
                    "Hinge is for plain scores, which Softmax squeezes into 0 … 1: "
                    "end the network with Dense.",
                )
            ],
        ),
        (
            chain(Input(shape=(1,)), Dense(units=1), Softmax()),
            CLASSES,
            NUMBERS,
            [
                (
                    "n2",
                    "Cross-entropy needs classes, the data has numbers: choose the ½‖y − ŷ‖² loss.",
                )
            ],
        ),
        (
            edits.add_node(LINE.graph, Node("more", Input(shape=(1,)))),
            LINE.settings,
            NUMBERS,
            [
                (
                    "more",
                    "Nothing takes what Input gives: connect it to a layer, or delete it.",
                ),
            ],
        ),
        (
            edits.replace_layer(LINE.graph, "n0", Input(shape=(1,), column="weather")),
            LINE.settings,
            NUMBERS,
            [
                (
                    "n0",
                    "Input asks for the column “weather”, which the data doesn't have: "
                    "choose one of inputs, targets.",
                )
            ],
        ),
        (
            LINE.graph,
            LINE.settings.judging("n1", target="weather"),
            NUMBERS,
            [
                (
                    "n1",
                    "Dense asks for the column “weather”, which the data doesn't have: "
                    "choose one of inputs, targets.",
                )
            ],
        ),
        (
            LINE.graph,
            LINE.settings.judging("n1", weight=0.0),
            NUMBERS,
            [("n1", "The loss of Dense has the weight 0: nothing is learned for this output.")],
        ),
        (
            forked(Dense(units=1), Dense(units=3)),
            LINE.settings.judging("first", weight=2.0),
            NUMBERS,
            [
                (
                    "second",
                    "Dense has no follower, so it is an output, but none that fits targets "
                    "(1 expected): connect it, delete it, or choose its loss and target in the "
                    "Inspector.",
                )
            ],
        ),
        (
            forked(Dense(units=1), Dense(units=1)),
            LINE.settings,
            NUMBERS,
            [
                (
                    node,
                    "Dense has no follower, so it is one of several outputs, compared with the "
                    "data's targets: connect it, or choose its target in the Inspector if this is "
                    "meant.",
                )
                for node in ("first", "second")
            ],
        ),
        (
            chain(Input(shape=(4, 2)), Dense(units=5), Softmax()),
            CLASSES,
            DataFacts((4, 2), 3, True, target_shape=(4,)),
            [
                (
                    "n2",
                    "This output gives 4 × 5, to be compared with targets it must give 4 × 3: "
                    "change its shape, such as by the units of the last Dense.",
                )
            ],
        ),
    ],
)
def test_every_misfit_is_told_at_its_node(
    graph: Graph,
    settings: TrainingSettings,
    facts: DataFacts,
    expected: list[tuple[str, str]],
) -> None:
    assert told(Project(graph=graph, settings=settings), facts) == expected


def test_the_graphs_own_problems_come_first_and_alone() -> None:
    graph = edits.remove(LINE.graph, edges=[LINE.graph.edges[0]])
    sentences = told(Project(graph=graph), replace(NUMBERS, input_shape=(5,)))
    assert sentences[0] == ("n1", "Dense has no input: drag a wire to its left port.")
    assert all("shape" not in sentence for _, sentence in sentences)


def test_what_needs_data_is_not_judged_while_there_is_none() -> None:
    project = replace(LINE, graph=chain(Input(shape=(7,)), Dense(units=3)))
    assert told(project, None) == []


def test_classes_may_be_learned_with_the_squared_error() -> None:
    squared = replace(DIGITS_PROJECT, settings=TrainingSettings(loss=HalfSquaredError()))
    assert told(squared, DIGITS) == []


def scorers(units: int, loss: Loss) -> Project:
    """A network of so many units for points of a plane, ended as ``loss`` needs it."""
    ends = {"Softmax": (Softmax(),), "Sigmoid": (Sigmoid(),), "": ()}
    graph = chain(Input(shape=(2,)), Dense(units=units), *ends[loss.fuses])
    return Project(graph=graph, settings=TrainingSettings(loss=loss))


@pytest.mark.parametrize("loss", [BinaryCrossEntropy(), Hinge()], ids=str)
def test_one_unit_may_tell_two_classes_apart_but_not_three(loss: Loss) -> None:
    two, three = DataFacts((2,), 2, True), DataFacts((2,), 3, True)
    assert told(scorers(1, loss), two) == []
    assert told(scorers(2, loss), two) == []
    assert [p.code for p in problems(scorers(1, loss), three)] == ["output_shape"]


@pytest.mark.parametrize(
    "loss",
    [
        CategoricalCrossEntropy(),
        SparseCategoricalCrossEntropy(),
        KLDivergence(),
        HalfSquaredError(),
    ],
    ids=str,
)
def test_other_losses_need_a_unit_for_each_class(loss: Loss) -> None:
    two = DataFacts((2,), 2, True)
    assert told(scorers(2, loss), two) == []
    assert [p.code for p in problems(scorers(1, loss), two)] == ["output_shape"]


@pytest.mark.parametrize("loss", [BinaryCrossEntropy(), Hinge()], ids=str)
def test_one_unit_never_stands_for_two_numbers(loss: Loss) -> None:
    codes = [p.code for p in problems(scorers(1, loss), DataFacts((2,), 2, False))]
    assert codes == ["output_shape", "loss_needs_classes"]


def test_one_learning_layer_is_enough() -> None:
    graph = chain(Input(shape=(1,)), Dense(units=4), Dense(units=1))
    assert told(Project(graph=edits.freeze(graph, "n1", True)), NUMBERS) == []


def test_the_facts_are_those_of_the_data() -> None:
    from small_projects import LINE_DATA, SPIRAL_DATA

    assert facts_of(LINE_DATA) == replace(NUMBERS, scaled=frozenset({"inputs", "targets"}))
    spiral = DataFacts((2,), 2, is_classification=True, scaled=frozenset({"inputs"}))
    assert facts_of(SPIRAL_DATA) == spiral
    assert told(SPIRAL, facts_of(SPIRAL_DATA)) == []


# ---------------------------------------------------------------- what is watched


def test_watching_a_validation_part_that_is_not_there_is_a_warning() -> None:
    chosen = replace(LINE.settings, early_stopping=True)
    watching = replace(LINE, settings=chosen)
    unvalidated = replace(NUMBERS, is_validated=False)
    assert problems(watching, NUMBERS) == ()
    (problem,) = problems(watching, unvalidated)
    assert (problem.code, problem.severity) == ("nothing_validated", "warning")
    assert problems(LINE, unvalidated) == ()
    by_training = replace(LINE, settings=replace(chosen, monitor="training loss"))
    assert problems(by_training, unvalidated) == ()
