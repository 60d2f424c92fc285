"""One editor per kind of setting; :func:`field_for` picks it."""

from __future__ import annotations

import re
from typing import Any, get_args, get_origin

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from nnstudio.data.sources import pairs_text, parse_pairs
from nnstudio.gui.forms.field import SEVERAL, Field, TextField, calm, narrow
from nnstudio.gui.forms.number_fields import number_as_text, number_field
from nnstudio.messages import StudioError
from nnstudio.schema import Setting

#: What choices are called where capitalising their name isn't enough, and what they mean.
WORDS = {
    "he_normal": ("He normal", "Normal numbers, deviation √(2 / inputs): suits ReLU"),
    "he_uniform": ("He uniform", "Uniform numbers, deviation √(2 / inputs): suits ReLU"),
    "xavier_normal": ("Xavier normal", "Normal numbers, deviation √(2 / (inputs + outputs))"),
    "xavier_uniform": ("Xavier uniform", "Uniform numbers, deviation √(2 / (inputs + outputs))"),
    "lecun_normal": ("LeCun normal", "Normal numbers, deviation √(1 / inputs): suits SELU"),
    "lecun_uniform": ("LeCun uniform", "Uniform numbers, deviation √(1 / inputs): suits SELU"),
    "truncated_normal": ("Truncated normal", "Normal numbers, deviation 0.05, none beyond 0.1"),
    "valid": ("Valid", "Windows stay inside: what fills none is dropped"),
    "same": ("Same", "Windows reach over the edge: with stride 1 the size stays the same"),
    "nearest": ("Nearest", "Each number is repeated"),
    "bilinear": ("Bilinear", "Numbers blend into their neighbours"),
    "mnist": ("28 × 28 greys", "As MNIST's: centred, from 0 to 255"),
    "digits": ("8 × 8 counts", "As the small digits that come with the program: from 0 to 16"),
    "none": ("As it is", "Numbers are left alone"),
    "scale": ("Scale to 0 – 1", "The smallest becomes 0, the largest 1"),
    "standardise": ("Standardise", "Mean 0, standard deviation 1"),
    "scale each": ("Scale each", "As Scale, each pixel by itself"),
    "standardise each": ("Standardise each", "As Standardise, each pixel by itself"),
    "leave": (
        "Fill by a step",
        "By mean, median or most frequent word: “Fill gaps” in Preparation",
    ),
    "constant": ("Darkest value", "As dark as the darkest training example"),
}


class CheckField(Field):
    """Yes or no."""

    def __init__(self) -> None:
        super().__init__()
        self._box = QCheckBox()
        self._box.checkStateChanged.connect(
            lambda state: self.edited.emit(state == Qt.CheckState.Checked)
        )
        self._only(self._box)

    def show_value(self, value: Any) -> None:
        self._show(Qt.CheckState.Checked if value else Qt.CheckState.Unchecked)

    def show_several(self) -> None:
        self._show(Qt.CheckState.PartiallyChecked)

    def _show(self, state: Qt.CheckState) -> None:
        self._box.blockSignals(True)
        self._box.setTristate(state == Qt.CheckState.PartiallyChecked)
        self._box.setCheckState(state)
        self._box.blockSignals(False)

    def control(self) -> QWidget:
        return self._box


class ChoiceField(Field):
    """One of a few values.

    Args:
        choices: what each value is called.
        meanings: a tooltip for some of them.
    """

    inset = 24

    def __init__(self, choices: dict[Any, str], meanings: dict[Any, str] | None = None) -> None:
        super().__init__()
        self._values = list(choices)
        self._box = QComboBox()
        self._box.addItems(list(choices.values()))
        for i, value in enumerate(self._values):
            meaning = (meanings or {}).get(value, "")
            self._box.setItemData(i, meaning or None, Qt.ItemDataRole.ToolTipRole)
        # A combo box as wide as its longest entry would widen the whole panel.
        self._box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._box.setMinimumContentsLength(8)
        self._box.activated.connect(lambda i: self.edited.emit(self._values[i]))
        calm(self._box)
        self._only(self._box)

    def offer(self, choices: dict[Any, str]) -> None:
        """Other choices from now on; whoever changes them shows the value again."""
        if list(choices) != self._values:
            self._values = list(choices)
            self._box.clear()
            self._box.addItems(list(choices.values()))

    def show_value(self, value: Any) -> None:
        self._box.setCurrentIndex(self._values.index(value))

    def show_several(self) -> None:
        self._box.setPlaceholderText(SEVERAL)
        self._box.setCurrentIndex(-1)

    def control(self) -> QWidget:
        return self._box


class PairsField(Field):
    """Pairs of numbers, typed like (2, 4), (4, 16)."""

    is_wide = True

    def __init__(self) -> None:
        super().__init__()
        self._shown: Any = ()
        self._text = QPlainTextEdit()
        self._text.setPlaceholderText("(2, 4), (4, 16), (2.5, 6.25)")
        self._text.setFixedHeight(64)
        self._text.setTabChangesFocus(True)
        self._text.textChanged.connect(self._typed)
        self._text.installEventFilter(self)
        self._only(self._text)

    def show_value(self, value: Any) -> None:
        self._shown = value
        if not self._text.hasFocus() or self._read_or_none() != value:
            self._write()

    def control(self) -> QWidget:
        return self._text

    def discard(self) -> None:
        if self._read_or_none() != self._shown:
            self._write()
        self.refused.emit("")

    def _write(self) -> None:
        self._text.blockSignals(True)
        self._text.setPlainText(pairs_text(self._shown))
        self._text.blockSignals(False)

    def _read(self) -> Any:
        text = self._text.toPlainText().strip()
        return parse_pairs(text) if text else ()

    def _read_or_none(self) -> Any:
        try:
            return self._read()
        except StudioError:
            return None

    def _typed(self) -> None:
        try:
            value = self._read()
        except StudioError as error:
            self.refused.emit(str(error))
            return
        self.refused.emit("")
        if value != self._shown:
            self.edited.emit(value)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self.discard()
        return False


class FolderField(Field):
    """A folder, typed or browsed for; empty for the usual places."""

    is_wide = True

    def __init__(self) -> None:
        super().__init__()
        self._line = QLineEdit()
        self._line.setPlaceholderText("The usual places")
        self._line.editingFinished.connect(self._done)
        self._shown = ""
        browse = QPushButton("Browse…")
        browse.setObjectName("browse_button")
        browse.setAccessibleName("Browse for a folder")
        browse.clicked.connect(self._browse)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        row.addWidget(self._line, 1)
        row.addWidget(browse)
        narrow(self._line)

    def show_value(self, value: Any) -> None:
        self._shown = value
        self._line.setText(value)
        self._line.setCursorPosition(len(value))

    def control(self) -> QWidget:
        return self._line

    def discard(self) -> None:
        self._line.setText(self._shown)

    def _done(self) -> None:
        if self._line.text().strip() != self._shown:
            self.edited.emit(self._line.text().strip())

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Folder with the data", self._shown)
        if folder:
            self.edited.emit(folder)


#: Settings that name one size per layer, rather than the sides of one shape.
_LISTS = frozenset({"units", "filters"})


def field_for(item: Setting, *, of_several: bool = False) -> Field:
    """The right editor for a setting; ``of_several``: one that can stand empty for many values."""
    if item.rule.choices is not None:
        return _choice_field(item.rule.choices)
    if item.type is bool:
        return CheckField()
    if item.type in (int, float):
        return number_as_text(item) if of_several else number_field(item)
    if item.type is str:
        return FolderField() if item.name == "folder" else TextField(str.strip, str)
    if get_origin(item.type) is tuple and item.name in _LISTS:
        return TextField(_read_list, _write_list)
    if item.type == tuple[int, int]:
        return TextField(_read_pair, _write_sizes)
    if get_origin(item.type) is tuple and get_args(item.type)[0] is int:
        return TextField(_read_shape, _write_sizes)
    if get_origin(item.type) is tuple:
        return PairsField()
    raise TypeError(f"no editor for settings of type {item.type!r}")


def in_words(value: Any) -> str:
    """A value of a setting as a person reads it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:,}" if isinstance(value, int) else f"{value:g}"
    if isinstance(value, tuple):
        return _write_sizes(value) if value else "none"
    return WORDS[value][0] if value in WORDS else str(value) if value else "empty"


def choice_text(choice: Any) -> str:
    """What one of a few values is called in a form."""
    return WORDS[str(choice)][0] if str(choice) in WORDS else str(choice).capitalize()


def _choice_field(choices: tuple[Any, ...]) -> ChoiceField:
    plain = {choice: (_capitalised(str(choice)), "") for choice in choices}
    words = {choice: WORDS.get(str(choice), plain[choice]) for choice in choices}
    return ChoiceField(
        {choice: name for choice, (name, _) in words.items()},
        {choice: meaning for choice, (_, meaning) in words.items()},
    )


def _capitalised(word: str) -> str:
    """With a capital at the beginning, unless it has its own as ReLU has."""
    return word if word != word.lower() else word.capitalize()


def _read_list(text: str) -> tuple[int, ...]:
    if (sizes := _read_sizes(text)) or not text.strip():
        return sizes
    raise ValueError(f"“{text}” is no list of whole numbers: write it like 64, 32.")


def _write_list(sizes: tuple[int, ...]) -> str:
    return ", ".join(map(str, sizes))


def _read_shape(text: str) -> tuple[int, ...]:
    if sizes := _read_sizes(text):
        return sizes
    raise ValueError(f"“{text}” is not a shape: write it like 2 or 1 × 28 × 28.")


def _read_pair(text: str) -> tuple[int, ...]:
    """Two sizes, or one that stands for both."""
    sizes = _read_sizes(text)
    if len(sizes) in (1, 2):
        return sizes[0], sizes[-1]
    raise ValueError(f"“{text}” is no pair of sizes: write it like 3 × 2, or 3 for 3 × 3.")


def _read_sizes(text: str) -> tuple[int, ...]:
    """Whole numbers with anything usual between them; nothing if there is something else."""
    parts = [part for part in re.split(r"[\s,x×*()]+", text.strip().replace("−", "-")) if part]
    return tuple(map(int, parts)) if all(re.fullmatch(r"-?\d+", p) for p in parts) else ()


def _write_sizes(sizes: tuple[int, ...]) -> str:
    """What can be read again: no commas for thousands, which would be two sizes."""
    return " × ".join(map(str, sizes)).replace("-", "−")
