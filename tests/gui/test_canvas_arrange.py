"""Where cards stand when nobody has placed them, and what gestures mean: pure functions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnstudio.engine.catalogue import LAYERS
from nnstudio.graph import edits
from nnstudio.graph.analysis import analyse
from nnstudio.graph.model import Edge, Graph, Node
from nnstudio.graph.templates import TEMPLATES, Needs
from nnstudio.graph.wiring import possible_targets, remove_and_close
from nnstudio.gui.canvas import commands, placing
from nnstudio.gui.canvas.arrange import arrange, free_place, places, room_for
from nnstudio.gui.canvas.bands import PER_BAND, WIDEST_BAND, bands
from nnstudio.gui.canvas.gestures import (
    Body,
    Port,
    Selection,
    Wiring,
    attempt,
    open_ports,
    selection_on_press,
)
from nnstudio.gui.canvas.measures import (
    GRID,
    Point,
    box_at,
    input_place,
    output_place,
    overlap,
    slot_count,
    slots_of,
)
from nnstudio.gui.canvas.routes import corners, handles, is_smooth
from nnstudio.project.layout import Layout
from nnstudio.project.project import Project

ADD, DENSE, INPUT = LAYERS["Add"](), LAYERS["Dense"](), LAYERS["Input"]()


def chain(count: int) -> Graph:
    nodes = tuple(Node(f"n{i}", INPUT if i == 0 else DENSE) for i in range(count))
    return Graph(nodes, tuple(Edge(f"n{i}", f"n{i + 1}") for i in range(count - 1)))


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Any graph without circles: each node takes from some that come before it."""
    count = draw(st.integers(1, 14))
    nodes, edges = [], []
    for i in range(count):
        earlier = st.lists(st.integers(0, i - 1), max_size=3, unique=True) if i else st.just([])
        sources = draw(earlier)
        nodes.append(Node(f"n{i}", INPUT if not sources else ADD if len(sources) > 1 else DENSE))
        edges += [Edge(f"n{s}", f"n{i}", slot) for slot, s in enumerate(sources)]
    order = draw(st.permutations(nodes))
    return Graph(tuple(order), tuple(edges))


def overlapping(graph: Graph, found: dict[str, tuple[float, float]]) -> list[tuple[str, str]]:
    boxes = {node: box_at(place, slots_of(graph, node)) for node, place in found.items()}
    return [(a, b) for a, b in combinations(boxes, 2) if overlap(boxes[a], boxes[b])]


@given(graphs())
def test_no_two_arranged_cards_overlap_and_all_stand_on_the_grid(graph: Graph) -> None:
    found = arrange(graph)
    assert found.keys() == graph.by_id.keys()
    assert overlapping(graph, found) == []
    assert all(x % GRID == 0 and y % GRID == 0 for x, y in found.values())


@given(graphs())
def test_within_a_band_wires_run_left_to_right_and_otherwise_down(graph: Graph) -> None:
    found = arrange(graph)
    for edge in graph.edges:
        (ax, ay), (bx, by) = found[edge.source], found[edge.target]
        assert bx > ax or by > ay


@given(st.integers(1, 60))
def test_a_chain_is_read_like_text_in_even_rows(count: int) -> None:
    found = arrange(chain(count))
    rows: dict[float, list[float]] = {}
    for i in range(count):
        x, y = found[f"n{i}"]
        rows.setdefault(y, []).append(x)
    assert list(rows) == sorted(rows)
    assert all(xs == sorted(xs) and len(xs) <= PER_BAND for xs in rows.values())
    lengths = [len(xs) for xs in rows.values()]
    assert len(lengths) == -(-count // PER_BAND), "as few rows as that allows"
    assert all(a >= b for a, b in pairwise(lengths))


@settings(max_examples=50)
@given(graphs(), st.data())
def test_the_users_places_stay_and_the_rest_finds_room(graph: Graph, data: st.DataObject) -> None:
    arranged = arrange(graph)
    kept = data.draw(st.sets(st.sampled_from(sorted(arranged)), min_size=1))
    layout = Layout().moved({node: arranged[node] for node in kept})
    found = dict(places(graph, layout))
    assert all(found[node] == arranged[node] for node in kept)
    assert overlapping(graph, found) == []


@settings(max_examples=20)
@given(graphs())
def test_the_same_graph_is_arranged_the_same_way(graph: Graph) -> None:
    assert arrange(graph) == arrange(Graph(graph.nodes, graph.edges))


def test_a_wire_that_skips_a_card_has_a_free_way() -> None:
    graph = Graph(
        (Node("a", INPUT), Node("b", DENSE), Node("c", ADD)),
        (Edge("a", "b"), Edge("b", "c", 0), Edge("a", "c", 1)),
    )
    found = arrange(graph)
    way = found["a"][1] + 35
    assert not found["b"][1] <= way <= found["b"][1] + 70


@given(st.lists(st.tuples(st.integers(-6, 6), st.integers(-6, 6)), max_size=40))
def test_a_free_place_is_free(cells: list[tuple[int, int]]) -> None:
    boxes = [box_at((x * 120.0, y * 60.0)) for x, y in cells]
    place = free_place(boxes, (0.0, 0.0))
    assert not any(overlap(box_at(place), box) for box in boxes)


def test_room_is_made_by_moving_the_rest_of_the_row() -> None:
    boxes = {f"n{i}": box_at((i * 240.0, 0.0)) for i in range(4)}
    boxes["below"] = box_at((240.0, 120.0))
    moved = room_for(boxes, (480.0, 0.0))
    assert moved.keys() == {"n2", "n3"}
    assert room_for(boxes, (960.0, 0.0)) == {}


# ---------------------------------------------------------------- ports and wires


def test_add_shows_what_is_used_and_one_free_input() -> None:
    assert slot_count(ADD, []) == 2
    assert slot_count(ADD, [0, 1]) == 3
    assert slot_count(ADD, [1]) == 2
    assert slot_count(ADD, [0, 3]) == 4
    assert (slot_count(DENSE, [0]), slot_count(INPUT, [])) == (1, 0)


@settings(max_examples=30)
@given(graphs())
def test_ports_are_open_exactly_where_a_wire_can_be(graph: Graph) -> None:
    for node in graph.nodes:
        wiring = Wiring(Port(node.id, "output"), (0, 0))
        lit = {port.node for port in open_ports(graph, wiring)}
        able = {other.id for other in graph.nodes if attempt(graph, wiring, Body(other.id)).edge}
        assert lit == able
        assert able == set(possible_targets(graph, node.id))


def test_a_wire_goes_round_a_card_that_is_not_to_its_right() -> None:
    assert is_smooth((0, 0), (60, 0))
    assert not is_smooth((0, 0), (-100, 120))
    points = corners((182, 35), (0, 155))
    assert all(a[0] == b[0] or a[1] == b[1] for a, b in pairwise(points))
    assert 70 < points[2][1] < 120, "through the gap between the rows"


# ---------------------------------------------------------------- deleting


@settings(max_examples=50)
@given(graphs(), st.data())
def test_deleting_leaves_a_graph_that_the_edits_could_have_made(
    graph: Graph, data: st.DataObject
) -> None:
    gone = data.draw(st.sets(st.sampled_from([node.id for node in graph.nodes])))
    result = remove_and_close(graph, gone)
    assert {node.id for node in result.nodes} == graph.by_id.keys() - gone
    rebuilt = Graph(result.nodes)
    for edge in result.edges:
        rebuilt = edits.connect(rebuilt, edge.source, edge.target, edge.slot)
    kept = [e for e in graph.edges if e.source not in gone and e.target not in gone]
    assert set(kept) <= set(result.edges)


@pytest.mark.parametrize("gone", [{"n1"}, {"n1", "n2"}, {"n2", "n3"}])
def test_a_chain_closes_over_any_stretch(gone: set[str]) -> None:
    result = remove_and_close(chain(5), gone)
    left = [f"n{i}" for i in range(5) if f"n{i}" not in gone]
    assert set(result.edges) == {Edge(a, b) for a, b in pairwise(left)}


def test_a_fork_does_not_close_over_its_middle() -> None:
    fork = Graph(
        (Node("a", INPUT), Node("b", DENSE), Node("c", DENSE), Node("d", DENSE)),
        (Edge("a", "b"), Edge("b", "c"), Edge("b", "d")),
    )
    assert remove_and_close(fork, {"b"}).edges == ()


def test_it_stays_open_where_the_wire_itself_is_deleted_too() -> None:
    assert remove_and_close(chain(3), {"n1"}, [Edge("n0", "n1")]).edges == ()


# ---------------------------------------------------------------- commands


@settings(max_examples=40)
@given(graphs())
def test_the_first_edit_keeps_every_card_where_it_is_shown(graph: Graph) -> None:
    project = Project(graph=graph)
    shown = dict(placing.shown_places(project))
    first = graph.nodes[0].id
    after = placing.shown_places(placing.moved(project, [first], (8.0, 0.0)))
    assert {n: p for n, p in after.items() if n != first} == {
        n: p for n, p in shown.items() if n != first
    }


@settings(max_examples=50)
@given(graphs(), st.sampled_from(sorted(LAYERS)), st.data())
def test_an_added_card_overlaps_no_other(graph: Graph, name: str, data: st.DataObject) -> None:
    selected = data.draw(st.lists(st.sampled_from([n.id for n in graph.nodes]), unique=True))
    project, new = commands.added_after(Project(graph=graph), LAYERS[name](), selected)
    assert overlapping(project.graph, dict(placing.shown_places(project))) == []
    if name != "Input" and selected:
        assert project.graph.incoming[new]


# ---------------------------------------------------------------- selection


def test_pressing_a_selected_card_keeps_the_selection_for_a_drag() -> None:
    both = Selection(("a", "b"))
    assert selection_on_press(both, Body("a"), adds=False) == both
    assert selection_on_press(both, Body("c"), adds=False) == Selection(("c",))
    assert selection_on_press(both, Body("a"), adds=True) == Selection(("b",))
    assert selection_on_press(both, None, adds=False) == Selection()
    assert selection_on_press(both, None, adds=True) == both


@given(graphs())
def test_bands_cover_all_columns_and_none_is_too_wide(graph: Graph) -> None:
    column: dict[str, int] = {}
    for node in analyse(graph).order:
        column[node] = 1 + max((column[e.source] for e in graph.incoming[node]), default=-1)
    found = bands(graph, column)
    assert [i for band in found for i in band] == list(range(max(column.values()) + 1))
    assert all(len(band) <= WIDEST_BAND for band in found)


@pytest.mark.parametrize("needs", [Needs((1, 8, 8), 10, True), Needs((24, 1), 1, False)], ids=str)
@pytest.mark.parametrize("name", TEMPLATES)
def test_no_wire_of_a_template_runs_behind_a_card(name: str, needs: Needs) -> None:
    if TEMPLATES[name].misfit(needs):
        return
    graph = TEMPLATES[name].build(needs)
    found = arrange(graph)
    boxes = {node: box_at(place, slots_of(graph, node)) for node, place in found.items()}
    for edge in graph.edges:
        (ax, ay), (bx, by) = found[edge.source], found[edge.target]
        (ox, oy) = output_place(slots_of(graph, edge.source))
        (ix, iy) = input_place(edge.slot, slots_of(graph, edge.target))
        for x, y in along((ax + ox, ay + oy), (bx + ix, by + iy)):
            for node, (left, top, width, high) in boxes.items():
                inside = left < x < left + width and top < y < top + high
                assert not inside or node in (edge.source, edge.target), f"{edge} at {node}"


def along(start: Point, end: Point) -> Iterator[Point]:
    """Points close to each other on the way of a wire."""
    steps = [step / 40 for step in range(41)]
    if is_smooth(start, end):
        (px, py), (qx, qy) = handles(start, end)
        for t in steps:
            a, b, c, d = (1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3
            yield (
                a * start[0] + b * px + c * qx + d * end[0],
                a * start[1] + b * py + c * qy + d * end[1],
            )
    else:
        for (ax, ay), (bx, by) in pairwise(corners(start, end)):
            yield from ((ax + t * (bx - ax), ay + t * (by - ay)) for t in steps)
