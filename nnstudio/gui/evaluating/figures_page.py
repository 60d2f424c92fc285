"""The figures: of each part, and of each class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from math import isnan

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from nnstudio.gui.evaluating.shown import Shown
from nnstudio.gui.look.number_text import number_text, tabular
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.plotting import TICK_SIZE, sized
from nnstudio.training.judging.judged import Judged
from nnstudio.training.judging.residuals import residual_figures
from nnstudio.training.report import TOP, ClassReport, Part

PARTS: tuple[Part, ...] = ("training", "validation", "test")
#: What each figure says, for the tooltip.
HELP = {
    "Accuracy": "Share of right answers",
    f"Top {TOP}": f"Share of examples whose class is among the {TOP} likeliest",
    "Precision": "Of the answers “class c”, how many are right; mean over the classes",
    "Recall": "Of the examples of class c, how many are found; mean over the classes",
    "F1": "Harmonic mean of precision and recall; mean over the classes",
    "AUC": "Area under the ROC curve, one class against the rest; mean over the classes",
    "Average precision": "Area under the precision–recall curve; mean over the classes",
    "Calibration error": "Mean gap between confidence and accuracy (ECE)",
    "MAE": "Mean distance between answer and truth",
    "RMSE": "Root of the mean squared distance",
    "R²": "Share of the targets' variance that is explained; 1 is perfect",
    "Mean residual": "Mean of truth − answer: beside 0, answers are off to one side",
    "Largest residual": "The greatest distance between answer and truth",
}
#: A column of numbers is at least so wide.
_NARROWEST = 72
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter


def share_text(share: float) -> str:
    """A share in percent with one decimal."""
    return "–" if isnan(share) else f"{100 * share:.1f} %"


def part_figures(judged: Judged) -> dict[str, str]:
    """Every figure of a part, as it is written."""
    found = judged.report
    if not isinstance(found, ClassReport):
        said, truth = judged.numbers
        told = residual_figures(said.reshape(-1), truth.reshape(-1))
        return {
            "Examples": f"{found.count:,}",
            "MAE": number_text(found.mae),
            "RMSE": number_text(found.rmse),
            "R²": "–" if isnan(found.r_squared) else f"{found.r_squared:.4f}".replace("-", "−"),
            "Mean residual": number_text(told.mean),
            "Largest residual": number_text(told.largest),
        }
    figures = found.figures
    texts = {"Examples": f"{found.count:,}", "Accuracy": share_text(found.accuracy)}
    if not isnan(found.top):
        texts[f"Top {TOP}"] = share_text(found.top)
    texts["Precision"] = share_text(figures.macro(figures.precision))
    texts["Recall"] = share_text(figures.macro(figures.recall))
    texts["F1"] = share_text(found.macro_f1)
    texts["AUC"] = "–" if isnan(found.auc) else f"{found.auc:.4f}"
    areas = [c.average_precision for c in judged.curves if not isnan(c.average_precision)]
    texts["Average precision"] = f"{np.mean(areas):.4f}" if areas else "–"
    if judged.reliability is not None:
        texts["Calibration error"] = share_text(judged.reliability.error)
    return texts


class FigureTable(QTableWidget):
    """A table of words that changes only where they do."""

    def __init__(self, theme: Theme, name: str, title: str, narrowest: int = _NARROWEST) -> None:
        super().__init__()
        self._narrowest = narrowest
        self.setObjectName(name)
        self.setAccessibleName(title)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setFont(tabular(self.font()))
        self.verticalHeader().hide()
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setDefaultSectionSize(22)
        self.verticalHeader().setMinimumSectionSize(20)
        self.horizontalHeader().setHighlightSections(False)
        # The style sheet's size of heads, told to what measures them as well.
        self.horizontalHeader().setFont(sized(self.font(), TICK_SIZE, bold=True))
        self.heads: tuple[str, ...] = ()
        self._theme = theme
        theme.changed.connect(self._dress)
        self._dress()

    def _dress(self) -> None:
        """The chosen row is tinted, so that a line of any colour can be seen on it."""
        colours = self._theme.colours
        self.setStyleSheet(
            f"QTableWidget {{ selection-background-color: {colours.canvas};"
            f" selection-color: {colours.text}; }}"
            # Heads begin and end where the words of their columns do.
            " QHeaderView::section { padding: 4px 3px; }"
        )

    def show_rows(self, heads: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Show these rows; the first column holds their names."""
        if (tuple(heads), len(rows)) != (self.heads, self.rowCount()):
            self.heads = tuple(heads)
            self.setColumnCount(len(heads))
            self.setRowCount(len(rows))
            self.setHorizontalHeaderLabels(list(heads))
            for column in range(len(heads)):
                head = self.horizontalHeaderItem(column)
                if head is not None:
                    side = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
                    head.setTextAlignment(_RIGHT if column else side)
            bar = self.horizontalHeader()
            bar.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
            widths = (bar.sectionSizeFromContents(k).width() for k in range(len(heads)))
            bar.setMinimumSectionSize(max(self._narrowest, *widths))  # in less room it scrolls
        with self.still():
            for y, row in enumerate(rows):
                for x, text in enumerate(row):
                    item = self.item(y, x)
                    if item is None:
                        item = QTableWidgetItem()
                        item.setTextAlignment(
                            _RIGHT
                            if x
                            else Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
                        )
                        self.setItem(y, x, item)
                    if item.text() != text:
                        item.setText(text)
                        item.setToolTip(HELP.get(text, "") if not x else "")

    @contextmanager
    def still(self) -> Iterator[None]:
        """While cells change the column of names isn't measured anew at each of them."""
        bar = self.horizontalHeader()
        bar.setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
        yield
        bar.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)

    def rows(self) -> list[list[str]]:
        """The words, row by row, the heads first."""
        found = [list(self.heads)]
        for y in range(self.rowCount()):
            items = [self.item(y, x) for x in range(self.columnCount())]
            found.append([item.text() if item is not None else "" for item in items])
        return found


class FiguresPage(QWidget):
    """Figures of each part at the left, of each class at the right."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.parts = FigureTable(theme, "evaluate_figures", "Figures of each part of the data")
        self.classes = FigureTable(theme, "evaluate_classes", "Figures of each class")
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 0, 8, 0)
        row.setSpacing(16)
        self.parts.setMinimumWidth(284)
        row.addWidget(self.parts, 4)  # as many columns as each has, names counted twice
        row.addWidget(self.classes, 5)

    def show_answers(self, shown: Shown) -> None:
        """Show these figures."""
        told = {part: part_figures(shown.parts[part]) for part in PARTS if part in shown.parts}
        names = list(next(iter(told.values())))
        rows = [[name, *(figures[name] for figures in told.values())] for name in names]
        self.parts.show_rows(["", *told], rows)
        found = shown.judged.report
        self.classes.setVisible(isinstance(found, ClassReport))
        if isinstance(found, ClassReport):
            heads = ("class", "precision", "recall", "F1", "examples")
            figures, classes = found.figures, shown.judged.target.classes
            columns = (figures.precision, figures.recall, figures.f1)
            self.classes.show_rows(
                heads,
                [
                    [name, *(share_text(float(c[k])) for c in columns), f"{figures.examples[k]:,}"]
                    for k, name in enumerate(classes)
                ],
            )

    def table(self) -> list[list[str]]:
        """The words to be copied."""
        found = self.parts.rows()
        return found if self.classes.isHidden() else [*found, [], *self.classes.rows()]
