"""Where the moments of a run lie on a plane: worked out once for each, a few at a time."""

from __future__ import annotations

from time import perf_counter

import numpy as np

from nnstudio.engine.layer import Array
from nnstudio.gui.landscape.way import Mark
from nnstudio.landscape.plane import Plane
from nnstudio.training.recording import Moment, Recording

#: So many seconds may go to it at once.
AT_ONCE = 0.004


class KnownWay:
    """The places of one recording on one plane.

    Attributes:
        path: ``(n, 2)``, in the order of time.
        is_whole: whether these are all moments.
    """

    def __init__(self) -> None:
        self._plane: Plane | None = None
        self._known: dict[int, tuple[Moment, Array]] = {}
        self.path: Array = np.zeros((0, 2))
        self.is_whole = True

    def follow(self, plane: Plane, recording: Recording | None) -> None:
        """Find the places of moments that are new."""
        if plane is not self._plane:
            self._plane, self._known = plane, {}
        began, places = perf_counter(), []
        self.is_whole = True
        for moment in () if recording is None else recording.moments:
            known = self._known.get(moment.step)
            if known is None or known[0] is not moment:
                if moment.flat.shape != plane.centre.shape:
                    continue
                if perf_counter() - began > AT_ONCE:
                    self.is_whole = False
                    break
                known = self._known[moment.step] = (moment, plane.places([moment.flat])[0])
            places.append(known[1])
        path = np.array(places).reshape(-1, 2)
        self.path = path[np.isfinite(path).all(axis=1)]

    def place_of(self, moment: Moment) -> Array | None:
        """Where it lies, as far as that is known."""
        known = self._known.get(moment.step)
        return None if known is None else known[1]

    def marks(self, recording: Recording | None, goes_on: bool) -> list[Mark]:
        """The places with a name; a run that goes on has no end yet."""
        found = []
        for name, moment in ({} if recording is None else named(recording)).items():
            place = self.place_of(moment)
            if place is not None and not (goes_on and name == "end"):
                found.append(Mark(name, float(place[0]), float(place[1])))
        return found


def named(recording: Recording) -> dict[str, Moment]:
    """The moments of a run that have a name."""
    moments = recording.moments
    named: dict[str, Moment | None] = {}
    if moments:
        named = {"start": moments[0], "best": recording.best, "end": moments[-1]}
    return {name: moment for name, moment in named.items() if moment is not None}
