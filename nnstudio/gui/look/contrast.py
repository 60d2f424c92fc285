"""Which of a theme's inks can be read on a colour."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QColor

from nnstudio.gui.look.theme import Theme


def luminance(colour: QColor) -> float:
    """Relative luminance as WCAG 2.2 defines it, from 0 to 1."""
    parts = (colour.redF(), colour.greenF(), colour.blueF())
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: QColor, second: QColor) -> float:
    """WCAG's contrast, from 1 to 21."""
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def ink_on(ground: QColor, theme: Theme) -> QColor:
    """The colour of text, or that of the panel: the one that differs more from ``ground``."""
    return theme.colour(_ink(ground.rgb(), theme.colours.text, theme.colours.panel))


@lru_cache(maxsize=2048)
def _ink(ground: int, text: str, panel: str) -> str:
    """Live views ask for the same colours over and over."""
    colour = QColor(ground)
    differences = contrast(colour, QColor(text)), contrast(colour, QColor(panel))
    return "text" if differences[0] >= differences[1] else "panel"
