"""Projects with several inputs and outputs: what they say to data, and what may change in a run."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_projects import LINE, chain, trained, two_outputs, with_weights

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Column, Dataset
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Digits, Line
from nnstudio.engine.activations import Sigmoid, Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.losses import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    HalfSquaredError,
    Hinge,
    Loss,
)
from nnstudio.engine.merging import Concatenate
from nnstudio.engine.shaping import Flatten, Input, Reshape
from nnstudio.graph.edits import add_node, connect, rename
from nnstudio.graph.model import Graph, Node
from nnstudio.project.edits import choose_data
from nnstudio.project.model import Model, PredictError
from nnstudio.project.outputs import output_names
from nnstudio.project.problems import ColumnFacts, DataFacts, output_fits, problems
from nnstudio.project.project import Project
from nnstudio.project.runs import RunError, continues, facts_of, session_for
from nnstudio.training.settings import TrainingSettings

TWO = two_outputs()
TWO_DATA = PreparedData.of(TWO.data)

#: Numbers and a column of others, added up by a network of two inputs.
PAIR_DATA = Dataset(
    "pair",
    np.arange(40.0).reshape(20, 2),
    np.arange(20.0).reshape(20, 1),
    columns=(Column("more", 100 + np.arange(60.0).reshape(20, 3)),),
)


def pair() -> Project:
    graph = chain(Input(shape=(2,)))
    graph = add_node(graph, Node("more", Input(shape=(3,), column="more")))
    graph = add_node(graph, Node("both", Concatenate()))
    graph = connect(connect(graph, "n0", "both"), "more", "both")
    graph = connect(add_node(graph, Node("sum", Dense(units=1))), "both", "sum")
    return Project(graph=graph, data=DataSettings(Line()))


def pair_data(dataset: Dataset = PAIR_DATA) -> PreparedData:
    return PreparedData.of(pair().data, dataset=dataset)


# ---------------------------------------------------------------- asking


def test_each_output_answers_under_its_name() -> None:
    project, _ = trained(TWO, TWO_DATA)
    model = Model.of(project)
    pictures = TWO_DATA.dataset.inputs[:7]
    answers = model.predict(pictures)
    assert list(answers) == ["Softmax", "Is it odd?"]
    digits, odd = answers["Softmax"], answers["Is it odd?"]
    assert (digits.shape, odd.shape) == ((7, 10), (7, 2))
    np.testing.assert_allclose(digits.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_allclose(odd.sum(axis=1), 1, rtol=1e-5)
    np.testing.assert_array_equal(model.predict_first(pictures), digits)


def test_outputs_of_one_title_are_told_apart_by_their_ids() -> None:
    graph = chain(Input(shape=(1,)))
    for name in ("a", "b", "c"):
        graph = connect(add_node(graph, Node(name, Dense(units=1))), "n0", name)
    assert output_names(rename(graph, "c", "last")) == {"a": "a", "b": "b", "c": "last"}


def test_a_network_of_two_inputs_is_given_what_each_reads_by_name() -> None:
    project, _ = trained(pair(), pair_data())
    model = Model.of(project)
    rows = PAIR_DATA.column("more").values
    answers = model.predict({"inputs": PAIR_DATA.inputs, "more": rows, "unused": 1})
    assert model.columns == ("inputs", "more")
    xs = [
        pair_data().preparation.of(name).apply(values).T.astype(np.float32)
        for name, values in (("inputs", PAIR_DATA.inputs), ("more", rows))
    ]
    (expected,) = model.workspace.predict(xs)
    told = pair_data().preparation.targets.invert(expected.T)
    np.testing.assert_allclose(answers, told, rtol=1e-5)
    with pytest.raises(PredictError, match=r"several columns of the data \(inputs, more\)"):
        model.predict(PAIR_DATA.inputs)
    with pytest.raises(PredictError, match="also reads the column “more”"):
        model.predict({"inputs": PAIR_DATA.inputs})
    with pytest.raises(PredictError, match="The inputs have 20, 19 examples"):
        model.predict({"inputs": PAIR_DATA.inputs, "more": rows[1:]})


@pytest.mark.parametrize(("loss", "classes"), [(BinaryCrossEntropy(), 2), (Hinge(), 2)])
def test_one_output_at_each_place_tells_two_classes_apart_there(loss: Loss, classes: int) -> None:
    graph = chain(Input(shape=(4, 3)), Dense(units=1))
    if loss.fuses:
        graph = connect(add_node(graph, Node("end", Sigmoid())), "n1", "end")
    project = with_weights(Project(graph=graph, settings=TrainingSettings(loss=loss)))
    answers = Model.of(project).predict_first(np.ones((5, 4, 3)))
    assert answers.shape == (5, 4, classes)
    np.testing.assert_allclose(answers.sum(axis=2), 2 * loss.threshold, atol=1e-6)


def test_an_autoencoder_answers_in_the_units_of_what_it_reads() -> None:
    graph = chain(Input(shape=(1, 8, 8)), Flatten(), Dense(units=64), Reshape(shape=(1, 8, 8)))
    settings = TrainingSettings(epochs=30).judging("n3", target="inputs")
    data = DataSettings(Digits(), inputs="standardise")
    project, _ = trained(Project(graph=graph, data=data, settings=settings), PreparedData.of(data))
    pictures = Digits().load().inputs[:50]
    again = Model.of(project).predict_first(pictures)
    assert again.shape == (50, 1, 8, 8)
    assert np.abs(again - pictures).mean() < 0.5, "of 16"


# ---------------------------------------------------------------- what fits


@pytest.mark.parametrize(
    ("shape", "loss", "column", "fits"),
    [
        ((10,), CategoricalCrossEntropy(), ColumnFacts("c", (), 10), True),
        ((1, 10), CategoricalCrossEntropy(), ColumnFacts("c", (), 10), False),
        ((4, 3), CategoricalCrossEntropy(), ColumnFacts("c", (4,), 3), True),
        ((3, 4), CategoricalCrossEntropy(), ColumnFacts("c", (4,), 3), False),
        ((5, 3), CategoricalCrossEntropy(), ColumnFacts("c", (4,), 3), False),
        ((3, 6, 7), HalfSquaredError(), ColumnFacts("c", (6, 7), 3), True),
        ((4, 1), BinaryCrossEntropy(), ColumnFacts("c", (4,), 2), True),
        ((4, 1), CategoricalCrossEntropy(), ColumnFacts("c", (4,), 2), False),
        ((64,), HalfSquaredError(), ColumnFacts("c", (1, 8, 8)), True),
        ((1, 8, 8), HalfSquaredError(), ColumnFacts("c", (64,)), True),
        ((8, 8), HalfSquaredError(), ColumnFacts("c", (1, 8, 8)), False),
        ((4, 2), HalfSquaredError(), ColumnFacts("c", (2, 4)), False),
        ((4, 2), HalfSquaredError(), ColumnFacts("c", (4, 2)), True),
        ((1,), HalfSquaredError(), ColumnFacts("c", ()), True),
        ((), HalfSquaredError(), ColumnFacts("c", (), 2), False),
    ],
)
def test_which_output_can_be_compared_with_which_column(
    shape: tuple[int, ...], loss: Loss, column: ColumnFacts, fits: bool
) -> None:
    assert output_fits(shape, loss, column) == fits


def test_the_facts_tell_of_all_columns() -> None:
    facts = facts_of(TWO_DATA)
    assert facts.all_columns == {
        "inputs": ColumnFacts("inputs", (1, 8, 8)),
        "targets": ColumnFacts("targets", (), 10),
        "odd": ColumnFacts("odd", (), 2),
    }
    assert problems(TWO, facts) == ()


def test_data_is_chosen_for_what_the_output_is_compared_with() -> None:
    """An autoencoder stays one: its last layer follows the inputs, not the classes."""
    graph = chain(Input(shape=(2,)), Dense(units=3), Dense(units=2))
    project = Project(graph=graph, settings=TrainingSettings().judging("n2", target="inputs"))
    fitted = choose_data(project, TWO.data, facts_of(TWO_DATA)).project
    assert problems(fitted, facts_of(TWO_DATA)) == ()
    assert fitted.graph.by_id["n2"].layer == Dense(units=64)
    assert isinstance(fitted.settings.loss, HalfSquaredError)


def test_a_class_at_each_place_gives_the_last_layer_as_many_units() -> None:
    graph = chain(Input(shape=(4, 3)), Dense(units=7), Softmax())
    project = Project(graph=graph, settings=TrainingSettings(loss=CategoricalCrossEntropy()))
    facts = DataFacts((4, 3), 5, True, target_shape=(4,))
    fitted = choose_data(project, LINE.data, facts).project
    assert fitted.graph.by_id["n1"].layer == Dense(units=5)
    assert problems(fitted, facts) == ()


# ---------------------------------------------------------------- runs


def test_what_judges_an_output_belongs_to_the_run() -> None:
    changes = [
        TWO.settings.judging("odd", weight=0.25),
        TWO.settings.judging("odd", target="targets"),
        TWO.settings.judging("odd", loss=Hinge()),
    ]
    hashes = {replace(TWO, settings=settings).run_hash() for settings in (TWO.settings, *changes)}
    assert len(hashes) == 4


def test_what_says_nothing_else_than_the_default_is_the_same_run() -> None:
    said = LINE.settings.judging("n1", weight=1.0, target="targets")
    assert replace(LINE, settings=said).run_hash() == LINE.run_hash()
    assert said != LINE.settings, "but somebody has chosen it"


def test_a_run_does_not_go_on_with_another_column() -> None:
    project, _ = trained(pair(), pair_data(), batches=1)
    assert continues(project)
    session_for(project, pair_data())
    more = PAIR_DATA.column("more")
    other = replace(PAIR_DATA, columns=(replace(more, values=more.values + 1),))
    with pytest.raises(RunError, match="other contents"):
        session_for(project, pair_data(other))


def test_a_network_that_does_not_fit_its_columns_is_not_trained() -> None:
    bare = replace(PAIR_DATA, columns=())
    with pytest.raises(RunError, match="asks for the column “more”"):
        session_for(pair(), pair_data(bare))


def _unused(graph: Graph) -> Graph:
    return add_node(graph, Node("alone", Input(shape=(1,))))


def test_an_input_that_leads_nowhere_is_a_problem_at_its_node() -> None:
    spoilt = replace(TWO, graph=_unused(TWO.graph))
    (problem,) = [p for p in problems(spoilt, None) if p.severity == "error"]
    assert (problem.node, problem.code) == ("alone", "input_unused")
