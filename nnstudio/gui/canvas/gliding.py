"""Cards that glide to where they stand already: for the eye alone, nothing waits for it."""

from __future__ import annotations

import os
from collections.abc import Mapping

from PySide6.QtCore import QEasingCurve, QObject, QVariantAnimation
from PySide6.QtWidgets import QApplication, QStyle

from nnstudio.gui.canvas.measures import Point
from nnstudio.gui.canvas.scene import CanvasScene

#: How long it takes, in milliseconds.
GLIDE = 120
#: More cards would glide in jerks.
_MOST = 200


def motion_is_unwanted() -> bool:
    """Whether the environment or the desktop asks for less motion."""
    if os.environ.get("NNSTUDIO_REDUCE_MOTION", "") not in ("", "0"):
        return True
    hint = QStyle.StyleHint.SH_Widget_Animation_Duration
    return QApplication.style().styleHint(hint) == 0


class Gliding(QObject):
    """Shows cards on their way; the document and the scene's places know only the end of it."""

    def __init__(self, scene: CanvasScene, parent: QObject) -> None:
        super().__init__(parent)
        self._scene = scene
        self._ways: dict[str, Point] = {}
        self.animation = QVariantAnimation(self)
        self.animation.setDuration(GLIDE)
        self.animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        self.animation.setStartValue(1.0)
        self.animation.setEndValue(0.0)
        self.animation.valueChanged.connect(self._show)

    def places(self) -> dict[str, Point]:
        """Where every card is shown now."""
        return {card: (item.x(), item.y()) for card, item in self._scene.nodes.items()}

    def begin(self, before: Mapping[str, Point]) -> None:
        """Let cards glide to where they are now from where they were ``before``."""
        self.finish()
        now = self.places()
        self._ways = {
            card: (before[card][0] - x, before[card][1] - y)
            for card, (x, y) in now.items()
            if card in before and before[card] != (x, y)
        }
        if 0 < len(self._ways) <= _MOST:
            self._show(1.0)
            self.animation.start()

    def finish(self) -> None:
        """Be there at once."""
        if self._ways:
            self.animation.stop()
            self._show(0.0)
            self._ways = {}

    def _show(self, left: float) -> None:
        self._scene.show_offsets({n: (dx * left, dy * left) for n, (dx, dy) in self._ways.items()})
