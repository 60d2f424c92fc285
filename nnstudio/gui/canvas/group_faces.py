"""What the cards of collapsed groups say; see :mod:`faces` for those of nodes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from nnstudio.graph.analysis import Analysis, Problem
from nnstudio.graph.model import Graph
from nnstudio.gui.canvas.faces import Face, faces
from nnstudio.gui.canvas.folding import card_key, entries, exits
from nnstudio.gui.canvas.gestures import Port
from nnstudio.messages import shape_text
from nnstudio.project.layout import Group


@dataclass(frozen=True)
class GroupFace(Face):
    """What the card of a collapsed group shows.

    Attributes:
        group: the group's id.
        nodes: its nodes.
        entries: the ports at the left; ``exits`` those at the right.
        categories: of its layers, in their order, each kind once.
    """

    group: str = ""
    nodes: tuple[str, ...] = ()
    entries: tuple[Port, ...] = ()
    exits: tuple[Port, ...] = ()
    categories: tuple[str, ...] = ()


def shown_faces(
    graph: Graph, analysis: Analysis, problems: Iterable[Problem], groups: Iterable[Group]
) -> dict[str, Face]:
    """The face of every card: one for each node, or for all nodes of a collapsed group."""
    found = faces(graph, analysis, problems)
    for group in groups:
        if group.collapsed:
            members = [found.pop(node) for node in group.nodes]
            found[card_key(group)] = _group_face(group, graph, analysis, members)
    return found


def _group_face(group: Group, graph: Graph, analysis: Analysis, members: list[Face]) -> GroupFace:
    ways_in, ways_out = entries(graph, group.nodes), exits(graph, group.nodes)
    shapes = [analysis.shapes[port.node] for port in ways_out]
    learned = sum(analysis.parameters(node) for node in group.nodes if not graph.by_id[node].owner)
    severities = {face.severity for face in members}
    return GroupFace(
        title=group.name or "Group",
        caption=layer_count(len(members)),
        shape=", ".join("–" if shape is None else shape_text(shape) for shape in shapes),
        parameters=f"{learned:,}" if learned else "",
        category=members[0].category,
        slots=max(1, len(ways_in), len(ways_out)),
        layer=None,
        severity=next((s for s in ("error", "warning") if s in severities), ""),
        problem="\n".join(f"{face.title}: {face.problem}" for face in members if face.problem),
        group=group.id,
        nodes=group.nodes,
        entries=ways_in,
        exits=ways_out,
        categories=tuple(dict.fromkeys(face.category for face in members)),
    )


def layer_count(count: int) -> str:
    """How many layers, in words."""
    return f"{count} layer" + ("s" if count != 1 else "")
