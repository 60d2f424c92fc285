"""Pairs of numbers in a table: typed, or pasted from a spreadsheet."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from nnstudio.data.sources import Pairs, read_columns, read_number
from nnstudio.data.sources.by_hand import MOST
from nnstudio.messages import StudioError, sentence

_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
Pair = tuple[float, float]
_HEIGHT = 148


class PairsModel(QAbstractTableModel):
    """The pairs, and an empty row for one more.

    Signals:
        edited: (label, pairs) the pairs as the user wants them.
        refused: (sentence) why a cell stays as it is.
    """

    edited = Signal(str, object)
    refused = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._pairs: tuple[Pair, ...] = ()
        #: The empty row's x, while its y is still missing.
        self._begun: float | None = None

    @property
    def pairs(self) -> tuple[Pair, ...]:
        """What is shown."""
        return self._pairs

    def show_pairs(self, pairs: tuple[Pair, ...]) -> None:
        """Show these pairs."""
        if pairs == self._pairs:
            return
        same_size = len(pairs) == len(self._pairs)
        if not same_size:
            self.beginResetModel()
        self._pairs = pairs
        self._begun = None
        if same_size:
            self.dataChanged.emit(self.index(0, 0), self.index(len(pairs), 1))
        else:
            self.endResetModel()

    # ------------------------------------------------------------------ the table

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else min(len(self._pairs) + 1, MOST)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else 2

    def headerData(self, section: int, side: Qt.Orientation, role: int = 0) -> Any:
        if role == Qt.ItemDataRole.DisplayRole:
            return "xy"[section] if side == Qt.Orientation.Horizontal else str(section + 1)
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return None
        if index.row() < len(self._pairs):
            return number_text(self._pairs[index.row()][index.column()])
        return "" if self._begun is None or index.column() else number_text(self._begun)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsEditable

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        text = str(value).strip()
        if text == self.data(index):
            return False
        number = read_number(text)
        if number is None:
            self.refused.emit(sentence("pair_number", text=text[:40]))
            return False
        row, column = index.row(), index.column()
        if row < len(self._pairs):
            pair = list(self._pairs[row])
            pair[column] = number
            new = (*self._pairs[:row], (pair[0], pair[1]), *self._pairs[row + 1 :])
            self._tell("Change pair", new)
        elif column == 0:
            self._begun = number
            self.dataChanged.emit(index, index)
        else:
            x = 0.0 if self._begun is None else self._begun
            self._tell("Add pair", (*self._pairs, (x, number)))
        return True

    def _tell(self, label: str, pairs: tuple[Pair, ...]) -> None:
        """Once the cell is closed: other pairs make other rows, and Qt still holds its editor."""
        QTimer.singleShot(0, self, lambda: self.edited.emit(label, pairs))


class PairsTable(QTableView):
    """The table. Enter and Tab go on to the next cell, so that pairs are typed in a row.

    Signals:
        refused: (sentence) why something can't be taken.
    """

    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("pairs_table")
        self.setAccessibleName("Pairs of x and y")
        self.setAccessibleDescription("Type numbers, or paste two columns of a spreadsheet.")
        self.setToolTip("Type numbers, or paste two columns of a spreadsheet (Ctrl+V)")
        self.pairs_model = PairsModel()
        self.setModel(self.pairs_model)
        self.pairs_model.refused.connect(self.refused)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        triggers = QAbstractItemView.EditTrigger
        self.setEditTriggers(
            triggers.AnyKeyPressed | triggers.DoubleClicked | triggers.EditKeyPressed
        )
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        )
        self.verticalHeader().setDefaultSectionSize(24)
        self.verticalHeader().setFixedWidth(36)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setFixedHeight(_HEIGHT)

    def show_pairs(self, source: Pairs) -> None:
        """Show the pairs as they are in the project; the cursor stays where it is."""
        here = self.currentIndex()
        row, column = here.row(), here.column()
        self.pairs_model.show_pairs(source.pairs)
        if row >= 0 and not self.currentIndex().isValid():
            row = min(row, self.pairs_model.rowCount() - 1)
            self.setCurrentIndex(self.pairs_model.index(row, column))

    def paste(self) -> None:
        """Add the pairs on the clipboard behind the others."""
        text = QGuiApplication.clipboard().text()
        try:
            new = read_columns(text)
        except StudioError as error:
            self.refused.emit(str(error))
            return
        if not new:
            self.refused.emit(sentence("pairs_nothing_pasted"))
            return
        self.pairs_model.edited.emit("Paste pairs", (*self.pairs_model.pairs, *new))

    def delete_rows(self) -> None:
        """Take away the pairs in which a cell is selected."""
        rows = {index.row() for index in self.selectedIndexes()}
        pairs = self.pairs_model.pairs
        kept = tuple(pair for row, pair in enumerate(pairs) if row not in rows)
        if kept != pairs:
            self.pairs_model.edited.emit("Delete pairs", kept)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.state() == QAbstractItemView.State.EditingState:
            super().keyPressEvent(event)  # Enter belongs to the cell, which is closed by it
        elif event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_rows()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._next_cell()
        else:
            super().keyPressEvent(event)

    def closeEditor(self, editor: QWidget, hint: Any) -> None:
        super().closeEditor(editor, hint)
        if hint.name == "SubmitModelCache":  # Enter was pressed in the cell
            QTimer.singleShot(0, self, self._next_cell)  # when the pair is there

    def _next_cell(self) -> None:
        here = self.currentIndex()
        if not here.isValid():
            self.setCurrentIndex(self.pairs_model.index(0, 0))
            return
        place = 2 * here.row() + here.column() + 1
        row = min(place // 2, self.pairs_model.rowCount() - 1)
        self.setCurrentIndex(self.pairs_model.index(row, place % 2))


def number_text(value: float) -> str:
    """As few digits as tell it from its neighbours, with a minus as wide as a plus."""
    return f"{value:.6g}".replace("-", "−")
