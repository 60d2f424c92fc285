"""The bottleneck drawn: which points, of which layer, in which colours, and when."""

from __future__ import annotations

from base64 import b64decode
from dataclasses import replace

import numpy as np
import pytest
from conftest import Opener
from driving import child
from live_panels import digits, line, show, spiral, train
from projects import project
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QTabBar
from pytestqt.qtbot import QtBot

from nnstudio import assets
from nnstudio.data.sources import Digits, Line, Spiral
from nnstudio.data.split import Split
from nnstudio.engine.activations import ReLU, Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.engine.merging import Concatenate
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.engine.workspace import Workspace
from nnstudio.graph.edits import add_node, bypass, connect, remove
from nnstudio.graph.model import Node
from nnstudio.gui.look.theme import THEMES
from nnstudio.gui.main_window import MainWindow
from nnstudio.gui.panels.features_panel import FeaturesPanel
from nnstudio.gui.plots.class_marks import class_marks
from nnstudio.gui.plots.feature_legend import FeatureLegend
from nnstudio.gui.plots.shown_examples import by_truth
from nnstudio.persistence.project_file import load_project
from nnstudio.project.project import Project

#: Showing a tooltip raises a window, which the platform for tests can't.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise")


def narrow_digits(units: int = 2, **settings: object) -> Project:
    """Digits that have to pass through a few units."""
    layers = Input((1, 8, 8)), Flatten(), Dense(24), ReLU(), Dense(units), Dense(10), Softmax()
    values = {"loss": CategoricalCrossEntropy(), "epochs": 3, **settings}
    return project(Digits(), *layers, **values)


def two_inputs() -> Project:
    """The same numbers come in twice and are put together at once."""
    content = project(Spiral(), Input((2,)))
    graph = add_node(content.graph, Node("again", Input((2,))))
    graph = add_node(graph, Node("both", Concatenate()))
    graph = connect(connect(graph, "input", "both"), "again", "both")
    graph = connect(add_node(graph, Node("sum", Dense(2))), "both", "sum")
    return replace(content, graph=graph)


def empty_text(panel: FeaturesPanel) -> str:
    """The sentence in place of the plot; empty while there is a plot."""
    text = child(panel, "features_empty_text")
    return text.text() if text.isVisible() else ""


def drawn(qtbot: QtBot, panel: FeaturesPanel) -> None:
    """Wait until points are drawn, with every part in its place."""
    qtbot.waitUntil(lambda: len(panel.plot.places) > 0)
    panel.layout().activate()  # what has come or gone makes room now, not with a later event


def panel_of(window: MainWindow) -> FeaturesPanel:
    """The panel of the real window."""
    panel = child(window, "features_panel")
    assert isinstance(panel, FeaturesPanel)
    return panel


def bring_forward(qtbot: QtBot, window: MainWindow, title: str) -> None:
    """Click the tab of a dock, as soon as it is there."""
    found: list[tuple[QTabBar, int]] = []

    def look() -> bool:
        bars = [bar for bar in window.docks.findChildren(QTabBar) if bar.isVisible()]
        tabs = [(bar, place) for bar in bars for place in range(bar.count())]
        found[:] = [(bar, place) for bar, place in tabs if bar.tabText(place) == title]
        return bool(found)

    qtbot.waitUntil(look)
    bar, place = found[0]
    QTest.mouseClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(place).center())


def colours_in(image: QImage) -> set[str]:
    """Every colour that is seen."""
    return {
        QColor(image.pixel(x, y)).name()
        for x in range(image.width())
        for y in range(image.height())
    }


# ------------------------------------------------------------------ in the window


def test_the_points_of_a_sample_move_while_it_trains_and_another_layer_is_chosen_by_keyboard(
    qtbot: QtBot, open_window: Opener
) -> None:
    window = open_window(assets.sample("digits.nnstudio"))
    panel = panel_of(window)
    bring_forward(qtbot, window, "Features")
    qtbot.waitUntil(lambda: len(panel.plot.places) > 0)
    count = len(window.workbench.data.parts.validation)
    assert panel.plot.places.shape == (count, 2)
    before = panel.plot.places
    window.workbench.change_settings("Epochs", epochs=100_000)
    window.workbench.runner.restart()
    QTest.mouseClick(child(window, "run_button"), Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not np.array_equal(panel.plot.places, before))
    during = panel.plot.places
    qtbot.waitUntil(lambda: not np.array_equal(panel.plot.places, during))

    choice = child(window, "features_layer")
    shown = panel.layer_shown()
    choice.setFocus()
    QTest.keyClick(choice, Qt.Key.Key_Home)
    qtbot.waitUntil(lambda: panel.layer_shown() != shown)
    assert panel.layer_shown() == window.workbench.graph.inputs[0]


def test_nothing_is_computed_behind_another_tab(qtbot: QtBot, open_window: Opener) -> None:
    window = open_window(assets.sample("digits.nnstudio"))
    panel = panel_of(window)

    def train_an_epoch() -> None:
        with qtbot.waitSignal(window.workbench.runner.ended):
            assert window.workbench.runner.step_epoch()
        qtbot.waitUntil(lambda: not window.live._timer.isActive())

    window.workbench.runner.restart()
    train_an_epoch()
    assert len(panel.plot.places) == 0, "the tab of the weights is in front"
    bring_forward(qtbot, window, "Features")
    qtbot.waitUntil(lambda: len(panel.plot.places) > 0)
    seen = panel.plot.places
    bring_forward(qtbot, window, "Weights")
    train_an_epoch()
    assert panel.plot.places is seen
    bring_forward(qtbot, window, "Features")
    qtbot.waitUntil(lambda: panel.plot.places is not seen)


def test_a_fresh_window_has_the_panel_behind_those_it_had_before(
    qtbot: QtBot, open_window: Opener
) -> None:
    for size in ((1280, 800), (1024, 768)):
        window = open_window(assets.sample("digits.nnstudio"), size=size)
        assert not panel_of(window).is_seen()
        assert window.docks.docks["curves"].widget().is_seen()
    bring_forward(qtbot, window, "Features")
    assert panel_of(window).is_seen()


def test_both_themes_show_the_points_of_every_class_in_its_colour(
    qtbot: QtBot, open_window: Opener
) -> None:
    window = open_window(assets.sample("digits.nnstudio"))
    panel = panel_of(window)
    bring_forward(qtbot, window, "Features")
    for name in ("light", "dark"):
        window.theme.set(name)
        qtbot.waitUntil(lambda: len(panel.plot.places) > 0)
        seen = colours_in(panel.plot.grab().toImage())
        expected = {colour.lower() for colour, _ in class_marks(10, THEMES[name])}
        assert expected <= seen
        assert THEMES[name].panel.lower() in seen


# ------------------------------------------------------------------ which points


def test_the_axes_of_two_units_are_these_units(qtbot: QtBot) -> None:
    """Compared with a network that ends there, which any workspace can be asked for."""
    panel = show(qtbot, FeaturesPanel, narrow_digits())
    train(qtbot, panel)
    panel.refresh()
    assert panel.layer_shown() == "dense-2"
    assert (panel.plot.x_name, panel.plot.y_name) == ("unit 1", "unit 2")
    model, data = panel.live.model(), panel.live.workbench.data
    weights = model.network.arrays(model.workspace.flat)
    ending = project(Digits(), Input((1, 8, 8)), Flatten(), Dense(24), ReLU(), Dense(2))
    network = ending.network()
    kept = {place.key: weights[place.key] for place in network.places}
    pictures = data.dataset.inputs[data.parts.validation]
    prepared = data.preparation.inputs.apply(pictures).astype(np.float32)
    workspace = Workspace(network, network.gather(kept))
    (answer,) = workspace.predict([np.ascontiguousarray(np.moveaxis(prepared, 0, -1))])
    np.testing.assert_allclose(panel.plot.places, answer.T, rtol=1e-4, atol=1e-4)


def test_the_last_layer_s_points_agree_with_the_model_s_answers(qtbot: QtBot) -> None:
    panel = show(qtbot, FeaturesPanel, spiral())
    train(qtbot, panel)
    choice = child(panel, "features_layer")
    QTest.keyClick(choice, Qt.Key.Key_End)
    qtbot.waitUntil(lambda: panel.layer_shown() == "softmax")
    panel.refresh()
    data = panel.live.workbench.data
    answers = panel.live.model().predict(data.dataset.inputs[data.parts.validation])
    np.testing.assert_allclose(panel.plot.places, answers, rtol=1e-4, atol=1e-6)


def test_more_than_two_features_are_seen_on_their_principal_plane(qtbot: QtBot) -> None:
    panel = show(qtbot, FeaturesPanel, narrow_digits(5))
    qtbot.waitUntil(lambda: panel.layer_shown() == "dense-2" and len(panel.plot.places) > 0)
    places = panel.plot.places
    np.testing.assert_allclose(places.mean(axis=0), 0, atol=1e-4)
    assert abs(np.corrcoef(places.T)[0, 1]) < 1e-3
    first, second = (
        int(name.split(", ")[1].removesuffix(" %"))
        for name in (panel.plot.x_name, panel.plot.name_above)
    )
    assert 100 >= first >= second > 0
    assert first / second == pytest.approx(places[:, 0].var() / places[:, 1].var(), rel=0.1)


def test_a_single_feature_has_a_row_for_each_class(qtbot: QtBot) -> None:
    panel = show(qtbot, FeaturesPanel, narrow_digits(1))
    qtbot.waitUntil(lambda: len(panel.plot.places) > 0)
    data = panel.live.workbench.data
    labels = data.dataset.targets[data.parts.validation]
    np.testing.assert_array_equal(np.rint(panel.plot.places[:, 1]), labels)
    assert [text for _, text in panel.plot.y_axis.ticks(10)] == list(data.dataset.classes)


def test_a_single_feature_stands_over_the_target_of_a_regression(qtbot: QtBot) -> None:
    panel = show(qtbot, FeaturesPanel, line())
    qtbot.waitUntil(lambda: len(panel.plot.places) > 0)
    data = panel.live.workbench.data
    targets = data.dataset.targets[data.parts.validation, 0]
    np.testing.assert_array_equal(panel.plot.places[:, 1], targets)
    assert child(panel, "features_legend").accessibleName().startswith("Colours from")


def test_without_a_validation_part_the_training_part_is_shown(qtbot: QtBot) -> None:
    content = spiral()
    data = replace(content.data, split=Split(validation=0.0))
    panel = show(qtbot, FeaturesPanel, replace(content, data=data), (700, 280))
    qtbot.waitUntil(lambda: len(panel.plot.places) > 0)
    count = len(panel.live.workbench.data.parts.train)
    caption = child(panel, "features_caption")
    assert caption.isVisible()
    assert caption.text() == f"{count} training examples"


def test_a_bypassed_layer_has_no_features_and_the_choice_goes_on_to_another(qtbot: QtBot) -> None:
    panel = show(qtbot, FeaturesPanel, narrow_digits())
    drawn(qtbot, panel)
    assert panel.layer_shown() == "dense-2"
    panel.live.workbench.edit_graph("Bypass", lambda graph: bypass(graph, ["dense-2"], True))
    qtbot.waitUntil(lambda: panel.layer_shown() == "relu")
    qtbot.waitUntil(lambda: not panel.live._timer.isActive())
    choice = child(panel, "features_layer")
    assert isinstance(choice, QComboBox)
    assert choice.findData("dense-2") < 0


def test_the_user_s_choice_of_a_layer_outlives_training_and_edits(qtbot: QtBot) -> None:
    panel = show(qtbot, FeaturesPanel, narrow_digits())
    choice = child(panel, "features_layer")
    assert isinstance(choice, QComboBox)
    qtbot.waitUntil(lambda: panel.layer_shown() == "dense-2")
    QTest.keyClick(choice, Qt.Key.Key_Up)
    qtbot.waitUntil(lambda: panel.layer_shown() == "relu")
    train(qtbot, panel)
    panel.live.workbench.apply("Wider", narrow_digits(7))
    panel.refresh()
    assert panel.layer_shown() == "relu"
    assert "Dense 2, 7 features, narrowest" in [choice.itemText(k) for k in range(choice.count())]


# ------------------------------------------------------------------ pointing


def test_the_example_under_the_pointer_is_told_with_its_class_and_picture(qtbot: QtBot) -> None:
    panel = show(qtbot, FeaturesPanel, narrow_digits(1))
    drawn(qtbot, panel)
    plot, data = panel.plot, panel.live.workbench.data
    alone = int(np.argmax(plot.places[:, 0]))
    place = QPointF(
        plot.x_pixels(plot.places[:, 0])[alone], plot.y_pixels(plot.places[:, 1])[alone]
    )
    assert plot.nearest(place) == alone
    QTest.mouseMove(plot, place.toPoint())
    qtbot.waitUntil(lambda: plot.pointed == alone)
    row = data.parts.validation[alone]
    name = data.dataset.classes[data.dataset.targets[row]]
    assert plot.words(alone) == f"{name} · Example {row:,}, validation"
    assert plot.accessibleDescription() == plot.words(alone)
    assert f"<b>{name}</b>" in plot.tooltip(alone)
    encoded = plot.tooltip(alone).split("base64,")[1].split('"')[0]
    image = QImage.fromData(b64decode(encoded))
    shades = np.array(
        [[image.pixelColor(9 * x + 4, 9 * y + 4).red() for x in range(8)] for y in range(8)]
    )
    picture = data.dataset.inputs[row, 0].astype(float)
    np.testing.assert_allclose(shades, 255 * picture / picture.max(), atol=0.6)
    QTest.mouseMove(plot, QPoint(1, 1))
    qtbot.waitUntil(lambda: plot.pointed == -1)
    assert plot.tooltip(-1) == ""


def test_an_example_of_numbers_is_told_with_its_numbers(qtbot: QtBot) -> None:
    panel = show(qtbot, FeaturesPanel, line())
    qtbot.waitUntil(lambda: len(panel.plot.places) > 0)
    data = panel.live.workbench.data
    row = data.parts.validation[0]
    words = panel.plot.tooltip(0).replace("−", "-")
    assert f"{data.dataset.inputs[row, 0]:#.3g}" in words
    assert f"{data.dataset.targets[row, 0]:#.3g}" in words


def test_arrows_go_from_example_to_example(qtbot: QtBot) -> None:
    panel = show(qtbot, FeaturesPanel, spiral())
    qtbot.waitUntil(lambda: len(panel.plot.places) > 0)
    plot = panel.plot
    plot.setFocus()
    order = np.argsort(plot.places[:, 0], kind="stable")
    for step in (0, 1, 2):
        QTest.keyClick(plot, Qt.Key.Key_Right)
        assert plot.pointed == order[step]
    QTest.keyClick(plot, Qt.Key.Key_Left)
    assert plot.pointed == order[1]
    QTest.keyClick(plot, Qt.Key.Key_Up)
    higher = plot.places[plot.pointed, 1]
    assert higher >= plot.places[order[1], 1]
    QTest.keyClick(plot, Qt.Key.Key_Escape)
    assert plot.pointed == -1


# ------------------------------------------------------------------ nothing to show


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (Project(), "appears here"),
        (project(Line(), Input((1,))), "appears here"),
        (project(Line(), Input((3,)), Dense(1)), "3"),
        (two_inputs(), "several inputs"),
    ],
    ids=["no network", "only an input", "other data", "two inputs"],
)
def test_a_network_without_points_says_why_in_a_sentence(
    qtbot: QtBot, content: Project, sentence: str
) -> None:
    panel = show(qtbot, FeaturesPanel, content)
    qtbot.waitUntil(lambda: bool(empty_text(panel)) or len(panel.plot.places) > 0)
    assert sentence in empty_text(panel)
    assert panel.layer_shown() == ""
    panel.live.workbench.apply("Digits", narrow_digits())
    qtbot.waitUntil(lambda: panel.layer_shown() == "dense-2" and empty_text(panel) == "")


def test_a_sequence_is_one_point_coloured_by_its_first_place(qtbot: QtBot) -> None:
    panel = show(qtbot, FeaturesPanel, load_project(assets.sample("sorting.nnstudio")))
    qtbot.waitUntil(lambda: len(panel.plot.places) > 0)
    examples = panel.plot.examples
    assert examples is not None
    targets = examples.dataset.targets[examples.index]
    assert targets.ndim == 2, "the sample answers with a digit at each place"
    assert len(panel.plot.places) == len(targets)
    colouring = by_truth(examples)
    np.testing.assert_array_equal(colouring.kinds, targets[:, 0])
    assert colouring.words.startswith("Classes of the first place: ")
    assert child(panel, "features_caption").text().endswith("coloured by the first place")
    assert examples.words(0).startswith(f"first {targets[0, 0]} ")


def test_a_network_that_cannot_run_is_told_by_its_first_problem(qtbot: QtBot) -> None:
    panel = show(qtbot, FeaturesPanel, digits())
    qtbot.waitUntil(lambda: panel.layer_shown() == "relu")
    panel.live.workbench.edit_graph("Delete", lambda graph: remove(graph, ["flatten"]))
    qtbot.waitUntil(lambda: bool(empty_text(panel)))
    assert empty_text(panel) in map(str, panel.live.workbench.problems)


def test_weights_that_are_no_numbers_are_told(qtbot: QtBot) -> None:
    panel = show(qtbot, FeaturesPanel, spiral())
    qtbot.waitUntil(lambda: len(panel.plot.places) > 0)
    panel.live.model().workspace.flat[...] = np.nan
    panel.refresh()
    assert "no finite numbers" in empty_text(panel)


@pytest.mark.parametrize("size", [(180, 120), (200, 150), (340, 260), (900, 300)])
def test_choice_legend_and_plot_are_inside_at_any_size(qtbot: QtBot, size: tuple[int, int]) -> None:
    panel = show(qtbot, FeaturesPanel, digits(), size)
    drawn(qtbot, panel)
    names = ("features_layer", "features_caption", "features_legend", "features_plot")
    parts = [child(panel, name).geometry() for name in names if child(panel, name).isVisible()]
    assert len(parts) == (2 if size[1] < 170 else 3 if size[0] < 560 else 4)
    for number, part in enumerate(parts):
        assert panel.rect().contains(part)
        assert not any(part.intersects(other) for other in parts[:number])


@pytest.mark.parametrize("width", [420, 560, 640, 700, 900, 1200])
def test_the_scale_of_targets_is_never_cut_off(qtbot: QtBot, width: int) -> None:
    panel = show(qtbot, FeaturesPanel, line(), (width, 300))
    drawn(qtbot, panel)
    choice = child(panel, "features_colour")
    assert isinstance(choice, QComboBox)
    for place in range(choice.count()):
        choice.setCurrentIndex(place)
        choice.activated.emit(place)
        qtbot.waitUntil(lambda: not panel.live._timer.isActive())
        panel.layout().activate()
        legend = child(panel, "features_legend")
        assert isinstance(legend, FeatureLegend)
        assert legend.width() >= legend.least_width() > 64, choice.currentText()
