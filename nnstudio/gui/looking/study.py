"""What is known about the data beyond its numbers, found out when somebody asks.

Of little data at once; of more on a thread, so that the window never waits, and not while training
runs, which would wait for it. Other data makes the thread give up.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from nnstudio.data.batches import PreparedData
from nnstudio.data.facts.overview import Overview, overview
from nnstudio.data.facts.warnings import DataWarning, warnings
from nnstudio.data.progress import Cancelled, listening
from nnstudio.gui import garbage
from nnstudio.gui.workbench import Workbench

#: With so many numbers of inputs an answer takes about 20 ms.
AT_ONCE = 150_000
#: How often the window looks whether the thread is done, in milliseconds.
_LOOK_EVERY = 30
#: What can be asked.
_QUESTIONS: dict[str, Callable[[PreparedData], Any]] = {
    "warnings": warnings,
    "overview": overview,
}


class Study(QObject):
    """The answers about the present data.

    Signals:
        changed: there is an answer that wasn't there, or other data about which nothing is known.
    """

    changed = Signal()

    def __init__(self, workbench: Workbench, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._data = workbench.data
        self._answers: dict[str, Any] = {}
        self._wanted: list[str] = []
        self._work: _Work | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_EVERY)
        self._timer.timeout.connect(self._look)
        workbench.data_changed.connect(self._forget)
        workbench.runner.ended.connect(self._go_on)

    def warnings(self) -> tuple[DataWarning, ...] | None:
        """What is suspicious; ``None`` while that isn't known yet."""
        answer: tuple[DataWarning, ...] | None = self._answer("warnings")
        return answer

    def overview(self) -> Overview | None:
        """What the columns are like; ``None`` while that isn't known yet."""
        answer: Overview | None = self._answer("overview")
        return answer

    @property
    def is_waiting(self) -> bool:
        """Whether an answer has to wait for the end of the training."""
        return bool(self._wanted) and self._work is None and self._workbench.runner.is_running

    def _answer(self, question: str) -> Any:
        data = self._workbench.data
        if data is None:
            return None
        if data is not self._data:
            self._reset(data)
        if question not in self._answers and question not in self._wanted:
            if data.dataset.inputs.size <= AT_ONCE:
                self._answers[question] = _QUESTIONS[question](data)
            else:
                self._wanted.append(question)
                self._go_on()
        return self._answers.get(question)

    def _reset(self, data: PreparedData | None) -> None:
        if self._work is not None:
            self._work.is_wanted = False
        self._data, self._answers, self._wanted, self._work = data, {}, [], None

    def _forget(self) -> None:
        if self._workbench.data is not self._data:
            self._reset(self._workbench.data)
            self.changed.emit()

    def _go_on(self) -> None:
        """Begin with the next question, if there is one and nothing stands in the way."""
        if not self._wanted or self._work is not None or self._workbench.runner.is_running:
            return
        assert self._data is not None, "nobody asks about no data"
        self._work = _Work(self._wanted[0], self._data)
        garbage.start(threading.Thread(target=self._work.do, name="data facts", daemon=True))
        self._timer.start()

    def _look(self) -> None:
        work = self._work
        if work is None or not work.is_done:
            return
        self._work = None
        self._wanted.remove(work.question)
        self._answers[work.question] = work.answer
        if not self._wanted:
            self._timer.stop()
        self._go_on()
        self.changed.emit()


class _Work:
    """One question on a thread; ``is_done`` is set last."""

    def __init__(self, question: str, data: PreparedData) -> None:
        self.question = question
        self.answer: Any = None
        self.is_wanted = True
        self.is_done = False
        self._data = data

    def do(self) -> None:
        try:
            with listening(self._stop_if_unwanted):
                self.answer = _QUESTIONS[self.question](self._data)
        except Cancelled:
            pass
        finally:
            self.is_done = True

    def _stop_if_unwanted(self, done: int, expected: int) -> None:
        if not self.is_wanted:
            raise Cancelled
