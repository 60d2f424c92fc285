"""How far an edit moved what a network answers: asked before and after, on the same examples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.engine.axes import feature_axis
from nnstudio.project.model import Model
from nnstudio.project.project import Project

#: So many examples are enough to tell.
MOST_EXAMPLES = 1_000


@dataclass(frozen=True)
class Moved:
    """What became of the answers.

    Attributes:
        largest, mean: absolute change of a number: of a probability or score, or in the units of
            the data.
        answers: how many answers are classes, in all examples and outputs.
        changed: how many of these are another class now.
        examples: how many were asked.
    """

    largest: float
    mean: float
    answers: int
    changed: int
    examples: int

    def __str__(self) -> str:
        if not self.largest:
            return "predictions stayed the same"
        words = f"predictions moved by at most {self.largest:.1g}"
        if self.changed:
            words += f", and {self.changed:,} of {self.answers:,} answers are another class now"
        return words


def how_far(
    before: Project, after: Project, data: PreparedData, most: int = MOST_EXAMPLES
) -> Moved:
    """Compare the answers of two trained projects with outputs of the same shapes.

    They are asked about validation examples, or about training examples if there are none.

    Raises:
        CompileError, PredictError: one of them can't answer.
    """
    rows = data.parts.validation if len(data.parts.validation) else data.parts.train
    rows = rows[:most]
    models = Model.of(before), Model.of(after)
    asked = {name: data.dataset.column(name).values[rows] for name in models[0].columns}
    largest = total = 0.0
    count = answers = changed = 0
    old, new = (model.answers(asked) for model in models)
    for output, a, b in zip(models[0].outputs, old, new, strict=True):
        moved = np.abs(b.astype(np.float64) - a)
        largest = max(largest, float(moved.max(initial=0.0)))
        total, count = total + float(moved.sum()), count + moved.size
        if output.is_classification:
            axis = 1 + feature_axis(a.ndim - 1)
            other = a.argmax(axis) != b.argmax(axis)
            answers, changed = answers + other.size, changed + int(other.sum())
    return Moved(largest, total / max(1, count), answers, changed, len(rows))
