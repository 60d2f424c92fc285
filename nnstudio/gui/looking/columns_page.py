"""What the columns are like: balance, mean pictures, spread, and how they hang together."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from nnstudio.data.facts.overview import Overview
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.looking.bars import BalanceBars, ClassLegend
from nnstudio.gui.looking.column_table import ColumnTable
from nnstudio.gui.looking.heat_map import HeatMap
from nnstudio.gui.looking.picture_image import picture_image

_SIDE, _GAP, _LABEL = 64, 12, 20


class ColumnsPage(QScrollArea):
    """One section below the other; those that don't apply are not there."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("columns_page")
        self.setAccessibleName("The columns of the data")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._shown: Overview | None = None
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(12, 4, 12, 12)
        column.setSpacing(8)
        self._balance, self._means = BalanceBars(theme), MeanPictures(theme)
        self._table, self._map = ColumnTable(theme), HeatMap(theme)
        self._legend = ClassLegend(theme)
        self._titles: list[QLabel] = []
        for title, widget in (
            ("Examples of each class", self._balance),
            ("Mean picture of each class", self._means),
            ("Columns", self._table),
            ("Correlations", self._map),
        ):
            label = QLabel(title)
            label.setProperty("role", "section")
            self._titles.append(label)
            column.addWidget(label)
            if widget is self._table:
                column.addWidget(self._legend)
            column.addWidget(widget)
        self._note = QLabel()
        self._note.setObjectName("columns_note")
        self._note.setProperty("role", "dim")
        self._note.setWordWrap(True)
        column.addWidget(self._note)
        column.addStretch(1)
        self.setWidget(page)

    def show_overview(self, known: Overview) -> None:
        """Show what is ``known``."""
        if known is self._shown:
            return
        self._shown = known
        self._balance.show_balance(known.balance)
        if known.means is not None:
            names = known.balance.classes if known.balance is not None else ()
            self._means.show_means(known.means, names)
        self._table.show_overview(known)
        self._legend.show_classes(known.classes_told_apart)
        self._map.show_correlations(known.correlations)
        is_picture = known.means is not None
        seen = (known.balance, known.means, known.columns, known.correlations)
        widgets = (self._balance, self._means, self._table, self._map)
        for what, widget, title in zip(seen, widgets, self._titles, strict=True):
            widget.setVisible(what is not None)
            title.setVisible(what is not None)
        if is_picture:
            self._titles[1].setText(
                "Mean picture of each class" if len(known.means) > 1 else "Mean picture"  # type: ignore[arg-type]
            )
        self._titles[2].setText("Pixels and other columns" if is_picture else "Columns")
        left = f" The first {len(known.columns):,} columns; {known.left_out:,} more are not shown."
        looked_at = known.looked_at[0].upper() + known.looked_at[1:]
        self._note.setText(f"Of {looked_at.lower()}." + (left if known.left_out else ""))
        self.verticalScrollBar().setValue(0)


class MeanPictures(QWidget):
    """The mean picture of each class with its name, in as many rows as it takes."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("columns_means")
        self.setAccessibleName("Mean picture of each class")
        self._theme = theme
        self._means = np.zeros((0, 1, 1, 1))
        self._names: tuple[str, ...] = ()
        theme.changed.connect(self.update)

    def show_means(self, means: np.ndarray, names: tuple[str, ...]) -> None:
        """Show ``means`` (K, C, H, W); a class without an example has an empty frame."""
        self._means, self._names = means, names if len(names) == len(means) else ()
        self._fit()
        self.update()

    def _columns(self) -> int:
        return max(1, (self.width() + _GAP) // (_SIDE + _GAP))

    def _fit(self) -> None:
        rows = -(-len(self._means) // self._columns())
        self.setFixedHeight(rows * (_SIDE + _LABEL))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(320, _SIDE + _LABEL)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self._theme.colour("dim"))
        finite = self._means[np.isfinite(self._means)]
        limits = (min(0.0, float(finite.min())), float(finite.max())) if finite.size else (0.0, 1.0)
        limits = limits if limits[1] > limits[0] else (limits[0], limits[0] + 1)
        for k, mean in enumerate(self._means):
            row, column = divmod(k, self._columns())
            x, y = column * (_SIDE + _GAP), row * (_SIDE + _LABEL)
            if np.isfinite(mean).all():
                image = picture_image(mean, limits)
                size = image.size().scaled(_SIDE, _SIDE, Qt.AspectRatioMode.KeepAspectRatio)
                smooth = size.width() < 2 * image.width()
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
                left = x + (_SIDE - size.width()) // 2
                painter.drawImage(QRect(left, y, size.width(), size.height()), image)
            else:
                painter.drawRect(x, y, _SIDE - 1, _SIDE - 1)
            if self._names:
                words = painter.fontMetrics().elidedText(
                    self._names[k], Qt.TextElideMode.ElideRight, _SIDE + _GAP
                )
                room = QRect(x - _GAP // 2, y + _SIDE, _SIDE + _GAP, _LABEL - 2)
                painter.drawText(room, Qt.AlignmentFlag.AlignCenter, words)
        painter.end()
