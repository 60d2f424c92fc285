"""The weights as pictures: what each unit of a layer looks for, while it learns it."""

from __future__ import annotations

from math import ceil

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QHelpEvent,
    QImage,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QToolTip, QVBoxLayout, QWidget

from nnstudio.engine.embedding import Embedding
from nnstudio.graph.analysis import analyse
from nnstudio.graph.model import Graph
from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.look.contrast import ink_on
from nnstudio.gui.look.empty_state import EmptyState
from nnstudio.gui.look.number_text import number_text
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.sign_legend import SignLegend
from nnstudio.gui.plots.weight_picture import (
    RGB,
    Bytes,
    Floats,
    Grid,
    colour_levels,
    colour_scale,
    matrix_grid,
    picture_shape,
    robust_limit,
    tile_grid,
    tiles_of,
    weight_picture,
)

#: A cell at least so large says its number.
_ROOM_FOR_NUMBER = QSize(44, 15)
#: Cells of a heat map grow up to this; tiles are left out rather than made smaller than that.
_MOST_CELL, _LEAST_TILE = QSize(96, 40), 20
#: A panel narrower than this has no room for the legend beside the title.
_NARROW = 330
#: What the weights of layers that have more than one array of them are called.
_WORDS = {
    "weight_ih": "input weights",
    "weight_hh": "recurrent weights",
    "in_weight": "query, key and value weights",
    "out_weight": "output weights",
}
#: What the rows of a heat map are where they aren't units, and the columns.
_ROWS = {
    "weight_ih": "Rows: the units of each gate · columns: inputs",
    "weight_hh": "Rows: the units of each gate · columns: units",
    "in_weight": "Rows: queries, then keys, then values · columns: inputs",
    "out_weight": "Rows: outputs · columns: heads side by side",
}
_TAPS = "Rows: units · columns: inputs, the taps of each side by side"
_UNITS, _LOOKED_UP = "Rows: units · columns: inputs", "Rows: numbers · columns: their vectors"


class WeightsPanel(LiveView):
    """One layer's weights: a picture per unit where units look at pictures, else a heat map."""

    needs_weights = True

    def __init__(self, live: Live, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(live, parent)
        self.setObjectName("weights_panel")
        self.setAccessibleName("Weights")
        self.setMinimumSize(180, 120)
        self._theme = theme
        self._layers: tuple[tuple[str, str, str, int], ...] = ()
        self._title = QLabel()
        self._legend = SignLegend(theme, "weights_legend")
        self._caption = QLabel()
        self._caption.setObjectName("weights_caption")
        self._caption.setProperty("role", "dim")
        self._choice = QComboBox()
        self._choice.setObjectName("weights_layer")
        self._choice.setAccessibleName("Layer whose weights are shown")
        self._choice.setToolTip("Layer whose weights are shown")
        self._choice.setMinimumWidth(96)
        self._choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._choice.activated.connect(self._chosen)
        self._empty = EmptyState("weights_empty")
        self._picture = _Picture(theme)
        self._picture.resized.connect(lambda: live.mark(self))
        self._header, self._footer = QHBoxLayout(), QHBoxLayout()
        for row in (self._header, self._footer):
            row.setSpacing(8)
        self._header.addWidget(self._choice)
        self._header.addWidget(self._title)
        self._header.addStretch()
        self._header.addWidget(self._legend)
        self._footer.addWidget(self._caption, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 16, 12)
        layout.setSpacing(8)
        layout.addLayout(self._header)
        layout.addWidget(self._picture, 1)
        layout.addLayout(self._footer)
        layout.addWidget(self._empty, 1)
        theme.changed.connect(self._dress)
        self._dress()

    def refresh(self) -> None:
        """Draw the weights as they are now."""
        model = self.live.model()
        arrays = {} if model is None else model.network.arrays(model.workspace.flat)
        graph = self.live.project.graph
        analysis = analyse(graph)
        places = {node: place for place, node in enumerate(analysis.order)}
        weights = {key: array for key, array in arrays.items() if array.ndim > 1}
        keys = sorted(weights, key=lambda key: places[key[0]])
        self._offer([(*key, *self._title_of(graph, key, len(weights[key]))) for key in keys])
        self._show_parts(len(keys))
        if not keys:
            self._empty.say(
                "Connect an Input and a Dense layer: its weights appear here as pictures"
            )
            return
        node, name = key = self._key()
        looks_up = isinstance(graph.by_id[node].layer, Embedding)
        shape = picture_shape(graph, analysis, node) if name == "weight" and not looks_up else None
        is_matrix = self._picture.show_weights(key, weights[key], shape)
        self._picture.are_units = bool(self._layers[self._choice.currentIndex()][3])
        narrow = self.width() < _NARROW
        self._legend.set_limit(self._picture.limit, 32 if narrow else 48)
        self._title.setText(self._choice.currentText())
        seen, units = self._picture.tiles_drawn, len(weights[key])
        if is_matrix:
            rows = _TAPS if weights[key].ndim > 2 else _ROWS.get(name, _UNITS)
            caption = "" if narrow else _LOOKED_UP if looks_up else rows
        elif seen < units:
            caption = f"{seen} of {units:,}" if narrow else f"The first {seen} of {units:,} units"
        else:  # always something: a line that comes and goes would change the room for pictures
            caption = "All units" if narrow else "One picture for each unit"
        self._caption.setText(caption)
        self._caption.setVisible(bool(caption))

    def _show_parts(self, layers: int) -> None:
        row = self._footer if self.width() < _NARROW else self._header
        if row.indexOf(self._legend) < 0:
            row.addWidget(self._legend, 0, Qt.AlignmentFlag.AlignRight)
        self._empty.setVisible(not layers)
        for part in (self._picture, self._legend):
            part.setVisible(layers > 0)
        self._title.setVisible(layers == 1)
        self._choice.setVisible(layers > 1)
        if not layers:
            self._caption.hide()

    def layer_shown(self) -> str:
        """The id of the node whose weights are shown; empty for none."""
        return self._key()[0]

    def _key(self) -> tuple[str, str]:
        """The array that is shown: the node's id and the name of the variable."""
        chosen = self._choice.currentIndex()
        return self._layers[chosen][:2] if 0 <= chosen < len(self._layers) else ("", "")

    def _title_of(self, graph: Graph, key: tuple[str, str], rows: int) -> tuple[str, int]:
        """What the choice calls an array, and how many units it is of; 0 if rows aren't units."""
        layer, title = graph.by_id[key[0]].layer, graph.by_id[key[0]].title
        if isinstance(layer, Embedding):
            return f"{title}, {rows:,} numbers", 0
        words = _WORDS.get(key[1])
        return (title, rows) if words is None else (f"{title}, {words}", 0)

    def tiles_shown(self) -> int:
        """How many pictures are drawn; 1 for a heat map."""
        return self._picture.tiles_drawn if self._picture.isVisible() else 0

    def _offer(self, layers: list[tuple[str, str, str, int]]) -> None:
        """Bring the choice of weights up to date, keeping what is chosen.

        Args:
            layers: node, name of the variable, title and number of units of each.
        """
        if tuple(layers) == self._layers:
            return
        chosen = self._key()
        self._layers = tuple(layers)
        titles = [title for _, _, title, _ in layers]
        self._choice.clear()
        for number, (_, _, title, units) in enumerate(layers, 1):
            words = title if titles.count(title) == 1 else f"{title} {number}"
            if units:
                words = "First layer" if number == 1 else words
                words += f", {units:,} unit" + ("s" if units != 1 else "")
            self._choice.addItem(words)
        keys = [layer[:2] for layer in layers]
        self._choice.setCurrentIndex(keys.index(chosen) if chosen in keys else 0)

    def _chosen(self) -> None:
        self._picture.forget_limit()
        self.live.mark(self)

    def _dress(self) -> None:
        self._title.setStyleSheet(f"color: {self._theme.colours.text}; font-weight: 600;")
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
        self.are_units = True
        self._theme = theme
        self._key: tuple[str, str] | None = None
        self._tiles: Floats = np.zeros((0, 1, 1))
        self._grid = Grid(1, 1, 1, 1, 0)
        self._image = QImage()

    def forget_limit(self) -> None:
        """Find the scale anew."""
        self.limit = 0.0

    def show_weights(
        self, key: tuple[str, str], weight: Floats, picture: tuple[int, ...] | None
    ) -> bool:
        """Draw these weights; returns whether as a heat map, one row for each unit."""
        if key != self._key:
            self._key, self.limit = key, 0.0
        tiles = tiles_of(weight, picture)
        ratio = self.devicePixelRatioF()
        room = int(self.height() * ratio), int(self.width() * ratio)
        is_matrix = len(tiles) == 1 and tiles.shape[1:] == (len(weight), weight[0].size)
        if is_matrix:
            tiles = tiles[:, : max(1, room[0]), : max(1, room[1])]
            most = round(_MOST_CELL.height() * ratio), round(_MOST_CELL.width() * ratio)
            grid = matrix_grid(tiles.shape[1:], room, most)
        else:
            tile = tiles.shape[1:]
            least = ceil(_LEAST_TILE * ratio / max(tile))
            grid = tile_grid(len(tiles), tile, room, round(2 * ratio), least)
        self.limit = robust_limit(weight, self.limit)
        self.tiles_drawn = min(len(tiles), grid.count)
        self._tiles, self._grid = tiles, grid
        pixels = weight_picture(tiles, grid, self.limit, self._scale(), self._rgb("panel"))
        self._image = _image(pixels, ratio)
        self.update()
        return is_matrix

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
            if self.are_units:
                return f"Unit {row + 1}, input {column + 1}: {value}"
            return f"Row {row + 1}, column {column + 1}: {value}"
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

    def _scale(self) -> Bytes:
        return colour_scale(*(self._rgb(r) for r in ("negative", "panel", "positive")))

    def _paint_numbers(self, painter: QPainter, wide: float, high: float) -> None:
        font = QFont(self.font())
        font.setPixelSize(11)
        painter.setFont(font)
        grounds = self._scale()[colour_levels(self._tiles[0], self.limit)]
        for (row, column), value in np.ndenumerate(self._tiles[0]):
            painter.setPen(ink_on(QColor(*grounds[row, column].tolist()), self._theme))
            cell = QRectF(column * wide, row * high, wide, high)
            painter.drawText(cell, Qt.AlignmentFlag.AlignCenter, number_text(float(value)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.resized.emit()

    def _rgb(self, role: str) -> RGB:
        c = self._theme.colour(role)
        return c.red(), c.green(), c.blue()


def _image(pixels: np.ndarray, ratio: float) -> QImage:
    height, width, _ = pixels.shape
    view = QImage(pixels.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    image = view.convertToFormat(QImage.Format.Format_RGB32)  # a copy, as the screen wants it
    image.setDevicePixelRatio(ratio)
    return image
