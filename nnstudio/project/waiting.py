"""What waits for the next restart: edits of what can't change within the run that is on or paused.

A run that is on has a project of its own. A paused one is known from the book of runs, also after
an edit has made another run of the project.
"""

from __future__ import annotations

from dataclasses import replace

from nnstudio.graph.model import Graph, Node
from nnstudio.project.project import Project
from nnstudio.project.run_book import project_of, record_of
from nnstudio.schema import settings_of
from nnstudio.training.live_settings import live_names


def paused_run(project: Project) -> Project | None:
    """The project whose run is paused, if ``project`` is it or was edited since."""
    trained = project.trained
    if trained is None or trained.progress is None:
        return None
    record = record_of(project.runs, trained.run_number)
    return project_of(record) if record is not None and record.end == "paused" else None


def waiting(present: object, running: object) -> frozenset[str]:
    """The settings of ``present`` that differ from those ``running`` and can't change in a run.

    Things of different kinds have no settings in common.
    """
    if type(present) is not type(running):
        return frozenset()
    live = live_names(present)
    return frozenset(
        item.name
        for item in settings_of(type(present))
        if item.name not in live and getattr(present, item.name) != getattr(running, item.name)
    )


def design_waits(present: Graph, running: Graph) -> bool:
    """Whether a network was edited in a way that the run of ``running`` doesn't know of.

    What nodes are called makes no difference, nor does what can change within a run.
    """
    if present is running:
        return False
    if present.by_id.keys() != running.by_id.keys() or set(present.edges) != set(running.edges):
        return True
    return any(_differs(node, running.by_id[node.id]) for node in present.nodes)


def _differs(present: Node, running: Node) -> bool:
    if type(present.layer) is not type(running.layer) or waiting(present.layer, running.layer):
        return True
    return replace(present, layer=running.layer, name=running.name) != running
