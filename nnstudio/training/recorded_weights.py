"""The distribution of a variable at every recorded moment of a run, also before anybody looked."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from nnstudio.engine.network import Key, Network
from nnstudio.training.distributions import Column, Histogram, thinned
from nnstudio.training.recording import Moment, Recording

#: So many moments are counted at a time: a few milliseconds.
AT_A_TIME = 40


class RecordedWeights:
    """Counts each moment once, for the variable that was asked for last."""

    def __init__(self) -> None:
        self._key: tuple[Network, Key] | None = None
        self._known: WeakKeyDictionary[Moment, Column] = WeakKeyDictionary()

    def columns(
        self, recording: Recording, network: Network, key: Key, most: int = AT_A_TIME
    ) -> tuple[list[Column], bool]:
        """The columns known so far, and whether these are all.

        Args:
            most: so many further moments are counted, spread over the whole run.
        """
        if self._key is None or self._key[0] is not network or self._key[1] != key:
            self._key, self._known = (network, key), WeakKeyDictionary()
        part = next((place.part for place in network.places if place.key == key), None)
        moments = [m for m in recording.moments if m.flat.size == network.size]
        if part is None or not moments:
            return [], True
        new = [moment for moment in moments if moment not in self._known]
        for moment in new[:: max(1, -(-len(new) // most))]:
            counted = Histogram.of(thinned(moment.flat[part]))
            self._known[moment] = Column(moment.step, moment.step, counted)
        found = [column for moment in moments if (column := self._known.get(moment)) is not None]
        return found, len(found) == len(moments)
