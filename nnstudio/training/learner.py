"""What happens with one batch before the update: gather, forward, loss, backward, and the metric.

With several threads the batch is divided among them. Each has a workspace of its own and goes
through all of it on its part; the gradients are then added in the order of the parts, so that the
same batch gives the same bits however the threads were scheduled. Inside, numpy lets go of the
interpreter, so that the parts really run at the same time.
"""

from __future__ import annotations

import threading
from math import nan
from queue import SimpleQueue
from typing import NamedTuple

import numpy as np

from nnstudio.data.batches import Fill, PreparedData
from nnstudio.engine.layer import Array
from nnstudio.engine.network import Network
from nnstudio.engine.workspace import Workspace
from nnstudio.training.feed import Feed
from nnstudio.training.further import further_for
from nnstudio.training.metrics import metric_for
from nnstudio.training.other_outputs import OtherOutputs

#: A thread isn't worth waking for fewer examples.
FEWEST_EXAMPLES = 8


class Learner:
    """Learns from batches with one workspace.

    Attributes:
        workspace: holds the gradient after :meth:`learn`.
        further: the figure beside the metric; and
        others: the figures of the outputs beside the first.
        sums: what both are added up in, one after the other, of all that has been learned since
            somebody cleared it.
    """

    def __init__(self, network: Network, flat: Array, data: PreparedData, seed: int = 0) -> None:
        """``seed`` is that of the chance by which examples are augmented."""
        first = network.heads[0]
        self.workspace = Workspace(network, flat)
        self._data, self._seed = data, seed
        self._feed: Feed | None = None
        self._epoch = -1
        self._fills: tuple[tuple[Fill, Array], ...] = ()
        self._count = 0
        self._xs: list[Array] = []
        self._ys: list[Array] = []
        self._scores = first.loss_step
        self._measure = metric_for(network, first, data).add
        self.further = further_for(network, data)
        self.others = OtherOutputs(network, data)
        own = 0 if self.further is None else self.further.size
        self.sums = np.zeros(own + self.others.size)
        self.own_sums, self.other_sums = self.sums[:own], self.sums[own:]

    def adopt(self, network: Network) -> None:
        """Go on with other live settings of the layers: with ``network``, laid out as before."""
        self.workspace.adopt(network)
        self._count = 0  # its buffers are other ones

    def learn(
        self, index: Array, rng: np.random.Generator, weights: Array | None, epoch: int = 0
    ) -> tuple[float, float]:
        """Loss and the first output's metric, added up, of the examples at ``index``.

        The gradient is in the workspace.

        Args:
            weights: how much each of these examples counts; ``None`` if all count alike.
            epoch: another one augments the examples in another way.
        """
        found = self.look(index, rng, weights, epoch)
        self.workspace.update_state([self.workspace])
        return found

    def look(
        self, index: Array, rng: np.random.Generator, weights: Array | None, epoch: int = 0
    ) -> tuple[float, float]:
        """The same without taking what was measured into the running statistics."""
        workspace = self.workspace
        if len(index) != self._count:
            self._feed = self._feed or Feed(workspace.network, self._data, self._seed)
            self._count = len(index)
            self._xs, self._ys = workspace.buffers(self._count)
            self._fills = tuple(zip(self._feed.fills, (*self._xs, *self._ys), strict=True))
        if epoch != self._epoch and self._feed is not None:
            self._feed.begin_epoch(epoch)
            self._epoch = epoch
        ys = self._ys
        for fill, buffer in self._fills:
            fill(index, buffer)
        loss = workspace.loss(self._xs, ys, training=True, rng=rng, weights=weights)
        workspace.backward(ys)
        output, metric = workspace.output(self._scores), None
        if self.further is not None and self.own_sums.size:
            metric = self.further.add(self.own_sums, output, ys[0])
        if metric is None:
            own = workspace.head_losses[0] if weights is None else nan
            metric = self._measure(output, ys[0], own)
        if self.others.size:
            self.others.add(self.other_sums, workspace, ys, weights)
        return loss, metric


class _Part(NamedTuple):
    """A thread's share of a batch."""

    examples: Array
    rng: np.random.Generator
    weights: Array | None
    epoch: int


class Team(Learner):
    """Learns from batches with several threads, the caller's among them."""

    def __init__(
        self, network: Network, flat: Array, data: PreparedData, threads: int, seed: int = 0
    ) -> None:
        super().__init__(network, flat, data, seed)
        self._others = [_Mate(Learner(network, flat, data, seed)) for _ in range(threads - 1)]

    def adopt(self, network: Network) -> None:
        super().adopt(network)
        for mate in self._others:  # between two batches they rest
            mate.learner.adopt(network)

    def learn(
        self, index: Array, rng: np.random.Generator, weights: Array | None, epoch: int = 0
    ) -> tuple[float, float]:
        """As one learner; the gradient is in the first one's workspace."""
        parts = self._parts(index, rng, weights, epoch)
        mates = self._others[: len(parts) - 1]
        for mate, part in zip(mates, parts[1:], strict=True):
            mate.begin(part)
        error: BaseException | None = None
        try:
            found = [self.look(*parts[0])]
        except BaseException as own:  # the others must have ended before anybody goes on
            error = own
        for mate in mates:
            result = mate.result()
            if isinstance(result, BaseException):
                error = error or result
            else:
                found.append(result)
        if error is not None:
            raise error
        shares = _shares(parts)
        gradient = self.workspace.gradient
        gradient *= shares[0]
        for mate, share in zip(mates, shares[1:], strict=True):
            theirs = mate.learner.workspace.gradient
            theirs *= share
            gradient += theirs
        self.workspace.update_state([self.workspace, *(m.learner.workspace for m in mates)])
        for mate in mates:
            self.sums += mate.learner.sums
            mate.learner.sums.fill(0)
        loss = sum(share * loss for share, (loss, _) in zip(shares, found, strict=True))
        return loss, sum(metric for _, metric in found)

    def _parts(
        self, index: Array, rng: np.random.Generator, weights: Array | None, epoch: int
    ) -> list[_Part]:
        """The batch in about equal parts, each with a stream of random numbers of its own."""
        count = max(1, min(1 + len(self._others), len(index) // FEWEST_EXAMPLES))
        if count == 1:
            return [_Part(index, rng, weights, epoch)]
        seeds = rng.integers(2**63, size=count)
        indices = np.array_split(index, count)
        shares = [None] * count if weights is None else np.array_split(weights, count)
        return [
            _Part(own, np.random.default_rng(seed), share, epoch)
            for own, seed, share in zip(indices, seeds, shares, strict=True)
        ]


def _shares(parts: list[_Part]) -> list[float]:
    """What each part's mean counts in the mean of the whole batch."""
    sizes = [
        float(len(part.examples)) if part.weights is None else float(part.weights.sum())
        for part in parts
    ]
    total = sum(sizes)
    return [size / total if total else 0.0 for size in sizes]


class _Mate:
    """A thread with a learner, waiting for parts; it ends with the program or with its team."""

    def __init__(self, learner: Learner) -> None:
        self.learner = learner
        self._parts: SimpleQueue[_Part | None] = SimpleQueue()
        self._results: SimpleQueue[tuple[float, float] | BaseException] = SimpleQueue()
        # The thread knows the queues and the learner, but not this object: when nobody knows that
        # any more, the thread is told to end.
        arguments = (learner, self._parts, self._results)
        threading.Thread(target=_work, args=arguments, daemon=True, name="learner").start()

    def __del__(self) -> None:
        self._parts.put(None)

    def begin(self, part: _Part) -> None:
        """Start on a part."""
        self._parts.put(part)

    def result(self) -> tuple[float, float] | BaseException:
        """Wait for the end of it."""
        return self._results.get()


def _work(
    learner: Learner,
    parts: SimpleQueue[_Part | None],
    results: SimpleQueue[tuple[float, float] | BaseException],
) -> None:
    with np.errstate(all="ignore"):  # a run that diverges is told by its loss
        while (part := parts.get()) is not None:
            try:
                results.put(learner.look(*part))
            except BaseException as error:
                results.put(error)
