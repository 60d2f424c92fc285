"""A tape: what a step of a simple network asks of numpy, recorded once and played again.

Where a network has a few neurons, numpy's arithmetic takes a microsecond or two and the rest of a
step is Python looking things up: buffers, shapes, views, variables. All of these are the same at
every step with the same batch size. So the layers run once on arrays that write down each call of
numpy, and from then on the calls alone are made, in the same order on the same arrays. The numbers
are the same to the last bit.

This is right for layers whose passes are nothing but calls of ufuncs and np.dot, on numbers that
are reached through their arguments; :data:`TAPED` names them. What else they did would be lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np

from nnstudio.engine.activations import (
    ELU,
    SELU,
    HardSigmoid,
    LeakyReLU,
    Linear,
    ReLU,
    Sigmoid,
    SiLU,
    Softplus,
    Softsign,
    Step,
    Tanh,
)
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Array, Arrays, Call, Layer, Shape
from nnstudio.engine.losses import Loss
from nnstudio.engine.network import Network
from nnstudio.engine.passes import BackwardPass, ForwardPass
from nnstudio.engine.shaping import Flatten

#: The layers that can be played from a tape.
TAPED: tuple[type[Layer], ...] = (
    Dense,
    Flatten,
    ReLU,
    Sigmoid,
    Tanh,
    Linear,
    Step,
    LeakyReLU,
    ELU,
    SELU,
    SiLU,
    Softplus,
    Softsign,
    HardSigmoid,
)

#: Calls to be made, with their arguments.
Tape = list[Callable[[], Any]]


def is_tapeable(network: Network, trained: Sequence[int]) -> bool:
    """Whether the steps ``trained`` are a chain of layers that can be played from a tape.

    The one loss at its end must be all there is to make small.
    """
    if len(network.input_steps) != 1 or len(network.heads) != 1 or len(trained) < 2:
        return False
    if network.heads[0].weight != 1:
        return False
    for before, i in pairwise(trained):
        step = network.steps[i]
        if step.runs.inputs != (before,) or type(step.runs.layer) not in TAPED:
            return False
        if isinstance(step.layer, Dense) and len(network.steps[before].shape) != 1:
            return False
    owners = [network.steps[i].owner for i in trained]
    return len(set(owners)) == len(owners)


class NotTapedError(Exception):
    """A layer did something that a tape can't hold."""


class _Recorded(np.ndarray[Any, Any]):
    """An array that writes down what ufuncs do with it."""

    tape: Tape

    def __array_finalize__(self, parent: Any) -> None:
        self.tape = getattr(parent, "tape", [])

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **options: Any) -> Any:
        # What had no place of its own keeps the one it is given now.
        (given,) = options.pop("out", (None,))
        if method == "__call__" and not options:
            function: Callable[..., Any] = ufunc
        elif method == "reduce" and set(options) <= {"axis"}:
            function = ufunc.reduce
        else:
            raise NotTapedError(f"{ufunc.__name__}.{method} with {sorted(options)}")
        plain = tuple(map(_plain, inputs))
        if function is ufunc:
            plain = _with_numbers_ready(plain)
        out = function(*plain, out=_plain(given), **options)
        if function is ufunc and ufunc not in (np.maximum, np.minimum):
            self.tape.append(partial(ufunc, *plain, out))  # quicker than by name
        else:
            self.tape.append(partial(function, *plain, out=out, **options))
        return _recorded(out, self.tape) if given is None else given

    def __array_function__(
        self, function: Any, types: Any, arguments: Any, options: Mapping[str, Any]
    ) -> Any:
        if function is not np.dot or len(arguments) != 2 or list(options) != ["out"]:
            raise NotTapedError(function.__name__)
        left, right, out = map(_plain, (*arguments, options["out"]))
        left.dot(right, out)
        self.tape.append(partial(left.dot, right, out))
        return options["out"]

    def __setitem__(self, *_: Any) -> None:
        raise NotTapedError("an assignment")

    def fill(self, *_: Any) -> None:
        raise NotTapedError("filling")


def _recorded(array: Array, tape: Tape) -> _Recorded:
    view = array.view(_Recorded)
    view.tape = tape
    return view


def _plain(value: Any) -> Any:
    return value.view(np.ndarray) if isinstance(value, _Recorded) else value


def _with_numbers_ready(operands: tuple[Any, ...]) -> tuple[Any, ...]:
    """The operands of a ufunc, single numbers as arrays without axes, the kind numpy likes best.

    A Python number has to be turned into such an array at each call, and an array (1, 1) beside a
    larger one sends numpy the long way, that of broadcasting: each costs half a microsecond.
    """
    arrays = [operand for operand in operands if isinstance(operand, np.ndarray)]
    largest = max(arrays, key=np.size)
    if largest.dtype.kind != "f":
        return operands
    return tuple(
        np.array(operand, largest.dtype)
        if isinstance(operand, int | float)
        else operand.reshape(())
        if operand.size == 1 < largest.size
        else operand
        for operand in operands
    )


class _RecordedCall(Call):
    """A call whose buffers are those of another, recorded."""

    __slots__ = ("_call", "tape")

    def __init__(self, call: Call, tape: Tape) -> None:
        super().__init__(call.dtype, needs_dx=call.needs_dx)
        self._call = call
        self.tape = tape

    def buffer(self, name: str, shape: Shape, dtype: Any = None, *, zeroed: bool = False) -> Array:
        return _recorded(self._call.buffer(name, shape, dtype, zeroed=zeroed), self.tape)

    def zeros(self, shape: Shape) -> Array:
        return _recorded(self._call.zeros(shape), self.tape)

    def ones(self, shape: Shape) -> Array:
        return _recorded(self._call.ones(shape), self.tape)

    def going_back(self, tape: Tape) -> _RecordedCall:
        """From now on everything goes on this tape, also what is done with what was saved."""
        self.tape = tape
        for kept in self.saved.values():
            if isinstance(kept, _Recorded):
                kept.tape = tape
        return self


class Recording:
    """A network's step for one batch size on tape, and where its numbers are found.

    Attributes:
        outputs: by step, the arrays that the forward tape fills.
        scores: the last of them, which the loss looks at.
        recorded: whether there is something to play.
    """

    def __init__(self, steps: int) -> None:
        self.outputs: list[Array | None] = [None] * steps
        self.scores: Array = np.empty(0)
        self.recorded = False
        self._forward: Tape = []
        self._backward: Tape = []
        self._gradient: Tape = []
        self._dy: Array | None = None
        self._target: Array | None = None
        self._calls: dict[int, _RecordedCall] = {}

    def record_forward(
        self, passes: Sequence[ForwardPass], given: Sequence[tuple[int, Array]]
    ) -> None:
        """Run ``passes`` on the arrays ``given`` by step, and keep what they do.

        Raises:
            NotTapedError: they do more than a tape can hold.
        """
        found: dict[int, Array] = {}
        with _recording() as tape:
            for i, x in given:
                self.outputs[i] = x
                found[i] = _recorded(x, tape)
            for i, forward, v, sources, call in passes:
                recorded = self._calls[i] = _RecordedCall(call, tape)
                xs = tuple(found[source] for source in sources)
                found[i] = forward(_all_recorded(v, tape), xs, recorded)
                self.outputs[i] = self.scores = _plain(found[i])
            self._forward = list(tape)
        self.recorded = True

    def play_forward(self) -> None:
        """Fill :attr:`outputs` for what is in the given arrays now."""
        for call in self._forward:
            call()

    def play_backward(
        self, passes: Sequence[BackwardPass], loss: Loss, scores: Array, target: Array, call: Call
    ) -> None:
        """Fill the gradients, after ``loss.value`` was called with the same arguments.

        Raises:
            NotTapedError: the first time, if ``passes`` do more than a tape can hold.
        """
        if self._dy is None:
            self._record_backward(passes, loss.gradient(scores, target, call))
            self._record_gradient(loss, scores, target, call)
            return
        if target is self._target and call.weights is None:
            for each in self._gradient:
                each()
        elif (dy := loss.gradient(scores, target, call)) is not self._dy:
            self._dy[...] = dy
        for each in self._backward:
            each()

    def _record_backward(self, passes: Sequence[BackwardPass], dy: Array) -> None:
        with _recording() as tape:
            behind: Array | None = _recorded(dy, tape)
            for i, backward, v, grad, _, _, _, _ in passes:
                assert behind is not None, "in a chain each step gives back to the one before"
                call = self._calls[i].going_back(tape)
                grads = _all_recorded(grad, tape)
                (behind,) = backward(_all_recorded(v, tape), grads, behind, call)
            self._dy, self._backward = dy, list(tape)

    def _record_gradient(self, loss: Loss, scores: Array, target: Array, call: Call) -> None:
        """The loss's gradient too, unless it does more than a tape can hold."""
        if call.weights is not None:
            return
        with _recording() as tape:
            recorded = _RecordedCall(call, tape)
            recorded.saved = _all_recorded(call.saved, tape)
            try:
                dy = loss.gradient(_recorded(scores, tape), _recorded(target, tape), recorded)
            except NotTapedError:
                return
            if _plain(dy).base is self._dy or _plain(dy) is self._dy:
                self._gradient, self._target = list(tape), target


@contextmanager
def _recording() -> Iterator[Tape]:
    """A tape that is empty again after the block, which copies what it wants of it.

    The arrays know the tape, and the calls on it the arrays. Nothing frees such a circle: an array
    of numpy doesn't tell the garbage collector on which other one it is a view.
    """
    tape: Tape = []
    try:
        yield tape
    finally:
        tape.clear()


def _all_recorded(arrays: Arrays, tape: Tape) -> dict[str, Array]:
    return {name: _recorded(array, tape) for name, array in arrays.items()}
