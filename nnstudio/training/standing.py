"""Where a run stands between two steps: copied in a moment, frozen by whoever has the time.

Freezing takes a hash of every array, which a training thread shouldn't wait for. So it copies what
changes, and another thread makes a :class:`~nnstudio.training.trained.Trained` of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.engine.layer import Array
from nnstudio.engine.network import Key, Network
from nnstudio.training.feed import columns_of
from nnstudio.training.trained import Progress, Trained, Weights, freeze

if TYPE_CHECKING:
    from nnstudio.training.session import Session


@dataclass(frozen=True, eq=False)
class Standing:
    """Copies of all that training changes, and what it belongs to.

    Attributes:
        flat: all variables of the network.
        slots: the memory of the update, each vector as long as the trainable part.
        best: all variables after the best epoch, if early stopping keeps them; not a copy.
        history: the curves as arrays.
        resting, start: of :class:`nnstudio.training.session.Session`; they don't change.
    """

    network: Network
    data: PreparedData
    flat: Array
    slots: Mapping[str, Array]
    best: Array | None
    progress: Progress
    history: Mapping[str, Array]
    resting: Weights
    start: Weights | None

    @staticmethod
    def of(session: Session) -> Standing:
        """Where ``session`` stands; for the thread that trains it, at a batch boundary."""
        return Standing(
            network=session.network,
            data=session.data,
            flat=session.flat.copy(),
            slots={name: vector.copy() for name, vector in session.slots.items()},
            best=session.best,  # another array takes its place when there is a better one
            progress=session.progress(),
            history=session.curves(),
            resting=session.resting,
            start=session.start,
        )

    @property
    def is_finite(self) -> bool:
        """Whether every variable is a number, as it must be to go on."""
        return bool(np.isfinite(self.flat).all())

    def trained(self) -> Trained:
        """All of it, frozen."""
        network = self.network
        return Trained(
            weights=MappingProxyType({**self.resting, **freeze(network.arrays(self.flat))}),
            preparation=self.data.preparation,
            data_sha256=self.data.dataset.fingerprint(columns_of(network)),
            progress=self.progress,
            slots={
                name: freeze(slot_views(network, vector)) for name, vector in self.slots.items()
            },
            start=self.start,
            best=None if self.best is None else freeze(network.arrays(self.best)),
            history=self.history,
        )


def slot_views(network: Network, vector: Array) -> Mapping[Key, Array]:
    """An optimizer slot's vector as one array per trainable variable."""
    return {
        place.key: vector[place.part].reshape(place.variable.shape)
        for place in network.places
        if place.start < network.trainable_size
    }
