"""All units of a layer as one small picture of their weights, in which one is chosen by a click.

Units that see pictures are tiles; others are the rows of the weight matrix, and so are those that
see many channels, whose tiles would be too small to tell anything.
"""

from __future__ import annotations

from math import ceil

import numpy as np
from PySide6.QtCore import QEvent, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QToolTip, QWidget

from nnstudio.engine.layer import Shape
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.weight_picture import (
    Floats,
    Grid,
    colour_scale,
    matrix_grid,
    robust_limit,
    tile_grid,
    tiles_of,
    weight_picture,
)

_HEIGHT = 120
#: The longest side of a tile is at least so long, and a cell of a matrix at most so wide and high.
_LEAST_TILE, _MOST_CELL = 14, (20, 96)
#: What sees more channels than this is a row of numbers.
_MOST_CHANNELS = 3
#: Between the picture and the frame of the chosen unit.
_MARGIN = 2


class UnitPicture(QWidget):
    """Click a unit to choose it, or use the arrow keys.

    Signals:
        chosen: (unit) counted from 0.
    """

    chosen = Signal(int)

    def __init__(self, name: str, theme: Theme) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName("Units and their weights")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._theme = theme
        self._tiles: Floats = np.zeros((0, 1, 1))
        self._grid = Grid(1, 1, 1, 1, 0)
        self._image = QImage()
        self._is_matrix = False
        self._count = 0
        self._unit = 0
        self._limit = 0.0

    @property
    def limit(self) -> float:
        """The weight of the strongest colours."""
        return self._limit

    def sizeHint(self) -> QSize:
        return QSize(200, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, _HEIGHT)

    def show_units(self, weight: Floats, picture: Shape | None, unit: int) -> None:
        """Draw the weights (units, …) and a frame around ``unit``."""
        ratio = self.devicePixelRatioF()
        inside = self.rect().adjusted(_MARGIN, _MARGIN, -_MARGIN, -_MARGIN)
        room = max(1, int(inside.height() * ratio)), max(1, int(inside.width() * ratio))
        seen = weight.shape[1:] if weight.ndim == 4 else picture
        is_picture = seen is not None and len(seen) == 3 and seen[0] <= _MOST_CHANNELS
        self._is_matrix = not is_picture
        flat = weight.reshape(len(weight), -1)
        tiles = tiles_of(flat, seen) if is_picture else flat[np.newaxis]
        if self._is_matrix:
            tiles = tiles[:, : room[0], : room[1]]
            most = round(_MOST_CELL[0] * ratio), round(_MOST_CELL[1] * ratio)
            self._grid = matrix_grid(tiles.shape[1:], room, most)
        else:
            least = ceil(_LEAST_TILE * ratio / max(tiles.shape[1:]))
            self._grid = tile_grid(len(tiles), tiles.shape[1:], room, round(2 * ratio), least)
        self._tiles, self._unit, self._count = tiles, unit, len(weight)
        self._limit = robust_limit(weight, self._limit)
        scale = colour_scale(*(self._rgb(role) for role in ("negative", "panel", "positive")))
        pixels = weight_picture(tiles, self._grid, self._limit, scale, self._rgb("panel"))
        high, wide, _ = pixels.shape
        view = QImage(pixels.data, wide, high, 3 * wide, QImage.Format.Format_RGB888)
        self._image = view.convertToFormat(QImage.Format.Format_RGB32)
        self._image.setDevicePixelRatio(ratio)
        self.setAccessibleDescription(f"Unit {unit + 1} of {self._count:,} is chosen")
        self.update()

    def unit_box(self, unit: int) -> QRectF | None:
        """Where a unit is drawn, in the widget's coordinates; ``None`` if it has no room."""
        grid = self._grid
        _, height, width = self._tiles.shape
        ratio = self.devicePixelRatioF()
        if self._is_matrix:
            if unit >= height:
                return None
            left, top, wide, high = 0, unit * grid.down, width * grid.across, grid.down
        else:
            if unit >= min(len(self._tiles), grid.count):
                return None
            wide, high = width * grid.across, height * grid.down
            left = (unit % grid.columns) * (wide + grid.gap)
            top = (unit // grid.columns) * (high + grid.gap)
        return QRectF(_MARGIN + left / ratio, _MARGIN + top / ratio, wide / ratio, high / ratio)

    def unit_at(self, x: float, y: float) -> int | None:
        """The unit drawn at a point of the widget; ``None`` between and beside units."""
        for unit in range(self._count):
            box = self.unit_box(unit)
            if box is None:
                return None
            if box.contains(x, y):
                return unit
        return None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        unit = self.unit_at(at.x(), at.y())
        if event.button() == Qt.MouseButton.LeftButton and unit is not None:
            self.chosen.emit(unit)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        across = 1 if self._is_matrix else self._grid.columns
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -across,
            Qt.Key.Key_Down: across,
        }
        step = steps.get(Qt.Key(event.key()))
        if step is None:
            super().keyPressEvent(event)
        elif 0 <= self._unit + step < self._count:
            self.chosen.emit(self._unit + step)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            unit = self.unit_at(event.pos().x(), event.pos().y())
            words = "" if unit is None else f"Unit {unit + 1}: click to see its weights"
            QToolTip.showText(event.globalPos(), words, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.drawImage(_MARGIN, _MARGIN, self._image)
        box = self.unit_box(self._unit)
        if box is not None and self._count:
            painter.setPen(QPen(self._theme.colour("accent"), 2))
            painter.drawRect(box.adjusted(-1, -1, 1, 1))
        if self.hasFocus():
            painter.setPen(QPen(self._theme.colour("accent"), 1, Qt.PenStyle.DotLine))
            painter.drawRect(self.rect().adjusted(0, 0, -1, -1))

    def _rgb(self, role: str) -> tuple[int, int, int]:
        c = self._theme.colour(role)
        return c.red(), c.green(), c.blue()
