"""One job at a time on a thread of its own, so that the window never waits for it."""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from time import perf_counter
from typing import ClassVar, Generic, TypeVar

from PySide6.QtCore import QObject, QTimer, Signal

from nnstudio.gui import garbage
from nnstudio.messages import StudioError

log = logging.getLogger(__name__)

#: How often the window looks at the thread, in milliseconds.
LOOK_EVERY = 15


class Job(ABC):
    """Something that takes its time. It keeps what it finds; the window's thread only reads it.

    Attributes:
        error: why nothing was found, in a sentence.
        took: in seconds.
        is_over: is set last of all.
        is_unwanted: the work is given up, as soon as :meth:`work` looks.
    """

    #: The name of its thread.
    name: ClassVar[str] = "nnstudio-work"

    def __init__(self) -> None:
        self.error = ""
        self.took = 0.0
        self.is_over = False
        self._halt = threading.Event()

    @abstractmethod
    def work(self) -> None:
        """Do it, and stop soon if it :attr:`is_unwanted`.

        Raises:
            StudioError: it can't be done.
        """

    def seen(self) -> object:
        """What there is of it so far: something else whenever there is more to look at."""
        return None

    @property
    def is_unwanted(self) -> bool:
        """Whether it was given up."""
        return self._halt.is_set()

    def give_up(self) -> None:
        """What it finds is no longer wanted."""
        self._halt.set()

    def rest(self, seconds: float) -> None:
        """Leave the processor to others, but not once it is given up."""
        self._halt.wait(seconds)

    def do(self) -> None:
        """Work, whatever comes of it."""
        began = perf_counter()
        try:
            self.work()
        except StudioError as error:
            self.error = str(error)
        except Exception as error:  # the window goes on, whatever happens here
            log.exception("%s failed", self.name)
            self.error = str(error)
        self.took = perf_counter() - began
        self.is_over = True


_Job = TypeVar("_Job", bound=Job)


class Background(QObject, Generic[_Job]):
    """Works on what was asked last.

    Signals:
        grown: there is more to be seen of the job, or it is over.
    """

    grown = Signal()

    def __init__(self, parent: QObject, every: int = LOOK_EVERY) -> None:
        super().__init__(parent)
        self._job: _Job | None = None
        self._is_taken = False
        self._seen: tuple[object, bool] = (None, False)
        self._poll = QTimer(self)
        self._poll.setInterval(every)
        self._poll.timeout.connect(self._look)
        parent.destroyed.connect(self.cancel)

    @property
    def job(self) -> _Job | None:
        """What was asked last, over or not."""
        return self._job

    @property
    def is_busy(self) -> bool:
        """Whether a thread works on something that is wanted."""
        return self._job is not None and not (self._job.is_over or self._job.is_unwanted)

    @property
    def awaited(self) -> _Job | None:
        """What is being worked on, or waits to be taken."""
        job = self._job
        return None if job is None or job.is_unwanted or self._is_taken else job

    def ask(self, job: _Job) -> None:
        """Do this, and nothing that was asked before."""
        self._begin(job)
        garbage.start(threading.Thread(target=job.do, name=job.name, daemon=True))
        self._poll.start()

    def do_at_once(self, job: _Job) -> None:
        """Do this, and nothing that was asked before, while the caller waits."""
        self._begin(job)
        job.do()

    def _begin(self, job: _Job) -> None:
        self.cancel()
        self._job, self._is_taken, self._seen = job, False, (None, False)

    def take(self) -> _Job | None:
        """What is over and was not yet taken, if anything is."""
        job = self.awaited
        if job is None or not job.is_over:
            return None
        self._is_taken = True
        return job

    def cancel(self) -> None:
        """Give up what is being worked on; what it has found so far stays."""
        if self._job is not None:
            self._job.give_up()
        self._poll.stop()

    def _look(self) -> None:
        job = self._job
        if job is None:
            return
        if job.is_over:
            self._poll.stop()
        now = (job.seen(), job.is_over)
        if now != self._seen:
            self._seen = now
            self.grown.emit()
