"""Writes what would be lost to a folder, on a thread of its own, so that nobody waits for the disk.

Jobs are done one after the other in the order in which they were asked for. The thread lives while
somebody says that there may be jobs; the folder is made with the first of them. A disk that is full
or a folder that can't be written are told once: training goes on, and the next job tries again.
"""

from __future__ import annotations

import logging
import threading
from collections import deque
from collections.abc import Callable
from time import thread_time

from nnstudio.messages import StudioError, sentence
from nnstudio.persistence.recovery.folder import Note, RecoveryFolder, Which
from nnstudio.project.project import Project

log = logging.getLogger(__name__)

#: What is to be kept, made on the keeper's thread; ``None`` if it turns out to be of no use.
Made = Callable[[], tuple[Project, Note] | None]


class Keeper:
    """One document's folder, and who writes to it.

    Attributes:
        written: (which) called after each writing, on the keeper's thread.
        troubled: (sentence) called the first time that something can't be written, on its thread.
        spent: the processor time of all writing so far, in seconds.
    """

    def __init__(self, start: Callable[[threading.Thread], None] = threading.Thread.start) -> None:
        """``start`` starts a thread; a window has its own way, on account of garbage."""
        self._start = start
        self._folder: RecoveryFolder | None = None
        self._jobs: deque[Callable[[], object]] = deque()
        self._changed = threading.Condition()
        self._users = 0
        self._thread: threading.Thread | None = None
        self._is_working = False
        self._was_troubled = False
        self.spent = 0.0
        self.written: Callable[[Which], object] = lambda which: None
        self.troubled: Callable[[str], object] = lambda sentence: None

    # ------------------------------------------------------------------ its thread

    def begin(self) -> None:
        """There may be jobs from now on, until :meth:`end`."""
        with self._changed:
            self._users += 1
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._work, name="nnstudio-keeping", daemon=True
                )
                self._start(self._thread)

    def end(self) -> None:
        """No more jobs from who called :meth:`begin`; those that wait are still done."""
        with self._changed:
            self._users -= 1
            self._changed.notify_all()

    def wait(self) -> None:
        """Until the thread has ended, once everybody has said :meth:`end`."""
        thread = self._thread
        if thread is not None:
            thread.join()

    @property
    def is_busy(self) -> bool:
        """Whether something waits to be written or is being written."""
        return self._is_working or bool(self._jobs)

    def _work(self) -> None:
        while True:
            with self._changed:
                self._is_working = False
                self._changed.wait_for(lambda: self._jobs or not self._users)
                if not self._jobs:
                    self._thread = None
                    return
                self._is_working = True
                job = self._jobs.popleft()
            job()

    def _ask(self, job: Callable[[], object]) -> None:
        with self._changed:
            self._jobs.append(job)
            self._changed.notify_all()

    # ------------------------------------------------------------------ what is asked

    def keep(self, which: Which, made: Made) -> None:
        """Write what ``made`` makes; between :meth:`begin` and :meth:`end`."""
        self._ask(lambda: self._keep(which, made))

    def forget(self, *which: Which) -> None:
        """Remove these, the ones being written included; between :meth:`begin` and :meth:`end`."""
        self._ask(lambda: self._forget(which))

    def when_done(self, call: Callable[[RecoveryFolder | None], object]) -> None:
        """Call with the folder, on the keeper's thread, when all is written that was asked for."""
        self._ask(lambda: call(self._folder))

    def take_over(self, folder: RecoveryFolder) -> None:
        """Use ``folder``, which was left behind; between :meth:`begin` and :meth:`end`."""
        self._ask(lambda: self._take_over(folder))

    def close(self, *, leaves: bool = False) -> None:
        """Do what is still to be done, and remove the folder; or leave it for the next start."""
        with self._changed:
            self._users = 0
            self._changed.notify_all()
        self.wait()
        folder, self._folder = self._folder, None
        if folder is not None:
            folder.release() if leaves else folder.discard()

    # ------------------------------------------------------------------ how it is done

    def _keep(self, which: Which, made: Made) -> None:
        began = thread_time()
        try:
            if (found := made()) is None:
                return
            if self._folder is not None and not self._folder.path.is_dir():
                self._folder.release()  # somebody has tidied up
                self._folder = None
            if self._folder is None:
                self._folder = RecoveryFolder.make()
            self._folder.write(which, *found)
        except (OSError, StudioError, MemoryError) as error:
            self._tell(error)
        except Exception:  # what is kept is a copy: whatever is wrong with it, the work goes on
            log.exception("the work can't be kept for recovery")
        else:
            self.written(which)
        finally:
            self.spent += thread_time() - began

    def _forget(self, which: tuple[Which, ...]) -> None:
        if self._folder is not None:
            self._folder.remove(*which)

    def _take_over(self, folder: RecoveryFolder) -> None:
        if self._folder is not None:
            self._folder.discard()
        self._folder = folder

    def _tell(self, error: Exception) -> None:
        if self._was_troubled:
            return
        self._was_troubled = True
        reason = error.strerror if isinstance(error, OSError) else str(error)
        self.troubled(sentence("not_kept", reason=(reason or type(error).__name__).rstrip(".")))
