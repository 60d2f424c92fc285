"""The first rows of a table as Qt asks for them, each column in the colour of its role."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from nnstudio.data.tables.cells import NUMERIC, is_missing
from nnstudio.gui.importing.draft import IGNORE, INPUT, TARGET, Draft
from nnstudio.gui.look.theme import Theme

_Index = QModelIndex | QPersistentModelIndex
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
#: How strongly a role colours its column.
_TINT = 26
#: Columns that are shown; a table of thousands of them would take long to lay out.
MOST_COLUMNS = 200


class PreviewModel(QAbstractTableModel):
    """Shows a :class:`Draft`."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._draft: Draft | None = None

    def show_draft(self, draft: Draft | None) -> None:
        """Show another one, or nothing."""
        self.beginResetModel()
        self._draft = draft
        self.endResetModel()

    def rowCount(self, parent: _Index | None = None) -> int:
        return len(self._draft.guess.rows) if self._draft else 0

    def columnCount(self, parent: _Index | None = None) -> int:
        return min(MOST_COLUMNS, len(self._draft.guess.names)) if self._draft else 0

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        assert self._draft is not None, "there are no cells without a table"
        draft = self._draft
        name = draft.guess.names[index.column()]
        cell = draft.guess.rows[index.row()][index.column()]
        gap = is_missing(cell)
        if role == Qt.ItemDataRole.DisplayRole:
            return f" {cell.strip() or 'empty'} "  # room beside the neighbour's
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if draft.kind(name) in NUMERIC else _LEFT
        if role == Qt.ItemDataRole.ForegroundRole:
            if gap and draft.roles[name] != IGNORE:
                return self._theme.colour("warning")
            return self._theme.colour("dim" if draft.roles[name] == IGNORE else "text")
        if role == Qt.ItemDataRole.BackgroundRole:
            return self._tint(draft.roles[name])
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and self._draft is not None:
            if orientation == Qt.Orientation.Horizontal:
                return self._draft.guess.names[section]
            return str(section + 1)
        return None

    def _tint(self, role: str) -> QColor | None:
        """Inputs as the sign + is coloured, targets as −; columns to deal out by as validation."""
        if role == IGNORE:
            return None
        named = {INPUT: "positive", TARGET: "negative"}.get(role, "validation")
        colour = QColor(self._theme.colour(named))
        colour.setAlpha(_TINT)
        return colour
