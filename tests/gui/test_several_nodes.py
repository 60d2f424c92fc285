"""Several nodes in the inspector: what they have in common is edited in all, as one step."""

from __future__ import annotations

import pytest
from driving import child, click
from projects import project
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QComboBox, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.data.sources import SOURCES
from nnstudio.engine.conv import Conv1D
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.layer import Layer
from nnstudio.engine.shaping import Input
from nnstudio.graph.edits import freeze
from nnstudio.gui.forms.field import SEVERAL
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.panels.inspector_panel import InspectorPanel
from nnstudio.gui.workbench import Workbench

BOTH = ("dense", "dense-2")


@pytest.fixture
def bench() -> Workbench:
    bench = Workbench()
    layers = (Dense(8, use_bias=False), Dropout(0.3), Dense(4), Conv1D())
    bench.open(project(SOURCES["Line"](), Input((1,)), *layers))
    return bench


@pytest.fixture
def panel(qtbot: QtBot, bench: Workbench) -> InspectorPanel:
    panel = InspectorPanel(bench, Theme())
    qtbot.addWidget(panel)
    panel.resize(300, 700)
    panel.show()
    qtbot.waitExposed(panel)
    return panel


def layer(bench: Workbench, node: str) -> Layer:
    return bench.graph.by_id[node].layer


def line(panel: QWidget, name: str) -> QLineEdit:
    field = child(panel, name)
    assert isinstance(field, QLineEdit)
    return field


def test_where_values_differ_the_field_is_empty_and_says_so(
    panel: InspectorPanel, bench: Workbench
) -> None:
    bench.select(BOTH)
    units = line(panel, "inspector_many_units")
    assert (units.text(), units.placeholderText()) == ("", SEVERAL)
    bias = child(panel, "inspector_many_use_bias")
    assert isinstance(bias, QCheckBox)
    assert bias.checkState() == Qt.CheckState.PartiallyChecked
    start = child(panel, "inspector_many_initialiser")
    assert isinstance(start, QComboBox)
    assert start.currentIndex() >= 0, "both have the same start"


def test_a_number_typed_is_taken_by_all_and_undone_at_once(
    panel: InspectorPanel, bench: Workbench
) -> None:
    bench.select(BOTH)
    before = bench.project
    units = line(panel, "inspector_many_units")
    units.setFocus()
    QTest.keyClicks(units, "32")
    assert units.hasFocus()
    assert bench.project is before, "nothing is taken before Enter"
    QTest.keyClick(units, Qt.Key.Key_Return)
    assert layer(bench, "dense") == Dense(32, use_bias=False)
    assert layer(bench, "dense-2") == Dense(32)
    assert units.text() == "32"
    bench.document.undo()
    assert bench.project == before
    assert units.text() == ""


def test_an_illegal_number_is_explained_while_it_is_typed_and_changes_none(
    panel: InspectorPanel, bench: Workbench
) -> None:
    bench.select(BOTH)
    before = bench.project
    units = line(panel, "inspector_many_units")
    units.setFocus()
    QTest.keyClicks(units, "0")
    error = child(panel, "inspector_many_units_error")
    assert error.isVisible()
    assert units.text() == "0"
    QTest.keyClick(units, Qt.Key.Key_Return)
    assert bench.project is before
    QTest.keyClick(units, Qt.Key.Key_Escape)
    assert (units.text(), error.isVisible()) == ("", False)


def test_a_box_that_stands_for_both_is_checked_for_all_by_one_click(
    panel: InspectorPanel, bench: Workbench
) -> None:
    bench.select(BOTH)
    child(panel, "inspector_many_use_bias").setFocus()
    QTest.keyClick(child(panel, "inspector_many_use_bias"), Qt.Key.Key_Space)
    assert layer(bench, "dense") == Dense(8)
    assert layer(bench, "dense-2") == Dense(4)
    bench.document.undo()
    assert layer(bench, "dense") == Dense(8, use_bias=False)


def test_different_layers_show_only_what_they_share(
    panel: InspectorPanel, bench: Workbench
) -> None:
    bench.select(("dense", "conv1d"))
    assert not panel.findChildren(QWidget, "inspector_many_units")
    start = child(panel, "inspector_many_initialiser")
    assert isinstance(start, QComboBox)
    start.setFocus()
    start.setCurrentIndex(start.findText("Zeros"))
    start.activated.emit(start.currentIndex())
    values = {getattr(layer(bench, node), "initialiser") for node in ("dense", "conv1d")}  # noqa: B009
    assert values == {"zeros"}


def test_any_mix_is_frozen_and_trained_again_together(
    panel: InspectorPanel, bench: Workbench
) -> None:
    bench.edit_graph("Freeze", lambda graph: freeze(graph, "dense", True))
    bench.select(("dense", "dropout", "dense-2"))
    learns = child(panel, "inspector_many_trainable")
    assert isinstance(learns, QCheckBox)
    assert learns.checkState() == Qt.CheckState.PartiallyChecked
    learns.click()
    assert [n.id for n in bench.graph.nodes if n.frozen] == []
    learns.click()
    assert [n.id for n in bench.graph.nodes if n.frozen] == list(BOTH)
    bench.document.undo()
    assert [n.id for n in bench.graph.nodes if n.frozen] == []


def test_layers_with_nothing_in_common_say_so(panel: InspectorPanel, bench: Workbench) -> None:
    bench.select(("input", "dropout"))
    assert child(panel, "inspector_many_none").isVisible()
    assert not child(panel, "inspector_many_trainable").isVisible()


def test_kinds_and_parameters_of_the_selection_are_told(
    panel: InspectorPanel, bench: Workbench
) -> None:
    bench.select(("dense", "dropout"))
    words = [child(panel, f"inspector_many{end}") for end in ("", "_kinds", "_parameters")]
    texts = [word.text() for word in words if isinstance(word, QLabel)]
    kinds = "1\u00a0×\u00a0Dense, 1\u00a0×\u00a0Dropout"  # a line never ends after a count
    assert texts == ["2 nodes selected", kinds, "8 parameters together"]


def test_all_settings_are_reset_as_one_step(panel: InspectorPanel, bench: Workbench) -> None:
    bench.select(BOTH)
    click(panel, "inspector_many_reset_all")
    assert layer(bench, "dense") == layer(bench, "dense-2") == Dense()
    assert not child(panel, "inspector_many_reset_all").isVisible()
    bench.document.undo()
    bench.select(("dense",))
    click(panel, "inspector_reset_all")
    assert layer(bench, "dense") == Dense()
    assert layer(bench, "dense-2") == Dense(4)


def test_tab_goes_from_the_name_through_all_fields_to_delete(
    panel: InspectorPanel, bench: Workbench
) -> None:
    bench.select(("dropout",))
    bench.select(("dense",))
    names = ["name", "help", "units", "units_reset", "use_bias", "use_bias_reset", "initialiser"]
    assert tabbed(child(panel, "inspector_name"), 7) == [f"inspector_{name}" for name in names]
    field = child(panel, "inspector_max_norm")
    names = ["inspector_max_norm", "inspector_reset_all", "inspector_trainable"]
    assert tabbed(field, 3) == names


def tabbed(start: QWidget, count: int) -> list[str]:
    """The names of what has the keyboard, from ``start`` on, when Tab is pressed."""
    start.setFocus()
    names = []
    for _ in range(count):
        focus = QApplication.focusWidget()
        assert focus is not None
        names.append(focus.objectName())
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    return names


def test_one_setting_is_reset_in_all(panel: InspectorPanel, bench: Workbench) -> None:
    bench.select(BOTH)
    click(panel, "inspector_many_units_reset")
    assert layer(bench, "dense") == Dense(use_bias=False)
    assert layer(bench, "dense-2") == Dense()
