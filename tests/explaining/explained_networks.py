"""Networks in double precision whose scores are explained in tests."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnstudio.engine.activations import ReLU, Sigmoid, Softmax, Tanh
from nnstudio.engine.attention import MultiHeadAttention
from nnstudio.engine.conv import Conv2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.embedding import Embedding
from nnstudio.engine.layer import Array, Layer, Shape
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.engine.merging import Add
from nnstudio.engine.network import Head, Network, Step
from nnstudio.engine.noise import GaussianNoise
from nnstudio.engine.normalisation import BatchNorm, LayerNorm
from nnstudio.engine.pooling import AveragePool2D, GlobalAveragePool1D, MaxPool2D
from nnstudio.engine.recurrent import LSTM
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.explaining.score import Score
from nnstudio.explaining.sensitivity import Explained

#: A layer, and how many steps before it its inputs are; one step if nothing is said.
Part = Layer | tuple[Layer, tuple[int, ...]]


def network_of(*parts: Part) -> Network:
    """The parts in running order."""
    steps: list[Step] = []
    shapes: list[Shape] = []
    for i, part in enumerate(parts):
        layer, back = part if isinstance(part, tuple) else (part, () if i == 0 else (1,))
        inputs = tuple(i - steps_back for steps_back in back)
        shapes.append(layer.output_shape(*(shapes[j] for j in inputs)))
        steps.append(Step(f"n{i}", layer, inputs, shapes[i], f"n{i}"))
    last = len(steps) - 1
    return Network.of(steps, [Head(last, CategoricalCrossEntropy(), last)])


def weights_of(network: Network, seed: int = 0) -> Array:
    """Weights in float64, also where layers begin with 0 or 1; variances are positive."""
    rng = np.random.default_rng(seed)
    flat = network.initial(seed, np.float64)
    flat += 0.2 * rng.standard_normal(flat.shape)
    for (_, name), values in network.arrays(flat).items():
        if name == "running_var":
            values[...] = 0.5 + np.abs(values)
    return flat


def example_for(network: Network, seed: int = 1) -> dict[int, Array]:
    """An example for each input, ``(features…, 1)``."""
    rng = np.random.default_rng(seed)
    steps = network.steps
    return {i: rng.standard_normal((*steps[i].shape, 1)) for i in network.input_steps}


def explained(
    network: Network, score: Score, source: int = 0, seed: int = 0, **options: object
) -> Explained:
    """The score as a function of what ``source`` gives."""
    given = example_for(network, seed + 1)
    return Explained(network, weights_of(network, seed), given, source, score, **options)


def dense() -> Sequence[Part]:
    return Input((5,)), Dense(7), Tanh(), Dense(3), Softmax()


def picture() -> Sequence[Part]:
    return (
        Input((2, 9, 8)),
        Conv2D(4, (3, 3), padding="same"),
        BatchNorm(),
        Tanh(),
        MaxPool2D(),
        Conv2D(4, (3, 2), groups=2, dilation=(1, 2)),
        ReLU(),
        AveragePool2D(),
        Dropout(0.5),
        Flatten(),
        Dense(3),
        Softmax(),
    )


def branches() -> Sequence[Part]:
    """What leaves the second layer comes back on two ways."""
    return (
        Input((6,)),
        Dense(5),
        (Tanh(), (1,)),
        (Dense(5), (2,)),
        (Add(), (1, 2)),
        LayerNorm(),
        GaussianNoise(0.5),
        Dense(1),
        Sigmoid(),
    )


def sequence() -> Sequence[Part]:
    return Input((6, 3)), LSTM(4, return_sequences=True), MultiHeadAttention(2), Dense(2)


def words() -> Sequence[Part]:
    return Input((4,)), Embedding(6, 3), LSTM(4, return_sequences=True), GlobalAveragePool1D()
