"""Which example is shown: its part, its place there, and ways from one to another."""

from __future__ import annotations

import random

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QSpinBox, QToolButton, QWidget

from nnstudio.data.batches import PreparedData
from nnstudio.gui.explaining.chosen import DRAWING, DRAWING_TEXT, PARTS, part_with
from nnstudio.gui.look.icons import icon
from nnstudio.gui.look.number_text import tabular
from nnstudio.gui.look.theme import Theme
from nnstudio.project.answering import rows_of

_TOOLS = {
    "previous": ("previous", "The example before"),
    "next": ("next", "The next example"),
    "random": ("random", "Any example"),
    "wrong": ("next-wrong", "The next example that is answered wrongly"),
}
#: A narrower bar leaves out how many there are.
_ROOMY = 352


class ChoiceBar(QWidget):
    """One line of controls.

    Signals:
        changed: another example is chosen.
        wrong_wanted: the next one that is answered wrongly is to be found.
    """

    changed = Signal()
    wrong_wanted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._data: PreparedData | None = None
        self._part = QComboBox()
        self._part.setObjectName("example_part")
        self._part.setAccessibleName("Where the example is from")
        self._part.setToolTip("Where the example is from")
        self._part.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self._part.activated.connect(self._choose_part)
        self._number = QSpinBox()
        self._number.setObjectName("example_number")
        self._number.setAccessibleName("Number of the example in its part")
        self._number.setFont(tabular(self._number.font()))
        self._number.setGroupSeparatorShown(True)
        self._number.setKeyboardTracking(False)
        self._number.setMinimumWidth(56)
        self._number.lineEdit().setTextMargins(6, 0, 0, 0)
        self._number.valueChanged.connect(self.changed)
        self._count = QLabel()
        self._count.setObjectName("example_count")
        self._count.setProperty("role", "dim")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self._tools: dict[str, QToolButton] = {}
        for name, (_, words) in _TOOLS.items():
            tool = QToolButton()
            tool.setObjectName(f"example_{name}")
            tool.setAccessibleName(words)
            tool.setToolTip(words)
            self._tools[name] = tool
        for widget in (
            self._part,
            self._tools["previous"],
            self._number,
            self._count,
            self._tools["next"],
            self._tools["random"],
            self._tools["wrong"],
        ):
            row.addWidget(widget)
        row.addStretch(1)
        self._tools["previous"].clicked.connect(lambda: self._step(-1))
        self._tools["next"].clicked.connect(lambda: self._step(1))
        self._tools["random"].clicked.connect(self._any)
        self._tools["wrong"].clicked.connect(self.wrong_wanted)
        theme.changed.connect(self._dress)
        self._dress()

    # ------------------------------------------------------------------ what is chosen

    @property
    def part(self) -> str:
        """The chosen part, or :data:`DRAWING`; empty while there is nothing to choose from."""
        return str(self._part.currentData() or "")

    @property
    def place(self) -> int:
        """The place of the example in its part, from 0."""
        return self._number.value() - 1

    @property
    def position(self) -> int:
        """Where in the dataset the example is; −1 for the drawing, or for nothing."""
        data = self._data
        if data is None or self.part not in PARTS:
            return -1
        rows = rows_of(data, self.part)  # type: ignore[arg-type]
        return int(rows[min(self.place, len(rows) - 1)])

    def offer(self, data: PreparedData, draws: bool, classifies: bool) -> None:
        """Choose from this data; the pad if something can be drawn for it."""
        wanted: list[str] = [part for part in PARTS if len(rows_of(data, part))]
        wanted += [DRAWING] if draws else []
        is_other = [self._part.itemData(k) for k in range(self._part.count())] != wanted
        if is_other:
            before = self.part
            self._part.clear()
            for part in wanted:
                text = DRAWING_TEXT if part == DRAWING else PARTS[part]  # type: ignore[index]
                self._part.addItem(text, part)
            self._part.setCurrentIndex(wanted.index(before) if before in wanted else 0)
        if is_other or data is not self._data:
            self._data = data
            self._fit(self.place)
        self._tools["wrong"].setVisible(classifies)

    def go_to(self, position: int) -> None:
        """Choose the example at ``position`` of the dataset, whichever part it is in."""
        found = None if self._data is None else part_with(self._data, position)
        if found is None:
            return
        part, place = found
        self._part.setCurrentIndex(self._part.findData(part))
        self._fit(place)
        self.changed.emit()

    def set_searching(self, searching: bool) -> None:
        """Whether the next wrong one is being looked for."""
        self._tools["wrong"].setEnabled(self.part in PARTS and not searching)

    # ------------------------------------------------------------------ controls

    def _fit(self, place: int) -> None:
        """Show this place of the chosen part, without telling."""
        data, drawing = self._data, self.part not in PARTS
        count = 0 if data is None or drawing else len(rows_of(data, self.part))  # type: ignore[arg-type]
        was = self._number.blockSignals(True)
        self._number.setRange(1, max(1, count))
        self._number.setValue(min(max(place, 0), max(count - 1, 0)) + 1)
        self._number.blockSignals(was)
        self._count.setText(f"of {count:,}")
        self._number.setToolTip(f"{count:,} examples")
        self._number.setVisible(not drawing)
        self._show_count()
        for tool in self._tools.values():
            tool.setEnabled(not drawing and count > 1)

    def _show_count(self) -> None:
        """Where there is room for it."""
        self._count.setVisible(self.part in PARTS and self.width() >= _ROOMY)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_count()

    def _choose_part(self) -> None:
        self._fit(0)
        self.changed.emit()

    def _step(self, by: int) -> None:
        count = self._number.maximum()
        self._number.setValue((self.place + by) % count + 1)

    def _any(self) -> None:
        """Another one than this."""
        count = self._number.maximum()
        self._number.setValue((self.place + random.randrange(1, max(2, count))) % count + 1)

    def _dress(self) -> None:
        for name, (picture, _) in _TOOLS.items():
            self._tools[name].setIcon(icon(picture, self._theme))
