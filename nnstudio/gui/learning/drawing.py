"""What a chart of learning curves draws: curves, axes and words, from runs and options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import floor, isfinite, log10, nan

import numpy as np

from nnstudio.engine.layer import Array
from nnstudio.gui.learning.kinds import LOSS, RATE, Kind
from nnstudio.gui.learning.run_curves import RunCurves
from nnstudio.gui.plots.curve_chart import Drawing, Label
from nnstudio.gui.plots.curve_lines import Colour, Curve
from nnstudio.gui.plots.plotting import Axis, stepped
from nnstudio.gui.plots.smoothing import smoothed
from nnstudio.gui.plots.view_range import within

#: Runs planned shorter than this are shown in full from the start.
SHORT_RUN = 20
#: Before so many epochs have ended, smoothing smooths the steps.
_FEW_EPOCHS = 2
#: So many values tell what range almost all of them have.
_ENOUGH = 512


@dataclass(frozen=True)
class Look:
    """How curves are to be seen.

    Attributes:
        smoothing: the weight of the moving average, from 0 (off) to below 1.
        bands: whether every second epoch is shaded.
        seen_x, seen_y: the parts that were zoomed to; ``None`` for everything.
    """

    smoothing: float = 0.0
    log_x: bool = False
    log_y: bool = False
    bands: bool = True
    seen_x: Axis | None = None
    seen_y: Axis | None = None


def x_axis(runs: Sequence[RunCurves], planned: float, *, is_log: bool) -> Axis:
    """Epochs from the beginning to as far as the runs have got, in steps, or as was planned."""
    done = max(run.done for run in runs)
    ahead = stepped(0.0, max(done, SHORT_RUN)).high
    high = min(planned, ahead) if done <= planned else ahead
    if not is_log:
        return Axis(0.0, high, counts=True)
    first = min(1 / run.pace for run in runs)
    return Axis(10.0 ** floor(log10(min(first, high / 10)) + 1e-9), high, log=True)


def drawing_of(
    kind: Kind,
    runs: Sequence[RunCurves],
    look: Look,
    planned: float,
    before: Axis | None = None,
    more: str = "",
) -> Drawing:
    """The curves of ``kind`` of all ``runs``, of which the first is the one in front.

    Args:
        planned: how many epochs it was to have.
        before: the y axis until now, which stays while it fits.
        more: said after the value of the validation.
    """
    whole = x_axis(runs, planned, is_log=look.log_x)
    across = (look.seen_x and within(look.seen_x, whole)) or whole
    curves: list[Curve] = []
    spans: list[Array] = []
    for run in (*runs[1:], runs[0]):  # the first one on top
        drawn, span = _curves(kind, run, look, across)
        curves += drawn
        spans += span
    values = np.concatenate(spans) if spans else np.zeros(0)
    up = kind.axis(values, before, is_log=look.log_y)
    seen = look.seen_y if look.seen_y is not None and look.seen_y.log == up.log else None
    if seen is not None:  # what is seen may reach beyond what there is by now
        up_whole = replace(up, low=min(up.low, seen.low), high=max(up.high, seen.high))
    else:
        up_whole = up
    return Drawing(
        x=across,
        y=up if seen is None else seen,
        x_whole=whole,
        y_whole=up_whole,
        curves=tuple(curves),
        labels=tuple(_labels(kind, runs[0], more)),
        end=max(run.done for run in runs),  # words never stand on the others
        bands=look.bands,
    )


def _curves(
    kind: Kind, run: RunCurves, look: Look, across: Axis
) -> tuple[list[Curve], list[Array]]:
    """A run's curves, and the values that have to be seen."""
    if kind is RATE:
        x, rates = run.rates()
        return [Curve.line(x, rates, run.role or "text")], [_seen(x, rates, across)]
    curves: list[Curve] = []
    spans: list[Array] = []
    x = run.numbers
    pairs = [(column, i) for i, column in enumerate(run.figure(kind.key))]
    if kind is LOSS and not run.label:
        places, least, mean, greatest = run.losses(across.low, across.high)
        curves.append(Curve(places, least, greatest, "training", faint=True))
        spans += _bulk(places, least, greatest, across)
        if look.smoothing and len(x) < _FEW_EPOCHS:
            curves.append(Curve.line(places, smoothed(mean, look.smoothing), "training"))
            pairs = pairs[1:]
    for column, i in pairs:
        role: Colour = run.role or ("training", "validation")[i]
        shown = _seen(x, column, across)
        spans.append(shown)
        if look.smoothing:
            curves.append(Curve.line(x, column, role, dashed=bool(i), faint=True))
            column = smoothed(column, look.smoothing)
        curves.append(Curve.line(x, column, role, dashed=bool(i)))
    return curves, spans


def _seen(x: Array, values: Array, across: Axis) -> Array:
    """The values within the part of the x axis that is seen, and one beyond at each side."""
    first = max(0, int(np.searchsorted(x, across.low)) - 1)
    last = int(np.searchsorted(x, across.high, side="right")) + 1
    shown = values[first:last]
    return shown[np.isfinite(shown)]


def _bulk(x: Array, least: Array, greatest: Array, across: Axis) -> list[Array]:
    """The range of almost all values: one wild batch must not flatten all the rest."""
    parts = []
    for values, share in ((least, 1), (greatest, 99)):
        shown = _seen(x, values, across)
        shown = shown[:: max(1, len(shown) // _ENOUGH)]
        if len(shown):
            place = len(shown) * share // 100
            parts.append(np.partition(shown, place)[place : place + 1])
    return parts


def _labels(kind: Kind, run: RunCurves, more: str) -> list[Label]:
    """The latest values in words."""
    if kind is RATE:
        rate = run.rate_at(run.steps)
        return [Label(kind.text(rate), "text", rate)] if isfinite(rate) else []
    labels = []
    for name, column in zip(("training", "validation"), run.figure(kind.key), strict=True):
        value = float(column[-1]) if len(column) else nan
        if isfinite(value):
            text = kind.text(value)
            both = f"{text} · {more}" if more and name == "validation" else text
            labels.append(Label(f"{name} {both}", run.role or name, value))
    if not labels and kind is LOSS:
        value = run.step_loss(run.steps)
        labels.append(Label(f"training {kind.text(value)}", "training", value))
    return labels
