"""The popup at a card's badge: what is wrong there, and the button that mends it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from nnstudio.graph.analysis import Problem
from nnstudio.gui.fix_button import FixButton
from nnstudio.gui.look.notice import Notice
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.workbench import Workbench

_WIDTH = 280


class ProblemPopup(QFrame):
    """The sentences and one fix; gone with Escape, a click elsewhere, or when it is mended."""

    def __init__(self, workbench: Workbench, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("problem_popup")
        self.setAccessibleName("Problem")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._workbench = workbench
        self._theme = theme
        self._notice = Notice("problem_popup_text", theme)
        self._fix = FixButton(workbench, "problem_popup_fix")
        self._fix.installEventFilter(self)
        self.installEventFilter(self)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(8)
        column.addWidget(self._notice)
        column.addWidget(self._fix, 0, Qt.AlignmentFlag.AlignLeft)
        workbench.problems_changed.connect(self._follow)
        theme.changed.connect(self._dress)
        self._dress()
        self.hide()

    def open(self, nodes: Collection[str], at: QPoint) -> None:
        """Say what is wrong with these nodes, near ``at``, a place in the parent."""
        problems = [problem for problem in self._workbench.problems if problem.node in nodes]
        if not problems:
            return
        self._say(problems)
        parent = self.parentWidget()
        assert parent is not None
        self.setFixedWidth(min(_WIDTH, parent.width() - 16))
        self.setFixedHeight(self._column.heightForWidth(self.width()))
        x = max(8, min(at.x() - self.width() // 2, parent.width() - self.width() - 8))
        below = at.y() + 16
        fits = below + self.height() <= parent.height() - 8
        self.move(x, below if fits else max(8, at.y() - self.height() - 16))
        self.show()
        self.raise_()
        face = self._fix if self._fix.isVisible() else self
        face.setFocus(Qt.FocusReason.PopupFocusReason)

    def _say(self, problems: Sequence[Problem]) -> None:
        severity = "error" if any(p.severity == "error" for p in problems) else "warning"
        self._notice.say("\n".join(map(str, problems)), severity)
        self._fix.offer(problems)

    def _follow(self) -> None:
        """What it spoke of may be mended: it has nothing more to say."""
        if self.isVisible():
            self._close()

    def _close(self) -> None:
        parent = self.parentWidget()
        assert parent is not None
        self.hide()
        parent.setFocus(Qt.FocusReason.PopupFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Escape, Enter on the button, and leaving it."""
        if event.type() == QEvent.Type.FocusOut and self.isVisible():
            self.hide()
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() == Qt.Key.Key_Escape:
                self._close()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and watched is self._fix:
                self._fix.click()
                return True
        return False

    def _dress(self) -> None:
        c = self._theme.colours
        self.setStyleSheet(
            f"#problem_popup {{ background: {c.panel}; border: 1px solid {c.line};"
            f" border-radius: 8px; }}"
        )
