"""A window that is killed loses nothing: the next one offers to go on, with the same bits."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from math import inf
from pathlib import Path

import pytest
from driving import answer_next_box, child, click
from projects import project
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

import nnstudio
from nnstudio.data.batches import PreparedData
from nnstudio.data.sources import Line, Spiral
from nnstudio.engine.activations import ReLU, Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.losses import CategoricalCrossEntropy, HalfSquaredError
from nnstudio.engine.normalisation import BatchNorm
from nnstudio.engine.optimizers import SGD, Adam
from nnstudio.engine.shaping import Input
from nnstudio.gui.main_window import MainWindow
from nnstudio.persistence.project_file import load_project, save_project
from nnstudio.persistence.recovery.checkpoints import Pace
from nnstudio.persistence.recovery.folder import (
    Note,
    RecoveryFolder,
    left_behind,
    now,
    recovery_root,
)
from nnstudio.project.project import Project
from nnstudio.project.runs import session_for
from nnstudio.training.loop import train

BUTTONS = QMessageBox.StandardButton
FOREVER = 100_000
ROOT = Path(nnstudio.__file__).parents[1]
SCRIPT = Path(__file__).with_name("window_to_kill.py")

#: Masks, running statistics, an optimizer's memory: all that a run can forget.
SPIRAL = project(
    Spiral(count=120),
    Input(shape=(2,)),
    Dense(units=8),
    BatchNorm(),
    ReLU(),
    Dropout(rate=0.3),
    Dense(units=2),
    Softmax(),
    loss=CategoricalCrossEntropy(),
    optimizer=Adam(),
    batch_size=8,
    epochs=FOREVER,
)
LINE = project(
    Line(count=60),
    Input(shape=(1,)),
    Dense(units=1),
    loss=HalfSquaredError(),
    optimizer=SGD(momentum=0.9),
    learning_rate=0.05,
    batch_size=8,
    epochs=FOREVER,
)


def killed(file: Path, step: int) -> None:
    """A window of another process trains ``file`` and is killed, kept as it was after ``step``."""
    process = subprocess.Popen(
        [sys.executable, SCRIPT, file, str(step)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)},
    )
    assert process.stdout is not None
    try:
        assert process.stdout.readline() == "kept last\n"
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == -9, "it was killed while it trained"


def uninterrupted(project: Project, epochs: int) -> str:
    """The weights after so many epochs of a run that nobody disturbs."""
    session = session_for(project, PreparedData.of(project.data))
    for _ in train(session, epochs=epochs):
        pass
    return session.trained().sha256


def train_until(window: MainWindow, epochs: int, qtbot: QtBot) -> str:
    """Press Run and wait for the last of so many epochs; returns the weights."""
    window.workbench.change_settings("Epochs", epochs=epochs)
    click(window, "run_button")
    qtbot.waitUntil(lambda: not window.workbench.runner.is_running)
    trained = window.workbench.project.trained
    assert trained is not None
    return trained.sha256


def left(project: Project, **note: object) -> RecoveryFolder:
    """What a window that crashed has left of ``project``."""
    folder = RecoveryFolder.make()
    told = Note(**{"name": "spiral.nnstudio", "at": now(), **note})
    folder.write("last", project, told)
    folder.release()
    return folder


def bar(window: QWidget) -> QWidget:
    return child(window, "recovery_bar")


# ---------------------------------------------------------------- kill −9


@pytest.mark.parametrize(
    ("project", "step"),
    [(SPIRAL, 7), (SPIRAL, 30), (LINE, 5)],
    ids=["in the first epoch", "in a later epoch", "a line with momentum"],
)
def test_a_killed_window_goes_on_with_the_bits_of_one_that_was_not(
    project: Project, step: int, open_window, qtbot: QtBot, tmp_path: Path
) -> None:
    file = tmp_path / "killed.nnstudio"
    save_project(project, file)
    before = file.read_bytes()
    killed(file, step)

    window = open_window()
    assert bar(window).isVisible()
    assert "killed.nnstudio stopped unexpectedly today" in window.offer.bar.text
    click(window, "recovery_go_on")
    assert not bar(window).isVisible()
    trained = window.workbench.project.trained
    assert trained is not None
    assert trained.progress is not None
    assert trained.progress.step == step
    assert trained.progress.position, "it was killed in the middle of an epoch"
    assert window.files.path == file
    assert window.workbench.document.is_modified
    assert window.isWindowModified()
    assert file.read_bytes() == before, "nothing is written over before the user says so"

    epochs = trained.progress.epoch + 3
    assert train_until(window, epochs, qtbot) == uninterrupted(project, epochs)
    (run,) = window.workbench.project.runs
    assert run.epoch == epochs, "it is the same run in the book"


def test_a_window_that_crashes_right_after_going_on_has_lost_nothing(
    open_window, tmp_path: Path
) -> None:
    folder = left(SPIRAL, is_training=True, epochs=9)
    window = open_window()
    click(window, "recovery_go_on")
    window.keeping.keeper.close(leaves=True)  # all that is left of a window that is killed
    (found,) = left_behind()
    assert found.path == folder.path
    assert found.load("last") == SPIRAL


# ---------------------------------------------------------------- the offer


def test_nothing_is_offered_where_nothing_was_left(open_window) -> None:
    window = open_window()
    assert not bar(window).isVisible()


def test_what_was_left_is_offered_also_to_who_opens_a_file(open_window, tmp_path: Path) -> None:
    save_project(LINE, tmp_path / "line.nnstudio")
    left(SPIRAL, is_training=True, epoch=11, epochs=100)
    window = open_window(tmp_path / "line.nnstudio")
    assert "in epoch 12 of 100" in window.offer.bar.text
    click(window, "recovery_go_on")
    assert window.workbench.project == SPIRAL


def test_unsaved_work_is_asked_about_before_something_else_is_opened(
    open_window, tmp_path: Path
) -> None:
    save_project(LINE, tmp_path / "line.nnstudio")
    left(SPIRAL)
    window = open_window(tmp_path / "line.nnstudio")
    window.workbench.change_settings("Epochs", epochs=3)
    answer_next_box(BUTTONS.Cancel)
    click(window, "recovery_go_on")
    assert window.workbench.project.settings.epochs == 3
    assert bar(window).isVisible(), "it is offered still"
    answer_next_box(BUTTONS.Discard)
    click(window, "recovery_go_on")
    assert window.workbench.project == SPIRAL


def test_the_best_epoch_can_be_opened_instead(open_window) -> None:
    folder = left(SPIRAL, is_training=True)
    folder.write("best", LINE, Note(name="line.nnstudio", epoch=8))
    window = open_window()
    click(window, "recovery_best")
    assert window.workbench.project == LINE
    assert window.workbench.document.is_modified
    assert "epoch 8" in window.messages.text


def test_it_can_be_discarded_after_a_question(open_window) -> None:
    folder = left(SPIRAL)
    window = open_window()
    assert not child(window, "recovery_best").isVisible()
    asked = answer_next_box(BUTTONS.Cancel)
    click(window, "recovery_discard")
    assert asked == ["Remove what was kept, for good?"]
    assert bar(window).isVisible()
    answer_next_box(BUTTONS.Discard)
    click(window, "recovery_discard")
    assert not bar(window).isVisible()
    assert not folder.path.exists()


def test_several_are_offered_one_after_the_other(open_window) -> None:
    folders = [left(SPIRAL, name="first.nnstudio"), left(LINE, name="second.nnstudio")]
    os.utime(folders[0].path / "last.nnstudio", (1, 1))
    window = open_window()
    assert "second.nnstudio" in window.offer.bar.text
    assert "1 of 2" in window.offer.bar.text
    answer_next_box(BUTTONS.Discard)
    click(window, "recovery_discard")
    assert "first.nnstudio" in window.offer.bar.text


def test_another_window_does_not_offer_what_one_has_found_but_the_next_start_does(
    open_window,
) -> None:
    left(SPIRAL)
    first = open_window()
    second = open_window()
    assert (bar(first).isVisible(), bar(second).isVisible()) == (True, False)
    click(first, "recovery_later")
    assert not bar(first).isVisible()
    third = open_window()
    assert bar(third).isVisible()


def test_damaged_work_is_told_and_can_be_discarded(open_window) -> None:
    folder = left(SPIRAL, is_training=True)
    file = folder.path / "last.nnstudio"
    content = bytearray(file.read_bytes())
    at = content.index(b"project.json") + 60
    content[at : at + 200] = bytes(200)
    file.write_bytes(content)
    window = open_window()
    click(window, "recovery_go_on")
    assert "last.nnstudio" in window.messages.text
    assert window.workbench.project == Project(), "what is open stays"
    assert not child(window, "recovery_go_on").isVisible()
    answer_next_box(BUTTONS.Discard)
    click(window, "recovery_discard")
    assert not folder.path.exists()


# ---------------------------------------------------------------- what is kept, and how long


@pytest.fixture
def training(open_window, qtbot: QtBot, tmp_path: Path) -> MainWindow:
    """The spiral in training, kept at every chance."""
    file = tmp_path / "spiral.nnstudio"
    save_project(SPIRAL, file)
    window = open_window(file)
    window.keeping.pace = Pace(first=0, every=0, best=0, share=inf)
    written: list[str] = []
    window.keeping.kept.connect(written.append)
    click(window, "run_button")
    qtbot.waitUntil(lambda: {"last", "best"} <= set(written))
    return window


def kept_files() -> set[str]:
    return {file.name for file in recovery_root().glob("*/*.nnstudio")}


def settled(window: MainWindow) -> None:
    """All has been written or removed that was asked for."""
    window.keeping.keeper.wait()


def pause(window: MainWindow, qtbot: QtBot) -> None:
    click(window, "pause_button")
    qtbot.waitUntil(lambda: not window.workbench.runner.is_running)
    settled(window)


def test_last_and_best_are_kept_while_it_trains(training, qtbot: QtBot) -> None:
    assert kept_files() == {"last.nnstudio", "best.nnstudio"}
    pause(training, qtbot)
    assert kept_files() == {"last.nnstudio", "best.nnstudio"}, "the pause isn't saved either"


def test_saving_removes_what_was_kept(training, qtbot: QtBot, tmp_path: Path) -> None:
    pause(training, qtbot)
    assert training.save_path(tmp_path / "saved.nnstudio")
    settled(training)
    assert kept_files() == set()


def test_closing_removes_what_was_kept(training) -> None:
    answer_next_box(BUTTONS.Discard)
    assert training.close()
    assert list(recovery_root().iterdir()) == []


def test_a_window_that_stays_open_keeps_what_it_had(training) -> None:
    answer_next_box(BUTTONS.Cancel)
    assert not training.close()
    assert "last.nnstudio" in kept_files()


def test_opening_something_else_removes_what_was_kept(training, tmp_path: Path) -> None:
    save_project(LINE, tmp_path / "line.nnstudio")
    answer_next_box(BUTTONS.Discard)
    assert training.open_path(tmp_path / "line.nnstudio")
    settled(training)
    assert kept_files() == set()


def test_a_new_run_forgets_the_best_epoch_of_the_last_one(training, qtbot: QtBot) -> None:
    pause(training, qtbot)
    training.keeping.pace = Pace(first=inf)
    click(training, "new_weights_button")
    click(training, "step_batch_button")
    qtbot.waitUntil(lambda: not training.workbench.runner.is_running)
    settled(training)
    assert kept_files() == {"last.nnstudio"}


def edited(open_window, tmp_path: Path) -> MainWindow:
    save_project(LINE, tmp_path / "line.nnstudio")
    window = open_window(tmp_path / "line.nnstudio")
    window.keeping._edits.setInterval(0)
    window.workbench.change_settings("Epochs", epochs=3)
    return window


def test_unsaved_edits_are_kept(open_window, qtbot: QtBot, tmp_path: Path) -> None:
    window = edited(open_window, tmp_path)
    qtbot.waitUntil(lambda: "last.nnstudio" in kept_files())
    settled(window)
    window.keeping.keeper.close(leaves=True)
    (folder,) = left_behind()
    assert folder.load("last").settings.epochs == 3
    note = folder.note("last")
    assert note is not None
    assert (note.name, note.path) == ("line.nnstudio", str(tmp_path / "line.nnstudio"))
    assert not note.is_training


def test_edits_that_are_undone_are_kept_no_longer(
    open_window, qtbot: QtBot, tmp_path: Path
) -> None:
    window = edited(open_window, tmp_path)
    qtbot.waitUntil(lambda: "last.nnstudio" in kept_files())
    window.undo()
    qtbot.waitUntil(lambda: not kept_files())


def test_edits_made_while_it_trains_are_kept_with_the_run(
    training, qtbot: QtBot, tmp_path: Path
) -> None:
    training.keeping._edits.setInterval(0)
    training.workbench.change_settings("Rate", learning_rate=0.0125)

    def has_both() -> bool:
        project = load_project(next(recovery_root().glob("*/last.nnstudio")))
        return project.settings.learning_rate == 0.0125 and project.trained is not None

    qtbot.waitUntil(has_both)


def test_the_recording_is_kept_with_the_run_if_it_is_to_be_saved(training, qtbot: QtBot) -> None:
    workbench = training.workbench
    workbench.apply("Keep", replace(workbench.project, keeps_recording=True))
    kept: list[Project] = []

    def has_moments() -> bool:
        kept[:] = [load_project(next(recovery_root().glob("*/last.nnstudio")))]
        trained = kept[0].trained
        return trained is not None and trained.recording is not None

    qtbot.waitUntil(has_moments)
    trained = kept[0].trained
    assert trained is not None
    assert trained.recording is not None
    assert trained.progress is not None
    steps = [moment.step for moment in trained.recording.moments]
    assert steps[0] == 0
    assert 0 < steps[-1] <= trained.progress.step


def test_a_place_that_cannot_be_written_is_told_once_and_training_goes_on(
    open_window, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_project(SPIRAL, tmp_path / "spiral.nnstudio")
    window = open_window(tmp_path / "spiral.nnstudio")
    (tmp_path / "file").touch()
    monkeypatch.setenv("NNSTUDIO_CONFIG", str(tmp_path / "file"))
    said: list[str] = []
    window.workbench.said.connect(lambda sentence, severity: said.append(sentence))
    window.keeping.pace = Pace(first=0, every=0, share=inf)
    click(window, "run_button")
    qtbot.waitUntil(lambda: bool(said))
    runner = window.workbench.runner
    step = runner.session.step
    qtbot.waitUntil(lambda: runner.session.step > step + 200)
    assert len(said) == 1
    assert "can't be kept on disk" in said[0]


def broken(open_window, qtbot: QtBot, tmp_path: Path) -> MainWindow:
    """A window whose run has diverged, kept as it stood before."""
    steep = replace(LINE, settings=replace(LINE.settings, learning_rate=50.0))
    save_project(steep, tmp_path / "line.nnstudio")
    window = open_window(tmp_path / "line.nnstudio")
    window.keeping.pace = Pace(first=0, every=0, share=inf)
    click(window, "run_button")
    qtbot.waitUntil(lambda: not window.workbench.runner.is_running)
    qtbot.waitUntil(lambda: bar(window).isVisible())
    settled(window)
    return window


def test_a_run_that_diverges_leaves_the_last_numbers_that_were_good(
    open_window, qtbot: QtBot, tmp_path: Path
) -> None:
    window = broken(open_window, qtbot, tmp_path)
    assert "Training stopped" in window.messages.text
    before = window.workbench.project
    click(window, "recovery_go_on")
    trained = window.workbench.project.trained
    assert trained is not None
    assert trained.progress is not None
    assert trained.progress.step > 0
    assert not bar(window).isVisible()
    window.undo()
    assert window.workbench.project == before
    window.keeping.keeper.close(leaves=True)
    (folder,) = left_behind()
    folder.load("last")  # which refuses weights that are no numbers


def test_a_new_run_withdraws_the_way_back(open_window, qtbot: QtBot, tmp_path: Path) -> None:
    window = broken(open_window, qtbot, tmp_path)
    window.workbench.change_settings("Rate", learning_rate=0.01)
    click(window, "run_button")
    assert not bar(window).isVisible()


def test_a_way_back_that_the_disk_tells_of_too_late_is_not_offered(
    open_window, qtbot: QtBot, tmp_path: Path
) -> None:
    window = broken(open_window, qtbot, tmp_path)
    folder = window.offer._broken
    window.workbench.change_settings("Rate", learning_rate=0.01)
    click(window, "run_button")
    window.keeping.broke.emit(folder)
    QApplication.processEvents()
    assert not bar(window).isVisible()


def test_the_run_that_broke_stays_on_disk_until_something_is_edited(
    open_window, qtbot: QtBot, tmp_path: Path
) -> None:
    window = broken(open_window, qtbot, tmp_path)
    assert not window.keeping._edits.isActive(), "the document is as before the run"
    click(window, "recovery_later")
    assert not bar(window).isVisible()
    window.workbench.change_settings("Rate", learning_rate=0.01)
    assert window.keeping._edits.isActive()
