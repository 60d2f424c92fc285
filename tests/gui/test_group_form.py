"""The inspector of a selected group: its name, its layers, and what can be done with it."""

from __future__ import annotations

import pytest
from canvas_hand import chain, layer
from driving import child, click
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from nnstudio.gui.canvas import grouping
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.panels.inspector_panel import InspectorPanel
from nnstudio.gui.workbench import Workbench
from nnstudio.project.document import Document
from nnstudio.project.project import Project

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

FOUR = chain(layer("Input", (4,)), layer("Dense", 8), layer("Tanh"), layer("Dense", 3))


@pytest.fixture
def panel(qtbot: QtBot) -> tuple[InspectorPanel, Workbench]:
    project = grouping.grouped(Project(graph=FOUR), ("dense", "tanh"), "Encoder")
    bench = Workbench(Document(project))
    shown = InspectorPanel(bench, Theme("light"))
    qtbot.addWidget(shown)
    shown.resize(304, 700)
    shown.show()
    qtbot.waitExposed(shown)
    return shown, bench


Shown = tuple[InspectorPanel, Workbench]


def name_field(panel: InspectorPanel) -> QLineEdit:
    field = child(panel, "inspector_group_name")
    assert isinstance(field, QLineEdit)
    return field


def test_it_is_there_while_exactly_the_nodes_of_a_group_are_selected(panel: Shown) -> None:
    shown, bench = panel
    assert not name_field(shown).isVisible()
    bench.select(("tanh", "dense"))
    assert name_field(shown).isVisible()
    assert name_field(shown).text() == "Encoder"
    members = child(shown, "inspector_group_members")
    assert isinstance(members, QLabel)
    assert members.text() == "Dense, Tanh"
    for nodes in (("dense",), ("dense", "tanh", "dense-2"), ()):
        bench.select(nodes)
        assert not name_field(shown).isVisible()


def test_typing_another_name_renames_the_group_in_one_step(panel: Shown) -> None:
    shown, bench = panel
    bench.select(("dense", "tanh"))
    field = name_field(shown)
    field.selectAll()
    QTest.keyClicks(field, "Features")
    field.editingFinished.emit()
    assert [group.name for group in bench.project.layout.groups] == ["Features"]
    assert bench.document.undo_label == "Rename group"
    bench.document.undo()
    assert name_field(shown).text() == "Encoder"


def test_an_empty_name_is_not_taken(panel: Shown) -> None:
    shown, bench = panel
    bench.select(("dense", "tanh"))
    name_field(shown).clear()
    name_field(shown).editingFinished.emit()
    assert name_field(shown).text() == "Encoder"
    assert not bench.document.undo_label


def test_its_buttons_collapse_expand_and_ungroup(panel: Shown) -> None:
    shown, bench = panel
    bench.select(("dense", "tanh"))
    fold = child(shown, "inspector_group_fold")
    assert isinstance(fold, QPushButton)
    assert fold.text() == "Collapse"
    click(shown, "inspector_group_fold")
    assert bench.project.layout.groups[0].collapsed
    assert fold.text() == "Expand"
    click(shown, "inspector_group_fold")
    assert not bench.project.layout.groups[0].collapsed
    click(shown, "inspector_group_ungroup")
    assert bench.project.layout.groups == ()
    assert not name_field(shown).isVisible()
