"""One layer's outputs for the example: maps, bars, or a heat map; one map can be enlarged."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Array
from nnstudio.gui.explaining.bars import Order, SignedBars
from nnstudio.gui.explaining.inside import Inside
from nnstudio.gui.explaining.map_detail import MapDetail
from nnstudio.gui.explaining.tiles import Tiles
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
        self.detail = MapDetail(theme)
        self.detail.left.connect(self.show_all)
        self._map = QLabel()
        self._map.setObjectName("example_map_title")
        self._map.setProperty("role", "dim")
        self._map.setFont(tabular(self._map.font()))
        self._back = QPushButton("All maps")
        self._back.setObjectName("example_all_maps")
        self._back.setProperty("link", True)
        self._back.setToolTip("Back to all of the layer (Esc)")
        self._back.clicked.connect(self.show_all)
        self._stack = QStackedWidget()
        for widget in (self.tiles, self.bars, self.products, self.detail):
            self._stack.addWidget(widget)
        self._caption = QLabel()
        self._caption.setObjectName("example_caption")
        self._caption.setProperty("role", "dim")
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self._choice)
        head.addWidget(self._sorted)
        head.addSpacing(8)
        head.addWidget(self._map)
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
            self.detail.map = self.unit = -1
            self.chosen.emit()

    def take_apart(self, unit: int) -> None:
        """Show what a unit adds up, if it is one that weighs a row of numbers."""
        inside = self._inside
        if inside is not None and _adds_up(inside, self._node):
            self.unit = unit
            self.show_inside(inside)
            self.products.setFocus(Qt.FocusReason.OtherFocusReason)

    def enlarge(self, number: int) -> None:
        """Show one map large, if these are maps."""
        inside = self._inside
        if inside is not None and len(inside.values(self._node).shape) == 3:
            self.detail.show_map(inside, self._node, number, self.tiles.limit)
            self._stack.setCurrentWidget(self.detail)
            self.detail.picture.setFocus(Qt.FocusReason.OtherFocusReason)
            self._tell_count()

    def show_all(self) -> None:
        """Back from one map or unit to all."""
        whole = self.bars if self.unit >= 0 else self.tiles
        self.detail.map = self.unit = -1
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
            self.detail.map = self.unit = -1
        self._offer(inside)
        values = inside.values(self._node)
        if len(values.shape) == 3:
            self._show_maps(inside, values)
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
        x, weight, _ = _weighing(inside, self._node, self.unit)
        self._stack.setCurrentWidget(self.products)
        names = unit_names(inside, before, len(x))
        self.products.show_values((self._node, self.unit), names, weight * x, order="size")

    def _sum_text(self, inside: Inside) -> str:
        """How the unit's number is made up."""
        x, weight, bias = _weighing(inside, self._node, self.unit)
        total = float((weight * x).sum())
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
        self._back.setVisible(is_detail or is_unit)
        self._back.setText("All units" if is_unit else "All maps")
        self._map.setVisible(is_detail or is_row)
        self._legend.setVisible(not is_row and not is_detail)
        self._caption.setVisible(is_unit or not (is_detail or is_row))
        if is_detail:
            self._map.setText(self.detail.title)
        elif is_unit:
            name = unit_names(inside, self._node, len(values))[self.unit]
            self._map.setText(name if name.startswith("unit") else f"“{name}”")
            text = self._sum_text(inside)
        elif len(values.shape) == 3:
            shown, count = self.tiles.count, len(values)
            few = f"the first {shown} of {count:,} maps" if shown < count else f"{count:,} maps"
            text = f"{shape} · {few} · click one" if count > 1 else f"{shape} · click it"
        elif len(values.shape) == 2:
            text = f"{shape} · across: places · down: features"
        elif is_row:
            hint = " · click one" if _adds_up(inside, self._node) and self.width() >= _ROOMY else ""
            self._map.setText(f"{len(values):,} unit" + ("s" if len(values) != 1 else "") + hint)
        if self._caption.text() != text:
            self._caption.setText(text)


def _adds_up(inside: Inside, node: str) -> bool:
    """Whether each unit of a layer weighs the same row of numbers."""
    step = inside.step(node)
    return isinstance(step.layer, Dense) and len(step.shape) == 1


def _weighing(inside: Inside, node: str, unit: int) -> tuple[Array, Array, float]:
    """Inputs, weights and bias of a unit."""
    (before,) = inside.before(node)
    model = inside.model
    v = model.network.views(model.workspace.flat)[inside.number[node]]
    return inside.values(before), v["weight"][unit], float(v["bias"][unit]) if "bias" in v else 0.0


def unit_names(inside: Inside, node: str, count: int) -> tuple[str, ...]:
    """What a row of numbers is called: classes at the output, features at an input, else units."""
    step = inside.step(node)
    if node in inside.tells_classes and len(inside.classes) == count:
        return inside.classes
    if not step.inputs:
        entry = inside.model.inputs[inside.model.network.input_steps.index(inside.number[node])]
        return inside.chosen.names(entry.column, count)
    if node == inside.head and not inside.is_classification and len(inside.classes) == count:
        return inside.classes
    return tuple(f"unit {k + 1}" for k in range(count))
