"""Numbers as people read them: three significant digits, which don't dance when they change."""

from __future__ import annotations

from math import isfinite

from PySide6.QtGui import QFont


def number_text(value: float) -> str:
    """Three significant digits: ``4.02``, ``0.500``, ``−12.0``, ``12,300``."""
    if not isfinite(value):
        return "–"
    size = abs(value)
    if size >= 999.5:
        text = f"{size:,.0f}"
    elif size and size < 1e-4:
        text = f"{size:.2e}"
    else:
        text = f"{size:#.3g}".rstrip(".")
    return f"−{text}" if value < 0 else text


def percent_text(share: float) -> str:
    """A share as ``97 %``; 100 only for what is certain."""
    return f"{min(round(share * 100), 99 if share < 0.995 else 100)} %"


def tabular(font: QFont) -> QFont:
    """``font`` with digits that are all equally wide."""
    result = QFont(font)
    result.setFeature(QFont.Tag("tnum"), 1)
    return result
