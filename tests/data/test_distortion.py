"""Distorted pictures, held against single pixels and shifts worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from nnstudio.data.distortion import Distortion, sampled

NOTHING = Distortion(alpha=0.0)


def pictures(count: int = 3) -> np.ndarray:
    return np.random.default_rng(1).integers(0, 256, (count, 1, 9, 12), np.uint8)


def test_without_strength_nothing_changes() -> None:
    given = pictures()
    result = NOTHING.apply(given, np.random.default_rng(0))
    np.testing.assert_array_equal(result, given)
    assert result.dtype == np.uint8


def test_the_same_seed_gives_the_same_pictures_and_another_seed_others() -> None:
    given, bend = pictures(), Distortion()
    first = bend.apply(given, np.random.default_rng(0))
    np.testing.assert_array_equal(first, bend.apply(given, np.random.default_rng(0)))
    assert (first != bend.apply(given, np.random.default_rng(1))).any()


def test_each_picture_is_distorted_in_its_own_way() -> None:
    same = np.repeat(pictures(1), 2, axis=0)
    first, second = Distortion().apply(same, np.random.default_rng(0))
    assert (first != second).any()


def test_between_four_pixels_brightness_goes_evenly() -> None:
    picture = np.array([[[0.0, 10.0], [20.0, 30.0]]])
    rows, columns = np.array([[[0.25, 0.0]]]), np.array([[[0.5, 1.0]]])
    # 0.75 · (0 + 10)/2 + 0.25 · (20 + 30)/2 = 10, and a pixel itself.
    np.testing.assert_allclose(sampled(picture, rows, columns), [[[10.0, 10.0]]])


def test_beyond_the_edge_it_is_dark_and_half_beyond_half_as_bright() -> None:
    picture = np.full((1, 2, 2), 8.0)
    rows, columns = np.array([[[-0.5, -1.0, -50.0, 1.5, 99.0]]]), np.zeros((1, 1, 5))
    np.testing.assert_allclose(sampled(picture, rows, columns), [[[4.0, 0.0, 0.0, 4.0, 0.0]]])


def test_a_shift_moves_every_pixel_alike_and_no_further_than_allowed() -> None:
    rows, columns = Distortion(alpha=0, shift=2.5).places(400, 5, 7, np.random.default_rng(0))
    for places, grid in ((rows, np.arange(5)[:, np.newaxis]), (columns, np.arange(7))):
        moved = places - grid
        np.testing.assert_allclose(moved, np.broadcast_to(moved[:, :1, :1], moved.shape), atol=1e-5)
        assert np.abs(moved).max() <= 2.5 + 1e-5
        assert np.abs(moved).max() > 2, "of 400 one goes nearly all the way"


def test_turning_keeps_the_middle_and_all_distances_from_it() -> None:
    rows, columns = Distortion(alpha=0, rotation=30).places(20, 9, 9, np.random.default_rng(0))
    np.testing.assert_allclose((rows[:, 4, 4], columns[:, 4, 4]), 4.0, atol=1e-5)
    away = np.hypot(rows - 4, columns - 4)
    grid = np.arange(9) - 4
    expected = np.hypot(grid[:, np.newaxis], grid)
    np.testing.assert_allclose(away, np.broadcast_to(expected, away.shape), atol=1e-4)
    angles = np.arctan2(columns[:, 8, 4] - 4, rows[:, 8, 4] - 4)
    assert np.abs(angles).max() <= np.deg2rad(30) + 1e-5
    assert angles.std() > np.deg2rad(10)


def test_displacements_have_the_size_that_theory_gives_them() -> None:
    # Uniform on ±1 has deviation 1/√3; a Gaussian blur leaves 1 / (2 σ √π) of white noise's.
    alpha, sigma = 34.0, 3.0
    rows, _ = Distortion(alpha, sigma).places(2000, 31, 31, np.random.default_rng(0))
    moved = (rows - np.arange(31)[:, np.newaxis])[:, 12:19, 12:19]
    expected = alpha / np.sqrt(3) / (2 * sigma * np.sqrt(np.pi))
    assert moved.std() == pytest.approx(expected, rel=0.05)
    assert abs(moved.mean()) < 0.1 * expected


@pytest.mark.parametrize("wrong", [{"sigma": 0.0}, {"scale": 1.0}, {"scale": -0.1}])
def test_what_makes_no_sense_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        Distortion(**wrong)
