"""Windows: where a kernel that slides along an axis begins, ends, and stands over nothing.

A kernel of ``size`` taps, ``dilation`` places apart, spans k = (size − 1) · dilation + 1 places. It
moves by ``stride``. Along an axis of length n

    valid   the kernel stays inside                       ⌊(n − k) / stride⌋ + 1 windows
    same    zeros are put around, so that there are       ⌈n / stride⌉ windows

With "same" the zeros come half before and half after; an odd one comes after, as in Keras.
"""

from __future__ import annotations

from dataclasses import dataclass

from nnstudio.engine.layer import Array

#: What a user may choose at the edges.
PADDINGS = ("valid", "same")


@dataclass(frozen=True)
class Windows:
    """The windows along one axis.

    Attributes:
        length: of the axis.
        size, stride, dilation: of the kernel.
        before, after: zeros put around.
        count: how many windows there are; 0 or less if the kernel doesn't fit.
    """

    length: int
    size: int
    stride: int
    dilation: int
    before: int
    after: int
    count: int

    @classmethod
    def of(cls, length: int, size: int, stride: int, dilation: int, padding: str) -> Windows:
        """The windows for ``padding`` "valid" or "same"."""
        span = (size - 1) * dilation + 1
        if padding == "valid":
            return cls(length, size, stride, dilation, 0, 0, (length - span) // stride + 1)
        count = -(-length // stride)
        zeros = max((count - 1) * stride + span - length, 0)
        return cls(length, size, stride, dilation, zeros // 2, zeros - zeros // 2, count)

    @property
    def padded(self) -> int:
        """The length of the axis with its zeros."""
        return self.before + self.length + self.after

    @property
    def inner(self) -> slice:
        """Where on the padded axis the numbers are."""
        return slice(self.before, self.before + self.length)

    def tap(self, number: int) -> slice:
        """The places on the padded axis that tap ``number`` meets, one for each window."""
        start = number * self.dilation
        return slice(start, start + (self.count - 1) * self.stride + 1, self.stride)

    def met(self, number: int) -> tuple[slice, slice]:
        """The windows in which tap ``number`` meets a number, and these numbers' places.

        Between the two slices lies what :meth:`tap` has less the zeros: ``windows[a] ↔ axis[b]``.
        """
        start = number * self.dilation - self.before
        first = max(0, -(start // self.stride))  # the first window with start + w·stride ≥ 0
        last = min(self.count - 1, (self.length - 1 - start) // self.stride)
        if last < first:
            return slice(0, 0), slice(0, 0)
        begin, end = start + first * self.stride, start + last * self.stride + 1
        return slice(first, last + 1), slice(begin, end, self.stride)


def padded(x: Array, out: Array, rows: Windows, columns: Windows) -> Array:
    """``x`` (C, H, W, N) with zeros around, written into ``out``."""
    out.fill(0)
    out[:, rows.inner, columns.inner] = x
    return out
