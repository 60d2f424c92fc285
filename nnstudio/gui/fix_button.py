"""The button that mends a problem: it says what it will do, and is there only if there is a way."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtWidgets import QMenu, QPushButton, QWidget

from nnstudio.graph.analysis import Problem
from nnstudio.gui.workbench import Workbench


class FixButton(QPushButton):
    """Takes the way out of the first of some problems that has one."""

    def __init__(self, workbench: Workbench, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("fix", True)
        self._workbench = workbench
        self._problem: Problem | None = None
        self.clicked.connect(self._mend)
        self.hide()

    def offer(self, problems: Sequence[Problem]) -> bool:
        """Offer to mend one of ``problems``; hidden, and False, where nothing obvious mends any."""
        for problem in problems:
            fix = self._workbench.fix_for(problem)
            if fix is not None:
                self._problem = problem
                self.setText(fix.label)
                self.setAccessibleDescription(f"Mends: {problem}")
                self.setToolTip(f"Mends: {problem}")
                self.show()
                return True
        self._problem = None
        self.hide()
        return False

    def _mend(self) -> None:
        if self._problem is not None:
            self._workbench.mend(self._problem)


def offer_fixes(menu: QMenu, workbench: Workbench, node: str) -> None:
    """Offer in ``menu`` what mends the problems of ``node``, as its buttons do."""
    for problem in workbench.problems:
        fix = workbench.fix_for(problem) if problem.node == node else None
        if fix is not None:
            menu.addAction(fix.label, partial(workbench.mend, problem))
