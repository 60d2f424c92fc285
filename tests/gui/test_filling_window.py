"""Empty cells filled by what is usual, from the import dialog to the step in the preparation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from driving import child, click
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QMenu, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.data.sources import Line
from nnstudio.data.steps import FillEmpty
from nnstudio.gui.main_window import MainWindow

# Menus are popped up.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def choose(parent: QWidget, name: str, text: str) -> None:
    box = child(parent, name)
    assert isinstance(box, QComboBox)
    box.setFocus()
    QTest.keyClick(box, Qt.Key.Key_Home)
    for _ in range(box.findText(text)):
        QTest.keyClick(box, Qt.Key.Key_Down)
    assert box.currentText() == text


@pytest.fixture
def window(open_window: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path) -> MainWindow:
    """A table with gaps, imported with what fills them."""
    shops = ["" if i % 7 == 0 else ["north", "east", "east"][i % 3] for i in range(60)]
    rows = [f"{'' if i % 5 == 0 else i * i},{shops[i]},{i}.5" for i in range(60)]
    file = tmp_path / "shops.csv"
    file.write_text("\n".join(["size of the shop in square metres,shop,sold", *rows]))
    window = open_window("samples/line.nnstudio")
    window.importer.take(file)
    choose(window, "import_missing", "fill with the mean, and tell")
    click(window, "import_import")
    qtbot.waitUntil(lambda: not window.workbench.is_loading)
    click(window, "data_section_source")
    click(window, "data_section_preparation")
    return window


def sizes(window: MainWindow) -> tuple[np.ndarray, float]:
    """The filled sizes, and those that are known of the training part."""
    data = window.workbench.data
    assert data is not None
    assert data.source is not None
    gaps = np.isnan(data.source.inputs[:, 0])
    known = data.source.inputs[data.parts.train, 0]
    return data.dataset.inputs[gaps, 0], known[~np.isnan(known)]


def test_the_step_stands_in_the_list_and_learns_from_the_training_part(
    window: MainWindow, qtbot: QtBot
) -> None:
    assert window.workbench.project.data.steps == (FillEmpty(),)
    line = child(window, "data_step_0")
    assert line.isVisible()
    filled, known = sizes(window)
    assert filled == pytest.approx(known.mean())
    click(window, "data_step_0_line")
    choose(window, "data_step_0_by", "Median")
    qtbot.waitUntil(lambda: not window.workbench.is_loading)
    filled, known = sizes(window)
    assert filled == pytest.approx(np.median(known))
    assert not window.workbench.problems
    window.workbench.runner.step_epoch()
    qtbot.waitUntil(lambda: not window.workbench.runner.is_running)
    assert np.isfinite(window.live.model().predict(np.full((1, 5), np.nan))).all()


def test_all_of_it_is_one_step_of_undo(window: MainWindow) -> None:
    assert window.workbench.document.undo_label == "Import data"
    window.undo()
    project = window.workbench.project
    assert isinstance(project.data.source, Line)
    assert not project.data.steps


def test_taking_the_step_out_says_what_is_missing_and_the_menu_puts_it_back(
    window: MainWindow, qtbot: QtBot
) -> None:
    QTest.keyClick(child(window, "data_step_0_line"), Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: not window.workbench.is_loading)
    assert window.workbench.data is None
    label = child(window, "data_error")
    assert isinstance(label, QLabel)
    assert "add the step “Fill gaps”" in label.text()
    click(window, "data_step_add")
    menu = child(window, "data_step_menu")
    assert isinstance(menu, QMenu)
    titles = [action.text().split("\t")[0] for action in menu.actions() if action.isEnabled()]
    assert titles == ["Fill gaps"]
    next(action for action in menu.actions() if action.isEnabled()).trigger()
    menu.close()
    qtbot.waitUntil(lambda: window.workbench.data is not None)


def test_long_names_of_columns_leave_the_panel_its_width(window: MainWindow, qtbot: QtBot) -> None:
    area = child(window, "data_panel").findChild(QScrollArea)
    assert area is not None
    page = area.widget()
    assert child(window, "data_before_after_numbers").isVisible()
    qtbot.waitUntil(lambda: page.width() == area.viewport().width())  # forms have found their way
    assert "square metres" in child(window, "data_before_after_numbers").toolTip()


def test_choosing_it_in_the_data_panel_brings_the_step_along(
    open_window: Callable[..., MainWindow], qtbot: QtBot, tmp_path: Path
) -> None:
    file = tmp_path / "few.csv"
    file.write_text("a,b,y\n" + "".join(f"{'' if i == 3 else i},{i % 4},{i}\n" for i in range(30)))
    window = open_window("samples/line.nnstudio")
    window.importer.take(file)
    click(window, "import_import")
    qtbot.waitUntil(lambda: not window.workbench.is_loading)
    choose(window, "data_missing", "Fill by a step")
    qtbot.waitUntil(lambda: not window.workbench.is_loading)
    assert window.workbench.project.data.steps == (FillEmpty(),)
    assert window.workbench.data is not None
    assert window.workbench.data.dataset.size == 30
