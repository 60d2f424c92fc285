"""What is shown where groups are collapsed: one card for all of a group's nodes.

Pure functions of graph and groups. The card of a collapsed group has the ports of its nodes at
which wires cross its border, so that wires are drawn, picked up and dropped there as everywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from graphlib import CycleError, TopologicalSorter

from nnstudio.engine.merging import Concatenate
from nnstudio.graph.edits import EditError
from nnstudio.graph.model import Edge, Graph, Node
from nnstudio.gui.canvas import gestures
from nnstudio.gui.canvas.gestures import Attempt, Port, Target, Whole, Wiring
from nnstudio.gui.canvas.measures import Box, Point, box_at, overlap
from nnstudio.project.layout import Group

#: From the cards to the frame of their group, and what its title needs above that: together less
#: than half of what is between two rows, so that wires pass between them above the frame.
FRAME_GAP, FRAME_TITLE = 10.0, 12.0


def card_key(group: Group) -> str:
    """Under which a group's card is kept among those of nodes."""
    return f"group {group.id}"


@lru_cache(maxsize=8)
def holders(groups: tuple[Group, ...]) -> Mapping[str, str]:
    """The card that stands for each node without a card of its own."""
    return {node: card_key(g) for g in groups if g.collapsed for node in g.nodes}


def shown_edges(graph: Graph, held: Mapping[str, str]) -> tuple[Edge, ...]:
    """The wires that are drawn: all but those within one card.

    Args:
        held: what :func:`holders` gives.
    """
    if not held:
        return graph.edges
    return tuple(
        edge
        for edge in graph.edges
        if edge.source not in held or held[edge.source] != held.get(edge.target)
    )


def folded_graph(graph: Graph, groups: Iterable[Group]) -> Graph:
    """The graph as it is shown: a collapsed group as one node with an input for each entry.

    A path that leaves a group and comes back makes it a graph with a circle.
    """
    owners = {node: g for g in groups if g.collapsed for node in g.nodes}
    nodes: dict[str, Node] = {}
    for node in graph.nodes:
        key = card_key(owners[node.id]) if node.id in owners else node.id
        nodes.setdefault(key, node if key == node.id else Node(key, Concatenate()))
    slots = {
        port: number
        for group in set(owners.values())
        for number, port in enumerate(entries(graph, group.nodes))
    }
    edges = []
    for edge in shown_edges(graph, {node: card_key(group) for node, group in owners.items()}):
        source = card_key(owners[edge.source]) if edge.source in owners else edge.source
        if edge.target in owners:
            slot = slots[Port(edge.target, "input", edge.slot)]
            edges.append(Edge(source, card_key(owners[edge.target]), slot))
        else:
            edges.append(Edge(source, edge.target, edge.slot))
    return Graph(tuple(nodes.values()), tuple(edges))


def has_circle(graph: Graph) -> bool:
    """Whether some path comes back to where it began."""
    before = {node.id: {edge.source for edge in graph.incoming[node.id]} for node in graph.nodes}
    try:
        TopologicalSorter(before).prepare()
    except CycleError:
        return True
    return False


def card_place(nodes: Iterable[str], places: Mapping[str, Point]) -> Point:
    """Where the card for these nodes stands: where the first of them does, from the left."""
    return min(places[node] for node in nodes)


def card_box(graph: Graph, group: Group, places: Mapping[str, Point]) -> Box:
    """The box of a collapsed group's card."""
    return box_at(card_place(group.nodes, places), card_slots(graph, group.nodes))


def card_slots(graph: Graph, nodes: Collection[str]) -> int:
    """How many ports the taller side of the card for these nodes has."""
    return max(1, len(entries(graph, nodes)), len(exits(graph, nodes)))


def frame_box(boxes: Iterable[Box]) -> Box:
    """The frame around the cards of an expanded group, its title included."""
    left, top, right, bottom = zip(*((x, y, x + w, y + h) for x, y, w, h in boxes), strict=True)
    x, y = min(left) - FRAME_GAP, min(top) - FRAME_GAP - FRAME_TITLE
    return x, y, max(right) + FRAME_GAP - x, max(bottom) + FRAME_GAP - y


def frame_boxes(nodes: Collection[str], boxes: Mapping[str, Box]) -> tuple[Box, ...]:
    """The frames of an expanded group: one around all its cards, if no other would be within.

    Otherwise one for each part that stands together, in reading order.

    Args:
        boxes: of all cards.
    """
    own, inside = [boxes[node] for node in nodes], set(nodes)
    whole = frame_box(own)
    foreign = [box for key, box in boxes.items() if overlap(box, whole) and key not in inside]
    if not foreign:
        return (whole,)
    parts: list[list[Box]] = []
    for box in sorted(own, key=lambda box: (box[1], box[0])):
        home = next((p for p in reversed(parts) if _are_alone([*p, box], foreign)), None)
        if home is None:
            parts.append([box])
        else:
            home.append(box)
    return tuple(map(frame_box, parts))


def _are_alone(own: list[Box], foreign: Iterable[Box]) -> bool:
    """Whether a frame around these cards would hold no other."""
    frame = frame_box(own)
    return not any(overlap(box, frame) for box in foreign)


# ---------------------------------------------------------------- where wires cross the border


def entries(graph: Graph, nodes: Collection[str]) -> tuple[Port, ...]:
    """The inputs of these nodes that are wired from outside, or must be and aren't wired yet."""
    inside = set(nodes)
    found = []
    for node in nodes:
        incoming = {edge.slot: edge.source for edge in graph.incoming[node]}
        fewest, _ = graph.by_id[node].layer.arity
        for slot in sorted({*incoming, *range(fewest)}):
            if incoming.get(slot, "") not in inside:
                found.append(Port(node, "input", slot))
    return tuple(found)


def exits(graph: Graph, nodes: Collection[str]) -> tuple[Port, ...]:
    """The outputs of these nodes that lead outside, or nowhere yet."""
    inside = set(nodes)
    return tuple(
        Port(node, "output")
        for node in nodes
        if not graph.outgoing[node] or any(e.target not in inside for e in graph.outgoing[node])
    )


def free_entries(graph: Graph, nodes: Collection[str]) -> tuple[Port, ...]:
    """Those of :func:`entries` that have no wire yet."""
    return tuple(
        port
        for port in entries(graph, nodes)
        if all(edge.slot != port.slot for edge in graph.incoming[port.node])
    )


# ---------------------------------------------------------------- wires dropped on a group


def attempt(graph: Graph, wiring: Wiring, over: Target, groups: Iterable[Group]) -> Attempt:
    """What would follow if the wire were dropped on ``over``, which may be a whole group."""
    if not isinstance(over, Whole):
        return gestures.attempt(graph, wiring, over)
    kept = gestures.without_moved(graph, wiring)
    leads_in = wiring.origin.kind == "output"
    ports = (free_entries if leads_in else exits)(kept, over.nodes)
    if wiring.origin.node not in over.nodes and len(ports) == 1:
        return gestures.attempt(graph, wiring, ports[0])
    name = next((group.name for group in groups if group.id == over.group), "")
    if wiring.origin.node in over.nodes:
        error = EditError("group_itself", group=name)
    elif ports:
        many = "group_many_inputs" if leads_in else "group_many_outputs"
        error = EditError(many, group=name, count=len(ports))
    else:
        none = "group_no_input" if leads_in else "group_no_output"
        error = EditError(none, group=name)
    port = Port(over.nodes[0], "input" if leads_in else "output")
    return Attempt(port=port, refusal=str(error))
