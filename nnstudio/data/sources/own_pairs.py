"""Pairs of numbers that the user types, pastes, or draws as a curve."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import ClassVar

import numpy as np

from nnstudio.data.dataset import Dataset
from nnstudio.data.sources.by_hand import MOST, ByHand, too_many
from nnstudio.data.sources.source import check_range
from nnstudio.schema import check, setting

#: Pairs lie between these.
_FARTHEST = 1e9
#: A curve drawn from one end of the axis to the other has about so many points.
SAMPLES = 100

Pair = tuple[float, float]


@dataclass(frozen=True)
class Pairs(ByHand):
    """y for each x, as the user says. The ranges are those of the axes that are drawn on."""

    title: ClassVar[str] = "Your own curve"
    description: ClassVar[str] = "A curve that you draw, or pairs of numbers you type or paste."

    pairs: tuple[Pair, ...] = setting((), ge=-_FARTHEST, le=_FARTHEST, in_form=False)
    low: float = setting(-1.0, label="x from", ge=-_FARTHEST, le=_FARTHEST)
    high: float = setting(1.0, label="x to", ge=-_FARTHEST, le=_FARTHEST)
    bottom: float = setting(-1.0, label="y from", ge=-_FARTHEST, le=_FARTHEST)
    top: float = setting(1.0, label="y to", ge=-_FARTHEST, le=_FARTHEST)

    @property
    def size(self) -> int:
        return len(self.pairs)

    @property
    def input_shape(self) -> tuple[int, ...]:
        return (1,)

    @property
    def classes(self) -> tuple[str, ...]:
        return ()

    # ------------------------------------------------------------------ edits

    def with_pairs(self, pairs: Iterable[Pair]) -> Pairs:
        """With these pairs instead.

        Raises:
            DataError: they are more than there may be.
        """
        new = tuple((float(x), float(y)) for x, y in pairs)
        if len(new) > MOST:
            raise too_many(self.title)
        return replace(self, pairs=new)

    def drawn_over(self, line: Iterable[Pair]) -> Pairs:
        """With a line drawn by hand in place of what was there between its ends.

        A function has one y for each x: where the hand went back, what it drew last counts. The
        line is read at even distances, those of :data:`SAMPLES` along the whole axis.
        """
        points = list(line)
        if not points:
            return self
        x, y = _forwards(points)
        step = (self.high - self.low) / SAMPLES
        count = max(1, round((x[-1] - x[0]) / step) + 1)
        places = np.linspace(x[0], x[-1], count)
        new = zip(places.tolist(), np.interp(places, x, y).tolist(), strict=True)
        near = 0.5 * step  # a point that close would stand beside the curve's end
        kept = [pair for pair in self.pairs if not x[0] - near < pair[0] < x[-1] + near]
        digits = max(0, 3 - int(np.floor(np.log10(max(step, 1e-9)))))
        rounded = [(round(a, digits), round(b, digits)) for a, b in new]
        return self.with_pairs(sorted([*kept, *rounded]))

    # ------------------------------------------------------------------ examples

    def load(self) -> Dataset:
        check(self)
        check_range("x", self.low, self.high)
        check_range("y", self.bottom, self.top)
        self.check_size("pairs_none")
        points = np.array(self.pairs, np.float64)
        return Dataset(
            self.title, points[:, :1], points[:, 1:], input_names=("x",), target_names=("y",)
        )


def _forwards(points: list[Pair]) -> tuple[np.ndarray, np.ndarray]:
    """x ascending, and y: of the places that the hand passed several times, the last."""
    drawn = np.array(points, np.float64)
    if drawn[-1, 0] < drawn[0, 0]:
        drawn[:, 0] *= -1
        x, y = _ahead(drawn)
        return -x[::-1], y[::-1]
    return _ahead(drawn)


def _ahead(drawn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Drawn mostly to the right: a point goes out when the hand comes back to its left."""
    kept: list[tuple[float, float]] = []
    for x, y in drawn.tolist():
        while kept and kept[-1][0] >= x:
            kept.pop()
        kept.append((x, y))
    result = np.array(kept)
    return result[:, 0], result[:, 1]
