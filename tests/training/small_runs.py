"""Small networks, small data, and the sessions that train the one on the other."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Dataset
from nnstudio.data.preparation import Affine, Preparation
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources.line import Line
from nnstudio.data.sources.spiral import Spiral
from nnstudio.data.split import Parts, Split
from nnstudio.engine.activations import ReLU, Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.layer import Array, Layer
from nnstudio.engine.losses import CategoricalCrossEntropy, HalfSquaredError, Loss
from nnstudio.engine.network import Network
from nnstudio.engine.normalisation import BatchNorm
from nnstudio.engine.optimizers import SGD
from nnstudio.engine.shaping import Input
from nnstudio.graph.compile import compile_graph
from nnstudio.graph.model import Edge, Graph, Node
from nnstudio.training.events import Event
from nnstudio.training.loop import train
from nnstudio.training.session import Session
from nnstudio.training.settings import TrainingSettings
from nnstudio.training.trained import Trained, Weights


def network_of(*layers: Layer, loss: Loss | None = None) -> Network:
    """The layers one after the other, as nodes n0, n1, …"""
    nodes = tuple(Node(f"n{i}", layer) for i, layer in enumerate(layers))
    edges = tuple(Edge(a.id, b.id) for a, b in pairwise(nodes))
    return compile_graph(Graph(nodes, edges), {nodes[-1].id: loss or HalfSquaredError()})


#: 43 points to train on: five batches of 8 and a smaller one; 8 to validate.
SPIRAL = PreparedData.of(DataSettings(Spiral(count=60), Split(validation=0.15, test=0.15)))

#: Everything that has a state of its own: running statistics, random masks.
SPIRAL_NETWORK = network_of(
    Input(shape=(2,)),
    Dense(units=6),
    BatchNorm(),
    ReLU(),
    Dropout(rate=0.3),
    Dense(units=2),
    Softmax(),
    loss=CategoricalCrossEntropy(),
)

LINE = PreparedData.of(DataSettings(Line(count=40)))
LINE_NETWORK = network_of(Input(shape=(1,)), Dense(units=1))
LINE_SETTINGS = TrainingSettings(
    optimizer=SGD(), learning_rate=0.1, batch_size=8, epochs=5, loss=HalfSquaredError()
)
SPIRAL_SETTINGS = TrainingSettings(
    loss=CategoricalCrossEntropy(), batch_size=8, epochs=3, learning_rate=0.05
)


def line_session(weights: Weights | None = None, **changes: object) -> Session:
    """A new run of one neuron on a line."""
    settings = replace(LINE_SETTINGS, **changes)  # type: ignore[arg-type]
    return Session.begin(LINE_NETWORK, settings, LINE, "line", weights)


def spiral_session(settings: TrainingSettings = SPIRAL_SETTINGS) -> Session:
    """A new run with Dropout and BatchNorm."""
    return Session.begin(SPIRAL_NETWORK, settings, SPIRAL, "spiral")


def resumed(session: Session, trained: Trained | None = None) -> Session:
    """What ``session`` has frozen, taken up in a new session."""
    trained = trained or session.trained()
    return Session.resume(session.network, session.settings, session.data, trained)


def drive(
    session: Session, *, epochs: int | None = None, batches: int | None = None
) -> list[Event]:
    """Every event until the loop ends."""
    return list(train(session, epochs=epochs, batches=batches))


def data_of(
    inputs: Iterable[object],
    targets: Iterable[object],
    *,
    train: Iterable[int],
    validation: Iterable[int] = (),
    classes: tuple[str, ...] = (),
) -> PreparedData:
    """Data with these numbers as they are, dealt out like this."""
    parts = [np.array(list(part), np.int64) for part in (train, validation, ())]
    dataset = Dataset("numbers", np.array(inputs), np.array(targets), classes=classes)
    return PreparedData(dataset, Parts(*parts), Preparation(Affine.identity(), Affine.identity()))


def same_state(first: Trained, second: Trained, *, told: bool = True) -> bool:
    """Whether two runs stand at the same point to the last bit, whatever time they took.

    Unless ``told``, they may have come there by other changes of their settings.
    """
    assert first.progress is not None
    assert second.progress is not None
    blank = {"seconds": 0.0} if told else {"seconds": 0.0, "begun": None, "changes": ()}
    one, other = (replace(each.progress, **blank) for each in (first, second))
    return (
        replace(first, progress=None) == replace(second, progress=None)
        and one == other
        and all(
            np.array_equal(a, b, equal_nan=True)
            for a, b in zip(_timeless(first), _timeless(second), strict=True)
        )
    )


def _timeless(trained: Trained) -> list[Array]:
    """The arrays of the history but for the seconds, which stand in the table's last column."""
    assert trained.history is not None
    return [
        array[:, :-1] if name == "epochs" else array
        for name, array in sorted(trained.history.items())
    ]
