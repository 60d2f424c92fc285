"""Arrays, IDX files and folders that can't be read after all: nothing is lost, and why is asked."""

from __future__ import annotations

import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from driving import child, click
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit
from pytestqt.qtbot import QtBot

from nnstudio.data.sources import Arrays, Line, Mnist, Pictures
from nnstudio.gui.importing.source_dialog import SourceDialog
from nnstudio.gui.main_window import MainWindow

Opener = Callable[..., MainWindow]
#: The names of IDX files, with their number of axes.
IDX = {
    "train-images-idx3-ubyte": (4, 28, 28),
    "train-labels-idx1-ubyte": (4,),
    "t10k-images-idx3-ubyte": (2, 28, 28),
    "t10k-labels-idx1-ubyte": (2,),
}


def arrays(folder: Path) -> Path:
    """Inputs without any targets."""
    file = folder / "points.npz"
    np.savez(file, x=np.arange(20.0).reshape(10, 2))
    return file


def idx(folder: Path) -> Path:
    """Four files, one of them cut short."""
    for name, shape in IDX.items():
        head = struct.pack(f">BBBB{len(shape)}I", 0, 0, 8, len(shape), *shape)
        (folder / name).write_bytes(head + bytes(int(np.prod(shape))))
    cut = folder / "train-images-idx3-ubyte"
    cut.write_bytes(cut.read_bytes()[:-100])
    return cut


def pictures(folder: Path) -> Path:
    """Folders without a picture."""
    for name in ("cats", "dogs"):
        (folder / "pets" / name).mkdir(parents=True)
        (folder / "pets" / name / "notes.txt").write_text("none yet")
    return folder / "pets"


def take(window: MainWindow, path: Path, qtbot: QtBot) -> None:
    window.importer.take(path)
    qtbot.waitUntil(lambda: not window.workbench.is_loading)


def asked(window: MainWindow) -> SourceDialog:
    dialogs = [d for d in window.findChildren(SourceDialog) if d.isVisible()]
    assert len(dialogs) == 1
    return dialogs[0]


def said(dialog: SourceDialog) -> str:
    label = child(dialog, "source_remark")
    assert isinstance(label, QLabel)
    assert label.isVisible()
    return label.text()


def press_import(window: MainWindow, qtbot: QtBot) -> None:
    click(asked(window), "source_import")
    qtbot.waitUntil(lambda: not window.workbench.is_loading)


KINDS = [(arrays, "has no array"), (idx, "is cut short"), (pictures, "holds no pictures")]


@pytest.mark.parametrize(("make", "reason"), KINDS, ids=["NumPy", "IDX", "a folder of pictures"])
def test_data_that_cannot_be_read_leaves_the_project_as_it_was_and_why_is_told(
    open_window: Opener, qtbot: QtBot, tmp_path: Path, make: Callable[[Path], Path], reason: str
) -> None:
    window = open_window("samples/line.nnstudio")
    workbench = window.workbench
    before = workbench.project
    take(window, make(tmp_path), qtbot)
    assert reason in said(asked(window))
    assert workbench.project == before
    assert (workbench.document.undo_label, workbench.document.redo_label) == ("", "")
    press_import(window, qtbot)
    assert reason in said(asked(window)), "nothing was mended"
    click(asked(window), "source_cancel")
    assert not [d for d in window.findChildren(SourceDialog) if d.isVisible()]
    assert isinstance(workbench.project.data.source, Line)
    assert workbench.data is not None
    assert not workbench.document.is_modified
    assert not child(window, "data_error").isVisible()


def test_targets_of_another_name_are_told_in_the_dialog(
    open_window: Opener, qtbot: QtBot, tmp_path: Path
) -> None:
    file = tmp_path / "points.npz"
    np.savez(file, x=np.arange(20.0).reshape(10, 2), price=np.arange(10.0))
    window = open_window("samples/line.nnstudio")
    take(window, file, qtbot)
    assert "price" in said(asked(window))
    field = child(asked(window), "source_targets")
    assert isinstance(field, QLineEdit)
    field.setFocus()
    QTest.keyClicks(field, "price")
    press_import(window, qtbot)
    workbench = window.workbench
    assert not [d for d in window.findChildren(SourceDialog) if d.isVisible()]
    assert workbench.project.data.source == Arrays(file=str(file), targets="price")
    assert workbench.data is not None
    assert workbench.document.undo_label == "Import data"
    window.undo()
    assert isinstance(workbench.project.data.source, Line)


def test_what_to_do_with_gaps_is_chosen_in_the_dialog(
    open_window: Opener, qtbot: QtBot, tmp_path: Path
) -> None:
    file = tmp_path / "gaps.npz"
    values = np.arange(20.0).reshape(10, 2)
    values[3, 1] = np.nan
    np.savez(file, x=values, y=np.arange(10.0))
    window = open_window("samples/line.nnstudio")
    take(window, file, qtbot)
    assert "NaN" in said(asked(window))
    box = child(asked(window), "source_missing")
    assert isinstance(box, QComboBox)
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Down)
    press_import(window, qtbot)
    assert window.workbench.data is not None
    assert window.workbench.data.dataset.size == 9


def test_files_that_are_mended_meanwhile_are_imported_by_the_same_button(
    open_window: Opener, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window("samples/line.nnstudio")
    cut = idx(tmp_path)
    take(window, cut, qtbot)
    cut.write_bytes(cut.read_bytes() + bytes(100))
    press_import(window, qtbot)
    assert isinstance(window.workbench.project.data.source, Mnist)
    assert window.workbench.data is not None
    assert window.workbench.data.dataset.size == 6


def test_a_refused_folder_takes_back_nothing_that_was_done_meanwhile(
    open_window: Opener, qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window("samples/line.nnstudio")
    window.importer.take(pictures(tmp_path))
    window.workbench.change_settings("Rate", learning_rate=0.123)
    qtbot.waitUntil(lambda: not window.workbench.is_loading)
    assert window.workbench.project.settings.learning_rate == 0.123
    assert window.workbench.document.undo_label == "Rate"
    assert "holds no pictures" in said(asked(window))


def test_a_folder_of_pictures_that_can_be_read_asks_nothing(
    open_window: Opener, qtbot: QtBot, tmp_path: Path
) -> None:
    folder = pictures(tmp_path)
    for k, name in enumerate(("cats", "dogs")):
        Image.new("L", (8, 8), 200 * k).save(folder / name / "one.png")
        Image.new("L", (8, 8), 200 * k).save(folder / name / "two.png")
    window = open_window("samples/line.nnstudio")
    take(window, folder, qtbot)
    assert not window.findChildren(SourceDialog)
    assert isinstance(window.workbench.project.data.source, Pictures)
    assert window.workbench.data is not None
