"""One neuron seen closely: its incoming weights and its bias, which may be set by hand."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSpinBox, QVBoxLayout

from nnstudio.engine.layer import Array
from nnstudio.graph.model import Node
from nnstudio.gui import surgery
from nnstudio.gui.forms.field import calm
from nnstudio.gui.forms.unit_table import UnitTable
from nnstudio.gui.forms.weight_names import weight_names
from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.sign_legend import SignLegend
from nnstudio.gui.plots.unit_picture import UnitPicture
from nnstudio.gui.plots.weight_picture import picture_shape


class NeuronView(LiveView):
    """Choose a unit of a Dense or a convolution; see, set, freeze or delete it."""

    needs_weights = True

    def __init__(self, live: Live, theme: Theme) -> None:
        super().__init__(live)
        self.setObjectName("neuron_view")
        self._workbench = live.workbench
        self._node: Node | None = None
        self._is_known = True
        self._picture = UnitPicture("neuron_picture", theme)
        self._picture.chosen.connect(self.choose)
        self._legend = SignLegend(theme, "neuron_legend")
        self._unit = QSpinBox()
        self._unit.setObjectName("neuron_unit")
        self._unit.setAccessibleName("Unit")
        self._unit.setToolTip("Which unit is shown; it can also be clicked in the picture")
        self._unit.valueChanged.connect(self.refresh)
        self._unit.lineEdit().setTextMargins(8, 0, 8, 0)
        calm(self._unit)
        self._of = QLabel()
        self._of.setProperty("role", "dim")
        self._table = UnitTable("neuron_weights")
        self._table.typed.connect(self._typed)
        self._note = QLabel()
        self._note.setObjectName("neuron_note")
        self._note.setProperty("role", "dim")
        self._note.setWordWrap(True)
        self._freeze = QPushButton("Freeze unit")
        self._freeze.setObjectName("neuron_freeze")
        self._freeze.clicked.connect(self._toggle_frozen)
        self._delete = QPushButton("Delete unit")
        self._delete.setObjectName("neuron_delete")
        self._delete.clicked.connect(self._delete_unit)
        self._delete.setToolTip("Delete it, with the weights that read it")
        row = QHBoxLayout()
        row.setSpacing(8)
        label = QLabel("Unit")
        label.setBuddy(self._unit)
        row.addWidget(label)
        row.addWidget(self._unit)
        row.addWidget(self._of)
        row.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addWidget(self._freeze)
        buttons.addWidget(self._delete)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self._picture)
        column.addWidget(self._legend, 0, Qt.AlignmentFlag.AlignRight)
        column.addWidget(self._table)
        column.addWidget(self._note)
        column.addLayout(buttons)
        theme.changed.connect(lambda: live.mark(self))
        for signal in (self._workbench.runner.started, self._workbench.runner.ended):
            signal.connect(self._show_state)

    @property
    def unit(self) -> int:
        """The unit that is shown, counted from 0."""
        return self._unit.value() - 1

    def show_node(self, node: Node) -> None:
        """Show a unit of ``node``, which has some."""
        is_other = self._node is None or node.id != self._node.id
        self._node = node
        count = node.layer.unit_count
        self._unit.blockSignals(True)
        self._unit.setRange(1, max(1, count))
        if is_other:
            self._unit.setValue(1)
        self._unit.blockSignals(False)
        self._of.setText(f"of {count:,}")
        self._show_state()
        self.live.mark(self)

    def choose(self, unit: int) -> None:
        """Show another unit, counted from 0."""
        self._unit.setValue(unit + 1)

    # ------------------------------------------------------------------ showing

    def refresh(self, *_: object) -> None:
        """Show the numbers as they are now."""
        node, arrays = self._node, self._arrays()
        weight = arrays.get("weight")
        self._is_known = weight is not None and self.unit < len(weight)
        self._show_state()
        for part in (self._picture, self._table):
            part.setVisible(self._is_known)
        if node is None or weight is None or not self._is_known:
            return
        graph, analysis = self._workbench.graph, self._workbench.analysis
        self._picture.show_units(weight, picture_shape(graph, analysis, node.id), self.unit)
        self._legend.set_limit(self._picture.limit)
        own, bias = weight[self.unit], arrays.get("bias")
        data = self._workbench.data
        names = () if data is None else data.dataset.input_names
        weight_name = weight_names(graph, analysis, node, own.shape, names)
        if bias is None:
            values, name = own.reshape(-1), weight_name
        else:
            values = np.concatenate([bias[self.unit : self.unit + 1], own.reshape(-1)])

            def name(row: int) -> str:
                return weight_name(row - 1) if row else "bias"

        self._table.show_values(values, name)

    def _arrays(self) -> dict[str, Array]:
        """The variables of the node by name, units first; empty while nothing is known of them."""
        node, model = self._node, self.live.model()
        if node is None or model is None:
            return {}
        owner = node.owner or node.id
        found: dict[str, Array] = {}
        for place in model.network.places:
            if place.key[0] == owner:
                array = model.workspace.flat[place.part].reshape(place.variable.shape)
                found[place.key[1]] = np.moveaxis(array, place.variable.unit_axis, 0)
        return found

    def _show_state(self, *_: object) -> None:
        """What may be done now, and why not."""
        node = self._node
        if node is None:
            return
        held = self._owner(node).frozen_units
        frozen = [unit + 1 for unit in held if unit < node.layer.unit_count]
        self._freeze.setText("Unfreeze unit" if self.unit in held else "Freeze unit")
        self._freeze.setToolTip(
            "Let training change its weights and bias again"
            if self.unit in held
            else "Keep its weights and bias while the others learn"
        )
        words = surgery.why_not(self._workbench) or self._why_past()
        self._table.allow_typing(not words)
        self._freeze.setEnabled(not words)
        self._delete.setEnabled(not words and node.layer.unit_count > 1)
        if not words and not self._is_known:
            words = "Its weights are there once the network is finished and has data."
        if frozen:
            listed = ", ".join(map(str, frozen[:8])) + (" …" if len(frozen) > 8 else "")
            words = f"Frozen: {listed}. {words}".strip()
        self._note.setText(words)
        self._note.setVisible(bool(words))

    def _why_past(self) -> str:
        """Why nothing can be changed while something else than the present is looked at."""
        moment = self.live.moment
        if moment is not None:
            return (
                f"Its weights as they were at step {moment.step:,}: go back to now to change them."
            )
        if self.live.point:
            return f"Its weights at the {self.live.point}: go back to now to change them."
        return ""

    def _owner(self, node: Node) -> Node:
        """The node whose weights these are."""
        return self._workbench.graph.by_id.get(node.owner, node)

    # ------------------------------------------------------------------ editing

    def _typed(self, row: int, text: str) -> None:
        node = self._node
        if node is None:
            return
        owner, arrays = self._owner(node), self._arrays()
        try:
            value = float(text.strip().replace("−", "-"))
        except ValueError:
            value = float("nan")  # refused with the sentence that says what is expected
        name = "weight"
        index: tuple[int, ...] = (self.unit,)
        if "bias" in arrays and row == 0:
            name = "bias"
        else:
            own = arrays["weight"][self.unit].shape
            place = np.unravel_index(row - ("bias" in arrays), own)
            inner = [int(i) for i in place]
            axis = self._unit_axis(owner.id)
            index = (*inner[:axis], self.unit, *inner[axis:])
        surgery.set_weight(self._workbench, owner.id, name, index, value)
        self.refresh()

    def _unit_axis(self, owner: str) -> int:
        variables = self._workbench.analysis.variables[owner]
        return next(v.unit_axis for v in variables if v.name == "weight")

    def _toggle_frozen(self) -> None:
        node = self._node
        if node is not None:
            owner = self._owner(node)
            frozen = self.unit not in owner.frozen_units
            surgery.hold_unit(self._workbench, owner.id, self.unit, frozen)

    def _delete_unit(self) -> None:
        if self._node is not None:
            surgery.delete_unit(self._workbench, self._node.id, self.unit)
