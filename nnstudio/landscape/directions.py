"""Which plane of the loss to look at: random directions that suit the weights, or the run's own.

**Random directions, filter-normalised.** A network with ReLU computes the same if the weights into
a unit are doubled and those out of it halved, so a step of a given length means little for large
weights and much for small ones. Each direction d therefore gets, for each unit (or filter) i, the
length that the unit's weights have:

    dᵢ ← dᵢ / ‖dᵢ‖ · ‖wᵢ‖

so that 1 along the axis is a change as large as the weights themselves. Biases, scales and running
statistics stay as they are. The second direction is made at right angles to the first, unit by unit
before it gets its length, wherever a unit has more than one weight.

**The run's path.** The weights θ₀ … θₙ that a run passed through are seen best on the plane through
its end on which they lie farthest from it: the two principal components of θᵢ − θₙ. With far fewer
moments than weights these are found from the products of moments with each other, (n, n) numbers:
if M has the rows θᵢ − θₙ and M Mᵀ v = λ v, then Mᵀ v / √λ is a direction of length 1.

Source: H. Li, Z. Xu, G. Taylor, C. Studer, T. Goldstein, Visualizing the Loss Landscape of Neural
Nets (2018).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from nnstudio.engine.layer import Array
from nnstudio.engine.network import Network
from nnstudio.landscape.plane import Box, Plane

#: A random plane is seen so far from the centre.
REACH = 1.0
#: Room around a path, as a share of its extent; an axis is at least this share of the other's.
_ROOM, _LEAST_EXTENT = 0.25, 0.2
#: A second component with less of the path than this is rounding.
_NOTHING = 1e-7
#: So many variables of all moments are multiplied at a time.
_AT_ONCE = 1 << 13


def random_plane(network: Network, centre: Array, seed: int) -> Plane:
    """Two random filter-normalised directions through ``centre``; the same seed gives the same.

    A network that learns two numbers has one plane only: theirs.
    """
    if network.trainable_size == 2:
        return _plane_of_two(network, centre)
    rng = np.random.default_rng(seed)
    directions = np.zeros((2, network.size))
    for rows in _filters(network):
        first, second = rng.standard_normal((2, *rows.shape))
        if rows.shape[1] > 1:
            first /= _lengths(first)
            second -= (second * first).sum(axis=1, keepdims=True) * first
        lengths = np.linalg.norm(centre[rows].astype(np.float64), axis=1, keepdims=True)
        directions[0, rows] = first / _lengths(first) * lengths
        directions[1, rows] = second / _lengths(second) * lengths
    box = Box(-REACH, REACH, -REACH, REACH)
    return Plane(centre, directions.astype(np.float32), network.trainable_size, box)


def path_plane(network: Network, path: Sequence[Array], seed: int = 0) -> Plane | None:
    """The plane through the end of ``path`` that holds most of it; ``None`` if it never moved.

    A straight path leaves the second direction open: it is a random one then, at right angles.
    """
    if len(path) < 2:
        return None
    learned = network.trainable_size
    end = path[-1]
    if learned == 2:
        plane = _plane_of_two(network, end)
        return replace(plane, box=_box_around(plane.places(path)))
    products = np.zeros((len(path), len(path)))
    for part in _pieces(learned):
        away = _away(path, part)
        products += away @ away.T
    values, vectors = np.linalg.eigh(products)
    first, second = values[-1], values[-2] if len(values) > 1 else 0.0
    if not (np.isfinite(first) and first > 0):
        return None
    kept = [vectors[:, -1] / np.sqrt(first)]
    if second > _NOTHING * first:
        kept.append(vectors[:, -2] / np.sqrt(second))
    directions = np.zeros((2, network.size))
    for part in _pieces(learned):
        directions[: len(kept), part] = np.array(kept) @ _away(path, part)
    if len(kept) == 1:
        directions[1, :learned] = _across(directions[0, :learned], seed)
    _point_to_start(directions, path[0][:learned].astype(np.float64) - end[:learned])
    names = ("1st component", "2nd component")
    plane = Plane(end, directions.astype(np.float32), learned, Box(0, 0, 0, 0), names)
    return replace(plane, box=_box_around(plane.places(path)))


def _plane_of_two(network: Network, centre: Array) -> Plane:
    """The two numbers a network learns, as they are: 0 is in the middle."""
    (x, y), origin = centre[:2].tolist(), centre.copy()
    origin[:2] = 0.0
    directions = np.eye(2, network.size, dtype=np.float32)
    names = [
        place.key[1] if np.prod(place.variable.shape) == 1 else f"{place.key[1]} {k + 1}"
        for place in network.places
        if place.start < 2
        for k in range(int(np.prod(place.variable.shape)))
    ]
    far = max(1.0, 2 * max(abs(x), abs(y))) if np.isfinite([x, y]).all() else 1.0
    return Plane(origin, directions, 2, Box(-far, far, -far, far), (names[0], names[1]))


def _filters(network: Network) -> list[Array]:
    """For each array of weights, where the numbers of its units lie: ``(units, numbers each)``."""
    found: list[Array] = []
    for place in network.places:
        shape, axis = place.variable.shape, place.variable.unit_axis
        if place.start < network.trainable_size and place.variable.decay and len(shape) > 1:
            numbers = np.arange(place.part.start, place.part.stop).reshape(shape)
            found.append(np.moveaxis(numbers, axis, 0).reshape(shape[axis], -1))
    if sum(rows.size for rows in found) < 2:  # hardly any weights: biases move too
        found = [np.arange(network.trainable_size)[np.newaxis]]
    return found


def _lengths(rows: Array) -> Array:
    """``(units, 1)``: the length of each row to divide it by; 1 for one that has none."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.where(lengths > 0, lengths, 1.0)


def _pieces(size: int) -> list[slice]:
    return [slice(start, min(size, start + _AT_ONCE)) for start in range(0, size, _AT_ONCE)]


def _away(path: Sequence[Array], part: slice) -> Array:
    """``(moments, variables of the part)``: how far each is from the end."""
    end = path[-1][part].astype(np.float64)
    return np.array([moment[part] - end for moment in path])


def _across(direction: Array, seed: int) -> Array:
    """A random direction of length 1 at right angles to one of length 1."""
    if len(direction) < 2:
        return np.zeros_like(direction)
    other = np.random.default_rng(seed).standard_normal(len(direction))
    other -= (other @ direction) * direction
    result: Array = other / np.linalg.norm(other)
    return result


def _point_to_start(directions: Array, start: Array) -> None:
    """A component may point to either side: the path begins at the left and above."""
    learned = len(start)
    if directions[0, :learned] @ start > 0:
        directions[0] *= -1
    if directions[1, :learned] @ start < 0:
        directions[1] *= -1


def _box_around(places: Array) -> Box:
    low, high = places.min(axis=0), places.max(axis=0)
    middle, extent = (low + high) / 2, high - low
    half = np.maximum(extent, _LEAST_EXTENT * extent.max()) * (0.5 + _ROOM)
    (left, bottom), (right, top) = (middle - half).tolist(), (middle + half).tolist()
    return Box(left, right, bottom, top)
