"""``nnstudio data``: list sources, describe one, fetch a published set, convert one."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from nnstudio.cli.report import print_json
from nnstudio.data.dataset import Dataset
from nnstudio.data.errors import DataError
from nnstudio.data.sources import SOURCES, IdxSet, Source, parse_source
from nnstudio.data.stored import store
from nnstudio.messages import sentence, shape_text
from nnstudio.schema import expected, settings_of


def run(arguments: Namespace) -> int:
    """Do what ``arguments.action`` says."""
    actions: dict[str, Callable[[Namespace], int]] = {
        "list": _list,
        "info": _info,
        "fetch": _fetch,
        "convert": _convert,
    }
    return actions[arguments.action](arguments)


def _list(arguments: Namespace) -> int:
    if arguments.json:
        print_json(
            {
                name.lower(): {
                    "description": source.description,
                    "options": {item.name: _plain(item.default) for item in settings_of(source)},
                }
                for name, source in SOURCES.items()
            }
        )
        return 0
    for name, source in SOURCES.items():
        print(f"{name.lower():14} {source.description}")
        for item in settings_of(source):
            default = f"; default: {item.default}" if item.default not in ("", ()) else ""
            print(f"    {item.name:14} {expected(item)}{default}")
    return 0


def _plain(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _info(arguments: Namespace) -> int:
    source = parse_source(arguments.source)
    found = _facts(source.load())
    if arguments.json:
        print_json(found)
        return 0
    width = max(map(len, found))
    for name, value in found.items():
        shown = ", ".join(map(str, value)) if isinstance(value, list) else value
        print(f"{name.replace('_', ' '):{width}}  {shown}")
    return 0


def _facts(dataset: Dataset) -> dict[str, Any]:
    """What can be said of a dataset in a few words."""
    found: dict[str, Any] = {
        "name": dataset.name,
        "examples": dataset.size,
        "published_test_set": dataset.test_count,
        "inputs": shape_text(dataset.input_shape),
        "kind_of_numbers": str(dataset.inputs.dtype),
    }
    if dataset.input_names:
        found["input_names"] = list(dataset.input_names)
    if dataset.is_classification:
        counts = np.bincount(dataset.targets.reshape(-1), minlength=len(dataset.classes))
        pairs = zip(dataset.classes, counts, strict=True)
        found["classes"] = [f"{name} {count}" for name, count in pairs]
    else:
        found["targets"] = shape_text(dataset.targets.shape[1:])
        found["target_names"] = list(dataset.target_names)
    if dataset.columns:
        found["further_columns"] = [column.name for column in dataset.columns]
    return found | {"sha256": dataset.sha256}


def _fetch(arguments: Namespace) -> int:
    source: Source = parse_source(arguments.source)
    if not isinstance(source, IdxSet):
        known = ", ".join(name.lower() for name, cls in SOURCES.items() if issubclass(cls, IdxSet))
        raise DataError("download_none", name=source.title, known=known)
    with _Bar(source.title, "B") as bar:
        source.fetch(bar.show)
    print(source.home)
    return 0


def _convert(arguments: Namespace) -> int:
    dataset = parse_source(arguments.source).load()
    folder = Path(arguments.out)
    with _Bar(dataset.name, " examples") as bar:
        store(dataset, folder, lambda done: bar.show(done, dataset.size))
    print(sentence("converted", count=dataset.size, folder=folder))
    return 0


class _Bar:
    """Progress on a terminal; nothing where nobody watches."""

    def __init__(self, title: str, unit: str) -> None:
        self._bar: Any = None
        if sys.stderr.isatty():
            from tqdm import tqdm

            self._bar = tqdm(desc=title, unit=unit, unit_scale=True, leave=False)

    def __enter__(self) -> _Bar:
        return self

    def __exit__(self, *_: object) -> None:
        if self._bar is not None:
            self._bar.close()

    def show(self, done: int, expected: int) -> None:
        """So many of so many."""
        if self._bar is not None:
            self._bar.total = expected or None
            self._bar.update(done - self._bar.n)
