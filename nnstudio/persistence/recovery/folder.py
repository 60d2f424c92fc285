"""A folder with what would be lost of one document: as it was last, and at its best epoch.

Each is a project file like any other, with a note beside the project that says what it was and when
it was written. It is replaced as a whole or not at all, so that whatever happens while it is
written leaves the one before.
"""

from __future__ import annotations

import logging
import os
import secrets
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import msgspec
from platformdirs import user_state_path

from nnstudio.messages import StudioError
from nnstudio.persistence.atomic import TEMPORARY, sync_folder
from nnstudio.persistence.preferences import CONFIG_VARIABLE
from nnstudio.persistence.project_file import load_project, read_note, save_project
from nnstudio.persistence.recovery.lock import FileLock
from nnstudio.project.project import Project

Which = Literal["last", "best"]

_LOCK = "lock"
_ATTEMPTS = 10
_log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Note:
    """What is told of a document before it is opened again.

    Attributes:
        name: what it was called.
        path: its file; empty if it had none.
        at: when this was written, in seconds since 1970.
        is_training: whether a run went on.
        in_terminal: whether that was a command, not a window.
        epoch, epochs: finished epochs, and how many it was to have in all.
    """

    name: str
    path: str = ""
    at: float = 0.0
    is_training: bool = False
    in_terminal: bool = False
    epoch: int = 0
    epochs: int = 0


@dataclass(frozen=True, eq=False)
class RecoveryFolder:
    """A folder and the lock that says it is in use."""

    path: Path
    lock: FileLock

    @staticmethod
    def make() -> RecoveryFolder:
        """A new one, locked.

        Raises:
            OSError: there is no place for it.
        """
        for attempt in range(_ATTEMPTS):
            path = recovery_root() / f"{os.getpid()}-{secrets.token_hex(4)}"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.mkdir(0o700)
            try:
                folder = RecoveryFolder(path, FileLock(path / _LOCK))
                sync_folder(path.parent)
                return folder
            except OSError:  # somebody looks for what was left behind, and takes it for that
                with suppress(OSError):
                    path.rmdir()
                if attempt == _ATTEMPTS - 1:
                    raise
        raise AssertionError("the last attempt returns or raises")

    # ------------------------------------------------------------------ writing

    def write(self, which: Which, project: Project, note: Note) -> None:
        """Keep ``project``: all of it or, if that fails, what was kept before.

        Raises:
            ProjectFileError: it can't be written.
        """
        save_project(project, self._file(which), note=msgspec.json.encode(note))

    def remove(self, *which: Which) -> None:
        """Keep these no longer, as far as the disk obeys."""
        for each in which:
            with suppress(OSError):
                self._file(each).unlink(missing_ok=True)

    def discard(self) -> None:
        """Remove everything and let go of the lock."""
        with suppress(OSError):
            for file in self.path.iterdir():
                if file.name != _LOCK:
                    file.unlink(missing_ok=True)
            (self.path / _LOCK).unlink(missing_ok=True)
        self.release()
        with suppress(OSError):  # where the system keeps files that are open
            (self.path / _LOCK).unlink(missing_ok=True)
            self.path.rmdir()

    def release(self) -> None:
        """Leave it for the next start."""
        self.lock.release()

    # ------------------------------------------------------------------ reading

    def has(self, which: Which) -> bool:
        """Whether this is kept."""
        return self._file(which).is_file()

    def note(self, which: Which) -> Note | None:
        """What is said of it; ``None`` if there is none, or it can't be read."""
        try:
            return msgspec.json.decode(read_note(self._file(which)) or b"", type=Note)
        except (StudioError, ValueError, RecursionError):
            return None

    def load(self, which: Which) -> Project:
        """The project that was kept.

        Raises:
            ProjectFileError: it is damaged; the sentence says how.
        """
        return load_project(self._file(which))

    def _file(self, which: Which) -> Path:
        return self.path / f"{which}.nnstudio"


def recovery_root() -> Path:
    """Where the folders are: beside the preferences if these have a place of their own."""
    folder = os.environ.get(CONFIG_VARIABLE)
    root = Path(folder) if folder else user_state_path("nnstudio", appauthor=False)
    return root / "recovery"


def left_behind() -> list[RecoveryFolder]:
    """What processes left behind that are no more, the latest first; locked, so it is ours now."""
    try:
        paths = sorted(path for path in recovery_root().iterdir() if path.is_dir())
    except OSError:
        return []
    found = []
    for path in paths:
        try:
            folder = RecoveryFolder(path, FileLock(path / _LOCK))
        except OSError:  # in use
            continue
        if folder.has("last") or folder.has("best"):
            _tidy(folder)
            found.append(folder)
        else:
            folder.discard()
    return sorted(found, key=_written_at, reverse=True)


def _tidy(folder: RecoveryFolder) -> None:
    """Remove what was being written when the process ended."""
    for file in folder.path.glob(TEMPORARY.format("*")):
        with suppress(OSError):
            file.unlink(missing_ok=True)


def _written_at(folder: RecoveryFolder) -> float:
    times = [0.0]
    for which in ("last", "best"):
        with suppress(OSError):
            times.append((folder.path / f"{which}.nnstudio").stat().st_mtime)
    return max(times)


def now() -> float:
    """The time of a note."""
    return time.time()
