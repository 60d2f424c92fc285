"""What is suspicious about data has a button that mends it, or a reason why there is none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Dataset
from nnstudio.data.facts.warnings import DataWarning, warnings
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources.table import Table
from nnstudio.data.split import Split
from nnstudio.engine.dense import Dense
from nnstudio.engine.embedding import Embedding
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.graph.edits import add_node, connect
from nnstudio.graph.model import Graph, Node
from nnstudio.project.data_fixes import DATA_FIXES, DATA_NO_FIX, data_fix, matters, why_no_fix
from nnstudio.project.project import Project

X = np.random.default_rng(0).normal(size=(200, 3))
LABELS = np.arange(200) % 2


def project_with(**settings: object) -> Project:
    project = Project()
    return replace(project, data=replace(project.data, **settings))


def warnings_of(project: Project, data: Dataset) -> dict[str, DataWarning]:
    prepared = PreparedData.of(project.data, dataset=data)
    return {w.code: w for w in matters(project, warnings(prepared))}


def copies(test_count: int = 0) -> Dataset:
    inputs = X.copy()
    inputs[100:] = inputs[:100]
    return Dataset("", inputs, LABELS, ("a", "b"), test_count=test_count)


RARE = Dataset("", X, (np.arange(200) % 20 == 0).astype(int), ("a", "b"))
UNSEEN = Dataset("", X[:20], np.array([2] + [0, 1] * 9 + [0]), ("a", "b", "c"))
LARGE = Dataset("", X * 500, LABELS, ("a", "b"))
LARGE_TARGETS = Dataset("", X, X[:, :1] * 5000 + X[:, 1:2] * 3000)


@pytest.mark.parametrize(
    ("code", "project", "data"),
    [
        ("data_imbalance", project_with(), RARE),
        ("data_duplicates", project_with(), copies()),
        ("data_duplicates", project_with(split=Split(by="chance")), copies()),
        ("data_unscaled", project_with(inputs="none"), LARGE),
        ("data_unscaled_targets", project_with(targets="none"), LARGE_TARGETS),
    ],
    ids=["imbalance", "duplicates", "duplicates by chance", "unscaled", "targets"],
)
def test_the_fix_makes_the_warning_go_away(code: str, project: Project, data: Dataset) -> None:
    warning = warnings_of(project, data)[code]
    fix = data_fix(project, warning)
    assert fix is not None
    assert code not in warnings_of(fix.project, data)


def test_dealing_out_by_class_is_offered_where_chance_left_a_class_unseen() -> None:
    seeds = (Split(by="chance", seed=seed) for seed in range(100))
    project = next(
        project
        for split in seeds
        if "data_class_unseen" in warnings_of(project := project_with(split=split), UNSEEN)
    )
    fix = data_fix(project, warnings_of(project, UNSEEN)["data_class_unseen"])
    assert fix is not None
    assert fix.project.data.split.by == "class"


def test_a_way_of_dealing_out_that_was_chosen_is_left_alone() -> None:
    project = project_with(split=Split(by="order"))
    warning = warnings_of(project, copies())["data_duplicates"]
    assert data_fix(project, warning) is None
    assert "chosen" in why_no_fix(warning)


def test_a_published_test_part_is_left_as_it_is() -> None:
    project = project_with()
    warning = warnings_of(project, copies(test_count=50))["data_duplicates"]
    assert data_fix(project, warning) is None
    assert "published" in why_no_fix(warning)


def test_numbers_that_an_embedding_looks_up_are_not_asked_to_be_scaled() -> None:
    data = Dataset(
        "", np.random.default_rng(0).integers(0, 900, (200, 3)) * 1.0, LABELS, ("a", "b")
    )
    plain = replace(project_with(inputs="none"), graph=chain(Input((3,)), Dense(2)))
    assert "data_unscaled" in warnings_of(plain, data)
    looked_up = replace(plain, graph=chain(Input((3,)), Embedding(900, 4), Flatten(), Dense(2)))
    assert "data_unscaled" not in warnings_of(looked_up, data)


def chain(*layers: object) -> Graph:
    graph = Graph()
    for k, layer in enumerate(layers):
        graph = add_node(graph, Node(f"n{k}", layer))  # type: ignore[arg-type]
        if k:
            graph = connect(graph, f"n{k - 1}", f"n{k}")
    return graph


def test_every_warning_has_a_fix_or_a_reason() -> None:
    import inspect

    from nnstudio.data.facts import warnings as module

    table = inspect.getdoc(module) or ""
    codes = {line.split("|")[1].strip() for line in table.splitlines() if "| data_" in line}
    assert len(codes) == 10
    assert codes <= set(DATA_FIXES) | set(DATA_NO_FIX)
    assert all(why_no_fix(DataWarning(code)) for code in DATA_NO_FIX)


def test_a_data_setting_that_is_right_already_is_not_offered_again() -> None:
    project = Project(data=DataSettings(Project().data.source, inputs="standardise"))
    warning = DataWarning("data_unscaled", {"column": "x1", "low": "0", "high": "1"})
    assert data_fix(project, warning) is None


@pytest.mark.parametrize("chosen", [(), ("a", "b", "copy")], ids=["guessed", "chosen"])
def test_a_leaking_column_of_a_table_can_be_left_out(
    tmp_path: Path, chosen: tuple[str, ...]
) -> None:
    file = tmp_path / "leak.csv"
    rows = (
        f"{a:.3f},{b:.3f},{label * 2.5},{label}" for (a, b, _), label in zip(X, LABELS, strict=True)
    )
    file.write_text("a,b,copy,label\n" + "\n".join(rows), "utf-8")
    project = project_with(source=Table(file=str(file), inputs=chosen))
    found = {w.code: w for w in warnings(PreparedData.of(project.data))}
    assert found["data_leak"].columns == ("copy",)
    fix = data_fix(project, found["data_leak"])
    assert fix is not None
    assert fix.label == "Leave out copy"
    mended = PreparedData.of(fix.project.data)
    assert mended.dataset.input_names == ("a", "b")
    assert "copy" in mended.dataset.column_names
    assert not warnings(mended)
