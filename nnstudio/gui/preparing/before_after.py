"""One training example before all preparation and after it."""

from __future__ import annotations

from html import escape

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QVBoxLayout, QWidget

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Dataset
from nnstudio.gui.look.number_text import number_text
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.looking.picture_image import brightness, picture_image
from nnstudio.messages import shape_text

#: Training examples that tell how bright prepared pictures are.
_LOOKED_AT = 64
#: Numbers of a row that are shown.
_NUMBERS = 4
#: How wide their names are at most, in pixels.
_NAME = 64


class BeforeAfter(QWidget):
    """Two pictures side by side, or a few numbers in two columns."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("data_before_after")
        self._pair = _Pair(theme)
        self._numbers = QLabel()
        self._numbers.setObjectName("data_before_after_numbers")
        self._numbers.setProperty("role", "dim")
        self._numbers.setTextFormat(Qt.TextFormat.RichText)
        self._numbers.setMinimumWidth(1)  # the panel is as wide as its dock
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 0)
        column.addWidget(self._pair)
        column.addWidget(self._numbers)

    def show_data(self, given: Dataset | None, data: PreparedData | None) -> None:
        """Show the first training example; nothing while there is none."""
        is_there = given is not None and data is not None and data.parts.train.size > 0
        self.setVisible(is_there)
        if given is None or data is None or not is_there:
            return
        rows = data.parts.train[:_LOOKED_AT]
        before = given.inputs[rows]
        after = data.preparation.inputs.apply(data.dataset.inputs[rows])
        are_pictures = before.ndim == after.ndim == 4
        self._pair.setVisible(are_pictures)
        self._numbers.setVisible(before.ndim == 2)
        if are_pictures:
            self._pair.show_pictures(before, after)
        elif before.ndim == 2:
            self._show_numbers(before[0], after[0], given.input_names)

    def _show_numbers(self, before: np.ndarray, after: np.ndarray, names: tuple[str, ...]) -> None:
        """The first numbers; the names of columns may be longer than the panel is wide."""
        names = (names or tuple(f"x{k + 1}" for k in range(len(before))))[:_NUMBERS]
        metrics, right = self._numbers.fontMetrics(), Qt.TextElideMode.ElideRight
        short = tuple(metrics.elidedText(name, right, _NAME) for name in names)
        self._numbers.setText(_table(before, after, short))
        self._numbers.setToolTip("" if short == names else ", ".join(names))


class _Pair(QWidget):
    """The pictures, with shape and range beneath."""

    _GAP, _WORDS, _MOST = 16, 48, 96

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("data_before_after_pictures")
        self._theme = theme
        self._images: list[QImage] = []
        self._words: list[tuple[str, ...]] = []
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def show_pictures(self, before: np.ndarray, after: np.ndarray) -> None:
        self._images = [
            picture_image(before[0], brightness(before)),
            picture_image(after[0], _limits(after)),
        ]
        self._words = [
            ("Before", shape_text(before.shape[1:]), _range(before)),
            ("After", shape_text(after.shape[1:]), _range(after)),
        ]
        self.setAccessibleName("An example before and after preparation")
        self.setAccessibleDescription("; ".join(" ".join(words) for words in self._words))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(2 * self._MOST + self._GAP, self._MOST + self._WORDS)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self._theme.colour("dim"))
        font = self.font()
        font.setPixelSize(11)
        painter.setFont(font)
        wide = (self.width() - self._GAP) / 2
        side = min(wide, self._MOST)
        step = min(wide + self._GAP, 160.0)
        for place, (image, words) in enumerate(zip(self._images, self._words, strict=True)):
            left = place * step
            scale = side / max(image.width(), image.height())
            size = image.width() * scale, image.height() * scale
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, scale < 1)
            painter.drawImage(QRectF(left, 0, *size), image)
            for line, text in enumerate(words):
                beneath = QRectF(left, side + 3 + 14 * line, step - 4, 15)
                painter.drawText(beneath, Qt.AlignmentFlag.AlignLeft, text)
        painter.end()


def _limits(values: np.ndarray) -> tuple[float, float]:
    low, high = float(values.min()), float(values.max())
    return low, high if high > low else low + 1


def _range(values: np.ndarray) -> str:
    return f"{_short(values.min())} to {_short(values.max())}"


def _short(value: float) -> str:
    """Whole numbers as such."""
    return f"{value:,.0f}".replace("-", "−") if value == int(value) else number_text(value)


def _table(before: np.ndarray, after: np.ndarray, names: tuple[str, ...]) -> str:
    """The numbers of an example that have ``names``, each before and after."""
    head = "<tr><td></td><td align=right>before</td><td align=right>after</td></tr>"
    rows = "".join(
        f"<tr><td>{escape(name)}</td><td align=right>{number_text(old)}</td>"
        f"<td align=right>{number_text(new)}</td></tr>"
        for name, old, new in zip(names, before, after, strict=False)
    )
    return f"<table cellspacing=0 cellpadding=3>{head}{rows}</table>"
