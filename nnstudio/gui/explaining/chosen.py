"""One example as it is shown and as a network gets it: of the data, or what is on the pad."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import INPUTS, Dataset
from nnstudio.data.drawing import prepare_drawing
from nnstudio.engine.layer import Array
from nnstudio.gui.looking.picture_image import brightness
from nnstudio.project.answering import rows_of
from nnstudio.project.model import Model
from nnstudio.training.report import Part

#: What can be chosen from; the last is no part of the data.
PARTS: dict[Part, str] = {"validation": "Validation", "training": "Training", "test": "Test"}
DRAWING, DRAWING_TEXT = "drawing", "The drawing"


@dataclass(frozen=True, eq=False)
class Chosen:
    """The example.

    Attributes:
        columns: what it has in each column of the data, one example each, ``(1, *shape)``.
        stepped: whether they have gone through the preparation's steps.
        dataset: where it is from, or what it is like.
        position: where it is there; −1 for the drawing.
    """

    columns: Mapping[str, Array]
    stepped: bool
    dataset: Dataset
    position: int

    @property
    def title(self) -> str:
        """What it is called."""
        return DRAWING_TEXT if self.position < 0 else f"Example {self.position + 1:,}"

    @property
    def picture(self) -> Array | None:
        """``(C, H, W)``, if it is one."""
        shown = self.columns[INPUTS]
        return shown[0] if shown.ndim == 4 else None

    @property
    def sequence(self) -> Array | None:
        """``(T, F)``, if it is one."""
        shown = self.columns[INPUTS]
        return shown[0] if shown.ndim == 3 else None

    @cached_property
    def limits(self) -> tuple[float, float]:
        """What is painted black and white, or the lower and upper edge of a sequence."""
        if self.position < 0:
            return 0.0, float(self.columns[INPUTS].max()) or 1.0
        if self.sequence is not None:
            return float(np.nanmin(self.sequence)), float(np.nanmax(self.sequence))
        return brightness(self.dataset.inputs)

    def names(self, column: str, count: int) -> tuple[str, ...]:
        """What the numbers of a column are called."""
        known = self.dataset.input_names if column == INPUTS else ()
        if len(known) == count:
            return known
        one = "x" if column == INPUTS else column
        return (one,) if count == 1 else tuple(f"{one}{k + 1}" for k in range(count))

    def target(self, column: str) -> Array | None:
        """What the answer is compared with; ``None`` where nobody knows."""
        if self.position < 0 or column not in self.dataset.column_names:
            return None
        return self.dataset.column(column).values[self.position]

    def prepared(self, model: Model) -> list[Array]:
        """What each input of the network gets, ``(features…, 1)``.

        Raises:
            PredictError: it isn't what the network reads.
        """
        return model.prepared(self.columns, stepped=self.stepped)


def chosen_of_data(data: PreparedData, position: int) -> Chosen:
    """An example of the data."""
    dataset = data.dataset
    columns = {
        name: dataset.column(name).values[position : position + 1] for name in dataset.column_names
    }
    return Chosen(columns, True, dataset, position)


def chosen_of_drawing(
    data: PreparedData, style: str, strokes: tuple[tuple[tuple[float, float], ...], ...]
) -> Chosen:
    """What is on the pad, as data of this style would have it."""
    picture = prepare_drawing(style, [np.array(stroke) for stroke in strokes])
    return Chosen({INPUTS: picture[np.newaxis]}, False, data.dataset, -1)


def part_with(data: PreparedData, position: int) -> tuple[Part, int] | None:
    """The part that an example is in, and its place there."""
    for part in PARTS:
        places = np.flatnonzero(rows_of(data, part) == position)
        if len(places):
            return part, int(places[0])
    return None
