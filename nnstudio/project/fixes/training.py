"""Fixes for settings of the training that stand in each other's way, and for nothing to train."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from nnstudio.graph.analysis import Problem, analyse
from nnstudio.graph.edits import freeze, replace_layer
from nnstudio.graph.wiring import remove_and_close
from nnstudio.project.fixes.fix import Fix, with_settings
from nnstudio.project.fixes.outputs import with_dense
from nnstudio.project.problems import DataFacts
from nnstudio.project.project import Project
from nnstudio.schema import settings_of
from nnstudio.training.settings import TrainingSettings


def let_learn(project: Project, problem: Problem, facts: DataFacts | None) -> Iterator[Fix]:
    """Frozen weights learn again; where there are none, a Dense for the data's targets."""
    graph, analysis = project.graph, analyse(project.graph)
    frozen = [n.id for n in graph.nodes if n.frozen and analysis.parameters(n.id)]
    for node in frozen:
        graph = freeze(graph, node, False)
    if frozen:
        yield Fix("Unfreeze", project.with_graph(graph))
    elif len(graph.outputs) == 1:
        units = 1 if facts is None else facts.output_size
        yield from with_dense(project, graph.outputs[0], units, "Add Dense")


def watch_training(project: Project, problem: Problem, facts: DataFacts | None) -> Iterable[Fix]:
    """The loss that there is."""
    settings = replace(project.settings, monitor="training loss")
    return [Fix("Watch the training loss", with_settings(project, settings))]


def set_to_zero(project: Project, problem: Problem, facts: DataFacts | None) -> Iterator[Fix]:
    """Without the setting that the optimizer has no place for."""
    said = str(problem.values["setting"])
    if not problem.node:
        for item in settings_of(TrainingSettings):
            if item.label == said:
                settings = replace(project.settings, **{item.name: type(item.default)(0)})
                yield Fix(f"Set {said} to 0", with_settings(project, settings))
        return
    node = project.graph.by_id[problem.node]
    for item in settings_of(type(node.layer)):
        if f"{item.label} of {node.title}" == said:
            layer = replace(node.layer, **{item.name: type(item.default)(0)})
            graph = replace_layer(project.graph, node.id, layer)
            yield Fix(f"Set {item.label} to 0", project.with_graph(graph))


def take_out(project: Project, problem: Problem, facts: DataFacts | None) -> Iterator[Fix]:
    """The chain without the layer that draws."""
    graph = project.graph
    if len(graph.incoming[problem.node]) == 1:
        closed = remove_and_close(graph, [problem.node])
        title = graph.by_id[problem.node].title
        yield Fix(f"Take out {title}", project.with_graph(closed))
