"""JAX as a contender: the whole step in one jitted function whose state is donated.

The uint8 array lies on the device; the step takes its batch from it by a counter that is part of
the state. Dispatch is synchronous, which is faster here for steps that are waited for one by one,
and each step is waited for. Convolutions work on (N, H, W, C), which XLA is fastest with on a CPU.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import jax
import numpy as np
from jax import numpy as jnp

from engine.ours import first_weights
from engine.works import (
    LEARNING_RATE,
    SEED,
    Activation,
    Conv,
    Dense,
    Examples,
    Flatten,
    MaxPool,
    Work,
)
from nnstudio.engine.randomness import permutation

jax.config.update("jax_platforms", "cpu")
jax.config.update("jax_cpu_enable_async_dispatch", False)
VERSION = jax.__version__
State = Any


def _forward(work: Work, parameters: list[jax.Array], x: jax.Array) -> jax.Array:
    """The outputs before softmax for inputs (N, …), pictures with the channels last."""
    rest = iter(parameters)
    for spec in work.layers:
        match spec:
            case Dense():
                x = x @ next(rest).T + next(rest)
            case Conv(_, _, same):
                x = jax.lax.conv_general_dilated(
                    x,
                    next(rest),
                    (1, 1),
                    "SAME" if same else "VALID",
                    dimension_numbers=("NHWC", "HWIO", "NHWC"),
                ) + next(rest)
            case MaxPool(size):
                n, h, w, c = x.shape
                x = x[:, : h // size * size, : w // size * size]
                x = x.reshape(n, h // size, size, w // size, size, c).max((2, 4))
            case Activation(kind):
                x = jax.nn.relu(x) if kind == "relu" else jnp.tanh(x)
            case Flatten():
                x = x.reshape(len(x), -1)
    return x


def _parameters(work: Work) -> list[jax.Array]:
    arrays = first_weights(work)
    return [jnp.asarray(a.transpose(2, 3, 1, 0) if a.ndim == 4 else a) for a in arrays]


def _inputs(pictures: np.ndarray) -> np.ndarray:
    return np.moveaxis(pictures, 1, -1) if pictures.ndim == 4 else pictures


@cache
def _on_device(examples: Examples) -> tuple[jax.Array, jax.Array]:
    targets = examples.targets
    if targets.dtype == np.int64:
        targets = targets.astype(np.int32)
    return jnp.asarray(_inputs(examples.inputs)), jnp.asarray(targets)


class Jax:
    """Trains ``work`` step by step."""

    peer = "JAX"
    mode = "jit, step by step"

    def __init__(self, work: Work, batch: int, threads: int, examples: Examples) -> None:
        count = len(examples.inputs)
        factor, adam = examples.factor, work.optimizer == "adam"

        def loss(parameters: list[jax.Array], x: jax.Array, y: jax.Array) -> jax.Array:
            answer = _forward(work, parameters, x)
            if not work.classes:
                return 0.5 * jnp.mean(jnp.square(answer - y))
            logs = jax.nn.log_softmax(answer)
            return -jnp.mean(jnp.take_along_axis(logs, y[:, None], 1))

        def step(
            state: State, inputs: jax.Array, targets: jax.Array, order: jax.Array
        ) -> tuple[State, jax.Array]:
            w, m, v, t = state
            index = jax.lax.dynamic_slice(order, (t * batch % count,), (batch,))
            x = inputs[index].astype(jnp.float32)
            if factor != 1:
                x = x * factor
            value, g = jax.value_and_grad(loss)(w, x, targets[index])
            t = t + 1
            if adam:
                m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
                v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g * g, v, g)
                c, d = 1 - 0.9**t, 1 - 0.999**t
                w = jax.tree.map(
                    lambda w, m, v: w - LEARNING_RATE * (m / c) / (jnp.sqrt(v / d) + 1e-8), w, m, v
                )
            else:
                w = jax.tree.map(lambda w, g: w - LEARNING_RATE * g, w, g)
            return (w, m, v, t), value

        self._inputs, self._targets = _on_device(examples)
        self._step = jax.jit(step, donate_argnums=0)
        weights = _parameters(work)
        slots = [jax.tree.map(jnp.zeros_like, weights) if adam else () for _ in range(2)]
        self._state: State = (weights, *slots, jnp.int32(0))
        self._count, self._batch = count, batch
        self._epoch = self._position = 0
        self._order = self._shuffled()

    def _shuffled(self) -> jax.Array:
        return jnp.asarray(permutation(SEED, self._epoch, self._count).astype(np.int32))

    def run(self, steps: int) -> None:
        """Make ``steps`` steps."""
        for _ in range(steps):
            if self._position >= self._count:
                self._epoch, self._position = self._epoch + 1, 0
                self._order = self._shuffled()
            self._position += self._batch
            self._state, loss = self._step(self._state, self._inputs, self._targets, self._order)
            loss.block_until_ready()

    def close(self) -> None:
        """Nothing to end."""


class JaxPredicting:
    """Answers for one picture: bytes in, shares out."""

    peer = "JAX"
    mode = "jit"

    def __init__(self, work: Work, examples: Examples) -> None:
        factor = examples.factor

        def answer(parameters: list[jax.Array], picture: jax.Array) -> jax.Array:
            x = picture[None].astype(jnp.float32) * factor
            return jax.nn.softmax(_forward(work, parameters, x))

        self._parameters = _parameters(work)
        self._answer = jax.jit(answer)
        self._pictures = _inputs(examples.inputs[:64])

    def run(self, steps: int) -> None:
        """Answer ``steps`` times."""
        for number in range(steps):
            np.asarray(self._answer(self._parameters, self._pictures[number % 64]))

    def close(self) -> None:
        """Nothing to end."""
