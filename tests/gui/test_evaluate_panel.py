"""The Evaluate panel by mouse and keyboard: every view against answers worked out anew."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import Opener
from driving import child, click
from live_panels import digits, line, show, spiral, train
from projects import project
from PySide6.QtCore import QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QLabel,
    QTabBar,
    QTableView,
    QTableWidget,
    QWidget,
)
from pytestqt.qtbot import QtBot

from nnstudio import assets
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Digits, Spiral
from nnstudio.data.split import Split
from nnstudio.engine.activations import Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Array
from nnstudio.engine.losses import CategoricalCrossEntropy, Hinge
from nnstudio.engine.metrics import auc
from nnstudio.engine.shaping import Input
from nnstudio.graph.edits import add_node, connect, replace_layer
from nnstudio.graph.model import Node
from nnstudio.gui.evaluating import answering
from nnstudio.gui.evaluating.confusion_map import ConfusionMap
from nnstudio.gui.evaluating.confusion_page import ConfusionPage
from nnstudio.gui.evaluating.figures_page import FigureTable
from nnstudio.gui.evaluating.mistakes_page import MistakesPage
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.main_window import MainWindow
from nnstudio.gui.panels.evaluate_panel import EvaluatePanel
from nnstudio.training.judging.precision_recall import average_precision

#: Showing a tooltip raises a window, which the platform for tests can't.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise")
Key = Qt.Key
SIZE = (900, 420)


def panel_of(window: MainWindow) -> EvaluatePanel:
    panel = child(window, "evaluate_panel")
    assert isinstance(panel, EvaluatePanel)
    return panel


def go_to_stage(qtbot: QtBot, window: MainWindow) -> EvaluatePanel:
    """Click the stage as soon as the docks have found their places."""

    def has_tab() -> bool:
        bars = [bar for bar in window.docks.findChildren(QTabBar) if bar.isVisible()]
        return any(bar.tabText(k) == "Evaluate" for bar in bars for k in range(bar.count()))

    qtbot.waitUntil(has_tab)
    click(window, "stage_evaluate")
    panel = panel_of(window)
    qtbot.waitUntil(panel.is_seen)
    return panel


def settled(qtbot: QtBot, panel: EvaluatePanel) -> None:
    """Wait until the latest weights have answered."""
    live = panel.live
    qtbot.waitUntil(
        lambda: not panel.is_busy and not live._timer.isActive() and panel.judged is not None,
        timeout=20_000,
    )


def text(panel: QWidget, name: str) -> str:
    label = child(panel, name)
    assert isinstance(label, QLabel)
    return label.text()


def cells(panel: QWidget, name: str) -> dict[str, dict[str, str]]:
    """A table as rows by name, each with its columns by head."""
    table = child(panel, name)
    assert isinstance(table, QTableWidget)
    heads = [table.horizontalHeaderItem(k).text() for k in range(table.columnCount())]
    rows = [
        [table.item(y, x).text() for x in range(table.columnCount())]
        for y in range(table.rowCount())
    ]
    return {row[0]: dict(zip(heads[1:], row[1:], strict=True)) for row in rows}


def answers_of(panel: EvaluatePanel, part: str = "validation") -> tuple[Array, Array, Array]:
    """(rows, answers, truth), asked of the document's network in one go."""
    data, model = panel.live.workbench.data, panel.live.model()
    assert data is not None
    assert model is not None
    rows = {"validation": data.parts.validation, "training": data.parts.train}.get(
        part, data.parts.test
    )
    answers = model.predict_first(data.dataset.inputs[rows], stepped=True)
    return rows, answers, data.dataset.targets[rows]


def choose(panel: QWidget, name: str, wanted: str) -> None:
    """Choose in a list by keyboard."""
    box = child(panel, name)
    assert isinstance(box, QComboBox)
    box.setFocus()
    QTest.keyClick(box, Key.Key_Home)
    while box.currentText() != wanted:
        before = box.currentIndex()
        QTest.keyClick(box, Key.Key_Down)
        assert box.currentIndex() != before, f"{wanted} isn't offered"


@pytest.fixture
def digits_panel(qtbot: QtBot) -> EvaluatePanel:
    """Trained for two epochs, so that there are mistakes of several kinds."""
    panel = show(qtbot, EvaluatePanel, digits(epochs=2), SIZE)
    train(qtbot, panel)
    settled(qtbot, panel)
    return panel


# ------------------------------------------------------------------ figures


def test_figures_are_those_of_the_answers_to_each_part(digits_panel: EvaluatePanel) -> None:
    shown = cells(digits_panel, "evaluate_figures")
    assert list(shown["Accuracy"]) == ["training", "validation"], "the test part isn't looked at"
    for part in ("training", "validation"):
        rows, answers, truth = answers_of(digits_panel, part)
        right = answers.argmax(axis=1) == truth
        assert shown["Examples"][part] == f"{len(rows):,}"
        assert shown["Accuracy"][part] == f"{100 * right.mean():.1f} %"
        areas = [auc(answers[:, k], truth == k) for k in range(10)]
        assert shown["AUC"][part] == f"{np.mean(areas):.4f}"
        areas = [average_precision(answers[:, k], truth == k) for k in range(10)]
        assert shown["Average precision"][part] == f"{np.mean(areas):.4f}"


def test_each_class_has_its_precision_recall_and_f1(digits_panel: EvaluatePanel) -> None:
    _, answers, truth = answers_of(digits_panel)
    said, shown = answers.argmax(axis=1), cells(digits_panel, "evaluate_classes")
    for k in range(10):
        row, both = shown[str(k)], np.sum((said == k) & (truth == k))
        precision, recall = both / max(1, np.sum(said == k)), both / np.sum(truth == k)
        assert row["precision"] == f"{100 * precision:.1f} %"
        assert row["recall"] == f"{100 * recall:.1f} %"
        f1 = 2 * both / (np.sum(said == k) + np.sum(truth == k))
        assert row["F1"] == f"{100 * f1:.1f} %"
        assert row["examples"] == str(np.sum(truth == k))


def test_the_test_part_is_looked_at_only_when_asked_for_and_with_a_warning(
    digits_panel: EvaluatePanel, qtbot: QtBot
) -> None:
    assert not child(digits_panel, "evaluate_note").isVisible()
    choose(digits_panel, "evaluate_part", "Test")
    settled(qtbot, digits_panel)
    _, answers, truth = answers_of(digits_panel, "test")
    accuracy = f"{100 * np.mean(answers.argmax(axis=1) == truth):.1f} %"
    assert cells(digits_panel, "evaluate_figures")["Accuracy"]["test"] == accuracy
    assert "rarely" in text(digits_panel, "evaluate_note")
    choose(digits_panel, "evaluate_part", "Validation")
    settled(qtbot, digits_panel)
    assert "test" not in cells(digits_panel, "evaluate_figures")["Accuracy"]


# ------------------------------------------------------------------ confusion


def confusion(panel: EvaluatePanel) -> tuple[ConfusionPage, ConfusionMap]:
    click(panel, "evaluate_confusion_button")
    page, found = panel.pages["confusion"], child(panel, "evaluate_confusion")
    assert isinstance(page, ConfusionPage)
    assert isinstance(found, ConfusionMap)
    return page, found


def test_a_click_on_a_field_shows_its_examples(digits_panel: EvaluatePanel) -> None:
    page, view = confusion(digits_panel)
    rows, answers, truth = answers_of(digits_panel)
    said = answers.argmax(axis=1)
    expected = [[np.sum((truth == t) & (said == s)) for s in range(10)] for t in range(10)]
    np.testing.assert_array_equal(view.counts, expected)
    for true, answer in ((3, 3), view.worst()):
        QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.rect_of(true, answer).center())
        shown = {int(rows[k]) for k in page.list.answers}
        assert shown == set(rows[(truth == true) & (said == answer)].tolist())
        assert page.list.wall.count == len(shown)
        assert f"of {np.sum(truth == true)} “{true}”" in text(digits_panel, "evaluate_cell")


def test_arrows_go_from_field_to_field_and_enter_shows_the_examples(
    digits_panel: EvaluatePanel,
) -> None:
    page, view = confusion(digits_panel)
    assert view.at == view.worst(), "the most frequent mistake is looked at first"
    view.setFocus()
    for _ in range(12):
        QTest.keyClick(view, Key.Key_Left)
        QTest.keyClick(view, Key.Key_Up)
    assert view.at == (0, 0), "there is nothing beyond the edge"
    QTest.keyClick(view, Key.Key_Down)
    QTest.keyClick(view, Key.Key_Right)
    assert view.at == (1, 1)
    assert "“1” are recognised" in view.accessibleDescription()
    QTest.keyClick(view, Key.Key_Return)
    assert len(page.list.answers) == view.counts[1, 1]


def test_the_field_that_was_chosen_stays_while_the_weights_change(
    digits_panel: EvaluatePanel, qtbot: QtBot
) -> None:
    page, view = confusion(digits_panel)
    QTest.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.rect_of(2, 2).center())
    before = view.counts
    with qtbot.waitSignal(digits_panel.live.workbench.runner.ended):
        digits_panel.live.workbench.runner.restart()
        digits_panel.live.workbench.runner.step_batch()
    settled(qtbot, digits_panel)
    assert not np.array_equal(view.counts, before)
    assert view.at == (2, 2)
    assert len(page.list.answers) == view.counts[2, 2]


@pytest.mark.parametrize("classes", [2, 10, 26])
def test_the_map_has_room_for_every_field_of_any_number_of_classes(
    digits_panel: EvaluatePanel, classes: int
) -> None:
    _, view = confusion(digits_panel)
    names = tuple("abcdefghijklmnopqrstuvwxyz"[:classes])
    view.show_counts(np.full((classes, classes), 12), names)
    assert min(view.field().width(), view.field().height()) >= 12
    view.resize(view.minimumSize().expandedTo(view.size()))
    assert view.rect().contains(view.rect_of(classes - 1, classes - 1))
    for true in (0, classes - 1):
        for said in (0, classes - 1):
            assert view.field_at(view.rect_of(true, said).center()) == (true, said)


def test_a_map_of_a_thousand_classes_is_painted_where_it_is_seen(
    digits_panel: EvaluatePanel,
) -> None:
    _, view = confusion(digits_panel)
    view.show_counts(np.eye(1_000, dtype=int), tuple(map(str, range(1_000))))
    view.resize(view.minimumSize())
    field = view.rect_of(500, 500)
    seen = view.grab(field.adjusted(-100, -100, 100, 100)).toImage()
    centre = seen.pixelColor(100 + field.width() // 4, 100 + field.height() // 4)
    beside = seen.pixelColor(100 + field.width() * 5 // 4, 100 + field.height() // 4)
    assert centre.blue() > centre.red() + 40, "what is recognised is blue"
    assert abs(beside.blue() - beside.red()) < 10


def test_a_piece_of_the_map_looks_like_that_piece_of_the_whole(
    digits_panel: EvaluatePanel,
) -> None:
    _, view = confusion(digits_panel)
    view.show_counts(np.arange(900).reshape(30, 30), tuple(map(str, range(30))))
    view.resize(view.minimumSize())
    whole = view.grab()
    for piece in (QRect(0, 0, 90, 70), QRect(131, 47, 150, 101), QRect(250, 0, 60, 400)):
        assert view.grab(piece).toImage() == whole.copy(piece).toImage()


def test_names_that_fields_have_no_room_for_stand_above_some_of_the_columns(
    digits_panel: EvaluatePanel,
) -> None:
    _, view = confusion(digits_panel)
    view.show_counts(np.eye(60, dtype=int), ("88",) * 60)
    view.resize(view.minimumSize())
    heads = view.grab(QRect(view.rect_of(0, 0).left(), 14, 300, 14)).toImage()
    rows = {y for y in range(14) for x in range(300) if heads.pixelColor(x, y).lightness() < 190}
    assert len(rows) >= 6, "digits are high; the dots of what was cut off lie on one line"


# ------------------------------------------------------------------ mistakes


def test_the_surest_mistakes_come_first_and_a_click_tells_all_probabilities(
    digits_panel: EvaluatePanel,
) -> None:
    click(digits_panel, "evaluate_mistakes_button")
    page = digits_panel.pages["mistakes"]
    assert isinstance(page, MistakesPage)
    rows, answers, truth = answers_of(digits_panel)
    wrong = np.flatnonzero(answers.argmax(axis=1) != truth)
    order = wrong[np.argsort(-answers[wrong].max(axis=1), kind="stable")]
    np.testing.assert_array_equal(page.list.answers, order)
    assert f"{len(order)} of {len(rows)} answers are wrong" in text(
        digits_panel, "evaluate_mistakes_title"
    )
    wall = page.list.wall
    QTest.mouseClick(wall.viewport(), Qt.MouseButton.LeftButton, pos=wall.rect_of(1).center())
    np.testing.assert_allclose(page.bars.values, answers[order[1]], atol=1e-6)
    said = text(digits_panel, "evaluate_mistake")
    assert f"Example {rows[order[1]] + 1:,}" in said
    assert f"the answer is “{answers[order[1]].argmax()}”" in said
    assert f"the truth “{truth[order[1]]}”" in said
    wall.setFocus()
    QTest.keyClick(wall, Key.Key_Left)
    np.testing.assert_allclose(page.bars.values, answers[order[0]], atol=1e-6)


def test_points_of_a_plane_are_listed_in_a_table(qtbot: QtBot) -> None:
    panel = show(qtbot, EvaluatePanel, spiral(), SIZE)
    settled(qtbot, panel)
    click(panel, "evaluate_mistakes_button")
    rows, answers, truth = answers_of(panel)
    wrong = np.flatnonzero(answers.argmax(axis=1) != truth)
    first = wrong[np.argsort(-answers[wrong].max(axis=1), kind="stable")[0]]
    page = panel.pages["mistakes"]
    assert isinstance(page, MistakesPage)
    assert page.list.currentWidget() is page.list.table
    names = panel.live.workbench.data.dataset.classes
    shown = [page.list.rows.text(0, column) for column in range(3)]
    assert shown == [f"{rows[first] + 1:,}", names[truth[first]], names[1 - truth[first]]]


def test_where_all_answers_are_right_there_are_no_heads_of_nothing(qtbot: QtBot) -> None:
    apart = Spiral(classes=2, turns=0.25, noise=0.0)  # a line lies between its arms
    content = replace(spiral(learning_rate=0.05, epochs=40), data=DataSettings(apart))
    panel = show(qtbot, EvaluatePanel, content, SIZE)
    train(qtbot, panel)
    qtbot.waitUntil(lambda: child(panel, "evaluate_mistakes_button").isVisible())
    click(panel, "evaluate_mistakes_button")
    settled(qtbot, panel)
    _, answers, truth = answers_of(panel)
    assert (answers.argmax(axis=1) == truth).all()
    page = panel.pages["mistakes"]
    assert isinstance(page, MistakesPage)
    assert text(panel, "evaluate_mistakes_title").startswith("All ")
    assert not page.list.isVisible()
    panel.live.workbench.runner.new_weights()
    qtbot.waitUntil(page.list.isVisible)


def test_heads_of_the_mistakes_are_whole_in_the_narrowest_panel(qtbot: QtBot) -> None:
    panel = show(qtbot, EvaluatePanel, line(), (300, 260))
    settled(qtbot, panel)
    click(panel, "evaluate_mistakes_button")
    settled(qtbot, panel)
    table = child(panel, "evaluate_mistakes_table")
    assert isinstance(table, QTableView)
    head, model = table.horizontalHeader(), table.model()
    for column in range(model.columnCount()):
        words = model.headerData(column, Qt.Orientation.Horizontal)
        assert head.sectionSizeFromContents(column).width() <= head.sectionSize(column), words
    numbers = [model.index(0, column).data() for column in range(model.columnCount())]
    widest = max(table.fontMetrics().horizontalAdvance(number) for number in numbers[:4])
    assert widest <= head.sectionSize(0)


class Counting(FigureTable):
    """Counts how often a column is measured."""

    measured = 0

    def sizeHintForColumn(self, column: int) -> int:
        self.measured += 1
        return super().sizeHintForColumn(column)


def test_a_table_of_hundreds_of_classes_is_measured_once_it_is_filled(qtbot: QtBot) -> None:
    table = Counting(Theme("light"), "figures", "Figures")
    qtbot.addWidget(table)
    table.show()
    for names in ("a", "a much longer name"):
        table.measured = 0
        table.show_rows(("class", "F1"), [(f"{names} {k}", "0.5") for k in range(300)])
        QApplication.processEvents()  # it has been shown: from now on each change measures it
        assert 0 < table.measured < 20
        assert table.columnWidth(0) >= table.sizeHintForColumn(0)


def test_heads_of_figures_are_whole_with_every_part_in_a_narrow_panel(qtbot: QtBot) -> None:
    panel = show(qtbot, EvaluatePanel, digits(epochs=2), (400, 300))
    settled(qtbot, panel)
    choose(panel, "evaluate_part", "Test")
    click(panel, "evaluate_figures_button")
    settled(qtbot, panel)
    for name in ("evaluate_figures", "evaluate_classes"):
        table = child(panel, name)
        assert isinstance(table, QTableWidget)
        head = table.horizontalHeader()
        for column in range(table.columnCount()):
            words = table.horizontalHeaderItem(column).text()
            assert head.sectionSizeFromContents(column).width() <= head.sectionSize(column), words


@pytest.mark.parametrize("width", [720, 1000])
def test_every_column_of_figures_and_areas_is_seen_without_scrolling(
    qtbot: QtBot, width: int
) -> None:
    panel = show(qtbot, EvaluatePanel, digits(epochs=2), (width, 320))
    settled(qtbot, panel)
    for page, names in (
        ("figures", ("evaluate_figures", "evaluate_classes")),
        ("curves", ("evaluate_areas",)),
    ):
        click(panel, f"evaluate_{page}_button")
        settled(qtbot, panel)
        for name in names:
            table = child(panel, name)
            assert isinstance(table, QTableWidget)
            qtbot.waitUntil(lambda table=table: table.columnCount() > 2)
            assert table.horizontalScrollBar().maximum() == 0, name


# ------------------------------------------------------------------ curves, calibration


def test_curves_are_those_of_each_class_and_the_marked_one_tells_its_points(
    digits_panel: EvaluatePanel,
) -> None:
    click(digits_panel, "evaluate_curves_button")
    _, answers, truth = answers_of(digits_panel)
    shown = cells(digits_panel, "evaluate_areas")
    for k in range(10):
        assert shown[str(k)]["AUC"] == f"{auc(answers[:, k], truth == k):.3f}"
    legend = child(digits_panel, "evaluate_areas")
    assert isinstance(legend, QTableWidget)
    legend.setCurrentCell(4, 0)
    plot = digits_panel.pages["curves"].roc
    assert plot.marked == 4
    plot.setFocus()
    for _ in range(30):
        QTest.keyClick(plot, Key.Key_Right)
    across, up, thresholds = plot.curves[4]
    called, is_four = answers[:, 4] >= thresholds[plot.point], truth == 4
    assert up[plot.point] == pytest.approx(called[is_four].mean())
    assert across[plot.point] == pytest.approx(called[~is_four].mean())
    assert f"true positives {100 * called[is_four].mean():.1f} %" in plot.words()

    QTest.mouseMove(plot, QPoint(2, 2))
    QTest.mouseMove(plot, plot.box().center().toPoint())
    spot = QPointF(float(plot.x_pixels(across[:1])[0]), float(plot.y_pixels(up[:1])[0]))
    QTest.mouseMove(plot, (spot + QPointF(2, -2)).toPoint())
    assert plot.point == 0, "the nearest point is told: nothing is called a four"


def test_the_calibration_is_that_of_the_answers(digits_panel: EvaluatePanel) -> None:
    click(digits_panel, "evaluate_calibration_button")
    _, answers, truth = answers_of(digits_panel)
    sure, right = answers.max(axis=1), answers.argmax(axis=1) == truth
    bins = [(sure > low / 10) & (sure <= (low + 1) / 10) for low in range(10)]
    error = sum(abs(sure[b].sum() - right[b].sum()) for b in bins) / len(sure)
    assert f"(ECE) {100 * error:.1f} %" in text(digits_panel, "evaluate_calibration")
    plot = digits_panel.pages["calibration"].plot
    box = plot.box()
    QTest.mouseMove(plot, QPointF(box.left() + box.width() * 0.95, box.center().y()).toPoint())
    assert plot.at == 9
    assert f"{bins[9].sum()} answers" in plot.words(9)


def test_scores_have_no_calibration_and_say_so(qtbot: QtBot) -> None:
    layers = Input((2,)), Dense(2)
    panel = show(qtbot, EvaluatePanel, project(Spiral(classes=2), *layers, loss=Hinge()), SIZE)
    settled(qtbot, panel)
    click(panel, "evaluate_calibration_button")
    assert "scores, no probabilities" in text(panel, "evaluate_calibration")
    click(panel, "evaluate_mistakes_button")
    assert "score" in text(panel, "evaluate_mistake")


# ------------------------------------------------------------------ numbers


def test_residuals_are_what_the_answers_leave_of_the_truth(qtbot: QtBot) -> None:
    panel = show(qtbot, EvaluatePanel, line(), SIZE)
    train(qtbot, panel)
    settled(qtbot, panel)
    shown = cells(panel, "evaluate_figures")
    click(panel, "evaluate_residuals_button")
    rows, answers, truth = answers_of(panel)
    left = (truth - answers)[:, 0]
    assert shown["RMSE"]["validation"] == f"{np.sqrt(np.mean(left**2)):#.3g}"
    plot, bars = panel.pages["residuals"].plot, panel.pages["residuals"].bars
    np.testing.assert_allclose(plot.answers, answers[:, 0], rtol=1e-5)
    np.testing.assert_allclose(plot.left_over, left, rtol=1e-4, atol=1e-6)
    assert bars.counts.sum() == len(left)
    bars.show_residuals(np.array([-0.2, 0.1, 0.3]))
    assert all(value == int(value) for value, _ in bars.y_axis.ticks(8)), "there are no halves"
    far = int(np.abs(left).argmax())
    spot = QPointF(
        float(plot.x_pixels(plot.answers)[far]), float(plot.y_pixels(plot.left_over)[far])
    )
    QTest.mouseMove(plot, spot.toPoint())
    assert f"Example {rows[far] + 1:,}:" in plot.words(plot.point)
    assert not child(panel, "evaluate_confusion_button").isVisible(), "numbers have no classes"

    click(panel, "evaluate_mistakes_button")
    page = panel.pages["mistakes"]
    assert isinstance(page, MistakesPage)
    assert int(page.list.answers[0]) == far


def test_an_autoencoder_shows_what_it_made_of_a_picture(qtbot: QtBot, open_window: Opener) -> None:
    window = open_window(assets.sample("autoencoder.nnstudio"))
    panel = go_to_stage(qtbot, window)
    settled(qtbot, panel)
    click(panel, "evaluate_mistakes_button")
    assert [name for name, _ in panel.pages["mistakes"].pictures._images] == ["input", "answer"]


def test_another_output_is_chosen_by_its_name(qtbot: QtBot) -> None:
    content = digits()
    graph = content.graph
    for node, before in (
        (Node("second", Dense(10)), graph.nodes[1].id),
        (Node("other", Softmax()), "second"),
    ):
        graph = connect(add_node(graph, node), before, node.id)
    panel = show(qtbot, EvaluatePanel, content.with_graph(graph), SIZE)
    settled(qtbot, panel)
    model, data = panel.live.model(), panel.live.workbench.data
    assert model is not None
    assert data is not None
    answers = model.answers(data.dataset.inputs[data.parts.validation], stepped=True)
    for k, output in enumerate(model.outputs):
        choose(panel, "evaluate_output", output.name)
        assert panel.judged is not None
        np.testing.assert_allclose(panel.judged.answers, answers[k], rtol=1e-4, atol=1e-6)


# ------------------------------------------------------------------ in the window, live


def test_the_stage_brings_the_panel_forward_and_it_follows_the_training(
    qtbot: QtBot, open_window: Opener
) -> None:
    window = open_window(assets.sample("digits.nnstudio"))
    assert panel_of(window).judged is None, "hidden, it asks nobody"
    panel = go_to_stage(qtbot, window)
    assert child(window, "stage_evaluate").isChecked()
    settled(qtbot, panel)
    window.workbench.change_settings("Epochs", epochs=100_000)
    window.workbench.runner.restart()
    settled(qtbot, panel)
    seen = panel.judged
    click(window, "run_button")
    qtbot.waitUntil(lambda: panel.judged is not seen)
    during = panel.judged
    qtbot.waitUntil(lambda: panel.judged is not during)
    with qtbot.waitSignal(window.workbench.runner.ended):
        click(window, "pause_button")
    settled(qtbot, panel)
    rows, answers, _ = answers_of(panel)
    assert panel.judged is not None
    np.testing.assert_array_equal(panel.judged.rows, rows)
    np.testing.assert_allclose(panel.judged.answers, answers, rtol=1e-4, atol=1e-6)


def test_behind_another_tab_nothing_is_asked(qtbot: QtBot, open_window: Opener) -> None:
    window = open_window(assets.sample("digits.nnstudio"))
    panel = go_to_stage(qtbot, window)
    settled(qtbot, panel)
    click(window, "stage_train")
    qtbot.waitUntil(lambda: not panel.is_seen())
    seen = panel.judged
    window.workbench.runner.restart()
    with qtbot.waitSignal(window.workbench.runner.ended):
        window.workbench.runner.step_batch()
    qtbot.waitUntil(lambda: not window.live._timer.isActive())
    assert panel.judged is seen
    click(window, "stage_evaluate")
    qtbot.waitUntil(lambda: panel.judged is not seen)


def test_much_work_is_done_on_a_thread_with_the_same_answers(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = show(qtbot, EvaluatePanel, digits(), SIZE)
    settled(qtbot, panel)
    assert panel.judged is not None
    expected = panel.judged.answers
    threads, judged = [], answering.judged

    def noted(*arguments: Any) -> Any:
        threads.append(threading.current_thread().name)
        return judged(*arguments)

    monkeypatch.setattr(answering, "judged", noted)
    monkeypatch.setattr(answering, "AT_ONCE", 0)
    with qtbot.waitSignal(panel._answering.grown):
        panel.live.workbench.change_settings("Epochs", epochs=7)
    settled(qtbot, panel)
    assert set(threads) == {"nnstudio-evaluate"}
    assert panel.judged.answers is not expected
    np.testing.assert_array_equal(panel.judged.answers, expected)


def test_figures_of_two_moments_never_stand_beside_each_other(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = show(qtbot, EvaluatePanel, spiral(), SIZE)
    train(qtbot, panel)
    settled(qtbot, panel)
    assert set(cells(panel, "evaluate_figures")["Examples"]) == {"training", "validation"}
    may_answer, judged = threading.Event(), answering.judged

    def slowly(model: Any, data: Any, wanted: Any, *interrupted: Any) -> Any:
        if "training" in wanted:
            may_answer.wait(20)
        return judged(model, data, wanted, *interrupted)

    monkeypatch.setattr(answering, "judged", slowly)
    monkeypatch.setattr(answering, "AT_ONCE", 0)
    before = panel.judged
    try:
        panel.live.look_at(0)
        qtbot.waitUntil(lambda: panel.judged is not before)
        assert set(cells(panel, "evaluate_figures")["Examples"]) == {"validation"}

        choose(panel, "evaluate_part", "Training")  # it is waited for, and another can be chosen
        assert text(panel, "evaluate_empty_text") == "The network is answering…"
        assert child(panel, "evaluate_part").isVisible()
    finally:
        may_answer.set()
    settled(qtbot, panel)
    _, answers, truth = answers_of(panel, "training")
    right = (answers.argmax(1) == truth).mean()
    assert cells(panel, "evaluate_figures")["Accuracy"]["training"] == f"{100 * right:.1f} %"


def test_large_parts_are_answered_in_part_while_training_runs(qtbot: QtBot) -> None:
    panel = show(qtbot, EvaluatePanel, line(), SIZE)
    model = panel.live.model()
    assert model is not None
    few = answering.live_rows(model, np.arange(50_000))
    assert (len(few), few[0], few[-1]) == (answering.MOST_LIVE, 0, 49_999)
    assert len(answering.live_rows(model, np.arange(50))) == 50


# ------------------------------------------------------------------ nothing to show


def test_first_weights_answer_and_it_is_said(qtbot: QtBot) -> None:
    panel = show(qtbot, EvaluatePanel, digits(), SIZE)
    settled(qtbot, panel)
    assert "Not trained yet" in text(panel, "evaluate_note")
    train(qtbot, panel)
    settled(qtbot, panel)
    assert text(panel, "evaluate_note") == ""


def test_answers_of_weights_that_an_edit_has_made_random_are_told(qtbot: QtBot) -> None:
    panel = show(qtbot, EvaluatePanel, digits(), SIZE)
    train(qtbot, panel)
    workbench = panel.live.workbench
    dense = next(node for node in workbench.graph.nodes if isinstance(node.layer, Dense))
    wider = replace(dense.layer, units=dense.layer.units + 1)
    workbench.edit_graph("Wider", lambda graph: replace_layer(graph, dense.id, wider))
    settled(qtbot, panel)
    assert "some weights are random" in text(panel, "evaluate_note")
    workbench.document.undo()
    settled(qtbot, panel)
    assert text(panel, "evaluate_note") == ""


def test_what_stands_in_the_way_is_said_in_a_sentence(qtbot: QtBot) -> None:
    broken = project(
        Digits(), Input((1, 8, 8)), Dense(10), Softmax(), loss=CategoricalCrossEntropy()
    )
    panel = show(qtbot, EvaluatePanel, broken, SIZE)
    qtbot.waitUntil(lambda: child(panel, "evaluate_empty").isVisible())
    (problem, *_) = panel.live.workbench.problems
    assert text(panel, "evaluate_empty_text") == str(problem)
    assert not child(panel, "evaluate_part").isVisible()


def test_without_a_validation_part_the_training_part_is_shown(qtbot: QtBot) -> None:
    content = digits()
    content = replace(content, data=replace(content.data, split=Split(validation=0, test=0)))
    panel = show(qtbot, EvaluatePanel, content, SIZE)
    settled(qtbot, panel)
    assert panel.part == "training"


# ------------------------------------------------------------------ taking it along


def test_the_table_of_a_page_is_copied(digits_panel: EvaluatePanel) -> None:
    _, view = confusion(digits_panel)
    digits_panel.take.copy_table()
    lines = QGuiApplication.clipboard().text().splitlines()
    copied = [[int(cell) for cell in row.split("\t")[1:]] for row in lines[1:]]
    np.testing.assert_array_equal(copied, view.counts)


@pytest.mark.parametrize("page", ["figures", "confusion", "mistakes", "curves", "calibration"])
def test_every_page_is_saved_as_a_picture(
    digits_panel: EvaluatePanel, tmp_path: Path, page: str
) -> None:
    click(digits_panel, f"evaluate_{page}_button")
    for end in ("svg", "png"):
        path = tmp_path / f"{page}.{end}"
        assert digits_panel.take.save_to(path)
        assert path.stat().st_size > 1_000
    assert not digits_panel.take.save_to(tmp_path / "page.xyz")
    assert "xyz" in digits_panel.take.told


@pytest.mark.parametrize("width", range(560, 960, 40))
def test_words_in_the_head_are_whole_as_soon_as_there_are_answers(qtbot: QtBot, width: int) -> None:
    panel = show(qtbot, EvaluatePanel, digits(), size=(width, 300))
    settled(qtbot, panel)
    for name in ("figures", "confusion", "mistakes", "curves", "calibration"):
        button = child(panel, f"evaluate_{name}_button")
        assert button.width() >= button.sizeHint().width(), name
    part = child(panel, "evaluate_part")
    assert part.width() >= part.sizeHint().width()
