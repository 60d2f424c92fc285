"""Surgery on one layer: wider or deeper with the same function, and its neurons one by one."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
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
_PROMISE = "Both keep what the network answers; training goes on from there."


class SurgeryForm(QWidget):
    """Two sections that are there for layers with units; closed at first.

    Without ``live``, such as in a panel by itself, there is no neuron view.
    """

    def __init__(self, workbench: Workbench, theme: Theme, live: Live | None = None) -> None:
        super().__init__()
        self.setObjectName("inspector_surgery_form")
        self._operations = _Operations(workbench)
        section = Section("inspector_surgery", "Surgery", theme)
        section.show_summary("wider, deeper")
        section.add(self._operations)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(section)
        self._neurons: NeuronView | None = None
        if live is not None:
            self._neurons = NeuronView(live, theme)
            closely = Section("inspector_neurons", "Neurons", theme)
            closely.show_summary("weights one by one")
            closely.add(self._neurons)
            column.addWidget(closely)

    def show_node(self, node: Node) -> None:
        """Offer what can be done to ``node``, if it has units."""
        has_units = bool(node.layer.unit_count)
        self.setVisible(has_units)
        if has_units:
            self._operations.show_node(node)
            if self._neurons is not None:
                self._neurons.show_node(node)


class _Operations(QWidget):
    """Widen, deepen, and why not."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__()
        self._workbench = workbench
        self._node = ""
        self._count = 0
        self._units = QSpinBox()
        self._units.setObjectName("surgery_units")
        self._units.setAccessibleName("Units after widening")
        self._units.setKeyboardTracking(False)
        self._units.lineEdit().setTextMargins(8, 0, 8, 0)
        calm(self._units)
        self._widen = QPushButton("Widen")
        self._widen.setObjectName("surgery_widen")
        self._widen.setToolTip("More units, copies of the old ones; the answers stay the same")
        self._widen.clicked.connect(
            lambda: surgery.widen(workbench, self._node, self._units.value())
        )
        self._deepen = QPushButton("Insert identity layer behind")
        self._deepen.setObjectName("surgery_deepen")
        self._deepen.setToolTip("One more layer, which hands on what it gets until it learns")
        self._deepen.clicked.connect(lambda: surgery.deepen(workbench, self._node))
        self._note = QLabel()
        self._note.setObjectName("surgery_note")
        self._note.setProperty("role", "dim")
        self._note.setWordWrap(True)
        row = QHBoxLayout()
        row.setSpacing(8)
        label = QLabel("Widen to")
        label.setBuddy(self._units)
        row.addWidget(label)
        row.addWidget(self._units, 1)
        row.addWidget(self._widen)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self._deepen)
        column.addWidget(self._note)
        for signal in (workbench.runner.started, workbench.runner.ended):
            signal.connect(self._show_state)

    def show_node(self, node: Node) -> None:
        """Propose twice as many units as there are, unless the user has asked for others."""
        count = node.layer.unit_count
        self._units.setSuffix(f" {node.layer.unit_setting}")
        self._units.setRange(min(count + 1, _MOST), _MOST)
        if (node.id, count) != (self._node, self._count):
            self._units.setValue(min(2 * count, _MOST))
        self._node, self._count = node.id, count
        self._show_state()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_state()

    def _show_state(self, *_: object) -> None:
        """What can be done now, and why not; looked for only while somebody sees it."""
        if not self.isVisible() or self._node not in self._workbench.graph.by_id:
            return
        wider = surgery.hindrance_to_widen(self._workbench, self._node)
        deeper = surgery.hindrance_to_deepen(self._workbench, self._node)
        for part in (self._units, self._widen):
            part.setEnabled(not wider)
        self._deepen.setEnabled(not deeper)
        reasons = dict.fromkeys(reason for reason in (wider, deeper) if reason)
        self._note.setText("\n".join(reasons) or _PROMISE)
