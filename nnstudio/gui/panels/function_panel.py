"""What the network computes, over the data it learns from: a fitted curve or coloured regions."""

from __future__ import annotations

from math import prod

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import INPUTS, TARGETS
from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.look.empty_state import EmptyState
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.fit_plot import FitPlot
from nnstudio.gui.statistics.mark_legend import MarkLegend
from nnstudio.gui.statistics.units_view import UnitsView
from nnstudio.messages import StudioError, sentence
from nnstudio.project.model import Model


class FunctionPanel(LiveView):
    """The answers of a network with one or two inputs; a sentence for any other."""

    needs_weights = True

    def __init__(self, live: Live, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(live, parent)
        self.setObjectName("function_panel")
        self.setAccessibleName("What the network computes")
        self.setMinimumSize(180, 120)
        self._theme = theme
        self.plot = FitPlot(theme)
        self.plot.setObjectName("function_plot")
        self._units = UnitsView(live.workbench, theme, self.plot)
        self._units.button.toggled.connect(lambda *_: live.mark(self))
        self._title = QLabel()
        self._legend = MarkLegend(theme)
        self._empty = EmptyState("function_empty")
        header = QHBoxLayout()
        header.setSpacing(8)
        header.addWidget(self._title)
        header.addWidget(self._units.button)
        header.addWidget(self._legend, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 12, 8)
        layout.setSpacing(4)
        layout.addLayout(header)
        layout.addWidget(self.plot, 1)
        layout.addWidget(self._units)
        layout.addWidget(self._empty, 1)
        theme.changed.connect(self._dress)
        self._dress()

    def refresh(self) -> None:
        """Ask the network as it is now, all over the plot."""
        data = self.live.workbench.data
        reason = self._reason_for_nothing(data)
        shown = not reason
        for widget in (self.plot, self._title, self._legend):
            widget.setVisible(shown)
        self._empty.setVisible(not shown)
        if data is None or reason:
            self._empty.say(reason)
            self._units.show_model(None)
            return
        self.plot.show_data(data)
        model = self.live.model()
        try:
            self.plot.show_answers(model)
        except StudioError:
            self.plot.show_answers(None)  # the problems list says why
        self._units.show_model(model)
        self._title.setText("Decision regions" if self.plot.is_plane else "Fit")
        self._legend.show_data(data, self.plot.is_plane, self.plot.answers is not None)

    def _reason_for_nothing(self, data: PreparedData | None) -> str:
        workbench = self.live.workbench
        if data is None:
            if workbench.is_loading:
                return "The data is being read"
            return workbench.data_error or "Choose data: what the network makes of it appears here"
        if data.input_shape in ((1,), (2,)):
            return _reason_of(self.live.model())
        count = prod(data.input_shape)
        return (
            f"This view needs one or two inputs; this data has {count:,}. See the weights instead"
        )

    def _dress(self) -> None:
        self._title.setStyleSheet(f"color: {self._theme.colours.text}; font-weight: 600;")


def _reason_of(model: Model | None) -> str:
    """Why this picture can't be one of ``model``; empty if it can."""
    if model is None:
        return ""
    if model.columns != (INPUTS,):
        return sentence("try_columns", columns=", ".join(model.columns))
    target = model.network.heads[0].target
    return "" if target == TARGETS else sentence("fit_of_other", target=target)
