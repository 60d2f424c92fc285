"""Where all chance comes from: streams of random numbers that grow from one seed.

Each purpose has a stream of its own, so that, say, adding a Dropout layer doesn't change the
order in which the examples come.
"""

from __future__ import annotations

from typing import Any
from zlib import crc32

import numpy as np

_INIT, _SHUFFLE, _DROPOUT = 1, 2, 3


def init_stream(seed: int, variable: str) -> np.random.Generator:
    """The stream from which ``variable`` (``"node/name"``) draws its first values."""
    return np.random.default_rng([seed, _INIT, crc32(variable.encode())])


def permutation(seed: int, epoch: int, count: int) -> np.ndarray[Any, np.dtype[np.int64]]:
    """The order of ``count`` examples in ``epoch``: a function of seed and epoch alone."""
    return np.random.default_rng([seed, _SHUFFLE, epoch]).permutation(count)


def dropout_stream(seed: int) -> np.random.Generator:
    """The stream of random masks of a run; its state is part of a checkpoint."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, _DROPOUT])))


def stream_state(stream: np.random.Generator) -> dict[str, Any]:
    """The state of a stream as JSON-ready values (whole numbers above 64 bits as hexadecimal)."""
    state = stream.bit_generator.state
    return {
        "state": hex(state["state"]["state"]),
        "inc": hex(state["state"]["inc"]),
        "has_uint32": int(state["has_uint32"]),
        "uinteger": int(state["uinteger"]),
    }


def restore_stream(plain: dict[str, Any]) -> np.random.Generator:
    """The inverse of :func:`stream_state`.

    Raises:
        ValueError, KeyError, TypeError: ``plain`` is no state.
    """
    generator = np.random.PCG64(0)
    generator.state = {
        "bit_generator": "PCG64",
        "state": {"state": int(plain["state"], 16), "inc": int(plain["inc"], 16)},
        "has_uint32": int(plain["has_uint32"]),
        "uinteger": int(plain["uinteger"]),
    }
    return np.random.Generator(generator)
