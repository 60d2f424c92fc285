"""What the canvas shows of a network that lives: on cards, heat, numbers and weights on wires."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtWidgets import QWidget

from nnstudio.gui.canvas.flow_numbers import WireNumbers, Wires
from nnstudio.gui.canvas.heat import Heat, HeatCards
from nnstudio.gui.canvas.thumbnails import Cards, Thumbnails
from nnstudio.gui.canvas.wire_weights import WeighedWires, WireWeights
from nnstudio.gui.live import Live
from nnstudio.gui.look.theme import Theme


class Drawing(Cards, HeatCards, Wires, WeighedWires, Protocol):
    """What shows all that: the canvas."""


class Life:
    """The views that live on a canvas.

    Attributes:
        thumbnails: the pictures on cards.
        heat: time or gradients as bars on the cards.
        numbers: what flows over the wires.
        weights: how strong the weights behind the wires are.
    """

    def __init__(self, live: Live, theme: Theme, drawing: Drawing, parent: QWidget) -> None:
        """``parent``: the widget that must be visible for anything to be computed."""
        self.thumbnails = Thumbnails(live, theme, drawing, parent)
        self.heat = Heat(live, theme, drawing, parent)
        self.numbers = WireNumbers(live, drawing, parent)
        self.weights = WireWeights(live, theme, drawing, parent)
