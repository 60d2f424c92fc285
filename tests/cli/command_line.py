"""Running ``nnstudio`` in this process or in one of its own, and small projects to run it on."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from nnstudio.cli import main
from nnstudio.data.batches import PreparedData
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Digits, Line, Source, Spiral
from nnstudio.engine.activations import Softmax, Tanh
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.layer import Layer
from nnstudio.engine.losses import CategoricalCrossEntropy, HalfSquaredError, Loss
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.graph.model import Edge, Graph, Node
from nnstudio.persistence.project_file import save_project
from nnstudio.project.project import Project
from nnstudio.project.runs import session_for
from nnstudio.training.loop import train
from nnstudio.training.settings import TrainingSettings


@dataclass(frozen=True)
class Result:
    """What a command left behind."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """The object on the last line."""
        found: dict[str, Any] = json.loads(self.out.splitlines()[-1])
        return found


@dataclass(frozen=True)
class CommandLine:
    """Calls ``nnstudio`` in this process."""

    captured: pytest.CaptureFixture[str]

    def __call__(self, *arguments: str | Path) -> Result:
        self.captured.readouterr()
        code = main([str(argument) for argument in arguments])
        out, err = self.captured.readouterr()
        return Result(code, out, err)

    def json(self, *arguments: str | Path) -> dict[str, Any]:
        """The JSON of a command that ends well."""
        result = self(*arguments, "--json")
        assert (result.code, result.err) == (0, "")
        return result.json

    def complaint(self, *arguments: str | Path) -> str:
        """The one sentence of a command that ends with code 2."""
        result = self(*arguments)
        assert (result.code, result.out) == (2, "")
        assert result.err.count("\n") == 1
        return result.err


def in_own_process(
    *arguments: str | Path, environment: dict[str, str | None] | None = None
) -> Result:
    """Call ``python -m nnstudio`` with these changes of the environment; ``None`` unsets."""
    done = subprocess.run(
        [sys.executable, "-m", "nnstudio", *map(str, arguments)],
        capture_output=True,
        env=changed_environment(environment or {}),
        encoding="utf-8",
        errors="replace",
        check=False,
        timeout=60,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def changed_environment(changes: dict[str, str | None]) -> dict[str, str]:
    """This process's environment with changes; ``None`` unsets."""
    merged = {**os.environ, "PYTHONIOENCODING": "utf-8", **changes}
    return {name: value for name, value in merged.items() if value is not None}


def project_of(*layers: Layer, source: Source, loss: Loss, **settings: Any) -> Project:
    """The layers one after the other, as nodes n0, n1, …"""
    nodes = tuple(Node(f"n{i}", layer) for i, layer in enumerate(layers))
    edges = tuple(Edge(f"n{i}", f"n{i + 1}") for i in range(len(nodes) - 1))
    training = TrainingSettings(loss=loss, **settings)
    return Project(Graph(nodes, edges), data=DataSettings(source), settings=training)


LINE = project_of(
    Input(shape=(1,)),
    Dense(units=4),
    Tanh(),
    Dropout(rate=0.2),
    Dense(units=1),
    source=Line(count=60),
    loss=HalfSquaredError(),
    batch_size=8,
    epochs=6,
)
SPIRAL = project_of(
    Input(shape=(2,)),
    Dense(units=6),
    Tanh(),
    Dense(units=2),
    Softmax(),
    source=Spiral(count=90),
    loss=CategoricalCrossEntropy(),
    batch_size=16,
    epochs=4,
)
DIGITS = project_of(
    Input(shape=(1, 8, 8)),
    Flatten(),
    Dense(units=10),
    Softmax(),
    source=Digits(),
    loss=CategoricalCrossEntropy(),
    learning_rate=0.01,
    batch_size=64,
    epochs=4,
)


def trained(project: Project, *, epochs: int | None = None) -> Project:
    """``project`` after training, without the command line."""
    session = session_for(project, PreparedData.of(project.data))
    for _ in train(session, epochs=epochs):
        pass
    return replace(project, trained=session.trained())


def saved(project: Project, path: Path) -> Path:
    """``path``, where ``project`` is from now on."""
    save_project(project, path)
    return path
