"""How much of its speed training keeps while the window shows it, and which view costs what.

Twice: in the window as it opens, and with learning curves, pictures of weights, histograms and one
example's activations side by side. The rows go to ``build/bench/gui.json`` beside those of the
other benchmarks of the window.

Run by ``make bench-gui``. Slices with the window shown and hidden alternate in one process, so that
both see the same machine; what counts is the median of the ratios, never milliseconds. Where other
programs want the processor too, see how much hidden slices differ among themselves (noise) before
believing a ratio; the share of the time that the window's thread is busy is steadier.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from statistics import median
from time import perf_counter, thread_time
from typing import TYPE_CHECKING, Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["NNSTUDIO_CONFIG"] = tempfile.mkdtemp()

from PySide6.QtCore import QEventLoop, Qt, QTimer

from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import SOURCES
from nnstudio.engine.activations import ReLU, Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Layer
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.graph.edits import add_node, connect
from nnstudio.graph.model import Graph, Node
from nnstudio.project.project import Project
from nnstudio.training.settings import TrainingSettings

if TYPE_CHECKING:
    from nnstudio.gui.main_window import MainWindow

OUT, PREFIX = Path("build", "bench", "gui.json"), "training: "
#: What issue and design ask for: the least share of its speed that training keeps.
LEAST = 0.85
#: Slices with the window shown for each batch size, how long one is, and the pause before it.
SLICES, SLICE, SETTLE = 7, 1200, 400
SEVEN = [[(30, 30), (80, 60), (130, 30)], [(130, 30), (100, 90), (80, 160)]]


def main() -> int:
    """Print both tables; 1 if training loses more than it may."""
    has_mnist = Path(os.environ.get("NNSTUDIO_DATA", ""), "mnist").is_dir()
    side, name = (28, "Mnist") if has_mnist else (8, "Digits")
    columns = ("hidden", 12), ("shown", 12), ("kept", 6), ("noise", 6), ("busy", 6)
    rows: list[dict[str, Any]] = []
    for title, arrange in ROOMS.items():
        print(f"{side * side}-128-10 on {name}, {title}, 1440 × 900")
        print(" batch", *(f"{column:>{width}}" for column, width in columns), " each view's part")
        for batch_size in (32, 128, 512):
            window, spent = _window(_project(name, side, batch_size), arrange)
            row = _measure(window, spent)
            rows.append({"work": f"{PREFIX}{title}, batch {batch_size}", **row})
            views = ", ".join(f"{view} {part:.1%}" for view, part in sorted(row["views"].items()))
            print(
                f"{batch_size:6} {row['hidden']:10.0f}/s {row['shown']:10.0f}/s"
                f" {row['kept']:6.2f} {row['noise']:6.2f} {row['busy']:6.1%}  {views}",
                flush=True,
            )
            window.workbench.runner.discard()
            window.workbench.document.mark_saved()
            window.close()
    _write(rows)
    kept = all(row["kept"] >= LEAST for row in rows)
    print(f"at least {LEAST} of the speed should be kept: {'yes' if kept else 'NO'}")
    return int(not kept)


def _as_it_opens(window: MainWindow) -> None:
    """What can be seen is what the window chose."""


def _room(window: MainWindow) -> None:
    """Curves, weights, histograms and activations side by side; no drawing pad."""
    docks = window.docks.docks
    for name in ("weights", "histograms", "example", "curves"):
        window.docks.show_dock(name)
    side_by_side = Qt.Orientation.Horizontal
    window.docks.splitDockWidget(docks["try"], docks["histograms"], side_by_side)
    window.docks.splitDockWidget(docks["histograms"], docks["example"], side_by_side)
    docks["try"].hide()
    shown = [docks[name] for name in ("curves", "weights", "histograms", "example")]
    window.docks.resizeDocks(shown, [1] * len(shown), side_by_side)


#: The layouts that are measured.
ROOMS = {"the window as it opens": _as_it_opens, "the training room": _room}


def _project(source: str, side: int, batch_size: int) -> Project:
    layers: tuple[Layer, ...] = (
        Input((1, side, side)), Flatten(), Dense(128), ReLU(), Dense(10), Softmax(),
    )  # fmt: skip
    graph = Graph()
    for number, layer in enumerate(layers):
        graph = add_node(graph, Node(f"n{number}", layer))
        if number:
            graph = connect(graph, f"n{number - 1}", f"n{number}")
    settings = TrainingSettings(
        loss=CategoricalCrossEntropy(), batch_size=batch_size, epochs=100_000, learning_rate=1e-4
    )
    return Project(graph, data=DataSettings(SOURCES[source]()), settings=settings)


def _window(
    project: Project, arrange: Callable[[MainWindow], None]
) -> tuple[MainWindow, dict[str, float]]:
    """A window that trains ``project``, and the seconds its views have taken so far."""
    from nnstudio.gui.app import build_window

    window = build_window(theme="light")
    window.resize(1440, 900)
    window.workbench.open(project)
    window.show_network()
    window.show()
    while window.workbench.is_loading:
        _wait(50)
    window.docks.suit_to_project()
    window.docks.canvas.fit()
    window.docks.docks["try"].widget().draw(SEVEN)
    arrange(window)
    spent: dict[str, float] = defaultdict(float)
    show = window.live.show

    def timed(view: object) -> float:
        began = thread_time()  # while others want the processor, time goes by that costs nothing
        cost = show(view)
        spent[type(view).__name__] += thread_time() - began
        return cost

    window.live.show = timed
    window.workbench.runner.run()
    _wait(1000)
    return window, spent


def _measure(window: MainWindow, spent: dict[str, float]) -> dict[str, Any]:
    """Steps a second hidden and shown, median ratio, noise, busy share, and each view's of it."""
    hidden, shown, busy = [_speed(window, False)[0]], [], []
    before, watched = dict(spent), 0.0
    for _ in range(SLICES):
        began = perf_counter()
        speed, share_busy = _speed(window, True)
        shown.append(speed)
        busy.append(share_busy)
        watched += perf_counter() - began
        hidden.append(_speed(window, False)[0])
    neighbours = list(pairwise(hidden))
    kept = median(on / ((a + b) / 2) for on, (a, b) in zip(shown, neighbours, strict=True))
    noise = median(abs(a - b) / ((a + b) / 2) for a, b in neighbours)
    share = {view: (total - before.get(view, 0.0)) / watched for view, total in spent.items()}
    return {
        "hidden": median(hidden),
        "shown": median(shown),
        "kept": kept,
        "noise": noise,
        "busy": median(busy),
        "views": share,
    }


def _write(rows: list[dict[str, Any]]) -> None:
    """Add them to what the other benchmarks have written."""
    OUT.parent.mkdir(parents=True, exist_ok=True)
    known = json.loads(OUT.read_text(encoding="utf-8")) if OUT.exists() else []
    others = [row for row in known if not str(row["work"]).startswith(PREFIX)]
    OUT.write_text(json.dumps([*others, *rows], indent=1) + "\n", encoding="utf-8")


def _wait(milliseconds: int) -> None:
    """Let the window live. Not ``QTest.qWait``: it keeps the interpreter's lock while it waits."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def _speed(window: MainWindow, visible: bool) -> tuple[float, float]:
    """Steps a second over one slice, and the share of it that the window's thread was busy."""
    window.setVisible(visible)
    _wait(SETTLE)
    history = window.workbench.runner.history
    assert history is not None, "the training has ended"
    steps, began, worked = len(history.steps), perf_counter(), thread_time()
    _wait(SLICE)
    passed = perf_counter() - began
    return (len(history.steps) - steps) / passed, (thread_time() - worked) / passed


if __name__ == "__main__":
    sys.exit(main())
