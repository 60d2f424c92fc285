"""Empty cells of a table filled by what is usual among the training examples, and only these."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import numpy as np
import pytest

from nnstudio.cli import main
from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import INPUTS, Dataset
from nnstudio.data.errors import DataError
from nnstudio.data.facts.warnings import warnings
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Line, Table
from nnstudio.data.split import Parts, Split
from nnstudio.data.steps import FillEmpty, Grey
from nnstudio.data.stored import open_store, store
from nnstudio.engine.dense import Dense
from nnstudio.engine.shaping import Input
from nnstudio.graph.edits import add_node, connect
from nnstudio.graph.model import Graph, Node
from nnstudio.persistence.project_file import load_project, save_project
from nnstudio.project.data_fixes import data_fix
from nnstudio.project.edits import with_filling
from nnstudio.project.model import Model, PredictError
from nnstudio.project.project import Project
from nnstudio.project.runs import session_for
from nnstudio.training.control import Control
from nnstudio.training.loop import train
from nnstudio.training.settings import TrainingSettings

#: In the order of the file: the first 8 are trained on.
BY_ORDER = Split(by="order", validation=0.1, test=0.1)
HEAD = "size,shop,open,y"
ROWS = [
    "1,north,yes,1.5",
    "2,east,yes,2.5",
    ",east,no,3.5",
    "9,,yes,4.5",
    "4,east,,5.5",
    "6,west,no,6.5",
    "8,north,yes,7.5",
    "3,east,yes,8.5",
    "1000,north,no,9.5",
    ",,,10.5",
]
KNOWN = np.array([1, 2, 9, 4, 6, 8, 3.0])


def table(**settings: object) -> Table:
    kinds = ("shop=category",)
    return replace(Table(text="\n".join([HEAD, *ROWS]), missing="leave", kinds=kinds), **settings)


def settings_of(source: Table, *steps: FillEmpty, inputs: str = "standardise") -> DataSettings:
    return DataSettings(source, BY_ORDER, inputs=inputs, steps=steps)


def filled(source: Table, by: str = "mean") -> Dataset:
    return PreparedData.of(settings_of(source, FillEmpty(by))).dataset


def test_numbers_are_filled_by_the_mean_or_median_of_the_training_examples() -> None:
    """A thousand, among the test examples, tells nothing."""
    by_mean, by_median = filled(table()), filled(table(), "median")
    assert by_mean.inputs[[2, 9], 0] == pytest.approx(KNOWN.mean())
    assert by_median.inputs[[2, 9], 0] == pytest.approx(np.median(KNOWN))
    there = [0, 1, 3, 4, 5, 6, 7, 8]
    np.testing.assert_array_equal(by_mean.inputs[there, 0], table().load().inputs[there, 0])


@pytest.mark.parametrize("categories", ["one-hot", "ordinal"])
def test_words_are_filled_by_the_most_frequent_one_whole(categories: str) -> None:
    data = filled(table(categories=categories))
    of_shop = [k for k, name in enumerate(data.input_names) if name.split("=")[0] == "shop"]
    assert len(of_shop) == (3 if categories == "one-hot" else 1)
    east, opened = data.inputs[1, of_shop], data.input_names.index("open")
    np.testing.assert_array_equal(data.inputs[3, of_shop], east)
    np.testing.assert_array_equal(data.inputs[9, of_shop], east)
    assert data.inputs[4, opened] == data.inputs[0, opened] == 1.0


def test_a_further_input_tells_where_a_cell_was_empty() -> None:
    data = filled(table())
    place = data.input_names.index("size is missing")
    np.testing.assert_array_equal(np.flatnonzero(data.inputs[:, place]), [2, 9])
    assert "are filled; a further input tells where" in data.notes[0]


def test_what_is_learned_hangs_on_the_training_part_alone() -> None:
    random = np.random.default_rng(0)
    inputs = random.normal(size=(60, 3))
    inputs[random.random((60, 3)) < 0.3] = np.nan
    parts = Parts(np.arange(40), np.arange(40, 50), np.arange(50, 60))
    other = inputs.copy()
    other[40:] = random.normal(size=(20, 3)) * 100
    step = FillEmpty()
    learned = [step.fitted(Dataset("", x, np.zeros((60, 1))), parts.train) for x in (inputs, other)]
    assert learned[0] == learned[1]
    assert learned[0].usual == pytest.approx(tuple(np.nanmean(inputs[:40], axis=0)))  # type: ignore[attr-defined]


def test_each_way_of_dealing_out_learns_its_own() -> None:
    first = PreparedData.of(settings_of(table(), FillEmpty()))
    parts = Parts(np.array([8, 3, 0]), np.array([1]), np.array([2, 9]))
    second = PreparedData.of(
        settings_of(table(), FillEmpty()), dataset=first.source, parts=parts, known=first
    )
    assert second.dataset.inputs[9, 0] == pytest.approx((1000 + 9 + 1) / 3)


def test_a_column_that_is_empty_in_all_training_examples_becomes_zero() -> None:
    inputs = np.array([[np.nan, 1.0], [np.nan, 2.0], [5.0, 3.0]])
    parts = Parts(np.array([0, 1]), np.array([2]), np.zeros(0, np.int64))
    data = PreparedData.of(
        DataSettings(Line(), steps=(FillEmpty(),)),
        dataset=Dataset("", inputs, np.zeros((3, 1))),
        parts=parts,
    )
    np.testing.assert_array_equal(data.dataset.inputs[:, 0], [0, 0, 5])


@pytest.mark.parametrize("by", ["mean", "median"])
@pytest.mark.parametrize("values", [[1e308] * 4, [-1e308, 1e308] * 2, [0.1] * 7, [3.0]])
def test_what_is_usual_lies_among_the_values_however_large_they_are(
    by: str, values: list[float]
) -> None:
    inputs = np.array(values)[:, np.newaxis]
    step = FillEmpty(by).fitted(Dataset("", inputs, inputs), np.arange(len(values)))
    assert isinstance(step, FillEmpty)
    assert min(values) <= step.usual[0] <= max(values)


def test_without_the_step_the_empty_cells_are_told_with_the_way_out() -> None:
    with pytest.raises(DataError, match="add the step “Fill gaps”"):
        PreparedData.of(settings_of(table()))
    project = Project(data=settings_of(table(), inputs="none"))
    (warning,) = (w for w in warnings(PreparedData.of(project.data)) if w.code == "data_not_finite")
    fix = data_fix(project, warning)
    assert fix is not None
    assert not any(w.code == "data_not_finite" for w in warnings(PreparedData.of(fix.project.data)))


def test_only_data_that_leaves_cells_empty_is_given_the_step_and_only_once() -> None:
    data = with_filling(settings_of(table()))
    assert data.steps == (FillEmpty(),)
    assert with_filling(data) is data
    assert not with_filling(settings_of(table(missing="drop"))).steps


def test_the_step_is_for_rows_of_numbers() -> None:
    with pytest.raises(DataError, match="rows of numbers"):
        FillEmpty().output_shape((1, 8, 8))
    with pytest.raises(DataError, match="rows of numbers"):
        FillEmpty(usual=(1.0, 2.0)).output_shape((3,))
    with pytest.raises(DataError, match="Grey is for pictures"):
        PreparedData.of(replace(settings_of(table()), steps=(FillEmpty(), Grey())))


def trained(tmp_path: Path) -> Path:
    """A project trained on the table, in a file."""
    width = table().load().inputs.shape[1]
    graph = add_node(Graph(), Node("in", Input((width,))))
    graph = connect(add_node(graph, Node("out", Dense(1))), "in", "out")
    project = Project(
        graph, data=settings_of(table(), FillEmpty()), settings=TrainingSettings(epochs=5)
    )
    session = session_for(project, PreparedData.of(project.data))
    for _ in train(session, Control()):
        pass
    file = tmp_path / "shops.nnstudio"
    save_project(replace(project, trained=session.trained()), file)
    return file


def test_a_saved_network_fills_what_it_is_asked_as_it_was_trained(tmp_path: Path) -> None:
    project = load_project(trained(tmp_path))
    assert project.data.steps == (FillEmpty(),)  # what was learned belongs to the weights
    data = PreparedData.of(project.data)
    model = Model.of(project)
    assert data.source is not None
    asked = model.predict(data.source.column(INPUTS).values)
    np.testing.assert_array_equal(asked, model.predict(data.dataset.inputs))
    assert np.isfinite(np.asarray(asked)).all()
    with pytest.raises(PredictError, match="not finite"):
        model.predict(np.full(data.input_shape, np.inf))


def test_a_run_is_gone_on_with_evaluated_and_asked_in_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = trained(tmp_path)
    assert main(["train", str(file), "--epochs", "8"]) == 0
    assert main(["evaluate", str(file)]) == 0
    assert main(["cross-validate", str(file), "--folds", "2"]) == 0
    data = PreparedData.of(load_project(file).data)
    assert data.source is not None
    cells = [["" if np.isnan(v) else str(v) for v in row] for row in data.source.inputs[8:]]
    (tmp_path / "asked.csv").write_text("\n".join(map(",".join, cells)))
    capsys.readouterr()
    assert main(["predict", str(file), str(tmp_path / "asked.csv"), "--json"]) == 0
    told = msgspec.json.decode(capsys.readouterr().out)["predictions"]
    expected = np.asarray(Model.of(load_project(file)).predict(data.dataset.inputs[8:]))
    assert np.array(told).ravel() == pytest.approx(expected.ravel())


def test_the_terminal_fills_too_where_it_is_told_to_leave_cells_empty(tmp_path: Path) -> None:
    graph = add_node(Graph(), Node("in", Input((3,))))
    graph = connect(add_node(graph, Node("out", Dense(1))), "in", "out")
    save_project(Project(graph, settings=TrainingSettings(epochs=2)), tmp_path / "p.nnstudio")
    lines = [f"{'' if i % 5 == 0 else i},{i % 3}.5,{i}.5" for i in range(40)]
    (tmp_path / "my.csv").write_text("\n".join(["a,b,y", *lines]))
    source, out = f"{tmp_path / 'my.csv'}?missing=leave", tmp_path / "out.nnstudio"
    asked = ["train", str(tmp_path / "p.nnstudio"), "--data", source, "--out", str(out)]
    assert main(asked) == 0
    project = load_project(out)
    assert project.data.steps == (FillEmpty(),)
    assert np.isfinite(np.asarray(Model.of(project).predict([np.nan, 1.5, 1.0]))).all()


def test_which_inputs_are_words_is_known_of_a_store_too(tmp_path: Path) -> None:
    data = table().load()
    assert data.input_words == (-1, 1, 1, 1, 2, -1, -1, -1)
    store(data, tmp_path / "store")
    assert open_store(tmp_path / "store").input_words == data.input_words
    facts = tmp_path / "store" / "facts.json"
    plain = msgspec.json.decode(facts.read_bytes())
    del plain["input_words"]  # as it was written before
    facts.write_bytes(msgspec.json.encode(plain))
    assert open_store(tmp_path / "store").input_words == ()
