"""One layer's outputs for the example: maps, bars, or a heat map; one map can be enlarged."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Array
from nnstudio.gui.explaining.bars import Order, SignedBars
from nnstudio.gui.explaining.derivation_view import DerivationView
from nnstudio.gui.explaining.inside import Inside
from nnstudio.gui.explaining.map_detail import MapDetail
from nnstudio.gui.explaining.naming import place_text, unit_names
from nnstudio.gui.explaining.tiles import Tiles
from nnstudio.gui.look.elided_label import ElidedLabel
from nnstudio.gui.look.number_text import number_text, tabular
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.sign_legend import SignLegend
from nnstudio.messages import shape_text

#: A narrower page leaves out what can be done.
_ROOMY = 360


class LayerPage(QWidget):
    """The layer that is chosen here or selected on the canvas.

    Signals:
        chosen: another layer was chosen, or another order.
    """

    chosen = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("example_layer_page")
        self._inside: Inside | None = None
        self._offered: tuple[tuple[str, str], ...] = ()
        self._choice = QComboBox()
        self._choice.setObjectName("example_layer")
        self._choice.setAccessibleName("Layer whose outputs are shown")
        self._choice.setToolTip("Layer whose outputs are shown")
        self._choice.setMinimumWidth(96)
        self._choice.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._choice.activated.connect(lambda: self.show_layer(self._choice.currentData()))
        self._sorted = QCheckBox("Sort")
        self._sorted.setObjectName("example_sort")
        self._sorted.setAccessibleName("Sort units by what they give")
        self._sorted.setToolTip("The greatest first")
        self._sorted.toggled.connect(self.chosen)
        self._legend = SignLegend(theme, "example_legend")
        self.tiles = Tiles(theme, "example_maps", "Maps of the layer")
        self.tiles.chosen.connect(self.enlarge)
        self.tiles.resized.connect(self._tell_count)
        self.bars = SignedBars(theme, "example_units", "Outputs of the layer's units")
        self.bars.chosen.connect(self.take_apart)
        self.products = SignedBars(theme, "example_products", "What the unit adds up")
        self.products.left.connect(self.show_all)
        self.unit = -1
        self.number = DerivationView(theme, "example_unit")
        self.number.left.connect(self.show_all)
        self.number.followed.connect(self.follow)
        self.place: tuple[int, ...] | None = None
        self.detail = MapDetail(theme)
        self.detail.left.connect(self.show_all)
        self.detail.derivation.followed.connect(self.follow)
        self._map = ElidedLabel()
        self._map.setObjectName("example_map_title")
        self._map.setProperty("role", "dim")
        self._map.setFont(tabular(self._map.font()))
        self._back = QPushButton("All maps")
        self._back.setObjectName("example_all_maps")
        self._back.setProperty("link", True)
        self._back.setToolTip("Back to all of the layer (Esc)")
        self._back.clicked.connect(self.show_all)
        self._stack = QStackedWidget()
        for widget in (self.tiles, self.bars, self.products, self.number, self.detail):
            self._stack.addWidget(widget)
        self._caption = ElidedLabel()
        self._caption.setObjectName("example_caption")
        self._caption.setProperty("role", "dim")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._choice)
        head.addWidget(self._sorted)
        head.addSpacing(8)
        head.addWidget(self._map, 50)  # while it is hidden the room is the stretch's
        head.addStretch(1)
        head.addWidget(self._back)
        head.addWidget(self._legend)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(head)
        column.addWidget(self._stack, 1)
        column.addWidget(self._caption)
        self._node = ""

    @property
    def node(self) -> str:
        """The layer that is shown."""
        return self._node

    def show_layer(self, node: str) -> None:
        """Show another layer."""
        if node != self._node:
            self._node = node
            self._show_whole()
            self.chosen.emit()

    def _show_whole(self) -> None:
        """No number of the layer is looked at by itself."""
        self.detail.map = self.unit = -1
        self.place = None

    def take_apart(self, unit: int) -> None:
        """Show what a unit adds up, or how else it came by its number."""
        inside = self._inside
        if inside is None:
            return
        if _adds_up(inside, self._node):
            self.unit = unit
            self.show_inside(inside)
            self.products.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self._look_at((unit,))

    def _look_at(self, place: tuple[int, ...]) -> None:
        """Show how the number at ``place`` came about."""
        if self._inside is not None:
            self.place = place
            self.show_inside(self._inside)
            self.number.setFocus(Qt.FocusReason.OtherFocusReason)

    def follow(self, node: str, place: tuple[int, ...]) -> None:
        """Go to a number that another one was made from."""
        self.show_layer(node)
        inside = self._inside
        if inside is None:
            return
        if len(place) == 3:
            self.show_inside(inside)
            self.enlarge(place[0])
            self.detail.picture.point((0, *place[1:]))
        elif len(place) == 2:
            self._look_at(place)
        else:
            self.take_apart(place[0])

    def enlarge(self, number: int) -> None:
        """Show one map large; of a sequence the number that is pointed at."""
        inside = self._inside
        if inside is None:
            return
        shape = inside.values(self._node).shape
        if len(shape) == 2 and self.tiles.cell is not None:
            self._look_at(self.tiles.cell[:0:-1])
        elif len(shape) == 3 and number < shape[0]:  # it may still be the layer before in sight
            self.detail.show_map(inside, self._node, number, self.tiles.limit)
            self._stack.setCurrentWidget(self.detail)
            self.detail.picture.setFocus(Qt.FocusReason.OtherFocusReason)
            self._tell_count()

    def show_all(self) -> None:
        """Back from one map or unit to all."""
        is_row = self.unit >= 0 or (self.place is not None and len(self.place) == 1)
        whole = self.bars if is_row else self.tiles
        self._show_whole()
        self.detail.patched.emit(None)
        self._stack.setCurrentWidget(whole)
        whole.setFocus(Qt.FocusReason.OtherFocusReason)
        self.chosen.emit()

    # ------------------------------------------------------------------ following

    def show_inside(self, inside: Inside) -> None:
        """Show what the layer gives now."""
        self._inside = inside
        if self._node not in inside.number:
            self._node = inside.first_hidden
            self._show_whole()
        self._offer(inside)
        values = inside.values(self._node)
        if self.place is not None and not _is_within(self.place, values.shape):
            self.place = None
        if len(values.shape) == 3:
            self._show_maps(inside, values)
        elif self.place is not None:
            self._stack.setCurrentWidget(self.number)
            self.number.show_number(inside, self._node, self.place)
        elif len(values.shape) == 2:
            self._stack.setCurrentWidget(self.tiles)
            self.tiles.show_tiles(self._node, values.T[None], as_heat=True)
        elif 0 <= self.unit < len(values) and _adds_up(inside, self._node):
            self._show_products(inside)
        else:
            self._stack.setCurrentWidget(self.bars)
            names = unit_names(inside, self._node, len(values))
            tells = self._node in inside.tells_classes and len(values) > 1
            strong = inside.said() if tells else -1
            order: Order = "value" if self._sorted.isChecked() else ""
            self.bars.show_values(self._node, names, values, order=order, strong=strong)
        self._sorted.setVisible(self._stack.currentWidget() is self.bars)
        limit = self.bars.limit if len(values.shape) == 1 else self.tiles.limit
        self._legend.set_limit(limit, 32)
        self._tell_count()

    def _show_maps(self, inside: Inside, values: Array) -> None:
        self.tiles.show_tiles(self._node, values)
        if 0 <= self.detail.map < len(values):
            self._stack.setCurrentWidget(self.detail)
            self.detail.show_map(inside, self._node, self.detail.map, self.tiles.limit)
        else:
            self._stack.setCurrentWidget(self.tiles)

    def _show_products(self, inside: Inside) -> None:
        """Weight times input, the most weighty first."""
        (before,) = inside.before(self._node)
        products, _ = _weighing(inside, self._node, self.unit)
        self._stack.setCurrentWidget(self.products)
        names = unit_names(inside, before, len(products))
        self.products.show_values((self._node, self.unit), names, products, order="size")

    def _sum_text(self, inside: Inside) -> str:
        """How the unit's number is made up."""
        products, bias = _weighing(inside, self._node, self.unit)
        with np.errstate(invalid="ignore"):  # +∞ and −∞ make no number, which is told as such
            total = float(products.sum())
        sign = "−" if bias < 0 else "+"
        plus = f" {sign} b {number_text(abs(bias))}" if bias else ""
        return f"weight × input: Σ {number_text(total)}{plus} = {number_text(total + bias)}"

    def _offer(self, inside: Inside) -> None:
        offered = tuple(inside.titles.items())
        if offered != self._offered:
            self._offered = offered
            self._choice.clear()
            for node, title in offered:
                self._choice.addItem(title, node)
        self._choice.setCurrentIndex(self._choice.findData(self._node))

    def _tell_count(self) -> None:
        inside = self._inside
        if inside is None:
            return
        values = inside.values(self._node)
        shape = shape_text(values.shape)
        text, is_detail = shape, self._stack.currentWidget() is self.detail
        is_row = len(values.shape) == 1
        is_unit = self._stack.currentWidget() is self.products
        is_number = self._stack.currentWidget() is self.number
        self._back.setVisible(is_detail or is_unit or is_number)
        self._back.setText("All maps" if is_detail else "All units" if is_row else "All places")
        self._map.setVisible(is_detail or is_row or is_number)
        self._legend.setVisible(not (is_row or is_detail or is_number))
        self._caption.setVisible(is_unit or not (is_detail or is_row or is_number))
        if is_detail:
            self._map.setText(self.detail.title)
        elif is_number and self.place is not None:
            self._map.setText(place_text(inside, self._node, self.place))
        elif is_unit:
            name = unit_names(inside, self._node, len(values))[self.unit]
            self._map.setText(name if name.startswith("unit") else f"“{name}”")
            text = self._sum_text(inside)
        elif len(values.shape) == 3:
            shown, count = self.tiles.count, len(values)
            few = f"the first {shown} of {count:,} maps" if shown < count else f"{count:,} maps"
            text = f"{shape} · {few} · click one" if count > 1 else f"{shape} · click it"
        elif len(values.shape) == 2:
            text = f"{shape} · across: places · down: features · click one"
        elif is_row:
            hint = " · click one" if self.width() >= _ROOMY else ""
            self._map.setText(f"{len(values):,} unit" + ("s" if len(values) != 1 else "") + hint)
        self._map.setToolTip(self._map.text())
        if self._caption.fontMetrics().horizontalAdvance(text) > self.width():
            text = text.split(" · click")[0]  # what it says is worth more than what one may do
        if self._caption.text() != text:
            self._caption.setText(text)


def _adds_up(inside: Inside, node: str) -> bool:
    """Whether each unit of a layer weighs the same row of numbers."""
    step = inside.step(node)
    return isinstance(step.layer, Dense) and len(step.shape) == 1


def _is_within(place: tuple[int, ...], shape: tuple[int, ...]) -> bool:
    """Whether an array of ``shape`` has a number there."""
    return len(place) == len(shape) and all(k < n for k, n in zip(place, shape, strict=True))


def _weighing(inside: Inside, node: str, unit: int) -> tuple[Array, float]:
    """What a unit adds up, weight × input, and its bias."""
    (before,) = inside.before(node)
    model = inside.model
    v = model.network.views(model.workspace.flat)[inside.number[node]]
    with np.errstate(invalid="ignore"):  # 0 × ∞ is no number
        products = inside.values(before).astype(np.float64) * v["weight"][unit]
    return products, float(v["bias"][unit]) if "bias" in v else 0.0
