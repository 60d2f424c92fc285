"""Project files, ``*.nnstudio``: saving, and reading what may be damaged or made to do harm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO, TypeVar

import msgspec

from nnstudio.messages import StudioError
from nnstudio.persistence.archive import NOTE, TEXT, THUMBNAIL, read_archive, write_archive
from nnstudio.persistence.atomic import replacing
from nnstudio.persistence.earlier_runs import known_again
from nnstudio.persistence.errors import Damaged, Newer, NoProject, ProjectFileError, TooLarge
from nnstudio.persistence.migrations import VERSION, migrate
from nnstudio.persistence.project_text import ProjectText, design_of, text_of
from nnstudio.persistence.recording_text import recording_parts, with_recording
from nnstudio.persistence.run_check import check_run
from nnstudio.persistence.runs_text import runs_parts, with_runs
from nnstudio.persistence.trained_text import parts_of
from nnstudio.project.project import Project

__all__ = [
    "ProjectFileError",
    "load_project",
    "read_description",
    "read_note",
    "read_thumbnail",
    "save_project",
]

T = TypeVar("T")
_PNG_MAGIC = b"\x89PNG\r\n\x1a\n"


def save_project(
    project: Project,
    path: str | Path,
    *,
    thumbnail: bytes | None = None,
    note: bytes | None = None,
) -> None:
    """Write ``project`` to ``path``: all of it or, if that fails, nothing.

    The same project gives the same bytes each time.

    Args:
        thumbnail: a small PNG picture of it for lists of files; ``None`` writes none. To keep the
            one of a file that is written again, pass ``read_thumbnail(path)``.
        note: what is told of it before it is opened (:mod:`nnstudio.persistence.recovery`).

    Raises:
        ProjectFileError: the file can't be written.
    """
    try:
        text = msgspec.json.format(msgspec.json.encode(text_of(project)), indent=2)
        parts = {TEXT: text + b"\n"}
        if project.trained is not None:
            parts |= parts_of(project.trained)
        parts |= recording_parts(project)
        parts |= runs_parts(project)
        if thumbnail is not None:
            parts[THUMBNAIL] = thumbnail
        if note is not None:
            parts[NOTE] = note
        with replacing(Path(path)) as file:
            write_archive(file, parts)
    except OSError as error:
        raise _unwritable(path, error.strerror or str(error)) from error
    except Damaged as error:
        raise _unwritable(path, str(error)) from error
    except UnicodeEncodeError as error:
        raise _unwritable(path, "a text holds half a character") from error


def load_project(path: str | Path) -> Project:
    """Read a project: exactly the one that was saved.

    Raises:
        ProjectFileError: the file is missing, cut short, damaged, too large or of a newer version.
    """
    return _read(path, _project)


def read_thumbnail(path: str | Path) -> bytes | None:
    """The PNG picture in a project file, if it has one; the rest is not looked at.

    Raises:
        ProjectFileError: the file is missing, or no archive.
    """
    picture = _read(path, lambda file: read_archive(file, (THUMBNAIL,))).get(THUMBNAIL)
    return picture if picture is not None and picture.startswith(_PNG_MAGIC) else None


def read_note(path: str | Path) -> bytes | None:
    """The note in a project file, if it has one; the rest is not looked at.

    Raises:
        ProjectFileError: the file is missing, or no archive.
    """
    return _read(path, lambda file: read_archive(file, (NOTE,))).get(NOTE)


def read_description(path: str | Path) -> str:
    """The sentence in a project file that says what it is; no array is looked at.

    Raises:
        ProjectFileError: the file is missing, no archive, or its text is damaged.
    """
    return _read(path, lambda file: _head(file).description)


def _read(path: str | Path, read: Callable[[BinaryIO], T]) -> T:
    """What ``read`` makes of the file; whatever is wrong becomes one sentence with its name."""
    try:
        with Path(path).open("rb") as file:
            return read(file)
    except FileNotFoundError as error:
        raise ProjectFileError("file_missing", file=path) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise ProjectFileError("file_unreadable", file=path, reason=reason) from error
    except NoProject as error:
        raise ProjectFileError("file_not_project", file=path, reason=str(error)) from error
    except Newer as error:
        raise ProjectFileError("file_newer", file=path, got=error.version, known=VERSION) from error
    except TooLarge as error:
        raise ProjectFileError(
            "file_too_large", file=path, part=error.part, got=error.size, most=error.most
        ) from error
    except (Damaged, StudioError) as error:
        reason = str(error).rstrip(".")
        raise ProjectFileError("file_damaged", file=path, reason=reason) from error


class _Head(msgspec.Struct):
    """The little that a list of files shows; other versions of the format have it as well."""

    description: str = ""


def _head(file: BinaryIO) -> _Head:
    parts = read_archive(file, (TEXT,))
    if TEXT not in parts:
        raise NoProject(f"it has no {TEXT}")
    try:
        return msgspec.json.decode(parts[TEXT], type=_Head)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Damaged(f"{TEXT} is not JSON ({error})") from error


def _project(file: BinaryIO) -> Project:
    """Parse, migrate, validate, build."""
    parts = read_archive(file)
    if TEXT not in parts:
        raise NoProject(f"it has no {TEXT}")
    try:
        plain = msgspec.json.decode(parts[TEXT])
        text = msgspec.convert(migrate(plain), ProjectText)
    except msgspec.ValidationError as error:
        raise Damaged(f"{TEXT}: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Damaged(f"{TEXT} is not JSON ({error})") from error
    except RecursionError as error:
        raise Damaged(f"{TEXT} is nested too deeply") from error
    project = design_of(text)
    if text.trained is None:
        return with_runs(project, parts)
    trained = known_again(text.trained.build(parts), project)
    project = replace(project, trained=trained)
    check_run(project)
    project = with_recording(project, parts, plain)
    return with_runs(project, parts)


def _unwritable(path: str | Path, reason: str) -> ProjectFileError:
    return ProjectFileError("file_unwritable", file=path, reason=reason)
