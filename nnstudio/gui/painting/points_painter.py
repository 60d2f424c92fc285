"""Painting points: colours to choose from, the plane, and how many points there are."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPen, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.data.sources import Points
from nnstudio.data.sources.by_hand import MOST
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.painting.gesture import Gesture
from nnstudio.gui.painting.plane import Plane, point_colours
from nnstudio.gui.workbench import Workbench

_CHIP, _DOT = 22, 14


class PointsPainter(QWidget):
    """Edits the project's :class:`Points`."""

    def __init__(self, workbench: Workbench, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("points_painter")
        self._theme = theme
        self._source = Points()
        self._colour = 0
        self._gesture = Gesture(workbench, self)
        self._plane = Plane(theme)
        self._chips = [self._chip(number) for number in range(8)]
        self._group = QButtonGroup(self)
        chips = QHBoxLayout()
        chips.setSpacing(1)
        for number, chip in enumerate(self._chips):
            self._group.addButton(chip, number)
            chips.addWidget(chip)
        chips.addStretch(1)
        self._group.idClicked.connect(self.choose)
        self._eraser = self._link("paint_eraser", "Erase", "Erase points (E, or the right button)")
        self._eraser.setCheckable(True)
        self._eraser.clicked.connect(lambda on: self.choose(-1 if on else self._colour))
        self._clear = self._link("paint_clear", "Clear", "Take all points away")
        self._clear.clicked.connect(self._clear_all)
        self._count = QLabel()
        self._count.setObjectName("paint_count")
        self._count.setProperty("role", "dim")
        self._count.setWordWrap(True)
        below = QHBoxLayout()
        below.setSpacing(4)
        below.addWidget(self._count, 1)
        below.addWidget(self._eraser, 0, Qt.AlignmentFlag.AlignTop)
        below.addWidget(self._clear, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(chips)
        column.addWidget(self._plane)
        column.addLayout(below)
        self._plane.began.connect(self._begin)
        self._plane.painted.connect(self._paint)
        self._plane.erased.connect(self._erase)
        self._plane.ended.connect(self._gesture.end)
        self._plane.chosen.connect(self.choose)
        theme.changed.connect(self._dress)
        self.show_source(self._source)
        self.choose(0)

    def _chip(self, number: int) -> QToolButton:
        chip = QToolButton(self)
        chip.setObjectName(f"paint_colour_{number + 1}")
        chip.setProperty("chip", "colour")
        chip.setCheckable(True)
        chip.setFixedSize(_CHIP, _CHIP)
        chip.setIconSize(QSize(_DOT, _DOT))
        return chip

    def _link(self, name: str, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setProperty("link", True)
        button.setAutoDefault(False)  # Enter belongs to what is typed
        button.setAccessibleName(tip.split(" (")[0])
        button.setToolTip(tip)
        return button

    # ------------------------------------------------------------------ showing

    def show_source(self, source: Points) -> None:
        """Show the points as they are in the project."""
        colours_changed = (source.colours, source.task) != (self._source.colours, self._source.task)
        self._source = source
        self._plane.show_points(source)
        self._clear.setEnabled(source.size > 0)
        self._count.setText(self._counted())
        if colours_changed or not self._chips[0].toolTip():
            self._dress()

    def _counted(self) -> str:
        """How many points, and what is missing to learn from them."""
        source = self._source
        if not source.size:
            return "No points yet"
        if source.size >= MOST:
            return f"{source.size:,} points: the plane is full"
        plural = "" if source.size == 1 else "s"
        text = f"{source.size:,} point{plural}"
        if len(used := set(source.labels)) == 1 and source.task == "classes":
            return f"{text}, all of {source.classes[min(used)]}: paint another"
        return text

    def _dress(self) -> None:
        colours = point_colours(self._source, self._theme.colours)
        for number, chip in enumerate(self._chips):
            chip.setVisible(number < len(colours))
            if number >= len(colours):
                continue
            name = self._name_of(number)
            chip.setIcon(_dot(colours[number], self._theme, self.devicePixelRatioF()))
            chip.setAccessibleName(f"Paint {name}")
            chip.setToolTip(f"{name.capitalize()} (key {number + 1})")
        if self._colour >= len(colours):
            self.choose(0)

    def _name_of(self, number: int) -> str:
        source = self._source
        if source.classes:
            return source.classes[number]
        value = 2 * number / (source.colours - 1) - 1
        return f"y = {value:.3g}".replace("-", "−")

    # ------------------------------------------------------------------ painting

    def choose(self, number: int) -> None:
        """Paint in this colour from now on; −1: erase."""
        if number >= self._source.colours:
            return
        erases = number < 0
        self._colour = self._colour if erases else number
        self._eraser.setChecked(erases)
        self._plane.tool = "erase" if erases else "paint"
        self._group.setExclusive(not erases)
        for place, chip in enumerate(self._chips):
            chip.setChecked(place == number)

    def _begin(self, tool: str) -> None:
        self._gesture.begin("Erase points" if tool == "erase" else "Paint points")

    def _paint(self, places: list[tuple[float, float]]) -> None:
        self._put(self._source.with_points(places, self._colour))

    def _erase(self, numbers: list[int]) -> None:
        self._put(self._source.without(numbers))

    def _put(self, source: Points) -> None:
        self.show_source(source)
        self._gesture.put(source)

    def _clear_all(self) -> None:
        self._gesture.do("Clear points", self._source.without(range(self._source.size)))
        self._plane.setFocus()


def _dot(colour: str, theme: Theme, ratio: float) -> QIcon:
    """A disc of this colour."""
    picture = QPixmap(round(_DOT * ratio), round(_DOT * ratio))
    picture.setDevicePixelRatio(ratio)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.colour("panel"), 1))
    painter.setBrush(QColor(colour))
    painter.drawEllipse(QPointF(_DOT / 2, _DOT / 2), _DOT / 2 - 1, _DOT / 2 - 1)
    painter.end()
    return QIcon(picture)
