"""One editor per kind of setting. All speak the same language: ``show_value``, ``edited``."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, get_args, get_origin

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSizePolicy,
    QSpinBox,
    QWidget,
)

from nnstudio.data.sources import pairs_text, parse_pairs
from nnstudio.messages import StudioError, shape_text
from nnstudio.schema import Setting

#: What choices are called where capitalising their name isn't enough.
WORDS = {
    "he_normal": "He, normal",
    "he_uniform": "He, uniform",
    "xavier_normal": "Xavier, normal",
    "xavier_uniform": "Xavier, uniform",
    "none": "As it is",
    "scale": "Scale to 0 … 1",
    "standardise": "Standardise (mean 0, deviation 1)",
}


class Field(QWidget):
    """The base of all editors.

    Signals:
        edited: (value) the user has chosen a value; it may still be out of range.
        refused: (sentence) what is typed can't be read; empty when it can again.
    """

    edited = Signal(object)
    refused = Signal(str)

    def show_value(self, value: Any) -> None:
        """Show ``value`` without telling anybody."""
        raise NotImplementedError

    def control(self) -> QWidget:
        """The widget that takes the focus, for its name and tooltip."""
        raise NotImplementedError

    def _only(self, widget: QWidget) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(widget)
        _narrow(widget)
        self.setFocusProxy(widget)


def _narrow(widget: QWidget) -> None:
    """Let ``widget`` be as narrow as its panel: what it could hold at most doesn't matter."""
    policy = widget.sizePolicy()
    policy.setHorizontalPolicy(QSizePolicy.Policy.Ignored)
    widget.setSizePolicy(policy)
    widget.setMinimumWidth(56)


class _CalmWheel(QObject):
    """Lets the wheel scroll the panel instead of changing a field that has no focus."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Wheel and isinstance(watched, QWidget):
            if not watched.hasFocus():
                event.ignore()
                return True
        return False


_calm = _CalmWheel()


def calm(widget: QWidget) -> None:
    """The wheel over ``widget`` scrolls what is around it unless it has the focus."""
    widget.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    widget.installEventFilter(_calm)


class IntField(Field):
    """Whole numbers."""

    def __init__(self, item: Setting) -> None:
        super().__init__()
        rule = item.rule
        self._box = QSpinBox()
        self._box.setGroupSeparatorShown(True)
        self._box.setKeyboardTracking(False)
        self._box.lineEdit().setTextMargins(7, 0, 0, 0)
        low = rule.ge if rule.ge is not None else (rule.gt + 1 if rule.gt is not None else -(2**31))
        high = rule.le if rule.le is not None else (rule.lt - 1 if rule.lt is not None else 2**31 - 1)
        self._box.setRange(max(-(2**31), int(low)), min(2**31 - 1, int(high)))
        if rule.unit:
            self._box.setSuffix(f" {rule.unit}")
        self._box.valueChanged.connect(self.edited.emit)
        calm(self._box)
        self._only(self._box)

    def show_value(self, value: Any) -> None:
        self._box.blockSignals(True)
        self._box.setValue(int(value))
        self._box.blockSignals(False)

    def control(self) -> QWidget:
        return self._box


class TextField(Field):
    """Anything that is typed on one line: read by ``read``, written by ``write``."""

    def __init__(
        self,
        read: Callable[[str], Any],
        write: Callable[[Any], str],
        step: Callable[[Any, int], Any] | None = None,
    ) -> None:
        super().__init__()
        self._read, self._write, self._step = read, write, step
        self._shown: Any = None
        self._line = QLineEdit()
        self._line.textEdited.connect(self._typed)
        self._line.editingFinished.connect(self._done)
        self._line.installEventFilter(self)
        self._only(self._line)

    def show_value(self, value: Any) -> None:
        self._shown = value
        if not (self._line.hasFocus() and self._line.isModified()):
            self._line.setText(self._write(value))

    def control(self) -> QWidget:
        return self._line

    def _typed(self, text: str) -> None:
        try:
            self._read(text)
        except ValueError as error:
            self.refused.emit(str(error))
        else:
            self.refused.emit("")

    def _done(self) -> None:
        try:
            value = self._read(self._line.text())
        except ValueError:
            value = self._shown  # leaving the field takes the last good value back
        self._line.setModified(False)
        self._line.setText(self._write(value))
        self.refused.emit("")
        if value != self._shown:
            self.edited.emit(value)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Up and Down change a number by a sensible step."""
        if self._step and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            direction = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()), 0)
            if direction:
                self._done()
                self.edited.emit(self._step(self._shown, direction))
                return True
        return False


class CheckField(Field):
    """Yes or no."""

    def __init__(self) -> None:
        super().__init__()
        self._box = QCheckBox()
        self._box.toggled.connect(self.edited.emit)
        self._only(self._box)

    def show_value(self, value: Any) -> None:
        self._box.blockSignals(True)
        self._box.setChecked(bool(value))
        self._box.blockSignals(False)

    def control(self) -> QWidget:
        return self._box


class ChoiceField(Field):
    """One of a few values."""

    def __init__(self, choices: dict[Any, str]) -> None:
        super().__init__()
        self._values = list(choices)
        self._box = QComboBox()
        self._box.addItems(list(choices.values()))
        # A combo box as wide as its longest entry would widen the whole panel.
        self._box.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self._box.setMinimumContentsLength(8)
        self._box.activated.connect(lambda i: self.edited.emit(self._values[i]))
        calm(self._box)
        self._only(self._box)

    def show_value(self, value: Any) -> None:
        self._box.setCurrentIndex(self._values.index(value))

    def control(self) -> QWidget:
        return self._box


class PairsField(Field):
    """Pairs of numbers, typed like (2, 4), (4, 16)."""

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
        if not self._text.hasFocus():
            self._text.blockSignals(True)
            self._text.setPlainText(pairs_text(value))
            self._text.blockSignals(False)

    def control(self) -> QWidget:
        return self._text

    def _read(self) -> Any:
        text = self._text.toPlainText().strip()
        return parse_pairs(text) if text else ()

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
            self._text.blockSignals(True)
            self._text.setPlainText(pairs_text(self._shown))
            self._text.blockSignals(False)
            self.refused.emit("")
        return False


class FolderField(Field):
    """A folder, typed or browsed for; empty for the usual places."""

    def __init__(self) -> None:
        super().__init__()
        self._line = QLineEdit()
        self._line.setPlaceholderText("the usual places")
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
        _narrow(self._line)
        self.setFocusProxy(self._line)

    def show_value(self, value: Any) -> None:
        self._shown = value
        self._line.setText(value)

    def control(self) -> QWidget:
        return self._line

    def _done(self) -> None:
        if self._line.text().strip() != self._shown:
            self.edited.emit(self._line.text().strip())

    def _browse(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, "Folder with the data", self._shown)
        if folder:
            self.edited.emit(folder)


def field_for(item: Setting) -> Field:
    """The right editor for a setting."""
    if item.rule.choices is not None:
        return ChoiceField({c: WORDS.get(str(c), str(c).capitalize()) for c in item.rule.choices})
    if item.type is bool:
        return CheckField()
    if item.type is int:
        return IntField(item)
    if item.type is float:
        return TextField(_read_float, lambda v: f"{v:g}", _step_float(item))
    if item.type is str:
        return FolderField() if item.name == "folder" else TextField(str.strip, str)
    if get_origin(item.type) is tuple and get_args(item.type)[0] is int:
        return TextField(_read_shape, shape_text)
    if get_origin(item.type) is tuple:
        return PairsField()
    raise TypeError(f"no editor for settings of type {item.type!r}")


def _read_float(text: str) -> float:
    try:
        return float(text.strip().replace("−", "-").replace(",", "."))
    except ValueError:
        raise ValueError(f"“{text}” is not a number: write it like 0.01 or 1e-3.") from None


def _read_shape(text: str) -> tuple[int, ...]:
    parts = [part for part in re.split(r"[\s,x×*()]+", text.strip()) if part]
    if not parts or not all(part.isdigit() for part in parts):
        raise ValueError(f"“{text}” is not a shape: write it like 2 or 1 × 28 × 28.")
    return tuple(map(int, parts))


def _step_float(item: Setting) -> Callable[[float, int], float]:
    """Rates that must stay above 0 are doubled and halved; other numbers move by a tenth."""
    rule = item.rule

    def step(value: float, direction: int) -> float:
        if rule.gt == 0:
            new = value * 2.0**direction
        else:
            new = round(value + direction * (0.05 if rule.lt == 1 or rule.le == 1 else 0.1), 6)
        low = rule.ge if rule.ge is not None else -float("inf")
        high = rule.le if rule.le is not None else float("inf")
        return min(high, max(low, new)) if rule.lt is None or new < rule.lt else value

    return step
