"""What every data source is."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from nnstudio.data.dataset import Dataset
from nnstudio.data.errors import DataError


@dataclass(frozen=True)
class Source(ABC):
    """A choice of data: a frozen dataclass whose fields are declared with ``schema.setting``.

    A new source is one subclass, one line in ``SOURCES`` and one example in the contract test.
    """

    #: What a list of sources calls it.
    title: ClassVar[str]
    #: One sentence for a person who is choosing.
    description: ClassVar[str]
    #: The style in which a drawing becomes an input: a key of ``drawing.STYLES``; empty: none.
    drawing: ClassVar[str] = ""
    #: Whether loading takes long enough to be done in the background.
    slow: ClassVar[bool] = False

    @property
    def leaves_gaps(self) -> bool:
        """Whether inputs that are missing are left (NaN) to a step of the preparation."""
        return False

    @abstractmethod
    def load(self) -> Dataset:
        """The examples; the same ones each time for the same settings.

        Raises:
            DataError: a file is missing or damaged, or the settings don't fit together.
            SettingError: a setting is out of range.
        """


def check_range(name: str, low: float, high: float) -> None:
    """Raise :class:`DataError` unless there are numbers between ``low`` and ``high``."""
    if low >= high:
        raise DataError("data_range", name=name, low=low, high=high)
