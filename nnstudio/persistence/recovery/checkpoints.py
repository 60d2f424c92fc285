"""When a run is to be kept on disk, and the copies that are made of it then.

A run that lasts is kept as it stands, every minute, and at the epoch that was best so far, by the
figure that early stopping watches. The thread that trains only copies, at a batch boundary; what
takes time is done by the :class:`~nnstudio.persistence.recovery.keeper.Keeper`'s thread. A run
whose writing takes long is kept less often, so that it costs no more than a share of the time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import inf, isfinite
from time import monotonic
from types import MappingProxyType

from nnstudio.engine.layer import Array
from nnstudio.engine.update import AVERAGE
from nnstudio.persistence.recovery.folder import Note
from nnstudio.persistence.recovery.keeper import Keeper
from nnstudio.project.project import Project
from nnstudio.training.events import BatchDone, EpochDone, Event
from nnstudio.training.feed import columns_of
from nnstudio.training.history import EpochFigures, History
from nnstudio.training.session import Session
from nnstudio.training.standing import Standing
from nnstudio.training.stopping import score
from nnstudio.training.trained import Trained, freeze


@dataclass(frozen=True)
class Pace:
    """How often, in seconds of ``clock``.

    Attributes:
        first: how long a run lasts before it is kept at all.
        every: between two copies of it.
        best: between two of its best epoch.
        share: the most that keeping may take of the time.
        clock: what tells the time.
    """

    first: float = 30.0
    every: float = 60.0
    best: float = 10.0
    share: float = 0.01
    clock: Callable[[], float] = monotonic


@dataclass(frozen=True, eq=False)
class _Best:
    """The variables after an epoch that was better than all before, and where that was."""

    epoch: int
    step: int
    flat: Array


class Checkpoints:
    """Attends one run.

    Everything but :meth:`ask` is called on the thread that trains, or before it starts; in between
    the keeper must have begun.
    """

    def __init__(
        self,
        session: Session,
        keeper: Keeper,
        compose: Callable[[Trained, int], tuple[Project, Note]],
        pace: Pace,
    ) -> None:
        """
        Args:
            compose: makes of a run's state and the number of its epochs what is to be kept, on the
                keeper's thread.
        """
        self._session = session
        self._keeper = keeper
        self._compose = compose
        self._pace = pace
        self._clock = pace.clock
        self._is_asked = False
        self._began = pace.clock()
        self._spent_before = keeper.spent
        self._last_due = self._best_due = self._next_due = self._began + pace.first
        self._monitor = session.watch.monitor
        self._best_score = self._lowest(session.history.epochs)
        self._best: _Best | None = None
        if not session.step:
            keeper.forget("best")  # of another run

    def ask(self) -> None:
        """Keep the run at the next batch boundary, due or not; from any thread."""
        self._is_asked = True

    def attend(self, event: Event) -> None:
        """Keep what is due."""
        if isinstance(event, BatchDone):  # of which there may be many thousands a second
            if self._clock() < self._next_due and not self._is_asked:
                return
        elif isinstance(event, EpochDone):
            self._look_at(event.figures)
            if self._is_over:
                return  # what it ends with comes in a moment, and may be other weights
            if self._clock() < self._next_due and not self._is_asked:
                return
        else:
            return
        if not self._keeper.is_busy:
            self._keep_what_is_due()

    # ------------------------------------------------------------------ what is due

    def _look_at(self, figures: EpochFigures) -> None:
        session = self._session
        if self._monitor != session.watch.monitor:
            # The numbers of another figure can't be compared with those before.
            self._monitor = session.watch.monitor
            self._best_score = self._lowest(session.history.epochs[:-1])
        found = self._score(figures)
        if found < self._best_score:  # never where it is no number
            self._best_score = found
            self._best = _Best(session.epoch, session.step, self._judged())
            self._next_due = min(self._next_due, self._best_due)

    def _keep_what_is_due(self) -> None:
        now = self._clock()
        earned = self._began + (self._keeper.spent - self._spent_before) / self._pace.share
        if now < earned and not self._is_asked:
            self._next_due = earned
            return
        if self._is_asked or now >= self._last_due:
            self._is_asked = False
            self._last_due = now + self._pace.every
            standing = Standing.of(self._session)
            self._keeper.keep("last", lambda: self._made(standing))
        if self._best is not None and now >= self._best_due:
            self._best_due = now + self._pace.best
            best, self._best = self._best, None
            curves = self._session.history.arrays()
            trained = partial(self._trained, best, curves)
            self._keeper.keep("best", lambda: self._compose(trained(), best.epoch))
        self._next_due = self._last_due
        if self._best is not None:
            self._next_due = min(self._next_due, self._best_due)

    @property
    def _is_over(self) -> bool:
        session = self._session
        return session.ended_early or session.epoch >= session.settings.epochs

    def _score(self, figures: EpochFigures) -> float:
        return score(figures, self._session.watch.monitor, self._session.metric)

    def _lowest(self, epochs: Sequence[EpochFigures]) -> float:
        return min(filter(isfinite, map(self._score, epochs)), default=inf)

    def _judged(self) -> Array:
        """A copy of the variables that were validated: the average, if there is one."""
        flat = self._session.flat.copy()
        average = self._session.slots.get(AVERAGE)
        if average is not None:
            flat[: len(average)] = average
        return flat

    # ------------------------------------------------------------------ on the keeper's thread

    def _made(self, standing: Standing) -> tuple[Project, Note] | None:
        if not standing.is_finite:  # the loop will tell at the next batch
            return None
        return self._compose(standing.trained(), standing.progress.epoch)

    def _trained(self, best: _Best, curves: Mapping[str, Array]) -> Trained:
        """Weights to begin from, with the curves that led to them but no run to go on with."""
        session = self._session
        network, data = session.network, session.data
        return Trained(
            MappingProxyType({**session.resting, **freeze(network.arrays(best.flat))}),
            data.preparation,
            data.dataset.fingerprint(columns_of(network)),
            history=History.from_arrays(curves).until(best.step, best.epoch).arrays(),
        )
