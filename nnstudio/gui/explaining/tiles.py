"""Numbers as pictures: the maps of a layer side by side, or a single one, large.

All of it is one 8-bit image with levels that keep still (:mod:`nnstudio.gui.plots.weight_picture`).
"""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QHelpEvent,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from nnstudio.engine.layer import Array
from nnstudio.gui.look.number_text import brief_text, number_text, tabular
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.weight_picture import (
    RGB,
    Grid,
    colour_scale,
    matrix_grid,
    robust_limit,
    tile_grid,
    weight_picture,
)

#: The shorter side of a map is at least so long; what has no room is left out.
_LEAST_TILE = 18
#: A cell of a heat map isn't larger than so many pixels (height, width).
_MOST_CELL = (28, 28)
#: Cells of a single map that are at least so high and wide say their numbers.
_ROOM_FOR_NUMBER = (16, 36)

Cell = tuple[int, int, int]


class Tiles(QWidget):
    """Maps (count, height, width), blue where positive and orange where negative.

    Signals:
        chosen: (map) it was clicked, or Enter pressed on it.
        pointed: the pointer is on another cell, see ``cell``, or the arrows went there.
        resized: there is another room.
    """

    chosen = Signal(int)
    pointed = Signal()
    resized = Signal()

    def __init__(self, theme: Theme, name: str, title: str, *, by_cell: bool = False) -> None:
        """``by_cell``: arrows go from number to number instead of from map to map."""
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setMinimumSize(24, 24)
        self.limit = 0.0
        self.cell: Cell | None = None
        self.count = 0
        self._theme = theme
        self._by_cell = by_cell
        self._as_heat = False
        self._tiles: Array = np.zeros((0, 1, 1))
        self._grid = Grid(1, 1, 1, 1, 0)
        self._image = QImage()
        self._what: object = None
        theme.changed.connect(self._draw)

    # ------------------------------------------------------------------ what is shown

    def show_tiles(
        self, what: object, tiles: Array, *, limit: float = 0.0, as_heat: bool = False
    ) -> None:
        """Show these.

        Args:
            what: what they are the numbers of; for something else the colours are found anew.
            limit: where the colours end; 0: found out.
            as_heat: one matrix whose cells needn't be square.
        """
        if what != self._what:
            self._what, self.limit, self.cell = what, 0.0, None
        self._tiles, self._as_heat = tiles, as_heat
        self.limit = limit or robust_limit(tiles, self.limit)
        if self.cell is not None and not self._is_there(self.cell):
            self.cell = None
        self._draw()

    @property
    def tiles(self) -> Array:
        """The maps that were given, (count, height, width)."""
        return self._tiles

    def rect_of(self, tile: int) -> QRect:
        """Where a map is, in the widget's pixels."""
        ratio, grid = self.devicePixelRatioF(), self._grid
        _, height, width = self._tiles.shape
        high, wide = height * grid.down, width * grid.across
        row, column = divmod(tile, grid.columns)
        left, top = column * (wide + grid.gap), row * (high + grid.gap)
        return QRect(
            round(left / ratio), round(top / ratio), round(wide / ratio), round(high / ratio)
        )

    def rect_of_cell(self, cell: Cell) -> QRect:
        """Where a number is."""
        ratio, grid = self.devicePixelRatioF(), self._grid
        tile, row, column = cell
        corner = self.rect_of(tile).topLeft()
        return QRect(
            corner.x() + round(column * grid.across / ratio),
            corner.y() + round(row * grid.down / ratio),
            max(1, round(grid.across / ratio)),
            max(1, round(grid.down / ratio)),
        )

    def cell_at(self, place: QPoint) -> Cell | None:
        """(map, row, column) under ``place``; ``None`` beside all."""
        ratio, grid = self.devicePixelRatioF(), self._grid
        _, height, width = self._tiles.shape
        x, y = int(place.x() * ratio), int(place.y() * ratio)
        pitch_x, pitch_y = width * grid.across + grid.gap, height * grid.down + grid.gap
        column, row = x // pitch_x, y // pitch_y
        inner = (y % pitch_y) // grid.down, (x % pitch_x) // grid.across
        cell = row * grid.columns + column, *inner
        return cell if 0 <= column < grid.columns and self._is_there(cell) else None

    def _is_there(self, cell: Cell) -> bool:
        count, height, width = self._tiles.shape
        shown = min(count, self._grid.count)
        return 0 <= cell[0] < shown and 0 <= cell[1] < height and 0 <= cell[2] < width

    def words(self, cell: Cell) -> str:
        """What is said of a number."""
        tile, row, column = cell
        value = number_text(float(self._tiles[cell]))
        if self._as_heat:
            return f"Place {column + 1}, feature {row + 1}: {value}"
        return f"Map {tile + 1}, row {row + 1}, column {column + 1}: {value}"

    # ------------------------------------------------------------------ painting

    def _draw(self) -> None:
        count, height, width = self._tiles.shape
        if not count or self.width() < 2 or self.height() < 2:
            return
        ratio = self.devicePixelRatioF()
        room = int(self.height() * ratio), int(self.width() * ratio)
        tiles = self._tiles
        if self._as_heat:
            tiles = tiles[:, : max(1, room[0]), : max(1, room[1])]
            most = round(_MOST_CELL[0] * ratio), round(_MOST_CELL[1] * ratio)
            self._grid = matrix_grid((tiles.shape[1], tiles.shape[2]), room, most)
        else:
            least = max(1, -(-round(_LEAST_TILE * ratio) // min(height, width)))
            least = min(least, max(1, min(room[0] // height, room[1] // width)))
            self._grid = tile_grid(count, (height, width), room, round(3 * ratio), least)
        self.count = min(count, self._grid.count)
        scale = colour_scale(*(self._rgb(role) for role in ("negative", "panel", "positive")))
        pixels = weight_picture(tiles, self._grid, self.limit, scale, self._rgb("panel"))
        high, wide, _ = pixels.shape
        view = QImage(pixels.data, wide, high, 3 * wide, QImage.Format.Format_RGB888)
        self._image = view.convertToFormat(QImage.Format.Format_RGB32)
        self._image.setDevicePixelRatio(ratio)
        self.update()

    def _rgb(self, role: str) -> RGB:
        c = self._theme.colour(role)
        return c.red(), c.green(), c.blue()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawImage(0, 0, self._image)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(self._theme.colour("line"), 1))
        for tile in range(self.count):  # where a map is 0 it has the panel's colour
            painter.drawRect(self.rect_of(tile).adjusted(0, 0, -1, -1))
        if self._by_cell and self.count:
            self._paint_numbers(painter)
        if self.cell is not None and self._is_there(self.cell):
            painter.setPen(QPen(self._theme.colour("accent"), 2))
            if self._by_cell or self._as_heat:
                painter.drawRect(self.rect_of_cell(self.cell).adjusted(-1, -1, 1, 1))
            elif self.hasFocus() or self.underMouse():
                painter.drawRect(self.rect_of(self.cell[0]).adjusted(1, 1, -1, -1))
        painter.end()

    def _paint_numbers(self, painter: QPainter) -> None:
        """In cells that have room for them."""
        cell = self.rect_of_cell((0, 0, 0))
        if cell.width() < _ROOM_FOR_NUMBER[1] or cell.height() < _ROOM_FOR_NUMBER[0]:
            return
        font = tabular(self.font())
        font.setPixelSize(10)
        painter.setFont(font)
        strong, weak = self._theme.colour("panel"), self._theme.colour("text")
        for (row, column), value in np.ndenumerate(self._tiles[0]):
            painter.setPen(strong if abs(value) > 0.6 * self.limit else weak)
            if np.isfinite(value):
                box = self.rect_of_cell((0, row, column))
                painter.drawText(box, Qt.AlignmentFlag.AlignCenter, brief_text(float(value)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._draw()
        self.resized.emit()

    def sizeHint(self) -> QSize:
        return QSize(240, 160)

    # ------------------------------------------------------------------ mouse and keyboard

    def point(self, cell: Cell | None) -> None:
        """Point at a number, or at none."""
        if cell != self.cell:
            self.cell = cell
            self.setAccessibleDescription(self.words(cell) if cell else "")
            self.update()
            self.pointed.emit()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position().toPoint())
        if cell is not None or not self._by_cell:
            self.point(cell)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position().toPoint())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton:
            self.point(cell)
            self.chosen.emit(cell[0])

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        if not self._by_cell and not self.hasFocus():
            self.point(None)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.cell is not None:
            self.chosen.emit(self.cell[0])
            return
        steps = {
            Qt.Key.Key_Left: (0, -1),
            Qt.Key.Key_Right: (0, 1),
            Qt.Key.Key_Up: (-1, 0),
            Qt.Key.Key_Down: (1, 0),
        }
        step = steps.get(key)
        if step is None or not self.count:
            super().keyPressEvent(event)
            return
        if self.cell is None:
            self.point((0, 0, 0))
        elif self._by_cell or self._as_heat:
            tile, row, column = self.cell
            _, height, width = self._tiles.shape
            row = min(max(row + step[0], 0), height - 1)
            self.point((tile, row, min(max(column + step[1], 0), width - 1)))
        else:
            tile = self.cell[0] + step[0] * self._grid.columns + step[1]
            if 0 <= tile < self.count:
                self.point((tile, *self.cell[1:]))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            cell = self.cell_at(event.pos())
            QToolTip.showText(event.globalPos(), self.words(cell) if cell else "", self)
            return True
        return super().event(event)
