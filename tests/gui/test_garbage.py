"""Widgets in garbage are destroyed on the window's thread, whoever makes the garbage due."""

from __future__ import annotations

import gc
import threading

from pytestqt.qtbot import QtBot

from nnstudio.gui import garbage


class Loop:
    """Garbage that only the cyclic collector finds; tells on which thread it goes."""

    def __init__(self, died_on: list[threading.Thread]) -> None:
        self.itself = self
        self.died_on = died_on

    def __del__(self) -> None:
        self.died_on.append(threading.current_thread())


def test_a_watched_thread_leaves_all_garbage_to_the_windows_thread(qtbot: QtBot) -> None:
    died_on: list[threading.Thread] = []
    go_on, end = threading.Event(), threading.Event()

    def work() -> None:
        kept = [[] for _ in range(50_000)]  # enough to make a collection due many times over
        go_on.set()
        end.wait(10)
        del kept

    thread = threading.Thread(target=work)
    Loop(died_on)
    garbage.start(thread)
    qtbot.waitUntil(go_on.is_set)
    qtbot.waitUntil(lambda: bool(died_on))
    assert set(died_on) == {threading.main_thread()}
    end.set()
    thread.join()
    qtbot.waitUntil(gc.isenabled)
