"""``nnstudio cross-validate``: how well a project does on examples that it didn't learn from."""

from __future__ import annotations

import csv
import io
import sys
from argparse import Namespace
from collections.abc import Iterable, Iterator
from contextlib import nullcontext
from dataclasses import asdict, replace
from math import isnan, prod
from pathlib import Path

import numpy as np

from nnstudio.cli.data_option import with_source
from nnstudio.cli.folds_bar import FoldsBar
from nnstudio.cli.output_file import writable
from nnstudio.cli.report import metric_text, print_json
from nnstudio.cli.running import stopping_on_interrupt
from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import TARGETS, Dataset
from nnstudio.engine.axes import feature_axis
from nnstudio.engine.layer import Array
from nnstudio.messages import StudioError, sentence
from nnstudio.persistence.atomic import replacing
from nnstudio.persistence.project_file import load_project
from nnstudio.project.problems import problems
from nnstudio.project.project import Project
from nnstudio.project.runs import facts_of
from nnstudio.training.control import Control
from nnstudio.training.events import Diverged, Failed
from nnstudio.tuning.cross_validation import CrossValidation, FoldDone, Summary, participants
from nnstudio.tuning.folds import COUNTED, Scheme

#: With more folds than this, only what they come to is told.
_MOST_LINES = 100


def run(arguments: Namespace) -> int:
    """Train on every fold, and tell a line about each and what they come to."""
    project = with_source(load_project(arguments.file), arguments.data)
    settings = project.settings
    if arguments.seed is not None:
        settings = replace(settings, seed=arguments.seed)
    if arguments.epochs is not None:
        settings = replace(settings, epochs=arguments.epochs)
    project = replace(project, settings=settings, trained=None)
    out = writable(arguments.out)
    dataset = project.data.source.load()
    data = PreparedData.of(project.data, dataset=dataset)
    for problem in problems(project, facts_of(data)):
        if problem.severity == "warning":
            print(problem, file=sys.stderr)
    scheme = _scheme(arguments, project, data.dataset)
    count = len(participants(data.dataset))
    has_classes = data.dataset.is_classification and data.dataset.targets.ndim == 1
    folds = scheme.split(
        count,
        data.dataset.targets[:count] if has_classes else None,
        _groups(arguments.groups),
    )
    validation = CrossValidation(project, dataset, folds)
    control = Control()
    with (
        stopping_on_interrupt(control),
        FoldsBar(validation) if sys.stderr.isatty() else nullcontext() as bar,
    ):
        for event in validation.run(control):
            if isinstance(event, Diverged):
                raise StudioError(
                    "diverged", step=event.step, loss=event.loss, rate=event.learning_rate
                )
            if isinstance(event, Failed):
                raise event.error
            if bar is not None:
                bar.show(event)
    if out is not None and validation.done:
        _write(out, validation)
    if arguments.json:
        print_json(_as_plain(validation, scheme))
    else:
        _print_table(arguments.file, validation, scheme)
        if out is not None and validation.done:
            print(sentence("saved", file=out))
    if len(validation.done) < len(folds):
        done = len(validation.done)
        print(sentence("interrupted_folds", done=done, folds=len(folds)), file=sys.stderr)
        return 130
    return 0


def _scheme(arguments: Namespace, project: Project, dataset: Dataset) -> Scheme:
    """What was asked for; classes are stratified unless something else was."""
    name = arguments.scheme
    if name is None:
        can_stratify = dataset.is_classification and dataset.targets.ndim == 1
        name = "stratified" if can_stratify else "plain"
    seed = None if arguments.in_order else project.settings.seed
    return Scheme(name, arguments.folds, arguments.repeats, seed)


def _groups(file: str | None) -> Array | None:
    """A group per line, in the order of the examples.

    Raises:
        StudioError: the file isn't there or can't be read.
    """
    if file is None:
        return None
    try:
        lines = Path(file).read_text(encoding="utf-8").splitlines()
    except FileNotFoundError as error:
        raise StudioError("file_missing", file=file) from error
    except (OSError, UnicodeDecodeError) as error:
        raise StudioError("file_unreadable", file=file, reason=error) from error
    return np.array([line.strip() for line in lines])


# ---------------------------------------------------------------- telling


def _print_table(file: str, validation: CrossValidation, scheme: Scheme) -> None:
    """A line for each fold, and their mean."""
    name, done = validation.metric_name, validation.done
    heading = "accuracy" if name == "accuracy" else "RMSE"
    told = f"{file}: {_scheme_text(scheme)}, {len(validation.examples):,} examples"
    print(told)
    if not done:
        return
    print(f"{'fold':>8}{'trained on':>13}{'held back':>12}{'loss':>12}{heading:>12}{'epochs':>10}")
    if len(done) <= _MOST_LINES:
        for fold in done:
            print(
                f"{_fold_text(fold, scheme):>8}{fold.trained_on:>13,}{fold.count:>12,}"
                f"{fold.loss:>12.4g}{metric_text(name, fold.metric):>12}{fold.epochs:>10,}"
            )
    loss, metric = validation.summary("loss"), validation.summary("metric")
    print(f"{'mean':>8}{loss.mean:>37.4g}{metric_text(name, metric.mean):>12}")
    if not isnan(loss.deviation):
        print(f"{'±':>8}{loss.deviation:>37.4g}{metric_text(name, metric.deviation):>12}")
    print(f"{'pooled':>8}{loss.pooled:>37.4g}{metric_text(name, metric.pooled):>12}")
    print(sentence("folds_explained", folds=len(done)))


def _scheme_text(scheme: Scheme) -> str:
    """``5 folds, stratified, 2 times, shuffled with seed 0``."""
    words = [f"{scheme.folds} folds"] if scheme.name in COUNTED else []
    words.append(scheme.name)
    if scheme.repetitions > 1:
        words.append(f"{scheme.repetitions} times")
    words.append("in order" if scheme.seed is None else f"shuffled with seed {scheme.seed}")
    return ", ".join(words)


def _fold_text(fold: FoldDone, scheme: Scheme) -> str:
    if scheme.repetitions > 1:
        return f"{fold.repetition}/{fold.number}"
    return str(fold.number)


def _as_plain(validation: CrossValidation, scheme: Scheme) -> dict[str, object]:
    """Everything for programs."""
    name = validation.metric_name
    return {
        "scheme": scheme.name,
        "repetitions": scheme.repetitions,
        "seed": scheme.seed,
        "examples": len(validation.examples),
        "planned": len(validation.folds),
        "folds": [
            {name if key == "metric" else key: value for key, value in asdict(fold).items()}
            for fold in validation.done
        ],
        "loss": _plain(validation.summary("loss")),
        name: _plain(validation.summary("metric")),
    }


def _plain(summary: Summary) -> dict[str, float]:
    return asdict(summary)


# ---------------------------------------------------------------- the answers


def _write(out: Path, validation: CrossValidation) -> None:
    """The out-of-fold answers as a table.

    Raises:
        StudioError: it can't be written.
    """
    text = io.StringIO(newline="")
    table = csv.writer(text, lineterminator="\n")
    table.writerows(_rows(validation))
    try:
        with replacing(out) as file:
            file.write(text.getvalue().encode())
    except OSError as error:
        reason = error.strerror or str(error)
        raise StudioError("file_unwritable", file=out, reason=reason) from error


def _rows(validation: CrossValidation) -> Iterator[Iterable[object]]:
    """A heading, and a row for each example of each finished fold, in the order of the data."""
    column, answers = validation.target, validation.answers
    yield ["repetition", "fold", "example", *_headings(validation)]
    answered = validation.answered
    of_fold = np.zeros(answered.shape, np.int64)
    for fold in validation.folds:
        of_fold[fold.repetition - 1, fold.held_back] = fold.number
    for repetition, place in np.argwhere(answered):
        example = validation.examples[place]
        given, target = answers[repetition, place], column.values[example]
        numbers = [f"{value:.9g}" for value in np.ravel(given)]
        if column.classes:
            best = given.argmax(axis=feature_axis(given.ndim))
            row = [column.classes[k] for k in (*np.ravel(target), *np.ravel(best))]
            row += numbers if given.ndim == 1 else []
        else:
            row = [f"{value:.9g}" for value in np.ravel(target)] + numbers
        yield [repetition + 1, of_fold[repetition, place], example, *row]


def _headings(validation: CrossValidation) -> list[str]:
    """Targets and answers; of classes also what each was given, unless there are several places."""
    column, names = validation.target, validation.dataset.target_names
    if column.classes and not column.shape:
        return ["target", "answer", *column.classes]
    count = prod(column.shape)
    if column.name != TARGETS or len(names) != count:
        names = tuple(f"{'' if column.classes else 'y'}{i}" for i in range(1, count + 1))
    return [*(f"target {name}" for name in names), *(f"answer {name}" for name in names)]
