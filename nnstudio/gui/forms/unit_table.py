"""The numbers of one unit as a table: where each weight comes from, and what it is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

from nnstudio.engine.layer import Array
from nnstudio.gui.look.number_text import number_text

_Index = QModelIndex | QPersistentModelIndex
_ROW_HEIGHT, _ROWS = 26, 8


class _Numbers(QAbstractTableModel):
    """The bias, if there is one, then every weight.

    Signals:
        typed: (row, text) somebody has typed a number.
    """

    typed = Signal(int, str)

    def __init__(self) -> None:
        super().__init__()
        self.values: Array = np.zeros(0, np.float32)
        self.name: Callable[[int], str] = str
        self.writable = False

    def show_values(self, values: Array, name: Callable[[int], str]) -> None:
        same = len(values) == len(self.values)
        if not same:
            self.beginResetModel()
        self.values, self.name = values.copy(), name
        if not same:
            self.endResetModel()
        elif len(values):
            self.dataChanged.emit(self.index(0, 0), self.index(len(values) - 1, 1))

    def rowCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.values)

    def columnCount(self, parent: _Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else 2

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        row, number = index.row(), index.column() == 1
        if role == Qt.ItemDataRole.TextAlignmentRole:
            side = Qt.AlignmentFlag.AlignRight if number else Qt.AlignmentFlag.AlignLeft
            return side | Qt.AlignmentFlag.AlignVCenter
        if not number:
            shown = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole)
            return self.name(row) if role in shown else None
        value = self.values[row]
        if role == Qt.ItemDataRole.DisplayRole:
            return number_text(float(value))
        if role in (Qt.ItemDataRole.EditRole, Qt.ItemDataRole.ToolTipRole):
            return str(value).replace("-", "−")
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self.name(row)}: {number_text(float(value))}"
        return None

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not self.writable:
            return False
        self.typed.emit(index.row(), str(value))
        return True

    def flags(self, index: _Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        editable = self.writable and index.column() == 1
        return flags | Qt.ItemFlag.ItemIsEditable if editable else flags

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return ("From", "Weight")[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight)[section]
        return None


class UnitTable(QTableView):
    """Double-click a number, or type over it, to change it.

    Signals:
        typed: (row, text) somebody has typed a number.
    """

    typed = Signal(int, str)

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setAccessibleName("Weights of this unit")
        self._numbers = _Numbers()
        self._numbers.setParent(self)
        self._numbers.typed.connect(self.typed)
        self.setModel(self._numbers)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_HEIGHT)
        header = self.horizontalHeader()
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Fixed)
        header.resizeSection(1, 96)
        header.setHighlightSections(False)
        header.setSectionsClickable(False)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        trigger = QAbstractItemView.EditTrigger
        self.setEditTriggers(trigger.DoubleClicked | trigger.EditKeyPressed | trigger.AnyKeyPressed)
        self._fit()

    def show_values(self, values: Array, name: Callable[[int], str]) -> None:
        """Show these numbers; ``name`` tells where each comes from."""
        self._numbers.show_values(values, name)
        self._fit()

    def allow_typing(self, allowed: bool) -> None:
        """Let numbers be changed, or only be read."""
        self._numbers.writable = allowed

    def _fit(self) -> None:
        """As high as its rows, up to eight; the others are scrolled to."""
        rows = min(_ROWS, max(1, self._numbers.rowCount()))
        header = max(26, self.horizontalHeader().sizeHint().height())
        self.setFixedHeight(rows * _ROW_HEIGHT + header + 2 * self.frameWidth())
