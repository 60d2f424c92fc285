"""Directions through the space of weights: their lengths, the run's path, and places on a plane."""

from __future__ import annotations

import numpy as np
import pytest
from small_runs import LINE_NETWORK, SPIRAL_NETWORK, line_session, network_of

from nnstudio.engine.activations import ReLU
from nnstudio.engine.conv import Conv2D, ConvTranspose2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Array
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.landscape.directions import path_plane, random_plane
from nnstudio.landscape.plane import Plane

PICTURES = network_of(Input((2, 6, 6)), Conv2D(4), ReLU(), Flatten(), Dense(3))
#: Its filters are counted along the second axis of its weights.
UPWARDS = network_of(Input((2, 3, 3)), ConvTranspose2D(4), Flatten(), Dense(3))


def walk(size: int, steps: int = 9, seed: int = 0) -> list[Array]:
    """A random walk in so many dimensions."""
    rng = np.random.default_rng(seed)
    return list(np.cumsum(rng.standard_normal((steps, size)), axis=0).astype(np.float32))


# ------------------------------------------------------------------ random directions


@pytest.mark.parametrize(
    "network",
    [SPIRAL_NETWORK, PICTURES, UPWARDS],
    ids=["dense", "convolution", "transposed convolution"],
)
def test_each_filter_of_a_direction_is_as_long_as_the_filter_s_weights(network) -> None:
    flat = network.initial(3)
    plane = random_plane(network, flat, seed=1)
    weights = network.arrays(flat)
    axes = {place.key: place.variable.unit_axis for place in network.places}
    for direction in plane.directions:
        for key, moved in network.arrays(direction).items():
            if key[1] == "weight" and moved.ndim > 1:
                others = tuple(axis for axis in range(moved.ndim) if axis != axes[key])
                lengths = np.sqrt(np.square(moved).sum(axis=others))
                own = np.sqrt(np.square(weights[key]).sum(axis=others))
                np.testing.assert_allclose(lengths, own, rtol=1e-5)
            else:
                assert not moved.any(), f"{key} is no filter"


def test_a_filter_without_weights_stays_as_it_is() -> None:
    flat = PICTURES.initial(0)
    PICTURES.arrays(flat)["n1", "weight"][2] = 0
    plane = random_plane(PICTURES, flat, seed=0)
    for direction in plane.directions:
        moved = PICTURES.arrays(direction)["n1", "weight"]
        assert not moved[2].any()
        assert moved[1].all()


def test_the_two_directions_are_at_right_angles() -> None:
    first, second = random_plane(PICTURES, PICTURES.initial(0), seed=4).directions
    assert abs(first @ second) < 1e-5 * (first @ first)


def test_the_same_seed_gives_the_same_directions_and_another_others() -> None:
    flat = PICTURES.initial(0)
    once, again, other = (random_plane(PICTURES, flat, seed).directions for seed in (1, 1, 2))
    np.testing.assert_array_equal(once, again)
    assert not np.array_equal(once, other)


def test_a_network_that_learns_two_numbers_is_seen_over_these_numbers() -> None:
    flat = LINE_NETWORK.initial(0)
    plane = random_plane(LINE_NETWORK, flat, seed=0)
    assert plane.names == ("weight", "bias")
    np.testing.assert_array_equal(plane.at(0.5, -2.0), np.float32([0.5, -2.0]))
    np.testing.assert_allclose(plane.places([flat]), [flat], rtol=1e-6)


# ------------------------------------------------------------------ the run's path


def test_the_plane_of_a_straight_path_holds_its_start_and_its_end() -> None:
    start, end = PICTURES.initial(1), PICTURES.initial(2)
    path = [np.float32((1 - t) * start + t * end) for t in np.linspace(0, 1, 6)]
    plane = path_plane(PICTURES, path)
    assert plane is not None
    for (a, b), point in zip(plane.places(path), path, strict=True):
        np.testing.assert_allclose(plane.at(a, b), point, atol=1e-5)
    assert plane.share_of(path) == pytest.approx(1)
    first, second = plane.directions
    assert first @ first == pytest.approx(1, rel=1e-5)
    assert second @ second == pytest.approx(1, rel=1e-5)
    assert abs(first @ second) < 1e-6


def test_the_plane_of_a_path_holds_as_much_of_it_as_two_singular_values() -> None:
    path = walk(PICTURES.size)
    plane = path_plane(PICTURES, path)
    assert plane is not None
    singular = np.linalg.svd(np.array(path, float) - path[-1], compute_uv=False)
    expected = (singular[:2] ** 2).sum() / (singular**2).sum()
    assert plane.share_of(path) == pytest.approx(expected, rel=1e-5)


def test_the_end_of_the_path_is_the_middle_and_its_start_lies_at_the_left_and_above() -> None:
    for steps in (4, 9, 15, 30):
        path = walk(PICTURES.size, steps)
        plane = path_plane(PICTURES, path)
        assert plane is not None
        places = plane.places(path)
        np.testing.assert_allclose(places[-1], 0, atol=1e-6)
        assert places[0, 0] < 0 <= places[0, 1]


def test_the_whole_path_can_be_seen() -> None:
    path = walk(PICTURES.size, steps=30)
    plane = path_plane(PICTURES, path)
    assert plane is not None
    x, y = plane.places(path).T
    assert plane.box.left < x.min()
    assert x.max() < plane.box.right
    assert plane.box.bottom < y.min()
    assert y.max() < plane.box.top


def test_statistics_that_nothing_learns_are_no_part_of_the_path() -> None:
    network = SPIRAL_NETWORK
    assert network.trainable_size < network.size
    path = walk(network.size)
    plane = path_plane(network, path)
    assert plane is not None
    assert not plane.directions[:, network.trainable_size :].any()
    changed = [moment.copy() for moment in path]
    for moment in changed[:-1]:
        moment[network.trainable_size :] += 100
    again = path_plane(network, changed)
    assert again is not None
    np.testing.assert_array_equal(again.directions, plane.directions)
    assert again.share_of(changed) == plane.share_of(path)


def test_a_run_that_never_moved_has_no_plane() -> None:
    flat = PICTURES.initial(0)
    assert path_plane(PICTURES, [flat, flat.copy()]) is None
    assert path_plane(PICTURES, [flat]) is None


def test_a_run_of_two_numbers_is_seen_over_these_numbers() -> None:
    session = line_session()
    start = session.flat.copy()
    plane = path_plane(LINE_NETWORK, [start, start + 1])
    assert plane is not None
    np.testing.assert_allclose(plane.places([start]), [start], rtol=1e-6)


# ------------------------------------------------------------------ places


def test_a_point_of_the_plane_is_found_where_it_lies_and_one_beside_it_at_its_foot() -> None:
    rng = np.random.default_rng(0)
    plane = random_plane(PICTURES, PICTURES.initial(0), seed=2)
    wanted = rng.uniform(-1, 1, (5, 2))
    points = [plane.at(a, b) for a, b in wanted]
    np.testing.assert_allclose(plane.places(points), wanted, atol=1e-5)
    assert plane.share_of(points) == pytest.approx(1)
    across = rng.standard_normal(PICTURES.size)
    for d in plane.directions.astype(float):
        across -= (across @ d) / (d @ d) * d
    beside = [np.float32(point + across) for point in points]
    np.testing.assert_allclose(plane.places(beside), wanted, atol=1e-4)
    assert plane.share_of(beside) < 0.9


def test_directions_that_are_not_at_right_angles_find_points_all_the_same() -> None:
    directions = np.float32([[1, 0, 0], [1, 1, 0]])
    plane = Plane(np.zeros(3, np.float32), directions, 3, random_box())
    np.testing.assert_allclose(plane.places([np.float32([3, 2, 9])]), [[1, 2]])


def random_box():
    """Some box: where a plane is looked at has nothing to do with where points lie."""
    return random_plane(PICTURES, PICTURES.initial(0), 0).box


def test_the_centre_is_its_own_weights_to_the_last_bit() -> None:
    flat = PICTURES.initial(5)
    np.testing.assert_array_equal(random_plane(PICTURES, flat, 0).at(0, 0), flat)
