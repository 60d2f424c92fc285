"""Weights, gradients, activations and updates: how they are distributed, and how that changes."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import cast

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from nnstudio.engine.layer import Array
from nnstudio.engine.network import Key
from nnstudio.graph.analysis import analyse
from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.look.empty_state import EmptyState
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.observing import PART, Observing
from nnstudio.gui.plots.distribution_plot import DistributionPlot
from nnstudio.gui.statistics.choices import HistogramChoices
from nnstudio.gui.statistics.legend import DistributionLegend
from nnstudio.gui.statistics.updates_page import UpdatesPage
from nnstudio.project.model import Model
from nnstudio.training.distributions import Column, Histogram, thinned
from nnstudio.training.observations import OUTPUT, Kind, Observations, Trace, arrays_of
from nnstudio.training.recorded_weights import RecordedWeights

#: While training runs drawing is no longer put off than this, in seconds.
_LATEST = 1.5
#: A narrower panel has a list instead of the pages' names, and one plot of updates.
_WIDE = 640
_UNMEASURED = (
    "How far each step moves the weights of each layer: it is measured while training runs and this"
    " page can be seen"
)


class HistogramsPanel(LiveView):
    """One page at a time, of the layer that is selected on the canvas or chosen here."""

    def __init__(self, live: Live, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(live, parent)
        self.setObjectName("histograms_panel")
        self.setAccessibleName("Histograms")
        self.setMinimumSize(220, 144)
        self._asked: tuple[object, ...] = ()
        self._next = 0.0
        self.observing = Observing(live, lambda: live.mark(self), self)
        self._recorded = RecordedWeights()
        self._choices = HistogramChoices("".join(live.workbench.selection[:1]))
        self._choices.changed.connect(lambda: live.mark(self))
        self.plot = DistributionPlot(theme)
        self.plot.chosen.connect(self._look_at)
        self.updates = UpdatesPage(theme)
        self.updates.chosen.connect(self._select)
        self._legend = DistributionLegend(theme)
        self._broken = QLabel()
        self._broken.setObjectName("histograms_broken")
        self._broken.setProperty("role", "error")
        self._empty = EmptyState("histograms_empty")
        self._empty.asked.connect(live.workbench.runner.run)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 12, 8)
        column.setSpacing(4)
        column.addWidget(self._choices)
        for page in (self.plot, self.updates, self._empty):
            column.addWidget(page, 1)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self._legend, 1)
        foot.addWidget(self._broken)
        column.addLayout(foot)
        theme.changed.connect(lambda: live.mark(self))
        live.workbench.selection_changed.connect(self._selected)
        live.moment_changed.connect(lambda: live.mark(self))

    # ------------------------------------------------------------------ what is chosen

    @property
    def page(self) -> str:
        """The page that is shown: ``weights``, ``gradients``, ``activations`` or ``updates``."""
        return self._choices.page

    def show_page(self, name: str) -> None:
        """Show this page."""
        self._choices.show_page(name)

    def layer_shown(self) -> str:
        """The id of the node that is shown; empty for none."""
        return self._choices.layer

    def trace_shown(self) -> Trace:
        """Whose numbers are shown; of updates those of the layer's weights."""
        kind = "weights" if self.page == "updates" else self.page
        return Trace(cast(Kind, kind), self._choices.layer, self._choices.variable)

    def _selected(self) -> None:
        """The layer that is selected on the canvas is shown, where the page has it."""
        selection = self.live.workbench.selection
        if len(selection) == 1:
            self._choices.want(selection[0])

    def _select(self, node: str) -> None:
        """A click on a layer's curve selects the layer."""
        self._choices.want(node)
        self.live.workbench.select((node,))

    def _look_at(self, step: int) -> None:
        """Look at the run as it was there; at its end, as it is."""
        recording = self.live.recording
        if recording is not None and recording.last is not None:
            self.live.look_at(step if step < recording.last.step else None)

    # ------------------------------------------------------------------ refreshing

    def refresh(self) -> None:
        """Sample the run, and show the page if it is time to."""
        self.observing.sample()
        began = perf_counter()
        if self.live.is_running and began < self._next and not self._is_asked():
            return
        self._draw()
        for plot in (self.plot, self.updates):
            if plot.isVisible():
                plot.repaint()  # at once, so that it is counted
        share = (1 - PART) * self.live.share()  # of the time; sampling takes the rest
        self._next = began + min(_LATEST, (perf_counter() - began) / share)

    def _is_asked(self) -> bool:
        """Whether something else is to be shown than at the last drawing."""
        live = self.live
        asked = (self.page, self.trace_shown(), live.moment, live.point, self.size())
        is_other = asked != self._asked
        self._asked = asked
        return is_other

    def _draw(self) -> None:
        """Show the page as it is now."""
        model = self.live.model()
        names = {} if model is None else self._names(model)
        graph = self.live.project.graph
        self._choices.offer(names, {node: graph.by_id[node].title for node in names})
        self._choices.suit(wide=self.width() >= _WIDE, has_any=bool(names))
        words, action = "", ""
        if model is None or not names:
            words = "No layer here has any" if model else "Finish the network to see its numbers"
        elif self.page == "updates":
            if not self._show_updates():
                running = self.live.is_running
                words = "The first steps are being measured" if running else _UNMEASURED
                action = "" if running else "Run"
        else:
            self._show_distribution(model)
        self._show_parts(is_empty=bool(words))
        if words:
            self._empty.say(words, action)

    def _show_parts(self, *, is_empty: bool) -> None:
        updates = self.page == "updates"
        self._empty.setVisible(is_empty)
        self.updates.setVisible(updates and not is_empty)
        for part in (self.plot, self._legend):
            part.setVisible(not updates and not is_empty)
        self._broken.setVisible(not updates and not is_empty and bool(self._broken.text()))

    def _names(self, model: Model) -> dict[str, tuple[str, ...]]:
        """The nodes that the page can show, in running order, each with its variables."""
        variables: dict[str, list[str]] = {}
        for place in model.network.places:
            if self.page == "weights" or place.start < model.network.trainable_size:
                variables.setdefault(place.key[0], []).append(place.key[1])
        found: dict[str, tuple[str, ...]] = {}
        for node in analyse(self.live.project.graph).order:
            own = tuple(variables.get(node, ()))
            if self.page == "activations":
                found[node] = (OUTPUT,)
            elif own:
                found[node] = (*own, OUTPUT) if self.page == "gradients" else own
        return found

    def _step_looked_at(self) -> int | None:
        moment = self.live.moment
        return None if moment is None else moment.step

    # ------------------------------------------------------------------ distributions

    def _show_distribution(self, model: Model) -> None:
        trace = self.trace_shown()
        array, name = self._now(model, trace)
        now = None if array is None else Histogram.of(thinned(array))
        columns = self._columns(model, trace)
        self.plot.show_distribution(columns, now, name, self._step_looked_at())
        self._legend.show_strongest(self.plot.strongest)
        self._broken.setText("" if now is None else _broken_text(now))

    def _now(self, model: Model, trace: Trace) -> tuple[Array | None, str]:
        """The numbers as they are, or were at the moment that is looked at; and what that is."""
        live = self.live
        name = live.point or ("now" if live.moment is None else f"step {live.moment.step:,}")
        latest = self.observing.latest
        if live.is_running and name == "now":
            return (None if latest is None else arrays_of(latest).get(trace)), name
        if trace.kind == "weights":
            arrays = model.network.arrays(model.workspace.flat)
            return arrays.get((trace.node, trace.name)), name
        data = live.workbench.data
        if data is None:
            return None, name
        inside = self.observing.at_rest(model, data, self._step())
        return (None if inside is None else arrays_of(inside).get(trace)), name

    def _step(self) -> int:
        trained = self.live.project.trained
        progress = None if trained is None else trained.progress
        return 0 if progress is None else progress.step

    def _columns(self, model: Model, trace: Trace) -> Sequence[Column]:
        """Of weights those of the recording, which knows the whole run; else what was sampled."""
        recording = self.live.recording
        if trace.kind == "weights" and recording is not None and recording.moments:
            key: Key = trace.node, trace.name
            columns, is_all = self._recorded.columns(recording, model.network, key)
            if not is_all:
                self.live.mark(self)
            return columns
        observations = self._observations()
        row = None if observations is None else observations.rows.get(trace)
        return () if row is None else row.entries

    def _observations(self) -> Observations | None:
        """What was sampled, if it is of the network as it is."""
        found = self.observing.observations
        if found is None or self.live.is_running:
            return found
        return found if found.run == self.live.project.run_hash() else None

    # ------------------------------------------------------------------ updates

    def _show_updates(self) -> bool:
        """Returns whether there is anything to show."""
        choices, step = self._choices, self._step_looked_at()
        figure = choices.figure
        return self.updates.show_run(
            self._observations(), choices.titles, choices.layer, step, figure
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.live.mark(self)


def _broken_text(histogram: Histogram) -> str:
    """How many values are in no bin."""
    parts = [f"{histogram.nan:,} NaN"] if histogram.nan else []
    parts += [f"{histogram.infinite:,} infinite"] if histogram.infinite else []
    return ", ".join(parts)
