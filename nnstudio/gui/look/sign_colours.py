"""Colours for the signs of numbers: more than one pair, since not everybody sees the same.

A pair has to be told apart with any kind of colour vision, in both themes, and each of its colours
from the panel, which stands for 0.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Signs:
    """A pair of colours by theme.

    Attributes:
        title: what menus call it.
        positive, negative: what words call the colours.
        pairs: by theme: (positive, negative) as ``#rrggbb``.
    """

    title: str
    positive: str
    negative: str
    pairs: dict[str, tuple[str, str]]


#: The first is the one a fresh window has. The others differ in lightness, too.
SIGNS = {
    "blue-orange": Signs(
        "Blue and orange",
        "blue",
        "orange",
        {"light": ("#2C6FBB", "#B85C0E"), "dark": ("#6AA8F0", "#F0A05A")},
    ),
    "purple-green": Signs(
        "Purple and green",
        "purple",
        "green",
        {"light": ("#542788", "#2F855A"), "dark": ("#D3B8F7", "#3FA66A")},
    ),
    "strong": Signs(
        "Strong contrast",
        "the text's colour",
        "red",
        {"light": ("#1B2330", "#D0342C"), "dark": ("#F4F7FB", "#F0655A")},
    ),
}
DEFAULT = next(iter(SIGNS))
