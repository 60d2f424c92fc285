"""How soon the window answers while it trains, and what training loses to a window at rest.

Run by ``make bench-gui``, on MNIST at batch 128 (the small digits where it isn't there).

Input latency: another thread posts keys and movements of the mouse at uneven intervals, and after
each an event that marks its end. When that mark arrives, what was changed is painted at once, and
the time since the posting is taken: waiting for the interpreter and for the window's other work,
handling, and painting. The same without training tells what of it training costs. Milliseconds are
those of this machine at this moment; the bounds are for a quiet one, and don't count in the exit
code. Where others want the processor too, “work” is steadier: what the window's thread itself has
done for an input, at the median.

Pausing: from the click on Pause until the window has what the run left and says that it is paused;
likewise Stop. A batch has to end first, which is told beside it.

Speed: slices in which the window lives alternate with slices in which its thread sleeps, in one
process, for a window that is hidden and for one that shows nothing which follows the training; what
counts is the median of the ratios. How busy the window's thread is tells the same without noise.

The rows go to ``build/bench/gui.json`` beside those of the other benchmarks of the window.
"""

from __future__ import annotations

import json
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter, thread_time
from typing import TYPE_CHECKING, Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["NNSTUDIO_CONFIG"] = tempfile.mkdtemp()

from bench_gui import _project
from PySide6.QtCore import QCoreApplication, QEvent, QEventLoop, QObject, QPointF, Qt, QTimer
from PySide6.QtGui import QInputEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QWidget

if TYPE_CHECKING:
    from nnstudio.gui.main_window import MainWindow

OUT = Path("build", "bench", "gui.json")
PREFIX = "latency: "
#: How many inputs of each kind, and the shortest and longest time between two, in seconds.
INPUTS, PAUSE = 100, (0.03, 0.12)
#: What issue and design ask for on a quiet machine, in milliseconds.
P95, P99 = 10.0, 25.0
#: How often it is paused, and how long that may take unless a batch takes longer, in milliseconds.
PAUSES, REST = 15, 100.0
#: The least share of its speed that training keeps beside a window at rest.
LEAST = 0.95
#: Slices in which the window lives, how long one is, and the pause before it, in milliseconds.
SLICES, SLICE, SETTLE = 9, 1000, 300

#: The widget an input is for, and its events, made beforehand on the window's thread.
Input = tuple[QWidget, list[QEvent]]


def main() -> int:
    """Print both tables; 1 if training loses more than it may to a window at rest."""
    has_mnist = Path(os.environ.get("NNSTUDIO_DATA", ""), "mnist").is_dir()
    side, name = (28, "Mnist") if has_mnist else (8, "Digits")
    print(f"input latency, {side * side}-128-10 on {name} at batch 128, 1440 × 900 (ms)")
    window = _window(name, side)
    rows = [*_latencies(window), *_pauses(window)]
    print("\nshare of its speed that training keeps")
    kept = _at_rest(window)
    _write([*rows, *kept])
    window.workbench.runner.discard()
    window.workbench.document.mark_saved()
    window.close()
    # Where slices of one kind differ among themselves, less can be said.
    return int(any(row["kept"] + 2 * row["noise"] < LEAST for row in kept))


def _window(source: str, side: int) -> MainWindow:
    from nnstudio.gui.app import build_window

    window = build_window(theme="light")
    window.resize(1440, 900)
    window.workbench.open(_project(source, side, 128))
    window.show_network()
    window.show()
    while window.workbench.is_loading:
        _wait(50)
    window.docks.suit_to_project()
    window.docks.canvas.fit()
    _wait(500)
    return window


# ---------------------------------------------------------------- latency


class _Mark(QEvent):
    """Posted right after an input: when it arrives, that has been handled."""

    KIND = QEvent.Type(QEvent.registerEventType())

    def __init__(self, posted: float) -> None:
        super().__init__(self.KIND)
        self.posted = posted


class _Watch(QObject):
    """Paints what an input has changed and takes the time.

    Attributes:
        seconds: from posting to paint, of each input.
        work: what the window's thread has done for it.
    """

    def __init__(self, window: MainWindow, receiver: QWidget) -> None:
        super().__init__()
        self._window = window
        self._began: float | None = None
        self.seconds: list[float] = []
        self.work: list[float] = []
        receiver.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if self._began is None and isinstance(event, QInputEvent):
            self._began = thread_time()
        return False

    def event(self, event: QEvent) -> bool:
        if not isinstance(event, _Mark):
            return super().event(event)
        QCoreApplication.sendPostedEvents(self._window, QEvent.Type.UpdateRequest.value)
        self.seconds.append(perf_counter() - event.posted)
        if self._began is not None:
            self.work.append(thread_time() - self._began)
        self._began = None
        return True


def _latencies(window: MainWindow) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    head = f"{'input':28} {'':10} {'work':>7} {'p50':>7} {'p95':>7} {'p99':>7}"
    print(f"{head}   p95 ≤ {P95:g}, p99 ≤ {P99:g}")
    for trains in (False, True):
        if trains:
            window.workbench.runner.run()
            _wait(1500)
        seconds: list[float] = []
        work: list[float] = []
        for name, prepare, made in _kinds(window):
            prepare()
            watch = _measure(window, made)
            seconds += watch.seconds
            work += watch.work
            rows.append(_row(name, watch.seconds, watch.work, trains))
        rows.append(_row("all together", seconds, work, trains))
    return rows


def _kinds(window: MainWindow) -> list[tuple[str, Callable[[], object], Callable[[int], Input]]]:
    """What is done: its name, what comes first, and the input at each turn."""
    search = window.docks.palette_panel.findChild(QLineEdit, "palette_search")
    canvas, pane = window.docks.canvas, window.docks.canvas.viewport()
    assert search is not None, "the palette has a search field"
    node, no = window.workbench.graph.nodes[1].id, Qt.MouseButton.NoButton
    middle = Qt.MouseButton.MiddleButton

    def key(widget: QWidget, code: Qt.Key, text: str = "") -> Input:
        none = Qt.KeyboardModifier.NoModifier
        kinds = QEvent.Type.KeyPress, QEvent.Type.KeyRelease
        return widget, [QKeyEvent(kind, code, none, text) for kind in kinds]

    def mouse(kind: QEvent.Type, turn: int, button: Qt.MouseButton, held: Qt.MouseButton) -> Input:
        at = QPointF(200 + 10 * (turn % 40), 150 + 5 * (turn % 30))
        none = Qt.KeyboardModifier.NoModifier
        return pane, [QMouseEvent(kind, at, pane.mapToGlobal(at), button, held, none)]

    def type_(turn: int) -> Input:
        back = key(search, Qt.Key.Key_Backspace)
        return back if turn % 2 else key(search, Qt.Key.Key_C, "c")

    def nudge(turn: int) -> Input:
        return key(canvas, Qt.Key.Key_Right if turn % 20 < 10 else Qt.Key.Key_Left)

    def send(kind: QEvent.Type, held: Qt.MouseButton) -> None:
        receiver, (event,) = mouse(kind, 0, middle, held)
        QCoreApplication.sendEvent(receiver, event)

    def select() -> None:
        search.clear()
        canvas.setFocus()
        window.workbench.select((node,))

    def hold() -> None:
        send(QEvent.Type.MouseButtonPress, middle)

    def let_go() -> None:
        send(QEvent.Type.MouseButtonRelease, no)
        window.workbench.select(())

    move = QEvent.Type.MouseMove
    return [
        ("a letter into a search", search.setFocus, type_),
        ("an arrow key moves a card", select, nudge),
        ("the mouse moves the canvas", hold, lambda turn: mouse(move, turn, no, middle)),
        ("the mouse moves over it", let_go, lambda turn: mouse(move, turn, no, no)),
    ]


def _measure(window: MainWindow, made: Callable[[int], Input]) -> _Watch:
    """How it went with :data:`INPUTS` inputs."""
    chance = random.Random(0)
    inputs = [made(turn) for turn in range(INPUTS)]
    watch = _Watch(window, inputs[0][0])

    def work() -> None:
        for receiver, events in inputs:
            time.sleep(chance.uniform(*PAUSE))
            posted = perf_counter()
            for event in events:
                QCoreApplication.postEvent(receiver, event)
            QCoreApplication.postEvent(watch, _Mark(posted))

    hand = threading.Thread(target=work, daemon=True)
    hand.start()
    while hand.is_alive() or len(watch.seconds) < INPUTS:
        _wait(50)
    return watch


def _row(name: str, seconds: list[float], work: list[float], trains: bool) -> dict[str, Any]:
    cuts = quantiles((1000 * each for each in seconds), n=100, method="inclusive")
    p50, p95, p99 = (cuts[cut - 1] for cut in (50, 95, 99))
    when = "training" if trains else "at rest"
    verdict = "yes" if p95 <= P95 and p99 <= P99 else "NO"
    own = 1000 * median(work)
    print(f"{name:28} {when:10} {own:7.1f} {p50:7.1f} {p95:7.1f} {p99:7.1f}   {verdict}")
    row = {"p50_ms": p50, "p95_ms": p95, "p99_ms": p99, "own_ms": own}
    return {"work": f"{PREFIX}{name}, {when}", **row}


# ---------------------------------------------------------------- pausing


def _pauses(window: MainWindow) -> list[dict[str, Any]]:
    """How long Pause and Stop take; the run goes on in the end."""
    runner = window.workbench.runner
    rows = []
    head = "from the click to a run at rest"
    print(f"\n{head:40} {'p50':>7} {'most':>7}  ms  ≤ {REST:g} or a batch?")
    for name in ("pause_button", "stop_button"):
        taken, batches = [], []
        for _ in range(PAUSES):
            if not runner.is_running:
                runner.run()
            _wait(SETTLE)
            history = runner.history
            assert history is not None
            steps, began = len(history.steps), perf_counter()
            _wait(SETTLE)
            batches.append((perf_counter() - began) / max(1, len(history.steps) - steps))
            button = window.findChild(QAbstractButton, name)
            began = perf_counter()
            button.click()
            while runner.is_running:
                QCoreApplication.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
            taken.append(perf_counter() - began)
        p50, most, batch = (1000 * t for t in (median(taken), max(taken), median(batches)))
        words = name.removesuffix("_button")
        verdict = "yes" if most <= max(REST, batch) else "NO"
        print(f"{words:40} {p50:7.1f} {most:7.1f}      {verdict}, a batch takes {batch:.1f} ms")
        rows.append({"work": f"{PREFIX}{words}", "p50_ms": p50, "most_ms": most, "batch_ms": batch})
    runner.run()
    return rows


# ---------------------------------------------------------------- a window at rest


def _at_rest(window: MainWindow) -> list[dict[str, Any]]:
    """What training keeps beside a hidden window, and beside one that shows the canvas alone."""
    window.docks.canvas.fit()
    for dock in window.docks.docks.values():
        dock.hide()
    window.life.thumbnails.show_on_cards("nothing")
    rows = []
    for name, visible in (("hidden window", False), ("canvas alone", True)):
        window.setVisible(visible)
        _wait(SETTLE)
        asleep, alive, shares = [_speed(window, False)[0]], [], []
        for _ in range(SLICES):
            speed, share = _speed(window, True)
            alive.append(speed)
            shares.append(share)
            asleep.append(_speed(window, False)[0])
        neighbours = list(pairwise(asleep))
        kept = median(on / ((a + b) / 2) for on, (a, b) in zip(alive, neighbours, strict=True))
        noise = median(abs(a - b) / ((a + b) / 2) for a, b in neighbours)
        busy, verdict = median(shares), "yes" if kept >= LEAST else "NO"
        print(f"{name:28} {kept:.3f}, noise {noise:.3f}, busy {busy:.1%}   ≥ {LEAST:g}: {verdict}")
        rows.append({"work": f"{PREFIX}{name}", "kept": kept, "noise": noise, "busy": busy})
    return rows


def _speed(window: MainWindow, lives: bool) -> tuple[float, float]:
    """Steps a second over one slice in which the window lives, or its thread sleeps.

    And the share of it that the window's thread was busy.
    """
    history = window.workbench.runner.history
    assert history is not None, "the training has ended"
    rest: Callable[[int], object] = _wait if lives else lambda ms: time.sleep(ms / 1000)
    rest(SETTLE)
    steps, began, worked = len(history.steps), perf_counter(), thread_time()
    rest(SLICE)
    passed = perf_counter() - began
    return (len(history.steps) - steps) / passed, (thread_time() - worked) / passed


# ---------------------------------------------------------------- both


def _wait(milliseconds: int) -> None:
    """Let the window live."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def _write(rows: list[dict[str, Any]]) -> None:
    OUT.parent.mkdir(parents=True, exist_ok=True)
    known = json.loads(OUT.read_text(encoding="utf-8")) if OUT.exists() else []
    others = [row for row in known if not str(row["work"]).startswith(PREFIX)]
    OUT.write_text(json.dumps([*others, *rows], indent=1) + "\n", encoding="utf-8")
    print(f"written: {OUT}")


if __name__ == "__main__":
    sys.exit(main())
