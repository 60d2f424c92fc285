"""Edits that concern the project as a whole: other data, with the network made to fit it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod

from nnstudio.data.dataset import INPUTS, TARGETS
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Source
from nnstudio.data.split import Split
from nnstudio.data.steps import FillEmpty
from nnstudio.engine.activations import Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.losses import CategoricalCrossEntropy, HalfSquaredError, Loss
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.graph.analysis import analyse
from nnstudio.graph.edits import add_node, connect, fresh_id, insert, remove, replace_layer
from nnstudio.graph.model import Graph, Node
from nnstudio.messages import sentence, shape_text
from nnstudio.project.problems import ColumnFacts, DataFacts, output_fits
from nnstudio.project.project import Project


@dataclass(frozen=True)
class Fitted:
    """A project that was made to fit its data, and what that took, in sentences."""

    project: Project
    notes: tuple[str, ...]


def with_other_source(data: DataSettings, source: Source) -> DataSettings:
    """``data`` from another ``source``, without what was made for the first one.

    Its steps, its augmentation and the column its split goes by say nothing of other data.
    """
    split = data.split
    if split.column or split.by in ("group", "part"):
        split = replace(split, by=Split.by, column="")
    return replace(data, source=source, split=split, steps=(), augmentation=())


def with_filling(data: DataSettings) -> DataSettings:
    """``data`` with a step that fills empty cells, where its source leaves them to one."""
    if not data.source.leaves_gaps or any(isinstance(step, FillEmpty) for step in data.steps):
        return data
    return replace(data, steps=(FillEmpty(), *data.steps))


def choose_data(project: Project, data: DataSettings, facts: DataFacts) -> Fitted:
    """The project on other data, with what obviously has to follow.

    Input gets the data's shape, with a Flatten where a layer needs a flat input; the last Dense as
    many units as the data has outputs; the loss becomes one for classes or for numbers; and classes
    get the Softmax that theirs needs at the end, numbers none. What isn't obvious, such as anything
    about several outputs, is left to the user, who sees it as a problem.
    """
    notes: list[str] = []
    graph = _fit_input(project.graph, facts, notes)
    graph = flattened(graph, notes)
    settings = project.settings
    outputs = graph.outputs
    target = facts.all_columns[TARGETS]
    if len(outputs) == 1:
        target = facts.all_columns.get(settings.target_of(outputs[0]), target)
    loss = settings.loss if len(outputs) > 1 else fitting_loss(settings.loss, target)
    graph = _fit_output(graph, loss, target, notes)
    graph = _fit_end(graph, loss, target, notes)
    if loss != settings.loss:
        notes.append(sentence("fitted_loss", loss=loss.title))
        settings = replace(settings, loss=loss, losses=())
    return Fitted(
        replace(project, graph=graph, data=data, settings=settings, description=""), tuple(notes)
    )


def _fit_input(graph: Graph, facts: DataFacts, notes: list[str]) -> Graph:
    if len(graph.inputs) != 1:
        return graph
    (entry,) = graph.inputs
    layer = graph.by_id[entry].layer
    if not isinstance(layer, Input) or layer.source != INPUTS or layer.shape == facts.input_shape:
        return graph
    notes.append(sentence("fitted_input", shape=shape_text(facts.input_shape)))
    return replace_layer(graph, entry, replace(layer, shape=facts.input_shape))


def _fit_output(graph: Graph, loss: Loss, target: ColumnFacts, notes: list[str]) -> Graph:
    if len(graph.outputs) != 1:
        return graph
    fitted = units_fitted(graph, graph.outputs[0], loss, target)
    if fitted is None:
        return graph
    graph, last, units = fitted
    notes.append(sentence("fitted_output", layer=graph.by_id[last].title, units=units))
    return graph


def units_fitted(
    graph: Graph, output: str, loss: Loss, target: ColumnFacts
) -> tuple[Graph, str, int] | None:
    """With as many units in the last Dense before ``output`` as make it fit ``target``.

    Returns:
        The graph, the Dense and its units; ``None`` if it fits already, or this doesn't help.
    """
    last = _last_dense(graph, output)
    if last is None:
        return None
    layer = graph.by_id[last].layer
    shape = analyse(graph).shapes[last] or (1,)
    if not isinstance(layer, Dense) or output_fits((*shape[:-1], layer.units), loss, target):
        return None
    units = target.classes or prod(target.shape) // prod(shape[:-1])
    if not output_fits((*shape[:-1], units), loss, target):
        return None
    return replace_layer(graph, last, replace(layer, units=units)), last, units


def flattened(graph: Graph, notes: list[str]) -> Graph:
    """With a Flatten before every layer that needs one; ``notes`` gets a sentence for each."""
    for _ in graph.nodes:
        problem = next((p for p in analyse(graph).problems if p.code == "flat_needed"), None)
        if problem is None:
            break
        (edge,) = graph.incoming[problem.node]
        graph = insert(graph, edge, Flatten())
        notes.append(sentence("fitted_flatten", layer=graph.by_id[problem.node].title))
    return graph


def _fit_end(graph: Graph, loss: Loss, target: ColumnFacts, notes: list[str]) -> Graph:
    """A Softmax after the last Dense for classes, if the loss needs it; none for numbers."""
    if len(graph.outputs) != 1:
        return graph
    (end,) = graph.outputs
    layer = graph.by_id[end].layer
    if loss.fuses == "Softmax" and isinstance(layer, Dense):
        softmax = Node(fresh_id(graph, Softmax()), Softmax())
        notes.append(sentence("fitted_softmax"))
        return connect(add_node(graph, softmax), end, softmax.id)
    if not target.classes and isinstance(layer, Softmax):
        notes.append(sentence("fitted_no_softmax"))
        return remove(graph, [end])
    return graph


def _last_dense(graph: Graph, node: str) -> str | None:
    """The Dense that decides how many numbers come out: the last, looking back from the output."""
    while True:
        if isinstance(graph.by_id[node].layer, Dense):
            return node
        before = graph.incoming[node]
        if len(before) != 1:
            return None
        node = before[0].source


def fitting_loss(loss: Loss, target: ColumnFacts) -> Loss:
    """The loss itself, or the usual one where it is for classes and the target isn't, or not."""
    if target.classes and not loss.for_classes:
        return CategoricalCrossEntropy()
    if not target.classes and loss.for_classes:
        return HalfSquaredError()
    return loss
