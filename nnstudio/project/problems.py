"""What is wrong with a project as a whole: its graph, and how graph, data and loss fit together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Any

from nnstudio.data.dataset import INPUTS, TARGETS
from nnstudio.engine.axes import feature_axis
from nnstudio.engine.layer import Shape
from nnstudio.engine.losses import Loss
from nnstudio.engine.shaping import Input
from nnstudio.graph.analysis import Analysis, Problem, analyse
from nnstudio.graph.model import Graph
from nnstudio.messages import shape_text
from nnstudio.project.lookups import looked_up
from nnstudio.project.project import Project
from nnstudio.schema import settings_of
from nnstudio.training.settings import TrainingSettings

#: What squeezes scores into 0 … 1, where no margin of 1 can be reached.
_GIVE_PROBABILITIES = ("Sigmoid", "Softmax")

#: What an optimizer that searches has no place for: a kink in the loss, where the slope on one side
#: says nothing of the other, and what changes gradient or weights without the loss knowing.
_UNSTEADY = ("l1", "weight_decay", "max_norm", "clip_value", "clip_norm")


@dataclass(frozen=True)
class ColumnFacts:
    """What a network must know of a column.

    Attributes:
        shape: of one example; ``()`` for a label or a single number.
        classes: how many labels there are; 0 for numbers.
    """

    name: str
    shape: Shape
    classes: int = 0


@dataclass(frozen=True)
class DataFacts:
    """What a network must know of its data.

    Attributes:
        input_shape: of one input.
        output_size: how many classes or numbers are to be answered.
        is_classification: whether they are classes.
        is_validated: whether there is a validation part.
        target_shape: of one target; ``None`` for a label, or for numbers in a row.
        columns: what else the data has.
        scaled: the columns whose whole numbers the preparation turns into others.
    """

    input_shape: Shape
    output_size: int
    is_classification: bool
    is_validated: bool = True
    target_shape: Shape | None = None
    columns: tuple[ColumnFacts, ...] = ()
    scaled: frozenset[str] = frozenset()

    @property
    def all_columns(self) -> Mapping[str, ColumnFacts]:
        """Everything that a network may read or be compared with, by name."""
        shape = self.target_shape
        if shape is None:
            shape = () if self.is_classification else (self.output_size,)
        classes = self.output_size if self.is_classification else 0
        known = (
            ColumnFacts(INPUTS, self.input_shape),
            ColumnFacts(TARGETS, shape, classes),
            *self.columns,
        )
        return {column.name: column for column in known}


def problems(project: Project, facts: DataFacts | None) -> tuple[Problem, ...]:
    """All problems, the graph's own first.

    Args:
        facts: of the project's data; ``None`` while it can't be loaded.
    """
    graph, settings = project.graph, project.settings
    analysis = analyse(graph)
    found = [*analysis.problems]
    if found or not graph.nodes:
        return tuple(found)
    if not any(analysis.parameters(node.id) for node in graph.nodes if not node.frozen):
        found.append(Problem("", "error", "nothing_to_train"))
    outputs = [node for node in graph.outputs if node not in graph.inputs] or graph.outputs
    for output in outputs:
        found += _loss_problems(graph, output, settings)
    found += _unasked(graph, outputs, settings)
    found += _search_problems(project)
    if facts is not None:
        for entry in graph.inputs:
            found += _input_misfits(graph, entry, analysis, facts)
        for output in outputs:
            found += _output_misfits(graph, output, analysis, settings, facts)
        found += _scaled_lookups(project, facts)
        found += _unwatched(settings, facts)
    return tuple(found)


def _scaled_lookups(project: Project, facts: DataFacts) -> list[Problem]:
    """Embeddings that would find no row for 0.37."""
    found = []
    for node, column in looked_up(project.graph).items():
        if column in facts.scaled and project.data.preparation_of(column) != "none":
            values = {"layer": project.graph.by_id[node].title, "column": column}
            found.append(Problem(node, "error", "lookup_scaled", values))
    return found


def _unwatched(settings: TrainingSettings, facts: DataFacts) -> list[Problem]:
    """Early stopping by a validation part that isn't there."""
    if settings.early_stopping and settings.monitor != "training loss" and not facts.is_validated:
        return [Problem("", "warning", "nothing_validated")]
    return []


def _unasked(graph: Graph, outputs: Sequence[str], settings: TrainingSettings) -> list[Problem]:
    """Outputs that may have come about by a wire that is missing."""
    found = []
    unasked = [node for node in outputs if node not in settings.judged]
    for node in graph.outputs:
        values = {"layer": graph.by_id[node].title}
        if node not in outputs:
            found.append(Problem(node, "error", "input_unused", values))
        elif node in unasked and len(unasked) > 1:
            found.append(Problem(node, "warning", "output_unasked", values))
    return found


def _search_problems(project: Project) -> list[Problem]:
    """What an optimizer that searches can't do with, or not well."""
    settings = project.settings
    if not settings.optimizer.searches:
        return []
    optimizer = settings.optimizer.title
    found = []
    for item in settings_of(TrainingSettings):
        if item.name in _UNSTEADY and getattr(settings, item.name):
            values = {"optimizer": optimizer, "setting": item.label}
            found.append(Problem("", "error", "search_unsteady", values))
    for node in project.graph.nodes:
        if node.frozen or node.passes:
            continue
        for item in settings_of(type(node.layer)):
            if item.name in _UNSTEADY and getattr(node.layer, item.name):
                values = {"optimizer": optimizer, "setting": f"{item.label} of {node.title}"}
                found.append(Problem(node.id, "error", "search_unsteady", values))
        if node.layer.is_random:
            values = {"optimizer": optimizer, "layer": node.title}
            found.append(Problem(node.id, "warning", "search_random", values))
    return found


def _loss_problems(graph: Graph, output: str, settings: TrainingSettings) -> list[Problem]:
    """Where the loss of an output doesn't fit the layer, or doesn't count."""
    found = []
    loss, node = settings.loss_of(output), graph.by_id[output]
    last = type(graph.by_id[graph.giver(output)].layer).__name__
    if loss.fuses and loss.fuses != last:
        values = {"loss": loss.title, "layer": loss.fuses}
        found.append(Problem(output, "error", "loss_needs_probabilities", values))
    elif loss.for_classes and not loss.fuses and last in _GIVE_PROBABILITIES:
        values = {"loss": loss.title, "layer": last}
        found.append(Problem(output, "warning", "loss_needs_scores", values))
    if not settings.weight_of(output):
        found.append(Problem(output, "warning", "output_weighs_nothing", {"layer": node.title}))
    return found


def _input_misfits(graph: Graph, entry: str, analysis: Analysis, facts: DataFacts) -> list[Problem]:
    """Where an input and the column that it reads don't fit."""
    layer, given = graph.by_id[entry].layer, analysis.shapes[entry]
    assert isinstance(layer, Input), "nothing else takes the data"
    column = facts.all_columns.get(layer.source)
    if column is None:
        return [_no_column(graph, entry, layer.source, facts)]
    if given != (column.shape or (1,)):
        values = {"data": shape_text(column.shape), "input": shape_text(given or ())}
        return [Problem(entry, "error", "data_shape", values)]
    return []


def _output_misfits(
    graph: Graph, output: str, analysis: Analysis, settings: TrainingSettings, facts: DataFacts
) -> list[Problem]:
    """Where an output and the column that it is compared with don't fit."""
    target = settings.target_of(output)
    column = facts.all_columns.get(target)
    if column is None:
        return [_no_column(graph, output, target, facts)]
    found = []
    shape, loss = analysis.shapes[output], settings.loss_of(output)
    if shape is not None and not output_fits(shape, loss, column):
        if len(graph.outputs) > 1 and output not in settings.judged:
            values = {"layer": graph.by_id[output].title, **target_text(column)}
            found.append(Problem(output, "error", "output_unjudged", values))
        elif len(column.shape) > (0 if column.classes else 1):
            values = {**target_text(column), "got": shape_text(shape)}
            found.append(Problem(output, "error", "output_of_places", values))
        else:
            kind = "class" if column.classes else "number"
            values = output_misfit(column.classes or prod(column.shape), kind, shape)
            found.append(Problem(output, "error", "output_shape", values))
    if loss.for_classes and not column.classes:
        found.append(Problem(output, "error", "loss_needs_classes", {"loss": loss.title}))
    return found


def _no_column(graph: Graph, node: str, column: str, facts: DataFacts) -> Problem:
    known = ", ".join(facts.all_columns)
    values = {"layer": graph.by_id[node].title, "column": column, "known": known}
    return Problem(node, "error", "column_missing", values)


def output_misfit(count: int, kind: str, shape: Shape) -> dict[str, Any]:
    """What the sentence ``output_shape`` is filled with; ``kind`` is a class or a number."""
    plural = "" if count == 1 else "es" if kind.endswith("s") else "s"
    return {"expected": f"{count:,} {kind}{plural}", "got": shape_text(shape), "units": count}


def target_text(column: ColumnFacts) -> dict[str, str]:
    """The column, and the shape of an output that fits it, as sentences have them."""
    shape = column.shape
    if column.classes:
        axis = feature_axis(len(shape) + 1)
        shape = (*shape[:axis], column.classes, *shape[axis:])
    return {"column": column.name, "expected": shape_text(shape)}


def output_fits(shape: Shape, loss: Loss, column: ColumnFacts) -> bool:
    """Whether an output of ``shape`` can be compared with ``column``.

    For classes it has one number for each, at each place; with some losses a single one for two
    classes. For numbers it has as many, in the same shape or either of the two in a row.
    """
    if not column.classes:
        same_count = prod(shape) == prod(column.shape)
        return same_count and (shape == column.shape or 1 in (len(shape), len(column.shape)))
    axis = feature_axis(len(shape))
    if not shape or (*shape[:axis], *shape[axis + 1 :]) != column.shape:
        return False
    single = loss.takes_one_output and column.classes == 2
    return shape[axis] == column.classes or (single and shape[axis] == 1)
