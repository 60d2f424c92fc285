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
    """A table of losses and accuracy or RMSE, and below it what else is known.

    Where there are several outputs, the whole loss stands first, then a table for each of them.
    """
    outputs = figures.get("outputs", {})
    _print_table("", figures, has_metric=not outputs)
    for name, own in outputs.items():
        print(f"{name}:")
        _print_table("  ", own, has_metric=True)
    if "true_line_error" in figures:
        print(f"Off the true line by at most {figures['true_line_error']:.2%} of its range.")
    print(f"Weights {figures['weights_sha256']}")


def _print_table(indent: str, figures: Mapping[str, Any], *, has_metric: bool) -> None:
    metric = "accuracy" if "test_accuracy" in figures else "rmse"
    heading = "accuracy" if metric == "accuracy" else "RMSE"
    print(f"{'':12}{'loss':>10}" + (f"{heading:>12}" if has_metric else ""))
    for part, title in _PARTS.items():
        loss, value = figures[f"{part}_loss"], figures[f"{part}_{metric}"]
        if isfinite(loss):
            told = f"{metric_text(metric, value):>12}" if has_metric else ""
            print(f"{indent + title:12}{loss:10.4g}{told}")


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
