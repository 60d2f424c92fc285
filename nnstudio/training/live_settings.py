"""What may change within a run, from one batch to the next: the settings declared ``live``.

These are numbers of training itself (rate, batch size, penalties, bounds, when to stop), of the
optimizer (momentum, memories) and of layers (dropout rates, penalties of their own). Each has a
name: ``l2``, ``optimizer.beta1``, ``n3/rate`` for the layer of the node n3.

A run keeps the values it began with and every change with its step (:class:`Change`), so that the
values at any step are known, and the same changes at the same steps give the same bits again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from nnstudio.engine.network import Network
from nnstudio.schema import Setting, settings_of
from nnstudio.training.settings import TrainingSettings
from nnstudio.training.trained import Progress, Value

_OPTIMIZER = "optimizer."


def live_names(subject: object) -> frozenset[str]:
    """The names of the settings of ``subject`` that may change within a run."""
    names = {item.name for item in settings_of(type(subject)) if item.rule.live}
    if isinstance(subject, TrainingSettings) and subject.schedule.follows_loss:
        names.discard("monitor")  # the schedule's loss too is what is watched
    return frozenset(names)


def with_live(settings: TrainingSettings, other: TrainingSettings) -> TrainingSettings:
    """``settings`` with the live ones of ``other``, as far as they have them in common."""
    values: dict[str, Any] = {name: getattr(other, name) for name in live_names(settings)}
    if type(settings.optimizer) is type(other.optimizer):
        values["optimizer"] = taking(settings.optimizer, other.optimizer)
    return replace(settings, **values)


def taking(subject: Any, other: Any) -> Any:
    """``subject``, a layer or an optimizer, with the live settings of ``other`` of its kind."""
    return replace(subject, **{name: getattr(other, name) for name in live_names(subject)})


def live_values(settings: TrainingSettings, network: Network) -> dict[str, Value]:
    """Every live setting by its name."""
    return {
        name: _plain(getattr(owner, item.name)) for name, owner, item in _items(settings, network)
    }


def own_values(settings: TrainingSettings, network: Network) -> tuple[tuple[str, Value], ...]:
    """Those that aren't at their default: what a run keeps of its beginning."""
    found = (
        (name, item, getattr(owner, item.name)) for name, owner, item in _items(settings, network)
    )
    return tuple((name, _plain(value)) for name, item, value in found if value != item.default)


def used_values(
    progress: Progress, settings: TrainingSettings, network: Network
) -> dict[str, Value]:
    """The values with which the run at ``progress`` has made its last step."""
    if progress.begun is None:
        return live_values(used_settings(progress, settings), network)
    values = {name: _plain(item.default) for name, _, item in _items(settings, network)}
    told = _told(progress)
    return values | {name: told[name] for name in values if name in told}


def used_settings(progress: Progress, settings: TrainingSettings) -> TrainingSettings:
    """``settings`` as they were when the run at ``progress`` made its last step."""
    if progress.begun is None:  # of a version in which nothing else could change
        return replace(
            settings, learning_rate=progress.learning_rate, batch_size=progress.batch_size
        )
    told = _told(progress)
    used: TrainingSettings = _as_told(settings, told, "")
    return replace(used, optimizer=_as_told(settings.optimizer, told, _OPTIMIZER))


def _as_told(subject: Any, told: Mapping[str, Value], prefix: str) -> Any:
    names = live_names(subject)
    return replace(
        subject,
        **{
            item.name: item.type(told.get(prefix + item.name, item.default))
            for item in settings_of(type(subject))
            if item.name in names
        },
    )


def _told(progress: Progress) -> dict[str, Value]:
    """The values that a run has told of: those at its beginning, and as they were changed."""
    told = dict(progress.begun or ())
    for change in progress.changes:
        told[change.setting] = change.value
    return told


def _items(settings: TrainingSettings, network: Network) -> Iterator[tuple[str, object, Setting]]:
    """The name of every live setting, who has it, and what it may be."""
    optimizer = settings.optimizer
    owners: list[tuple[str, object]] = [("", settings), (_OPTIMIZER, optimizer)]
    owners += [(f"{step.node}/", step.layer) for step in network.steps]
    for prefix, owner in owners:
        names = live_names(owner)
        for item in settings_of(type(owner)):
            if item.name in names:
                yield prefix + item.name, owner, item


def _plain(value: Any) -> Value:
    """A switch counts as 0 or 1, so that a value is a number or a word."""
    return value if isinstance(value, str) else float(value)
