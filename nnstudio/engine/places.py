"""Losses of outputs with several axes: sequences (T, F) and pictures (C, H, W).

A loss compares a row of outputs with a row of targets. Where an example has more than that, it is

* for classes, judged at each of its P places (the T of a sequence, the H · W of a picture), and the
  places count alike:

      ℓ = 1/P Σₚ ℓₚ        ∂ℓ/∂ŷₚ = 1/P ∂ℓₚ/∂ŷₚ

* for numbers, laid out in one row. So a picture has the same loss as the picture flattened. (For a
  loss that is a mean over the numbers this is the mean over the places as well.)

With cross-entropy the first is what PyTorch's ``cross_entropy`` is for scores (N, K, P) and classes
(N, P). Compile puts these around a loss, also around one that swallows softmax, where the output's
shape asks for it: :func:`fitted`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnstudio.engine.axes import feature_axis
from nnstudio.engine.layer import Array, Call, Shape
from nnstudio.engine.losses import Loss


def fitted(loss: Loss, shape: Shape) -> Loss:
    """``loss`` as it judges outputs of ``shape``: itself for a row of numbers."""
    if len(shape) < 2:
        return loss
    return AtEachPlace(loss, feature_axis(len(shape))) if loss.for_classes else InOneRow(loss)


@dataclass(frozen=True)
class AtEachPlace(Loss):
    """The mean of ``loss`` over the places of an example.

    Targets come with the classes (or the one row of their numbers) first, whatever axis they are
    in the output: (K, T, N) for outputs (T, K, N).

    Attributes:
        loss: what is computed at each place.
        axis: the axis of the output that holds the classes.
    """

    loss: Loss
    axis: int

    def target_shape(self, shape: Shape) -> Shape:
        places = (*shape[: self.axis], *shape[self.axis + 1 :])
        return (self.loss.target_size(shape[self.axis]), *places)

    def each(self, output: Array, target: Array, call: Call) -> Array:
        columns, wanted = self.columns(output, call), in_columns(target)
        each = self.loss.each(columns, wanted, self.inner(call))
        mean: Array = each.reshape(-1, output.shape[-1]).mean(axis=0)
        return mean

    def slope(self, output: Array, target: Array, call: Call) -> Array:
        columns, wanted = self.columns(output, call), in_columns(target)
        dy = self.put_back(self.loss.slope(columns, wanted, self.inner(call)), output, call)
        dy *= output.shape[-1] / columns.shape[-1]
        return dy

    # Where examples count alike, so do all their places: then the loss's own short cuts will do.

    def value(self, output: Array, target: Array, call: Call) -> float:
        if call.weights is not None:
            return super().value(output, target, call)
        return self.loss.value(self.columns(output, call), in_columns(target), self.inner(call))

    def gradient(self, output: Array, target: Array, call: Call) -> Array:
        if call.weights is not None:
            return super().gradient(output, target, call)
        columns, wanted = self.columns(output, call), in_columns(target)
        return self.put_back(self.loss.gradient(columns, wanted, self.inner(call)), output, call)

    def columns(self, output: Array, call: Call) -> Array:
        """``output`` (…, K, …, N) as (K, P · N): a column for each place of each example."""
        first = np.moveaxis(output, self.axis, 0)
        columns = call.buffer("columns", first.shape)
        np.copyto(columns, first)
        return columns.reshape(len(first), -1)

    def put_back(self, dy: Array, output: Array, call: Call) -> Array:
        """The inverse of :meth:`columns`."""
        back = call.buffer("dy", output.shape)
        first = np.moveaxis(back, self.axis, 0)
        np.copyto(first, dy.reshape(first.shape))
        return back

    def inner(self, call: Call) -> Call:
        """What ``loss`` keeps from ``value`` to ``gradient``, its examples being all the places."""
        if "inner" not in call.saved:
            call.saved["inner"] = Call(call.dtype)
        inner: Call = call.saved["inner"]
        return inner


@dataclass(frozen=True)
class InOneRow(Loss):
    """``loss`` of all the numbers of an example, whatever their axes."""

    loss: Loss

    def target_shape(self, shape: Shape) -> Shape:
        return shape

    def each(self, output: Array, target: Array, call: Call) -> Array:
        return self.loss.each(in_rows(output), in_rows(target), call)

    def slope(self, output: Array, target: Array, call: Call) -> Array:
        return self.loss.slope(in_rows(output), in_rows(target), call).reshape(output.shape)

    def value(self, output: Array, target: Array, call: Call) -> float:
        return self.loss.value(in_rows(output), in_rows(target), call)

    def gradient(self, output: Array, target: Array, call: Call) -> Array:
        return self.loss.gradient(in_rows(output), in_rows(target), call).reshape(output.shape)


def in_columns(x: Array, axis: int = 0) -> Array:
    """A batch (…, K, …, N), the K being its ``axis``, as (K, P · N)."""
    first = np.moveaxis(x, axis, 0)
    return first.reshape(len(first), -1)


def in_rows(x: Array) -> Array:
    """A batch (features…, N) as (all features, N)."""
    return x.reshape(-1, x.shape[-1])
