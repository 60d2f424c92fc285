"""t-SNE and UMAP: clusters are found, pictures don't turn over, and what is lacking is said."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from nnstudio.engine.layer import Array
from nnstudio.training.neighbours import arranged, lacking, stage_count, turned_like


def clusters(count: int = 30, features: int = 6, seed: int = 0) -> tuple[Array, Array]:
    """Three tight clusters in many dimensions, and which point is in which."""
    rng = np.random.default_rng(seed)
    middles = 20 * rng.standard_normal((3, features))
    labels = np.repeat(np.arange(3), count)
    return middles[labels] + rng.standard_normal((3 * count, features)), labels


def kept_neighbours(places: Array, labels: Array) -> float:
    """For how many points the nearest other one on paper is of the same cluster."""
    distance = np.linalg.norm(places[:, np.newaxis] - places, axis=2)
    np.fill_diagonal(distance, np.inf)
    return float((labels[distance.argmin(axis=1)] == labels).mean())


def test_tsne_tells_clusters_apart_that_lie_on_each_other_in_the_principal_plane() -> None:
    """Two broad dimensions tell nothing; the clusters lie apart in a third."""
    rng = np.random.default_rng(0)
    labels = np.repeat(np.arange(3), 40)
    x = np.column_stack([rng.uniform(-9, 9, 120), rng.uniform(-9, 9, 120), 6.0 * labels])
    for places in arranged(x, "tsne", 10, seed=0):
        assert places.shape == (120, 2)
    assert kept_neighbours(places, labels) > 0.97


def test_tsne_gives_a_picture_after_each_of_its_stages_and_may_be_left_then() -> None:
    x, labels = clusters()
    stages = list(arranged(x, "tsne", 10, seed=0))
    assert len(stages) == stage_count("tsne") == 4
    assert all(kept_neighbours(places, labels) == 1 for places in stages)
    first = next(arranged(x, "tsne", 10, seed=0))
    np.testing.assert_array_equal(first, stages[0])


def test_the_same_points_a_little_moved_lie_where_they_lay() -> None:
    x, labels = clusters()
    *_, before = arranged(x, "tsne", 10, seed=0)
    moved = x + 0.05 * np.random.default_rng(1).standard_normal(x.shape)
    *_, after = arranged(moved, "tsne", 10, seed=0, before=before)
    middles = [np.array([p[labels == k].mean(axis=0) for k in range(3)]) for p in (before, after)]
    apart = np.linalg.norm(middles[0] - middles[0].mean(axis=0), axis=1).min()
    assert np.linalg.norm(middles[0] - middles[1], axis=1).max() < 0.5 * apart


def test_more_features_than_points_and_few_points_are_no_obstacle() -> None:
    wide = np.random.default_rng(0).standard_normal((70, 300))
    assert np.isfinite(next(arranged(wide, "tsne", 30, seed=0))).all()
    few = np.random.default_rng(0).standard_normal((5, 2))
    assert np.isfinite(next(arranged(few, "tsne", 30, seed=0))).all()
    single = np.linspace(0, 1, 20)[:, np.newaxis]
    assert np.isfinite(next(arranged(single, "tsne", 5, seed=0))).all()


def test_points_that_are_all_equal_stay_in_one_place() -> None:
    (places,) = arranged(np.ones((9, 4)), "tsne", 3, seed=0)
    np.testing.assert_array_equal(places, np.zeros((9, 2)))


def test_a_picture_that_is_turned_over_and_moved_is_put_back_without_being_stretched() -> None:
    rng = np.random.default_rng(0)
    before = rng.standard_normal((50, 2))
    before -= before.mean(axis=0)
    angle = 2.0
    turn = np.array([[np.cos(angle), np.sin(angle)], [np.sin(angle), -np.cos(angle)]])
    np.testing.assert_allclose(turned_like(3 * before @ turn + 5, before), 3 * before, atol=1e-12)


@pytest.mark.parametrize(
    ("method", "module", "package"),
    [("tsne", "sklearn", "scikit-learn"), ("umap", "umap", "umap-learn")],
)
def test_a_package_that_is_not_installed_is_named(
    monkeypatch: pytest.MonkeyPatch, method, module: str, package: str
) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == module]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(sys, "path", [])
    assert lacking(method) == package


def test_what_is_installed_is_not_lacking() -> None:
    assert lacking("tsne") == ""
