"""How another thread speaks to a running loop. Everything is read at the next batch boundary."""

from __future__ import annotations

import threading
from collections import deque


class Control:
    """Requests to a run, safe to make from any thread."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._learning_rate: deque[float] = deque(maxlen=1)

    def stop(self) -> None:
        """End the loop within one batch. The session stays good to go on from."""
        self._stop.set()

    @property
    def stopping(self) -> bool:
        """Whether :meth:`stop` was called."""
        return self._stop.is_set()

    def set_learning_rate(self, rate: float) -> None:
        """Use ``rate`` from the next batch on."""
        self._learning_rate.append(rate)

    def take_learning_rate(self) -> float | None:
        """The rate asked for since the last call, if any; for the loop."""
        # Only the loop takes, so what is there now is there still; a rate set meanwhile is kept.
        return self._learning_rate.pop() if self._learning_rate else None
