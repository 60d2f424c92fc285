"""How a window gets numbers out of a running training without waiting for it or slowing it down.

The window asks; the training thread copies what was asked at its next batch boundary; the window
picks the copy up when it next looks. What nobody asks for is not copied.
"""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

from nnstudio.engine.layer import Array
from nnstudio.training.inside import Inside, Watch
from nnstudio.training.meter import Meter, Reading
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
        self._asked_inside = threading.Event()
        self._watch: Watch | None = None
        self._inside: deque[Inside] = deque(maxlen=1)
        self._asked_reading = threading.Event()
        self._meter: Meter | None = None
        self._reading: deque[Reading] = deque(maxlen=1)

    def ask(self) -> None:
        """Ask for a copy of the variables."""
        self._asked.set()

    def ask_inside(self) -> None:
        """Ask for the inside of a step: the one after the next batch boundary."""
        self._asked_inside.set()

    def ask_reading(self) -> None:
        """Ask what a step costs layer by layer: the one after the next batch boundary."""
        self._asked_reading.set()

    def serve(self, session: Session) -> None:
        """Copy what was asked for; for the training thread, at a batch boundary."""
        if self._meter is not None:
            reading = self._meter.end()
            self._meter = None
            if reading is not None:
                self._reading.append(reading)
        if self._watch is not None:
            inside = self._watch.end()
            self._watch = None
            if inside is not None:
                self._inside.append(inside)
        if self._asked_inside.is_set():
            self._asked_inside.clear()
            self._watch = Watch(session)
        elif self._asked_reading.is_set():  # one looks into a step at a time
            self._asked_reading.clear()
            self._meter = Meter(session)
        if self._asked.is_set():
            self._asked.clear()  # first: who asks again while this is copied is served again
            self._snapshot.append(Snapshot(session.step, session.epoch, session.flat.copy()))

    def take(self) -> Snapshot | None:
        """The copy that was made since the last call, if any."""
        try:
            return self._snapshot.pop()
        except IndexError:
            return None

    def take_inside(self) -> Inside | None:
        """The inside of the step that was watched since the last call, if any."""
        try:
            return self._inside.pop()
        except IndexError:
            return None

    def take_reading(self) -> Reading | None:
        """What was measured since the last call, if anything."""
        try:
            return self._reading.pop()
        except IndexError:
            return None
