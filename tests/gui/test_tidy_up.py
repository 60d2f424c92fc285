"""Tidying up in both directions, and only what is selected."""

from __future__ import annotations

from itertools import combinations, pairwise

from canvas_hand import Opener, chain, layer
from conftest import Opener as WindowOpener
from hypothesis import given
from PySide6.QtCore import QPoint
from PySide6.QtGui import QAction
from test_canvas_arrange import graphs

from nnstudio.graph import edits
from nnstudio.graph.analysis import analyse
from nnstudio.graph.model import Graph
from nnstudio.gui.canvas.arrange_down import PER_COLUMN, arrange_down
from nnstudio.gui.canvas.measures import GRID, box_at, overlap, slots_of


@given(graphs())
def test_from_top_to_bottom_nothing_overlaps_and_everything_is_on_the_grid(graph: Graph) -> None:
    found = arrange_down(graph)
    assert found.keys() == graph.by_id.keys()
    assert all(x % GRID == 0 and y % GRID == 0 for x, y in found.values())
    boxes = [box_at(place, slots_of(graph, node)) for node, place in found.items()]
    assert not any(overlap(a, b) for a, b in combinations(boxes, 2))


@given(graphs())
def test_what_takes_from_a_card_stands_below_it(graph: Graph) -> None:
    found = arrange_down(graph)
    for edge in graph.edges:
        below = found[edge.target][1] > found[edge.source][1]
        beside = found[edge.target][0] > found[edge.source][0]  # a long chain goes on there
        assert below or beside


def test_a_chain_is_one_column_and_a_long_one_goes_on_beside() -> None:
    short = chain(layer("Input", (4,)), *(layer("Dense", 4) for _ in range(4)))
    assert len({x for x, _ in arrange_down(short).values()}) == 1
    long = chain(layer("Input", (4,)), *(layer("Dense", 4) for _ in range(2 * PER_COLUMN - 1)))
    assert len({x for x, _ in arrange_down(long).values()}) == 2


def test_a_wire_that_skips_a_row_has_a_place_beside_the_card_it_skips() -> None:
    graph = chain(layer("Input", (4,)), layer("Dense", 4), layer("Add"))
    found = arrange_down(edits.connect(graph, "input", "add"))
    assert found["input"][0] == found["add"][0]
    assert found["dense"][0] != found["input"][0]


def test_the_menu_tidies_up_across_and_down(open_window: WindowOpener) -> None:
    window = open_window()
    window.new()
    canvas = window.docks.canvas
    for name in ("Input", "Dense", "Tanh"):
        canvas.add_layer(name)
    canvas.select_all()
    for name, keys, axis in (("down", "Ctrl+Shift+L", 1), ("up", "Ctrl+L", 0)):
        action = window.findChild(QAction, f"action_tidy_{name}")
        assert isinstance(action, QAction)
        assert action.shortcut().toString() == keys
        action.trigger()
        places = window.workbench.project.layout.by_id
        order = analyse(window.workbench.graph).order
        assert all(places[a][axis] < places[b][axis] for a, b in pairwise(order))
        assert len({places[node][1 - axis] for node in order}) == 1


def test_only_what_is_selected_is_tidied_where_it_stands(canvas: Opener) -> None:
    hand = canvas(chain(layer("Input", (4,)), layer("Dense", 4), layer("Tanh")))
    hand.drag(hand.middle("tanh"), hand.middle("tanh") + QPoint(64, 160))
    before = hand.workbench.project.layout.by_id
    hand.workbench.select(("dense", "tanh"))
    hand.view.tidy_up("down")
    after = hand.workbench.project.layout.by_id
    assert after["input"] == before["input"]
    assert after["dense"] == before["dense"]
    assert after["tanh"][0] == after["dense"][0]
    assert after["tanh"] != before["tanh"]
    hand.undo()
    assert hand.workbench.project.layout.by_id == before
