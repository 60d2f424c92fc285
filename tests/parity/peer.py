"""PyTorch, and how its tensors and our arrays turn into each other.

Whoever imports this module is skipped where PyTorch is missing.

Our batches are batch-last, ``(features…, N)``; PyTorch's are batch-first, ``(N, features…)``.
Sequences are (T, F) and pictures (C, H, W) on both sides, so only the batch axis moves.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from nnstudio.engine.layer import Array

torch = pytest.importorskip("torch", reason="PyTorch is missing: make parity installs it")
torch.set_num_threads(1)
# Tensors have the type of the arrays they are made from. This is for what optimizers remember by
# themselves: NAdam's product of momenta has only seven digits otherwise.
torch.set_default_dtype(torch.float64)
functional = torch.nn.functional

#: A tensor. PyTorch may be missing, so it can't be named where types are checked.
Tensor = Any

#: How far ours may be from theirs, ‖ours − theirs‖ / ‖theirs‖.
TOLERANCES: dict[type, float] = {np.float32: 1e-4, np.float64: 1e-9}


def tensor(array: Array) -> Tensor:
    """A copy of a variable or a vector as a tensor."""
    return torch.from_numpy(np.array(array, order="C"))


def batch_first(x: Array) -> Tensor:
    """A copy of a batch ``(features…, N)`` as a tensor ``(N, features…)``."""
    return tensor(np.moveaxis(x, -1, 0))


def batch_last(x: Tensor) -> Array:
    """The array ``(features…, N)`` for a tensor ``(N, features…)``."""
    return np.moveaxis(x.detach().numpy(), 0, -1)


def distance(ours: Array, theirs: Array) -> float:
    """‖ours − theirs‖ / ‖theirs‖; just ‖ours‖ where theirs is 0 throughout."""
    assert ours.shape == theirs.shape
    assert ours.dtype == theirs.dtype
    size = float(np.linalg.norm(theirs))
    apart = float(np.linalg.norm(ours - theirs))
    return apart / size if size else apart


def assert_close(ours: Array, theirs: Array, what: str = "") -> None:
    """Ours and theirs are as near to each other as their type of numbers allows."""
    apart = distance(ours, theirs)
    assert apart <= TOLERANCES[ours.dtype.type], f"{what}: {apart:.2g} apart"
