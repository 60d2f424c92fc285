"""How a window gets numbers out of a running training without waiting for it or slowing it down.

The window asks; the training thread copies what was asked at its next batch boundary; the window
picks the copy up when it next looks. What nobody asks for is not copied.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

from nnstudio.engine.layer import Array
from nnstudio.training.session import Session


@dataclass(frozen=True)
class Snapshot:
    """A copy of all variables as they were after ``step``."""

    step: int
    epoch: int
    flat: Array


class Mailbox:
    """One asks, one serves; neither ever waits."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._snapshot: deque[Snapshot] = deque(maxlen=1)

    def ask(self) -> None:
        """Ask for a copy of the variables."""
        self._asked.set()

    def serve(self, session: Session) -> None:
        """Copy what was asked for; for the training thread, at a batch boundary."""
        if self._asked.is_set():
            self._asked.clear()  # first: who asks again while this is copied is served again
            self._snapshot.append(Snapshot(session.step, session.epoch, session.flat.copy()))

    def take(self) -> Snapshot | None:
        """The copy that was made since the last call, if any."""
        try:
            return self._snapshot.pop()
        except IndexError:
            return None
