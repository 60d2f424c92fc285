"""Reading what a network is asked about: a picture, an NPY file or a CSV file."""

from __future__ import annotations

import csv
import warnings
from collections.abc import Sequence
from math import prod
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from nnstudio.data.array_files import NUMPY_ERRORS
from nnstudio.data.picture import from_picture
from nnstudio.engine.layer import Array
from nnstudio.messages import StudioError

#: How much of a field that is no number is repeated.
_SHOWN = 40


def read_input(path: Path, style: str, shape: tuple[int, ...], *, gaps: bool = False) -> Array:
    """The examples in a file, ``(N, *shape)``, in the data's own units.

    The name's ending tells the kind: ``.npy``, ``.csv``; anything else is a picture.

    Args:
        style: how drawings become inputs: the ``drawing`` of the project's data source.
        shape: of one input.
        gaps: whether fields of a CSV file may be empty, and are NaN then.

    Raises:
        StudioError: no such file, or not what its ending says, or of another shape.
    """
    kind = path.suffix.lower()
    try:
        if path.is_dir():
            raise _unreadable(path, "it is a folder")
        if kind == ".npy":
            return _shaped(_read_npy(path), shape)
        if kind == ".csv":
            return _shaped(_read_csv(path, gaps), shape)
        return from_picture(_read_picture(path), style, shape)[np.newaxis]
    except (FileNotFoundError, NotADirectoryError) as error:
        raise StudioError("file_missing", file=path) from error
    except OSError as error:
        raise _unreadable(path, error.strerror or "it is no picture") from error


def _shaped(values: Array, shape: tuple[int, ...]) -> Array:
    """One example in its own shape becomes a batch of one; the model judges everything else."""
    one = values.shape == shape or (len(shape) == 3 and shape[0] == 1 and values.shape == shape[1:])
    return values.reshape(1, *shape) if one and values.size == prod(shape) else values


def _read_npy(path: Path) -> Array:
    try:
        with path.open("rb") as file:
            values: Array = np.lib.format.read_array(file, allow_pickle=False)
    except NUMPY_ERRORS as error:
        raise _unreadable(path, "it is no NPY file of numbers, or cut short") from error
    if values.dtype.kind not in "biuf":
        raise _unreadable(path, f"it holds values of type {values.dtype}, no numbers")
    return values


def _read_csv(path: Path, gaps: bool) -> Array:
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
    if gaps:
        rows = [[text if text.strip() else "nan" for text in row] for row in rows]
    table = [_numbers(path, number, row) for number, row in enumerate(rows, 1)]
    for number, row in enumerate(table, 1):
        if len(row) != len(table[0]):
            reason = f"the first example has {_count(table[0])}, example {number} has {len(row)}"
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


def _numbers(path: Path, number: int, row: Sequence[str]) -> list[float]:
    """The fields of example ``number`` (from 1)."""
    wrong = next((text for text in row if not _is_number(text)), None)
    if wrong is not None:
        shown = repr(wrong[:_SHOWN]) if wrong.strip() else "an empty field"
        hint = " (the decimal sign is a point)" if "," in wrong else ""
        raise _unreadable(path, f"example {number} has {shown} where a number should be{hint}")
    return list(map(float, row))


def _count(row: Sequence[float]) -> str:
    return f"{len(row):,} number" + ("s" if len(row) != 1 else "")


def _read_picture(path: Path) -> Array:
    """A uint8 array (H, W) grey, (H, W, 3) or, if parts are transparent, (H, W, 4)."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # slips in a picture that can be read all the same
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(path) as file:
                return _pixels(ImageOps.exif_transpose(file))
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _unreadable(path, "the picture is far too large") from error
    except (SyntaxError, ValueError, EOFError) as error:
        raise _unreadable(path, "the picture is damaged") from error


def _pixels(picture: Image.Image) -> Array:
    if picture.mode.startswith("I"):  # 16 bits per pixel: the upper eight will do
        return (np.asarray(picture).astype(np.int64) >> 8).clip(0, 255).astype(np.uint8)
    if picture.mode in ("1", "L"):
        return np.asarray(picture.convert("L"))
    clear = "A" in picture.getbands() or "transparency" in picture.info
    return np.asarray(picture.convert("RGBA" if clear else "RGB"))


def _unreadable(path: Path, reason: str) -> StudioError:
    return StudioError("input_kind", file=path, reason=reason)
