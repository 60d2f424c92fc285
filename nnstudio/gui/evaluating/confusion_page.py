"""The confusion matrix, and the examples of the field that was chosen."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QSplitter, QVBoxLayout, QWidget

from nnstudio.gui.evaluating.answered_list import MOST, AnsweredList
from nnstudio.gui.evaluating.confusion_map import ConfusionMap
from nnstudio.gui.evaluating.shown import Shown
from nnstudio.gui.look.theme import Theme
from nnstudio.training.report import ClassReport


class ConfusionPage(QSplitter):
    """The map at the left, at the right who is in the chosen field: at first the worst one."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        self.map = ConfusionMap(theme)
        self.map.chosen.connect(self._choose)
        scroll = QScrollArea()
        scroll.setWidget(self.map)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setMinimumWidth(120)
        self._title = QLabel()
        self._title.setObjectName("evaluate_cell")
        self._title.setProperty("role", "dim")
        self._title.setWordWrap(True)
        self._title.setContentsMargins(8, 0, 8, 0)
        self.list = AnsweredList(theme, "evaluate_cell", "Examples of the chosen field")
        side = QWidget()
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._title)
        column.addWidget(self.list, 1)
        side.setMinimumWidth(150)
        self.addWidget(scroll)
        self.addWidget(side)
        self.setStretchFactor(0, 3)
        self.setStretchFactor(1, 2)
        self._shown: Shown | None = None
        self._is_chosen = self._is_divided = False
        self.splitterMoved.connect(self._divided)

    def show_answers(self, shown: Shown) -> None:
        """Show this matrix."""
        self._shown = shown
        found = shown.judged.report
        if not isinstance(found, ClassReport):
            return
        self.map.show_counts(found.confusion, shown.judged.target.classes)
        self._divide()
        if self.map.at[0] < 0:
            self._is_chosen = False
        if not self._is_chosen:  # follow the most frequent mistake until somebody chooses
            self.map.go_to(*self.map.worst())
            self._fill(*self.map.at)
        else:
            self._fill(*self._field)

    _field = (0, 0)

    def _divided(self) -> None:
        self._is_divided = True

    def _divide(self) -> None:
        """Room for the whole map, as long as nobody wants it otherwise."""
        if not self._is_divided and self.map.counts.size and self.width() > 0:
            left = min(self.map.wide(self.height()) + 16, self.width() * 2 // 3)
            if abs(self.sizes()[0] - left) > 1:
                self.setSizes([left, self.width() - left])

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._divide()

    def _choose(self, true: int, said: int) -> None:
        self._is_chosen, self._field = True, (true, said)
        self._fill(true, said)

    def _fill(self, true: int, said: int) -> None:
        if self._shown is None:
            return
        judged = self._shown.judged
        answers = judged.of_cell(true, said)
        text = self.map.words(true, said)
        self._title.setText(text + (f"; the first {MOST}" if len(answers) > MOST else ""))
        order = (-judged.sure[answers]).argsort(kind="stable")
        self.list.show_answers(self._shown.dataset, judged, answers[order])

    def table(self) -> list[list[str]]:
        """The counts, to be copied."""
        if self._shown is None:
            return []
        names = self._shown.judged.target.classes
        rows = zip(names, self.map.counts.tolist(), strict=True)
        return [["truth \\ answer", *names], *([name, *map(str, row)] for name, row in rows)]
