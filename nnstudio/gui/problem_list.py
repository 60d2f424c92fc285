"""The list of problems: each sentence with its sign, as high as it needs.

It is a model with a view. (List items made one by one in Python are freed twice now and then when
Qt clears a list of them, which ends the program.)
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView

from nnstudio.graph.analysis import Problem
from nnstudio.graph.model import Graph
from nnstudio.gui.look.problem_sign import sign_icon
from nnstudio.gui.look.theme import Theme

Index = QModelIndex | QPersistentModelIndex
#: The role under which a row holds the id of its node.
NODE = Qt.ItemDataRole.UserRole
_TOP = QModelIndex()


class ProblemModel(QAbstractListModel):
    """One row per problem: its sentence, its sign, its node."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows: tuple[tuple[Problem, str], ...] = ()

    def show(self, problems: tuple[Problem, ...], graph: Graph) -> None:
        """Show these problems of ``graph``."""
        rows = tuple((problem, _words(problem, graph)) for problem in problems)
        if rows != self._rows:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()

    def rowCount(self, parent: Index = _TOP) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        problem, words = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return words
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{problem.severity.capitalize()}: {words}"
        if role == Qt.ItemDataRole.DecorationRole:
            colour = self._theme.colour
            return sign_icon(problem.severity, colour(problem.severity), colour("panel"))
        return problem.node if role == NODE else None


def _words(problem: Problem, graph: Graph) -> str:
    """The sentence, after the name of its node unless it says that itself."""
    node = graph.by_id.get(problem.node)
    words = str(problem)
    return f"{node.title}: {words}" if node is not None and node.title not in words else words


class ProblemList(QListView):
    """The sentences, each with its sign; as high as they need."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._most = 96
        self._rows = ProblemModel(theme)
        self.setModel(self._rows)
        self.setObjectName("problems_list")
        self.setAccessibleName("Problems")
        self.setToolTip("Click a problem to select its layer")
        self.setWordWrap(True)
        self.setIconSize(QSize(16, 16))
        self.setSpacing(2)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.viewport().setAutoFillBackground(False)
        theme.changed.connect(self.viewport().update)

    def show_problems(self, problems: tuple[Problem, ...], graph: Graph) -> None:
        """Show these problems of ``graph``; nothing at all where there are none."""
        self._rows.show(problems, graph)
        self.setVisible(bool(problems))
        self._fit()

    def show_within(self, most: int) -> None:
        """Be as high as all sentences, but no higher than ``most``."""
        if self._most != max(96, most):
            self._most = max(96, most)
            self._fit()

    def _fit(self) -> None:
        count = self._rows.rowCount()
        if count:
            self.doItemsLayout()
            last = self.visualRect(self._rows.index(count - 1, 0))
            needed = last.bottom() + self.verticalScrollBar().value() + 2 * self.spacing()
            self.setFixedHeight(min(needed, self._most))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._fit()
