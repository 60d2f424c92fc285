"""Where a loss that is no number began: the step is made once more, and watched layer by layer.

The first thing that isn't finite, in the order of computing, is the beginning: an input, a weight
that the step before has broken, a layer's output, or the loss of outputs that are still finite. The
batch and the weights are those of the step; only what Dropout drops is drawn anew. A step on all
examples, of an optimizer that searches, is made again piece by piece up to the first bad one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from nnstudio.data.order import epoch_order
from nnstudio.engine.instruments import Recorder, fill_in
from nnstudio.engine.layer import Array
from nnstudio.engine.network import Network
from nnstudio.training.evaluation import batch_for
from nnstudio.training.learner import Learner
from nnstudio.training.session import Session

What = Literal["data", "weights", "output", "loss"]


@dataclass(frozen=True, eq=False)
class Origin:
    """The beginning.

    Attributes:
        step: the step in which it happened, from 1.
        node: at which node.
        what: whether an input, weights, an output or the loss was the first to be no number.
        sizes: the greatest number of every node's output, by node; NaN or infinite where one is.
    """

    step: int
    node: str
    what: What
    sizes: dict[str, float]


@np.errstate(all="ignore")
def origin_of(session: Session) -> Origin:
    """Where the loss of a session that has just diverged began; the session is left as it is."""
    network, sizes = session.network, dict[str, float]()
    broken = _broken_weights(network, session.flat)
    for outputs, inputs in _made_again(session):
        sizes = {step.node: _greatest(outputs[i]) for i, step in enumerate(network.steps)}
        for i in network.input_steps:
            if not np.isfinite(inputs[i]).all():
                return Origin(session.step + 1, network.steps[i].node, "data", sizes)
        for i, step in enumerate(network.steps):
            if step.owner in broken:
                # Backward goes from the output to the data: the last of them was met first.
                last = [s.node for s in network.steps if s.owner in broken][-1]
                return Origin(session.step, last, "weights", sizes)
            if not np.isfinite(outputs[i]).all():
                return Origin(session.step + 1, step.node, "output", sizes)
    head = network.output_node(network.heads[0])
    return Origin(session.step + 1, head, "loss", sizes)


def _made_again(session: Session) -> Iterator[tuple[dict[int, Array], dict[int, Array]]]:
    """Outputs of all steps for what the loss was computed from, and their inputs, by pieces."""
    network, seed = session.network, session.settings.seed
    learner = Learner(network, session.flat, session.data, seed)
    for index in _examples(session):
        recorder = learner.workspace.recorder = Recorder(keep_gradients=False)
        learner.look(index, np.random.default_rng(seed), None, session.epoch)
        outputs = dict(recorder.activations)
        fill_in(network, session.flat, [recorder.data[i] for i in network.input_steps], outputs)
        yield outputs, recorder.data


def _examples(session: Session) -> Iterator[Array]:
    """Those of the step: a batch, or pieces of all of them if the optimizer searches."""
    data, seed, size = session.data, session.settings.seed, session.batch_size
    order = epoch_order(data.parts.train, seed, session.epoch, data.dataset.block)
    if session.full_batch is None:
        index = order[session.position : session.position + size]
        yield index if len(index) else order[-size:]  # found at the end of an epoch
        return
    size = batch_for(session.network)
    for start in range(0, len(order), size):
        yield order[start : start + size]


def _broken_weights(network: Network, flat: Array) -> set[str]:
    return {p.key[0] for p in network.places if not np.isfinite(flat[p.part]).all()}


def _greatest(values: Array) -> float:
    return float(np.abs(values).max()) if values.size else 0.0
