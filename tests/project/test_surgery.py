"""Surgery: the design of a trained network changes, and its weights follow."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_projects import LINE, LINE_DATA, SPIRAL, SPIRAL_DATA, chain, trained, two_outputs

from nnstudio.data.batches import PreparedData
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Digits
from nnstudio.engine.activations import PReLU, ReLU, Softmax, Tanh
from nnstudio.engine.conv import Conv1D, Conv2D, ConvTranspose2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout, SpatialDropout
from nnstudio.engine.layer import Layer
from nnstudio.engine.merging import Add, Concatenate
from nnstudio.engine.normalisation import BatchNorm, LayerNorm
from nnstudio.engine.optimizers import SGD, Adam
from nnstudio.engine.pooling import AveragePool1D, GlobalMaxPool2D, MaxPool2D
from nnstudio.engine.recurrent import LSTM
from nnstudio.engine.shaping import Flatten, Input, Permute, Reshape, ZeroPadding2D
from nnstudio.engine.upsampling import Upsample2D
from nnstudio.graph.edits import EditError, bypass, freeze_units, share
from nnstudio.graph.model import Edge, Graph, Node
from nnstudio.project.layout import Group, Layout
from nnstudio.project.project import Project
from nnstudio.project.runs import continues, session_for, with_weights
from nnstudio.project.surgery.by_hand import with_weight
from nnstudio.project.surgery.deepening import deepened
from nnstudio.project.surgery.distance import how_far
from nnstudio.project.surgery.units import widened, without_units
from nnstudio.schema import SettingError
from nnstudio.training.trained import Blob, Change, freeze

#: What rounding may do to a probability.
ROUNDING = 2e-6
DIGITS = PreparedData.of(DataSettings(Digits()))
BRANCHES = Graph(
    (
        Node("in", Input(shape=(2,))),
        Node("wide", Dense(units=3)),
        Node("bent", Tanh()),
        Node("other", Dense(units=2)),
        Node("both", Concatenate()),
        Node("sum", Add()),
        Node("a", Dense(units=4)),
        Node("b", Dense(units=4)),
        Node("out", Dense(units=2)),
        Node("end", Softmax()),
    ),
    (
        Edge("in", "wide"),
        Edge("in", "other"),
        Edge("wide", "bent"),
        Edge("wide", "both", 0),
        Edge("other", "both", 1),
        Edge("bent", "both", 2),
        Edge("both", "a"),
        Edge("bent", "b"),
        Edge("a", "sum", 0),
        Edge("b", "sum", 1),
        Edge("sum", "out"),
        Edge("out", "end"),
    ),
)


def spiral(*middle: Layer) -> Project:
    """Points of a plane to two classes, with weights and biases that are nowhere 0."""
    return settled(replace(SPIRAL, graph=chain(*ends((2,), middle, 2))), SPIRAL_DATA)


def digits(*middle: Layer) -> Project:
    """Pictures of digits to ten classes, with weights that are nowhere 0."""
    settings = replace(SPIRAL.settings, batch_size=64)
    graph = chain(*ends((1, 8, 8), middle, 10))
    return settled(Project(graph, data=DataSettings(Digits()), settings=settings), DIGITS)


def ends(shape: tuple[int, ...], middle: tuple[Layer, ...], classes: int) -> tuple[Layer, ...]:
    return (Input(shape=shape), *middle, Dense(units=classes), Softmax())


def settled(project: Project, data: PreparedData) -> Project:
    """With weights in hand, of which none is at a start such as 0 or 1 that would hide errors."""
    project = with_weights(project, data)
    assert project.trained is not None
    stream = np.random.default_rng(5)
    arrays = {
        key: blob.array + stream.uniform(-0.3, 0.3, blob.array.shape).astype(np.float32)
        for key, blob in project.trained.weights.items()
    }
    return replace(project, trained=replace(project.trained, weights=freeze(arrays)))


def array(project: Project, node: str, name: str = "weight") -> np.ndarray[Any, Any]:
    assert project.trained is not None
    return project.trained.weights[node, name].array


# ---------------------------------------------------------------- wider

FLAT = [
    (Dense(units=3), Tanh()),
    (Dense(units=3), BatchNorm(), PReLU(per_feature=True), Dropout()),
    (Dense(units=3), PReLU(per_feature=False)),
    (Dense(units=4), Tanh(), Dense(units=3)),
    (Dense(units=1), ReLU()),
]
PICTURES = [
    (Conv2D(filters=3), BatchNorm(), ReLU(), MaxPool2D(), Flatten()),
    (Conv2D(filters=3), SpatialDropout(), ZeroPadding2D(), Conv2D(filters=2), Flatten()),
    (Conv2D(filters=3), Tanh(), GlobalMaxPool2D()),
    (Conv2D(filters=3), ConvTranspose2D(filters=2), Flatten()),
    (ConvTranspose2D(filters=3), Upsample2D(), Flatten()),
]
SEQUENCES = [
    (Reshape(shape=(8, 8)), Conv1D(filters=3), AveragePool1D(), ReLU(), Flatten()),
    (Reshape(shape=(8, 8)), Dense(units=3), Conv1D(filters=2), Flatten()),
    (Reshape(shape=(8, 8)), Dense(units=3), Tanh(), LSTM(units=4, bidirectional=True)),
]


def unit_node(project: Project) -> str:
    """The first node that has units."""
    return next(n.id for n in project.graph.nodes if n.layer.unit_count)


@pytest.mark.parametrize("middle", FLAT, ids=str)
@pytest.mark.parametrize("more", [1, 2, 7])
def test_a_wider_dense_computes_the_same(middle: tuple[Layer, ...], more: int) -> None:
    before = spiral(*middle)
    node = unit_node(before)
    units = before.graph.by_id[node].layer.unit_count + more
    after = widened(before, node, units)
    assert after.graph.by_id[node].layer.unit_count == units
    moved = how_far(before, after, SPIRAL_DATA)
    assert moved.largest <= ROUNDING
    assert not moved.changed


@pytest.mark.parametrize("middle", [*PICTURES, *SEQUENCES], ids=str)
@pytest.mark.parametrize("more", [1, 4])
def test_a_wider_convolution_or_sequence_computes_the_same(
    middle: tuple[Layer, ...], more: int
) -> None:
    before = digits(*middle)
    node = unit_node(before)
    after = widened(before, node, before.graph.by_id[node].layer.unit_count + more)
    moved = how_far(before, after, DIGITS)
    assert moved.largest <= 10 * ROUNDING
    assert not moved.changed


def test_units_that_reach_several_branches_are_divided_in_each() -> None:
    before = settled(replace(SPIRAL, graph=BRANCHES), SPIRAL_DATA)
    after = widened(before, "wide", 5)
    assert array(after, "a").shape == (4, 12)
    assert array(after, "b").shape == (4, 5)
    assert how_far(before, after, SPIRAL_DATA).largest <= ROUNDING


def test_every_output_of_a_network_with_two_stays_the_same() -> None:
    before = settled(two_outputs(), DIGITS)
    moved = how_far(before, widened(before, "n2", 20), DIGITS)
    assert moved.largest <= ROUNDING
    assert moved.answers == 2 * moved.examples


def test_equal_branches_of_an_add_widen_together() -> None:
    nodes = (
        Node("in", Input(shape=(2,))),
        Node("wide", Dense(units=3)),
        Node("bent", Tanh()),
        Node("sum", Add()),
        Node("out", Dense(units=2)),
        Node("end", Softmax()),
    )
    wires = ("in wide 0", "wide bent 0", "wide sum 0", "bent sum 1", "sum out 0", "out end 0")
    edges = tuple(Edge(a, b, int(slot)) for a, b, slot in map(str.split, wires))
    before = settled(replace(SPIRAL, graph=Graph(nodes, edges)), SPIRAL_DATA)
    assert how_far(before, widened(before, "wide", 7), SPIRAL_DATA).largest <= ROUNDING


def test_units_pass_through_what_is_bypassed() -> None:
    project = spiral(Dense(units=3), BatchNorm(), Dense(units=3), Tanh())
    before = settled(project.with_graph(bypass(project.graph, ["n2", "n3"], True)), SPIRAL_DATA)
    after = widened(before, "n1", 5)
    assert how_far(before, after, SPIRAL_DATA).largest <= ROUNDING


def test_units_that_only_a_bypassed_merge_would_take_second_end_there() -> None:
    graph = bypass(BRANCHES, ["sum"], True)
    before = settled(replace(SPIRAL, graph=graph), SPIRAL_DATA)
    after = widened(before, "b", 6)  # the sum hands on "a" alone
    assert how_far(before, after, SPIRAL_DATA).largest == 0


LAYERS_BETWEEN = st.sampled_from([Tanh(), ReLU(), BatchNorm(), Dropout(), PReLU(), Flatten()])


@given(
    widths=st.lists(st.integers(1, 5), min_size=1, max_size=3),
    between=st.lists(st.lists(LAYERS_BETWEEN, max_size=2), min_size=3, max_size=3),
    which=st.integers(0, 2),
    more=st.integers(1, 9),
)
def test_any_small_network_computes_the_same_when_wider_or_deeper(
    widths: list[int], between: list[list[Layer]], which: int, more: int
) -> None:
    middle: list[Layer] = []
    for width, after_it in zip(widths, between, strict=False):
        middle += [Dense(units=width), *after_it]
    before = spiral(*middle)
    nodes = [n for n in before.graph.nodes[:-2] if n.layer.unit_count]
    node = nodes[which % len(nodes)]
    for after in (
        widened(before, node.id, node.layer.unit_count + more),
        deepened(before, node.id).project,
    ):
        assert how_far(before, after, SPIRAL_DATA).largest <= 5 * ROUNDING


def test_old_units_keep_their_bits_and_copies_are_divided_unevenly() -> None:
    before = spiral(Dense(units=3), Tanh())
    after = widened(before, "n1", 4)
    assert (array(after, "n1") == array(before, "n1")[[0, 1, 2, 0]]).all()
    assert (array(after, "n1", "bias") == array(before, "n1", "bias")[[0, 1, 2, 0]]).all()
    reading, old = array(after, "n3"), array(before, "n3")
    assert (reading[:, 1:3] == old[:, 1:3]).all()
    np.testing.assert_allclose(reading[:, 0] + reading[:, 3], old[:, 0], rtol=1e-6)
    shares = reading[:, [0, 3]] / old[:, [0]]
    assert ((shares > 0.2) & (shares < 0.8)).all()
    assert len(np.unique(shares)) == 4


@pytest.mark.parametrize(("optimizer", "rate"), [(SGD(), 0.5), (Adam(), 0.02)])
def test_copies_learn_to_differ(optimizer: Any, rate: float) -> None:
    before = spiral(Dense(units=3), Tanh())
    settings = replace(before.settings, optimizer=optimizer, learning_rate=rate, epochs=10)
    after = widened(replace(before, settings=settings), "n1", 6)
    learned, _ = trained(after, SPIRAL_DATA)
    weights = array(learned, "n1")
    for unit in range(3):
        assert np.abs(weights[unit] - weights[unit + 3]).max() > 1e-3


def test_what_is_frozen_stays_so_and_its_copy_learns() -> None:
    before = spiral(Dense(units=3), Tanh())
    before = before.with_graph(freeze_units(before.graph, "n1", [1, 2]))
    assert widened(before, "n1", 6).graph.by_id["n1"].frozen_units == (1, 2)
    assert without_units(before, "n1", [1]).graph.by_id["n1"].frozen_units == (1,)


# ---------------------------------------------------------------- what can't be


@pytest.mark.parametrize(
    ("graph", "node", "code"),
    [
        (chain(*ends((2,), (Dense(units=3),), 2)), "n2", "surgery_output"),
        (chain(Input(shape=(2,)), Dense(units=2)), "n1", "surgery_output"),
        (chain(*ends((2,), (Dense(units=3), LayerNorm()), 2)), "n1", "surgery_mixes"),
        (chain(*ends((2,), (Dense(units=3), Softmax()), 2)), "n1", "surgery_mixes"),
        (
            chain(*ends((2,), (Dense(units=4), Reshape(shape=(2, 2)), Flatten()), 2)),
            "n1",
            "surgery_mixes",
        ),
        (BRANCHES, "a", "surgery_merge"),
        (share(chain(*ends((2,), (Dense(units=2), Dense(units=2)), 2)), "n2", "n1"), "n1",
         "surgery_shared"),
        (share(chain(*ends((2,), (Dense(units=2), Dense(units=2)), 2)), "n3", "n2"), "n1",
         "surgery_shared"),
        (chain(*ends((2,), (Tanh(),), 2)), "n1", "surgery_no_units"),
        (chain(Input(shape=(2,)), Dense(units=2), Conv2D(filters=2)), "n1", "surgery_unfinished"),
        (chain(*ends((2,), (), 2)), "gone", "edit_no_node"),
    ],
)  # fmt: skip
def test_where_the_function_can_t_be_kept_the_sentence_says_why(
    graph: Graph, node: str, code: str
) -> None:
    project = replace(SPIRAL, graph=graph)
    with pytest.raises(EditError) as caught:
        widened(project, node, 9)
    assert caught.value.code == code
    assert str(caught.value)


def test_groups_of_filters_are_in_the_way() -> None:
    grouped = digits(Conv2D(filters=2), Conv2D(filters=4, groups=2), Flatten())
    for node, code in (("n1", "surgery_groups"), ("n2", "surgery_own_groups")):
        with pytest.raises(EditError) as caught:
            widened(grouped, node, 8)
        assert caught.value.code == code
        assert str(caught.value)


def test_a_bypassed_layer_is_not_operated_on() -> None:
    project = spiral(Dense(units=2), Tanh())
    nodes = tuple(replace(n, bypassed=n.id == "n1") for n in project.graph.nodes)
    project = replace(project, graph=replace(project.graph, nodes=nodes))
    for operation in (
        lambda: widened(project, "n1", 9),
        lambda: without_units(project, "n1", [0]),
        lambda: deepened(project, "n1"),
    ):
        with pytest.raises(EditError, match="bypassed"):
            operation()


def test_a_wish_for_no_more_units_or_too_many_is_refused() -> None:
    project = spiral(Dense(units=3), Tanh())
    with pytest.raises(EditError, match="has 3 units already"):
        widened(project, "n1", 3)
    with pytest.raises(SettingError):
        widened(project, "n1", 1_000_000)


# ---------------------------------------------------------------- fewer


@pytest.mark.parametrize(
    "middle",
    [
        (Conv2D(filters=4), BatchNorm(), ReLU(), MaxPool2D(), Flatten()),
        (Conv2D(filters=4), LayerNorm(), Flatten()),
        (Conv2D(filters=4), Conv2D(filters=2), Flatten()),
    ],
    ids=str,
)
def test_deleted_filters_go_with_all_that_was_made_for_them(middle: tuple[Layer, ...]) -> None:
    before = digits(*middle)
    after = without_units(before, "n1", [1, 3])
    assert (array(after, "n1") == array(before, "n1")[[0, 2]]).all()
    with_weights(after, DIGITS).network()  # every weight fits
    assert with_weights(after, DIGITS) is after
    assert how_far(before, after, DIGITS).largest > 0.001


def test_deleting_a_unit_that_nothing_weighs_changes_nothing() -> None:
    before = spiral(Dense(units=3), Tanh())
    assert before.trained is not None
    reading = array(before, "n3").copy()
    reading[:, 1] = 0
    weights = {**before.trained.weights, ("n3", "weight"): Blob.of(reading)}
    before = replace(before, trained=replace(before.trained, weights=weights))
    moved = how_far(before, without_units(before, "n1", [1]), SPIRAL_DATA)
    assert moved.largest <= ROUNDING


def test_units_that_are_not_there_and_the_last_one_can_t_be_deleted() -> None:
    project = spiral(Dense(units=2), Tanh())
    with pytest.raises(EditError, match="no unit 3"):
        without_units(project, "n1", [2])
    with pytest.raises(EditError, match="at least one"):
        without_units(project, "n1", [0, 1])


def test_a_layer_made_for_a_fixed_number_is_in_the_way_of_deleting() -> None:
    project = replace(
        SPIRAL,
        graph=chain(*ends((2,), (Dense(units=4), Reshape(shape=(2, 2)), Permute(), Flatten()), 2)),
    )
    with pytest.raises(EditError) as caught:
        without_units(project, "n1", [0])
    assert caught.value.code == "surgery_fixed"
    assert str(caught.value)


# ---------------------------------------------------------------- deeper


@pytest.mark.parametrize(
    ("before", "new"),
    [
        (spiral(Dense(units=3), ReLU()), [Dense(units=3), ReLU()]),
        (spiral(Dense(units=3), BatchNorm(), ReLU()), [Dense(units=3), ReLU()]),
        (spiral(Dense(units=3), Tanh()), [Dense(units=3)]),
        (spiral(Dense(units=3, use_bias=False)), [Dense(units=3, use_bias=False)]),
    ],
)
def test_a_deeper_dense_computes_the_same(before: Project, new: list[Layer]) -> None:
    result = deepened(before, "n1")
    graph = result.project.graph
    assert [graph.by_id[n].layer for n in result.new] == new
    assert how_far(before, result.project, SPIRAL_DATA).largest <= ROUNDING


@pytest.mark.parametrize(
    "middle",
    [
        (Conv2D(filters=3, kernel_size=(3, 5), strides=(2, 2)), ReLU(), Flatten()),
        (Conv2D(filters=3, kernel_size=(2, 2)), Tanh(), Flatten()),
        (ConvTranspose2D(filters=3), Flatten()),
        (Reshape(shape=(8, 8)), Conv1D(filters=3, kernel_size=5), ReLU(), Flatten()),
        (Reshape(shape=(8, 8)), Dense(units=3), ReLU(), Flatten()),
    ],
    ids=str,
)
def test_a_deeper_convolution_or_sequence_computes_the_same(middle: tuple[Layer, ...]) -> None:
    before = digits(*middle)
    result = deepened(before, unit_node(before))
    assert how_far(before, result.project, DIGITS).largest <= ROUNDING


def test_the_new_layer_stands_before_all_followers_and_in_the_same_group() -> None:
    before = settled(replace(SPIRAL, graph=BRANCHES), SPIRAL_DATA)
    before = replace(before, layout=Layout(groups=(Group("g", "Both", ("wide", "other")),)))
    result = deepened(before, "wide")
    (new,) = result.new
    after = result.project
    assert {e.target for e in after.graph.outgoing["wide"]} == {new}
    assert {(e.target, e.slot) for e in after.graph.outgoing[new]} == {("bent", 0), ("both", 0)}
    assert after.layout.groups[0].nodes == ("wide", "other", new)
    assert how_far(before, after, SPIRAL_DATA).largest <= ROUNDING


def test_a_relu_at_the_very_end_stays_the_end() -> None:
    project = replace(LINE, graph=chain(Input(shape=(1,)), Dense(units=1), ReLU()))
    assert deepened(project, "n1").project.graph.outputs == ("n2",)


def test_nothing_is_put_behind_an_output() -> None:
    with pytest.raises(EditError) as caught:
        deepened(LINE, "n1")
    assert caught.value.code == "deepen_output"
    assert str(caught.value)


# ---------------------------------------------------------------- training goes on


@pytest.mark.parametrize(
    "operate",
    [
        lambda p: widened(p, "n1", 9),
        lambda p: without_units(p, "n1", [0]),
        lambda p: deepened(p, "n1").project,
    ],
)
def test_a_paused_run_ends_and_the_next_begins_from_these_weights(operate: Any) -> None:
    paused, _ = trained(
        replace(SPIRAL, settings=replace(SPIRAL.settings, average=0.9)), SPIRAL_DATA, batches=3
    )
    after = operate(paused)
    assert not continues(after)
    session = session_for(after, SPIRAL_DATA)
    for key, view in session.network.arrays(session.flat).items():
        assert (view == after.trained.weights[key].array).all()
    learned, _ = trained(after, SPIRAL_DATA)
    assert learned.trained.progress.epoch == SPIRAL.settings.epochs


def test_without_training_only_the_design_changes() -> None:
    assert widened(SPIRAL, "n1", 9).trained is None
    assert deepened(SPIRAL, "n1").project.trained is None


def test_weights_left_over_from_another_design_are_passed_over() -> None:
    before = spiral(Dense(units=3), Tanh())
    odd = {**before.trained.weights, ("n3", "weight"): Blob.of(np.zeros((7, 7), np.float32))}
    odd["gone", "weight"] = Blob.of(np.zeros(1, np.float32))
    before = replace(before, trained=replace(before.trained, weights=odd))
    after = widened(before, "n1", 5)
    assert array(after, "n3").shape == (7, 7)
    assert array(with_weights(after, SPIRAL_DATA), "n3").shape == (2, 5)


# ---------------------------------------------------------------- first weights in hand


def test_weights_taken_in_hand_are_those_the_network_would_begin_with() -> None:
    begun = session_for(SPIRAL, SPIRAL_DATA)
    held = with_weights(SPIRAL, SPIRAL_DATA)
    for key, view in begun.network.arrays(begun.flat).items():
        assert (view == held.trained.weights[key].array).all()
    assert not continues(held)
    one, _ = trained(held, SPIRAL_DATA)
    other, _ = trained(SPIRAL, SPIRAL_DATA)
    assert one.trained.sha256 == other.trained.sha256


def test_taking_first_weights_in_hand_keeps_those_of_a_bypassed_layer() -> None:
    held = with_weights(SPIRAL, SPIRAL_DATA)
    graph = bypass(SPIRAL.graph, ["n1"], True)
    alone = with_weights(held.with_graph(graph), SPIRAL_DATA)
    assert array(alone, "n3").shape == (2, 2)
    assert (array(alone, "n1") == array(held, "n1")).all()


# ---------------------------------------------------------------- by hand


def test_a_weight_set_by_hand_leaves_all_others_and_a_paused_run_goes_on_with_it() -> None:
    paused, _ = trained(SPIRAL, SPIRAL_DATA, batches=3)
    edited = with_weight(paused, ("n1", "weight"), (2, 1), 0.25)
    expected = array(paused, "n1").copy()
    expected[2, 1] = 0.25
    assert (array(edited, "n1") == expected).all()
    assert continues(edited)
    assert edited.trained.progress.changes[-1] == Change(3, "n1/weight[2, 1]", 0.25)
    session = session_for(edited, SPIRAL_DATA)
    assert session.step == 3
    assert session.network.arrays(session.flat)["n1", "weight"][2, 1] == 0.25


def test_a_run_that_ended_with_its_average_is_over_once_a_weight_is_set() -> None:
    settings = replace(LINE.settings, average=0.5)
    ended, _ = trained(replace(LINE, settings=settings), LINE_DATA)
    edited = with_weight(ended, ("n1", "bias"), (0,), 3.0)
    assert edited.trained.progress is None
    assert array(edited, "n1", "bias").tolist() == [3.0]


def test_the_same_number_again_is_no_edit() -> None:
    held = with_weights(SPIRAL, SPIRAL_DATA)
    assert with_weight(held, ("n1", "bias"), (0,), 0.0) is held


@pytest.mark.parametrize(
    ("project", "key", "value", "words"),
    [
        (SPIRAL, ("n1", "weight"), 1.0, "no such weight"),
        (with_weights(SPIRAL, SPIRAL_DATA), ("n1", "gamma"), 1.0, "no such weight"),
        (with_weights(SPIRAL, SPIRAL_DATA), ("n1", "weight"), float("nan"), "finite"),
        (with_weights(SPIRAL, SPIRAL_DATA), ("n1", "weight"), 1e40, "finite"),
    ],
)
def test_what_is_no_weight_is_refused(
    project: Project, key: tuple[str, str], value: float, words: str
) -> None:
    with pytest.raises(EditError, match=words):
        with_weight(project, key, (0, 0), value)


# ---------------------------------------------------------------- how far predictions moved


def test_how_far_is_the_largest_and_mean_change_in_the_data_s_units() -> None:
    held = with_weights(LINE, LINE_DATA)
    moved = how_far(held, with_weight(held, ("n1", "bias"), (0,), 2.0), LINE_DATA)
    step = 2.0 / float(LINE_DATA.preparation.of("targets").factor.reshape(-1)[0])
    assert moved.largest == pytest.approx(step, rel=1e-4)
    assert moved.mean == pytest.approx(step, rel=1e-4)
    assert moved.answers == moved.changed == 0


def test_how_far_counts_answers_that_are_another_class() -> None:
    held = with_weights(SPIRAL, SPIRAL_DATA)
    all_one = with_weight(held, ("n3", "bias"), (0,), 1e3)
    all_other = with_weight(held, ("n3", "bias"), (1,), 1e3)
    moved = how_far(all_one, all_other, SPIRAL_DATA)
    assert moved.changed == moved.answers == moved.examples > 0
    assert "another class" in str(moved)
    assert str(how_far(held, held, SPIRAL_DATA)) == "predictions stayed the same"


def test_what_was_learned_is_still_known() -> None:
    learned, _ = trained(SPIRAL, SPIRAL_DATA, epochs=5)
    moved = how_far(learned, widened(learned, "n1", 20), SPIRAL_DATA)
    assert moved.largest <= ROUNDING
    assert moved.examples == len(SPIRAL_DATA.parts.validation)
