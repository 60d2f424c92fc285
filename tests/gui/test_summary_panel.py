"""The summary panel: the layers in numbers, chosen by mouse and keyboard, sorted, copied."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest import Opener
from driving import child, click
from live_panels import digits, show, spiral
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QLabel, QTabBar, QTableView
from pytestqt.qtbot import QtBot

from nnstudio.graph.edits import freeze, remove
from nnstudio.gui.panels.summary_panel import SummaryPanel
from nnstudio.project.project import Project
from nnstudio.project.summary import summarise
from nnstudio.project.summary_text import as_tabs, totals

#: Showing a tooltip or menu raises a window, which the platform for tests can't.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

LEFT = Qt.MouseButton.LeftButton
Key = Qt.Key


class Reader:
    """A summary on the screen, and the hands that use it."""

    def __init__(self, qtbot: QtBot, content: Project, size: tuple[int, int] = (700, 300)) -> None:
        self.panel = show(qtbot, SummaryPanel, content, size)
        self.workbench = self.panel.live.workbench
        table = child(self.panel, "summary_table")
        assert isinstance(table, QTableView)
        self.table = table
        self.qtbot = qtbot
        if content.graph.nodes:
            qtbot.waitUntil(lambda: self.table.model().rowCount() > 0)
            self.panel.layout().activate()

    def column(self, number: int) -> list[str]:
        model = self.table.model()
        return [model.index(row, number).data() for row in range(model.rowCount())]

    def tooltip(self, row: int, column: int) -> str:
        index = self.table.model().index(row, column)
        return str(index.data(Qt.ItemDataRole.ToolTipRole))

    def click(self, row: int) -> None:
        spot = self.table.visualRect(self.table.model().index(row, 0)).center()
        QTest.mouseClick(self.table.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, spot)

    def click_head(self, column: int) -> None:
        head = self.table.horizontalHeader()
        spot = head.viewport().rect().center()
        spot.setX(head.sectionViewportPosition(column) + 20)
        QTest.mouseClick(head.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, spot)

    def totals(self) -> str:
        label = child(self.panel, "summary_totals")
        assert isinstance(label, QLabel)
        return label.text()


def test_every_layer_stands_in_running_order_with_its_numbers(qtbot: QtBot) -> None:
    reader = Reader(qtbot, spiral())
    QAbstractItemModelTester(reader.table.model())
    assert reader.column(0) == ["Input", "Dense", "Tanh", "Dense", "Softmax"]
    assert reader.column(2) == ["2", "8", "8", "2", "2"]
    assert reader.column(3) == ["", "24", "", "18", ""]
    assert reader.column(4) == ["", "40", "8", "34", "6"]
    assert reader.column(6) == ["", "yes", "", "yes", ""]
    assert reader.totals() == " · ".join(totals(summarise(reader.workbench.project)))
    assert reader.tooltip(1, 4) == "40 operations for one example"
    assert reader.tooltip(1, 5).splitlines()[1:3] == ["weights: 96", "gradients: 96"]


def test_a_click_selects_the_layer_and_arrows_go_on_from_there(qtbot: QtBot) -> None:
    reader = Reader(qtbot, spiral())
    reader.click(1)
    assert reader.workbench.selection == ("dense",)
    QTest.keyClick(reader.table, Key.Key_Down)
    assert reader.workbench.selection == ("tanh",)


def test_what_is_selected_elsewhere_is_marked_here(qtbot: QtBot) -> None:
    reader = Reader(qtbot, spiral())
    reader.workbench.select(("softmax", "dense"))
    assert reader.table.selected_nodes() == ("dense", "softmax")  # type: ignore[attr-defined]
    reader.workbench.select(())
    assert reader.table.selected_nodes() == ()  # type: ignore[attr-defined]


def test_heads_sort_by_the_largest_then_the_smallest_then_bring_back_the_order(
    qtbot: QtBot,
) -> None:
    reader = Reader(qtbot, spiral())
    in_order = reader.column(0)
    reader.click_head(3)
    assert reader.column(3) == ["24", "18", "", "", ""]
    reader.click_head(3)
    assert reader.column(3) == ["", "", "", "18", "24"]
    reader.click(4)
    assert reader.workbench.selection == ("dense",)
    reader.click_head(3)
    assert reader.column(0) == in_order
    reader.click_head(0)
    assert reader.column(0) == sorted(in_order)


def test_the_keys_and_the_button_copy_the_table_with_tabs(qtbot: QtBot) -> None:
    reader = Reader(qtbot, spiral())
    expected = as_tabs(summarise(reader.workbench.project))
    clipboard = QGuiApplication.clipboard()
    clipboard.setText("")
    QTest.keyClick(reader.table, Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert clipboard.text() == expected
    clipboard.setText("")
    click(reader.panel, "summary_copy")
    assert clipboard.text() == expected


def test_an_edit_of_design_or_batch_size_changes_the_numbers(qtbot: QtBot) -> None:
    reader = Reader(qtbot, spiral())
    memory = reader.column(5)
    reader.workbench.change_settings("Change", batch_size=512)
    qtbot.waitUntil(lambda: reader.column(5) != memory)
    reader.workbench.edit_graph("Freeze", lambda graph: freeze(graph, "dense", True))
    qtbot.waitUntil(lambda: reader.column(6)[1] == "frozen")
    assert "18 of them trainable" in reader.totals()
    reader.workbench.edit_graph("Delete", lambda graph: remove(graph, ["softmax"]))
    qtbot.waitUntil(lambda: len(reader.column(0)) == 4)


def test_a_broken_network_shows_what_is_known(qtbot: QtBot) -> None:
    content = digits()
    loose = replace(content, graph=remove(content.graph, ["flatten"]))
    reader = Reader(qtbot, loose)
    assert reader.column(2) == ["1 × 8 × 8", "–", "–", "–", "–"]
    assert set(reader.column(5)) == {"–"}


def test_an_empty_network_says_what_would_be_here(qtbot: QtBot) -> None:
    reader = Reader(qtbot, Project())
    qtbot.waitUntil(child(reader.panel, "summary_empty").isVisible)
    assert not reader.table.isVisible()
    assert "numbers" in child(reader.panel, "summary_empty_text").text()  # type: ignore[attr-defined]


def test_where_there_is_little_room_settings_are_left_out(qtbot: QtBot) -> None:
    reader = Reader(qtbot, spiral(), size=(500, 300))
    assert reader.table.isColumnHidden(1)
    reader.panel.resize(700, 300)
    assert not reader.table.isColumnHidden(1)


def test_in_the_window_it_waits_behind_the_curves_and_is_not_made_before_it_is_seen(
    qtbot: QtBot, open_window: Opener
) -> None:
    window = open_window("samples/digits.nnstudio")
    panel, table = child(window, "summary_panel"), child(window, "summary_table")
    assert isinstance(panel, SummaryPanel)
    assert isinstance(table, QTableView)
    qtbot.waitUntil(lambda: child(window, "curves_panel").isVisible())
    window.workbench.select(("dense-2",))
    assert not panel.is_seen()
    assert table.model().rowCount() == 0
    bar, number = next(
        (bar, i)
        for bar in window.findChildren(QTabBar)
        for i in range(bar.count())
        if bar.tabText(i) == "Summary"
    )
    QTest.mouseClick(bar, LEFT, Qt.KeyboardModifier.NoModifier, bar.tabRect(number).center())
    qtbot.waitUntil(lambda: table.model().rowCount() == 7)
    assert table.selected_nodes() == window.workbench.selection == ("dense-2",)  # type: ignore[attr-defined]
    spot = table.visualRect(table.model().index(2, 0)).center()
    QTest.mouseClick(table.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, spot)
    assert window.workbench.selection == ("dense",)
