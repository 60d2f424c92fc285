"""Convolution by rows: im2col across the picture only, with the rows of the kernel as overlapping
views.

The textbook form writes every number kh · kw times into the matrix X. But a kernel row meets the
same line of the picture as the kernel row above it did one place earlier. So the picture is spread
out across only, line by line,

    lines[r] = what line r shows to one row of the kernel at each place     (C · kw, ow · N)

and the columns for output row i are the lines i·s … i·s + kh − 1, which lie one after the other in
memory: a matrix (kh · C · kw, ow · N) for which nothing has to be copied. That is kw instead of
kh · kw copies, and each product works on a few hundred kilobytes, which stay in the cache.
"""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
from numpy.lib.stride_tricks import as_strided

from nnstudio.engine.convolution import Conv2D
from nnstudio.engine.layer import Array, Arrays, Call

#: A product with fewer columns than this is not worth a call: one picture goes the textbook's way.
FEWEST_COLUMNS = 64


@dataclass(frozen=True)
class RowConv2D(Conv2D):
    """:class:`Conv2D` without groups and without dilation down the picture."""

    @staticmethod
    def of(layer: Conv2D) -> RowConv2D | None:
        """The same convolution by rows, or ``None`` where it can't be done."""
        if layer.groups > 1 or layer.dilation[0] > 1:
            return None
        return RowConv2D(**{field.name: getattr(layer, field.name) for field in fields(layer)})

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        (x,) = xs
        C, _, _, N = x.shape
        filters, (kh, kw) = self.filters, self.kernel_size
        rows, columns = self.windows(x.shape[:-1])
        P, K = columns.count * N, kh * C * kw
        if P < FEWEST_COLUMNS:
            call.saved["lines"] = None
            return super().forward(v, xs, call)
        lines = call.buffer("lines", (rows.padded, C, kw, columns.count, N), zeroed=True)
        y = call.buffer("y", (filters, rows.count, columns.count, N))
        if call.saved.get("lines") is not lines:
            down, item = lines.strides[0] * rows.stride, lines.itemsize
            call.saved["lines"] = lines
            call.saved["X"] = as_strided(lines, (rows.count, K, P), (down, P * item, item))
            call.saved["inner"] = lines[rows.inner].swapaxes(0, 1)
            call.saved["y by row"] = y.reshape(filters, rows.count, P).swapaxes(0, 1)
        inner = call.saved["inner"]
        for tap in range(kw):
            windows, places = columns.met(tap)
            inner[:, :, tap, windows] = x[:, :, places]
        weight = call.buffer("weight", (filters, K))
        weight.reshape(filters, kh, C, kw)[...] = v["weight"].swapaxes(1, 2)
        np.matmul(weight, call.saved["X"], out=call.saved["y by row"])
        if self.use_bias:
            y += v["bias"].reshape(-1, 1, 1, 1)
        call.saved["x_shape"] = x.shape
        return y

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        lines, x_shape = call.saved["lines"], call.saved["x_shape"]
        if lines is None:
            return super().backward(v, grad, dy, call)
        X, C = call.saved["X"], x_shape[0]
        filters, (kh, kw) = self.filters, self.kernel_size
        count, K, P = X.shape
        dy_by_row = dy.reshape(filters, count, P).swapaxes(0, 1)
        if grad:
            by_row = call.buffer("d weight by row", (count, filters, K))
            np.matmul(dy_by_row, X.swapaxes(1, 2), out=by_row)
            d_weight = np.add.reduce(by_row, axis=0).reshape(filters, kh, C, kw)
            grad["weight"][...] = d_weight.swapaxes(1, 2)
            if self.use_bias:
                np.add.reduce(dy.reshape(filters, -1), axis=1, out=grad["bias"])
        if not call.needs_dx:
            return (None,)
        rows, columns = self.windows(x_shape[:-1])
        d_lines = call.buffer("d lines", lines.shape)
        if rows.stride == 1:
            self._gather_lines(v["weight"], dy_by_row, d_lines, call)
        else:
            self._spread_lines(dy_by_row, d_lines, rows.stride, call)
        dx = call.buffer("dx", x_shape)
        dx.fill(0)
        inner = d_lines[rows.inner].swapaxes(0, 1)
        for tap in range(kw):
            windows, places = columns.met(tap)
            dx[:, :, places] += inner[:, :, tap, windows]
        return (dx,)

    def _gather_lines(self, weight: Array, dy: Array, d_lines: Array, call: Call) -> None:
        """∂L/∂lines for stride 1: each line was met by the kh output rows up to its own number.

        With kh − 1 rows of zeros on either side of dy these, too, lie one after the other, and so
        every line is one product with the kernel turned upside down.
        """
        count, filters, P = dy.shape
        kh = self.kernel_size[0]
        rows = call.buffer("dy rows", (count + 2 * (kh - 1), filters, P), zeroed=True)
        rows[kh - 1 : kh - 1 + count] = dy
        met = as_strided(rows, (count + kh - 1, kh * filters, P), rows.strides)
        turned = np.ascontiguousarray(weight[:, :, ::-1].transpose(1, 3, 2, 0)).reshape(
            -1, kh * filters
        )
        used = d_lines[: count + kh - 1]
        np.matmul(turned, met, out=used.reshape(len(used), -1, P))

    def _spread_lines(self, dy: Array, d_lines: Array, stride: int, call: Call) -> None:
        """∂L/∂lines: what each output row gives back is added to the kh lines that it met."""
        d_lines.fill(0)
        flat_lines = d_lines.reshape(len(d_lines), -1)
        kh = self.kernel_size[0]
        weight = call.buffer("weight", (dy.shape[1], kh * flat_lines.shape[1] // dy.shape[2]))
        for row, dy_row in enumerate(dy):
            met = flat_lines[row * stride : row * stride + kh]
            met += np.matmul(weight.T, dy_row).reshape(met.shape)
