"""The first examples of a dataset: pictures, sequences as lines, or points and a small table."""

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
from nnstudio.gui.plots.sequence_lines import paint_sequence

PICTURES = 12
SEQUENCES = 8
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
        self._sequences = _Sequences(theme)
        self._points = _Points(theme)
        self._table = _table()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for widget in (self._pictures, self._sequences, self._points, self._table):
            column.addWidget(widget)

    def show_data(self, data: PreparedData | None) -> None:
        """Show the first training examples of ``data``."""
        is_picture = data is not None and data.dataset.is_picture
        is_sequence = data is not None and len(data.input_shape) == 2
        is_plain = data is not None and len(data.input_shape) == 1
        size = data.input_shape[0] if data is not None and is_plain else 0
        self._pictures.setVisible(is_picture)
        self._sequences.setVisible(is_sequence)
        self._points.setVisible(size in (1, 2))
        self._table.setVisible(size > 0)
        if data is None:
            return
        if is_picture:
            self._pictures.show_data(data)
        elif is_sequence:
            self._sequences.show_data(data)
        if not is_plain:
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


class _Sequences(QWidget):
    """The first sequences, each with its class, or with the numbers that come next as dots."""

    _COLUMNS, _GAP, _HIGH, _LABEL = 2, 8, 44, 18

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("data_sequences")
        self._theme = theme
        self._sequences: list[np.ndarray] = []
        self._labels: list[str] = []
        self._following: list[np.ndarray | None] = []
        self._limits = (0.0, 1.0)
        self._note = ""
        theme.changed.connect(self.update)

    def show_data(self, data: PreparedData) -> None:
        inputs, targets = data.first(SEQUENCES)
        dataset = data.dataset
        count, _, features = inputs.shape
        follows = not dataset.classes and targets.shape[1:] == (features,)
        self._sequences = [np.asarray(sequence, float) for sequence in inputs]
        self._following = list(np.asarray(targets, float)) if follows else [None] * count
        named = bool(dataset.classes) and targets.ndim == 1
        self._labels = [dataset.classes[int(k)] for k in targets] if named else [""] * count
        self._note = (", ".join(dataset.target_names) or "target") if follows else ""
        seen = [inputs.min(), inputs.max(), *([targets.min(), targets.max()] if follows else [])]
        self._limits = (float(np.min(seen)), float(np.max(seen))) if count else (0.0, 1.0)
        dots = f"; each dot is the {self._note}" if follows else ""
        self.setAccessibleName("The first training sequences" + dots)
        self.setToolTip(self.accessibleName())
        rows = -(-count // self._COLUMNS)
        self.setFixedHeight(rows * self._row_height() + (self._LABEL if follows else 0))
        self.update()

    def _row_height(self) -> int:
        return self._HIGH + (self._LABEL if any(self._labels) else self._GAP)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        wide = (self.width() - self._GAP * (self._COLUMNS - 1)) / self._COLUMNS
        shown = zip(self._sequences, self._following, self._labels, strict=True)
        for i, (sequence, following, label) in enumerate(shown):
            row, column = divmod(i, self._COLUMNS)
            corner = QPointF(column * (wide + self._GAP), row * self._row_height())
            frame = QRectF(corner.x(), corner.y(), wide, self._HIGH).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.setPen(QPen(self._theme.colour("line"), 1))
            painter.setBrush(self._theme.colour("window"))
            painter.drawRoundedRect(frame, 4, 4)
            inside = frame.adjusted(6, 6, -6, -6)
            paint_sequence(
                painter, inside, sequence, self._limits, self._theme, following=following
            )
            painter.setPen(self._theme.colour("dim"))
            under = QRectF(frame.left(), frame.bottom(), wide, self._LABEL)
            painter.drawText(under, Qt.AlignmentFlag.AlignCenter, label)
        if self._note:
            self._paint_note(painter)
        painter.end()

    def _paint_note(self, painter: QPainter) -> None:
        """What the dots are."""
        line = QRectF(0, self.height() - self._LABEL, self.width(), self._LABEL)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("negative"))
        painter.drawEllipse(QPointF(5, line.center().y()), 2.6, 2.6)
        painter.setPen(self._theme.colour("dim"))
        painter.drawText(line.adjusted(14, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self._note)


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
    names, rows = _words(data)
    table.setColumnCount(len(names))
    table.setHorizontalHeaderLabels(names)
    table.horizontalHeader().setDefaultAlignment(_RIGHT)
    table.setRowCount(len(rows))
    for row, cells in enumerate(rows):
        for column, text in enumerate(cells):
            item = QTableWidgetItem(text)
            item.setTextAlignment(_RIGHT)
            table.setItem(row, column, item)
        table.setRowHeight(row, 24)
    table.setFixedHeight(table.horizontalHeader().sizeHint().height() + 24 * len(rows) + 2)


def _words(data: PreparedData) -> tuple[list[str], list[list[str]]]:
    """The heads of the columns, and the cells of each row."""
    inputs, targets = data.first(ROWS)
    dataset = data.dataset
    if dataset.classes and targets.ndim > 1:  # a class at each place: whole sequences in a cell
        return ["inputs", "classes"], [
            [
                " ".join(f"{number:g}" for number in x.ravel()),
                " ".join(dataset.classes[int(k)] for k in y.ravel()),
            ]
            for x, y in zip(inputs, targets, strict=True)
        ]
    names = list(dataset.input_names) or [f"x{i + 1}" for i in range(inputs.shape[1])]
    names += list(dataset.target_names) or (["class"] if dataset.classes else ["y"])
    return names, [
        [
            *map(number_text, x),
            *([dataset.classes[int(y)]] if dataset.classes else map(number_text, np.atleast_1d(y))),
        ]
        for x, y in zip(inputs, targets, strict=True)
    ]
