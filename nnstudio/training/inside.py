"""The inside of one step of a run: what a viewer may ask for through the mailbox.

The step is recorded while it happens, without changing a bit of it, and only when somebody asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nnstudio.engine.instruments import Recorder, fill_in, update_ratios
from nnstudio.engine.layer import Array
from nnstudio.engine.network import Key
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
        seconds: time for forward and backward of each node that ran.
        buffer_bytes: the memory each node's buffers take.
        update_ratios: ‖new − old‖ / ‖old‖ for each trainable variable; NaN if it was all 0.
    """

    step: int
    activations: Mapping[str, Array]
    gradients: Mapping[str, Array]
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
        network = session.network
        steps = network.steps
        activations = dict(recorder.activations)
        entries = [recorder.data[i] for i in network.input_steps]
        with np.errstate(all="ignore"):
            fill_in(network, self._before, entries, activations)
            ratios = update_ratios(network, self._before, session.flat)
        return Inside(
            step=self._step + 1,
            activations={steps[i].node: y for i, y in activations.items()},
            gradients={steps[i].node: dy for i, dy in recorder.gradients.items()},
            seconds={
                steps[i].node: (seconds, recorder.backward_seconds.get(i, 0.0))
                for i, seconds in recorder.forward_seconds.items()
            },
            buffer_bytes={steps[i].node: size for i, size in recorder.buffer_bytes.items()},
            update_ratios=ratios,
        )
