"""The controls that build a curve up unit by unit: a slider, a button that plays it, a number."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from nnstudio.gui.look.icons import icon
from nnstudio.gui.look.theme import Theme

#: How long playing takes, in milliseconds, and how long one unit is shown at least and at most.
_PLAYS, _SHORTEST, _LONGEST = 5000, 60, 500


class BuildUp(QWidget):
    """How many units are added up.

    Signals:
        changed: another number of units.
    """

    changed = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("function_build")
        self._theme = theme
        self._units = 0
        self._play = QToolButton()
        self._play.setObjectName("function_build_play")
        self._play.clicked.connect(self._toggle)
        self._slider = QSlider(Qt.Orientation.Horizontal)
        self._slider.setObjectName("function_build_slider")
        self._slider.setAccessibleName("How many units are added up")
        self._slider.setToolTip("Add up only the first units, those that bend the curve most")
        self._slider.valueChanged.connect(self._moved)
        self._text = QLabel()
        self._text.setObjectName("function_build_text")
        self._text.setProperty("role", "dim")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self._play)
        row.addWidget(self._slider, 1)
        row.addWidget(self._text)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._next)
        theme.changed.connect(self._dress)
        self._dress()

    @property
    def count(self) -> int:
        """How many units are added up."""
        return self._slider.value()

    def show_units(self, units: int) -> None:
        """Offer so many; all of them are added up until the slider is moved."""
        if units == self._units:
            return
        self._units = units
        self._timer.stop()
        self._slider.blockSignals(True)
        self._slider.setRange(0, units)
        self._slider.setValue(units)
        self._slider.blockSignals(False)
        self._tell()

    def _toggle(self) -> None:
        if self._timer.isActive():
            self._timer.stop()
        else:
            if self.count >= self._units:
                self._slider.setValue(0)
            self._timer.start(min(_LONGEST, max(_SHORTEST, _PLAYS // max(1, self._units))))
        self._tell()

    def _next(self) -> None:
        self._slider.setValue(self.count + 1)
        if self.count >= self._units:
            self._timer.stop()
            self._tell()

    def _moved(self) -> None:
        self._tell()
        self.changed.emit()

    def _tell(self) -> None:
        whole = f"of {self._units:,} unit" + ("s" if self._units != 1 else "")
        self._text.setText(f"{self.count:,} {whole}")
        room = self._text.fontMetrics().horizontalAdvance(f"{self._units:,} {whole}")
        self._text.setMinimumWidth(room)  # so that the slider doesn't move
        self._dress()

    def hideEvent(self, event: object) -> None:
        """Nothing plays that can't be seen."""
        self._timer.stop()
        self._dress()

    def _dress(self) -> None:
        plays = self._timer.isActive()
        self._play.setIcon(icon("pause" if plays else "run", self._theme))
        words = "Pause" if plays else "Add up the units one by one, largest first"
        self._play.setToolTip(words)
        self._play.setAccessibleName(words)
