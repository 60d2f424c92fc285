"""What the canvas shows of a network that lives: maps on cards, heat, numbers on wires."""

from __future__ import annotations

import numpy as np
import pytest
from driving import child
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from nnstudio.assets import sample
from nnstudio.data.batches import PreparedData
from nnstudio.graph.model import Edge
from nnstudio.gui.canvas.flow_numbers import MOST_EXAMPLES, FlowNumbers
from nnstudio.gui.canvas.heat import COLD, HOT, heat_of
from nnstudio.gui.canvas.output_maps import SIDE, OutputMaps, places
from nnstudio.gui.canvas.scene import CanvasScene
from nnstudio.gui.look.theme import Theme
from nnstudio.persistence.preferences import load_preferences
from nnstudio.persistence.project_file import load_project
from nnstudio.project.model import Model, model_for


def known(name: str) -> tuple[Model, PreparedData]:
    project = load_project(sample(f"{name}.nnstudio"))
    data = PreparedData.of(project.data)
    return model_for(project, data), data


def trigger(window: QWidget, name: str) -> None:
    action = window.findChild(QAction, name)
    assert action is not None
    assert action.isEnabled()
    action.trigger()


def scene_of(window: QWidget) -> CanvasScene:
    scene = child(window, "canvas_view").scene()  # type: ignore[attr-defined]
    assert isinstance(scene, CanvasScene)
    return scene


def settled(window, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not window.live._timer.isActive())


# ---------------------------------------------------------------- maps of outputs


def test_the_map_of_the_output_is_what_the_network_answers_there() -> None:
    model, data = known("spiral")
    maps = OutputMaps()
    maps.look(model, data)
    answers = model.predict_first(places(data))
    shown = maps.values("softmax")
    assert maps.kind == "plane"
    assert shown is not None
    np.testing.assert_allclose(shown.T, answers, rtol=1e-4, atol=1e-6)


def test_maps_of_hidden_units_are_computed_from_the_weights_by_hand() -> None:
    model, data = known("spiral")
    maps = OutputMaps()
    maps.look(model, data)
    arrays = model.network.arrays(model.workspace.flat)
    (x,) = model.prepared(places(data))
    first = arrays[("dense", "weight")] @ x + arrays[("dense", "bias")][:, np.newaxis]
    np.testing.assert_allclose(maps.values("tanh"), np.tanh(first), rtol=1e-4, atol=1e-5)


def test_the_first_input_grows_to_the_right_and_the_second_upwards() -> None:
    x, y = places(known("spiral")[1]).T.reshape(2, SIDE, SIDE)
    assert (np.diff(x, axis=1) > 0).all()
    assert (np.diff(x, axis=0) == 0).all()
    assert (np.diff(y, axis=0) < 0).all()
    assert (np.diff(y, axis=1) == 0).all()


def test_for_one_number_units_are_curves_over_it(qtbot: QtBot) -> None:
    model, data = known("square")
    maps = OutputMaps()
    maps.look(model, data)
    assert maps.kind == "line"
    picture = maps.picture(model.network.steps[1].node, Theme())
    assert picture is not None
    assert not picture.isNull()


def test_a_network_of_numbers_that_are_not_finite_has_no_maps() -> None:
    model, data = known("spiral")
    model.set_weights(np.full_like(model.workspace.flat, np.nan))
    maps = OutputMaps()
    maps.look(model, data)
    assert maps.picture("dense", Theme()) is None


def test_feature_maps_of_a_hidden_rectifier_are_those_of_the_example() -> None:
    model, data = known("mnist-cnn")
    maps = OutputMaps()
    maps.look(model, data)
    assert maps.kind == "example"
    conv, relu = maps.values("conv2d"), maps.values("relu")
    assert conv is not None
    assert relu is not None
    assert (conv < 0).any()
    np.testing.assert_array_equal(relu, np.maximum(conv, 0))


def test_the_menu_chooses_what_is_on_cards_and_the_next_window_remembers(
    open_window, qtbot: QtBot
) -> None:
    window = open_window(sample("spiral.nnstudio"))
    settled(window, qtbot)
    tanh = scene_of(window).nodes["tanh"]
    assert tanh.thumbnail is not None
    assert not tanh.thumbnail.isNull()

    trigger(window, "action_cards_curves")
    settled(window, qtbot)
    assert tanh.thumbnail is None

    trigger(window, "action_cards_nothing")
    settled(window, qtbot)
    assert tanh.thumbnail is not None
    assert tanh.thumbnail.isNull()

    window.workbench.document.mark_saved()
    window.close()
    assert load_preferences().on_cards == "nothing"
    again = open_window(sample("spiral.nnstudio"))
    action = again.findChild(QAction, "action_cards_nothing")
    assert action is not None
    assert action.isChecked()
    assert again.life.thumbnails.on_cards == "nothing"


def test_cards_have_their_pictures_once_they_are_large_enough_to_be_seen(
    open_window, qtbot: QtBot
) -> None:
    window = open_window(sample("spiral.nnstudio"))
    canvas, tanh = window.docks.canvas, scene_of(window).nodes["tanh"]
    canvas.zoom_by(0.1)
    trigger(window, "action_cards_nothing")
    trigger(window, "action_cards_automatic")
    settled(window, qtbot)
    nothing = tanh.thumbnail
    qtbot.mouseClick(child(canvas, "canvas_fit"), Qt.MouseButton.LeftButton)
    settled(window, qtbot)
    assert tanh.thumbnail is not nothing
    assert tanh.thumbnail is not None
    assert not tanh.thumbnail.isNull()


# ---------------------------------------------------------------- heat


@pytest.mark.parametrize("kind", ["time", "gradient"])
def test_heat_comes_from_the_running_training_and_stays_dimmed_after_it(
    open_window, qtbot: QtBot, kind: str
) -> None:
    window = open_window(sample("digits.nnstudio"))
    legend = child(window, "canvas_heat_legend")
    assert not legend.isVisible()
    trigger(window, f"action_heat_{kind}")
    settled(window, qtbot)
    assert legend.isVisible()
    assert "run to measure" in legend.accessibleName()
    cards = scene_of(window).nodes
    assert all(item.heat is None for item in cards.values())

    trigger(window, "action_run")
    qtbot.waitUntil(lambda: bool(window.life.heat.values))
    qtbot.waitUntil(lambda: cards["dense"].heat is not None)
    if kind == "time":
        assert sum(window.life.heat.values.values()) == pytest.approx(1)
    else:
        assert set(window.life.heat.values) == {"dense", "dense-2"}
        assert all(ratio > 0 for ratio in window.life.heat.values.values())
    window.workbench.runner.finish()
    settled(window, qtbot)
    bar = cards["dense"].heat
    assert bar is not None
    assert bar.is_old
    assert bar.words

    trigger(window, "action_heat_none")
    assert cards["dense"].heat is None
    assert not legend.isVisible()


def test_without_heat_no_step_is_measured(open_window, qtbot: QtBot) -> None:
    window = open_window(sample("digits.nnstudio"))
    trigger(window, "action_run")
    qtbot.waitUntil(lambda: window.workbench.runner.last_batch is not None)
    with qtbot.waitSignal(window.workbench.runner.looked):
        pass
    assert window.workbench.runner.take_reading() is None
    assert not window.life.heat.values


def test_the_scale_of_gradients_is_logarithmic_and_has_ends() -> None:
    assert heat_of((COLD * HOT) ** 0.5) == pytest.approx(0.5)
    assert heat_of(COLD / 100) == 0
    assert heat_of(0.0) == 0
    assert heat_of(HOT * 100) == 1
    assert heat_of(float("nan")) == 1


# ---------------------------------------------------------------- numbers on wires


def test_numbers_on_wires_are_those_of_the_first_validation_examples(
    open_window, qtbot: QtBot
) -> None:
    window = open_window(sample("spiral.nnstudio"))
    trigger(window, "action_wire_numbers")
    settled(window, qtbot)
    data, model = window.workbench.data, window.live.model()
    assert data is not None
    assert model is not None
    rows = data.parts.validation[:MOST_EXAMPLES]
    (x,) = model.prepared(data.dataset.inputs[rows])
    arrays = model.network.arrays(model.workspace.flat)
    first = np.tanh(arrays[("dense", "weight")] @ x + arrays[("dense", "bias")][:, np.newaxis])
    found = window.life.numbers.measured("tanh")["tanh"]
    assert (found.least, found.mean, found.greatest) == pytest.approx(
        (first.min(), first.mean(), first.max()), rel=1e-3, abs=1e-5
    )
    wires = scene_of(window).wires
    (wire,) = (item for edge, item in wires.items() if edge.source == "tanh")
    assert wire.numbers == found.lines()

    trigger(window, "action_wire_numbers")
    assert not any(item.numbers for item in wires.values())


def test_zeros_and_broken_numbers_are_told_apart() -> None:
    found = FlowNumbers.of(np.array([[0.0, 2.0, np.nan, -1.0], [0.0, 0.0, np.inf, 3.0]]))
    assert (found.least, found.greatest) == (-1, 3)
    assert found.mean == pytest.approx(4 / 6)
    assert (found.zeros, found.broken) == (3 / 8, 2 / 8)
    assert "NaN 25 %" in found.lines()
    assert "25 % NaN or infinite" in found.sentence()
    assert FlowNumbers.of(np.full(4, np.nan)).lines() == ("NaN 100 %",)


def test_wires_of_a_network_gone_astray_are_shown_as_errors(open_window, qtbot: QtBot) -> None:
    window = open_window(sample("spiral.nnstudio"))
    trigger(window, "action_wire_numbers")
    settled(window, qtbot)
    model = window.live.model()
    assert model is not None
    model.set_weights(np.full_like(model.workspace.flat, np.inf))
    window.life.numbers.refresh()
    wires = scene_of(window).wires
    assert not wires[Edge("input", "dense")].is_alarming
    assert wires[Edge("dense", "tanh")].is_alarming


# ---------------------------------------------------------------- what it may not do


def test_hidden_behind_the_start_page_the_canvas_computes_nothing(
    open_window, qtbot: QtBot
) -> None:
    window = open_window(sample("digits.nnstudio"))
    trigger(window, "action_wire_numbers")
    trigger(window, "action_heat_time")
    settled(window, qtbot)
    window.show_start()
    wires = scene_of(window).wires
    before = {edge: wire.numbers for edge, wire in wires.items()}
    assert not any(
        view.is_seen() for view in (window.life.thumbnails, window.life.heat, window.life.numbers)
    )
    window.workbench.runner.run()
    qtbot.waitUntil(lambda: window.workbench.runner.last_batch is not None)
    for _ in range(3):
        with qtbot.waitSignal(window.workbench.runner.looked):
            pass
    assert {edge: wire.numbers for edge, wire in wires.items()} == before
    assert not window.life.heat.values


def test_switching_everything_while_training_leaves_its_bits_as_they_are(
    open_window, qtbot: QtBot
) -> None:
    def trained(*switches: str) -> list[np.ndarray]:
        window = open_window(sample("spiral.nnstudio"))
        runner = window.workbench.runner
        with qtbot.waitSignal(runner.ended):
            trigger(window, "action_run")
            for name in switches:
                trigger(window, name)
                with qtbot.waitSignal(runner.looked):
                    pass
                assert runner.is_running
        result = window.workbench.project.trained
        assert result is not None
        return [blob.array for _, blob in sorted(result.weights.items())]

    switches = (
        "action_heat_time", "action_wire_numbers", "action_cards_outputs", "action_heat_gradient",
        "action_cards_weights", "action_wire_numbers", "action_heat_none",
    )  # fmt: skip
    for plain, switched in zip(trained(), trained(*switches), strict=True):
        np.testing.assert_array_equal(plain, switched)


def test_a_long_matrix_is_drawn_out_on_its_card(open_window, qtbot: QtBot) -> None:
    window = open_window(sample("autoencoder.nnstudio"))
    settled(window, qtbot)
    for node in scene_of(window).nodes.values():
        if node.face.title == "Dense":
            assert node.thumbnail is not None
            size = node.thumbnail.size()
            assert max(size.width(), size.height()) < 4 * min(size.width(), size.height())
