"""Sequences as small line charts: in the data panel, and on the Input card."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from canvas_hand import Hand, chain
from driving import child
from projects import project
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot

from nnstudio import assets
from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Dataset
from nnstudio.data.preparation import Affine, Preparation
from nnstudio.data.sources import Sine, Spiral
from nnstudio.data.split import Parts
from nnstudio.engine.dense import Dense
from nnstudio.engine.recurrent import LSTM
from nnstudio.engine.shaping import Input
from nnstudio.gui.data_preview import DataPreview
from nnstudio.gui.look.theme import THEMES, Theme
from nnstudio.gui.panels.data_panel import DataPanel
from nnstudio.gui.plots.sequence_lines import MOST_LINES, paint_sequence
from nnstudio.gui.workbench import Workbench

if TYPE_CHECKING:
    from conftest import Opener


def painted(sequence: np.ndarray, theme: Theme, following: np.ndarray | None = None) -> QImage:
    """``sequence`` on white, 100 × 50 pixels, −1 to 1."""
    image = QImage(100, 50, QImage.Format.Format_RGB32)
    image.fill(QColor("white"))
    painter = QPainter(image)
    box = QRectF(5, 5, 90, 40)
    paint_sequence(painter, box, sequence, (-1.0, 1.0), theme, following=following)
    painter.end()
    return image


def inked(image: QImage, x: int) -> list[int]:
    """The rows that aren't white in column ``x``."""
    white = QColor("white").rgb()
    return [y for y in range(image.height()) if image.pixel(x, y) != white]


def test_a_line_rises_from_the_lower_to_the_upper_limit() -> None:
    image = painted(np.linspace(-1, 1, 7)[:, np.newaxis], Theme("light"))
    heights = [float(np.mean(inked(image, x))) for x in (10, 30, 50, 70, 90)]
    assert heights == sorted(heights, reverse=True)  # y counts downwards
    assert heights[2] == pytest.approx(25, abs=1.5)


def test_what_comes_next_is_a_dot_at_the_right_edge() -> None:
    flat = np.zeros((6, 1))
    without, dot = painted(flat, Theme()), painted(flat, Theme(), np.array([1.0]))
    assert not [y for y in inked(without, 95) if y < 10]
    assert min(inked(dot, 95)) < 5


def test_each_of_a_few_features_has_a_line_and_no_more_than_can_be_told_apart() -> None:
    levels = np.linspace(-1, 1, MOST_LINES + 3)
    image = painted(np.tile(levels, (5, 1)), Theme("light"))
    rows = inked(image, 50)
    lines = 1 + sum(b - a > 1 for a, b in pairwise(rows))
    assert lines == MOST_LINES


@pytest.mark.parametrize("places", [1, 2])
def test_short_sequences_are_painted_too(places: int) -> None:
    image = painted(np.zeros((places, 1)), Theme("light"))
    assert any(inked(image, x) for x in range(100))


@pytest.fixture
def bench() -> Workbench:
    bench = Workbench()
    bench.open(project(Sine(count=50, length=12), Input((12, 1)), LSTM(4), Dense(1)))
    return bench


def test_the_data_panel_shows_sequences_instead_of_a_table(qtbot: QtBot, bench: Workbench) -> None:
    panel = DataPanel(bench, Theme())
    qtbot.addWidget(panel)
    panel.resize(230, 900)
    panel.show()
    lines = child(panel, "data_sequences")
    assert lines.isVisible()
    assert "each dot is the next value" in lines.accessibleName()
    assert not child(panel, "data_table").isVisible()
    assert not child(panel, "data_points").isVisible()
    accent = QColor(Theme().colours.accent).rgb()
    image = lines.grab().toImage()
    assert any(
        image.pixel(x, y) == accent for x in range(image.width()) for y in range(image.height())
    )


def test_choosing_sines_makes_input_and_output_fit(qtbot: QtBot) -> None:
    bench = Workbench()
    bench.open(project(Spiral(), Input((2,)), Dense(2)))
    panel = DataPanel(bench, Theme())
    qtbot.addWidget(panel)
    panel.show()
    assert child(panel, "data_points").isVisible()
    box = child(panel, "data_source")
    index = box.findText(Sine.title)
    box.setCurrentIndex(index)
    box.activated.emit(index)
    assert bench.graph.by_id["input"].layer == Input((24, 1))
    assert child(panel, "data_sequences").isVisible()
    assert not child(panel, "data_points").isVisible()


def test_sequences_with_classes_have_their_names_beneath(qtbot: QtBot) -> None:
    rng = np.random.default_rng(0)
    dataset = Dataset("walks", rng.standard_normal((9, 6, 2)), np.arange(9) % 2, ("up", "down"))
    parts = Parts(np.arange(9), np.arange(0), np.arange(0))
    preparation = Preparation(Affine.identity(), Affine.identity())
    preview = DataPreview(Theme())
    qtbot.addWidget(preview)
    preview.resize(220, 400)
    preview.show_data(PreparedData(dataset, parts, preparation))
    preview.show()
    lines = child(preview, "data_sequences")
    assert lines.accessibleName() == "The first training sequences"
    named = lines.height()
    preview.show_data(None)
    assert not lines.isVisible()
    unnamed = Dataset("walks", dataset.inputs, rng.standard_normal((9, 1)))
    preview.show_data(PreparedData(unnamed, parts, preparation))
    assert lines.height() < named


def test_the_input_card_shows_the_first_sequence_in_the_colours_of_the_theme(
    qtbot: QtBot,
) -> None:
    theme = Theme("light")
    hand = Hand(chain(Input((24, 1)), LSTM(4), Dense(1)), theme, data="Sine")
    qtbot.addWidget(hand.view)
    box = hand.view.node_rect("input").adjusted(130, 4, -6, -30)

    def shown(colour: str) -> bool:
        picture = hand.view.grab(box.translated(hand.pane.pos())).toImage()
        places = np.ndindex(picture.width(), picture.height())
        return any(picture.pixel(x, y) == QColor(colour).rgb() for x, y in places)

    try:
        for name in ("light", "dark", "light"):
            theme.set(name)
            accent = THEMES[name].accent
            qtbot.waitUntil(lambda accent=accent: shown(accent))
    finally:
        theme.set("light")


def test_the_sine_sample_opens_with_every_panel(open_window: Opener, qtbot: QtBot) -> None:
    window = open_window(assets.sample("sine.nnstudio"))
    for dock in window.docks.docks.values():
        dock.show()  # some are closed at first
        dock.raise_()
        qtbot.waitUntil(lambda dock=dock: dock.widget() is not None and dock.widget().isVisible())
    assert not window.workbench.problems
    qtbot.waitUntil(lambda: "24 inputs" in child(window, "try_empty").text())
