"""Surgery on one layer: wider or deeper with the same function, and its neurons one by one."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSpinBox, QVBoxLayout, QWidget

from nnstudio.graph.model import Node
from nnstudio.gui import surgery
from nnstudio.gui.forms.field import calm
from nnstudio.gui.forms.neuron_view import NeuronView
from nnstudio.gui.forms.section import Section
from nnstudio.gui.live import Live
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.workbench import Workbench

#: As many units as a layer may have.
_MOST = 100_000


class SurgeryForm(QWidget):
    """Two sections that are there for layers with units; closed at first.

    Without ``live``, such as in a panel by itself, there is no neuron view.
    """

    def __init__(self, workbench: Workbench, theme: Theme, live: Live | None = None) -> None:
        super().__init__()
        self.setObjectName("inspector_surgery_form")
        self._node = ""
        self._workbench = workbench
        self._widen = _WidenRow(workbench)
        self._deepen = QPushButton("Insert identity layer behind")
        self._deepen.setObjectName("surgery_deepen")
        self._deepen.clicked.connect(lambda: surgery.deepen(workbench, self._node))
        self._note = QLabel()
        self._note.setObjectName("surgery_note")
        self._note.setProperty("role", "dim")
        self._note.setWordWrap(True)
        operations = Section("inspector_surgery", "Surgery", theme)
        operations.show_summary("wider, deeper")
        for widget in (self._widen, self._deepen, self._note):
            operations.add(widget)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(operations)
        self._neurons: NeuronView | None = None
        if live is not None:
            self._neurons = NeuronView(live, theme)
            self._closely = Section("inspector_neurons", "Neurons", theme)
            self._closely.show_summary("weights one by one")
            self._closely.add(self._neurons)
            column.addWidget(self._closely)
        for signal in (workbench.runner.started, workbench.runner.ended):
            signal.connect(self._show_state)

    def show_node(self, node: Node) -> None:
        """Offer what can be done to ``node``, if it has units."""
        has_units = bool(node.layer.unit_count)
        self.setVisible(has_units)
        if not has_units:
            return
        is_other = node.id != self._node
        self._node = node.id
        self._widen.show_node(node, anew=is_other)
        if self._neurons is not None:
            self._neurons.show_node(node)
        self._show_state()

    def _show_state(self, *_: object) -> None:
        """What can be done now, and why not."""
        if (
            not self.isVisibleTo(self.parentWidget())
            or self._node not in self._workbench.graph.by_id
        ):
            return
        wider = surgery.hindrance_to_widen(self._workbench, self._node)
        deeper = surgery.hindrance_to_deepen(self._workbench, self._node)
        self._widen.setEnabled(not wider)
        self._deepen.setEnabled(not deeper)
        words = (
            wider or deeper or "Both keep what the network answers; training goes on from there."
        )
        self._note.setText(
            words if wider == deeper or not deeper or not wider else f"{wider}\n{deeper}"
        )


class _WidenRow(QWidget):
    """Widen to so many units."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__()
        self._node = ""
        self._count = 0
        self._units = QSpinBox()
        self._units.setObjectName("surgery_units")
        self._units.setAccessibleName("Units after widening")
        self._units.setKeyboardTracking(False)
        calm(self._units)
        self._button = QPushButton("Widen")
        self._button.setObjectName("surgery_widen")
        self._button.setToolTip("More units, copies of the old ones; the answers stay the same")
        self._button.clicked.connect(
            lambda: surgery.widen(workbench, self._node, self._units.value())
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self._label = QLabel("Units")
        self._label.setBuddy(self._units)
        row.addWidget(self._label)
        row.addWidget(self._units, 1)
        row.addWidget(self._button)

    def show_node(self, node: Node, *, anew: bool) -> None:
        """Propose twice as many units as there are, unless the user has asked for others."""
        count = node.layer.unit_count
        self._node = node.id
        self._label.setText(node.layer.unit_setting.capitalize())
        self._units.setRange(min(count + 1, _MOST), _MOST)
        if anew or count != self._count:
            self._units.setValue(min(2 * count, _MOST))
        self._count = count
