"""How another thread speaks to a running loop. Everything is read at the next batch boundary."""

from __future__ import annotations

import threading
from collections import deque
from time import monotonic

from nnstudio.engine.network import Network
from nnstudio.training.settings import TrainingSettings

#: Settings, and the network whose layers have live settings too; ``None`` for the present one.
Wish = tuple[TrainingSettings, Network | None]


class Control:
    """Requests to a run, safe to make from any thread."""

    def __init__(self) -> None:
        self._stop = threading.Event()
        self._wish: deque[Wish] = deque(maxlen=1)
        self._network: Network | None = None
        self._pace: float | None = None
        self._called = threading.Event()  # whoever waits for the next batch is to look up
        self._last_turn = float("-inf")

    def stop(self) -> None:
        """End the loop within one batch. The session stays good to go on from."""
        self._stop.set()
        self._called.set()

    @property
    def stopping(self) -> bool:
        """Whether :meth:`stop` was called."""
        return self._stop.is_set()

    # ------------------------------------------------------------------ live settings

    def change(self, settings: TrainingSettings, network: Network | None = None) -> None:
        """Use the live ones among ``settings`` from the next batch on.

        Args:
            network: with the live settings of its layers; ``None`` if these stay as last wished.
        """
        self._network = network or self._network
        self._wish.append((settings, self._network))

    def take_change(self) -> Wish | None:
        """What was asked for since the last call, if anything; for the loop."""
        # Only the loop takes, so what is there now is there still; a later wish is kept.
        return self._wish.pop() if self._wish else None

    # ------------------------------------------------------------------ slow motion

    @property
    def pace(self) -> float | None:
        """How many batches a second there may be; ``None`` for any."""
        return self._pace

    def set_pace(self, batches_per_second: float | None) -> None:
        """Slow motion, at once: who waits for a slower pace's next batch looks up."""
        self._pace = batches_per_second
        self._called.set()

    def wait_for_turn(self) -> None:
        """Wait, in slow motion, until the next batch is due or the loop is to end; for the loop.

        The first batch is due at once, and each later one a beat after the one before.
        """
        while (pace := self._pace) is not None and not self.stopping:
            now = monotonic()
            left = self._last_turn + 1 / pace - now
            if left <= 0:
                self._last_turn = now
                return
            self._called.wait(left)
            self._called.clear()
