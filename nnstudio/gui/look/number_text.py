"""Numbers as people read them: three significant digits, which don't dance when they change."""

from __future__ import annotations

from math import isfinite

from PySide6.QtGui import QFont

#: From here on a number is told by its power of ten. Data has sums and seconds since 1970 below it,
#: but nobody counts the digits of a loss gone astray.
HUGE = 1e12
#: And in few letters from here on.
_BRIEF = 1e6


def number_text(value: float) -> str:
    """Three significant digits: ``4.02``, ``0.500``, ``−12.0``; more in ``12,345``, not beyond."""
    if not isfinite(value):
        return "–"
    size = abs(value)
    if size >= HUGE:
        text = f"{size:.2e}".replace("e+", "e")
    elif size >= 999.5:
        text = f"{size:,.0f}"
    elif size and size < 1e-4:
        text = f"{size:.2e}"
    else:
        text = f"{size:#.3g}".rstrip(".")
    return f"−{text}" if value < 0 else text


def brief_text(value: float, digits: int = 2) -> str:
    """In few letters, ``digits`` significant: ``0.12``, ``−7``, ``120``, ``4,000``, ``1.2e6``."""
    text = f"{value:.{digits}g}"
    if "e" in text and 1 <= abs(value) < _BRIEF:
        text = f"{float(text):,.0f}"
    return text.replace("e+0", "e").replace("e+", "e").replace("e-0", "e-").replace("-", "−")


def percent_text(share: float) -> str:
    """A share as ``97 %``; 100 only for what is certain; ``–`` for what is no number."""
    if not isfinite(share):
        return "–"
    return f"{min(round(share * 100), 99 if share < 0.995 else 100)} %"


def tabular(font: QFont) -> QFont:
    """``font`` with digits that are all equally wide."""
    result = QFont(font)
    result.setFeature(QFont.Tag("tnum"), 1)
    return result
