"""nnstudio as a contender: the product's own way from graph to events.

The graph is compiled, a session begun and the generator ``train`` asked for one event per step, so
that dispatch, the training metric, history and events are in the time. An ``EpochDone`` event that
comes between two steps is taken as well, and is no step.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from engine.contender import Missing
from engine.works import (
    LEARNING_RATE,
    SEED,
    Activation,
    Conv,
    Dense,
    Examples,
    Flatten,
    MaxPool,
    Recurrent,
    Spec,
    Work,
)
from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Dataset
from nnstudio.data.preparation import Affine, Preparation
from nnstudio.data.split import Parts
from nnstudio.engine.catalogue import LAYERS, LOSSES, OPTIMIZERS
from nnstudio.engine.layer import Layer
from nnstudio.engine.network import Network
from nnstudio.engine.workspace import Workspace
from nnstudio.graph.edits import add_node, connect
from nnstudio.graph.model import Graph, Node
from nnstudio.project.model import Model
from nnstudio.project.project import Project
from nnstudio.training.evaluation import evaluate
from nnstudio.training.events import BatchDone, EpochDone, Failed
from nnstudio.training.loop import train
from nnstudio.training.session import Session
from nnstudio.training.settings import TrainingSettings

_ACTIVATIONS = {"relu": "ReLU", "tanh": "Tanh"}


def _layer(name: str, *args: object, **settings: object) -> Layer:
    if name not in LAYERS:
        raise Missing(f"nnstudio has no layer {name} yet")
    return LAYERS[name](*args, **settings)


def _made(spec: Spec, start: str) -> Layer:
    match spec:
        case Dense(units):
            return _layer("Dense", units, initialiser=start)
        case Conv(filters, size, same):
            padding = "same" if same else "valid"
            return _layer("Conv2D", filters, (size, size), padding=padding, initialiser=start)
        case MaxPool(size):
            return _layer("MaxPool2D", (size, size))
        case Activation(kind):
            return _layer(_ACTIVATIONS[kind])
        case Flatten():
            return _layer("Flatten")
        case Recurrent(kind, units):
            return _layer(kind, units)


def layers_of(work: Work) -> tuple[Layer, ...]:
    """The layers a user would put on the canvas.

    Raises:
        Missing: the catalogue lacks one.
    """
    tanh = Activation("tanh") in work.layers
    start = "xavier_normal" if tanh else "he_normal"
    layers = [_layer("Input", work.input_shape), *(_made(spec, start) for spec in work.layers)]
    if work.classes:
        layers.append(_layer("Softmax"))
    return tuple(layers)


def graph_of(layers: Sequence[Layer]) -> Graph:
    """A chain of ``layers``."""
    graph = Graph()
    for number, layer in enumerate(layers):
        graph = add_node(graph, Node(f"n{number}", layer))
        if number:
            graph = connect(graph, f"n{number - 1}", f"n{number}")
    return graph


def settings_for(work: Work, batch: int, threads: int, **others: object) -> TrainingSettings:
    """How ``work`` is trained; epochs without end unless ``others`` says more."""
    values: dict[str, object] = {
        "loss": LOSSES["CategoricalCrossEntropy" if work.classes else "HalfSquaredError"](),
        "optimizer": OPTIMIZERS["Adam" if work.optimizer == "adam" else "SGD"](),
        "learning_rate": LEARNING_RATE,
        "batch_size": batch,
        "epochs": 1_000_000,
        "seed": SEED,
        "threads": threads,
    }
    return TrainingSettings(**{**values, **others})  # type: ignore[arg-type]


def project_for(work: Work, batch: int = 64, threads: int = 1, **others: object) -> Project:
    """The project a user would have for ``work``; its data are not those of the examples."""
    graph = graph_of(layers_of(work))
    return Project(graph, settings=settings_for(work, batch, threads, **others))


def preparation_for(examples: Examples) -> Preparation:
    """Only the factor: pixels become numbers from 0 to 1."""
    inputs = Affine(np.zeros(()), np.full((), examples.factor))
    return Preparation(inputs, Affine.identity())


@cache
def prepared(classes: int, examples: Examples) -> PreparedData:
    """The training examples, all of them trained on, and the test examples."""
    inputs, targets = examples.inputs, examples.targets
    if len(examples.test_inputs):
        inputs = np.concatenate([inputs, examples.test_inputs])
        targets = np.concatenate([targets, examples.test_targets])
    count = len(examples.inputs)
    dataset = Dataset(examples.name, inputs, targets, tuple(map(str, range(classes))))
    parts = Parts(np.arange(count), np.arange(0), np.arange(count, len(inputs)))
    return PreparedData(dataset, parts, preparation_for(examples))


def first_weights(work: Work, seed: int = SEED) -> list[np.ndarray]:
    """Layer by layer weights, then biases, in PyTorch's shapes, as nnstudio draws them."""
    network = project_for(work).network()
    arrays = network.arrays(network.initial(seed))
    nodes = [step.node for step in network.steps]
    in_order = sorted(arrays, key=lambda key: nodes.index(key[0]))  # weights come first already
    return [arrays[key].copy() for key in in_order]


class Ours:
    """Trains ``work`` step by step."""

    peer = "nnstudio"

    def __init__(
        self, work: Work, batch: int, threads: int, examples: Examples, **others: object
    ) -> None:
        self.mode = f"train(), {threads} thread" + ("s" if threads > 1 else "")
        project = project_for(work, batch, threads, **others)
        self.network: Network = project.network()
        self.data = prepared(work.classes, examples)
        self.session = Session.begin(self.network, project.settings, self.data, "bench")
        self._events = train(self.session)

    def run(self, steps: int) -> None:
        """Make ``steps`` steps."""
        events = self._events
        for _ in range(steps):
            event = next(events)
            if type(event) is not BatchDone:
                _expect(event, EpochDone)
                _expect(next(events), BatchDone)

    def accuracy(self) -> float:
        """On the test examples, with buffers of its own."""
        workspace = Workspace(self.network, self.session.flat)
        scores = evaluate(workspace, self.data, self.data.parts.test)
        assert scores is not None, "nobody interrupts"
        return scores.metric

    def close(self) -> None:
        """End the loop."""
        self._events.close()


def _expect(event: object, kind: type) -> None:
    if isinstance(event, Failed):
        raise event.error
    if not isinstance(event, kind):
        raise RuntimeError(f"training gave {event!r}")


class OursPredicting:
    """Answers for one picture as the drawing pad asks for it: the model, bytes in, shares out."""

    peer = "nnstudio"
    mode = "Model.predict"

    def __init__(self, work: Work, examples: Examples) -> None:
        self._model = Model.around(project_for(work), preparation_for(examples))
        self._pictures = examples.inputs[:64]

    def run(self, steps: int) -> None:
        """Answer ``steps`` times."""
        for number in range(steps):
            self._model.predict(self._pictures[number % 64])

    def close(self) -> None:
        """Nothing to end."""
