"""Cuts through the landscape: the loss from a run's start to its end, and along one direction."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from small_runs import LINE_NETWORK, SPIRAL, SPIRAL_NETWORK

from nnstudio.engine.layer import Array
from nnstudio.landscape.directions import random_plane
from nnstudio.landscape.lines import path_line, random_line
from nnstudio.landscape.profile import POINTS, Profile, Sounding
from nnstudio.landscape.surface import Losses


def walk(size: int, steps: int = 9, seed: int = 0) -> list[Array]:
    """A random walk in so many dimensions."""
    rng = np.random.default_rng(seed)
    return list(np.cumsum(rng.standard_normal((steps, size)), axis=0).astype(np.float32))


def losses() -> Losses:
    return Losses(SPIRAL_NETWORK, SPIRAL, SPIRAL.parts.train)


def test_at_0_it_is_the_start_at_1_the_end_and_between_a_mixture() -> None:
    path = walk(SPIRAL_NETWORK.size)
    line = path_line(SPIRAL_NETWORK, path)
    assert line is not None
    assert line.is_line
    learned = SPIRAL_NETWORK.trainable_size
    for t in (-0.25, 0.0, 0.3, 1.0, 1.25):
        expected = (1 - t) * path[0][:learned] + t * path[-1][:learned]
        np.testing.assert_allclose(line.at(t, 0.0)[:learned], expected, rtol=1e-4, atol=1e-5)
        np.testing.assert_array_equal(line.at(t, 0.0)[learned:], path[-1][learned:])
    assert line.box.left < 0
    assert line.box.right > 1


def test_what_lies_beside_the_line_is_seen_at_its_nearest_place() -> None:
    path = walk(SPIRAL_NETWORK.size, seed=3)
    line = path_line(SPIRAL_NETWORK, path)
    assert line is not None
    places = line.places(path)
    np.testing.assert_allclose(places[[0, -1]], [[0, 0], [1, 0]], atol=1e-5)
    learned = SPIRAL_NETWORK.trainable_size
    for moment, (t, _) in zip(path, places, strict=True):
        away = moment[:learned].astype(float) - line.at(t, 0.0)[:learned]
        assert away @ line.directions[0, :learned] == pytest.approx(0, abs=1e-2)


def test_a_path_that_never_moved_has_no_line() -> None:
    start = SPIRAL_NETWORK.initial(0)
    assert path_line(SPIRAL_NETWORK, []) is None
    assert path_line(SPIRAL_NETWORK, [start]) is None
    assert path_line(SPIRAL_NETWORK, [start, start.copy()]) is None
    lost = np.full_like(start, np.nan)
    assert path_line(SPIRAL_NETWORK, [start, lost]) is None


@pytest.mark.parametrize("network", [SPIRAL_NETWORK, LINE_NETWORK], ids=["many", "two numbers"])
def test_a_random_line_goes_through_the_weights_along_a_direction_of_the_plane(network) -> None:
    centre = network.initial(4)
    line, plane = random_line(network, centre, 7), random_plane(network, centre, 7)
    assert line.is_line
    assert not plane.is_line
    np.testing.assert_array_equal(line.at(0.0, 0.0), centre)
    np.testing.assert_array_equal(line.directions[0], plane.directions[0])
    assert not line.directions[1].any()


def test_the_profile_is_the_loss_at_each_of_its_points_finer_each_time() -> None:
    path = [SPIRAL_NETWORK.initial(0), SPIRAL_NETWORK.initial(1)]
    line = path_line(SPIRAL_NETWORK, path)
    assert line is not None
    sounding = Sounding(line, line.box, losses())
    found = list(sounding.surfaces())
    assert [profile.losses.shape[1] for profile in found] == [13, 25, 49, 97]
    assert sounding.done == sounding.total == POINTS
    again = losses()
    last = found[-1]
    for t, loss in zip(last.x[::12], last.losses[0, ::12], strict=True):
        assert loss == pytest.approx(again.of(line.at(t, 0.0)))
    for coarse, fine in pairwise(found):
        np.testing.assert_array_equal(coarse.losses, fine.losses[:, ::2])


def test_measuring_stops_where_it_is_interrupted() -> None:
    line = random_line(SPIRAL_NETWORK, SPIRAL_NETWORK.initial(0), 0)
    sounding = Sounding(line, line.box, losses())
    assert list(sounding.surfaces(lambda: sounding.done >= 20)) != []
    assert sounding.done == 20


def test_between_two_points_the_loss_is_told_as_if_it_changed_evenly() -> None:
    line = random_line(SPIRAL_NETWORK, SPIRAL_NETWORK.initial(0), 0)
    profile = Profile(line.box, np.array([[4.0, 2.0, np.nan]]))
    assert profile.near(-1.0) == 4
    assert profile.near(-0.25) == pytest.approx(2.5)
    assert profile.near(0.0) == 2
    assert np.isnan(profile.near(0.5))
    assert np.isnan(profile.near(1.01))
    assert np.isnan(profile.near(-1.01))
