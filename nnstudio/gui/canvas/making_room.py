"""Room for cards that came into a wire by an edit which knows nothing of places.

Fixes, and data of another shape, put layers between others (a Flatten before a Dense). They change
the graph alone; here the cards behind make room, as they do for a layer that is dropped on a wire.
"""

from __future__ import annotations

from dataclasses import replace

from nnstudio.gui.canvas.arrange import room_for
from nnstudio.gui.canvas.measures import COLUMN, box_at, slots_of
from nnstudio.gui.canvas.placing import shown_places
from nnstudio.project.project import Project


def with_room(old: Project, new: Project) -> Project:
    """``new``, where cards that an edit of ``old`` put into wires stand within their rows."""
    graph, layout = new.graph, new.layout
    if graph is old.graph or not layout.positions or any(g.collapsed for g in layout.groups):
        return new
    shown = shown_places(old)
    places = {node: at for node, at in shown.items() if node in graph.by_id}
    for node in (node.id for node in graph.nodes):
        if node in shown or node in layout.by_id:
            continue
        sources = [e.source for e in graph.incoming[node] if e.source in places]
        if not sources or not any(e.target in places for e in graph.outgoing[node]):
            continue
        x, y = places[sources[0]]
        boxes = {n: box_at(at, slots_of(graph, n)) for n, at in places.items()}
        for moving, by in room_for(boxes, (x + COLUMN, y), slots_of(graph, node)).items():
            places[moving] = places[moving][0] + by, places[moving][1]
        places[node] = x + COLUMN, y
    is_same = all(node in shown for node in places)
    return new if is_same else replace(new, layout=layout.moved(places))
