"""Preparation as a list: steps added, set, moved and taken out by mouse and keyboard."""

from __future__ import annotations

from dataclasses import replace

import pytest
from driving import child, click, drag
from projects import project
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QLabel, QMenu, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.data.preparation import INPUT_PREPARATIONS
from nnstudio.data.sources import SOURCES
from nnstudio.data.split import Split
from nnstudio.data.steps import Centre, Grey, Invert, Resize, Step
from nnstudio.engine.activations import Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.panels.data_panel import DataPanel
from nnstudio.gui.workbench import Workbench
from nnstudio.project.runs import session_for
from nnstudio.training.events import EpochDone, Event
from nnstudio.training.loop import train

# Menus are popped up.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def bench() -> Workbench:
    bench = Workbench()
    bench.open(
        project(
            SOURCES["Digits"](), Input((1, 8, 8)), Flatten(), Dense(10), Softmax(),
            loss=CategoricalCrossEntropy(),
        )
    )  # fmt: skip
    return bench


@pytest.fixture
def panel(qtbot: QtBot, bench: Workbench) -> DataPanel:
    panel = DataPanel(bench, Theme())
    qtbot.addWidget(panel)
    panel.resize(216, 1400)
    panel.show()
    qtbot.waitExposed(panel)
    click(panel, "data_section_preparation")
    return panel


def add(panel: QWidget, title: str, prefix: str = "data_step") -> None:
    """Choose an entry of the menu."""
    click(panel, f"{prefix}_add")
    menu = child(panel, f"{prefix}_menu")
    assert isinstance(menu, QMenu)
    assert menu.isVisible()
    titles = [action.text().split("\t")[0] for action in menu.actions()]
    menu.actions()[titles.index(title)].trigger()
    menu.close()


def steps(bench: Workbench) -> tuple[Step, ...]:
    return bench.project.data.steps


def note(panel: QWidget, place: int) -> str:
    label = child(panel, f"data_step_{place}_note")
    assert isinstance(label, QLabel)
    return label.text()


def with_steps(bench: Workbench, *wanted: Step) -> None:
    data = replace(bench.project.data, steps=wanted)
    bench.apply("Steps", replace(bench.project, data=data))


def type_into(panel: QWidget, name: str, text: str) -> None:
    field = child(panel, name)
    assert isinstance(field, QAbstractSpinBox)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def key(panel: QWidget, name: str, key: Qt.Key, alt: bool = False) -> None:
    modifier = Qt.KeyboardModifier.AltModifier if alt else Qt.KeyboardModifier.NoModifier
    QTest.keyClick(child(panel, name), key, modifier)


def test_a_step_is_added_from_a_menu_and_the_network_fits_in_one_undo_step(
    panel: DataPanel, bench: Workbench
) -> None:
    before = bench.project
    assert child(panel, "data_step_empty").isVisible()
    add(panel, "Resize")
    assert steps(bench) == (Resize(),)
    assert bench.graph.by_id["input"].layer == Input((1, 28, 28))
    assert note(panel, 0) == "→ 1 × 28 × 28"
    assert child(panel, "data_step_0_height").isVisible(), "a new step shows its settings"
    assert not bench.problems
    bench.document.undo()
    assert bench.project == before
    assert child(panel, "data_step_empty").isVisible()


def test_each_entry_of_the_menu_has_a_line_about_it(panel: DataPanel) -> None:
    click(panel, "data_step_add")
    menu = child(panel, "data_step_menu")
    assert isinstance(menu, QMenu)
    for action in menu.actions():
        title, description = action.text().split("\t")
        assert title
        assert description.endswith(".")
    menu.close()


def test_settings_of_a_step_are_edited_where_it_stands(panel: DataPanel, bench: Workbench) -> None:
    with_steps(bench, Invert(), Resize())
    assert not child(panel, "data_step_1_height").isVisible()
    click(panel, "data_step_1_line")
    type_into(panel, "data_step_1_height", "14")
    assert steps(bench) == (Invert(), Resize(14, 28))
    assert note(panel, 1) == "→ 1 × 14 × 28"
    assert bench.graph.by_id["input"].layer == Input((1, 14, 28))
    click(panel, "data_step_1_line")
    assert not child(panel, "data_step_1_height").isVisible()


def test_alt_and_arrows_move_a_step_and_the_focus_stays_with_it(
    panel: DataPanel, bench: Workbench, qtbot: QtBot
) -> None:
    with_steps(bench, Resize(5, 5), Invert(), Centre(9))
    key(panel, "data_step_2_line", Qt.Key.Key_Up, alt=True)
    assert steps(bench) == (Resize(5, 5), Centre(9), Invert())
    qtbot.waitUntil(child(panel, "data_step_1_line").hasFocus)
    key(panel, "data_step_1_line", Qt.Key.Key_Up, alt=True)
    key(panel, "data_step_0_line", Qt.Key.Key_Up, alt=True)
    assert steps(bench) == (Centre(9), Resize(5, 5), Invert()), "further up there is nothing"
    assert [note(panel, i) for i in range(3)] == ["→ 1 × 9 × 9", "→ 1 × 5 × 5", "→ 1 × 5 × 5"]
    key(panel, "data_step_0_line", Qt.Key.Key_Down, alt=True)
    assert steps(bench) == (Resize(5, 5), Centre(9), Invert())
    assert bench.graph.by_id["input"].layer == Input((1, 9, 9))


def test_two_steps_of_a_kind_can_change_places(panel: DataPanel, bench: Workbench) -> None:
    with_steps(bench, Resize(5, 5), Resize(6, 6))
    key(panel, "data_step_0_line", Qt.Key.Key_Down, alt=True)
    assert steps(bench) == (Resize(6, 6), Resize(5, 5))
    click(panel, "data_step_0_line")
    assert child(panel, "data_step_0_height").text().startswith("6")


def test_a_step_is_dragged_to_another_place(panel: DataPanel, bench: Workbench) -> None:
    with_steps(bench, Resize(5, 5), Invert(), Centre(9))
    line, last = child(panel, "data_step_0_line"), child(panel, "data_step_2_line")
    end = line.mapFromGlobal(last.mapToGlobal(QPoint(20, last.height() - 2)))
    drag(line, QPoint(20, 10), end)
    assert steps(bench) == (Invert(), Centre(9), Resize(5, 5))
    line, first = child(panel, "data_step_2_line"), child(panel, "data_step_0_line")
    drag(line, QPoint(20, 10), line.mapFromGlobal(first.mapToGlobal(QPoint(20, 2))))
    assert steps(bench) == (Resize(5, 5), Invert(), Centre(9))
    assert not child(panel, "data_step_marker").isVisible()


def test_dragging_to_where_it_stands_changes_nothing(panel: DataPanel, bench: Workbench) -> None:
    with_steps(bench, Invert(), Centre(9))
    before = bench.project
    line = child(panel, "data_step_0_line")
    drag(line, QPoint(20, 6), QPoint(20, 30))
    assert bench.project == before
    assert not child(panel, "data_step_0_most").isVisible(), "a drag is no click"


def test_a_step_is_taken_out_by_its_button_or_by_delete(
    panel: DataPanel, bench: Workbench, qtbot: QtBot
) -> None:
    with_steps(bench, Resize(5, 5), Invert(), Centre(9))
    click(panel, "data_step_1_remove")
    assert steps(bench) == (Resize(5, 5), Centre(9))
    qtbot.waitUntil(child(panel, "data_step_1_line").hasFocus)
    key(panel, "data_step_1_line", Qt.Key.Key_Delete)
    assert steps(bench) == (Resize(5, 5),)
    assert bench.graph.by_id["input"].layer == Input((1, 5, 5))
    key(panel, "data_step_0_line", Qt.Key.Key_Delete)
    assert steps(bench) == ()
    qtbot.waitUntil(child(panel, "data_step_add").hasFocus)


def test_what_can_not_be_done_there_is_said_at_the_step_and_nowhere_else(
    panel: DataPanel, bench: Workbench
) -> None:
    with_steps(bench, Invert())
    bench.apply(
        "Line", replace(bench.project, data=replace(bench.project.data, source=SOURCES["Line"]()))
    )
    error = child(panel, "data_step_0_error")
    assert error.isVisible()
    assert "Invert is for pictures" in error.text()
    assert not child(panel, "data_error").isVisible()
    assert bench.data is None
    click(panel, "data_step_0_remove")
    assert bench.data is not None
    assert bench.data.input_shape == (1,)


def test_numbers_have_no_steps_to_add_and_that_is_said(panel: DataPanel, bench: Workbench) -> None:
    bench.apply(
        "Line", replace(bench.project, data=replace(bench.project.data, source=SOURCES["Line"]()))
    )
    assert not child(panel, "data_step_add").isEnabled()
    assert "pictures" in child(panel, "data_step_empty").text()


def test_choosing_other_data_takes_out_the_steps_for_the_first(
    panel: DataPanel, bench: Workbench
) -> None:
    with_steps(bench, Invert())
    box = child(panel, "data_source")
    assert isinstance(box, QComboBox)
    box.setFocus()
    goal = list(SOURCES).index("Line")
    while box.currentIndex() != goal:
        QTest.keyClick(box, Qt.Key.Key_Down if box.currentIndex() < goal else Qt.Key.Key_Up)
    assert steps(bench) == ()
    assert bench.data is not None


@pytest.mark.parametrize("kind", INPUT_PREPARATIONS)
def test_every_way_to_bring_inputs_into_range_is_chosen_from_a_list_and_trains(
    panel: DataPanel, bench: Workbench, kind: str
) -> None:
    box = child(panel, "data_inputs")
    assert isinstance(box, QComboBox)
    box.setFocus()
    while box.currentIndex() != INPUT_PREPARATIONS.index(kind):
        goal = INPUT_PREPARATIONS.index(kind)
        QTest.keyClick(box, Qt.Key.Key_Down if box.currentIndex() < goal else Qt.Key.Key_Up)
    assert bench.project.data.inputs == kind
    assert bench.data is not None
    events: list[Event] = list(train(session_for(bench.project, bench.data), epochs=1))
    assert any(isinstance(event, EpochDone) for event in events)


def test_an_example_is_shown_before_and_after(panel: DataPanel, bench: Workbench) -> None:
    with_steps(bench, Resize(16, 12), Grey())
    pair = child(panel, "data_before_after_pictures")
    assert pair.isVisible()
    words = pair.accessibleDescription()
    assert words.startswith("Before 1 × 8 × 8 0 to 16; After 1 × 16 × 12 0 to 1")
    sizes = [(image.width(), image.height()) for image in pair._images]
    assert sizes == [(8, 8), (12, 16)]
    bench.apply(
        "Iris",
        replace(
            bench.project, data=replace(bench.project.data, source=SOURCES["Iris"](), steps=())
        ),
    )
    assert not pair.isVisible()
    assert "before" in child(panel, "data_before_after_numbers").text()


def test_the_source_is_not_read_again_for_another_preparation(
    panel: DataPanel, bench: Workbench
) -> None:
    given = bench.given
    with_steps(bench, Invert(16))
    assert bench.given is given
    assert given is not None
    assert bench.data is not None
    assert (bench.data.dataset.inputs == 16 - given.inputs).all()


def test_steps_are_not_taken_again_for_another_split_or_range(
    panel: DataPanel, bench: Workbench
) -> None:
    with_steps(bench, Resize(16, 16))
    assert bench.data is not None
    before = bench.data.dataset
    data = replace(bench.project.data, split=Split(seed=7), inputs="standardise each")
    bench.apply("Split", replace(bench.project, data=data))
    assert bench.data.dataset is before
    assert bench.data.preparation.inputs.offset.shape == (1, 16, 16)
    with_steps(bench, Resize(15, 15))
    assert bench.data.input_shape == (1, 15, 15)


def test_a_closed_section_tells_what_is_in_it(panel: DataPanel, bench: Workbench) -> None:
    with_steps(bench, Invert())
    click(panel, "data_section_preparation")
    line = child(panel, "data_section_preparation")
    assert line.accessibleDescription() == "Invert, Scale to 0 – 1"
