"""The training settings: what is learned, how fast, how long."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from nnstudio.engine.catalogue import LOSSES, OPTIMIZERS, SCHEDULES
from nnstudio.gui.forms.fields import ChoiceField
from nnstudio.gui.forms.form import LABEL_WIDTH, SettingsForm
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.workbench import Workbench
from nnstudio.messages import sentence
from nnstudio.project.runs import continues, is_finished

_RULES: dict[str, dict[str, Any]] = {
    "loss": {**LOSSES},
    "optimizer": {**OPTIMIZERS},
    "schedule": {**SCHEDULES},
}
_TITLES = {"loss": "Loss", "optimizer": "Optimizer", "schedule": "Schedule"}


class TrainingForm(QWidget):
    """The network in numbers, and every setting of its training."""

    def __init__(self, workbench: Workbench, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("training_form")
        self._workbench = workbench
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 16)
        column.setSpacing(6)
        self._summary = QLabel()
        self._summary.setObjectName("network_summary")
        self._summary.setProperty("role", "dim")
        self._summary.setWordWrap(True)
        title = QLabel("Training")
        title.setProperty("role", "title")
        column.addWidget(title)
        column.addWidget(self._summary)
        self._choices: dict[str, ChoiceField] = {}
        self._parts: dict[str, SettingsForm] = {}
        self._numbers = SettingsForm("training", theme)
        self._numbers.changed.connect(self._change)
        for name, catalogue in _RULES.items():
            choice = ChoiceField({key: cls.title for key, cls in catalogue.items()})
            control = choice.control()
            control.setObjectName(f"training_{name}")
            control.setAccessibleName(_TITLES[name])
            choice.edited.connect(lambda key, name=name: self._choose(name, key))
            part = SettingsForm(f"training_{name}", theme)
            part.changed.connect(lambda key, value, name=name: self._change_part(name, key, value))
            self._choices[name], self._parts[name] = choice, part
            row = QGridLayout()
            row.setHorizontalSpacing(4)
            row.setColumnMinimumWidth(0, LABEL_WIDTH)
            row.setColumnStretch(1, 1)
            label = QLabel(_TITLES[name])
            label.setBuddy(control)
            row.addWidget(label, 0, 0)
            row.addWidget(choice, 0, 1)
            column.addLayout(row)
            column.addWidget(part)
        column.addWidget(self._numbers)
        self._note = QLabel()
        self._note.setObjectName("training_note")
        self._note.setProperty("role", "dim")
        self._note.setWordWrap(True)
        column.addWidget(self._note)
        column.addStretch(1)
        workbench.runner.started.connect(self.show_project)
        workbench.runner.ended.connect(self.show_project)

    def show_project(self, *_: object) -> None:
        """Show the settings as they are now."""
        project, settings = self._workbench.project, self._workbench.project.settings
        analysis = self._workbench.analysis
        count = len(project.graph.nodes)
        text = f"{count} layer{'s' if count != 1 else ''}, {analysis.total_parameters:,} parameters"
        self._summary.setText(f"{project.description}\n{text}".strip())
        for name in _RULES:
            value = getattr(settings, name)
            self._choices[name].show_value(type(value).__name__)
            self._choices[name].control().setToolTip(value.summary)
            self._parts[name].show_settings(value)
            self._parts[name].setVisible(not self._parts[name].is_empty)
        hidden = () if settings.early_stopping else ("min_delta", "patience")
        self._numbers.show_settings(settings, hidden)
        self._note.setText(self._note_text())
        self._note.setVisible(bool(self._note.text()))

    def _note_text(self) -> str:
        if self._workbench.runner.is_running:
            return sentence("note_running")
        if is_finished(self._workbench.project):
            return sentence("note_finished")
        if continues(self._workbench.project):
            return sentence("note_paused")
        return ""

    # ------------------------------------------------------------------ editing

    def _change(self, name: str, value: Any) -> None:
        label = f"Change {name.replace('_', ' ')}"
        self._workbench.change_settings(label, ("training", name), **{name: value})
        self._workbench.begin_gesture()

    def _choose(self, name: str, key: str) -> None:
        settings = self._workbench.project.settings
        cls = _RULES[name][key]
        if type(getattr(settings, name)) is cls:
            return
        values = {name: cls()}
        if name == "loss":
            values["losses"] = ()
        self._workbench.change_settings(f"Change {name}", None, **values)

    def _change_part(self, name: str, key: str, value: Any) -> None:
        part = replace(getattr(self._workbench.project.settings, name), **{key: value})
        label = f"Change {key.replace('_', ' ')}"
        self._workbench.change_settings(label, ("training", name, key), **{name: part})
        self._workbench.begin_gesture()
