"""The training settings: what is learned, how fast, how long; and, folded away, all the rest."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from PySide6.QtWidgets import QGridLayout, QLabel, QVBoxLayout, QWidget

from nnstudio.engine.catalogue import LOSSES, OPTIMIZERS, SCHEDULES
from nnstudio.gui.forms.fields import ChoiceField
from nnstudio.gui.forms.form import LABEL_WIDTH, SettingsForm, later_label
from nnstudio.gui.forms.section import Section
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.workbench import Workbench
from nnstudio.messages import sentence
from nnstudio.project.runs import continues, is_ended_early, is_finished, progress_of
from nnstudio.project.waiting import waiting
from nnstudio.schema import settings_of
from nnstudio.training.settings import TrainingSettings

_RULES: dict[str, dict[str, Any]] = {
    "loss": {**LOSSES},
    "optimizer": {**OPTIMIZERS},
    "schedule": {**SCHEDULES},
}
_TITLES = {"loss": "Loss", "optimizer": "Optimizer", "schedule": "Schedule"}
#: What everybody sets.
_ESSENTIAL = ("learning_rate", "batch_size", "epochs")
#: What stands behind each folded line.
_SECTIONS: dict[str, tuple[str, tuple[str, ...]]] = {
    "rules": ("Loss and optimizer", ()),
    "rate": ("Rate over time", ("warm_up",)),
    "regularisation": (
        "Regularisation",
        ("l1", "l2", "weight_decay", "max_norm", "clip_value", "clip_norm", "average"),
    ),
    "stopping": (
        "Stopping early",
        (
            "early_stopping",
            "stop_when_converged",
            "monitor",
            "patience",
            "min_delta",
            "restore_best_weights",
        ),
    ),
    "more": ("More", ("class_weights", "seed", "threads")),
}
#: What counts only where early stopping is on.
_OF_EARLY_STOPPING = ("monitor", "restore_best_weights")
_ALL = {item.name: item for item in settings_of(TrainingSettings)}


class TrainingForm(QWidget):
    """The network in numbers, and every setting of its training."""

    def __init__(self, workbench: Workbench, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("training_form")
        self._workbench = workbench
        self._theme = theme
        self._shown: TrainingSettings | None = None
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
        self._later: dict[str, QLabel] = {}
        self._numbers: dict[str, SettingsForm] = {}
        column.addWidget(self._rule("loss"))
        column.addWidget(self._rule("optimizer"))
        column.addWidget(self._numbers_of("essential"))
        column.addSpacing(4)
        self._sections: dict[str, Section] = {}
        for name, (words, names) in _SECTIONS.items():
            section = self._sections[name] = Section(f"training_section_{name}", words, theme)
            if name == "rules":
                section.add(self._parts["loss"])
                section.add(self._parts["optimizer"])
            elif name == "rate":
                section.add(self._rule("schedule"))
                section.add(self._parts["schedule"])
            if names:
                section.add(self._numbers_of(name))
            column.addWidget(section)
        self._note = QLabel()
        self._note.setObjectName("training_note")
        self._note.setProperty("role", "dim")
        self._note.setWordWrap(True)
        column.addWidget(self._note)
        column.addStretch(1)
        workbench.runner.started.connect(self.show_project)
        workbench.runner.ended.connect(self.show_project)

    def _rule(self, name: str) -> QWidget:
        """The choice of a loss, optimizer or schedule; and the form for its own settings."""
        choice = ChoiceField({key: cls.title for key, cls in _RULES[name].items()})
        control = choice.control()
        control.setObjectName(f"training_{name}")
        control.setAccessibleName(_TITLES[name])
        choice.edited.connect(lambda key: self._choose(name, key))
        part = SettingsForm(f"training_{name}", self._theme)
        part.changed.connect(lambda key, value: self._change_part(name, key, value))
        self._choices[name], self._parts[name] = choice, part
        whole = QWidget()
        grid = QGridLayout(whole)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setColumnMinimumWidth(0, LABEL_WIDTH)
        grid.setColumnStretch(1, 1)
        label = QLabel(_TITLES[name])
        label.setBuddy(control)
        later = self._later[name] = later_label(f"training_{name}", whole)
        grid.addWidget(label, 0, 0)
        grid.addWidget(choice, 0, 1)
        grid.addWidget(later, 1, 1)
        return whole

    def _numbers_of(self, group: str) -> SettingsForm:
        form = self._numbers[group] = SettingsForm("training", self._theme)
        form.changed.connect(self._change)
        return form

    def show_project(self, *_: object) -> None:
        """Show the settings as they are now."""
        project, settings = self._workbench.project, self._workbench.project.settings
        analysis = self._workbench.analysis
        count = len(project.graph.nodes)
        text = f"{count} layer{'s' if count != 1 else ''}, {analysis.total_parameters:,} parameters"
        self._summary.setText(f"{project.description}\n{text}".strip())
        self._note.setText(" ".join(filter(None, (self._search_text(), self._note_text()))))
        self._note.setVisible(bool(self._note.text()))
        if settings is not self._shown:
            self._shown = settings
            self._show_settings(settings)
        self._show_waiting(settings)

    def _show_settings(self, settings: TrainingSettings) -> None:
        for name in _RULES:
            value = getattr(settings, name)
            self._choices[name].show_value(type(value).__name__)
            self._choices[name].control().setToolTip(value.summary)
            self._parts[name].show_settings(value)
            self._parts[name].setVisible(not self._parts[name].is_empty)
        rules = (self._parts["loss"], self._parts["optimizer"])
        self._sections["rules"].setVisible(not all(part.is_empty for part in rules))
        self._numbers["essential"].show_settings(settings, _ALL.keys() - set(_ESSENTIAL))
        for group, (_title, shown) in _SECTIONS.items():
            if group == "stopping":
                shown = _stopping(settings)
            if shown:
                self._numbers[group].show_settings(settings, _ALL.keys() - set(shown))
            self._sections[group].show_summary(_section_summary(group, settings))

    def _show_waiting(self, settings: TrainingSettings) -> None:
        """What can't change within the run that is on or paused, and was edited nonetheless."""
        project = self._workbench.run_project
        run = settings if project is None else project.settings
        for name, part in self._parts.items():
            mine, its = getattr(settings, name), getattr(run, name)
            self._later[name].setVisible(type(mine) is not type(its))
            part.show_waiting(waiting(mine, its))
        names = waiting(settings, run)
        if not self._workbench.runner.is_running:
            names -= {"threads"}  # who goes on takes as many as are asked for now
        for form in self._numbers.values():
            form.show_waiting(names)

    def _search_text(self) -> str:
        optimizer = self._workbench.project.settings.optimizer
        return sentence("note_full_batch", optimizer=optimizer.title) if optimizer.searches else ""

    def _note_text(self) -> str:
        if self._workbench.runner.is_running:
            return sentence("note_running")
        if is_finished(self._workbench.project):
            return self._end_text()
        if continues(self._workbench.project):
            return sentence("note_paused")
        if self._workbench.run_project is not None:
            return sentence("note_waiting")
        return ""

    def _end_text(self) -> str:
        """What Run does with a run that has ended, and what makes it go on instead."""
        project = self._workbench.project
        progress = progress_of(project)
        if progress is None or not is_ended_early(project):
            return sentence("note_finished")
        return sentence("note_converged" if progress.converged else "note_ended_early")

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
        if name == "loss" and len(self._workbench.graph.outputs) < 2:
            values["losses"] = ()  # of several outputs, those with a loss of their own keep it
        self._workbench.change_settings(f"Change {name}", None, **values)

    def _change_part(self, name: str, key: str, value: Any) -> None:
        part = replace(getattr(self._workbench.project.settings, name), **{key: value})
        label = f"Change {key.replace('_', ' ')}"
        self._workbench.change_settings(label, ("training", name, key), **{name: part})
        self._workbench.begin_gesture()


def _stopping(settings: TrainingSettings) -> tuple[str, ...]:
    """What there is to set about stopping early."""
    shown = _SECTIONS["stopping"][1]
    if settings.early_stopping:
        return shown
    if settings.stop_when_converged:
        return tuple(name for name in shown if name not in _OF_EARLY_STOPPING)
    return ("early_stopping", "stop_when_converged")


def _section_summary(group: str, settings: TrainingSettings) -> str:
    """What is set in a section, in a few words."""
    if group == "stopping":
        if not (settings.early_stopping or settings.stop_when_converged):
            return "off"
        return f"after {settings.patience:,} epoch{'s' if settings.patience != 1 else ''}"
    words = _changed(settings, _SECTIONS[group][1])
    if group == "rules":
        words = _changed(settings.loss) + _changed(settings.optimizer)
    elif group == "rate":
        words = [type(settings.schedule).title, *words]
    elif group == "regularisation" and not words:
        return "none"
    return ", ".join(words)


def _changed(subject: object, among: Collection[str] | None = None) -> list[str]:
    """The labels of the settings that aren't at their default."""
    return [
        item.label
        for item in settings_of(type(subject))
        if getattr(subject, item.name) != item.default and (among is None or item.name in among)
    ]
