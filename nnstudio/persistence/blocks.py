"""The user's own blocks: some layers under a name, to be added as often as one likes.

Each is a file of its own in the folder ``blocks`` beside the preferences, so that it can be given
to somebody else. It holds what the clipboard would; weights stay behind. A file that can't be read
is passed over: it is never a reason not to start, and never removed.
"""

from __future__ import annotations

import logging
import re
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

from nnstudio.messages import StudioError
from nnstudio.persistence.atomic import replacing
from nnstudio.persistence.clipping import (
    MOST_CHARACTERS,
    Clipping,
    ClippingText,
    clipping_of_text,
    text_of_clipping,
)
from nnstudio.persistence.preferences import preferences_path
from nnstudio.persistence.trained_text import Form

_KIND = "block of layers"
#: Windows takes files of these names for devices.
_RESERVED = frozenset(
    {"con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(1, 10))}
)
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Block:
    """Some layers under a name.

    Attributes:
        file: the name of its file, without the end.
    """

    name: str
    clipping: Clipping
    file: str


class BlockText(Form):
    """The whole text; ``nnstudio`` says what it is."""

    nnstudio: str
    name: str
    clipping: ClippingText


def blocks_folder() -> Path:
    """Where the files are."""
    return preferences_path().parent / "blocks"


def load_blocks() -> tuple[Block, ...]:
    """All blocks that can be read, by name."""
    return read_blocks()[0]


def read_blocks() -> tuple[tuple[Block, ...], tuple[Path, ...]]:
    """All blocks that can be read, by name; and the files of those that can't."""
    found, damaged = [], []
    try:
        paths = sorted(blocks_folder().glob("*.json"))
    except OSError as error:
        _log.warning("blocks can't be looked for in %s: %s", blocks_folder(), error)
        return (), ()
    for path in paths:
        try:
            found.append(_read(path))
        except (OSError, ValueError, RecursionError, StudioError) as error:
            _log.warning("the block in %s can't be read: %s", path, error)
            damaged.append(path)
    blocks = sorted(found, key=lambda block: (block.name.casefold(), block.file))
    return tuple(blocks), tuple(damaged)


def save_block(name: str, clipping: Clipping, file: str = "") -> Block:
    """Write a block.

    Args:
        file: which file it takes the place of; empty for a new one.

    Raises:
        StudioError: it can't be written.
    """
    block = Block(name, replace(clipping, groups=(), notes=()), file or _fresh_file(name))
    text = BlockText(nnstudio=_KIND, name=name, clipping=text_of_clipping(block.clipping))
    path = _path(block)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as writing:
            writing.write(msgspec.json.format(msgspec.json.encode(text), indent=1) + b"\n")
    except OSError as error:
        reason = error.strerror or str(error)
        raise StudioError("block_unwritable", file=path, reason=reason) from error
    return block


def remove_block(block: Block) -> None:
    """Delete a block's file; one that is gone already is no harm.

    Raises:
        StudioError: it can't be deleted.
    """
    try:
        _path(block).unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StudioError("block_unwritable", file=_path(block), reason=reason) from error


def _read(path: Path) -> Block:
    if path.stat().st_size > MOST_CHARACTERS:
        raise ValueError("it is too large")
    text = msgspec.json.decode(path.read_bytes(), type=BlockText)
    if text.nnstudio != _KIND or not text.name.strip() or not text.clipping.nodes:
        raise ValueError("it is no block of layers")
    return Block(text.name.strip(), clipping_of_text(text.clipping), path.stem)


def _path(block: Block) -> Path:
    return blocks_folder() / f"{block.file}.json"


def _fresh_file(name: str) -> str:
    """A name for a new file, made of the letters of ``name`` that any disk takes."""
    stem = re.sub(r"[^a-z0-9]+", "-", name.casefold()).strip("-")[:40] or "block"
    stem = f"{stem}-block" if stem in _RESERVED else stem
    file, number = stem, 1
    while (blocks_folder() / f"{file}.json").exists():
        number += 1
        file = f"{stem}-{number}"
    return file
