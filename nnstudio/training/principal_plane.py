"""The plane on which points of many dimensions are seen best: their two principal components.

Points x₁ … x_N with F features each, their mean m taken off, are the rows of X. The direction a, of
length 1, along which they vary most makes

    ‖X a‖² = aᵀ S a,    S = Xᵀ X

as large as possible; that is S's eigenvector of the greatest eigenvalue λ₁. The second direction,
at right angles to it, belongs to λ₂. S being symmetric without negative eigenvalues, its singular
value decomposition S = U diag(λ) Uᵀ has them all in order. Of the whole variance, Σ λ, the share
λ₁ / Σ λ lies along the first direction. A point's place on the plane is ((x − m)·a₁, (x − m)·a₂).

With many features the decomposition would take longer than training can wait. Then a few directions
are multiplied by S and made orthogonal again until they stay where they are, which are those of the
greatest eigenvalues (orthogonal iteration); begun from the plane of a moment ago that takes little.

Sources: K. Pearson, On lines and planes of closest fit to systems of points in space (1901);
H. Hotelling, Analysis of a complex of statistical variables into principal components (1933);
for the iteration: N. Halko, P.-G. Martinsson, J. Tropp, Finding structure with randomness (2011).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnstudio.engine.layer import Array

#: Up to so many features S is decomposed as a whole, which takes 1.5 ms for 128 of them.
_WHOLE = 128
#: So many directions go along beside the two that are wanted, which makes these settle sooner.
_BESIDE = 8
#: The iteration ends when λ₁ and λ₂ change by less than this share, or after so many rounds.
_SETTLED, _MOST_ROUNDS = 1e-5, 60


@dataclass(frozen=True, eq=False)
class PrincipalPlane:
    """The plane through the middle of some points along which they vary most.

    Attributes:
        mean: ``(F,)``, the middle.
        axes: ``(2, F)``, two directions of length 1 at right angles.
        shares: of the variance, how much lies along each: from 0 to 1, the first the greater unless
            they have changed places since the plane before. 0 if all points are equal.
    """

    mean: Array
    axes: Array
    shares: tuple[float, float]

    def places(self, x: Array) -> Array:
        """Where the points ``(N, F)`` lie on the plane, ``(N, 2)``."""
        result: Array = (x - self.mean) @ self.axes.T
        return result


def principal_plane(x: Array, before: PrincipalPlane | None = None) -> PrincipalPlane:
    """The principal plane of the points ``(N, F)``, which are finite; N ≥ 1 and F ≥ 2.

    Whether an axis points to one side or to the other is not said by the definition: it keeps the
    side it had ``before``, so that a picture that is drawn again and again doesn't turn over; the
    first time its greatest number is positive. For the same reason the axes stay in their order
    when the second variance has become the greater one.
    """
    mean = x.mean(axis=0, dtype=np.float64)
    centred = x - mean
    peak = float(np.abs(centred).max()) or 1.0
    centred /= peak  # squares of numbers around 1 can neither overflow nor vanish
    if before is not None and before.axes.shape[1] != x.shape[1]:
        before = None
    if x.shape[1] <= _WHOLE:
        _, variances, directions = np.linalg.svd(centred.T @ centred, hermitian=True)
        axes = directions[:2]
    else:
        axes, variances = _iterated(centred.astype(np.float32), before)
    total = float(np.einsum("nf,nf->", centred, centred))
    first, second = (min(1.0, float(v) / total) if total else 0.0 for v in variances[:2])
    if before is not None and _have_changed_places(axes, before.axes):
        axes, first, second = axes[::-1], second, first
    return PrincipalPlane(mean, axes * _sides(axes, before), (first, second))


def _iterated(x: Array, before: PrincipalPlane | None) -> tuple[Array, Array]:
    """The two directions in which the centred points vary most, and λ along them."""
    count = min(2 + _BESIDE, *x.shape)
    directions = np.random.default_rng(0).standard_normal((x.shape[1], max(2, count)))
    if before is not None:
        directions[:, :2] = before.axes.T * np.sqrt(x.shape[1])
    directions = np.linalg.qr(directions.astype(x.dtype))[0]
    known = np.zeros(2)
    for _ in range(_MOST_ROUNDS):
        directions, lengths = np.linalg.qr(x.T @ (x @ directions))
        greatest = np.linalg.svd(lengths, compute_uv=False)[:2]
        if np.all(np.abs(greatest - known) <= _SETTLED * greatest):
            break
        known = greatest
    # Within the small space that is left, the definition itself.
    _, lengths, turned = np.linalg.svd(x @ directions, full_matrices=False)
    if len(lengths) < 2:  # a single point varies along no direction
        return directions.T[:2], np.zeros(2)
    return turned[:2] @ directions.T, lengths[:2] ** 2


def _have_changed_places(axes: Array, before: Array) -> bool:
    """Whether each axis is more like the other one of before."""
    alike = np.abs(axes @ before.T)
    return bool(alike[0, 1] + alike[1, 0] > alike[0, 0] + alike[1, 1])


def _sides(axes: Array, before: PrincipalPlane | None) -> Array:
    """A column of 1 and −1, by which each axis is turned to the side it should point to."""
    if before is not None:
        along = np.einsum("af,af->a", axes, before.axes)
    else:
        along = axes[[0, 1], np.abs(axes).argmax(axis=1)]
    return np.where(along < 0, -1.0, 1.0)[:, np.newaxis]
