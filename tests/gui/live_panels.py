"""A live panel on its own, on a small project that is quickly trained."""

from __future__ import annotations

from typing import TypeVar

from projects import project
from pytestqt.qtbot import QtBot

from nnstudio.data.sources import Digits, Line, Spiral
from nnstudio.engine.activations import ReLU, Softmax, Tanh
from nnstudio.engine.dense import Dense
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.workbench import Workbench
from nnstudio.project.document import Document
from nnstudio.project.project import Project

Panel = TypeVar("Panel", bound=LiveView)


def digits(**settings: object) -> Project:
    """A hidden layer on small pictures, ten classes."""
    layers = Input((1, 8, 8)), Flatten(), Dense(24), ReLU(), Dense(10), Softmax()
    values = {"loss": CategoricalCrossEntropy(), "epochs": 3, **settings}
    return project(Digits(), *layers, **values)


def line(**settings: object) -> Project:
    """One neuron, one number in, one out."""
    return project(Line(), Input((1,)), Dense(1), **{"epochs": 5, **settings})


def spiral(classes: int = 2, **settings: object) -> Project:
    """Two numbers in, a class out."""
    layers = Input((2,)), Dense(8), Tanh(), Dense(classes), Softmax()
    values = {"loss": CategoricalCrossEntropy(), "epochs": 5, **settings}
    return project(Spiral(classes=classes), *layers, **values)


def show(
    qtbot: QtBot, kind: type[Panel], content: Project, size: tuple[int, int] = (540, 280)
) -> Panel:
    """A panel of this kind, visible and up to date."""
    workbench = Workbench(Document(content))
    theme = Theme("light")
    theme.apply()
    panel = kind(Live(workbench), theme)
    qtbot.addWidget(panel, before_close_func=lambda _: workbench.runner.finish())
    panel.resize(*size)
    panel.show()
    qtbot.waitExposed(panel)
    qtbot.waitUntil(lambda: not workbench.is_loading)
    return panel


def train(qtbot: QtBot, panel: LiveView) -> None:
    """Train to the end of the settings' epochs."""
    runner = panel.live.workbench.runner
    with qtbot.waitSignal(runner.ended):
        assert runner.run()
