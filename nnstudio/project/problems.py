"""What is wrong with a project as a whole: its graph, and how graph, data and loss fit together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from nnstudio.engine.layer import Shape
from nnstudio.engine.losses import Loss
from nnstudio.graph.analysis import Analysis, Problem, analyse
from nnstudio.graph.model import Graph
from nnstudio.messages import shape_text
from nnstudio.project.project import Project
from nnstudio.schema import settings_of
from nnstudio.training.settings import TrainingSettings

#: What squeezes scores into 0 … 1, where no margin of 1 can be reached.
_GIVE_PROBABILITIES = ("Sigmoid", "Softmax")

#: What an optimizer that searches has no place for: a kink in the loss, where the slope on one side
#: says nothing of the other, and what changes gradient or weights without the loss knowing.
_UNSTEADY = ("l1", "weight_decay", "max_norm", "clip_value", "clip_norm")


@dataclass(frozen=True)
class DataFacts:
    """What a network must know of its data.

    Attributes:
        input_shape: of one input.
        output_size: how many classes or numbers are to be answered.
        is_classification: whether they are classes.
        is_validated: whether there is a validation part.
    """

    input_shape: tuple[int, ...]
    output_size: int
    is_classification: bool
    is_validated: bool = True


def problems(project: Project, facts: DataFacts | None) -> tuple[Problem, ...]:
    """All problems, the graph's own first.

    Args:
        facts: of the project's data; ``None`` while it can't be loaded.
    """
    graph = project.graph
    analysis = analyse(graph)
    found = [*analysis.problems, *end_problems(graph)]
    if found or not graph.nodes:
        return tuple(found)
    if not any(analysis.parameters(node.id) for node in graph.nodes if not node.frozen):
        found.append(Problem("", "error", "nothing_to_train"))
    output = graph.outputs[0]
    loss = project.settings.loss_of(output)
    last = type(graph.by_id[output].layer).__name__
    if loss.fuses and loss.fuses != last:
        values = {"loss": loss.title, "layer": loss.fuses}
        found.append(Problem(output, "error", "loss_needs_probabilities", values))
    elif loss.for_classes and not loss.fuses and last in _GIVE_PROBABILITIES:
        values = {"loss": loss.title, "layer": last}
        found.append(Problem(output, "warning", "loss_needs_scores", values))
    found += _search_problems(project)
    if facts is not None:
        found += _misfits(graph, analysis, loss, facts)
        found += _unwatched(project.settings, facts)
    return tuple(found)


def _unwatched(settings: TrainingSettings, facts: DataFacts) -> list[Problem]:
    """Early stopping by a validation part that isn't there."""
    if settings.early_stopping and settings.monitor != "training loss" and not facts.is_validated:
        return [Problem("", "warning", "nothing_validated")]
    return []


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
        if node.frozen:
            continue
        for item in settings_of(type(node.layer)):
            if item.name in _UNSTEADY and getattr(node.layer, item.name):
                values = {"optimizer": optimizer, "setting": f"{item.label} of {node.title}"}
                found.append(Problem(node.id, "error", "search_unsteady", values))
        if node.layer.is_random:
            values = {"optimizer": optimizer, "layer": node.title}
            found.append(Problem(node.id, "warning", "search_random", values))
    return found


def end_problems(graph: Graph) -> list[Problem]:
    """More than one input or output."""
    found = []
    if len(graph.inputs) > 1:
        found.append(Problem("", "error", "many_inputs", {"count": len(graph.inputs)}))
    if len(graph.outputs) > 1:
        names = ", ".join(graph.by_id[node].title for node in graph.outputs)
        values = {"count": len(graph.outputs), "nodes": names}
        found.append(Problem("", "error", "many_outputs", values))
    return found


def output_misfit(count: int, kind: str, shape: Shape) -> dict[str, Any]:
    """What the sentence ``output_shape`` is filled with; ``kind`` is a class or a number."""
    plural = "" if count == 1 else "es" if kind.endswith("s") else "s"
    return {"expected": f"{count:,} {kind}{plural}", "got": shape_text(shape), "units": count}


def output_fits(shape: Shape, loss: Loss, facts: DataFacts) -> bool:
    """One output per class or number; with some losses a single one for two classes."""
    two_classes = facts.is_classification and facts.output_size == 2
    single = loss.takes_one_output and two_classes
    return shape == (facts.output_size,) or (single and shape == (1,))


def _misfits(graph: Graph, analysis: Analysis, loss: Loss, facts: DataFacts) -> list[Problem]:
    """Where the network and the data don't fit."""
    found = []
    (entry,), (output,) = graph.inputs, graph.outputs
    given = analysis.shapes[entry]
    if given != facts.input_shape:
        values = {"data": shape_text(facts.input_shape), "input": shape_text(given or ())}
        found.append(Problem(entry, "error", "data_shape", values))
    shape = analysis.shapes[output]
    if shape is not None and not output_fits(shape, loss, facts):
        kind = "class" if facts.is_classification else "number"
        values = output_misfit(facts.output_size, kind, shape)
        found.append(Problem(output, "error", "output_shape", values))
    if loss.for_classes and not facts.is_classification:
        found.append(Problem(output, "error", "loss_needs_classes", {"loss": loss.title}))
    return found
