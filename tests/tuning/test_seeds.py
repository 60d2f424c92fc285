"""A run with several seeds: the same run again for its own seed, a mean and a range for all."""

from __future__ import annotations

from dataclasses import replace
from math import isnan, nan

import numpy as np
import pytest

from nnstudio.data.batches import PreparedData
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Line, Spiral
from nnstudio.engine.activations import Softmax, Tanh
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.engine.optimizers import SGD
from nnstudio.engine.shaping import Input
from nnstudio.graph.model import Edge, Graph, Node
from nnstudio.project.project import Project
from nnstudio.project.run_book import (
    RunRecord,
    begun,
    ended,
    group_of,
    numbered,
    record_of,
    with_group,
    written,
)
from nnstudio.project.runs import session_for, with_ended_run
from nnstudio.training.control import Control
from nnstudio.training.events import BatchDone
from nnstudio.training.history import EpochFigures, History
from nnstudio.training.loop import train
from nnstudio.training.settings import TrainingSettings
from nnstudio.tuning.seeds import SeedBegun, SeedRuns, band, spread

_LAYERS = Input(shape=(2,)), Dense(units=5), Tanh(), Dropout(rate=0.2), Dense(units=2), Softmax()
SPIRAL = Project(
    graph=Graph(
        tuple(Node(f"n{i}", layer) for i, layer in enumerate(_LAYERS)),
        tuple(Edge(f"n{i}", f"n{i + 1}") for i in range(len(_LAYERS) - 1)),
    ),
    data=DataSettings(Spiral(count=60)),
    settings=TrainingSettings(loss=CategoricalCrossEntropy(), batch_size=16, epochs=3, seed=7),
)
DATA = PreparedData.of(SPIRAL.data)


def trained(project: Project) -> Project:
    session = session_for(project, DATA)
    record = begun(project, session, "2026-11-21T14:00:00+00:00")
    *_, event = train(session)
    made = numbered(session.trained(), record)
    runs = written(project.runs, ended(record, session, event, made))
    return replace(project, trained=made, runs=runs)


def repeated(record: RunRecord, count: int) -> list[RunRecord]:
    runs = SeedRuns(record, count)
    for _ in runs.run(DATA):
        pass
    return runs.done


def sha256(record: RunRecord) -> str:
    assert record.trained is not None
    return record.trained.sha256


# ---------------------------------------------------------------- the runs


def test_the_first_repetition_is_the_run_itself_to_the_last_bit_and_the_others_are_not() -> None:
    (record,) = trained(SPIRAL).runs
    again = repeated(record, 3)
    assert [run.settings.seed for run in again] == [7, 8, 9]
    assert sha256(again[0]) == sha256(record)
    np.testing.assert_array_equal(again[0].history["steps.raw"], record.history["steps.raw"])
    assert len({sha256(run) for run in again}) == 3


def test_repeating_twice_gives_the_same_bits_twice() -> None:
    (record,) = trained(SPIRAL).runs
    assert [sha256(run) for run in repeated(record, 3)] == [
        sha256(run) for run in repeated(record, 3)
    ]


def test_a_run_that_began_from_the_weights_of_another_is_repeated_from_these() -> None:
    project = trained(with_ended_run(trained(SPIRAL)))
    child = project.runs[1]
    again = repeated(child, 2)
    assert sha256(again[0]) == sha256(child)
    assert again[1].trained is not None
    assert child.trained is not None
    assert again[1].trained.start == child.trained.start


def test_cancelling_keeps_the_repetitions_that_are_done_and_forgets_the_one_that_is_not() -> None:
    (record,) = trained(SPIRAL).runs
    runs, control = SeedRuns(record, 5), Control()
    begun = 0
    for event in runs.run(DATA, control):
        begun += isinstance(event, SeedBegun)
        if begun == 3 and isinstance(event, BatchDone):
            control.stop()
    assert [run.settings.seed for run in runs.done] == [7, 8]


def test_a_repetition_that_diverges_is_told_and_the_others_go_on() -> None:
    graph = Graph((Node("a", Input(shape=(1,))), Node("b", Dense(units=1))), (Edge("a", "b"),))
    settings = TrainingSettings(optimizer=SGD(), learning_rate=100.0, epochs=99)
    line = Project(graph=graph, data=DataSettings(Line(count=40)), settings=settings)
    data = PreparedData.of(line.data)
    runs = SeedRuns(begun(line, session_for(line, data), "2026-11-21T14:00:00+00:00"), 2)
    for _ in runs.run(data):
        pass
    assert [run.end for run in runs.done] == ["diverged", "diverged"]
    assert [run.settings.seed for run in runs.done] == [0, 1]


def test_repetitions_are_kept_as_a_group_with_numbers_of_their_own() -> None:
    project = trained(SPIRAL)
    runs = with_group(project.runs, repeated(project.runs[0], 3))
    assert [(run.number, run.group) for run in runs] == [(1, 0), (2, 2), (3, 2), (4, 2)]
    members = group_of(runs, runs[2])
    assert [run.number for run in members] == [2, 3, 4]
    assert group_of(runs, runs[0]) == ()
    assert all(run.trained is not None and run.trained.run_number == run.number for run in members)
    twice = with_group(runs, repeated(project.runs[0], 2))
    assert [run.group for run in twice[4:]] == [5, 5]
    found = record_of(twice, 6)
    assert found is not None
    assert found.settings.seed == 8


# ---------------------------------------------------------------- mean and range


def with_epochs(record: RunRecord, rows: list[tuple[float, float]], **changes: object) -> RunRecord:
    """``record`` with these (validation loss, validation accuracy) instead of its own."""
    history = History()
    for loss, metric in rows:
        history.add_epoch(EpochFigures(1, 2 * loss, metric, loss, metric, 0.0))
    return replace(record, history=history.arrays(), epoch=len(rows), **changes)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def record() -> RunRecord:
    return trained(SPIRAL).runs[0]


def test_the_band_has_the_mean_the_least_and_the_greatest_of_each_epoch(record: RunRecord) -> None:
    rows = [[(1.0, 0.5), (0.5, 0.6)], [(3.0, 0.7), (1.5, 0.8)]]
    found = band([with_epochs(record, each) for each in rows], "val_loss")
    np.testing.assert_allclose(found.epochs, [1, 2])
    np.testing.assert_allclose(found.mean, [2.0, 1.0])
    np.testing.assert_allclose(found.least, [1.0, 0.5])
    np.testing.assert_allclose(found.greatest, [3.0, 1.5])


def test_where_some_runs_ended_earlier_the_band_is_of_those_that_went_on(record: RunRecord) -> None:
    rows = [[(1.0, 0.5), (0.5, 0.6)], [(3.0, 0.7)]]
    found = band([with_epochs(record, each) for each in rows], "val_loss")
    np.testing.assert_allclose(found.mean, [2.0, 0.5])
    np.testing.assert_allclose(found.greatest, [3.0, 0.5])


def test_each_epoch_of_long_runs_has_the_mean_of_all_though_they_kept_different_ones(
    record: RunRecord,
) -> None:
    chance = np.random.default_rng(0).uniform(-0.1, 0.1, (2, 5000))
    runs = [
        with_epochs(record, [(level + each, 0.5) for each in its.tolist()])
        for level, its in zip((1.0, 3.0), chance, strict=True)
    ]
    kept = [set(each.curves.columns()["epoch"].tolist()) for each in runs]
    assert kept[0] != kept[1]
    found = band(runs, "val_loss")
    assert set(found.epochs.tolist()) == kept[0] | kept[1]
    np.testing.assert_allclose(found.mean, 2.0, atol=0.1)
    np.testing.assert_allclose(found.least, 1.0, atol=0.1)
    np.testing.assert_allclose(found.greatest, 3.0, atol=0.1)


def test_an_epoch_whose_loss_is_no_number_has_no_part_in_the_band(record: RunRecord) -> None:
    rows = [[(1.0, 0.5), (nan, 0.5), (1.0, 0.5)], [(3.0, 0.5), (5.0, 0.5), (3.0, 0.5)]]
    found = band([with_epochs(record, each) for each in rows], "val_loss")
    np.testing.assert_allclose(found.mean, [2.0, 5.0, 2.0])


def test_a_figure_that_no_run_has_gives_an_empty_band(record: RunRecord) -> None:
    assert len(band([with_epochs(record, [(nan, nan)])], "val_loss").epochs) == 0
    assert len(band([], "val_loss").epochs) == 0


def test_the_spread_is_mean_and_standard_deviation_of_the_last_epochs(record: RunRecord) -> None:
    runs = [with_epochs(record, [(9.0, 0.1), (1.0, value)]) for value in (0.90, 0.94, 0.98)]
    found = spread(runs, "metric")
    assert found is not None
    assert found.name == "validation accuracy"
    assert found.mean == pytest.approx(0.94)
    assert found.deviation == pytest.approx(0.04)
    assert (found.fewest, found.most, found.runs) == (2, 2, 3)


def test_a_diverged_run_has_no_part_in_the_spread(record: RunRecord) -> None:
    runs = [with_epochs(record, [(1.0, 0.5)]), with_epochs(record, [(1.0, 0.9)], end="diverged")]
    found = spread(runs, "metric")
    assert found is not None
    assert (found.mean, found.runs) == (0.5, 1)
    assert isnan(found.deviation)


def test_without_a_validation_part_the_training_part_is_told(record: RunRecord) -> None:
    history = History()
    history.add_epoch(EpochFigures(1, 0.25, 0.75, nan, nan, 0.0))
    found = spread([replace(record, history=history.arrays(), epoch=1)], "loss")
    assert found is not None
    assert (found.name, found.mean) == ("training loss", 0.25)
    assert spread([with_epochs(record, [])], "loss") is None
