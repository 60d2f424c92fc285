"""``--out``: whether a result can be written there, known before an hour of training."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from nnstudio.messages import StudioError


def writable(out: str | None) -> Path | None:
    """``out``, unless it is clear before an hour of training that nothing can be written there."""
    if out is None:
        return None
    path = Path(out)
    if reason := _obstacle(path):
        raise StudioError("file_unwritable", file=out or "“”", reason=reason)
    return path


def _obstacle(path: Path) -> str:
    """Why no file can be written to ``path``; empty if nothing is known to be in the way."""
    folder = Path(os.path.realpath(path)).parent  # a link is followed when the file is written
    try:
        if path.is_dir():
            return "it is a folder"
        if path.exists() and not path.is_file():
            return "it is no ordinary file"
        if not folder.is_dir():
            return "there is no such folder"
        with suppress(FileNotFoundError):
            path.stat()
    except OSError as error:
        return error.strerror or str(error)
    return "" if os.access(folder, os.W_OK) else "its folder is write-protected"
