"""The dialog that shows what was guessed of a table, and lets the user put it right."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from nnstudio.data.errors import DataError
from nnstudio.data.sources import Table
from nnstudio.data.tables.encoding import CATEGORIES, MISSING_WAYS
from nnstudio.data.tables.roles import TASKS
from nnstudio.data.tables.sniffing import DELIMITERS, ENCODINGS, GUESS
from nnstudio.gui.forms.fields import ChoiceField
from nnstudio.gui.importing.column_list import ColumnList
from nnstudio.gui.importing.draft import WAYS, Draft
from nnstudio.gui.importing.preview_model import PreviewModel
from nnstudio.gui.look.notice import Notice
from nnstudio.gui.look.theme import Theme

_SIDE = 368
_SIGNS = {sign: name for name, sign in DELIMITERS.items()}
_GAPS = ("leave the row out", "fill with 0, and tell", "fill with the mean, and tell", "refuse")
#: What the fields are called, and what can be chosen.
_FIELDS: dict[str, tuple[str, dict[str, str]]] = {
    "delimiter": ("Between cells", {GUESS: "guess", **{name: name for name in DELIMITERS}}),
    "decimal": ("Decimal sign", {GUESS: "guess", ".": "point  1.5", ",": "comma  1,5"}),
    "encoding": ("Encoding", {GUESS: "guess", **{name: name for name in ENCODINGS}}),
    "header": ("First row", {GUESS: "guess", "yes": "tells names", "no": "is an example"}),
    "task": (
        "Targets are",
        dict(zip(TASKS, ("guess", "numbers", "two classes", "classes"), strict=True)),
    ),
    "categories": (
        "Words become",
        dict(zip(CATEGORIES, ("an input each (one-hot)", "their place in the list"), strict=True)),
    ),
    "missing": (
        "Empty cells",
        dict(zip(MISSING_WAYS, _GAPS, strict=True)),
    ),
}


class ImportDialog(QDialog):
    """How a table is written at the left above its columns, its first rows at the right.

    It closes when it is told to import, and may be opened again as it was (:meth:`come_back`).

    Signals:
        chosen: (Draft) import it.
    """

    chosen = Signal(object)

    def __init__(self, table: Table, theme: Theme, parent: QWidget) -> None:
        """Shows ``table``, of which nothing is known yet."""
        super().__init__(parent)
        self.setObjectName("import_dialog")
        self.setWindowTitle("Import data")
        self.resize(min(1040, parent.width() - 32), min(680, parent.height() - 32))
        self._table = table
        self._draft: Draft | None = None
        self._before: Draft | None = None  # the last that could be read
        self._file = QLabel(Path(table.file).name if table.file else "From the clipboard")
        self._file.setObjectName("import_file")
        self._file.setProperty("role", "title")
        self._file.setToolTip(table.file)
        self._found = QLabel()
        self._found.setObjectName("import_found")
        self._found.setProperty("role", "dim")
        self._fields: dict[str, ChoiceField] = {}
        for name, (label, choices) in _FIELDS.items():
            box = ChoiceField(choices)
            box.control().setObjectName(f"import_{name}")
            box.control().setAccessibleName(label)
            box.edited.connect(lambda value, name=name: self._set(name, value))
            self._fields[name] = box
        self._columns = ColumnList()
        self._columns.role_chosen.connect(
            lambda c, role: self._show(self._known.with_role(c, role))
        )
        self._columns.kind_chosen.connect(
            lambda c, kind: self._show(self._known.with_kind(c, kind))
        )
        self._model = PreviewModel(theme)
        self._preview = QTableView()
        self._preview.setObjectName("import_preview")
        self._preview.setAccessibleName("The first rows")
        self._preview.setModel(self._model)
        self._preview.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self._preview.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self._preview.verticalHeader().setDefaultSectionSize(28)
        self._preview.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        self._preview.setShowGrid(False)
        self._preview.horizontalHeader().setDefaultSectionSize(112)
        self._remark = Notice("import_remark", theme)
        self._cancel = QPushButton("Cancel")
        self._cancel.setObjectName("import_cancel")
        self._cancel.clicked.connect(self.reject)
        self._import = QPushButton("Import")
        self._import.setObjectName("import_import")
        self._import.setProperty("primary", True)
        self._import.setDefault(True)
        self._import.clicked.connect(self._accept)
        self._lay_out()
        self._set("", None)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(16)
        form.setVerticalSpacing(8)
        for name, field in self._fields.items():
            form.addRow(_FIELDS[name][0], field)
        left = QWidget()
        left.setFixedWidth(_SIDE)
        side = QVBoxLayout(left)
        side.setContentsMargins(0, 0, 0, 0)
        side.setSpacing(16)
        side.addLayout(form)
        side.addWidget(self._columns, 1)
        middle = QHBoxLayout()
        middle.setSpacing(16)
        middle.addWidget(left)
        middle.addWidget(self._preview, 1)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self._remark, 100)
        below.addStretch(1)  # where there is no remark the buttons keep their size
        below.addWidget(self._cancel, 0, Qt.AlignmentFlag.AlignBottom)
        below.addWidget(self._import, 0, Qt.AlignmentFlag.AlignBottom)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(4)
        column.addWidget(self._file)
        column.addWidget(self._found)
        column.addSpacing(8)
        column.addLayout(middle, 1)
        column.addSpacing(8)
        column.addLayout(below)

    # ------------------------------------------------------------------ choices

    @property
    def _known(self) -> Draft:
        assert self._draft is not None, "only what could be read has columns to choose from"
        return self._draft

    def _set(self, name: str, value: Any) -> None:
        """Another setting; if the file can't be read so, why is shown in place of its rows."""
        if name:
            changed: dict[str, Any] = {name: value}
            self._table = replace(self._table, **changed)
        try:
            if self._draft is None or name in WAYS:
                self._show(Draft.of(self._table, self._before))
            else:
                self._show(self._draft.with_setting(name, value))
        except DataError as error:
            self._show(None, str(error))

    def _show(self, draft: Draft | None, problem: str = "") -> None:
        self._draft = draft
        self._before = draft or self._before
        for name, field in self._fields.items():
            field.show_value(getattr(self._table, name))
            box = field.control()
            if name in WAYS and isinstance(box, QComboBox):
                box.setItemText(0, _guessed(name, draft) if draft else GUESS)
        self._columns.show_draft(draft)
        self._model.show_draft(draft)
        problem = problem or (draft.problem if draft else "")
        remark = draft.remark if draft else ""
        self._remark.say(problem or remark, "error" if problem else "warning")
        self._import.setEnabled(draft is not None and not problem)
        self._found.setText(_found(draft) if draft else "")

    def _accept(self) -> None:
        if not self.isVisible():
            return  # it is being read already
        self.accept()
        self.chosen.emit(self._known)

    def come_back(self, reason: str) -> None:
        """It couldn't be read: say why, beside everything that was chosen, and ask again.

        The file itself may be mended meanwhile, so the very same may be tried once more.
        """
        self._remark.say(reason, "error")
        self.open()


def _guessed(name: str, draft: Draft) -> str:
    """What a field says while it is left to guessing."""
    guess = draft.guess
    if getattr(draft.table, name) != GUESS or not guess.encoding:
        return GUESS
    found = {
        "delimiter": _SIGNS.get(guess.delimiter, guess.delimiter),
        "decimal": "comma" if guess.decimal == "," else "point",
        "encoding": guess.encoding.removesuffix("-sig"),
        "header": _FIELDS["header"][1]["yes" if guess.header else "no"],
    }[name]
    return f"{found} (guessed)"


def _found(draft: Draft) -> str:
    """What was guessed, in words."""
    guess = draft.guess
    count = f"{len(guess.names):,} columns"
    rows = f"{len(guess.rows):,} rows" if guess.whole and len(guess.rows) < 200 else "first rows"
    if not guess.encoding:
        return f"Parquet · {count} · {rows} shown"
    return f"{count} · {rows} shown"
