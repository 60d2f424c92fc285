"""Which examples are shown: of which part, of which class; and going to one by its number."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtGui import QIntValidator
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QWidget

from nnstudio.data.batches import PreparedData

#: Classes that can be chosen among; more make no list.
_MOST_CLASSES = 1000


class FilterBar(QWidget):
    """Two choices and a number.

    Signals:
        changed: another part or class is wanted.
        asked: (number) the example that people call so is wanted.
    """

    changed = Signal()
    asked = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._part = _choice("examples_part", "Part that is shown")
        self._class = _choice("examples_class", "Class that is shown")
        self._number = QLineEdit()
        self._number.setObjectName("examples_go_to")
        self._number.setAccessibleName("Go to example")
        self._number.setPlaceholderText("Go to…")
        self._number.setToolTip("The number of an example; Enter goes there")
        self._number.setFixedWidth(88)
        self._number.returnPressed.connect(self._go)
        self._count = QLabel()
        self._count.setObjectName("examples_count")
        self._count.setProperty("role", "dim")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._part)
        row.addWidget(self._class)
        row.addWidget(self._number)
        row.addWidget(self._count)
        row.addStretch(1)
        self._part.currentIndexChanged.connect(lambda *_: self.changed.emit())
        self._class.currentIndexChanged.connect(lambda *_: self.changed.emit())

    def show_data(self, data: PreparedData) -> None:
        """Offer the parts and classes of ``data``; what was chosen stays so if it is there."""
        parts = data.parts
        sizes = (len(parts.train), len(parts.validation), len(parts.test))
        names = ("Training", "Validation", "Test")
        offered: list[tuple[str, int | None]] = [("All parts", None)]
        offered += [
            (f"{name} ({size:,})", k)
            for k, (name, size) in enumerate(zip(names, sizes, strict=True))
            if size
        ]
        _offer(self._part, offered)
        classes = data.dataset.classes
        self._class.setVisible(0 < len(classes) <= _MOST_CLASSES)
        _offer(
            self._class,
            [("All classes", None), *((name, k) for k, name in enumerate(classes))],
        )
        self._number.setValidator(QIntValidator(1, max(1, data.dataset.size), self._number))

    @property
    def part(self) -> int | None:
        """The part that is wanted; ``None``: any."""
        return _chosen(self._part)

    @property
    def label(self) -> int | None:
        """The class that is wanted; ``None``: any."""
        return None if self._class.isHidden() else _chosen(self._class)

    def say_count(self, shown: int, total: int) -> None:
        """Say how many examples are shown."""
        self._count.setText(f"{shown:,} of {total:,}" if shown != total else f"{total:,} examples")

    def _go(self) -> None:
        if self._number.text():
            self.asked.emit(int(self._number.text()))


def _choice(name: str, title: str) -> QComboBox:
    box = QComboBox()
    box.setObjectName(name)
    box.setAccessibleName(title)
    box.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
    box.setMinimumContentsLength(9)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMaximumWidth(160)
    return box


def _offer(box: QComboBox, offered: list[tuple[str, int | None]]) -> None:
    before = box.currentData()
    box.blockSignals(True)
    box.clear()
    for text, value in offered:
        box.addItem(text, value)
    box.setCurrentIndex(max(0, box.findData(before) if before is not None else 0))
    box.blockSignals(False)


def _chosen(box: QComboBox) -> int | None:
    value: int | None = box.currentData()
    return value
