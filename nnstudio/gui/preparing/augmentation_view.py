"""Augmentation as a list, and what it makes of one training example."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from nnstudio.data.augmentation import (
    AUGMENTATIONS,
    Augmentation,
    augmented,
    check_augmentation,
)
from nnstudio.data.batches import PreparedData
from nnstudio.data.settings import DataSettings
from nnstudio.gui.forms.fields import choice_text, in_words
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.preparing.augmented_wall import AugmentedWall
from nnstudio.gui.preparing.entry_list import EntryList
from nnstudio.messages import StudioError
from nnstudio.schema import settings_of

#: So many epochs are shown.
EPOCHS = 12


class AugmentationView(QWidget):
    """Signals:

    asked: (label, data settings, is_gesture) the training examples shall be changed so.
    """

    asked = Signal(str, object, bool)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._settings: DataSettings | None = None
        self._data: PreparedData | None = None
        self._seed, self._number = 0, 0
        self._error = ""
        note = QLabel("By chance, on training examples only; others stay as they are.")
        note.setObjectName("data_augmentation_note")
        note.setProperty("role", "dim")
        note.setWordWrap(True)
        self._list = EntryList("data_augmentation", "augmentation", AUGMENTATIONS, theme)
        self._list.asked.connect(self._change)
        self._caption = QLabel()
        self._caption.setObjectName("data_augmented_caption")
        self._caption.setProperty("role", "dim")
        self._caption.setWordWrap(True)
        self._wall = AugmentedWall(theme)
        self._another = QPushButton("Another example")
        self._another.setObjectName("data_augmented_another")
        self._another.clicked.connect(self._go_on)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(note)
        column.addWidget(self._list)
        column.addWidget(self._caption)
        column.addWidget(self._wall)
        column.addWidget(self._another, 0, Qt.AlignmentFlag.AlignLeft)

    @property
    def error(self) -> str:
        """What is wrong with the list, as it is said at one of its entries."""
        return self._error

    def summary(self) -> str:
        """The list in a few words."""
        entries = () if self._settings is None else self._settings.augmentation
        return ", ".join(entry.title for entry in entries) or "None"

    def show_data(self, settings: DataSettings, data: PreparedData | None, seed: int) -> None:
        """Show what ``settings`` make of ``data`` in a run of this seed.

        Args:
            data: what the augmentation is for, whether or not it can be applied to it.
        """
        self._settings, self._data, self._seed = settings, data, seed
        entries = settings.augmentation
        errors = [_complaint(entry, data) for entry in entries]
        self._error = next(filter(None, errors), "")
        self._list.show_entries(
            entries,
            [note_on(entry) for entry in entries],
            errors,
            lambda cls: data is None or not _complaint(cls(), data),
            "None: every epoch sees the same examples.",
        )
        self._preview()

    def _change(self, label: str, entries: tuple[Augmentation, ...], is_gesture: bool) -> None:
        if self._settings is not None:
            self.asked.emit(label, replace(self._settings, augmentation=entries), is_gesture)

    def _go_on(self) -> None:
        self._number += 1
        self._preview()

    def _preview(self) -> None:
        """What the first epochs of a run will see of one example."""
        data, settings = self._data, self._settings
        shown = data is not None and settings is not None and bool(settings.augmentation)
        shown = shown and not self._error and data is not None and data.parts.train.size > 0
        if data is None or settings is None or not shown:
            for widget in (self._caption, self._wall, self._another):
                widget.hide()
            return
        rows = data.parts.train
        if data.dataset.is_picture:
            example = rows[self._number % len(rows) :][:1]
            given = data.dataset.inputs[example]
            seen = [self._in_epoch(data, example, epoch)[0] for epoch in range(EPOCHS)]
            self._caption.setText(f"One example, as epochs 1 to {EPOCHS} will see it")
            self._wall.show_pictures(given, np.stack(seen))
        elif data.input_shape in ((1,), (2,)):
            examples = rows[:: max(1, len(rows) // 200)]
            self._caption.setText(f"Examples, and as epoch {self._number + 1} will see them")
            given = data.dataset.inputs[examples]
            self._wall.show_points(given, self._in_epoch(data, examples, self._number))
        else:
            self._caption.setText("Examples of this shape aren't drawn.")
        drawn = data.dataset.is_picture or data.input_shape in ((1,), (2,))
        self._another.setText("Another example" if data.dataset.is_picture else "Next epoch")
        self._caption.show()
        self._wall.setVisible(drawn)
        self._another.setVisible(drawn)

    def _in_epoch(self, data: PreparedData, examples: np.ndarray, epoch: int) -> np.ndarray:
        assert self._settings is not None
        entries, values = self._settings.augmentation, data.dataset.inputs[examples]
        return augmented(entries, values, examples, data.spread, seed=self._seed, epoch=epoch)


def note_on(entry: Augmentation) -> str:
    """Its settings in a few words."""
    words = []
    for item in settings_of(type(entry)):
        value = getattr(entry, item.name)
        if item.type is bool:
            words += [item.label.lower()] if value else []
        elif item.rule.choices is not None:
            words += [choice_text(value).lower()] if value != item.default else []
        elif item.rule.unit == "%":
            words.append(f"{100 * value:g} %")
        else:
            words.append(f"{in_words(value)} {item.rule.unit}".strip().replace(" °", "°"))
    return " · ".join(words)


def _complaint(entry: Augmentation, data: PreparedData | None) -> str:
    """Why the examples can't be changed so; empty if they can, or aren't known."""
    if data is None:
        return ""
    try:
        check_augmentation(entry, data.dataset)
    except StudioError as error:
        return str(error)
    return ""
