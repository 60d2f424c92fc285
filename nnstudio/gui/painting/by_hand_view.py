"""What the data panel shows of data made by hand: the painter, the paper or the wall for it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QPushButton, QVBoxLayout, QWidget

from nnstudio.data.sources import ByHand, Drawings, Pairs, Points
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.painting.curve_painter import CurvePainter
from nnstudio.gui.painting.points_painter import PointsPainter
from nnstudio.gui.painting.sign_wall import SignWall
from nnstudio.gui.workbench import Workbench


class ByHandView(QWidget):
    """Hidden unless the project's data is made by hand. Each part is made when it is needed."""

    def __init__(
        self,
        workbench: Workbench,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        is_large: bool = False,
    ) -> None:
        """``is_large``: it stands in a window of its own already."""
        super().__init__(parent)
        self.setObjectName("by_hand_large" if is_large else "by_hand")
        self._workbench, self._theme = workbench, theme
        self._parts: dict[type[ByHand], QWidget] = {}
        self._window: QDialog | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._larger = QPushButton("In a larger window…", self)
        self._larger.setObjectName("by_hand_larger")
        self._larger.setProperty("link", True)
        self._larger.setVisible(not is_large)
        self._larger.clicked.connect(self.show_large)
        self._column.addWidget(self._larger, 0, Qt.AlignmentFlag.AlignLeft)
        workbench.project_changed.connect(self._follow)
        self._show(workbench.project.data.source)

    @property
    def is_used(self) -> bool:
        """Whether the project's data is made here, so that it is seen here too."""
        return isinstance(self._workbench.project.data.source, ByHand)

    @property
    def is_empty(self) -> bool:
        """Whether that is so and there is no example yet, which the view itself says."""
        source = self._workbench.project.data.source
        return isinstance(source, ByHand) and not source.size

    def show_large(self) -> None:
        """The same in a window of its own, where the hand has more room."""
        if self._window is None:
            self._window = QDialog(self.window())
            self._window.setObjectName("by_hand_window")
            column = QVBoxLayout(self._window)
            column.setContentsMargins(16, 16, 16, 16)
            view = ByHandView(self._workbench, self._theme, self._window, is_large=True)
            column.addWidget(view)
            column.addStretch(1)
            self._window.resize(520, 640)
        self._window.setWindowTitle(self._workbench.project.data.source.title)
        if self._window.isVisible():
            self._window.raise_()
        self._window.show()

    def _follow(self, old: Any, new: Any) -> None:
        if old.data.source is not new.data.source:
            self._show(new.data.source)

    def _show(self, source: object) -> None:
        self.setVisible(isinstance(source, ByHand))
        if self._window is not None and not isinstance(source, ByHand):
            self._window.hide()
        for kind, part in self._parts.items():
            part.setVisible(isinstance(source, kind))
        match source:
            case Points():
                self._part(Points, PointsPainter).show_source(source)
            case Pairs():
                self._part(Pairs, CurvePainter).show_source(source)
            case Drawings():
                self._part(Drawings, SignWall).show_source(source)

    def _part(self, kind: type[ByHand], made_by: Any) -> Any:
        if kind not in self._parts:
            self._parts[kind] = made_by(self._workbench, self._theme, self)
            self._column.insertWidget(0, self._parts[kind])
        return self._parts[kind]
