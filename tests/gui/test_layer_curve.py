"""The picture of an activation in the inspector of the real window: shown where there is one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from driving import child
from projects import project
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from nnstudio.data.sources import SOURCES
from nnstudio.engine.activations import LeakyReLU, Sigmoid, Softmax, Step, Tanh
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Array
from nnstudio.engine.shaping import Input
from nnstudio.gui.look.theme import THEMES
from nnstudio.gui.main_window import MainWindow
from nnstudio.gui.mathematics.formula_view import FormulaView
from nnstudio.gui.plots.layer_curve import LayerCurve
from nnstudio.persistence.project_file import save_project


@pytest.fixture
def window(open_window, tmp_path: Path) -> MainWindow:
    path = tmp_path / "activations.nnstudio"
    layers = (Dense(4), Sigmoid(), Dense(4), LeakyReLU(), Dense(1))
    save_project(project(SOURCES["Line"](), Input((1,)), *layers), path)
    return open_window(path)


def select(window: MainWindow, kind: type) -> None:
    nodes = window.workbench.graph.nodes
    window.workbench.select((next(n.id for n in nodes if type(n.layer) is kind),))


def picture(window: MainWindow) -> LayerCurve:
    found = child(window, "inspector_curve")
    assert isinstance(found, LayerCurve)
    return found


def test_an_activation_is_drawn_and_told_in_words(window: MainWindow) -> None:
    select(window, Sigmoid)
    drawn = picture(window)
    assert drawn.isVisible()
    assert drawn.accessibleName() == "The curve of Sigmoid and its derivative"
    words = drawn.accessibleDescription()
    assert Sigmoid.formula in words
    assert Sigmoid.derivative in words
    assert "y goes from 0.018 to 0.982" in words  # 1 / (1 + e⁴) and 1 / (1 + e⁻⁴)
    assert "its derivative stays between 0.0177 and 0.25" in words  # at the ends; at 0: ½ · ½
    derivative = child(window, "inspector_derivative")
    assert isinstance(derivative, FormulaView)
    assert derivative.isVisible()
    assert derivative.text() == Sigmoid.derivative


def test_a_setting_changed_by_keyboard_changes_the_curve(window: MainWindow) -> None:
    select(window, LeakyReLU)
    before, seen = picture(window).curve, picture(window).grab().toImage()
    assert before is not None
    field = child(window, "inspector_slope")
    assert isinstance(field, QLineEdit)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "0.5")
    QTest.keyClick(field, Qt.Key.Key_Return)
    after = picture(window).curve
    assert after is not None
    np.testing.assert_allclose(after.y[0], -2.0)
    np.testing.assert_allclose(after.slope[0], 0.5)
    assert "its derivative stays between 0.5 and 1" in picture(window).accessibleDescription()
    assert picture(window).grab().toImage() != seen
    window.workbench.document.undo()
    undone = picture(window).curve
    assert undone is not None
    np.testing.assert_array_equal(undone.y, before.y)


def test_other_layers_have_no_picture(window: MainWindow) -> None:
    for kind in (Dense, Input):
        select(window, Sigmoid)
        assert picture(window).isVisible()
        select(window, kind)
        assert not picture(window).isVisible()
        assert not child(window, "inspector_derivative").isVisible()


def test_nothing_is_computed_before_the_inspector_is_seen(window: MainWindow, qtbot: QtBot) -> None:
    window.docks.docks["inspector"].hide()
    select(window, LeakyReLU)
    assert picture(window).curve is None
    window.docks.docks["inspector"].show()
    qtbot.waitUntil(picture(window).isVisible)
    assert picture(window).curve is not None
    assert "LeakyReLU" in picture(window).accessibleName()


def pixels(image: QImage) -> Array:
    """(height, width, RGB)."""
    image = image.convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_lines_are_seen_in_the_colours_of_the_theme(window: MainWindow, theme: str) -> None:
    select(window, Sigmoid)
    window.set_theme(theme)
    seen = pixels(picture(window).grab().toImage())
    for role in ("accent", "negative"):
        colour = getattr(THEMES[theme], role)
        rgb = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
        close = np.abs(seen - rgb).max(axis=2) < 30
        assert close.sum() > 100, f"the {role} line is missing"


def test_the_line_is_where_the_function_is(window: MainWindow) -> None:
    select(window, Sigmoid)
    drawn = picture(window)
    seen = pixels(drawn.grab().toImage())
    accent = [int(THEMES["light"].accent[i : i + 2], 16) for i in (1, 3, 5)]
    for x in (-1.3, 0.4, 1.1, 2.9):
        column = round(float(drawn.x_pixels(np.array([x]))[0]))
        below = int(drawn.box().top())  # under the legend
        strength = np.abs(seen[below:, column] - accent).max(axis=1)
        row = below + int(strength.argmin()) + 0.5  # the middle of the pixel
        y = 1 / (1 + np.exp(-x))
        assert abs(row - drawn.y_pixels(np.array([y]))[0]) <= 1.5


def test_a_derivative_that_is_everywhere_the_same_is_told_as_such(
    open_window, tmp_path: Path
) -> None:
    path = tmp_path / "step.nnstudio"
    save_project(project(SOURCES["Line"](), Input((1,)), Dense(4), Step(), Dense(1)), path)
    window = open_window(path)
    select(window, Step)
    assert picture(window).accessibleDescription().endswith("its derivative is 0.")


def test_of_softmax_the_first_of_two_classes_is_drawn_and_that_is_said(
    open_window, tmp_path: Path
) -> None:
    path = tmp_path / "softmax.nnstudio"
    save_project(project(SOURCES["Spiral"](), Input((2,)), Dense(2), Tanh(), Softmax()), path)
    window = open_window(path)
    select(window, Softmax)
    drawn = picture(window)
    assert drawn.isVisible()
    assert drawn.curve is not None
    assert (drawn.curve.y[0], drawn.curve.y[-1]) == pytest.approx((0.01799, 0.98201), abs=1e-5)
    assert "drawn as y₁ of x₁ = x, x₂ = 0" in drawn.accessibleDescription()
