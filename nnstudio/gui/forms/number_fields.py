"""Editors for numbers: whole ones, others, and shares shown as per cent."""

from __future__ import annotations

import re
from typing import Any

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QDoubleSpinBox, QSpinBox, QWidget

from nnstudio.gui.forms.field import Field, TextField, calm
from nnstudio.schema import Rule, Setting

#: What a spin box can hold; settings that may be larger are typed as text.
_MOST = 2**31 - 1
#: A style sheet's padding doesn't reach the text of a spin box without buttons.
_SPIN_MARGINS = (8, 0, 8, 0)
_THOUSANDS = re.compile(r"[-+]?[1-9]\d{0,2}(,\d{3})+(\.\d*)?")


class _SpinBox(QSpinBox):
    """Can be typed beyond its bounds, so that a sentence can say what is wrong; steps stay inside.

    Signals:
        left: the focus went away, or Esc was pressed.
    """

    left = Signal()

    def __init__(self, low: int, high: int) -> None:
        super().__init__()
        self._low, self._high = low, high
        self.setRange(-_MOST - 1, _MOST)

    def stepBy(self, steps: int) -> None:
        self.setValue(min(self._high, max(self._low, self.value() + steps)))

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.left.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


class IntField(Field):
    """Whole numbers: arrow keys by one, page keys by ten."""

    def __init__(self, item: Setting) -> None:
        super().__init__()
        self._shown = 0
        low, high = _int_bounds(item.rule)
        self._box = _SpinBox(low, min(high, _MOST))
        self._box.setLocale(QLocale(QLocale.Language.English))
        self._box.lineEdit().setTextMargins(*_SPIN_MARGINS)
        self._box.setGroupSeparatorShown(True)
        self._box.setKeyboardTracking(False)
        if item.rule.unit:
            self._box.setSuffix(f" {item.rule.unit}")
        self._box.valueChanged.connect(self.edited.emit)
        self._box.lineEdit().textEdited.connect(
            lambda text: self.typed.emit(self._box.valueFromText(text))
        )
        self._box.left.connect(self.discard)
        calm(self._box)
        self._only(self._box)

    def show_value(self, value: Any) -> None:
        self._shown = int(value)
        if self._box.value() != self._shown or not self._box.hasFocus():
            self._box.blockSignals(True)
            self._box.setValue(self._shown)
            self._box.blockSignals(False)

    def control(self) -> QWidget:
        return self._box

    def discard(self) -> None:
        self._box.blockSignals(True)
        self._box.setValue(self._shown)
        # The value may be the same, and only the text another one.
        text = self._box.textFromValue(self._shown)
        self._box.lineEdit().setText(text + self._box.suffix())
        self._box.blockSignals(False)
        self.refused.emit("")


class _PercentBox(QDoubleSpinBox):
    def textFromValue(self, value: float) -> str:
        return f"{value:.2f}".rstrip("0").rstrip(".")


class ShareField(Field):
    """A share such as 0.15, shown and typed as 15 %."""

    def __init__(self, item: Setting) -> None:
        super().__init__()
        rule = item.rule
        self._box = _PercentBox()
        self._box.setLocale(QLocale(QLocale.Language.English))
        self._box.setSuffix(" %")
        self._box.lineEdit().setTextMargins(*_SPIN_MARGINS)
        self._box.setRange(100 * (rule.ge or 0.0), 100 * (1.0 if rule.le is None else rule.le))
        self._box.setKeyboardTracking(False)
        self._box.valueChanged.connect(lambda percent: self.edited.emit(round(percent / 100, 6)))
        calm(self._box)
        self._only(self._box)

    def show_value(self, value: Any) -> None:
        self._box.blockSignals(True)
        self._box.setValue(100 * value)
        self._box.blockSignals(False)

    def control(self) -> QWidget:
        return self._box


def number_field(item: Setting) -> Field:
    """The right editor for a setting that is one number."""
    if item.type is float:
        if item.rule.unit == "%":
            return ShareField(item)
        return number_as_text(item)
    low, high = _int_bounds(item.rule)
    if high > _MOST or low < -_MOST - 1:
        return number_as_text(item)
    return IntField(item)


def number_as_text(item: Setting) -> TextField:
    """A line in which the number is typed, and which may stand empty."""
    if item.type is float and item.rule.unit == "%":
        return TextField(_read_percent, _write_percent)
    if item.type is float:
        return TextField(read_float, write_float, lambda v, n: _step_float(item.rule, v, n))
    low, high = _int_bounds(item.rule)
    return TextField(_read_int, str, lambda v, n: min(high, max(low, v + n)))


def read_float(text: str) -> float:
    """A number as people write it: 0.01, 1e-3, 0,5, 1,000 or −2.

    Raises:
        ValueError: with a sentence.
    """
    plain = text.strip().replace("−", "-")
    plain = plain.replace(",", "" if _THOUSANDS.fullmatch(plain) else ".")
    try:
        return float(plain)
    except ValueError:
        raise ValueError(f"“{text}” is not a number: write it like 0.01 or 1e-3.") from None


def write_float(value: float) -> str:
    """The shortest text that means exactly ``value``."""
    text = f"{value:g}"
    if float(text) != value:
        text = repr(value)
    return re.sub(r"e([-+])0+", r"e\1", text).replace("e+", "e")


def _read_percent(text: str) -> float:
    return round(read_float(text.strip().removesuffix("%")) / 100, 6)


def _write_percent(share: float) -> str:
    return f"{round(100 * share, 4):g} %"


def _read_int(text: str) -> int:
    try:
        return int(re.sub(r"[\s,]", "", text).replace("−", "-"))
    except ValueError:
        raise ValueError(f"“{text}” is not a whole number.") from None


def _int_bounds(rule: Rule) -> tuple[int, int]:
    """The smallest and the largest legal whole number."""
    low = rule.ge if rule.ge is not None else rule.gt + 1 if rule.gt is not None else -(2**63)
    high = rule.le if rule.le is not None else rule.lt - 1 if rule.lt is not None else 2**63 - 1
    return int(low), int(high)


def _step_float(rule: Rule, value: float, count: int) -> float:
    """Rates that must stay above 0 are doubled and halved; other numbers move by a tenth."""
    if rule.gt == 0:
        new = (
            value * (2.0 if count > 0 else 0.5) * (5.0 if count > 1 else 0.2 if count < -1 else 1.0)
        )
    else:
        new = round(value + count * (0.05 if rule.lt == 1 or rule.le == 1 else 0.1), 9)
    low = rule.ge if rule.ge is not None else -float("inf")
    high = rule.le if rule.le is not None else float("inf")
    new = min(high, max(low, new))
    return new if rule.lt is None or new < rule.lt else value
