"""The table of runs as Qt's views want it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from nnstudio.gui.look.theme import Theme
from nnstudio.gui.runs.cells import COLUMNS, NAMES, NUMBERS, Row, cell

#: The roles under which a cell has its row, and the colour in which it is compared.
ROW = Qt.ItemDataRole.UserRole
COLOUR = ROW + 1
_Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()
_HELP = {
    "compare": "Ticked runs are compared: side by side here, and their curves under Learning",
    "number": "Counted from the first run of this project",
    "name": "A name of your own: F2 or a double-click",
    "note": "What you noted: a double-click writes",
    "metric": "After the last epoch, of the validation part if there is one",
    "best_metric": "The best of all epochs",
    "loss": "After the last epoch, of the validation part if there is one",
    "best_loss": "The least of all epochs",
    "epochs": "Finished epochs",
    "steps": "Batches since the run began",
    "seconds": "Spent training",
    "end": "How the run stands; a paused one can go on",
    "seed": "Decides first weights, the order of examples and random masks",
}
_DIM = ("differs", "end", "seed", "steps", "seconds")


class RunModel(QAbstractTableModel):
    """Rows in the order in which they are given.

    Signals:
        named: (number, name) the user has typed a name.
        noted: (number, note) or a note.
        ticked: (number, ticked) or ticked a run.
    """

    named = Signal(int, str)
    noted = Signal(int, str)
    ticked = Signal(int, bool)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.rows: list[Row] = []
        self.present = 0
        self.measured_by = 0
        self.unfolded: frozenset[int] = frozenset()
        self._compared: Mapping[int, str] = {}

    def show(self, rows: Sequence[Row], compared: Mapping[int, str], present: int) -> bool:
        """Show these; returns whether they are other rows, or in another order."""
        is_other = [row.key for row in rows] != [row.key for row in self.rows]
        old, self._compared, self.present = self.rows, dict(compared), present
        if is_other:
            self.beginResetModel()
            self.rows = list(rows)
            self.endResetModel()
            return True
        self.rows = list(rows)
        if old:
            self.dataChanged.emit(self.index(0, 0), self.index(len(old) - 1, len(NAMES) - 1))
        return False

    def update_figures(self, number: int, figures: Mapping[str, float]) -> None:
        """The numbers of a run that goes on are others now."""
        for place, row in enumerate(self.rows):
            if row.record.number == number and not row.group:
                self.rows[place] = replace(row, figures=figures)
                first, last = self.index(place, 0), self.index(place, len(NAMES) - 1)
                self.dataChanged.emit(first, last)

    def rowCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: _Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(NAMES)

    def place_of(self, key: tuple[int, bool]) -> int:
        """The row with this key; −1 for none."""
        return next((place for place, row in enumerate(self.rows) if row.key == key), -1)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        if not index.isValid():
            return flags
        name = NAMES[index.column()]
        if name in ("name", "note"):
            flags |= Qt.ItemFlag.ItemIsEditable
        if name == "compare" and not self.rows[index.row()].group:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation != Qt.Orientation.Horizontal:
            return None
        name = NAMES[section]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._head(name)
            case Qt.ItemDataRole.ToolTipRole:
                if name == "differs":
                    return self._measure()
                sorts = "" if name == "compare" else ". Click to sort, again for the other way"
                return _HELP[name] + sorts
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(name)
        return None

    def _head(self, name: str) -> str:
        if name == "metric" and self.rows:
            kinds = {row.record.metric for row in self.rows}
            name = kinds.pop() if len(kinds) == 1 else "metric"
            return name[0].upper() + name[1:]
        if name == "differs" and self.measured_by:
            return f"Other than run {self.measured_by}"
        return COLUMNS[name]

    def _measure(self) -> str:
        than = f"run {self.measured_by}, which is selected" if self.measured_by else ""
        return f"What a run has otherwise than {than or 'the one it began from, or the one before'}"

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, name = self.rows[index.row()], NAMES[index.column()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return cell(row, name)
            case Qt.ItemDataRole.EditRole:
                return row.record.name if name == "name" else cell(row, name)
            case Qt.ItemDataRole.CheckStateRole if name == "compare" and not row.group:
                ticked = row.record.number in self._compared
                return Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked
            case Qt.ItemDataRole.ToolTipRole:
                return self._tooltip(row, name)
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(row, name)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(name)
            case Qt.ItemDataRole.ForegroundRole:
                return self._theme.colour(self._role(row, name))
            case _ if role == ROW:
                return row
            case _ if role == COLOUR:
                return self._compared.get(row.record.number, "")
        return None

    def setData(self, index: _Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        row, name = self.rows[index.row()], NAMES[index.column()]
        number = row.record.number
        if role == Qt.ItemDataRole.CheckStateRole and name == "compare":
            self.ticked.emit(number, Qt.CheckState(value) == Qt.CheckState.Checked)
            return True
        if role != Qt.ItemDataRole.EditRole or value == self.data(index, role):
            return False
        if name == "name":
            self.named.emit(number, value)
        elif name == "note":
            self.noted.emit(number, value)
        return name in ("name", "note")

    def _role(self, row: Row, name: str) -> str:
        end = row.record.end
        if name == "end" and end in ("diverged", "failed"):
            return "error"
        if name == "end" and end == "running":
            return "accent"
        return "dim" if name in _DIM else "text"

    def _tooltip(self, row: Row, name: str) -> str:
        record = row.record
        if name == "number" and not row.group:
            lines = [f"Began {record.began.replace('T', ' ')[:19]}"]
            if record.number == self.present:
                lines.append("The project stands here")
            if record.parent:
                lines.append(f"From step {record.parent[1]:,} of run {record.parent[0]}")
            if record.trained is not None:
                kept = ", and are kept whatever follows" if record.is_kept else ""
                lines.append(f"Its weights are there{kept}")
            elif record.end != "running":
                lines.append("Its weights are not kept")
            return "\n".join(lines)
        if name == "name" and row.group:
            return "The same run with several seeds: unfold with the right arrow or a double-click"
        return cell(row, name)

    def _spoken(self, row: Row, name: str) -> str:
        if name == "compare":
            return "compared" if row.record.number in self._compared else "not compared"
        head = self._head(name)
        here = ", the project stands here" if row.record.number == self.present else ""
        said = cell(row, name) or "none"
        return f"{head} {said}" + (here if name == "number" else "")


def _alignment(name: str) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if name in NUMBERS else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
