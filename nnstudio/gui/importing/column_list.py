"""The columns of a table, each with its kind and its role to choose."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
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
#: So many rows get their boxes at once: each takes some milliseconds.
_AT_ONCE = 16


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
        self._draft: Draft | None = None
        self._built = 0  # rows that have their boxes
        self._rest = QTimer(self)
        self._rest.setInterval(0)
        self._rest.timeout.connect(self._build_more)

    def show_draft(self, draft: Draft | None) -> None:
        """Show what is chosen; fields that are there already are kept."""
        self._draft = draft
        names = draft.guess.names[:MOST_COLUMNS] if draft else ()
        if names != self._names:
            self._names = names
            self.setRowCount(0)
            self.setRowCount(len(names))
            self._built = 0
            self._build_more()
        self._tell(range(self._built))

    def _tell(self, rows: range) -> None:
        for row in rows:
            assert self._draft is not None, "names belong to a draft"
            self._box(row, 1).setCurrentText(self._draft.kind(self._names[row]))
            self._box(row, 2).setCurrentText(self._draft.roles[self._names[row]])

    def _build_more(self) -> None:
        """The next rows; what the window has to do meanwhile comes first."""
        rows = range(self._built, min(self._built + _AT_ONCE, len(self._names)))
        self._build(rows)
        self._built = rows.stop
        self._tell(rows)
        if self._built < len(self._names):
            self._rest.start()
        else:
            self._rest.stop()

    def _build(self, rows: range) -> None:
        for row in rows:
            name = self._names[row]
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
