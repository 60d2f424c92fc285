"""What one step of a run costs, and how large its gradients are, layer by layer.

A reading is cheap enough to be asked for now and then while training goes on: nothing is copied,
and the step that is measured is the very step that trains, to the last bit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from nnstudio.engine.instruments import Recorder
from nnstudio.training.session import Session


@dataclass(frozen=True, eq=False)
class Reading:
    """What was measured in one step, by node id.

    With several threads it is the first one's part of the batch.

    Attributes:
        step: its number, from 1.
        seconds: time for forward and backward together, of each node that ran. A node that training
            passes over because its neighbour computes it too (ReLU before pooling) has none.
        gradient_ratios: ‖∂L/∂w‖ / ‖w‖ over all that a node learns, before the update; NaN if its
            variables were all 0.
    """

    step: int
    seconds: Mapping[str, float]
    gradient_ratios: Mapping[str, float]


class Meter:
    """Measures the next step of a session; for the training thread, between steps."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._step = session.step
        self._lengths = _lengths(session)
        self._recorder = session.workspace.recorder = Recorder(
            keep_activations=False, keep_gradients=False, measure_gradients=True
        )

    def end(self) -> Reading | None:
        """What was measured, or ``None`` if the session has made no step since."""
        session, recorder = self._session, self._recorder
        session.workspace.recorder = None
        if session.step == self._step or not recorder.backward_seconds:
            return None
        steps = session.network.steps
        ratios = {}
        for i, length in recorder.gradient_lengths.items():
            weights = self._lengths.get(steps[i].owner, 0.0)
            ratios[steps[i].node] = length / weights if weights else float("nan")
        return Reading(
            step=self._step + 1,
            seconds={
                steps[i].node: seconds + recorder.backward_seconds.get(i, 0.0)
                for i, seconds in recorder.forward_seconds.items()
            },
            gradient_ratios=ratios,
        )


def _lengths(session: Session) -> dict[str, float]:
    """‖w‖ of all that each owner learns."""
    squares: dict[str, float] = {}
    with np.errstate(all="ignore"):  # a run that goes astray is told by its loss
        for place in session.network.places:
            if place.start < session.network.trainable_size:
                w = session.flat[place.part]
                owner = place.key[0]
                squares[owner] = squares.get(owner, 0.0) + float(np.dot(w, w))
    return {owner: float(np.sqrt(square)) for owner, square in squares.items()}
