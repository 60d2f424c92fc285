"""Files that are no tables, tables without end, and hands that are too quick."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from driving import child, click
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.data.sources import Line
from nnstudio.gui.importing.import_dialog import ImportDialog
from nnstudio.gui.main_window import MainWindow

Opener = Callable[..., MainWindow]
LEFT = Qt.MouseButton.LeftButton


def asked(window: MainWindow) -> ImportDialog:
    dialogs = [d for d in window.findChildren(ImportDialog) if d.isVisible()]
    assert len(dialogs) == 1
    return dialogs[0]


def text(parent: QWidget, name: str) -> str:
    label = child(parent, name)
    assert isinstance(label, QLabel)
    return label.text()


def table(folder: Path, columns: int = 3, rows: int = 30) -> Path:
    file = folder / "my.csv"
    names = ",".join(f"c{k}" for k in range(columns))
    lines = [",".join(str(i * 7 % (k + 11)) for k in range(columns)) for i in range(rows)]
    file.write_text("\n".join([names, *lines]))
    return file


@pytest.mark.skipif(sys.platform == "win32", reason="pipes have no place among files there")
def test_a_pipe_is_no_file_and_nobody_waits_for_it(open_window: Opener, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    window = open_window("samples/line.nnstudio")
    window.importer.take(tmp_path / "pipe.csv")
    assert "can't be imported" in text(window, "message_text")


def test_a_file_of_zeros_is_no_table(open_window: Opener, tmp_path: Path) -> None:
    """Which is what a crash may leave of one."""
    (tmp_path / "zeros.csv").write_bytes(bytes(300_000))
    window = open_window("samples/line.nnstudio")
    window.importer.take(tmp_path / "zeros.csv")
    assert "a file of another kind" in text(asked(window), "import_remark")


def test_the_boxes_of_many_columns_come_while_the_dialog_can_be_used(
    open_window: Opener, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window("samples/line.nnstudio")
    window.importer.take(table(tmp_path, columns=60))
    dialog = asked(window)
    boxes = dialog.findChildren(QComboBox)
    assert child(dialog, "import_role_0") in boxes
    assert not dialog.findChildren(QComboBox, "import_role_59")
    box = child(dialog, "import_role_0")
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_End)  # ignore
    qtbot.waitUntil(lambda: bool(dialog.findChildren(QComboBox, "import_role_59")))
    roles = [child(dialog, f"import_role_{k}") for k in range(60)]
    assert all(isinstance(role, QComboBox) for role in roles)
    told = [role.currentText() for role in roles if isinstance(role, QComboBox)]
    assert told == ["ignore", *["input"] * 58, "target"]


def test_import_pressed_twice_imports_once(
    open_window: Opener, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window("samples/line.nnstudio")
    window.importer.take(table(tmp_path))
    button = child(asked(window), "import_import")
    assert isinstance(button, QPushButton)
    button.click()
    button.click()
    qtbot.waitUntil(lambda: not window.workbench.is_loading)
    assert window.workbench.data is not None
    window.undo()
    assert isinstance(window.workbench.project.data.source, Line)
    assert not window.workbench.document.undo_label


def test_while_the_dialog_asks_no_other_file_is_taken(open_window: Opener, tmp_path: Path) -> None:
    window = open_window("samples/line.nnstudio")
    file = table(tmp_path)
    window.importer.take(file)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(file))])
    none = Qt.KeyboardModifier.NoModifier
    event = QDragEnterEvent(QPoint(300, 300), Qt.DropAction.CopyAction, mime, LEFT, none)
    event.ignore()
    QApplication.sendEvent(window, event)
    assert not event.isAccepted()
    click(asked(window), "import_cancel")
    QApplication.sendEvent(window, event)
    assert event.isAccepted()


def test_another_file_opened_while_a_table_is_read_is_left_in_peace(
    open_window: Opener, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window("samples/line.nnstudio")
    window.importer.take(table(tmp_path))
    click(asked(window), "import_import")
    window.workbench.document.mark_saved()
    assert window.open_path("samples/spiral.nnstudio")
    qtbot.waitUntil(lambda: not window.workbench.is_loading)
    assert window.workbench.data is not None
    assert window.workbench.data.dataset.name != "my"
    assert not [d for d in window.findChildren(ImportDialog) if d.isVisible()]
