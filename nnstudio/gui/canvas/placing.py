"""Where the cards stand, and what moves them: pure functions from one project to the next.

Where nobody has placed the cards, the canvas arranges them for display only. With the first of
these commands all places that are shown become part of the layout, so that nothing jumps.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from typing import Literal

from nnstudio.graph.edits import remove
from nnstudio.graph.model import Graph
from nnstudio.gui.canvas.arrange import arrange, places
from nnstudio.gui.canvas.arrange_down import arrange_down
from nnstudio.gui.canvas.folding import (
    card_box,
    card_key,
    card_place,
    folded_graph,
    has_circle,
    holders,
)
from nnstudio.gui.canvas.measures import ROW, Box, Point, box_at, overlap, slots_of
from nnstudio.project.layout import Group
from nnstudio.project.project import Project

Direction = Literal["right", "down"]
_ARRANGED: dict[Direction, Callable[[Graph], Mapping[str, Point]]] = {
    "right": arrange,
    "down": arrange_down,
}
Side = Literal["left", "right", "top", "bottom"]
#: For each side: the axis, which end of a card counts (0 or 1), and which of all cards decides.
_SIDES: dict[Side, tuple[int, int, Callable[[Iterable[float]], float]]] = {
    "left": (0, 0, min),
    "right": (0, 1, max),
    "top": (1, 0, min),
    "bottom": (1, 1, max),
}


def shown_places(project: Project) -> Mapping[str, Point]:
    """Where every card stands on the canvas."""
    return places(project.graph, project.layout)


def with_places(project: Project, graph: Graph, moved: Mapping[str, Point]) -> Project:
    """With another graph, its cards where they are shown now, and these moved."""
    layout = project.layout.moved({**shown_places(project), **moved})
    return replace(project, layout=layout).with_graph(graph)


def boxes_of(project: Project) -> dict[str, Box]:
    """The box of every node's card; the nodes of a collapsed group have one card together."""
    graph, shown = project.graph, shown_places(project)
    boxes = {node: box_at(place, slots_of(graph, node)) for node, place in shown.items()}
    for group in project.layout.groups:
        if group.collapsed:
            boxes.update(dict.fromkeys(group.nodes, card_box(graph, group, shown)))
    return boxes


def _card_boxes(project: Project, nodes: Collection[str]) -> dict[str, Box]:
    """The boxes of the cards for these nodes, each under one node; see :func:`_with_cards_at`."""
    held = holders(project.layout.groups)
    first: dict[str, str] = {}
    for node in nodes:
        first.setdefault(held.get(node, node), node)
    boxes = boxes_of(project)
    return {node: boxes[node] for node in first.values()}


def _with_cards_at(
    project: Project, before: Mapping[str, Box], placed: Mapping[str, Point]
) -> Project:
    """With these cards at other places; the nodes of a collapsed group move together."""
    held, shown = holders(project.layout.groups), shown_places(project)
    offsets = {
        held.get(node, node): (x - before[node][0], y - before[node][1])
        for node, (x, y) in placed.items()
    }
    spots = {}
    for node, (x, y) in shown.items():
        if (offset := offsets.get(held.get(node, node))) is not None:
            spots[node] = x + offset[0], y + offset[1]
    return with_places(project, project.graph, spots)


def moved(project: Project, nodes: Iterable[str], offset: Point) -> Project:
    """With these cards moved by ``offset``."""
    shown = shown_places(project)
    dx, dy = offset
    return with_places(
        project, project.graph, {n: (shown[n][0] + dx, shown[n][1] + dy) for n in nodes}
    )


def tidied(
    project: Project, direction: Direction = "right", nodes: Collection[str] = ()
) -> Project:
    """With cards in order, as if nobody had placed them; a collapsed group is one card.

    Args:
        direction: in columns from left to right, or in rows from the top down.
        nodes: only these cards, where they are; all of them if there are fewer than two.
    """
    graph, shown = project.graph, shown_places(project)
    groups: list[Group] = []
    for group in project.layout.groups:
        if group.collapsed and not has_circle(folded_graph(graph, [*groups, group])):
            groups.append(group)  # else a path leaves it and comes back: its nodes stand apart
    cards = {node: card_key(group) for group in groups for node in group.nodes}
    chosen = {cards.get(node, node) for node in nodes}
    folded = folded_graph(graph, groups)
    before = {**shown, **{card_key(g): card_place(g.nodes, shown) for g in groups}}
    if len(chosen) > 1:
        others = [node.id for node in folded.nodes if node.id not in chosen]
        found = _beginning_at(_ARRANGED[direction](remove(folded, others)), before, folded)
    else:
        found = dict(_ARRANGED[direction](folded))
    for group in groups:
        if (there := found.pop(card_key(group), None)) is not None:
            here = before[card_key(group)]
            for node in group.nodes:
                x, y = shown[node]
                found[node] = x + there[0] - here[0], y + there[1] - here[1]
    return with_places(project, graph, found)


def _beginning_at(
    found: Mapping[str, Point], before: Mapping[str, Point], folded: Graph
) -> dict[str, Point]:
    """With the first of these cards where it was before; all lower if others are in the way."""
    first = min(found, key=lambda node: sum(found[node]))
    dx, dy = (before[first][axis] - found[first][axis] for axis in (0, 1))
    staying = [
        box_at(before[n.id], slots_of(folded, n.id)) for n in folded.nodes if n.id not in found
    ]
    while True:
        there = {node: (x + dx, y + dy) for node, (x, y) in found.items()}
        boxes = [box_at(place, slots_of(folded, node)) for node, place in there.items()]
        if not any(overlap(box, other) for box in boxes for other in staying):
            return there
        dy += ROW


def aligned(project: Project, nodes: Collection[str], side: Side) -> Project:
    """With these cards at one line: that of the one that is furthest to this side."""
    boxes = _card_boxes(project, nodes)
    if not boxes:
        return project
    axis, far, pick = _SIDES[side]
    line = pick(box[axis] + far * box[axis + 2] for box in boxes.values())
    placed = {}
    for node, box in boxes.items():
        place = [box[0], box[1]]
        place[axis] = line - far * box[axis + 2]
        placed[node] = (place[0], place[1])
    return _with_cards_at(project, boxes, placed)


def distributed(project: Project, nodes: Collection[str], axis: Literal[0, 1]) -> Project:
    """With the same gap between these cards, across (0) or down (1); the outermost stay."""
    boxes = _card_boxes(project, nodes)
    order = sorted(boxes, key=lambda node: boxes[node][axis])
    if len(order) < 3:
        return project
    first, last = boxes[order[0]][axis], boxes[order[-1]][axis]
    inside = sum(boxes[node][axis + 2] for node in order[:-1])
    gap = (last - first - inside) / (len(order) - 1)
    placed, at = {}, first
    for node in order:
        place = [boxes[node][0], boxes[node][1]]
        place[axis] = last if node == order[-1] else round(at)
        placed[node] = (place[0], place[1])
        at += boxes[node][axis + 2] + gap
    return _with_cards_at(project, boxes, placed)
