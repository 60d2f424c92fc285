"""The weights as pictures: what each unit of a layer looks for, while it learns it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QFontMetrics,
    QHelpEvent,
    QImage,
    QLinearGradient,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QToolTip, QVBoxLayout, QWidget

from nnstudio.graph.analysis import analyse
from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.number_text import number_text
from nnstudio.gui.theme import Theme
from nnstudio.gui.weight_picture import (
    RGB,
    Floats,
    Grid,
    colour_scale,
    matrix_grid,
    picture_shape,
    robust_limit,
    tile_grid,
    tiles_of,
    weight_picture,
)

#: A cell at least so large says its number.
_ROOM_FOR_NUMBER = QSize(44, 18)


class WeightsPanel(LiveView):
    """One layer's weights: a picture per unit where units look at pictures, else a heat map."""

    needs_weights = True

    def __init__(self, live: Live, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(live, parent)
        self.setObjectName("weights_panel")
        self.setAccessibleName("Weights")
        self.setMinimumSize(180, 120)
        self._theme = theme
        self._layers: tuple[tuple[str, str], ...] = ()
        self._title = QLabel()
        self._legend = _Legend(theme)
        self._choice = QComboBox()
        self._choice.setObjectName("weights_layer")
        self._choice.setAccessibleName("Layer whose weights are shown")
        self._choice.setToolTip("Layer whose weights are shown")
        self._choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._choice.activated.connect(self._chosen)
        self._empty = QLabel()
        self._empty.setWordWrap(True)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._picture = _Picture(theme)
        self._picture.resized.connect(lambda: live.mark(self))
        header = QHBoxLayout()
        header.setSpacing(8)
        header.addWidget(self._title, 1)
        header.addWidget(self._legend)
        header.addWidget(self._choice)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 12)
        layout.setSpacing(8)
        layout.addLayout(header)
        layout.addWidget(self._picture, 1)
        layout.addWidget(self._empty, 1)
        theme.changed.connect(self._dress)
        self._dress()

    def refresh(self) -> None:
        """Draw the weights as they are now."""
        model = self.live.model()
        arrays = {} if model is None else model.network.arrays(model.workspace.flat)
        weights = {node: w for (node, name), w in arrays.items() if name == "weight" and w.ndim > 1}
        graph = self.live.project.graph
        analysis = analyse(graph)
        order = [node for node in analysis.order if node in weights]
        self._offer([(node, graph.by_id[node].title) for node in order])
        self._empty.setVisible(not order)
        self._picture.setVisible(bool(order))
        self._legend.setVisible(bool(order))
        self._choice.setVisible(len(order) > 1)
        if not order:
            self._title.setText("Weights")
            self._empty.setText(
                "Connect an Input and a Dense layer: its weights appear here as pictures"
            )
            return
        node = self._choice.currentData()
        shape = picture_shape(graph, analysis, node)
        seen = self._picture.show_weights(node, weights[node], shape)
        self._legend.set_limit(self._picture.limit)
        self._title.setText(self._title_text(node, len(weights[node]), seen, order))

    def layer_shown(self) -> str:
        """The id of the node whose weights are shown; empty for none."""
        return str(self._choice.currentData() or "")

    def tiles_shown(self) -> int:
        """How many pictures are drawn; 1 for a heat map."""
        return self._picture.tiles_drawn if self._picture.isVisible() else 0

    def _title_text(self, node: str, units: int, seen: int, order: list[str]) -> str:
        first = node == order[0]
        name = "First layer" if first else self._choice.currentText()
        count = f"{units:,} unit" + ("s" if units != 1 else "")
        if 0 < seen < units:
            count = f"{seen} of {count}"
        return f"{name}, {count}"

    def _offer(self, layers: list[tuple[str, str]]) -> None:
        """Bring the choice of layers up to date, keeping what is chosen."""
        if tuple(layers) == self._layers:
            return
        self._layers = tuple(layers)
        chosen = self._choice.currentData()
        titles = [title for _, title in layers]
        self._choice.clear()
        for number, (node, title) in enumerate(layers, 1):
            text = title if titles.count(title) == 1 else f"{title} {number}"
            self._choice.addItem(text, node)
        self._choice.setCurrentIndex(max(0, self._choice.findData(chosen)))

    def _chosen(self) -> None:
        self._picture.forget_limit()
        self.live.mark(self)

    def _dress(self) -> None:
        c = self._theme.colours
        self._title.setStyleSheet(f"color: {c.text}; font-weight: 600;")
        self._empty.setStyleSheet(f"color: {c.dim};")
        self.live.mark(self)


class _Picture(QWidget):
    """The tiles, painted as one image at whole pixels."""

    resized = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("weights_picture")
        self.setAccessibleName("Picture of the weights")
        self.limit = 0.0
        self.tiles_drawn = 0
        self._theme = theme
        self._node = ""
        self._tiles: Floats = np.zeros((0, 1, 1))
        self._grid = Grid(1, 1, 1, 1, 0)
        self._image = QImage()

    def forget_limit(self) -> None:
        """Find the scale anew."""
        self.limit = 0.0

    def show_weights(self, node: str, weight: Floats, picture: tuple[int, ...] | None) -> int:
        """Draw these weights; returns how many units can be seen, 0 for all."""
        if node != self._node:
            self._node, self.limit = node, 0.0
        tiles = tiles_of(weight, picture)
        ratio = self.devicePixelRatioF()
        room = int(self.height() * ratio), int(self.width() * ratio)
        count, height, width = tiles.shape
        if count == 1 and picture is None and weight.ndim == 2:
            tiles = tiles[:, : max(1, room[0]), : max(1, room[1])]
            count, height, width = tiles.shape
            grid = matrix_grid((height, width), room, (round(32 * ratio), round(64 * ratio)))
            seen = height
        else:
            grid = tile_grid(count, (height, width), room, round(2 * ratio), max(1, int(ratio)))
            seen = min(count, grid.count)
        self.limit = robust_limit(weight, self.limit)
        self.tiles_drawn = min(count, grid.count)
        self._tiles, self._grid = tiles, grid
        scale = colour_scale(*(self._rgb(r) for r in ("negative", "panel", "positive")))
        gap = self._rgb("line")
        pixels = weight_picture(tiles, grid, self.limit, scale, gap)
        self._image = _image(pixels, ratio)
        self.update()
        return seen

    def cell_at(self, place: QPoint) -> tuple[int, int, int] | None:
        """(tile, row, column) under ``place``; ``None`` between and beside tiles."""
        ratio, grid = self.devicePixelRatioF(), self._grid
        count, height, width = self._tiles.shape
        x, y = int(place.x() * ratio), int(place.y() * ratio)
        pitch_x, pitch_y = width * grid.across + grid.gap, height * grid.down + grid.gap
        column, row = x // pitch_x, y // pitch_y
        inner = (y % pitch_y) // grid.down, (x % pitch_x) // grid.across
        tile = row * grid.columns + column
        inside = inner[0] < height and inner[1] < width and 0 <= column < grid.columns
        return (tile, *inner) if inside and 0 <= tile < min(count, grid.count) else None

    def tooltip_at(self, place: QPoint) -> str:
        """What is under ``place``, in words; empty for nothing."""
        cell = self.cell_at(place)
        if cell is None:
            return ""
        tile, row, column = cell
        value = number_text(float(self._tiles[cell]))
        if len(self._tiles) == 1:
            return f"Unit {row + 1}, input {column + 1}: {value}"
        least, most = float(self._tiles[tile].min()), float(self._tiles[tile].max())
        span = f"{number_text(least)} to {number_text(most)}"
        return f"Unit {tile + 1}: weights from {span}\nRow {row + 1}, column {column + 1}: {value}"

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.tooltip_at(event.pos()), self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawImage(0, 0, self._image)
        ratio, grid = self.devicePixelRatioF(), self._grid
        wide, high = grid.across / ratio, grid.down / ratio
        numbers = len(self._tiles) == 1
        if numbers and wide >= _ROOM_FOR_NUMBER.width() and high >= _ROOM_FOR_NUMBER.height():
            self._paint_numbers(painter, wide, high)

    def _paint_numbers(self, painter: QPainter, wide: float, high: float) -> None:
        font = QFont(self.font())
        font.setPixelSize(11)
        painter.setFont(font)
        strong, weak = self._theme.colour("panel"), self._theme.colour("text")
        for (row, column), value in np.ndenumerate(self._tiles[0]):
            painter.setPen(strong if abs(value) > 0.6 * self.limit else weak)
            cell = QRectF(column * wide, row * high, wide, high)
            painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, number_text(float(value)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def _rgb(self, role: str) -> RGB:
        c = self._theme.colour(role)
        return c.red(), c.green(), c.blue()


class _Legend(QWidget):
    """What the colours mean: from the least to the greatest, through zero."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("weights_legend")
        self._theme = theme
        self._text = ""
        self._font = QFont(self.font())
        self._font.setPixelSize(11)
        self.set_limit(1.0)
        theme.changed.connect(self.update)

    def set_limit(self, limit: float) -> None:
        """The scale's ends."""
        text = number_text(limit)
        if text == self._text:
            return
        self._text = text
        words = f"Colours from −{text} through 0 to +{text}"
        self.setToolTip(words)
        self.setAccessibleName(words)
        metrics = QFontMetrics(self._font)
        self._ends = metrics.horizontalAdvance(f"−{text}"), metrics.horizontalAdvance(f"+{text}")
        self.setFixedSize(sum(self._ends) + 48 + 12, 20)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setFont(self._font)
        left = self._ends[0] + 6
        bar = QRect(left, self.height() // 2 - 4, 48, 8)
        gradient = QLinearGradient(bar.left(), 0, bar.right(), 0)
        for place, role in ((0.0, "negative"), (0.5, "panel"), (1.0, "positive")):
            gradient.setColorAt(place, QColor(self._theme.colour(role)))
        painter.fillRect(bar, gradient)
        painter.setPen(self._theme.colour("line"))
        painter.drawRect(bar.adjusted(0, 0, -1, -1))
        painter.setPen(self._theme.colour("dim"))
        centre = Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect(), centre | Qt.AlignmentFlag.AlignLeft, f"−{self._text}")
        painter.drawText(self.rect(), centre | Qt.AlignmentFlag.AlignRight, f"+{self._text}")


def _image(pixels: np.ndarray, ratio: float) -> QImage:
    height, width, _ = pixels.shape
    view = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    image = view.convertToFormat(QImage.Format.Format_RGB32)  # a copy, as the screen wants it
    image.setDevicePixelRatio(ratio)
    return image
