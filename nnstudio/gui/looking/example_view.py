"""One example, large: its picture or its line, and what is known of it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from nnstudio.data.dataset import INPUTS
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.looking.examples import Examples, cell_text
from nnstudio.gui.looking.picture_image import brightness, picture_image
from nnstudio.gui.plots.sequence_lines import paint_sequence

#: The longest side of the picture, and the height of a sequence.
_PICTURE, _SEQUENCE = 160, 96
#: More features than this are left to the table.
_MOST_LINES = 60


class ExampleView(QScrollArea):
    """What stands in one row of the table."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("example_view")
        self.setAccessibleName("The chosen example")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(176)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(12, 4, 12, 8)
        column.setSpacing(8)
        self._title = QLabel()
        self._title.setObjectName("example_title")
        self._title.setProperty("role", "section")
        self._picture = _Picture(theme)
        self._text = QLabel()
        self._text.setObjectName("example_text")
        self._text.setTextFormat(Qt.TextFormat.RichText)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        for widget in (self._title, self._picture, self._text):
            column.addWidget(widget)
        column.addStretch(1)
        self.setWidget(page)

    def show_example(self, examples: Examples, k: int) -> None:
        """Show the ``k``-th of ``examples``."""
        dataset, position = examples.dataset, examples.position(k)
        part = examples.part(k)
        self._title.setText(f"Example {examples.number(k):,}" + (f" · {part}" if part else ""))
        self._picture.show_input(dataset.inputs, position)
        pairs = [
            (feature.name, cell_text(feature, dataset, position))
            for feature in examples.features[:_MOST_LINES]
            if not (dataset.is_picture and feature.column == INPUTS)
        ]
        if dataset.is_picture:
            picture = dataset.inputs[position]
            pairs.append(("pixels", f"{picture.min():.3g} to {picture.max():.3g}"))
            pairs.append(("mean", f"{picture.mean():.3g}"))
        rows = "".join(
            f"<tr><td style='padding-right:12px'>{_safe(name)}</td><td>{_safe(text)}</td></tr>"
            for name, text in pairs
        )
        self._text.setText(f"<table cellspacing='2'>{rows}</table>")


def _safe(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;")


class _Picture(QWidget):
    """A picture with crisp pixels, or a sequence as a line; hidden for plain numbers."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._pixmap: QPixmap | None = None
        self._sequence: np.ndarray | None = None
        theme.changed.connect(self.update)

    def show_input(self, inputs: np.ndarray, position: int) -> None:
        self._pixmap = self._sequence = None
        if inputs.ndim == 4:
            self._pixmap = QPixmap.fromImage(picture_image(inputs[position], brightness(inputs)))
        elif inputs.ndim == 3:
            self._sequence = np.nan_to_num(inputs[position])
        self.setVisible(inputs.ndim in (3, 4))
        self.setFixedHeight(_PICTURE if inputs.ndim == 4 else _SEQUENCE)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(_PICTURE, _PICTURE)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._pixmap is not None:
            size = self._pixmap.size().scaled(
                min(_PICTURE, self.width()), self.height(), Qt.AspectRatioMode.KeepAspectRatio
            )
            smooth = size.width() < 2 * self._pixmap.width()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
            painter.drawPixmap(0, 0, size.width(), size.height(), self._pixmap)
        elif self._sequence is not None:
            box = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self._theme.colour("line"), 1))
            painter.setBrush(self._theme.colour("window"))
            painter.drawRoundedRect(box, 4, 4)
            low, high = float(self._sequence.min()), float(self._sequence.max())
            inside = box.adjusted(8, 8, -8, -8)
            paint_sequence(painter, inside, self._sequence, (low, high), self._theme)
        painter.end()
