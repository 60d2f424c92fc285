"""The inspector: what is selected is shown, and every legal edit goes into the document."""

from __future__ import annotations

import pytest
from driving import child, click
from projects import project
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QSpinBox
from pytestqt.qtbot import QtBot

from nnstudio import schema
from nnstudio.data.sources import SOURCES
from nnstudio.engine.catalogue import LAYERS, LOSSES, OPTIMIZERS, SCHEDULES
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.optimizers import SGD
from nnstudio.engine.schedules import Cosine, StepDecay
from nnstudio.engine.shaping import Input
from nnstudio.graph.edits import replace_layer
from nnstudio.gui.forms.form import SettingsForm
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.mathematics.formula_view import FormulaView
from nnstudio.gui.panels.inspector_panel import InspectorPanel
from nnstudio.gui.workbench import Workbench
from nnstudio.training.settings import TrainingSettings


@pytest.fixture
def bench() -> Workbench:
    bench = Workbench()
    bench.open(project(SOURCES["Line"](), Input((1,)), Dense(8), Dropout(0.3), Dense(1)))
    return bench


@pytest.fixture
def panel(qtbot: QtBot, bench: Workbench) -> InspectorPanel:
    panel = InspectorPanel(bench, Theme())
    qtbot.addWidget(panel)
    panel.resize(280, 600)
    panel.show()
    return panel


def type_into(field: QLineEdit, text: str) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


@pytest.mark.parametrize(
    "cls",
    [
        *LAYERS.values(),
        *OPTIMIZERS.values(),
        *SCHEDULES.values(),
        *SOURCES.values(),
        TrainingSettings,
    ],
    ids=lambda cls: cls.__name__,
)
def test_every_class_with_settings_gets_a_form_with_a_named_field_for_each(
    qtbot: QtBot, cls: type
) -> None:
    form = SettingsForm("form", Theme())
    qtbot.addWidget(form)
    form.show_settings(cls())
    for item in schema.settings_of(cls):
        if not item.rule.in_form:
            assert not form.findChildren(QObject, f"form_{item.name}")
            continue
        field = child(form, f"form_{item.name}")
        assert field.accessibleName() == item.label
        assert item.rule.help in field.toolTip()


def test_a_selected_node_shows_its_formula_shapes_and_how_its_parameters_add_up(
    panel: InspectorPanel, bench: Workbench
) -> None:
    bench.select(("dense-2",))
    texts = [label.text() for label in panel.findChildren(QLabel) if label.isVisible()]
    formula = child(panel, "inspector_formula")
    assert isinstance(formula, FormulaView)
    assert formula.text() == formula.accessibleDescription() == "y = W x + b"
    assert "8 → 1" in texts
    assert "8 × 1 + 1 = 9 parameters" in texts
    assert child(panel, "inspector_name").text() == "Dense"


def test_changing_units_is_one_undoable_edit(panel: InspectorPanel, bench: Workbench) -> None:
    bench.select(("dense",))
    units = child(panel, "inspector_units")
    assert isinstance(units, QSpinBox)
    assert units.value() == 8
    units.setFocus()
    units.selectAll()
    QTest.keyClicks(units, "32")
    QTest.keyClick(units, Qt.Key.Key_Return)
    assert bench.graph.by_id["dense"].layer == Dense(32)
    assert bench.analysis.shapes["dropout"] == (32,)
    bench.document.undo()
    assert bench.graph.by_id["dense"].layer == Dense(8)
    assert units.value() == 8


def test_an_illegal_value_is_explained_at_its_field_and_changes_nothing(
    panel: InspectorPanel, bench: Workbench
) -> None:
    bench.select(("dropout",))
    before = bench.project
    rate = child(panel, "inspector_rate")
    type_into(rate, "1.5")
    assert bench.project is before
    error = child(panel, "inspector_rate_error")
    assert error.isVisible()
    assert "Rate must be a number, at least 0 and below 1" in error.text()
    type_into(rate, "a lot")
    assert "“a lot” is not a number" in error.text()
    child(panel, "inspector_name").setFocus()
    assert rate.text() == "0.3", "leaving the field takes the last good value back"
    assert not error.isVisible()
    type_into(rate, "0.45")
    assert bench.graph.by_id["dropout"].layer == Dropout(0.45)
    assert not error.isVisible()


def test_a_value_can_be_reset_to_its_default(panel: InspectorPanel, bench: Workbench) -> None:
    bench.select(("dropout",))
    click(panel, "inspector_rate_reset")
    assert bench.graph.by_id["dropout"].layer == Dropout()
    assert not child(panel, "inspector_rate_reset").isVisible()


def test_a_node_is_renamed_frozen_and_deleted_from_the_inspector(
    panel: InspectorPanel, bench: Workbench
) -> None:
    bench.select(("dense",))
    type_into(child(panel, "inspector_name"), "Hidden")
    assert bench.graph.by_id["dense"].title == "Hidden"
    trainable = child(panel, "inspector_trainable")
    assert isinstance(trainable, QCheckBox)
    assert trainable.isChecked()
    trainable.click()
    assert bench.graph.by_id["dense"].frozen
    click(panel, "inspector_delete")
    assert "dense" not in bench.graph.by_id
    assert bench.graph.incoming["dropout"][0].source == "input", "the chain closes"


def test_with_nothing_selected_the_training_settings_are_edited(
    panel: InspectorPanel, bench: Workbench
) -> None:
    bench.select(())
    rate = child(panel, "training_learning_rate")
    type_into(rate, "1e-3")
    assert bench.project.settings.learning_rate == 1e-3
    optimizer = child(panel, "training_optimizer")
    assert isinstance(optimizer, QComboBox)
    optimizer.setFocus()
    QTest.keyClick(optimizer, Qt.Key.Key_Home)
    assert bench.project.settings.optimizer == SGD()
    click(panel, "training_section_rules")
    type_into(child(panel, "training_optimizer_momentum"), "0.9")
    assert bench.project.settings.optimizer == SGD(momentum=0.9)
    click(panel, "training_section_rate")
    schedule = child(panel, "training_schedule")
    assert isinstance(schedule, QComboBox)
    schedule.setFocus()
    QTest.keyClick(schedule, Qt.Key.Key_Down)
    type_into(child(panel, "training_schedule_gamma"), "0.5")
    assert bench.project.settings.schedule == StepDecay(gamma=0.5)


#: By section: the setting, what is typed, and what it then is.
TYPED = {
    "rate": [("warm_up", "2.5", 2.5)],
    "regularisation": [
        ("l1", "1e-4", 1e-4),
        ("l2", "0.001", 1e-3),
        ("weight_decay", "0.01", 0.01),
        ("max_norm", "3", 3.0),
        ("clip_value", "5", 5.0),
        ("clip_norm", "1", 1.0),
        ("average", "0.99", 0.99),
    ],
    "more": [("seed", "7", 7), ("threads", "2", 2)],
}


@pytest.mark.parametrize("section", TYPED)
def test_the_settings_behind_a_folded_line_are_edited_once_it_is_unfolded(
    panel: InspectorPanel, bench: Workbench, section: str
) -> None:
    panel.resize(280, 1400)
    bench.select(())
    for name, text, value in TYPED[section]:
        assert not child(panel, f"training_{name}").isVisible()
        click(panel, f"training_section_{section}")
        type_into(child(panel, f"training_{name}"), text)
        assert getattr(bench.project.settings, name) == value
        click(panel, f"training_section_{section}")


def test_a_folded_line_says_what_is_set_behind_it(panel: InspectorPanel, bench: Workbench) -> None:
    panel.resize(320, 900)
    bench.select(())

    def summary(section: str) -> str:
        words = child(panel, f"training_section_{section}_summary")
        assert isinstance(words, QLabel)
        return words.text()

    assert (summary("regularisation"), summary("stopping")) == ("none", "off")
    assert summary("rate") == "Constant"
    bench.change_settings("set", l2=0.1, clip_norm=1.0, early_stopping=True, schedule=Cosine())
    assert (summary("regularisation"), summary("stopping")) == ("L2, Clip norm", "after 10 epochs")
    assert summary("rate") == "Cosine"


def test_how_to_stop_early_is_asked_once_it_is_wanted(
    panel: InspectorPanel, bench: Workbench, qtbot: QtBot
) -> None:
    panel.resize(280, 1400)
    bench.select(())
    click(panel, "training_section_stopping")
    assert not panel.findChildren(QLineEdit, "training_min_delta")
    child(panel, "training_early_stopping").click()
    qtbot.waitUntil(lambda: child(panel, "training_min_delta").isVisible())
    type_into(child(panel, "training_min_delta"), "0.01")
    monitor = child(panel, "training_monitor")
    assert isinstance(monitor, QComboBox)
    assert [monitor.itemText(i) for i in range(monitor.count())] == [
        "Validation loss", "Training loss", "Validation metric"
    ]  # fmt: skip
    monitor.setFocus()
    QTest.keyClick(monitor, Qt.Key.Key_Down)
    child(panel, "training_restore_best_weights").click()
    settings = bench.project.settings
    assert settings.early_stopping
    assert (settings.monitor, settings.min_delta) == ("training loss", 0.01)
    assert not settings.restore_best_weights


def test_a_line_is_unfolded_with_the_keyboard(panel: InspectorPanel, bench: Workbench) -> None:
    panel.resize(280, 1400)
    bench.select(())
    line = child(panel, "training_section_more")
    line.setFocus()
    QTest.keyClick(line, Qt.Key.Key_Space)
    classes = child(panel, "training_class_weights")
    assert classes.isVisible()
    assert isinstance(classes, QComboBox)
    classes.setFocus()
    QTest.keyClick(classes, Qt.Key.Key_Down)
    assert bench.project.settings.class_weights == "balanced"


@pytest.mark.parametrize("width", [220, 280])
def test_no_line_is_wider_than_the_panel_whatever_is_set(
    panel: InspectorPanel, bench: Workbench, width: int, qtbot: QtBot
) -> None:
    panel.resize(width, 900)
    bench.select(())
    everything = {"l1": 0.1, "l2": 0.1, "weight_decay": 0.1, "max_norm": 1.0, "average": 0.5}
    bench.change_settings("set", **everything)
    qtbot.wait(20)
    for section in ("rules", "rate", "regularisation", "stopping", "more"):
        line = child(panel, f"training_section_{section}")
        words = child(panel, f"training_section_{section}_summary")
        assert line.mapTo(panel, line.rect().bottomRight()).x() <= width
        title = line.fontMetrics().horizontalAdvance(line.text()) + line.iconSize().width()
        assert words.x() >= title or not words.text()


def test_every_loss_can_be_chosen(panel: InspectorPanel, bench: Workbench) -> None:
    loss = child(panel, "training_loss")
    assert isinstance(loss, QComboBox)
    assert [loss.itemText(i) for i in range(loss.count())] == [c.title for c in LOSSES.values()]


def test_several_edits_of_one_field_in_a_moment_are_one_undo_step(
    panel: InspectorPanel, bench: Workbench
) -> None:
    bench.select(("dense",))
    before = bench.project
    units = child(panel, "inspector_units")
    units.setFocus()
    for _ in range(5):
        QTest.keyClick(units, Qt.Key.Key_Up)
    assert bench.graph.by_id["dense"].layer == Dense(13)
    bench.document.undo()
    assert bench.project == before


def test_what_is_typed_for_one_node_never_reaches_another(
    panel: InspectorPanel, bench: Workbench
) -> None:
    bench.edit_graph("Change", lambda graph: replace_layer(graph, "dense-2", Dense(8)))
    for name, text in (("inspector_name", "Hidden"), ("inspector_units", "99")):
        bench.select(("dense",))
        field = child(panel, name)
        field.setFocus()
        field.selectAll()
        QTest.keyClicks(field, text)
        before = bench.graph
        bench.select(("dense-2",))  # as undo or the outline do, without taking the focus
        child(panel, "inspector_trainable").setFocus()
        assert bench.graph.by_id["dense-2"] == before.by_id["dense-2"]


def test_a_problem_is_told_with_a_sign_at_the_top(panel: InspectorPanel, bench: Workbench) -> None:
    bench.edit_graph("Change", lambda graph: replace_layer(graph, "dense-2", Dense(3)))
    bench.select(("dense-2",))
    problem = child(panel, "inspector_problem")
    assert problem.isVisible()
    assert problem.text() == str(bench.problems[0])
    bench.document.undo()
    assert not problem.isVisible()


def test_several_selected_nodes_are_counted_and_deleted(
    panel: InspectorPanel, bench: Workbench
) -> None:
    bench.select(("dense", "dropout"))
    assert child(panel, "inspector_many").text() == "2 nodes selected"
    click(panel, "inspector_delete_many")
    assert set(bench.graph.by_id) == {"input", "dense-2"}
    assert bench.graph.incoming["dense-2"][0].source == "input"
