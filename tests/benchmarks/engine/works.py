"""What is measured: networks, data and floors, in words that belong to no library.

Every contender builds the same network from a :class:`Work`, reads the same arrays of
:class:`Examples`, and begins with the weights nnstudio draws (scikit-learn draws its own).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from math import prod
from typing import Literal

import numpy as np

#: Of the seeds behind weights and order of the examples.
SEED = 0
#: Every speed work trains on so many examples: all batch sizes divide it, so no batch is smaller.
MNIST_EXAMPLES, POINTS = 58 * 1024, 1024
LEARNING_RATE = 1e-3


@dataclass(frozen=True)
class Dense:
    """A fully connected layer with biases."""

    units: int


@dataclass(frozen=True)
class Conv:
    """A convolution with square kernels, stride 1 and biases; ``same`` keeps height and width."""

    filters: int
    size: int
    same: bool


@dataclass(frozen=True)
class MaxPool:
    """Maxima of squares that don't overlap."""

    size: int


@dataclass(frozen=True)
class Activation:
    """ReLU or tanh."""

    kind: Literal["relu", "tanh"]


@dataclass(frozen=True)
class Flatten:
    """(C, H, W) → (C·H·W)."""


@dataclass(frozen=True)
class Recurrent:
    """Reads a sequence with two biases per gate, as PyTorch does, and gives its last state."""

    kind: Literal["LSTM", "GRU"]
    units: int


Spec = Dense | Conv | MaxPool | Activation | Flatten | Recurrent


@dataclass(frozen=True)
class Work:
    """A network that is trained.

    Attributes:
        name: as in the report and in ``engine.json``.
        words: what it is, said exactly.
        layers: from the input to the outputs before softmax.
        input_shape: of one example; pictures are (1, 28, 28).
        classes: how many there are, trained with softmax and cross-entropy; 0: one number is
            learned by its squared error.
        optimizer: Adam (β 0.9 and 0.999, ε 1e-8) or plain gradient descent.
        batches: the batch sizes.
    """

    name: str
    words: str
    layers: tuple[Spec, ...]
    input_shape: tuple[int, ...] = (1, 28, 28)
    classes: int = 10
    optimizer: Literal["adam", "sgd"] = "adam"
    batches: tuple[int, ...] = (16, 64, 256, 1024)

    @property
    def is_picture(self) -> bool:
        """Whether it needs convolutions."""
        return any(isinstance(layer, Conv) for layer in self.layers)

    def shapes(self) -> list[tuple[int, ...]]:
        """The shape of each layer's input, then of the outputs."""
        shapes = [self.input_shape]
        for layer in self.layers:
            shape = shapes[-1]
            if isinstance(layer, Dense | Recurrent):
                shape = (layer.units,)
            elif isinstance(layer, Flatten):
                shape = (prod(shape),)
            elif isinstance(layer, MaxPool):
                shape = (shape[0], *(side // layer.size for side in shape[1:]))
            elif isinstance(layer, Conv):
                lost = 0 if layer.same else layer.size - 1
                shape = (layer.filters, *(side - lost for side in shape[1:]))
            shapes.append(shape)
        return shapes

    def dense_flops(self, batch: int) -> int:
        """Floating-point operations of one step's matrix products, for dense layers.

        Forward, ∂L/∂W and ∂L/∂x cost 2 · weights · batch each; the first layer has no ∂L/∂x.
        """
        sizes = [prod(shape) for shape in self.shapes()]
        products = [
            size * layer.units
            for size, layer in zip(sizes, self.layers, strict=False)
            if isinstance(layer, Dense)
        ]
        return 6 * batch * sum(products) - 2 * batch * products[0]


def mlp(*units: int, batches: tuple[int, ...] = (16, 64, 256, 1024)) -> Work:
    """784-…-10 with ReLU."""
    hidden = [spec for n in units for spec in (Dense(n), Activation("relu"))]
    name = "-".join(map(str, (784, *units, 10)))
    words = "dense, ReLU, softmax and cross-entropy, Adam; MNIST"
    return Work(name, words, (Flatten(), *hidden, Dense(10)), batches=batches)


LENET = Work(
    "LeNet-5",
    "28×28: conv 5×5, 6 filters, padded to 28×28; max-pool 2; conv 5×5, 16 filters, unpadded; "
    "max-pool 2; dense 120, 84, 10; ReLU after each but the last and before pooling; Adam; MNIST",
    (
        Conv(6, 5, same=True), Activation("relu"), MaxPool(2),
        Conv(16, 5, same=False), Activation("relu"), MaxPool(2), Flatten(),
        Dense(120), Activation("relu"), Dense(84), Activation("relu"), Dense(10),
    ),
    batches=(64, 128),
)  # fmt: skip
CNN = Work(
    "CNN-16-32",
    "28×28: conv 3×3, 16 filters; ReLU; max-pool 2; conv 3×3, 32 filters; ReLU; max-pool 2; "
    "dense 10; both convolutions padded to keep the size; Adam; MNIST",
    (
        Conv(16, 3, same=True), Activation("relu"), MaxPool(2),
        Conv(32, 3, same=True), Activation("relu"), MaxPool(2), Flatten(), Dense(10),
    ),
    batches=(64, 128),
)  # fmt: skip
NEURON = Work(
    "1-1", "one neuron, squared error, SGD; 1,024 points", (Dense(1),), (1,), 0, "sgd", (1, 8, 32)
)
SQUARE = Work(
    "1-8-8-1",
    "tanh, squared error, Adam; 1,024 points of x²",
    (Dense(8), Activation("tanh"), Dense(8), Activation("tanh"), Dense(1)),
    (1,),
    0,
    "adam",
    (1, 8, 32),
)
STEPS = (mlp(30), mlp(128), mlp(512, 256), LENET, CNN, NEURON, SQUARE)


@dataclass(frozen=True, eq=False)
class Examples:
    """Training and test examples, the same arrays for all.

    Attributes:
        inputs: (N, *input_shape), uint8 for pictures, float32 for points.
        targets: (N,) int64 labels, or (N, 1) float32 numbers.
        factor: what an input is multiplied by after it was made float32.
        test_inputs, test_targets: the same, to find the accuracy with; may be empty.
        name: of the data, as the report says it.
    """

    inputs: np.ndarray
    targets: np.ndarray
    factor: float
    test_inputs: np.ndarray
    test_targets: np.ndarray
    name: str

    @cached_property
    def own(self) -> tuple[np.ndarray, np.ndarray]:
        """Copies of (inputs, targets), because PyTorch doesn't take arrays that are read-only."""
        return np.array(self.inputs), np.array(self.targets)


@cache
def points() -> Examples:
    """x in [−1, 1] and x²."""
    x = np.linspace(-1, 1, POINTS, dtype=np.float32)[:, np.newaxis]
    return Examples(x, x**2, 1.0, x[:0], x[:0], "points of x²")


@cache
def pictures(count: int | None = MNIST_EXAMPLES) -> Examples:
    """MNIST, of its 60,000 training pictures the first ``count``; noise where it isn't there."""
    from nnstudio.data.errors import DataError
    from nnstudio.data.sources import Mnist

    try:
        data = Mnist().load()
    except DataError:
        rng = np.random.default_rng(SEED)
        count = count or MNIST_EXAMPLES
        noise = rng.integers(0, 256, (count, 1, 28, 28), np.uint8)
        labels = rng.integers(0, 10, count)
        return Examples(noise, labels, 1 / 255, noise[:0], labels[:0], "noise in MNIST's format")
    free = data.size - data.test_count
    count = count or free
    return Examples(
        data.inputs[:count],
        data.targets[:count],
        1 / 255,
        data.inputs[free:],
        data.targets[free:],
        "MNIST",
    )


def examples_for(work: Work, count: int | None = MNIST_EXAMPLES) -> Examples:
    """The examples ``work`` is trained on."""
    return pictures(count) if work.classes else points()
