"""One layer's part in a forward or backward pass, with all that is known before it runs."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from nnstudio.engine.layer import Array, Arrays, Call


class ForwardPass(NamedTuple):
    """One step of a forward pass: ``output[step] = forward(v, outputs of sources, call)``."""

    step: int
    forward: Callable[[Arrays, tuple[Array, ...], Call], Array]
    v: Arrays
    sources: tuple[int, ...]
    call: Call


class BackwardPass(NamedTuple):
    """One step of a backward pass.

    Attributes:
        grad: where the gradients of its variables go.
        later: where they are added besides, if the variables are used by a later step too.
        alone: no other step takes the outputs of ``sources``: nothing has to be added.
    """

    step: int
    backward: Callable[[Arrays, Arrays, Array, Call], tuple[Array | None, ...]]
    v: Arrays
    grad: Arrays
    later: Arrays | None
    sources: tuple[int, ...]
    alone: bool
    call: Call
