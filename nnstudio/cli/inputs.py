"""Reading what a network is asked about: a picture, an NPY file or a CSV file."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Sequence
from math import prod
from pathlib import Path

import numpy as np

from nnstudio.data.picture import from_picture
from nnstudio.engine.layer import Array
from nnstudio.messages import StudioError


def read_input(path: Path, style: str, shape: tuple[int, ...]) -> Array:
    """The examples in a file, ``(N, *shape)``, in the data's own units.

    The name's ending tells the kind: ``.npy``, ``.csv``; anything else is a picture.

    Args:
        style: how drawings become inputs: the ``drawing`` of the project's data source.
        shape: of one input.

    Raises:
        StudioError: no such file, or not what its ending says, or of another shape.
    """
    if not path.is_file():
        raise StudioError("file_missing", file=path)
    kind = path.suffix.lower()
    try:
        if kind == ".npy":
            return _shaped(_read_npy(path), shape)
        if kind == ".csv":
            return _shaped(_read_csv(path), shape)
        return from_picture(_read_picture(path), style, shape)[np.newaxis]
    except OSError as error:
        raise _unreadable(path, error.strerror or "it is no picture") from error


def _shaped(values: Array, shape: tuple[int, ...]) -> Array:
    """One example in its own shape becomes a batch of one; the model judges everything else."""
    one = values.shape == shape or (len(shape) == 3 and shape[0] == 1 and values.shape == shape[1:])
    return values.reshape(1, *shape) if one and values.size == prod(shape) else values


def _read_npy(path: Path) -> Array:
    try:
        values: Array = np.load(path, allow_pickle=False)
    except (EOFError, MemoryError, OverflowError, SyntaxError, ValueError) as error:
        raise _unreadable(path, "it is no NPY file of numbers, or cut short") from error
    return values


def _read_csv(path: Path) -> Array:
    """One example per line; a first line of words is a heading."""
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _unreadable(path, "it is no text in UTF-8") from error
    lines = text.splitlines()
    delimiter = next((sign for sign in ";\t" if lines and sign in lines[0]), ",")
    try:
        reader = csv.reader(lines, delimiter=delimiter, skipinitialspace=True)
        rows = [row for row in reader if "".join(row).strip()]
    except csv.Error as error:
        raise _unreadable(path, str(error)) from error
    if rows and _is_heading(rows[0]):
        del rows[0]
    if not rows:
        raise _unreadable(path, "it holds no numbers")
    table = [_numbers(path, row) for row in rows]
    for number, row in enumerate(table, 1):
        if len(row) != len(table[0]):
            reason = f"example {number} has {len(row)} numbers, the first has {len(table[0])}"
            raise _unreadable(path, reason)
    return np.array(table, np.float64)


def _is_heading(row: Sequence[str]) -> bool:
    """Whether no field is a number; a row with a slip of the pen must not pass for a heading."""
    return not any(map(_is_number, row))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _numbers(path: Path, row: Sequence[str]) -> list[float]:
    try:
        return list(map(float, row))
    except ValueError as error:
        raise _unreadable(path, str(error)) from error


def _read_picture(path: Path) -> Array:
    """A uint8 array (H, W) grey, (H, W, 3) or, if parts are transparent, (H, W, 4)."""
    from PIL import Image, ImageOps

    try:
        with warnings.catch_warnings(), Image.open(path) as file:
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            picture = ImageOps.exif_transpose(file)
            if picture.mode.startswith("I"):  # 16 bits per pixel: the upper eight will do
                return (np.asarray(picture).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8)
            if picture.mode in ("1", "L"):
                return np.asarray(picture.convert("L"))
            clear = "A" in picture.getbands() or "transparency" in picture.info
            return np.asarray(picture.convert("RGBA" if clear else "RGB"))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _unreadable(path, "the picture is far too large") from error
    except (SyntaxError, ValueError, EOFError) as error:
        raise _unreadable(path, "the picture is damaged") from error


def _unreadable(path: Path, reason: str) -> StudioError:
    return StudioError("input_kind", file=path, reason=reason)
