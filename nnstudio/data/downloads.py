"""Fetching published files, where the user asked for that: with progress, cancel and checksum.

A file appears in the folder only when it is complete and its checksum is right.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nnstudio.data.errors import DataError

#: Told how many bytes of all files have arrived, of how many (0: nobody said); may raise to cancel.
Progress = Callable[[int, int], object]

#: Seconds without an answer after which a server is given up.
PATIENCE = 20


@dataclass(frozen=True)
class RemoteFile:
    """A published file.

    Attributes:
        url: where it is.
        checksum: such as ``md5:f68b…``, of the file as it is published.
        size: in bytes, to foretell how long it takes.
    """

    url: str
    checksum: str
    size: int = 0

    @property
    def name(self) -> str:
        """What it is called in a folder."""
        return self.url.rsplit("/", 1)[-1]


def fetch(
    title: str, files: Sequence[RemoteFile], folder: Path, progress: Progress | None = None
) -> None:
    """Bring ``files`` into ``folder``; those that are there with the right checksum stay.

    Raises:
        DataError: the network, the server or the disk failed, or a checksum is wrong.
        Cancelled: ``progress`` raised it; files that were complete are kept.
    """
    import pooch  # type: ignore[import-untyped]  # only for who downloads
    import requests

    pooch.get_logger().setLevel("ERROR")
    counter = _Counter(progress, sum(file.size for file in files))
    for file in files:
        try:
            downloader = pooch.HTTPDownloader(progressbar=counter, timeout=PATIENCE)
            pooch.retrieve(file.url, file.checksum, file.name, folder, downloader=downloader)
        except requests.RequestException as error:
            names = ", ".join(file.name for file in files)
            reason = _reason(error)
            raise DataError(
                "download_failed", name=title, reason=reason, files=names, folder=folder
            ) from error
        except OSError as error:
            reason = error.strerror or str(error)
            raise DataError("download_disk", folder=folder, reason=reason) from error
        except ValueError as error:
            raise DataError(
                "download_checksum", file=file.name, url=file.url, folder=folder
            ) from error
        counter.file_done(file.size)


def _reason(error: Exception) -> str:
    """Why the network failed, in few words."""
    import requests

    if isinstance(error, requests.HTTPError) and error.response is not None:
        return f"the server answers {error.response.status_code}"
    if isinstance(error, requests.Timeout):
        return f"no answer within {PATIENCE} s"
    if isinstance(error, requests.ConnectionError):
        return "there is no connection to the server"
    return type(error).__name__


class _Counter:
    """Bytes of all files together, counted in the way that pooch tells of each."""

    def __init__(self, progress: Progress | None, expected: int) -> None:
        self._progress = progress
        self._expected = expected
        self._before = self._here = 0
        self.total: Any = 0  # of the present file; pooch sets it

    def update(self, count: int) -> None:
        """So many bytes more have arrived."""
        self._here = min(self._here + count, int(self.total))  # pooch counts whole chunks
        if self._progress is not None:
            self._progress(self._before + self._here, self._expected)

    def reset(self) -> None:
        """The file is complete; pooch now counts it once more."""
        self._here = 0

    def close(self) -> None:
        """Nothing more of this file comes."""

    def file_done(self, size: int) -> None:
        """The next file begins."""
        self._before += size or int(self.total or 0)
        self._here = 0
