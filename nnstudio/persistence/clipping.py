"""Nodes and notes as text, for the clipboard: copied here, pasted in another window or in a mail.

The text is a part of what ``project.json`` would hold: nodes, the wires among them, places, and
notes. Weights stay behind. It is read like a file, so whatever lies in the clipboard does no harm.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

import msgspec

from nnstudio.graph.model import Edge, Graph
from nnstudio.messages import StudioError
from nnstudio.persistence.errors import Damaged
from nnstudio.persistence.project_text import (
    EdgeText,
    GroupText,
    NodeText,
    NoteText,
    PlaceText,
    check_groups,
    check_lists,
    check_notes,
    check_wires,
    group_of,
    group_text,
    node_of,
    node_text,
    note_of,
    note_text,
)
from nnstudio.persistence.trained_text import Form
from nnstudio.project.layout import Group, Note

_KIND = "nodes of a network"
#: Longer texts are not looked at.
MOST_CHARACTERS = 20_000_000


@dataclass(frozen=True)
class Clipping:
    """Some nodes, the wires among them, and where they stood.

    Attributes:
        places: of every node, by its id.
        groups: of these nodes alone.
    """

    graph: Graph
    places: Mapping[str, tuple[float, float]]
    groups: tuple[Group, ...] = ()
    notes: tuple[Note, ...] = ()


class ClippingText(Form):
    """The whole text; ``nnstudio`` says what it is."""

    nnstudio: str
    nodes: list[NodeText]
    edges: list[EdgeText]
    places: list[PlaceText]
    groups: list[GroupText] = msgspec.field(default_factory=list)
    notes: list[NoteText] = msgspec.field(default_factory=list)


def clipped(
    graph: Graph,
    places: Mapping[str, tuple[float, float]],
    nodes: Collection[str],
    groups: Iterable[Group] = (),
    notes: Iterable[Note] = (),
) -> Clipping:
    """These nodes of ``graph`` and these notes, and groups that are chosen as a whole.

    A node that shared the weights of one left behind has its own.
    """
    chosen = set(nodes)
    kept = tuple(
        replace(node, owner=node.owner if node.owner in chosen else "")
        for node in graph.nodes
        if node.id in chosen
    )
    edges = tuple(e for e in graph.edges if e.source in chosen and e.target in chosen)
    whole = tuple(group for group in groups if chosen.issuperset(group.nodes))
    spots = {node.id: places[node.id] for node in kept}
    return Clipping(Graph(kept, edges), spots, whole, tuple(notes))


def clipping_text(clipping: Clipping) -> str:
    """``clipping`` as JSON."""
    text = text_of_clipping(clipping)
    return msgspec.json.format(msgspec.json.encode(text), indent=1).decode()


def text_of_clipping(clipping: Clipping) -> ClippingText:
    """``clipping`` as an object of a text."""
    graph = clipping.graph
    return ClippingText(
        nnstudio=_KIND,
        nodes=[node_text(node) for node in graph.nodes],
        edges=[EdgeText(source=e.source, target=e.target, slot=e.slot) for e in graph.edges],
        places=[PlaceText(node=node, x=x, y=y) for node, (x, y) in clipping.places.items()],
        groups=[group_text(group) for group in clipping.groups],
        notes=[note_text(note) for note in clipping.notes],
    )


def parse_clipping(text: str) -> Clipping:
    """The inverse of :func:`clipping_text`.

    Raises:
        StudioError: it is something else, or doesn't fit together; the sentence says which.
    """
    if len(text) > MOST_CHARACTERS or _KIND not in text:
        raise StudioError("paste_nothing")
    try:
        read = msgspec.json.decode(text.encode("utf-8", "replace"), type=ClippingText)
    except (msgspec.DecodeError, RecursionError) as error:
        raise StudioError("paste_damaged", reason=str(error)) from error
    return clipping_of_text(read)


def clipping_of_text(read: ClippingText) -> Clipping:
    """The inverse of :func:`text_of_clipping`.

    Raises:
        StudioError: it is something else, or doesn't fit together; the sentence says which.
    """
    if read.nnstudio != _KIND:
        raise StudioError("paste_nothing")
    try:
        nodes = tuple(node_of(node, f"$.nodes[{i}]") for i, node in enumerate(read.nodes))
        graph = Graph(nodes, tuple(Edge(e.source, e.target, e.slot) for e in read.edges))
        check_lists(read.nodes, read.edges, read.places)
        check_wires(graph)
        check_groups(read.groups, graph.by_id)
        check_notes(read.notes)
    except (Damaged, RecursionError) as error:
        raise StudioError("paste_damaged", reason=str(error)) from error
    places = {place.node: (place.x, place.y) for place in read.places}
    if places.keys() != graph.by_id.keys():
        raise StudioError("paste_damaged", reason="a node has no place")
    groups, notes = map(group_of, read.groups), map(note_of, read.notes)
    return Clipping(graph, places, tuple(groups), tuple(notes))
