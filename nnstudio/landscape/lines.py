"""Lines through the space of weights: from where a run began to where it ended, or along one way.

    w(t) = θ_start + t (θ_end − θ_start)

Along the first, 0 is the start and 1 the end; whether the loss only falls on the straight way, or
rises between, says whether the run had to go around something. A line is a plane whose second
direction is nothing.

Source: I. Goodfellow, O. Vinyals, A. Saxe, Qualitatively characterizing neural network optimization
problems (2015).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from nnstudio.engine.layer import Array
from nnstudio.engine.network import Network
from nnstudio.landscape.directions import REACH, random_plane
from nnstudio.landscape.plane import Box, Plane

#: So much is seen beyond the start and the end, as a share of the way between.
_BEYOND = 0.25


def path_line(network: Network, path: Sequence[Array]) -> Plane | None:
    """From the start of ``path`` through its end; ``None`` if these are the same.

    Running statistics are everywhere those of the end.
    """
    if len(path) < 2:
        return None
    learned, centre = network.trainable_size, path[-1].copy()
    centre[:learned] = path[0][:learned]
    directions = np.zeros((2, network.size), np.float32)
    directions[0, :learned] = path[-1][:learned] - path[0][:learned]
    if not (np.isfinite(directions).all() and directions.any()):
        return None
    box = Box(-_BEYOND, 1 + _BEYOND, 0.0, 0.0)
    return Plane(centre, directions, learned, box, ("start 0 → end 1", ""))


def random_line(network: Network, centre: Array, seed: int) -> Plane:
    """Through ``centre``, along the first direction of the random plane of this seed."""
    plane = random_plane(network, centre, seed)
    directions = plane.directions.copy()
    directions[1] = 0.0
    name = f"change of {plane.names[0]}" if plane.learned == 2 else "random direction"
    return Plane(centre, directions, plane.learned, Box(-REACH, REACH, 0.0, 0.0), (name, ""))
