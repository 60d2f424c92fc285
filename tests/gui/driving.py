"""Hands and eyes for tests: finds controls by name, moves the mouse, answers message boxes."""

from __future__ import annotations

import os
import threading

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

LEFT = Qt.MouseButton.LeftButton


def child(window: QWidget, name: str) -> QWidget:
    """The one widget of ``window`` with this object name."""
    found = window.findChildren(QWidget, name)
    assert len(found) == 1, f"{len(found)} widgets are called {name}"
    return found[0]


def click(window: QWidget, name: str) -> None:
    """Click a control as a user does: it must be there, visible and enabled."""
    widget = child(window, name)
    assert widget.isVisible(), f"{name} is not visible"
    assert widget.isEnabled(), f"{name} is not enabled"
    QTest.mouseClick(widget, LEFT)


def drag(widget: QWidget, start: QPoint, end: QPoint, steps: int = 8) -> None:
    """Press at ``start``, move in small steps, release at ``end``."""
    QTest.mousePress(widget, LEFT, Qt.KeyboardModifier.NoModifier, start)
    for i in range(1, steps + 1):
        QTest.mouseMove(widget, start + (end - start) * i / steps)
        QApplication.processEvents()
    QTest.mouseRelease(widget, LEFT, Qt.KeyboardModifier.NoModifier, end)
    QApplication.processEvents()


def current_test() -> str:
    """The name of the test that runs now, whichever stage it is in."""
    return os.environ.get("PYTEST_CURRENT_TEST", "").rpartition(" ")[0]


def answer_next_box(button: QMessageBox.StandardButton) -> list[str]:
    """Click ``button`` in the next message box; the list that is returned gets the box's text.

    A box that never comes isn't waited for beyond the test: another test's would be answered.
    """
    seen: list[str] = []
    test = current_test()

    def look() -> None:
        if current_test() != test:
            return
        box = QApplication.activeModalWidget()
        if isinstance(box, QMessageBox):
            seen.append(box.text())
            QTest.mouseClick(box.button(button), LEFT)
        else:
            QTimer.singleShot(20, look)

    QTimer.singleShot(0, look)
    return seen


def training_threads() -> list[str]:
    """The names of our threads that are alive."""
    return [t.name for t in threading.enumerate() if t.name.startswith("nnstudio")]
