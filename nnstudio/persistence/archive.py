"""The zip archive around a project: named parts in, named parts out.

The text is packed; arrays are stored as they are, since packing costs seconds and saves a few
percent. Equal parts give equal bytes: every date is the same.

An archive may come from anywhere. Only the parts that are known are read, each at most once, and
none may unpack to more than it could reasonably hold.
"""

from __future__ import annotations

import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import BinaryIO

from nnstudio.persistence.errors import Damaged, NoProject, TooLarge

TEXT = "project.json"
THUMBNAIL = "thumbnail.png"
#: What is said of a project that was kept for recovery.
NOTE = "note.json"
RUNS = "runs.json"
RECORDING_TEXT = "recording.json"
RECORDING = "recording.safetensors"
#: Every part that a project may have and the most bytes it may unpack to.
MOST_BYTES = {
    TEXT: 32 * 2**20,
    "weights.safetensors": 2**31,
    "preparation.safetensors": 64 * 2**20,
    "optimizer.safetensors": 2**32,
    "start.safetensors": 2**31,
    "best.safetensors": 2**31,
    "history.safetensors": 64 * 2**20,
    RUNS: 64 * 2**20,
    RECORDING_TEXT: 64 * 2**20,
    RECORDING: 2**29,
    THUMBNAIL: 16 * 2**20,
    NOTE: 2**20,
}
#: The parts that are text; everything else is stored as it is.
_TEXTS = (TEXT, RUNS, RECORDING_TEXT)
#: A part of a run in the book: what a project has, in a folder of its own.
_OF_A_RUN = re.compile(r"runs/[1-9][0-9]{0,17}/([a-z]+\.safetensors)")
#: Deflate can pack zeros to a thousandth. Arrays are stored as they are, so only text is large when
#: unpacked, and this is a very long text.
_MOST_UNPACKED = 64 * 2**20

_DATE = (1980, 1, 1, 0, 0, 0)
_ZIP_MAGIC = b"PK\x03\x04"
#: What the zip module raises for bytes that are no archive.
_ZIP_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    LookupError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
)


def write_archive(file: BinaryIO, parts: Mapping[str, bytes]) -> None:
    """Write ``parts`` in their order."""
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts.items():
            entry = zipfile.ZipInfo(name, _DATE)
            entry.compress_type = zipfile.ZIP_DEFLATED if name in _TEXTS else zipfile.ZIP_STORED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3  # the same bytes on every system
            archive.writestr(entry, content)


def read_archive(file: BinaryIO, wanted: tuple[str, ...] | None = None) -> dict[str, bytes]:
    """The parts of ``wanted`` (default: all that are known) that the archive has, and no others.

    Raises:
        NoProject: no archive.
        Damaged: cut short, a wrong checksum, a part that is there twice.
        TooLarge: a part unpacks to too much.
        OSError: the disk fails.
    """
    start = file.read(len(_ZIP_MAGIC))
    file.seek(0)
    if start != _ZIP_MAGIC:
        raise NoProject("it doesn't begin as one does" if start else "it is empty")
    try:
        with zipfile.ZipFile(file) as archive:
            return _read_parts(archive, wanted)
    except _ZIP_ERRORS as error:
        raise Damaged("its archive is cut short or was changed") from error


def _read_parts(archive: zipfile.ZipFile, wanted: tuple[str, ...] | None) -> dict[str, bytes]:
    parts: dict[str, bytes] = {}
    for entry in archive.infolist():
        name = entry.filename
        most = _most_bytes(name)
        if not most or (wanted is not None and name not in wanted):
            continue
        if name in parts:
            raise Damaged(f"it has {name} twice")
        if entry.compress_type != zipfile.ZIP_STORED:
            if name not in MOST_BYTES:  # there may be thousands of them
                raise Damaged(f"it has {name} packed, where arrays are stored as they are")
            most = min(most, _MOST_UNPACKED)
        if entry.file_size > most:
            raise TooLarge(name, entry.file_size, most)
        # The module stops at the size that the entry tells, then compares the checksum.
        parts[name] = archive.read(entry)
    return parts


def _most_bytes(name: str) -> int:
    """The most bytes that a part may have; 0 for one that no project has."""
    in_folder = _OF_A_RUN.fullmatch(name)
    return MOST_BYTES.get(in_folder.group(1) if in_folder else name, 0)
