"""Surgery in the window: its form, the neuron view and the canvas's menu, driven by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from driving import LEFT, child, click
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QWidget,
)
from pytestqt.qtbot import QtBot

from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Digits
from nnstudio.data.sources.spiral import Spiral
from nnstudio.engine.activations import Softmax, Tanh
from nnstudio.engine.conv import Conv2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.graph.model import Edge, Graph, Node
from nnstudio.gui.forms.unit_table import UnitTable
from nnstudio.gui.main_window import MainWindow
from nnstudio.gui.plots.unit_picture import UnitPicture
from nnstudio.persistence.project_file import load_project, save_project
from nnstudio.project.project import Project
from nnstudio.training.settings import TrainingSettings

Opener = Callable[..., MainWindow]


def project(*layers: object, digits: bool = False, epochs: int = 2) -> Project:
    nodes = tuple(Node(f"n{i}", layer) for i, layer in enumerate(layers))  # type: ignore[arg-type]
    edges = tuple(Edge(a.id, b.id) for a, b in pairwise(nodes))
    source = Digits() if digits else Spiral(count=60)
    settings = TrainingSettings(loss=CategoricalCrossEntropy(), epochs=epochs, batch_size=16)
    return Project(Graph(nodes, edges), data=DataSettings(source), settings=settings)


SPIRAL = project(Input(shape=(2,)), Dense(units=4), Tanh(), Dense(units=2), Softmax())
ENDLESS = replace(SPIRAL, settings=replace(SPIRAL.settings, epochs=1_000_000))
PICTURES = project(
    Input(shape=(1, 8, 8)), Conv2D(filters=3), Flatten(), Dense(units=10), Softmax(), digits=True
)


@pytest.fixture
def opened(open_window: Opener, qtbot: QtBot, tmp_path: Path) -> Callable[..., MainWindow]:
    """A window on a project with one node selected, the inspector's sections open, in sight."""

    def build(of: Project = SPIRAL, node: str = "n1") -> MainWindow:
        save_project(of, tmp_path / "net.nnstudio")
        window = open_window(tmp_path / "net.nnstudio", size=(1280, 1000))
        window.workbench.select((node,))
        for section in ("inspector_surgery", "inspector_neurons"):
            line = child(window, section)
            scroll_to(window, line)
            if not line.isChecked():  # type: ignore[attr-defined]
                QTest.mouseClick(line, LEFT)

        def is_filled() -> bool:
            scroll_to(window, child(window, "neuron_freeze"))
            return table(window).model().rowCount() > 0

        qtbot.waitUntil(is_filled)
        return window

    return build


def scroll_to(window: MainWindow, widget: QWidget) -> None:
    area: QWidget | None = widget
    while area is not None and not isinstance(area, QScrollArea):
        area = area.parentWidget()
    assert area is not None
    area.ensureWidgetVisible(widget)


def press(window: MainWindow, name: str) -> None:
    scroll_to(window, child(window, name))
    click(window, name)


def table(window: MainWindow) -> UnitTable:
    found = child(window, "neuron_weights")
    assert isinstance(found, UnitTable)
    return found


def shown(window: MainWindow) -> list[tuple[str, str]]:
    """What the table says, row by row."""
    model = table(window).model()
    return [
        (model.index(row, 0).data(), model.index(row, 1).data()) for row in range(model.rowCount())
    ]


def type_number(window: MainWindow, row: int, text: str) -> None:
    """Double-click the number in a row and type another."""
    view = table(window)
    scroll_to(window, view)
    place = view.visualRect(view.model().index(row, 1)).center()
    QTest.mouseClick(view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, place)
    QTest.mouseDClick(view.viewport(), LEFT, Qt.KeyboardModifier.NoModifier, place)
    (editor,) = (e for e in view.viewport().findChildren(QLineEdit) if e.isVisible())
    editor.selectAll()
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()  # the table takes it with the next round of events


def heard(window: MainWindow) -> list[str]:
    words: list[str] = []
    window.workbench.said.connect(lambda sentence, _severity: words.append(sentence))
    return words


def text_of(window: MainWindow, name: str) -> str:
    label = child(window, name)
    assert isinstance(label, QLabel | QPushButton)
    return label.text()


def weights(window: MainWindow, node: str, name: str = "weight") -> np.ndarray:
    kept = window.workbench.project.trained
    assert kept is not None
    return kept.weights[node, name].array


def train(window: MainWindow, qtbot: QtBot) -> None:
    window.workbench.runner.run()
    qtbot.waitUntil(lambda: not window.workbench.runner.is_running)


# ---------------------------------------------------------------- wider and deeper


def test_widening_says_how_far_predictions_moved_and_undo_brings_the_weights_back(
    opened: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = opened()
    train(window, qtbot)
    before, said = window.workbench.project, heard(window)
    assert child(window, "surgery_units").value() == 8  # type: ignore[attr-defined]
    press(window, "surgery_widen")
    after = window.workbench.project
    assert after.graph.by_id["n1"].layer == Dense(units=8)
    assert weights(window, "n3").shape == (2, 8)
    assert len(said) == 1
    assert said[0].startswith("Widened Dense to 8 units: predictions ")
    window.workbench.document.undo()
    assert window.workbench.project == before
    window.workbench.document.redo()
    assert window.workbench.project == after


def test_narrowing_says_how_far_predictions_moved_and_undo_brings_the_units_back(
    opened: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = opened()
    train(window, qtbot)
    before, said = window.workbench.project, heard(window)
    press(window, "surgery_narrow")
    assert window.workbench.graph.by_id["n1"].layer == Dense(units=2)
    assert said[-1].startswith("Narrowed Dense to 2 units: predictions")
    assert weights(window, "n1").shape == (2, 2)
    window.workbench.document.undo()
    assert window.workbench.project == before


def test_training_goes_on_from_the_wider_network(
    opened: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = opened(replace(SPIRAL, settings=replace(SPIRAL.settings, epochs=50)))
    window.workbench.runner.step_epoch()
    qtbot.waitUntil(lambda: not window.workbench.runner.is_running)
    press(window, "surgery_widen")
    begun = weights(window, "n1").copy()
    window.workbench.runner.step_batch()
    qtbot.waitUntil(lambda: not window.workbench.runner.is_running)
    kept = window.workbench.project.trained
    assert kept is not None
    assert kept.start is not None
    assert (kept.start["n1", "weight"].array == begun).all()
    assert (weights(window, "n1") != begun).any()


def test_an_untrained_network_is_widened_with_the_weights_it_would_begin_with(
    opened: Callable[..., MainWindow],
) -> None:
    window = opened()
    first = [number for _, number in shown(window)]
    said = heard(window)
    press(window, "surgery_widen")
    assert "predictions" in said[0]
    assert [number for _, number in shown(window)] == first


def test_an_identity_layer_gets_a_card_of_its_own_and_is_selected(
    opened: Callable[..., MainWindow],
) -> None:
    window = opened()
    said = heard(window)
    press(window, "surgery_deepen")
    (new,) = window.workbench.selection
    graph = window.workbench.graph
    assert graph.by_id[new].layer == Dense(units=4)
    assert [edge.source for edge in graph.incoming[new]] == ["n1"]
    canvas = window.docks.canvas
    cards = [canvas.node_rect(node.id) for node in graph.nodes]
    assert not any(a.intersects(b) for i, a in enumerate(cards) for b in cards[:i])
    assert said[0].startswith("Inserted an identity layer behind Dense: predictions")


def test_what_can_t_be_widened_says_why_beside_the_button(
    opened: Callable[..., MainWindow],
) -> None:
    window = opened(node="n3")
    assert not child(window, "surgery_widen").isEnabled()
    assert "reach the output Softmax" in text_of(window, "surgery_note")
    assert child(window, "surgery_deepen").isEnabled()


def test_layers_without_units_have_no_surgery(opened: Callable[..., MainWindow]) -> None:
    window = opened()
    window.workbench.select(("n2",))
    assert not child(window, "inspector_surgery_form").isVisible()


def test_while_training_runs_everything_is_read_only_and_says_so(
    opened: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = opened(ENDLESS)
    window.workbench.runner.run()
    qtbot.waitUntil(lambda: window.workbench.runner.last_batch is not None)
    for name in (
        "surgery_widen",
        "surgery_narrow",
        "surgery_deepen",
        "neuron_freeze",
        "neuron_delete",
    ):
        assert not child(window, name).isEnabled(), name
    for name in ("surgery_note", "neuron_note"):
        assert "press Pause first" in text_of(window, name)
    numbers = shown(window)
    qtbot.waitUntil(lambda: shown(window) != numbers)  # it follows what training does
    index = table(window).model().index(0, 1)
    assert not index.flags() & Qt.ItemFlag.ItemIsEditable
    window.workbench.runner.pause()
    qtbot.waitUntil(lambda: not window.workbench.runner.is_running)
    assert child(window, "surgery_widen").isEnabled()
    assert index.flags() & Qt.ItemFlag.ItemIsEditable


# ---------------------------------------------------------------- the neuron view


def test_a_unit_is_chosen_by_a_click_in_the_picture_or_by_its_number(
    opened: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = opened()
    assert [name for name, _ in shown(window)] == ["bias", "x₁", "x₂"]
    picture = child(window, "neuron_picture")
    assert isinstance(picture, UnitPicture)
    scroll_to(window, picture)
    box = picture.unit_box(2)
    assert box is not None
    QTest.mouseClick(picture, LEFT, Qt.KeyboardModifier.NoModifier, box.center().toPoint())
    spin = child(window, "neuron_unit")
    assert isinstance(spin, QSpinBox)
    assert spin.value() == 3
    of_third = shown(window)
    QTest.keyClick(picture, Qt.Key.Key_Down)
    assert spin.value() == 4
    assert shown(window) != of_third
    spin.setFocus()
    QTest.keyClick(spin, Qt.Key.Key_Down)
    assert spin.value() == 3
    assert shown(window) == of_third


def test_a_weight_typed_by_hand_is_one_step_to_undo(opened: Callable[..., MainWindow]) -> None:
    window = opened()
    before = shown(window)
    type_number(window, 2, "-0.5")
    assert weights(window, "n1")[0].tolist()[1] == -0.5
    assert shown(window) == [*before[:2], ("x₂", "−0.500")]
    type_number(window, 0, "2")
    assert weights(window, "n1", "bias")[0] == 2
    assert window.workbench.document.undo_label == "Edit weight"
    window.workbench.document.undo()
    assert weights(window, "n1", "bias")[0] == 0
    window.workbench.document.undo()
    assert window.workbench.project == SPIRAL


def test_a_paused_run_goes_on_with_a_weight_typed_by_hand(
    opened: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = opened(ENDLESS)
    window.workbench.runner.step_epoch()
    qtbot.waitUntil(lambda: not window.workbench.runner.is_running)
    type_number(window, 1, "0.25")
    window.workbench.runner.step_batch()
    qtbot.waitUntil(lambda: not window.workbench.runner.is_running)
    kept = window.workbench.project.trained
    assert kept is not None
    assert kept.progress is not None
    assert kept.progress.epoch == 1
    assert [c.setting for c in kept.progress.changes] == ["n1/weight[0, 0]"]
    assert 0.1 < weights(window, "n1")[0, 0] < 0.4


def test_what_is_no_number_is_refused_with_a_sentence(opened: Callable[..., MainWindow]) -> None:
    window = opened()
    before, said = shown(window), heard(window)
    type_number(window, 1, "much")
    assert shown(window) == before
    assert "finite number" in said[0]


def test_a_weight_of_a_filter_is_named_by_its_place_and_set_there(
    opened: Callable[..., MainWindow],
) -> None:
    window = opened(PICTURES)
    child(window, "neuron_unit").setValue(2)  # type: ignore[attr-defined]
    assert shown(window)[6][0] == "row 2, column 3"
    type_number(window, 6, "0.75")
    assert weights(window, "n1")[1, 0, 1, 2] == 0.75


def test_a_frozen_unit_keeps_its_weights_in_training_and_the_others_learn(
    opened: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = opened()
    train(window, qtbot)
    child(window, "neuron_unit").setValue(2)  # type: ignore[attr-defined]
    press(window, "neuron_freeze")
    assert window.workbench.graph.by_id["n1"].frozen_units == (1,)
    assert text_of(window, "neuron_freeze") == "Unfreeze unit"
    assert text_of(window, "neuron_note") == "Frozen: 2."
    before = weights(window, "n1").copy()
    train(window, qtbot)
    moved = (weights(window, "n1") != before).any(axis=1)
    assert moved.tolist() == [True, False, True, True]
    press(window, "neuron_freeze")
    assert window.workbench.graph.by_id["n1"].frozen_units == ()


def test_deleting_a_unit_says_how_far_predictions_moved(
    opened: Callable[..., MainWindow],
) -> None:
    window = opened()
    said = heard(window)
    kept = [number for _, number in shown(window)]
    child(window, "neuron_unit").setValue(2)  # type: ignore[attr-defined]
    press(window, "neuron_delete")
    assert window.workbench.graph.by_id["n1"].layer == Dense(units=3)
    assert said[0].startswith("Deleted unit 2 of Dense: predictions moved by at most ")
    child(window, "neuron_unit").setValue(1)  # type: ignore[attr-defined]
    assert [number for _, number in shown(window)] == kept


# ---------------------------------------------------------------- the canvas's menu, and files


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_the_menu_on_a_card_widens_and_deepens(
    opened: Callable[..., MainWindow], qtbot: QtBot
) -> None:
    window = opened()
    canvas = window.docks.canvas

    def choose(text: str) -> None:
        at: QPoint = canvas.node_rect("n1").center()
        event = QContextMenuEvent(
            QContextMenuEvent.Reason.Mouse, at, canvas.viewport().mapToGlobal(at)
        )
        QApplication.sendEvent(canvas.viewport(), event)
        menu = canvas.findChild(QMenu, "canvas_menu")
        assert menu is not None
        action = next(a for a in menu.actions() if a.text() == text)
        box = menu.actionGeometry(action)
        QTest.mouseClick(menu, LEFT, Qt.KeyboardModifier.NoModifier, box.center())

    choose("Widen to 8 units")
    assert window.workbench.graph.by_id["n1"].layer == Dense(units=8)
    choose("Insert identity layer behind")
    assert len(window.workbench.graph.nodes) == 6


def test_weights_without_a_run_are_saved_and_come_back(
    opened: Callable[..., MainWindow], tmp_path: Path
) -> None:
    window = opened()
    type_number(window, 2, "-0.5")
    press(window, "neuron_freeze")
    file = tmp_path / "by-hand.nnstudio"
    save_project(window.workbench.project, file)
    assert load_project(file) == window.workbench.project


def test_weights_are_named_by_what_they_weigh(opened: Callable[..., MainWindow]) -> None:
    of = project(
        Input(shape=(1, 8, 8)),
        Conv2D(filters=2),
        Conv2D(filters=2),
        Flatten(),
        Dense(units=5),
        Tanh(),
        Dense(units=10),
        Softmax(),
        digits=True,
    )
    window = opened(of, "n2")
    assert shown(window)[-1][0] == "channel 2, at 3, 3"
    for node, last in (("n1", "row 3, column 3"), ("n4", "channel 2, at 4, 4"), ("n6", "Dense 5")):
        window.workbench.select((node,))
        child(window, "neuron_unit").setValue(2)  # type: ignore[attr-defined]
        assert shown(window)[-1][0] == last
