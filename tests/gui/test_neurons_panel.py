"""The neurons while they learn, on the real window."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from canvas_hand import chain, layer
from driving import child
from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import SOURCES
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.main_window import MainWindow
from nnstudio.gui.panels.neurons_panel import NeuronsPanel
from nnstudio.gui.pictures.columns import columns_of
from nnstudio.gui.pictures.neurons import Look, paint_neurons
from nnstudio.gui.pictures.parts import Words
from nnstudio.gui.pictures.places import scheme_for, scheme_of
from nnstudio.gui.pictures.sizes import MOST_UNITS
from nnstudio.persistence.project_file import save_project
from nnstudio.project.project import Project

NET = chain(
    layer("Input", (2,)), layer("Dense", 3), layer("Tanh"), layer("Dense", 2), layer("Softmax")
)


@pytest.fixture
def window(open_window, tmp_path: Path) -> MainWindow:
    path = tmp_path / "net.nnstudio"
    save_project(Project(NET, data=DataSettings(SOURCES["Spiral"]())), path)
    return open_window(path)


@pytest.fixture
def panel(window: MainWindow, qtbot: QtBot) -> NeuronsPanel:
    found = child(window, "neurons_panel")
    assert isinstance(found, NeuronsPanel)

    def is_seen() -> bool:
        window.docks.docks["neurons"].raise_()  # the window too raises a tab once it is laid out
        return found.picture.place_of("dense") is not None

    qtbot.waitUntil(is_seen)
    return found


def shown(panel: NeuronsPanel) -> QImage:
    panel.live.show(panel)
    return panel.picture.grab().toImage()


def middle(panel: NeuronsPanel, node: str, unit: int = 0) -> QPointF:
    place = panel.picture.place_of(node, unit)
    assert place is not None
    return place


def test_a_click_on_a_neuron_selects_its_layer_and_beside_all_nothing(
    window: MainWindow, panel: NeuronsPanel
) -> None:
    before = shown(panel)
    place = middle(panel, "dense", 2).toPoint()
    QTest.mouseClick(panel.picture, Qt.MouseButton.LeftButton, pos=place)
    assert window.workbench.selection == ("dense",)
    assert shown(panel) != before, "and it is marked"
    QTest.mouseClick(panel.picture, Qt.MouseButton.LeftButton, pos=QPointF(1, 1).toPoint())
    assert window.workbench.selection == ()


def test_a_neuron_tells_which_it_is_and_its_bias(panel: NeuronsPanel) -> None:
    words = panel.picture.tooltip_at(middle(panel, "dense", 1))
    assert words.startswith("Dense, unit 2 of 3")
    assert "Bias 0" in words
    assert panel.picture.tooltip_at(QPointF(1, 1)) == ""


def test_inputs_and_their_lines_have_the_names_of_the_datas_columns(
    window: MainWindow, panel: NeuronsPanel, qtbot: QtBot
) -> None:
    net = chain(layer("Input", (4,)), layer("Dense", 3), layer("Softmax"))
    window.workbench.open(Project(net, data=DataSettings(SOURCES["Iris"]())))
    picture = panel.picture

    def is_seen() -> bool:
        window.docks.docks["neurons"].raise_()
        return picture.place_of("input", 3) is not None

    qtbot.waitUntil(is_seen)
    qtbot.waitUntil(lambda: "petal length" in picture.tooltip_at(middle(panel, "input", 2)))
    ends = middle(panel, "input", 2), middle(panel, "dense", 2)  # no other line is near halfway
    words = [picture.tooltip_at(ends[0] + (ends[1] - ends[0]) * share) for share in (0.2, 0.8)]
    assert any(text.startswith("Dense, unit 3, from petal length\n") for text in words)


def test_a_second_input_is_called_after_the_column_it_reads() -> None:
    image, other = columns_of(chain(layer("Input", (2,)), layer("Dense", 1)))
    scheme = scheme_of((replace(image, names=("width", "height")), other), ("a", "b"), ("mass",))
    said = [words.text for words in scheme.words if words.role == "label"]
    assert said == ["width", "height", "mass"], "a column's own names come first"


def test_letters_stay_readable_where_the_picture_is_small(qapp) -> None:
    scheme = scheme_of(columns_of(NET))
    written = []
    for least in (0.0, 20.0, 60.0):
        image = QImage(600, 600, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.white)
        painter = QPainter(image)
        paint_neurons(painter, scheme, Look(Theme("light"), least=least))
        painter.end()
        written.append(image)
    plain, grown, most = written
    assert plain != grown
    assert grown == most, "letters don't grow beyond the room they have"


@pytest.mark.parametrize("gap", [0.0, 40.0])
def test_letters_grow_only_as_far_as_words_beside_each_other_have_room(qapp, gap: float) -> None:
    scheme = scheme_of(columns_of(NET))
    words = "MultiHeadAttention"
    font = QFont(QApplication.font().family())
    font.setPixelSize(13)
    font.setWeight(QFont.Weight.DemiBold)
    wide = QFontMetricsF(font).horizontalAdvance(words)
    titles = tuple(Words(x, 20.0, words, "title") for x in (wide, 2 * wide + 8 + gap))
    image = QImage(600, 40, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    only = replace(scheme, words=titles, circles=(), blocks=(), bundles=(), strokes=(), dots=())
    paint_neurons(painter, only, Look(Theme("light"), least=60.0))
    painter.end()
    middle = round(wide * 1.5 + (8 + gap) / 2)
    between = {image.pixel(x, y) for x in range(middle - 2, middle + 3) for y in range(40)}
    assert between == {0xFFFFFFFF}, "the words touch"


def test_lines_change_while_it_learns(
    window: MainWindow, panel: NeuronsPanel, qtbot: QtBot
) -> None:
    before = shown(panel)
    window.workbench.runner.step_epoch()
    qtbot.waitUntil(lambda: window.workbench.project.trained is not None)
    assert shown(panel) != before


def test_a_network_that_is_not_finished_says_what_is_missing(
    window: MainWindow, panel: NeuronsPanel, qtbot: QtBot
) -> None:
    window.docks.canvas.add_layer("Add")
    empty = child(window, "neurons_empty")
    qtbot.waitUntil(empty.isVisible)
    words = " ".join(label.text() for label in empty.findChildren(QLabel))
    assert "once the network is finished" in words
    assert not panel.picture.isVisible()


def test_in_low_rooms_fewer_units_are_drawn_and_in_wide_ones_gaps_are_wide() -> None:
    columns = columns_of(chain(layer("Input", (16,)), layer("Dense", 16)))
    low, high = (
        len(scheme_for(columns, (), (), room).circles) for room in ((800, 160), (800, 900))
    )
    assert low < high == 2 * MOST_UNITS
    assert scheme_for(columns, (), (), (900, 160)).width > scheme_of(columns).width


def test_it_fits_into_every_size_of_the_panel(panel: NeuronsPanel) -> None:
    for size in (QSize(180, 120), QSize(900, 150), QSize(300, 700)):
        panel.picture.resize(size)
        for node in ("input", "dense", "dense-2"):
            assert panel.picture.rect().contains(middle(panel, node).toPoint())
