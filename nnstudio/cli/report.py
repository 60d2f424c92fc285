"""Telling figures: as sentences for people, or as one line of JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from typing import Any

_PARTS = {"train": "training", "val": "validation", "test": "test"}


def print_json(values: Mapping[str, Any]) -> None:
    """One object on one line; NaN and infinity, which JSON doesn't know, become null."""
    print(json.dumps(_plain(values), ensure_ascii=False, allow_nan=False))


def print_figures(figures: Mapping[str, Any]) -> None:
    """A table of losses and accuracy or RMSE, and below it what else is known."""
    metric = "accuracy" if "test_accuracy" in figures else "rmse"
    heading = "accuracy" if metric == "accuracy" else "RMSE"
    print(f"{'':12}{'loss':>10}{heading:>12}")
    for part, title in _PARTS.items():
        loss, value = figures[f"{part}_loss"], figures[f"{part}_{metric}"]
        if isfinite(loss):
            print(f"{title:12}{loss:10.4g}{metric_text(metric, value):>12}")
    if "true_line_error" in figures:
        print(f"Off the true line by at most {figures['true_line_error']:.2%} of its range.")
    print(f"Weights {figures['weights_sha256']}")


def metric_text(name: str, value: float) -> str:
    """An accuracy as 98.1 %, an RMSE with three significant digits."""
    return f"{value:.1%}".replace("%", " %") if name == "accuracy" else f"{value:.3g}"


def epochs_text(count: int) -> str:
    """``1 epoch``, ``1,000 epochs``."""
    return f"{count:,} epoch" + ("s" if count != 1 else "")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(part) for part in value]
    return None if isinstance(value, float) and not isfinite(value) else value
