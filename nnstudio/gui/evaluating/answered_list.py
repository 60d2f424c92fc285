"""Examples with what was answered to them: a wall of pictures, or rows of a table."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStackedWidget,
    QTableView,
)

from nnstudio.data.dataset import INPUTS, Dataset
from nnstudio.engine.layer import Array
from nnstudio.gui.evaluating.shown import AnsweredExamples, said_text, sure_text, truth_text
from nnstudio.gui.look.number_text import tabular
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.looking.examples import cell_text
from nnstudio.gui.looking.wall import Wall
from nnstudio.training.judging.judged import Judged

_Index = QModelIndex | QPersistentModelIndex
_TOP = QModelIndex()
#: More examples than this nobody looks through; more columns of inputs don't fit.
MOST, _MOST_INPUTS = 500, 6
#: The height of a row; so many columns come before the inputs.
_ROW, _OWN = 24, 4


class _Rows(QAbstractTableModel):
    """A row for each answer: its example's number, truth, answer, how sure, and the inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.examples: AnsweredExamples | None = None
        self.heads: list[str] = []

    def show(self, examples: AnsweredExamples) -> None:
        self.beginResetModel()
        self.examples = examples
        judged = examples.judged
        how = "off by"
        if judged is not None and judged.is_classification:
            how = "sure" if judged.gives_probabilities else "score"
        self._inputs = [f for f in examples.features if f.column == INPUTS][:_MOST_INPUTS]
        self.heads = ["no.", "truth", "answer", how, *(f.name for f in self._inputs)]
        self.endResetModel()

    def rowCount(self, parent: _Index = _TOP) -> int:
        return 0 if parent.isValid() or self.examples is None else self.examples.count

    def columnCount(self, parent: _Index = _TOP) -> int:
        return 0 if parent.isValid() else len(self.heads)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and orientation == Qt.Orientation.Horizontal:
            return self.heads[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or self.examples is None:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.DisplayRole:
            return self.text(index.row(), index.column())
        return None

    def text(self, row: int, column: int) -> str:
        """The words of a cell."""
        examples = self.examples
        assert examples is not None
        assert examples.judged is not None
        assert examples.answers is not None
        if column == 0:
            return f"{examples.number(row):,}"
        if column <= 3:
            say = (truth_text, said_text, sure_text)[column - 1]
            return say(examples.judged, int(examples.answers[row]))
        return cell_text(self._inputs[column - 4], examples.dataset, examples.position(row))


class AnsweredList(QStackedWidget):
    """The examples of some answers.

    Signals:
        chosen: (k) the answer whose example has the keyboard is another.
        opened: (k) its example was double-clicked, or Enter pressed on it.
    """

    chosen = Signal(int)
    opened = Signal(int)

    def __init__(self, theme: Theme, name: str, title: str) -> None:
        super().__init__()
        self.wall = Wall(theme, f"{name}_wall", title)
        self.wall.chosen.connect(self._choose)
        self.wall.opened.connect(self._open)
        self.table = QTableView()
        self.table.setObjectName(f"{name}_table")
        self.table.setAccessibleName(title)
        self.table.setFrameShape(QFrame.Shape.NoFrame)
        # Heads end where the words of their columns do.
        self.table.setStyleSheet("QHeaderView::section { padding: 4px 3px; }")
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setFont(tabular(self.table.font()))
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.table.verticalHeader().setDefaultSectionSize(_ROW)
        self.table.horizontalHeader().setHighlightSections(False)
        self.table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.rows = _Rows()
        self.table.setModel(self.rows)
        self.table.selectionModel().currentRowChanged.connect(
            lambda now, _: self._choose(now.row())
        )
        self.table.activated.connect(lambda index: self._open(index.row()))
        self.addWidget(self.wall)
        self.addWidget(self.table)
        self.answers: Array = np.zeros(0, int)
        self._told: tuple[object, ...] = ()

    def show_answers(self, dataset: Dataset, judged: Judged, answers: Array) -> None:
        """Show the examples of these answers, the first of them if they are very many."""
        answers = answers[:MOST]
        told = (
            dataset,
            judged.rows[answers // judged.places].tobytes(),
            tuple((said_text(judged, k), sure_text(judged, k)) for k in answers.tolist()),
        )
        if told == self._told:
            self.answers = answers
            return  # what hangs there stays where it is
        self._told, self.answers = told, answers
        examples = AnsweredExamples.of(dataset, judged, answers)
        if dataset.inputs.ndim > 2:
            self.setCurrentWidget(self.wall)
            self.wall.show_examples(examples)
        else:
            self.setCurrentWidget(self.table)
            self.rows.show(examples)
            head = self.table.horizontalHeader()
            widths = (head.sectionSizeFromContents(column).width() for column in range(_OWN))
            head.setMinimumSectionSize(max(widths))

    def go_to(self, place: int) -> None:
        """Give the keyboard to one of them."""
        if self.currentWidget() is self.wall:
            self.wall.go_to(place)
        elif 0 <= place < self.rows.rowCount():
            self.table.setCurrentIndex(self.rows.index(place, 0))

    def _open(self, place: int) -> None:
        if 0 <= place < len(self.answers):
            self.opened.emit(int(self.answers[place]))

    def _choose(self, place: int) -> None:
        if 0 <= place < len(self.answers):
            self.chosen.emit(int(self.answers[place]))
