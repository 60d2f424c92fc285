"""The Example panel when weights are tiny or beyond all bounds, and when the user is quick."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from driving import LEFT, child
from live_panels import show
from projects import project
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from nnstudio.data.sources import Digits
from nnstudio.engine.activations import Softmax
from nnstudio.engine.conv import Conv2D, ConvTranspose2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.gui.explaining.making_view import cell_text
from nnstudio.gui.panels.example_panel import ExamplePanel
from nnstudio.gui.plots.weight_picture import colour_levels, robust_limit

#: Showing a tooltip raises a window, which the platform for tests can't.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise")


def shown(qtbot: QtBot, weight: float) -> ExamplePanel:
    """A network on pictures with all weights of this size, every second one negative."""
    layers = Input((1, 8, 8)), Conv2D(3, padding="same"), Flatten(), Dense(10), Softmax()
    content = project(Digits(), *layers, loss=CategoricalCrossEntropy())
    panel = show(qtbot, ExamplePanel, content, (900, 560))
    model = panel.live.model()
    assert model is not None
    flat = np.full(model.workspace.flat.shape, weight, np.float32)
    flat[::2] *= -1
    flat.flags.writeable = False
    panel.live.look_at_weights(flat, "All alike")
    settled(qtbot, panel)
    return panel


def settled(qtbot: QtBot, panel: ExamplePanel) -> None:
    live = panel.live
    qtbot.waitUntil(lambda: not live._timer.isActive() and panel not in live._stale)


@pytest.mark.parametrize("weight", [1e-40, 1e30, np.inf, np.nan])
def test_each_number_of_weights_of_any_size_can_be_looked_at(qtbot: QtBot, weight: float) -> None:
    """Whatever goes wrong in painting, or any warning of numpy's, fails the test."""
    panel = shown(qtbot, weight)
    assert panel.inside is not None
    page = panel.layer_page
    QTest.mouseClick(page.tiles, LEFT, pos=page.tiles.rect_of(1).center())
    settled(qtbot, panel)
    assert page.detail.making.isVisible()
    for row, column in ((0, 0), (4, 3), (7, 7)):
        picture = page.detail.picture
        QTest.mouseClick(picture, LEFT, pos=picture.rect_of_cell((0, row, column)).center())
        assert not page.detail.making.grab().isNull()
    page.show_layer(next(n for n, title in panel.inside.titles.items() if title == "Dense"))
    settled(qtbot, panel)
    page.take_apart(3)
    caption = child(panel, "example_caption")
    assert isinstance(caption, QLabel)
    assert caption.text().startswith("weight × input: Σ ")
    assert "inf" not in caption.text()
    assert not page.grab().isNull()


def test_what_is_next_to_nothing_has_no_colour() -> None:
    faded = np.array([1e-40, -1e-40, 0.0], np.float32)
    assert colour_levels(faded, robust_limit(faded)).tolist() == [127, 127, 127]
    odd = np.array([3e38, -3e38, np.inf, -np.inf, np.nan, 0.0], np.float32)
    assert colour_levels(odd, 0.5).tolist() == [254, 0, 254, 0, 127, 127]


def test_large_numbers_in_cells_are_told_in_few_letters() -> None:
    numbers = 0.5, -12.345, 99.99, 100.0, -2e30, 3e-30, np.inf, np.nan
    told = [cell_text(number) for number in numbers]
    assert told == ["0.50", "−12.35", "99.99", "100", "−2e30", "0.00", "–", "–"]


def test_a_click_on_the_layer_before_while_another_is_about_to_be_shown_is_harmless(
    qtbot: QtBot,
) -> None:
    layers = Conv2D(8, padding="same"), Conv2D(2, padding="same"), Flatten(), Dense(10), Softmax()
    content = project(Digits(), Input((1, 8, 8)), *layers, loss=CategoricalCrossEntropy())
    panel = show(qtbot, ExamplePanel, content, (900, 560))
    settled(qtbot, panel)
    assert panel.inside is not None
    page = panel.layer_page
    many, few = (n for n, title in panel.inside.titles.items() if title.startswith("Conv2D"))
    page.show_layer(many)
    settled(qtbot, panel)
    page.show_layer(few)  # the window hasn't come round to it yet
    QTest.mouseClick(page.tiles, LEFT, pos=page.tiles.rect_of(6).center())
    settled(qtbot, panel)
    assert page.tiles.isVisible()
    assert len(page.tiles.tiles) == 2
    page.enlarge(1)
    picture = page.detail.picture
    page.show_layer(many)
    QTest.mouseClick(picture, LEFT, pos=picture.rect_of_cell((0, 1, 2)).center())
    settled(qtbot, panel)
    assert len(page.tiles.tiles) == 8


def test_in_a_narrow_dock_nothing_of_the_line_above_a_number_lies_on_anything_else(
    qtbot: QtBot,
) -> None:
    layers = Input((1, 8, 8)), ConvTranspose2D(300), Flatten(), Dense(10), Softmax()
    content = project(Digits(), *layers, loss=CategoricalCrossEntropy())
    panel = show(qtbot, ExamplePanel, content, (240, 400))
    settled(qtbot, panel)
    panel.layer_page.enlarge(117)
    panel.layer_page.layout().activate()
    names = "example_layer", "example_map_title", "example_all_maps"
    boxes = [child(panel, name).geometry() for name in names]
    assert not any(a.intersects(b) for a, b in combinations(boxes, 2))
    assert boxes[-1].right() < panel.layer_page.width()
    title = child(panel, "example_map_title")
    assert isinstance(title, QLabel)
    assert title.text() == title.toolTip() == "map 118 of 300"
