"""Small projects to test on."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.data.preparation import Affine, Preparation
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Digits
from nnstudio.data.sources.line import Line
from nnstudio.data.sources.spiral import Spiral
from nnstudio.engine.activations import Sigmoid, Softmax, Tanh
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Array, Layer
from nnstudio.engine.losses import BinaryCrossEntropy, CategoricalCrossEntropy
from nnstudio.engine.optimizers import SGD
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.graph.edits import add_node, connect, rename
from nnstudio.graph.model import Edge, Graph, Node
from nnstudio.project.project import Project
from nnstudio.project.runs import session_for
from nnstudio.training.events import Event
from nnstudio.training.loop import train
from nnstudio.training.settings import TrainingSettings
from nnstudio.training.trained import Trained, freeze


def chain(*layers: Layer) -> Graph:
    """The layers one after the other, as nodes n0, n1, …"""
    nodes = tuple(Node(f"n{i}", layer) for i, layer in enumerate(layers))
    return Graph(nodes, tuple(Edge(a.id, b.id) for a, b in pairwise(nodes)))


LINE = Project(
    graph=chain(Input(shape=(1,)), Dense(units=1)),
    data=DataSettings(Line(count=40)),
    settings=TrainingSettings(
        optimizer=SGD(momentum=0.5), learning_rate=0.1, batch_size=8, epochs=3
    ),
)
LINE_DATA = PreparedData.of(LINE.data)

SPIRAL = Project(
    graph=chain(Input(shape=(2,)), Dense(units=5), Tanh(), Dense(units=2), Softmax()),
    data=DataSettings(Spiral(count=60)),
    settings=TrainingSettings(loss=CategoricalCrossEntropy(), batch_size=16, epochs=2),
)
SPIRAL_DATA = PreparedData.of(SPIRAL.data)


def trained(
    project: Project,
    data: PreparedData,
    *,
    epochs: int | None = None,
    batches: int | None = None,
) -> tuple[Project, list[Event]]:
    """``project`` after training, and all events; as window and command line do it."""
    session = session_for(project, data)
    events = list(train(session, epochs=epochs, batches=batches))
    return replace(project, trained=session.trained()), events


def with_weights(
    project: Project, preparation: Preparation | None = None, **weights: Array
) -> Project:
    """``project`` with first weights, or these for ``node_variable``, and data taken as it is."""
    network = project.network()
    flat = network.initial(0)
    arrays = network.arrays(flat)
    for name, values in weights.items():
        node, _, variable = name.partition("_")
        arrays[node, variable][...] = np.asarray(values)
    as_it_is = Preparation(Affine.identity(), Affine.identity())
    return replace(project, trained=Trained(freeze(arrays), preparation or as_it_is, ""))


def two_outputs() -> Project:
    """Digits read by one network: which one it is, and whether it is odd, which counts half."""
    graph = chain(Input(shape=(1, 8, 8)), Flatten(), Dense(units=12), Tanh())
    for id, layer, source in (
        ("scores", Dense(units=10), "n3"),
        ("digit", Softmax(), "scores"),
        ("score", Dense(units=1), "n3"),
        ("odd", Sigmoid(), "score"),
    ):
        graph = connect(add_node(graph, Node(id, layer)), source, id)
    settings = TrainingSettings(loss=CategoricalCrossEntropy(), epochs=2)
    return Project(
        graph=rename(graph, "odd", "Is it odd?"),
        data=DataSettings(Digits()),
        settings=settings.judging("odd", loss=BinaryCrossEntropy(), weight=0.5, target="odd"),
    )
