"""L-BFGS: steps along −H g, where H is the inverse curvature as the last m steps have shown it.

Newton's method steps along −B⁻¹ g, where B holds the second derivatives: P² numbers for P weights.
BFGS learns an approximation H of B⁻¹ from how the gradient changed over each step,

    s = w⁺ − w,   y = g⁺ − g,   ρ = 1 / (sᵀy),   H ← (I − ρ s yᵀ) H (I − ρ y sᵀ) + ρ s sᵀ

and L-BFGS never writes H down: it keeps the last m pairs (s, y) and computes H g from them,
starting with γ I, γ = sᵀy / yᵀy of the last pair, which has the size of the curvature just seen
(Nocedal, "Updating quasi-Newton matrices with limited storage", 1980; Liu and Nocedal, "On the
limited memory BFGS method for large scale optimization", 1989):

    q = g;   from the newest pair to the oldest:   aᵢ = ρᵢ sᵢᵀq;   q ← q − aᵢ yᵢ
    r = γ q; from the oldest pair to the newest:   r ← r + (aᵢ − ρᵢ yᵢᵀr) sᵢ;   then r = H g

How far to go along p = −H g is found by trying. With φ(α) = L(w + α p), φ′(α) = g(w + α p)ᵀ p, a
length α is taken if it fulfils the strong Wolfe conditions

    φ(α) ≤ φ(0) + c₁ α φ′(0)         the loss falls, by more than next to nothing
    |φ′(α)| ≤ c₂ |φ′(0)|             and the slope is used up: this makes sᵀy > 0

with c₁ = 10⁻⁴ and c₂ = 0.9 (Nocedal and Wright, "Numerical Optimization", 2006, algorithms 3.5, 3.6
and 7.4). The first α tried is the learning rate, and 1 is the natural one: that is Newton's step.
Where nothing is remembered yet, p = −g says nothing about lengths, and the first α tried is
min(1, 1 / Σ|gᵢ|) times the rate, as in PyTorch.

All this needs the loss and its gradient at several points of one and the same function: not those
of a batch here and of another there, but of all examples together.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import inf, isfinite, nan, sqrt
from typing import ClassVar, NamedTuple

import numpy as np

from nnstudio.engine.layer import Array
from nnstudio.engine.optimizers import Optimizer
from nnstudio.schema import setting

__all__ = ["LBFGS", "Objective", "Point", "Trial", "wolfe_search"]

#: c₁ and c₂ of the Wolfe conditions; Nocedal and Wright's for quasi-Newton methods.
DECREASE, CURVATURE = 1e-4, 0.9
#: Within a bracket no trial is nearer to an end than this share of it, and
NEAREST = 0.1
#: where the bracket isn't closed yet, the next trial is so many times farther.
LEAST_GROWTH, MOST_GROWTH = 2.0, 10.0


class Point(NamedTuple):
    """The loss at some w, and its gradient there, an array that whoever gave it may use again."""

    loss: float
    gradient: Array


#: What is made small: w → loss and gradient.
Objective = Callable[[Array], Point]


@dataclass(frozen=True)
class LBFGS(Optimizer):
    """Limited-memory BFGS with a line search for the strong Wolfe conditions, on all examples.

    In the slots ``step i`` and ``change i`` lie the pairs (s, y): that of step t at the place
    (t−1) mod m, over the one of m steps earlier. Zeros stand for no pair: before the first step,
    and where sᵀy is nothing but rounding.

    From Nocedal (1980) and Liu and Nocedal (1989); MATLAB and scikit-learn have it as ``lbfgs``.
    """

    title: ClassVar[str] = "L-BFGS"
    summary: ClassVar[str] = (
        "Few, long steps on all examples at once, for small data; meant for learning rate 1"
    )
    searches: ClassVar[bool] = True

    history: int = setting(
        10, ge=1, le=100, label="Remembered steps", help="How many steps tell the curvature"
    )
    evaluations: int = setting(
        20, ge=1, le=1_000, help="How many lengths a step may try: each is a pass over all examples"
    )
    tolerance: float = setting(
        1e-7, ge=0, le=1, help="Nothing moves any more once no number of the gradient is larger"
    )

    def slots(self) -> tuple[str, ...]:
        places = range(1, self.history + 1)
        return (*(f"step {i}" for i in places), *(f"change {i}" for i in places))

    def search(
        self,
        w: Array,
        objective: Objective,
        slots: Mapping[str, Array],
        rate: float,
        step: int,
        start: Point,
    ) -> Point | None:
        """One step: find a direction, search along it, and remember what was seen.

        Args:
            w: changed in place; it is what ``objective`` is asked about.
            objective: the loss to make small. What it raises is passed on.
            rate: the first length tried, in Newton's steps.
            step: t, counted from 1.
            start: what ``objective`` gives for ``w`` now; its gradient is left alone.

        Returns:
            The loss and gradient at the new ``w``, of which ``objective`` gave the latter last; or
            ``None`` if ``w`` stays: the gradient is within the tolerance, or no length makes the
            loss smaller as far as rounding lets one see.
        """
        g = start.gradient
        if not g.size or float(np.abs(g).max()) <= self.tolerance:
            self._forget(slots)  # so that what is remembered doesn't depend on how long it rests
            return None
        pairs = self._pairs(slots, step)
        if pairs:
            found = self._try(_newton(g, pairs), rate, w, objective, slots, step, start)
            if found is not None:
                return found
            self._forget(slots)  # what it remembers doesn't fit here: straight down, if anywhere
        rate *= min(1.0, 1 / float(np.abs(g).sum()))
        return self._try(-g, rate, w, objective, slots, step, start)

    def _try(
        self,
        direction: Array,
        length: float,
        w: Array,
        objective: Objective,
        slots: Mapping[str, Array],
        step: int,
        start: Point,
    ) -> Point | None:
        """Go along ``direction``, remember the pair; ``None``, and ``w`` as it was, if in vain."""
        before, g = w.copy(), start.gradient
        point = start

        def along(length: float) -> Trial:
            nonlocal point
            np.multiply(direction, length, out=w)
            np.add(w, before, out=w)
            point = objective(w)
            return Trial(length, point.loss, _dot(point.gradient, direction))

        slope = _dot(g, direction)
        found, last = None, None
        if slope < 0 and isfinite(slope):
            found, last = wolfe_search(along, start.loss, slope, length, self.evaluations)
        if found is None:
            w[...] = before
            self._remember(slots, step, None, None)
            return None
        if found is not last:
            along(found.length)
        np.subtract(w, before, out=before)
        self._remember(slots, step, before, point.gradient - g)
        return point

    # ---------------------------------------------------------------- memory

    def _place(self, step: int) -> int:
        return (step - 1) % self.history + 1

    def _pairs(self, slots: Mapping[str, Array], step: int) -> list[tuple[Array, Array, float]]:
        """(s, y, sᵀy) of the steps before ``step``, newest first, without the unusable."""
        found = []
        for earlier in range(step - 1, max(0, step - 1 - self.history), -1):
            place = self._place(earlier)
            s, y = slots[f"step {place}"], slots[f"change {place}"]
            if curvature := _dot(s, y):
                found.append((s, y, curvature))
        return found

    def _remember(
        self, slots: Mapping[str, Array], step: int, s: Array | None, y: Array | None
    ) -> None:
        """Keep the pair of ``step``, or none if its sᵀy isn't clearly above 0."""
        place = self._place(step)
        if s is not None and y is not None:
            rounding = float(np.finfo(s.dtype).eps) * sqrt(_dot(s, s)) * sqrt(_dot(y, y))
            if not rounding < _dot(s, y) < inf:
                s = y = None
        slots[f"step {place}"][...] = 0 if s is None else s
        slots[f"change {place}"][...] = 0 if y is None else y

    def _forget(self, slots: Mapping[str, Array]) -> None:
        for name in self.slots():
            slots[name][...] = 0


def _newton(g: Array, pairs: list[tuple[Array, Array, float]]) -> Array:
    """−H g by the two loops of Nocedal (1980), for pairs (s, y, sᵀy), newest first."""
    q, factors = g.copy(), []
    for s, y, curvature in pairs:
        factors.append(_dot(s, q) / curvature)
        q -= factors[-1] * y
    _, y, curvature = pairs[0]
    q *= curvature / _dot(y, y)
    for (s, y, curvature), factor in zip(reversed(pairs), reversed(factors), strict=True):
        q += (factor - _dot(y, q) / curvature) * s
    return np.negative(q, out=q)


def _dot(a: Array, b: Array) -> float:
    return float(np.dot(a, b))


# ---------------------------------------------------------------- how far to go


class Trial(NamedTuple):
    """φ and φ′ at the length α."""

    length: float
    loss: float
    slope: float


def wolfe_search(
    along: Callable[[float], Trial], loss: float, slope: float, length: float, most: int
) -> tuple[Trial | None, Trial | None]:
    """Find a length that fulfils the strong Wolfe conditions.

    Lengths grow until an interval is known that holds such a length (algorithm 3.5); then it is
    narrowed down, keeping at its end ``low`` the length of the lowest loss that fulfils the first
    condition (algorithm 3.6). Each next trial is where the cubic through both ends is lowest.

    Args:
        along: gives φ and φ′ at a length.
        loss, slope: φ(0) and φ′(0) < 0.
        length: the first to try, above 0.
        most: how often ``along`` may be asked.

    Returns:
        What was found, and what was tried last. If no trial fulfils both conditions, the one of
        the lowest loss that fulfils the first; ``None`` if there is none either.
    """

    def falls(trial: Trial) -> bool:  # not so where the loss is NaN
        return trial.loss <= loss + DECREASE * trial.length * slope and trial.loss < loss

    def is_flat(trial: Trial) -> bool:
        return abs(trial.slope) <= -CURVATURE * slope

    low, high, trial = Trial(0.0, loss, slope), None, None
    for _ in range(most):
        trial = along(length)
        if not falls(trial) or (low.length and trial.loss >= low.loss):
            high = trial
        elif is_flat(trial):
            return trial, trial
        else:
            if high is None:
                high = low if trial.slope >= 0 else None
            elif trial.slope * (high.length - low.length) >= 0:
                high = low
            previous, low = low, trial
            if high is None:  # still downhill: farther on
                length = _inside(
                    _lowest(previous, low),
                    low.length * LEAST_GROWTH,
                    low.length * MOST_GROWTH,
                    otherwise=low.length * MOST_GROWTH,
                )
                continue
        margin = NEAREST * (high.length - low.length)
        length = _inside(
            _lowest(low, high),
            low.length + margin,
            high.length - margin,
            otherwise=(low.length + high.length) / 2,
        )
    return (low if low.length else None), trial


def _lowest(a: Trial, b: Trial) -> float:
    """Where the cubic with these losses and slopes is lowest: equation 3.59; NaN if nowhere."""
    width = b.length - a.length
    if not width or not all(map(isfinite, (*a, *b))):
        return nan
    d1 = a.slope + b.slope - 3 * (b.loss - a.loss) / width
    square = d1 * d1 - a.slope * b.slope
    if not square >= 0:
        return nan
    d2 = sqrt(square) if width > 0 else -sqrt(square)
    divisor = b.slope - a.slope + 2 * d2
    return b.length - width * (b.slope + d2 - d1) / divisor if divisor else nan


def _inside(length: float, one: float, other: float, *, otherwise: float) -> float:
    """``length``, brought to between ``one`` and ``other``; ``otherwise`` if it is NaN."""
    if length != length:
        return otherwise
    return min(max(length, min(one, other)), max(one, other))
