"""The list of problems: each sentence with its sign, as high as it needs, and the way out of it.

It is a model with a view. (List items made one by one in Python are freed twice now and then when
Qt clears a list of them, which ends the program.) Fixes are looked for a moment after the problems
are shown, one at a time, as each is tried on the whole network.
"""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
)
from PySide6.QtGui import QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QListView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from nnstudio.graph.analysis import Problem
from nnstudio.graph.model import Graph
from nnstudio.gui.fix_button import FixButton
from nnstudio.gui.look.problem_sign import sign_icon
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.workbench import Workbench

Index = QModelIndex | QPersistentModelIndex
#: The roles under which a row holds the id of its node, and whether it has a button.
NODE = Qt.ItemDataRole.UserRole
HAS_FIX = NODE + 1
_TOP = QModelIndex()
#: Fixes are offered for so many problems, one found every so many milliseconds.
_MOST_FIXES, _PAUSE = 20, 10
#: The height of a row's button with the room below it; how far in it begins, below the words.
_BUTTON, _INDENT = 32, 3


class ProblemModel(QAbstractListModel):
    """One row per problem: its sentence, its sign, its node."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows: tuple[tuple[Problem, str], ...] = ()
        self._mendable: set[int] = set()

    def show(self, problems: tuple[Problem, ...], graph: Graph) -> bool:
        """Show these problems of ``graph``; False if they are shown already."""
        rows = tuple((problem, _words(problem, graph)) for problem in problems)
        if rows == self._rows:
            return False
        self.beginResetModel()
        self._rows = rows
        self._mendable = set()
        self.endResetModel()
        return True

    def problem(self, row: int) -> Problem:
        """The problem in this row."""
        return self._rows[row][0]

    def make_room(self, row: int, there_is_a_fix: bool) -> bool:
        """Whether there is a button in this row from now on; False if nothing changed."""
        if (row in self._mendable) == there_is_a_fix:
            return False
        self._mendable ^= {row}
        index = self.index(row, 0)
        self.dataChanged.emit(index, index)
        return True

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
        if role == HAS_FIX:
            return index.row() in self._mendable
        return problem.node if role == NODE else None


def _words(problem: Problem, graph: Graph) -> str:
    """The sentence, after the name of its node unless it says that itself."""
    node = graph.by_id.get(problem.node)
    words = str(problem)
    return f"{node.title}: {words}" if node is not None and node.title not in words else words


class ProblemList(QListView):
    """The sentences, each with its sign and, where there is a way out, its button.

    Enter chooses a problem, F mends it.
    """

    def __init__(self, workbench: Workbench, theme: Theme) -> None:
        super().__init__()
        self._most = 96
        self._workbench = workbench
        self._rows = ProblemModel(theme)
        self.setModel(self._rows)
        self.setItemDelegate(_Sentence(self))
        self.setObjectName("problems_list")
        self.setAccessibleName("Problems")
        self.setToolTip("Click a problem to select its layer; F mends it if there is a button")
        self.setWordWrap(True)
        self.setIconSize(QSize(16, 16))
        self.setSpacing(2)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.viewport().setAutoFillBackground(False)
        self._next = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_PAUSE)
        self._timer.timeout.connect(self._find_fix)
        theme.changed.connect(self.viewport().update)

    def show_problems(self, problems: tuple[Problem, ...], graph: Graph) -> None:
        """Show these problems of ``graph``; nothing at all where there are none."""
        are_others = self._rows.show(problems, graph)
        self._next = 0
        if problems:
            self._timer.start()
        self.setVisible(bool(problems))
        if are_others:
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

    # ------------------------------------------------------------------ fixes

    def _find_fix(self) -> None:
        """Look for the next problem's fix, if anybody can see it."""
        row = self._next
        if row >= min(self._rows.rowCount(), _MOST_FIXES) or not self.isVisible():
            self._timer.stop()
            return
        self._next += 1
        problem = self._rows.problem(row)
        if problem not in self._workbench.problems:
            return  # another list is about to be shown
        index = self._rows.index(row, 0)
        place = self.indexWidget(index)
        if place is None:
            place = _below(FixButton(self._workbench, f"problem_fix_{row}"))
            self.setIndexWidget(index, place)
        button = place.findChild(FixButton)
        assert button is not None
        if self._rows.make_room(row, button.offer([problem])):
            self._fit()

    def showEvent(self, event: Any) -> None:
        super().showEvent(event)
        self._timer.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index = self.currentIndex()
        if event.key() == Qt.Key.Key_F and not event.modifiers() and index.isValid():
            self._workbench.mend(self._rows.problem(index.row()))
        else:
            super().keyPressEvent(event)


def _below(button: FixButton) -> QWidget:
    """The button at the lower left of its row."""
    place = QWidget()
    row = QHBoxLayout(place)
    row.setContentsMargins(_INDENT, 0, 0, 4)
    corner = Qt.AlignmentFlag.AlignBottom | Qt.AlignmentFlag.AlignLeft
    row.addWidget(button, 0, corner)
    return place


class _Sentence(QStyledItemDelegate):
    """A sentence with its sign, with room for a button below."""

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        size = super().sizeHint(option, index)
        return size + QSize(0, _BUTTON) if index.data(HAS_FIX) else size

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        words = QStyleOptionViewItem(option)
        if index.data(HAS_FIX):
            rect: QRect = option.rect  # type: ignore[attr-defined]
            words.rect = rect.adjusted(0, 0, 0, -_BUTTON)  # type: ignore[attr-defined]
        super().paint(painter, words, index)
