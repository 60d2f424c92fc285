"""Importing one's own tables in the real window, and training on them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from driving import child, click
from idx_files import write_idx
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QAction, QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QLabel,
    QPushButton,
    QTableView,
)
from pytestqt.qtbot import QtBot

from nnstudio.cli import main
from nnstudio.data.sources import Arrays, Table
from nnstudio.gui.importing.import_dialog import ImportDialog
from nnstudio.gui.main_window import MainWindow

ROWS = 60


def write(file: Path, head: str, row: Callable[[int], str], encoding: str = "utf-8") -> Path:
    rows = [row(i) for i in range(ROWS)]
    file.write_bytes("\n".join([head, *rows][not head :]).encode(encoding))
    return file


def comma_decimals(folder: Path) -> Path:
    return write(folder / "comma.csv", "x;z;y", lambda i: f"{i},5;{i % 7},25;{2 * i},75")


def no_header(folder: Path) -> Path:
    return write(folder / "bare.csv", "", lambda i: f"{i}.5,{i % 5}.25,{i % 3}.125")


def dates_and_words(folder: Path) -> Path:
    return write(
        folder / "shop.csv",
        "day,shop,open,sold",
        lambda i: (
            f"{i % 28 + 1:02}.03.2024,{['north', 'east'][i % 2]},{['yes', 'no'][i % 2]},"
            + ("" if i in (3, 7) else f"{i}.5")
        ),
    )


def old_letters(folder: Path) -> Path:
    return write(
        folder / "städte.csv",
        "Größe\tStadt",
        lambda i: f"{i}.5\t{'Köln' if i < 30 else 'Zürich'}",
        "cp1252",
    )


@pytest.fixture(scope="module")
def million_rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("large") / "million.csv"
    block = "".join(f"{i % 100}.5,{i % 37}.25,{i % 11}.5\n" for i in range(10_000))
    file.write_text("a,b,y\n" + 100 * block)
    return file


def ask_for(window: MainWindow, path: Path, monkeypatch: pytest.MonkeyPatch) -> ImportDialog:
    """Ctrl+I, and the file chosen in the system's own dialog."""
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_, **__: (str(path), ""))
    action = window.findChild(QAction, "action_import")
    assert action.shortcut().toString() == "Ctrl+I"
    action.trigger()
    return opened(window)


def opened(window: MainWindow) -> ImportDialog:
    dialogs = [d for d in window.findChildren(ImportDialog) if d.isVisible()]
    assert len(dialogs) == 1
    return dialogs[0]


def choose(dialog: ImportDialog, name: str, text: str) -> None:
    """With the keyboard, as in any list of choices."""
    box = child(dialog, name)
    assert isinstance(box, QComboBox)
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Home)
    for _ in range(box.findText(text)):
        QTest.keyClick(box, Qt.Key.Key_Down)
    assert box.currentText() == text


def take(window: MainWindow, dialog: ImportDialog, qtbot: QtBot) -> None:
    button = child(dialog, "import_import")
    assert button.isEnabled()
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not window.workbench.is_loading, timeout=60_000)
    assert window.workbench.data is not None, window.workbench.data_error


def train_an_epoch(window: MainWindow, qtbot: QtBot) -> None:
    assert not window.workbench.problems
    window.workbench.change_settings("Rate", learning_rate=1e-4)
    before = window.workbench.project.trained
    window.workbench.runner.step_epoch()
    qtbot.waitUntil(lambda: not window.workbench.runner.is_running, timeout=60_000)
    after = window.workbench.project.trained
    assert after is not None
    assert after is not before


def text_of(dialog: ImportDialog, name: str) -> str:
    label = child(dialog, name)
    assert isinstance(label, QLabel)
    return label.text()


@pytest.mark.parametrize("make", [comma_decimals, no_header, dates_and_words, old_letters])
def test_awkward_tables_are_imported_as_guessed_and_train_in_window_and_terminal(
    make: Callable[[Path], Path],
    open_window: Callable[..., MainWindow],
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    file = make(tmp_path)
    window = open_window("samples/line.nnstudio")
    dialog = ask_for(window, file, monkeypatch)
    take(window, dialog, qtbot)
    data = window.workbench.data
    assert data is not None
    assert data.dataset.size == (ROWS - 2 if make is dates_and_words else ROWS)
    train_an_epoch(window, qtbot)
    project = tmp_path / "mine.nnstudio"
    assert window.files.save_path(project)
    assert main(["train", str(project), "--epochs", "1"]) == 0


def test_a_million_rows_are_shown_at_once_and_read_while_the_window_goes_on(
    million_rows: Path,
    open_window: Callable[..., MainWindow],
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = open_window("samples/line.nnstudio")
    dialog = ask_for(window, million_rows, monkeypatch)
    preview = child(dialog, "import_preview")
    assert isinstance(preview, QTableView)
    assert preview.model().rowCount() == 200
    QTest.mouseClick(child(dialog, "import_import"), Qt.MouseButton.LeftButton)
    assert window.workbench.is_loading
    qtbot.waitUntil(lambda: window.workbench.loading_progress[0] > 0)
    qtbot.waitUntil(lambda: not window.workbench.is_loading, timeout=60_000)
    assert window.workbench.data is not None
    assert window.workbench.data.dataset.size == 1_000_000
    assert window.workbench.data.dataset.inputs.shape[1] == 2
    window.workbench.change_settings("Batch", batch_size=4096)
    train_an_epoch(window, qtbot)


def test_the_import_is_one_step_of_undo_and_the_network_fits(
    open_window: Callable[..., MainWindow],
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = open_window("samples/line.nnstudio")
    before = window.workbench.project
    take(window, ask_for(window, dates_and_words(tmp_path), monkeypatch), qtbot)
    assert window.workbench.document.undo_label == "Import data"
    assert "2 rows have empty cells" in child(window, "message_text").text()
    window.undo()
    assert window.workbench.project == before


def test_roles_and_kinds_are_chosen_and_what_is_wrong_is_said_at_once(
    open_window: Callable[..., MainWindow],
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = open_window("samples/line.nnstudio")
    dialog = ask_for(window, dates_and_words(tmp_path), monkeypatch)
    assert text_of(dialog, "import_remark").startswith("Of the first 60 rows 2 have empty cells")
    choose(dialog, "import_role_3", "ignore")
    assert "as target" in text_of(dialog, "import_remark")
    assert not child(dialog, "import_import").isEnabled()
    choose(dialog, "import_role_1", "target")
    choose(dialog, "import_role_0", "time")
    take(window, dialog, qtbot)
    project = window.workbench.project
    source = project.data.source
    assert isinstance(source, Table)
    assert (source.inputs, source.targets, source.keep) == (("open",), ("shop",), ("day",))
    assert (project.data.split.by, project.data.split.column) == ("order", "day")
    assert window.workbench.data is not None
    assert window.workbench.data.dataset.classes == ("east", "north")


def test_another_delimiter_shows_another_table_and_nonsense_can_be_taken_back(
    open_window: Callable[..., MainWindow],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    window = open_window("samples/line.nnstudio")
    dialog = ask_for(window, comma_decimals(tmp_path), monkeypatch)
    preview = child(dialog, "import_preview")
    assert isinstance(preview, QTableView)
    assert preview.model().columnCount() == 3
    assert child(dialog, "import_delimiter").currentText() == "semicolon (guessed)"
    choose(dialog, "import_delimiter", "bar")
    assert preview.model().columnCount() == 1
    assert not child(dialog, "import_import").isEnabled()
    choose(dialog, "import_delimiter", "semicolon")
    assert preview.model().columnCount() == 3
    assert child(dialog, "import_import").isEnabled()


def test_a_file_that_is_no_table_says_so_in_the_dialog(
    open_window: Callable[..., MainWindow], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "sheet.csv"
    file.write_bytes(b"PK\x03\x04 rest of a spreadsheet")
    window = open_window("samples/line.nnstudio")
    dialog = ask_for(window, file, monkeypatch)
    assert "save the table as CSV" in text_of(dialog, "import_remark")
    button = child(dialog, "import_import")
    assert isinstance(button, QPushButton)
    assert not button.isEnabled()


def test_cells_of_a_spreadsheet_are_pasted_into_the_project(
    open_window: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = open_window("samples/line.nnstudio")
    QGuiApplication.clipboard().setText("x\ty\r\n" + "".join(f"{i},5\t{i}\r\n" for i in range(20)))
    click(window, "data_paste")
    take(window, opened(window), qtbot)
    source = window.workbench.project.data.source
    assert isinstance(source, Table)
    assert source.text.startswith("x\ty\n0,5\t0\n")
    assert window.workbench.data is not None
    assert np.array_equal(window.workbench.data.dataset.inputs[:2, 0], [0.5, 1.5])


def test_an_empty_clipboard_is_told(open_window: Callable[..., MainWindow]) -> None:
    window = open_window("samples/line.nnstudio")
    QGuiApplication.clipboard().setText("")
    click(window, "data_paste")
    assert "no table on the clipboard" in child(window, "message_text").text()


def drop(window: MainWindow, path: Path) -> bool:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path))])
    actions, buttons = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(300, 300), actions, mime, buttons, none)
    QApplication.sendEvent(window, enter)
    if enter.isAccepted():
        event = QDropEvent(QPointF(300, 300), actions, mime, buttons, none)
        QApplication.sendEvent(window, event)
    return enter.isAccepted()


def test_files_are_dropped_on_the_window(
    open_window: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    window = open_window("samples/line.nnstudio")
    assert drop(window, comma_decimals(tmp_path))
    opened(window).reject()
    np.savez(tmp_path / "mine.npz", x=np.ones((30, 4)), y=np.arange(30.0))
    assert drop(window, tmp_path / "mine.npz")
    qtbot.waitUntil(lambda: not window.workbench.is_loading)
    assert isinstance(window.workbench.project.data.source, Arrays)
    assert not drop(window, tmp_path / "letter.doc")


def test_one_of_four_idx_files_and_a_folder_of_pictures_are_dropped_on_the_window(
    open_window: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    published, own = tmp_path / "published", tmp_path / "own"
    published.mkdir()
    rng = np.random.default_rng(0)
    for part, count in (("train", 60), ("t10k", 20)):
        pictures = rng.integers(0, 256, (count, 28, 28), np.uint8)
        write_idx(published / f"{part}-images-idx3-ubyte", pictures)
        write_idx(published / f"{part}-labels-idx1-ubyte", np.arange(count) % 10)
    for number in range(40):
        inner = own / "ab"[number % 2]
        inner.mkdir(parents=True, exist_ok=True)
        picture = QImage(9, 7, QImage.Format.Format_Grayscale8)
        picture.fill(6 * number)
        assert picture.save(str(inner / f"{number}.png"))

    window = open_window("samples/line.nnstudio")
    for path, size, classes in (
        (published / "train-images-idx3-ubyte", 80, 10),
        (own, 40, 2),
    ):
        assert drop(window, path)
        qtbot.waitUntil(lambda: not window.workbench.is_loading)
        data = window.workbench.data
        assert data is not None, window.workbench.data_error
        assert (data.dataset.size, len(data.dataset.classes)) == (size, classes)
