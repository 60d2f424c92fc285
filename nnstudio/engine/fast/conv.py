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
from math import prod

import numpy as np
from numpy.lib.stride_tricks import as_strided

from nnstudio.engine.conv import Conv2D
from nnstudio.engine.layer import Array, Arrays, Call, Shape
from nnstudio.engine.windows import Windows

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

    def buffer_size(self, *shapes: Shape, needs_dx: bool = True) -> int:
        output, given = prod(self.output_shape(*shapes)), prod(shapes[0])
        rows, columns = self.windows(shapes[0])
        lines = rows.padded * shapes[0][0] * self.kernel_size[1] * columns.count
        back = lines + output + given if needs_dx else 0  # ∂L/∂lines, dy by rows, ∂L/∂x
        return output + lines + rows.count * columns.count + back  # of ones there is a channel

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        (x,) = xs
        C, _, _, N = x.shape
        rows, columns = self.windows(x.shape[:-1])
        if columns.count * N < FEWEST_COLUMNS:
            return self._at_once(v, x, rows, columns, call)
        kw = self.kernel_size[1]
        lines = call.buffer("lines", (rows.padded, C, kw, columns.count, N), zeroed=True)
        if call.saved.get("lines") is not lines:
            self._prepare(lines, rows, call)
        spread, weight, y = call.saved["spread"], call.saved["weight"], call.saved["y"]
        for tap in range(kw):
            windows, places = columns.met(tap)
            spread[:, :, tap, windows] = x[:, :, places]
        weight[...] = v["weight"].swapaxes(1, 2)
        np.matmul(weight.reshape(len(weight), -1), call.saved["X"], out=call.saved["y by row"])
        if self.use_bias:
            y += v["bias"].reshape(-1, 1, 1, 1)
        call.saved["x"] = x
        return y  # type: ignore[no-any-return]

    def _at_once(self, v: Arrays, x: Array, rows: Windows, columns: Windows, call: Call) -> Array:
        """The textbook's way for few columns, its kh · kw copies as a single one."""
        C, N = len(x), x.shape[-1]
        around = call.buffer("padded", (C, rows.padded, columns.padded, N), zeroed=True)
        around[:, rows.inner, columns.inner] = x
        X = call.buffer("X", (C, rows.size, columns.size, rows.count, columns.count, N))
        y = call.buffer("y", (self.filters, rows.count, columns.count, N))
        if call.saved.get("X") is not X:
            c, h, w, n = around.strides
            steps = (h * rows.dilation, w * columns.dilation, h * rows.stride, w * columns.stride)
            taps = as_strided(around, X.shape, (c, *steps, n))
            call.saved.update(lines=None, X=X, x_shape=x.shape, taps=taps)
        X[...] = call.saved["taps"]
        places = y[0].size
        weight = v["weight"].reshape(self.filters, -1)
        np.matmul(weight, X.reshape(-1, places), out=y.reshape(-1, places))
        if self.use_bias:
            y += v["bias"].reshape(-1, 1, 1, 1)
        return y

    def _prepare(self, lines: Array, rows: Windows, call: Call) -> None:
        """Lay out the views that belong to new ``lines`` (H with zeros, C, kw, ow, N)."""
        _, C, kw, across, N = lines.shape
        filters, kh = self.filters, self.kernel_size[0]
        shape = (rows.count, kh * C * kw, across * N)
        strides = (lines.strides[0] * rows.stride, across * N * lines.itemsize, lines.itemsize)
        y = call.buffer("y", (filters, rows.count, across, N))
        call.saved.update(
            {
                "lines": lines,
                "X": as_strided(lines, shape, strides),
                "spread": lines[rows.inner].swapaxes(0, 1),
                "weight": call.buffer("weight", (filters, kh, C, kw)),
                "y": y,
                "y by row": y.reshape(filters, rows.count, -1).swapaxes(0, 1),
            }
        )

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        if call.saved["lines"] is None:
            return super().backward(v, grad, dy, call)
        X, x = call.saved["X"], call.saved["x"]
        C, _, _, N = x.shape
        count, K, P = X.shape
        filters, (kh, kw) = self.filters, self.kernel_size
        dy_by_row = dy.reshape(filters, count, P).swapaxes(0, 1)
        if grad:
            by_row = call.buffer("d weight by row", (count, filters, K))
            np.matmul(dy_by_row, X.swapaxes(1, 2), out=by_row)
            d_weight = np.add.reduce(by_row, axis=0).reshape(filters, kh, C, kw)
            grad["weight"][...] = d_weight.swapaxes(1, 2)
            if self.use_bias:  # a sum along a row is a product with ones, and quicker so
                np.dot(dy.reshape(filters, -1), call.ones((count * P,)), out=grad["bias"])
        if not call.needs_dx:
            return (None,)
        rows, columns = self.windows(x.shape[:-1])
        if rows.stride == 1:
            d_lines = self._gathered(v["weight"], dy_by_row, rows, call)
        else:
            d_lines = self._spread(v["weight"], dy_by_row, rows, call)
        d_spread = d_lines.reshape(rows.length, C, kw, columns.count, N).swapaxes(0, 1)
        dx = call.buffer("dx", x.shape)
        dx.fill(0)
        for tap in range(kw):
            windows, places = columns.met(tap)
            dx[:, :, places] += d_spread[:, :, tap, windows]
        return (dx,)

    def _gathered(self, weight: Array, dy: Array, rows: Windows, call: Call) -> Array:
        """∂L/∂lines for stride 1: each line was met by the kh output rows up to its own number.

        With kh − 1 rows of zeros on either side of dy these, too, lie one after the other, and so
        every line is one product with the kernel turned upside down.
        """
        count, filters, P = dy.shape
        kh = len(weight[0, 0])
        dy_rows = call.buffer("dy rows", (count + 2 * (kh - 1), filters, P), zeroed=True)
        dy_rows[kh - 1 : kh - 1 + count] = dy
        met = as_strided(dy_rows, (rows.padded, kh * filters, P), dy_rows.strides)[rows.inner]
        turned = weight[:, :, ::-1].transpose(1, 3, 2, 0).reshape(-1, kh * filters)
        d_lines = call.buffer("d lines", (rows.length, len(turned), P))
        return np.matmul(turned, met, out=d_lines)

    def _spread(self, weight: Array, dy: Array, rows: Windows, call: Call) -> Array:
        """∂L/∂lines for any stride: what an output row gives back is added to the lines it met."""
        _, filters, P = dy.shape
        kh = len(weight[0, 0])
        by_kernel_row = weight.transpose(2, 1, 3, 0).reshape(-1, filters)
        d_lines = call.buffer("d lines", (rows.padded, len(by_kernel_row) // kh, P))
        d_lines.fill(0)
        for row, dy_row in enumerate(dy):
            met = d_lines[row * rows.stride : row * rows.stride + kh]
            met += np.matmul(by_kernel_row, dy_row).reshape(met.shape)
        return d_lines[rows.inner]
