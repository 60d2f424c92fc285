"""How quickly a large network answers: panning, zooming, dragging a card, and an edit.

Run by ``make bench-gui``. Each work is done many times in the real window; a time is that of the
events, all that follows from them, and the painting, up to the moment the window would wait again,
as seconds of the processor: on a machine that others use too the clock on the wall says little.
Prints a table and writes ``build/bench/gui.json``: work, size, and the median, 95th and 99th
percentile in milliseconds.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import thread_time
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["NNSTUDIO_CONFIG"] = tempfile.mkdtemp()

import numpy as np
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from nnstudio.engine.activations import ReLU
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Layer
from nnstudio.engine.shaping import Input
from nnstudio.graph.edits import replace_layer
from nnstudio.graph.model import Edge, Graph, Node
from nnstudio.project.project import Project

if TYPE_CHECKING:
    from nnstudio.gui.main_window import MainWindow

OUT = Path("build", "bench", "gui.json")
SIZES = (100, 1000)
#: The most milliseconds a work may take at its 95th percentile, by size.
FRAME = {100: 16.0, 1000: 16.0}
EDIT = {100: 10.0, 1000: 50.0}
TIMES = 60
LEFT, NONE = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def main() -> int:
    """Measure everything; 1 if something is slower than it may be."""
    rows, slow = [], 0
    print(f"{'work':24} {'nodes':>6} {'p50':>8} {'p95':>8} {'p99':>8}  (ms)")
    for size in SIZES:
        window = _window(size)
        for work, bound, do in _works(window, size):
            for warm in range(3):
                do(warm)
                _settle()
            taken = []
            for turn in range(TIMES):
                began = thread_time()
                do(turn)
                _settle()
                taken.append(1000 * (thread_time() - began))
            p50, p95, p99 = (float(p) for p in np.percentile(taken, (50, 95, 99)))
            rows.append({"work": work, "size": size, "p50_ms": p50, "p95_ms": p95, "p99_ms": p99})
            verdict = "yes" if p95 <= bound else "NO"
            slow += p95 > bound
            print(f"{work:24} {size:6} {p50:8.1f} {p95:8.1f} {p99:8.1f}  ≤ {bound:g}: {verdict}")
        window.workbench.document.mark_saved()
        window.close()
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")
    print(f"written: {OUT}")
    return int(bool(slow))


def _works(window: MainWindow, size: int) -> list[tuple[str, float, Callable[[int], object]]]:
    """Name, bound and what is done, by turn."""
    canvas, pane = window.docks.canvas, window.docks.canvas.viewport()
    middle = pane.rect().center()
    workbench = window.workbench

    def pan(turn: int) -> None:
        by = 9 if turn % 20 < 10 else -9
        QTest.mousePress(pane, Qt.MouseButton.MiddleButton, NONE, middle)
        QTest.mouseMove(pane, middle + QPoint(by, by // 3))
        QTest.mouseRelease(pane, Qt.MouseButton.MiddleButton, NONE, middle + QPoint(by, by // 3))

    def zoom(turn: int) -> None:
        angle = 60 if turn % 12 < 6 else -60
        wheel = QWheelEvent(
            QPointF(middle), QPointF(pane.mapToGlobal(middle)), QPoint(), QPoint(0, angle),
            Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(pane, wheel)

    def drag_begins() -> None:
        canvas.look_at(_MIDDLE_NODE)
        _settle()
        QTest.mousePress(pane, LEFT, NONE, canvas.node_rect(_MIDDLE_NODE).center())

    def drag(turn: int) -> None:
        if turn == 0:
            QTest.mouseRelease(pane, LEFT, NONE, canvas.node_rect(_MIDDLE_NODE).center())
            drag_begins()
        QTest.mouseMove(pane, canvas.node_rect(_MIDDLE_NODE).center() + QPoint(8, 8))

    def edit(turn: int) -> None:
        layer = Dense(32 if turn % 2 else 16)
        workbench.edit_graph("Units", lambda graph: replace_layer(graph, _MIDDLE_NODE, layer))

    def fitted(do: Callable[[int], object]) -> Callable[[int], object]:
        def begin(turn: int) -> None:
            if turn == 0:
                canvas.fit()
                _settle()
            do(turn)

        return begin

    def close_up(do: Callable[[int], object]) -> Callable[[int], object]:
        def begin(turn: int) -> None:
            if turn == 0:
                canvas.reset_zoom()
                _settle()
            do(turn)

        return begin

    return [
        ("pan, all in view", FRAME[size], fitted(pan)),
        ("zoom, all in view", FRAME[size], fitted(zoom)),
        ("pan, 100 %", FRAME[size], close_up(pan)),
        ("zoom, 100 %", FRAME[size], close_up(zoom)),
        ("drag a card", FRAME[size], close_up(drag)),
        ("edit a setting", EDIT[size], edit),
    ]


_MIDDLE_NODE = "n51"


def _window(size: int) -> MainWindow:
    """A window with a chain of ``size`` nodes, dense layers and ReLU in turn."""
    from nnstudio.gui.app import build_window, settle

    layers: list[Layer] = [Input((1,))]
    layers += [Dense(16) if number % 2 else ReLU() for number in range(1, size)]
    nodes = tuple(Node(f"n{number}", layer) for number, layer in enumerate(layers))
    edges = tuple(Edge(f"n{number}", f"n{number + 1}") for number in range(size - 1))
    window = build_window(theme="light")
    window.resize(1440, 900)
    window.workbench.open(Project(Graph(nodes, edges)))
    window.show_network()
    window.show()
    settle(window, 500)
    return window


def _settle() -> None:
    """Let everything that follows happen: what is posted, the timers that are due, the painting."""
    for _ in range(3):
        QApplication.processEvents()


if __name__ == "__main__":
    sys.exit(main())
