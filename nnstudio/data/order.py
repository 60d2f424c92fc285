"""The order in which an epoch goes through the training examples."""

from __future__ import annotations

import numpy as np

from nnstudio.engine.randomness import permutation

#: So many blocks are mixed with each other: at 256 examples each, 65,536 examples.
BLOCKS_MIXED = 256


def epoch_order(examples: np.ndarray, seed: int, epoch: int, block: int = 0) -> np.ndarray:
    """``examples`` shuffled: a function of seed and epoch alone.

    Data that is read from the disk comes in blocks of neighbours, shuffled; as many blocks as the
    page cache easily holds are mixed example by example. So a batch has examples from far apart,
    and the disk is read in long stretches.

    Args:
        examples: ``(n,)`` positions, in ascending order.
        block: how many neighbours are read together; 0: any example is as near as any other.
    """
    if not block or len(examples) <= block * BLOCKS_MIXED:
        shuffled: np.ndarray = examples[permutation(seed, epoch, len(examples))]
        return shuffled
    count = -(-len(examples) // block)
    whole = np.arange(count * block).reshape(count, block)[permutation(seed, epoch, count)]
    order = whole.ravel()
    order = order[order < len(examples)]  # the last block may be shorter
    mixed = block * BLOCKS_MIXED
    for window, start in enumerate(range(0, len(order), mixed), 1):
        part = order[start : start + mixed]
        part[:] = part[np.random.default_rng([seed, epoch, window]).permutation(len(part))]
    result: np.ndarray = examples[order]
    return result
