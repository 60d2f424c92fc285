"""Zooming and moving along an axis: what part of it is seen afterwards."""

from __future__ import annotations

from dataclasses import replace
from math import log10

from nnstudio.gui.plots.plotting import Axis

#: The part of an axis that is seen is never smaller than this share of it.
SMALLEST = 1e-5
#: One notch of the wheel.
NOTCH = 1.25


def zoomed(axis: Axis, whole: Axis, factor: float, at: float) -> Axis | None:
    """``axis`` enlarged by ``factor`` about the place ``at`` of its length.

    Args:
        whole: what there is to be seen; ``None`` is returned once all of it is.
        at: 0 at the low end, 1 at the high one; this place stays where it is.
    """
    low, high = _ends(axis)
    place = low + at * (high - low)
    span = max((high - low) / factor, SMALLEST * _span(whole))
    first = place - at * span
    return within(_axis(axis, first, first + span), whole)


def moved(axis: Axis, whole: Axis, share: float) -> Axis | None:
    """``axis`` moved by a ``share`` of its length, as far as there is something to be seen."""
    low, high = _ends(axis)
    by = share * (high - low)
    first, last = _ends(whole)
    by = min(max(by, min(0.0, first - low)), max(0.0, last - high))
    return within(_axis(axis, low + by, high + by), whole)


def within(axis: Axis, whole: Axis) -> Axis | None:
    """The part of ``axis`` that lies in ``whole``; ``None`` if that is all of it."""
    (low, high), (first, last) = _ends(axis), _ends(whole)
    low, high = max(low, first), min(high, last)
    if high <= low or (high - low) > (1 - 1e-6) * (last - first):
        return None
    return _axis(axis, low, high)


def _ends(axis: Axis) -> tuple[float, float]:
    return (log10(axis.low), log10(axis.high)) if axis.log else (axis.low, axis.high)


def _span(axis: Axis) -> float:
    low, high = _ends(axis)
    return high - low


def _axis(like: Axis, low: float, high: float) -> Axis:
    return (
        replace(like, low=10**low, high=10**high) if like.log else replace(like, low=low, high=high)
    )
