"""Edits of data made by hand: a gesture is one step of undo, however many examples it makes."""

from __future__ import annotations

from time import perf_counter

from PySide6.QtCore import QObject, QTimer

from nnstudio.data.sources import ByHand
from nnstudio.gui.workbench import Workbench
from nnstudio.messages import sentence
from nnstudio.project.by_hand import with_source

#: During a gesture the project gets what was painted so often, in milliseconds. The canvas shows
#: it at once; everything else that looks at the data follows.
WRITE_EVERY = 100
#: Large sets take longer to follow: at most this share of the time goes into it.
_SHARE = 0.25


class Gesture(QObject):
    """What the hand is doing to the project's source right now."""

    def __init__(self, workbench: Workbench, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._label = ""
        self._key: object = None
        self._waiting: ByHand | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(WRITE_EVERY)
        self._timer.timeout.connect(self._write)

    def begin(self, label: str) -> None:
        """What follows until :meth:`end` is undone as one, called ``label``."""
        self._write()
        self._workbench.document.end_merge()
        self._label, self._key = label, object()

    def put(self, source: ByHand) -> None:
        """The source as it is now; the project gets it soon."""
        self._waiting = source
        if not self._timer.isActive():
            self._timer.start()

    def end(self) -> None:
        """The hand is lifted: the project has everything."""
        self._write()
        self._workbench.document.end_merge()
        if self._workbench.runner.is_running:
            self._workbench.said.emit(sentence("by_hand_running"), "ok")

    def do(self, label: str, source: ByHand) -> None:
        """A gesture of one edit."""
        self.begin(label)
        self.put(source)
        self.end()

    def _write(self) -> None:
        self._timer.stop()
        source, self._waiting = self._waiting, None
        if source is None:
            return
        began = perf_counter()
        fitted = with_source(self._workbench.project, source)
        self._workbench.apply(self._label, fitted.project, merge_key=self._key)
        took = (perf_counter() - began) * 1000
        self._timer.setInterval(max(WRITE_EVERY, round(took / _SHARE)))
        if fitted.notes:
            self._workbench.said.emit(" ".join(fitted.notes), "ok")
