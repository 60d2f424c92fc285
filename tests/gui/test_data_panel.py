"""The data panel: choosing data, its options and split; the network is made to fit."""

from __future__ import annotations

from itertools import groupby

import pytest
from driving import child, click
from projects import project
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLineEdit, QTableWidget
from pytestqt.qtbot import QtBot

from nnstudio.data.sources import SOURCES
from nnstudio.engine.activations import Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.losses import CategoricalCrossEntropy, HalfSquaredError
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.gui.look.number_text import number_text
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.panels.data_panel import DataPanel
from nnstudio.gui.workbench import Workbench


@pytest.fixture
def bench() -> Workbench:
    bench = Workbench()
    bench.open(
        project(
            SOURCES["Spiral"](), Input((2,)), Flatten(), Dense(8), Dense(2), Softmax(),
            loss=CategoricalCrossEntropy(),
        )
    )  # fmt: skip
    return bench


@pytest.fixture
def panel(qtbot: QtBot, bench: Workbench) -> DataPanel:
    panel = DataPanel(bench, Theme())
    qtbot.addWidget(panel)
    panel.resize(230, 700)
    panel.show()
    return panel


def choose(panel: DataPanel, title: str) -> None:
    box = child(panel, "data_source")
    assert isinstance(box, QComboBox)
    box.setFocus()
    goal = box.findText(title, Qt.MatchFlag.MatchStartsWith)
    assert goal >= 0, f"no source is called {title}"
    while box.currentIndex() != goal:
        QTest.keyClick(box, Qt.Key.Key_Down if box.currentIndex() < goal else Qt.Key.Key_Up)


def type_into(field: QLineEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_choosing_digits_makes_input_and_output_fit_in_one_undoable_step(
    panel: DataPanel, bench: Workbench, qtbot: QtBot
) -> None:
    before = bench.project
    said: list[str] = []
    bench.said.connect(lambda sentence, severity: said.append(sentence))
    box = child(panel, "data_source")
    index = list(SOURCES).index("Digits")
    box.setCurrentIndex(index)
    box.activated.emit(index)
    assert bench.graph.by_id["input"].layer == Input((1, 8, 8))
    assert bench.graph.by_id["dense-2"].layer == Dense(10)
    assert not bench.problems
    assert "Input is now 1 × 8 × 8. Dense now has 10 units." in said
    bench.document.undo()
    assert bench.project == before
    assert box.currentText() == SOURCES["Spiral"].title


def test_numbers_instead_of_classes_change_the_loss(panel: DataPanel, bench: Workbench) -> None:
    choose(panel, SOURCES["Line"].title)
    assert bench.project.settings.loss == HalfSquaredError()
    assert bench.data is not None
    assert bench.data.input_shape == (1,)


def test_options_of_the_source_are_edited_and_the_preview_follows(
    panel: DataPanel, bench: Workbench
) -> None:
    choose(panel, SOURCES["Line"].title)
    type_into(child(panel, "data_slope"), "-3")
    assert bench.project.data.source.slope == -3
    table = child(panel, "data_table")
    assert isinstance(table, QTableWidget)
    assert table.rowCount() == 8
    x, y = bench.data.first(1)
    assert table.item(0, 0).text() == number_text(x[0, 0])
    assert table.item(0, 1).text() == number_text(y[0, 0])


def test_typed_pairs_are_used_and_nonsense_is_explained(panel: DataPanel, bench: Workbench) -> None:
    choose(panel, SOURCES["Square"].title)
    field = child(panel, "data_pairs")
    field.setFocus()
    QTest.keyClicks(field, "(2, 4), (4, 16), (2.5, 6.25)")
    assert bench.project.data.source.pairs == ((2, 4), (4, 16), (2.5, 6.25))
    assert bench.data.dataset.size == 3
    QTest.keyClicks(field, ", (3,")
    error = child(panel, "data_pairs_error")
    assert error.isVisible()
    assert "pairs" in error.text()
    assert bench.data.dataset.size == 3


def test_missing_files_are_explained_with_a_way_to_choose_the_folder(
    panel: DataPanel, bench: Workbench, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, tmp_path
) -> None:
    monkeypatch.setenv("NNSTUDIO_DATA", str(tmp_path))
    choose(panel, SOURCES["Digits"].title)
    graph = bench.graph
    choose(panel, SOURCES["Mnist"].title)
    qtbot.waitUntil(lambda: not bench.is_loading)
    assert child(panel, "data_error").isVisible()
    assert "train-images" in child(panel, "data_error").text()
    assert child(panel, "data_choose_folder").isVisible()
    assert bench.graph == graph, "the network is left alone"


def test_classes_have_no_preparation_of_targets_to_choose(
    panel: DataPanel, bench: Workbench
) -> None:
    assert panel.findChildren(QComboBox, "data_targets") == []
    choose(panel, SOURCES["Line"].title)
    click(panel, "data_section_preparation")
    assert child(panel, "data_targets").isVisible()


def test_all_first_pictures_are_in_sight_at_any_width(panel: DataPanel, qtbot: QtBot) -> None:
    choose(panel, SOURCES["Digits"].title)
    pictures = child(panel, "data_pictures")
    for width in (208, 280, 400):
        panel.resize(width, 700)
        qtbot.waitUntil(lambda width=width: pictures.width() >= width - 40)
        image = pictures.grab().toImage()
        black = [image.pixelColor(2, y).lightness() < 10 for y in range(image.height())]
        runs = [len(list(run)) for is_black, run in groupby(black) if is_black]
        assert len(runs) == 3, "three rows"
        assert len(set(runs)) == 1, "all of them whole"
