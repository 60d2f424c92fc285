"""What an output node is judged by: its loss, its weight, and what it is compared with."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from nnstudio.data.dataset import INPUTS, TARGETS
from nnstudio.engine.catalogue import LOSSES
from nnstudio.gui.forms.fields import ChoiceField
from nnstudio.gui.forms.form import LABEL_WIDTH, SettingsForm, later_label
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.workbench import Workbench
from nnstudio.schema import setting
from nnstudio.training.settings import HEAVIEST, TrainingSettings

#: Stands for the loss that the training settings name for the whole network.
_COMMON = ""


@dataclass(frozen=True)
class OutputWeight:
    """How much the loss of an output counts."""

    weight: float = setting(
        1.0,
        ge=0,
        le=HEAVIEST,
        label="Loss weight",
        help="How much this output's loss counts in the sum that training makes small",
    )


class OutputForm(QWidget):
    """Edits what the training settings say about one node; every change can be undone."""

    def __init__(self, workbench: Workbench, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("inspector_output")
        self._workbench = workbench
        self._node = ""
        self._loss = ChoiceField(
            {_COMMON: "As for the network", **{name: cls.title for name, cls in LOSSES.items()}},
            {name: cls.summary for name, cls in LOSSES.items()},
        )
        self._target = ChoiceField({TARGETS: TARGETS})
        self._weight = SettingsForm("inspector_output", theme)
        self._loss.edited.connect(self._choose_loss)
        self._target.edited.connect(self._choose_target)
        self._weight.changed.connect(lambda _name, value: self._choose_weight(value))
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(6)
        grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        grid.setColumnStretch(1, 1)
        rows = (
            ("loss", "Loss", self._loss, "What this output's answers are judged by"),
            ("target", "Target", self._target, "The column of the data it is compared with"),
        )
        for row, (name, title, field, help) in enumerate(rows):
            control, label = field.control(), QLabel(title)
            control.setObjectName(f"inspector_output_{name}")
            control.setAccessibleName(f"{title} of this output")
            control.setAccessibleDescription(help)
            control.setToolTip(help)
            label.setToolTip(help)
            label.setBuddy(control)
            grid.addWidget(label, row, 0)
            grid.addWidget(field, row, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addLayout(grid)
        column.addWidget(self._weight)
        self._later = later_label("inspector_output", self)
        column.addWidget(self._later)
        workbench.runner.started.connect(self._show_waiting)
        workbench.runner.ended.connect(self._show_waiting)

    def show_node(self, node: str) -> None:
        """Show what judges ``node``, if it is an output."""
        graph = self._workbench.graph
        is_output = node in graph.outputs and node not in graph.inputs
        self.setVisible(is_output)
        if node != self._node:
            self._weight.discard()
        self._node = node
        if not is_output:
            return
        settings = self._workbench.project.settings
        own = dict(settings.losses).get(node)
        self._loss.show_value(_COMMON if own is None else type(own).__name__)
        target, data = settings.target_of(node), self._workbench.data
        known = (TARGETS, INPUTS) if data is None else data.dataset.column_names
        names = dict.fromkeys((TARGETS, *known, target))
        self._target.offer({name: name for name in names})
        self._target.show_value(target)
        self._weight.show_settings(OutputWeight(settings.weight_of(node)))
        self._show_waiting()

    def _show_waiting(self, *_: object) -> None:
        """What judges an output can't change within a run."""
        run, node, now = self._workbench.run_project, self._node, self._workbench.project.settings
        self._later.setVisible(
            run is not None and _judged(run.settings, node) != _judged(now, node)
        )

    # ------------------------------------------------------------------ editing

    def _choose_loss(self, name: str) -> None:
        settings = self._workbench.project.settings
        own = dict(settings.losses).get(self._node)
        if name == (_COMMON if own is None else type(own).__name__):
            return
        if name == _COMMON:
            losses = tuple(pair for pair in settings.losses if pair[0] != self._node)
            self._take("loss", replace(settings, losses=losses))
        else:
            self._take("loss", settings.judging(self._node, loss=LOSSES[name]()))

    def _choose_target(self, name: str) -> None:
        settings = self._workbench.project.settings
        self._take("target", settings.judging(self._node, target=name))

    def _choose_weight(self, weight: float) -> None:
        settings = self._workbench.project.settings.judging(self._node, weight=weight)
        self._take("loss weight", settings)

    def _take(self, what: str, settings: TrainingSettings) -> None:
        """Going through the choices, or the numbers, with the arrow keys is one step to undo."""
        project = replace(self._workbench.project, settings=settings)
        self._workbench.apply(f"Change {what}", project, ("output", what, self._node))
        self._workbench.begin_gesture()


def _judged(settings: TrainingSettings, node: str) -> tuple[object, ...]:
    """The loss, its weight and the target at the output ``node``."""
    return settings.loss_of(node), settings.weight_of(node), settings.target_of(node)
