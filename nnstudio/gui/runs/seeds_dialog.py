"""Asks with how many seeds a run is to be repeated."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from nnstudio.project.run_record import RunRecord
from nnstudio.tuning.seeds import FEWEST, MOST

#: How many seeds are proposed.
_USUAL = 5
_WIDTH = 400


class SeedsDialog(QDialog):
    """A number, and what it means.

    Signals:
        wanted: repeat the run with so many seeds.
    """

    wanted = Signal(int)

    def __init__(self, record: RunRecord, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("seeds_dialog")
        self.setWindowTitle(f"Repeat {record.title}")
        self.setMinimumWidth(_WIDTH)
        title = QLabel("Train again with several seeds")
        title.setProperty("role", "title")
        epochs = record.settings.epochs
        words = QLabel(
            f"Each is a run of {epochs:,} epoch{'s' if epochs != 1 else ''} with other first "
            "weights and another order of examples. They are trained in the background, one "
            "after another."
        )
        words.setProperty("role", "dim")
        words.setWordWrap(True)
        self._count = QSpinBox()
        self._count.setObjectName("seeds_count")
        self._count.setAccessibleName("How many seeds")
        self._count.setRange(FEWEST, MOST)
        self._count.setValue(_USUAL)
        self._count.setFixedWidth(88)
        self._count.lineEdit().setTextMargins(8, 0, 8, 0)
        self._which = QLabel()
        self._which.setObjectName("seeds_which")
        self._which.setProperty("role", "dim")
        self._first = record.settings.seed
        self._count.valueChanged.connect(self._tell)
        self._tell()
        cancel, repeat = QPushButton("Cancel"), QPushButton("Repeat")
        cancel.setObjectName("seeds_dialog_cancel")
        cancel.clicked.connect(self.reject)
        repeat.setObjectName("seeds_repeat")
        repeat.setProperty("primary", True)
        repeat.setDefault(True)
        repeat.clicked.connect(self._take)
        row = QHBoxLayout()
        row.setSpacing(12)
        row.addWidget(QLabel("Seeds"))
        row.addWidget(self._count)
        row.addWidget(self._which, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(8)
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(repeat)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(16)
        column.addWidget(title)
        column.addWidget(words)
        column.addLayout(row)
        column.addLayout(buttons)
        self._count.setFocus()
        self._count.selectAll()

    def _tell(self) -> None:
        last = self._first + self._count.value() - 1
        self._which.setText(f"from {self._first} to {last}")

    def _take(self) -> None:
        self.wanted.emit(self._count.value())
        self.accept()
