"""Adding a block of layers: pure functions from one project to the next.

A block comes as one card, a collapsed group, and is placed and wired as a layer would be. What has
no single entry or exit is left unconnected there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from nnstudio.graph.edits import connect, remove
from nnstudio.graph.model import Edge
from nnstudio.gui.canvas import grouping
from nnstudio.gui.canvas.arrange import free_place, room_for
from nnstudio.gui.canvas.commands import middle_below, next_place, pasted
from nnstudio.gui.canvas.folding import card_place, card_slots, entries, exits
from nnstudio.gui.canvas.gestures import Port
from nnstudio.gui.canvas.measures import COLUMN, HEIGHT, WIDTH, Point, snapped
from nnstudio.gui.canvas.placing import boxes_of, moved, shown_places, with_places
from nnstudio.persistence.blocks import Block
from nnstudio.project.project import Project

#: The project with the block, and the ids of its nodes.
_Added = tuple[Project, tuple[str, ...]]


def single_end(block: Block, kind: Literal["input", "output"]) -> Port | None:
    """The one input (or output) at which a block takes (or gives), if it has just one."""
    graph = block.clipping.graph
    ports = (entries if kind == "input" else exits)(graph, tuple(graph.by_id))
    return ports[0] if len(ports) == 1 else None


def block_added(project: Project, block: Block, place: Point) -> _Added:
    """With the block, unconnected, the middle of its card at ``place``."""
    before = boxes_of(project)
    project, nodes = _with_block(project, block)
    corner = snapped(place[0] - WIDTH / 2), snapped(place[1] - HEIGHT / 2)
    free = free_place(before.values(), corner, card_slots(project.graph, nodes))
    return _standing_at(project, nodes, free), nodes


def block_at_port(project: Project, block: Block, port: Port, place: Point) -> _Added:
    """With the block wired to ``port``, its own port at ``place``.

    Raises:
        EditError: the wire can't be.
    """
    half = WIDTH / 2 if port.kind == "output" else -WIDTH / 2
    project, nodes = block_added(project, block, (place[0] + half, place[1]))
    ends = (entries if port.kind == "output" else exits)(project.graph, nodes)
    if len(ends) != 1:
        return project, nodes
    source, target = (port, ends[0]) if port.kind == "output" else (ends[0], port)
    return _connected(project, Edge(source.node, target.node, target.slot)), nodes


def block_behind(project: Project, block: Block, selected: Sequence[str]) -> _Added:
    """With the block behind the selected node, or the last output, as a layer would be."""
    sources = grouping.ends_of(project, selected)[-1:] or project.graph.outputs[-1:]
    if not sources or single_end(block, "input") is None:
        return block_added(project, block, middle_below(project))
    source = sources[0]
    followers = project.graph.outgoing[source]
    if len(followers) == 1 and single_end(block, "output") is not None:
        return block_inserted(project, block, followers[0])
    boxes = boxes_of(project)
    project, nodes = _with_block(project, block)
    place = next_place({node: box[:2] for node, box in boxes.items()}, source)
    free = free_place(boxes.values(), place, card_slots(project.graph, nodes))
    project = _standing_at(project, nodes, free)
    (entry,) = entries(project.graph, nodes)
    return _connected(project, Edge(source, entry.node, entry.slot)), nodes


def block_inserted(
    project: Project, block: Block, edge: Edge, place: Point | None = None
) -> _Added:
    """With the block within the wire ``edge``; see :func:`commands.inserted` for the place."""
    if single_end(block, "input") is None or single_end(block, "output") is None:
        return block_added(project, block, place or middle_below(project))
    before = boxes_of(project)
    project, nodes = _with_block(project, block)
    (entry,), (way_out,) = entries(project.graph, nodes), exits(project.graph, nodes)
    slots = card_slots(project.graph, nodes)
    graph = remove(project.graph, edges=[edge])
    graph = connect(graph, edge.source, entry.node, entry.slot)
    graph = connect(graph, way_out.node, edge.target, edge.slot)
    project = with_places(project, graph, {})
    if place is not None:
        corner = snapped(place[0] - WIDTH / 2), snapped(place[1] - HEIGHT / 2)
        if free_place(before.values(), corner, slots) == corner:
            return _standing_at(project, nodes, corner), nodes
    corner = before[edge.source][0] + COLUMN, before[edge.source][1]
    shown = shown_places(project)
    push = room_for(before, corner, slots)
    pushed = {n: (shown[n][0] + dx, shown[n][1]) for n, dx in push.items()}
    return _standing_at(with_places(project, graph, pushed), nodes, corner), nodes


def _with_block(project: Project, block: Block) -> _Added:
    """With the block's nodes, as one card if there are several."""
    project, nodes = pasted(project, replace(block.clipping, groups=()))
    if len(nodes) > 1:
        project = grouping.folded(grouping.grouped(project, nodes, block.name), nodes, True)
    return project, nodes


def _standing_at(project: Project, nodes: tuple[str, ...], corner: Point) -> Project:
    """With the card for these nodes at ``corner``."""
    x, y = card_place(nodes, shown_places(project))
    return moved(project, nodes, (corner[0] - x, corner[1] - y))


def _connected(project: Project, edge: Edge) -> Project:
    graph = connect(project.graph, edge.source, edge.target, edge.slot)
    return with_places(project, graph, {})
