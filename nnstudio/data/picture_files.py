"""Reading many picture files at once, on several threads, into one array of one size."""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from nnstudio.data.progress import tell

#: Endings of files that are looked at; capitals don't matter.
ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm")
#: Larger pictures (in pixels) are left out: unpacked, a tiny file can fill the memory.
MOST_PIXELS = 64_000_000
#: Files read together; so many pictures wait in memory at a time.
_TOGETHER = 512


@dataclass(frozen=True)
class Form:
    """What every picture is made into: (channels, height, width), channels 1 (grey) or 3."""

    channels: int
    height: int
    width: int


@dataclass(frozen=True)
class Unreadable:
    """A file that is no picture that can be read, and why."""

    path: Path
    reason: str


def size_of(path: Path) -> tuple[int, int]:
    """Height and width of a picture, from its header.

    Raises:
        OSError: it is no picture.
    """
    from PIL import Image

    try:
        with Image.open(path) as image:
            return image.height, image.width
    except _errors() as error:
        raise OSError(str(error)) from error


def read_pieces(
    paths: Sequence[Path], form: Form
) -> Iterator[tuple[np.ndarray, np.ndarray, list[Unreadable]]]:
    """The pictures, some hundreds at a time, in the order of ``paths``.

    Yields:
        ``(n, channels, height, width)`` uint8; the positions ``(n,)`` in ``paths`` of these; and
        the files that were left out.
    """
    # Pillow warns of what is odd in a file; whether it can be read is told by whether it is.
    warnings.filterwarnings("ignore", module=r"PIL\.")
    # Pillow decodes without holding the interpreter, so threads are enough.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for start in range(0, len(paths), _TOGETHER):
            part = paths[start : start + _TOGETHER]
            pictures = np.empty((len(part), form.channels, form.height, form.width), np.uint8)
            found = list(pool.map(_read_into, part, pictures, [form] * len(part)))
            good = np.flatnonzero([reason is None for reason in found])
            bad = [Unreadable(p, r) for p, r in zip(part, found, strict=True) if r is not None]
            yield pictures[good] if bad else pictures, start + good, bad
            tell(start + len(part), len(paths))


def _read_into(path: Path, out: np.ndarray, form: Form) -> str | None:
    """Fill ``out`` with the picture in the file; why not, if that can't be."""
    from PIL import Image

    mode, size = ("L" if form.channels == 1 else "RGB"), (form.width, form.height)
    try:
        with Image.open(path) as image:
            if image.width * image.height > MOST_PIXELS:
                return f"it has {image.width} × {image.height} pixels"
            image.draft(mode, size)  # JPEG can be unpacked at a fraction of its size
            plain: Any = image if image.mode == mode else _opaque(image).convert(mode)
            if plain.size != size:
                shrinks = plain.width >= form.width and plain.height >= form.height
                how = Image.Resampling.BOX if shrinks else Image.Resampling.BILINEAR
                plain = plain.resize(size, how)
            values = np.asarray(plain)
    except _errors() as error:
        return str(error) or type(error).__name__
    out[...] = values if form.channels == 1 else np.moveaxis(values, -1, 0)
    return None


def _opaque(image: Any) -> Any:
    """A picture without transparency, laid on white."""
    from PIL import Image

    if "A" not in image.getbands() and "transparency" not in image.info:
        return image
    layer = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", layer.size, "white"), layer)


def _errors() -> tuple[type[Exception], ...]:
    """What Pillow raises for bytes that are no picture, or too many of them."""
    from PIL import Image

    return (
        *(Image.DecompressionBombError, OSError, EOFError),
        *(SyntaxError, ValueError, TypeError, IndexError, KeyError, OverflowError, MemoryError),
        *(ZeroDivisionError, AttributeError, NotImplementedError),
        Warning,  # where warnings are errors: it is about a damaged file
    )
