"""Random numbers for examples: each has a stream of its own, whatever others are in its batch.

Example number i begins its stream at a place that follows from the seed, the epoch and i, so a
batch may be shared by threads, cut by a pause or made smaller: the same example of the same epoch
is changed in the same way. The k-th number of a stream that begins at s is

    mix(s + k·γ)        γ = 2⁶⁴/φ, φ the golden ratio, rounded to an odd number

which is computed for all examples and all k at once. ``mix`` makes 64 bits into 64 others that look
as if by chance.

Source: Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014
(SplitMix64).
"""

from __future__ import annotations

import numpy as np

_GAMMA = np.uint64(0x9E3779B97F4A7C15)
_MULTIPLIERS = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_SHIFTS = np.uint64(30), np.uint64(27), np.uint64(31)
#: A float32 tells so many numbers apart between 0 and 1.
_FINE = np.float32(2**-24)


class Chance:
    """The streams of some examples, for one purpose."""

    def __init__(self, seed: int, epoch: int, examples: np.ndarray, purpose: int = 0) -> None:
        """``examples`` are their numbers ``(n,)``; another ``purpose`` gives other streams."""
        key = np.zeros(1, np.uint64)
        for part in (seed, epoch, purpose):
            key = _mixed(key + np.uint64(part % 2**64) + _GAMMA)
        self._starts = _mixed(examples.astype(np.uint64) * _GAMMA + key)[:, np.newaxis]
        self._drawn = 0

    def __len__(self) -> int:
        """How many examples there are."""
        return len(self._starts)

    def uniform(self, low: float, high: float, *shape: int) -> np.ndarray:
        """Numbers evenly from ``low`` to ``high``, ``(n, *shape)`` as float32."""
        count = int(np.prod(shape, dtype=np.int64))
        words = -(-count // 2)  # of each two numbers are made
        places = np.arange(self._drawn + 1, self._drawn + 1 + words, dtype=np.uint64)
        self._drawn += words
        mixed = _mixed(places * _GAMMA + self._starts).astype("<u8", copy=False)
        halves = mixed.view("<u4")[:, :count]
        numbers = (halves >> np.uint32(8)).astype(np.float32)
        numbers *= _FINE * np.float32(high - low)
        numbers += np.float32(low)
        return numbers.reshape(len(self), *shape)

    def normal(self, *shape: int) -> np.ndarray:
        """Normally distributed numbers of mean 0 and deviation 1, ``(n, *shape)`` as float32.

        Each two of them are √(−2 ln u)·cos 2πv and √(−2 ln u)·sin 2πv of two even ones (Box and
        Muller, "A note on the generation of random normal deviates", 1958).
        """
        count = int(np.prod(shape, dtype=np.int64))
        half = -(-count // 2)
        even = self.uniform(0, 1, 2, half)
        # 1 − u is never 0, whose logarithm there isn't.
        radius = np.sqrt(-2 * np.log(1 - even[:, 0]))
        angle = np.float32(2 * np.pi) * even[:, 1]
        numbers = np.concatenate((radius * np.cos(angle), radius * np.sin(angle)), axis=1)
        return numbers[:, :count].reshape(len(self), *shape)


def _mixed(words: np.ndarray) -> np.ndarray:
    """64 bits made into 64 others, each of which depends on all; what overflows is dropped."""
    with np.errstate(over="ignore"):
        mixed: np.ndarray = words ^ (words >> _SHIFTS[0])
        mixed *= _MULTIPLIERS[0]
        mixed ^= mixed >> _SHIFTS[1]
        mixed *= _MULTIPLIERS[1]
        mixed ^= mixed >> _SHIFTS[2]
    return mixed
