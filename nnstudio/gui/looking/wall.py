"""A wall of examples: pictures, or sequences as small lines, with their labels below.

Only what can be seen is read and painted, so there may be any number. The one that is pointed at or
has the keyboard is shown larger.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QSizePolicy

from nnstudio.gui.look.theme import Theme
from nnstudio.gui.looking.examples import Examples
from nnstudio.gui.looking.picture_image import brightness, picture_image
from nnstudio.gui.plots.sequence_lines import paint_sequence

#: Sides of pictures and of sequences on the wall; the longest side of the enlarged one.
_SIDE, _SEQUENCE, _LARGE = 56, QSize(128, 48), 168
_GAP, _LABEL, _EDGE = 8, 18, 8
#: Pictures that are kept ready to paint.
_KEPT = 4000
#: Examples that tell how far up and down sequences go.
_LOOKED_AT = 256


class Wall(QAbstractScrollArea):
    """Examples side by side.

    Signals:
        chosen: (k) the example that has the keyboard is another.
        opened: (k) it was double-clicked, or Enter pressed on it.
    """

    chosen = Signal(int)
    opened = Signal(int)

    def __init__(self, theme: Theme, name: str, title: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(80)
        self.viewport().setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.viewport().installEventFilter(self)
        self._theme = theme
        self._examples: Examples | None = None
        self._limits = (0.0, 1.0)
        self._size, self._cell, self._columns = _SEQUENCE, _SEQUENCE, 1
        self._pixmaps: dict[int, QPixmap] = {}
        self._labels: dict[int, str] = {}
        self._current = -1
        self._hovered = -1
        theme.changed.connect(self.viewport().update)

    # ------------------------------------------------------------------ what is shown

    def show_examples(self, examples: Examples | None) -> None:
        """Show these, from the first on."""
        self._examples = examples
        self._pixmaps.clear()
        self._labels.clear()
        self._current = self._hovered = -1
        if examples is not None:
            self._limits = self._range(examples)
        self._plan()
        self.verticalScrollBar().setValue(0)
        self.viewport().update()

    def _range(self, examples: Examples) -> tuple[float, float]:
        inputs = examples.dataset.inputs
        if examples.dataset.is_picture or not len(inputs):
            return brightness(inputs)
        few = inputs[np.unique(np.linspace(0, len(inputs) - 1, _LOOKED_AT).astype(int))]
        few = few[np.isfinite(few)]
        return (float(few.min()), float(few.max())) if few.size else (0.0, 1.0)

    @property
    def count(self) -> int:
        """How many examples hang on the wall."""
        return 0 if self._examples is None else self._examples.count

    @property
    def current(self) -> int:
        """Which one has the keyboard; -1: none."""
        return self._current

    def rect_of(self, k: int) -> QRect:
        """Where the ``k``-th is in the viewport, its label included."""
        row, column = divmod(k, self._columns)
        cell = self._cell
        y = _EDGE + row * cell.height() - self.verticalScrollBar().value()
        return QRect(_EDGE + column * cell.width(), y, cell.width() - _GAP, cell.height() - _GAP)

    def at(self, point: QPoint) -> int:
        """Which one is at a point of the viewport; -1: none."""
        cell = self._cell
        column = (point.x() - _EDGE) // cell.width()
        row = (point.y() - _EDGE + self.verticalScrollBar().value()) // cell.height()
        k = row * self._columns + column
        if not (0 <= column < self._columns and 0 <= k < self.count):
            return -1
        return k if self.rect_of(k).contains(point) else -1

    def seen(self) -> range:
        """Those that can be seen, at least in part."""
        height, top = self._cell.height(), self.verticalScrollBar().value() - _EDGE
        first = max(0, top // height) * self._columns
        last = (max(0, top + self.viewport().height()) // height + 1) * self._columns
        return range(first, min(last, self.count))

    # ------------------------------------------------------------------ layout

    def _picture_size(self) -> QSize:
        """The size of one on the wall: whole pixels where pictures are small, so all are alike."""
        if self._examples is None or not self._examples.dataset.is_picture:
            return _SEQUENCE
        height, width = self._examples.dataset.input_shape[1:]
        scale = _SIDE / max(height, width)
        if scale >= 1:
            scale = max(1, round(scale))
        return QSize(max(8, round(width * scale)), max(8, round(height * scale)))

    def _plan(self) -> None:
        size = self._size = self._picture_size()
        self._cell = QSize(max(size.width(), 40) + _GAP, size.height() + _LABEL + _GAP)
        room = self.viewport().width() - 2 * _EDGE + _GAP
        self._columns = max(1, room // self._cell.width())
        rows = -(-self.count // self._columns)
        height = rows * self._cell.height() + 2 * _EDGE - _GAP
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, height - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(self._cell.height() // 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        seen = self.seen()
        super().resizeEvent(event)
        self._plan()
        if seen and event.oldSize().width() > 0:  # what was at the top stays there
            row = seen.start // self._columns
            if self.verticalScrollBar().value():
                self.verticalScrollBar().setValue(row * self._cell.height())

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self._hovered = -1
        self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(400, 240)

    # ------------------------------------------------------------------ mouse and keyboard

    def go_to(self, k: int) -> None:
        """Give the keyboard to the ``k``-th and bring it into sight."""
        if not 0 <= k < self.count:
            return
        self._current = k
        rect, bar = self.rect_of(k), self.verticalScrollBar()
        if rect.top() < _EDGE:
            bar.setValue(bar.value() + rect.top() - _EDGE)
        elif rect.bottom() > self.viewport().height() - _EDGE:
            bar.setValue(bar.value() + rect.bottom() - self.viewport().height() + _EDGE)
        self.setAccessibleDescription(self.words(k))
        self.viewport().update()
        self.chosen.emit(k)

    def words(self, k: int) -> str:
        """What is said of the ``k``-th: its number, its label and its part."""
        assert self._examples is not None
        said = (f"{self._examples.number(k):,}", self._examples.label(k), self._examples.part(k))
        return " · ".join(word for word in said if word)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        columns = self._columns
        page = max(1, self.viewport().height() // self._cell.height()) * columns
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -columns,
            Qt.Key.Key_Down: columns,
            Qt.Key.Key_PageUp: -page,
            Qt.Key.Key_PageDown: page,
            Qt.Key.Key_Home: -self.count,
            Qt.Key.Key_End: self.count,
        }
        step = steps.get(Qt.Key(event.key()))
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self._current >= 0:
            self.opened.emit(self._current)
        elif step is None or not self.count:
            super().keyPressEvent(event)
        elif self._current < 0:
            self.go_to(self.count - 1 if event.key() == Qt.Key.Key_End else 0)
        else:
            self.go_to(min(max(self._current + step, 0), self.count - 1))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.go_to(self.at(event.position().toPoint()))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if (k := self.at(event.position().toPoint())) >= 0:
            self.opened.emit(k)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self.at(event.position().toPoint()))

    def eventFilter(self, watched: object, event: QEvent) -> bool:
        if watched is self.viewport() and event.type() == QEvent.Type.Leave:
            self._hover(-1)
        return False

    def _hover(self, k: int) -> None:
        if k != self._hovered:
            self._hovered = k
            self.viewport().update()

    @property
    def enlarged(self) -> int:
        """Which one is shown larger; -1: none."""
        if self._hovered >= 0:
            return self._hovered
        return self._current if self.hasFocus() and self._current in self.seen() else -1

    # ------------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setFont(_font(self.font().toString()))
        for k in self.seen():
            self._paint(painter, k)
        if self.enlarged >= 0:
            self._paint_enlarged(painter, self.enlarged)
        painter.end()

    def _paint(self, painter: QPainter, k: int) -> None:
        assert self._examples is not None
        cell, size = self.rect_of(k), self._size
        box = QRect(cell.left() + (cell.width() - size.width()) // 2, cell.top(), 0, 0)
        box.setSize(size)
        if self._examples.dataset.is_picture:
            painter.drawPixmap(box.topLeft(), self._pixmap(k))
        else:
            self._paint_example(painter, k, QRectF(box))
        if k == self._current:
            painter.setPen(QPen(self._theme.colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box.adjusted(-2, -2, 1, 1))
        painter.setPen(self._theme.colour("dim"))
        label = QRect(cell.left() - _GAP // 2, box.bottom() + 1, cell.width() + _GAP, _LABEL)
        words = self._labels.get(k)
        if words is None:
            words = self._labels[k] = painter.fontMetrics().elidedText(
                self._examples.label(k), Qt.TextElideMode.ElideRight, label.width()
            )
        painter.drawText(label, Qt.AlignmentFlag.AlignCenter, words)

    def _paint_example(self, painter: QPainter, k: int, box: QRectF) -> None:
        assert self._examples is not None
        if self._examples.dataset.is_picture:
            image = self._image(k)
            smooth = box.width() < 2 * image.width()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
            painter.drawImage(box, image)
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colour("line"), 1))
        painter.setBrush(self._theme.colour("window"))
        painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
        sequence = self._examples.dataset.inputs[self._examples.position(k)]
        inside = box.adjusted(6, 6, -6, -6)
        paint_sequence(painter, inside, np.nan_to_num(sequence), self._limits, self._theme)

    def _pixmap(self, k: int) -> QPixmap:
        """The picture in its size on the wall."""
        known = self._pixmaps.get(k)
        if known is None:
            if len(self._pixmaps) >= _KEPT:
                self._pixmaps.clear()
                self._labels.clear()
            image = self._image(k)
            modes = Qt.TransformationMode
            smooth = self._size.width() < 2 * image.width()
            mode = modes.SmoothTransformation if smooth else modes.FastTransformation
            known = QPixmap.fromImage(
                image.scaled(self._size, Qt.AspectRatioMode.IgnoreAspectRatio, mode)
            )
            self._pixmaps[k] = known
        return known

    def _image(self, k: int) -> QImage:
        assert self._examples is not None
        picture = self._examples.dataset.inputs[self._examples.position(k)]
        return picture_image(picture, self._limits)

    def _paint_enlarged(self, painter: QPainter, k: int) -> None:
        """Over its neighbours, but within the wall."""
        size, words = self._size, self.words(k)
        scale = max(1.0, min(_LARGE, self.viewport().height() - 40) / max(size.height(), 1))
        scale = min(scale, 3.0 if size.width() > 100 else scale)
        wide, high = round(size.width() * scale), round(size.height() * scale)
        text = painter.fontMetrics().horizontalAdvance(words)
        frame = QRect(0, 0, max(wide, text) + 16, high + 8 + 24)
        frame.moveCenter(self.rect_of(k).center())
        room = self.viewport().rect().adjusted(2, 2, -2, -2)
        frame.moveLeft(max(room.left(), min(frame.left(), room.right() - frame.width())))
        frame.moveTop(max(room.top(), min(frame.top(), room.bottom() - frame.height())))
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colour("accent"), 1))
        painter.setBrush(self._theme.colour("panel"))
        painter.drawRoundedRect(QRectF(frame).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        left = frame.left() + (frame.width() - wide) / 2
        self._paint_example(painter, k, QRectF(left, frame.top() + 8, wide, high))
        painter.setPen(self._theme.colour("text"))
        below = QRect(frame.left(), frame.bottom() - 23, frame.width(), 22)
        painter.drawText(below, Qt.AlignmentFlag.AlignCenter, words)


@lru_cache(maxsize=4)
def _font(plain: str) -> QFont:
    font = QFont()
    font.fromString(plain)
    font.setPixelSize(12)
    return font
