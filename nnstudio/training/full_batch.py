"""One step on all training examples at once, for an optimizer that searches.

    L(w) = Σₙ weightₙ ℓₙ(w) / Σₙ weightₙ  +  penalties(w)           n over all training examples

L and its gradient are computed in pieces that fit into memory and added up in the order of the
data, so that the same weights give the same bits in every epoch and after a pause: what is known of
the point where one step ended is where the next one begins, and a run that is taken up again
computes it once more.

All evaluations of one step must be of one and the same function. Layers that draw by chance draw
the same numbers in each of them, and others in the next step, whose first point has to be computed
anew. Running statistics are set back before every evaluation, so that a step takes in once what was
measured at the point it ends at, piece after piece.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import isfinite
from typing import NamedTuple

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.engine.layer import Array
from nnstudio.engine.lbfgs import Point
from nnstudio.engine.network import Network
from nnstudio.engine.randomness import restore_stream, stream_state
from nnstudio.engine.update import Update
from nnstudio.training.evaluation import batch_for
from nnstudio.training.learner import Learner


class Interrupted(Exception):
    """Somebody asked to stop in the middle of a step, which is taken back."""


class Figures(NamedTuple):
    """What a step tells, before the update: loss without penalties and the metrics' sums."""

    loss: float
    metric_sum: float
    sums: Array = np.zeros(0)


class _Known(NamedTuple):
    """What was computed at the present weights; the gradient is a copy."""

    point: Point
    figures: Figures


class FullBatch:
    """Makes steps on all training examples; keeps nothing that can't be computed again."""

    def __init__(
        self,
        network: Network,
        flat: Array,
        learner: Learner,
        data: PreparedData,
        update: Update,
        weights: Array | None,
    ) -> None:
        self._flat = flat
        self._state = flat[network.trainable_size :]
        self._learner = learner
        self._update = update
        self._pieces = tuple(_pieces(data.parts.train, batch_for(network), weights))
        self._gradient = np.empty_like(learner.workspace.gradient)
        # Each epoch augments the examples anew.
        self._is_random = bool(data.augmentation) or any(
            step.layer.is_random and not step.frozen for step in network.steps
        )
        self._known: _Known | None = None
        self._rests_at: float | None = None

    def step(
        self,
        slots: Mapping[str, Array],
        rate: float,
        number: int,
        rng: np.random.Generator,
        interrupted: Callable[[], bool],
    ) -> Figures:
        """Search for better weights from the present ones.

        Args:
            rate: the first length to try.
            number: of the step, from 1.
            rng: moved on by what one evaluation draws.
            interrupted: asked between pieces.

        Returns:
            The figures before the step. If its loss isn't finite, nothing has changed.

        Raises:
            Interrupted: weights, statistics and ``rng`` are as they were; the next call makes the
                step that this one would have made.
        """
        flat, kept, drawn = self._flat, self._flat.copy(), dict(stream_state(rng))
        state = kept[len(kept) - len(self._state) :]
        figures, streams = Figures(0.0, 0.0), [rng]

        def objective(w: Array) -> Point:
            nonlocal figures
            self._state[...] = state
            streams[0] = restore_stream(drawn)
            figures = self._evaluate(streams[0], interrupted, number - 1)
            return self._update.penalised(flat, figures.loss, self._gradient)

        try:
            known = self._known
            if known is None or self._is_random:
                point = objective(flat)
                known = _Known(Point(point.loss, point.gradient.copy()), figures)
                self._state[...] = state
            if not isfinite(known.figures.loss):
                return known.figures
            found = None
            if self._rests_at == rate:
                self._update.rest(flat, slots, number)
            else:
                found = self._update.search(flat, objective, slots, rate, number, known.point)
        except Interrupted:
            flat[...] = kept
            raise
        if self._is_random:
            rng.bit_generator.state = streams[0].bit_generator.state
        if found is None:
            self._state[...] = state
            self._known = known
            self._rests_at = None if self._is_random else rate
        else:
            self._known = _Known(Point(found.loss, found.gradient.copy()), figures)
            self._rests_at = None
        return known.figures

    def _evaluate(
        self, rng: np.random.Generator, interrupted: Callable[[], bool], epoch: int = 0
    ) -> Figures:
        """Loss and metric's sum over all pieces; their gradient is in :attr:`_gradient`."""
        loss = metric_sum = 0.0
        total, learner = self._gradient, self._learner
        total.fill(0)
        learner.sums.fill(0)
        for examples, weights, share in self._pieces:
            if interrupted():
                raise Interrupted
            its_loss, its_metric = learner.learn(examples, rng, weights, epoch)
            loss += share * its_loss
            metric_sum += its_metric
            gradient = learner.workspace.gradient
            gradient *= share
            total += gradient
        return Figures(loss, metric_sum, learner.sums.copy())


def _pieces(
    examples: Array, size: int, weights: Array | None
) -> Iterator[tuple[Array, Array | None, float]]:
    """At most ``size`` examples each, with their weights and their share in the mean of all."""
    total = len(examples) if weights is None else float(weights[examples].sum(dtype=np.float64))
    for start in range(0, len(examples), size):
        piece = examples[start : start + size]
        its = None if weights is None else weights[piece]
        count = len(piece) if its is None else float(its.sum(dtype=np.float64))
        yield piece, its, count / total if total else 0.0
