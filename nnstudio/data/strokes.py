"""Pen strokes as a short text, so that hundreds of drawings fit into a project file.

A drawing is moved and scaled into a square whose sides have the numbers 0 to 255: where and how
large it was written doesn't matter, as no network is shown it. Each stroke is the number of its
points, then x and y of each; these bytes are written as Base64 with the signs of web addresses
(RFC 4648, section 5) and without padding.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from nnstudio.data.errors import DataError

#: The last number along a side of the square, and the most points in one piece of a stroke.
_LAST, _LONGEST = 255, 255
#: A drawing with more points than this is thinned: it is a scribble, or a very fast mouse.
MOST_POINTS = 1000
#: Points closer than this, in numbers of the square, are one: the pen is 29 of them wide.
_NEAR = 3.0


def strokes_text(strokes: Sequence[ArrayLike]) -> str:
    """``strokes`` as a text: each ``(k, 2)``, x to the right and y down, in any unit.

    Points that are nowhere are left out; without any point the text is empty.
    """
    lines = [np.asarray(stroke, np.float64).reshape(-1, 2) for stroke in strokes]
    lines = [line[np.isfinite(line).all(axis=1)] for line in lines]
    lines = [line for line in lines if len(line)]
    if not lines:
        return ""
    points = np.concatenate(lines)
    corner, extent = points.min(axis=0), float(np.ptp(points, axis=0).max()) or 1.0
    scaled = [(line - corner) / extent * _LAST for line in lines]
    near, kept = _NEAR, [_thinned(line, _NEAR) for line in scaled]
    while sum(map(len, kept)) > MOST_POINTS and near < _LAST:
        near *= 1.5
        kept = [_thinned(line, near) for line in scaled]
    written = bytearray()
    left = MOST_POINTS
    for line in kept:
        for start in range(0, len(line), _LONGEST - 1):
            piece = line[start : start + _LONGEST][:left]  # the last point begins the next piece
            if len(piece) > (1 if start else 0):
                written.append(len(piece))
                written += np.rint(piece).astype(np.uint8).tobytes()
                left -= len(piece)
    return base64.urlsafe_b64encode(written).rstrip(b"=").decode()


def parse_strokes(text: str) -> list[np.ndarray]:
    """The strokes that :func:`strokes_text` wrote, each uint8 ``(k, 2)``.

    Raises:
        DataError: the text is damaged.
    """
    try:
        numbers = np.frombuffer(
            base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), b"-_", validate=True),
            np.uint8,
        )
    except (binascii.Error, UnicodeEncodeError, ValueError) as error:
        raise DataError("strokes_damaged", text=text[:20]) from error
    strokes, place = [], 0
    while place < len(numbers):
        end = place + 1 + 2 * int(numbers[place])
        if end > len(numbers) or end == place + 1:
            raise DataError("strokes_damaged", text=text[:20])
        strokes.append(numbers[place + 1 : end].reshape(-1, 2))
        place = end
    return strokes


def _thinned(line: np.ndarray, near: float) -> np.ndarray:
    """Without the points that are ``near`` the one kept before them; both ends stay."""
    kept = [0]
    for place in range(1, len(line) - 1):
        if np.hypot(*(line[place] - line[kept[-1]])) >= near:
            kept.append(place)
    if len(line) > 1:
        kept.append(len(line) - 1)
    thinned: np.ndarray = line[kept]
    return thinned
