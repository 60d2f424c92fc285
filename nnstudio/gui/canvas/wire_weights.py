"""Weights on wires: how strong the matrix behind each wire is, and to which side it leans.

A wire carries a whole matrix into the layer that multiplies it. Its width tells the mean size of
the weights, its colour the sign of their mean: grey where they balance, the full colour of a sign
from LEANING of their mean size on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from PySide6.QtCore import Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QWidget

from nnstudio.engine.layer import Array
from nnstudio.graph.model import Edge, Graph
from nnstudio.gui.canvas.weight_legend import WeightLegend
from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.look.number_text import number_text
from nnstudio.gui.look.theme import Theme

#: Widths of wires: of no weights at all, and of the strongest.
THIN, THICK = 1.5, 6.0
#: |mean| / mean |w| from which on a wire has the full colour of its sign.
LEANING = 0.25
#: What multiplies the input: of most layers, and of recurrent ones.
_MULTIPLIES = ("weight", "weight_ih")


@dataclass(frozen=True)
class WireWeight:
    """The matrix behind a wire.

    Attributes:
        size: the mean of |w|.
        mean: the mean of w.
        share: ``size`` as a share of the greatest of all wires.
    """

    size: float
    mean: float
    share: float = 1.0

    @property
    def width(self) -> float:
        """Of the wire, in pixels at 100 %."""
        return THIN + (THICK - THIN) * self.share

    @property
    def leaning(self) -> float:
        """From −1 to 1: the sign of the mean, and how clearly it has one."""
        if not self.size:
            return 0.0
        return float(np.clip(self.mean / (LEANING * self.size), -1, 1))

    def colour(self, theme: Theme) -> QColor:
        """From grey to the colour of the sign."""
        end = theme.colour("positive" if self.mean > 0 else "negative")
        start, strength = theme.colour("dim"), abs(self.leaning)
        pairs = zip(start.getRgb()[:3], end.getRgb()[:3], strict=True)  # type: ignore[index]
        return QColor(*(round(a + (b - a) * strength) for a, b in pairs))

    def sentence(self) -> str:
        """In a line, for a tooltip."""
        return f"weights: mean size {number_text(self.size)}, mean {number_text(self.mean)}"


def wire_weights(
    graph: Graph, edges: Iterable[Edge], arrays: Mapping[tuple[str, str], Array]
) -> dict[Edge, WireWeight]:
    """What is known of each wire into a layer that multiplies what comes in by weights."""
    known: dict[str, tuple[float, float]] = {}
    found: dict[Edge, tuple[float, float]] = {}
    for edge in edges:
        owner = graph.by_id[edge.target].owner or edge.target
        found_by = (arrays.get((owner, name)) for name in _MULTIPLIES)
        weight = next((w for w in found_by if w is not None and w.ndim > 1), None)
        if weight is None:
            continue
        if owner not in known:
            with np.errstate(all="ignore"):  # weights of a run that goes astray
                known[owner] = float(np.abs(weight).mean()), float(weight.mean())
        if np.isfinite(known[owner]).all():
            found[edge] = known[owner]
    most = max((size for size, _ in found.values()), default=0.0) or 1.0
    return {edge: WireWeight(size, mean, size / most) for edge, (size, mean) in found.items()}


class WeighedWires(Protocol):
    """What shows them: the canvas."""

    def show_weights(self, weights: Mapping[Edge, WireWeight]) -> None:
        """Let these wires look like this, and all others as usual."""

    def hand_over_updates(self) -> None:
        """Have what changed painted with the next update, rather than some time later."""


class WireWeights(LiveView):
    """A widget without a face: keeps the wires up to date while this is wanted.

    Attributes:
        legend: for the strip below the canvas.
        weights: what is shown.

    Signals:
        switched: (on) whether wires show weights from now on.
    """

    needs_weights = True
    switched = Signal(bool)

    def __init__(self, live: Live, theme: Theme, wires: WeighedWires, parent: QWidget) -> None:
        super().__init__(live, parent)
        self.resize(0, 0)
        self.legend = WeightLegend(theme)
        self.weights: Mapping[Edge, WireWeight] = {}
        self._wires = wires
        self._is_on = False
        theme.changed.connect(lambda: live.mark(self))

    @property
    def is_on(self) -> bool:
        """Whether wires show the weights behind them."""
        return self._is_on

    def switch(self, on: bool) -> None:
        """Let wires show their weights, or look as usual."""
        self._is_on = on
        self.switched.emit(on)
        self.live.mark(self)
        if not on:
            self.weights = {}
            self._wires.show_weights({})
            self.legend.show_scale(None)

    def is_seen(self) -> bool:
        return self._is_on and super().is_seen()

    def refresh(self) -> None:
        """Show the weights as they are now."""
        self.weights = self.measured()
        self._wires.show_weights(self.weights)
        self._wires.hand_over_updates()
        self.legend.show_scale(max((w.size for w in self.weights.values()), default=0.0))

    def measured(self) -> Mapping[Edge, WireWeight]:
        """Every wire's weights with the latest variables known."""
        model, graph = self.live.model(), self.live.workbench.graph
        if model is None:
            return {}
        return wire_weights(graph, graph.edges, model.network.arrays(model.workspace.flat))
