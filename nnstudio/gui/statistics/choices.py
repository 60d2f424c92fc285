"""What the Histograms panel shows: which page, of which layer, which of its variables."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QWidget

from nnstudio.graph.titles import told_apart
from nnstudio.gui.look.chooser import chooser
from nnstudio.gui.look.page_tabs import PageTabs

PAGES = {
    "weights": "Weights",
    "gradients": "Gradients",
    "activations": "Activations",
    "updates": "Updates",
}
FIGURES = {"ratio": "Update ratio", "norm": "Gradient norm"}
_NARROWEST = 72


class HistogramChoices(QWidget):
    """Buttons for the pages, or a list in little room, and lists for the rest.

    Signals:
        changed: something else is to be shown.

    Attributes:
        page: a key of :data:`PAGES`.
    """

    changed = Signal()

    def __init__(self, wanted: str) -> None:
        """``wanted``: the node that is shown first, by pages that have it."""
        super().__init__()
        self.page = "weights"
        self._wanted = wanted
        self._offered: object = None
        self._pages = self._chooser("histograms_page", "What is shown", PAGES)
        self._layer = self._chooser("histograms_layer", "Layer that is shown")
        self._variable = self._chooser("histograms_variable", "Variable that is shown")
        self._figure = self._chooser("histograms_figure", "Figure that is shown", FIGURES)
        self._pages.activated.connect(lambda *_: self.show_page(str(self._pages.currentData())))
        self._layer.activated.connect(self._choose)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(16)
        self._tabs = PageTabs("histograms_{}_button", PAGES)
        self._tabs.chosen.connect(self.show_page)
        self._tabs.show_chosen(self.page)
        row.addLayout(self._tabs)
        choices = QHBoxLayout()
        choices.setSpacing(8)
        for box in (self._pages, self._layer, self._variable, self._figure):
            choices.addWidget(box)
        choices.addStretch(1)
        row.addLayout(choices, 1)

    def _chooser(
        self, name: str, words: str, choices: Mapping[str, str] | None = None
    ) -> QComboBox:
        box = chooser(name, words, choices, _NARROWEST)
        box.activated.connect(lambda *_: self.changed.emit())
        return box

    # ------------------------------------------------------------------ what is chosen

    @property
    def layer(self) -> str:
        """The id of the node; empty for none."""
        return str(self._layer.currentData() or "")

    @property
    def variable(self) -> str:
        """The variable's name, or that of the node's output."""
        return str(self._variable.currentData() or "")

    @property
    def figure(self) -> str:
        """Of updates: a key of :data:`FIGURES`; empty where there is room for both."""
        return "" if self._figure.isHidden() else str(self._figure.currentData())

    @property
    def titles(self) -> dict[str, str]:
        """What the layers are called that can be shown, by node."""
        count = range(self._layer.count())
        return {str(self._layer.itemData(i)): self._layer.itemText(i) for i in count}

    def show_page(self, name: str) -> None:
        """Show this page."""
        self.page = name
        self._tabs.show_chosen(name)
        self._pages.setCurrentIndex(self._pages.findData(name))
        self.changed.emit()

    def want(self, node: str) -> None:
        """Show this layer, also on pages that are opened later, where they have it."""
        self._wanted = node
        number = self._layer.findData(node)
        if number >= 0 and number != self._layer.currentIndex():
            self._layer.setCurrentIndex(number)
            self.changed.emit()

    def _choose(self) -> None:
        self._wanted = self.layer

    # ------------------------------------------------------------------ what is offered

    def offer(self, names: Mapping[str, tuple[str, ...]], titles: Mapping[str, str]) -> None:
        """Offer these nodes with their variables, keeping what is wanted or chosen.

        Args:
            titles: what each node is called; a number is added where two are called alike.
        """
        called = [titles[node] for node in names]
        offered = (self.page, tuple(names), tuple(called))
        if offered != self._offered:
            self._offered = offered
            chosen = self.layer
            self._layer.clear()
            for node, title in zip(names, told_apart(called), strict=True):
                self._layer.addItem(title, node)
            for wanted in (self._wanted, chosen):
                if (at := self._layer.findData(wanted)) >= 0:
                    self._layer.setCurrentIndex(at)
                    break
        variables = names.get(self.layer, ())
        if variables != tuple(self._variable.itemData(i) for i in range(self._variable.count())):
            before = self.variable
            self._variable.clear()
            for name in variables:
                self._variable.addItem(name.replace("_", " "), name)
            self._variable.setCurrentIndex(max(0, self._variable.findData(before)))

    def suit(self, *, wide: bool, has_any: bool) -> None:
        """Show the controls that belong to the page, and have room."""
        updates = self.page == "updates"
        for button in self._tabs.buttons.values():
            button.setVisible(wide)
        self._pages.setVisible(not wide)
        self._layer.setVisible(has_any)
        self._variable.setVisible(has_any and not updates and self._variable.count() > 1)
        self._figure.setVisible(has_any and updates and not wide)
