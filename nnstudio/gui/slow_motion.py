"""Slow motion: so few batches a second that each can be watched. A choice of the menus and header.

It belongs to the window, not to the project: it changes nothing that is computed.
"""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from nnstudio.gui.runner import Runner

#: Batches a second to choose from; ``None`` is full speed.
PACES = (None, 25, 10, 5, 2, 1)


def pace_text(pace: float | None) -> str:
    """A pace in words."""
    if pace is None:
        return "Full speed"
    return f"{pace:g} batch{'es' if pace != 1 else ''} a second"


def fill(menu: QMenu, runner: Runner) -> None:
    """Let ``menu`` offer all paces, the present one marked."""
    group = QActionGroup(menu)
    for pace in PACES:
        action = QAction(pace_text(pace), menu)
        action.setCheckable(True)
        action.setChecked(pace == runner.pace)
        action.setObjectName(f"action_pace_{pace or 'full'}")
        action.triggered.connect(partial(runner.set_pace, pace))
        group.addAction(action)
        menu.addAction(action)
        if pace is None:
            menu.addSeparator()

    def mark() -> None:
        for pace, action in zip(PACES, group.actions(), strict=True):
            action.setChecked(pace == runner.pace)

    runner.paced.connect(mark, Qt.ConnectionType.DirectConnection)


class PaceButton(QToolButton):
    """Opens the choice; while slow motion is on it says so, with the pace."""

    def __init__(self, runner: Runner, parent: QWidget) -> None:
        super().__init__(parent)
        self._runner = runner
        self._is_roomy = True
        self.setObjectName("pace_button")
        self.setIconSize(QSize(20, 20))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        menu.setObjectName("pace_menu")
        fill(menu, runner)
        self.setMenu(menu)
        runner.paced.connect(self.update_state)
        self.update_state()

    def set_roomy(self, is_roomy: bool) -> None:
        """Whether there is room for the icon beside the pace."""
        self._is_roomy = is_roomy
        self.update_state()

    def update_state(self) -> None:
        """Show the present pace."""
        pace = self._runner.pace
        is_slow = pace is not None
        self.setText(f"{pace:g}/s" if is_slow else "")
        styles = Qt.ToolButtonStyle
        told = styles.ToolButtonTextBesideIcon if self._is_roomy else styles.ToolButtonTextOnly
        self.setToolButtonStyle(told if is_slow else styles.ToolButtonIconOnly)
        words = f"Slow motion: {pace_text(pace)}" if is_slow else "Slow motion"
        self.setAccessibleName(words)
        self.setToolTip(words)
        self.setProperty("slow", is_slow)
        self.style().unpolish(self)
        self.style().polish(self)
