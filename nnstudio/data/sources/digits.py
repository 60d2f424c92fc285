"""The small handwritten digits that come with the program."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import ClassVar

import numpy as np

from nnstudio.assets import sample
from nnstudio.data.dataset import Column, Dataset
from nnstudio.data.idx import read_pictures
from nnstudio.data.sources.source import Source

#: The classes of every set of digits.
DIGITS = tuple("0123456789")


@dataclass(frozen=True)
class Digits(Source):
    """1,797 digits of 8×8 counts (Alpaydin and Kaynak, 1998; see samples/digits-LICENCE.txt).

    Each count, 0 to 16, is the number of inked cells in a 4×4 block of a 32×32 bitmap. The column
    “odd” tells of each digit whether it is odd, for networks that answer two questions at once.
    """

    title: ClassVar[str] = "Digits 8×8"
    description: ClassVar[str] = "1,797 small handwritten digits that come with the program."
    drawing: ClassVar[str] = "digits"

    def load(self) -> Dataset:
        return _read()


@cache
def _read() -> Dataset:
    pictures, labels = read_pictures(
        sample("digits-images-idx3-ubyte.gz"),
        sample("digits-labels-idx1-ubyte.gz"),
        side=8,
        classes=len(DIGITS),
    )
    labels = labels.astype(np.int64)
    odd = Column("odd", labels % 2, ("even", "odd"))
    return Dataset(Digits.title, pictures, labels, classes=DIGITS, columns=(odd,))
