"""How one number came about: rule, equation with its numbers, and where these came from."""

from __future__ import annotations

from functools import partial

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from nnstudio.explaining.derivations.catalogue import derivation, why_untold
from nnstudio.explaining.derivations.derivation import FEW, Derivation, Origin, Place, Window
from nnstudio.gui.explaining.inside import Inside
from nnstudio.gui.explaining.naming import place_text
from nnstudio.gui.explaining.tiles import Tiles
from nnstudio.gui.look.number_text import number_text, tabular
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.mathematics.formula_view import FormulaView

#: Cells of a window are at most so high, which is room for their numbers; and all of it.
_CELL, _MOST = 38, 124
#: From a link's side to its words.
_INSET = 5


class _Link(QPushButton):
    """A line that can be pressed; it is cut off rather than making the page wider."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setObjectName(name)
        self.setProperty("link", True)
        self.setProperty("line", True)
        self.setFont(tabular(self.font()))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._words = ""

    def say(self, words: str) -> None:
        """Show ``words``."""
        self._words = words
        self.setAccessibleName(words)
        self.setToolTip(f"{words}\nA click goes there")
        self._cut()

    def _cut(self) -> None:
        end, room = Qt.TextElideMode.ElideRight, max(0, self.width() - 2 * _INSET)
        self.setText(self.fontMetrics().elidedText(self._words, end, room))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._cut()


class DerivationView(QScrollArea):
    """Says of one number how the layer made it; a click on one of its origins goes there.

    Signals:
        followed: (node, place) that number of that layer is wanted.
        left: Escape was pressed.
    """

    followed = Signal(str, object)
    left = Signal()

    def __init__(self, theme: Theme, prefix: str) -> None:
        """``prefix`` begins the object name of each of its parts."""
        super().__init__()
        self.setObjectName(f"{prefix}_derivation")
        self.setAccessibleName("How the number came about")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(150)
        self.told: Derivation | None = None
        self._rule = FormulaView(theme, size=15.0, role="dim")
        self._rule.setObjectName(f"{prefix}_rule")
        self._equation = self._label(f"{prefix}_equation", "")
        self._equation.setFont(tabular(self._equation.font()))
        self._equation.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.window_tiles = Tiles(theme, f"{prefix}_window", "Numbers of the window", by_cell=True)
        self.window_tiles.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.window_tiles.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._words = self._label(f"{prefix}_words", "dim")
        self._from = self._label(f"{prefix}_from", "dim")
        self._origins = [_Link(f"{prefix}_origin_{k}") for k in range(FEW)]
        for k, link in enumerate(self._origins):
            link.clicked.connect(partial(self._follow, k))
        page = QWidget()
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(0, 0, 8, 0)
        self._column.setSpacing(8)
        for widget in (self._rule, self._equation, self.window_tiles, self._from):
            self._column.addWidget(widget)
        links = QVBoxLayout()
        links.setSpacing(2)
        for link in self._origins:
            links.addWidget(link)
        self._column.addLayout(links)
        self._column.addWidget(self._words)
        self._column.addStretch(1)
        self.setWidget(page)
        self.viewport().setAutoFillBackground(False)
        page.setAutoFillBackground(False)

    def _label(self, name: str, role: str) -> QLabel:
        label = QLabel()
        label.setObjectName(name)
        label.setTextFormat(Qt.TextFormat.PlainText)
        label.setWordWrap(True)
        if role:
            label.setProperty("role", role)
        return label

    # ------------------------------------------------------------------ what is shown

    def show_number(self, inside: Inside, node: str, place: Place) -> Derivation | None:
        """How the number at ``place`` of what ``node`` gives came about, if that can be told."""
        layer, step = inside.layer(node), inside.step(node)
        before = inside.before(node)
        value = float(inside.values(node)[place])
        self._inside, self._before, self.told = inside, before, None
        if np.isfinite(value):  # of numbers on their way to infinity nothing can be told
            v = inside.model.network.views(inside.model.workspace.flat)[inside.number[node]]
            xs = [inside.values(given) for given in before]
            self.told = derivation(layer, v, xs, place)
        told = self.told
        self._rule.show_formula(layer.formula if step.inputs else "")
        is_given = told is None or told.equation == "{x}"
        title = inside.titles[node]
        if told is None or is_given:
            self._equation.setText(f"{title} gives {number_text(value)}")
        else:
            self._equation.setText(f"{told.text(_written)} = {number_text(value)}")
        words = why_untold(layer) if told is None else told.words
        self._words.setText(words)
        self._words.setVisible(bool(words))
        self._show_window(None if told is None else told.window)
        self._show_origins(() if told is None else told.origins, 0 if told is None else told.count)
        self.setAccessibleDescription(self._equation.text())
        return told

    def _show_window(self, window: Window | None) -> None:
        tiles = self.window_tiles
        is_shown = window is not None and window.values.size > 1
        tiles.setVisible(is_shown)
        if window is None or not is_shown:
            return
        values = window.values
        tiles.setFixedHeight(min(_MOST, _CELL * values.shape[0]) + 2)
        tiles.show_tiles("window", values[np.newaxis])
        tiles.point(None if window.won is None else (0, *window.won))

    def _show_origins(self, origins: tuple[Origin, ...], count: int) -> None:
        inside = self._inside
        for link, origin in zip(self._origins, origins, strict=False):
            node = self._before[origin.input]
            where = f"{inside.titles[node]}, {place_text(inside, node, origin.place)}"
            link.say(f"{_sum_text(origin)}  ·  {where}")
        for k, link in enumerate(self._origins):
            link.setVisible(k < len(origins))
        is_cut = count > len(origins)
        self._from.setText(f"From {count:,} numbers, such as" if is_cut else "From")
        self._from.setVisible(bool(origins))

    def _follow(self, number: int) -> None:
        assert self.told is not None, "only what is told has origins"
        origin = self.told.origins[number]
        self.followed.emit(self._before[origin.input], origin.place)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)


def _written(value: float) -> str:
    """As numbers are read; what was counted is whole."""
    return f"{value:,}" if isinstance(value, int) else number_text(value)


def _sum_text(origin: Origin) -> str:
    """The number, and what it adds where it is weighed."""
    if origin.weight is None:
        return number_text(origin.value)
    weight, adds = number_text(origin.weight), number_text(origin.weight * origin.value)
    return f"{weight} × {number_text(origin.value)} = {adds}"
