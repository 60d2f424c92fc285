"""Preparation as a list: the steps in order, and last what is fitted on the training examples."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Dataset
from nnstudio.data.settings import DataSettings
from nnstudio.data.steps import STEPS, FillEmpty, Step
from nnstudio.gui.forms.fields import choice_text
from nnstudio.gui.forms.form import SettingsForm
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.preparing.before_after import BeforeAfter
from nnstudio.gui.preparing.entry_list import EntryList
from nnstudio.gui.preparing.entry_row import framed
from nnstudio.messages import StudioError, shape_text
from nnstudio.schema import check


class PreparationView(QWidget):
    """Signals:

    asked: (label, data settings, is_gesture) the data shall be prepared so.
    """

    asked = Signal(str, object, bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings: DataSettings | None = None
        self._error = ""
        self._steps = EntryList("data_step", "step", STEPS, theme)
        self._steps.asked.connect(self._change_steps)
        self._range = SettingsForm("data", theme)
        self._range.changed.connect(self._change_range)
        title = QLabel("Bring into range")
        title.setProperty("role", "entry")
        note = QLabel("Last of all. Fitted on the training examples only.")
        note.setObjectName("data_range_note")
        note.setProperty("role", "dim")
        note.setWordWrap(True)
        self._before_after = BeforeAfter(theme)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self._steps)
        column.addWidget(framed(title, note, self._range))
        column.addWidget(self._before_after)

    @property
    def error(self) -> str:
        """Why the steps can't be done in this order, as it is said at one of them."""
        return self._error

    def summary(self) -> str:
        """The list in a few words."""
        if self._settings is None:
            return ""
        names = [step.title for step in self._settings.steps]
        return ", ".join([*names, choice_text(self._settings.inputs)])

    def show_data(
        self, settings: DataSettings, given: Dataset | None, data: PreparedData | None
    ) -> None:
        """Show what ``settings`` do to the data that is ``given``, and came to ``data``."""
        self._settings = settings
        notes, errors = shapes_along(settings.steps, given)
        self._error = next(filter(None, errors), "")
        empty = "No steps: examples go on as they are."
        offered = _offered(settings, given)
        if not offered:
            empty = "Steps are for pictures. Numbers go on as they are."
        self._steps.show_entries(settings.steps, notes, errors, offered.__contains__, empty)
        hidden = set()
        if data is not None:
            hidden |= {"targets"} if data.dataset.is_classification else set()
            hidden |= set() if data.dataset.columns else {"columns"}
        self._range.show_settings(settings, hidden)
        self._before_after.show_data(given, data)

    def _change_steps(self, label: str, steps: tuple[Step, ...], is_gesture: bool) -> None:
        if self._settings is not None:
            self.asked.emit(label, replace(self._settings, steps=steps), is_gesture)

    def _change_range(self, name: str, value: Any) -> None:
        if self._settings is not None:
            label = f"Change {name.replace('_', ' ')}"
            self.asked.emit(label, replace(self._settings, **{name: value}), True)


def shapes_along(steps: tuple[Step, ...], given: Dataset | None) -> tuple[list[str], list[str]]:
    """Of each step the shape after it, in words, and why it can't be done there."""
    notes, errors = [""] * len(steps), [""] * len(steps)
    if given is not None:
        shape = given.input_shape
        for place, step in enumerate(steps):
            try:
                shape = check(step).output_shape(shape)
            except StudioError as error:
                errors[place] = str(error)
                break
            notes[place] = f"→ {shape_text(shape)}"
    return notes, errors


def _offered(settings: DataSettings, given: Dataset | None) -> list[type[Step]]:
    """The steps that such data may have some use for."""
    every = [cls for cls in STEPS.values() if cls is not FillEmpty or settings.source.leaves_gaps]
    return every if given is None else [cls for cls in every if _fits(cls, given.input_shape)]


def _fits(cls: type[Step], shape: tuple[int, ...]) -> bool:
    """Whether the step could stand somewhere: colours may have become grey before it."""
    shapes = {shape, (1, *shape[1:])} if len(shape) == 3 else {shape}
    for each in shapes:
        try:
            cls().output_shape(each)
        except StudioError:
            continue
        return True
    return False
