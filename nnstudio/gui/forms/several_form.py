"""The inspector's page for several nodes: what they have in common, edited in all at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QLabel, QPushButton, QVBoxLayout, QWidget

from nnstudio.engine.layer import Layer
from nnstudio.graph.edits import freeze, replace_layer
from nnstudio.graph.model import Graph, Node
from nnstudio.graph.wiring import remove_and_close
from nnstudio.gui.forms.form import SettingsForm
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.workbench import Workbench


class SeveralForm(QWidget):
    """How many nodes, their parameters together, their common settings; each edit is one step."""

    def __init__(self, workbench: Workbench, theme: Theme) -> None:
        super().__init__()
        self._workbench = workbench
        self._nodes: tuple[Node, ...] = ()
        self._title = _label("inspector_many", "title")
        self._kinds = _label("inspector_many_kinds", "dim")
        self._count = _label("inspector_many_parameters", "dim")
        self._form = SettingsForm("inspector_many", theme, resets_all=True)
        self._form.changed.connect(self._change)
        self._form.reset_all.connect(self._reset)
        self._none = _label("inspector_many_none", "dim")
        self._none.setText("These layers have no setting in common.")
        self._learns = QCheckBox("Trainable")
        self._learns.setObjectName("inspector_many_trainable")
        self._learns.setAccessibleName("Trainable")
        self._learns.setToolTip("Whether training changes the weights of these layers")
        self._learns.clicked.connect(lambda: self._freeze(self._learns.isChecked()))
        delete = QPushButton("Delete them")
        delete.setObjectName("inspector_delete_many")
        delete.setAccessibleName("Delete the selected nodes")
        delete.clicked.connect(self._delete)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 16)
        column.setSpacing(8)
        for label in (self._title, self._kinds, self._count):
            column.addWidget(label)
        column.addSpacing(4)
        column.addWidget(self._form)
        column.addWidget(self._none)
        column.addWidget(self._learns)
        column.addSpacing(4)
        column.addWidget(delete, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)

    def show_nodes(self, nodes: Sequence[Node]) -> None:
        """Show these nodes as they are now."""
        if [node.id for node in nodes] != [node.id for node in self._nodes]:
            self._form.discard()
        self._nodes = tuple(nodes)
        analysis = self._workbench.analysis
        self._title.setText(f"{len(nodes)} nodes selected")
        kinds = Counter(type(node.layer).__name__ for node in nodes)
        self._kinds.setText(
            ", ".join(f"{count}\u00a0×\u00a0{kind}" for kind, count in kinds.items())
        )
        total = sum(analysis.parameters(node.id) for node in nodes)
        self._count.setText(f"{total:,} parameters together" if total else "No parameters")
        self._form.show_several([node.layer for node in nodes])
        self._form.setVisible(not self._form.is_empty)
        weighty = self._with_weights()
        self._none.setVisible(self._form.is_empty and not weighty)
        self._show_learning(weighty)

    def _with_weights(self) -> list[Node]:
        variables = self._workbench.analysis.variables
        return [node for node in self._nodes if any(v.trainable for v in variables[node.id])]

    def _show_learning(self, nodes: Sequence[Node]) -> None:
        states = {node.frozen for node in nodes}
        self._learns.setVisible(bool(states))
        self._learns.setTristate(len(states) > 1)
        if len(states) > 1:
            self._learns.setCheckState(Qt.CheckState.PartiallyChecked)
        else:
            self._learns.setChecked(states == {False})

    # ------------------------------------------------------------------ editing

    def _change(self, name: str, value: object) -> None:
        self._replace(
            f"Change {name.replace('_', ' ')}",
            lambda layer: replace(layer, **{name: value}),
            ("inspector", tuple(node.id for node in self._nodes), name),
        )
        self._workbench.begin_gesture()

    def _reset(self) -> None:
        names = self._form.resettable
        defaults = {item.name: item.default for item in names}
        self._replace("Reset settings", lambda layer: replace(layer, **defaults))

    def _replace(
        self, label: str, change: Callable[[Layer], Layer], merge_key: object = None
    ) -> None:
        def edit(graph: Graph) -> Graph:
            return reduce(lambda g, n: replace_layer(g, n.id, change(n.layer)), self._nodes, graph)

        self._workbench.edit_graph(label, edit, merge_key=merge_key)

    def _freeze(self, learns: bool) -> None:
        nodes = self._with_weights()

        def edit(graph: Graph) -> Graph:
            return reduce(lambda g, n: freeze(g, n.id, not learns), nodes, graph)

        self._workbench.edit_graph("Train again" if learns else "Freeze", edit)

    def _delete(self) -> None:
        nodes = [node.id for node in self._nodes]
        self._workbench.edit_graph("Delete", lambda graph: remove_and_close(graph, nodes))


def _label(name: str, role: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setProperty("role", role)
    label.setWordWrap(True)
    return label
