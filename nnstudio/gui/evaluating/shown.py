"""What the pages show: one output's answers to a part of the data, and who else was asked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnstudio.data.dataset import Dataset
from nnstudio.engine.layer import Array
from nnstudio.gui.look.number_text import number_text, percent_text
from nnstudio.gui.looking.examples import Examples
from nnstudio.training.judging.judged import Judged
from nnstudio.training.report import Part

#: Of numbers more than these an answer is told by how far off it is.
_FEW = 3


@dataclass(frozen=True, eq=False)
class Shown:
    """The answers on the page.

    Attributes:
        judged: to the part that was chosen.
        parts: to each part that was asked, the chosen one included.
    """

    dataset: Dataset
    judged: Judged
    parts: dict[Part, Judged]


def said_text(judged: Judged, k: int) -> str:
    """What was answered, in words."""
    if judged.is_classification:
        return judged.target.classes[int(judged.said[k])]
    return _numbers(judged.numbers[0][:, k])


def truth_text(judged: Judged, k: int) -> str:
    """What it should have been."""
    if judged.is_classification:
        return judged.target.classes[int(judged.truth[k])]
    return _numbers(judged.numbers[1][:, k])


def sure_text(judged: Judged, k: int) -> str:
    """How sure it was of a class, or how far off a number is."""
    if judged.is_classification:
        value = float(judged.sure[k])
        return percent_text(value) if judged.gives_probabilities else number_text(value)
    said, truth = judged.numbers
    return number_text(float(np.sqrt(np.square(truth[:, k] - said[:, k]).mean())))


def _numbers(values: Array) -> str:
    texts = [number_text(float(value)) for value in values[:_FEW]]
    return ", ".join(texts) + (" …" if len(values) > _FEW else "")


@dataclass(frozen=True, eq=False)
class AnsweredExamples(Examples):
    """Examples with what was answered to them, for the wall.

    Attributes:
        judged: their answers.
        answers: ``(n,)`` which answer belongs to each.
    """

    judged: Judged | None = None
    answers: Array | None = None

    @classmethod
    def of(cls, dataset: Dataset, judged: Judged, answers: Array) -> AnsweredExamples:
        """The examples of these answers."""
        rows = judged.rows[answers // judged.places]
        return cls(dataset, rows=rows, judged=judged, answers=answers)

    def label(self, k: int) -> str:
        """Truth and answer; how far off it is where these are numbers."""
        judged, answer = self._answer(k)
        if not judged.is_classification:
            return f"off {sure_text(judged, answer)}"
        if judged.said[answer] == judged.truth[answer]:
            return said_text(judged, answer)
        return f"{truth_text(judged, answer)} → {said_text(judged, answer)}"

    def part(self, k: int) -> str:
        """In place of its part, how sure the network was of it."""
        judged, answer = self._answer(k)
        return f"{sure_text(judged, answer)} sure" if judged.gives_probabilities else ""

    def _answer(self, k: int) -> tuple[Judged, int]:
        assert self.judged is not None
        assert self.answers is not None
        return self.judged, int(self.answers[k])
