"""What all data have in common that the user makes by hand, example by example.

Such data is small and lies in the project itself. What a network must fit is known before there is
any example, so that the network can be laid out first.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from nnstudio.data.errors import DataError
from nnstudio.data.sources.source import Source

#: The most examples of one set. All of them are in the project file, and in each step of undo.
MOST = 5000


@dataclass(frozen=True)
class ByHand(Source):
    """A source that holds its examples."""

    @property
    @abstractmethod
    def size(self) -> int:
        """How many examples there are so far."""

    @property
    @abstractmethod
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one input."""

    @property
    @abstractmethod
    def classes(self) -> tuple[str, ...]:
        """The name of each class; empty for numbers."""

    def check_size(self, none_yet: str) -> None:
        """Raise :class:`DataError` unless there are examples, and no more than there may be.

        Args:
            none_yet: the code of the sentence for a set without examples.
        """
        if not self.size:
            raise DataError(none_yet)
        if self.size > MOST:
            raise too_many(self.title)


def too_many(title: str) -> DataError:
    """What is said where more examples are made than there may be."""
    return DataError("by_hand_full", name=title, most=MOST)
