"""Pooling: a window slides over a picture or a sequence, and one number stands for what it sees.

    max        y = max of the window          ∂L/∂x = dy for the first maximum of it, else 0
    average    y = Σ of the window / count    ∂L/∂x = dy / count for each number of it

The first is meant in reading order, row by row: of equal numbers one learns, not all. Where windows
overlap, a number gets the sum of what each gives it. With the padding "same" (see :mod:`windows`) a
window may reach over the edge: nothing is there, so padding is never the greatest, and ``count`` is
how many numbers the window really sees, as in Keras. With "valid" what fills no window is dropped.

Both go one axis at a time: the maximum of a window is the greatest of its rows' maxima, and its sum
is the sum of its rows' sums. That takes kw + kh instead of kw · kh steps, each one pass over a view
``x[:, :, j::stride]``. On the way back the first row that holds the window's maximum gets dy, and
passes it on to its own first maximum.

Source: LeCun, Bottou, Bengio and Haffner, 1998 (averages); Ranzato et al., 2007 (maxima). Global
pooling, which makes one number of each channel: Lin, Chen and Yan, 2014.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from math import prod
from typing import ClassVar

import numpy as np

from nnstudio.engine.layer import Array, Arrays, Call, Layer, Shape, ShapeError
from nnstudio.engine.windows import PADDINGS, Windows
from nnstudio.messages import shape_text
from nnstudio.schema import setting

#: The pooled axes in the order they are taken, with the windows along each.
Along = tuple[tuple[int, Windows], ...]

_PADDING_HELP = (
    "valid: what doesn't fill a window is dropped; same: windows may reach over the edge"
)


@dataclass(frozen=True)
class _Pool1D(Layer):
    """What pooling layers for sequences (T, F) have in common: windows along T."""

    category: ClassVar[str] = "convolution"

    pool_size: int = setting(2, ge=1, le=100_000, help="How many places a window spans")
    strides: int = setting(
        2, ge=1, le=100_000, help="From one window to the next; as the pool size: side by side"
    )
    padding: str = setting("valid", choices=PADDINGS, help=_PADDING_HELP)

    def caption(self) -> str:
        return _caption(self.pool_size, self.strides, self.padding)

    def output_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if len(shape) != 2:
            raise ShapeError("sequence_needed", layer=type(self).__name__, got=shape_text(shape))
        ((_, windows),) = self.along(shape)
        count = windows.count
        if count < 1:
            got = {"size": f"{self.pool_size:,}", "got": shape_text(shape)}
            raise ShapeError("kernel_too_large", layer=type(self).__name__, **got)
        return (count, shape[1])

    def flops(self, *shapes: Shape) -> int:
        return self.pool_size * prod(self.output_shape(*shapes))

    def along(self, shape: Shape) -> Along:
        """The windows over an input whose shape begins with T."""
        return ((0, Windows.of(shape[0], self.pool_size, self.strides, 1, self.padding)),)


@dataclass(frozen=True)
class _Pool2D(Layer):
    """What pooling layers for pictures (C, H, W) have in common: windows along H and W."""

    category: ClassVar[str] = "convolution"

    pool_size: tuple[int, int] = setting((2, 2), ge=1, le=10_000, help="Height × width of a window")
    strides: tuple[int, int] = setting(
        (2, 2),
        ge=1,
        le=10_000,
        help="From one window to the next, down × across; as the pool size: side by side",
    )
    padding: str = setting("valid", choices=PADDINGS, help=_PADDING_HELP)

    def caption(self) -> str:
        return _caption(self.pool_size, self.strides, self.padding)

    def output_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if len(shape) != 3:
            raise ShapeError("picture_needed", layer=type(self).__name__, got=shape_text(shape))
        (_, columns), (_, rows) = self.along(shape)
        if rows.count < 1 or columns.count < 1:
            got = {"size": shape_text(self.pool_size), "got": shape_text(shape)}
            raise ShapeError("kernel_too_large", layer=type(self).__name__, **got)
        return (shape[0], rows.count, columns.count)

    def flops(self, *shapes: Shape) -> int:
        return prod(self.pool_size) * prod(self.output_shape(*shapes))

    def along(self, shape: Shape) -> Along:
        """The windows over an input whose shape begins with (C, H, W); along W first."""
        (height, width), (down, across) = self.pool_size, self.strides
        columns = Windows.of(shape[2], width, across, 1, self.padding)
        rows = Windows.of(shape[1], height, down, 1, self.padding)
        return ((2, columns), (1, rows))


@dataclass(frozen=True)
class MaxPool1D(_Pool1D):
    """The greatest number of each window along T of a sequence (T, F)."""

    summary: ClassVar[str] = "Keeps the greatest number of each window of a sequence"
    formula: ClassVar[str] = "y = max of the window"

    def buffer_size(self, *shapes: Shape, needs_dx: bool = True) -> int:
        return _maxima_size(shapes[0], self.along(shapes[0]), needs_dx)

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        return _maxima(xs[0], self.along(xs[0].shape), call)

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        return (_maxima_backward(dy, call),)


@dataclass(frozen=True)
class MaxPool2D(_Pool2D):
    """The greatest number of each window in each channel of a picture (C, H, W)."""

    summary: ClassVar[str] = "Keeps the greatest number of each window of a picture"
    formula: ClassVar[str] = "y = max of the window"

    def buffer_size(self, *shapes: Shape, needs_dx: bool = True) -> int:
        return _maxima_size(shapes[0], self.along(shapes[0]), needs_dx)

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        return _maxima(xs[0], self.along(xs[0].shape), call)

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        return (_maxima_backward(dy, call),)


@dataclass(frozen=True)
class AveragePool1D(_Pool1D):
    """The mean of each window along T of a sequence (T, F)."""

    summary: ClassVar[str] = "Averages each window of a sequence"
    formula: ClassVar[str] = "y = mean of the window"

    def buffer_size(self, *shapes: Shape, needs_dx: bool = True) -> int:
        sizes = _sizes(shapes[0], self.along(shapes[0]))
        return sum(sizes[1:]) + (sum(sizes) if needs_dx else 0)

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        return _means(xs[0], self.along(xs[0].shape), call)

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        return (_means_backward(dy, call),)


@dataclass(frozen=True)
class AveragePool2D(_Pool2D):
    """The mean of each window in each channel of a picture (C, H, W)."""

    summary: ClassVar[str] = "Averages each window of a picture"
    formula: ClassVar[str] = "y = mean of the window"

    def buffer_size(self, *shapes: Shape, needs_dx: bool = True) -> int:
        sizes = _sizes(shapes[0], self.along(shapes[0]))
        return sum(sizes[1:]) + (sum(sizes) if needs_dx else 0)

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        return _means(xs[0], self.along(xs[0].shape), call)

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        return (_means_backward(dy, call),)


@dataclass(frozen=True)
class _GlobalPool(Layer):
    """What global pooling layers have in common: a batch as (outer, places, inner)."""

    category: ClassVar[str] = "convolution"
    #: How many dimensions an example has: 2 for a sequence, 3 for a picture.
    dimensions: ClassVar[int]

    def output_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if len(shape) != self.dimensions:
            code = "picture_needed" if self.dimensions == 3 else "sequence_needed"
            raise ShapeError(code, layer=type(self).__name__, got=shape_text(shape))
        return (shape[0 if self.dimensions == 3 else 1],)

    def flops(self, *shapes: Shape) -> int:
        return prod(shapes[0])

    def _by_place(self, x: Array) -> Array:
        """(C, H, W, N) as (C, H · W, N), and (T, F, N) as (1, T, F · N)."""
        return x.reshape(
            len(x) if x.ndim == 4 else 1, -1, x.shape[-1] if x.ndim == 4 else x[0].size
        )

    def _output(self, x: Array, call: Call) -> Array:
        """The buffer for y: (C, N) or (F, N)."""
        return call.buffer("y", (len(x) if x.ndim == 4 else x.shape[1], x.shape[-1]))


@dataclass(frozen=True)
class _GlobalMax(_GlobalPool):
    """Where the maximum is, is kept; there alone the gradient goes."""

    formula: ClassVar[str] = "y = max over all places"

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        x, y = self._by_place(xs[0]), self._output(xs[0], call)
        first = x.argmax(axis=1)[:, np.newaxis]
        y.reshape(first.shape)[...] = np.take_along_axis(x, first, axis=1)
        call.saved.update(first=first, shape=xs[0].shape)
        return y

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        if not call.needs_dx:
            return (None,)
        first = call.saved["first"]
        dx = call.buffer("dx", call.saved["shape"])
        dx.fill(0)
        np.put_along_axis(self._by_place(dx), first, dy.reshape(first.shape), axis=1)
        return (dx,)


@dataclass(frozen=True)
class _GlobalAverage(_GlobalPool):
    """Every place gets its share of the gradient."""

    formula: ClassVar[str] = "y = mean over all places"

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        x, y = self._by_place(xs[0]), self._output(xs[0], call)
        call.saved["shape"] = xs[0].shape
        np.mean(x, axis=1, out=y.reshape(len(x), -1))
        return y

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        if not call.needs_dx:
            return (None,)
        dx = call.buffer("dx", call.saved["shape"])
        places = self._by_place(dx)
        places[...] = dy.reshape(len(places), 1, -1) * (1 / places.shape[1])
        return (dx,)


@dataclass(frozen=True)
class GlobalMaxPool1D(_GlobalMax):
    """(T, F) → (F): the greatest of each feature over the whole sequence."""

    summary: ClassVar[str] = "Keeps the greatest of each feature over the sequence"
    dimensions: ClassVar[int] = 2


@dataclass(frozen=True)
class GlobalMaxPool2D(_GlobalMax):
    """(C, H, W) → (C): the greatest of each channel over the whole picture."""

    summary: ClassVar[str] = "Keeps the greatest of each channel over the picture"
    dimensions: ClassVar[int] = 3


@dataclass(frozen=True)
class GlobalAveragePool1D(_GlobalAverage):
    """(T, F) → (F): the mean of each feature over the whole sequence."""

    summary: ClassVar[str] = "Averages each feature over the sequence"
    dimensions: ClassVar[int] = 2


@dataclass(frozen=True)
class GlobalAveragePool2D(_GlobalAverage):
    """(C, H, W) → (C): the mean of each channel over the whole picture."""

    summary: ClassVar[str] = "Averages each channel over the picture"
    dimensions: ClassVar[int] = 3


def _caption(pool_size: int | Shape, strides: int | Shape, padding: str) -> str:
    """``2 × 2``, ``window 2``, or ``3 × 3, stride 2, same`` where it isn't just side by side."""
    windows = pool_size if isinstance(pool_size, tuple) else (pool_size,)
    steps = strides if isinstance(strides, tuple) else (strides,)
    words = [shape_text(windows) if len(windows) > 1 else f"window {windows[0]:,}"]
    if steps != windows:
        words.append(f"stride {shape_text(steps if len(set(steps)) > 1 else steps[:1])}")
    if padding != "valid":
        words.append(padding)
    return ", ".join(words)


def _at(axis: int, places: slice) -> tuple[slice, ...]:
    """The index of these places along ``axis``."""
    return (*(slice(None),) * axis, places)


def _are_tiles(windows: Windows) -> bool:
    """Whether the windows lie side by side, each full."""
    return windows.stride == windows.size and windows.before == windows.after == 0


def _pooled(x: Array, axis: int, windows: Windows, call: Call) -> Array:
    """The buffer for what pooling ``x`` along ``axis`` gives."""
    shape = (*x.shape[:axis], windows.count, *x.shape[axis + 1 :])
    return call.buffer(f"pooled along {axis}", shape)


def _sizes(shape: Shape, along: Along) -> list[int]:
    """How many numbers an example has at first, and after each axis that is pooled."""
    sizes, lengths = [prod(shape)], list(shape)
    for axis, windows in along:
        lengths[axis] = windows.count
        sizes.append(prod(lengths))
    return sizes


# ---------------------------------------------------------------- maxima


def _maxima_size(shape: Shape, along: Along, needs_dx: bool) -> int:
    """What the maxima take, and going back ∂L/∂x of each axis and, of overlapping ones, more."""
    sizes = _sizes(shape, along)
    if not needs_dx:
        return sum(sizes[1:])
    steps = zip(along, sizes[1:], strict=True)
    left_and_part = sum(2 * size for (_, windows), size in steps if not _are_tiles(windows))
    return sum(sizes[1:]) + sum(sizes[:-1]) + left_and_part


def _maxima(x: Array, along: Along, call: Call) -> Array:
    """The greatest number of each window, one axis after the other."""
    steps = []
    for axis, windows in along:
        y = _maxima_along(x, axis, windows, _pooled(x, axis, windows, call))
        steps.append((axis, windows, x, y))
        x = y
    call.saved["steps"] = steps
    return x


def _maxima_along(x: Array, axis: int, windows: Windows, y: Array) -> Array:
    if windows.before or windows.after or windows.size == 1:
        y.fill(-np.inf)
        for tap in range(windows.size):
            seeing, seen = (_at(axis, places) for places in windows.met(tap))
            np.maximum(y[seeing], x[seen], out=y[seeing])
        return y
    first, *others = (x[_at(axis, windows.tap(tap))] for tap in range(windows.size))
    for other in others:
        first = np.maximum(first, other, out=y)
    return y


def _maxima_backward(dy: Array, call: Call) -> Array | None:
    if not call.needs_dx:
        return None
    for axis, windows, x, y in reversed(call.saved["steps"]):
        to_first = _to_first_of_tiles if _are_tiles(windows) else _to_first
        dy = to_first(dy, x, y, axis, windows, call)
    return dy


def _to_first(dy: Array, x: Array, y: Array, axis: int, windows: Windows, call: Call) -> Array:
    """Each window's ``dy`` for the first of its numbers that equals its maximum ``y``."""
    dx = call.buffer(f"dx along {axis}", x.shape)
    dx.fill(0)
    left = call.buffer(f"left along {axis}", y.shape)  # what no number has been given yet
    left[...] = dy
    part = call.buffer(f"part along {axis}", y.shape)
    is_max = call.buffer(f"is max along {axis}", y.shape, np.bool_)
    for tap in range(windows.size):
        seeing, seen = (_at(axis, places) for places in windows.met(tap))
        np.equal(x[seen], y[seeing], out=is_max[seeing])
        np.multiply(left[seeing], is_max[seeing], out=part[seeing])
        left[seeing] -= part[seeing]
        dx[seen] += part[seeing]
    return dx


def _to_first_of_tiles(
    dy: Array, x: Array, y: Array, axis: int, windows: Windows, call: Call
) -> Array:
    """The same where each number is in one window only: half the passes, straight into dx.

    What isn't given away before is the last one's, without looking.
    """
    dx = call.buffer(f"dx along {axis}", x.shape)
    dx[_at(axis, slice(windows.count * windows.size, None))] = 0  # what no window sees
    is_max = call.buffer(f"is max along {axis}", y.shape, np.bool_)
    *taps, last = (_at(axis, windows.tap(tap)) for tap in range(windows.size))
    if not taps:
        dx[last] = dy
    left = dy
    for tap in taps:
        np.equal(x[tap], y, out=is_max)
        part = np.multiply(left, is_max, out=dx[tap])
        left = np.subtract(left, part, out=dx[last])
    return dx


# ---------------------------------------------------------------- means


def _means(x: Array, along: Along, call: Call) -> Array:
    """The mean of each window: sums, one axis after the other, times 1 / count."""
    call.saved.update(along=along, shape=x.shape, share=_shares(along, x.ndim, x.dtype))
    for axis, windows in along:
        x = _sums_along(x, axis, windows, _pooled(x, axis, windows, call))
    x *= call.saved["share"]
    return x


@lru_cache(maxsize=64)
def _shares(along: Along, ndim: int, dtype: np.dtype[np.generic]) -> Array:
    """1 / count for each window, in a shape that multiplies a pooled batch of ``ndim`` axes."""
    shares = np.ones((1,) * ndim)
    for axis, windows in along:
        count = np.zeros(windows.count)
        for tap in range(windows.size):
            count[windows.met(tap)[0]] += 1
        shares = shares / count.reshape(-1, *(1,) * (ndim - axis - 1))
    # Where all windows are full one number does, and goes faster.
    shares = shares if np.ptp(shares) else shares[(slice(1),) * ndim]
    return shares.astype(dtype)


def _sums_along(x: Array, axis: int, windows: Windows, y: Array) -> Array:
    if windows.before or windows.after or windows.size == 1:
        y.fill(0)
        for tap in range(windows.size):
            seeing, seen = (_at(axis, places) for places in windows.met(tap))
            y[seeing] += x[seen]
        return y
    total, *others = (x[_at(axis, windows.tap(tap))] for tap in range(windows.size))
    for other in others:
        total = np.add(total, other, out=y)
    return y


def _means_backward(dy: Array, call: Call) -> Array | None:
    if not call.needs_dx:
        return None
    shape: Shape = call.saved["shape"]
    dy = np.multiply(dy, call.saved["share"], out=call.buffer("share of dy", dy.shape))
    for axis, windows in reversed(call.saved["along"]):
        dx = call.buffer(f"dx along {axis}", (*dy.shape[:axis], shape[axis], *dy.shape[axis + 1 :]))
        if _are_tiles(windows):
            dx[_at(axis, slice(windows.count * windows.size, None))] = 0  # what no window sees
            for tap in range(windows.size):
                dx[_at(axis, windows.tap(tap))] = dy
        else:
            dx.fill(0)
            for tap in range(windows.size):
                seeing, seen = (_at(axis, places) for places in windows.met(tap))
                dx[seen] += dy[seeing]
        dy = dx
    return dy
