"""What gestures do to the network: pure functions from one project to the next."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from nnstudio.engine.activations import Softmax
from nnstudio.engine.catalogue import LAYERS
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Layer, Shape, ShapeError
from nnstudio.engine.losses import CategoricalCrossEntropy, HalfSquaredError
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.graph.analysis import analyse
from nnstudio.graph.edits import EditError, add_node, connect, fresh_id, remove, share
from nnstudio.graph.model import Edge, Graph, Node
from nnstudio.graph.templates import Template
from nnstudio.graph.wiring import remove_and_close
from nnstudio.gui.canvas import grouping, noting
from nnstudio.gui.canvas.arrange import arrange, free_place, room_for
from nnstudio.gui.canvas.bands import PER_BAND
from nnstudio.gui.canvas.gestures import Port
from nnstudio.gui.canvas.measures import (
    COLUMN,
    GRID,
    HEIGHT,
    ROW,
    WIDTH,
    Box,
    Point,
    box_at,
    slot_count,
    slots_of,
    snapped,
)
from nnstudio.gui.canvas.placing import boxes_of, shown_places, with_places
from nnstudio.persistence.clipping import Clipping, clipped
from nnstudio.project.problems import DataFacts
from nnstudio.project.project import Project
from nnstudio.project.starting import begun, needs_of

# ---------------------------------------------------------------- adding


def new_layer(name: str, facts: DataFacts | None) -> Layer:
    """A layer as it comes out of the palette; Input takes the shape of the data."""
    if name == Input.__name__ and facts is not None:
        return Input(facts.input_shape)
    return LAYERS[name]()


def added(project: Project, layer: Layer, place: Point) -> tuple[Project, str]:
    """With a new, unconnected card whose middle is at ``place``; also its id."""
    node = Node(fresh_id(project.graph, layer), layer)
    graph = add_node(project.graph, node)
    slots = slot_count(layer, ())
    corner = snapped(place[0] - WIDTH / 2), snapped(place[1] - HEIGHT / 2)
    free = free_place(boxes_of(project).values(), corner, slots)
    return with_places(project, graph, {node.id: free}), node.id


def added_to(project: Project, layer: Layer, port: Port, place: Point) -> tuple[Project, str]:
    """With a new card wired to ``port``, its own port at ``place``; also its id.

    Raises:
        EditError: the wire can't be.
    """
    half = WIDTH / 2 if port.kind == "output" else -WIDTH / 2
    project, new = added(project, layer, (place[0] + half, place[1]))
    graph = project.graph
    if port.kind == "output":
        graph = connect(graph, port.node, new)
    else:
        graph = connect(graph, new, port.node, port.slot)
    return with_places(project, graph, {}), new


def fitting_layers(graph: Graph, port: Port) -> frozenset[str]:
    """The layers that could be wired to ``port``, by name: after an output those that take it."""
    if port.kind == "input":
        return frozenset(LAYERS)
    shape = analyse(graph).shapes[port.node]
    return frozenset(name for name, cls in LAYERS.items() if _takes(cls(), shape))


def _takes(layer: Layer, shape: Shape | None) -> bool:
    """Whether ``layer``, new from the palette, takes inputs of ``shape``, if that is known."""
    fewest, most = layer.arity
    if most == 0:
        return False
    try:
        if shape is not None:
            layer.output_shape(*[shape] * max(1, fewest))
    except ShapeError:
        return False
    return True


def added_after(project: Project, layer: Layer, selected: Sequence[str]) -> tuple[Project, str]:
    """With a new card behind the selected one, or the last output, and wired to it.

    Within a chain the new card goes in between; a layer that takes many inputs takes from all
    that are selected.
    """
    graph = project.graph
    sources = _sources_for(graph, layer, grouping.ends_of(project, selected))
    if not sources:
        return added(project, layer, middle_below(project))
    shown = {node: box[:2] for node, box in boxes_of(project).items()}
    last = max(sources, key=lambda node: shown[node])
    followers = graph.outgoing[last]
    if len(sources) == 1 and len(followers) == 1:
        return inserted(project, layer, followers[0])
    node = Node(fresh_id(graph, layer), layer)
    graph = add_node(graph, node)
    for source in sources:
        graph = connect(graph, source, node.id)
    place = next_place(shown, last)
    free = free_place(boxes_of(project).values(), place, slots_of(graph, node.id))
    return with_places(project, graph, {node.id: free}), node.id


def next_place(shown: Mapping[str, Point], last: str) -> Point:
    """To the right of ``last``, or at the beginning of the next row if this one is full."""
    x, y = shown[last]
    left = min(x for x, _ in shown.values())
    return (x + COLUMN, y) if x + COLUMN < left + PER_BAND * COLUMN else (left, y + ROW)


def _sources_for(graph: Graph, layer: Layer, selected: Sequence[str]) -> tuple[str, ...]:
    """The nodes that a new card takes from."""
    if layer.arity[1] == 0 or not graph.nodes:
        return ()
    if not selected:
        return graph.outputs[-1:]
    return tuple(selected) if layer.arity[1] is None else tuple(selected[-1:])


def middle_below(project: Project) -> Point:
    """The middle of a card below all others, at the left."""
    boxes = boxes_of(project).values()
    left = min((box[0] for box in boxes), default=0.0)
    bottom = max((box[1] + box[3] for box in boxes), default=0.0)
    return left + WIDTH / 2, bottom + HEIGHT if boxes else HEIGHT / 2


def inserted(
    project: Project, layer: Layer, edge: Edge, place: Point | None = None
) -> tuple[Project, str]:
    """With a new card within the wire ``edge``; also its id.

    The card's middle comes to ``place`` if there is room; otherwise it stands behind the wire's
    source, and what is in its way moves right.

    Raises:
        EditError: the layer takes no input.
    """
    graph = project.graph
    node = Node(fresh_id(graph, layer), layer)
    graph = add_node(remove(graph, edges=[edge]), node)
    graph = connect(graph, edge.source, node.id)
    graph = connect(graph, node.id, edge.target, edge.slot)
    slots = slots_of(graph, node.id)
    boxes, shown = boxes_of(project), shown_places(project)
    inside = grouping.group_around(project.layout, edge)
    if inside is not None and inside.collapsed:  # beside cards that nobody sees now
        boxes = {n: box_at(shown[n], slots_of(graph, n)) for n in inside.nodes}
    project = grouping.joined(project, node.id, edge)
    if place is not None:
        corner = snapped(place[0] - WIDTH / 2), snapped(place[1] - HEIGHT / 2)
        if free_place(boxes.values(), corner, slots) == corner:
            return with_places(project, graph, {node.id: corner}), node.id
    x, y = boxes[edge.source][0] + COLUMN, boxes[edge.source][1]
    push = room_for(boxes, (x, y), slots)
    pushed = {n: (shown[n][0] + dx, shown[n][1]) for n, dx in push.items()}
    return with_places(project, graph, {**pushed, node.id: (x, y)}), node.id


def clipping_of(project: Project, nodes: Collection[str], notes: Collection[str] = ()) -> Clipping:
    """These nodes with the wires among them, and these notes, as the clipboard takes them."""
    layout = project.layout
    chosen = [note for note in layout.notes if note.id in notes]
    return clipped(project.graph, shown_places(project), nodes, layout.groups, chosen)


def pasted(
    project: Project, clipping: Clipping, middle: Point | None = None
) -> tuple[Project, tuple[str, ...]]:
    """With copies of what is in ``clipping``; also the ids of the nodes among them.

    Args:
        middle: where the middle of them comes to; ``None``: a little beside where they stood.
    """
    graph, spots = project.graph, {}
    dx = dy = float(3 * GRID)
    corners = [*clipping.places.values(), *((note.x, note.y) for note in clipping.notes)]
    if middle is not None and corners:
        x, y = _middle_of(clipping)
        dx, dy = snapped(middle[0] - x), snapped(middle[1] - y)
    taken = {*shown_places(project).values(), *((note.x, note.y) for note in project.layout.notes)}
    while any((x + dx, y + dy) in taken for x, y in corners):
        dx, dy = dx + 3 * GRID, dy + 3 * GRID
    copies: dict[str, str] = {}
    for old in clipping.graph.nodes:
        copy = replace(old, id=fresh_id(graph, old.layer), owner="")
        graph = add_node(graph, copy)
        copies[old.id] = copy.id
        x, y = clipping.places[old.id]
        spots[copy.id] = x + dx, y + dy
    for old in clipping.graph.nodes:
        if old.owner:
            graph = share(graph, copies[old.id], copies[old.owner])
    for edge in clipping.graph.edges:
        graph = connect(graph, copies[edge.source], copies[edge.target], edge.slot)
    project = noting.pasted(with_places(project, graph, spots), clipping.notes, (dx, dy))
    return grouping.copied(project, clipping.groups, copies), tuple(copies.values())


def _middle_of(clipping: Clipping) -> Point:
    """The middle of all cards and notes together."""
    boxes: list[Box] = [(x, y, WIDTH, HEIGHT) for x, y in clipping.places.values()]
    boxes += map(noting.box_of, clipping.notes)
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    right, bottom = max(x + w for x, _, w, _ in boxes), max(y + h for _, y, _, h in boxes)
    return (left + right) / 2, (top + bottom) / 2


def duplicated(
    project: Project, nodes: Collection[str], notes: Collection[str] = ()
) -> tuple[Project, tuple[str, ...]]:
    """With copies of these nodes, the wires among them and these notes; also the nodes' ids."""
    return pasted(project, clipping_of(project, nodes, notes))


def starter_layers(facts: DataFacts | None) -> tuple[Layer, ...]:
    """The smallest network for the data: what the empty canvas offers."""
    if facts is None:
        return Input(), Dense(1)
    layers: list[Layer] = [Input(facts.input_shape)]
    if len(facts.input_shape) > 1:
        layers.append(Flatten())
    layers.append(Dense(facts.output_size))
    if facts.is_classification:
        layers.append(Softmax())
    return tuple(layers)


def started(project: Project, facts: DataFacts | None) -> Project:
    """With the smallest network for the data, and a loss that suits it, on an empty canvas."""
    graph, previous = Graph(), ""
    for layer in starter_layers(facts):
        node = Node(fresh_id(graph, layer), layer)
        graph = add_node(graph, node)
        graph = connect(graph, previous, node.id) if previous else graph
        previous = node.id
    settings = project.settings
    if facts is not None and facts.is_classification != settings.loss.for_classes:
        loss = CategoricalCrossEntropy() if facts.is_classification else HalfSquaredError()
        settings = replace(settings, loss=loss)
    layout = project.layout.moved(arrange(graph))
    return replace(project, layout=layout, settings=settings).with_graph(graph)


# ---------------------------------------------------------------- templates


def with_template(
    project: Project, template: Template, facts: DataFacts | None
) -> tuple[Project, tuple[str, ...]]:
    """With the nodes of ``template``, made for the data, below what is there; also their ids.

    On an empty canvas the loss, and what the output is compared with, are made to suit it.

    Raises:
        EditError: it is no network for such data.
    """
    if project.graph.nodes:
        graph = template.build(needs_of(facts))
        left, top = middle_below(project)
        places = {n: (x + left, y + top) for n, (x, y) in arrange(graph).items()}
        clipping = Clipping(graph, places)
        return pasted(project, clipping, _middle_of(clipping))
    project = begun(project, template, facts)
    layout = project.layout.moved(arrange(project.graph))
    return replace(project, layout=layout), tuple(project.graph.by_id)


# ---------------------------------------------------------------- sharing weights


def sharing(project: Project, nodes: Sequence[str]) -> Project:
    """With the weights of the first of these nodes used by all of them.

    Raises:
        EditError: fewer than two, or layers of different kinds.
    """
    first, *others = (project.graph.by_id[node] for node in nodes) if nodes else (None,)
    if first is None or not others or any(type(n.layer) is not type(first.layer) for n in others):
        raise EditError("share_alike")
    graph = project.graph
    for node in others:
        graph = share(graph, node.id, first.id)
    return with_places(project, graph, {})


def owning(project: Project, nodes: Iterable[str]) -> Project:
    """With weights of its own for each of these nodes."""
    graph = project.graph
    for node in nodes:
        graph = share(graph, node, "")
    return with_places(project, graph, {})


# ---------------------------------------------------------------- wiring and deleting


def connected(project: Project, edge: Edge, instead_of: Edge | None = None) -> Project:
    """With the wire ``edge``, in place of another one if it was moved.

    Raises:
        EditError: it can't be.
    """
    graph = project.graph
    if instead_of is not None:
        graph = remove(graph, edges=[instead_of])
    return with_places(project, connect(graph, edge.source, edge.target, edge.slot), {})


def removed(project: Project, nodes: Iterable[str], edges: Iterable[Edge]) -> Project:
    """Without these nodes and wires; chains close over what was taken out of them."""
    return with_places(project, remove_and_close(project.graph, nodes, edges), {})
