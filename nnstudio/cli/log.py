"""The log file: where the details of what nobody expected go."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path

from platformdirs import user_log_path

_MOST_BYTES = 2**20


class Log:
    """Writes to the log file, which comes into being with its first line."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._logger = logging.getLogger("nnstudio")
        self._handler = _Handler(file)
        self._logger.addHandler(self._handler)

    @property
    def place(self) -> str:
        """Where to look for what was logged."""
        return "no log, as it can't be written" if self._handler.failed else str(self._file)

    def exception(self, text: str, *values: object) -> None:
        """Log ``text`` and the exception that is being handled."""
        self._logger.exception(text, *values)

    def close(self) -> None:
        """Write no more."""
        self._logger.removeHandler(self._handler)
        self._handler.close()


class _Handler(RotatingFileHandler):
    """A log of bounded size that never disturbs the program when it can't be written."""

    def __init__(self, file: Path) -> None:
        self.failed = False
        super().__init__(file, maxBytes=_MOST_BYTES, backupCount=1, encoding="utf-8", delay=True)
        self.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        try:
            Path(self.baseFilename).parent.mkdir(parents=True, exist_ok=True)
        except OSError:
            self.failed = True
            return
        super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        self.failed = True


def log_path() -> Path:
    """The file: in the folder that ``NNSTUDIO_LOG`` names, or in the user's usual one."""
    folder = os.environ.get("NNSTUDIO_LOG")
    root = Path(folder) if folder else user_log_path("nnstudio", appauthor=False)
    return root / "nnstudio.log"


@contextmanager
def log_to_file() -> Iterator[Log]:
    """Log what the program says about itself to :func:`log_path` while the block runs."""
    log = Log(log_path())
    try:
        yield log
    finally:
        log.close()
