"""Nodes that belong together: pure functions from one project to the next.

A group changes nothing of what is computed. A node is in one group at most, so a new group takes
its nodes out of those they were in, and a group without nodes is gone.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from nnstudio.graph.edits import EditError
from nnstudio.graph.model import Edge
from nnstudio.gui.canvas.folding import exits, frame_box
from nnstudio.gui.canvas.measures import GRID, Box, overlap, snapped
from nnstudio.gui.canvas.placing import boxes_of, shown_places, with_places
from nnstudio.project.layout import Group, Layout
from nnstudio.project.project import Project

# ---------------------------------------------------------------- asking


def touched(layout: Layout, nodes: Collection[str]) -> tuple[Group, ...]:
    """The groups of these nodes."""
    chosen = set(nodes)
    return tuple(group for group in layout.groups if not chosen.isdisjoint(group.nodes))


def exactly(layout: Layout, nodes: Collection[str]) -> Group | None:
    """The group whose nodes are these and no others."""
    chosen = set(nodes)
    return next((group for group in layout.groups if set(group.nodes) == chosen), None)


def ends_of(project: Project, nodes: Sequence[str]) -> tuple[str, ...]:
    """What a new card takes from if these nodes are selected: of a group, its outputs."""
    if len(nodes) > 1 and exactly(project.layout, nodes):
        return tuple(port.node for port in exits(project.graph, nodes)) or tuple(nodes)
    return tuple(nodes)


# ---------------------------------------------------------------- edits


def grouped(project: Project, nodes: Collection[str], name: str = "") -> Project:
    """With a group of these nodes. One that is among them as a whole grows and keeps its name.

    Args:
        name: what a new one is called; empty for the next free “Group 2”.

    Raises:
        EditError: there are no nodes, or they are a group already.
    """
    if not nodes:
        raise EditError("group_nothing")
    if same := exactly(project.layout, nodes):
        raise EditError("group_already", group=same.name)
    whole = [g for g in project.layout.groups if set(g.nodes) <= set(nodes)]
    if len(whole) == 1 and not name:
        larger = replace(whole[0], nodes=_in_order(project, nodes))
        kept = _without(project.layout, set(nodes) - set(whole[0].nodes)).groups
        return _with_groups(project, tuple(larger if g.id == larger.id else g for g in kept))
    layout = _without(project.layout, nodes)
    new = Group(fresh_group_id(layout), name or _free_name(layout), _in_order(project, nodes))
    return _with_groups(project, (*layout.groups, new))


def ungrouped(project: Project, nodes: Collection[str]) -> Project:
    """Without the groups of these nodes, which all stay.

    Raises:
        EditError: none of them is in a group.
    """
    gone = _groups_of(project, nodes)
    for group in gone:  # what was one card becomes several
        project = _with_room(project, group) if group.collapsed else project
    return _with_groups(project, tuple(g for g in project.layout.groups if g not in gone))


def taken_out(project: Project, nodes: Collection[str]) -> Project:
    """With these nodes in no group; the others of their groups stay together.

    Raises:
        EditError: none of them is in a group.
    """
    for group in _groups_of(project, nodes):  # what was hidden in a card gets one of its own
        project = _with_room(project, group) if group.collapsed else project
    return _with_groups(project, _without(project.layout, nodes).groups)


def folded(project: Project, nodes: Collection[str], collapsed: bool) -> Project:
    """With the groups of these nodes shown as one card each, or with all their nodes.

    What would lie under the cards that appear moves right.

    Raises:
        EditError: none of them is in a group.
    """
    chosen = {group.id for group in _groups_of(project, nodes)}
    for group in project.layout.groups:
        if group.id in chosen and group.collapsed != collapsed:
            project = project if collapsed else _with_room(project, group)
            changed = replace(group, collapsed=collapsed)
            groups = tuple(changed if g.id == group.id else g for g in project.layout.groups)
            project = _with_groups(project, groups)
    return project


def renamed(project: Project, group: str, name: str) -> Project:
    """With another name for the group with this id; an empty one changes nothing."""
    name = name.strip()
    groups = tuple(
        replace(g, name=name) if name and g.id == group else g for g in project.layout.groups
    )
    return _with_groups(project, groups)


def joined(project: Project, node: str, edge: Edge) -> Project:
    """With ``node``, which was put into the wire ``edge``, in the group this wire is within."""
    inside = group_around(project.layout, edge)
    if inside is None:
        return project
    larger = replace(inside, nodes=(*inside.nodes, node))
    groups = tuple(larger if g.id == inside.id else g for g in project.layout.groups)
    return _with_groups(project, groups)


def group_around(layout: Layout, edge: Edge) -> Group | None:
    """The group that has both ends of ``edge``."""
    return next((g for g in layout.groups if {edge.source, edge.target} <= set(g.nodes)), None)


def copied(project: Project, groups: Iterable[Group], copies: Mapping[str, str]) -> Project:
    """With copies of ``groups``, whose nodes are the ``copies`` by the ids of the originals."""
    layout = project.layout
    for group in groups:
        nodes = tuple(copies[node] for node in group.nodes)
        new = replace(group, id=fresh_group_id(layout), nodes=nodes)
        layout = replace(layout, groups=(*layout.groups, new))
    return replace(project, layout=layout)


def fresh_group_id(layout: Layout) -> str:
    """An id for a new group that no group has: ``group``, ``group-2``, …"""
    return _free("group", "-", {group.id for group in layout.groups})


# ---------------------------------------------------------------- parts


def _free_name(layout: Layout) -> str:
    return _free("Group", " ", {group.name for group in layout.groups})


def _free(stem: str, gap: str, taken: Collection[str]) -> str:
    number = 1
    while (candidate := stem if number == 1 else f"{stem}{gap}{number}") in taken:
        number += 1
    return candidate


def _in_order(project: Project, nodes: Collection[str]) -> tuple[str, ...]:
    chosen = set(nodes)
    return tuple(node.id for node in project.graph.nodes if node.id in chosen)


def _groups_of(project: Project, nodes: Collection[str]) -> tuple[Group, ...]:
    if not (found := touched(project.layout, nodes)):
        raise EditError("group_none")
    return found


def _without(layout: Layout, nodes: Collection[str]) -> Layout:
    """With these nodes in no group."""
    chosen = set(nodes)
    kept = (replace(g, nodes=tuple(n for n in g.nodes if n not in chosen)) for g in layout.groups)
    return replace(layout, groups=tuple(group for group in kept if group.nodes))


def _with_groups(project: Project, groups: tuple[Group, ...]) -> Project:
    """With these groups, and all cards where they are shown now."""
    placed = with_places(project, project.graph, {})
    return replace(placed, layout=replace(placed.layout, groups=groups))


def _with_room(project: Project, group: Group) -> Project:
    """With nothing where the cards of this collapsed group will appear."""
    expanded = _with_groups(
        project,
        tuple(replace(g, collapsed=False) if g is group else g for g in project.layout.groups),
    )
    boxes = boxes_of(expanded)
    frame = frame_box(boxes[node] for node in group.nodes)
    others = {node: box for node, box in boxes.items() if node not in group.nodes}
    pushed = room_beside(others, frame)
    places = shown_places(project)
    return with_places(
        project, project.graph, {n: (places[n][0] + dx, places[n][1]) for n, dx in pushed.items()}
    )


def room_beside(boxes: Mapping[str, Box], frame: Box) -> dict[str, float]:
    """How far right each card must move so that none is within ``frame``.

    All that stands right of the first one in the way moves as far, so that rows stay rows; what
    they would run into moves with them.
    """
    in_the_way = [box for box in boxes.values() if overlap(box, frame, GRID)]
    if not in_the_way:
        return {}
    first = min(box[0] for box in in_the_way)
    far = snapped(frame[0] + frame[2] + 2 * GRID - first)
    moving = {
        node
        for node, (x, y, _, h) in boxes.items()
        if x >= first and y < frame[1] + frame[3] and frame[1] < y + h
    }
    waiting = list(moving)
    while waiting:
        x, y, w, h = boxes[waiting.pop()]
        for node, box in boxes.items():
            if node not in moving and overlap((x, y, w + far, h), box):
                moving.add(node)
                waiting.append(node)
    return dict.fromkeys(moving, far)
