"""A trial: the project with a remedy is trained beside the run as it was, and both are compared.

Both begin with the same weights, as far as the remedy leaves them, and go through as many epochs.
What is known of the run that ails isn't computed again. A trial ends when its time is up; then the
last epoch that both have reached is compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import isfinite, nan
from time import perf_counter

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.doctor.finding import Curves, Series
from nnstudio.doctor.rare import RareClasses
from nnstudio.engine.layer import Array
from nnstudio.messages import StudioError, sentence
from nnstudio.project.fixes.fix import Fix
from nnstudio.project.project import Project
from nnstudio.project.run_book import begun, ended
from nnstudio.project.run_record import RunRecord
from nnstudio.project.runs import continues, session_for, with_start_weights
from nnstudio.training.control import Control
from nnstudio.training.events import Diverged, Ended, EpochDone, Event, Failed
from nnstudio.training.history import EpochFigures, figures_of
from nnstudio.training.loop import train
from nnstudio.training.recorder import Recorder
from nnstudio.training.session import Session
from nnstudio.training.trained import Trained

#: At least so many epochs are trained, and at most for so many seconds.
FEWEST, SECONDS = 5, 60.0
#: A loss must come down to this share of what it was, an accuracy or recall rise by so much.
BETTER, MORE = 0.97, 0.005
#: A loss that is so many times what it began with has gone astray, though the run went on.
ASTRAY = 10.0


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of the run that ails: its epochs, and the step in which it ended; 0 for none.

    It began with the same weights as the trial.
    """

    epochs: Sequence[EpochFigures] = ()
    diverged: int = 0


@dataclass(frozen=True, eq=False)
class Outcome:
    """What came of it.

    Attributes:
        helped: whether it is better with the remedy.
        text: both figures in a sentence.
        curves: both courses.
        project: with the remedy and the weights it has led to; ``None`` if they are no numbers.
        record: the run with the remedy; who writes it into the book gives it a number there.
    """

    helped: bool
    text: str
    curves: Curves
    project: Project | None
    record: RunRecord | None = None


@dataclass(eq=False)
class _Course:
    """How one run went."""

    epochs: Sequence[EpochFigures]
    diverged: int = 0
    session: Session | None = None
    recall: float = nan
    trained: Trained | None = None
    record: RunRecord | None = None


def beginning(project: Project) -> Project:
    """``project`` as its run began: what remedies are made for, and trials begin from."""
    return with_start_weights(project) if continues(project) else project


class Trial:
    """One remedy on trial: made on one thread, worked on by another.

    Attributes:
        before: the project it begins from, without the remedy.
        fix: the remedy.
        epochs: how many are trained.
        outcome: what came of it; ``None`` until ``done``, or if it was cancelled.
        error: why it could not be tried, in a sentence.
        progress: how much is done, 0 … 1.
        done: set last.
    """

    def __init__(
        self,
        project: Project,
        data: PreparedData,
        fix: Fix,
        code: str,
        known: Known | None = None,
        seconds: float = SECONDS,
    ) -> None:
        """``fix`` is one for ``project``, the :func:`beginning`; ``code`` is the finding's."""
        self.fix = fix
        self.outcome: Outcome | None = None
        self.error = ""
        self.progress = 0.0
        self.done = False
        self.before = project
        self._data, self._code = data, code
        self._known = known or Known()
        wanted = max(FEWEST, _count(self._known.epochs))
        self.epochs = min(wanted, project.settings.epochs)
        self._seconds = seconds
        self._control = Control()
        self._share = 1.0

    def cancel(self) -> None:
        """Give it up within one batch."""
        self._control.stop()

    @property
    def is_cancelled(self) -> bool:
        """Whether :meth:`cancel` was called."""
        return self._control.stopping

    def work(self) -> None:
        """All of it, on a thread of its own."""
        try:
            self.outcome = self._compare()
        except StudioError as error:
            self.error = str(error)
        except (MemoryError, ArithmeticError, ValueError) as error:
            self.error = sentence("run_failed", reason=str(error))
        finally:
            self.done = True

    # ------------------------------------------------------------------ both runs

    def _compare(self) -> Outcome | None:
        project, data = self._after()
        known = self._known
        is_known = known.diverged or _count(known.epochs) >= self.epochs
        is_known = bool(is_known) and self._code != "doctor_imbalance"
        self._share = 1.0 if is_known else 0.5
        after = self._run(project, data, 0.0, is_kept=True)
        before = _Course(known.epochs, known.diverged)
        if not is_known and not self.is_cancelled:
            before = self._run(self.before, self._data, self._share)
        if self.is_cancelled or after.session is None:
            return None
        self.progress = 1.0
        outcome = self._outcome(replace(project, trained=after.trained), before, after)
        return replace(outcome, record=after.record)

    def _after(self) -> tuple[Project, PreparedData]:
        """The project with the remedy, and its data, which is only prepared anew."""
        project, data, old = self.fix.project, self._data, self.before
        if project.data == old.data:
            return project, data
        same = project.data.split == old.data.split
        parts = data.parts if same else None
        dataset = data.source or data.dataset
        return project, PreparedData.of(project.data, dataset=dataset, parts=parts)

    def _run(
        self, project: Project, data: PreparedData, tried: float, *, is_kept: bool = False
    ) -> _Course:
        """One course.

        Args:
            tried: how much of the trial was done before, 0 … 1.
            is_kept: this run may be used in place of the other: it is recorded and written down.
        """
        session = session_for(project, data)
        recorder = Recorder(session) if is_kept else None
        record = begun(project, session, _now()) if is_kept else None
        until = perf_counter() + self._share * self._seconds
        diverged = 0
        end: Event = Ended("limit")
        if recorder is not None:
            recorder.begin()
        for event in train(session, self._control, epochs=self.epochs):
            if recorder is not None:
                recorder.attend(event)
            if isinstance(event, Diverged):
                diverged = event.step
            elif isinstance(event, Failed):
                raise event.error
            elif isinstance(event, Ended):
                end = event
            elif isinstance(event, EpochDone) and perf_counter() > until:
                break
            done = session.epoch + session.position / max(1, len(data.parts.train))
            self.progress = tried + self._share * min(1.0, done / self.epochs)
        trained = None
        if not diverged:
            if recorder is not None and not session.result:
                recorder.begin()  # where it stands when its time is up
            session.conclude()
            recording = None if recorder is None else recorder.recording
            trained = replace(session.trained(), recording=recording)
        if record is not None:
            record = ended(record, session, end, trained)
        rare = RareClasses.of(session)
        recall = nan if rare is None else float(np.nanmean(rare.recall()))
        return _Course(session.history.epochs, diverged, session, recall, trained, record)

    # ------------------------------------------------------------------ the verdict

    def _outcome(self, project: Project, before: _Course, after: _Course) -> Outcome:
        name, is_better_high = self._measure(after)
        session = after.session
        count = min(_count(before.epochs), _count(after.epochs)) or _count(after.epochs)
        if session is not None and session.ended_early:  # it needs no more, which is its merit
            count = _count(before.epochs)
        if name == "recall":
            values = before.recall, after.recall
        else:
            values = _value(before, name, count), _value(after, name, count)
        curves = self._curves("val_loss" if name == "recall" else name, before, after)
        said = {
            "label": self.fix.label,
            "measure": _WORDS[name] if name != "val_metric" else self._metric_name(after),
            "before": _text(values[0], is_better_high),
            "after": _text(values[1], is_better_high),
            "epochs": f"{count:,} epoch" + ("s" if count != 1 else ""),
            "step": before.diverged or after.diverged,
        }
        if after.diverged:
            return Outcome(False, sentence("trial_diverged", **said), curves, None)
        if before.diverged:
            first = nan if session is None else session.history.steps.value(0)
            is_worse = name in _LOSSES and values[1] > ASTRAY * first
            code = "trial_goes_on_badly" if is_worse else "trial_goes_on"
            told = sentence(code, **said, first=_text(first, is_better_high))
            return Outcome(not is_worse, told, curves, project)
        if not all(isfinite(value) for value in values):
            return Outcome(False, sentence("trial_unclear", **said), curves, project)
        if is_better_high:
            helped = values[1] >= values[0] + MORE
        else:
            helped = values[1] <= BETTER * values[0]
        code = "trial_helped" if helped else "trial_no_better"
        return Outcome(helped, sentence(code, **said), curves, project)

    def _measure(self, after: _Course) -> tuple[str, bool]:
        """What is compared, a field of :class:`EpochFigures` or recall; whether more is better."""
        assert after.session is not None
        if self._code == "doctor_imbalance":
            return "recall", True
        old, new = self.before, self.fix.project
        is_validated = len(after.session.data.parts.validation) > 0
        comparable = (
            (old.settings.loss, old.settings.losses, old.settings.loss_weights)
            == (new.settings.loss, new.settings.losses, new.settings.loss_weights)
        ) and old.data.targets == new.data.targets
        if comparable:
            return ("val_loss" if is_validated else "train_loss"), False
        is_accuracy = after.session.metric.is_accuracy
        return ("val_metric" if is_validated else "train_metric"), is_accuracy

    def _metric_name(self, after: _Course) -> str:
        assert after.session is not None
        return f"validation {after.session.metric.name}"

    def _curves(self, name: str, before: _Course, after: _Course) -> Curves:
        series = (
            _series("before", name, before, "dim"),
            _series("with fix", name, after, "training"),
        )
        words = _WORDS.get(name, "metric")
        return Curves(f"{words[0].upper()}{words[1:]} of each epoch", series)


def _now() -> str:
    return datetime.now().astimezone().isoformat(timespec="seconds")


_LOSSES = ("val_loss", "train_loss")
_WORDS = {
    "val_loss": "validation loss",
    "train_loss": "training loss",
    "train_metric": "training metric",
    "recall": "mean share of each class recognised",
}


def _count(epochs: Sequence[EpochFigures]) -> int:
    """How many epochs there were: of a long run not all are kept."""
    return epochs[-1].epoch if epochs else 0


def _value(course: _Course, name: str, count: int) -> float:
    """The figure after ``count`` epochs, or of the epoch whose weights were put back."""
    session = course.session
    if session is not None and session.result == "best":
        return float(getattr(figures_of(course.epochs, session.watch.best_epoch), name))
    if not course.epochs or not count:
        return nan
    return float(getattr(figures_of(course.epochs, count), name))


def _series(label: str, name: str, course: _Course, role: str) -> Series:
    y: Array = np.array([getattr(row, name) for row in course.epochs], np.float64)
    return Series(label, np.array([row.epoch for row in course.epochs], np.float64), y, role)


def _text(value: float, is_share: bool) -> str:
    return f"{100 * value:.1f} %" if is_share else f"{value:.3g}"
