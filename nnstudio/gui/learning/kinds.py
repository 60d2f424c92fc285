"""Which figures can be drawn as curves: their names, how they are written, where their axes end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import isfinite

import numpy as np

from nnstudio.engine.layer import Array
from nnstudio.gui.look.number_text import number_text
from nnstudio.gui.plots.plotting import Axis, stepped, stepped_log
from nnstudio.training.other_outputs import figure_name

#: An axis that ends at 1 begins at the highest of these below all values.
_LOWS = (-1.0, 0.0, 0.5, 0.8, 0.9)


@dataclass(frozen=True)
class Kind:
    """One kind of figure.

    Attributes:
        key: of the columns in a history; ``metric`` for the first output's own.
        is_share: written as a percentage, 1 being all.
        ends_at_one: 1 is the best there can be.
    """

    key: str
    title: str
    is_share: bool = False
    ends_at_one: bool = False

    @property
    def can_be_log(self) -> bool:
        """Whether a log axis says something: where the best is 0, not 1."""
        return not self.ends_at_one

    def text(self, value: float) -> str:
        """A value in words; empty if unknown."""
        if not isfinite(value):
            return ""
        return f"{100 * value:.1f} %" if self.is_share else number_text(value)

    def axis(self, values: Array, before: Axis | None, *, is_log: bool) -> Axis:
        """A range for ``values``, kept as it was ``before`` while that fits."""
        values = values[np.isfinite(values)]
        if self.ends_at_one:
            least = float(values.min()) if len(values) else 0.0
            worst = 0.0 if self.is_share else -1.0
            low = max(worst, max((b for b in _LOWS if b < least), default=worst))
            return Axis(low, 1.0, percent=self.is_share)
        positive = values[values > 0]
        if is_log and self.can_be_log and len(positive):
            return stepped_log(float(positive.min()), float(positive.max()), before)
        high = float(values.max()) if len(values) else 1.0
        return stepped(min(0.0, float(values.min()) if len(values) else 0.0), high, before)


LOSS = Kind("loss", "Loss")
ACCURACY = Kind("metric", "Accuracy", is_share=True, ends_at_one=True)
RMSE = Kind("metric", "RMSE")
FURTHER = {
    "macro_f1": Kind("macro_f1", "Macro F1", is_share=True, ends_at_one=True),
    "r_squared": Kind("r_squared", "R²", ends_at_one=True),
}
RATE = Kind("learning_rate", "Learning rate")
#: Of the outputs beside the first.
_OF_OUTPUT = {"loss": LOSS, "accuracy": ACCURACY, "rmse": RMSE}


def kinds_of(
    further: tuple[str, ...], *, is_accuracy: bool, titles: Mapping[str, str]
) -> list[Kind]:
    """What the second chart can show of a run with these further figures.

    Args:
        titles: what the outputs are called, by node.
    """
    known = [kind for name, kind in FURTHER.items() if name in further]
    others = [
        replace(like, key=key, title=f"{like.title} of {title}")
        for node, title in titles.items()
        for what, like in _OF_OUTPUT.items()
        if (key := figure_name(what, node)) in further
    ]
    return [ACCURACY if is_accuracy else RMSE, *known, *others, RATE]
