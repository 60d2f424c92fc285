"""The columns of a table, each with its kind and its role to choose."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
)

from nnstudio.data.tables.cells import KINDS
from nnstudio.gui.importing.draft import ROLES, Draft
from nnstudio.gui.importing.preview_model import MOST_COLUMNS

_ROW = 36


class ColumnList(QTableWidget):
    """One row for each column.

    Signals:
        role_chosen: (column, role)
        kind_chosen: (column, kind)
    """

    role_chosen = Signal(str, str)
    kind_chosen = Signal(str, str)

    def __init__(self) -> None:
        super().__init__(0, 3)
        self.setObjectName("import_columns")
        self.setAccessibleName("Columns of the table")
        self.setHorizontalHeaderLabels(["Column", "Holds", "Is"])
        self.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.horizontalHeader().setSectionsClickable(False)
        self.setColumnWidth(1, 128)
        self.setColumnWidth(2, 88)
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._names: tuple[str, ...] = ()

    def show_draft(self, draft: Draft | None) -> None:
        """Show what is chosen; fields that are there already are kept."""
        names = draft.guess.names[:MOST_COLUMNS] if draft else ()
        if names != self._names:
            self._names = names
            self._build()
        for row, name in enumerate(names):
            assert draft is not None, "names belong to a draft"
            self._box(row, 1).setCurrentText(draft.kind(name))
            self._box(row, 2).setCurrentText(draft.roles[name])

    def _build(self) -> None:
        self.setRowCount(0)
        self.setRowCount(len(self._names))
        for row, name in enumerate(self._names):
            item = QTableWidgetItem(name)
            item.setToolTip(name)
            self.setItem(row, 0, item)
            self.setRowHeight(row, _ROW)
            for place, choices, what, told in (
                (1, KINDS, "kind", self.kind_chosen),
                (2, ROLES, "role", self.role_chosen),
            ):
                box = QComboBox()
                box.setObjectName(f"import_{what}_{row}")
                box.setAccessibleName(f"{what.capitalize()} of {name}")
                box.setStyleSheet("margin: 2px 1px")  # or they would touch each other
                box.addItems(list(choices))
                box.textActivated.connect(partial(told.emit, name))
                self.setCellWidget(row, place, box)

    def _box(self, row: int, place: int) -> QComboBox:
        box = self.cellWidget(row, place)
        assert isinstance(box, QComboBox), "these cells hold boxes"
        return box
