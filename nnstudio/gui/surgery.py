"""Surgery asked for in the window: it is done, undoable as one step, and its effect is told.

The network is asked about validation examples before and after, so the user reads in one sentence
how far its predictions moved. While training runs nothing is done: the run has weights of its own,
which would come back with its end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from nnstudio.graph.edits import freeze_units
from nnstudio.gui.canvas.arrange import room_for
from nnstudio.gui.canvas.measures import COLUMN, box_at, slots_of
from nnstudio.gui.canvas.placing import shown_places, with_places
from nnstudio.gui.workbench import Workbench
from nnstudio.messages import StudioError, sentence
from nnstudio.project.project import Project
from nnstudio.project.runs import with_weights
from nnstudio.project.surgery.by_hand import with_weight
from nnstudio.project.surgery.deepening import deepened
from nnstudio.project.surgery.distance import how_far
from nnstudio.project.surgery.narrowing import narrowed
from nnstudio.project.surgery.units import widened, without_units

Operation = Callable[[Project], Project]


def why_not(workbench: Workbench) -> str:
    """Why there can be no surgery at the moment, in a sentence; or empty."""
    return sentence("surgery_running") if workbench.runner.is_running else ""


def hindrance_to_widen(workbench: Workbench, node: str) -> str:
    """Why ``node`` can't be widened now, in a sentence; or empty."""
    more = workbench.graph.by_id[node].layer.unit_count + 1
    return _hindrance(workbench, lambda project: widened(project, node, more))


def hindrance_to_deepen(workbench: Workbench, node: str) -> str:
    """Why no layer can be put behind ``node`` now, in a sentence; or empty."""
    return _hindrance(workbench, lambda project: deepened(project, node).project)


def _hindrance(workbench: Workbench, operation: Operation) -> str:
    try:
        operation(replace(workbench.project, trained=None))  # only the design can be in the way
    except StudioError as error:
        return str(error)
    return why_not(workbench)


def widen(workbench: Workbench, node: str, units: int) -> bool:
    """Give ``node`` so many units, with the same function."""
    title = _title(workbench, node)
    words = f"Widened {title} to {units:,} units"
    return _operate(workbench, f"Widen {title}", words, lambda p: widened(p, node, units))


def hindrance_to_narrow(workbench: Workbench, node: str) -> str:
    """Why ``node`` can't be narrowed now, in a sentence; or empty."""
    fewer = workbench.graph.by_id[node].layer.unit_count - 1
    return _hindrance(workbench, lambda project: narrowed(project, node, fewer))


def narrow(workbench: Workbench, node: str, units: int) -> bool:
    """Leave ``node`` so many units, those whose weights are largest."""
    title = _title(workbench, node)
    words = f"Narrowed {title} to {units:,} unit{'s' if units != 1 else ''}"
    return _operate(workbench, f"Narrow {title}", words, lambda p: narrowed(p, node, units))


def deepen(workbench: Workbench, node: str) -> bool:
    """Put a layer that changes nothing yet behind ``node``, and select it."""
    new: tuple[str, ...] = ()

    def operation(project: Project) -> Project:
        nonlocal new
        result = deepened(project, node)
        new = result.new
        return _with_cards(result.project, result.behind, new)

    words = f"Inserted an identity layer behind {_title(workbench, node)}"
    done = _operate(workbench, "Insert identity layer", words, operation)
    if done:
        workbench.select(new[:1])
    return done


def delete_unit(workbench: Workbench, node: str, unit: int) -> bool:
    """Delete one unit, counted from 0."""
    words = f"Deleted unit {unit + 1} of {_title(workbench, node)}"
    return _operate(workbench, "Delete unit", words, lambda p: without_units(p, node, [unit]))


def hold_unit(workbench: Workbench, node: str, unit: int, frozen: bool) -> None:
    """Let one unit, counted from 0, learn no more, or again."""
    if _refused(workbench):
        return
    others = set(workbench.graph.by_id[node].frozen_units) - {unit}
    units = others | {unit} if frozen else others
    label = "Freeze unit" if frozen else "Train unit again"
    workbench.edit_graph(label, lambda graph: freeze_units(graph, node, units))


def set_weight(
    workbench: Workbench, node: str, name: str, index: tuple[int, ...], value: float
) -> bool:
    """Set one number by hand; the same number again within a moment is the same undo step."""
    if _refused(workbench):
        return False
    try:
        project = with_weight(_held(workbench, workbench.project), (node, name), index, value)
    except StudioError as error:
        workbench.said.emit(str(error), "warning")
        return False
    workbench.apply("Edit weight", project, ("weight", node, name, index))
    workbench.begin_gesture()
    return True


def _operate(workbench: Workbench, label: str, words: str, operation: Operation) -> bool:
    """Do it to the network and its weights, and say what it did."""
    if _refused(workbench):
        return False
    try:
        before = _held(workbench, workbench.project)
        after = operation(before)
        told = _effect(workbench, before, after)
    except StudioError as error:
        workbench.said.emit(str(error), "warning")
        return False
    workbench.apply(label, after)
    workbench.said.emit(f"{words}{told}.", "ok")
    return True


def _effect(workbench: Workbench, before: Project, after: Project) -> str:
    """How far predictions moved, where that can be told."""
    data = workbench.data
    if data is None or before.trained is None:
        return ""
    try:
        return f": {how_far(before, after, data)}"
    except (StudioError, KeyError, ValueError):  # the data isn't what the network reads
        return ""


def _held(workbench: Workbench, project: Project) -> Project:
    """With weights in hand, if there is data to prepare inputs by."""
    data = workbench.data
    return project if data is None else with_weights(project, data)


def _refused(workbench: Workbench) -> bool:
    words = why_not(workbench)
    if words:
        workbench.said.emit(words, "warning")
    return bool(words)


def _with_cards(project: Project, behind: str, new: tuple[str, ...]) -> Project:
    """With the new cards in a row behind the one they follow; what is in their way moves right."""
    graph = project.graph
    for number, node in enumerate(new):
        shown = shown_places(project)
        boxes = {
            n: box_at(p, slots_of(graph, n)) for n, p in shown.items() if n not in new[number:]
        }
        x, y = shown[new[number - 1] if number else behind]
        place = (x + COLUMN, y)
        push = room_for(boxes, place, slots_of(graph, node))
        pushed = {n: (shown[n][0] + dx, shown[n][1]) for n, dx in push.items()}
        project = with_places(project, graph, {**pushed, node: place})
    return project


def _title(workbench: Workbench, node: str) -> str:
    known = workbench.graph.by_id.get(node)
    return node if known is None else known.title
