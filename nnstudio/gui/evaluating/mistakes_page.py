"""The worst mistakes: wrong answers, the surest first, or the numbers farthest off."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSplitter, QVBoxLayout, QWidget

from nnstudio.engine.activations import softmax
from nnstudio.gui.evaluating.answered_list import MOST, AnsweredList
from nnstudio.gui.evaluating.shown import Shown, said_text, sure_text, truth_text
from nnstudio.gui.evaluating.two_pictures import TwoPictures
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.trying.class_bars import ClassBars
from nnstudio.training.judging.mistakes import farthest, worst_mistakes


class MistakesPage(QSplitter):
    """The list at the left; at the right all that was answered to the chosen example."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)
        self._title = QLabel()
        self._title.setObjectName("evaluate_mistakes_title")
        self._title.setProperty("role", "dim")
        self._title.setContentsMargins(8, 0, 8, 0)
        self._title.setWordWrap(True)
        self.list = AnsweredList(theme, "evaluate_mistakes", "The worst mistakes")
        self.list.chosen.connect(self._choose)
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._title)
        column.addWidget(self.list, 1)
        column.addStretch()
        left.setMinimumWidth(150)
        self._row = self._answer = -1
        self._words = QLabel()
        self._words.setObjectName("evaluate_mistake")
        self._words.setWordWrap(True)
        self._words.setProperty("role", "dim")
        self._look = QPushButton("Look inside")
        self._look.setObjectName("evaluate_look_inside")
        self._look.setProperty("link", True)
        self._look.setToolTip("What each layer makes of this example, and why this answer")
        self._look.clicked.connect(lambda: self.list.opened.emit(self._answer))
        self.bars = ClassBars(theme)
        self.bars.setObjectName("evaluate_mistake_bars")
        self.pictures = TwoPictures(theme)
        inside = QWidget()
        right = QVBoxLayout(inside)
        right.setContentsMargins(12, 0, 8, 8)
        right.setSpacing(8)
        right.addWidget(self._words)
        looks = QVBoxLayout()
        looks.setSpacing(4)
        looks.addWidget(self.pictures)
        looks.addWidget(self._look, 0, Qt.AlignmentFlag.AlignLeft)
        looks.addStretch(1)
        beside = QHBoxLayout()
        beside.setSpacing(12)
        beside.addLayout(looks)
        beside.addWidget(self.bars, 1)
        right.addLayout(beside, 1)
        inside.setMinimumWidth(150)
        self.addWidget(left)
        self.addWidget(inside)
        self.setSizes([560, 440])
        self._shown: Shown | None = None

    def show_answers(self, shown: Shown) -> None:
        """Show the worst of these."""
        self._shown = shown
        judged = shown.judged
        if judged.is_classification:
            order = worst_mistakes(judged.scores, judged.truth)
            whole = len(judged.truth)
            count = len(order)
            text = f"{count:,} of {whole:,} answers are wrong, the surest first"
            if not count:
                text = f"All {whole:,} answers are right"
        else:
            order = farthest(*judged.numbers)
            text = f"{len(order):,} answers, the farthest from the truth first"
            if len(order) == 1:
                text = "1 answer"
        self._title.setText(text + (f"; {MOST} are shown" if len(order) > MOST else ""))
        self.list.show_answers(shown.dataset, judged, order)
        self.list.setVisible(len(order) > 0)  # heads of no rows say nothing
        known = [int(k) for k in order[:MOST] if judged.row(int(k)) == self._row]
        self._show(known[0] if known else int(order[0]) if len(order) else -1)

    def _choose(self, answer: int) -> None:
        assert self._shown is not None
        self._row = self._shown.judged.row(answer)
        self._show(answer)

    def _show(self, answer: int) -> None:
        shown = self._shown
        self._answer = answer
        for widget in (self._words, self._look, self.bars, self.pictures):
            widget.setVisible(answer >= 0 and shown is not None)
        if shown is None or answer < 0:
            return
        judged = shown.judged
        said, truth, sure = (f(judged, answer) for f in (said_text, truth_text, sure_text))
        number = f"Example {judged.row(answer) + 1:,}"
        if judged.is_classification:
            how = f"{sure} sure" if judged.gives_probabilities else f"score {sure}"
            self._words.setText(f"{number}: the answer is “{said}” ({how}), the truth “{truth}”")
            scores = judged.scores[:, answer]
            if not judged.gives_probabilities:
                scores = softmax(scores[:, np.newaxis], out=np.empty((len(scores), 1)))[:, 0]
            self.bars.set_classes(judged.target.classes)
            self.bars.set_values([float(v) for v in scores])
        else:
            self.bars.hide()
            self._words.setText(f"{number}: the answer is {said}, the truth {truth}, off by {sure}")
        self.pictures.show_answer(shown, answer)

    def table(self) -> list[list[str]]:
        """The list, to be copied."""
        if self._shown is None:
            return []
        judged = self._shown.judged
        how = "confidence" if judged.is_classification else "off by"
        return [
            ["example", "truth", "answer", how],
            *(
                [
                    str(judged.row(k) + 1),
                    truth_text(judged, k),
                    said_text(judged, k),
                    sure_text(judged, k),
                ]
                for k in self.list.answers.tolist()
            ),
        ]
