"""``nnstudio info``: what is in a project file. The data itself isn't needed for it."""

from __future__ import annotations

from argparse import Namespace
from dataclasses import asdict
from typing import Any

from nnstudio import schema
from nnstudio.cli.report import epochs_text, print_json
from nnstudio.data.dataset import INPUTS, TARGETS
from nnstudio.data.sources import source_text
from nnstudio.graph.analysis import analyse
from nnstudio.persistence.project_file import load_project
from nnstudio.project.outputs import output_names
from nnstudio.project.problems import problems
from nnstudio.project.project import Project
from nnstudio.project.summary import summarise
from nnstudio.project.summary_text import as_text


def run(arguments: Namespace) -> int:
    """Tell what the file holds."""
    project = load_project(arguments.file)
    facts = info(project)
    if arguments.json:
        print_json({"file": arguments.file, **facts})
    else:
        _print(arguments.file, project, facts)
    return 0


def info(project: Project) -> dict[str, Any]:
    """Everything about ``project`` but its numbers."""
    analysis = analyse(project.graph)
    summary = summarise(project)
    trained = project.trained
    progress = trained.progress if trained else None
    return {
        "description": project.description,
        "nodes": [
            {
                "id": id,
                "title": project.graph.by_id[id].title,
                "layer": schema.to_plain(project.graph.by_id[id].layer),
                "inputs": [edge.source for edge in project.graph.incoming[id]],
                "output_shape": analysis.shapes[id],
                "parameters": layer.parameters,
                "bypassed": project.graph.by_id[id].passes,
                "trainable": layer.trainable,
                "flops": layer.flops,
                "memory": None if layer.memory is None else layer.memory.total,
            }
            for id, layer in zip(analysis.order, summary.layers, strict=True)
        ],
        "parameters": summary.parameters,
        "trainable": summary.trainable,
        "flops": summary.flops,
        "memory": None if summary.memory is None else asdict(summary.memory),
        "inputs": [
            {"node": id, "column": getattr(project.graph.by_id[id].layer, "source", INPUTS)}
            for id in project.graph.inputs
        ],
        "outputs": [
            {
                "node": id,
                "name": name,
                "loss": schema.to_plain(project.settings.loss_of(id)),
                "weight": project.settings.weight_of(id),
                "target": project.settings.target_of(id),
            }
            for id, name in output_names(project.graph).items()
        ],
        "problems": [str(problem) for problem in problems(project, None)],
        "data": {"name": source_text(project.data.source), **project.data.to_plain()},
        "settings": project.settings.to_plain(),
        "trained": trained is not None,
        "epochs": progress.epoch if progress else None,
        "seconds": progress.seconds if progress else None,
        "weights_sha256": trained.sha256 if trained else None,
    }


def _print_ends(project: Project) -> None:
    """What inputs read and outputs answer for, unless that goes without saying."""
    graph, settings = project.graph, project.settings
    read = [(getattr(graph.by_id[id].layer, "source", INPUTS), id) for id in graph.inputs]
    if any(column != INPUTS for column, _ in read):
        told = ", ".join(f"{column} into {graph.by_id[id].title}" for column, id in read)
        print(f"Reads     {told}")
    outputs = output_names(graph)
    if len(outputs) > 1 or any(settings.target_of(id) != TARGETS for id in outputs):
        for id, name in outputs.items():
            print(
                f"Output    {name}: {settings.loss_of(id).title}, "
                f"weight {settings.weight_of(id):g}, compared with {settings.target_of(id)}"
            )


def _print(file: str, project: Project, facts: dict[str, Any]) -> None:
    print(file)
    if project.description:
        print(project.description)
    print()
    table = as_text(summarise(project)).splitlines()
    print("\n".join(f"  {line}" for line in table))
    for problem in facts["problems"]:
        print(f"  Problem: {problem}")
    settings = project.settings
    batches = f"batches of {settings.batch_size:,}"
    if settings.optimizer.searches:
        batches = "all examples in each step"
    print()
    print(f"Data      {facts['data']['name']}")
    print(
        f"Training  {type(settings.optimizer).title}, learning rate {settings.learning_rate:g}, "
        f"{type(settings.schedule).title.lower()}, {batches}, "
        f"{epochs_text(settings.epochs)}, seed {settings.seed}"
    )
    _print_ends(project)
    if project.trained is None:
        print("Trained   never")
        return
    done = "" if facts["epochs"] is None else epochs_text(facts["epochs"]) + ", "
    print(f"Trained   {done}weights {facts['weights_sha256']}")
