"""Examples that are drawn as points: which they are, what is told of each, how they are marked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray
from PySide6.QtGui import QImage

from nnstudio.data.dataset import Dataset
from nnstudio.engine.layer import Array
from nnstudio.gui.look.number_text import number_text
from nnstudio.gui.look.theme import Colours
from nnstudio.gui.plots.class_marks import STEPS, class_marks, value_marks

#: An example's picture is shown about so large, and at most so many numbers of one.
_PICTURE_SIDE, _MOST_NUMBERS = 72, 6


@dataclass(frozen=True, eq=False)
class ShownExamples:
    """The examples that are drawn.

    Attributes:
        dataset: where they are from.
        index: ``(n,)``, their positions in it.
        validated: whether they are of the validation part; otherwise they were trained on.
    """

    dataset: Dataset
    index: Array
    validated: bool

    @property
    def labels(self) -> Array | None:
        """``(n,)``, the class of each, in sequences that of the first place; ``None`` for none."""
        targets = self.dataset.targets
        if not self.dataset.is_classification or targets.ndim > 2:
            return None
        found: Array = targets[self.index].reshape(len(self.index), -1)[:, 0]
        return found

    @property
    def is_of_first_place(self) -> bool:
        """Whether an example has a class at each place of a sequence, of which the first counts."""
        return self.dataset.is_classification and self.dataset.targets.ndim == 2

    @property
    def values(self) -> Array | None:
        """``(n,)``, the first target of each; ``None`` for classes."""
        if self.dataset.is_classification:
            return None
        result: Array = self.dataset.targets[self.index].reshape(len(self.index), -1)[:, 0]
        return result

    @property
    def value_name(self) -> str:
        """What the first target is called."""
        return (self.dataset.target_names or ("y",))[0]

    def same_as(self, other: ShownExamples) -> bool:
        """Whether both are the same examples of the same data."""
        same = self.dataset is other.dataset and self.validated == other.validated
        return same and np.array_equal(self.index, other.index)

    @property
    def part(self) -> str:
        """The name of the part they are from."""
        return "validation" if self.validated else "training"

    # ------------------------------------------------------------------ in words

    def words(self, number: int) -> str:
        """An example in a line of plain text."""
        place = f"Example {self.index[number]:,}, {self.part}"
        if self.labels is not None:
            first = "first " if self.is_of_first_place else ""
            return f"{first}{self.dataset.classes[int(self.labels[number])]} · {place}"
        if self.values is not None:
            return f"{self.value_name} = {number_text(float(self.values[number]))} · {place}"
        return place

    def rich_words(self, number: int, answer: str) -> str:
        """The same as rich text, with the network's answer, and its picture or first numbers."""
        title, _, rest = self.words(number).partition(" · ")
        row = self.dataset.inputs[self.index[number]]
        if self.dataset.is_picture:
            shown = f'<img src="data:image/png;base64,{_png(row)}">'
        else:
            numbers = _numbers(row.ravel(), self.dataset.input_names)
            shown = escape(numbers).replace("\n", "<br>")
        parts = [f"<b>{escape(title)}</b>", escape(rest), escape(answer), shown]
        return "<br>".join(part for part in parts if part)


@dataclass(frozen=True, eq=False)
class Colouring:
    """The mark of each example, and what the marks mean.

    Attributes:
        kinds: ``(n,)`` the number of each example's mark.
        names: of the marks, if each stands for itself.
        ends: the least and the greatest of a scale, in words, otherwise.
        judges: whether it tells right from wrong, rather than what is true.
        of: what the names are.
    """

    kinds: Array
    names: tuple[str, ...] = ()
    ends: tuple[str, str] | None = None
    judges: bool = False
    of: str = "Classes"

    def marks(self, colours: Colours) -> list[tuple[str, str]]:
        """(colour, form) of each mark."""
        if self.ends is not None or not self.names:
            return value_marks(colours)
        if self.judges:
            return [(colours.positive, "disc"), (colours.negative, "cross")]
        return class_marks(len(self.names), colours)

    @property
    def words(self) -> str:
        """What the marks mean, in a line."""
        if self.ends is not None:
            return f"Colours from {self.ends[0]} to {self.ends[1]}"
        if not self.names:
            return ""
        return f"{'Marks' if self.judges else self.of}: {', '.join(self.names)}"


def by_truth(examples: ShownExamples) -> Colouring:
    """By class, or by how great the first target is."""
    if examples.labels is not None:
        of = "Classes of the first place" if examples.is_of_first_place else "Classes"
        return Colouring(examples.labels.astype(int), examples.dataset.classes, of=of)
    values = examples.values
    if values is None or not len(values):
        return Colouring(np.full(len(examples.index), STEPS // 2))
    low, high = float(values.min()), float(values.max())
    ends = f"{examples.value_name} = {number_text(low)}", number_text(high)
    share = (values - low) / (high - low or 1.0)
    return Colouring(np.rint(share * (STEPS - 1)).astype(int), ends=ends)


def by_rightness(examples: ShownExamples, answers: Array) -> Colouring:
    """By whether the answers ``(n, …)`` are right, or how far they are too low or too high."""
    flat = answers.reshape(len(answers), -1)
    if examples.labels is not None:
        wrong = flat.argmax(axis=1) != examples.labels
        count = int(wrong.sum())
        names = (f"right {len(wrong) - count:,}", f"wrong {count:,}")
        return Colouring(wrong.astype(int), names, judges=True)
    if examples.values is None:
        return by_truth(examples)
    error = np.nan_to_num(flat[:, 0] - examples.values)
    most = float(np.abs(error).max()) if len(error) else 0.0
    share = (error / (most or 1.0) + 1) / 2
    ends = f"{number_text(-most)} too low", f"{number_text(most)} too high"
    return Colouring(np.rint(share * (STEPS - 1)).astype(int), ends=ends, judges=True)


def _numbers(values: Array, names: Sequence[str]) -> str:
    """The first numbers of an input, one in each line."""
    named = list(names) or [f"x{i + 1}" for i in range(len(values))]
    lines = [
        f"{name} = {number_text(float(value))}"
        for name, value in zip(named[:_MOST_NUMBERS], values, strict=False)
    ]
    if len(values) > _MOST_NUMBERS:
        lines.append(f"and {len(values) - _MOST_NUMBERS:,} more")
    return "\n".join(lines)


def _png(picture: Array) -> str:
    """A picture (channels, height, width), made larger in whole steps, as base64."""
    values = picture.astype(np.float64)
    low, high = min(0.0, float(values.min())), float(values.max())
    shades = np.rint(255 * (values - low) / (high - low or 1.0)).astype(np.uint8)
    colour = len(shades) == 3
    pixels = np.ascontiguousarray(shades.transpose(1, 2, 0) if colour else shades[0])
    height, width = pixels.shape[:2]
    kind = QImage.Format.Format_RGB888 if colour else QImage.Format.Format_Grayscale8
    image = QImage(pixels.data, width, height, pixels.strides[0], kind)
    times = max(1, _PICTURE_SIDE // max(width, height))
    kept = QByteArray()
    buffer = QBuffer(kept)
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.scaled(width * times, height * times).save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(kept.toBase64().data()).decode("ascii")
