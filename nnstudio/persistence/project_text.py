"""The design in words: ``project.json``, which a person can read and compare.

Each class here is one kind of object in the text. msgspec refuses what has another form; what a
form can't tell (wires to nodes that don't exist, circles, settings out of range) is checked when
the project is built.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from graphlib import CycleError, TopologicalSorter
from math import isfinite
from typing import Any

from nnstudio import schema
from nnstudio.data.settings import DataSettings
from nnstudio.engine.catalogue import LAYERS
from nnstudio.graph.model import Edge, Graph, Node
from nnstudio.persistence.errors import Damaged
from nnstudio.persistence.migrations import VERSION
from nnstudio.persistence.trained_text import Count, Form, TrainedText
from nnstudio.project.layout import Group, Layout, Note
from nnstudio.project.project import Project
from nnstudio.training.settings import TrainingSettings

#: More than anybody draws, and few enough that looking through them takes no time.
MOST_NODES = 10_000
MOST_EDGES = 100_000


class NodeText(Form):
    id: str
    name: str
    owner: str
    frozen: bool
    frozen_units: list[Count]
    bypassed: bool
    layer: dict[str, Any]


class EdgeText(Form):
    source: str
    target: str
    slot: int


class PlaceText(Form):
    node: str
    x: float
    y: float


class NoteText(Form):
    id: str
    text: str
    x: float
    y: float
    width: float
    height: float


class GroupText(Form):
    id: str
    name: str
    nodes: list[str]
    collapsed: bool


class ProjectText(Form):
    """The whole text; ``trained`` is null for a network that never learned."""

    version: int
    description: str
    nodes: list[NodeText]
    edges: list[EdgeText]
    layout: list[PlaceText]
    notes: list[NoteText]
    groups: list[GroupText]
    data: dict[str, Any]
    settings: dict[str, Any]
    trained: TrainedText | None


def node_text(node: Node) -> NodeText:
    """``node`` as it is written."""
    return NodeText(
        id=node.id,
        name=node.name,
        owner=node.owner,
        frozen=node.frozen,
        frozen_units=list(node.frozen_units),
        bypassed=node.bypassed,
        layer=schema.to_plain(node.layer),
    )


def node_of(text: NodeText, where: str) -> Node:
    """The inverse of :func:`node_text`.

    Args:
        where: its place in the file, for messages, such as ``$.nodes[3]``.

    Raises:
        SettingError: the layer is unknown or has an illegal setting.
    """
    layer = schema.from_plain(text.layer, LAYERS, f"{where}.layer")
    units = tuple(text.frozen_units)
    return Node(text.id, layer, text.name, text.owner, text.frozen, units, text.bypassed)


def text_of(project: Project) -> ProjectText:
    """``project`` as objects that can be written as JSON; arrays are left out.

    Raises:
        Damaged: two places or nodes that couldn't be told apart, a place that is nowhere.
    """
    text = ProjectText(
        version=VERSION,
        description=project.description,
        nodes=[node_text(node) for node in project.graph.nodes],
        edges=[
            EdgeText(source=edge.source, target=edge.target, slot=edge.slot)
            for edge in project.graph.edges
        ],
        layout=[PlaceText(node=node, x=x, y=y) for node, x, y in project.layout.positions],
        notes=[note_text(note) for note in project.layout.notes],
        groups=[group_text(group) for group in project.layout.groups],
        data=project.data.to_plain(),
        settings=project.settings.to_plain(),
        trained=TrainedText.of(project.trained) if project.trained else None,
    )
    _check(text)
    return text


def design_of(text: ProjectText) -> Project:
    """The untrained project that ``text`` tells of.

    Raises:
        Damaged: the parts don't fit together.
        StudioError: a layer, the data or the settings have an illegal value.
    """
    _check(text)
    nodes = tuple(node_of(node, f"$.nodes[{i}]") for i, node in enumerate(text.nodes))
    graph = Graph(nodes, tuple(Edge(e.source, e.target, e.slot) for e in text.edges))
    check_wires(graph)
    return Project(
        graph,
        Layout(
            tuple((place.node, place.x, place.y) for place in text.layout),
            tuple(map(note_of, text.notes)),
            tuple(map(group_of, text.groups)),
        ),
        DataSettings.from_plain(text.data, "$.data"),
        TrainingSettings.from_plain(text.settings, "$.settings"),
        description=text.description,
    )


def _check(text: ProjectText) -> None:
    """What holds for a text that is written as well as for one that was read."""
    check_lists(text.nodes, text.edges, text.layout)
    check_notes(text.notes)
    check_groups(text.groups, {node.id for node in text.nodes})


def check_notes(notes: Sequence[NoteText]) -> None:
    """Notes that can be told apart, each somewhere."""
    if len(notes) > MOST_NODES or len({note.id for note in notes}) < len(notes):
        raise Damaged(f"it has more than {MOST_NODES:,} notes or two with the same id")
    for note in notes:
        if not all(map(isfinite, (note.x, note.y, note.width, note.height))):
            raise Damaged("a note's place is no finite number")
        if note.width <= 0 or note.height <= 0:
            raise Damaged("a note has no size")


def note_text(note: Note) -> NoteText:
    """``note`` as it is written."""
    return NoteText(
        id=note.id, text=note.text, x=note.x, y=note.y, width=note.width, height=note.height
    )


def note_of(text: NoteText) -> Note:
    """The inverse of :func:`note_text`."""
    return Note(text.id, text.text, text.x, text.y, text.width, text.height)


def group_text(group: Group) -> GroupText:
    """``group`` as it is written."""
    return GroupText(
        id=group.id, name=group.name, nodes=list(group.nodes), collapsed=group.collapsed
    )


def group_of(text: GroupText) -> Group:
    """The inverse of :func:`group_text`."""
    return Group(text.id, text.name, tuple(text.nodes), text.collapsed)


def check_groups(groups: Sequence[GroupText], nodes: Collection[str]) -> None:
    """Groups that can be told apart, of nodes that exist, each in no more than one.

    Raises:
        Damaged: it isn't so.
    """
    members = [node for group in groups for node in group.nodes]
    if len({group.id for group in groups}) < len(groups):
        raise Damaged("two groups have the same id")
    if not all(group.id and group.nodes for group in groups):
        raise Damaged("a group has an empty id or no nodes")
    if len(set(members)) < len(members) or not set(members) <= set(nodes):
        raise Damaged("a group has a node that doesn't exist or is in another group too")


def check_lists(
    nodes: Sequence[NodeText], edges: Sequence[EdgeText], places: Sequence[PlaceText]
) -> None:
    """Nodes that can be told apart, each somewhere, and not too many of anything.

    Raises:
        Damaged: it isn't so.
    """
    if len(nodes) > MOST_NODES or len(edges) > MOST_EDGES:
        raise Damaged(f"it has more than {MOST_NODES:,} nodes or {MOST_EDGES:,} wires")
    ids = {node.id for node in nodes}
    if len(ids) < len(nodes):
        raise Damaged("two nodes have the same id")
    if any(not id or "/" in id for id in ids):
        raise Damaged("a node has an empty id or one with a slash")
    if not all(isfinite(place.x) and isfinite(place.y) for place in places):
        raise Damaged("a node's place is no finite number")


def check_wires(graph: Graph) -> None:
    """A wire that the canvas would refuse to draw can't be in a file either.

    Raises:
        Damaged: there is one.
    """
    before: dict[str, set[str]] = {node.id: set() for node in graph.nodes}
    taken: set[tuple[str, int]] = set()
    for edge in graph.edges:
        if edge.source not in before or edge.target not in before:
            raise Damaged(f"a wire from “{edge.source}” to “{edge.target}” has a loose end")
        most = graph.by_id[edge.target].layer.arity[1]
        slot = (edge.target, edge.slot)
        if slot in taken or not 0 <= edge.slot < (MOST_EDGES if most is None else most):
            raise Damaged(f"a wire to “{edge.target}” has no input of its own")
        taken.add(slot)
        before[edge.target].add(edge.source)
    try:
        TopologicalSorter(before).prepare()
    except CycleError as error:
        raise Damaged("its wires close a circle") from error
