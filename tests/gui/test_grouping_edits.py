"""Groups as values: what every edit of them keeps true, and what of the network is shown."""

from __future__ import annotations

import json

import pytest
from canvas_hand import chain, layer
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.graph.edits import EditError, add_node, connect
from nnstudio.graph.model import Edge, Graph, Node
from nnstudio.gui.canvas import commands, grouping
from nnstudio.gui.canvas.arrange import arrange
from nnstudio.gui.canvas.folding import entries, exits, frame_boxes, holders, shown_edges
from nnstudio.gui.canvas.gestures import Port
from nnstudio.gui.canvas.measures import overlap
from nnstudio.gui.canvas.placing import aligned, boxes_of, distributed, moved, shown_places, tidied
from nnstudio.persistence.clipping import clipping_text, parse_clipping
from nnstudio.persistence.project_text import check_groups, group_text
from nnstudio.project.layout import Layout
from nnstudio.project.project import Project

FIVE = chain(layer("Input", (4,)), *(layer("Dense", 8) for _ in range(4)))


def residual() -> Graph:
    """input → dense → dense-2 → add, and dense → add past it."""
    graph = chain(layer("Input", (4,)), layer("Dense", 8), layer("Dense", 8), layer("Add"))
    return connect(graph, "dense", "add")


def project(graph: Graph = FIVE) -> Project:
    return Project(graph=graph)


def group_names(value: Project) -> list[str]:
    return [group.name for group in value.layout.groups]


# ---------------------------------------------------------------- edits


def test_a_group_has_its_nodes_in_the_order_of_the_network_and_changes_nothing_computed() -> None:
    before = project()
    after = grouping.grouped(before, ("dense-2", "dense"))
    (group,) = after.layout.groups
    assert group.nodes == ("dense", "dense-2")
    assert not group.collapsed
    assert after.graph is before.graph
    assert after.run_hash() == before.run_hash()


def test_groups_get_different_names_and_ids() -> None:
    after = grouping.grouped(grouping.grouped(project(), ("dense",)), ("dense-2",))
    assert group_names(after) == ["Group", "Group 2"]
    assert len({group.id for group in after.layout.groups}) == 2


def test_a_new_group_takes_its_nodes_out_of_the_one_they_were_in() -> None:
    one = grouping.grouped(project(), ("dense", "dense-2"))
    two = grouping.grouped(one, ("dense-2", "dense-3"))
    assert [group.nodes for group in two.layout.groups] == [("dense",), ("dense-2", "dense-3")]


def test_a_group_that_is_grouped_with_more_nodes_grows_and_keeps_its_name() -> None:
    one = grouping.grouped(project(), ("dense",), "Encoder")
    two = grouping.grouped(one, ("dense", "dense-2"))
    assert [(g.name, g.nodes) for g in two.layout.groups] == [("Encoder", ("dense", "dense-2"))]
    other = grouping.grouped(two, ("dense-3", "dense-4"))
    three = grouping.grouped(other, ("dense", "dense-2", "dense-3"))
    assert [(g.name, g.nodes) for g in three.layout.groups] == [
        ("Encoder", ("dense", "dense-2", "dense-3")),
        ("Group", ("dense-4",)),
    ]


def test_a_node_is_taken_out_of_its_group_and_the_others_stay_together() -> None:
    one = grouping.grouped(project(), ("dense", "dense-2", "dense-3"), "Encoder")
    two = grouping.taken_out(one, ("dense-2",))
    assert [(g.name, g.nodes) for g in two.layout.groups] == [("Encoder", ("dense", "dense-3"))]


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        (lambda value: grouping.grouped(value, ()), "Select the layers"),
        (lambda value: grouping.grouped(value, ("dense",)), "“Group” already"),
        (lambda value: grouping.ungrouped(value, ("dense-2",)), "None of"),
        (lambda value: grouping.taken_out(value, ("dense-2",)), "None of"),
        (lambda value: grouping.folded(value, ("dense-2",), True), "None of"),
    ],
)
def test_what_cannot_be_grouped_is_refused_in_a_sentence(edit, words: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(EditError, match=words):
        edit(grouping.grouped(project(), ("dense",)))


def test_a_layer_put_into_a_wire_within_a_group_joins_it() -> None:
    before = grouping.grouped(project(), ("dense", "dense-2"))
    after, new = commands.inserted(before, layer("Tanh"), Edge("dense", "dense-2"))
    assert set(after.layout.groups[0].nodes) == {"dense", "dense-2", new}
    outside, new = commands.inserted(before, layer("Tanh"), Edge("dense-2", "dense-3"))
    assert new not in outside.layout.groups[0].nodes


def test_a_copy_of_a_whole_group_is_a_group_and_of_a_part_is_not() -> None:
    before = grouping.grouped(project(), ("dense", "dense-2"), "Block")
    whole, copies = commands.duplicated(before, ("dense", "dense-2", "dense-3"))
    assert group_names(whole) == ["Block", "Block"]
    assert whole.layout.groups[1].nodes == copies[:2]
    part, _ = commands.duplicated(before, ("dense", "dense-3"))
    assert group_names(part) == ["Block"]


def test_the_text_of_a_clipping_keeps_groups_and_older_texts_without_are_read() -> None:
    before = grouping.folded(grouping.grouped(project(), ("dense", "dense-2")), ("dense",), True)
    clipping = commands.clipping_of(before, ("dense", "dense-2"))
    assert parse_clipping(clipping_text(clipping)).groups == before.layout.groups
    text = json.loads(clipping_text(commands.clipping_of(project(), ("dense",))))
    del text["groups"], text["notes"]  # as it was written before there were any
    old = json.dumps(text)
    assert parse_clipping(old).groups == ()


# ---------------------------------------------------------------- what is shown


def test_a_card_has_the_ports_at_which_wires_cross_its_border() -> None:
    graph = residual()
    assert entries(graph, ("dense-2", "add")) == (
        Port("dense-2", "input", 0),
        Port("add", "input", 1),
    )
    assert exits(graph, ("dense-2", "add")) == (Port("add", "output"),)
    assert exits(graph, ("dense", "dense-2")) == (
        Port("dense", "output"),
        Port("dense-2", "output"),
    )


def test_a_path_that_leaves_a_collapsed_group_and_comes_back_is_drawn_both_ways() -> None:
    graph = residual()
    value = grouping.folded(grouping.grouped(project(graph), ("dense", "add")), ("add",), True)
    shown = shown_edges(graph, holders(value.layout.groups))
    assert set(shown) == {
        Edge("input", "dense"),
        Edge("dense", "dense-2"),
        Edge("dense-2", "add"),
    }, "all but the one within"


def test_expanding_makes_room_for_the_cards_that_appear() -> None:
    value = grouping.folded(grouping.grouped(project(), ("dense", "dense-2")), ("dense",), True)
    hidden = shown_places(value)["dense-2"]
    there = shown_places(value)["dense-3"]
    value = moved(value, ("dense-3",), (hidden[0] - there[0], hidden[1] - there[1]))
    boxes = boxes_of(grouping.folded(value, ("dense",), False))
    names = list(boxes)
    for number, first in enumerate(names):
        assert not any(overlap(boxes[first], boxes[second]) for second in names[number + 1 :])


def test_collapsing_and_expanding_again_moves_nothing() -> None:
    before = grouping.grouped(project(), ("dense", "dense-2"))
    after = grouping.folded(grouping.folded(before, ("dense",), True), ("dense",), False)
    assert shown_places(after) == shown_places(before)
    assert after.layout.groups == before.layout.groups


@pytest.mark.parametrize("arrange", [aligned, distributed])
def test_the_nodes_of_a_collapsed_group_are_aligned_as_one(arrange) -> None:  # type: ignore[no-untyped-def]
    value = grouping.folded(grouping.grouped(project(), ("dense", "dense-2")), ("dense",), True)
    everything = tuple(value.graph.by_id)
    before = shown_places(value)
    after = shown_places(arrange(value, everything, "top" if arrange is aligned else 0))
    steps = {
        (after[node][0] - before[node][0], after[node][1] - before[node][1])
        for node in ("dense", "dense-2")
    }
    assert len(steps) == 1


def test_tidying_up_takes_a_collapsed_group_for_one_card_and_keeps_its_inside() -> None:
    value = grouping.folded(grouping.grouped(project(), ("dense", "dense-2")), ("dense",), True)
    before, after = shown_places(value), shown_places(tidied(value))
    inside = [
        (places["dense-2"][0] - places["dense"][0], places["dense-2"][1] - places["dense"][1])
        for places in (before, after)
    ]
    assert inside[0] == inside[1]
    boxes = boxes_of(tidied(value))
    alone = arrange(chain(layer("Input", (4,)), *(layer("Dense", 8) for _ in range(3))))
    assert sorted(set(boxes.values())) == sorted((x, y, 182, 70) for x, y in alone.values())


def test_a_path_back_into_a_collapsed_group_does_not_keep_from_tidying_up() -> None:
    graph = residual()
    value = grouping.folded(grouping.grouped(project(graph), ("dense", "add")), ("add",), True)
    assert shown_places(tidied(value)) == arrange(graph)
    value = grouping.folded(grouping.grouped(value, ("dense-2",)), ("dense-2",), True)
    assert shown_places(tidied(value)) == arrange(graph), "other groups are one card as ever"


def test_a_frame_goes_around_other_cards() -> None:
    boxes = {name: (x, 0.0, 100.0, 50.0) for name, x in (("a", 0.0), ("b", 200.0), ("c", 400.0))}
    assert len(frame_boxes(("a", "b"), boxes)) == 1
    apart = frame_boxes(("a", "c"), boxes)
    assert len(apart) == 2
    assert not any(overlap(frame, boxes["b"]) for frame in apart)


# ---------------------------------------------------------------- any sequence of edits

EDITS = ("group", "ungroup", "take out", "collapse", "expand", "delete", "insert", "duplicate")


@given(st.data())
def test_any_edits_keep_groups_whole_and_show_exactly_the_wires_that_cross_borders(
    data: st.DataObject,
) -> None:
    value = project(residual())
    for edit in data.draw(st.lists(st.sampled_from(EDITS), max_size=8)):
        if not value.graph.nodes:
            break
        nodes = data.draw(st.sets(st.sampled_from(sorted(value.graph.by_id)), min_size=1))
        try:
            match edit:
                case "group":
                    value = grouping.grouped(value, nodes)
                case "ungroup":
                    value = grouping.ungrouped(value, nodes)
                case "take out":
                    value = grouping.taken_out(value, nodes)
                case "collapse" | "expand":
                    value = grouping.folded(value, nodes, edit == "collapse")
                case "delete":
                    value = commands.removed(value, nodes, ())
                case "insert" if value.graph.edges:
                    edge = data.draw(st.sampled_from(value.graph.edges))
                    value, _ = commands.inserted(value, layer("Tanh"), edge)
                case "duplicate" if len(value.graph.nodes) < 20:
                    value, _ = commands.duplicated(value, nodes)
        except EditError:
            continue
        check(value)


def check(value: Project) -> None:
    groups = value.layout.groups
    check_groups([group_text(group) for group in groups], value.graph.by_id)
    home = {node: group.id for group in groups if group.collapsed for node in group.nodes}
    expected = {
        edge
        for edge in value.graph.edges
        if home.get(edge.source, edge.source) != home.get(edge.target, edge.target)
    }
    assert set(shown_edges(value.graph, holders(groups))) == expected
    for group in groups:
        ports = {*entries(value.graph, group.nodes), *exits(value.graph, group.nodes)}
        for edge in value.graph.edges:
            if edge.source in group.nodes and edge.target not in group.nodes:
                assert Port(edge.source, "output") in ports
            if edge.target in group.nodes and edge.source not in group.nodes:
                assert Port(edge.target, "input", edge.slot) in ports


def test_a_group_without_nodes_is_gone() -> None:
    value = grouping.grouped(project(), ("dense",))
    assert commands.removed(value, ("dense",), ()).layout.groups == ()
    assert Layout().only(()) == Layout()


def test_a_lone_node_may_be_a_group() -> None:
    graph = add_node(Graph(), Node("input", layer("Input", (4,))))
    assert grouping.grouped(project(graph), ("input",)).layout.groups[0].nodes == ("input",)
