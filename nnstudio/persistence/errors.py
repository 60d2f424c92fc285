"""What can be wrong with a file."""

from __future__ import annotations

from nnstudio.messages import StudioError


class ProjectFileError(StudioError):
    """A project file that can't be read or written; its text says why."""


class Damaged(Exception):
    """What was read makes no sense, in a few words; whoever knows the file's name adds it."""


class NoProject(Exception):
    """What was read is no project file at all, in a few words."""


class Newer(Exception):
    """The file has a format this version doesn't know: ``version``."""

    def __init__(self, version: int) -> None:
        super().__init__(version)
        self.version = version


class TooLarge(Exception):
    """``part`` of the archive has ``size`` bytes, and at most ``most`` are read."""

    def __init__(self, part: str, size: int, most: int) -> None:
        super().__init__(part, size, most)
        self.part, self.size, self.most = part, size, most
