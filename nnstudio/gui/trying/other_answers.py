"""What the outputs after the first answer, in a line each; the first has all the room."""

from __future__ import annotations

import numpy as np

from nnstudio.data.dataset import Dataset
from nnstudio.engine.axes import feature_axis
from nnstudio.engine.layer import Array
from nnstudio.gui.look.number_text import number_text, percent_text
from nnstudio.project.model import Model
from nnstudio.project.outputs import Output

#: So many numbers or classes of one answer are written out.
MOST = 8


def other_answers(model: Model, answers: list[Array], dataset: Dataset | None) -> str:
    """A line for each output but the first: its name, and its class or its numbers.

    Args:
        answers: of every output to one example, as :meth:`Model.answers` gives them.
        dataset: knows what classes are called.
    """
    ends = zip(model.network.heads, model.outputs, answers, strict=True)
    lines = [
        f"{output.name}: {_words(output, answer[0], _classes(dataset, head.target))}"
        for head, output, answer in ends
    ]
    return "\n".join(lines[1:])


def _classes(dataset: Dataset | None, target: str) -> tuple[str, ...]:
    known = dataset is not None and target in dataset.column_names
    return dataset.column(target).classes if dataset is not None and known else ()


def _words(output: Output, answer: Array, classes: tuple[str, ...]) -> str:
    if not np.isfinite(answer).all():
        return "no number"
    if not output.is_classification:
        return _listed([number_text(float(value)) for value in answer.ravel()])
    axis = feature_axis(answer.ndim)
    names = classes if len(classes) == output.size else [str(k) for k in range(output.size)]
    least_sure = float(answer.max(axis=axis).min())
    sure = f"{percent_text(least_sure)} sure"
    if not output.gives_probabilities:
        sure = f"output {number_text(least_sure)}"
    said = _listed([names[best] for best in answer.argmax(axis=axis).ravel()])
    return f"{said} ({sure})"


def _listed(words: list[str]) -> str:
    more = " …" if len(words) > MOST else ""
    return ", ".join(words[:MOST]) + more
