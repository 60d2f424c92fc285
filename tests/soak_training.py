"""Does training for hours leak? Hours in minutes: a tiny network, and a window with no pauses.

Run by ``make soak-training``. What could leak, leaks a little each time that something is done: a
view is refreshed, the window looks at its thread, a checkpoint is written, a run is paused and gone
on with. In an hour each of these is done a number of times that is known: the beat is 33 ms, views
have their share of the time, a checkpoint is written each minute, and a user who pauses each minute
is a busy one. Here views get most of the time, and all the rest is done as often as the machine
can, in the real window, with curves, weights, histograms and the other views in front by turns.
It ends when each was done as often as in so many hours; steps alone can't be hurried, as nothing
can make more of them than training does: how many there were is told.

The first half of what is done is one long run; in the second it is paused, gone on with, restarted,
begun with other weights, saved and opened again. The first part of each half warms up: histories
and recordings fill to their bounds. From the first quarter of what is left to the last one, memory
may not rise by more than :data:`MOST`, and objects, threads and files not at all.

    make soak-training ARGS="--hours 8"
"""

from __future__ import annotations

import argparse
import gc
import os
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from time import monotonic, thread_time

import numpy as np
from PySide6.QtCore import QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication

from nnstudio import assets
from nnstudio.gui import live
from nnstudio.gui.app import build_window, settle
from nnstudio.gui.main_window import MainWindow
from nnstudio.gui.runner import LOOK_EVERY
from nnstudio.persistence.project_file import load_project, save_project
from nnstudio.persistence.recovery.checkpoints import Pace

#: How much memory may rise once it is warm, in MB: what is bounded may not be full yet.
MOST = 6
#: What is measured, and in which units.
UNITS = {
    "anonymous": 2**20, "objects": 1, "widgets": 1, "blocks": 1, "threads": 1, "files": 1,
}  # fmt: skip
NAMES = {"anonymous": "RssAnon, MB", "objects": "QObjects", "blocks": "Python's blocks"}
#: Objects may rise by this share: one view in front has more than another, as with a finding.
#: Python's blocks come and go with what runs and undo hold on to.
SLACK = 0.05
#: The part of each half in which it warms up.
WARM_UP = 0.5
#: How many measurements are made in each half.
SAMPLES = 40
#: What is in front, by turns.
BOTTOM = ("weights", "histograms", "features", "neurons", "function")
LEFT = ("curves", "evaluate", "doctor", "curves", "runs")
#: The views' share of the time here; and how often a run is paused for each other thing done to it.
SHARE, PAUSES = 0.85, 4
#: As often as a checkpoint is written in the window, a user pauses, in seconds.
A_MINUTE = 60


@dataclass(frozen=True)
class Sample:
    """What is held at one moment, and how many refreshes there were until then."""

    refreshes: int
    anonymous: int
    objects: int
    widgets: int
    blocks: int
    threads: int
    files: int


@dataclass
class Half:
    """The measurements of one half of the time."""

    name: str
    samples: list[Sample] = field(default_factory=list)

    def rise(self, of: str) -> float:
        """From the first quarter of what is warm to the last one, by their medians."""
        warm = self.samples[int(len(self.samples) * WARM_UP) :]
        values = np.array([getattr(sample, of) for sample in warm], float)
        quarter = max(1, len(values) // 4)
        return float(np.median(values[-quarter:]) - np.median(values[:quarter]))


class Soak:
    """The window, what is done to it, and what is counted meanwhile."""

    def __init__(self, sample: str) -> None:
        self._file = Path(os.environ["NNSTUDIO_CONFIG"], f"{sample}.nnstudio")
        project = load_project(assets.sample(f"{sample}.nnstudio"))
        settings = replace(project.settings, epochs=1_000_000)
        save_project(replace(project, settings=settings, trained=None), self._file)
        self._budget = live.BUDGET
        live.BUDGET, live.SOONEST = SHARE, 0.0
        self.done: Counter[str] = Counter()
        self.cost = 0.0
        self._turn = 0
        self.window = self._window()
        bench = self.window.workbench
        bench.runner.looked.connect(lambda: self._count("looks"))
        self.window.keeping.kept.connect(lambda which: self._count("checkpoints"))

    def _window(self) -> MainWindow:
        window = build_window(self._file, theme="light")
        window.keeping.pace = Pace(first=0.5, every=0.5, best=0.5, share=1.0)
        for timer in (window.live._timer, window.workbench.runner._timer):
            timer.setInterval(1)
        show = window.live.show

        def counted(view: live.LiveView) -> float:
            began = thread_time()
            cost = show(view)
            self.cost += thread_time() - began
            self._count("refreshes")
            return cost

        window.live.show = counted  # type: ignore[method-assign]
        window.resize(1440, 900)
        window.show()
        settle(window, 200)
        return window

    def _count(self, what: str) -> None:
        self.done[what] += 1

    # ------------------------------------------------------------------ what is done

    def half(self, name: str, act: str, hours: Mapping[str, float]) -> Half:
        """Train until each thing was done as often as in so many hours, and measure meanwhile.

        ``act`` is done about each second.
        """
        found, before, steps = Half(name), Counter(self.done), self._steps()
        self._run()
        for number in range(1, SAMPLES + 1):
            while self._part(hours, before) < number / SAMPLES:
                wait(1.0)
                self._turn_over()
                getattr(self, act)()
            found.samples.append(self.measure())
        self.window.workbench.runner.finish()
        self.done["steps"] += max(0, self._steps() - steps)
        return found

    def in_an_hour(self) -> dict[str, float]:
        """How often each thing is done in an hour at a window that hurries nothing."""
        each = self.cost / max(1, self.done["refreshes"])
        beats = 3600 * 1000 / live.TICK
        return {
            "refreshes": min(3600 * self._budget / each, beats) if each else beats,
            "looks": 3600 * 1000 / LOOK_EVERY,
            "checkpoints": 3600 / A_MINUTE,
            "pauses": 3600 / A_MINUTE,
        }

    def _part(self, hours: Mapping[str, float], before: Mapping[str, int]) -> float:
        """The part that is done of what was asked, by what was done least."""
        rates = self.in_an_hour()
        return min(
            (self.done[name] - before[name]) / (rates[name] * wanted)
            for name, wanted in hours.items()
        )

    def _nothing(self) -> None:
        """One long run."""

    def _disturb(self) -> None:
        """What a user does to a run, by turns."""
        bench = self.window.workbench
        runner = bench.runner
        number = self._turn % 8
        for _ in range(PAUSES):
            runner.pause()
            self._until_it_rests()
            self._count("pauses")
            self._run()
            wait(0.02)
        if number == 4:
            runner.restart()
        elif number == 5:
            runner.new_weights()
        elif number == 6:
            runner.finish()
            bench.document.keep_runs(())  # the book of runs may grow, but not here
            self.window.save_path(self._file)
            self._count("saved")
        elif number == 7:
            runner.finish()
            bench.document.mark_saved()
            self.window.open_path(self._file)
            self._count("opened")
        self._run()

    def _run(self) -> None:
        runner = self.window.workbench.runner
        if not runner.is_running:
            self.window.workbench.when_loaded(runner.run)

    def _until_it_rests(self) -> None:
        while self.window.workbench.runner.is_running:
            wait(0.005)

    def _turn_over(self) -> None:
        """Bring other views forward."""
        self._turn += 1
        docks = self.window.docks.docks
        for names in (BOTTOM, LEFT):
            dock = docks[names[self._turn // 2 % len(names)]]
            dock.show()
            dock.raise_()

    def _steps(self) -> int:
        runner = self.window.workbench.runner
        if runner.session is not None:
            return runner.session.step
        trained = self.window.workbench.project.trained
        return trained.progress.step if trained is not None and trained.progress else 0

    # ------------------------------------------------------------------ what is measured

    def measure(self) -> Sample:
        """What is held now, after collecting garbage."""
        gc.collect()
        QApplication.processEvents()
        return Sample(
            self.done["refreshes"],
            _anonymous(),
            len(self.window.findChildren(QObject)),
            len(QApplication.allWidgets()),
            sys.getallocatedblocks(),
            threading.active_count(),
            len(os.listdir("/proc/self/fd")),
        )

    def close(self) -> None:
        """In good order."""
        self.window.workbench.runner.finish()
        self.window.workbench.document.mark_saved()
        self.window.close()


def _anonymous() -> int:
    """Bytes of memory that no file stands behind."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) * 1024
    raise RuntimeError("this needs Linux: /proc/self/status tells how much memory is held")


def wait(seconds: float) -> None:
    """Let the window live. Not ``QTest.qWait``: it keeps the interpreter's lock while it waits."""
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1000), loop.quit)
    loop.exec()


def main() -> int:
    """All of it in a process of its own, with folders that nobody else has; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=1.0)
    parser.add_argument("--sample", default="spiral")
    parser.add_argument("--here", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        return soak(options.sample, options.hours)
    with tempfile.TemporaryDirectory() as home:
        places = {"HOME": home, "NNSTUDIO_CONFIG": home}
        done = subprocess.run(
            [sys.executable, __file__, "--here", *sys.argv[1:]],
            env={"QT_QPA_PLATFORM": "offscreen", **os.environ, **places},
            check=False,
        )
    return min(abs(done.returncode), 1)


def soak(sample: str, hours: float) -> int:
    """Both halves, the table, and 1 if anything grows."""
    soak, began = Soak(sample), monotonic()
    often = dict.fromkeys(("refreshes", "looks", "checkpoints"), hours / 2)
    halves = [soak.half("one long run", "_nothing", often)]
    name = "paused, restarted, opened again"
    halves.append(soak.half(name, "_disturb", {**often, "pauses": hours}))
    soak.close()
    _report_counts(soak, monotonic() - began)
    grows = [_report(half) for half in halves]
    return int(any(grows))


def _report_counts(soak: Soak, seconds: float) -> None:
    """How often each thing was done, and in how many hours it is as often."""
    done, rates = soak.done, soak.in_an_hour()
    each = soak.cost / max(1, done["refreshes"])
    print(
        f"{seconds / 60:.0f} minutes; a refresh takes {each * 1000:.1f} ms of the window's thread"
    )
    print(f"{'':14}{'here':>12}{'in an hour':>12}{'hours':>8}")
    for name in ("steps", "refreshes", "looks", "checkpoints", "pauses", "saved", "opened"):
        told = f"{rates[name]:12,.0f}{done[name] / rates[name]:8.1f}" if name in rates else ""
        print(f"{name:14}{done[name]:12,}{told}")


def _report(half: Half) -> bool:
    """The table of one half; whether anything grows."""
    print(f"\n{half.name}")
    print(f"{'':18}{'first':>12}{'warm':>12}{'last':>12}{'rises by':>12}")
    warm = half.samples[int(len(half.samples) * WARM_UP)]
    first, last = half.samples[0], half.samples[-1]
    grows = []
    for of, unit in UNITS.items():
        values = [getattr(sample, of) / unit for sample in (first, warm, last)]
        values.append(half.rise(of) / unit)
        print(f"{NAMES.get(of, of):18}" + "".join(f"{value:12,.1f}" for value in values))
        most = MOST if of == "anonymous" else 1 + SLACK * values[1]
        if of != "blocks" and values[-1] > most:
            grows.append(of)
    names = ", ".join(NAMES.get(of, of) for of in grows)
    print(f"grows: {names}" if grows else f"nothing grows, memory by no more than {MOST} MB")
    return bool(grows)


if __name__ == "__main__":
    sys.exit(main())
