"""Networks with several inputs and outputs: what each reads, is compared with, and counts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_runs import drive, resumed, same_state

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Column, Dataset
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources.line import Line
from nnstudio.engine.activations import Softmax, Tanh
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.layer import Layer
from nnstudio.engine.lbfgs import LBFGS
from nnstudio.engine.losses import CategoricalCrossEntropy, HalfSquaredError, MeanSquaredError
from nnstudio.engine.merging import Add, Concatenate
from nnstudio.engine.network import Network
from nnstudio.engine.shaping import Flatten, Input, Reshape
from nnstudio.graph.analysis import analyse
from nnstudio.graph.compile import compile_graph
from nnstudio.graph.edits import add_node, connect
from nnstudio.graph.model import Graph, Node
from nnstudio.training.evaluation import evaluate
from nnstudio.training.features import feature_layers
from nnstudio.training.feed import Feed, columns_of
from nnstudio.training.session import Session
from nnstudio.training.settings import TrainingSettings

COUNT = 60


def small_data() -> Dataset:
    """Pictures and numbers, their class, the same at three places, and what else there is."""
    rng = np.random.default_rng(0)
    numbers = rng.standard_normal((COUNT, 4))
    labels = (numbers[:, 0] > 0).astype(np.int64) + (numbers[:, 1] > 0)
    return Dataset(
        "small",
        inputs=numbers,
        targets=labels,
        classes=("none", "one", "two"),
        columns=(
            Column("picture", rng.integers(0, 256, (COUNT, 1, 3, 3)).astype(np.uint8)),
            Column("sums", numbers @ rng.standard_normal((4, 2)) * 30 + 100),
            Column("signs", (numbers[:, :3] > 0).astype(np.int64), ("−", "+")),
        ),
    )


DATA = PreparedData.of(DataSettings(Line()), dataset=small_data())


def graph_of(*nodes: tuple[str, Layer, str] | tuple[str, Layer, str, str]) -> Graph:
    """Nodes as (id, layer, ids of the sources, owner)."""
    graph = Graph()
    for id, layer, sources, *owner in nodes:
        graph = add_node(graph, Node(id, layer, owner=owner[0] if owner else ""))
        for source in sources.split():
            graph = connect(graph, source, id)
    return graph


#: Two inputs, a part that both outputs share, one of whose layers is used twice, and chance.
GRAPH = graph_of(
    ("numbers", Input(shape=(4,)), ""),
    ("picture", Input(shape=(1, 3, 3), column="picture"), ""),
    ("flat", Flatten(), "picture"),
    ("both", Concatenate(), "numbers flat"),
    ("hidden", Dense(units=8), "both"),
    ("tanh", Tanh(), "hidden"),
    ("inner", Dense(units=8), "tanh"),
    ("again", Dense(units=8), "inner", "inner"),
    ("sum", Add(), "tanh again"),
    ("drop", Dropout(rate=0.2), "sum"),
    ("scores", Dense(units=3), "drop"),
    ("class", Softmax(), "scores"),
    ("sums", Dense(units=2), "drop"),
)
SETTINGS = (
    TrainingSettings(loss=CategoricalCrossEntropy(), batch_size=8, epochs=3, learning_rate=0.02)
    .judging("sums", loss=HalfSquaredError(), weight=0.25, target="sums")
    .judging("class", weight=2.0)
)


def network_for(graph: Graph, settings: TrainingSettings = SETTINGS) -> Network:
    outputs = graph.outputs
    return compile_graph(
        graph,
        {node: settings.loss_of(node) for node in outputs},
        {node: settings.weight_of(node) for node in outputs},
        {node: settings.target_of(node) for node in outputs},
    )


def session_of(graph: Graph = GRAPH, settings: TrainingSettings = SETTINGS) -> Session:
    return Session.begin(network_for(graph, settings), settings, DATA, "run")


# ---------------------------------------------------------------- what is gathered


def test_each_input_reads_its_column_and_each_output_is_given_its_target() -> None:
    network = network_for(GRAPH)
    session = session_of()
    index = DATA.parts.train[:5]
    xs, ys = session.workspace.buffers(5)
    Feed(network, DATA).gather(index, (*xs, *ys))
    data = DATA.dataset
    for name, x in zip(("inputs", "picture"), xs, strict=True):
        wanted = DATA.preparation.of(name).apply(data.column(name).values[index])
        np.testing.assert_allclose(np.moveaxis(x, -1, 0), wanted, rtol=1e-6)
    np.testing.assert_array_equal(ys[0].argmax(axis=0), data.targets[index])
    sums = DATA.preparation.of("sums").apply(data.column("sums").values[index])
    np.testing.assert_allclose(ys[1].T, sums, rtol=1e-5)


def test_further_columns_are_prepared_as_the_settings_say_by_the_training_part_alone() -> None:
    train = DATA.parts.train
    sums = DATA.preparation.of("sums")
    column = small_data().column("sums").values
    np.testing.assert_allclose(sums.apply(column[train]).mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(sums.apply(column[train]).std(axis=0), 1, rtol=1e-5)
    scaled = PreparedData.of(DataSettings(Line(), columns="scale"), dataset=small_data())
    pictures = scaled.preparation.of("picture").apply(small_data().column("picture").values[train])
    assert (pictures.min(), pictures.max()) == (0, 1)
    assert not DATA.preparation.of("signs").offset.any(), "classes are left alone"


def test_a_class_at_each_place_is_gathered_in_the_order_of_the_places() -> None:
    settings = TrainingSettings(loss=CategoricalCrossEntropy()).judging("p", target="signs")
    graph = graph_of(("x", Input(shape=(3, 2), column="signs"), ""), ("p", Softmax(), "x"))
    network = network_for(graph, settings)
    assert network.heads[0].loss.target_shape((3, 2)) == (2, 3)
    signs = DATA.dataset.column("signs").values
    y = np.empty((2, 3, 4), np.float32)
    index = DATA.parts.train[:4]
    DATA.classes("signs")(index, y)
    for n, example in enumerate(index):
        for place in range(3):
            assert y[:, place, n].tolist() == np.eye(2)[signs[example, place]].tolist()
    by_number = np.empty((1, 3, 4), np.float32)
    DATA.classes("signs")(index, by_number)
    np.testing.assert_array_equal(by_number[0], signs[index].T)
    turned = np.empty((3, 2, 4), np.float32)
    DATA.classes("signs", axis=1)(index, turned)
    np.testing.assert_array_equal(turned, y.swapaxes(0, 1))


# ---------------------------------------------------------------- losses and figures


def test_the_loss_is_the_weighted_sum_and_every_output_has_its_own() -> None:
    session = session_of()
    drive(session)
    scores = evaluate(session.workspace, DATA, DATA.parts.train)
    assert scores is not None
    classes, sums = scores.outputs
    assert (classes.node, classes.name) == ("class", "accuracy")
    assert (sums.node, sums.name) == ("sums", "rmse")
    assert scores.loss == pytest.approx(2 * classes.loss + 0.25 * sums.loss)
    assert scores.metric == classes.metric
    alone = [
        replace(SETTINGS, loss_weights=(("class", first), ("sums", second)))
        for first, second in ((1.0, 0.0), (0.0, 1.0))
    ]
    for settings, output in zip(alone, scores.outputs, strict=True):
        other = session_of(settings=settings)
        other.flat[:] = session.flat
        found = evaluate(other.workspace, DATA, DATA.parts.train)
        assert found is not None
        assert found.loss == pytest.approx(output.loss)


def test_a_figure_in_the_units_of_its_column() -> None:
    session = session_of()
    index = DATA.parts.train
    scores = evaluate(session.workspace, DATA, index)
    assert scores is not None
    feed = Feed(session.network, DATA)
    xs, ys = session.workspace.buffers(len(index))
    feed.gather(index, (*xs, *ys))
    answers = session.workspace.predict(xs)[1].T
    told = DATA.preparation.of("sums").invert(answers)
    error = told - DATA.dataset.column("sums").values[index]
    assert scores.outputs[1].metric == pytest.approx(np.sqrt(np.square(error).mean()), rel=1e-4)


def test_accuracy_is_counted_over_all_places() -> None:
    settings = TrainingSettings(loss=CategoricalCrossEntropy()).judging("p", target="signs")
    graph = graph_of(("x", Input(shape=(3,), column="signs"), ""), ("f", Dense(units=6), "x"))
    graph = connect(add_node(graph, Node("r", Reshape(shape=(3, 2)))), "f", "r")
    graph = connect(add_node(graph, Node("p", Softmax())), "r", "p")
    for squared in (False, True):
        chosen = settings.judging("p", loss=MeanSquaredError()) if squared else settings
        session = session_of(graph, chosen)
        scores = evaluate(session.workspace, DATA, DATA.parts.train)
        assert scores is not None
        x = DATA.dataset.column("signs").values[DATA.parts.train].T.astype(np.float32)
        answers = session.workspace.predict([x])[0].argmax(axis=1)
        assert scores.metric == pytest.approx((answers == x).mean())


#: Without chance, so that what is told of a batch can be told again.
PLAIN = replace(
    GRAPH,
    nodes=tuple(
        replace(node, layer=Dropout(rate=0.0)) if node.id == "drop" else node
        for node in GRAPH.nodes
    ),
)


@pytest.mark.parametrize("values", [{}, {"threads": 3, "batch_size": 24}, {"optimizer": LBFGS()}])
def test_an_epoch_tells_loss_and_metric_of_every_output_in_both_parts(
    values: dict[str, object],
) -> None:
    """Of a run that hardly moves, so that all its answers are those of its first weights."""
    session = session_of(PLAIN, replace(SETTINGS, learning_rate=1e-12, **values))
    scores = evaluate(session.workspace, DATA, DATA.parts.train)
    drive(session, epochs=1)
    after = evaluate(session.workspace, DATA, DATA.parts.validation)
    assert scores is not None
    assert after is not None
    epoch = session.history.epochs[0]
    figures = {figure.name: figure[1:] for figure in epoch.further}
    assert list(figures) == ["macro_f1", "loss:sums", "rmse:sums"]
    _, trained = scores.outputs
    _, validated = after.outputs
    assert figures["loss:sums"] == pytest.approx((trained.loss, validated.loss), rel=1e-5)
    assert figures["rmse:sums"] == pytest.approx((trained.metric, validated.metric), rel=1e-5)
    assert 2 * scores.outputs[0].loss + 0.25 * figures["loss:sums"][0] == pytest.approx(
        epoch.train_loss, rel=1e-5
    )


def test_the_figures_of_an_output_begin_anew_in_each_epoch() -> None:
    session = session_of(PLAIN, replace(SETTINGS, learning_rate=1e-12))
    drive(session, epochs=3)
    columns = session.history.columns()
    for name in ("train_loss:sums", "train_rmse:sums"):
        assert columns[name] == pytest.approx(np.full(3, columns[name][0]), rel=1e-5)


def test_examples_that_weigh_nothing_have_no_part_in_the_loss_of_any_output() -> None:
    weights = np.zeros(COUNT)
    weights[::2] = 2.0
    data = PreparedData.of(DataSettings(Line()), dataset=replace(small_data(), weights=weights))
    network = network_for(PLAIN)
    settings = replace(SETTINGS, learning_rate=1e-12)
    session = Session.begin(network, settings, data, "run")
    heavy = np.array([row for row in data.parts.train if weights[row]])
    scores = evaluate(session.workspace, data, heavy)
    assert scores is not None
    drive(session, epochs=1)
    figures = {figure.name: figure.train for figure in session.history.epochs[0].further}
    assert figures["loss:sums"] == pytest.approx(scores.outputs[1].loss, rel=1e-5)


# ---------------------------------------------------------------- training


def test_what_is_shared_by_outputs_and_used_twice_learns() -> None:
    session = session_of()
    before = {key: view.copy() for key, view in session.network.arrays(session.flat).items()}
    first = evaluate(session.workspace, DATA, DATA.parts.train)
    drive(session)
    last = evaluate(session.workspace, DATA, DATA.parts.train)
    assert first is not None
    assert last is not None
    assert all(b.loss < a.loss for a, b in zip(first.outputs, last.outputs, strict=True))
    after = session.network.arrays(session.flat)
    assert ("again", "weight") not in after, "these are inner's"
    assert all((after[key] != view).any() for key, view in before.items())


def test_a_frozen_part_stays_as_it_is_while_the_rest_learns() -> None:
    resting = replace(
        GRAPH, nodes=tuple(replace(node, frozen=node.id == "hidden") for node in GRAPH.nodes)
    )
    session = session_of(resting)
    before = {key: view.copy() for key, view in session.network.arrays(session.flat).items()}
    drive(session)
    for key, view in session.network.arrays(session.flat).items():
        assert (view == before[key]).all() == (key[0] == "hidden"), key


def test_an_output_that_weighs_nothing_teaches_nothing() -> None:
    session = session_of(settings=SETTINGS.judging("sums", weight=0.0))
    before = session.network.arrays(session.flat.copy())
    drive(session, epochs=1)
    after = session.network.arrays(session.flat)
    np.testing.assert_array_equal(after["sums", "weight"], before["sums", "weight"])
    assert (after["scores", "weight"] != before["scores", "weight"]).any()


@pytest.mark.parametrize("threads", [1, 2])
def test_a_paused_run_of_two_outputs_goes_on_with_the_same_bits(threads: int) -> None:
    settings = replace(SETTINGS, threads=threads, batch_size=20)
    whole, paused = session_of(settings=settings), session_of(settings=settings)
    drive(whole)
    drive(paused, batches=4)
    taken_up = resumed(paused)
    drive(taken_up)
    assert same_state(whole.trained(), taken_up.trained())


def test_threads_add_up_to_the_same_gradient() -> None:
    """To rounding: without chance, and with batches that come in parts."""
    index, rng = DATA.parts.train[:33], np.random.default_rng(0)
    found = []
    for threads in (1, 3):
        session = session_of(PLAIN, replace(SETTINGS, threads=threads))
        found.append((session.learner.learn(index, rng, None), session.workspace.gradient))
    (one, gradient), (three, added) = found
    assert three == pytest.approx(one)
    np.testing.assert_allclose(added, gradient, rtol=1e-4, atol=1e-6)


def test_an_autoencoder_is_compared_with_what_it_reads() -> None:
    graph = graph_of(
        ("x", Input(shape=(1, 3, 3), column="picture"), ""),
        ("flat", Flatten(), "x"),
        ("narrow", Dense(units=2), "flat"),
        ("wide", Dense(units=9), "narrow"),
    )
    settings = TrainingSettings(epochs=20).judging("wide", target="picture")
    session = session_of(graph, settings)
    assert session.metric.name == "rmse"
    drive(session)
    first, last = session.history.epochs[0], session.history.epochs[-1]
    assert last.train_loss < 0.9 * first.train_loss
    assert "narrow" in feature_layers(graph, analyse(graph), "x")


# ---------------------------------------------------------------- datasets


@pytest.mark.parametrize("names", [("inputs",), ("targets",), ("",), ("a", "a")])
def test_columns_have_names_of_their_own(names: tuple[str, ...]) -> None:
    columns = tuple(Column(name, np.zeros((2, 1))) for name in names)
    with pytest.raises(ValueError, match="names of their own"):
        Dataset("two", np.zeros((2, 1)), np.zeros((2, 1)), columns=columns)


def test_columns_are_as_long_as_the_data_and_read_only() -> None:
    with pytest.raises(ValueError, match="2 inputs but 3 of 'more'"):
        Dataset("two", np.zeros((2, 1)), np.zeros((2, 1)), columns=(Column("more", np.zeros(3)),))
    with pytest.raises(ValueError, match="read-only"):
        small_data().column("sums").values[0] = 1


def test_only_the_columns_that_are_used_make_other_data() -> None:
    whole = small_data()
    picture, sums, signs = whole.columns
    other = replace(whole, columns=(picture, replace(sums, values=sums.values + 1), signs))
    bare = replace(whole, columns=())
    assert whole.fingerprint(["inputs", "targets"]) == bare.sha256
    assert whole.fingerprint(["picture", "inputs"]) == other.fingerprint(["picture"])
    assert whole.fingerprint(["sums"]) != other.fingerprint(["sums"])
    renamed = replace(whole, columns=(replace(picture, name="portrait"), sums, signs))
    assert whole.fingerprint(["picture"]) != renamed.fingerprint(["portrait"])


def test_a_run_knows_whether_the_columns_it_uses_have_changed() -> None:
    session = session_of()
    assert columns_of(session.network) == ("inputs", "picture", "targets", "sums")
    used = DATA.dataset.fingerprint(("picture", "sums"))
    assert session.trained().data_sha256 == used
