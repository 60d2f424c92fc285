"""Lines of equal height: where they lie, and where there are none."""

from __future__ import annotations

import numpy as np
import pytest

from nnstudio.landscape.contours import contour


def test_the_line_of_an_even_slope_is_straight_and_where_it_should_be() -> None:
    columns, rows = np.meshgrid(np.arange(6.0), np.arange(5.0))
    lines = contour(columns + 2 * rows, 3.5)
    assert len(lines)
    ends = lines.reshape(-1, 2)
    np.testing.assert_allclose(ends[:, 0] + 2 * ends[:, 1], 3.5)


def test_the_line_around_a_bowl_is_closed_and_of_its_circle_s_length() -> None:
    x, y = np.meshgrid(np.linspace(-1, 1, 81), np.linspace(-1, 1, 81))
    lines = contour(x**2 + y**2, 0.2601) / 40
    assert np.hypot(*(lines[:, 1] - lines[:, 0]).T).sum() == pytest.approx(
        2 * np.pi * 0.51, rel=1e-3
    )
    ends, counts = np.unique(lines.reshape(-1, 2).round(6), axis=0, return_counts=True)
    assert (counts == 2).all(), "every piece is joined at both ends"
    np.testing.assert_allclose(np.hypot(*(ends - 1).T), 0.51, atol=1e-3)


@pytest.mark.parametrize("kind", range(16))
def test_every_kind_of_square_has_its_line_between_corners_of_different_sides(kind: int) -> None:
    corners = [(kind >> k) & 1 for k in range(4)]
    square = np.array([[corners[0], corners[1]], [corners[3], corners[2]]], float)
    lines = contour(square, 0.5)
    changes = sum(corners[k] != corners[(k + 1) % 4] for k in range(4))
    assert len(lines) == changes // 2
    for end in lines.reshape(-1, 2):
        assert sorted(np.abs(end - np.rint(end))) == [0.0, 0.5], "in the middle of an edge"


def test_two_opposite_corners_are_cut_off_each_by_itself() -> None:
    lines = contour(np.array([[1.0, 0.0], [0.0, 1.0]]), 0.5)
    middles = lines.mean(axis=1)
    np.testing.assert_allclose(sorted(map(tuple, middles)), [(0.25, 0.25), (0.75, 0.75)])


def test_squares_with_a_corner_that_is_no_number_have_no_line() -> None:
    heights = np.array([[0.0, 1.0, np.nan], [0.0, 1.0, np.inf]])
    lines = contour(heights, 0.5)
    assert len(lines) == 1
    assert lines[..., 0].max() <= 1
    assert len(contour(heights, 5.0)) == 0
