"""The marks of classes: told apart with any colour vision, seen on both grounds."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QImage, QPainter
from pytestqt.qtbot import QtBot
from test_theme import contrast

from nnstudio.gui.look.theme import THEMES, Theme
from nnstudio.gui.plots.class_marks import FORMS, STEPS, Stamps, class_marks, rim, value_marks

#: What remains of linear red, green and blue for people without one kind of cone (Machado,
#: Oliveira and Fernandes, A physiologically-based model for simulation of color vision
#: deficiency, 2009, severity 1).
VISIONS = {
    "all cones": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
#: From linear sRGB to CIE XYZ, and the white of a screen.
XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
WHITE = np.array([0.9505, 1.0, 1.089])


def lab(colour: str, vision: str) -> np.ndarray:
    """CIE L*a*b* of a colour as it is seen; distances of 2 can just be told apart side by side."""
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    seen = XYZ @ np.clip(VISIONS[vision] @ linear, 0, 1) / WHITE
    f = np.where(seen > 0.008856, np.cbrt(seen), 7.787 * seen + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("vision", VISIONS)
@pytest.mark.parametrize("theme", THEMES)
def test_marks_of_one_form_have_colours_that_everybody_tells_apart(theme: str, vision: str) -> None:
    for count in (2, 3, 10):
        for (first, form), (second, other) in combinations(class_marks(count, THEMES[theme]), 2):
            if form == other:
                distance = np.linalg.norm(lab(first, vision) - lab(second, vision))
                assert distance >= 15, f"{first} and {second} are both a {form}"


@pytest.mark.parametrize("theme", THEMES)
def test_no_two_of_24_classes_have_the_same_mark(theme: str) -> None:
    assert len(set(class_marks(24, THEMES[theme]))) == 24
    assert {form for _, form in class_marks(16, THEMES[theme])} == set(FORMS)


@pytest.mark.parametrize("theme", THEMES)
def test_every_rim_is_seen_on_the_panel(theme: str) -> None:
    colours = THEMES[theme]
    for colour, _ in class_marks(10, colours) + value_marks(colours):
        assert contrast(rim(colour, theme).name(), colours.panel) >= 3, colour


@pytest.mark.parametrize("theme", THEMES)
def test_the_scale_of_values_goes_from_one_sign_to_the_other(theme: str) -> None:
    colours = THEMES[theme]
    scale = [colour.upper() for colour, _ in value_marks(colours)]
    assert len(scale) == STEPS
    assert scale[0] == colours.negative
    assert scale[-1] == colours.positive
    assert len(set(scale)) == STEPS


@pytest.mark.parametrize("ratio", [1.0, 2.0])
def test_each_point_is_painted_at_its_place_with_its_mark(qtbot: QtBot, ratio: float) -> None:
    theme = Theme("light")
    stamps = Stamps(class_marks(3, theme.colours), theme, ratio)
    image = QImage(round(60 * ratio), round(30 * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor("white"))
    painter = QPainter(image)
    stamps.paint(painter, np.array([10.0, 30.0, 50.0]), np.array([15.0, 15.0, 15.0]), np.arange(3))
    painter.end()
    for place, (colour, _) in zip((10, 30, 50), class_marks(3, theme.colours), strict=True):
        assert QColor(image.pixel(round(place * ratio), round(15 * ratio))).name() == colour.lower()
        beside = QPointF(place + 8, 15) * ratio
        assert QColor(image.pixel(beside.toPoint())) == QColor("white")
