"""The inside of one step of a run: what a viewer may ask for through the mailbox.

The step is recorded while it happens, without changing a bit of it, and only when somebody asked.
Of weights that rest, :func:`inside_at_rest` tells what the next step would begin with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.engine.instruments import Recorder, fill_in, update_ratios
from nnstudio.engine.layer import Array
from nnstudio.engine.network import Key, Network
from nnstudio.training.learner import Learner
from nnstudio.training.session import Session


@dataclass(frozen=True, eq=False)
class Inside:
    """What went on in one step, by node id.

    With several threads it is the first one's part of the batch.

    Attributes:
        step: its number, from 1.
        activations: every node's output, ``(features…, N)``.
        gradients: ∂L/∂output of the nodes that have one. A node that training passes over because
            its neighbour computes it too (ReLU before pooling, softmax before cross-entropy) has
            none.
        variable_gradients: ∂L/∂variable of what is learned, before clipping and penalties; those of
            shared weights are added up under their owner.
        variables: all of them as they were before the step.
        seconds: time for forward and backward of each node that ran.
        buffer_bytes: the memory each node's buffers take.
        update_ratios: ‖new − old‖ / ‖old‖ for each trainable variable; NaN if it was all 0.
    """

    step: int
    activations: Mapping[str, Array]
    gradients: Mapping[str, Array]
    variable_gradients: Mapping[Key, Array]
    variables: Mapping[Key, Array]
    seconds: Mapping[str, tuple[float, float]]
    buffer_bytes: Mapping[str, int]
    update_ratios: Mapping[Key, float]


class Watch:
    """Watches the next step of a session; for the training thread, between steps."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._step = session.step
        self._before = session.flat.copy()
        self._recorder = session.workspace.recorder = Recorder()

    def end(self) -> Inside | None:
        """What was seen, or ``None`` if the session has made no step since."""
        session, recorder = self._session, self._recorder
        session.workspace.recorder = None
        if session.step == self._step or not recorder.activations:
            return None
        with np.errstate(all="ignore"):
            ratios = update_ratios(session.network, self._before, session.flat)
        return _told(session.network, self._before, recorder, self._step + 1, ratios)


def inside_at_rest(
    network: Network, flat: Array, data: PreparedData, rows: Array, step: int, seed: int = 0
) -> Inside:
    """What a step on these examples would begin with: nothing is changed, so there is no update.

    Args:
        flat: all variables; a copy is used.
        rows: which examples.
        step: the number of steps the weights have been through.
    """
    own = flat.copy()
    learner = Learner(network, own, data, seed)
    recorder = learner.workspace.recorder = Recorder()
    with np.errstate(all="ignore"):
        learner.look(rows, np.random.default_rng(step), None)
    return _told(network, own, recorder, step, {})


def _told(
    network: Network, before: Array, recorder: Recorder, step: int, ratios: Mapping[Key, float]
) -> Inside:
    """What was recorded, by node instead of by the network's steps."""
    steps = network.steps
    activations = dict(recorder.activations)
    entries = [recorder.data[i] for i in network.input_steps]
    with np.errstate(all="ignore"):  # a run that goes astray is told by its loss
        fill_in(network, before, entries, activations)
        learned: dict[Key, Array] = {}
        for i, arrays in recorder.variable_gradients.items():
            for name, gradient in arrays.items():
                key = steps[i].owner, name
                learned[key] = learned[key] + gradient if key in learned else gradient
    return Inside(
        step=step,
        activations={steps[i].node: y for i, y in activations.items()},
        gradients={steps[i].node: dy for i, dy in recorder.gradients.items()},
        variable_gradients=learned,
        variables=network.arrays(before),
        seconds={
            steps[i].node: (seconds, recorder.backward_seconds.get(i, 0.0))
            for i, seconds in recorder.forward_seconds.items()
        },
        buffer_bytes={steps[i].node: size for i, size in recorder.buffer_bytes.items()},
        update_ratios=ratios,
    )
