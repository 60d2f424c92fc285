"""Arranging what a layer makes of the data by its neighbours, on a thread.

The thread has a copy of the weights. t-SNE goes in stages: what it has found so far can be drawn,
and whoever gives it up waits for no more than the present stage, which nobody sees.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from nnstudio.data.prepared_rows import PreparedRows
from nnstudio.engine.layer import Array
from nnstudio.engine.network import Network
from nnstudio.gui import garbage
from nnstudio.training.features import Features
from nnstudio.training.neighbours import Method, arranged, stage_count

log = logging.getLogger(__name__)

#: How often the window looks at the thread, in milliseconds.
LOOK_EVERY = 50


@dataclass(frozen=True, eq=False)
class Order:
    """What is to be arranged.

    Attributes:
        node, output: whose features, and which node gives the network's answers.
        rows, index: the prepared inputs, and which of them.
        flat: all variables.
        before: where the same examples were a moment ago.
    """

    network: Network
    node: str
    output: str
    rows: PreparedRows
    index: Array
    flat: Array
    method: Method
    neighbours: int
    seed: int
    before: Array | None


class Arrangement:
    """One order on a thread; ``done`` is set last of all.

    Attributes:
        places: ``(n, 2)``, the best so far.
        outputs: ``(n, size)``, what the network gives for the examples.
        stage, stages: how many pictures there have been, of how many.
    """

    def __init__(self, order: Order) -> None:
        self.order = order
        self.places: Array | None = None
        self.outputs: Array | None = None
        self.stage, self.stages = 0, stage_count(order.method)
        self.error = ""
        self.is_cancelled = False
        self.done = False

    def work(self) -> None:
        """The thread's whole life."""
        try:
            self._arrange()
        except Exception as error:  # the window goes on, whatever happens here
            log.exception("arranging failed")
            self.error = str(error)
        self.done = True

    def _arrange(self) -> None:
        order = self.order
        features = self._features(order.node)
        if not np.isfinite(features).all():
            self.error = "This layer gives no finite numbers: restart with a lower learning rate"
            return
        if order.output:
            is_same = order.output == order.node
            self.outputs = features if is_same else self._features(order.output)
        given = (features, order.method, order.neighbours, order.seed, order.before)
        for places in arranged(*given):
            if self.is_cancelled:
                return
            self.places = places
            self.stage += 1

    def _features(self, node: str) -> Array:
        order = self.order
        return Features(order.network, node, order.rows, order.index).of(order.flat)


class Arranging(QObject):
    """Carries out one order at a time.

    Signals:
        grown: there is a better picture, or it is done.
    """

    grown = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._job: Arrangement | None = None
        self._seen: tuple[object, ...] = ()
        self._poll = QTimer(self)
        self._poll.setInterval(LOOK_EVERY)
        self._poll.timeout.connect(self._look)
        parent.destroyed.connect(self.cancel)

    @property
    def job(self) -> Arrangement | None:
        """What was ordered last, done or not."""
        return self._job

    @property
    def is_busy(self) -> bool:
        """Whether something is being arranged."""
        return self._job is not None and not (self._job.done or self._job.is_cancelled)

    def ask(self, order: Order) -> None:
        """Carry out this order, and nothing else that was asked before."""
        self.cancel()
        job = self._job = Arrangement(order)
        self._seen = ()
        garbage.start(threading.Thread(target=job.work, name="nnstudio-arrange", daemon=True))
        self._poll.start()

    def cancel(self) -> None:
        """Give up what is being arranged; the last picture stays."""
        if self._job is not None:
            self._job.is_cancelled = True
        self._poll.stop()

    def _look(self) -> None:
        job = self._job
        if job is None:
            return
        if job.done:
            self._poll.stop()
        now = (job.stage, job.done)
        if now != self._seen:
            self._seen = now
            self.grown.emit()
