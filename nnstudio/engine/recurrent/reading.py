"""What all recurrent layers have in common: how a sequence is read, and how gradients go back.

Place by place, t = 1 … T, a cell makes a new state h of the input there and the state before:

    a_t = W_ih x_t + b_ih        what the input contributes; h_0 = 0
    s_t = W_hh h_t−1 + b_hh      what the state contributes
    h_t = cell(a_t, s_t)         see simple.py, lstm.py, gru.py

The contributions of all inputs are computed at once; only the states have to wait for one another.

The same weights are used at each place, so that their gradients are sums over the places. With
da_t = ∂L/∂a_t and ds_t = ∂L/∂s_t, which the cell finds from the last place back to the first
(backpropagation through time: Werbos, 1990), and Σ over all places and the batch,

    ∂L/∂W_ih = Σ da_t x_tᵀ         ∂L/∂b_ih = Σ da_t        ∂L/∂x_t = W_ihᵀ da_t
    ∂L/∂W_hh = Σ ds_t h_t−1ᵀ       ∂L/∂b_hh = Σ ds_t

What reaches h_t−1 is W_hhᵀ ds_t, what the cell passes by its own ways (the GRU's share of the old
state), and what the layers above send to that place.

A bidirectional layer reads twice, with weights of its own for each way, and puts side by side what
both found (Schuster and Paliwal, 1997). Of the way back that begins at the last place, the last
state is the one after the first place.

Names and shapes are PyTorch's: the rows of W_ih (G·units, features), W_hh (G·units, units) and of
the two biases are G blocks, one for each gate; the names of the way back end in ``_reverse``. Keras
has the transposed matrices, other orders of the gates, and one bias where two would only be added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import ClassVar

import numpy as np

from nnstudio.engine.initialisers import WEIGHT_INITIALISERS
from nnstudio.engine.layer import Array, Arrays, Call, Layer, Shape, ShapeError, Variable
from nnstudio.engine.regularisation import l1_setting, l2_setting, max_norm_setting
from nnstudio.messages import shape_text
from nnstudio.schema import setting


@dataclass(frozen=True, eq=False)
class Way:
    """One way through a sequence: a call's buffers and variables for it, in reading order.

    Attributes:
        v: W_ih, W_hh and the biases by their names without ``_reverse``.
        a: (T, G·units, N), what the inputs contribute. A cell may compute in it.
        h: (T + 1, units, N), the states from h_0 = 0 on, for the cell to fill.
    """

    suffix: str
    call: Call
    v: Arrays
    a: Array
    h: Array

    def buffer(self, name: str, shape: Shape, *, zeroed: bool = False) -> Array:
        """An array of the call that no other way uses; see :meth:`Call.buffer`."""
        return self.call.buffer(name + self.suffix, shape, zeroed=zeroed)


@dataclass(frozen=True)
class Recurrent(Layer):
    """(T, F) → (units), the last state; or with ``return_sequences`` → (T, units), all of them."""

    category: ClassVar[str] = "sequence"
    #: G, the number of blocks in the rows of its weights.
    gates: ClassVar[int] = 1
    #: Operations of the cell for each unit at each place, beside the sum a + s.
    cell_operations: ClassVar[int] = 1
    #: Numbers that the cell keeps for each unit at each place, beside gates and state.
    kept_by_cell: ClassVar[int] = 0

    units: int = setting(32, ge=1, le=10_000, help="How many numbers the state has")
    return_sequences: bool = setting(
        False, help="Give the states of all places, for a layer that reads on; else only the last"
    )
    bidirectional: bool = setting(
        False, help="Read backwards too, with weights of its own, and put both side by side"
    )
    use_bias: bool = setting(True, help="Add learned constants to each gate")
    initialiser: str = setting(
        "xavier_uniform",
        label="Weight start",
        choices=WEIGHT_INITIALISERS,
        help="Where the weights of the inputs begin",
    )
    recurrent_initialiser: str = setting(
        "orthogonal",
        label="State weight start",
        choices=WEIGHT_INITIALISERS,
        help="Where the weights of the state begin: orthogonal ones neither shrink nor stretch it",
    )
    l1: float = l1_setting()
    l2: float = l2_setting()
    max_norm: float = max_norm_setting()

    def caption(self) -> str:
        ways = ", both ways" if self.bidirectional else ""
        return f"{self.units:,} unit" + ("s" if self.units != 1 else "") + ways

    @property
    def _suffixes(self) -> tuple[str, ...]:
        """What the names of variables and buffers end in, for each way."""
        return ("", "_reverse") if self.bidirectional else ("",)

    def output_shape(self, *shapes: Shape) -> Shape:
        (shape,) = shapes
        if len(shape) != 2:
            raise ShapeError("sequence_needed", layer=type(self).__name__, got=shape_text(shape))
        features = self.units * len(self._suffixes)
        return (shape[0], features) if self.return_sequences else (features,)

    def variables(self, *shapes: Shape) -> tuple[Variable, ...]:
        rows = self.gates * self.units
        return tuple(
            variable
            for suffix in self._suffixes
            for variable in (
                self._weight(f"weight_ih{suffix}", (rows, shapes[0][1]), self.initialiser),
                self._weight(f"weight_hh{suffix}", (rows, self.units), self.recurrent_initialiser),
                *self._biases(rows, suffix),
            )
        )

    def flops(self, *shapes: Shape) -> int:
        ((places, features),) = shapes
        # For each gate W_ih x and W_hh h, their sum, and the two biases; then the cell.
        each_gate = 2 * features + 2 * self.units + 1 + 2 * self.use_bias
        each_unit = self.gates * each_gate + self.cell_operations
        return len(self._suffixes) * places * self.units * each_unit

    def buffer_size(self, *shapes: Shape, needs_dx: bool = True) -> int:
        ((places, features),) = shapes
        # At each place what the gates were, ∂L/∂ of that, the state, and what the cell keeps.
        way = places * self.units * (2 * self.gates + 1 + self.kept_by_cell)
        ends = self.units * (self.gates + 4)  # before the first place, and to work in
        output = prod(self.output_shape(*shapes)) if self.bidirectional else 0
        sent = places * features if needs_dx else 0
        return len(self._suffixes) * (way + ends + sent) + output

    def _weight(self, name: str, shape: Shape, init: str) -> Variable:
        return Variable(
            name, shape, init, decay=True, l1=self.l1, l2=self.l2, max_norm=self.max_norm
        )

    def _biases(self, rows: int, suffix: str) -> tuple[Variable, ...]:
        if not self.use_bias:
            return ()
        return (
            Variable(f"bias_ih{suffix}", (rows,), self.bias_start()),
            Variable(f"bias_hh{suffix}", (rows,), "zeros"),
        )

    # ---------------------------------------------------------------- what a cell is

    def bias_start(self) -> str:
        """The name of the initialiser of b_ih."""
        return "zeros"

    def read(self, way: Way) -> None:
        """Fill ``way.h[1:]``, and keep in the way's buffers what :meth:`read_back` needs.

        b_ih is in ``way.a`` already, and so is b_hh, unless :meth:`outer_bias` leaves it out.
        """
        raise NotImplementedError

    def read_back(self, way: Way, dys: Sequence[Array | None]) -> tuple[Array, Array]:
        """(∂L/∂a, ∂L/∂s), each (T, G·units, N), after :meth:`read`.

        Args:
            dys: for each place in reading order what the layers above send to its state:
                (units, N), or ``None`` for nothing.
        """
        raise NotImplementedError

    def outer_bias(self, v: Arrays) -> Array:
        """What is added to the contributions of the inputs: b_ih + b_hh, if b_hh just adds."""
        return v["bias_ih"] + v["bias_hh"]

    # ---------------------------------------------------------------- forward

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        (x,) = xs
        ways = [self._way(v, x, suffix, call) for suffix in self._suffixes]
        call.saved.update(x=x, ways=ways)
        for way in ways:
            self.read(way)
        if self.return_sequences:
            states = [_in_reading_order(way.h[1:], way.suffix) for way in ways]
        else:
            states = [way.h[-1] for way in ways]
        if len(states) == 1:
            return states[0]
        y = call.buffer("y", (*self.output_shape(x.shape[:-1]), x.shape[-1]))
        return np.concatenate(states, axis=-2, out=y)

    def _way(self, v: Arrays, x: Array, suffix: str, call: Call) -> Way:
        """A way with all inputs' contributions computed, ready to be read."""
        places, _, count = x.shape
        own = {
            name: v[name + suffix]
            for name in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
            if name + suffix in v
        }
        a = call.buffer(f"a{suffix}", (places, self.gates * self.units, count))
        np.matmul(own["weight_ih"], _in_reading_order(x, suffix), out=a)
        if self.use_bias:
            a += self.outer_bias(own)[:, np.newaxis]
        h = call.buffer(f"h{suffix}", (places + 1, self.units, count), zeroed=True)  # h_0 stays 0
        return Way(suffix, call, own, a, h)

    # ---------------------------------------------------------------- backward

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        x, ways = call.saved["x"], call.saved["ways"]
        dx: Array | None = None
        for number, way in enumerate(ways):
            da, ds = self.read_back(way, self._sent(dy, number, way))
            if grad:
                read = _in_reading_order(x, way.suffix)
                _sum_of_products(da, read, out=grad[f"weight_ih{way.suffix}"])
                _sum_of_products(ds, way.h[:-1], out=grad[f"weight_hh{way.suffix}"])
                if self.use_bias:
                    np.sum(da, axis=(0, 2), out=grad[f"bias_ih{way.suffix}"])
                    np.sum(ds, axis=(0, 2), out=grad[f"bias_hh{way.suffix}"])
            if not call.needs_dx:
                continue
            sent = np.matmul(way.v["weight_ih"].T, da, out=way.buffer("sent on", x.shape))
            sent = _in_reading_order(sent, way.suffix)
            dx = sent if dx is None else np.add(dx, sent, out=dx)
        return (dx,)

    def _sent(self, dy: Array, number: int, way: Way) -> list[Array | None]:
        """For each place in reading order, ∂L/∂y of the state there, if it was given."""
        own = slice(number * self.units, (number + 1) * self.units)
        if self.return_sequences:
            return list(_in_reading_order(dy[:, own], way.suffix))
        return [*[None] * (len(way.a) - 1), dy[own]]


def _in_reading_order(x: Array, suffix: str) -> Array:
    """The places of ``x`` (T, …) from last to first, if this is the way back; or the reverse."""
    return x[::-1] if suffix else x


def _sum_of_products(d: Array, x: Array, out: Array) -> None:
    """Σ d_t x_tᵀ over the places of (T, rows, N) and (T, columns, N)."""
    np.einsum("trn,tcn->rc", d, x, out=out, optimize=True)
