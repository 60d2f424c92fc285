"""How a number came about, told in the Example panel: equation, window, and where it came from."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from driving import LEFT, child, click
from live_panels import show
from projects import project
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.data.sources import Digits, Sine, Sorting
from nnstudio.engine.activations import ReLU, Softmax
from nnstudio.engine.conv import Conv2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.embedding import Embedding
from nnstudio.engine.layer import Array
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.engine.merging import Add, Concatenate
from nnstudio.engine.normalisation import BatchNorm, LayerNorm
from nnstudio.engine.pooling import AveragePool2D, GlobalAveragePool2D, MaxPool2D
from nnstudio.engine.recurrent import LSTM
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.graph.edits import add_node, connect
from nnstudio.graph.model import Node
from nnstudio.gui.explaining.inside import Inside
from nnstudio.gui.look.number_text import number_text
from nnstudio.gui.panels.example_panel import ExamplePanel
from nnstudio.project.project import Project

#: Showing a tooltip raises a window, which the platform for tests can't.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise")
SIZE = (900, 560)


def settled(qtbot: QtBot, panel: ExamplePanel) -> None:
    live = panel.live
    qtbot.waitUntil(lambda: not live._timer.isActive() and panel not in live._stale)


def shown(qtbot: QtBot, content: Project) -> ExamplePanel:
    panel = show(qtbot, ExamplePanel, content, SIZE)
    settled(qtbot, panel)
    return panel


def pictures() -> Project:
    layers = (
        Input((1, 8, 8)),
        MaxPool2D(pool_size=(3, 3), padding="same"),
        Conv2D(4, padding="same"),
        BatchNorm(),
        ReLU(),
        AveragePool2D(),
        GlobalAveragePool2D(),
        Dense(10),
        LayerNorm(),
        Softmax(),
    )
    return project(Digits(), *layers, loss=CategoricalCrossEntropy())


def words() -> Project:
    layers = Input((8,)), Embedding(10, 4), LSTM(5, return_sequences=True), Dense(10), Softmax()
    content = project(Sorting(count=100), *layers, loss=CategoricalCrossEntropy())
    return replace(content, data=replace(content.data, inputs="none"))


def go_to(qtbot: QtBot, panel: ExamplePanel, title: str) -> str:
    """Show the layer of this title; returns its node."""
    node = next(node for node, name in inside(panel).titles.items() if name == title)
    panel.layer_page.show_layer(node)
    settled(qtbot, panel)
    return node


def inside(panel: ExamplePanel) -> Inside:
    assert panel.inside is not None
    return panel.inside


def text(panel: QWidget, name: str) -> str:
    label = child(panel, name)
    assert isinstance(label, QLabel)
    return label.text()


def variables(panel: ExamplePanel, node: str) -> dict[str, Array]:
    now = inside(panel)
    arrays = now.model.network.arrays(now.model.workspace.flat)
    return {name: array for (owner, name), array in arrays.items() if owner == node}


def point(qtbot: QtBot, panel: ExamplePanel, number: int, row: int, column: int) -> None:
    """Enlarge a map and point at a number of it."""
    page = panel.layer_page
    QTest.mouseClick(page.tiles, LEFT, pos=page.tiles.rect_of(number).center())
    settled(qtbot, panel)
    picture = page.detail.picture
    QTest.mouseClick(picture, LEFT, pos=picture.rect_of_cell((0, row, column)).center())
    assert picture.cell == (0, row, column)


def numbers_in(equation: str) -> list[str]:
    return re.findall(r"−?[\d,]+(?:\.\d+)?(?:e[+-]?\d+)?", equation)


def test_of_a_maximum_the_window_is_shown_with_who_won_and_framed_in_the_example(
    qtbot: QtBot,
) -> None:
    panel = shown(qtbot, pictures())
    node = go_to(qtbot, panel, "MaxPool2D")
    point(qtbot, panel, 0, 3, 1)
    now, view = inside(panel), panel.layer_page.detail.derivation
    (before,) = now.before(node)
    seen = now.values(before)[0, 6:9, 2:5]  # the last row of the window is beyond the edge
    window = view.window_tiles
    np.testing.assert_allclose(window.tiles[0, :2], seen)
    assert window.cell is not None
    assert seen[window.cell[1:]] == seen.max() == now.values(node)[0, 3, 1]
    assert text(panel, "example_map_words") == "The greatest of 6 numbers"
    assert panel.face.picture.patch == (6, 2, 3, 3)


def test_of_an_average_the_sum_is_divided_by_how_many_there_are(qtbot: QtBot) -> None:
    panel = shown(qtbot, pictures())
    node = go_to(qtbot, panel, "AveragePool2D")
    point(qtbot, panel, 2, 1, 0)
    now = inside(panel)
    (before,) = now.before(node)
    seen = now.values(before)[2, 2:4, 0:2].astype(float)
    mean = number_text(float(now.values(node)[2, 1, 0]))
    assert text(panel, "example_map_equation") == f"{number_text(seen.sum())} / 4 = {mean}"


def test_a_normalised_number_is_told_with_its_mean_and_variance(qtbot: QtBot) -> None:
    panel = shown(qtbot, pictures())
    node = go_to(qtbot, panel, "BatchNorm")
    point(qtbot, panel, 1, 2, 3)
    now, v = inside(panel), variables(panel, node)
    (before,) = now.before(node)
    names = ("gamma", "running_mean", "running_var", "beta")
    gamma, mean, variance, beta = (float(v[name][1]) for name in names)
    x, y = (float(now.values(n)[1, 2, 3]) for n in (before, node))
    expected = [gamma, x, mean, variance, 1e-5, beta, y]
    found = numbers_in(text(panel, "example_map_equation"))
    assert found == [number_text(each) for each in expected]
    node = go_to(qtbot, panel, "LayerNorm")
    bars = panel.layer_page.bars
    QTest.mouseClick(bars.viewport(), LEFT, pos=bars.row_rect(6).center().toPoint())
    (before,) = inside(panel).before(node)
    x = inside(panel).values(before).astype(float)
    found = numbers_in(text(panel, "example_unit_equation"))
    assert found[1:4] == [number_text(float(each)) for each in (x[6], x.mean(), x.var())]


def test_a_probability_is_a_power_over_the_sum_of_powers_and_escape_goes_back(
    qtbot: QtBot,
) -> None:
    panel = shown(qtbot, pictures())
    node = go_to(qtbot, panel, "Softmax")
    page = panel.layer_page
    QTest.mouseClick(page.bars.viewport(), LEFT, pos=page.bars.row_rect(4).center().toPoint())
    assert page.number.isVisible()
    now = inside(panel)
    (before,) = now.before(node)
    scores = now.values(before).astype(float)
    total = np.exp(scores - scores.max()).sum()
    wanted = [scores[4], scores.max(), total, now.values(node)[4]]
    found = numbers_in(text(panel, "example_unit_equation"))
    assert found == [number_text(float(each)) for each in wanted]
    assert text(panel, "example_map_title") == "“4”"
    QTest.keyClick(page.number, Qt.Key.Key_Escape)
    settled(qtbot, panel)
    assert page.bars.isVisible()
    assert not page.number.isVisible()


def test_a_click_on_where_a_number_came_from_goes_there(qtbot: QtBot) -> None:
    panel = shown(qtbot, pictures())
    page = panel.layer_page
    go_to(qtbot, panel, "Softmax")
    page.take_apart(7)
    click(panel, "example_unit_origin_0")
    settled(qtbot, panel)
    now = inside(panel)
    assert now.titles[page.node] == "LayerNorm"
    assert page.place == (7,)
    click(panel, "example_unit_origin_0")
    settled(qtbot, panel)
    assert now.titles[page.node] == "Dense"
    assert page.products.isVisible(), "a Dense tells all it adds up"
    go_to(qtbot, panel, "ReLU")
    point(qtbot, panel, 3, 2, 3)
    click(panel, "example_map_origin_0")
    settled(qtbot, panel)
    assert now.titles[page.node] == "BatchNorm"
    assert (page.detail.map, page.detail.picture.cell) == (3, (0, 2, 3))


def test_of_joined_branches_each_is_named(qtbot: QtBot) -> None:
    layers = Input((1, 8, 8)), Flatten(), Dense(10), Softmax()
    content = project(Digits(), *layers, loss=CategoricalCrossEntropy())
    graph = content.graph
    start, dense = graph.nodes[1].id, graph.nodes[2].id
    for node, sources in (
        (Node("other", Dense(10)), (start,)),
        (Node("sum", Add()), (dense, "other")),
        (Node("beside", Concatenate()), (dense, "other")),
        (Node("end", Dense(10)), ("beside",)),
        (Node("last", Add()), ("sum", "end")),
        (Node("soft", Softmax()), ("last",)),
    ):
        graph = add_node(graph, node)
        for source in sources:
            graph = connect(graph, source, node.id)
    panel = shown(qtbot, content.with_graph(graph))
    page, now = panel.layer_page, inside(panel)
    page.show_layer("sum")
    settled(qtbot, panel)
    page.take_apart(3)
    a, b, y = (number_text(float(now.values(n)[3])) for n in (dense, "other", "sum"))
    assert numbers_in(text(panel, "example_unit_equation")) == [a, b, y]
    page.show_layer("beside")
    settled(qtbot, panel)
    page.take_apart(13)
    link = child(panel, "example_unit_origin_0")
    assert isinstance(link, QPushButton)
    assert f"{now.titles['other']}, unit 4" in link.accessibleName()
    assert "input 2 of 2" in text(panel, "example_unit_words")


def test_a_looked_up_number_names_the_row_of_the_table(qtbot: QtBot) -> None:
    panel = shown(qtbot, words())
    node = go_to(qtbot, panel, "Embedding")
    tiles = panel.layer_page.tiles
    QTest.mouseClick(tiles, LEFT, pos=tiles.rect_of_cell((0, 2, 5)).center())  # feature, place
    now = inside(panel)
    assert panel.layer_page.place == (5, 2)
    row = int(now.values(now.before(node)[0])[5])
    assert text(panel, "example_unit_words").startswith(f"Row {row} of the table of 10,")
    value = number_text(float(variables(panel, node)["weight"][row, 2]))
    assert text(panel, "example_unit_equation").endswith(f"= {value}")
    assert text(panel, "example_map_title") == "place 6, feature 3"
    click(panel, "example_all_maps")
    settled(qtbot, panel)
    assert tiles.isVisible()


def test_a_cell_that_remembers_says_that_it_goes_step_by_step(qtbot: QtBot) -> None:
    panel = shown(qtbot, words())
    node = go_to(qtbot, panel, "LSTM")
    tiles = panel.layer_page.tiles
    QTest.mouseClick(tiles, LEFT, pos=tiles.rect_of_cell((0, 1, 3)).center())
    value = number_text(float(inside(panel).values(node)[3, 1]))
    assert text(panel, "example_unit_equation") == f"LSTM gives {value}"
    assert "computed over time steps" in text(panel, "example_unit_words")
    assert not child(panel, "example_unit_origin_0").isVisible()


def test_of_many_products_the_weightiest_are_named(qtbot: QtBot) -> None:
    panel = shown(
        qtbot, project(Sine(), Input((24, 1)), LSTM(12, return_sequences=True), Dense(3), LSTM(1))
    )
    node = go_to(qtbot, panel, "Dense")
    tiles = panel.layer_page.tiles
    QTest.mouseClick(tiles, LEFT, pos=tiles.rect_of_cell((0, 2, 9)).center())
    (before,) = inside(panel).before(node)
    adds = inside(panel).values(before)[9] * variables(panel, node)["weight"][2]
    best = int(np.abs(adds).argmax())
    link = child(panel, "example_unit_origin_0")
    assert isinstance(link, QPushButton)
    assert f"= {number_text(float(adds[best]))} " in link.accessibleName()
    assert f"place 10, feature {best + 1}" in link.accessibleName()
    assert "adds up 12 products" in text(panel, "example_unit_words")


def test_of_numbers_that_are_none_nothing_is_told_but_that(qtbot: QtBot) -> None:
    panel = shown(qtbot, pictures())
    model = panel.live.model()
    assert model is not None
    model.workspace.flat[:] = np.nan
    for title, name in (("BatchNorm", "map"), ("AveragePool2D", "map"), ("Softmax", "unit")):
        go_to(qtbot, panel, title)
        (panel.layer_page.enlarge if name == "map" else panel.layer_page.take_apart)(0)
        panel.grab()
        assert text(panel, f"example_{name}_equation") == f"{title} gives –"


def test_a_number_that_is_looked_at_follows_the_training(qtbot: QtBot) -> None:
    panel = shown(qtbot, pictures())
    node = go_to(qtbot, panel, "LayerNorm")
    panel.layer_page.take_apart(2)
    before = text(panel, "example_unit_equation")
    runner = panel.live.workbench.runner
    with qtbot.waitSignal(runner.ended):
        runner.step_epoch()
    settled(qtbot, panel)
    after = text(panel, "example_unit_equation")
    assert after != before
    assert after.endswith(f"= {number_text(float(inside(panel).values(node)[2]))}")
