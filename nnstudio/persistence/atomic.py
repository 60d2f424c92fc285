"""Writing a file so that there is always a whole one: the old or the new."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

#: What files are called while they are written.
TEMPORARY = ".nnstudio-{}.tmp"


@contextmanager
def replacing(path: Path) -> Iterator[BinaryIO]:
    """Give a file to write to; when the block ends well, it takes the place of ``path``.

    The bytes go to a new file in the same folder, are forced onto the disk and then renamed. If
    anything fails, the new file is removed and ``path`` is as it was. A link is followed, and an
    old file's permissions are kept. A device or a pipe is left alone: a file would take its place.

    Raises:
        OSError: no permission, no space, no such folder, no ordinary file.
    """
    path = Path(os.path.realpath(path))  # Path.resolve fails where links go round in a circle
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise OSError(errno.EINVAL, "it is no ordinary file")
    fresh = path.with_name(TEMPORARY.format(secrets.token_hex(8)))
    try:
        with fresh.open("xb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileNotFoundError):
            fresh.chmod(path.stat().st_mode & 0o777)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Force the renaming onto the disk, where the system lets folders be opened (not Windows)."""
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
