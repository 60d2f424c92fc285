"""What is likely to go wrong with data, each with its evidence and with what to do about it.

| code                   | when                                                                   |
|------------------------|------------------------------------------------------------------------|
| data_not_finite        | a number is missing (NaN) or infinite                                  |
| data_class_unseen      | a class of validation or test has no training example                  |
| data_imbalance         | the rarest class has less than a tenth of the commonest one's examples |
| data_constant          | an input is the same in all training examples                          |
| data_constant_targets  | so is the target                                                       |
| data_duplicates        | validation or test has inputs that were trained on                     |
| data_contradictory     | equal inputs have different classes                                    |
| data_unscaled          | prepared inputs are far from 0, or far from alike in size              |
| data_unscaled_targets  | so are prepared targets                                                |
| data_leak              | one of several inputs tells the target almost exactly                  |
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import INPUTS, TARGETS, Dataset
from nnstudio.data.facts.classes import balance
from nnstudio.data.facts.contradictions import contradictions
from nnstudio.data.facts.correlations import measure, with_target
from nnstudio.data.facts.duplicates import duplicates
from nnstudio.data.facts.equal_inputs import Hashed
from nnstudio.data.facts.features import Feature, features
from nnstudio.data.facts.sample import chosen_rows, gathered, sample
from nnstudio.data.progress import tell
from nnstudio.messages import sentence

#: A class with less than this share of the commonest one's examples is rare.
RARE = 0.1
#: A prepared number is far from 0 beyond this; features are unlike beyond this ratio of spreads.
FAR, UNLIKE = 10.0, 100.0
#: What tells the target as exactly as this is suspected of being made from it.
TELLING = 0.999
#: Names that a sentence lists before it only counts.
_NAMED = 4
#: Examples that are prepared in order to see how far they reach.
_PREPARED = 10_000
#: Bytes that are searched for missing numbers; of more data, a sample.
_MOST_BYTES = 512 << 20
_TOGETHER = 1 << 22


@dataclass(frozen=True)
class DataWarning:
    """Something a person should know before they train.

    Attributes:
        code: a key of :data:`nnstudio.messages.SENTENCES`.
        values: what the sentence is filled with.
        columns: the names of the features concerned; empty: it isn't about single ones.
        rows: the first examples concerned, as positions in the dataset.
    """

    code: str
    values: Mapping[str, Any] = field(default_factory=dict, hash=False)
    columns: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()

    def __str__(self) -> str:
        return sentence(self.code, **self.values)


def warnings(data: PreparedData) -> tuple[DataWarning, ...]:
    """Everything that is suspicious about ``data``, what matters most first."""
    every = features(data.dataset)
    found: list[DataWarning] = []
    for search in (_not_finite, _unbalanced, _constant, _equal, _unscaled, _leaking):
        tell(len(found))
        found += search(data, every)
    return tuple(found)


def _not_finite(data: PreparedData, every: tuple[Feature, ...]) -> Iterator[DataWarning]:
    dataset = data.dataset
    names: list[str] = []
    rows: set[int] = set()
    count = 0
    for name in dict.fromkeys(feature.column for feature in every):
        values = dataset.column(name).values
        if values.dtype.kind != "f":
            continue
        found, bad = _places_not_finite(values, dataset.block)
        count += found
        rows |= set(bad[:_NAMED].tolist())
        if found:
            few = bad[:_TOGETHER]
            names += [
                feature.name
                for feature in every
                if feature.column == name and not np.isfinite(feature.values(dataset, few)).all()
            ]
    if count:
        first = sorted(rows)[:_NAMED]
        yield DataWarning(
            "data_not_finite",
            {"count": count, "columns": _listed(names), "row": first[0] + 1},
            tuple(names),
            tuple(first),
        )


def _places_not_finite(values: np.ndarray, block: int) -> tuple[int, np.ndarray]:
    """How many numbers aren't finite, and in which examples."""
    width = max(1, values[:1].nbytes)
    rows = chosen_rows(np.arange(len(values)), max(1, _MOST_BYTES // width), block=block)
    step = max(1, _TOGETHER // width)
    count, bad = 0, []
    for start in range(0, len(rows), step):
        tell(start, len(rows))
        piece = rows[start : start + step]
        missing = ~np.isfinite(values[piece]).reshape(len(piece), -1)
        if missing.any():
            count += int(np.count_nonzero(missing))
            bad.append(piece[missing.any(axis=1)])
    return count, np.concatenate(bad) if bad else rows[:0]


def _unbalanced(data: PreparedData, every: tuple[Feature, ...]) -> Iterator[DataWarning]:
    if not data.dataset.is_classification or not len(data.parts.train):
        return
    counted = balance(data.dataset, data.parts)
    train, kept = counted.train, counted.counts[1:].sum(axis=0)
    if unseen := [counted.classes[k] for k in np.flatnonzero((train == 0) & (kept > 0))]:
        yield DataWarning("data_class_unseen", {"classes": _listed(unseen)}, tuple(unseen))
    seen = np.flatnonzero(train)
    rare, common = seen[train[seen].argmin()], seen[train[seen].argmax()]
    if train[rare] < RARE * train[common]:
        values = {
            "rare": counted.classes[rare],
            "least": int(train[rare]),
            "common": counted.classes[common],
            "most": int(train[common]),
        }
        yield DataWarning("data_imbalance", values, (counted.classes[rare],))


def _constant(data: PreparedData, every: tuple[Feature, ...]) -> Iterator[DataWarning]:
    train = data.parts.train
    if len(train) < 2:
        return
    looked_at = sample(data.dataset, train, most=_PREPARED)
    found = [
        feature
        for feature in every
        if feature.single
        and _is_constant(looked_at.dataset, feature, slice(None))
        and (looked_at.is_whole or _is_constant(data.dataset, feature, train))
    ]
    names = [feature.name for feature in found if feature.role == "input"]
    if names:
        values = {"columns": _listed(names), "examples": len(train)}
        yield DataWarning("data_constant", values, tuple(names))
    targets = [feature for feature in found if feature.role == "target"]
    if targets and len(targets) == sum(feature.role == "target" for feature in every):
        label = targets[0].values(data.dataset, train[:1])[0]
        value = targets[0].classes[int(label)] if targets[0].classes else f"{label:g}"
        yield DataWarning("data_constant_targets", {"value": value}, (targets[0].name,))


def _is_constant(dataset: Dataset, feature: Feature, rows: np.ndarray | slice) -> bool:
    values = feature.values(dataset, rows)
    return bool((values == values[:1]).all())


def _equal(data: PreparedData, every: tuple[Feature, ...]) -> Iterator[DataWarning]:
    hashed = Hashed.of(data.dataset, data.parts)
    yield from _in_two_parts(data, hashed)
    yield from _contradictory(data.dataset, hashed)


def _in_two_parts(data: PreparedData, hashed: Hashed) -> Iterator[DataWarning]:
    found = duplicates(data.dataset, hashed)
    if not found.rows.size:
        return
    tested = int(np.isin(found.rows, data.parts.test).sum())
    watched = len(found.rows) - tested
    parts = " and ".join(
        name for name, count in (("validation", watched), ("test", tested)) if count
    )
    values = {
        "count": len(found.rows),
        "total": found.compared,
        "parts": parts,
        "row": int(found.rows[0]) + 1,
        "twin": int(found.twins[0]) + 1,
        "published": tested > 0 and data.dataset.test_count > 0,
    }
    yield DataWarning("data_duplicates", values, rows=_pairs(found.rows, found.twins))


def _contradictory(dataset: Dataset, hashed: Hashed) -> Iterator[DataWarning]:
    if not dataset.is_classification or dataset.targets.ndim > 1:
        return
    found = contradictions(dataset, hashed)
    if not found.rows.size:
        return
    row, twin = int(found.rows[0]), int(found.twins[0])
    values = {
        "count": len(found.rows),
        "total": found.compared,
        "wrong": found.wrong,
        "row": row + 1,
        "said": dataset.classes[int(dataset.targets[row])],
        "twin": twin + 1,
        "other": dataset.classes[int(dataset.targets[twin])],
    }
    yield DataWarning("data_contradictory", values, rows=_pairs(found.rows, found.twins))


def _pairs(rows: np.ndarray, twins: np.ndarray) -> tuple[int, ...]:
    """The first of both, one after the other."""
    both = np.stack([rows[:_NAMED], twins[:_NAMED]], axis=1)
    return tuple(both.ravel().tolist())


def _unscaled(data: PreparedData, every: tuple[Feature, ...]) -> Iterator[DataWarning]:
    rows = sample(data.dataset, data.parts.train, most=_PREPARED).rows
    if len(rows) < 2:
        return
    for column, code in ((INPUTS, "data_unscaled"), (TARGETS, "data_unscaled_targets")):
        known = data.dataset.column(column)
        if known.classes:
            continue
        prepared = data.preparation.of(column).apply(gathered(known.values, rows))
        of_column = [feature for feature in every if feature.column == column]
        # Pictures and sequences are prepared as a whole: their features are told together.
        by_feature = prepared if known.values.ndim == 2 else prepared.reshape(-1, 1)
        with np.errstate(invalid="ignore", over="ignore"):
            spread, mean = by_feature.std(axis=0), by_feature.mean(axis=0)
        far = np.maximum(spread, np.abs(mean))
        if np.isnan(far).all():
            continue
        worst = int(np.nanargmax(far))
        spreads = spread[np.isfinite(spread) & (spread > 0)]
        unlike = column == INPUTS and spreads.size and spreads.max() / UNLIKE > spreads.min()
        if not unlike and far[worst] <= FAR:
            continue
        name = of_column[worst].name if by_feature is prepared else column
        yield DataWarning(
            code,
            {
                "column": name,
                "low": _short(np.nanmin(by_feature[:, worst])),
                "high": _short(np.nanmax(by_feature[:, worst])),
            },
            (name,),
        )


def _leaking(data: PreparedData, every: tuple[Feature, ...]) -> Iterator[DataWarning]:
    inputs = [feature for feature in every if feature.role == "input" and feature.single]
    targets = [feature for feature in every if feature.role == "target" and feature.single]
    if len(inputs) < 2 or len(data.parts.train) < 2 * len(targets) + 3:
        return  # of one input alone the target may well be made
    looked_at = sample(data.dataset, data.parts.train, most=_PREPARED).dataset
    for target in targets:
        tells = np.abs(with_target(looked_at, inputs, target))
        telling = np.flatnonzero(tells >= TELLING)
        if not telling.size or telling.size == len(inputs):
            continue
        best = int(tells.argmax())
        names = [inputs[k].name for k in telling]
        values = {
            "columns": _listed(names),
            "target": target.name,
            "measure": measure(inputs[best], target),
            "value": f"{tells[best]:.4f}",
        }
        yield DataWarning("data_leak", values, tuple(names))


def _listed(names: list[str]) -> str:
    """The first names, and how many more there are."""
    more = len(names) - _NAMED
    listed = ", ".join(names[:_NAMED])
    return f"{listed} and {more:,} more" if more > 0 else listed


def _short(number: float) -> str:
    return f"{number:,.0f}" if abs(number) >= 1000 else f"{number:.3g}"
