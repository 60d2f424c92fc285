"""The example itself, what is true of it, and what the network answers."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from nnstudio.data.dataset import INPUTS
from nnstudio.gui.explaining.chosen import Chosen
from nnstudio.gui.explaining.inside import Inside
from nnstudio.gui.look.number_text import tabular
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.looking.examples import exact_text
from nnstudio.gui.looking.picture_image import picture_image
from nnstudio.gui.plots.sequence_lines import paint_sequence

#: The side of the picture beside the words, and above them.
_SMALL, _LARGE = 36, 128
#: The height of the words below it.
_WORDS = 92
#: Numbers of a row that are written out.
_MOST_NUMBERS = 8
#: More of them without names of their own stand in one line.
_MOST_NAMED = 4

#: A part of the input, in pixels: its top row and left column, rows and columns.
Patch = tuple[int, int, int, int]


class ExampleFace(QWidget):
    """Picture and words, in a row or below each other."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("example_face")
        self.picture = _Picture(theme)
        self._title = self._label("example_name", "dim")
        self._numbers = self._label("example_numbers", "")
        self._truth = self._label("example_truth", "")
        self._answer = self._label("example_answer", "")
        self._sure = self._label("example_sure", "dim")
        words = QVBoxLayout()
        words.setSpacing(2)
        self._lines = [QBoxLayout(QBoxLayout.Direction.LeftToRight) for _ in range(2)]
        pairs = (self._title, self._sure), (self._truth, self._answer)
        for line, pair in zip(self._lines, pairs, strict=True):
            for label in pair:
                line.addWidget(label)
            words.addLayout(line)
        words.addWidget(self._numbers)
        words.addStretch(1)
        self._row = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(12)
        self._row.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        self._row.addLayout(words, 1)
        self.set_upright(False)

    def _label(self, name: str, role: str) -> QLabel:
        label = QLabel()
        label.setObjectName(name)
        label.setFont(tabular(label.font()))
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        if role:
            label.setProperty("role", role)
        return label

    def set_upright(self, upright: bool) -> None:
        """Whether the words stand below the picture."""
        directions = QBoxLayout.Direction
        self._upright = upright
        self._row.setDirection(directions.TopToBottom if upright else directions.LeftToRight)
        self._row.setSpacing(8 if upright else 12)
        for line in self._lines:
            line.setDirection(directions.TopToBottom if upright else directions.LeftToRight)
            line.setSpacing(2 if upright else 12)
        self._fit()
        vertical = QSizePolicy.Policy.Expanding if upright else QSizePolicy.Policy.Maximum
        self.setSizePolicy(QSizePolicy.Policy.Preferred, vertical)

    def _fit(self) -> None:
        """The picture is as large as the words below it allow."""
        side = min(_LARGE, max(_SMALL, self.height() - _WORDS)) if self._upright else _SMALL
        self.picture.set_side(side)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def show_inside(self, inside: Inside, *, pictured_elsewhere: bool = False) -> None:
        """Show the example and the answer to it; beside its picture, only if that is small."""
        chosen = inside.chosen
        self.picture.show_example(chosen)
        is_there = chosen.picture is not None or chosen.sequence is not None
        self.picture.setVisible(is_there and (self._upright or not pictured_elsewhere))
        _say(self._title, chosen.title)
        truth, wrong = inside.truth_text, inside.is_wrong
        _say(self._truth, f"Truth {truth}" if truth else "")
        _say(self._answer, f"Answer {inside.answer_text}")
        _say(self._sure, inside.sure_text)
        _say(self._numbers, _numbers_text(chosen) if self._upright else "")
        role = "error" if wrong else ""
        if self._answer.property("role") != role:
            self._answer.setProperty("role", role)
            self._answer.style().unpolish(self._answer)
            self._answer.style().polish(self._answer)
        self._answer.setToolTip("Not the true class" if wrong else "")


class _Picture(QFrame):
    """The example as it is in the data, with a frame around the part that is looked at."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("example_picture")
        self.setAccessibleName("The example")
        self._theme = theme
        self._side = _SMALL
        self._chosen: Chosen | None = None
        self._pixmap: QPixmap | None = None
        self.patch: Patch | None = None
        theme.changed.connect(self.update)

    def set_side(self, side: int) -> None:
        """How large it is."""
        self._side = side
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        wide = self._chosen is not None and self._chosen.sequence is not None
        return QSize(self._side * 2 if wide and self._side == _SMALL else self._side, self._side)

    def show_example(self, chosen: Chosen) -> None:
        """Show this one."""
        if chosen is self._chosen:
            return
        self._chosen = chosen
        self._pixmap, self.patch = None, None
        if chosen.picture is not None:
            self._pixmap = QPixmap.fromImage(picture_image(chosen.picture, chosen.limits))
        self.setFixedSize(self.sizeHint())
        self.update()

    def mark(self, patch: Patch | None) -> None:
        """Put a frame around a part of the picture."""
        if patch != self.patch:
            self.patch = patch
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        box = QRectF(self.rect())
        if self._pixmap is not None:
            size = self._pixmap.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
            smooth = size.width() < 2 * self._pixmap.width()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
            painter.drawPixmap(0, 0, size.width(), size.height(), self._pixmap)
            if self.patch is not None:
                scale = size.width() / self._pixmap.width()
                top, left, rows, columns = self.patch
                painter.setPen(QPen(self._theme.colour("accent"), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                frame = QRectF(left * scale, top * scale, columns * scale, rows * scale)
                painter.drawRect(frame.adjusted(-1, -1, 1, 1) & box.adjusted(1, 1, -1, -1))
        elif self._chosen is not None and self._chosen.sequence is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._theme.colour("line"), 1))
            painter.setBrush(self._theme.colour("window"))
            painter.drawRoundedRect(box.adjusted(0.5, 0.5, -0.5, -0.5), 4, 4)
            sequence = np.nan_to_num(self._chosen.sequence)
            inside = box.adjusted(6, 6, -6, -6)
            paint_sequence(painter, inside, sequence, self._chosen.limits, self._theme)
        painter.end()


def _numbers_text(chosen: Chosen) -> str:
    """What a row of numbers holds."""
    values = chosen.columns[INPUTS][0]
    if values.ndim != 1:
        return ""
    if len(chosen.dataset.input_names) != len(values) > _MOST_NAMED:
        shown = [exact_text(value) for value in values[:_MOST_NUMBERS].tolist()]
        return " ".join(["Input", *shown, *["…"] * (len(values) > _MOST_NUMBERS)])
    names = chosen.names(INPUTS, len(values))
    pairs = zip(names, values.tolist(), strict=True)
    lines = [f"{name} {exact_text(value)}" for name, value in pairs][:_MOST_NUMBERS]
    return "\n".join(lines + ["…"] * (len(values) > _MOST_NUMBERS))


def _say(label: QLabel, text: str) -> None:
    if label.text() != text:
        label.setText(text)
    label.setVisible(bool(text))
