"""Light and dark: colours that can be read, icons for everything, a font on any system."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtGui import QColor, QFontMetrics, QGuiApplication, QIcon, QRawFont
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from nnstudio import assets
from nnstudio.engine.catalogue import CATEGORIES, LAYERS
from nnstudio.gui.look.contrast import ink_on
from nnstudio.gui.look.icons import SCALES, SIZE, app_icon, icon, layer_icon_name, pixmap
from nnstudio.gui.look.number_text import brief_text, number_text
from nnstudio.gui.look.theme import THEMES, Colours, Theme, mono_font, style_sheet

SURFACES = {"window", "panel", "canvas", "line", "paper"}
READ = sorted({field.name for field in fields(Colours)} - SURFACES - {"on_accent"})
ICONS = sorted(path.stem for path in assets.resource("icons").glob("*.svg"))
#: Formulas, shapes and answers are written with these.
SIGNS = "½‖ŷ×−ᵀΣβγε⁻ˣⱼ→·…₁₂√σμ²"


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.2 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    """WCAG's contrast, from 1 to 21."""
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("role", READ)
def test_every_text_and_category_colour_can_be_read_on_a_panel(name: str, role: str) -> None:
    colours = THEMES[name]
    assert contrast(getattr(colours, role), colours.panel) >= 4.5


@pytest.mark.parametrize("name", THEMES)
def test_the_primary_button_and_disabled_words_can_be_read(name: str) -> None:
    colours = THEMES[name]
    assert contrast(colours.on_accent, colours.accent) >= 4.5
    for surface in ("window", "panel", "canvas"):
        assert contrast(colours.text, getattr(colours, surface)) >= 4.5
        assert contrast(colours.dim, getattr(colours, surface)) >= 4.5


@pytest.mark.parametrize("name", THEMES)
def test_every_category_has_a_colour(name: str) -> None:
    assert {THEMES[name].category(category) for category in CATEGORIES} <= set(
        vars(THEMES[name]).values()
    )


@pytest.mark.parametrize("name", THEMES)
def test_the_style_sheet_is_filled_in_and_names_only_pictures_that_are_there(name: str) -> None:
    sheet = style_sheet(name)
    assert not re.search(r"\$[a-z]", sheet.split("*/", 1)[1])
    pictures = re.findall(r'url\("([^"]+)"\)', sheet)
    assert pictures
    assert all(Path(picture).is_file() for picture in pictures)


def test_switching_dresses_the_application_and_tells_views(qtbot: QtBot) -> None:
    theme = Theme("light")
    with qtbot.waitSignal(theme.changed):
        theme.set("dark")
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    assert app.palette().window().color().name().upper() == THEMES["dark"].panel
    assert THEMES["dark"].accent in app.styleSheet()
    theme.set("light")
    assert app.palette().window().color().name().upper() == THEMES["light"].panel


def test_an_unknown_theme_is_refused() -> None:
    with pytest.raises(ValueError, match="light, dark"):
        Theme().set("pink")


@pytest.mark.parametrize("layer", LAYERS)
def test_every_layer_has_an_icon(layer: str) -> None:
    assert layer_icon_name(layer) in ICONS


@pytest.mark.parametrize("name", ICONS)
def test_every_icon_shows_something_at_each_scale(qtbot: QtBot, name: str) -> None:
    for scale in SCALES:
        picture = pixmap(name, "#2457C5", SIZE, scale)
        assert picture.width() == picture.height() == round(SIZE * scale)
        assert picture.devicePixelRatio() == scale
        image = picture.toImage()
        seen = sum(
            image.pixelColor(x, y).alpha() > 0
            for x in range(image.width())
            for y in range(image.height())
        )
        assert seen > 10


def test_an_icon_has_the_colour_of_its_role_and_is_dimmed_when_disabled(qtbot: QtBot) -> None:
    run = icon("run", Theme("dark"), "accent")
    middle = run.pixmap(SIZE, SIZE).toImage().pixelColor(9, 10)
    assert middle.name().upper() == THEMES["dark"].accent
    disabled = run.pixmap(SIZE, SIZE, QIcon.Mode.Disabled).toImage().pixelColor(9, 10)
    assert disabled.alpha() < 140
    assert not app_icon().isNull()


def test_the_bundled_fonts_have_the_signs_of_formulas(qtbot: QtBot) -> None:
    for path in assets.resource("fonts").glob("*.ttf"):
        font = QRawFont(str(path), 13)
        missing = [sign for sign in SIGNS if not font.supportsCharacter(ord(sign))]
        # The fixed font only writes shapes and numbers.
        assert not missing or "Mono" in path.name
    assert assets.resource("fonts/LICENCE-DejaVu.txt").is_file()


def test_shapes_are_written_with_equally_wide_characters(qtbot: QtBot) -> None:
    metrics = QFontMetrics(mono_font(12))
    assert metrics.horizontalAdvance("1×8") == metrics.horizontalAdvance("000")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="fontconfig is Linux's")
def test_a_system_without_fonts_gets_the_bundled_one_without_a_word(tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    config = tmp_path / "fonts.conf"
    config.write_text(
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>'
        f"<dir>{tmp_path}/none</dir><cachedir>{tmp_path}/cache</cachedir></fontconfig>"
    )
    code = (
        "from PySide6.QtWidgets import QApplication\n"
        "from PySide6.QtGui import QFontInfo, QFontMetrics\n"
        "from nnstudio.gui.look.theme import load_fonts\n"
        "app = QApplication([])\n"
        "load_fonts(app)\n"
        "info = QFontInfo(app.font())\n"
        "wide = QFontMetrics(app.font()).horizontalAdvance('Dense') > 20\n"
        "print(info.family(), info.pixelSize(), wide)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "FONTCONFIG_FILE": str(config), "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.split("\n")[0] == "DejaVu Sans 13 True"
    assert done.stderr == ""


def test_the_application_uses_our_text_size(open_window) -> None:
    open_window()
    assert QGuiApplication.font().pixelSize() == 13


def test_numbers_have_three_digits_or_all_before_the_point_until_nobody_counts_them() -> None:
    told = {4.021: "4.02", -12.0: "−12.0", 12_345.0: "12,345", 1.7e9: "1,700,000,000"}
    told |= {3.19e34: "3.19e34", -1e12: "−1.00e12", 0.0: "0.00", 2e-5: "2.00e-05"}
    for value, text in told.items():
        assert number_text(value) == text


def test_in_few_letters_no_number_below_a_million_is_a_power_of_ten() -> None:
    told = {0.123: "0.12", -7.0: "−7", 0.0: "0", 120.4: "120", 99.7: "100", -4_000.0: "−4,000"}
    told |= {1.24e6: "1.2e6", -3e-7: "−3e−7", 999_999.0: "1,000,000", 3e12: "3e12"}
    for value, text in told.items():
        assert brief_text(value) == text
    assert brief_text(4_120.0, 3) == "4,120"


@pytest.mark.parametrize("name", THEMES)
@pytest.mark.parametrize("sign", ["negative", "positive"])
def test_numbers_can_be_read_on_every_strength_of_a_sign(name: str, sign: str) -> None:
    theme = Theme(name)
    panel, full = theme.colour("panel"), theme.colour(sign)
    for strength in np.linspace(0, 1, 21):
        parts = zip(panel.getRgb()[:3], full.getRgb()[:3], strict=True)
        ground = QColor(*(round(a + (b - a) * strength) for a, b in parts))
        ink = ink_on(ground, theme)
        others = [contrast(theme.colour(role).name(), ground.name()) for role in ("text", "panel")]
        assert contrast(ink.name(), ground.name()) == max(others)
        assert max(others) >= 3.5
