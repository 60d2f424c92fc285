"""What a layer is: a frozen description of a computation, forward and backward.

A layer stores its settings and no arrays. Whoever runs it hands in

* ``v``: the layer's variables by name (weights, running statistics),
* ``xs``: its inputs, batch-last ``(features…, N)``,
* ``call``: the :class:`Call`, which belongs to one place in one network and one batch size.

``forward`` returns the output; ``backward`` takes ∂L/∂output and returns ∂L/∂input for each input,
*overwriting* ``grad[name]`` with ∂L/∂variable. Neither changes its arguments' arrays otherwise.
A new layer is one class here in the engine, one line in :mod:`catalogue`, one example in the
contract test and one icon.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

import numpy as np

from nnstudio.messages import StudioError

Array = np.ndarray[tuple[int, ...], np.dtype[Any]]
Arrays = Mapping[str, Array]
Shape = tuple[int, ...]


class ShapeError(StudioError):
    """A layer can't take inputs of these shapes."""


@dataclass(frozen=True)
class Variable:
    """One array that belongs to a layer.

    Attributes:
        name: unique in its layer, such as ``weight``.
        shape: as PyTorch has it, such as (out, in).
        init: a name in :data:`nnstudio.engine.initialisers.INITIALISERS`.
        trainable: learned by the optimizer; otherwise state that training only carries along.
        decay: whether weight decay and penalties, where they are asked for, apply.
        l1, l2, max_norm: what its layer asks for beside that; see :mod:`regularisation`. 0: none.
        unit_axis: the axis of ``shape`` that counts units; max-norm measures what flows into each.
    """

    name: str
    shape: Shape
    init: str
    trainable: bool = True
    decay: bool = False
    l1: float = 0.0
    l2: float = 0.0
    max_norm: float = 0.0
    unit_axis: int = 0


class Call:
    """What one application of a layer to one batch knows and remembers.

    Attributes:
        training: whether dropout drops and batch statistics are used.
        rng: the stream for random masks; used while training only.
        weights: ``(N,)``, how much each example counts in the loss; ``None`` if all count alike.
        needs_dx: whether anything before this layer learns, so that ``backward`` must return
            ∂L/∂inputs; if not, it may return ``None`` for each.
        saved: what ``forward`` keeps for ``backward``.
        statistics: what ``forward`` measured on this batch for :meth:`Layer.update_state`; empty
            if nothing.
    """

    __slots__ = (
        "_buffers",
        "dtype",
        "needs_dx",
        "rng",
        "saved",
        "statistics",
        "training",
        "weights",
    )

    def __init__(self, dtype: Any = np.float32, *, needs_dx: bool = True) -> None:
        self.dtype = np.dtype(dtype)
        self.needs_dx = needs_dx
        self.training = False
        self.rng: np.random.Generator | None = None
        self.weights: Array | None = None
        self.saved: dict[str, Any] = {}
        self.statistics: dict[str, Array] = {}
        self._buffers: dict[str, Array] = {}

    def buffer(self, name: str, shape: Shape, dtype: Any = None, *, zeroed: bool = False) -> Array:
        """An array that is the same one at each call with this name and shape.

        It is uninitialised when new, or all 0 if ``zeroed``; later it is as it was left.
        """
        array = self._buffers.get(name)
        if array is None or array.shape != shape:
            new = np.zeros if zeroed else np.empty
            array = new(shape, self.dtype if dtype is None else dtype)
            self._buffers[name] = array
        return array

    def zeros(self, shape: Shape) -> Array:
        """A read-only array of zeros, the same one at each call with this shape."""
        return self._constant("zeros", 0, shape)

    def ones(self, shape: Shape) -> Array:
        """A read-only array of ones, the same one at each call with this shape."""
        return self._constant("ones", 1, shape)

    def _constant(self, name: str, value: float, shape: Shape) -> Array:
        array = self._buffers.get(name)
        if array is None or array.shape != shape:
            array = np.full(shape, value, self.dtype)
            array.flags.writeable = False
            self._buffers[name] = array
        return array

    @property
    def buffer_bytes(self) -> int:
        """The memory that its buffers take."""
        return sum(array.nbytes for array in self._buffers.values())


@dataclass(frozen=True)
class Layer:
    """The base of all layers; see the module's text for the contract."""

    category: ClassVar[str] = "core"
    #: One line for the palette and the inspector.
    summary: ClassVar[str] = ""
    #: The computation as it is written on paper.
    formula: ClassVar[str] = ""
    #: The derivative of an activation, as it is written on paper; empty for other layers.
    derivative: ClassVar[str] = ""
    #: The setting that counts units with a weight vector and a bias of their own; empty for none.
    unit_setting: ClassVar[str] = ""
    #: Fewest and most inputs; ``None`` for any number.
    arity: ClassVar[tuple[int, int | None]] = (1, 1)
    #: Floating-point operations for each number of the output; 0 if numbers are only moved.
    operations: ClassVar[int] = 1
    #: How many arrays as large as its output it needs while training, and how many as large as its
    #: inputs to go back: usually the output itself, and ∂L/∂x.
    buffers: ClassVar[tuple[int, int]] = (1, 1)

    @property
    def is_random(self) -> bool:
        """Whether its output is drawn by chance while training, from ``call.rng``."""
        return False

    @property
    def unit_count(self) -> int:
        """How many units, or filters, have weights of their own; 0 if there is no such thing."""
        return int(getattr(self, self.unit_setting)) if self.unit_setting else 0

    def caption(self) -> str:
        """The key setting in a few words, such as ``64 units``; empty if there is none."""
        return ""

    def output_shape(self, *shapes: Shape) -> Shape:
        """The shape of one example's output, without the batch axis.

        Raises:
            ShapeError: the layer can't take inputs of ``shapes``.
        """
        return shapes[0]

    def variables(self, *shapes: Shape) -> tuple[Variable, ...]:
        """The arrays the layer needs for inputs of ``shapes``."""
        return ()

    def flops(self, *shapes: Shape) -> int:
        """How many floating-point operations one example of ``shapes`` takes when predicting.

        Counted as on paper: each + − × ÷, comparison, root or exponential is one, so that a
        multiply-add is two, and a bias one more. An activation is one per number, whatever its
        function. What the padding adds is computed like everything else, and counted.
        """
        return self.operations * prod(self.output_shape(*shapes))

    def buffer_size(self, *shapes: Shape, needs_dx: bool = True) -> int:
        """About how many numbers it holds for each example of a training batch, variables aside.

        That is its output, which is kept for backward, ∂L/∂x if ``needs_dx``, and what its way of
        computing takes beside.
        """
        kept, back = self.buffers
        sent_back = sum(prod(shape) for shape in shapes) if needs_dx else 0
        return kept * prod(self.output_shape(*shapes)) + back * sent_back

    def forward(self, v: Arrays, xs: tuple[Array, ...], call: Call) -> Array:
        """The output for the inputs ``xs``, each ``(features…, N)``."""
        raise NotImplementedError

    def backward(self, v: Arrays, grad: Arrays, dy: Array, call: Call) -> tuple[Array | None, ...]:
        """∂L/∂x for each input, given ``dy`` = ∂L/∂y of the last ``forward`` with this ``call``.

        ``grad`` is empty when the layer's variables don't learn.
        """
        raise NotImplementedError

    def update_state(self, v: Arrays, statistics: tuple[Arrays, ...]) -> None:
        """Take the batch statistics of each shard of a batch, in fixed order, into the state."""
