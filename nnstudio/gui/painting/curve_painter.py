"""Drawing a curve: tools, the paper, and the table of its pairs."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.data.sources import Pairs
from nnstudio.gui.look.notice import Notice
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.painting.curve_paper import CurvePaper
from nnstudio.gui.painting.gesture import Gesture
from nnstudio.gui.painting.pairs_table import PairsTable
from nnstudio.gui.workbench import Workbench
from nnstudio.messages import StudioError

Place = tuple[float, float]

#: Each tool: its name, what it does, and what undo calls it.
TOOLS = {
    "draw": ("Draw", "Draw y over x: what was there is replaced", "Draw curve"),
    "move": ("Move", "Drag single points", "Move point"),
    "erase": ("Erase", "Erase points (or the right button)", "Erase pairs"),
}


class CurvePainter(QWidget):
    """Edits the project's :class:`Pairs`."""

    def __init__(self, workbench: Workbench, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("curve_painter")
        self._source = self._before = Pairs()
        self._line: list[Place] = []
        self._using, self._held = "", -1
        self._gesture = Gesture(workbench, self)
        self._paper = CurvePaper(theme)
        self._table = PairsTable()
        self._notice = Notice("pairs_error", theme)
        self._count = QLabel()
        self._count.setObjectName("pairs_count")
        self._count.setProperty("role", "dim")
        self._paste = self._link("pairs_paste", "Paste", "Add two columns from the clipboard")
        self._clear = self._link("pairs_clear", "Clear", "Take all pairs away")
        below = QHBoxLayout()
        below.setSpacing(4)
        below.addWidget(self._count, 1)
        below.addWidget(self._paste)
        below.addWidget(self._clear)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(self._tools())
        column.addWidget(self._paper)
        column.addLayout(below)
        column.addWidget(self._notice)
        column.addWidget(self._table)
        self._paste.clicked.connect(self._table.paste)
        self._clear.clicked.connect(lambda: self._set("Clear pairs", ()))
        self._paper.began.connect(self._begin)
        self._paper.moved.connect(self._move)
        self._paper.ended.connect(self._end)
        self._table.pairs_model.edited.connect(self._set)
        self._table.refused.connect(self._notice.say)
        self.show_source(self._source)

    def _tools(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(2)
        self._group = QButtonGroup(self)
        for name, (text, tip, _) in TOOLS.items():
            button = QToolButton(self)
            button.setObjectName(f"curve_{name}")
            button.setProperty("chip", "tool")
            button.setText(text)
            button.setToolTip(tip)
            button.setAccessibleName(tip.split(" (")[0].split(":")[0])
            button.setCheckable(True)
            button.setChecked(name == "draw")
            button.clicked.connect(lambda _=False, name=name: self.choose(name))
            self._group.addButton(button)
            row.addWidget(button)
        row.addStretch(1)
        return row

    def _link(self, name: str, text: str, tip: str) -> QPushButton:
        button = QPushButton(text, self)
        button.setObjectName(name)
        button.setProperty("link", True)
        button.setAutoDefault(False)  # Enter belongs to what is typed
        button.setAccessibleName(tip)
        button.setToolTip(tip)
        return button

    def choose(self, tool: str) -> None:
        """Use this tool from now on."""
        self._paper.tool = tool
        cursor = Qt.CursorShape.SizeAllCursor if tool == "move" else Qt.CursorShape.CrossCursor
        self._paper.setCursor(cursor)

    # ------------------------------------------------------------------ showing

    def show_source(self, source: Pairs) -> None:
        """Show the pairs as they are in the project."""
        self._source = source
        self._paper.show_pairs(source, self._line)
        if not self._using:  # while the hand draws, the table would only flicker
            self._table.show_pairs(source)
        self._clear.setEnabled(source.size > 0)
        plural = "" if source.size == 1 else "s"
        self._count.setText(f"{source.size:,} pair{plural}" if source.size else "No pairs yet")

    # ------------------------------------------------------------------ drawing

    def _begin(self, tool: str) -> None:
        self._notice.say("")
        self._using, self._before, self._held = tool, self._source, -1
        self._gesture.begin(TOOLS[tool][2])

    def _move(self, place: Place) -> None:
        if self._using == "draw":
            self._line.append(place)
            self._take(lambda: self._before.drawn_over(self._line))
            return
        found = self._paper.near(self._paper.places, place)
        if self._using == "erase" and len(found):
            gone = set(found.tolist())
            kept = [pair for k, pair in enumerate(self._source.pairs) if k not in gone]
            self._take(lambda: self._source.with_pairs(kept))
        elif self._using == "move":
            if self._held < 0 and len(found):
                self._held = int(found[0])
            if self._held >= 0:
                pairs = list(self._source.pairs)
                pairs[self._held] = (round(place[0], 6), round(place[1], 6))
                self._take(lambda: self._source.with_pairs(pairs))

    def _take(self, edit: Callable[[], Pairs]) -> None:
        try:
            source = edit()
        except StudioError as error:
            self._notice.say(str(error))
            return
        self.show_source(source)
        self._gesture.put(source)

    def _end(self) -> None:
        self._using, self._line = "", []
        self._gesture.end()
        self.show_source(self._source)

    def _set(self, label: str, pairs: tuple[Place, ...]) -> None:
        """Other pairs, by table or clipboard."""
        try:
            source = self._source.with_pairs(pairs)
        except StudioError as error:
            self._notice.say(str(error))
            return
        self._notice.say("")
        self._gesture.do(label, source)
