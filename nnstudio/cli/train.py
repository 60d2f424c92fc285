"""``nnstudio train``: train a project, or go on with its training."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from nnstudio.cli.data_option import with_source
from nnstudio.cli.figures import figures
from nnstudio.cli.keeping import keeping, left_of, pace_of, resumed
from nnstudio.cli.output_file import writable
from nnstudio.cli.report import epochs_text, print_figures, print_json
from nnstudio.cli.running import Outcome, train_project
from nnstudio.data.batches import PreparedData
from nnstudio.messages import StudioError, sentence
from nnstudio.persistence.project_file import load_project, read_thumbnail, save_project
from nnstudio.persistence.recovery.telling import story_of
from nnstudio.project.problems import problems
from nnstudio.project.project import Project
from nnstudio.project.runs import continues, facts_of, is_finished, with_new_weights
from nnstudio.training.feed import columns_of
from nnstudio.training.stopping import end_text
from nnstudio.training.trained import Progress


def run(arguments: Namespace) -> int:
    """Train, write the result if ``--out`` says where, and tell how good it has become."""
    project = with_source(load_project(arguments.file), arguments.data)
    if arguments.seed is not None:
        project = with_new_weights(project, arguments.seed)
    out, epochs = writable(arguments.out), arguments.epochs
    left = left_of(arguments.file)
    if left is not None and arguments.resume:
        project, epochs = resumed(left)
        print(story_of(left), file=sys.stderr)
    elif left is not None:
        print(story_of(left), sentence("resume_possible"), file=sys.stderr)
        left.release()
        left = None
    if epochs is None and is_finished(project):
        outcome, is_kept = _nothing_left(project, arguments.file), False
        _save(outcome, out, arguments.file)
    else:
        if project.trained is not None and not continues(project):
            print(sentence("new_run", file=arguments.file), file=sys.stderr)
        data = PreparedData.of(project.data)
        for problem in problems(project, facts_of(data)):
            if problem.severity == "warning":
                print(problem, file=sys.stderr)
        with keeping(arguments.file, pace_of(arguments.checkpoint_every), left) as kept:
            outcome = train_project(
                project, data, epochs=epochs, show_bar=sys.stderr.isatty(), keeping=kept
            )
            _save(outcome, out, arguments.file)
            is_kept = outcome.interrupted and out is None and kept.leave(outcome.project)
    if outcome.interrupted:
        return _tell_interrupted(outcome, arguments.file, out, is_kept=is_kept)
    found = figures(outcome.project, outcome.data)
    progress = _progress(outcome.project)
    if arguments.json:
        print_json(
            {
                "epochs": found["epochs"],
                "epochs_run": outcome.epochs_run,
                "ended_early": progress.ended_early,
                "best_epoch": progress.best_epoch if progress.result == "best" else None,
                **found,
            }
        )
    else:
        told = f"{arguments.file}: {epochs_text(outcome.epochs_run)} trained"
        if found["epochs"] != outcome.epochs_run:
            told += f", {found['epochs']:,} in all"
        print(f"{told}, {found['parameters']:,} parameters, {found['seconds']:.1f} s")
        if end := end_text(progress):
            print(end)
        print_figures(found)
        if out is not None:
            print(sentence("saved", file=out))
    return 0


def _progress(project: Project) -> Progress:
    """Where the run of a project stands that was trained."""
    assert project.trained is not None, "it was trained"
    assert project.trained.progress is not None, "it was trained"
    return project.trained.progress


def _nothing_left(project: Project, file: str) -> Outcome:
    """The project as it is, with the remark that there is nothing to do."""
    trained = project.trained
    assert trained is not None, "it is finished"
    epochs = _progress(project).epoch
    print(sentence("nothing_left", file=file, epochs=epochs), file=sys.stderr)
    data = PreparedData.of(project.data, trained.preparation)
    columns = columns_of(project.network())
    if data.dataset.fingerprint(columns) != trained.data_sha256:
        raise StudioError("data_changed")
    return Outcome(project, data, 0, 0, False)


def _save(outcome: Outcome, out: Path | None, file: str) -> None:
    if out is not None:
        save_project(outcome.project, out, thumbnail=read_thumbnail(file))


def _tell_interrupted(outcome: Outcome, file: str, out: Path | None, *, is_kept: bool) -> int:
    values = {"epochs": outcome.epochs_run, "batches": outcome.batches}
    if out is not None:
        told = sentence("interrupted_saved", **values, file=out)
    elif is_kept:
        told = sentence("interrupted_kept", **values, file=file)
    else:
        told = sentence("interrupted_unsaved", **values)
    print(told, file=sys.stderr)
    return 130
