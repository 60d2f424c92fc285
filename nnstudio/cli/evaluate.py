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
from nnstudio.project.answering import judged
from nnstudio.project.model import Model
from nnstudio.project.problems import problems
from nnstudio.project.runs import facts_of
from nnstudio.training.judging.judged import Judged
from nnstudio.training.report import part_to_tell


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
        reports = _reports(Model.of(project), data)
    if arguments.json:
        plain = {
            name: as_plain(told.report, told.target.classes, told.reliability)
            for name, told in reports.items()
        }
        several = {"reports": plain} if len(plain) > 1 else {}
        print_json({**found, "report": next(iter(plain.values())), **several})
        return 0
    print(f"{arguments.file}: {found['parameters']:,} parameters")
    print_figures(found)
    for name, told in reports.items():
        print()
        if len(reports) > 1:
            print(f"{name}:")
        for line in lines(told.report, told.target.classes, told.reliability):
            print(line)
    return 0


def _reports(model: Model, data: PreparedData) -> dict[str, Judged]:
    """By output its answers to the part that is told of."""
    part, index = part_to_tell(data)
    found = judged(model, data, {part: index})
    assert found is not None, "nobody interrupts it"
    return {
        output.name: answers for output, answers in zip(model.outputs, found[part], strict=True)
    }
