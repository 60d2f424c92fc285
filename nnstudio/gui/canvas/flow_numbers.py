"""Numbers on wires: the least, mean and greatest of what flows over each, for some examples.

Examples are the first ones of the validation part, so that the numbers of two moments can be
compared. A wire over which something else than finite numbers flows is marked as an error.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from PySide6.QtWidgets import QWidget

from nnstudio.data.batches import PreparedData
from nnstudio.engine.layer import Array
from nnstudio.engine.network import Network
from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.look.number_text import number_text, percent_text
from nnstudio.messages import StudioError
from nnstudio.training.flow import Flow, flow_of_examples

#: At most so many examples.
MOST_EXAMPLES = 256
#: From this share on, zeros are told: ReLU makes them, and a dead one nothing else.
_TOLD_ZEROS = 0.005


@dataclass(frozen=True)
class FlowNumbers:
    """What flows over a wire.

    Attributes:
        least, mean, greatest: of the finite numbers; 0 if there are none.
        zeros: the share of numbers that are exactly 0.
        broken: the share that is no finite number.
    """

    least: float
    mean: float
    greatest: float
    zeros: float
    broken: float

    @staticmethod
    def of(values: Array) -> FlowNumbers:
        """The numbers of an array, of any shape but an empty one."""
        least, mean, greatest = float(values.min()), float(values.mean()), float(values.max())
        broken = 0.0
        if not np.isfinite(mean):
            finite = values[np.isfinite(values)]
            broken = 1 - finite.size / values.size
            some = finite.astype(float) if finite.size else np.zeros(1)
            least, mean, greatest = float(some.min()), float(some.mean()), float(some.max())
        zeros = 1 - np.count_nonzero(values) / values.size
        return FlowNumbers(least, mean, greatest, zeros, broken)

    def lines(self) -> tuple[str, ...]:
        """In a few short lines, for the little room between two cards."""
        lines = [f"↑ {_short(self.greatest)}", f"μ {_short(self.mean)}", f"↓ {_short(self.least)}"]
        if self.zeros >= _TOLD_ZEROS:
            lines.append(f"0: {percent_text(self.zeros)}")
        if self.broken:
            lines = [f"NaN {percent_text(self.broken)}", *(lines if self.broken < 1 else ())]
        return tuple(lines)

    def sentence(self) -> str:
        """In a line, for a tooltip."""
        numbers = " … ".join(map(number_text, (self.least, self.mean, self.greatest)))
        parts = [f"least … mean … greatest: {numbers}"] if self.broken < 1 else []
        if self.zeros >= _TOLD_ZEROS:
            parts.append(f"{percent_text(self.zeros)} zeros")
        if self.broken:
            parts.append(f"{percent_text(self.broken)} NaN or infinite")
        return "\n".join(parts)


class Wires(Protocol):
    """What shows the numbers: the canvas."""

    def show_numbers(self, numbers: Mapping[str, FlowNumbers]) -> None:
        """Let wires show the numbers of their sources, by node; the others show none."""

    def hand_over_updates(self) -> None:
        """Have what changed painted with the next update, rather than some time later."""


class WireNumbers(LiveView):
    """A widget without a face: keeps the numbers on wires up to date while they are wanted."""

    needs_weights = True

    def __init__(self, live: Live, wires: Wires, parent: QWidget) -> None:
        super().__init__(live, parent)
        self.resize(0, 0)
        self._wires = wires
        self._is_on = False
        self._of: tuple[Network, PreparedData] | None = None
        self._flow: Flow | None = None

    @property
    def is_on(self) -> bool:
        """Whether all wires show their numbers."""
        return self._is_on

    def switch(self, on: bool) -> None:
        """Let all wires show their numbers, or none."""
        self._is_on = on
        self.live.mark(self)
        if not on:
            self._wires.show_numbers({})

    def is_seen(self) -> bool:
        return self._is_on and super().is_seen()

    def refresh(self) -> None:
        """Compute what flows with the weights as they are now."""
        self._wires.show_numbers(self.measured())
        self._wires.hand_over_updates()

    def measured(self, only: str = "") -> Mapping[str, FlowNumbers]:
        """The numbers by node with the latest weights known.

        Args:
            only: a node, if no others are asked for.
        """
        model, data = self.live.model(), self.live.workbench.data
        if model is None or data is None:
            return {}
        if self._of is None or self._of[0] is not model.network or self._of[1] is not data:
            self._of = (model.network, data)
            try:
                self._flow = flow_of_examples(model.network, data, MOST_EXAMPLES)
            except (KeyError, ValueError):
                self._flow = None  # the problems list says why
        if self._flow is None or not self._flow.count:
            return {}
        try:
            outputs = self._flow.of(model.workspace.flat)
        except StudioError:  # numbers that an Embedding doesn't know: who runs it is told
            return {}
        chosen = {only: outputs[only]} if only in outputs else {} if only else outputs
        with np.errstate(all="ignore"):  # of a run that goes astray
            return {node: FlowNumbers.of(values) for node, values in chosen.items()}


def _short(value: float) -> str:
    """Two or three digits in at most six characters."""
    size = abs(value)
    if not size:
        return "0"
    if 0.01 <= size < 9.95:
        text = f"{size:.2f}"
    elif 9.95 <= size < 99.5:
        text = f"{size:.1f}"
    elif 99.5 <= size < 9999.5:
        text = f"{size:.0f}"
    else:
        text = f"{size:.0e}".replace("e-0", "e-").replace("e+0", "e").replace("e+", "e")
    return f"−{text}" if value < 0 else text
