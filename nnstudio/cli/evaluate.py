"""``nnstudio evaluate``: how good a trained project is on its data, or on other data."""

from __future__ import annotations

from argparse import Namespace

from threadpoolctl import threadpool_limits

from nnstudio.cli.answers_report import as_plain, lines
from nnstudio.cli.data_option import with_source
from nnstudio.cli.figures import figures, trained_of
from nnstudio.cli.report import print_figures, print_json
from nnstudio.data.batches import PreparedData
from nnstudio.messages import StudioError
from nnstudio.persistence.project_file import load_project
from nnstudio.project.model import Model
from nnstudio.project.problems import problems
from nnstudio.project.runs import facts_of
from nnstudio.training.report import report


def run(arguments: Namespace) -> int:
    """Evaluate and tell."""
    project = with_source(load_project(arguments.file), arguments.data)
    trained = trained_of(project)
    data = PreparedData.of(project.data, trained.preparation)
    for problem in problems(project, facts_of(data)):
        if problem.severity == "error":
            raise StudioError(problem.code, **problem.values)
    found = figures(project, data)
    with threadpool_limits(limits=project.settings.threads, user_api="blas"):
        answers = report(Model.of(project).predict, data)
    names = data.dataset.classes
    if arguments.json:
        print_json({**found, "report": as_plain(answers, names)})
        return 0
    print(f"{arguments.file}: {found['parameters']:,} parameters")
    print_figures(found)
    print()
    for line in lines(answers, names):
        print(line)
    return 0
