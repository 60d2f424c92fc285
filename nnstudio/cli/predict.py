"""``nnstudio predict``: what a trained project says to a picture or to numbers."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path
from typing import Any

import numpy as np

from nnstudio.cli.figures import trained_of
from nnstudio.cli.inputs import read_input
from nnstudio.cli.report import print_json
from nnstudio.data.dataset import TARGETS
from nnstudio.data.sources.digits import DIGITS
from nnstudio.data.steps import FillEmpty
from nnstudio.engine.axes import feature_axis
from nnstudio.engine.layer import Array
from nnstudio.messages import StudioError
from nnstudio.persistence.project_file import load_project
from nnstudio.project.model import Model
from nnstudio.project.outputs import Output
from nnstudio.project.project import Project

_TOLD = 3


def run(arguments: Namespace) -> int:
    """Predict and tell: classes with their probabilities, or numbers in the data's units."""
    project = load_project(arguments.file)
    trained_of(project)
    model = Model.of(project)
    if len(model.columns) > 1:
        raise StudioError("predict_columns", columns=", ".join(model.columns))
    style, shape = project.data.source.drawing, model.input_shape
    gaps = any(isinstance(step, FillEmpty) for step in model.inputs[0].steps)
    examples = read_input(Path(arguments.input), style, shape, gaps=gaps)
    answers = list(zip(model.network.heads, model.outputs, model.answers(examples), strict=True))
    if arguments.json:
        plain = {
            output.name: _plain(output, answer, class_names(project, head.target, output.size))
            for head, output, answer in answers
        }
        print_json({"outputs": plain} if len(plain) > 1 else next(iter(plain.values())))
        return 0
    for head, output, answer in answers:
        if len(answers) > 1:
            print(f"{output.name}:")
        if output.is_classification:
            names = class_names(project, head.target, output.size)
            _tell_classes(classes_last(answer), names, output.gives_probabilities)
        else:
            _tell_numbers(answer)
    return 0


def class_names(project: Project, column: str, count: int) -> tuple[str, ...]:
    """What the classes are called; their numbers where only data that isn't at hand would tell."""
    source = project.data.source
    names: tuple[str, ...] = ()
    if source.drawing and column == TARGETS:
        names = DIGITS
    elif not source.slow:
        try:
            names = source.load().column(column).classes
        except (KeyError, StudioError):
            names = ()
    return names if len(names) == count else tuple(map(str, range(count)))


def classes_last(answer: Array) -> Array:
    """``(N, …)`` with the axis of the classes at the end: (N, classes) or (N, places, classes)."""
    return np.moveaxis(answer, 1 + feature_axis(answer.ndim - 1), -1)


def _plain(output: Output, answer: Array, names: tuple[str, ...]) -> dict[str, Any]:
    """JSON-ready."""
    if not output.is_classification:
        return {"predictions": answer.tolist()}
    best = classes_last(answer).argmax(axis=-1)
    return {
        "classes": names,
        "predictions": np.array(names)[best].tolist(),
        "probabilities" if output.gives_probabilities else "scores": answer.tolist(),
    }


def _tell_classes(outputs: Array, names: tuple[str, ...], probabilities: bool) -> None:
    """Of each example the likeliest classes; at several places the likeliest at each."""
    if outputs.ndim > 2:
        for best in outputs.argmax(axis=-1):
            print(" ".join(names[i] for i in best.reshape(-1)))
        return
    for number, row in enumerate(outputs, 1):
        order = np.argsort(-row, kind="stable")[:_TOLD]
        figures = [
            f"{row[i]:.1%}".replace("%", " %") if probabilities else f"{row[i]:.3g}" for i in order
        ]
        told = ", ".join(f"{names[i]} ({text})" for i, text in zip(order, figures, strict=True))
        print(f"{number}: {told}" if len(outputs) > 1 else told)


def _tell_numbers(outputs: Array) -> None:
    for row in outputs:
        print(", ".join(f"{value:.6g}" for value in row.reshape(-1)))
