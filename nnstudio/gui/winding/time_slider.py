"""The slider over the moments of a run; its right end is now."""

from __future__ import annotations

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPolygonF
from PySide6.QtWidgets import QSlider, QStyle, QWidget

from nnstudio.gui.look.theme import Theme

#: The width of the handle in pixels, as in the style sheet.
HANDLE = 14
#: Half the size of the mark of the best moment.
MARK = 4.0


class TimeSlider(QSlider):
    """One place per moment, and one for now; a diamond marks the best moment.

    Arrows go a moment on or back, Page Up and Down a tenth of all, Home to the first, End to now,
    B to the best. A click on the groove goes there at once.
    """

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self._best: int | None = None
        self.setRange(0, 0)
        self.setSingleStep(1)
        self.setFixedHeight(36)
        theme.changed.connect(self.update)

    def show_places(self, count: int, best: int | None) -> None:
        """Have so many moments before now, the one numbered ``best`` being the best."""
        self._best = best
        self.setPageStep(max(1, count // 10))
        self.setRange(0, count)
        self.update()

    @property
    def best(self) -> int | None:
        """The place of the best moment."""
        return self._best

    def x_of(self, place: int) -> float:
        """Where the middle of the handle is at ``place``, in the widget's pixels."""
        span = self.width() - HANDLE
        return HANDLE / 2 + span * place / max(1, self.maximum())

    # ------------------------------------------------------------------ by hand

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Qt would go a page towards the mouse; here the handle comes to it and is dragged."""
        if event.button() == Qt.MouseButton.LeftButton:
            place = QStyle.sliderValueFromPosition(
                self.minimum(),
                self.maximum(),
                round(event.position().x() - HANDLE / 2),
                max(1, self.width() - HANDLE),
            )
            self.setValue(place)
        super().mousePressEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """What the class says; the rest is Qt's."""
        if event.key() == Qt.Key.Key_B and self._best is not None:
            self.setValue(self._best)
            return
        super().keyPressEvent(event)

    # ------------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        """The marks are below the groove, where the handle doesn't cover them."""
        super().paintEvent(event)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        bottom = self.height() / 2 + HANDLE / 2
        painter.setPen(self._theme.colour("dim"))
        for place in (0, self.maximum()):
            x = round(self.x_of(place)) + 0.5
            painter.drawLine(QPointF(x, bottom + 1), QPointF(x, bottom + MARK + 1))
        if self._best is not None:
            x, y = self.x_of(self._best), bottom + MARK
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("validation"))
            sides = ((0, -MARK), (MARK, 0), (0, MARK), (-MARK, 0))
            painter.drawPolygon(QPolygonF([QPointF(x + dx, y + dy) for dx, dy in sides]))
        painter.end()
