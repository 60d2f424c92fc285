"""One piece of work at a time on a thread of its own, so that the window never waits for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from nnstudio.explaining.sensitivity import Interrupted
from nnstudio.gui import garbage
from nnstudio.messages import StudioError

log = logging.getLogger(__name__)

#: Asked by whoever works, between pieces of the work.
Unwanted = Callable[[], bool]


@dataclass(eq=False)
class Done:
    """What came of it.

    Attributes:
        key: what was asked.
        found: the answer; ``None`` if there is none.
        error: why there is none, in a sentence.
        took: in seconds.
    """

    key: object
    found: Any = None
    error: str = ""
    took: float = 0.0
    is_over: bool = False
    is_unwanted: bool = False


class Background(QObject):
    """Works on what was asked last.

    Signals:
        ended: something was found: :meth:`take` it.
    """

    ended = Signal()

    def __init__(self, parent: QObject, name: str) -> None:
        super().__init__(parent)
        self._name = name
        self._job: Done | None = None
        self._poll = QTimer(self)
        self._poll.setInterval(15)
        self._poll.timeout.connect(self._look)
        parent.destroyed.connect(self.cancel)

    @property
    def is_busy(self) -> bool:
        """Whether something is being worked on, or waits to be taken."""
        return self._job is not None

    @property
    def key(self) -> object:
        """What is being worked on."""
        return None if self._job is None else self._job.key

    def ask(self, key: object, work: Callable[[Unwanted], Any]) -> None:
        """Do this, and nothing that was asked before."""
        self.cancel()
        self._job = job = Done(key)
        thread = threading.Thread(target=_do, args=(job, work), name=self._name, daemon=True)
        garbage.start(thread)
        self._poll.start()

    def take(self) -> Done | None:
        """What was found since the last call, if anything was."""
        job = self._job
        if job is None or not job.is_over:
            return None
        self._job = None
        return job

    def cancel(self) -> None:
        """Give up what is being worked on."""
        if self._job is not None:
            self._job.is_unwanted = True
            self._job = None
        self._poll.stop()

    def _look(self) -> None:
        if self._job is None or self._job.is_over:
            self._poll.stop()
            self.ended.emit()


def _do(job: Done, work: Callable[[Unwanted], Any]) -> None:
    began = perf_counter()
    try:
        job.found = work(lambda: job.is_unwanted)
    except Interrupted:
        pass
    except StudioError as error:
        job.error = str(error)
    except Exception as error:  # the window goes on, whatever happens here
        log.exception("%s failed", threading.current_thread().name)
        job.error = str(error)
    job.took = perf_counter() - began
    job.is_over = True
