"""Convolutions: a small kernel slides over a picture or a sequence and weighs what it meets.

    y[o, i, j] = b[o] + Σ over c, u, v of  W[o, c, u, v] · x[c, i·s + u·d, j·s + v·d]

with stride s and dilation d (strictly a cross-correlation; the kernel isn't turned around). W has
the shape (filters, C / groups, kh, kw): with groups, each part of the filters sees one part of the
channels only; with as many groups as channels this is a depthwise convolution.

What the kernel meets at one place is a column of C · kh · kw numbers. With all columns side by side
in a matrix X ("im2col": Chellapilla, Puri and Simard, 2006) a convolution is a dense layer that is
applied everywhere,

    y = W X + b          ∂L/∂W = dy Xᵀ        ∂L/∂b = Σ dy        ∂L/∂X = Wᵀ dy

and ∂L/∂x is ∂L/∂X with every number added where it was taken from ("col2im"). The transposed
convolution is that last step used as a layer: it spreads each number of its input over a window.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np

from nnstudio.engine.initialisers import WEIGHT_INITIALISERS
from nnstudio.engine.layer import Array, Arrays, Call, Layer, Shape, ShapeError, Variable
from nnstudio.engine.regularisation import l1_setting, l2_setting, max_norm_setting
from nnstudio.engine.weights import weight_and_bias
from nnstudio.engine.windows import PADDINGS, Windows, padded
from nnstudio.messages import shape_text
from nnstudio.schema import setting

_PADDING_HELP = "valid: the kernel stays inside; same: zeros around keep the size"
_START_HELP = "Where the weights begin: He suits ReLU, Xavier suits tanh and sigmoid"


@dataclass(frozen=True)
class Conv2D(Layer):
    """A convolution over pictures (C, H, W), with ``filters`` channels out."""

    category: ClassVar[str] = "convolution"
    summary: ClassVar[str] = "Small kernels slide over a picture and find patterns anywhere"
    formula: ClassVar[str] = "y = W ∗ x + b"
    unit_setting: ClassVar[str] = "filters"

    filters: int = setting(16, ge=1, le=100_000, help="How many kernels, one channel out of each")
    kernel_size: tuple[int, int] = setting((3, 3), ge=1, le=1_000, help="Height and width")
    strides: tuple[int, int] = setting((1, 1), ge=1, le=1_000, help="How far the kernel moves")
    padding: str = setting("valid", choices=PADDINGS, help=_PADDING_HELP)
    dilation: tuple[int, int] = setting(
        (1, 1), ge=1, le=1_000, help="How far apart the kernel's taps are"
    )
    groups: int = setting(
        1, ge=1, le=100_000, help="Channels are divided into so many parts; all: depthwise"
    )
    use_bias: bool = setting(True, help="Add a learned constant b to each channel")
    initialiser: str = setting(
        "he_normal", label="Weight start", choices=WEIGHT_INITIALISERS, help=_START_HELP
    )
    l1: float = l1_setting()
    l2: float = l2_setting()
    max_norm: float = max_norm_setting()

    def caption(self) -> str:
        return f"{self.filters:,} × {self.kernel_size[0]} × {self.kernel_size[1]}"

    def windows(self, shape: Shape) -> tuple[Windows, Windows]:
        """Where the kernel stands along height and width of an input (C, H, W)."""
        return tuple(  # type: ignore[return-value]
            Windows.of(length, size, stride, dilation, self.padding)
            for length, size, stride, dilation in zip(
                shape[1:], self.kernel_size, self.strides, self.dilation, strict=True
            )
        )

    def output_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if len(shape) != 3:
            raise ShapeError("picture_needed", layer="Conv2D", got=shape_text(shape))
        if shape[0] % self.groups or self.filters % self.groups:
            raise ShapeError(
                "groups_divide", groups=self.groups, channels=shape[0], filters=self.filters
            )
        rows, columns = self.windows(shape)
        if rows.count < 1 or columns.count < 1:
            size = f"{self.kernel_size[0]} × {self.kernel_size[1]}"
            raise ShapeError("kernel_too_large", layer="Conv2D", size=size, got=shape_text(shape))
        return self.filters, rows.count, columns.count

    def variables(self, *shapes: Shape) -> tuple[Variable, ...]:
        ((channels, _, _),) = shapes
        shape = (self.filters, channels // self.groups, *self.kernel_size)
        return weight_and_bias(self, shape, self.filters)

    def flops(self, *shapes: Shape) -> int:
        each = 2 * shapes[0][0] // self.groups * prod(self.kernel_size) + self.use_bias
        return each * prod(self.output_shape(*shapes))

    def buffer_size(self, *shapes: Shape, needs_dx: bool = True) -> int:
        _, *places = self.output_shape(*shapes)
        columns = shapes[0][0] * prod(self.kernel_size) * prod(places)
        rows, across = self.windows(shapes[0])
        around = 0 if self.padding == "valid" else shapes[0][0] * rows.padded * across.padded
        both = 2 if needs_dx else 1  # X, and ∂L/∂X
        return super().buffer_size(*shapes, needs_dx=needs_dx) + both * columns + around

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        (x,) = xs
        rows, columns = self.windows(x.shape[:-1])
        X = _columns(x, rows, columns, call)
        y = call.buffer("y", (self.filters, rows.count, columns.count, x.shape[-1]))
        # In matrices, one a group: each row a channel, or a tap on one; each column a place.
        by_group = (self.groups, -1, y[0].size)
        np.matmul(_kernels(v["weight"], self.groups), X.reshape(by_group), out=y.reshape(by_group))
        if self.use_bias:
            y += v["bias"].reshape(-1, 1, 1, 1)
        call.saved.update(x_shape=x.shape, X=X)
        return y

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        X, x_shape = call.saved["X"], call.saved["x_shape"]
        by_group = (self.groups, -1, dy[0].size)
        dy_grouped, X_grouped = dy.reshape(by_group), X.reshape(by_group)
        if grad:
            d_weight = _kernels(grad["weight"], self.groups)
            np.matmul(dy_grouped, X_grouped.swapaxes(1, 2), out=d_weight)
            if self.use_bias:
                np.sum(dy, axis=(1, 2, 3), out=grad["bias"])
        if not call.needs_dx:
            return (None,)
        dX = call.buffer("dX", X.shape)
        weight = _kernels(v["weight"], self.groups)
        np.matmul(weight.swapaxes(1, 2), dy_grouped, out=dX.reshape(by_group))
        return (_add_columns(dX, *self.windows(x_shape[:-1]), call.buffer("dx", x_shape)),)


@dataclass(frozen=True)
class Conv1D(Layer):
    """A convolution over sequences (T, F), with ``filters`` features out at each place.

    The weights have the shape (filters, F / groups, kernel_size), as in PyTorch.
    """

    category: ClassVar[str] = "convolution"
    summary: ClassVar[str] = "Small kernels slide along a sequence and find patterns anywhere"
    formula: ClassVar[str] = "y = W ∗ x + b"
    unit_setting: ClassVar[str] = "filters"

    filters: int = setting(16, ge=1, le=100_000, help="How many kernels, one feature out of each")
    kernel_size: int = setting(3, ge=1, le=100_000, help="How many places the kernel spans")
    strides: int = setting(1, ge=1, le=100_000, help="How far the kernel moves")
    padding: str = setting("valid", choices=PADDINGS, help=_PADDING_HELP)
    dilation: int = setting(1, ge=1, le=100_000, help="How far apart the kernel's taps are")
    groups: int = setting(
        1, ge=1, le=100_000, help="Features are divided into so many parts; all: depthwise"
    )
    use_bias: bool = setting(True, help="Add a learned constant b to each feature")
    initialiser: str = setting(
        "he_normal", label="Weight start", choices=WEIGHT_INITIALISERS, help=_START_HELP
    )
    l1: float = l1_setting()
    l2: float = l2_setting()
    max_norm: float = max_norm_setting()

    def caption(self) -> str:
        return f"{self.filters:,} × {self.kernel_size}"

    def windows(self, length: int) -> Windows:
        """Where the kernel stands along a sequence of ``length`` places."""
        return Windows.of(length, self.kernel_size, self.strides, self.dilation, self.padding)

    def output_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if len(shape) != 2:
            raise ShapeError("sequence_needed", layer="Conv1D", got=shape_text(shape))
        if shape[1] % self.groups or self.filters % self.groups:
            raise ShapeError(
                "groups_divide", groups=self.groups, channels=shape[1], filters=self.filters
            )
        count = self.windows(shape[0]).count
        if count < 1:
            size = str(self.kernel_size)
            raise ShapeError("kernel_too_large", layer="Conv1D", size=size, got=shape_text(shape))
        return count, self.filters

    def variables(self, *shapes: Shape) -> tuple[Variable, ...]:
        ((_, features),) = shapes
        shape = (self.filters, features // self.groups, self.kernel_size)
        return weight_and_bias(self, shape, self.filters)

    def flops(self, *shapes: Shape) -> int:
        each = 2 * shapes[0][1] // self.groups * self.kernel_size + self.use_bias
        return each * prod(self.output_shape(*shapes))

    def buffer_size(self, *shapes: Shape, needs_dx: bool = True) -> int:
        ((length, features),) = shapes
        windows = self.windows(length)
        met = features * (windows.padded + windows.count * self.kernel_size)
        output = prod(self.output_shape(*shapes))
        return output + (2 if needs_dx else 1) * met  # x with zeros and X, and ∂L/∂ of both

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        (x,) = xs
        T, F, N = x.shape
        windows = self.windows(T)
        around = call.buffer("padded", (windows.padded, F, N))
        around.fill(0)
        around[windows.inner] = x
        # What the kernel meets at each place: (places, groups, F / groups, taps, N).
        X = call.buffer("X", (windows.count, self.groups, F // self.groups, self.kernel_size, N))
        for tap in range(self.kernel_size):
            X[:, :, :, tap] = around[windows.tap(tap)].reshape((*X.shape[:3], N))
        y = call.buffer("y", (windows.count, self.filters, N))
        by_group = (windows.count, self.groups, -1, N)
        np.matmul(_kernels(v["weight"], self.groups), X.reshape(by_group), out=y.reshape(by_group))
        if self.use_bias:
            y += v["bias"][:, np.newaxis]
        call.saved.update(x_shape=x.shape, X=X)
        return y

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        X, (T, F, N) = call.saved["X"], call.saved["x_shape"]
        windows = self.windows(T)
        by_group = (windows.count, self.groups, -1, N)
        dy_grouped, X_grouped = dy.reshape(by_group), X.reshape(by_group)
        if grad:
            by_place = np.matmul(dy_grouped, X_grouped.swapaxes(2, 3))
            np.sum(by_place, axis=0, out=_kernels(grad["weight"], self.groups))
            if self.use_bias:
                np.sum(dy, axis=(0, 2), out=grad["bias"])
        if not call.needs_dx:
            return (None,)
        dX = call.buffer("dX", X.shape)
        weight = _kernels(v["weight"], self.groups)
        np.matmul(weight.swapaxes(1, 2), dy_grouped, out=dX.reshape(by_group))
        around = call.buffer("d padded", (windows.padded, F, N))
        around.fill(0)
        for tap in range(self.kernel_size):
            around[windows.tap(tap)] += dX[:, :, :, tap].reshape(windows.count, F, N)
        return (around[windows.inner],)


@dataclass(frozen=True)
class ConvTranspose2D(Layer):
    """The transposed convolution: each number of (C, H, W) is spread over a window of the output.

    y is what :class:`Conv2D` with the same kernel, strides and padding gives back as ∂L/∂x for
    dy = x (Zeiler et al., 2010). The output is (H − 1) · stride + kernel high with "valid" padding
    and H · stride high with "same". The weights have the shape (C, filters, kh, kw), as in PyTorch.
    """

    category: ClassVar[str] = "convolution"
    summary: ClassVar[str] = "Spreads each number over a window: a picture grows"
    formula: ClassVar[str] = "y = Wᵀ ∗ x + b"
    unit_setting: ClassVar[str] = "filters"

    filters: int = setting(16, ge=1, le=100_000, help="How many channels out")
    kernel_size: tuple[int, int] = setting((3, 3), ge=1, le=1_000, help="Height and width")
    strides: tuple[int, int] = setting((2, 2), ge=1, le=1_000, help="How much the picture grows")
    padding: str = setting(
        "same", choices=PADDINGS, help="valid: whole windows; same: stride times the input's size"
    )
    use_bias: bool = setting(True, help="Add a learned constant b to each channel")
    initialiser: str = setting(
        "he_normal", label="Weight start", choices=WEIGHT_INITIALISERS, help=_START_HELP
    )
    l1: float = l1_setting()
    l2: float = l2_setting()
    max_norm: float = max_norm_setting()

    def caption(self) -> str:
        return f"{self.filters:,} × {self.kernel_size[0]} × {self.kernel_size[1]}"

    def windows(self, shape: Shape) -> tuple[Windows, Windows]:
        """Where the kernel stands on the *output*, for an input (C, H, W): one window a number."""
        return tuple(  # type: ignore[return-value]
            Windows.of(
                count * stride if self.padding == "same" else (count - 1) * stride + size,
                size,
                stride,
                1,
                self.padding,
            )
            for count, size, stride in zip(shape[1:], self.kernel_size, self.strides, strict=True)
        )

    def output_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if len(shape) != 3:
            raise ShapeError("picture_needed", layer="ConvTranspose2D", got=shape_text(shape))
        rows, columns = self.windows(shape)
        return self.filters, rows.length, columns.length

    def variables(self, *shapes: Shape) -> tuple[Variable, ...]:
        ((channels, _, _),) = shapes
        shape = (channels, self.filters, *self.kernel_size)
        return weight_and_bias(self, shape, self.filters, unit_axis=1)

    def flops(self, *shapes: Shape) -> int:
        spread = 2 * prod(shapes[0]) * self.filters * prod(self.kernel_size)
        return spread + self.use_bias * prod(self.output_shape(*shapes))

    def buffer_size(self, *shapes: Shape, needs_dx: bool = True) -> int:
        columns = self.filters * prod(self.kernel_size) * prod(shapes[0][1:])
        rows, across = self.windows(shapes[0])
        around = 0 if self.padding == "valid" else self.filters * rows.padded * across.padded
        return super().buffer_size(*shapes, needs_dx=needs_dx) + columns + around

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        (x,) = xs
        rows, columns = self.windows(x.shape[:-1])
        X = call.buffer("X", (self.filters, *self.kernel_size, *x.shape[1:]))
        C, P = len(x), x[0].size
        np.matmul(v["weight"].reshape(C, -1).T, x.reshape(C, P), out=X.reshape(-1, P))
        y = call.buffer("y", (self.filters, rows.length, columns.length, x.shape[-1]))
        _add_columns(X, rows, columns, y)
        if self.use_bias:
            y += v["bias"].reshape(-1, 1, 1, 1)
        call.saved["x"] = x
        return y

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        x = call.saved["x"]
        C, P = len(x), x[0].size
        dX = _columns(dy, *self.windows(x.shape[:-1]), call).reshape(-1, P)
        if grad:
            np.matmul(x.reshape(C, P), dX.T, out=grad["weight"].reshape(C, -1))
            if self.use_bias:
                np.sum(dy, axis=(1, 2, 3), out=grad["bias"])
        if not call.needs_dx:
            return (None,)
        dx = call.buffer("dx", x.shape)
        np.matmul(v["weight"].reshape(C, -1), dX, out=dx.reshape(C, P))
        return (dx,)


def _kernels(weight: Array, groups: int) -> Array:
    """Weights (filters, …) as (groups, filters / groups, numbers per kernel)."""
    return weight.reshape(groups, len(weight) // groups, -1)


def _columns(x: Array, rows: Windows, columns: Windows, call: Call) -> Array:
    """What each tap of the kernel meets: (C, H, W, N) → (C, kh, kw, oh, ow, N)."""
    C, _, _, N = x.shape
    if rows.padded > rows.length or columns.padded > columns.length:
        around = call.buffer("padded", (C, rows.padded, columns.padded, N))
        x = padded(x, around, rows, columns)
    X = call.buffer("X", (C, rows.size, columns.size, rows.count, columns.count, N))
    for u in range(rows.size):
        for v in range(columns.size):
            X[:, u, v] = x[:, rows.tap(u), columns.tap(v)]
    return X


def _add_columns(X: Array, rows: Windows, columns: Windows, out: Array) -> Array:
    """The transpose of :func:`_columns`: each number is added in ``out`` where it came from."""
    out.fill(0)
    for u in range(rows.size):
        windows_down, places_down = rows.met(u)
        for v in range(columns.size):
            windows_across, places_across = columns.met(v)
            out[:, places_down, places_across] += X[:, u, v, windows_down, windows_across]
    return out
