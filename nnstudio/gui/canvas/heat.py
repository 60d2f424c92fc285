"""Heat on the cards while training: where the time goes, or how large the gradients are."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite, isnan, log10
from time import perf_counter
from typing import Protocol

from PySide6.QtWidgets import QWidget

from nnstudio.gui.canvas.heat_bar import HeatBar
from nnstudio.gui.canvas.heat_legend import HeatLegend
from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.look.number_text import percent_text
from nnstudio.gui.look.theme import Theme
from nnstudio.training.meter import Reading

#: What can be shown, and what menus call it.
HEAT = {"none": "None", "time": "Time per layer", "gradient": "Gradient size"}
#: ‖∇‖ / ‖w‖ at the cold and the hot end of the scale: below, a layer hardly learns at all.
COLD, HOT = 1e-6, 1.0
#: A step is measured so often at most, in seconds.
EVERY = 0.25
#: How much the latest step counts in what is shown; the rest is what was shown before.
_LATEST = 0.3


class HeatCards(Protocol):
    """What shows the bars: the canvas."""

    def cards(self) -> Mapping[str, tuple[str, ...]]:
        """The nodes that each card stands for."""

    def show_heat(self, bars: Mapping[str, HeatBar]) -> None:
        """Show these bars, by card, and no others."""


class Heat(LiveView):
    """A widget without a face: has a step of the run measured now and then, and tells the cards."""

    def __init__(self, live: Live, theme: Theme, cards: HeatCards, parent: QWidget) -> None:
        super().__init__(live, parent)
        self.resize(0, 0)
        self.legend = HeatLegend(theme)
        self._cards = cards
        self._kind = "none"
        self._graph: object = None
        self._shares: dict[str, float] = {}
        self._ratios: dict[str, float] = {}
        self._asked = 0.0

    @property
    def kind(self) -> str:
        """What is shown, a key of :data:`HEAT`."""
        return self._kind

    @property
    def values(self) -> Mapping[str, float]:
        """What is shown, by node: shares of the time, or ‖∇‖ / ‖w‖."""
        return self._ratios if self._kind == "gradient" else self._shares

    def show_kind(self, kind: str) -> None:
        """Show this, a key of :data:`HEAT`."""
        self._kind = kind
        self._shares, self._ratios, self._asked = {}, {}, 0.0
        self.live.mark(self)
        if kind == "none":
            self._tell()

    def is_seen(self) -> bool:
        return self._kind != "none" and super().is_seen()

    def refresh(self) -> None:
        """Take what was measured, ask for more, and show it."""
        graph = self.live.workbench.graph
        if graph is not self._graph:
            self._graph = graph
            self._shares, self._ratios = {}, {}
        runner = self.live.workbench.runner
        if (reading := runner.take_reading()) is not None:
            self._take(reading)
        now = perf_counter()
        if self.live.is_running and now - self._asked >= EVERY:
            self._asked = now
            runner.ask_reading()
        self._tell()

    def _take(self, reading: Reading) -> None:
        total = sum(reading.seconds.values()) or 1.0
        shares = {node: seconds / total for node, seconds in reading.seconds.items()}
        if shares.keys() != self._shares.keys():
            self._shares = shares
        else:  # one step's times jump about
            self._shares = {
                node: _LATEST * share + (1 - _LATEST) * self._shares[node]
                for node, share in shares.items()
            }
        self._ratios = dict(reading.gradient_ratios)

    def _tell(self) -> None:
        known: Mapping[str, float] = {} if self._kind == "none" else self.values
        is_old = not self.live.is_running
        bars = {}
        for card, members in self._cards.cards().items():
            values = [known[node] for node in members if node in known]
            if values and self._kind == "time":
                bars[card] = HeatBar(sum(values), percent_text(sum(values)), is_old)
            elif values:
                bars[card] = HeatBar(heat_of(max(values)), _ratio_text(max(values)), is_old)
        self._cards.show_heat(bars)
        self.legend.say(*_legend(self._kind, is_measured=bool(known)))


def heat_of(ratio: float) -> float:
    """Where ‖∇‖ / ‖w‖ is on the scale from :data:`COLD`, 0, to :data:`HOT`, 1."""
    if not isfinite(ratio) or ratio <= 0:
        return 0.0 if ratio == 0 else 1.0
    return min(1.0, max(0.0, log10(ratio / COLD) / log10(HOT / COLD)))


def _legend(kind: str, *, is_measured: bool) -> tuple[str, str, str]:
    """What the bars mean, and the ends of their scale; at first, how to have them measured."""
    title = {"time": "Time per layer", "gradient": "‖∇‖ / ‖w‖ of each layer"}.get(kind, "")
    if not title:
        return "", "", ""
    if not is_measured:
        return f"{title}: run to measure", "", ""
    return (title, "0 %", "100 %") if kind == "time" else (title, _power(COLD), _power(HOT))


def _ratio_text(ratio: float) -> str:
    if not isfinite(ratio):
        return "∇ –" if isnan(ratio) else "∇ ∞"
    return f"∇ {ratio:.1e}".replace("e-0", "e-").replace("e+0", "e") if ratio else "∇ 0"


def _power(value: float) -> str:
    return "1" if value == 1 else f"{value:.0e}".replace("e-0", "e-")
