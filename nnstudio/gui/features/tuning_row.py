"""The settings of an arrangement by neighbours: how many, from which seed, again or not at all."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QSpinBox, QToolButton, QWidget

from nnstudio.gui.look.icons import icon
from nnstudio.gui.look.theme import Theme
from nnstudio.training.neighbours import USUAL, Method

#: What the number of neighbours is called, with what it means.
NAMES: dict[Method, tuple[str, str]] = {
    "tsne": ("Perplexity", "About how many neighbours each point has"),
    "umap": ("Neighbours", "How many neighbours each point has"),
}


class TuningRow(QWidget):
    """A row of small controls.

    Attributes:
        seed: which start.

    Signals:
        changed: neighbours or seed are others.
        asked: it is to be arranged anew, or given up.
    """

    changed = Signal()
    asked = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.seed = 0
        self._neighbours: dict[Method, int] = dict(USUAL)
        self._method: Method = "tsne"
        self._name = QLabel()
        self._name.setProperty("role", "dim")
        self._number = QSpinBox()
        self._number.setObjectName("features_neighbours")
        self._number.setRange(2, 200)
        self._number.setFixedWidth(52)
        self._number.setKeyboardTracking(False)
        self._number.valueChanged.connect(self._take_number)
        self._name.setBuddy(self._number)
        self._other = QToolButton()
        self._other.setObjectName("features_seed")
        self._other.setAccessibleName("Another start")
        self._other.clicked.connect(self._take_seed)
        self._seed = QLabel()
        self._seed.setObjectName("features_seed_text")
        self._seed.setProperty("role", "dim")
        self._again = QToolButton()
        self._again.setObjectName("features_arrange")
        self._again.setProperty("segment", True)
        self._again.clicked.connect(self.asked)
        self._progress = QProgressBar()
        self._progress.setObjectName("features_progress")
        self._progress.setAccessibleName("How far the arrangement is")
        self._progress.setTextVisible(False)
        self._progress.setMinimumWidth(24)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        for widget in (self._name, self._number, self._other, self._seed, self._again):
            row.addWidget(widget)
        row.addWidget(self._progress, 1)
        row.addStretch()
        theme.changed.connect(self._dress)
        self._dress()

    @property
    def neighbours(self) -> int:
        """How many, for the method shown."""
        return self._neighbours[self._method]

    def show_method(self, method: Method) -> None:
        """Show the settings of this method."""
        self._method = method
        name, meaning = NAMES[method]
        self._name.setText(name)
        self._number.setAccessibleName(name)
        self._number.setToolTip(meaning)
        if self._number.value() != self.neighbours:
            self._number.setValue(self.neighbours)
        self._seed.setText(f"seed {self.seed}")
        begins = "the principal plane" if self.seed == 0 else "chance"
        self._other.setToolTip(f"Another start (this one: {begins}, seed {self.seed})")

    def show_progress(self, done: int, total: int, busy: bool) -> None:
        """How many pictures there have been, of how many; a single one tells nothing."""
        self._progress.setVisible(busy)
        self._progress.setRange(0, total if total > 1 else 0)
        self._progress.setValue(done)
        self._again.setText("Cancel" if busy else "Again")
        self._again.setAccessibleName("Stop arranging" if busy else "Arrange again")
        self._again.setToolTip(self._again.accessibleName())

    def _take_number(self, value: int) -> None:
        if value != self.neighbours:
            self._neighbours[self._method] = value
            self.changed.emit()

    def _take_seed(self) -> None:
        self.seed += 1
        self.changed.emit()

    def _dress(self) -> None:
        self._other.setIcon(icon("new-weights", self._theme, "text"))
