"""Two principal components: worked by hand, and held against what defines them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.training.principal_plane import PrincipalPlane, principal_plane


def points(seed: int, count: int, features: int) -> np.ndarray:
    """Points that vary less and less along random directions, far from the origin."""
    rng = np.random.default_rng(seed)
    turned = np.linalg.qr(rng.normal(size=(features, features)))[0]
    spread = 5.0 * 0.7 ** np.arange(features)
    return rng.normal(size=(count, features)) * spread @ turned + 100


def test_a_cross_of_four_points_has_its_arms_as_axes() -> None:
    """±3 along (0.6, 0.8, 0) and ±1 along (0, 0, 1): 18 of the sum of squares 20, and 2 of 20."""
    arms = [[1.8, 2.4, 0], [-1.8, -2.4, 0], [0, 0, 1], [0, 0, -1]]
    cross = np.add(arms, [7, 8, 9])
    plane = principal_plane(cross)
    np.testing.assert_allclose(plane.mean, [7, 8, 9])
    np.testing.assert_allclose(plane.axes, [[0.6, 0.8, 0], [0, 0, 1]], atol=1e-12)
    assert plane.shares == pytest.approx((0.9, 0.1))
    places = [[3, 0], [-3, 0], [0, 1], [0, -1]]
    np.testing.assert_allclose(plane.places(cross), places, atol=1e-12)


@pytest.mark.parametrize("features", [3, 40, 300])
def test_axes_and_shares_are_those_of_the_singular_value_decomposition(features: int) -> None:
    x = points(0, 200, features)
    plane = principal_plane(x)
    _, lengths, directions = np.linalg.svd(x - x.mean(axis=0), full_matrices=False)
    shares = (lengths**2 / (lengths**2).sum())[:2]
    np.testing.assert_allclose(plane.shares, shares, rtol=1e-4)
    along = np.abs(np.einsum("af,af->a", plane.axes, directions[:2]))
    np.testing.assert_allclose(along, 1, atol=1e-4)
    np.testing.assert_allclose(plane.axes @ plane.axes.T, np.eye(2), atol=1e-6)


@pytest.mark.parametrize("features", [4, 200])
def test_the_share_is_the_variance_of_the_places_and_no_direction_has_more(features: int) -> None:
    x = points(1, 150, features)
    plane = principal_plane(x)
    total = x.var(axis=0).sum()
    np.testing.assert_allclose(plane.places(x).var(axis=0) / total, plane.shares, rtol=1e-4)
    others = np.random.default_rng(2).normal(size=(500, features))
    others = np.concatenate([others, plane.axes[0] + 0.02 * others])
    others /= np.linalg.norm(others, axis=1, keepdims=True)
    assert ((x - plane.mean) @ others.T).var(axis=0).max() <= plane.shares[0] * total * (1 + 1e-6)


@pytest.mark.parametrize("features", [5, 200])
def test_axes_keep_the_side_they_had_before(features: int) -> None:
    x = points(3, 100, features)
    plane = principal_plane(x)
    turned = PrincipalPlane(plane.mean, -plane.axes, plane.shares)
    np.testing.assert_allclose(principal_plane(x, turned).axes, -plane.axes, atol=1e-3)
    np.testing.assert_allclose(principal_plane(x, plane).axes, plane.axes, atol=1e-3)


def test_a_plane_of_other_features_is_no_guide() -> None:
    x = points(4, 50, 6)
    before = principal_plane(points(4, 50, 7))
    np.testing.assert_array_equal(principal_plane(x, before).axes, principal_plane(x).axes)


@pytest.mark.parametrize("shape", [(1, 3), (1, 500), (2, 500), (5, 2), (7, 300)])
def test_equal_points_lie_in_the_middle_of_a_plane_without_variance(
    shape: tuple[int, int],
) -> None:
    plane = principal_plane(np.full(shape, 2.5, np.float32))
    assert plane.shares == (0.0, 0.0)
    np.testing.assert_allclose(plane.places(np.full(shape, 2.5)), 0, atol=1e-6)
    np.testing.assert_allclose(plane.axes @ plane.axes.T, np.eye(2), atol=1e-5)


@given(st.integers(-200, 200))
def test_the_unit_of_the_features_changes_no_share(exponent: int) -> None:
    x = points(5, 30, 4)
    plane = principal_plane(x * 10.0**exponent)
    assert plane.shares == pytest.approx(principal_plane(x).shares)


def test_axes_keep_their_places_when_the_second_variance_has_become_the_greater() -> None:
    """Otherwise a picture that is drawn again and again would turn over its diagonal."""
    ellipse = points(3, 300, 2) - 100
    wide = principal_plane(np.column_stack([3 * ellipse[:, 0], ellipse[:, 1], 0 * ellipse[:, 0]]))
    high = np.column_stack([ellipse[:, 0], 9 * ellipse[:, 1], 0 * ellipse[:, 0]])
    plane = principal_plane(high, wide)
    assert np.einsum("af,af->a", plane.axes, wide.axes) == pytest.approx([1, 1], abs=0.1)
    assert plane.shares[0] < plane.shares[1]
    fresh = principal_plane(high)
    assert plane.shares == fresh.shares[::-1]
