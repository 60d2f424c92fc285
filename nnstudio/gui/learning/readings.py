"""What all curves of a chart say at one step, in words."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite

from nnstudio.gui.learning.kinds import LOSS, RATE, Kind
from nnstudio.gui.learning.run_curves import RunCurves
from nnstudio.gui.look.number_text import number_text
from nnstudio.gui.plots.crosshair import Crosshair, Reading
from nnstudio.gui.plots.curve_lines import Colour


def crosshair_at(x: float, runs: Sequence[RunCurves], kind: Kind) -> Crosshair:
    """The readings at ``x`` epochs of the first run: of its step, and of the nearest epoch."""
    own = runs[0]
    step = min(max(1, round(own.step_at(x))), max(1, own.steps))
    row = own.nearest(x)
    number = int(own.numbers[row]) if row >= 0 else 0
    title = f"Step {step:,}" + (f" · epoch {number:,}" if number else "")
    found: list[Reading] = []
    if kind is RATE:
        found += _reading("learning rate", own.rate_at(step), "text", False, kind)
    if kind is LOSS:
        found += _reading("this batch", own.step_loss(step), "training", False, kind)
    for run in runs:
        found += _of_epoch(run, x, kind)
    return Crosshair(x, title, tuple(found))


def _of_epoch(run: RunCurves, x: float, kind: Kind) -> list[Reading]:
    if kind is RATE:
        if not run.label:
            return []
        rate = run.rate_at(round(run.step_at(x)))
        return _reading(run.label, rate, run.role, False, kind)
    row = run.nearest(x)
    if row < 0 or x > run.numbers[-1] + 1:
        return []
    training, validation = run.figure(kind.key)
    before = f"{run.label} " if run.label else ""
    return [
        *_reading(f"{before}training", training[row], run.role or "training", False, kind),
        *_reading(f"{before}validation", validation[row], run.role or "validation", True, kind),
    ]


def _reading(name: str, value: float, role: Colour, dashed: bool, kind: Kind) -> list[Reading]:
    if not isfinite(value):
        return []
    text = kind.text(float(value)) or number_text(float(value))
    return [Reading(name, text, role, dashed)]
