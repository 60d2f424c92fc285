"""What is kept of a run in case of a crash, when, and what is found of it afterwards."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import pairwise
from math import inf
from pathlib import Path

import numpy as np
import pytest
from saved_projects import SPIRAL, trained_of

from nnstudio.data.batches import PreparedData
from nnstudio.persistence.atomic import TEMPORARY
from nnstudio.persistence.recovery.checkpoints import Checkpoints, Pace
from nnstudio.persistence.recovery.folder import (
    Note,
    RecoveryFolder,
    Which,
    left_behind,
    recovery_root,
)
from nnstudio.persistence.recovery.keeper import Keeper
from nnstudio.persistence.recovery.lock import FileLock
from nnstudio.persistence.recovery.telling import story_of, when_text
from nnstudio.project.project import Project
from nnstudio.project.runs import session_for
from nnstudio.training.events import BatchDone
from nnstudio.training.history import History
from nnstudio.training.loop import train
from nnstudio.training.session import Session
from nnstudio.training.standing import Standing
from nnstudio.training.trained import Trained, weights_sha256

DATA = PreparedData.of(SPIRAL.data)
AVERAGED = replace(SPIRAL, settings=replace(SPIRAL.settings, average=0.9))
NOTE = Note(name="spiral.nnstudio", at=0.0, is_training=True, epoch=2, epochs=6)


class Watched:
    """A run whose every event is followed by whatever is to be written, and that by a look."""

    def __init__(self, project: Project = SPIRAL, **pace: float) -> None:
        self.project = project
        self.session = session_for(project, DATA)
        self.keeper = Keeper()
        self.keeper.written = self.look
        self.troubles: list[str] = []
        self.keeper.troubled = self.troubles.append
        self.written: list[tuple[str, int]] = []
        told = {"first": 0.0, "every": inf, "best": inf, "share": inf, **pace}
        self.keeper.begin()
        self.checkpoints = Checkpoints(
            self.session, self.keeper, self.compose, Pace(**told, clock=lambda: self.session.step)
        )
        self.settle()

    def compose(self, trained: Trained, epoch: int) -> tuple[Project, Note]:
        return replace(self.project, trained=trained), replace(NOTE, epoch=epoch)

    def look(self, which: Which) -> None:
        self.written.append((which, self.session.step))

    def settle(self) -> None:
        """Until all is written that was asked for."""
        self.keeper.end()
        self.keeper.wait()
        self.keeper.begin()

    def run(self, look: Callable[[], object] = lambda: None, **limits: int) -> None:
        for event in train(self.session, **limits):
            self.checkpoints.attend(event)
            self.settle()
            look()

    def leave(self) -> RecoveryFolder:
        """As after a crash."""
        self.keeper.close(leaves=True)
        (folder,) = left_behind()
        return folder


def finished(project: Project) -> Project:
    """``project`` trained to its end, from where it stands."""
    session = session_for(project, DATA)
    for _ in train(session):
        pass
    return replace(project, trained=session.trained())


def steps_per_epoch() -> int:
    return session_for(SPIRAL, DATA).steps_per_epoch


# ---------------------------------------------------------------- going on


@pytest.mark.parametrize("project", [SPIRAL, AVERAGED], ids=["plain", "averaged"])
@pytest.mark.parametrize("step", [1, 3, steps_per_epoch(), 2 * steps_per_epoch() + 1])
def test_a_run_goes_on_from_what_was_kept_with_the_same_bits(project: Project, step: int) -> None:
    watched = Watched(project, first=step)
    watched.run(batches=step + 2)
    kept = watched.leave().load("last")
    progress = trained_of(kept).progress
    assert progress is not None
    assert progress.step == step
    end, uninterrupted = trained_of(finished(kept)), trained_of(finished(project))
    assert end.sha256 == uninterrupted.sha256
    for name, slot in uninterrupted.slots.items():
        assert weights_sha256(end.slots[name]) == weights_sha256(slot)
    assert np.array_equal(end.history["steps.raw"], uninterrupted.history["steps.raw"])


def test_the_best_epoch_is_kept_with_the_weights_that_were_validated() -> None:
    watched = Watched(AVERAGED, best=0)
    best: dict[float, str] = {}

    def remember() -> None:
        session = watched.session
        if session.epoch and not session.position:
            with session.judged_weights():
                loss = session.history.epochs[-1].val_loss
                best.setdefault(loss, session.trained().sha256)

    watched.run(remember, epochs=AVERAGED.settings.epochs - 1)
    folder = watched.leave()
    kept = trained_of(folder.load("best"))
    assert kept.sha256 == best[min(best)]
    assert kept.progress is None, "a run begins from them"
    losses = [figures.val_loss for figures in watched.session.history.epochs]
    note = folder.note("best")
    assert note is not None
    assert note.epoch == 1 + int(np.argmin(losses))


def test_the_best_epoch_has_the_curves_that_led_to_it_and_no_others() -> None:
    watched = Watched(best=0, every=inf)
    watched.run(epochs=2)
    best = watched.session.history.best
    assert best is not None
    watched.run(batches=2)
    kept = trained_of(watched.leave().load("best"))
    curves = History.from_arrays(kept.history)
    assert list(curves.epochs) == list(watched.session.history.epochs[: best.epoch])
    steps = best.epoch * steps_per_epoch()
    assert np.array_equal(
        kept.history["steps.raw"], watched.session.history.arrays()["steps.raw"][:steps]
    )


def test_a_run_taken_up_again_keeps_its_best_epoch_until_there_is_a_better_one() -> None:
    first = Watched(best=0)
    first.run(epochs=2)
    before = replace(SPIRAL, trained=first.session.trained())
    first.keeper.close()
    worse = replace(  # as if the epochs so far had been better than any other will be
        before.trained,
        history={**before.trained.history, "epochs": -before.trained.history["epochs"]},
    )
    second = Watched(replace(before, trained=worse), best=0)
    second.run(epochs=2)
    assert {which for which, _ in second.written} == {"last"}
    second.keeper.close()


def test_the_best_epoch_is_that_of_the_figure_that_is_watched_by_now() -> None:
    accuracy = replace(SPIRAL, settings=replace(SPIRAL.settings, monitor="validation metric"))
    watched = Watched(accuracy, best=0)
    session = watched.session
    watched.run(epochs=2)
    watched.written.clear()
    session.change(replace(session.settings, monitor="validation loss"))
    watched.run(epochs=3)
    rows = session.history.epochs
    better = [
        row.step
        for number, row in enumerate(rows)
        if number >= 2 and row.val_loss < min(before.val_loss for before in rows[:number])
    ]
    assert better
    assert watched.written == [("best", step) for step in better]
    watched.leave().discard()


def test_a_run_that_begins_forgets_the_best_epoch_of_the_one_before() -> None:
    watched = Watched(first=1, best=0)
    watched.run(epochs=2)
    going_on = replace(SPIRAL, trained=watched.session.trained())
    for project, is_kept in ((going_on, True), (SPIRAL, False)):
        Checkpoints(session_for(project, DATA), watched.keeper, watched.compose, Pace())
        watched.settle()
        found: list[bool] = []
        watched.keeper.when_done(lambda folder, to=found: to.append(folder.has("best")))
        watched.settle()
        assert found == [is_kept]
    watched.leave().discard()


def test_a_folder_that_somebody_has_removed_is_made_again() -> None:
    watched = Watched(every=0)
    watched.run(batches=2)
    shutil.rmtree(recovery_root())
    watched.run(batches=2)
    progress = trained_of(watched.leave().load("last")).progress
    assert progress is not None
    assert progress.step == 4
    assert not watched.troubles


def test_weights_that_are_no_numbers_are_never_kept() -> None:
    watched = Watched(first=0, every=0)
    watched.run(batches=2)
    watched.session.flat[0] = np.nan  # as an update leaves it whose loss was still a number
    watched.checkpoints.attend(BatchDone(2, 1, 16, 1.0, 0.1))
    watched.settle()
    written = len(watched.written)
    watched.run(batches=2)
    assert len(watched.written) == written
    assert watched.troubles == [], "the doctor tells, not the disk"
    folder = watched.leave()
    assert np.isfinite(
        np.concatenate([b.array.ravel() for b in trained_of(folder.load("last")).weights.values()])
    ).all()


def test_the_end_of_a_run_is_not_kept_as_a_run_that_can_go_on() -> None:
    watched = Watched(every=0)
    watched.run()
    last = watched.session.step
    assert watched.written[-1][1] == last, "its last batch is"
    progress = trained_of(watched.leave().load("last")).progress
    assert progress is not None
    assert progress.epoch == SPIRAL.settings.epochs - 1


# ---------------------------------------------------------------- when


def test_a_run_is_kept_after_a_while_and_then_every_so_often() -> None:
    watched = Watched(first=4, every=3)
    watched.run(batches=12)
    assert [step for which, step in watched.written if which == "last"] == [4, 7, 10]
    watched.keeper.close()


def test_the_best_epoch_is_kept_no_more_often_than_is_due_but_in_the_end_it_is() -> None:
    epoch = steps_per_epoch()
    watched = Watched(first=0, every=inf, best=epoch + 1)
    watched.session.flat[:] = 0.0  # no run gets worse at first
    watched.run(epochs=5)
    best = [step for which, step in watched.written if which == "best"]
    assert best
    assert all(b - a > epoch for a, b in pairwise(best))
    watched.keeper.close()


def test_a_run_is_kept_at_once_if_asked_to() -> None:
    watched = Watched(first=inf)
    watched.run(batches=2)
    assert watched.written == []
    watched.checkpoints.ask()
    watched.run(batches=2)
    assert watched.written == [("last", 3)]
    watched.keeper.close()


def test_what_takes_long_to_write_is_kept_less_often() -> None:
    watched = Watched(first=0, every=0, share=1e-9)
    watched.run(batches=8)
    assert watched.written == [("last", 1)]
    watched.keeper.close()


# ---------------------------------------------------------------- the folder


def test_what_a_living_window_keeps_is_left_alone() -> None:
    folder = RecoveryFolder.make()
    folder.write("last", SPIRAL, NOTE)
    assert left_behind() == []
    folder.release()
    (found,) = left_behind()
    assert found.path == folder.path
    assert left_behind() == [], "whoever found it has it"
    assert found.note("last") == NOTE
    assert found.load("last") == SPIRAL


def test_two_windows_of_one_process_have_folders_of_their_own() -> None:
    one, other = RecoveryFolder.make(), RecoveryFolder.make()
    one.write("last", SPIRAL, NOTE)
    other.write("last", AVERAGED, NOTE)
    assert (one.load("last"), other.load("last")) == (SPIRAL, AVERAGED)
    one.discard()
    assert not one.path.exists()
    assert other.load("last") == AVERAGED


def test_a_write_that_is_cut_short_leaves_what_was_kept_before() -> None:
    folder = RecoveryFolder.make()
    folder.write("last", SPIRAL, NOTE)
    content = (folder.path / "last.nnstudio").read_bytes()
    half = folder.path / TEMPORARY.format("0123456789abcdef")
    half.write_bytes(content[: len(content) // 2])
    folder.release()
    (found,) = left_behind()
    assert found.load("last") == SPIRAL
    assert not half.exists(), "nobody needs the half"


def test_an_empty_folder_of_a_dead_process_is_removed() -> None:
    folder = RecoveryFolder.make()
    folder.release()
    assert left_behind() == []
    assert not folder.path.exists()


def test_the_latest_is_offered_first() -> None:
    folders = [RecoveryFolder.make() for _ in range(3)]
    for folder, written in zip(folders, (20, 30, 10), strict=True):
        folder.write("last", SPIRAL, NOTE)
        os.utime(folder.path / "last.nnstudio", (written, written))
        folder.release()
    assert [found.path for found in left_behind()] == [folders[i].path for i in (1, 0, 2)]


def test_a_folder_is_beside_the_preferences_if_these_have_a_place_of_their_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NNSTUDIO_CONFIG", str(tmp_path))
    assert recovery_root() == tmp_path / "recovery"
    monkeypatch.delenv("NNSTUDIO_CONFIG")
    assert recovery_root().is_relative_to(os.environ["XDG_STATE_HOME"])


def test_a_lock_is_held_by_one_at_a_time(tmp_path: Path) -> None:
    lock = FileLock(tmp_path / "lock")
    with pytest.raises(OSError):
        FileLock(tmp_path / "lock")
    lock.release()
    lock.release()
    FileLock(tmp_path / "lock").release()


# ---------------------------------------------------------------- the keeper


@pytest.fixture
def keeper() -> Iterator[Keeper]:
    keeper = Keeper()
    keeper.begin()
    yield keeper
    keeper.close()


def test_what_is_forgotten_after_it_was_asked_for_is_gone(keeper: Keeper) -> None:
    keeper.keep("last", lambda: (SPIRAL, NOTE))
    keeper.keep("best", lambda: (SPIRAL, NOTE))
    keeper.forget("last")
    keeper.end()
    keeper.wait()
    keeper.close(leaves=True)
    (found,) = left_behind()
    assert (found.has("last"), found.has("best")) == (False, True)


def test_closing_leaves_neither_file_nor_thread(keeper: Keeper) -> None:
    keeper.keep("last", lambda: (SPIRAL, NOTE))
    keeper.close()
    assert not any(recovery_root().iterdir())
    assert "nnstudio-keeping" not in [thread.name for thread in threading.enumerate()]


def test_a_place_that_cannot_be_written_is_told_once_and_tried_again(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    told: list[str] = []
    keeper.troubled = told.append
    (tmp_path / "file").touch()
    monkeypatch.setenv("NNSTUDIO_CONFIG", str(tmp_path / "file"))
    keeper.keep("last", lambda: (SPIRAL, NOTE))
    keeper.keep("last", lambda: (SPIRAL, NOTE))
    keeper.end()
    keeper.wait()
    assert len(told) == 1
    assert "Everything goes on" in told[0]
    monkeypatch.setenv("NNSTUDIO_CONFIG", str(tmp_path / "folder"))
    keeper.begin()
    keeper.keep("last", lambda: (SPIRAL, NOTE))
    keeper.end()
    keeper.wait()
    keeper.close(leaves=True)
    assert len(left_behind()) == 1


def test_a_disk_that_becomes_full_leaves_what_was_kept_before(
    keeper: Keeper, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str] = []
    keeper.troubled = told.append
    keeper.keep("last", lambda: (SPIRAL, NOTE))
    keeper.end()
    keeper.wait()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    keeper.begin()
    keeper.keep("last", lambda: (AVERAGED, NOTE))
    keeper.end()
    keeper.wait()
    monkeypatch.undo()
    keeper.close(leaves=True)
    assert ["No space left on device" in words for words in told] == [True]


# ---------------------------------------------------------------- what is said


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "in epoch 3 of 6"),
        ({"in_terminal": True}, "The training of spiral.nnstudio in a terminal"),
        ({"is_training": False}, "What had not been saved was kept"),
        ({"epoch": 6}, "in epoch 6 of 6"),
        ({"epoch": 11_999, "epochs": 100_000}, "in epoch 12,000 of 100,000"),
    ],
)
def test_what_was_left_behind_is_told(changes: dict[str, object], words: str) -> None:
    folder = RecoveryFolder.make()
    folder.write("last", SPIRAL, replace(NOTE, **changes))
    assert words in story_of(folder)
    assert "spiral.nnstudio" in story_of(folder)


def test_a_file_that_was_saved_after_the_crash_is_told(tmp_path: Path) -> None:
    path = tmp_path / "spiral.nnstudio"
    path.touch()
    folder = RecoveryFolder.make()
    folder.write("last", SPIRAL, replace(NOTE, path=str(path), at=path.stat().st_mtime - 1))
    assert "saved after that" in story_of(folder)
    folder.write("last", SPIRAL, replace(NOTE, path=str(path), at=path.stat().st_mtime + 1))
    assert "saved after that" not in story_of(folder)


def test_a_damaged_note_is_told() -> None:
    folder = RecoveryFolder.make()
    folder.write("last", SPIRAL, NOTE)
    (folder.path / "last.nnstudio").write_bytes(b"PK\x03\x04 and nothing else")
    assert "can't be read" in story_of(folder)


def test_days_near_are_told_by_name() -> None:
    today = datetime(2026, 3, 1, 9, 0)
    assert when_text(datetime(2026, 3, 1, 8, 5).timestamp(), today) == "today at 08:05"
    assert when_text(datetime(2026, 2, 28, 23, 59).timestamp(), today) == "yesterday at 23:59"
    assert when_text(datetime(2025, 3, 1, 8, 5).timestamp(), today) == "on 2025-03-01 at 08:05"


# ---------------------------------------------------------------- sessions


def test_a_standing_is_not_moved_by_what_is_trained_after_it() -> None:
    session: Session = session_for(SPIRAL, DATA)
    for _ in train(session, batches=3):
        pass
    standing, trained = Standing.of(session), session.trained()
    for _ in train(session, batches=9):
        pass
    later = standing.trained()
    assert later == trained
    assert np.array_equal(later.history["steps.raw"], trained.history["steps.raw"])
