"""What can be done with the runs that are selected: by buttons, by the menu, by keys."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from nnstudio.gui.evaluating.taking_along import as_tabs
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.runs.book import RunBook
from nnstudio.gui.runs.cells import Row, as_table
from nnstudio.gui.runs.fork_dialog import ForkDialog
from nnstudio.gui.runs.run_table import RunTable
from nnstudio.gui.runs.seed_training import SeedTraining
from nnstudio.gui.runs.seeds_dialog import SeedsDialog
from nnstudio.messages import sentence
from nnstudio.project.run_record import RunRecord


class RunActions(QObject):
    """The actions, which know when they can be done.

    Attributes:
        menu: all of them, for the button and the right mouse button.
    """

    def __init__(
        self,
        book: RunBook,
        training: SeedTraining,
        table: RunTable,
        theme: Theme,
        parent: QWidget,
        *,
        rows: Callable[[], list[Row]],
        compare: Callable[[], object],
    ) -> None:
        """``rows``: those that are shown; ``compare``: show those that are selected."""
        super().__init__(parent)
        self._book, self._training, self._table, self._theme = book, training, table, theme
        self._parent, self._rows = parent, rows
        self.menu = QMenu(parent)
        self.menu.setObjectName("runs_menu")
        self.menu.setToolTipsVisible(True)
        self.reopen = self._add("reopen", "Reopen\tReturn", self._reopen)
        self.fork = self._add("fork", "Fork…", self._fork)
        self.repeat = self._add("repeat", "Repeat with several seeds…", self.ask_seeds)
        self.compare = self._add("compare", "Compare", compare)
        self.menu.addSeparator()
        self.rename = self._add("rename", "Rename\tF2", lambda: self._edit("name"))
        self.annotate = self._add("annotate", "Write a note", lambda: self._edit("note"))
        self.keep = self._add("keep", "Keep its weights", self._keep)
        self.keep.setCheckable(True)
        self.keep.setToolTip("However many runs follow; otherwise the oldest let theirs go")
        self.menu.addSeparator()
        self.copy = self._add("copy", "Copy table\tCtrl+C", self.copy_table)
        self.export = self._add("export", "Save table as CSV…", self._ask_where)
        self.menu.addSeparator()
        self.delete = self._add("delete", "Delete\tDel", self.delete_selected)
        table.opened.connect(book.reopen)
        table.delete_asked.connect(self.delete_selected)
        table.copy_asked.connect(self.copy_table)

    def _add(self, name: str, text: str, do: Callable[[], object]) -> QAction:
        action = QAction(text, self._parent)
        action.setObjectName(f"runs_{name}_action")
        action.triggered.connect(lambda *_: do())
        self.menu.addAction(action)
        return action

    def update(self) -> None:
        """What can be done with what is selected."""
        rows = self._table.selected()
        numbers, live = self._numbers(), self._book.live
        one = self._one()
        is_over = one is not None and (live is None or one.number != live.number)
        self.reopen.setEnabled(is_over)
        self.fork.setEnabled(is_over)
        self.repeat.setEnabled(is_over and not self._training.is_busy)
        self.repeat.setToolTip("One run is being repeated" if self._training.is_busy else "")
        self.compare.setEnabled(len(numbers) > 1)
        self.rename.setEnabled(len(rows) == 1)
        self.annotate.setEnabled(len(rows) == 1)
        records = [record for n in numbers if (record := self._book.record(n)) is not None]
        self.keep.setEnabled(any(record.trained is not None for record in records))
        self.keep.setChecked(bool(records) and all(record.is_kept for record in records))
        self.delete.setEnabled(bool(numbers) and (live is None or set(numbers) != {live.number}))
        for action in (self.copy, self.export):
            action.setEnabled(bool(self._rows()))

    # ------------------------------------------------------------------ what is selected

    def _numbers(self) -> list[int]:
        """The selected runs; a group is all of its runs."""
        found: dict[int, None] = {}
        for row in self._table.selected():
            for record in row.group or (row.record,):
                found[record.number] = None
        return list(found)

    def _one(self) -> RunRecord | None:
        """The run that is selected, if it is one."""
        rows = self._table.selected()
        if len(rows) != 1 or rows[0].group:
            return None
        return self._book.record(rows[0].record.number)

    # ------------------------------------------------------------------ doing

    def _reopen(self) -> None:
        if (record := self._one()) is not None:
            self._book.reopen(record.number)

    def _fork(self) -> None:
        record = self._one()
        if record is None:
            return
        dialog = ForkDialog(record, self._theme, self._parent.window())
        dialog.forked.connect(
            lambda change, more, words: self._book.fork(
                record.number, change, more=more, words=words
            )
        )
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def ask_seeds(self) -> None:
        """Ask with how many seeds the selected run, or the latest, is to be repeated."""
        record = self._one() or self._latest()
        if record is None or self._training.is_busy:
            return
        dialog = SeedsDialog(record, self._parent.window())
        dialog.wanted.connect(lambda count: self._training.start(record, count))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _latest(self) -> RunRecord | None:
        live = self._book.live
        over = [run for run in self._book.runs if live is None or run.number != live.number]
        return over[-1] if over else None

    def _edit(self, name: str) -> None:
        rows = self._table.selected()
        if len(rows) == 1:
            self._table.edit_cell(rows[0].key, name)

    def _keep(self) -> None:
        self._book.keep(self._numbers(), self.keep.isChecked())

    def delete_selected(self) -> None:
        """Delete what is selected; it can be brought back until something else is deleted."""
        self._book.delete(self._numbers())

    # ------------------------------------------------------------------ taking along

    def copy_table(self) -> None:
        """The rows that are shown, to the clipboard, for a spreadsheet."""
        QGuiApplication.clipboard().setText(as_tabs(as_table(self._rows())))

    def save_table_to(self, path: Path) -> str:
        """Write the rows that are shown as CSV; returns what went wrong, in a sentence."""
        try:
            with path.open("w", encoding="utf-8", newline="") as file:
                csv.writer(file).writerows(as_table(self._rows()))
        except OSError as error:
            return sentence("file_unwritable", file=path, reason=error.strerror or str(error))
        return ""

    def _ask_where(self) -> None:
        name, _ = QFileDialog.getSaveFileName(self._parent, "Save table", "runs.csv", "CSV (*.csv)")
        if name:
            path = Path(name)
            trouble = self.save_table_to(path if path.suffix else path.with_suffix(".csv"))
            if trouble:
                self._book.say(trouble, "error")
