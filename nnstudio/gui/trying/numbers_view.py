"""Fields and sliders for a network's numbers, and its answer to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, log10

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QScrollArea,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from nnstudio.gui.forms.field import calm
from nnstudio.gui.look.number_text import tabular
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.trying.class_bars import ClassBars

_STEPS = 1000
#: How far a field may leave the data's range: a network may be asked about what it never saw.
_FARTHEST = 1e6
#: So many inputs stand in two columns in a view that is so wide.
_MANY, _DOUBLE = 5, 560


@dataclass(frozen=True)
class Range:
    """One input.

    Attributes:
        name: as the data calls it.
        low, high: from where to where the data goes.
        begin: where the field stands first.
        is_whole: whether it takes whole numbers only.
    """

    name: str
    low: float
    high: float
    begin: float
    is_whole: bool = False

    @property
    def width(self) -> float:
        """Never 0, so that a slider has somewhere to go."""
        return (self.high - self.low) or 1.0

    @property
    def decimals(self) -> int:
        """Three significant digits for numbers as large as the range."""
        if self.is_whole:
            return 0
        return min(max(3 - ceil(log10(self.width)), 0), 6)


class NumbersView(QWidget):
    """A field and a slider per input; the panel asks the network and tells the answer.

    Signals:
        changed: an input has another value.
    """

    changed = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._ranges: tuple[Range, ...] = ()
        self._is_double = False
        self._labels: list[QLabel] = []
        self._fields: list[QDoubleSpinBox] = []
        self._sliders: list[QSlider] = []
        self._rows = QWidget()
        self._grid = QGridLayout(self._rows)
        self._grid.setContentsMargins(0, 0, 8, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(2, 1)
        scroll = QScrollArea()
        scroll.setObjectName("try_inputs")
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidgetResizable(True)
        scroll.setWidget(self._rows)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll = scroll
        self._answer = QLabel()
        self._answer.setObjectName("try_answer")
        self._answer.setWordWrap(True)
        self._answer.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        large = tabular(self.font())
        large.setPixelSize(24)
        large.setBold(True)
        self._answer.setFont(large)
        self._detail = QLabel()
        self._detail.setObjectName("try_detail")
        self._detail.setProperty("role", "dim")
        self._detail.setWordWrap(True)
        self.bars = ClassBars(theme)
        self.bars.setObjectName("try_bars")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addWidget(scroll, 2)
        column.addWidget(self._answer)
        column.addWidget(self._detail)
        column.addWidget(self.bars, 3)
        column.addStretch()

    # ------------------------------------------------------------------ inputs

    def values(self) -> tuple[float, ...]:
        """What the fields say."""
        return tuple(field.value() for field in self._fields)

    def set_ranges(self, ranges: Sequence[Range]) -> None:
        """One row per input. Values stay where the new range still has them."""
        if tuple(ranges) == self._ranges:
            return
        old = self.values()
        self._ranges = tuple(ranges)
        self._rebuild()
        for i, place in enumerate(self._ranges):
            kept = i < len(old) and len(old) == len(ranges) and place.low <= old[i] <= place.high
            self._fields[i].setValue(old[i] if kept else place.begin)
            self._show_on_slider(i)

    def outside(self) -> tuple[Range, ...]:
        """The inputs whose values the data doesn't reach."""
        pairs = zip(self._ranges, self.values(), strict=True)
        return tuple(place for place, value in pairs if not place.low <= value <= place.high)

    def _rebuild(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.setParent(None)
                widget.deleteLater()
        self._labels, self._fields, self._sliders = [], [], []
        for i, place in enumerate(self._ranges):
            label = QLabel(place.name)
            field, slider = self._field(i, place), self._slider(i, place)
            label.setBuddy(field)
            self._labels.append(label)
            self._fields.append(field)
            self._sliders.append(slider)
        self._place_rows()

    def _place_rows(self) -> None:
        """Below each other; many of them in two columns where these have room."""
        count = len(self._fields)
        self._is_double = count >= _MANY and self.width() >= _DOUBLE
        high = ceil(count / 2) if self._is_double else count
        for i, widgets in enumerate(zip(self._labels, self._fields, self._sliders, strict=True)):
            for column, widget in enumerate(widgets):
                self._grid.addWidget(widget, i % high, column + (4 if i >= high else 0))
                widget.show()  # now, not later: a hidden widget has no part in the rows' height
        self._grid.setColumnMinimumWidth(3, 16 if self._is_double else 0)
        self._grid.setColumnStretch(6, 1 if self._is_double else 0)
        # All rows where there is room, at least two and a bit to show that there are more.
        height = self._rows.sizeHint().height()
        self._scroll.setMaximumHeight(height)
        self._scroll.setMinimumHeight(min(height, 92))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._is_double != (len(self._fields) >= _MANY and self.width() >= _DOUBLE):
            self._place_rows()

    def _field(self, number: int, place: Range) -> QDoubleSpinBox:
        field = QDoubleSpinBox()
        field.setObjectName(f"try_input_{number}")
        field.setAccessibleName(place.name)
        field.setLocale(QLocale.c())
        field.setDecimals(place.decimals)
        # What a number is looked up by must be in the table; other numbers may go beyond.
        ends = (place.low, place.high) if place.is_whole else (-_FARTHEST, _FARTHEST)
        field.setRange(*ends)
        field.setSingleStep(1.0 if place.is_whole else place.width / 50)
        field.setFixedWidth(104)
        field.setAlignment(Qt.AlignmentFlag.AlignRight)
        field.setFont(tabular(field.font()))
        calm(field)
        field.valueChanged.connect(lambda _: self._field_changed(number))
        return field

    def _slider(self, number: int, place: Range) -> QSlider:
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setObjectName(f"try_slider_{number}")
        slider.setAccessibleName(f"{place.name}, from {place.low:g} to {place.high:g}")
        slider.setToolTip(f"{place.low:.3g} … {place.high:.3g}")
        slider.setRange(0, _STEPS)
        slider.setSingleStep(_STEPS // 100)
        slider.setPageStep(_STEPS // 10)
        slider.setMinimumWidth(64)
        calm(slider)
        slider.valueChanged.connect(lambda step: self._slider_changed(number, step))
        return slider

    def _field_changed(self, number: int) -> None:
        self._show_on_slider(number)
        self.changed.emit()

    def _slider_changed(self, number: int, step: int) -> None:
        place = self._ranges[number]
        self._fields[number].setValue(place.low + step / _STEPS * place.width)

    def _show_on_slider(self, number: int) -> None:
        """Move the slider to the field's value without moving the field."""
        if number >= len(self._sliders):
            return
        place, slider = self._ranges[number], self._sliders[number]
        share = (self._fields[number].value() - place.low) / place.width
        slider.blockSignals(True)
        slider.setValue(round(min(max(share, 0.0), 1.0) * _STEPS))
        slider.blockSignals(False)

    # ------------------------------------------------------------------ the answer

    def show_answer(self, answer: str, detail: str, bars: Sequence[float] | None) -> None:
        """The answer in words, a detail below it, and bars for classes."""
        self._answer.setText(answer)
        self._detail.setText(detail)
        self._detail.setVisible(bool(detail))
        self.bars.set_values(bars)
        self.bars.setMaximumHeight(self.bars.sizeHint().height())
        self.bars.setVisible(bars is not None)
