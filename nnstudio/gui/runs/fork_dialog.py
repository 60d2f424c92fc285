"""Asks what a fork changes, and where it begins."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from nnstudio.gui.forms.form import LABEL_WIDTH, SettingsForm
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.runs.fork_choices import Choice, fork_choices
from nnstudio.project.run_book import project_of
from nnstudio.project.run_record import RunRecord
from nnstudio.project.run_words import differences
from nnstudio.schema import settings_of

_WIDTH = 400
_MOST_EPOCHS = 1_000_000


class ForkDialog(QDialog):
    """One setting, and from which weights.

    Signals:
        forked: (change, more epochs or 0 for a new start, what differs in words)
    """

    forked = Signal(object, int, str)

    def __init__(self, record: RunRecord, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("fork_dialog")
        self.setWindowTitle(f"Fork {record.title}")
        self.setMinimumWidth(_WIDTH)
        self._record = record
        self._choices = fork_choices(record)
        self._value: Any = None
        self._what = QComboBox()
        self._what.setObjectName("fork_what")
        self._what.setAccessibleName("Setting that the fork changes")
        self._what.setMaxVisibleItems(16)
        for choice in self._choices:
            self._what.addItem(choice.label)
        self._what.currentIndexChanged.connect(self._chosen)
        self._form = SettingsForm("fork", theme)
        self._form.changed.connect(self._edited)
        self._kind = QComboBox()
        self._kind.setObjectName("fork_kind")
        self._kind.activated.connect(self._kind_chosen)
        self._was = QLabel()
        self._was.setObjectName("fork_was")
        self._was.setProperty("role", "dim")
        self._start = QRadioButton("With the weights it began with")
        self._start.setObjectName("fork_from_start")
        self._end = QRadioButton("Where it ended, for more epochs:")
        self._end.setObjectName("fork_from_end")
        self._more = QSpinBox()
        self._more.setObjectName("fork_more")
        self._more.setAccessibleName("How many more epochs")
        self._more.setRange(1, _MOST_EPOCHS)
        self._more.setValue(max(1, record.epoch))
        self._more.setFixedWidth(88)
        self._more.lineEdit().setTextMargins(8, 0, 8, 0)
        self._note = QLabel()
        self._note.setObjectName("fork_note")
        self._note.setProperty("role", "dim")
        self._note.setWordWrap(True)
        self._cancel = QPushButton("Cancel")
        self._cancel.setObjectName("fork_cancel")
        self._cancel.clicked.connect(self.reject)
        self._run = QPushButton("Fork and run")
        self._run.setObjectName("fork_run")
        self._run.setProperty("primary", True)
        self._run.setDefault(True)
        self._run.clicked.connect(self._take)
        self._lay_out()
        self._offer_weights()
        self._chosen()

    def _lay_out(self) -> None:
        title = QLabel("Train again with one thing changed")
        title.setProperty("role", "title")
        fields = QGridLayout()
        fields.setHorizontalSpacing(8)
        fields.setColumnMinimumWidth(0, LABEL_WIDTH)
        fields.setVerticalSpacing(8)
        fields.setColumnStretch(1, 1)
        fields.addWidget(QLabel("Change"), 0, 0)
        fields.addWidget(self._what, 0, 1)
        fields.addWidget(QLabel("Begin"), 3, 0, Qt.AlignmentFlag.AlignTop)
        fields.addWidget(self._form, 1, 0, 1, 2)
        fields.addWidget(self._kind, 1, 1)
        fields.addWidget(self._was, 2, 1)
        begin = QVBoxLayout()
        begin.setSpacing(8)
        begin.addWidget(self._start)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._end)
        row.addWidget(self._more)
        row.addStretch(1)
        begin.addLayout(row)
        begin.addWidget(self._note)
        fields.addLayout(begin, 3, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(self._cancel)
        buttons.addWidget(self._run)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(16)
        column.addWidget(title)
        column.addLayout(fields)
        column.addStretch(1)
        column.addLayout(buttons)

    def _offer_weights(self) -> None:
        """Without weights there is no end to begin at."""
        is_kept = self._record.trained is not None
        self._end.setEnabled(is_kept)
        self._more.setEnabled(is_kept)
        (self._end if is_kept else self._start).setChecked(True)
        self._more.valueChanged.connect(lambda: self._end.setChecked(True))
        if not is_kept:
            self._note.setText("Its weights weren't kept, so a fork begins with first ones.")
        else:
            self._note.setText("From its end both curves share the past.")

    # ------------------------------------------------------------------ what is chosen

    @property
    def choice(self) -> Choice:
        """What the fork changes."""
        return self._choices[self._what.currentIndex()]

    def _chosen(self) -> None:
        choice = self.choice
        self._value = choice.value
        self._form.setVisible(bool(choice.name))
        self._kind.setVisible(not choice.name)
        if choice.name:
            self._form.show_settings(choice.owner, self._hidden())
        else:
            self._kind.setAccessibleName(choice.label)
            self._kind.clear()
            for title, kind in choice.kinds:
                self._kind.addItem(title, kind)
            self._kind.setCurrentIndex([kind for _, kind in choice.kinds].index(choice.value))
        self._tell()

    def _edited(self, name: str, value: object) -> None:
        if name == self.choice.name:
            self._value = value
            self._form.show_settings(replace(self.choice.owner, **{name: value}), self._hidden())
            self._tell()

    def _hidden(self) -> set[str]:
        return {item.name for item in settings_of(type(self.choice.owner))} - {self.choice.name}

    def _kind_chosen(self) -> None:
        self._value = self._kind.currentData()
        self._tell()

    def _tell(self) -> None:
        self._was.setText(self._words() if self._is_other else "As in the run")

    @property
    def _is_other(self) -> bool:
        return bool(self._value != self.choice.value)

    def _words(self) -> str:
        record = self._record
        changed = self.choice.change(self._value)(project_of(record))
        new = replace(record, graph=changed.graph, settings=changed.settings)
        return ", ".join(differences(record, new)) or f"seed {changed.settings.seed}"

    def _take(self) -> None:
        self._run.setFocus()  # a field that is left takes what was typed
        if not self._is_other:
            self._was.setText("Choose another value: this is the run's own")
            return
        more = self._more.value() if self._end.isChecked() else 0
        self.forked.emit(self.choice.change(self._value), more, self._words())
        self.accept()
