"""A try-it panel on a small network that is quickly trained, and real digits to draw on it."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path
from typing import Any

import pytest
from projects import project
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from nnstudio.data.sources import Digits, Line, Spiral
from nnstudio.engine.activations import ReLU, Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.gui.live import Live
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.panels.try_panel import TryPanel
from nnstudio.gui.workbench import Workbench
from nnstudio.project.project import Project

Strokes = list[list[list[float]]]


def digits(**settings: Any) -> Project:
    """A small network on the digits that come with the program."""
    return project(
        Digits(),
        *(Input(shape=(1, 8, 8)), Flatten(), Dense(units=64), ReLU(), Dense(units=10), Softmax()),
        **{"loss": CategoricalCrossEntropy(), "learning_rate": 0.003, "epochs": 5, **settings},
    )


def line() -> Project:
    """One neuron on the line."""
    return project(Line(), Input(shape=(1,)), Dense(units=1))


def spiral() -> Project:
    """Two numbers in, two classes out."""
    return project(
        Spiral(),
        *(Input(shape=(2,)), Dense(units=16), ReLU(), Dense(units=2), Softmax()),
        loss=CategoricalCrossEntropy(),
    )


def open_panel(
    qtbot: QtBot, project: Project, size: tuple[int, int] = (420, 260)
) -> tuple[Workbench, TryPanel]:
    """A panel of its own, shown, on ``project``."""
    workbench = Workbench()
    workbench.open(project)
    theme = Theme("light")
    theme.apply()
    panel = TryPanel(Live(workbench), theme)
    qtbot.addWidget(panel, before_close_func=lambda _: workbench.runner.finish())
    panel.resize(*size)
    panel.show()
    qtbot.waitExposed(panel)
    qtbot.waitUntil(lambda: not workbench.is_loading)
    panel.refresh()
    return workbench, panel


def train(qtbot: QtBot, workbench: Workbench) -> None:
    """Train to the end."""
    with qtbot.waitSignal(workbench.runner.ended, timeout=60_000):
        assert workbench.runner.run(), workbench.problems


def draw_by_mouse(pad: QWidget, strokes: Strokes) -> None:
    """Draw with the left button, stroke by stroke."""
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    for stroke in strokes:
        points = [QPoint(round(x), round(y)) for x, y in stroke]
        QTest.mousePress(pad, left, none, points[0])
        for point in points[1:]:
            QTest.mouseMove(pad, point)
        QTest.mouseRelease(pad, left, none, points[-1])


def pen_digits() -> list[dict[str, Any]]:
    """1,000 digits written by people; skips where they are missing."""
    path = Path(os.environ.get("NNSTUDIO_DATA", ""), "pen-digits", "dev.json.gz")
    if not path.is_file():
        pytest.skip("$NNSTUDIO_DATA/pen-digits is missing")
    found: list[dict[str, Any]] = json.loads(gzip.decompress(path.read_bytes()))
    return found


def on_pad(digit: dict[str, Any], side: int) -> Strokes:
    """The strokes in the middle of a pad, three quarters of its side large."""
    scale = 0.75 * side / 1000
    return [[[side / 8 + x * scale, side / 8 + y * scale] for x, y in s] for s in digit["strokes"]]
