"""The palette: search, choose by mouse and keyboard, drag."""

from __future__ import annotations

import numpy as np
import pytest
from driving import child
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDrag
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QListWidget
from pytestqt.qtbot import QtBot

from nnstudio.engine.activations import ReLU, Sigmoid, Softmax, Tanh
from nnstudio.engine.catalogue import CATEGORIES, LAYERS
from nnstudio.engine.dense import Dense
from nnstudio.gui.dragged_layer import LAYER_MIME, layer_in, mime_of
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.panels.palette_panel import PalettePanel
from nnstudio.gui.plots.activation_picture import curve
from nnstudio.gui.workbench import Workbench

LEFT = Qt.MouseButton.LeftButton
Key = Qt.Key


@pytest.fixture
def palette(qtbot: QtBot) -> PalettePanel:
    panel = PalettePanel(Workbench(), Theme("light"))
    qtbot.addWidget(panel)
    panel.resize(216, 480)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def search_field(panel: PalettePanel) -> QLineEdit:
    field = child(panel, "palette_search")
    assert isinstance(field, QLineEdit)
    return field


def rows(panel: PalettePanel) -> list[str]:
    """What the list shows, titles included."""
    found = child(panel, "palette_list")
    assert isinstance(found, QListWidget)
    items = [found.item(i) for i in range(found.count())]
    return [item.text() for item in items if not item.isHidden()]


def spot_of(panel: PalettePanel, name: str) -> QPoint:
    found = child(panel, "palette_list")
    assert isinstance(found, QListWidget)
    (item,) = found.findItems(name, Qt.MatchFlag.MatchExactly)
    return found.visualItemRect(item).center()


def test_every_layer_stands_under_its_category(palette: PalettePanel) -> None:
    expected = []
    for category, title in CATEGORIES.items():
        members = [name for name, cls in LAYERS.items() if cls.category == category]
        expected += [title, *members] if members else []
    assert rows(palette) == expected


def test_typing_filters_by_name_and_by_what_a_layer_does(palette: PalettePanel) -> None:
    QTest.keyClicks(search_field(palette), "squeez")
    assert rows(palette) == ["Activation", "Sigmoid", "Tanh", "Softsign", "HardSigmoid"]
    QTest.keyClicks(search_field(palette), " 0")
    assert rows(palette) == ["Activation", "Sigmoid", "HardSigmoid"]
    QTest.keyClick(search_field(palette), Key.Key_Escape)
    assert set(LAYERS) <= set(rows(palette))


def test_enter_adds_the_first_match_and_arrows_choose_another(
    palette: PalettePanel, qtbot: QtBot
) -> None:
    field = search_field(palette)
    QTest.keyClicks(field, "squeez")
    with qtbot.waitSignal(palette.layer_chosen) as first:
        QTest.keyClick(field, Key.Key_Return)
    QTest.keyClick(field, Key.Key_Down)
    with qtbot.waitSignal(palette.layer_chosen) as second:
        QTest.keyClick(field, Key.Key_Return)
    assert (first.args, second.args) == (["Sigmoid"], ["Tanh"])


def test_enter_without_a_search_adds_nothing(palette: PalettePanel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(palette.layer_chosen):
        QTest.keyClick(search_field(palette), Key.Key_Return)


def test_double_click_adds_a_layer_and_a_title_adds_nothing(
    palette: PalettePanel, qtbot: QtBot
) -> None:
    pane = palette.findChild(QListWidget).viewport()

    def double_click(name: str) -> None:
        spot = spot_of(palette, name)
        QTest.mouseClick(pane, LEFT, pos=spot)
        QTest.mouseDClick(pane, LEFT, pos=spot)

    with qtbot.waitSignal(palette.layer_chosen) as chosen:
        double_click("Dropout")
    assert chosen.args == ["Dropout"]
    with qtbot.assertNotEmitted(palette.layer_chosen):
        double_click("Regularise")


def test_the_list_alone_can_be_used_by_keyboard(palette: PalettePanel, qtbot: QtBot) -> None:
    found = child(palette, "palette_list")
    found.setFocus()
    QTest.keyClick(found, Key.Key_Down)
    QTest.keyClick(found, Key.Key_Down)
    with qtbot.waitSignal(palette.layer_chosen) as chosen:
        QTest.keyClick(found, Key.Key_Return)
    assert chosen.args[0] in LAYERS


def test_a_search_without_a_hit_says_so_and_can_be_cleared(palette: PalettePanel) -> None:
    clear = child(palette, "palette_clear_search")
    assert not clear.isVisible()
    QTest.keyClicks(search_field(palette), "transformer")
    assert "“transformer”" in child(palette, "palette_none").text()
    assert not child(palette, "palette_list").isVisible()
    QTest.mouseClick(clear, LEFT)
    assert search_field(palette).text() == ""
    assert set(LAYERS) <= set(rows(palette))
    assert not clear.isVisible()


def test_focus_search_lets_a_new_word_replace_the_old(palette: PalettePanel) -> None:
    QTest.keyClicks(search_field(palette), "dense")
    palette.focus_search()
    QTest.keyClicks(search_field(palette), "relu")
    assert search_field(palette).text() == "relu"


def test_a_drag_carries_the_layers_name(
    palette: PalettePanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    carried: list[str] = []

    def drop_at_once(drag: QDrag, *_: object) -> Qt.DropAction:
        carried.append(layer_in(drag.mimeData()))
        assert not drag.pixmap().isNull()
        return Qt.DropAction.IgnoreAction

    # The platform's own drag loop can't be driven without a window system.
    monkeypatch.setattr(QDrag, "exec", drop_at_once)
    pane = palette.findChild(QListWidget).viewport()
    start = spot_of(palette, "Tanh")
    QTest.mousePress(pane, LEFT, pos=start)
    for step in range(1, 6):
        QTest.mouseMove(pane, start + QPoint(8 * step, 0))
        QApplication.processEvents()
    QTest.mouseRelease(pane, LEFT, pos=start + QPoint(40, 0))
    assert carried == ["Tanh"]


def test_only_known_layers_are_taken_from_a_drag() -> None:
    assert mime_of("Dense").hasFormat(LAYER_MIME)
    assert layer_in(mime_of("Dense")) == "Dense"
    assert layer_in(mime_of("Nonsense")) == ""


def test_a_tooltip_says_what_a_layer_does_and_its_formula(palette: PalettePanel) -> None:
    (item,) = palette.findChild(QListWidget).findItems("ReLU", Qt.MatchFlag.MatchExactly)
    assert ReLU.summary in item.toolTip()
    assert ReLU.formula in item.toolTip()


def test_curves_are_the_layers_own_functions() -> None:
    relu, sigmoid, softmax = curve(ReLU()), curve(Sigmoid()), curve(Softmax())
    assert relu is not None
    assert sigmoid is not None
    assert softmax is not None
    middle = len(relu) // 2
    assert np.all(relu[: middle + 1, 1] == 0)
    np.testing.assert_allclose(relu[-1], 1)
    np.testing.assert_allclose(sigmoid[middle], 0.5)
    assert np.all(np.diff(softmax[:, 1]) > 0)
    assert softmax[middle, 1] < 0.05
    assert curve(Tanh()) is not None
    assert curve(Dense()) is None
