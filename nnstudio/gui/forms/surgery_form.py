"""Surgery on one layer: wider or deeper with the same function, and its neurons one by one."""

from __future__ import annotations

from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QSpinBox, QVBoxLayout, QWidget

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
_PROMISE = "Wider and deeper keep the answers; how far narrower moves them is told. Then train on."


class SurgeryForm(QWidget):
    """Two sections that are there for layers with units; closed at first.

    Without ``live``, such as in a panel by itself, there is no neuron view.
    """

    def __init__(self, workbench: Workbench, theme: Theme, live: Live | None = None) -> None:
        super().__init__()
        self.setObjectName("inspector_surgery_form")
        self._operations = _Operations(workbench)
        section = Section("inspector_surgery", "Surgery", theme)
        section.show_summary("wider, narrower, deeper")
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
    """Widen, narrow, deepen, and why not."""

    def __init__(self, workbench: Workbench) -> None:
        super().__init__()
        self._workbench = workbench
        self._node = ""
        self._count = 0
        self._units = _count_field("surgery_units", "Units after widening")
        self._fewer = _count_field("surgery_fewer", "Units after narrowing")
        self._widen = QPushButton("Widen")
        self._widen.setObjectName("surgery_widen")
        self._widen.setToolTip("More units, copies of the old ones; the answers stay the same")
        self._widen.clicked.connect(
            lambda: surgery.widen(workbench, self._node, self._units.value())
        )
        self._narrow = QPushButton("Narrow")
        self._narrow.setObjectName("surgery_narrow")
        self._narrow.setToolTip("Fewer units: those with the smallest weights are taken out")
        self._narrow.clicked.connect(
            lambda: surgery.narrow(workbench, self._node, self._fewer.value())
        )
        self._deepen = QPushButton("Insert identity layer behind")
        self._deepen.setObjectName("surgery_deepen")
        self._deepen.setToolTip("One more layer, which hands on what it gets until it learns")
        self._deepen.clicked.connect(lambda: surgery.deepen(workbench, self._node))
        self._note = QLabel()
        self._note.setObjectName("surgery_note")
        self._note.setProperty("role", "dim")
        self._note.setWordWrap(True)
        rows = QGridLayout()
        rows.setSpacing(8)
        rows.setColumnStretch(1, 1)
        for number, (words, field, button) in enumerate(
            (
                ("Widen to", self._units, self._widen),
                ("Narrow to", self._fewer, self._narrow),
            )
        ):
            label = QLabel(words)
            label.setBuddy(field)
            for place, part in enumerate((label, field, button)):
                rows.addWidget(part, number, place)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(rows)
        column.addWidget(self._deepen)
        column.addWidget(self._note)
        for signal in (workbench.runner.started, workbench.runner.ended):
            signal.connect(self._show_state)

    def show_node(self, node: Node) -> None:
        """Propose twice as many units as there are, and half, unless others were asked for."""
        count = node.layer.unit_count
        self._units.setSuffix(f" {node.layer.unit_setting}")
        self._units.setRange(min(count + 1, _MOST), _MOST)
        self._fewer.setSuffix(f" {node.layer.unit_setting}")
        self._fewer.setRange(1, max(1, count - 1))
        if (node.id, count) != (self._node, self._count):
            self._units.setValue(min(2 * count, _MOST))
            self._fewer.setValue(max(1, count // 2))
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
        narrower = surgery.hindrance_to_narrow(self._workbench, self._node)
        for part in (self._fewer, self._narrow):
            part.setEnabled(not narrower)
        self._deepen.setEnabled(not deeper)
        reasons = dict.fromkeys(reason for reason in (wider, narrower, deeper) if reason)
        self._note.setText("\n".join(reasons) or _PROMISE)


def _count_field(name: str, words: str) -> QSpinBox:
    field = QSpinBox()
    field.setObjectName(name)
    field.setAccessibleName(words)
    field.setKeyboardTracking(False)
    field.lineEdit().setTextMargins(8, 0, 8, 0)
    calm(field)
    return field
