"""Waiting for what must be waited for, such as a file being written, in a window that lives on."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtWidgets import QApplication

from nnstudio.gui import garbage

#: What is over so soon, in seconds, is just waited for.
PATIENCE = 0.2
#: How often it is looked whether it is over, in milliseconds.
LOOK_EVERY = 15

T = TypeVar("T")


def wait_for(work: Callable[[], T], name: str) -> T:
    """What ``work`` returns or raises; it is done on a thread called ``name``.

    If it takes long the window goes on painting and training. Keys and clicks wait as well: what
    is worked on must not be edited meanwhile.
    """
    outcome: Future[T] = Future()
    thread = threading.Thread(target=_do, args=(work, outcome), name=name)
    garbage.start(thread)
    thread.join(PATIENCE)
    if thread.is_alive():
        _live_until(outcome.done)
    return outcome.result()


def _do(work: Callable[[], T], outcome: Future[T]) -> None:
    try:
        outcome.set_result(work())
    except BaseException as error:  # whoever waits has it raised
        outcome.set_exception(error)


def _live_until(is_over: Callable[[], bool]) -> None:
    """The window's events, but nothing that the user does."""
    loop, look = QEventLoop(), QTimer()
    look.timeout.connect(lambda: loop.quit() if is_over() else None)
    look.start(LOOK_EVERY)
    QApplication.setOverrideCursor(Qt.CursorShape.WaitCursor)
    try:
        loop.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
    finally:
        QApplication.restoreOverrideCursor()
