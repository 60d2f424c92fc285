"""What a fix is: words for its button, and the project as it is afterwards."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from nnstudio.graph.analysis import Problem
from nnstudio.graph.model import Graph
from nnstudio.project.problems import DataFacts
from nnstudio.project.project import Project
from nnstudio.training.settings import TrainingSettings


@dataclass(frozen=True)
class Fix:
    """One way out of a problem.

    Attributes:
        label: for a button and for undo, such as “Insert Flatten”.
        project: what results.
    """

    label: str
    project: Project


#: Ways out of a problem, the best first; whether they lead out is seen by trying.
Repair = Callable[[Project, Problem, DataFacts | None], Iterable[Fix]]


def with_output(project: Project, graph: Graph, old: str, new: str) -> Project:
    """With another graph, in which ``new`` is judged as the output ``old`` was."""
    settings = project.settings

    def renamed(judged: tuple[tuple[str, Any], ...]) -> tuple[tuple[str, Any], ...]:
        return tuple((new if node == old else node, value) for node, value in judged)

    settings = replace(
        settings,
        losses=renamed(settings.losses),
        loss_weights=renamed(settings.loss_weights),
        target_columns=renamed(settings.target_columns),
    )
    return replace(project, settings=settings).with_graph(graph)


def with_settings(project: Project, settings: TrainingSettings) -> Project:
    """With other training settings."""
    return replace(project, settings=settings)
