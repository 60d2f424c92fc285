"""The recording of a run: moments to look back at and to go on from, within a bound of memory.

Every step at first, then ever fewer: the spacing between moments grows in proportion to the step,
up to a widest one, and doubles where the recording would become too long. All spacings are powers
of two and moments lie on their multiples, so the moments of a wider spacing are among those of a
narrower one, and what is kept follows from the steps alone. The first moment, the best (the lowest
watched figure at the end of an epoch) and the last are always there.

    step      0 1 2 3 … 16   18 20 … 32   36 40 … 64   …   4096 4608 5120 …
    spacing      1              2            4                  512, the widest so far

The bound: at most MOST_MOMENTS moments, which together take at most BUDGET bytes. Where fewer than
FEWEST_FULL would fit with the memory of the optimizer, moments hold the weights alone: they can be
looked at as well, but who goes on from one begins another run. A network of which not even three
copies of its weights fit is not recorded. A run that begins to need more on the way, since it is
averaged from now on, say, keeps fewer moments from then on.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import inf, nan

from nnstudio.engine.layer import Array
from nnstudio.training.trained import Progress

#: How many bytes the moments of one recording take at most.
BUDGET = 256 * 2**20
#: How many moments there are at most.
MOST_MOMENTS = 256
#: What a moment takes beside its arrays, in bytes.
MOMENT_BYTES = 3072
#: Fewer moments than this aren't worth keeping the optimizer's memory for.
FEWEST_FULL = 24
#: First, best and last: with room for fewer there is no recording.
FEWEST = 3
#: A doubling of the step is worth this share of all moments.
_OCTAVE_SHARE = 32


@dataclass(frozen=True, eq=False)
class Moment:
    """A run as it stood after a step: to be looked at, and to go on from.

    Attributes:
        progress: where it stood.
        flat: all variables in the network's order, read-only.
        slots: the update's vectors, read-only; ``None`` if only weights are kept.
        best: all variables after the best epoch so far, for early stopping.
        sums: what was added up in the present epoch for its further figures.
        loss: of the step's batch; NaN before the first.
        score: the watched figure of the epoch that ended here, less being better; infinite where
            none did.
    """

    progress: Progress
    flat: Array = field(repr=False)
    slots: Mapping[str, Array] | None = field(default=None, repr=False)
    best: Array | None = field(default=None, repr=False)
    sums: Array | None = field(default=None, repr=False)
    loss: float = nan
    score: float = inf

    @property
    def step(self) -> int:
        """How many steps had been made."""
        return self.progress.step

    @property
    def epoch(self) -> int:
        """How many epochs had been finished."""
        return self.progress.epoch

    @property
    def arrays(self) -> tuple[Array, ...]:
        """All that takes memory; ``best`` may be shared with other moments."""
        best = () if self.best is None else (self.best,)
        return (self.flat, *(self.slots or {}).values(), *best)

    def beats(self, other: Moment | None) -> bool:
        """Whether it is better than ``other``, or was judged by another figure than that."""
        if other is None or other.progress.monitor != self.progress.monitor:
            return self.score < inf
        return self.score < other.score


@dataclass(frozen=True, eq=False)
class Recording:
    """Moments of one run, in their order. A value: whoever records makes a longer one each time.

    Attributes:
        run: which run, as in :class:`Progress`.
        budget, most: the bounds in bytes and in moments.
        largest: the bytes that a moment takes at most.
        is_full: whether moments hold all that going on needs.
        moments: with ever greater steps.
        best: the one of them with the lowest score.
        widest: the greatest spacing so far, as a power of two.
        dense: up to twice this step every step is kept, and so many of each doubling after that;
            a power of two, or 0 where there is room for none of this.
    """

    run: str
    budget: int = BUDGET
    most: int = MOST_MOMENTS
    largest: int = 0
    is_full: bool = True
    moments: tuple[Moment, ...] = ()
    best: Moment | None = None
    widest: int = 0
    dense: int = 1

    @classmethod
    def planned(
        cls,
        run: str,
        weights: int,
        more: int,
        steps: int,
        *,
        budget: int = BUDGET,
        most: int = MOST_MOMENTS,
    ) -> Recording:
        """An empty recording of a run of about ``steps`` steps, which may become more.

        Args:
            weights: the bytes of all variables.
            more: the bytes of what else going on needs.
        """
        is_full = budget // max(1, weights + more) >= min(most, FEWEST_FULL)
        largest = weights + more if is_full else weights
        empty = cls(run, budget, most, largest, is_full)
        dense, widest = _power_below(empty.capacity // _OCTAVE_SHARE), 0
        room = empty.capacity - FEWEST
        while dense * (widest + 2) + (steps >> widest) > room and 1 << widest < steps:
            widest += 1
        return replace(empty, widest=widest, dense=dense)

    # ------------------------------------------------------------------ reading

    @property
    def capacity(self) -> int:
        """How many moments there may be."""
        capacity = min(self.most, self.budget // max(1, self.largest))
        return capacity if capacity >= FEWEST else 0

    @property
    def first(self) -> Moment | None:
        """The earliest moment."""
        return self.moments[0] if self.moments else None

    @property
    def last(self) -> Moment | None:
        """The latest moment."""
        return self.moments[-1] if self.moments else None

    @property
    def size(self) -> int:
        """Bytes held; what moments share counts once."""
        return sum({id(a): a.nbytes for m in self.moments for a in m.arrays}.values())

    @cached_property
    def footprint(self) -> int:
        """About how much memory it takes: tiny networks' moments are mostly what surrounds them."""
        return self.size + MOMENT_BYTES * len(self.moments)

    def index_at(self, step: int) -> int:
        """The number of the moment at ``step``, else of the one before, else of the first."""
        return max(0, bisect_right(self.moments, step, key=lambda moment: moment.step) - 1)

    def at(self, step: int) -> Moment | None:
        """The moment at ``step``, else the one before, else the first; ``None`` if it is empty."""
        return self.moments[self.index_at(step)] if self.moments else None

    # ------------------------------------------------------------------ recording

    def next_due(self, step: int) -> int:
        """The first step after ``step`` at which a moment is to be kept."""
        spacing = _spacing(step + 1, self.widest, self.dense)
        return (step // spacing + 1) * spacing

    def with_moment(self, moment: Moment) -> Recording:
        """With one more, in place of any at its step or later."""
        size = sum(array.nbytes for array in moment.arrays)
        before = self if self._is_before(moment.step) else self.until(moment.step - 1)
        kept, best, ousted = before.moments, before.best, [before.last]
        if moment.beats(best):
            ousted += [] if best is before.last else [best]
            best = moment
        for one in ousted:  # the last one first, so that the other stays in its place
            if one is not None and one is not best and one is not kept[0] and not self._suits(one):
                place = before.index_at(one.step)
                kept = kept[:place] + kept[place + 1 :]
        longer = replace(before, moments=(*kept, moment), best=best)
        if size > self.largest:
            longer = replace(longer, largest=size)
        return longer._within_bound()

    def until(self, step: int) -> Recording:
        """Without what came after ``step``."""
        moments = self.moments[: bisect_right(self.moments, step, key=lambda m: m.step)]
        best = self.best
        if best is not None and best.step > step:
            best = None
            for moment in moments:
                best = moment if moment.beats(best) else best
        return replace(self, moments=moments, best=best)

    def _is_before(self, step: int) -> bool:
        return not self.moments or self.moments[-1].step < step

    def _suits(self, moment: Moment) -> bool:
        """Whether it would be kept though it is neither first nor best nor last."""
        return moment.step % _spacing(moment.step, self.widest, self.dense) == 0

    def _within_bound(self) -> Recording:
        """With wider spacings until there are no more moments than may be."""
        thinner, capacity = self, self.capacity
        if not capacity:
            return replace(self, moments=(), best=None)
        while len(thinner.moments) > capacity:
            step = thinner.moments[-1].step
            if 1 << thinner.widest < _spacing(step, 64, thinner.dense):
                thinner = replace(thinner, widest=thinner.widest + 1)
            else:
                thinner = replace(thinner, dense=thinner.dense // 2)
            always = (self.moments[0], self.best, self.moments[-1])
            kept = tuple(m for m in self.moments if m in always or thinner._suits(m))
            thinner = replace(thinner, moments=kept)
        return thinner


def _spacing(step: int, widest: int, dense: int) -> int:
    """The distance between moments around ``step``."""
    if not dense:
        return 1 << 64  # further than any run goes
    return 1 << min(widest, max(0, (step // dense).bit_length() - 1))


def _power_below(number: int) -> int:
    """The greatest power of two up to ``number``, at least 1."""
    return 1 << max(0, number.bit_length() - 1)
