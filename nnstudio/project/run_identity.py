"""Which run it is: a hash of all that may not change within one.

These are the design (names and places aside), the data, loss, kind of optimizer and schedule, how
much examples count, and the seed. What is declared ``live`` may change
(:mod:`nnstudio.training.live_settings`), and so may the number of threads. What is watched may, but
where the schedule follows it.

Settings at their default are left out, so that a later version that adds some still knows the run.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import msgspec

from nnstudio import schema
from nnstudio.data.dataset import TARGETS
from nnstudio.graph.model import Node
from nnstudio.training.live_settings import live_names

if TYPE_CHECKING:
    from nnstudio.project.project import Project

#: What might change within a run before format 4 of the project file, beside "threads".
_LIVE_BEFORE_4 = frozenset(
    {
        "learning_rate",
        "batch_size",
        "epochs",
        "early_stopping",
        "monitor",
        "patience",
        "min_delta",
        "restore_best_weights",
    }
)


def run_hash(project: Project) -> str:
    """The hash of ``project`` now."""
    return _hash(project, is_before_4=False)


def run_hash_before_4(project: Project) -> str:
    """What versions up to format 3 kept with a run of ``project``."""
    return _hash(project, is_before_4=True)


def _hash(project: Project, *, is_before_4: bool) -> str:
    def fixed(subject: object) -> dict[str, Any]:
        return _chosen(subject, () if is_before_4 else live_names(subject))

    settings, data, graph = project.settings, project.data, project.graph
    live = _LIVE_BEFORE_4 if is_before_4 else live_names(settings) | {"monitor"}
    parts = {
        "nodes": [
            (node.id, fixed(node.layer), node.owner, node.frozen, *_apart(node))
            for node in graph.nodes
        ],
        "edges": [(e.source, e.target, e.slot) for e in sorted(graph.edges)],
        "data": [_chosen(data), _chosen(data.source), _chosen(data.split)],
        "settings": _chosen(settings, live | {"threads"}),
        "loss": _chosen(settings.loss),
        "losses": {node: _chosen(loss) for node, loss in settings.losses},
        "optimizer": fixed(settings.optimizer),
        "schedule": _chosen(settings.schedule),
        "monitor": settings.monitor if settings.schedule.follows_loss else "",
    }
    if data.steps:
        parts["steps"] = [schema.to_plain(step) for step in data.steps]
    if data.augmentation:
        parts["augmentation"] = [schema.to_plain(each) for each in data.augmentation]
    for name, default in (("loss_weights", 1), ("target_columns", TARGETS)):
        chosen = {n: v for n, v in getattr(settings, name) if v not in ("", default)}
        if chosen:
            parts[name] = chosen
    return hashlib.sha256(msgspec.json.encode(parts, order="sorted")).hexdigest()


def _apart(node: Node) -> tuple[Any, ...]:
    """What few nodes have; left out elsewhere, so that runs of earlier versions are still known."""
    return (node.frozen_units, node.bypassed) if node.frozen_units or node.bypassed else ()


def _chosen(subject: Any, hidden: Collection[str] = ()) -> dict[str, Any]:
    """The type of ``subject`` and those of its settings that aren't at their default."""
    plain = schema.to_plain(subject)
    for item in schema.settings_of(type(subject)):
        if getattr(subject, item.name) == item.default or item.name in hidden:
            del plain[item.name]
    return plain
