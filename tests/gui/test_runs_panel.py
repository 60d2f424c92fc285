"""The panel of runs in the real window: each gesture by mouse and keyboard."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from driving import child, click, training_threads
from live_panels import line, show, spiral, train
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.engine.optimizers import SGD
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.main_window import MainWindow
from nnstudio.gui.panels.runs_panel import RunsPanel
from nnstudio.gui.runs.cells import NAMES, Row, cell
from nnstudio.gui.runs.compared import COLOURS
from nnstudio.gui.runs.run_model import RunModel
from nnstudio.gui.runs.run_table import RunTable
from nnstudio.persistence.project_file import load_project, save_project
from nnstudio.project.project import Project
from nnstudio.project.run_book import RunRecord

LEFT, NONE, CTRL = (
    Qt.MouseButton.LeftButton,
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
)
KEYS = Qt.Key


class Bench:
    """A window with the runs in front, and hands for its table."""

    def __init__(self, window: MainWindow, qtbot: QtBot) -> None:
        self.window, self._qtbot = window, qtbot
        window.docks.show_dock("runs")
        qtbot.waitUntil(lambda: window.findChild(QWidget, "runs_panel") is not None)
        panel = child(window, "runs_panel")
        assert isinstance(panel, RunsPanel)
        self.panel = panel
        table = child(window, "runs_table")
        assert isinstance(table, RunTable)
        self.table = table

    @property
    def project(self) -> Project:
        return self.window.workbench.project

    @property
    def runs(self) -> tuple[RunRecord, ...]:
        return self.project.runs

    @property
    def rows(self) -> list[Row]:
        model = self.table.model()
        assert isinstance(model, RunModel)
        return model.rows

    def column(self, name: str) -> list[str]:
        """What stands in a column, from top to bottom."""
        return [cell(row, name) for row in self.rows]

    def run(self, **settings: object) -> None:
        """Press Run, after these settings were changed, and wait for the end."""
        workbench = self.window.workbench
        if settings:
            workbench.change_settings("Settings", **settings)
        with self._qtbot.waitSignal(workbench.runner.ended):
            click(self.window, "run_button")

    def rect(self, row: int, name: str) -> QRect:
        index = self.table.model().index(row, NAMES.index(name))
        self.table.scrollTo(index)
        return self.table.visualRect(index)

    def press(self, row: int, name: str, keys: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseClick(self.table.viewport(), LEFT, keys, self.rect(row, name).center())

    def press_twice(self, row: int, name: str) -> None:
        place = self.rect(row, name).center()
        QTest.mouseClick(self.table.viewport(), LEFT, NONE, place)
        QTest.mouseDClick(self.table.viewport(), LEFT, NONE, place)

    def press_head(self, name: str) -> None:
        head = self.table.horizontalHeader()
        section = NAMES.index(name)
        self.table.scrollTo(self.table.model().index(0, section))
        x = head.sectionViewportPosition(section) + head.sectionSize(section) // 2
        QTest.mouseClick(head.viewport(), LEFT, NONE, QPoint(x, head.height() // 2))

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.table, key, keys)

    def write(self, field: str, text: str) -> None:
        """Type into the cell that is being edited."""
        editor = child(self.window, field)
        assert isinstance(editor, QLineEdit)
        editor.selectAll()
        QTest.keyClicks(editor, text)
        QTest.keyClick(editor, KEYS.Key_Return)
        QApplication.processEvents()


@pytest.fixture
def bench(open_window, qtbot: QtBot) -> Bench:
    """A project of one neuron without any runs."""
    window = open_window()
    window.workbench.open(line(epochs=3))
    window.show_network()
    return Bench(window, qtbot)


@pytest.fixture
def three(bench: Bench) -> Bench:
    """Three runs: learning rates 0.01, 0.1 and 0.001, the newest on top."""
    bench.run()
    for rate in (0.1, 0.001):
        click(bench.window, "restart_button")
        bench.run(learning_rate=rate, seed=bench.project.settings.seed + 1)
    assert bench.column("number") == ["3", "2", "1"]
    return bench


# ---------------------------------------------------------------- rows come


def test_before_the_first_run_it_says_what_will_be_here_and_runs(bench: Bench, qtbot) -> None:
    assert "Every run is kept here" in child(bench.window, "runs_empty_text").text()
    with qtbot.waitSignal(bench.window.workbench.runner.ended):
        click(bench.window, "runs_empty_button")
    assert bench.column("number") == ["1"]
    assert not child(bench.window, "runs_empty").isVisible()


def test_every_run_gets_a_row_with_its_figures(three: Bench) -> None:
    first = three.runs[0]
    row = next(row for row in three.rows if row.record.number == 1)
    assert cell(row, "epochs") == "3"
    assert cell(row, "steps") == f"{first.step:,}"
    assert cell(row, "seed") == "0"
    assert cell(row, "end") == "finished"
    assert first.final is not None
    assert row.figures["loss"] == first.final.val_loss
    assert row.figures["best_loss"] == min(figures.val_loss for figures in first.curves.epochs)


def test_the_row_of_a_run_that_goes_on_is_alive(bench: Bench, qtbot: QtBot) -> None:
    bench.window.workbench.change_settings("Epochs", epochs=1_000_000)
    click(bench.window, "run_button")
    qtbot.waitUntil(lambda: bench.column("end") == ["running"])
    before = int(bench.column("steps")[0].replace(",", ""))
    qtbot.waitUntil(lambda: int(bench.column("steps")[0].replace(",", "")) > before + 50)
    bench.press(0, "number")
    assert not child(bench.window, "runs_reopen").isEnabled()
    bench.key(KEYS.Key_Delete)
    assert bench.column("end") == ["running"]
    click(bench.window, "pause_button")
    qtbot.waitUntil(lambda: bench.column("end") == ["paused"])


def test_a_name_given_while_it_runs_is_kept(bench: Bench, qtbot: QtBot) -> None:
    bench.window.workbench.change_settings("Epochs", epochs=1_000_000)
    click(bench.window, "run_button")
    qtbot.waitUntil(lambda: bench.column("end") == ["running"])
    bench.press(0, "name")
    bench.key(KEYS.Key_F2)
    bench.write("runs_name_field", "long")
    assert bench.column("name") == ["long"]
    click(bench.window, "pause_button")
    qtbot.waitUntil(lambda: not bench.window.workbench.runner.is_running)
    assert bench.runs[0].name == "long"


def test_pausing_and_going_on_is_one_row_and_stop_says_so(bench: Bench, qtbot: QtBot) -> None:
    for button in ("step_batch_button", "step_epoch_button"):
        with qtbot.waitSignal(bench.window.workbench.runner.ended):
            click(bench.window, button)
    assert bench.column("end") == ["paused"]
    click(bench.window, "stop_button")
    assert bench.column("end") == ["stopped"]
    bench.run()
    assert bench.column("number") == ["2", "1"]
    assert bench.runs[1].parent == (1, bench.runs[0].step)


def test_a_run_that_diverges_has_a_row(bench: Bench) -> None:
    bench.run(optimizer=SGD(), learning_rate=100.0, epochs=99)
    assert bench.column("end") == ["diverged"]


def test_a_run_that_is_kept_does_not_move_the_canvas(open_window, qtbot: QtBot) -> None:
    """As opening another project does."""
    window = open_window()
    window.workbench.open(line(optimizer=SGD(), learning_rate=100.0, epochs=99))
    window.show_network()
    canvas = window.docks.canvas
    canvas.zoom_by(0.5)
    zoom = canvas.zoom
    with qtbot.waitSignal(window.workbench.runner.ended):
        click(window, "run_button")
    assert window.workbench.project.runs[0].end == "diverged"
    assert not window.workbench.document.undo_label
    assert canvas.zoom == zoom


def test_undo_and_redo_leave_the_rows_alone(three: Bench) -> None:
    before = three.runs
    while three.window.workbench.document.undo():
        pass
    assert three.project.trained is None
    assert three.runs == before
    while three.window.workbench.document.redo():
        pass
    assert three.runs == before


# ---------------------------------------------------------------- what differs


def test_what_differs_has_the_room_of_columns_that_nobody_has_written_in(three: Bench) -> None:
    differs, note = NAMES.index("differs"), NAMES.index("note")
    table = three.table
    wide, narrow = table.columnWidth(differs), table.columnWidth(note)
    three.press_twice(0, "note")
    assert table.columnWidth(note) > narrow, "there is room to write"
    three.write("runs_note_field", "a good one")
    assert three.column("note")[0] == "a good one"
    assert table.columnWidth(note) > narrow
    assert table.columnWidth(differs) <= wide


def test_what_differs_is_told_from_the_run_before_and_from_the_selected_one(three: Bench) -> None:
    assert three.column("differs") == ["learning rate 0.1 → 0.001", "learning rate 0.01 → 0.1", ""]
    three.press(2, "number")
    assert three.column("differs") == [
        "learning rate 0.01 → 0.001",
        "learning rate 0.01 → 0.1",
        "",
    ]
    head = three.table.model().headerData(NAMES.index("differs"), Qt.Orientation.Horizontal)
    assert head == "Other than run 1"


# ---------------------------------------------------------------- sort and filter


def test_a_click_at_a_head_sorts_best_first_then_the_other_way_then_as_it_was(
    three: Bench,
) -> None:
    losses = {run.number: run.final.val_loss for run in three.runs if run.final}
    by_loss = sorted(losses, key=lambda number: losses[number])
    for expected in (by_loss, by_loss[::-1], [3, 2, 1]):
        three.press_head("loss")
        assert [row.record.number for row in three.rows] == expected


def test_what_is_selected_stays_selected_when_the_order_changes(three: Bench) -> None:
    three.press(1, "number")
    three.press_head("number")
    three.press_head("number")
    assert [row.record.number for row in three.rows] == [1, 2, 3]
    assert [row.record.number for row in three.table.selected()] == [2]


def test_words_filter_the_rows_by_notes_settings_and_layers(three: Bench) -> None:
    three.panel.book.annotate(2, "too fast")
    field = child(three.window, "runs_filter")
    field.setFocus()
    QTest.keyClicks(field, "fast too")
    assert three.column("number") == ["2"]
    for text, numbers in (("adam", ["3", "2", "1"]), ("dense line", ["3", "2", "1"])):
        field.clear()
        QTest.keyClicks(field, text)
        assert three.column("number") == numbers
    field.clear()
    QTest.keyClicks(field, "dropout")
    assert three.column("number") == []
    assert child(three.window, "runs_nothing").text() == "No run has “dropout”"
    assert child(three.window, "runs_nothing").isVisible()


# ---------------------------------------------------------------- writing


def test_a_double_click_writes_a_note_and_f2_a_name(three: Bench) -> None:
    three.press_twice(0, "note")
    three.write("runs_note_field", "slow but steady")
    assert three.runs[2].note == "slow but steady"
    three.press(1, "number")
    three.key(KEYS.Key_F2)
    three.write("runs_name_field", "quick")
    assert three.runs[1].name == "quick"
    assert three.column("name") == ["", "quick", ""]
    assert not three.window.workbench.document.undo_label.startswith("Reopen")


def test_escape_leaves_a_note_as_it_was(three: Bench) -> None:
    three.press_twice(0, "note")
    field = child(three.window, "runs_note_field")
    QTest.keyClicks(field, "nonsense")
    QTest.keyClick(field, KEYS.Key_Escape)
    assert three.runs[2].note == ""


# ---------------------------------------------------------------- delete


def test_delete_takes_runs_out_and_bring_back_puts_them_in_again(three: Bench) -> None:
    before = three.runs
    three.press(0, "number")
    three.press(2, "number", CTRL)
    three.key(KEYS.Key_Delete)
    assert three.column("number") == ["2"]
    assert child(three.window, "runs_deleted").text() == "2 runs deleted"
    click(three.window, "runs_bring_back")
    assert three.runs == before
    assert not child(three.window, "runs_bring_back").isVisible()


# ---------------------------------------------------------------- open again


def test_a_note_is_typed_on_while_runs_come(bench: Bench, qtbot: QtBot) -> None:
    bench.run()
    bench.press_twice(0, "note")
    field = child(bench.window, "runs_note_field")
    QTest.keyClicks(field, "the first")
    training = bench.panel.training
    with qtbot.waitSignal(training.kept):
        assert training.start(bench.runs[0], 2)
    QTest.keyClicks(field, " of them")
    QTest.keyClick(field, KEYS.Key_Return)
    QApplication.processEvents()
    assert bench.runs[0].note == "the first of them"
    assert len(bench.rows) == 2


def test_a_deleted_run_can_come_back_after_another_run_has_been_trained(three: Bench) -> None:
    deleted = three.runs[2]
    three.press(0, "number")
    three.key(KEYS.Key_Delete)
    three.run(learning_rate=0.05)
    click(three.window, "runs_bring_back")
    assert three.column("number") == ["4", "3", "2", "1"]
    assert deleted in three.runs


def test_a_paused_run_that_is_deleted_goes_on_as_another_one(bench: Bench, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bench.window.workbench.runner.ended):
        click(bench.window, "step_epoch_button")
    step = bench.runs[0].step
    bench.press(0, "number")
    bench.key(KEYS.Key_Delete)
    bench.run()
    (run,) = bench.runs
    assert (run.number, run.parent) == (2, (1, step))


def test_what_was_deleted_does_not_come_back_in_another_project(bench: Bench) -> None:
    bench.run()
    bench.press(0, "number")
    bench.key(KEYS.Key_Delete)
    bench.window.workbench.open(spiral())
    assert child(bench.window, "runs_empty").isVisible()
    bench.run()
    assert not child(bench.window, "runs_bring_back").isVisible()
    assert bench.column("number") == ["1"]


def test_the_only_run_can_be_brought_back(bench: Bench) -> None:
    bench.run()
    runs = bench.runs
    bench.press(0, "number")
    bench.key(KEYS.Key_Delete)
    assert child(bench.window, "runs_nothing").isVisible()
    click(bench.window, "runs_bring_back")
    assert bench.runs == runs


def test_runs_are_selected_and_deleted_in_an_order_that_depends_on_which_is_selected(
    three: Bench,
) -> None:
    three.press_head("differs")
    for row in (0, 1, 2, 0):
        number = three.column("number")[row]
        three.press(row, "number")
        assert [row.record.number for row in three.table.selected()] == [int(number)]
        assert three.table.model().measured_by == int(number)
    three.key(KEYS.Key_Delete)
    assert number not in three.column("number")
    assert three.table.model().measured_by == 0


def test_reopening_brings_back_design_settings_and_weights_as_one_step_of_undo(
    three: Bench,
) -> None:
    now = three.project
    three.press(2, "number")
    click(three.window, "runs_reopen")
    assert three.project.settings.learning_rate == 0.01
    trained, kept = three.project.trained, three.runs[0].trained
    assert trained is not None
    assert kept is not None
    assert trained.sha256 == kept.sha256
    assert three.window.workbench.document.undo_label == "Reopen Run 1"
    three.window.workbench.document.undo()
    assert three.project == now


def test_return_reopens_the_row_that_has_the_keyboard(three: Bench) -> None:
    three.press(1, "number")
    three.key(KEYS.Key_Down)
    three.key(KEYS.Key_Return)
    assert three.project.settings.learning_rate == 0.01
    assert three.panel.book.present == 1


def test_a_paused_run_that_is_reopened_goes_on_as_the_same_run(bench: Bench, qtbot: QtBot) -> None:
    with qtbot.waitSignal(bench.window.workbench.runner.ended):
        click(bench.window, "step_epoch_button")
    click(bench.window, "new_weights_button")
    bench.run()
    bench.press_twice(1, "differs")
    bench.run()
    assert [(run.number, run.end) for run in bench.runs] == [(1, "finished"), (2, "finished")]


def test_a_run_without_weights_opens_with_its_settings_and_says_so(bench: Bench) -> None:
    bench.run(optimizer=SGD(), learning_rate=100.0, epochs=99)
    bench.window.workbench.change_settings("Rate", learning_rate=0.1)
    bench.press(0, "number")
    click(bench.window, "runs_reopen")
    assert bench.project.settings.learning_rate == 100.0
    assert "weren't kept" in child(bench.window, "message_text").text()


# ---------------------------------------------------------------- fork


def fork_dialog(bench: Bench, row: int) -> QDialog:
    bench.press(row, "number")
    click(bench.window, "runs_fork")
    dialog = child(bench.window, "fork_dialog")
    assert isinstance(dialog, QDialog)
    return dialog


def test_a_fork_changes_one_setting_and_goes_on_from_the_end(three: Bench, qtbot: QtBot) -> None:
    dialog = fork_dialog(three, 2)
    click(dialog, "fork_run")
    assert child(dialog, "fork_was").text() == "Choose another value: this is the run's own"
    field = child(dialog, "fork_learning_rate")
    qtbot.waitUntil(dialog.isActiveWindow)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "0.05")
    QTest.keyClick(field, KEYS.Key_Tab)
    assert child(dialog, "fork_was").text() == "learning rate 0.01 → 0.05"
    with qtbot.waitSignal(three.window.workbench.runner.ended):
        click(dialog, "fork_run")
    parent, child_run = three.runs[0], three.runs[-1]
    assert child_run.parent == (1, parent.step)
    assert child_run.settings.learning_rate == 0.05
    assert child_run.epoch == 2 * parent.epoch
    assert child_run.curves.epochs[: parent.epoch] == parent.curves.epochs
    assert "from run 1" in three.column("differs")[0]


def test_a_fork_with_another_optimizer_from_the_start(three: Bench, qtbot: QtBot) -> None:
    dialog = fork_dialog(three, 2)
    what, kind = child(dialog, "fork_what"), child(dialog, "fork_kind")
    what.setFocus()
    QTest.keyClicks(what, "Optimizer")
    assert what.currentText() == "Optimizer"
    kind.setFocus()
    QTest.keyClicks(kind, "SGD")
    kind.activated.emit(kind.currentIndex())
    click(dialog, "fork_from_start")
    with qtbot.waitSignal(three.window.workbench.runner.ended):
        click(dialog, "fork_run")
    forked = three.runs[-1]
    assert isinstance(forked.settings.optimizer, SGD)
    assert (forked.parent, forked.epoch) == (None, three.runs[0].epoch)


def test_cancelling_a_fork_changes_nothing(three: Bench) -> None:
    before = three.project
    dialog = fork_dialog(three, 2)
    click(dialog, "fork_cancel")
    assert three.project == before


# ---------------------------------------------------------------- compare


def test_ticked_runs_are_drawn_under_learning_and_stand_side_by_side(
    three: Bench, qtbot: QtBot
) -> None:
    three.press(1, "compare")
    three.press(2, "number")
    three.key(KEYS.Key_Space)
    click(three.window, "runs_compare_button")
    assert child(three.window, "runs_compare_button").text() == "Compare (2)"
    model = child(three.window, "compare_table").model()
    shown = [
        [model.index(row, column).data() for column in range(3)] for row in range(model.rowCount())
    ]
    assert ["Learning rate", "0.1", "0.01"] in shown
    assert "Optimizer" not in [line[0] for line in shown]
    highlighted = [
        line[0]
        for row, line in enumerate(shown)
        if model.index(row, 0).data(Qt.ItemDataRole.BackgroundRole) is not None
    ]
    assert highlighted == ["Learning rate", "Seed"]
    click(three.window, "compare_only")
    names = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert "Optimizer" in names
    click(three.window, "compare_curves")
    curves = three.window.docks.curves_panel
    qtbot.waitUntil(curves.isVisible)
    assert [label for label, _, _ in three.panel.comparison.curves()] == ["Run 2", "Run 1"]


def test_runs_are_compared_under_learning_also_where_the_network_has_no_curves_of_its_own(
    three: Bench, qtbot: QtBot
) -> None:
    click(three.window, "new_weights_button")
    three.press(1, "compare")
    three.window.docks.show_dock("curves")
    curves = three.window.docks.curves_panel
    qtbot.waitUntil(lambda: curves.epochs_drawn() == three.runs[1].epoch)
    three.window.docks.show_dock("runs")
    three.press(1, "compare")
    three.window.docks.show_dock("curves")
    qtbot.waitUntil(lambda: curves.epochs_drawn() == 0)


def test_selected_runs_are_compared_by_the_button(three: Bench) -> None:
    three.press(0, "number")
    three.press(1, "number", CTRL)
    child(three.window, "runs_compare").setFocus()
    click(three.window, "runs_compare")
    assert child(three.window, "runs_compare_page").isVisible()
    keyboard = three.window.focusWidget()
    assert three.panel.isAncestorOf(keyboard), "the button that had the keyboard is gone"
    assert keyboard.isVisible()
    assert set(three.panel.comparison.colours) == {2, 3}
    assert three.panel.comparison.colours[3] == "training"  # whose curves are drawn anyway


@pytest.mark.parametrize("name", ["light", "dark"])
def test_the_first_runs_compared_look_unlike_the_curves_that_are_drawn_anyway(name: str) -> None:
    theme = Theme(name)
    for role in COLOURS[:4]:
        for own in ("training", "validation"):
            between = abs(theme.colour(role).hslHue() - theme.colour(own).hslHue())
            assert min(between, 360 - between) > 30, f"{role} beside {own}"


def test_a_run_that_is_deleted_is_no_longer_compared(three: Bench) -> None:
    three.press(1, "compare")
    three.press(1, "number")
    three.key(KEYS.Key_Delete)
    assert three.panel.comparison.colours == {}


def test_without_two_ticked_runs_the_page_says_what_to_do(three: Bench) -> None:
    three.press(1, "compare")
    click(three.window, "runs_compare_button")
    assert child(three.window, "compare_empty").isVisible()


# ---------------------------------------------------------------- seeds


def ask_seeds(bench: Bench, row: int, count: int) -> None:
    bench.press(row, "number")
    click(bench.window, "runs_repeat")
    dialog = child(bench.window, "seeds_dialog")
    field = child(dialog, "seeds_count")
    QTest.keyClick(field, KEYS.Key_A, CTRL)
    QTest.keyClicks(field, str(count))
    click(dialog, "seeds_repeat")


@pytest.fixture
def spirals(open_window, qtbot: QtBot) -> Bench:
    window = open_window()
    window.workbench.open(spiral(epochs=3))
    window.show_network()
    bench = Bench(window, qtbot)
    bench.run()
    return bench


@pytest.mark.parametrize("page", ["table", "compare", "seeds"])
def test_what_an_empty_page_says_is_whole_in_the_smallest_panel(qtbot: QtBot, page: str) -> None:
    panel = show(qtbot, RunsPanel, spiral(epochs=1), (324, 144))
    if page != "table":
        train(qtbot, panel)
        qtbot.waitUntil(child(panel, f"runs_{page}_button").isVisible)
        panel.show_page(page)
    text = next(w for w in panel.findChildren(QLabel) if w.isVisible() and w.wordWrap())
    qtbot.waitUntil(lambda: text.heightForWidth(text.width()) <= text.height())
    assert text.visibleRegion().boundingRect() == text.rect()


def test_a_run_is_repeated_with_seeds_and_kept_as_a_group(spirals: Bench, qtbot: QtBot) -> None:
    ask_seeds(spirals, 0, 3)
    qtbot.waitUntil(lambda: not spirals.panel.training.is_busy)
    assert [(run.number, run.group, run.settings.seed) for run in spirals.runs] == [
        (1, 0, 0),
        (2, 2, 0),
        (3, 2, 1),
        (4, 2, 2),
    ]
    first, again = spirals.runs[0].trained, spirals.runs[1].trained
    assert first is not None
    assert again is not None
    assert first.sha256 == again.sha256, "the same seed is the same run"
    assert spirals.column("number") == ["2–4", "1"]
    spirals.press(0, "number")
    spirals.key(KEYS.Key_Right)
    assert spirals.column("number") == ["2–4", "4", "3", "2", "1"]
    spirals.key(KEYS.Key_Left)
    assert spirals.column("number") == ["2–4", "1"]


def test_mean_and_range_are_drawn_and_said(spirals: Bench, qtbot: QtBot) -> None:
    ask_seeds(spirals, 0, 2)
    qtbot.waitUntil(lambda: not spirals.panel.training.is_busy)
    click(spirals.window, "runs_seeds_button")
    finals = [run.final.val_metric for run in spirals.runs[1:] if run.final]
    mean = 100 * sum(finals) / 2
    words = child(spirals.window, "seeds_words").text()
    assert words.startswith(f"Validation accuracy after 3 epochs: {mean:.1f} % ± ")
    assert ", 2 seeds (" in words
    chart = child(spirals.window, "seeds_chart")
    assert chart.x_axis.counts, "there is no epoch 2.5 along a long run"
    training, validation = chart.bands
    assert (training.role, validation.role) == ("training", "validation")
    assert validation.least[-1] == min(finals)
    assert validation.greatest[-1] == max(finals)
    click(spirals.window, "seeds_loss_button")
    assert child(spirals.window, "seeds_words").text().startswith("Validation loss after 3 epochs")


def test_the_keyboard_stays_in_the_panel_when_the_seeds_are_cancelled(
    spirals: Bench, qtbot: QtBot
) -> None:
    qtbot.waitUntil(spirals.window.isActiveWindow)
    ask_seeds(spirals, 0, 20)
    click(spirals.window, "runs_seeds_button")
    cancel = child(spirals.window, "seeds_cancel")
    qtbot.waitUntil(cancel.isVisible)
    spirals.window.activateWindow()  # as a window manager does when the dialog goes
    qtbot.waitUntil(spirals.window.isActiveWindow)
    cancel.setFocus()
    QTest.keyClick(cancel, KEYS.Key_Space)
    qtbot.waitUntil(lambda: not spirals.panel.training.is_busy)
    qtbot.waitUntil(lambda: not cancel.isVisible())
    keyboard = spirals.window.focusWidget()
    assert spirals.panel.isAncestorOf(keyboard)
    assert keyboard.isVisible()


def test_cancelling_keeps_the_seeds_that_are_done_and_ends_the_thread(
    spirals: Bench, qtbot: QtBot
) -> None:
    click(spirals.window, "runs_seeds_button")
    spirals.window.workbench.change_settings("Epochs", epochs=60)
    click(spirals.window, "restart_button")
    spirals.run()
    click(spirals.window, "runs_table_button")
    ask_seeds(spirals, 0, 20)
    click(spirals.window, "runs_seeds_button")
    qtbot.waitUntil(lambda: len(spirals.panel.training.done) >= 1)
    assert child(spirals.window, "seeds_progress").isVisible()
    assert "of 20" in child(spirals.window, "seeds_stage").text()
    click(spirals.window, "seeds_cancel")
    qtbot.waitUntil(lambda: not spirals.panel.training.is_busy)
    members = [run for run in spirals.runs if run.group]
    assert 1 <= len(members) < 20
    assert all(run.end == "finished" for run in members)
    assert "nnstudio-seeds" not in training_threads()


def test_each_seed_is_in_the_book_as_soon_as_it_is_done(
    spirals: Bench, qtbot: QtBot, tmp_path: Path
) -> None:
    spirals.window.workbench.change_settings("Epochs", epochs=200)
    click(spirals.window, "restart_button")
    spirals.run()
    assert spirals.window.save_path(tmp_path / "seeds.nnstudio")
    ask_seeds(spirals, 0, 20)
    qtbot.waitUntil(lambda: sum(bool(run.group) for run in spirals.runs) > 1)
    assert spirals.panel.training.is_busy
    assert spirals.window.workbench.document.is_modified, "who closes the window is asked"
    members = [run for run in spirals.runs if run.group]
    assert {run.group for run in members} == {members[0].number}
    assert [run.settings.seed for run in members] == list(range(len(members)))
    assert spirals.window.save_path(tmp_path / "seeds.nnstudio")
    saved = load_project(tmp_path / "seeds.nnstudio").runs
    assert saved == spirals.runs[: len(saved)]
    assert len(saved) > 3, "the run before, the one that is repeated, two seeds"


def test_seeds_train_beside_a_run_and_get_numbers_of_their_own(
    spirals: Bench, qtbot: QtBot
) -> None:
    ask_seeds(spirals, 0, 2)
    spirals.window.workbench.change_settings("Epochs", epochs=1_000_000)
    click(spirals.window, "run_button")
    qtbot.waitUntil(lambda: not spirals.panel.training.is_busy)
    assert spirals.window.workbench.runner.is_running
    click(spirals.window, "pause_button")
    qtbot.waitUntil(lambda: not spirals.window.workbench.runner.is_running)
    numbers = [run.number for run in spirals.runs]
    assert len(set(numbers)) == len(numbers)


def test_deleting_the_run_or_opening_another_project_ends_its_seeds(
    spirals: Bench, qtbot: QtBot
) -> None:
    spirals.window.workbench.change_settings("Epochs", epochs=20_000)
    with qtbot.waitSignal(spirals.window.workbench.runner.ended):
        click(spirals.window, "step_epoch_button")
    for end in (
        lambda: spirals.key(KEYS.Key_Delete),
        lambda: spirals.window.workbench.open(line()),
    ):
        ask_seeds(spirals, 0, 20)
        assert spirals.panel.training.is_busy
        end()
        qtbot.waitUntil(lambda: not spirals.panel.training.is_busy)
        assert not any(run.group for run in spirals.runs)
        if not spirals.rows:
            break
        click(spirals.window, "runs_bring_back")


def test_closing_the_window_ends_the_seeds(spirals: Bench, qtbot: QtBot) -> None:
    spirals.window.workbench.change_settings("Epochs", epochs=20_000)
    click(spirals.window, "run_button")
    qtbot.waitUntil(lambda: spirals.window.workbench.runner.last_batch is not None)
    click(spirals.window, "pause_button")
    qtbot.waitUntil(lambda: not spirals.window.workbench.runner.is_running)
    ask_seeds(spirals, 0, 20)
    assert "nnstudio-seeds" in training_threads()
    spirals.window.workbench.document.mark_saved()
    spirals.window.close()
    assert "nnstudio-seeds" not in training_threads()


# ---------------------------------------------------------------- taking along, files


def test_ctrl_c_copies_the_rows_that_are_shown_and_the_menu_saves_them(
    three: Bench, tmp_path: Path
) -> None:
    three.press(0, "number")
    three.key(KEYS.Key_C, CTRL)
    lines = QApplication.clipboard().text().splitlines()
    assert lines[0].startswith("Run\tName\tWhat differs\tMetric\t")
    assert [text.split("\t")[0] for text in lines[1:]] == ["3", "2", "1"]
    assert three.panel.table.actions_.save_table_to(tmp_path / "runs.csv") == ""
    with (tmp_path / "runs.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["Run"] for row in rows] == ["3", "2", "1"]
    assert rows[2]["Data SHA-256"] == three.runs[0].data_sha256
    trouble = three.panel.table.actions_.save_table_to(tmp_path / "nowhere" / "runs.csv")
    assert "can't be written" in trouble


def test_the_book_is_saved_and_opened_with_the_project(three: Bench, tmp_path: Path) -> None:
    three.panel.book.annotate(2, "the best so far")
    path = tmp_path / "kept.nnstudio"
    assert three.window.save_path(path)
    kept = three.runs
    three.window.workbench.open(Project())
    assert three.rows == []
    assert three.window.open_path(path)
    assert three.runs == kept
    assert three.column("number") == ["3", "2", "1"]
    assert three.column("note") == ["", "the best so far", ""]


def test_a_damaged_run_is_told_and_the_open_project_stays(three: Bench, tmp_path: Path) -> None:
    path = tmp_path / "broken.nnstudio"
    save_project(three.project, path)
    content = path.read_bytes().replace(
        b"runs/2/history.safetensors", b"runs/9/history.safetensors"
    )
    path.write_bytes(content)
    assert not three.window.open_path(path)
    said = child(three.window, "message_text").text()
    assert "run 2 in runs.json can't be read" in said
    assert len(three.runs) == 3


def test_a_note_makes_the_project_one_that_wants_to_be_saved(three: Bench, tmp_path: Path) -> None:
    three.window.save_path(tmp_path / "x.nnstudio")
    assert not three.window.isWindowModified()
    three.panel.book.annotate(1, "first")
    assert three.window.isWindowModified()
    three.window.save_path(tmp_path / "x.nnstudio")
    assert load_project(tmp_path / "x.nnstudio").runs[0].note == "first"
