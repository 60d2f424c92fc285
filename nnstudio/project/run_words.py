"""Runs in words: every setting of one, and what tells two apart."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

from nnstudio.graph.model import Graph, Node
from nnstudio.project.run_record import End, RunRecord
from nnstudio.schema import Setting, settings_of

#: How a run has ended, in a word or two.
END_WORDS: dict[End, str] = {
    "running": "running",
    "paused": "paused",
    "finished": "finished",
    "early": "stopped early",
    "stopped": "stopped",
    "diverged": "diverged",
    "failed": "failed",
}
#: What stands where a run has no such setting.
NONE = "–"
#: Longer values are cut short.
_LONG = 40
#: So many digits of a fingerprint tell data apart.
_DIGITS = 8
#: Of longer lists only the number of values is told.
_FEW = 6


@dataclass(frozen=True)
class Entry:
    """One setting of a run.

    Attributes:
        section: ``Training``, ``Network`` or ``Data``.
        key: tells entries of different runs that mean the same.
    """

    section: str
    key: str
    label: str
    value: str


def entries(record: RunRecord) -> tuple[Entry, ...]:
    """Every setting that ``record`` ran with."""
    return (*_training(record), *_network(record.graph), *_data(record))


@dataclass(frozen=True)
class Compared:
    """One setting of several runs, in their order; :data:`NONE` where a run doesn't have it."""

    section: str
    label: str
    values: tuple[str, ...]

    @property
    def differs(self) -> bool:
        """Whether not all are the same."""
        return len(set(self.values)) > 1


def side_by_side(records: Sequence[RunRecord]) -> tuple[Compared, ...]:
    """Every setting that any of ``records`` has."""
    known: dict[tuple[str, str], list[str]] = {}
    labels: dict[tuple[str, str], str] = {}
    for place, record in enumerate(records):
        for entry in entries(record):
            key = entry.section, entry.key
            labels.setdefault(key, entry.label)
            known.setdefault(key, [NONE] * len(records))[place] = entry.value
    order = {"Training": 0, "Network": 1, "Data": 2}
    return tuple(
        Compared(key[0], labels[key], tuple(known[key]))
        for key in sorted(known, key=lambda key: order[key[0]])
    )


def differences(before: RunRecord, now: RunRecord) -> tuple[str, ...]:
    """What ``now`` has otherwise than ``before``: ``learning rate 0.01 → 0.1``, ``+Dropout``.

    The seed isn't told, which every table of runs shows by itself.
    """
    return (
        *_design_differences(before.graph, now.graph),
        *_training_differences(before, now),
        *_data_differences(before, now),
    )


# ---------------------------------------------------------------- every setting


def _training(record: RunRecord) -> Iterator[Entry]:
    settings = record.settings

    def entry(key: str, label: str, value: str) -> Entry:
        return Entry("Training", key, label, value)

    for name, part in _parts(record):
        yield entry(name, name.capitalize(), _title(part))
    for node, loss in settings.losses:
        yield entry(f"loss of {node}", f"Loss of {_name(record.graph, node)}", _title(loss))
    for node, weight in settings.loss_weights:
        label = f"Weight of the loss of {_name(record.graph, node)}"
        yield entry(f"weight of {node}", label, _text(weight))
    for node, column in settings.target_columns:
        yield entry(f"target of {node}", f"Target of {_name(record.graph, node)}", column)
    for item in settings_of(type(settings)):
        yield entry(item.name, item.label, _value(settings, item))
    for name, part in _parts(record):
        for item in settings_of(type(part)):
            key = f"{name}.{type(part).__name__}.{item.name}"
            yield entry(key, f"{_title(part)}: {_lower(item.label)}", _value(part, item))


def _network(graph: Graph) -> Iterator[Entry]:
    names = numbered_names(graph)
    for node in graph.nodes:
        yield Entry("Network", node.id, names[node.id], _node_words(node))
    yield Entry("Network", "/wires", "Wires", f"{len(graph.edges)}")


def numbered_names(graph: Graph) -> dict[str, str]:
    """A name for each node that no other has: ``Dense``, ``Dense 2``."""
    seen: Counter[str] = Counter()
    found = {}
    for node in graph.nodes:
        seen[node.title] += 1
        count = seen[node.title]
        found[node.id] = f"{node.title} {count}" if count > 1 else node.title
    return found


def _node_words(node: Node) -> str:
    """The layer and what is special about it."""
    layer = node.layer
    words = [type(layer).__name__]
    words += [
        f"{_lower(item.label)} {_value(layer, item)}"
        for item in settings_of(type(layer))
        if item.name == "units" or getattr(layer, item.name) != item.default
    ]
    words += ["bypassed"] * node.bypassed + ["frozen"] * node.frozen
    if node.frozen_units:
        words.append(f"{len(node.frozen_units)} units frozen")
    return ", ".join(words)


def _data(record: RunRecord) -> Iterator[Entry]:
    data = record.data
    yield Entry("Data", "source", "Data", data.source.title)
    for item in settings_of(type(data.source)):
        key = f"{type(data.source).__name__}.{item.name}"
        yield Entry("Data", key, item.label, _value(data.source, item))
    for owner, prefix in ((data.split, "Split: "), (data, "")):
        for item in settings_of(type(owner)):
            label = f"{prefix}{_lower(item.label)}" if prefix else f"Preparation of {item.name}"
            yield Entry("Data", f"{prefix}{item.name}", label, _value(owner, item))
    for name, chain in (("steps", data.steps), ("augmentation", data.augmentation)):
        words = ", ".join(_title(step) for step in chain) or "none"
        yield Entry("Data", name, name.capitalize(), words)
    fingerprint = record.data_sha256[:_DIGITS] or NONE
    yield Entry("Data", "sha256", "Fingerprint of the data", fingerprint)


# ---------------------------------------------------------------- what differs


def _design_differences(before: Graph, now: Graph) -> Iterator[str]:
    old, new = before.by_id, now.by_id
    added = [new[id].title for id in new if id not in old]
    removed = [old[id].title for id in old if id not in new]
    for title, count in Counter(added).items():
        yield f"+{_times(title, count)}"
    for title, count in Counter(removed).items():
        yield f"−{_times(title, count)}"
    same = [(old[id], new[id]) for id in new if id in old and old[id] != new[id]]
    names = numbered_names(now)
    for was, node in same:
        yield from _node_differences(was, node, names[node.id])
    if not added and not removed and set(before.edges) != set(now.edges):
        yield "other wires"


def _node_differences(was: Node, node: Node, title: str) -> Iterator[str]:
    if type(was.layer) is not type(node.layer):
        yield f"{was.title} → {node.title}"
        return
    yield from _changed(was.layer, node.layer, f"{title} ")
    for name in ("frozen", "bypassed"):
        if getattr(was, name) != getattr(node, name):
            yield f"{title} {'' if getattr(node, name) else 'no longer '}{name}"
    if was.frozen_units != node.frozen_units:
        yield f"{title} frozen units {len(was.frozen_units)} → {len(node.frozen_units)}"
    if was.owner != node.owner:
        yield f"{title} {'shares weights' if node.owner else 'has its own weights'}"


def _training_differences(before: RunRecord, now: RunRecord) -> Iterator[str]:
    for (name, was), (_, part) in zip(_parts(before), _parts(now), strict=True):
        if type(was) is not type(part):
            yield f"{name} {_title(was)} → {_title(part)}"
        else:
            yield from _changed(was, part, f"{_title(part)} ")
    for name, words in (
        ("losses", "losses of outputs"),
        ("loss_weights", "weights of losses"),
        ("target_columns", "targets"),
    ):
        if getattr(before.settings, name) != getattr(now.settings, name):
            yield f"other {words}"
    yield from _changed(before.settings, now.settings, "", leave_out=("seed",))


def _data_differences(before: RunRecord, now: RunRecord) -> Iterator[str]:
    was, data = before.data, now.data
    if type(was.source) is not type(data.source):
        yield f"data {was.source.title} → {data.source.title}"
    else:
        yield from _changed(was.source, data.source, "")
    yield from _changed(was.split, data.split, "split: ")
    yield from _changed(was, data, "preparation of ")
    for name, words in (("steps", "other steps"), ("augmentation", "other augmentation")):
        if getattr(was, name) != getattr(data, name):
            yield words
    known = before.data_sha256 and now.data_sha256 and was == data and before.graph == now.graph
    if known and before.data_sha256 != now.data_sha256:
        yield "the data itself"


def _changed(was: Any, now: Any, prefix: str, leave_out: Sequence[str] = ()) -> Iterator[str]:
    """The settings that two objects of one type have otherwise."""
    for item in settings_of(type(now)):
        old, new = getattr(was, item.name), getattr(now, item.name)
        if old == new or item.name in leave_out:
            continue
        label = f"{prefix}{_lower(item.label)}"
        is_long = isinstance(new, tuple) and max(len(old), len(new)) > _FEW
        if is_long or not item.rule.in_form:
            yield f"other {label}"
        elif isinstance(new, bool):
            yield f"{label} {'on' if new else 'off'}"
        else:
            yield f"{label} {_value(was, item)} → {_value(now, item)}"


# ---------------------------------------------------------------- words


def _parts(record: RunRecord) -> tuple[tuple[str, Any], ...]:
    settings = record.settings
    return (
        ("loss", settings.loss),
        ("optimizer", settings.optimizer),
        ("schedule", settings.schedule),
    )


def _title(subject: Any) -> str:
    return getattr(subject, "title", "") or type(subject).__name__


def _name(graph: Graph, node: str) -> str:
    return graph.by_id[node].title if node in graph.by_id else node


def _times(title: str, count: int) -> str:
    return title if count == 1 else f"{count} {title}"


def _lower(label: str) -> str:
    """``Learning rate`` within a sentence; ``L2`` and ``x from`` stay as they are."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def _value(owner: Any, item: Setting) -> str:
    value, unit = getattr(owner, item.name), item.rule.unit
    if unit == "%":  # shares are shown as percentages
        value = round(100 * value, 6)
    return f"{_text(value)} {unit}".rstrip()


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:g}".replace("-", "−") if isfinite(value) else NONE
    if isinstance(value, int):
        return f"{value}".replace("-", "−")
    if isinstance(value, tuple):
        if len(value) > _FEW or any(isinstance(part, tuple) for part in value):
            return f"{len(value):,} values"
        return " × ".join(map(_text, value)) or "none"
    text = str(value) or "none"
    return text if len(text) <= _LONG else text[: _LONG - 1] + "…"
