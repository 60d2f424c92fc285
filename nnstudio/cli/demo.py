"""``nnstudio demo``: what the window would show, on a machine that can't open one."""

from __future__ import annotations

import os
import sys
from argparse import Namespace

from nnstudio.cli.figures import figures
from nnstudio.cli.report import print_figures
from nnstudio.cli.running import train_project
from nnstudio.data.batches import PreparedData
from nnstudio.messages import StudioError, sentence
from nnstudio.persistence.project_file import load_project
from nnstudio.project.runs import with_new_weights


def run(arguments: Namespace) -> int:
    """Train from new weights with a progress bar, tell the figures, draw the window."""
    project = load_project(arguments.file)
    print(
        f"No window opens here: {arguments.file} is trained in the terminal, then the window is "
        f"drawn into {arguments.picture}.",
        file=sys.stderr,
    )
    project = with_new_weights(project, project.settings.seed)
    outcome = train_project(project, PreparedData.of(project.data), epochs=None, show_bar=True)
    if outcome.interrupted:
        print(
            sentence("interrupted_unsaved", epochs=outcome.epochs_run, batches=outcome.batches),
            file=sys.stderr,
        )
        return 130
    print_figures(figures(outcome.project, outcome.data))
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    try:
        from nnstudio.gui.app import picture_of
    except ImportError as error:
        raise StudioError("no_window", reason=error) from error
    picture_of(outcome.project, arguments.picture, file=arguments.file)
    print(f"The window after training: {arguments.picture}")
    return 0
