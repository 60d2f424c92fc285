"""One map, large, and how the number under the pointer came about."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QWidget

from nnstudio.engine.conv import Conv2D
from nnstudio.explaining.convolution import making_of
from nnstudio.explaining.grad_cam import maps_of
from nnstudio.gui.explaining.derivation_view import DerivationView
from nnstudio.gui.explaining.example_face import Patch
from nnstudio.gui.explaining.inside import Inside
from nnstudio.gui.explaining.making_view import MakingView
from nnstudio.gui.explaining.tiles import Tiles
from nnstudio.gui.look.number_text import number_text
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.weight_picture import robust_limit


class MapDetail(QWidget):
    """A map with the number that is pointed at.

    Signals:
        left: back to all maps.
        patched: (patch) the part of the *example* that the number is made from; ``None`` if it
            isn't made from the example directly.
    """

    left = Signal()
    patched = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("example_detail")
        self._inside: Inside | None = None
        self._node = ""
        self.map = -1
        self.picture = Tiles(theme, "example_map", "The map, large", by_cell=True)
        self.picture.pointed.connect(self._show_cell)
        self.making = MakingView(theme)
        self.derivation = DerivationView(theme, "example_map")
        self.derivation.left.connect(self.left)
        self._parts = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._parts.setContentsMargins(0, 0, 0, 0)
        self._parts.setSpacing(12)
        self._parts.addWidget(self.picture, 1)
        self._parts.addWidget(self.making, 1)
        self._parts.addWidget(self.derivation, 1)

    @property
    def title(self) -> str:
        """Which map it is."""
        assert self._inside is not None
        return f"map {self.map + 1:,} of {len(self._inside.values(self._node)):,}"

    def show_map(self, inside: Inside, node: str, number: int, limit: float) -> None:
        """Show map ``number`` of a layer; ``limit``: where the colours of all its maps end."""
        is_other = (node, number) != (self._node, self.map)
        self._inside, self._node, self.map = inside, node, number
        values = inside.values(node)
        self.picture.show_tiles((node, number), values[number : number + 1], limit=limit)
        if is_other:
            height, width = values.shape[1:]
            self.picture.point((0, height // 2, width // 2))
        self._show_cell()

    def _show_cell(self) -> None:
        inside, cell = self._inside, self.picture.cell
        if inside is None or self.map < 0:
            return  # another layer is about to be shown
        layer = inside.layer(self._node)
        is_convolution = isinstance(layer, Conv2D)
        self.making.setVisible(is_convolution)
        self.derivation.setVisible(not is_convolution)
        patch: Patch | None = None
        if isinstance(layer, Conv2D) and cell is not None:
            patch = self._show_making(inside, layer, cell[1:])
        elif cell is not None:
            patch = self._show_derivation(inside, cell[1:])
        self.patched.emit(patch)

    def _show_making(self, inside: Inside, layer: Conv2D, place: tuple[int, int]) -> Patch | None:
        """Patch and filter; returns where the patch is in the example, if it is from there."""
        network = inside.model.network
        number = inside.number[self._node]
        (source,) = inside.before(self._node)
        x = inside.values(source)
        variables = network.views(inside.model.workspace.flat)[number]
        made = making_of(layer, variables, x, self.map, place)
        maps = network.steps[maps_of(network, number)].node
        after = ""
        if maps != self._node and inside.before(maps) == [self._node]:
            value = float(inside.values(maps)[(self.map, *place)])
            after = f"{inside.titles[maps]} {number_text(value)}"
        limits = robust_limit(x), robust_limit(variables["weight"][self.map])
        self.making.show_making(made, limits, after)
        shown = inside.chosen.picture
        if not inside.step(source).inputs and shown is not None and shown.shape == x.shape:
            (top, bottom), (left, right) = made.rows, made.columns
            return top, left, bottom - top + 1, right - left + 1
        return None

    def _show_derivation(self, inside: Inside, place: tuple[int, int]) -> Patch | None:
        """Equation and origins; returns where in the example these are."""
        told = self.derivation.show_number(inside, self._node, (self.map, *place))
        before, shown = inside.before(self._node), inside.chosen.picture
        if told is None or len(before) != 1 or inside.step(before[0]).inputs or shown is None:
            return None
        if shown.shape != inside.values(before[0]).shape:
            return None
        if told.window is not None:
            (top, left), (high, wide) = told.window.first, told.window.values.shape
            return top, left, high, wide
        if told.count == 1:
            _, row, column = told.origins[0].place
            return row, column, 1, 1
        return None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide = self.width() > 1.1 * self.height()
        directions = QBoxLayout.Direction
        self._parts.setDirection(directions.LeftToRight if wide else directions.TopToBottom)
        # Maps are about square: what is beside them can have the rest.
        self.picture.setMaximumWidth(min(self.height(), self.width() * 6 // 10) if wide else 9_999)
