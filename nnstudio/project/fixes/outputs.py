"""Fixes for what doesn't fit the data, its columns, or the loss."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from math import prod
from typing import Any

from nnstudio.data.dataset import INPUTS, TARGETS
from nnstudio.engine.activations import Elementwise, Sigmoid, Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Layer
from nnstudio.engine.losses import HalfSquaredError
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.graph.analysis import Problem, analyse
from nnstudio.graph.edits import add_node, connect, fresh_id, insert, remove, replace_layer
from nnstudio.graph.model import Graph, Node
from nnstudio.messages import shape_text
from nnstudio.project.edits import fitting_loss, flattened, units_fitted
from nnstudio.project.fixes.fix import Fix, with_output, with_settings
from nnstudio.project.problems import DataFacts, output_fits
from nnstudio.project.project import Project

_ENDS: dict[str, Layer] = {"Softmax": Softmax(), "Sigmoid": Sigmoid()}


def fit_input(project: Project, problem: Problem, facts: DataFacts | None) -> Iterator[Fix]:
    """The shape of the column that the Input reads, with a Flatten where one is needed now."""
    layer = project.graph.by_id[problem.node].layer
    if facts is not None and isinstance(layer, Input):
        shape = facts.all_columns[layer.source].shape or (1,)
        graph = replace_layer(project.graph, problem.node, replace(layer, shape=shape))
        if not analyse(project.graph).errors:
            graph = flattened(graph, [])
        yield Fix(f"Set Input to {shape_text(shape)}", project.with_graph(graph))


def known_column(project: Project, problem: Problem, facts: DataFacts | None) -> Iterator[Fix]:
    """The columns that all data has: inputs to be read, targets to be compared with."""
    layer = project.graph.by_id[problem.node].layer
    if isinstance(layer, Input):
        shape = layer.shape if facts is None else facts.input_shape or (1,)
        new = replace(layer, column="", shape=shape)
        graph = replace_layer(project.graph, problem.node, new)
        yield Fix("Read the inputs", project.with_graph(graph))
    else:
        settings = project.settings.judging(problem.node, target=TARGETS)
        yield Fix("Compare with the targets", with_settings(project, settings))


def leave_unscaled(project: Project, problem: Problem, facts: DataFacts | None) -> Iterable[Fix]:
    """The column as the data has it. Further columns are prepared all alike."""
    column, data = str(problem.values["column"]), project.data
    name = {INPUTS: "inputs", TARGETS: "targets"}.get(column, "columns")
    unscaled: dict[str, Any] = {name: "none"}
    words = "Leave the inputs unscaled" if column == INPUTS else f"Leave {column} unscaled"
    return [Fix(words, replace(project, data=replace(data, **unscaled)))]


def fit_units(project: Project, problem: Problem, facts: DataFacts | None) -> Iterator[Fix]:
    """Other units of the last Dense; where there is none, one that fits."""
    settings, output = project.settings, problem.node
    column = None if facts is None else facts.all_columns.get(settings.target_of(output))
    if column is None:
        return
    fitted = units_fitted(project.graph, output, settings.loss_of(output), column)
    if fitted is not None:
        graph, last, units = fitted
        words = f"Set {graph.by_id[last].title} to {units:,} unit" + ("s" if units != 1 else "")
        yield Fix(words, project.with_graph(graph))
    if len(column.shape) <= (0 if column.classes else 1):
        units = column.classes or prod(column.shape)
        words = f"Add Dense with {units:,} unit" + ("s" if units != 1 else "")
        yield from with_dense(project, output, units, words)


def with_dense(project: Project, output: str, units: int, words: str) -> Iterator[Fix]:
    """A Dense at the end, before the activation there if there is one; Flatten where needed."""
    graph = project.graph
    before = graph.incoming[output]
    bends = isinstance(graph.by_id[output].layer, Elementwise | Softmax) and len(before) == 1
    source = before[0].source if bends else output
    shape = analyse(graph).shapes[source] or ()
    layers: list[Layer] = [Dense(units=units)] if len(shape) == 1 else [Flatten(), Dense(units)]
    if bends:
        yield Fix(words, project.with_graph(insert(graph, before[0], *layers)))
    else:
        longer, last = _appended(graph, output, *layers)
        yield Fix(words, with_output(project, longer, output, last))


def _appended(graph: Graph, output: str, *layers: Layer) -> tuple[Graph, str]:
    """With new nodes behind ``output``, and the last of them."""
    for layer in layers:
        node = Node(fresh_id(graph, layer), layer)
        graph = connect(add_node(graph, node), output, node.id)
        output = node.id
    return graph, output


def judge_otherwise(project: Project, problem: Problem, facts: DataFacts | None) -> Iterator[Fix]:
    """A column that fits what this output gives; or units that fit the targets."""
    output, settings = problem.node, project.settings
    shape = analyse(project.graph).shapes[output]
    if facts is None or shape is None:
        return
    column = facts.all_columns[settings.target_of(output)]
    for other in facts.all_columns.values():
        loss = fitting_loss(settings.loss_of(output), other)
        if other != column and output_fits(shape, loss, other):
            judged = settings.judging(output, loss=loss, target=other.name)
            yield Fix(f"Compare with {other.name}", with_settings(project, judged))
    yield from fit_units(project, problem, facts)


def keep_output(project: Project, problem: Problem, facts: DataFacts | None) -> Iterable[Fix]:
    """Said aloud: it is an output, compared with the targets."""
    settings = project.settings.judging(problem.node, target=TARGETS)
    return [Fix("Keep it as an output", with_settings(project, settings))]


def let_it_count(project: Project, problem: Problem, facts: DataFacts | None) -> Iterable[Fix]:
    """The weight that losses usually have."""
    settings = project.settings.judging(problem.node, weight=1.0)
    return [Fix("Set its weight to 1", with_settings(project, settings))]


def add_probabilities(project: Project, problem: Problem, facts: DataFacts | None) -> Iterator[Fix]:
    """The layer that the loss wants, at the end or in place of another activation there.

    For numbers, which have no probabilities, another loss instead.
    """
    if facts is not None and not _has_classes(project, problem.node, facts):
        yield from loss_for_numbers(project, problem, facts)
    graph, output = project.graph, problem.node
    wanted, node = _ENDS[str(problem.values["layer"])], graph.by_id[output]
    if isinstance(node.layer, Elementwise | Softmax) and not _is_hidden(graph, output):
        words = f"Replace {node.title} by {type(wanted).__name__}"
        yield Fix(words, project.with_graph(replace_layer(graph, output, wanted)))
    longer, last = _appended(graph, output, wanted)
    words = f"Add {type(wanted).__name__}"
    yield Fix(words, with_output(project, longer, output, last))


def _is_hidden(graph: Graph, output: str) -> bool:
    """Whether the activation at the end is one that hidden layers have, as ReLU."""
    return not isinstance(graph.by_id[output].layer, Sigmoid | Softmax)


def _has_classes(project: Project, output: str, facts: DataFacts) -> bool:
    column = facts.all_columns.get(project.settings.target_of(output))
    return column is None or bool(column.classes)


def take_scores(project: Project, problem: Problem, facts: DataFacts | None) -> Iterator[Fix]:
    """Without what squeezes the scores."""
    graph, output = project.graph, problem.node
    before = graph.incoming[output]
    if len(before) == 1 and len(graph.outgoing[before[0].source]) == 1:
        shorter = with_output(project, remove(graph, [output]), output, before[0].source)
        yield Fix(f"Take out {graph.by_id[output].title}", shorter)


def loss_for_numbers(project: Project, problem: Problem, facts: DataFacts | None) -> Iterator[Fix]:
    """A loss for numbers, and scores instead of the probabilities that no number is."""
    settings, output = project.settings, problem.node
    loss = HalfSquaredError()
    own = output in dict(settings.losses)
    judged = settings.judging(output, loss=loss) if own else replace(settings, loss=loss)
    plain = with_settings(project, judged)
    for fix in take_scores(plain, problem, facts):
        if isinstance(project.graph.by_id[output].layer, Softmax):
            yield Fix(f"Use {loss.title}", fix.project)
    yield Fix(f"Use {loss.title}", plain)
