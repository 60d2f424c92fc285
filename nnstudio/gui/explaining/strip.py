"""Through the network: a row for each layer's output, from the example to the answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFont,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame

from nnstudio.engine.layer import Array
from nnstudio.gui.explaining.inside import Inside
from nnstudio.gui.look.theme import Theme, mono_font
from nnstudio.gui.plots.weight_picture import (
    RGB,
    Grid,
    colour_scale,
    robust_limit,
    weight_picture,
)
from nnstudio.messages import shape_text

_ROW, _PICTURE, _NAMES = 60, 48, 112
#: The narrowest and widest cell of a row of units.
_LEAST_UNIT, _MOST_UNIT = 2, 20


@dataclass(frozen=True, eq=False)
class _Row:
    """A layer on the strip."""

    node: str
    title: str
    shape: str
    values: Array


class Strip(QAbstractScrollArea):
    """All layers at a glance; only the rows that can be seen are drawn.

    Signals:
        chosen: (node) a row was clicked, or Enter pressed on it.
    """

    chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("example_strip")
        self.setAccessibleName("Every layer's output for the example")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setAutoFillBackground(False)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumSize(160, _ROW)
        self.current = -1
        self._theme = theme
        self._rows: tuple[_Row, ...] = ()
        self._limits: dict[str, float] = {}
        self._what: object = None
        theme.changed.connect(self.viewport().update)

    def show_inside(self, inside: Inside) -> None:
        """Show what every layer gives now."""
        if inside.model.network is not self._what:
            self._what, self._limits, self.current = inside.model.network, {}, -1
        self._rows = tuple(
            _Row(node, title, shape_text(inside.step(node).shape), inside.values(node))
            for node, title in inside.titles.items()
        )
        self._plan()
        self.viewport().update()

    @property
    def nodes(self) -> tuple[str, ...]:
        """The layers, from the top."""
        return tuple(row.node for row in self._rows)

    # ------------------------------------------------------------------ layout

    def rect_of(self, k: int) -> QRect:
        """Where the ``k``-th row is."""
        top = k * _ROW - self.verticalScrollBar().value()
        return QRect(0, top, self.viewport().width(), _ROW)

    def _seen(self) -> range:
        first = self.verticalScrollBar().value() // _ROW
        last = (self.verticalScrollBar().value() + self.viewport().height()) // _ROW + 1
        return range(first, min(last, len(self._rows)))

    def _plan(self) -> None:
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, len(self._rows) * _ROW - self.viewport().height()))
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(_ROW // 2)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._plan()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(320, 4 * _ROW)

    # ------------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        for k in self._seen():
            self._paint_row(painter, self.rect_of(k), self._rows[k], k == self.current)
        painter.end()

    def _paint_row(self, painter: QPainter, box: QRect, row: _Row, is_current: bool) -> None:
        if is_current and self.hasFocus():
            painter.setPen(QPen(self._theme.colour("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(box).adjusted(0.5, 0.5, -0.5, -3.5), 6, 6)
        names = QRect(box.left() + 6, box.top() + 6, _NAMES - 12, 20)
        font = QFont(self.font())
        font.setPixelSize(12)
        painter.setFont(font)
        painter.setPen(self._theme.colour("text"))
        title = painter.fontMetrics().elidedText(
            row.title, Qt.TextElideMode.ElideRight, names.width()
        )
        painter.drawText(names, Qt.AlignmentFlag.AlignVCenter, title)
        painter.setFont(mono_font(11))
        painter.setPen(self._theme.colour("dim"))
        painter.drawText(names.translated(0, 18), Qt.AlignmentFlag.AlignVCenter, row.shape)
        room = QRect(box.left() + _NAMES, box.top() + 4, box.width() - _NAMES - 6, _PICTURE)
        image = self._image(row, room.size())
        if image is not None:
            ratio = image.devicePixelRatio()
            high = round(image.height() / ratio)
            corner = QPoint(room.left(), room.top() + (_PICTURE - high) // 2)
            painter.drawImage(corner, image)

    def _image(self, row: _Row, room: QSize) -> QImage | None:
        ratio = self.devicePixelRatioF()
        wide, high = int(room.width() * ratio), int(room.height() * ratio)
        tiles, grid = _laid_out(row.values, wide, high, ratio)
        if not tiles.size:
            return None
        limit = self._limits[row.node] = robust_limit(tiles, self._limits.get(row.node, 0.0))
        scale = colour_scale(*(self._rgb(role) for role in ("negative", "canvas", "positive")))
        pixels = weight_picture(tiles, grid, limit, scale, self._rgb("panel"))
        tall, broad, _ = pixels.shape
        view = QImage(pixels.data, broad, tall, 3 * broad, QImage.Format.Format_RGB888)
        image = view.convertToFormat(QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        return image

    def _rgb(self, role: str) -> RGB:
        c = self._theme.colour(role)
        return c.red(), c.green(), c.blue()

    # ------------------------------------------------------------------ mouse and keyboard

    def go_to(self, k: int) -> None:
        """Give the keyboard to a row and bring it into sight."""
        if 0 <= k < len(self._rows):
            self.current = k
            row, bar = self._rows[k], self.verticalScrollBar()
            self.setAccessibleDescription(f"{row.title}, {row.shape}")
            top = k * _ROW
            bar.setValue(min(max(bar.value(), top + _ROW - self.viewport().height()), top))
            self.viewport().update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        k = (int(event.position().y()) + self.verticalScrollBar().value()) // _ROW
        if event.button() == Qt.MouseButton.LeftButton and 0 <= k < len(self._rows):
            self.go_to(k)
            self.chosen.emit(self._rows[k].node)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys, far = Qt.Key, len(self._rows)
        steps = {keys.Key_Up: -1, keys.Key_Down: 1, keys.Key_Home: -far, keys.Key_End: far}
        step = steps.get(keys(event.key()))
        if event.key() in (keys.Key_Return, keys.Key_Enter) and self.current >= 0:
            self.chosen.emit(self._rows[self.current].node)
        elif step is None or not self._rows:
            super().keyPressEvent(event)
        else:
            self.go_to(min(max(self.current + step, 0), len(self._rows) - 1))


def _laid_out(values: Array, wide: int, high: int, ratio: float) -> tuple[Array, Grid]:
    """Tiles (n, height, width) and the grid in which they fill a row, for any shape of output."""
    gap = round(3 * ratio)
    if values.ndim == 3:
        _, height, width = values.shape
        factor = high // height
        if factor < 1:  # every so many pixels of a large one
            step = -(-height // high)
            values, factor = values[:, ::step, ::step], 1
            _, height, width = values.shape
        shown = max(1, min(len(values), (wide + gap) // (width * factor + gap)))
        return values[:shown], Grid(shown, 1, factor, factor, gap)
    if values.ndim == 2:
        matrix = values.T[:high, :wide]
        across = max(1, min(round(_MOST_UNIT * ratio), wide // matrix.shape[1]))
        down = max(1, min(round(_MOST_UNIT * ratio), high // matrix.shape[0]))
        return matrix[np.newaxis], Grid(1, 1, across, down, 0)
    units = values.reshape(1, 1, -1)
    least, most = round(_LEAST_UNIT * ratio), round(_MOST_UNIT * ratio)
    across = max(least, min(most, wide // max(1, units.size)))
    return units[:, :, : max(1, wide // across)], Grid(1, 1, across, min(high, most), 0)
