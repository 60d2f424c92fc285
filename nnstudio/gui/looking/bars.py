"""Histograms and the balance of classes, as bars."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from nnstudio.data.facts.classes import PARTS, Balance
from nnstudio.data.facts.statistics import Histogram
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.function_plot import class_colours

_ROW, _BAR, _GAP = 22, 12, 8
#: Classes that have a bar; of more, the commonest and the rarest.
_MOST_BARS = 40
#: The longest name beside a bar.
_NAME = 140


def paint_histogram(painter: QPainter, box: QRectF, histogram: Histogram, theme: Theme) -> None:
    """Bars in ``box``, those of different classes on top of each other."""
    counts = histogram.counts
    tallest = counts.sum(axis=0).max(initial=0)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.colour("line"))
    painter.drawRect(QRectF(box.left(), box.bottom() - 1, box.width(), 1))
    if not tallest:
        return
    edges = np.linspace(box.left(), box.right(), counts.shape[1] + 1)
    gap = 1.0 if box.width() / counts.shape[1] >= 4 else 0.0
    below = np.zeros(counts.shape[1])
    scale = (box.height() - 1) / tallest
    for row, colour in zip(counts, group_colours(len(counts), theme), strict=True):
        painter.setBrush(colour)
        for k in np.flatnonzero(row):
            height = max(row[k] * scale, 1.0 if len(counts) == 1 else 0.0)
            top = box.bottom() - 1 - below[k] - height
            painter.drawRect(QRectF(edges[k], top, edges[k + 1] - edges[k] - gap, height))
            below[k] += height


def group_colours(groups: int, theme: Theme) -> list[QColor]:
    """A colour for each class; the theme's where there are none."""
    if groups == 1:
        return [theme.colour("accent")]
    return [QColor(name) for name in class_colours(groups, theme.colours)]


class ClassLegend(QWidget):
    """The colour of each class, in one line; hidden where histograms aren't told apart."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("columns_colours")
        self.setAccessibleName("Colours of the classes")
        self.setFixedHeight(20)
        self._theme = theme
        self._classes: tuple[str, ...] = ()
        theme.changed.connect(self.update)

    def show_classes(self, classes: tuple[str, ...]) -> None:
        """Show these."""
        self._classes = classes
        self.setAccessibleDescription(", ".join(classes))
        self.setVisible(bool(classes))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        left = 0
        colours = group_colours(len(self._classes), self._theme)
        for name, colour in zip(self._classes, colours, strict=True):
            left = paint_entry(painter, left, 0, name, colour, self._theme)
        painter.end()


def paint_entry(
    painter: QPainter, left: int, top: int, name: str, colour: QColor, theme: Theme
) -> int:
    """A dot with a name in a line 20 px high; returns where the next one begins."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour)
    painter.drawEllipse(QPointF(left + 4, top + 10), 4, 4)
    painter.setPen(theme.colour("dim"))
    wide = painter.fontMetrics().horizontalAdvance(name)
    painter.drawText(QRect(left + 14, top, wide + 4, 20), Qt.AlignmentFlag.AlignVCenter, name)
    return left + wide + 30


class BalanceBars(QWidget):
    """One bar per class: how many of its examples are in each part."""

    _ROLES = ("training", "validation", "dim")

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("columns_balance")
        self._theme = theme
        self._balance: Balance | None = None
        self._shown = np.zeros(0, int)
        theme.changed.connect(self.update)

    def show_balance(self, balance: Balance | None) -> None:
        """Show these counts."""
        self._balance = balance
        if balance is not None:
            totals = balance.counts.sum(axis=0)
            self._shown = np.arange(len(totals))
            if len(totals) > _MOST_BARS:
                order = np.argsort(-totals, kind="stable")
                self._shown = np.r_[order[: _MOST_BARS // 2], order[-_MOST_BARS // 2 :]]
            words = (
                f"{name} {count:,}" for name, count in zip(balance.classes, totals, strict=True)
            )
            self.setAccessibleName("Examples of each class")
            self.setAccessibleDescription(", ".join(words))
        self.setFixedHeight(len(self._shown) * _ROW + 24)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, len(self._shown) * _ROW + 24)

    def _columns(self) -> tuple[int, QRect]:
        """How wide the names are, and where the bars go."""
        assert self._balance is not None
        metrics = QFontMetrics(self.font())
        widest = max(metrics.horizontalAdvance(self._balance.classes[k]) for k in self._shown)
        name = min(widest + 2, _NAME)
        most = f"{int(self._balance.counts.sum(axis=0).max(initial=0)):,} (100.0 %)"
        right = self.width() - metrics.horizontalAdvance(most) - _GAP
        return name, QRect(name + _GAP, 0, max(20, right - name - _GAP), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._balance is None or not len(self._shown):
            return
        painter = QPainter(self)
        counts = self._balance.counts
        totals = counts.sum(axis=0)
        name, bars = self._columns()
        scale = bars.width() / max(int(totals.max()), 1)
        for row, k in enumerate(self._shown):
            y = row * _ROW
            painter.setPen(self._theme.colour("text"))
            text = painter.fontMetrics().elidedText(
                self._balance.classes[k], Qt.TextElideMode.ElideRight, name
            )
            painter.drawText(QRect(0, y, name, _ROW), Qt.AlignmentFlag.AlignVCenter, text)
            left = float(bars.left())
            painter.setPen(Qt.PenStyle.NoPen)
            for part, role in enumerate(self._ROLES):
                wide = counts[part, k] * scale
                painter.setBrush(self._theme.colour(role))
                painter.drawRect(QRectF(left, y + (_ROW - _BAR) / 2, wide, _BAR))
                left += wide
            painter.setPen(self._theme.colour("dim"))
            share = totals[k] / max(int(totals.sum()), 1)
            words = f"{totals[k]:,} ({share * 100:.1f} %)"
            room = QRect(round(left) + _GAP, y, self.width(), _ROW)
            painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)
        self._paint_legend(painter, bars.left(), len(self._shown) * _ROW)
        painter.end()

    def _paint_legend(self, painter: QPainter, left: int, y: int) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for part, role in zip(PARTS, self._ROLES, strict=True):
            left = paint_entry(painter, left, y + 4, part, self._theme.colour(role), self._theme)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            row = event.pos().y() // _ROW
            if self._balance is not None and 0 <= row < len(self._shown):
                k = self._shown[row]
                words = (
                    f"{part} {count:,}"
                    for part, count in zip(PARTS, self._balance.counts[:, k], strict=True)
                )
                text = f"{self._balance.classes[k]}: {', '.join(words)}"
                QToolTip.showText(event.globalPos(), text, self)
                return True
        return super().event(event)
