"""Points of many dimensions drawn so that neighbours stay neighbours: t-SNE and UMAP.

A plane through the points (:mod:`nnstudio.training.principal_plane`) keeps large distances and lays
on each other what differs across it. These methods keep small distances: whoever is near in many
dimensions shall be near on paper. So clusters are seen, but what lies between them, how large they
are and how far apart means little, and there are no axes.

Both come from libraries that need not be there (the extra ``embed``). t-SNE goes in stages, each of
which begins with the places that the one before found: so there is a picture soon, and one may
stop. In the first, attraction is exaggerated, as in its authors' own program.

Sources: L. van der Maaten, G. Hinton, Visualizing data using t-SNE (2008); L. McInnes, J. Healy,
J. Melville, UMAP: uniform manifold approximation and projection (2018).
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from typing import Literal

import numpy as np
from threadpoolctl import threadpool_limits

from nnstudio.engine.layer import Array
from nnstudio.training.principal_plane import principal_plane

Method = Literal["tsne", "umap"]
#: What people call the methods; the package each needs, and its name when imported.
TITLES: dict[Method, str] = {"tsne": "t-SNE", "umap": "UMAP"}
PACKAGES: dict[Method, tuple[str, str]] = {
    "tsne": ("scikit-learn", "sklearn"),
    "umap": ("umap-learn", "umap"),
}
#: The usual number of neighbours: t-SNE's perplexity, and UMAP's n_neighbors.
USUAL: dict[Method, int] = {"tsne": 30, "umap": 15}
#: How many stages follow t-SNE's first, and the steps of each: fewer the library doesn't make.
_STAGES, _STEPS = 3, 250
#: Momentum is 0.5 in a stage's steps where a whole run would have 0.8, which makes up for it.
_FASTER = (1 - 0.5) / (1 - 0.8)
#: The exaggeration of the first stage.
_EXAGGERATION = 12.0
#: More features than this are brought down to their first principal components beforehand.
_MOST_FEATURES = 50
#: How widely the points are spread to begin with: hardly.
_SPREAD = 1e-4


def lacking(method: Method) -> str:
    """The package that has to be installed for a method; empty if it is there."""
    package, module = PACKAGES[method]
    return "" if find_spec(module) is not None else package


def stage_count(method: Method) -> int:
    """How many times :func:`arranged` tells places."""
    return 1 + _STAGES if method == "tsne" else 1


def arranged(
    x: Array, method: Method, neighbours: int, seed: int, before: Array | None = None
) -> Iterator[Array]:
    """Places ``(N, 2)`` of the points ``(N, F)``, better each time, turned like those ``before``.

    Args:
        x: finite.
        neighbours: about how many a point has; of few points fewer.
        seed: 0 begins with the principal plane, any other number somewhere by chance.
        before: where the same points were a moment ago: they begin there.
    """
    start = _start(x, seed) if before is None or len(before) != len(x) else before
    if len(x) < 4 or not np.ptp(x, axis=0).any():  # nothing to tell apart
        yield start
        return
    find = _tsne if method == "tsne" else _umap
    with threadpool_limits(limits=1):
        for places in find(x, neighbours, seed, start):
            yield turned_like(places, start)


def _tsne(x: Array, neighbours: int, seed: int, start: Array) -> Iterator[Array]:
    from sklearn.manifold import TSNE

    few = _fewer_features(x, seed)
    rate = max(len(x) / _EXAGGERATION / 4, 50.0)
    places = np.float32(start / (start.std() or 1.0) * _SPREAD)
    for stage in range(1 + _STAGES):
        machine = TSNE(
            perplexity=float(max(1.0, min(neighbours, (len(x) - 1) / 3))),
            early_exaggeration=1.0 if stage else _EXAGGERATION,
            learning_rate=rate * (_FASTER if stage else 1.0),
            max_iter=_STEPS,
            init=places,
            random_state=seed,
        )
        places = machine.fit_transform(few)
        yield places


def _umap(x: Array, neighbours: int, seed: int, start: Array) -> Iterator[Array]:
    from umap import UMAP

    machine = UMAP(
        n_neighbors=max(2, min(neighbours, len(x) - 1)),
        init=np.float32(start / (np.abs(start).max() or 1.0) * 10),  # as wide as its own begins
        random_state=seed,
        n_jobs=1,
    )
    yield machine.fit_transform(np.float32(x))


def _fewer_features(x: Array, seed: int) -> Array:
    if min(x.shape) <= _MOST_FEATURES:
        return x
    from sklearn.decomposition import PCA

    parts = PCA(n_components=_MOST_FEATURES, svd_solver="randomized", random_state=seed)
    result: Array = parts.fit_transform(np.float32(x))
    return result


def _start(x: Array, seed: int) -> Array:
    """Where the points lie to begin with."""
    if seed:
        return np.random.default_rng(seed).standard_normal((len(x), 2))
    if x.shape[1] == 1:
        return np.column_stack([x[:, 0], np.zeros(len(x))]).astype(np.float64)
    return principal_plane(x).places(x)


def turned_like(places: Array, before: Array) -> Array:
    """``places (N, 2)`` turned and turned over around their middle to lie most like ``before``.

    Of all orthogonal matrices R the one that makes ‖Y R − Z‖ least is U Vᵀ, where U S Vᵀ = Yᵀ Z
    (Procrustes; P. Schönemann 1966). Nothing is stretched.
    """
    y, z = places - places.mean(axis=0), before - before.mean(axis=0)
    u, _, vt = np.linalg.svd(np.float64(y.T @ z))
    result: Array = y @ (u @ vt)
    return result
