"""The project: everything a ``*.nnstudio`` file holds, as one frozen value."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

import msgspec

from nnstudio import schema
from nnstudio.data.dataset import TARGETS
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import SOURCES
from nnstudio.engine.network import Network
from nnstudio.graph.compile import compile_graph
from nnstudio.graph.model import Graph, Node
from nnstudio.project.layout import Layout
from nnstudio.project.run_record import RunRecord
from nnstudio.training.settings import TrainingSettings
from nnstudio.training.trained import Trained


@dataclass(frozen=True)
class Project:
    """What the user has made. A drag changes only ``layout``; a run ``trained`` and ``runs``.

    Attributes:
        description: a sentence for the list of samples.
        runs: the book of runs, oldest first; undo leaves it alone.
    """

    graph: Graph = field(default_factory=Graph)
    layout: Layout = field(default_factory=Layout)
    data: DataSettings = field(default_factory=lambda: DataSettings(SOURCES["Line"]()))
    settings: TrainingSettings = field(default_factory=TrainingSettings)
    trained: Trained | None = None
    description: str = ""
    runs: tuple[RunRecord, ...] = ()

    def network(self) -> Network:
        """The network that computes the graph with this project's losses.

        Raises:
            CompileError: the graph has an error.
        """
        outputs, settings = self.graph.outputs, self.settings
        return compile_graph(
            self.graph,
            {node: settings.loss_of(node) for node in outputs},
            {node: settings.weight_of(node) for node in outputs},
            {node: settings.target_of(node) for node in outputs},
        )

    def run_hash(self) -> str:
        """A hash of all that may not change within a run.

        These are the design (names and places aside), the data, loss, optimizer, schedule and
        regularisation, how much examples count, and the seed. The learning rate, the batch size
        and when to stop may change; what is watched only if the schedule follows it.

        Settings at their default are left out, so that a later version that adds some still knows
        the run.
        """
        return self._run_hash

    @cached_property
    def _run_hash(self) -> str:
        """Asked for many times by whoever follows a project, which never changes."""
        settings, data = self.settings, self.data
        fixed = {
            "nodes": [
                (node.id, _chosen(node.layer), node.owner, node.frozen, *_apart(node))
                for node in self.graph.nodes
            ],
            "edges": [(e.source, e.target, e.slot) for e in sorted(self.graph.edges)],
            "data": [_chosen(data), _chosen(data.source), _chosen(data.split)],
            "settings": {
                name: value for name, value in _chosen(settings).items() if name not in _MAY_CHANGE
            },
            "loss": _chosen(settings.loss),
            "losses": {node: _chosen(loss) for node, loss in settings.losses},
            "optimizer": _chosen(settings.optimizer),
            "schedule": _chosen(settings.schedule),
            "monitor": settings.monitor if settings.schedule.follows_loss else "",
        }
        if data.steps:
            fixed["steps"] = [schema.to_plain(step) for step in data.steps]
        if data.augmentation:
            fixed["augmentation"] = [schema.to_plain(each) for each in data.augmentation]
        for name, default in (("loss_weights", 1), ("target_columns", TARGETS)):
            chosen = {n: v for n, v in getattr(settings, name) if v not in ("", default)}
            if chosen:
                fixed[name] = chosen
        return hashlib.sha256(msgspec.json.encode(fixed, order="sorted")).hexdigest()

    def with_graph(self, graph: Graph) -> Project:
        """With another graph, and no places for nodes that are gone."""
        ids = {node.id for node in graph.nodes}
        return replace(self, graph=graph, layout=self.layout.only(ids))


#: The numbers among the training settings that may change within a run.
_MAY_CHANGE = frozenset(
    {
        "learning_rate",
        "batch_size",
        "epochs",
        "early_stopping",
        "monitor",
        "patience",
        "min_delta",
        "restore_best_weights",
        "threads",
    }
)


def _apart(node: Node) -> tuple[Any, ...]:
    """What few nodes have; left out elsewhere, so that runs of earlier versions are still known."""
    return (node.frozen_units, node.bypassed) if node.frozen_units or node.bypassed else ()


def _chosen(subject: Any) -> dict[str, Any]:
    """The type of ``subject`` and those of its settings that aren't at their default."""
    plain = schema.to_plain(subject)
    for item in schema.settings_of(type(subject)):
        if getattr(subject, item.name) == item.default:
            del plain[item.name]
    return plain
