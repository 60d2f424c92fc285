"""The Example panel by mouse and keyboard: what it shows against what the network computes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from conftest import Opener
from driving import LEFT, child, click, training_threads
from live_panels import digits, line, show, spiral, train
from projects import project
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from nnstudio import assets
from nnstudio.data.dataset import INPUTS
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Digits, Sine, Sorting
from nnstudio.engine.activations import ReLU, Softmax
from nnstudio.engine.conv import Conv2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.embedding import Embedding
from nnstudio.engine.layer import Array
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.engine.merging import Concatenate
from nnstudio.engine.pooling import MaxPool2D
from nnstudio.engine.recurrent import LSTM
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.explaining.saliency import by_place, gradient, integrated_gradients
from nnstudio.explaining.score import score_of
from nnstudio.explaining.sensitivity import Explained
from nnstudio.graph.edits import add_node, bypass, connect, remove, replace_layer
from nnstudio.graph.model import Node
from nnstudio.gui.evaluating.mistakes_page import MistakesPage
from nnstudio.gui.explaining import asking
from nnstudio.gui.explaining.inside import Inside
from nnstudio.gui.look.number_text import number_text
from nnstudio.gui.looking.example_table import ExampleTable
from nnstudio.gui.looking.wall import Wall
from nnstudio.gui.main_window import MainWindow
from nnstudio.gui.panels.evaluate_panel import EvaluatePanel
from nnstudio.gui.panels.example_panel import ExamplePanel
from nnstudio.persistence.project_file import load_project
from nnstudio.project.project import Project

#: Showing a tooltip raises a window, which the platform for tests can't.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support raise")
Key = Qt.Key
SIZE = (760, 420)


def convolving(**settings: object) -> Project:
    """Two convolutions on small pictures."""
    layers = (
        Input((1, 8, 8)),
        Conv2D(4, padding="same"),
        ReLU(),
        MaxPool2D(),
        Conv2D(6),
        ReLU(),
        Flatten(),
        Dense(10),
        Softmax(),
    )
    values = {"loss": CategoricalCrossEntropy(), "epochs": 2, **settings}
    return project(Digits(), *layers, **values)


def settled(qtbot: QtBot, panel: ExamplePanel) -> None:
    """Wait until everything that was asked is shown."""
    live = panel.live

    def rests() -> bool:
        busy = panel.saliency_page.asking.is_busy or panel.is_searching
        return not busy and not live._timer.isActive() and panel not in live._stale

    qtbot.waitUntil(rests)


def shown(qtbot: QtBot, content: Project) -> ExamplePanel:
    panel = show(qtbot, ExamplePanel, content, SIZE)
    settled(qtbot, panel)
    return panel


@pytest.fixture
def digits_panel(qtbot: QtBot) -> ExamplePanel:
    return shown(qtbot, digits(epochs=2))


@pytest.fixture
def conv_panel(qtbot: QtBot) -> ExamplePanel:
    return shown(qtbot, convolving())


def inside(panel: ExamplePanel) -> Inside:
    assert panel.inside is not None
    return panel.inside


def text(panel: QWidget, name: str) -> str:
    label = child(panel, name)
    assert isinstance(label, QLabel)
    return label.text()


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


@pytest.mark.parametrize("width", [460, 760])
def test_what_is_said_of_a_sequence_of_numbers_is_whole(qtbot: QtBot, width: int) -> None:
    content = replace(load_project(assets.sample("sorting.nnstudio")), trained=None)
    panel = show(qtbot, ExamplePanel, content, (width, 330))
    settled(qtbot, panel)
    numbers = inside(panel).chosen.columns[INPUTS][0]
    assert text(panel, "example_numbers") == "Input " + " ".join(f"{n:g}" for n in numbers)
    caption = child(panel, "example_caption")
    assert isinstance(caption, QLabel)
    assert "down: features" in caption.text()
    assert caption.fontMetrics().horizontalAdvance(caption.text()) <= caption.width()
    assert caption.text().endswith("click one") == (width == 760), "the hint gives way"


def rows(panel: ExamplePanel, part: str = "validation") -> Array:
    data = panel.live.workbench.data
    assert data is not None
    return {"validation": data.parts.validation, "training": data.parts.train}[part]


def is_right(panel: ExamplePanel, part: str = "validation") -> Array:
    """For each example of a part whether it is answered rightly, asked in one go."""
    data, model = panel.live.workbench.data, panel.live.model()
    assert data is not None
    assert model is not None
    where = rows(panel, part)
    answers = model.predict_first(data.dataset.inputs[where], stepped=True)
    right: Array = answers.argmax(axis=1) == data.dataset.targets[where]
    return right


# ------------------------------------------------------------------ choosing


def test_an_example_is_chosen_by_part_number_and_steps(
    digits_panel: ExamplePanel, qtbot: QtBot
) -> None:
    panel = digits_panel
    where = rows(panel)
    assert text(panel, "example_name") == f"Example {where[0] + 1:,}"
    click(panel, "example_next")
    settled(qtbot, panel)
    assert text(panel, "example_name") == f"Example {where[1] + 1:,}"
    for _ in range(2):
        click(panel, "example_previous")
    settled(qtbot, panel)
    assert text(panel, "example_name") == f"Example {where[-1] + 1:,}", "round to the last"
    number = child(panel, "example_number")
    assert isinstance(number, QSpinBox)
    number.setFocus()
    number.selectAll()
    QTest.keyClicks(number, "7")
    QTest.keyClick(number, Key.Key_Return)
    settled(qtbot, panel)
    assert inside(panel).chosen.position == where[6]
    choose(panel, "example_part", "Training")
    settled(qtbot, panel)
    assert inside(panel).chosen.position == rows(panel, "training")[0]
    assert text(panel, "example_count") == f"of {len(rows(panel, 'training')):,}"


def test_any_example_is_another_one_of_the_part(digits_panel: ExamplePanel, qtbot: QtBot) -> None:
    seen = {inside(digits_panel).chosen.position}
    for _ in range(8):
        before = inside(digits_panel).chosen.position
        click(digits_panel, "example_random")
        settled(qtbot, digits_panel)
        assert inside(digits_panel).chosen.position != before
        seen.add(inside(digits_panel).chosen.position)
    assert len(seen) > 2
    assert seen <= set(rows(digits_panel).tolist())


def test_the_answer_and_the_truth_are_those_of_the_network_and_the_data(
    digits_panel: ExamplePanel, qtbot: QtBot
) -> None:
    panel = digits_panel
    train(qtbot, panel)
    settled(qtbot, panel)
    data, model = panel.live.workbench.data, panel.live.model()
    assert data is not None
    assert model is not None
    position = rows(panel)[0]
    answer = model.predict_first(data.dataset.inputs[position][None], stepped=True)[0]
    assert text(panel, "example_truth") == f"Truth {data.dataset.targets[position]}"
    assert text(panel, "example_answer") == f"Answer {answer.argmax()}"
    assert text(panel, "example_sure").endswith("% sure")


def test_the_next_wrong_one_is_found_and_after_the_last_the_first(
    digits_panel: ExamplePanel, qtbot: QtBot
) -> None:
    panel = digits_panel
    train(qtbot, panel)
    settled(qtbot, panel)
    wrong = rows(panel)[~is_right(panel)].tolist()
    assert len(wrong) > 1
    if inside(panel).is_wrong:  # searching begins behind it
        wrong = wrong[1:] + wrong[:1]
    for expected in [*wrong, wrong[0]]:
        click(panel, "example_wrong")
        settled(qtbot, panel)
        assert inside(panel).chosen.position == expected
        assert child(panel, "example_answer").property("role") == "error"


def test_that_nothing_is_wrong_is_said(qtbot: QtBot) -> None:
    panel = shown(qtbot, spiral())
    said: list[str] = []
    panel.live.workbench.said.connect(lambda words, _: said.append(words))
    right = is_right(panel)
    where = rows(panel)
    data = panel.live.workbench.data
    assert data is not None
    # Only right ones, as far as first weights get.
    object.__setattr__(data.parts, "validation", where[right])
    click(panel, "example_wrong")
    settled(qtbot, panel)
    assert said == ["No other example of this part is answered wrongly"]


def test_numbers_have_no_wrong_answers_to_look_for(qtbot: QtBot) -> None:
    panel = shown(qtbot, line())
    assert not child(panel, "example_wrong").isVisible()
    assert text(panel, "example_truth").startswith("Truth ")


# ------------------------------------------------------------------ a layer


def test_the_first_hidden_layer_is_shown_at_first_and_then_what_is_chosen(
    digits_panel: ExamplePanel, qtbot: QtBot
) -> None:
    panel = digits_panel
    page, graph = panel.layer_page, panel.live.project.graph
    assert isinstance(graph.by_id[page.node].layer, Dense)
    choose(panel, "example_layer", "ReLU")
    settled(qtbot, panel)
    np.testing.assert_array_equal(page.bars.values, inside(panel).values(page.node))
    assert page.bars.names[:2] == ("unit 1", "unit 2")
    softmax = next(node.id for node in graph.nodes if isinstance(node.layer, Softmax))
    panel.live.workbench.select((softmax,))
    settled(qtbot, panel)
    assert page.node == softmax
    assert page.bars.names == tuple(str(k) for k in range(10))
    assert page.bars.values.sum() == pytest.approx(1, rel=1e-5)


def test_a_card_that_is_not_computed_changes_nothing(
    digits_panel: ExamplePanel, qtbot: QtBot
) -> None:
    panel, workbench = digits_panel, digits_panel.live.workbench
    relu = next(node.id for node in workbench.graph.nodes if isinstance(node.layer, ReLU))
    first = panel.layer_page.node
    workbench.edit_graph("Bypass", lambda graph: bypass(graph, [relu], True))
    settled(qtbot, panel)
    workbench.select((relu,))
    settled(qtbot, panel)
    assert panel.layer_page.node == first


def test_units_are_sorted_by_what_they_give(digits_panel: ExamplePanel, qtbot: QtBot) -> None:
    bars = digits_panel.layer_page.bars
    assert bars.order == tuple(range(24))
    click(digits_panel, "example_sort")
    settled(qtbot, digits_panel)
    in_order = bars.values[list(bars.order)]
    assert (np.diff(in_order) <= 0).all()
    assert in_order[0] == bars.values.max()


def test_a_unit_is_taken_apart_into_weight_times_input(
    digits_panel: ExamplePanel, qtbot: QtBot
) -> None:
    panel, page = digits_panel, digits_panel.layer_page
    choose(panel, "example_layer", "Dense 2")
    settled(qtbot, panel)
    now, row = inside(panel), page.bars.row_rect(4).center().toPoint()
    QTest.mouseClick(page.bars.viewport(), LEFT, pos=row)
    settled(qtbot, panel)
    arrays = now.model.network.arrays(now.model.workspace.flat)
    (before,) = now.before(page.node)
    expected = arrays[page.node, "weight"][4] * now.values(before)
    np.testing.assert_allclose(page.products.values, expected)
    assert abs(expected[page.products.order[0]]) == np.abs(expected).max(), "the weightiest first"
    total = float(expected.sum() + arrays[page.node, "bias"][4])
    assert total == pytest.approx(float(now.values(page.node)[4]), rel=1e-4, abs=1e-5)
    assert text(panel, "example_caption").endswith(f"= {number_text(total)}")
    assert text(panel, "example_map_title") == "“4”", "a score for each class"
    QTest.keyClick(page.products, Key.Key_Escape)
    settled(qtbot, panel)
    assert page.bars.isVisible()
    QTest.keyClick(page.bars, Key.Key_Down)
    QTest.keyClick(page.bars, Key.Key_Return)
    settled(qtbot, panel)
    assert page.unit == page.bars.order[page.bars.current]
    assert page.products.isVisible()
    click(panel, "example_all_maps")
    choose(panel, "example_layer", "ReLU")
    settled(qtbot, panel)
    QTest.mouseClick(page.bars.viewport(), LEFT, pos=row)
    assert not page.products.isVisible(), "a ReLU adds nothing up"


def test_every_layers_outputs_are_those_of_a_forward_pass(conv_panel: ExamplePanel) -> None:
    from nnstudio.engine.layer import Call

    now = inside(conv_panel)
    network = now.model.network
    variables = network.views(now.model.workspace.flat)
    for i, step in enumerate(network.steps):
        if step.inputs:
            xs = tuple(now.outputs[network.steps[j].node] for j in step.inputs)
            expected = step.layer.forward(variables[i], xs, Call())
            np.testing.assert_allclose(now.outputs[step.node], expected, rtol=1e-4, atol=1e-5)


def test_a_click_enlarges_a_map_and_escape_goes_back(
    conv_panel: ExamplePanel, qtbot: QtBot
) -> None:
    page = conv_panel.layer_page
    assert page.tiles.count == 4
    QTest.mouseClick(page.tiles, LEFT, pos=page.tiles.rect_of(2).center())
    settled(qtbot, conv_panel)
    assert page.detail.isVisible()
    assert text(conv_panel, "example_map_title") == "map 3 of 4"
    np.testing.assert_array_equal(
        page.detail.picture.tiles[0], inside(conv_panel).values(page.node)[2]
    )
    QTest.keyClick(page.detail.picture, Key.Key_Escape)
    settled(qtbot, conv_panel)
    assert page.tiles.isVisible()
    assert not page.detail.isVisible()
    for key in (Key.Key_Right, Key.Key_Right, Key.Key_Return):
        QTest.keyClick(page.tiles, key)
    settled(qtbot, conv_panel)
    assert page.detail.map == (page.tiles.cell[0] if page.tiles.cell else None)
    click(conv_panel, "example_all_maps")
    settled(qtbot, conv_panel)
    assert page.tiles.isVisible()


def test_pointing_at_a_number_shows_patch_filter_and_sum(
    conv_panel: ExamplePanel, qtbot: QtBot
) -> None:
    page = conv_panel.layer_page
    choose(conv_panel, "example_layer", "Conv2D 2")
    settled(qtbot, conv_panel)
    QTest.mouseClick(page.tiles, LEFT, pos=page.tiles.rect_of(5).center())
    settled(qtbot, conv_panel)
    picture, making = page.detail.picture, page.detail.making
    QTest.mouseMove(picture, picture.rect_of_cell((0, 0, 1)).center())
    assert picture.cell == (0, 0, 1)
    made, now = making.making, inside(conv_panel)
    assert made is not None
    (before,) = now.before(page.node)
    np.testing.assert_array_equal(made.patch, now.values(before)[:, 0:3, 1:4])
    assert made.total == pytest.approx(float(now.values(page.node)[5, 0, 1]), rel=1e-4, abs=1e-5)
    assert "→ ReLU 2" in making.sum_text
    QTest.keyClick(picture, Key.Key_Down)
    assert picture.cell == (0, 1, 1)
    assert making.making is not made
    np.testing.assert_array_equal(making.making.patch, now.values(before)[:, 1:4, 1:4])


def test_the_part_of_the_example_that_is_looked_at_has_a_frame(
    conv_panel: ExamplePanel, qtbot: QtBot
) -> None:
    page, face = conv_panel.layer_page, conv_panel.face.picture
    page.enlarge(0)
    settled(qtbot, conv_panel)
    picture = page.detail.picture
    QTest.mouseMove(picture, picture.rect_of_cell((0, 4, 6)).center())
    assert face.patch == (3, 5, 3, 3)
    page.show_all()
    assert face.patch is None


def test_a_map_that_no_convolution_made_says_what_it_was_made_from(
    conv_panel: ExamplePanel, qtbot: QtBot
) -> None:
    page = conv_panel.layer_page
    choose(conv_panel, "example_layer", "ReLU 1")
    settled(qtbot, conv_panel)
    page.enlarge(1)
    settled(qtbot, conv_panel)
    assert not page.detail.making.isVisible()
    picture, now = page.detail.picture, inside(conv_panel)
    QTest.mouseMove(picture, picture.rect_of_cell((0, 2, 5)).center())
    given, made = (float(now.values(n)[1, 2, 5]) for n in (*now.before(page.node), page.node))
    expected = f"max(0, {number_text(given)}) = {number_text(made)}"
    assert text(conv_panel, "example_map_equation") == expected
    choose(conv_panel, "example_layer", "MaxPool2D")
    settled(qtbot, conv_panel)
    page.enlarge(1)
    assert "MaxPool2D gives" in text(conv_panel, "example_map_equation")
    assert text(conv_panel, "example_map_words") == "The greatest of 4 numbers"


def test_a_sequences_features_are_a_heat_map(qtbot: QtBot) -> None:
    panel = shown(
        qtbot, project(Sine(), Input((24, 1)), LSTM(5, return_sequences=True), LSTM(3), Dense(1))
    )
    page = panel.layer_page
    np.testing.assert_array_equal(page.tiles.tiles[0], inside(panel).values(page.node).T)
    assert "across: places" in text(panel, "example_caption")
    page.tiles.setFocus()
    QTest.keyClick(page.tiles, Key.Key_Right)
    QTest.keyClick(page.tiles, Key.Key_Right)
    QTest.keyClick(page.tiles, Key.Key_Down)
    assert page.tiles.accessibleDescription().startswith("Place 2, feature 2: ")


# ------------------------------------------------------------------ through the network


def test_the_strip_has_a_row_for_each_layer_and_a_click_shows_it(
    conv_panel: ExamplePanel, qtbot: QtBot
) -> None:
    panel = conv_panel
    click(panel, "example_network_button")
    settled(qtbot, panel)
    strip = panel.strip
    order = [step.node for step in inside(panel).model.network.steps]
    assert list(strip.nodes) == order
    QTest.mouseClick(strip.viewport(), LEFT, pos=strip.rect_of(3).center())
    settled(qtbot, panel)
    assert panel.page == "layer"
    assert panel.layer_page.node == order[3]
    assert panel.live.workbench.selection == (order[3],), "and on the canvas"


def test_the_strip_is_walked_by_keyboard(conv_panel: ExamplePanel, qtbot: QtBot) -> None:
    click(conv_panel, "example_network_button")
    settled(qtbot, conv_panel)
    strip = conv_panel.strip
    strip.setFocus()
    QTest.keyClick(strip, Key.Key_End)
    assert strip.rect_of(8).bottom() <= strip.viewport().height(), "the last row is in sight"
    QTest.keyClick(strip, Key.Key_Up)
    assert strip.accessibleDescription() == "Dense, 10"
    QTest.keyClick(strip, Key.Key_Return)
    settled(qtbot, conv_panel)
    assert conv_panel.layer_page.node == strip.nodes[7]


# ------------------------------------------------------------------ saliency


def explained(panel: ExamplePanel, number: int, place: tuple[int, ...] = ()) -> Explained:
    """The score as the panel should have explained it, put together anew."""
    now = inside(panel)
    model = now.model
    given = {model.network.input_steps[0]: now.chosen.prepared(model)[0]}
    score = score_of(model, number, place)
    source = panel.saliency_page.question.source
    return Explained(model.network, model.workspace.flat, given, source, score)


def test_the_gradient_of_the_answer_lies_over_the_picture(
    conv_panel: ExamplePanel, qtbot: QtBot
) -> None:
    panel = conv_panel
    click(panel, "example_saliency_button")
    settled(qtbot, panel)
    said = inside(panel).said()
    expected = by_place(gradient(explained(panel, said)))
    np.testing.assert_allclose(panel.saliency_page.view.values, expected, rtol=1e-4, atol=1e-6)
    assert expected.shape == (8, 8)
    assert f"Score of “{said}”" in text(panel, "saliency_words")
    choose(panel, "saliency_class", "3")
    settled(qtbot, panel)
    expected = by_place(gradient(explained(panel, 3)))
    np.testing.assert_allclose(panel.saliency_page.view.values, expected, rtol=1e-4, atol=1e-6)


def test_opacity_makes_the_colours_stronger(conv_panel: ExamplePanel, qtbot: QtBot) -> None:
    click(conv_panel, "example_saliency_button")
    settled(qtbot, conv_panel)
    view, slider = conv_panel.saliency_page.view, child(conv_panel, "saliency_opacity")
    slider.setFocus()
    QTest.keyClick(slider, Key.Key_Home)
    plain = view.grab().toImage()
    QTest.keyClick(slider, Key.Key_End)
    assert view.opacity == 1.0
    assert view.grab().toImage() != plain
    colours = {plain.pixelColor(x, y).saturation() for x in range(60) for y in range(60)}
    assert colours == {0}, "without colours it is the picture itself"


def test_grad_cam_is_of_the_last_convolution_until_another_is_chosen(
    conv_panel: ExamplePanel, qtbot: QtBot
) -> None:
    from nnstudio.explaining.grad_cam import grad_cam

    panel = conv_panel
    click(panel, "example_saliency_button")
    settled(qtbot, panel)
    assert not child(panel, "saliency_layer").isVisible()
    choose(panel, "saliency_method", "Grad-CAM")
    settled(qtbot, panel)
    box = child(panel, "saliency_layer")
    assert isinstance(box, QComboBox)
    assert box.currentText() == "Conv2D 2"
    for title, maps in (("Conv2D 2", 5), ("Conv2D 1", 2)):
        choose(panel, "saliency_layer", title)
        settled(qtbot, panel)
        f = explained(panel, inside(panel).said())
        expected = grad_cam(f.network, f.flat, f.given, maps, f.score)
        np.testing.assert_allclose(panel.saliency_page.view.values, expected, rtol=1e-4, atol=1e-6)


def test_a_row_of_numbers_has_a_bar_for_each_and_no_grad_cam(qtbot: QtBot) -> None:
    panel = shown(qtbot, spiral())
    click(panel, "example_saliency_button")
    choose(panel, "saliency_method", "Integrated gradients")
    settled(qtbot, panel)
    page = panel.saliency_page
    assert page.bars.isVisible()
    expected = integrated_gradients(explained(panel, inside(panel).said()))
    np.testing.assert_allclose(page.bars.values, expected.values, rtol=1e-4, atol=1e-6)
    assert "add up to" in text(panel, "saliency_words")
    box = child(panel, "saliency_method")
    box.setFocus()
    QTest.keyClick(box, Key.Key_End)
    assert box.currentText() != "Grad-CAM", "it can't be chosen"
    tip = box.itemData(box.findText("Grad-CAM"), Qt.ItemDataRole.ToolTipRole)
    assert "needs a picture" in tip


def test_of_a_number_it_is_the_gradient_of_the_number_itself(qtbot: QtBot) -> None:
    panel = shown(qtbot, line())
    click(panel, "example_saliency_button")
    settled(qtbot, panel)
    now = inside(panel)
    weight = now.model.network.arrays(now.model.workspace.flat)[now.head, "weight"]
    assert panel.saliency_page.bars.values[0] == pytest.approx(abs(float(weight[0, 0])))
    assert not child(panel, "saliency_class").isVisible()
    assert "(scaled as in training)" in text(panel, "saliency_words"), "the answer says another"


def test_a_number_that_is_answered_as_it_is_has_no_other_scale(qtbot: QtBot) -> None:
    plain = line()
    plain = replace(plain, data=replace(plain.data, targets="none"))
    panel = shown(qtbot, plain)
    click(panel, "example_saliency_button")
    settled(qtbot, panel)
    assert "scaled" not in text(panel, "saliency_words")


def test_words_that_are_looked_up_are_explained_place_by_place(qtbot: QtBot) -> None:
    layers = Input((8,)), Embedding(20, 4), Dense(20), Softmax()
    content = project(Sorting(), *layers, loss=CategoricalCrossEntropy())
    from dataclasses import replace

    content = replace(content, data=DataSettings(Sorting(), inputs="none"))
    panel = shown(qtbot, content)
    click(panel, "example_saliency_button")
    settled(qtbot, panel)
    place = child(panel, "saliency_place")
    assert isinstance(place, QSpinBox)
    assert place.maximum() == 8
    place.setFocus()
    for _ in range(2):
        QTest.keyClick(place, Key.Key_Up)
    settled(qtbot, panel)
    bars = panel.saliency_page.bars
    assert bars.names[0].startswith("place 1: ")
    f = explained(panel, inside(panel).said(2), (2,))
    lengths = np.linalg.norm(gradient(f).values, axis=1)
    np.testing.assert_allclose(bars.values, lengths, rtol=1e-4, atol=1e-6)
    assert np.flatnonzero(bars.values).tolist() == [2], "each place is answered by itself"
    assert "looked up" in text(panel, "saliency_words")


def test_a_sequences_places_are_coloured(qtbot: QtBot) -> None:
    panel = shown(qtbot, project(Sine(), Input((24, 1)), LSTM(5), Dense(1)))
    click(panel, "example_saliency_button")
    settled(qtbot, panel)
    expected = by_place(gradient(explained(panel, 0)))
    assert expected.shape == (24,)
    np.testing.assert_allclose(panel.saliency_page.view.values, expected, rtol=1e-4, atol=1e-6)


def test_long_work_is_done_on_a_thread_with_the_same_result(
    conv_panel: ExamplePanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    panel = conv_panel
    click(panel, "example_saliency_button")
    choose(panel, "saliency_method", "SmoothGrad")
    settled(qtbot, panel)
    at_once = panel.saliency_page.view.values
    monkeypatch.setattr(asking, "AT_ONCE", 0)
    choose(panel, "saliency_method", "Gradient")
    settled(qtbot, panel)
    with qtbot.waitSignal(panel.saliency_page.asking.ended):
        choose(panel, "saliency_method", "SmoothGrad")
    settled(qtbot, panel)
    assert panel.saliency_page.view.values is not at_once
    np.testing.assert_allclose(panel.saliency_page.view.values, at_once, rtol=1e-5, atol=1e-7)


def held(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let long work wait until it is told to go on, or nobody wants it; returns what tells it."""
    import threading

    from nnstudio.explaining import saliency
    from nnstudio.explaining.sensitivity import Interrupted

    gate = threading.Event()
    plain = saliency.METHODS["integrated"]

    def waiting(f: Explained) -> saliency.Saliency:
        while not gate.wait(0.005):
            if f.interrupted():
                raise Interrupted
        return plain(f)

    monkeypatch.setattr(asking, "AT_ONCE", 0)
    monkeypatch.setitem(saliency.METHODS, "integrated", waiting)  # type: ignore[arg-type]
    return gate.set


def test_long_work_is_cancelled_and_taken_up_again(
    conv_panel: ExamplePanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = held(monkeypatch)
    panel, page = conv_panel, conv_panel.saliency_page
    click(panel, "example_saliency_button")
    settled(qtbot, panel)
    choose(panel, "saliency_method", "Integrated gradients")
    qtbot.waitUntil(lambda: child(panel, "saliency_cancel").isVisible())
    assert "Working it out" in text(panel, "saliency_words")
    assert page.view.values is None, "nothing of another method is shown for it"
    click(panel, "saliency_cancel")
    qtbot.waitUntil(lambda: "nnstudio-saliency" not in training_threads())
    settled(qtbot, panel)
    assert "Cancelled" in text(panel, "saliency_words")
    go_on()
    click(panel, "saliency_cancel")
    settled(qtbot, panel)
    assert page.saliency is not None
    assert not child(panel, "saliency_cancel").isVisible()


def test_another_page_stops_the_thread(
    conv_panel: ExamplePanel, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    held(monkeypatch)
    panel = conv_panel
    click(panel, "example_saliency_button")
    settled(qtbot, panel)
    choose(panel, "saliency_method", "Integrated gradients")
    qtbot.waitUntil(lambda: "nnstudio-saliency" in training_threads())
    click(panel, "example_layer_button")
    qtbot.waitUntil(lambda: "nnstudio-saliency" not in training_threads())


def test_of_several_outputs_one_is_chosen(qtbot: QtBot) -> None:
    content = digits()
    graph = content.graph
    for node, before in (
        (Node("second", Dense(10)), graph.nodes[1].id),
        (Node("other", Softmax()), "second"),
    ):
        graph = connect(add_node(graph, node), before, node.id)
    panel = shown(qtbot, content.with_graph(graph))
    click(panel, "example_saliency_button")
    model = inside(panel).model
    for k, output in enumerate(model.outputs):
        choose(panel, "example_output", output.name)
        settled(qtbot, panel)
        answers = model.answers(inside(panel).chosen.columns, stepped=True)
        np.testing.assert_allclose(inside(panel).answer, answers[k][0], rtol=1e-4, atol=1e-6)
        question = panel.saliency_page.question
        assert question is not None
        assert (question.output, question.number) == (k, answers[k][0].argmax())


def test_of_several_inputs_one_is_looked_at(qtbot: QtBot) -> None:
    content = digits()
    flat = content.graph.nodes[1]
    layers = [("again", Input((1, 8, 8))), ("flat again", Flatten()), ("both", Concatenate())]
    graph = content.graph
    for name, layer in layers:
        graph = add_node(graph, Node(name, layer))
    (edge,) = [edge for edge in graph.edges if edge.source == flat.id]
    graph, after = remove(graph, edges=[edge]), edge.target
    for before, behind in (
        ("again", "flat again"),
        (flat.id, "both"),
        ("flat again", "both"),
        ("both", after),
    ):
        graph = connect(graph, before, behind)
    panel = shown(qtbot, content.with_graph(graph))
    click(panel, "example_saliency_button")
    settled(qtbot, panel)
    found = []
    box = child(panel, "saliency_input")
    assert isinstance(box, QComboBox)
    for k in range(2):
        choose(panel, "saliency_input", box.itemText(k))
        settled(qtbot, panel)
        assert panel.saliency_page.saliency is not None
        found.append(panel.saliency_page.saliency.values)
    assert found[0].shape == found[1].shape == (1, 8, 8)
    assert not np.allclose(found[0], found[1]), "each has weights of its own"


# ------------------------------------------------------------------ live


def test_behind_another_tab_nothing_is_asked(open_window: Opener, qtbot: QtBot) -> None:
    window = open_window(assets.sample("digits.nnstudio"), size=(1440, 900))
    panel = open_dock(window, qtbot)
    window.docks.docks["weights"].raise_()
    qtbot.waitUntil(lambda: not panel.is_seen())
    seen = panel.inside
    window.workbench.runner.restart()
    with qtbot.waitSignal(window.workbench.runner.ended):
        window.workbench.runner.step_batch()
    qtbot.waitUntil(lambda: not window.live._timer.isActive())
    assert panel.inside is seen
    window.docks.docks["example"].raise_()
    qtbot.waitUntil(lambda: panel.inside is not seen)


def test_while_training_runs_everything_follows(conv_panel: ExamplePanel, qtbot: QtBot) -> None:
    panel = conv_panel
    before = inside(panel).values(panel.layer_page.node).copy()
    train(qtbot, panel)
    settled(qtbot, panel)
    assert not np.array_equal(inside(panel).values(panel.layer_page.node), before)
    assert text(panel, "example_note") == ""
    click(panel, "example_saliency_button")
    settled(qtbot, panel)
    seen = panel.saliency_page.view.values
    with qtbot.waitSignal(panel.live.workbench.runner.ended):
        panel.live.workbench.runner.run()
        qtbot.waitUntil(lambda: panel.saliency_page.view.values is not seen)
    settled(qtbot, panel)
    expected = by_place(gradient(explained(panel, inside(panel).said())))
    np.testing.assert_allclose(panel.saliency_page.view.values, expected, rtol=1e-4, atol=1e-6)


def test_a_moment_that_is_looked_at_is_shown(digits_panel: ExamplePanel, qtbot: QtBot) -> None:
    panel, live = digits_panel, digits_panel.live
    first = inside(panel).answer.copy()
    train(qtbot, panel)
    settled(qtbot, panel)
    last = inside(panel).answer.copy()
    live.look_at(0)
    qtbot.waitUntil(lambda: np.allclose(inside(panel).answer, first, atol=1e-6))
    live.look_at(None)
    qtbot.waitUntil(lambda: np.allclose(inside(panel).answer, last, atol=1e-6))


# ------------------------------------------------------------------ in the window


def test_nothing_is_made_until_the_dock_is_opened(open_window: Opener, qtbot: QtBot) -> None:
    window = open_window(assets.sample("digits.nnstudio"))
    dock = window.docks.docks["example"]
    assert dock.widget() is None
    dock.toggleViewAction().trigger()
    qtbot.waitUntil(lambda: isinstance(dock.widget(), ExamplePanel))


def open_dock(window: MainWindow, qtbot: QtBot) -> ExamplePanel:
    """Open it as soon as the docks have found their places."""
    docks = window.docks
    qtbot.waitUntil(lambda: bool(docks.tabifiedDockWidgets(docks.docks["weights"])))
    docks.docks["example"].toggleViewAction().trigger()
    qtbot.waitUntil(lambda: isinstance(docks.docks["example"].widget(), ExamplePanel))
    docks.docks["example"].raise_()
    panel = child(window, "example_panel")
    assert isinstance(panel, ExamplePanel)
    qtbot.waitUntil(lambda: panel.is_seen() and panel.inside is not None)
    return panel


def test_an_example_that_another_view_asks_for_is_shown(open_window: Opener, qtbot: QtBot) -> None:
    window = open_window(assets.sample("digits.nnstudio"))
    data, docks = window.workbench.data, window.docks
    assert data is not None
    wanted = int(data.parts.test[3])
    qtbot.waitUntil(lambda: bool(docks.tabifiedDockWidgets(docks.docks["weights"])))
    window.workbench.show_example(wanted)
    qtbot.waitUntil(lambda: isinstance(window.docks.docks["example"].widget(), ExamplePanel))
    panel = child(window, "example_panel")
    assert isinstance(panel, ExamplePanel)
    qtbot.waitUntil(lambda: panel.inside is not None and panel.is_seen())
    assert inside(panel).chosen.position == wanted
    assert panel.choice.part == "test"
    window.workbench.show_example(int(data.parts.train[5]))
    qtbot.waitUntil(lambda: panel.choice.part == "training" and panel.choice.place == 5)


def test_a_mistake_and_an_example_of_the_data_are_looked_into(
    open_window: Opener, qtbot: QtBot
) -> None:
    window = open_window(assets.sample("digits.nnstudio"), size=(1440, 900))
    panel = open_dock(window, qtbot)
    click(window, "stage_evaluate")
    evaluate = child(window, "evaluate_panel")
    assert isinstance(evaluate, EvaluatePanel)
    qtbot.waitUntil(lambda: evaluate.judged is not None and evaluate.is_seen())
    click(evaluate, "evaluate_mistakes_button")
    qtbot.waitUntil(lambda: child(evaluate, "evaluate_look_inside").isVisible())
    page = evaluate.pages["mistakes"]
    assert isinstance(page, MistakesPage)
    judged = evaluate.judged
    assert judged is not None
    click(evaluate, "evaluate_look_inside")
    worst = judged.row(int(page.list.answers[0]))
    qtbot.waitUntil(lambda: inside(panel).chosen.position == worst)
    assert inside(panel).is_wrong
    wall = page.list.wall
    QTest.mouseDClick(wall.viewport(), LEFT, pos=wall.rect_of(1).center())
    second = judged.row(int(page.list.answers[1]))
    qtbot.waitUntil(lambda: inside(panel).chosen.position == second)
    window.docks.docks["data_view"].raise_()
    data_view = child(window, "data_view_panel")
    qtbot.waitUntil(
        lambda: data_view.isVisible() and child(data_view, "examples_table").isVisible()
    )
    table = child(data_view, "examples_table")
    assert isinstance(table, ExampleTable)
    qtbot.waitUntil(lambda: table.examples_model.rowCount() > 0)
    table.go_to(12)
    table.setFocus()
    QTest.keyClick(table, Key.Key_Return)
    qtbot.waitUntil(lambda: inside(panel).chosen.position == 12)
    click(data_view, "data_view_pictures")
    wall = child(data_view, "examples_wall")
    assert isinstance(wall, Wall)
    wall.go_to(4)
    QTest.keyClick(wall, Key.Key_Return)
    qtbot.waitUntil(lambda: inside(panel).chosen.position == 4)


def test_the_drawing_is_followed_while_one_draws(open_window: Opener, qtbot: QtBot) -> None:
    window = open_window(assets.sample("digits.nnstudio"), size=(1440, 900))
    panel = open_dock(window, qtbot)
    choose(panel, "example_part", "The drawing")
    qtbot.waitUntil(lambda: "Nothing is drawn" in text(panel, "example_note"))
    pad = child(window, "drawing_pad")
    QTest.mousePress(pad, LEFT, pos=QPoint(30, 20))
    QTest.mouseMove(pad, QPoint(30, 60))
    qtbot.waitUntil(lambda: bool(inside(panel).chosen.columns["inputs"].any()))
    half = inside(panel).answer.copy()
    QTest.mouseMove(pad, QPoint(90, 90))
    QTest.mouseRelease(pad, LEFT, pos=QPoint(90, 90))
    qtbot.waitUntil(lambda: not np.array_equal(inside(panel).answer, half))
    qtbot.waitUntil(lambda: not window.live._timer.isActive())
    answered = window.docks.try_panel.probabilities()
    np.testing.assert_allclose(inside(panel).answer, answered, rtol=1e-4, atol=1e-6)
    assert text(panel, "example_truth") == "", "nobody knows what was meant"


# ------------------------------------------------------------------ nothing to show


def test_weights_that_are_no_numbers_are_shown_as_such(
    conv_panel: ExamplePanel, qtbot: QtBot
) -> None:
    panel, model = conv_panel, conv_panel.live.model()
    assert model is not None
    model.workspace.flat[:] = np.nan
    panel.layer_page.enlarge(0)
    for page in ("network", "saliency", "layer"):
        click(panel, f"example_{page}_button")
        settled(qtbot, panel)
        panel.grab()
        assert text(panel, "example_sure") == ""
    assert "–" in panel.layer_page.detail.making.sum_text
    choose(panel, "example_layer", "Dense")
    settled(qtbot, panel)
    panel.grab()
    assert np.isnan(panel.layer_page.bars.values).all()


def test_what_stands_in_the_way_is_said_in_a_sentence(qtbot: QtBot) -> None:
    broken = project(
        Digits(), Input((1, 8, 8)), Dense(10), Softmax(), loss=CategoricalCrossEntropy()
    )
    panel = shown(qtbot, broken)
    (problem, *_) = panel.live.workbench.problems
    assert text(panel, "example_empty_text") == str(problem)
    assert not child(panel, "example_part").isVisible()


def test_without_a_network_it_is_said_what_appears_here(qtbot: QtBot) -> None:
    panel = shown(qtbot, Project())
    assert "appears here" in text(panel, "example_empty_text")


def test_first_weights_are_told(digits_panel: ExamplePanel) -> None:
    assert "Not trained yet" in text(digits_panel, "example_note")


def test_weights_that_an_edit_has_made_random_are_told(qtbot: QtBot) -> None:
    panel = show(qtbot, ExamplePanel, digits(epochs=1), (440, 300))
    train(qtbot, panel)
    settled(qtbot, panel)
    assert text(panel, "example_note") == ""
    workbench = panel.live.workbench
    dense = next(node for node in workbench.graph.nodes if isinstance(node.layer, Dense))
    wider = replace(dense.layer, units=dense.layer.units + 1)
    workbench.edit_graph("Wider", lambda graph: replace_layer(graph, dense.id, wider))
    settled(qtbot, panel)
    assert "some weights are random" in text(panel, "example_note")


@pytest.mark.parametrize("size", [(440, 300), (1000, 230), (440, 200)])
def test_how_strong_colours_are_and_what_they_mean_are_not_one_scale(
    qtbot: QtBot, size: tuple[int, int]
) -> None:
    panel = show(qtbot, ExamplePanel, digits(epochs=1), size)
    panel.show_page("saliency")
    settled(qtbot, panel)
    slider, legend = child(panel, "saliency_opacity"), child(panel, "saliency_legend")
    qtbot.waitUntil(legend.isVisible)
    tops = [widget.mapTo(panel, QPoint()).y() for widget in (slider, legend)]
    assert (tops[1] >= tops[0] + slider.height()) == (panel.saliency_page.height() >= 150)
    for widget in (slider, legend):
        assert widget.visibleRegion().boundingRect() == widget.rect()
