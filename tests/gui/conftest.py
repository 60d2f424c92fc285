"""The real main window, driven by mouse and keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pytestqt.qtbot import QtBot

if TYPE_CHECKING:
    from canvas_hand import Hand

    from nnstudio.graph.model import Graph
    from nnstudio.gui.main_window import MainWindow

Opener = Callable[..., "MainWindow"]


#: So many milliseconds are waited for what should happen at once: the machine may be busy.
PATIENCE = 30_000


class PatientBot(QtBot):
    """Gives up later than usual, and goes on as soon as ever."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = PATIENCE) -> None:
        """Until the callback returns true."""
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = PATIENCE, **options: Any) -> Any:
        """Until the signal is emitted, within a ``with`` block."""
        return super().waitSignal(signal, timeout=timeout, **options)


@pytest.fixture
def qtbot(qapp: object, request: pytest.FixtureRequest) -> QtBot:
    """The mouse, the keyboard and the patience of who tests the window."""
    return PatientBot(request)


@pytest.fixture(autouse=True)
def nothing_stays_open() -> Iterator[None]:
    """Whatever a test leaves on the screen is closed, and destroyed if it waits for that.

    A dialog or menu that stayed open would keep the keyboard from the windows of later tests.
    """
    yield
    from PySide6.QtCore import QEvent
    from PySide6.QtWidgets import QApplication

    if QApplication.instance() is None:
        return
    while (popup := QApplication.activePopupWidget()) is not None and popup.close():
        pass
    for widget in QApplication.topLevelWidgets():
        widget.hide()  # not close(): a window may ask whether to save
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)


@pytest.fixture
def open_window(qtbot: QtBot) -> Iterator[Opener]:
    """Builds and shows the main window on a file; closed without a question at the end."""
    from nnstudio.gui.app import build_window

    windows: list[MainWindow] = []

    def build(path: str | Path | None = None, *, size: tuple[int, int] = (1280, 800)) -> MainWindow:
        window = build_window(path, theme="light")
        windows.append(window)
        window.resize(*size)
        window.show()
        qtbot.waitExposed(window)
        qtbot.waitUntil(lambda: not window.workbench.is_loading)
        return window

    yield build
    for window in windows:
        window.workbench.runner.finish()
        window.workbench.document.mark_saved()
        window.close()
        window.deleteLater()


@pytest.fixture
def canvas(qtbot: QtBot) -> Iterator[Callable[..., Hand]]:
    """Opens a canvas on a graph, with a hand to use it."""
    from canvas_hand import THREE, Hand

    from nnstudio.gui.look.theme import Theme

    theme = Theme("light")
    hands: list[Hand] = []

    def build(graph: Graph = THREE, **options: str) -> Hand:
        hand = Hand(graph, theme, **options)
        qtbot.addWidget(hand.view)
        hands.append(hand)
        return hand

    yield build
    for hand in hands:
        hand.workbench.runner.finish()
