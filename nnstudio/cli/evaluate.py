"""``nnstudio evaluate``: how good a trained project is on its data, or on other data."""

from __future__ import annotations

from argparse import Namespace

from nnstudio.cli.data_option import with_source
from nnstudio.cli.figures import figures, trained_of
from nnstudio.cli.report import print_figures, print_json
from nnstudio.data.batches import PreparedData
from nnstudio.messages import StudioError
from nnstudio.persistence.project_file import load_project
from nnstudio.project.problems import problems
from nnstudio.project.runs import facts_of


def run(arguments: Namespace) -> int:
    """Evaluate and tell."""
    project = with_source(load_project(arguments.file), arguments.data)
    trained = trained_of(project)
    data = PreparedData.of(project.data, trained.preparation)
    for problem in problems(project, facts_of(data)):
        if problem.severity == "error":
            raise StudioError(problem.code, **problem.values)
    found = figures(project, data)
    if arguments.json:
        print_json(found)
    else:
        print(f"{arguments.file}: {found['parameters']:,} parameters")
        print_figures(found)
    return 0
