"""The book of runs: what is the same run, what another one's child, and what is kept of each."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from dataclasses import replace
from math import inf, isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_projects import LINE, LINE_DATA, SPIRAL, SPIRAL_DATA

from nnstudio.data.batches import PreparedData
from nnstudio.engine.dense import Dense
from nnstudio.engine.optimizers import Adam
from nnstudio.graph.edits import replace_layer
from nnstudio.project import run_book
from nnstudio.project.document import Document
from nnstudio.project.project import Project
from nnstudio.project.rewinding import rewound
from nnstudio.project.run_book import (
    RunRecord,
    begun,
    ended,
    forked,
    lineage,
    next_number,
    numbered,
    project_of,
    record_of,
    reopened,
    with_end,
    without,
    written,
)
from nnstudio.project.runs import (
    is_finished,
    session_for,
    with_ended_run,
    with_new_weights,
    with_start_weights,
)
from nnstudio.training.events import Diverged, Ended
from nnstudio.training.loop import train
from nnstudio.training.recorder import Recorder
from nnstudio.training.recording import Recording
from nnstudio.training.trained import Trained

WHEN = "2026-11-21T14:00:00+00:00"


def run(
    project: Project,
    data: PreparedData = LINE_DATA,
    *,
    epochs: int | None = None,
    batches: int | None = None,
) -> Project:
    """``project`` after training, as the window does it."""
    session = session_for(project, data)
    record = begun(project, session, WHEN)
    *_, event = train(session, epochs=epochs, batches=batches)
    trained = numbered(session.trained(), record) if isinstance(event, Ended) else None
    record = ended(record, session, event, trained)
    runs = written(project.runs, record)
    return replace(project, trained=trained or project.trained, runs=runs)


def trained_of(project: Project) -> Trained:
    assert project.trained is not None
    return project.trained


def with_rate(project: Project, rate: float) -> Project:
    return replace(project, settings=replace(project.settings, learning_rate=rate))


# ---------------------------------------------------------------- the same run, or another


def test_a_run_that_is_paused_and_goes_on_is_one_run() -> None:
    project = run(run(LINE, batches=3))
    (record,) = project.runs
    assert (record.number, record.end, record.epoch) == (1, "finished", LINE.settings.epochs)
    assert len(record.curves.steps) == record.step > 3
    assert record.trained == project.trained


def test_a_paused_run_whose_learning_rate_is_changed_goes_on_as_the_same_run() -> None:
    project = run(with_rate(run(LINE, epochs=1), 0.05))
    (record,) = project.runs
    assert record.settings.learning_rate == 0.05


@pytest.mark.parametrize(
    "change",
    [
        with_new_weights,
        with_start_weights,
        lambda project: replace(project, settings=replace(project.settings, optimizer=Adam())),
        lambda project: project.with_graph(
            replace_layer(project.graph, "n1", Dense(units=1, use_bias=False))
        ),
    ],
    ids=["new weights", "restart", "another optimizer", "another design"],
)
def test_what_is_not_going_on_is_another_run(change: Callable[[Project], Project]) -> None:
    project = run(change(run(LINE, epochs=1)))
    assert [record.number for record in project.runs] == [1, 2]
    assert project.runs[0].epoch == 1


def test_a_run_tells_which_run_and_step_it_began_from() -> None:
    stopped = with_ended_run(run(LINE, batches=3))
    assert run(stopped).runs[-1].parent == (1, 3)
    other = replace(LINE.settings, optimizer=Adam())
    edited = run(replace(run(LINE, batches=4), settings=other))
    assert edited.runs[-1].parent == (1, 4)


def test_a_run_restarted_with_the_weights_of_another_began_from_that_one_too() -> None:
    child = run(with_ended_run(run(LINE, batches=3)))
    assert run(with_start_weights(child)).runs[-1].parent == (1, 3)


def test_a_run_from_the_weights_of_one_that_was_deleted_has_a_number_above_it() -> None:
    stopped = with_ended_run(run(LINE, batches=3))
    alone = replace(stopped, trained=replace(trained_of(stopped), parent=(9, 3)), runs=())
    (record,) = run(alone).runs
    assert (record.number, record.parent) == (10, (9, 3))


def test_a_run_from_first_weights_has_no_parent() -> None:
    project = run(with_new_weights(run(LINE)))
    assert project.runs[-1].parent is None
    assert run(with_start_weights(run(LINE))).runs[-1].parent is None


def test_going_on_from_an_earlier_moment_of_a_run_is_a_fork_of_it() -> None:
    """As after undo, or Continue from here."""
    early = run(LINE, epochs=1)
    late = run(early)
    back = replace(early, runs=late.runs)
    forked_run = run(back).runs[-1]
    assert forked_run.number == 2
    assert forked_run.parent == (1, trained_of(early).progress.step)  # type: ignore[union-attr]
    assert record_of(run(back).runs, 1) == late.runs[0]


def test_a_number_given_again_does_not_make_two_runs_one() -> None:
    first = run(LINE, epochs=1)
    other = replace(LINE, settings=replace(LINE.settings, optimizer=Adam()))
    second = run(replace(other, runs=without(first.runs, [1])), epochs=1)
    assert [record.number for record in second.runs] == [1]
    project = run(replace(first, runs=second.runs))
    assert [record.number for record in project.runs] == [1, 2]


def test_the_lineage_of_a_run_goes_back_to_the_one_from_first_weights() -> None:
    project = LINE
    for _ in range(3):
        project = with_ended_run(run(project, batches=2))
    assert [record.number for record in lineage(project.runs, project.runs[2])] == [3, 2, 1]
    gap = without(project.runs, [2])
    assert [record.number for record in lineage(gap, gap[-1])] == [3]


def test_a_number_is_not_given_again_while_another_run_tells_of_it() -> None:
    project = run(with_ended_run(run(LINE, batches=3)))
    assert next_number(without(project.runs, [1])) == 3
    grandchild = replace(project.runs[1], number=1, parent=(7, 3))
    assert next_number((grandchild,)) == 8


# ---------------------------------------------------------------- what is kept


def test_a_run_is_kept_with_its_settings_figures_and_data() -> None:
    project = run(SPIRAL, SPIRAL_DATA)
    (record,) = project.runs
    assert (record.graph, record.data, record.settings) == (
        SPIRAL.graph,
        SPIRAL.data,
        SPIRAL.settings,
    )
    assert record.is_accuracy
    assert record.data_sha256 == trained_of(project).data_sha256
    epochs = record.curves.epochs
    assert record.final == epochs[-1]
    losses = [row.val_loss for row in epochs]
    assert record.best == epochs[int(np.argmin(losses))]


def test_without_a_validation_part_the_training_loss_tells_the_best_epoch() -> None:
    data = replace(LINE.data, split=replace(LINE.data.split, validation=0.0))
    project = replace(LINE, data=data)
    (record,) = run(project, PreparedData.of(data)).runs
    assert record.best is not None
    assert isnan(record.best.val_loss)
    assert record.best.train_loss == min(row.train_loss for row in record.curves.epochs)


def test_a_run_that_diverged_is_kept_with_its_curves_and_without_weights() -> None:
    project = run(with_rate(LINE, 100.0))
    (record,) = project.runs
    assert record.end == "diverged"
    assert record.trained is None
    assert len(record.curves.steps) == record.step > 0


def test_a_run_paused_and_then_stopped_has_been_stopped() -> None:
    project = run(LINE, batches=3)
    assert project.runs[0].end == "paused"
    assert with_end(project.runs, project.trained)[0].end == "stopped"
    finished = run(LINE)
    assert with_end(finished.runs, finished.trained) is finished.runs
    progress = trained_of(project).progress
    assert progress is not None
    earlier = replace(trained_of(project), progress=replace(progress, step=2))
    assert with_end(project.runs, earlier) is project.runs, "the run stands elsewhere"


def test_the_oldest_runs_let_their_weights_go_beyond_the_bound_but_never_their_curves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    size = run(LINE).runs[0].size
    monkeypatch.setattr(run_book, "WEIGHT_BYTES", 2 * size)
    project = LINE
    for _ in range(2):
        project = with_new_weights(run(project))
    kept = replace(project.runs[0], is_kept=True)
    project = replace(project, runs=written(project.runs, kept))
    for _ in range(4):
        project = with_new_weights(run(project))
    with_weights = [record.number for record in project.runs if record.trained is not None]
    assert with_weights == [1, 4, 5, 6]  # marked; two within the bound; the newest
    assert all(record.final is not None for record in project.runs)
    assert all(len(record.curves.steps) == record.step for record in project.runs)


def test_the_newest_run_keeps_its_weights_however_many_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(run_book, "WEIGHT_BYTES", 0)
    assert run(LINE).runs[0].trained is not None


# ---------------------------------------------------------------- opening again


def test_a_run_opened_again_has_its_design_settings_weights_and_curves() -> None:
    first = run(LINE)
    wider = with_new_weights(first).with_graph(
        replace_layer(LINE.graph, "n1", Dense(units=1, use_bias=False))
    )
    project = run(with_rate(wider, 0.01))
    opened = reopened(project, project.runs[0])
    assert (opened.graph, opened.settings) == (LINE.graph, LINE.settings)
    assert trained_of(opened).sha256 == trained_of(first).sha256
    assert trained_of(opened).history is not None
    assert opened.runs is project.runs


def test_what_was_said_of_the_data_stays_only_with_that_data() -> None:
    told = replace(run(LINE), description="A line and noise.")
    assert reopened(told, told.runs[0]).description == told.description
    elsewhere = replace(told, data=SPIRAL.data)
    assert reopened(elsewhere, told.runs[0]).description == ""


def recorded(project: Project, *, batches: int | None = None) -> Project:
    """``project`` after training, with the moments of its run."""
    session = session_for(project, LINE_DATA)
    recorder = Recorder(session, share=inf)
    recorder.begin()
    record = begun(project, session, WHEN)
    for event in train(session, batches=batches):
        recorder.attend(event)
    trained = numbered(replace(session.trained(), recording=recorder.recording), record)
    record = ended(record, session, event, trained)
    return replace(project, trained=trained, runs=written(project.runs, record))


def recording_of(project: Project, number: int) -> Recording | None:
    record = record_of(project.runs, number)
    assert record is not None
    assert record.trained is not None, "weights go later than moments"
    return record.trained.recording


def test_a_record_has_its_curves_once_and_the_moments_on_the_way() -> None:
    (record,) = recorded(LINE, batches=3).runs
    assert record.trained is not None
    assert record.trained.history is None
    assert len(record.curves.steps) == 3
    assert record.trained.recording is not None
    assert [moment.step for moment in record.trained.recording.moments] == [0, 1, 2, 3]


def test_a_run_opened_again_can_be_wound_back_and_goes_on_from_there_with_the_same_bits() -> None:
    project = recorded(LINE, batches=7)
    other = recorded(with_new_weights(project))
    opened = reopened(other, other.runs[0])
    recording = trained_of(opened).recording
    assert recording is not None
    moment = recording.at(4)
    assert moment is not None
    again = run(rewound(opened, moment), batches=3)
    assert trained_of(again).sha256 == trained_of(project).sha256


def test_the_oldest_runs_let_their_moments_go_beyond_the_bound_but_not_their_weights(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    size = recorded(LINE).runs[0].recording_size
    monkeypatch.setattr(run_book, "RECORDING_BYTES", 2 * size)
    project = recorded(LINE)
    marked = replace(project.runs[0], is_kept=True)  # which is said of its weights
    project = with_new_weights(replace(project, runs=written(project.runs, marked)))
    for _ in range(3):
        project = with_new_weights(recorded(project))
    kept = [record.number for record in project.runs if recording_of(project, record.number)]
    assert kept == [2, 3, 4]  # two within the bound, and the newest
    monkeypatch.setattr(run_book, "RECORDING_BYTES", 0)
    project = recorded(project)
    kept = [record.number for record in project.runs if recording_of(project, record.number)]
    assert kept == [5]


def test_moments_of_a_tiny_network_count_for_what_surrounds_them_too() -> None:
    (record,) = recorded(LINE).runs
    recording = recording_of(recorded(LINE), 1)
    assert recording is not None
    assert record.recording_size > recording.size + 1000 * len(recording.moments)


def test_a_paused_run_opened_again_goes_on_with_the_same_bits_as_the_same_run() -> None:
    paused = run(LINE, batches=7)
    other = run(with_new_weights(paused))
    back = run(reopened(other, other.runs[0]))
    assert [record.number for record in back.runs] == [1, 2]
    assert trained_of(back).sha256 == trained_of(run(LINE)).sha256


def slower(project: Project) -> Project:
    return with_rate(project, 0.02)


def test_a_fork_from_the_end_goes_on_with_the_shared_past_as_a_run_of_its_own() -> None:
    project = run(LINE)
    parent = project.runs[0]
    child = run(forked(project, parent, slower, more=2)).runs[-1]
    assert (child.number, child.parent) == (2, (1, parent.step))
    assert child.curves.epochs[: parent.epoch] == parent.curves.epochs
    assert child.epoch == parent.epoch + 2
    assert (parent.settings.learning_rate, child.settings.learning_rate) == (0.1, 0.02)


def test_a_fork_that_can_not_go_on_begins_from_the_weights_for_as_many_epochs() -> None:
    project = run(LINE)
    parent = project.runs[0]

    def other(project: Project) -> Project:
        return replace(project, settings=replace(project.settings, optimizer=Adam()))

    child = run(forked(project, parent, other, more=2))
    assert child.runs[-1].parent == (1, parent.step)
    assert child.runs[-1].epoch == 2
    assert trained_of(child).start == trained_of(project).weights


def test_a_fork_of_a_run_that_ended_early_goes_on() -> None:
    settings = replace(LINE.settings, epochs=50, early_stopping=True, patience=1, min_delta=1.0)
    project = run(replace(LINE, settings=settings))
    assert project.runs[0].end == "early"
    before = project.runs[0].epoch
    fork = forked(project, project.runs[0], slower, more=2)
    assert not is_finished(fork), "or Run would begin it again"
    assert run(fork).runs[-1].epoch > before


def test_a_fork_from_the_start_begins_with_the_same_weights() -> None:
    project = run(with_ended_run(run(LINE, batches=3)))
    parent = project.runs[1]
    child = run(forked(project, parent, slower))
    assert trained_of(child).start == trained_of(project).start
    assert child.runs[-1].parent == parent.parent


def test_the_same_seed_gives_the_same_run_to_the_last_bit() -> None:
    first, second = run(SPIRAL, SPIRAL_DATA), run(SPIRAL, SPIRAL_DATA)
    assert trained_of(first).sha256 == trained_of(second).sha256
    steps = [project.runs[0].history["steps.raw"] for project in (first, second)]
    np.testing.assert_array_equal(*steps)


# ---------------------------------------------------------------- undo leaves it alone


def test_a_number_of_a_run_that_was_deleted_is_not_given_again_while_the_document_is_open(
    record: RunRecord,
) -> None:
    document = Document(LINE)
    document.keep_runs((replace(record, number=7),))
    document.keep_runs(())
    assert document.last_run == 7
    assert next_number(document.project.runs, document.last_run) == 8
    document.replace(SPIRAL)
    assert document.last_run == 0, "another project counts from the beginning"
    document.replace(replace(LINE, runs=(replace(record, number=3),)))
    assert document.last_run == 3


def test_undo_and_redo_leave_the_book_alone() -> None:
    document = Document(LINE)
    trained = run(LINE)
    document.keep_runs(trained.runs)
    document.apply("Train 3 epochs", trained)
    document.apply("Rate", with_rate(document.project, 0.5))
    while document.undo():
        assert document.project.runs == trained.runs
    assert document.project.trained is None
    noted = written(trained.runs, replace(trained.runs[0], note="good"))
    document.keep_runs(noted)
    while document.redo():
        assert document.project.runs == noted
    assert document.project.settings.learning_rate == 0.5


@given(
    steps=st.lists(
        st.sampled_from(["edit", "stale edit", "undo", "redo", "keep"]), min_size=1, max_size=12
    )
)
def test_whatever_is_edited_and_undone_the_book_is_the_one_kept_last(steps: list[str]) -> None:
    document = Document(LINE)
    book: tuple[RunRecord, ...] = ()
    record = begun(LINE, session_for(LINE, LINE_DATA), WHEN)
    for count, step in enumerate(steps, 1):
        rate = 1 / (1 + count)
        match step:
            case "edit":
                document.apply("Rate", with_rate(document.project, rate))
            case "stale edit":
                document.apply("Rate", with_rate(LINE, rate))
            case "keep":
                book = (*book, replace(record, number=count))
                document.keep_runs(book)
            case _:
                getattr(document, step)()
        assert document.project.runs == book


def test_an_edit_of_an_older_value_does_not_bring_back_its_book() -> None:
    document = Document(LINE)
    document.keep_runs(run(LINE).runs)
    document.apply("Rate", with_rate(LINE, 0.5))
    assert len(document.project.runs) == 1


def test_a_run_that_is_kept_is_no_step_of_undo_and_wants_to_be_saved() -> None:
    document = Document(LINE)
    document.keep_runs(run(LINE).runs)
    assert document.undo_label == ""
    assert document.is_modified


def test_undo_holds_on_to_no_weights_of_runs() -> None:
    """The bound of the book would be none if every step of undo had a book of its own."""
    document = Document(LINE)
    document.keep_runs(run(LINE).runs)
    kept = weakref.ref(document.project.runs[0])
    document.apply("Rate", with_rate(document.project, 0.5))
    document.apply("Rate", with_rate(document.project, 0.6))
    document.undo()
    document.keep_runs(())
    gc.collect()
    assert kept() is None


def test_a_run_that_is_kept_tells_the_views_once(record: RunRecord) -> None:
    document = Document(LINE)
    heard: list[tuple[Project, Project]] = []
    document.subscribe(lambda old, new: heard.append((old, new)))
    document.keep_runs((record,))
    document.keep_runs((record,))
    assert [(old.runs, new.runs) for old, new in heard] == [((), (record,))]


@pytest.fixture
def record() -> RunRecord:
    return run(LINE, batches=2).runs[0]


def test_the_end_of_a_run_that_diverges_after_a_pause_does_not_lose_the_pause() -> None:
    paused = run(LINE, batches=2)
    diverged = run(with_rate(paused, 100.0))
    assert diverged.runs[0].end == "diverged"
    again = run(with_rate(diverged, 0.1))
    assert again.runs[-1].parent == (1, 2)


def test_a_project_of_a_run_stands_where_the_run_stands(record: RunRecord) -> None:
    assert trained_of(project_of(record)).place == (1, 2)


def test_a_run_is_diverged_only_by_its_event() -> None:
    session = session_for(LINE, LINE_DATA)
    new = begun(LINE, session, WHEN)
    assert ended(new, session, Diverged(1, float("nan"), 0.1), None).end == "diverged"
    assert ended(new, session, Ended("limit"), None).end == "paused"
    assert ended(new, session, Ended("stopped"), None, is_stopped=True).end == "stopped"
    assert ended(new, session, Ended("early"), None).end == "early"
