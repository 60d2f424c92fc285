"""How one number of a convolution's map was made: patch × filter, summed, bias, activation."""

from __future__ import annotations

from math import isfinite

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from nnstudio.engine.layer import Array
from nnstudio.explaining.convolution import Making
from nnstudio.gui.look.contrast import ink_on
from nnstudio.gui.look.number_text import brief_text, number_text, tabular
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.weight_picture import RGB, colour_levels, colour_scale, robust_limit

_HEAD, _SIGN, _SUM, _LINE = 16, 16, 68, 18
#: Sides of a cell; from the second on it has room for its number.
_LEAST, _ROOMY, _MOST = 4, 30, 36
_GAP = 8
#: What is larger has no room in a cell but by its power of ten.
_LARGE = 99.995


def cell_text(value: float) -> str:
    """A number in a cell: with two decimals, or in as few letters as it takes."""
    if not isfinite(value):
        return "–"
    return f"{value:.2f}".replace("-", "−") if abs(value) < _LARGE else brief_text(value)


class MakingView(QWidget):
    """One row for each channel, those that add most first, and the sum below."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("example_making")
        self.setAccessibleName("How the number is made")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(150, 72)
        self._theme = theme
        self._font = tabular(self.font())
        self._font.setPixelSize(11)
        self._making: Making | None = None
        self._after = ""
        self._limits = 1.0, 1.0, 1.0
        theme.changed.connect(self.update)

    def show_making(self, making: Making | None, limits: tuple[float, float], after: str) -> None:
        """Show how a number was made.

        Args:
            limits: where the colours of the input and of the filter end.
            after: what became of it, such as ``ReLU 0``; empty if nothing.
        """
        self._making, self._after = making, after
        products = 0.0 if making is None else robust_limit(making.products)
        self._limits = *limits, products
        self.setAccessibleDescription("" if making is None else self.sum_text)
        self.update()

    @property
    def making(self) -> Making | None:
        """What is shown."""
        return self._making

    @property
    def sum_text(self) -> str:
        """The last line: sum, bias, result, and what the activation made of it."""
        making = self._making
        if making is None:
            return ""
        text = f"Σ {number_text(making.sum_of())}"
        if making.bias:
            sign = "−" if making.bias < 0 else "+"
            text += f" {sign} b {number_text(abs(making.bias))}"
        text += f" = {number_text(making.total)}"
        return text + (f" → {self._after}" if self._after else "")

    def sizeHint(self) -> QSize:
        return QSize(260, 160)

    # ------------------------------------------------------------------ layout

    def _cell(self, high: int, wide: int) -> int:
        across = (self.width() - 2 * _SIGN - _SUM) // (3 * wide)
        down = (self.height() - _HEAD - self._foot()) // high
        return int(min(max(_LEAST, min(across, down)), _MOST))

    def _foot(self) -> int:
        """The height of the sum: a second line where there is no room beside."""
        length = QFontMetrics(self._font).horizontalAdvance(self.sum_text)
        return _LINE if length < self.width() else 2 * _LINE

    def rows_shown(self) -> int:
        """How many channels have room."""
        making = self._making
        if making is None:
            return 0
        high, wide = making.patch.shape[1:]
        room = self.height() - _HEAD - self._foot() + _GAP
        fits = int(max(1, room // (high * self._cell(high, wide) + _GAP)))
        count = len(making.patch)
        if 1 < fits < count:  # the rest needs a line of its own
            fits = max(1, (room - _LINE) // (high * self._cell(high, wide) + _GAP))
        return min(count, fits)

    # ------------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        making = self._making
        painter = QPainter(self)
        painter.setFont(self._font)
        if making is None:
            painter.setPen(self._theme.colour("dim"))
            words = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            text = "Point at a number of the map: how it is made appears here"
            painter.drawText(QRectF(self.rect()), words, text)
            return
        high, wide = making.patch.shape[1:]
        cell = self._cell(high, wide)
        block = wide * cell
        lefts = [0, block + _SIGN, 2 * (block + _SIGN)]
        painter.setPen(self._theme.colour("dim"))
        middle = Qt.AlignmentFlag.AlignVCenter
        for left, name in zip(lefts, ("input", "filter", "product"), strict=True):
            room = QRectF(left, 0, block + _SIGN, _HEAD)
            text = painter.fontMetrics().elidedText(
                name, Qt.TextElideMode.ElideRight, int(room.width())
            )
            painter.drawText(room, middle, text)
        scale = colour_scale(*(self._rgb(role) for role in ("negative", "panel", "positive")))
        sums = making.sums
        order = np.argsort(-np.abs(sums), kind="stable")
        shown = order[: self.rows_shown()]
        top = _HEAD
        for k in shown.tolist():
            arrays = making.patch[k], making.weights[k], making.products[k]
            for left, values, limit in zip(lefts, arrays, self._limits, strict=True):
                colours = scale[colour_levels(values, limit)]
                self._paint_block(painter, left, top, values, colours, cell)
            painter.setPen(self._theme.colour("text"))
            for left, sign in ((lefts[1], "×"), (lefts[2], "=")):
                room = QRectF(left - _SIGN, top, _SIGN, high * cell)
                painter.drawText(room, Qt.AlignmentFlag.AlignCenter, sign)
            self._paint_sum(painter, lefts[2] + block + 6, top, high * cell, making, k)
            top += high * cell + _GAP
        painter.setPen(self._theme.colour("dim"))
        rest = order[len(shown) :]
        if len(rest):
            left_over = number_text(making.sum_of(rest))
            channels = "channel" if len(rest) == 1 else "channels"
            more = f"and {len(rest)} more {channels}: {left_over}"
            painter.drawText(QRectF(0, top - 4, self.width(), _LINE), middle, more)
            top += _LINE - 4
        painter.setPen(self._theme.colour("text"))
        foot = float(self._foot())
        words = Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap
        bottom = min(float(top), self.height() - foot)
        painter.drawText(QRectF(0, bottom, self.width(), foot), words, self.sum_text)
        painter.end()

    def _paint_block(
        self, painter: QPainter, left: int, top: int, values: Array, colours: Array, cell: int
    ) -> None:
        for (row, column), value in np.ndenumerate(values):
            box = QRectF(left + column * cell, top + row * cell, cell, cell)
            colour = QColor(*colours[row, column].tolist())
            painter.fillRect(box, colour)
            if cell >= _ROOMY:
                painter.setPen(ink_on(colour, self._theme))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, cell_text(float(value)))
        painter.setPen(QPen(self._theme.colour("line"), 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        high, wide = values.shape
        painter.drawRect(QRectF(left, top, wide * cell - 1, high * cell - 1))

    def _paint_sum(
        self, painter: QPainter, left: int, top: int, height: int, making: Making, k: int
    ) -> None:
        room = QRectF(left, top, self.width() - left, height)
        text = number_text(float(making.sums[k]))
        if len(making.patch) > 1 and height >= 28:
            text = f"Σ {text}\nchannel {making.channels[k] + 1}"
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, text)

    def _rgb(self, role: str) -> RGB:
        c = self._theme.colour(role)
        return c.red(), c.green(), c.blue()
