"""The first examples of a dataset: pictures side by side, or points and a small table."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from nnstudio.data.batches import PreparedData
from nnstudio.gui.look.number_text import number_text
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.function_plot import class_colours

PICTURES = 12
ROWS = 8
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
#: More points than this only make the picture slower, not clearer.
MOST_POINTS = 600


class DataPreview(QWidget):
    """Whatever shows the data best."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data_preview")
        self._pictures = _Pictures(theme)
        self._points = _Points(theme)
        self._table = _table()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (self._pictures, self._points, self._table):
            column.addWidget(widget)

    def show_data(self, data: PreparedData | None) -> None:
        """Show the first training examples of ``data``."""
        is_picture = data is not None and data.dataset.is_picture
        size = 0 if data is None or is_picture else data.input_shape[0]
        self._pictures.setVisible(is_picture)
        self._points.setVisible(size in (1, 2))
        self._table.setVisible(size > 0)
        if data is None:
            return
        if is_picture:
            self._pictures.show_data(data)
            return
        if size in (1, 2):
            self._points.show_data(data)
        _fill(self._table, data)


class _Pictures(QWidget):
    """The first pictures with their labels, pixels crisp."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("data_pictures")
        self.setAccessibleName("The first training pictures")
        self._theme = theme
        self._images: list[tuple[QImage, str]] = []
        theme.changed.connect(self.update)

    def show_data(self, data: PreparedData) -> None:
        inputs, targets = data.first(PICTURES)
        classes = data.dataset.classes
        peak = max(1.0, float(np.max(inputs))) if len(inputs) else 1.0
        self._images = []
        for picture, target in zip(inputs, targets, strict=True):
            grey = (picture[0] * (255.0 / peak)).astype(np.uint8)
            height, width = grey.shape
            image = QImage(grey.tobytes(), width, height, width, QImage.Format.Format_Grayscale8)
            self._images.append((image.copy(), classes[int(target)] if classes else ""))
        self._fit_height()
        self.update()

    _COLUMNS, _GAP, _LABEL = 4, 8, 20

    def _side(self) -> int:
        """How wide a picture is: whole pixels where it is small, so that they are all alike."""
        side = (self.width() - self._GAP * (self._COLUMNS - 1)) // self._COLUMNS
        if self._images:
            width = self._images[0][0].width()
            if side >= 3 * width:
                side -= side % width
        return max(8, min(side, 64))

    def _fit_height(self) -> None:
        rows = -(-len(self._images) // self._COLUMNS)
        self.setFixedHeight(rows * (self._side() + self._LABEL))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_height()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self._theme.colour("dim"))
        side = self._side()
        step = min(side + 12.0, (self.width() - side) / (self._COLUMNS - 1))
        for i, (image, label) in enumerate(self._images):
            x = round((i % self._COLUMNS) * step)
            y = (i // self._COLUMNS) * (side + self._LABEL)
            smooth = side < 3 * image.width()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
            painter.drawImage(QRectF(x, y, side, side), image)
            text = QRectF(x, y + side, side, self._LABEL - 4)
            painter.drawText(text, Qt.AlignmentFlag.AlignCenter, label)
        painter.end()


class _Points(QWidget):
    """Training points: y over x, or two inputs coloured by class."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("data_points")
        self.setAccessibleName("The training points")
        self._theme = theme
        self._places = np.zeros((0, 2))
        self._labels: np.ndarray | None = None
        self._classes = 0
        self.setFixedHeight(150)
        theme.changed.connect(self.update)

    def show_data(self, data: PreparedData) -> None:
        inputs, targets = data.first(MOST_POINTS)
        self._classes = len(data.dataset.classes)
        if inputs.shape[1] == 1:
            y = targets if targets.ndim == 1 else targets[:, 0]
            self._places, self._labels = np.column_stack([inputs[:, 0], y]), None
            if data.dataset.is_classification:
                self._labels = targets
        else:
            self._places = inputs[:, :2]
            self._labels = targets if data.dataset.is_classification else None
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(self._theme.colour("line"), 1))
        painter.setBrush(self._theme.colour("window"))
        painter.drawRoundedRect(frame, 6, 6)
        if len(self._places):
            self._paint_points(painter, frame.adjusted(10, 10, -10, -10))
        painter.end()

    def _paint_points(self, painter: QPainter, area: QRectF) -> None:
        low, high = self._places.min(axis=0), self._places.max(axis=0)
        span = np.where(high > low, high - low, 1.0)
        share = (self._places - low) / span
        painter.setPen(Qt.PenStyle.NoPen)
        colours = [QColor(self._theme.colours.dim)]
        if self._labels is not None:
            colours = [QColor(c) for c in class_colours(self._classes, self._theme.colours)]
        for i, (x, y) in enumerate(share):
            label = 0 if self._labels is None else int(self._labels[i])
            painter.setBrush(colours[label % len(colours)])
            place = QPointF(area.left() + x * area.width(), area.bottom() - y * area.height())
            painter.drawEllipse(place, 2.2, 2.2)


def _table() -> QTableWidget:
    table = QTableWidget()
    table.setObjectName("data_table")
    table.setAccessibleName("The first training examples")
    table.verticalHeader().hide()
    table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    table.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    table.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    table.setShowGrid(False)
    table.setTextElideMode(Qt.TextElideMode.ElideNone)
    return table


def _fill(table: QTableWidget, data: PreparedData) -> None:
    inputs, targets = data.first(ROWS)
    dataset = data.dataset
    names = list(dataset.input_names) or [f"x{i + 1}" for i in range(inputs.shape[1])]
    target_names = list(dataset.target_names) or (["class"] if dataset.classes else ["y"])
    table.setColumnCount(len(names) + len(target_names))
    table.setHorizontalHeaderLabels(names + target_names)
    table.horizontalHeader().setDefaultAlignment(_RIGHT)
    table.setRowCount(len(inputs))
    for row, (x, y) in enumerate(zip(inputs, targets, strict=True)):
        cells = [number_text(value) for value in x]
        if dataset.classes:
            cells.append(dataset.classes[int(y)])
        else:
            cells += [number_text(value) for value in np.atleast_1d(y)]
        for column, text in enumerate(cells):
            item = QTableWidgetItem(text)
            item.setTextAlignment(_RIGHT)
            table.setItem(row, column, item)
        table.setRowHeight(row, 24)
    table.setFixedHeight(table.horizontalHeader().sizeHint().height() + 24 * len(inputs) + 2)
