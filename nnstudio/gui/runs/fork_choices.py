"""What may be changed in a fork: one setting of training, the optimizer or a layer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from nnstudio.engine.catalogue import OPTIMIZERS, SCHEDULES
from nnstudio.graph.edits import replace_layer
from nnstudio.project.project import Project
from nnstudio.project.run_record import RunRecord
from nnstudio.project.run_words import numbered_names
from nnstudio.schema import settings_of

#: What most forks change comes first.
_FIRST = ("learning_rate", "optimizer", "batch_size")
#: How long a fork trains is asked elsewhere.
_ASKED_ELSEWHERE = frozenset({"epochs", "threads"})

Change = Callable[[Project], Project]


@dataclass(frozen=True)
class Choice:
    """One thing that may be changed.

    Attributes:
        owner: what has the setting, as it is in the run.
        name: the setting's; empty where ``owner`` itself is exchanged for one of ``kinds``.
        put: the project with another owner in the same place.
        kinds: by their titles.
    """

    label: str
    owner: Any
    name: str
    put: Callable[[Project, Any], Project]
    kinds: tuple[tuple[str, type], ...] = ()

    @property
    def value(self) -> Any:
        """What the run has: a setting's value, or a kind."""
        return getattr(self.owner, self.name) if self.name else type(self.owner)

    def change(self, value: Any) -> Change:
        """What makes it ``value``."""
        new = replace(self.owner, **{self.name: value}) if self.name else value()
        return lambda project: self.put(project, new)


def fork_choices(record: RunRecord) -> tuple[Choice, ...]:
    """All that may be changed in a fork of ``record``, the usual first."""
    found = list(_of_training(record))
    first = [choice for name in _FIRST for choice in found if _is(choice, name)]
    rest = [choice for choice in found if choice not in first]
    return (*first, *_of_parts(record), *_of_layers(record), *rest)


def _is(choice: Choice, name: str) -> bool:
    return choice.name == name or (not choice.name and choice.label.lower() == name)


def _of_training(record: RunRecord) -> Iterator[Choice]:
    settings = record.settings
    for name, catalogue in (("optimizer", OPTIMIZERS), ("schedule", SCHEDULES)):
        kinds = tuple((kind.title, kind) for kind in catalogue.values())
        yield Choice(name.capitalize(), getattr(settings, name), "", _put_part(name), kinds)
    for item in settings_of(type(settings)):
        if item.rule.in_form and item.name not in _ASKED_ELSEWHERE:
            yield Choice(item.label, settings, item.name, _put_settings(item.name))


def _of_parts(record: RunRecord) -> Iterator[Choice]:
    for name in ("optimizer", "schedule"):
        part = getattr(record.settings, name)
        for item in settings_of(type(part)):
            label = f"{part.title}: {item.label}"
            yield Choice(label, part, item.name, _put_part(name))


def _of_layers(record: RunRecord) -> Iterator[Choice]:
    """What changes no shape: the rate of a Dropout, the slope of a LeakyReLU."""
    names = numbered_names(record.graph)
    for node in record.graph.nodes:
        for item in settings_of(type(node.layer)):
            if item.type is float and item.rule.in_form:
                label = f"{names[node.id]}: {item.label}"
                yield Choice(label, node.layer, item.name, _put_layer(node.id))


def _put_settings(name: str) -> Callable[[Project, Any], Project]:
    """Takes over the one setting: what else the project has stays, such as its epochs."""

    def put(project: Project, settings: Any) -> Project:
        value = getattr(settings, name)
        return replace(project, settings=replace(project.settings, **{name: value}))

    return put


def _put_part(name: str) -> Callable[[Project, Any], Project]:
    def put(project: Project, part: Any) -> Project:
        return replace(project, settings=replace(project.settings, **{name: part}))

    return put


def _put_layer(node: str) -> Callable[[Project, Any], Project]:
    return lambda project, layer: project.with_graph(replace_layer(project.graph, node, layer))
