"""The inspector: the settings of what is selected, or of the training if nothing is."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.engine.layer import Variable
from nnstudio.graph.counting import multiplication, state_count
from nnstudio.graph.edits import bypass, freeze, rename, replace_layer
from nnstudio.graph.model import Node
from nnstudio.graph.wiring import remove_and_close
from nnstudio.gui.fix_button import FixButton
from nnstudio.gui.forms.form import SettingsForm
from nnstudio.gui.forms.group_form import GroupForm
from nnstudio.gui.forms.output_form import OutputForm
from nnstudio.gui.forms.several_form import SeveralForm
from nnstudio.gui.forms.surgery_form import SurgeryForm
from nnstudio.gui.forms.training_form import TrainingForm
from nnstudio.gui.live import Live
from nnstudio.gui.look.notice import Notice
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.mathematics.formula_view import FormulaView
from nnstudio.gui.plots.layer_curve import LayerCurve
from nnstudio.gui.workbench import Workbench
from nnstudio.messages import shape_text
from nnstudio.project.waiting import waiting

#: Names of variables as formulas write them.
SYMBOLS = {
    "weight": "W",
    "bias": "b",
    "slope": "a",
    "gamma": "γ",
    "beta": "β",
    "running_mean": "mean",
    "running_var": "variance",
}


class InspectorPanel(QWidget):
    """One page for a node, one for several, one for the network and its training.

    Signals:
        help_asked: about the layer of the node that is shown.
    """

    help_asked = Signal()

    def __init__(
        self,
        workbench: Workbench,
        theme: Theme,
        live: Live | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("inspector_panel")
        self._workbench = workbench
        self._pages = QStackedWidget(self)
        self._node_page = _NodePage(workbench, theme, live)
        self._node_page.help.clicked.connect(self.help_asked)
        self._many_page = SeveralForm(workbench, theme)
        self._training = TrainingForm(workbench, theme)
        self._group = GroupForm(workbench)
        for page in (self._node_page, self._many_page, self._training):
            self._pages.addWidget(_scrolling(page))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._group)
        column.addWidget(self._pages)
        workbench.selection_changed.connect(self._selection_changed)
        workbench.project_changed.connect(self._show)
        workbench.problems_changed.connect(self._show)
        self._show()

    def _selection_changed(self) -> None:
        self._workbench.document.end_merge()
        self._show()

    def _show(self, *_: object) -> None:
        selection = self._workbench.selection
        nodes = [
            self._workbench.graph.by_id[n] for n in selection if n in self._workbench.graph.by_id
        ]
        self._group.show_selection()
        if len(nodes) == 1:
            self._node_page.show_node(nodes[0])
            self._pages.setCurrentIndex(0)
        elif nodes:
            self._many_page.show_nodes(nodes)
            self._pages.setCurrentIndex(1)
        else:
            self._training.show_project()
            self._pages.setCurrentIndex(2)


class _NodePage(QWidget):
    """Title, what the layer does, its settings, shapes and parameters."""

    def __init__(self, workbench: Workbench, theme: Theme, live: Live | None = None) -> None:
        super().__init__()
        self._workbench = workbench
        self._node: Node | None = None
        self._is_renaming = False
        self._title = QLineEdit()
        self._title.setObjectName("inspector_name")
        self._title.setAccessibleName("Name of the node")
        self._title.setToolTip("The node's name: type another; empty for the layer's own")
        self._title.textEdited.connect(lambda: setattr(self, "_is_renaming", True))
        self._title.editingFinished.connect(self._rename)
        self.help = QToolButton()
        self.help.setObjectName("inspector_help")
        self.help.setText("?")
        self.help.setAccessibleName("Help about this layer")
        self.help.setToolTip("What this layer does, and when to use it (F1)")
        self.help.setFixedSize(28, 28)
        self.help.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._summary = _label("inspector_summary", "dim")
        self._formula = FormulaView(theme, parent=self)
        self._formula.setObjectName("inspector_formula")
        self._derivative = FormulaView(theme, parent=self)
        self._derivative.setObjectName("inspector_derivative")
        self._curve = LayerCurve(theme)
        self._curve.setObjectName("inspector_curve")
        self._variables = _label("inspector_variables", "dim")
        self._problem = Notice("inspector_problem", theme)
        self._fix = FixButton(workbench, "inspector_fix")
        self._form = SettingsForm("inspector", theme, resets_all=True)
        self._form.changed.connect(self._change)
        self._form.reset_all.connect(self._reset)
        self._output = OutputForm(workbench, theme)
        self._surgery = SurgeryForm(workbench, theme, live)
        self._learns = QCheckBox("Trainable")
        self._learns.setObjectName("inspector_trainable")
        self._learns.setToolTip("Whether training changes these weights")
        self._learns.toggled.connect(self._freeze)
        self._bypassed = QCheckBox("Bypassed")
        self._bypassed.setObjectName("inspector_bypassed")
        self._bypassed.setToolTip("It hands on what it gets, as if it weren't there (Ctrl+B)")
        self._bypassed.toggled.connect(self._bypass)
        self._shapes = _label("inspector_shapes", "dim")
        self._count = _label("inspector_parameters", "dim")
        delete = QPushButton("Delete")
        delete.setObjectName("inspector_delete")
        delete.setAccessibleName("Delete this node")
        delete.clicked.connect(self._delete)
        workbench.runner.started.connect(self.show_waiting)
        workbench.runner.ended.connect(self.show_waiting)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 16)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.setSpacing(4)
        head.addWidget(self._title, 1)
        head.addWidget(self.help)
        column.addLayout(head)
        column.addWidget(self._problem)
        column.addWidget(self._fix, 0, Qt.AlignmentFlag.AlignLeft)
        for widget in (self._summary, self._formula):
            column.addWidget(widget)
        for below in (self._derivative, self._variables, self._curve):
            column.addWidget(below)
        column.addSpacing(4)
        column.addWidget(self._form)
        column.addWidget(self._output)
        column.addWidget(self._learns)
        column.addWidget(self._bypassed)
        column.addWidget(_line())
        column.addWidget(self._shapes)
        column.addWidget(self._count)
        column.addWidget(self._surgery)
        column.addStretch(1)
        column.addWidget(delete, 0, Qt.AlignmentFlag.AlignLeft)

    def show_node(self, node: Node) -> None:
        """Show ``node`` as it is now."""
        if self._node is None or node.id != self._node.id:
            self._is_renaming = False
            self._form.discard()
        self._node = node
        workbench, layer = self._workbench, node.layer
        analysis = workbench.analysis
        if not self._is_renaming:
            self._title.setText(node.title)
            self._title.setCursorPosition(0)  # of a long name, how it begins
        summary = layer.summary
        if node.name:
            summary = f"{type(layer).__name__}: {summary}"
        self._summary.setText(summary)
        self._formula.show_formula(layer.formula)
        self._derivative.show_formula(layer.derivative)
        self._curve.show_layer(layer)
        variables = analysis.variables[node.id]
        _set(self._variables, "    ".join(f"{_symbol(v)} {shape_text(v.shape)}" for v in variables))
        problems = [p for p in workbench.problems if p.node == node.id]
        self._fix.offer(problems)
        severity = "error" if any(p.severity == "error" for p in problems) else "warning"
        self._problem.say("\n".join(map(str, problems)), severity)
        self._form.show_settings(layer)
        self._form.setVisible(not self._form.is_empty)
        self.show_waiting()
        self._output.show_node(node.id)
        self._surgery.show_node(node)
        self._learns.blockSignals(True)
        self._learns.setChecked(not node.frozen)
        self._learns.blockSignals(False)
        self._learns.setVisible(any(v.trainable for v in variables))
        self._bypassed.blockSignals(True)
        self._bypassed.setChecked(node.bypassed)
        self._bypassed.blockSignals(False)
        self._bypassed.setVisible(layer.arity != (0, 0))
        incoming = [analysis.shapes[edge.source] for edge in workbench.graph.incoming[node.id]]
        known = " and ".join(shape_text(s) for s in incoming if s is not None)
        shape = analysis.shapes[node.id]
        out = "unknown yet" if shape is None else shape_text(shape)
        _set(self._shapes, f"{known} → {out}" if known else f"Output {out}")
        owner = workbench.graph.by_id.get(node.owner)
        _set(self._count, _count_text(variables, node, owner.title if owner else ""))

    def show_waiting(self, *_: object) -> None:
        """Which settings wait for the next restart."""
        run, node = self._workbench.run_project, self._node
        if node is None:
            return
        same = None if run is None else run.graph.by_id.get(node.id)
        self._form.show_waiting(() if same is None else waiting(node.layer, same.layer))

    def _rename(self) -> None:
        node, name = self._node, self._title.text().strip()
        self._is_renaming = False
        if node is None or name == node.title:
            return
        if self._workbench.graph.by_id.get(node.id) is not node:
            return  # it has gone meanwhile; another project may use its id
        name = "" if name == type(node.layer).__name__ else name
        self._workbench.edit_graph("Rename", lambda graph: rename(graph, node.id, name))
        self._title.setText(self._workbench.graph.by_id[node.id].title)
        self._title.setCursorPosition(0)

    def _change(self, name: str, value: object) -> None:
        node = self._node
        if node is None:
            return
        layer = replace(node.layer, **{name: value})
        self._workbench.edit_graph(
            f"Change {name.replace('_', ' ')}",
            lambda graph: replace_layer(graph, node.id, layer),
            merge_key=("inspector", node.id, name),
        )
        self._workbench.begin_gesture()

    def _reset(self) -> None:
        node = self._node
        if node is not None:
            defaults = {item.name: item.default for item in self._form.resettable}
            layer = replace(node.layer, **defaults)
            self._workbench.edit_graph(
                "Reset settings", lambda graph: replace_layer(graph, node.id, layer)
            )

    def _freeze(self, learns: bool) -> None:
        node = self._node
        if node is not None:
            label = "Train again" if learns else "Freeze"
            self._workbench.edit_graph(label, lambda graph: freeze(graph, node.id, not learns))

    def _bypass(self, on: bool) -> None:
        node = self._node
        if node is not None:
            label = "Bypass" if on else "Take back in"
            self._workbench.edit_graph(label, lambda graph: bypass(graph, [node.id], on))

    def _delete(self) -> None:
        node = self._node
        if node is not None:
            self._workbench.edit_graph("Delete", lambda graph: remove_and_close(graph, [node.id]))


def _symbol(variable: Variable) -> str:
    """What a variable is called in the formula."""
    return SYMBOLS.get(variable.name, variable.name.replace("_", " "))


def _count_text(variables: tuple[Variable, ...], node: Node, owner: str) -> str:
    """How the number of parameters comes about: ``784 × 128 + 128 = 100,480 parameters``."""
    if owner:
        return f"No parameters of its own: it shares those of {owner}"
    sum_text = multiplication(node.layer, variables)
    if not sum_text:
        return "No parameters"
    state = state_count(variables)
    text = f"{sum_text} parameters"
    text += f", and {state:,} running statistics" if state else ""
    return text + (", frozen" if node.frozen else "")


def _label(name: str, role: str = "plain") -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setProperty("role", role)
    label.setWordWrap(True)
    return label


def _set(label: QLabel, text: str) -> None:
    label.setText(text)
    label.setVisible(bool(text))


def _line() -> QFrame:
    line = QFrame()
    line.setFrameShape(QFrame.Shape.HLine)
    return line


def _scrolling(page: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(page)
    return area
