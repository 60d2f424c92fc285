"""Arrays as safetensors: the widely used format of named arrays, which holds nothing but numbers.

An array is kept under a key. Weights have the key ``node/name``, the optimizer's memory
``slot/node/name``; so no name may hold a slash.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from nnstudio.engine.layer import Array
from nnstudio.engine.network import Key
from nnstudio.persistence.errors import Damaged
from nnstudio.training.trained import Weights, freeze


def pack(arrays: Mapping[str, Array]) -> bytes:
    """``arrays`` as the content of a safetensors file."""
    # The library writes whatever lies in memory: an array must lie there row by row. (Not
    # ascontiguousarray: it would give single numbers a dimension.)
    content: bytes = save({key: np.asarray(a, order="C") for key, a in arrays.items()})
    return content


def unpack(part: str, content: bytes) -> dict[str, Array]:
    """The inverse of :func:`pack`.

    Args:
        part: the name of the file, for the message.

    Raises:
        Damaged: it is no safetensors file, or holds numbers of a kind numpy doesn't have.
    """
    try:
        arrays: dict[str, Array] = load(content)
    except (SafetensorError, LookupError, ValueError, TypeError, OverflowError) as error:
        raise Damaged(f"{part} is no safetensors file or was changed") from error
    return arrays


def pack_weights(weights: Weights) -> bytes:
    """Weights by (node, name).

    Raises:
        Damaged: a name that can't be a key, or a weight that is no finite number.
    """
    return pack(_by_text(weights, ""))


def unpack_weights(part: str, content: bytes) -> Weights:
    """The inverse of :func:`pack_weights`.

    Raises:
        Damaged: also where a key isn't ``node/name`` or a number isn't a finite float32.
    """
    arrays: dict[Key, Array] = {}
    for text, array in unpack(part, content).items():
        node, name = _names(part, text, 2)
        arrays[node, name] = _float32(part, text, array)
        if not np.isfinite(array).all():
            raise Damaged(f"{part} has numbers in “{text}” that are not finite")
    return freeze(arrays)


def pack_slots(slots: Mapping[str, Weights]) -> bytes:
    """The optimizer's memory by slot and (node, name).

    Raises:
        Damaged: a name that can't be a key.
    """
    arrays: dict[str, Array] = {}
    for slot, weights in slots.items():
        arrays |= _by_text(weights, f"{slot}/", finite=False)
    return pack(arrays)


def unpack_slots(part: str, content: bytes, names: tuple[str, ...]) -> dict[str, Weights]:
    """The inverse of :func:`pack_slots`, with a slot for each of ``names``.

    A mean of squares may have become infinite, where it does no harm; so any float32 will do.

    Raises:
        Damaged: also where a key isn't ``slot/node/name`` with one of ``names``.
    """
    slots: dict[str, dict[Key, Array]] = {name: {} for name in names}
    for text, array in unpack(part, content).items():
        slot, node, name = _names(part, text, 3)
        if slot not in slots:
            raise Damaged(f"{part} has “{text}”, which project.json doesn't tell of")
        slots[slot][node, name] = _float32(part, text, array)
    return {name: freeze(arrays) for name, arrays in slots.items()}


def _by_text(weights: Weights, prefix: str, *, finite: bool = True) -> dict[str, Array]:
    arrays = {}
    for (node, name), blob in weights.items():
        if "/" in node or "/" in name:
            raise Damaged(f"a slash can't be part of a name (“{node}”, “{name}”)")
        if finite and not np.isfinite(blob.array).all():
            raise Damaged(f"the weights of “{node}” are not finite numbers")
        arrays[f"{prefix}{node}/{name}"] = blob.array
    return arrays


def _names(part: str, text: str, count: int) -> list[str]:
    names = text.split("/")
    if len(names) != count or not all(names):
        raise Damaged(f"{part} has an array with the strange name “{text}”")
    return names


def _float32(part: str, text: str, array: Array) -> Array:
    if array.dtype != np.float32:
        raise Damaged(f"{part} has {array.dtype} numbers in “{text}”, not float32")
    return array
