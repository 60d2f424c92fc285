"""What decides about a landscape: which plane, which part of the data, how much of it is seen."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSlider, QToolButton, QWidget

from nnstudio.gui.look.chooser import chooser
from nnstudio.gui.look.icons import icon
from nnstudio.gui.look.theme import Theme

PLANES = {
    "path": "Path of the run",
    "random": "Random directions",
    "path line": "Start to end",
    "random line": "One direction",
}
PARTS = {"train": "Training", "validation": "Validation"}
#: The range goes from an eighth of the usual one to eight times as much: so many quarters of a
#: doubling.
_ZOOM = 12
#: After a change of the range so many milliseconds may pass before the next one.
_SETTLE = 250


class LandscapeSettings(QObject):
    """Two groups of controls, which the panel puts where there is room.

    Attributes:
        choices, tuning: the groups.
        seed: of random directions.

    Signals:
        changed: something else is to be measured.
        asked: measure it again, or stop.
    """

    changed = Signal()
    asked = Signal()

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self._theme = theme
        self.seed = 0
        self._wanted_plane = ""
        self._shown: tuple[str, int, bool] | None = None
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE)
        self._settle.timeout.connect(self.changed)
        self._plane = chooser("landscape_plane", "Plane through the weights", PLANES)
        self._plane.activated.connect(self._choose_plane)
        self._part = chooser("landscape_part", "Part of the data whose loss it is", PARTS)
        self._part.activated.connect(self.changed)
        self._other = QToolButton()
        self._other.setObjectName("landscape_seed")
        self._other.setAccessibleName("Other random directions")
        self._other.clicked.connect(self._choose_seed)
        self._range = QSlider(Qt.Orientation.Horizontal)
        self._range.setObjectName("landscape_range")
        self._range.setAccessibleName("How much of the plane is seen")
        self._range.setToolTip("How much of the plane is seen; the wheel on the map does the same")
        self._range.setRange(-_ZOOM, _ZOOM)
        self._range.setPageStep(4)
        self._range.setMinimumWidth(64)
        self._range.setMaximumWidth(120)
        self._range.valueChanged.connect(self._zoomed)
        self._range_text = QLabel()
        self._range_text.setObjectName("landscape_range_text")
        self._range_text.setProperty("role", "dim")
        self._range_text.setMinimumWidth(36)
        self._measure = QToolButton()
        self._measure.setObjectName("landscape_measure")
        self._measure.setProperty("segment", True)
        self._measure.clicked.connect(self.asked)
        self.choices = _row(self._plane, self._part)
        self.tuning = _row(self._other, self._range, self._range_text, self._measure)
        theme.changed.connect(self._dress)
        self._dress()
        self._say_range()
        self.show_busy(False)

    # ------------------------------------------------------------------ what is chosen

    @property
    def plane(self) -> str:
        """One of :data:`PLANES`."""
        return str(self._plane.currentData())

    @property
    def follows(self) -> bool:
        """Whether it is the run's own, rather than a random one."""
        return self.plane.startswith("path")

    @property
    def cuts(self) -> bool:
        """Whether it is a line."""
        return self.plane.endswith("line")

    @property
    def part(self) -> str:
        """``train`` or ``validation``."""
        return str(self._part.currentData())

    @property
    def reach(self) -> float:
        """How much of the plane is seen: 1 for the usual."""
        return float(2.0 ** (self._range.value() / 4))

    @property
    def values(self) -> tuple[object, ...]:
        """All that decides what is measured."""
        return self.plane, self.part, 0 if self.follows else self.seed, self.reach

    @property
    def is_settling(self) -> bool:
        """Whether the range is being changed."""
        return self._settle.isActive()

    def zoom(self, steps: int) -> None:
        """See less of the plane, larger; more of it for a negative number."""
        self._range.setValue(self._range.value() - steps)

    # ------------------------------------------------------------------ what there is

    def suit(self, has_path: bool, has_validation: bool) -> None:
        """Offer what there is; what the user chose stays."""
        plane = self._wanted_plane or ("path" if has_path else "random")
        now = (plane, self.seed, has_validation)
        if now == self._shown:
            return
        self._shown = now
        self._plane.setCurrentIndex(self._plane.findData(plane))
        self._part.setVisible(has_validation)
        if not has_validation:
            self._part.setCurrentIndex(0)
        self._other.setToolTip(f"Other random directions (these: seed {self.seed})")
        self._other.setVisible(not self.follows)

    def show_busy(self, busy: bool) -> None:
        """The last button begins what is not going on, and ends what is."""
        words = "Stop measuring" if busy else "Measure the landscape again"
        self._measure.setText("Cancel" if busy else "Measure")
        self._measure.setAccessibleName(words)
        self._measure.setToolTip(words)

    def _choose_plane(self) -> None:
        self._wanted_plane = self.plane
        self.changed.emit()

    def _choose_seed(self) -> None:
        self.seed += 1
        self.changed.emit()

    def _zoomed(self) -> None:
        self._say_range()
        self._settle.start()

    def _say_range(self) -> None:
        self._range_text.setText(f"× {self.reach:.2g}")

    def _dress(self) -> None:
        self._other.setIcon(icon("new-weights", self._theme, "text"))


def _row(*widgets: QWidget) -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    for widget in widgets:
        row.addWidget(widget)
    return holder
