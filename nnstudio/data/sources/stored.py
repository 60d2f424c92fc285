"""Data that was converted once, to be read from the disk while it is trained on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from nnstudio.data.dataset import Dataset
from nnstudio.data.errors import DataError
from nnstudio.data.sources.source import Source
from nnstudio.data.stored import open_store
from nnstudio.schema import check, setting


@dataclass(frozen=True)
class Stored(Source):
    """A folder that ``nnstudio data convert`` wrote; see :mod:`nnstudio.data.stored`."""

    title: ClassVar[str] = "Converted data"
    description: ClassVar[str] = "A folder of converted data, however large, read as it is needed."
    slow: ClassVar[bool] = True

    folder: str = setting("", help="What “nnstudio data convert” has written")

    def load(self) -> Dataset:
        check(self)
        if not self.folder:
            raise DataError("store_missing", folder="“”")
        return open_store(Path(self.folder).expanduser())
