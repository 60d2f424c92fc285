"""A lock on a file, which the system lets go of when the process ends, however it ends.

So there is no need to ask whether some process still lives, nor whether it is the same one.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _lock(descriptor: int) -> None:
        # Not lockf: its locks are let go of as soon as the process closes any other descriptor
        # of the file, and don't keep two windows of one process apart.
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


class FileLock:
    """A lock that is held, until :meth:`release`."""

    def __init__(self, path: Path) -> None:
        """Lock the file ``path``, which is made if there is none.

        Raises:
            BlockingIOError, PermissionError: somebody else holds it.
            OSError: the file can't be made or locked.
        """
        self._descriptor = os.open(
            path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600
        )
        try:
            _lock(self._descriptor)
        except OSError:
            os.close(self._descriptor)
            raise

    def release(self) -> None:
        """Let go of it; once more does no harm."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1
