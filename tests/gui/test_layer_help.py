"""F1 opens the page of the layer in question, and every layer of the catalogue has one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from driving import answer_next_box, child, click
from projects import project
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMessageBox, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.data.sources import SOURCES
from nnstudio.engine.activations import LeakyReLU
from nnstudio.engine.catalogue import LAYERS
from nnstudio.engine.dense import Dense
from nnstudio.engine.shaping import Input
from nnstudio.gui.help.layer_help import LayerHelp
from nnstudio.gui.help.layer_texts import TEXTS
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.main_window import MainWindow
from nnstudio.gui.mathematics.formula_view import FormulaView
from nnstudio.gui.plots.layer_curve import LayerCurve
from nnstudio.persistence.project_file import save_project
from nnstudio.schema import settings_of

if TYPE_CHECKING:
    from conftest import Opener


@pytest.fixture
def window(open_window: Opener, tmp_path: Path) -> MainWindow:
    path = tmp_path / "help.nnstudio"
    save_project(project(SOURCES["Line"](), Input((1,)), Dense(4), LeakyReLU(0.2), Dense(1)), path)
    return open_window(path)


def page(window: QWidget) -> LayerHelp:
    dialog = child(window, "layer_help")
    assert isinstance(dialog, LayerHelp)
    return dialog


def text(dialog: QWidget, name: str) -> str:
    label = child(dialog, f"layer_help_{name}")
    assert isinstance(label, QLabel | FormulaView)
    return label.text().replace("\u00a0", " ")


def press_f1(window: MainWindow) -> None:
    QTest.keyClick(QApplication.focusWidget() or window, Qt.Key.Key_F1)
    QApplication.processEvents()


def test_every_layer_of_the_catalogue_has_a_text_of_its_own() -> None:
    assert list(TEXTS) == list(LAYERS)
    assert len({text.does for text in TEXTS.values()}) == len(TEXTS)


@pytest.mark.parametrize("name", LAYERS)
def test_a_page_tells_use_shapes_and_each_setting_with_its_default(qtbot: QtBot, name: str) -> None:
    dialog = LayerHelp(Theme("light"))
    qtbot.addWidget(dialog)
    cls = LAYERS[name]
    dialog.show_layer(cls())
    assert text(dialog, "title") == name
    assert cls.summary in text(dialog, "summary")
    assert text(dialog, "does") == TEXTS[name].does.replace("\u00a0", " ")
    assert text(dialog, "use") == TEXTS[name].use
    assert text(dialog, "formula") == cls.formula
    assert ("For example" in text(dialog, "shapes")) == (name != "Input")
    for item in settings_of(cls):
        assert item.label in text(dialog, f"setting_{item.name}")
        assert "Default: " in text(dialog, f"range_{item.name}")


def test_f1_opens_the_page_of_the_selected_node_with_its_curve_as_it_is_set(
    window: MainWindow,
) -> None:
    window.workbench.select(("leakyrelu",))
    window.docks.canvas.setFocus()
    press_f1(window)
    dialog = page(window)
    assert dialog.isVisible()
    assert text(dialog, "title") == "LeakyReLU"
    curve = child(dialog, "layer_help_curve")
    assert isinstance(curve, LayerCurve)
    assert curve.curve is not None
    assert curve.curve.y[0] == pytest.approx(-4 * 0.2)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_f1_at_a_row_of_the_palette_opens_the_page_of_that_layer(window: MainWindow) -> None:
    window.workbench.select(("leakyrelu",))
    search = child(window, "palette_search")
    search.setFocus()
    QTest.keyClicks(search, "gru")
    press_f1(window)
    assert text(page(window), "title") == "GRU"


def test_f1_with_nothing_selected_shows_every_gesture(window: MainWindow) -> None:
    window.workbench.select(())
    window.docks.canvas.setFocus()
    seen = answer_next_box(QMessageBox.StandardButton.Ok)
    press_f1(window)
    assert "Ctrl+Z" in seen[0]


def test_the_button_in_the_inspector_opens_the_page_too(window: MainWindow) -> None:
    window.workbench.select(("dense",))
    click(window, "inspector_help")
    assert text(page(window), "title") == "Dense"
    window.workbench.select(("leakyrelu",))
    click(window, "inspector_help")
    assert text(page(window), "title") == "LeakyReLU", "one page, shown again"
