"""The document: undo, redo, saved mark, merging and bounded memory."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from small_projects import LINE

from nnstudio.data.preparation import Affine, Preparation
from nnstudio.project import document as document_module
from nnstudio.project.document import Document
from nnstudio.project.project import Project
from nnstudio.project.run_record import RunRecord
from nnstudio.training.recording import Moment, Recording
from nnstudio.training.trained import Progress, Trained, freeze

A, B, C, D = (Project(description=name) for name in "ABCD")


class Model(RuleBasedStateMachine):
    """A document beside a plain list of values and a place in it."""

    projects = st.sampled_from([A, B, C, D])
    keys = st.sampled_from([None, "k", "k", "l"])

    def __init__(self) -> None:
        super().__init__()
        self.document = Document(A)
        self.values, self.labels, self.place = [A], [""], 0  # labels[i] led to values[i]
        self.saved = A
        self.merging: str | None = None
        self.heard: list[tuple[Project, Project]] = []
        self.told: list[tuple[Project, Project]] = []
        self.document.subscribe(lambda old, new: self.heard.append((old, new)))

    @property
    def present(self) -> Project:
        return self.values[self.place]

    @rule(edits=st.lists(st.tuples(projects, st.sampled_from("xy"), keys), min_size=1, max_size=4))
    def edit(self, edits: list[tuple[Project, str, str | None]]) -> None:
        for project, label, key in edits:
            self.apply(project, label, key)
            self.they_agree()

    def apply(self, project: Project, label: str, key: str | None) -> None:
        # An equal value that is another object is no change either.
        changed = self.document.apply(label, replace(project), key)
        assert changed == (project != self.present)
        if not changed:
            return
        self.told.append((self.present, project))
        del self.values[self.place + 1 :], self.labels[self.place + 1 :]
        if key is not None and key == self.merging and self.place > 0:
            self.values[self.place] = project
        else:
            self.values.append(project)
            self.labels.append(label)
            self.place += 1
        self.merging = key

    @rule()
    def end_merge(self) -> None:
        self.document.end_merge()
        self.merging = None

    @rule()
    def undo(self) -> None:
        assert self.document.undo() == (self.place > 0)
        if self.place > 0:
            self.told.append((self.present, self.values[self.place - 1]))
            self.place -= 1
            self.merging = None

    @rule()
    def redo(self) -> None:
        possible = self.place + 1 < len(self.values)
        assert self.document.redo() == possible
        if possible:
            self.told.append((self.present, self.values[self.place + 1]))
            self.place += 1
            self.merging = None

    @rule()
    def save(self) -> None:
        self.document.mark_saved()
        self.saved, self.merging = self.present, None

    @rule(project=projects)
    def open_another(self, project: Project) -> None:
        self.told.append((self.present, project))
        self.document.replace(project)
        self.values, self.labels, self.place = [project], [""], 0
        self.saved, self.merging = project, None

    @invariant()
    def they_agree(self) -> None:
        assert self.document.project == self.present
        assert self.document.undo_label == self.labels[self.place]
        following = self.labels[self.place + 1 :]
        assert self.document.redo_label == (following[0] if following else "")
        assert self.document.is_modified == (self.saved != self.present)
        assert self.heard == self.told


TestDocument = Model.TestCase
TestDocument.settings = settings(max_examples=120, stateful_step_count=30)


# ---------------------------------------------------------------- merging, saving, listening


def test_a_drag_is_one_undo_step() -> None:
    document = Document(A)
    document.apply("Move", B, merge_key="drag")
    document.apply("Move", C, merge_key="drag")
    document.undo()
    assert document.project is A
    document.redo()
    assert document.project is C


def test_two_drags_with_a_pause_between_are_two_steps() -> None:
    document = Document(A)
    document.apply("Move", B, merge_key="drag")
    document.end_merge()
    document.apply("Move", C, merge_key="drag")
    document.undo()
    assert document.project is B


def test_a_drag_that_goes_on_after_undo_is_a_step_of_its_own() -> None:
    document = Document(A)
    document.apply("Edit", B)
    document.apply("Move", C, merge_key="drag")
    document.undo()
    document.apply("Move", D, merge_key="drag")
    document.undo()
    assert document.project is B


def test_a_step_that_is_withdrawn_can_neither_be_undone_nor_redone() -> None:
    document = Document(A)
    document.apply("First", B)
    document.apply("Impossible", C)
    assert document.withdraw()
    assert document.project is B
    assert (document.undo_label, document.redo_label) == ("First", "")
    document.undo()
    assert not document.withdraw()


def test_what_was_saved_in_the_middle_of_a_drag_can_be_gone_back_to() -> None:
    document = Document(A)
    document.apply("Move", B, merge_key="drag")
    document.mark_saved()
    document.apply("Move", C, merge_key="drag")
    assert document.is_modified
    document.undo()
    assert document.project is B
    assert not document.is_modified


def test_a_project_that_was_written_while_the_user_went_on_is_the_saved_one() -> None:
    document = Document(A)
    document.apply("Edit", B)
    document.mark_saved(A)
    assert document.is_modified
    document.undo()
    assert not document.is_modified


def test_nobody_is_told_any_more_after_unsubscribing() -> None:
    document = Document(A)
    heard: list[Project] = []
    stop = document.subscribe(lambda old, new: heard.append(new))
    document.apply("Edit", B)
    stop()
    document.apply("Edit", C)
    assert heard == [B]


def test_a_document_begins_with_an_empty_project_that_counts_as_saved() -> None:
    document = Document()
    assert document.project == Project()
    assert not document.is_modified
    assert not document.undo()
    assert not document.redo()


# ---------------------------------------------------------------- memory


def trained(number: int) -> Project:
    """A project with 400 bytes of weights of its own."""
    weights = freeze({("dense", "weight"): np.full(100, number, np.float32)})
    as_it_is = Preparation(Affine.identity(), Affine.identity())
    return Project(trained=Trained(weights, as_it_is, ""))


@pytest.fixture
def room_for_three(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_module, "UNDO_BYTES", 3 * 400)


@pytest.mark.usefixtures("room_for_three")
def test_the_oldest_steps_are_forgotten_when_past_weights_take_too_much_room() -> None:
    document = Document(trained(0))
    for number in range(1, 8):
        document.apply(f"Train {number}", trained(number))
        past = []
        while document.undo():
            past.append(document.project)
        expected = [trained(n) for n in range(number - 1, max(-1, number - 4), -1)]
        assert past == expected
        while document.redo():
            pass
        assert document.project == trained(number)


@pytest.mark.usefixtures("room_for_three")
def test_steps_that_share_their_weights_share_the_room() -> None:
    first = trained(0)
    document = Document(first)
    for number in range(50):
        document.apply("Edit", replace(first, description=str(number)))
    steps = 0
    while document.undo():
        steps += 1
    assert steps == 50


@pytest.mark.usefixtures("room_for_three")
def test_steps_without_weights_are_never_forgotten() -> None:
    document = Document()
    for number in range(200):
        document.apply("Edit", Project(description=str(number)))
    while document.undo():
        pass
    assert document.project == Project()


def test_the_trained_weights_take_part_in_undo() -> None:
    document = Document(LINE)
    result = replace(LINE, trained=trained(1).trained)
    document.apply("Train 3 epochs", result)
    assert document.is_modified
    document.undo()
    assert document.project.trained is None
    document.redo()
    assert document.project.trained == result.trained


# ---------------------------------------------------------------- memory of recordings


def recorded(project: Project, *moments: Moment) -> Project:
    """``project`` whose run has these moments."""
    assert project.trained is not None
    recording = Recording("run", moments=moments)
    return replace(project, trained=replace(project.trained, recording=recording))


def moments(count: int) -> tuple[Moment, ...]:
    """So many moments of 100 bytes each."""
    progress = Progress("run", 0, 0, 0, 0, 0, 0.1, 8, ())
    flats = [np.full(25, number, np.float32) for number in range(count)]
    return tuple(Moment(replace(progress, step=i), flat) for i, flat in enumerate(flats))


def undone(document: Document) -> list[bool]:
    """For every step back, the latest first, whether there is a recording."""
    found = []
    while document.undo():
        trained = document.project.trained
        assert trained is not None, "weights are never let go of"
        found.append(trained.recording is not None)
    return found


@pytest.fixture
def room_for_four_moments(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_module, "RECORDING_BYTES", 4 * 100)


@pytest.mark.usefixtures("room_for_four_moments")
def test_the_oldest_recordings_are_let_go_of_when_past_ones_take_too_much_room() -> None:
    document = Document(recorded(trained(0), *moments(2)))
    for number in range(1, 5):
        document.apply(f"Train {number}", recorded(trained(number), *moments(2)))
    assert undone(document) == [True, True, False, False]


@pytest.mark.usefixtures("room_for_four_moments")
def test_moments_that_recordings_share_count_once_and_present_ones_not_at_all() -> None:
    own = moments(9)
    document = Document(recorded(trained(0), *own[:1]))
    for number in range(1, 9):  # a run that is paused again and again
        document.apply(f"Train {number}", recorded(trained(number), *own[: number + 1]))
    assert undone(document) == [True] * 8


def in_book(project: Project, number: int) -> RunRecord:
    """``project``'s run, as it is written down."""
    assert project.trained is not None
    parts = (project.graph, project.layout, project.data, project.settings)
    return RunRecord(number, *parts, began="", trained=project.trained)


@pytest.mark.usefixtures("room_for_four_moments")
def test_recordings_that_the_book_of_runs_keeps_stay_in_past_steps_and_take_room_from_others() -> (
    None
):
    first, second, third = (recorded(trained(number), *moments(2)) for number in range(3))
    document = Document(first)
    document.apply("Train", second)
    document.keep_runs(tuple(in_book(first, number) for number in (1, 2)))
    document.apply("Train", third)
    assert undone(document) == [False, True]


@pytest.mark.usefixtures("room_for_four_moments")
def test_what_a_paused_run_shares_with_itself_in_the_book_is_no_more_to_keep() -> None:
    own = moments(6)
    document = Document(recorded(trained(0), *own[:5]))
    whole = recorded(trained(1), *own)
    document.apply("Train", whole)
    document.keep_runs((in_book(whole, 1),))
    document.apply("New weights", replace(whole, trained=None))
    assert undone(document) == [True, True]


@pytest.mark.usefixtures("room_for_four_moments")
def test_steps_that_share_a_recording_lose_it_together_and_still_share_their_weights() -> None:
    first = recorded(trained(0), *moments(5))
    document = Document(first)
    document.apply("Edit", replace(first, description="A"))
    document.apply("Edit", replace(first, description="B"))
    document.apply("New weights", trained(1))
    found = []
    while document.undo():
        found.append(document.project.trained)
    assert found[0] is found[1] is found[2]
    assert found[0] == first.trained
    assert found[0].recording is None
