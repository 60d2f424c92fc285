"""Questions about answers, answered at once or on a thread, and what is known of them."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from PySide6.QtCore import QObject, Signal

from nnstudio.engine.layer import Array
from nnstudio.explaining.saliency import Saliency
from nnstudio.explaining.sensitivity import Interrupted
from nnstudio.gui.background import Background, Job
from nnstudio.gui.explaining.chosen import Chosen
from nnstudio.gui.explaining.inside import Inside
from nnstudio.gui.explaining.question import Question

#: Floating-point operations that are done at once, which takes about 10 ms; more go to a thread.
AT_ONCE = 20_000_000
#: Beside training a thread may take this share of the time, but no answer waits longer than so many
#: seconds for its turn.
SHARE, LATEST = 0.07, 4.0


@dataclass(frozen=True, eq=False)
class _Asked:
    """A question about an example, with the weights that are asked."""

    question: Question
    chosen: Chosen
    flat: Array

    def is_about(self, question: Question, chosen: Chosen) -> bool:
        return self.question == question and self.chosen is chosen

    def is_same(self, other: _Asked) -> bool:
        """Whether the answer is the same, too."""
        alike = self.is_about(other.question, other.chosen)
        return alike and np.array_equal(self.flat, other.flat)


class _Explaining(Job):
    """Works out the answer to a question; ``found`` is set when it is known."""

    name = "nnstudio-saliency"

    def __init__(self, asked: _Asked, inside: Inside) -> None:
        super().__init__()
        self.asked = asked
        self.found: Saliency | None = None
        self._answer = asked.question.work(inside)

    def work(self) -> None:
        """Answer the question."""
        with suppress(Interrupted):
            self.found = self._answer(lambda: self.is_unwanted)


class Asking(QObject):
    """Keeps the answer to the question that was asked last.

    Signals:
        ended: a thread is done: ask again to hear.
    """

    ended = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._background = Background[_Explaining](self)
        self._background.grown.connect(self.ended)
        self._known: tuple[_Asked, Saliency] | None = None
        self._refused: _Asked | None = None
        self._next = 0.0
        self.error = ""
        self.is_given_up = False

    @property
    def is_busy(self) -> bool:
        """Whether a thread is at work."""
        return self._background.awaited is not None

    def ask(self, question: Question, inside: Inside, running: bool) -> Saliency | None:
        """What is known of this by now; ``None`` while it is worked out, or can't be."""
        now = _Asked(question, inside.chosen, inside.model.workspace.flat)
        self._take()
        if question.operations(inside) <= AT_ONCE:
            self._background.cancel()
            self.error = ""
            self._known = now, question.work(inside)(lambda: False)
        elif self._is_wanted(now, running):
            asked = _Asked(question, inside.chosen, now.flat.copy())
            self.error, self._refused = "", None
            self._background.ask(_Explaining(asked, inside))
        known = self._known
        if known is None or not known[0].is_about(question, inside.chosen):
            return None
        return known[1]

    def _take(self) -> None:
        done = self._background.take()
        if done is None:
            return
        self._next = perf_counter() + min(LATEST, done.took / SHARE)
        if done.found is None:
            self.error, self._refused = done.error, done.asked
        else:
            self._known = done.asked, done.found

    def _is_wanted(self, now: _Asked, running: bool) -> bool:
        """Whether a thread should begin with this."""
        at_work, known = self._background.awaited, self._known
        if self.is_given_up or (known is not None and known[0].is_same(now)):
            return False
        if self._refused is not None and self._refused.is_same(now):
            return False
        if at_work is None:
            waits = known is not None and known[0].is_about(now.question, now.chosen)
            return not (running and waits and perf_counter() < self._next)
        if running:  # what is being worked out is as good as what could be begun
            return not at_work.asked.is_about(now.question, now.chosen)
        return not at_work.asked.is_same(now)

    def give_up(self) -> None:
        """No longer work on it, and don't begin again."""
        self._background.cancel()
        self.is_given_up = True

    def go_on(self) -> None:
        """Work again on what is asked."""
        self.is_given_up = False

    def rest(self) -> None:
        """Nobody looks at the moment."""
        self._background.cancel()
