"""Python's cyclic garbage collection, kept on the window's thread.

The collector runs on whichever thread happens to allocate when it is due. If that is the training
thread and the garbage holds a widget, the widget is destroyed on the wrong thread, which ends the
program. So while another thread of ours runs, automatic collection is off and the window collects
on a timer, as often as Python would have.
"""

from __future__ import annotations

import gc
import threading
from functools import cache

from PySide6.QtCore import QCoreApplication, QObject, QTimer

#: How often the window looks whether anything is due, in milliseconds.
LOOK_EVERY = 50


class Collector(QObject):
    """Collects on the window's thread as long as any watched thread lives."""

    def __init__(self) -> None:
        super().__init__(QCoreApplication.instance())
        self._threads: list[threading.Thread] = []
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_EVERY)
        self._timer.timeout.connect(self._look)

    def watch(self, thread: threading.Thread) -> None:
        """``thread`` is about to start: it must not collect garbage."""
        self._threads.append(thread)
        gc.disable()
        self._timer.start()

    def _look(self) -> None:
        collect_what_is_due()
        self._threads = [thread for thread in self._threads if thread.is_alive()]
        if not self._threads:
            self._timer.stop()
            gc.enable()


def collect_what_is_due() -> None:
    """What the automatic collector would do now."""
    for generation in (2, 1, 0):
        threshold = gc.get_threshold()[generation]
        if threshold and gc.get_count()[generation] > threshold:
            gc.collect(generation)
            return


@cache
def _collector() -> Collector:
    return Collector()


def start(thread: threading.Thread) -> None:
    """Start ``thread``, with all garbage left to the window's thread while it lives."""
    _collector().watch(thread)
    thread.start()
