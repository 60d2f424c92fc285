"""Boxes to choose one of several things, as panels have them in their heads."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QComboBox


def chooser(
    name: str, title: str, choices: Mapping[str, str] | None = None, narrowest: int = 0
) -> QComboBox:
    """A box as wide as what is chosen.

    Args:
        title: what is chosen by it, for tooltip and screen reader.
        choices: words by what stands for them.
        narrowest: pixels that it keeps where there is little room.
    """
    box = QComboBox()
    box.setObjectName(name)
    box.setAccessibleName(title)
    box.setToolTip(title)
    if narrowest:
        box.setMinimumWidth(narrowest)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    for key, words in (choices or {}).items():
        box.addItem(words, key)
    return box
