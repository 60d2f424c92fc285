"""Colours of signs: told apart by everybody, chosen in the menu, the same everywhere, kept."""

from __future__ import annotations

import numpy as np
import pytest
from driving import child
from PySide6.QtGui import QAction, QColor
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from test_theme import contrast, luminance

from nnstudio.assets import sample
from nnstudio.engine.layer import Array
from nnstudio.gui.look.sign_colours import DEFAULT, SIGNS
from nnstudio.gui.look.theme import THEMES, Theme, themed
from nnstudio.persistence.preferences import load_preferences

#: How colours look without one kind of cone, on linear RGB: Machado, Oliveira and Fernandes (2009).
BLINDNESS = {
    "protanopia": ((0.152, 1.053, -0.205), (0.115, 0.786, 0.099), (-0.004, -0.048, 1.052)),
    "deuteranopia": ((0.367, 0.861, -0.228), (0.280, 0.673, 0.047), (-0.012, 0.043, 0.969)),
    "tritanopia": ((1.256, -0.077, -0.179), (-0.078, 0.931, 0.148), (0.005, 0.691, 0.304)),
    "none": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
}


def lab(colour: str, kind: str) -> Array:
    """CIELAB of a colour as it is seen, for white of D65."""
    parts = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    seen = np.clip(np.array(BLINDNESS[kind]) @ linear, 0, 1)
    to_xyz = np.array(
        [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    )
    x, y, z = to_xyz @ seen / np.array([0.9505, 1.0, 1.089])
    f = [t ** (1 / 3) if t > 216 / 24389 else (24389 / 27 * t + 16) / 116 for t in (x, y, z)]
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def apart(first: str, second: str, kind: str) -> float:
    return float(np.linalg.norm(lab(first, kind) - lab(second, kind)))


@pytest.mark.parametrize("kind", BLINDNESS)
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("signs", SIGNS)
def test_every_pair_is_told_apart_with_any_kind_of_colour_vision(
    signs: str, theme: str, kind: str
) -> None:
    colours = themed(theme, signs)
    assert apart(colours.positive, colours.negative, kind) >= 25
    assert apart(colours.positive, colours.panel, kind) >= 25
    assert apart(colours.negative, colours.panel, kind) >= 25


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("signs", [name for name in SIGNS if name != DEFAULT])
def test_the_other_pairs_differ_in_lightness_as_well(signs: str, theme: str) -> None:
    colours = themed(theme, signs)
    light = sorted((luminance(colours.positive), luminance(colours.negative)))
    assert (light[1] + 0.05) / (light[0] + 0.05) >= 1.5


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("signs", SIGNS)
def test_both_can_be_read_on_a_panel(signs: str, theme: str) -> None:
    colours = themed(theme, signs)
    for role in ("positive", "negative"):
        assert contrast(getattr(colours, role), colours.panel) >= 4.5


def test_a_fresh_window_has_the_colours_of_its_theme() -> None:
    for name, colours in THEMES.items():
        assert themed(name) == colours


def test_views_hear_of_other_colours_once(qtbot: QtBot) -> None:
    theme = Theme("dark")
    with qtbot.waitSignal(theme.changed):
        theme.set_signs("purple-green")
    assert theme.colour("positive") == QColor(SIGNS["purple-green"].pairs["dark"][0])
    with qtbot.assertNotEmitted(theme.changed):
        theme.set_signs("purple-green")
        theme.set_signs("no such colours")
    theme.set("light")
    assert theme.colour("negative") == QColor(SIGNS["purple-green"].pairs["light"][1])


def colours_of(widget: QWidget) -> set[str]:
    image = widget.grab().toImage()
    return {
        QColor(image.pixel(x, y)).name().upper()
        for x in range(image.width())
        for y in range(image.height())
    }


def test_the_menu_changes_weights_neurons_cards_and_legends_and_is_remembered(
    open_window, qtbot: QtBot
) -> None:
    window = open_window(sample("digits.nnstudio"))
    qtbot.waitUntil(lambda: not window.live._timer.isActive())
    action = window.findChild(QAction, "action_signs_strong")
    assert action is not None
    action.trigger()
    assert action.isChecked()
    qtbot.waitUntil(lambda: not window.live._timer.isActive())
    positive, negative = SIGNS["strong"].pairs["light"]
    for name in ("weights_picture", "neurons_picture"):
        dock = window.docks.docks[name.removesuffix("_picture")]
        dock.raise_()
        qtbot.waitUntil(lambda name=name: child(window, name).isVisible())
        qtbot.waitUntil(lambda: not window.live._timer.isActive())
        qtbot.waitUntil(lambda name=name: negative in colours_of(child(window, name)))
        assert SIGNS[DEFAULT].pairs["light"][1] not in colours_of(child(window, name))
    legend = child(window, "canvas_card_legend")
    assert "red below" in legend.accessibleName()
    thumbnail = window.docks.canvas.scene().nodes["dense"].thumbnail.toImage()
    seen = {QColor(thumbnail.pixel(x, y)).name() for x in range(8) for y in range(8)}
    assert not any(QColor(c).blue() > QColor(c).red() + 90 for c in seen), "no blue any more"
    window.workbench.document.mark_saved()
    window.close()
    assert load_preferences().sign_colours == "strong"
    again = open_window(sample("digits.nnstudio"))
    assert again.theme.colour("positive") == QColor(positive)
    assert again.findChild(QAction, "action_signs_strong").isChecked()
