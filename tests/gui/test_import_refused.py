"""A table that can't be read after all: the import dialog comes back with everything chosen."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from driving import child, click
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from nnstudio.data.sources import Line, Table
from nnstudio.gui.importing.import_dialog import ImportDialog
from nnstudio.gui.main_window import MainWindow

Opener = Callable[..., MainWindow]
#: More rows than are looked at before the import.
ROWS = 400


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """Three columns; far down, where no preview reaches, a cell is empty."""
    file = tmp_path / "shops.csv"
    rows = [f"{i}.5,{i % 7},{i % 3}.25" for i in range(ROWS)]
    rows[350] = "1.5,,2.25"
    file.write_text("\n".join(["price,size,sold", *rows]))
    return file


def ask(window: MainWindow, file: Path) -> ImportDialog:
    """The dialog on ``file``, with a choice in each way there is to choose."""
    window.importer.take(file)
    dialog = asked(window)
    choose(dialog, "import_role_2", "ignore")
    choose(dialog, "import_role_0", "target")
    choose(dialog, "import_kind_1", "category")
    choose(dialog, "import_categories", "their place in the list")
    choose(dialog, "import_missing", "refuse")
    return dialog


def asked(window: MainWindow) -> ImportDialog:
    dialogs = [d for d in window.findChildren(ImportDialog) if d.isVisible()]
    assert len(dialogs) == 1
    return dialogs[0]


def box(dialog: ImportDialog, name: str) -> QComboBox:
    found = child(dialog, name)
    assert isinstance(found, QComboBox)
    return found


def choose(dialog: ImportDialog, name: str, text: str) -> None:
    of_name = box(dialog, name)
    of_name.setFocus()
    QTest.keyClick(of_name, Qt.Key.Key_Home)
    for _ in range(of_name.findText(text)):
        QTest.keyClick(of_name, Qt.Key.Key_Down)
    assert of_name.currentText() == text


def chosen(dialog: ImportDialog) -> list[str]:
    return [found.currentText() for found in dialog.findChildren(QComboBox)]


def press_import(window: MainWindow, dialog: ImportDialog, qtbot: QtBot) -> None:
    click(dialog, "import_import")
    qtbot.waitUntil(lambda: not window.workbench.is_loading)


def said(dialog: ImportDialog) -> str:
    label = child(dialog, "import_remark")
    assert isinstance(label, QLabel)
    assert label.isVisible()
    return label.text()


def test_a_row_that_is_refused_brings_the_dialog_back_and_one_choice_mends_it(
    open_window: Opener, qtbot: QtBot, table: Path
) -> None:
    window = open_window("samples/line.nnstudio")
    before, document = window.workbench.project, window.workbench.document
    dialog = ask(window, table)
    choices = chosen(dialog)
    press_import(window, dialog, qtbot)
    assert asked(window) is dialog
    assert "first in line 352" in said(dialog)
    assert chosen(dialog) == choices
    assert window.workbench.project == before
    assert (document.undo_label, document.redo_label) == ("", "")
    choose(dialog, "import_missing", "leave the row out")
    press_import(window, dialog, qtbot)
    assert not dialog.isVisible()
    data = window.workbench.data
    assert data is not None
    assert (data.dataset.size, data.dataset.input_names) == (ROWS - 1, ("size",))
    assert document.undo_label == "Import data"
    window.undo()
    assert window.workbench.project == before


def test_cancelling_what_came_back_leaves_the_project_as_it_was_with_its_data(
    open_window: Opener, qtbot: QtBot, table: Path
) -> None:
    window = open_window("samples/line.nnstudio")
    dialog = ask(window, table)
    press_import(window, dialog, qtbot)
    click(dialog, "import_cancel")
    assert isinstance(window.workbench.project.data.source, Line)
    assert window.workbench.data is not None
    assert not window.workbench.document.is_modified
    assert not child(window, "data_error").isVisible()


def test_a_file_that_vanished_can_be_put_back_and_imported_by_the_same_button(
    open_window: Opener, qtbot: QtBot, table: Path
) -> None:
    window = open_window("samples/line.nnstudio")
    dialog = ask(window, table)
    away = table.rename(table.with_suffix(".away"))
    press_import(window, dialog, qtbot)
    assert asked(window) is dialog
    assert "shops.csv" in said(dialog)
    mended = away.read_text().replace("1.5,,2.25", "1.5,3,2.25")
    table.write_text(mended)
    press_import(window, dialog, qtbot)
    assert window.workbench.data is not None
    assert window.workbench.data.dataset.size == ROWS


def test_another_encoding_keeps_what_was_chosen_of_the_columns(
    open_window: Opener, qtbot: QtBot, table: Path
) -> None:
    """Which is what the user is told to choose where letters can't be read."""
    table.write_bytes(table.read_bytes() + "\n1.5,zwölf,2.25".encode("cp1252"))
    window = open_window("samples/line.nnstudio")
    dialog = ask(window, table)
    choose(dialog, "import_missing", "leave the row out")
    choose(dialog, "import_encoding", "utf-8")
    press_import(window, dialog, qtbot)
    assert "choose another encoding" in said(dialog)
    choose(dialog, "import_encoding", "cp1252")
    press_import(window, dialog, qtbot)
    source = window.workbench.project.data.source
    assert isinstance(source, Table)
    assert (source.inputs, source.targets) == (("size",), ("price",))
    assert source.kinds == ("size=category",)
    assert window.workbench.data is not None


def test_reading_that_is_given_up_brings_the_dialog_back(
    open_window: Opener, qtbot: QtBot, tmp_path: Path
) -> None:
    file = tmp_path / "long.csv"
    file.write_text("a,b,y\n" + "".join(f"{i % 100}.5,{i % 37},{i}\n" for i in range(200_000)))
    window = open_window("samples/line.nnstudio")
    window.importer.take(file)
    dialog = asked(window)
    click(dialog, "import_import")
    click(window, "data_cancel")
    qtbot.waitUntil(lambda: not window.workbench.is_loading)
    assert "Reading was stopped" in said(asked(window))
    assert isinstance(window.workbench.project.data.source, Line)


def test_reading_that_is_given_up_when_all_is_read_but_not_yet_shown_is_given_up_all_the_same(
    open_window: Opener, qtbot: QtBot, table: Path
) -> None:
    window = open_window("samples/line.nnstudio")
    dialog = ask(window, table)
    choose(dialog, "import_missing", "leave the row out")
    click(dialog, "import_import")
    for thread in threading.enumerate():
        if thread.name == "nnstudio-data":
            thread.join()
    click(window, "data_cancel")
    qtbot.waitUntil(lambda: not window.workbench.is_loading)
    assert asked(window) is dialog
    assert "Reading was stopped" in said(dialog)
    assert isinstance(window.workbench.project.data.source, Line)
    press_import(window, dialog, qtbot)
    assert window.workbench.data is not None
    assert window.workbench.data.dataset.size == ROWS - 1


def test_a_refused_import_takes_back_nothing_that_was_done_meanwhile(
    open_window: Opener, qtbot: QtBot, table: Path
) -> None:
    window = open_window("samples/line.nnstudio")
    dialog = ask(window, table)
    click(dialog, "import_import")
    window.workbench.change_settings("Rate", learning_rate=0.123)
    qtbot.waitUntil(lambda: not window.workbench.is_loading)
    assert asked(window) is dialog
    assert window.workbench.project.settings.learning_rate == 0.123
    assert window.workbench.document.undo_label == "Rate"


def test_other_data_that_was_chosen_meanwhile_is_not_disturbed_by_the_dialog(
    open_window: Opener, qtbot: QtBot, table: Path
) -> None:
    window = open_window("samples/line.nnstudio")
    dialog = ask(window, table)
    click(dialog, "import_import")
    window.undo()
    qtbot.waitUntil(lambda: not window.workbench.is_loading)
    assert not [d for d in window.findChildren(ImportDialog) if d.isVisible()]
    assert window.workbench.data is not None


def test_the_same_table_imported_again_is_read_anew(
    open_window: Opener, qtbot: QtBot, table: Path
) -> None:
    window = open_window("samples/line.nnstudio")
    for rows in (ROWS - 1, ROWS):
        window.importer.take(table)
        press_import(window, asked(window), qtbot)
        assert window.workbench.data is not None
        assert window.workbench.data.dataset.size == rows
        table.write_text(table.read_text().replace("1.5,,2.25", "1.5,3,2.25"))


def test_columns_that_are_chosen_survive_a_way_of_reading_that_makes_no_sense(
    open_window: Opener, table: Path
) -> None:
    window = open_window("samples/line.nnstudio")
    dialog = ask(window, table)
    choices = chosen(dialog)[-6:]
    choose(dialog, "import_delimiter", "bar")
    button = child(dialog, "import_import")
    assert isinstance(button, QPushButton)
    assert not button.isEnabled()
    choose(dialog, "import_delimiter", "comma")
    assert chosen(dialog)[-6:] == choices
