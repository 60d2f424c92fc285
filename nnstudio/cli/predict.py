"""``nnstudio predict``: what a trained project says to a picture or to numbers."""

from __future__ import annotations

from argparse import Namespace
from pathlib import Path

import numpy as np

from nnstudio.cli.figures import trained_of
from nnstudio.cli.inputs import read_input
from nnstudio.cli.report import print_json
from nnstudio.data.sources.digits import DIGITS
from nnstudio.engine.layer import Array
from nnstudio.messages import StudioError
from nnstudio.persistence.project_file import load_project
from nnstudio.project.model import Model
from nnstudio.project.project import Project

_TOLD = 3


def run(arguments: Namespace) -> int:
    """Predict and tell: classes with their probabilities, or numbers in the data's units."""
    project = load_project(arguments.file)
    trained_of(project)
    model = Model.of(project)
    examples = read_input(Path(arguments.input), project.data.source.drawing, model.input_shape)
    outputs = model.predict(examples)
    if not model.is_classification:
        return _tell_numbers(outputs, arguments.json)
    names = class_names(project, model.output_size)
    return _tell_classes(outputs, names, model.gives_probabilities, arguments.json)


def class_names(project: Project, count: int) -> tuple[str, ...]:
    """What the classes are called; their numbers where only data that isn't at hand would tell."""
    source = project.data.source
    names: tuple[str, ...] = DIGITS if source.drawing else ()
    if not source.drawing and not source.slow:
        try:
            names = source.load().classes
        except StudioError:
            names = ()
    return names if len(names) == count else tuple(map(str, range(count)))


def _tell_classes(
    outputs: Array, names: tuple[str, ...], probabilities: bool, as_json: bool
) -> int:
    best = outputs.argmax(axis=1)
    if as_json:
        print_json(
            {
                "classes": names,
                "predictions": [names[i] for i in best],
                "probabilities" if probabilities else "scores": outputs.tolist(),
            }
        )
        return 0
    for number, row in enumerate(outputs, 1):
        order = np.argsort(-row, kind="stable")[:_TOLD]
        figures = [
            f"{row[i]:.1%}".replace("%", " %") if probabilities else f"{row[i]:.3g}" for i in order
        ]
        told = ", ".join(f"{names[i]} ({text})" for i, text in zip(order, figures, strict=True))
        print(f"{number}: {told}" if len(outputs) > 1 else told)
    return 0


def _tell_numbers(outputs: Array, as_json: bool) -> int:
    if as_json:
        print_json({"predictions": outputs.tolist()})
        return 0
    for row in outputs:
        print(", ".join(f"{value:.6g}" for value in row))
    return 0
