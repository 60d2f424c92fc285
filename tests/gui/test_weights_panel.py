"""The weights as pictures: which weights, in which colours, how large, and what a tooltip says."""

from __future__ import annotations

import numpy as np
import pytest
from driving import child
from live_panels import digits, line, show, spiral, train
from projects import chain, project
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QLabel
from pytestqt.qtbot import QtBot

from nnstudio.assets import sample
from nnstudio.data.sources import Sine
from nnstudio.engine.activations import ReLU
from nnstudio.engine.conv import Conv1D
from nnstudio.engine.dense import Dense
from nnstudio.engine.normalisation import LayerNorm
from nnstudio.engine.shaping import Flatten, Input, Permute, Reshape
from nnstudio.graph.analysis import analyse
from nnstudio.gui.panels.weights_panel import WeightsPanel
from nnstudio.gui.plots.weight_picture import (
    MOST_TILES,
    colour_scale,
    matrix_grid,
    picture_shape,
    robust_limit,
    tile_grid,
    tiles_of,
    weight_picture,
)
from nnstudio.persistence.project_file import load_project
from nnstudio.project.project import Project

SCALE = colour_scale((200, 100, 0), (255, 255, 255), (0, 100, 200))


def picture(panel: WeightsPanel) -> QImage:
    """What the panel paints of the weights, as pixels."""
    return child(panel, "weights_picture").grab().toImage()


def titles(panel: WeightsPanel) -> str:
    """The words that can be seen above and below the picture."""
    combo = child(panel, "weights_layer")
    assert isinstance(combo, QComboBox)
    words = [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]
    return " | ".join([combo.currentText() if combo.isVisible() else "", *words])


# ------------------------------------------------------------------ the panel


def test_each_unit_that_looks_at_pictures_is_a_picture_before_any_training(qtbot: QtBot) -> None:
    panel = show(qtbot, WeightsPanel, digits())
    qtbot.waitUntil(lambda: panel.tiles_shown() == 24)
    assert "First layer, 24 units" in titles(panel)


def test_the_picture_follows_the_weights_while_it_trains(qtbot: QtBot) -> None:
    panel = show(qtbot, WeightsPanel, digits(epochs=100_000, learning_rate=0.03))
    qtbot.waitUntil(lambda: panel.tiles_shown() == 24)
    before = picture(panel)
    panel.live.workbench.runner.run()
    qtbot.waitUntil(lambda: picture(panel) != before)
    during = picture(panel)
    qtbot.waitUntil(lambda: picture(panel) != during)


def test_another_layer_is_chosen_by_keyboard_and_shown_as_a_heat_map(qtbot: QtBot) -> None:
    panel = show(qtbot, WeightsPanel, digits())
    qtbot.waitUntil(lambda: panel.layer_shown() == "dense")
    QTest.keyClick(child(panel, "weights_layer"), Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: panel.layer_shown() == "dense-2" and panel.tiles_shown() == 1)
    assert "Dense 2, 10 units" in titles(panel)
    assert "Rows: units" in titles(panel)


@pytest.mark.parametrize(
    ("name", "offered", "rows"),
    [
        (
            "sine",
            ["LSTM, input weights", "LSTM, recurrent weights", "Dense, 1 unit"],
            "Rows: the units of each gate",
        ),
        (
            "sorting",
            [
                "Embedding, 10 numbers",
                "MultiHeadAttention, query, key and value weights",
                "MultiHeadAttention, output weights",
                "Dense 4, 64 units",
                "Dense 5, 32 units",
                "Dense 6, 10 units",
            ],
            "Rows: numbers",
        ),
    ],
)
def test_all_weights_of_all_layers_can_be_looked_at(
    qtbot: QtBot, name: str, offered: list[str], rows: str
) -> None:
    panel = show(qtbot, WeightsPanel, load_project(sample(f"{name}.nnstudio")), size=(520, 300))
    combo, shown = child(panel, "weights_layer"), child(panel, "weights_picture")
    qtbot.waitUntil(lambda: panel.tiles_shown() == 1)
    assert [combo.itemText(i) for i in range(combo.count())] == offered
    assert rows in titles(panel)
    model = panel.live.model()
    arrays = model.network.arrays(model.workspace.flat)
    for place in range(combo.count()):
        node, variable = panel._key()
        first = arrays[node, variable].reshape(-1)[0]
        of = (
            "Unit 1, input 1" if variable == "weight" and node != "embedding" else "Row 1, column 1"
        )
        assert shown.tooltip_at(QPoint(1, 1)) == f"{of}: {first:#.3g}".replace("-", "−")
        QTest.keyClick(combo, Qt.Key.Key_Down)
        if place + 1 < combo.count():
            qtbot.waitUntil(lambda before=(node, variable): panel._key() != before)
            qtbot.waitUntil(lambda: not panel.live._timer.isActive())


def test_a_network_without_weights_says_what_would_be_here(qtbot: QtBot) -> None:
    panel = show(qtbot, WeightsPanel, Project(chain(Input((1,)))))
    qtbot.waitUntil(lambda: "appear here" in titles(panel))
    assert panel.tiles_shown() == 0
    panel.live.workbench.apply("Line", line())
    qtbot.waitUntil(lambda: panel.tiles_shown() == 1)
    assert "First layer, 1 unit" in titles(panel)


def test_the_only_weight_of_a_line_is_written_into_its_cell(qtbot: QtBot) -> None:
    panel = show(qtbot, WeightsPanel, line(epochs=100, learning_rate=0.05))
    train(qtbot, panel)
    qtbot.waitUntil(lambda: panel.tiles_shown() == 1)
    cell = picture(panel).copy(0, 0, 90, 36)
    colours = {cell.pixel(x, y) for x in range(90) for y in range(36)}
    assert len(colours) > 2, "one even colour and no number"


def test_a_tooltip_names_the_unit_and_its_weight(qtbot: QtBot) -> None:
    panel = show(qtbot, WeightsPanel, digits())
    qtbot.waitUntil(lambda: panel.tiles_shown() == 24)
    shown = child(panel, "weights_picture")
    weight = panel.live.model().network.arrays(panel.live.model().workspace.flat)
    first = weight["dense", "weight"][0, 0]
    text = shown.tooltip_at(QPoint(1, 1))
    assert text.startswith("Unit 1: weights from")
    assert f"Row 1, column 1: {first:#.3g}".replace("-", "−") in text
    assert shown.tooltip_at(QPoint(shown.width() - 1, shown.height() - 1)) == ""


def test_the_first_pixel_has_the_colour_of_the_first_weights_sign(qtbot: QtBot) -> None:
    panel = show(qtbot, WeightsPanel, spiral())
    qtbot.waitUntil(lambda: panel.tiles_shown() == 1)
    model = panel.live.model()
    assert model is not None
    weight = model.network.arrays(model.workspace.flat)["dense", "weight"]
    image = picture(panel)
    for row, down in ((0, 2), (7, 7 * (image.height() // 8) + 2)):
        colour = QColor(image.pixel(2, down))
        assert (colour.blue() > colour.red()) == (weight[row, 0] > 0)


@pytest.mark.parametrize("size", [(180, 120), (200, 150), (340, 260), (700, 300)])
def test_title_and_legend_are_inside_at_any_size(qtbot: QtBot, size: tuple[int, int]) -> None:
    panel = show(qtbot, WeightsPanel, digits(), size)
    qtbot.waitUntil(lambda: panel.tiles_shown() > 0)
    QApplication.processEvents()
    names = ("weights_layer", "weights_legend", "weights_picture", "weights_caption")
    places = [child(panel, name).geometry() for name in names if child(panel, name).isVisible()]
    assert len(places) >= 3
    for number, place in enumerate(places):
        assert panel.rect().contains(place)
        assert not any(place.intersects(other) for other in places[:number])


# ------------------------------------------------------------------ the picture


def test_flatten_and_activations_keep_the_picture_and_dense_does_not() -> None:
    graph = chain(Input((1, 8, 8)), Flatten(), ReLU(), Dense(64), Dense(3))
    analysis = analyse(graph)
    assert picture_shape(graph, analysis, "dense") == (1, 8, 8)
    assert picture_shape(graph, analysis, "dense-2") is None
    places = chain(Input((1, 8, 8)), LayerNorm(), Permute((1, 3, 2)), Flatten(), Dense(3))
    assert picture_shape(places, analyse(places), "dense") == (1, 8, 8)
    rows = chain(Input((1, 8, 8)), Flatten(), LayerNorm(), Reshape((-1,)), Dense(3))
    assert picture_shape(rows, analyse(rows), "dense") == (1, 8, 8)
    mixed = chain(Input((1, 8, 8)), Flatten(), Reshape((8, 8)), Permute(), Flatten(), Dense(3))
    assert picture_shape(mixed, analyse(mixed), "dense") is None
    vector = chain(Input((4,)), Dense(3))
    assert picture_shape(vector, analyse(vector), "dense") is None


def test_tiles_are_the_rows_of_the_matrix_as_pictures() -> None:
    weight = np.arange(2 * 6, dtype=np.float32).reshape(2, 6)
    np.testing.assert_array_equal(tiles_of(weight, (1, 2, 3))[1], [[6, 7, 8], [9, 10, 11]])
    assert tiles_of(weight, None).shape == (1, 2, 6)
    assert tiles_of(np.zeros((5, 3, 2, 4)), None).shape == (5, 2, 12)


def test_a_tiled_picture_has_each_weight_as_a_block_of_its_colour() -> None:
    tiles = np.array([[[1.0, 0.0]], [[-1.0, 0.0]]])
    grid = tile_grid(2, (1, 2), (11, 20), gap=2)
    assert grid.columns * grid.rows == 2
    pixels = weight_picture(tiles, grid, 1.0, SCALE, (9, 9, 9))
    side = grid.across
    assert pixels.shape == (*grid.size(1, 2), 3)
    assert pixels.dtype == np.uint8
    assert (pixels[:side, :side] == (0, 100, 200)).all()
    assert (pixels[:side, side : 2 * side] == 255).all()
    assert (pixels[-side:, -2 * side : -side] == (200, 100, 0)).all()
    assert (pixels == 9).all(axis=2).any(), "tiles are apart"


@pytest.mark.parametrize("room", [(60, 200), (200, 340), (300, 300), (150, 1400)])
def test_all_tiles_that_are_promised_fit_into_the_room(room: tuple[int, int]) -> None:
    for count in (1, 2, 10, 64, 100, 1000):
        grid = tile_grid(count, (8, 8), room)
        height, width = grid.size(8, 8)
        assert height <= room[0]
        assert width <= room[1]
        assert grid.count <= MOST_TILES + grid.columns
        if count <= 64 and room != (60, 200):
            assert grid.count >= count


def test_weights_that_are_no_numbers_are_drawn_as_something() -> None:
    tiles = np.array([[[np.nan, np.inf, -np.inf]]])
    pixels = weight_picture(tiles, matrix_grid((1, 3), (1, 3)), 1.0, SCALE, (0, 0, 0))
    assert [tuple(p) for p in pixels[0].tolist()] == [(255, 255, 255), (0, 100, 200), (200, 100, 0)]


def test_the_scale_changes_in_steps_and_one_outlier_does_not_change_it() -> None:
    rng = np.random.default_rng(0)
    weights = rng.uniform(-1, 1, 2000)
    limit = robust_limit(weights)
    assert limit == 1.0
    assert robust_limit(0.8 * weights, limit) == limit
    assert robust_limit(0.1 * weights, limit) < limit
    weights[7] = 50
    assert robust_limit(weights, limit) == limit
    assert robust_limit(np.zeros(4)) > 0


def test_a_convolution_along_sequences_is_one_heat_map_of_all_its_units(qtbot: QtBot) -> None:
    content = project(Sine(count=60, length=12), Input((12, 1)), Conv1D(4), Flatten(), Dense(1))
    panel = show(qtbot, WeightsPanel, content)
    qtbot.waitUntil(lambda: panel.layer_shown() == "conv1d" and panel.tiles_shown() == 1)
    words = titles(panel)
    assert "First layer, 4 units" in words
    assert "Rows: units · columns: inputs" in words
    assert "The first" not in words
