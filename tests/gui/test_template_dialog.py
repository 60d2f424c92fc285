"""The template dialog of the real window: choosing, sizing, inserting, opening."""

from __future__ import annotations

from pathlib import Path

import pytest
from driving import answer_next_box, child, click
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QLineEdit, QListWidget, QMessageBox, QPushButton, QWidget

from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import SOURCES
from nnstudio.engine.dense import Dense
from nnstudio.graph.templates import TEMPLATES
from nnstudio.gui.main_window import MainWindow
from nnstudio.gui.template_dialog import TemplateDialog
from nnstudio.persistence.project_file import save_project
from nnstudio.project.project import Project


def opened(open_window, folder: Path, source: str) -> MainWindow:
    path = folder / "empty.nnstudio"
    save_project(Project(data=DataSettings(SOURCES[source]())), path)
    return open_window(path)


def dialog_of(window: MainWindow, action: str = "action_templates") -> TemplateDialog:
    found = window.findChild(QAction, action)
    assert found is not None
    found.trigger()
    dialog = child(window, "template_dialog")
    assert isinstance(dialog, TemplateDialog)
    return dialog


def point_at(dialog: TemplateDialog, name: str) -> None:
    """Click the row of a template."""
    rows = child(dialog, "template_list")
    assert isinstance(rows, QListWidget)
    row = list(TEMPLATES).index(name)
    place = rows.visualItemRect(rows.item(row)).center()
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(place))


def type_into(dialog: QWidget, name: str, text: str) -> None:
    field = child(dialog, name)
    line = field if isinstance(field, QLineEdit) else field.findChild(QLineEdit)
    assert line is not None
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, text)
    QTest.keyClick(line, Qt.Key.Key_Return)


def text(dialog: QWidget, name: str) -> str:
    label = child(dialog, name)
    assert isinstance(label, QLabel)
    return label.text()


def dense_units(window: MainWindow) -> list[int]:
    layers = [node.layer for node in window.workbench.graph.nodes]
    return [layer.units for layer in layers if isinstance(layer, Dense)]


def test_a_network_of_chosen_sizes_comes_onto_the_canvas(open_window, tmp_path: Path) -> None:
    window = opened(open_window, tmp_path, "Digits")
    dialog = dialog_of(window)
    point_at(dialog, "equal-layers")
    type_into(dialog, "template_layers", "2")
    type_into(dialog, "template_units", "9")
    assert "64 × 9" not in text(dialog, "template_summary")
    assert f"{64 * 9 + 9 + 9 * 9 + 9 + 9 * 10 + 10:,} parameters" in text(
        dialog, "template_summary"
    )
    click(dialog, "template_insert")
    assert dense_units(window) == [9, 9, 10]
    assert set(window.workbench.selection) == set(window.workbench.graph.by_id)
    window.workbench.document.undo()
    assert not window.workbench.graph.nodes


def test_enter_in_the_list_takes_the_chosen_one(open_window, tmp_path: Path) -> None:
    window = opened(open_window, tmp_path, "Digits")
    dialog = dialog_of(window)
    rows = child(dialog, "template_list")
    QTest.keyClick(rows, Qt.Key.Key_Down)
    QTest.keyClick(rows, Qt.Key.Key_Return)
    assert dense_units(window) == [16, 16, 16, 10]
    assert not dialog.isVisible()


def test_several_sizes_are_written_as_a_list(open_window, tmp_path: Path) -> None:
    window = opened(open_window, tmp_path, "Digits")
    dialog = dialog_of(window)
    point_at(dialog, "deep-mlp")
    field = child(dialog, "template_units")
    assert isinstance(field, QLineEdit)
    assert field.text() == "128, 64, 32"
    type_into(dialog, "template_units", "20, 10")
    click(dialog, "template_insert")
    assert dense_units(window) == [20, 10, 10]


def test_what_the_data_does_not_suit_says_so_and_opens_with_data_that_does(
    open_window, tmp_path: Path
) -> None:
    window = opened(open_window, tmp_path, "Spiral")
    said: list[str] = []
    window.workbench.said.connect(lambda words, severity: said.append(words))
    dialog = dialog_of(window)
    point_at(dialog, "small-cnn")
    insert = child(dialog, "template_insert")
    assert isinstance(insert, QPushButton)
    assert not insert.isEnabled()
    assert "for pictures" in insert.toolTip()
    assert "Digits" in text(dialog, "template_note")
    click(dialog, "template_open")
    assert type(window.workbench.project.data.source).__name__ == "Digits"
    assert window.workbench.problems == ()
    assert window.files.path is None
    assert any("Digits" in words for words in said)


def test_data_that_suits_is_kept_by_a_new_network(open_window, tmp_path: Path) -> None:
    window = opened(open_window, tmp_path, "Spiral")
    data = window.workbench.project.data
    dialog = dialog_of(window, "action_new_from_template")
    point_at(dialog, "mlp")
    click(dialog, "template_open")
    assert window.workbench.project.data == data
    assert window.workbench.problems == ()


def test_a_new_network_asks_about_unsaved_work_first(open_window, tmp_path: Path) -> None:
    window = opened(open_window, tmp_path, "Spiral")
    window.docks.canvas.insert_template("mlp")
    graph = window.workbench.graph
    asked = answer_next_box(QMessageBox.StandardButton.Cancel)
    dialog = dialog_of(window)
    point_at(dialog, "perceptron")
    click(dialog, "template_open")
    assert asked
    assert window.workbench.graph is graph


def test_sizes_that_cannot_be_are_explained(open_window, tmp_path: Path) -> None:
    window = opened(open_window, tmp_path, "Sine")
    dialog = dialog_of(window)
    point_at(dialog, "transformer")
    type_into(dialog, "template_heads", "5")
    assert "32 features can't be divided among 5" in text(dialog, "template_note")
    for name in ("template_insert", "template_open"):
        assert not child(dialog, name).isEnabled()
    type_into(dialog, "template_heads", "8")
    assert child(dialog, "template_insert").isEnabled()


@pytest.mark.parametrize("name", TEMPLATES)
def test_from_the_start_page_each_opens_ready_to_train(open_window, name: str) -> None:
    window = open_window()
    click(window, "start_template_button")
    dialog = child(window, "template_dialog")
    assert isinstance(dialog, TemplateDialog)
    assert not child(dialog, "template_insert").isVisible()
    point_at(dialog, name)
    click(dialog, "template_open")
    assert window.workbench.problems == ()
    assert type(window.workbench.project.data.source).__name__ == TEMPLATES[name].suits
    assert window.docks.isVisible()
