"""Signs that the user has drawn on the pad, each kept with its name."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import ClassVar

import numpy as np

from nnstudio.data.dataset import Dataset
from nnstudio.data.errors import DataError
from nnstudio.data.sources.by_hand import MOST, ByHand, too_many
from nnstudio.data.strokes import parse_strokes
from nnstudio.schema import check, setting

#: The side of the pictures of each style.
SIDES = {"mnist": 28, "digits": 8}
#: So many pictures are made in the background: a quarter of a second's worth.
_MANY = 500
#: The longest name of a sign.
LONGEST = 24


@dataclass(frozen=True)
class Drawings(ByHand):
    """Pen strokes, from which the pictures are made: large ones as MNIST's, or small ones.

    Signs stand in the order in which they were first drawn, so that one more doesn't change the
    numbers of those that a network has learned.
    """

    title: ClassVar[str] = "Your own drawings"
    description: ClassVar[str] = "Signs you draw in Try it: letters, digits or any others."

    drawings: tuple[str, ...] = setting((), in_form=False)
    labels: tuple[int, ...] = setting((), ge=0, in_form=False)
    signs: tuple[str, ...] = setting((), in_form=False)
    style: str = setting(
        "mnist",
        choices=tuple(SIDES),
        label="Pictures",
        help="28 × 28 pixels in greys like MNIST's, or 8 × 8 counts like those of the small digits",
    )

    @property
    def drawing(self) -> str:  # type: ignore[override]
        """The style is for the user to choose."""
        return self.style

    @property
    def slow(self) -> bool:  # type: ignore[override]
        """Only the first time, where there are many pictures to be made of strokes."""
        return self.size - _picture.cache_info().currsize > _MANY

    @property
    def size(self) -> int:
        return len(self.drawings)

    @property
    def input_shape(self) -> tuple[int, ...]:
        return 1, SIDES[self.style], SIDES[self.style]

    @property
    def classes(self) -> tuple[str, ...]:
        return self.signs

    def picture(self, place: int) -> np.ndarray:
        """What a network receives of one drawing, ``(height, width)``.

        Raises:
            DataError: its strokes are damaged.
        """
        return _picture(self.style, self.drawings[place])

    def counts(self) -> dict[str, int]:
        """How many drawings there are of each sign."""
        counts = np.bincount(np.array(self.labels, int), minlength=len(self.signs)).tolist()
        return dict(zip(self.signs, counts, strict=True))

    # ------------------------------------------------------------------ edits

    def with_drawing(self, strokes: str, sign: str) -> Drawings:
        """With one more drawing, of a sign that may be a new one.

        Raises:
            DataError: the set is full, or that is no name for a sign.
        """
        if self.size >= MOST:
            raise too_many(self.title)
        signs = self._known(sign)
        return replace(
            self,
            drawings=(*self.drawings, strokes),
            labels=(*self.labels, signs.index(sign.strip())),
            signs=signs,
        )

    def without(self, places: Collection[int]) -> Drawings:
        """Without the drawings at these places, and without signs of which none is left."""
        gone = set(places)
        kept = [place for place in range(self.size) if place not in gone]
        return replace(
            self,
            drawings=tuple(self.drawings[place] for place in kept),
            labels=tuple(self.labels[place] for place in kept),
        )._tidied()

    def relabelled(self, places: Collection[int], sign: str) -> Drawings:
        """With the drawings at these places taken for ``sign``, which may be a new one.

        Raises:
            DataError: that is no name for a sign.
        """
        signs, those = self._known(sign), set(places)
        number = signs.index(sign.strip())
        labels = [number if place in those else label for place, label in enumerate(self.labels)]
        return replace(self, labels=tuple(labels), signs=signs)._tidied()

    def _known(self, sign: str) -> tuple[str, ...]:
        name = sign.strip()
        if not 0 < len(name) <= LONGEST:
            raise DataError("drawings_sign", most=LONGEST)
        return self.signs if name in self.signs else (*self.signs, name)

    def _tidied(self) -> Drawings:
        """Without signs that have no drawing."""
        used = sorted(set(self.labels))
        number = {label: place for place, label in enumerate(used)}
        return replace(
            self,
            labels=tuple(number[label] for label in self.labels),
            signs=tuple(self.signs[label] for label in used),
        )

    # ------------------------------------------------------------------ examples

    def load(self) -> Dataset:
        check(self)
        self.check_size("drawings_none")
        if len(self.labels) != self.size:
            raise DataError("by_hand_labels", name=self.title, got=len(self.labels), size=self.size)
        if len(set(self.signs)) != len(self.signs) or max(self.labels) >= len(self.signs):
            raise DataError("drawings_signs", signs=", ".join(self.signs[:8]))
        if len(self.signs) < 2:
            raise DataError("drawings_one_sign", sign=self.signs[0])
        pictures = np.stack([self.picture(place) for place in range(self.size)])
        return Dataset(
            self.title, pictures[:, np.newaxis], np.array(self.labels, np.int64), self.signs
        )


@lru_cache(maxsize=2 * MOST)
def _picture(style: str, strokes: str) -> np.ndarray:
    """Drawn once for each drawing: a set is loaded again with each one that is kept."""
    from nnstudio.data.drawing import prepare_drawing  # it draws with Pillow, which takes long

    picture: np.ndarray = prepare_drawing(style, parse_strokes(strokes))[0]
    picture.flags.writeable = False
    return picture
