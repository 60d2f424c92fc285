"""The arrangement of a layer's points, kept true: begun anew when weights or settings change.

While training runs it is made only if the user asks; and weights that others follow at once, as
when the time slider is dragged, aren't worth one.
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from nnstudio.data.batches import PreparedData
from nnstudio.engine.layer import Array
from nnstudio.gui.background import Background
from nnstudio.gui.features.arranging import Arrangement, Order
from nnstudio.gui.features.reading import FeatureReader
from nnstudio.gui.features.tuning_row import TuningRow
from nnstudio.gui.live import Live
from nnstudio.gui.plots.shown_examples import ShownExamples
from nnstudio.project.model import Model
from nnstudio.training.features import MOST_IN_TIME
from nnstudio.training.neighbours import Method

#: Weights have to stay the same for so many milliseconds.
SETTLE = 300
#: How often the window looks for another picture, in milliseconds.
LOOK_EVERY = 50


class Arranged(QObject):
    """Follows the network, with the settings of a row of controls.

    Attributes:
        tuning: these controls.
        examples: what is arranged.

    Signals:
        grown: there is a better picture, or it is time to look whether another is wanted.
    """

    grown = Signal()

    def __init__(
        self, live: Live, reader: FeatureReader, tuning: TuningRow, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._live, self._reader, self.tuning = live, reader, tuning
        self.examples: ShownExamples | None = None
        self._arranging = Background[Arrangement](self, LOOK_EVERY)
        self._arranging.grown.connect(self.grown)
        self._of: tuple[tuple[object, ...], tuple[object, ...]] = ((), ())
        self._again = False
        self._settling: Array | None = None
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(SETTLE)
        self._settle.timeout.connect(self.grown)
        tuning.changed.connect(self.grown)
        tuning.asked.connect(self._ask_or_cancel)

    @property
    def job(self) -> Arrangement | None:
        """The last arrangement, done or not."""
        return self._arranging.job

    @property
    def is_busy(self) -> bool:
        """Whether one is on its way."""
        return self._arranging.is_busy

    @property
    def places(self) -> Array | None:
        """``(n, 2)``: where the examples lie, as far as anybody knows."""
        job = self.job
        if job is None:
            return None
        return job.order.before if job.places is None else job.places

    def rest(self) -> None:
        """Nobody looks any more."""
        if self.is_busy:
            self._arranging.cancel()
            self._of = ((), ())

    def follow(
        self, model: Model, data: PreparedData, node: str, output: str, method: Method
    ) -> None:
        """Begin another arrangement if the last one isn't true any more."""
        settings = (method, self.tuning.neighbours, self.tuning.seed, node)
        of = (settings, (self._live.project.graph, data))
        flat, job = model.workspace.flat, self.job
        is_other = job is None or of[0] != self._of[0]
        is_other = is_other or any(a is not b for a, b in zip(of[1], self._of[1], strict=True))
        moved = job is not None and not is_other and not _equal(flat, job.order.flat)
        if is_other or self._again or (moved and self._has_settled(flat)):
            before = None if is_other or job is None else self.places
            self._begin(model, data, node, output, method, before)
            self._of = of

    def _has_settled(self, flat: Array) -> bool:
        """Whether these weights have stayed for a while; training's don't."""
        if self._live.is_running:
            return False
        if self._settling is None or not _equal(flat, self._settling):
            self._settling = flat.copy()
            self._settle.start()
            return False
        return not self._settle.isActive()

    def _begin(
        self,
        model: Model,
        data: PreparedData,
        node: str,
        output: str,
        method: Method,
        before: Array | None,
    ) -> None:
        self._again, self._settling = False, None
        examples = self._reader.examples(data, MOST_IN_TIME, self._live.project.data.split.seed)
        if self.examples is None or not self.examples.same_as(examples):
            self.examples, before = examples, None
        order = Order(
            network=model.network,
            node=node,
            output=output,
            rows=self._reader.rows(model, data),
            index=self.examples.index,
            flat=model.workspace.flat.copy(),
            method=method,
            neighbours=self.tuning.neighbours,
            seed=self.tuning.seed,
            before=before,
        )
        self._arranging.ask(Arrangement(order))

    def _ask_or_cancel(self) -> None:
        if self.is_busy:
            self._arranging.cancel()
        else:
            self._again = True
        self.grown.emit()


def _equal(one: Array, other: Array) -> bool:
    return one.shape == other.shape and bool(np.array_equal(one, other, equal_nan=True))
