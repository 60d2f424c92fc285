"""Sits beside a run on its thread, looks now and then, and keeps what was found.

It looks once per epoch, and every two seconds in long epochs, as long as all looks together take no
more than :data:`SHARE` of the training's time and :data:`FREE` seconds; and once more at the end.
"""

from __future__ import annotations

from dataclasses import replace
from math import nan
from time import perf_counter

import numpy as np

from nnstudio.doctor.case import Case
from nnstudio.doctor.checkup import Checkup, Probe, weight_arrays
from nnstudio.doctor.diagnoses import diagnose
from nnstudio.doctor.finding import Bars, Finding
from nnstudio.doctor.origin import origin_of
from nnstudio.doctor.rare import RareClasses
from nnstudio.engine.layer import Array
from nnstudio.project.project import Project
from nnstudio.training.evaluation import batch_for
from nnstudio.training.events import BatchDone, Diverged, EpochDone, Event, Failed
from nnstudio.training.history import History
from nnstudio.training.session import Session

#: The share of the training's time that looking may take, and the seconds it may take anyway. What
#: is told at every step is not counted, so that all together it is two hundredths at most.
SHARE, FREE = 0.016, 0.05
#: In long epochs it looks every so many seconds.
EVERY = 2.0
#: So many check-ups are kept.
KEPT = 32
#: A finding that doesn't show any more is forgotten after so many looks.
FORGOTTEN = 3
#: The loss of the first so many examples is where a run began: a few steps later it may be lost.
FIRST = 16
#: Losses are thinned to about so many before they are looked at.
_POINTS = 2000
#: The learning rate, which is smooth, to about so many.
_RATES = 256


class Examiner:
    """Watches one session.

    Attributes:
        project, session: what trains.
        findings: what is wrong, as of the last look; replaced whole, so that another thread may
            read it at any time.
        looks: how many looks there were.
        seconds: what they took together.
    """

    def __init__(self, project: Project, session: Session, share: float = SHARE) -> None:
        self.findings: tuple[Finding, ...] = ()
        self.looks = 0
        self.seconds = 0.0
        self.project, self.session, self._share = project, session, share
        self._began = self._looked = session.seconds
        self._began_step = session.step
        self._probe: Probe | None = None
        self._cost = 0.0
        self._checkups: list[Checkup] = []
        self._before: Array | None = None
        self._first_loss: float | None = None
        self._known: dict[tuple[str, str], tuple[Finding, int]] = {}
        self._rare: RareClasses | None = None

    def attend(self, event: Event) -> None:
        """Take notice of an event of the run; for the training thread."""
        if isinstance(event, BatchDone):
            if self._before is not None:
                self._see_update()
            if self.session.seconds - self._looked < EVERY or not self._may_look():
                return
            self._look()
        elif isinstance(event, EpochDone):
            if self._may_look():
                self._look()
        elif isinstance(event, Diverged):
            self._find_origin(event)
        elif not isinstance(event, Failed) and self.session.step > self._began_step:
            self._before = None
            self._look(is_last=True)

    # ------------------------------------------------------------------ when

    def _may_look(self) -> bool:
        """Whether another look stays within its share of the time."""
        elapsed = self.session.seconds - self._began
        return self.seconds + self._expected() <= self._share * elapsed + FREE

    def _expected(self) -> float:
        """What a look is likely to cost: as the last one, or as training on its examples."""
        if self._cost:
            return self._cost
        session = self.session
        steps = max(1, session.step - self._began_step)
        a_step = (session.seconds - self._began) / steps
        count = min(256, batch_for(session.network), len(session.data.parts.train))
        return 2 * a_step * count / max(1, min(session.examples_per_step, count))

    # ------------------------------------------------------------------ what

    def _look(self, *, is_last: bool = False) -> None:
        began = perf_counter()
        session = self.session
        if not (is_last and self._checkups and self._checkups[-1].step == session.step):
            if self._probe is None:
                self._probe, self._rare = Probe(session), RareClasses.of(session)
            self._checkups = [*self._checkups[1 - KEPT :], self._probe.look()]
        self._before = None if is_last else session.flat[: session.network.trainable_size].copy()
        self._take(diagnose(self.case()))
        self.looks += 1
        self._looked = session.seconds
        self._cost = perf_counter() - began
        self.seconds += self._cost

    def _see_update(self) -> None:
        """How far the step after a look has moved each layer's weights."""
        began = perf_counter()
        session, before = self.session, self._before
        assert before is not None
        ratios = {}
        old = weight_arrays(session.network, before)
        new = weight_arrays(session.network, session.flat)
        with np.errstate(all="ignore"):
            for (node, was), (_, now) in zip(old, new, strict=True):
                length = float(np.linalg.norm(was))
                ratios[node] = float(np.linalg.norm(now - was)) / length if length else np.nan
        self._checkups[-1] = replace(self._checkups[-1], updates=ratios)
        self._before = None
        self.seconds += perf_counter() - began

    def case(self) -> Case:
        """All that is known of the run now; for the training thread."""
        session, history = self.session, self.session.history
        steps, _, losses, greatest = history.steps.curve()
        thin = max(1, len(steps) // _POINTS)
        epochs = history.columns()
        return Case(
            project=self.project,
            network=session.network,
            data=session.data,
            rate=session.learning_rate,
            step=session.step,
            first_loss=self._beginning(steps, losses, greatest),
            epochs=epochs["epoch"],
            train_losses=epochs["train_loss"],
            val_losses=epochs["val_loss"],
            steps=steps[::thin],
            losses=losses[::thin],
            rates=_rates(history, steps[::thin], session.learning_rate),
            checkups=tuple(self._checkups),
            recall=None if self._rare is None else self._rare.recall(),
        )

    def _beginning(self, steps: Array, losses: Array, greatest: Array) -> float:
        """The loss that the run began with, of as few batches as tell it; NaN before the first.

        It is remembered, for in a long run the first losses become one with later ones. Of a run
        that is taken up after that, the greatest of these is nearest to its beginning.
        """
        if self._first_loss is not None:
            return self._first_loss
        if not len(steps):
            return nan
        batches = -(-FIRST // self.session.examples_per_step)
        first = float(greatest[0] if steps[0] else losses[:batches].mean())
        if len(steps) >= batches:
            self._first_loss = first
        return first

    def _take(self, found: tuple[Finding, ...]) -> None:
        """Keep what is new with the step it was seen at; forget what has long not shown."""
        now = {finding.key: finding for finding in found}
        known = {}
        for key, (finding, missed) in self._known.items():
            if key in now:
                known[key] = replace(now[key], step=finding.step), 0
            elif missed + 1 < FORGOTTEN:
                known[key] = finding, missed + 1
        for key, finding in now.items():
            if key not in known:
                known[key] = replace(finding, step=self.session.step), 0
        self._known = known
        order = {finding.key: i for i, finding in enumerate(found)}
        last = len(found)
        self.findings = tuple(
            sorted((f for f, _ in known.values()), key=lambda f: order.get(f.key, last))
        )

    # ------------------------------------------------------------------ no number

    def _find_origin(self, event: Diverged) -> None:
        origin = origin_of(self.session)
        case = self.case()
        codes = {
            "data": "doctor_nan_data",
            "weights": "doctor_nan_weights",
            "output": "doctor_nan_output",
            "loss": "doctor_nan_loss",
        }
        values = {
            "step": origin.step,
            "layer": case.title(origin.node),
            "loss": "NaN" if np.isnan(event.loss) else "infinite",
            "rate": event.learning_rate,
        }
        sizes = np.array(list(origin.sizes.values()))
        evidence = Bars(
            "Greatest output of each layer in that step",
            tuple(case.title(node) for node in origin.sizes),
            sizes,
            np.array([node == origin.node for node in origin.sizes]),
            is_log=True,
        )
        finding = Finding(codes[origin.what], evidence, values, origin.node, origin.step)
        kept = tuple(f for f, _ in self._known.values() if not f.code.startswith("doctor_rate"))
        self.findings = (finding, *kept)


def _rates(history: History, steps: Array, now: float) -> Array:
    """The learning rate at each of ``steps``; the present one where it isn't known."""
    known, _, rates, _ = history.rates.thinned(_RATES)
    rates = np.where(np.isfinite(rates), rates, now)
    return np.interp(steps, known, rates) if len(known) else np.full(len(steps), now)
