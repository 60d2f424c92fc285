"""How long an update of the learning curves takes in a run of 1,000,000 steps.

Run by ``make bench-gui``. Each time some steps are added and the panel is refreshed and painted, as
it is while a run goes on; what counts is the median, in seconds of the processor: on a machine that
others use too the clock on the wall says little. Prints a table and adds its rows to
``build/bench/gui.json``.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from time import thread_time

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["NNSTUDIO_CONFIG"] = tempfile.mkdtemp()

import numpy as np
from PySide6.QtCore import QPoint
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from nnstudio.data.batches import PreparedData
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Line
from nnstudio.engine.dense import Dense
from nnstudio.engine.shaping import Input
from nnstudio.graph.edits import add_node, connect
from nnstudio.graph.model import Graph, Node
from nnstudio.gui.live import Live
from nnstudio.gui.look.theme import Theme, load_fonts
from nnstudio.gui.panels.curves_panel import CurvesPanel
from nnstudio.gui.workbench import Workbench
from nnstudio.project.document import Document
from nnstudio.project.project import Project
from nnstudio.project.runs import session_for
from nnstudio.training.history import EpochFigures, Figure, History
from nnstudio.training.settings import TrainingSettings

OUT = Path("build", "bench", "gui.json")
STEPS, PER_EPOCH = 1_000_000, 250
TIMES = 60
#: What an update may take, in milliseconds: the median.
MOST = 4.0
#: The panel in a window of 1440 × 900, and across a whole screen with both charts.
SIZES = {"one chart": (546, 320), "both charts": (1400, 400)}


def main() -> int:
    """Print the times; 1 if an update takes longer than it may."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    load_fonts(app)
    theme = Theme("light")
    theme.apply()
    live = _Running(Workbench(Document(_project())))
    while live.workbench.is_loading:
        app.processEvents()
    panel = CurvesPanel(live, theme)
    panel.show()
    rows, slow = [], 0
    print(
        f"{'learning curves, 1,000,000 steps':44} {'p50':>7} {'p95':>7} {'p99':>7}  ms  ≤ {MOST:g}?"
    )
    for name, size in SIZES.items():
        panel.resize(*size)
        for work, prepare in _works(panel):
            _plain(panel)
            prepare()
            times = _times(panel)
            p50, p95, p99 = (float(np.percentile(times, p)) for p in (50, 95, 99))
            verdict = "yes" if p50 <= MOST else "NO"
            slow += p50 > MOST
            print(f"{f'{name}, {work}':44} {p50:7.2f} {p95:7.2f} {p99:7.2f}        {verdict}")
            row = {"work": f"curves: {name}, {work}", "size": STEPS}
            rows.append({**row, "p50_ms": p50, "p95_ms": p95, "p99_ms": p99})
    history = live.history
    assert history is not None
    print(f"the history of {len(history.steps):,} steps takes {history.nbytes / 1e6:.2f} MB")
    _write(rows)
    return int(slow > 0)


class _Running(Live):
    """As if training ran: charts are drawn in turn."""

    @property
    def is_running(self) -> bool:
        return True


def _works(panel: CurvesPanel) -> list[tuple[str, Callable[[], None]]]:
    """What is looked at, each by itself."""
    choose = panel.options.choose

    def logs() -> None:
        choose("log_x", True)
        choose("log_y", True)

    def point() -> None:
        chart = panel.charts.loss
        QTest.mouseMove(chart, chart.box().center().toPoint() + QPoint(3, 2))

    return [
        ("as it opens", lambda: None),
        ("smoothed", lambda: choose("smoothing", 0.9)),
        ("log scales", logs),
        ("with a crosshair", point),
    ]


def _plain(panel: CurvesPanel) -> None:
    for name, value in (("smoothing", 0.0), ("log_x", False), ("log_y", False)):
        panel.options.choose(name, value)
    panel.charts.point(None)


def _times(panel: CurvesPanel) -> list[float]:
    """Milliseconds of refreshing and painting, while the run goes on."""
    history = panel.live.history
    assert history is not None
    found = []
    for _ in range(TIMES + 3):
        _go_on(history, PER_EPOCH)
        _end_epoch(history)
        QApplication.processEvents()
        began = thread_time()
        panel.live.show(panel)
        found.append((thread_time() - began) * 1000)
    return found[3:]


_RANDOM = np.random.default_rng(0)


def _go_on(history: History, steps: int) -> None:
    at = len(history.steps)
    losses = 1 / (1 + (at + np.arange(steps)) / 20_000) + _RANDOM.exponential(0.05, steps)
    for loss in losses.tolist():
        history.add_step(loss, 0.01)


def _end_epoch(history: History) -> None:
    step = len(history.steps)
    loss = 1 / (1 + step / 20_000)
    wild = float(_RANDOM.normal(0, 0.01))
    f1 = Figure("macro_f1", 1 - loss, 1 - loss - wild)
    history.add_epoch(EpochFigures(step, loss, 1 - loss, loss + wild, 1 - loss, 0.0, 0, (f1,)))


def _project() -> Project:
    """A small network that has been trained for long."""
    graph = add_node(Graph(), Node("in", Input((1,))))
    graph = connect(add_node(graph, Node("out", Dense(1))), "in", "out")
    settings = TrainingSettings(epochs=STEPS // PER_EPOCH + 1000)
    project = Project(graph, data=DataSettings(Line()), settings=settings)
    session = session_for(project, PreparedData.of(project.data))
    while len(session.history.steps) < STEPS:
        _go_on(session.history, PER_EPOCH)
        _end_epoch(session.history)
    return replace(project, trained=session.trained())


def _write(rows: list[dict[str, object]]) -> None:
    """Add them to what the other benchmarks have written."""
    OUT.parent.mkdir(parents=True, exist_ok=True)
    known = json.loads(OUT.read_text(encoding="utf-8")) if OUT.exists() else []
    others = [row for row in known if not str(row["work"]).startswith("curves: ")]
    OUT.write_text(json.dumps([*others, *rows], indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
