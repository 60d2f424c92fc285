"""A whole run of a network with two inputs and two outputs, and PyTorch's sum of losses.

Our side is a project as the window runs it: columns of a dataset, gathered and prepared, shuffled
batches, a weight for each loss. Theirs is written out in PyTorch's own words, on the same batches.
"""

from __future__ import annotations

import numpy as np
import pytest
from peer import functional, tensor, torch

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Column, Dataset
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Digits, Line
from nnstudio.engine.activations import ReLU, Softmax, Tanh
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Array, Layer
from nnstudio.engine.losses import CategoricalCrossEntropy, MeanSquaredError
from nnstudio.engine.merging import Concatenate
from nnstudio.engine.optimizers import SGD
from nnstudio.engine.randomness import permutation
from nnstudio.engine.shaping import Flatten, Input, Reshape
from nnstudio.graph.edits import add_node, connect
from nnstudio.graph.model import Graph, Node
from nnstudio.project.project import Project
from nnstudio.project.runs import session_for
from nnstudio.training.loop import train
from nnstudio.training.session import Session
from nnstudio.training.settings import TrainingSettings

RATE, BATCH, EPOCHS = 0.1, 10, 3


def graph_of(*nodes: tuple[str, Layer, str]) -> Graph:
    """Nodes as (id, layer, ids of the sources)."""
    graph = Graph()
    for id, layer, sources in nodes:
        graph = add_node(graph, Node(id, layer))
        for source in sources.split():
            graph = connect(graph, source, id)
    return graph


def words() -> Dataset:
    """Three numbers and five; a class at each of four places, and two numbers."""
    rng = np.random.default_rng(3)
    numbers, more = rng.standard_normal((40, 3)), 5 + 2 * rng.standard_normal((40, 5))
    labels = rng.integers(0, 3, (40, 4))
    heights = 100 + 20 * numbers[:, :2] + more[:, :2]
    columns = (Column("more", more), Column("heights", heights))
    return Dataset("words", numbers, labels, classes=tuple("abc"), columns=columns)


def session_of(
    graph: Graph, settings: TrainingSettings, data: DataSettings, dataset: Dataset
) -> Session:
    project = Project(graph=graph, data=data, settings=settings)
    prepared = PreparedData.of(data, dataset=dataset)
    return session_for(project, prepared)


def batches(session: Session) -> list[Array]:
    """The examples of every step of the run."""
    part = session.data.parts.train
    orders = [part[permutation(0, epoch, len(part))] for epoch in range(EPOCHS)]
    return [order[i : i + BATCH] for order in orders for i in range(0, len(order), BATCH)]


def assert_same_run(session: Session, theirs: dict[tuple[str, str], object], step: object) -> None:
    """``step(index)`` makes a step of theirs and returns the loss before it."""
    indices = batches(session)
    losses = [step(index) for index in indices]  # type: ignore[operator]
    list(train(session))
    _, ours, _, _ = session.history.steps.curve()
    np.testing.assert_allclose(ours, losses, rtol=2e-4)
    for key, values in session.network.arrays(session.flat).items():
        expected = theirs[key].detach().numpy()  # type: ignore[attr-defined]
        apart = np.linalg.norm(values - expected) / np.linalg.norm(expected)
        assert apart < 1e-4, key


def learned(session: Session) -> dict[tuple[str, str], object]:
    """Our first values as PyTorch's parameters."""
    arrays = session.network.arrays(session.flat)
    return {key: tensor(array).requires_grad_() for key, array in arrays.items()}


def test_two_inputs_and_two_outputs_are_trained_as_by_pytorch() -> None:
    graph = graph_of(
        ("x", Input(shape=(3,)), ""),
        ("m", Input(shape=(5,), column="more"), ""),
        ("a", Dense(units=6), "x"),
        ("b", Dense(units=4), "m"),
        ("tanh", Tanh(), "a"),
        ("both", Concatenate(), "tanh b"),
        ("scores", Dense(units=12), "both"),
        ("places", Reshape(shape=(4, 3)), "scores"),
        ("class", Softmax(), "places"),
        ("heights", Dense(units=2), "both"),
    )
    settings = (
        TrainingSettings(
            loss=CategoricalCrossEntropy(),
            optimizer=SGD(),
            learning_rate=RATE,
            batch_size=BATCH,
            epochs=EPOCHS,
        )
        .judging("class", weight=2.0)
        .judging("heights", loss=MeanSquaredError(), weight=0.5, target="heights")
    )
    dataset = words()
    session = session_of(graph, settings, DataSettings(Line(), inputs="standardise"), dataset)
    w = learned(session)
    optimizer = torch.optim.SGD(w.values(), lr=RATE)
    prepared = {
        name: tensor(session.data.preparation.of(name).apply(dataset.column(name).values)).float()
        for name in ("inputs", "more", "heights")
    }
    labels = tensor(dataset.targets).long()

    def step(index: Array) -> float:
        def dense(name: str, x: object) -> object:
            return functional.linear(x, w[name, "weight"], w[name, "bias"])

        hidden = torch.tanh(dense("a", prepared["inputs"][index]))
        both = torch.cat([hidden, dense("b", prepared["more"][index])], dim=1)
        scores = dense("scores", both).reshape(-1, 4, 3).transpose(1, 2)
        loss = 2.0 * functional.cross_entropy(scores, labels[index])  # (N, K, T) and (N, T)
        loss = loss + 0.5 * functional.mse_loss(dense("heights", both), prepared["heights"][index])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    assert_same_run(session, w, step)


@pytest.mark.parametrize("as_picture", [False, True], ids=["in a row", "as a picture"])
def test_an_autoencoder_is_trained_as_by_pytorch(as_picture: bool) -> None:
    graph = graph_of(
        ("x", Input(shape=(1, 8, 8)), ""),
        ("flat", Flatten(), "x"),
        ("narrow", Dense(units=5), "flat"),
        ("relu", ReLU(), "narrow"),
        ("wide", Dense(units=64), "relu"),
    )
    if as_picture:
        graph = connect(add_node(graph, Node("y", Reshape(shape=(1, 8, 8)))), "wide", "y")
    (output,) = graph.outputs
    settings = TrainingSettings(
        loss=MeanSquaredError(),
        optimizer=SGD(),
        learning_rate=RATE,
        batch_size=BATCH,
        epochs=EPOCHS,
    ).judging(output, target="inputs")
    whole = Digits().load()
    dataset = Dataset("few", whole.inputs[:80], whole.targets[:80], classes=whole.classes)
    session = session_of(graph, settings, DataSettings(Digits()), dataset)
    w = learned(session)
    optimizer = torch.optim.SGD(w.values(), lr=RATE)
    affine = session.data.preparation.inputs
    pictures = tensor(affine.apply(dataset.inputs)).float().flatten(1)

    def step(index: Array) -> float:
        hidden = torch.relu(functional.linear(pictures[index], *layer("narrow")))
        loss = functional.mse_loss(functional.linear(hidden, *layer("wide")), pictures[index])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        return float(loss.detach())

    def layer(name: str) -> tuple[object, object]:
        return w[name, "weight"], w[name, "bias"]

    assert_same_run(session, w, step)
