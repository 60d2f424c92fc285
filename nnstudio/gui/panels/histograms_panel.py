"""Weights, gradients, activations and updates: how they are distributed, and how that changes."""

from __future__ import annotations

from collections.abc import Sequence
from time import perf_counter
from typing import cast

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.engine.layer import Array
from nnstudio.engine.network import Key
from nnstudio.graph.analysis import analyse
from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.look.empty_state import EmptyState
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.observing import Observing
from nnstudio.gui.plots.distribution_plot import DistributionPlot
from nnstudio.gui.plots.power_curves import PowerCurves, lines_of
from nnstudio.gui.statistics.legend import DistributionLegend
from nnstudio.project.model import Model
from nnstudio.training.distributions import Column, Histogram, thinned
from nnstudio.training.observations import OUTPUT, Kind, Observations, Trace, arrays_of
from nnstudio.training.recorded_weights import RecordedWeights

PAGES = {
    "weights": "Weights",
    "gradients": "Gradients",
    "activations": "Activations",
    "updates": "Updates",
}
FIGURES = {"ratio": "Update ratio", "norm": "Gradient norm"}
#: About 10⁻³ is healthy: CS231n's "ratio of weights:updates", half a power of ten to either side.
HEALTHY = (-3.5, -2.5)
_HEALTHY_WORDS = "Shaded: about 0.001 is healthy. Far above: rate too high; far below: too low"
_SOURCE = (
    "How far a step moves the weights, ‖Δw‖ / ‖w‖. A rule of thumb: about 0.001. If it is lower the"
    " learning rate may be too low; if it is higher, too high. (A. Karpathy, notes of Stanford's"
    " CS231n, “Ratio of weights:updates”)"
)
_NORM_WORDS = (
    "‖∂L/∂w‖ of a batch: layers that differ by many powers of ten learn at different paces"
)
#: Drawing takes this share of the time while training runs, but is no longer put off than this.
_SHARE, _LATEST = 0.04, 1.5
#: A narrower panel has a list instead of the pages' names, and one plot of updates.
_WIDE = 640


class HistogramsPanel(LiveView):
    """One page at a time, of the layer that is selected on the canvas or chosen here."""

    def __init__(self, live: Live, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(live, parent)
        self.setObjectName("histograms_panel")
        self.setAccessibleName("Histograms")
        self.setMinimumSize(220, 144)
        self._theme = theme
        self._page = "weights"
        self._wanted = "".join(live.workbench.selection[:1])
        self._offered: tuple[object, ...] = ()
        self._asked: tuple[object, ...] = ()
        self._next = 0.0
        self.observing = Observing(live, lambda: live.mark(self), self)
        self._recorded = RecordedWeights()
        self.plot = DistributionPlot(theme)
        self.plot.chosen.connect(self._look_at)
        self.ratios = PowerCurves("histograms_ratios", theme)
        self.ratios.setAccessibleName("Update ratio of each layer")
        self.ratios.up_name = "‖Δw‖ / ‖w‖"
        self.ratios.band = HEALTHY
        self.ratios.setToolTip(_SOURCE)
        self.norms = PowerCurves("histograms_norms", theme)
        self.norms.setAccessibleName("Gradient norm of each layer")
        self.norms.up_name = "‖∂L/∂w‖"
        for curves in (self.ratios, self.norms):
            curves.chosen.connect(self._select)
        self._legend = DistributionLegend(theme)
        self._note = QLabel()
        self._note.setObjectName("histograms_note")
        self._note.setWordWrap(True)
        self._note.setProperty("role", "dim")
        self._broken = QLabel()
        self._broken.setObjectName("histograms_broken")
        self._broken.setProperty("role", "error")
        self._empty = EmptyState("histograms_empty")
        self._empty.asked.connect(lambda: live.workbench.runner.run())
        self._head = self._make_head()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 12, 8)
        column.setSpacing(4)
        column.addLayout(self._head)
        plots = QHBoxLayout()
        plots.setSpacing(16)
        for plot in (self.plot, self.ratios, self.norms):
            plots.addWidget(plot, 1)
        column.addLayout(plots, 1)
        column.addWidget(self._empty, 1)
        foot = QHBoxLayout()
        foot.setSpacing(8)
        foot.addWidget(self._legend, 1)
        foot.addWidget(self._note, 1)
        foot.addWidget(self._broken)
        column.addLayout(foot)
        theme.changed.connect(lambda: live.mark(self))
        live.workbench.selection_changed.connect(self._selected)
        live.moment_changed.connect(lambda: live.mark(self))

    def _make_head(self) -> QHBoxLayout:
        tabs = QHBoxLayout()
        tabs.setSpacing(2)
        group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        for name, text in PAGES.items():
            button = QToolButton()
            button.setObjectName(f"histograms_{name}_button")
            button.setText(text)
            button.setAccessibleName(f"Show: {text}")
            button.setCheckable(True)
            button.setChecked(name == self._page)
            button.setProperty("segment", True)
            button.clicked.connect(lambda *_, name=name: self.show_page(name))
            group.addButton(button)
            self._buttons[name] = button
            tabs.addWidget(button)
        self._pages = self._chooser("histograms_page", "What is shown")
        for name, text in PAGES.items():
            self._pages.addItem(text, name)
        self._pages.activated.connect(lambda *_: self.show_page(str(self._pages.currentData())))
        self._layer = self._chooser("histograms_layer", "Layer that is shown")
        self._layer.activated.connect(self._choose)
        self._variable = self._chooser("histograms_variable", "Variable that is shown")
        self._figure = self._chooser("histograms_figure", "Figure that is shown")
        for name, text in FIGURES.items():
            self._figure.addItem(text, name)
        choices = QHBoxLayout()
        choices.setSpacing(8)
        for chooser in (self._pages, self._layer, self._variable, self._figure):
            choices.addWidget(chooser)
        choices.addStretch(1)
        head = QHBoxLayout()
        head.setSpacing(16)
        head.addLayout(tabs)
        head.addLayout(choices, 1)
        return head

    def _chooser(self, name: str, words: str) -> QComboBox:
        chooser = QComboBox()
        chooser.setObjectName(name)
        chooser.setAccessibleName(words)
        chooser.setToolTip(words)
        chooser.setMinimumWidth(72)
        chooser.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        chooser.activated.connect(lambda *_: self.live.mark(self))
        return chooser

    # ------------------------------------------------------------------ what is chosen

    @property
    def page(self) -> str:
        """The page that is shown, a key of :data:`PAGES`."""
        return self._page

    def show_page(self, name: str) -> None:
        """Show this page."""
        self._page = name
        self._buttons[name].setChecked(True)
        self._pages.setCurrentIndex(self._pages.findData(name))
        self.live.mark(self)

    def layer_shown(self) -> str:
        """The id of the node that is shown; empty for none."""
        return str(self._layer.currentData() or "")

    def trace_shown(self) -> Trace:
        """Whose numbers are shown; of updates those of the layer's weights."""
        kind = "weights" if self._page == "updates" else self._page
        return Trace(cast(Kind, kind), self.layer_shown(), str(self._variable.currentData() or ""))

    def _selected(self) -> None:
        """The layer that is selected on the canvas is shown, where the page has it."""
        selection = self.live.workbench.selection
        if len(selection) != 1:
            return
        self._wanted = selection[0]
        number = self._layer.findData(self._wanted)
        if number >= 0 and number != self._layer.currentIndex():
            self._layer.setCurrentIndex(number)
            self.live.mark(self)

    def _choose(self) -> None:
        """This layer is shown, also by pages that are opened later."""
        self._wanted = self.layer_shown()

    def _select(self, node: str) -> None:
        """A click on a layer's curve selects the layer."""
        number = self._layer.findData(node)
        if number >= 0:
            self._layer.setCurrentIndex(number)
        self.live.workbench.select((node,))
        self.live.mark(self)

    def _look_at(self, step: int) -> None:
        """Look at the run as it was there; at its end, as it is."""
        recording = self.live.recording
        if recording is not None and recording.last is not None:
            self.live.look_at(step if step < recording.last.step else None)

    # ------------------------------------------------------------------ refreshing

    def refresh(self) -> None:
        """Sample the run, and show the page."""
        began = perf_counter()
        self.observing.sample()
        if self.live.is_running and began < self._next and not self._is_asked():
            return
        self._draw()
        drawn = (self.plot, self.ratios, self.norms)
        for plot in drawn:
            if plot.isVisible():
                plot.repaint()  # at once, so that it is counted
        self._next = began + min(_LATEST, (perf_counter() - began) / _SHARE)

    def _is_asked(self) -> bool:
        """Whether something else is to be shown than at the last drawing."""
        live = self.live
        asked = (self._page, self.trace_shown(), live.moment, live.point, self.size())
        is_other = asked != self._asked
        self._asked = asked
        return is_other

    def _draw(self) -> None:
        """Show the page as it is now."""
        model = self.live.model()
        names = {} if model is None else self._names(model)
        self._offer(names)
        self._show_parts(bool(names))
        if model is None or not names:
            self._empty.say(
                "No layer here has any" if model else "Finish the network: its numbers appear here"
            )
            return
        if self._page == "updates":
            self._show_updates()
        else:
            self._show_distribution(model)

    def _names(self, model: Model) -> dict[str, tuple[str, ...]]:
        """The nodes that the page can show, in running order, each with its variables."""
        variables: dict[str, list[str]] = {}
        for place in model.network.places:
            if self._page == "weights" or place.start < model.network.trainable_size:
                variables.setdefault(place.key[0], []).append(place.key[1])
        found: dict[str, tuple[str, ...]] = {}
        for node in analyse(self.live.project.graph).order:
            own = tuple(variables.get(node, ()))
            if self._page == "activations":
                found[node] = (OUTPUT,)
            elif own:
                found[node] = (*own, OUTPUT) if self._page == "gradients" else own
        return found

    def _offer(self, names: dict[str, tuple[str, ...]]) -> None:
        """Bring the choices up to date, keeping what is chosen; else what is selected."""
        graph = self.live.project.graph
        titles = [graph.by_id[node].title for node in names]
        offered = (self._page, tuple(names), tuple(titles))
        if offered != self._offered:
            self._offered = offered
            chosen = self._layer.currentData()
            self._layer.clear()
            for place, (node, title) in enumerate(zip(names, titles, strict=True)):
                number = titles[:place].count(title) + 1
                twice = titles.count(title) > 1
                self._layer.addItem(f"{title} {number}" if twice else title, node)
            for wanted in (self._wanted, chosen):
                if (number := self._layer.findData(wanted)) >= 0:
                    self._layer.setCurrentIndex(number)
                    break
        variables = names.get(self.layer_shown(), ())
        if variables != tuple(self._variable.itemData(i) for i in range(self._variable.count())):
            before = self._variable.currentData()
            self._variable.clear()
            for name in variables:
                self._variable.addItem(name.replace("_", " "), name)
            self._variable.setCurrentIndex(max(0, self._variable.findData(before)))

    def _show_parts(self, has_any: bool) -> None:
        updates, wide = self._page == "updates", self.width() >= _WIDE
        figure = self._figure.currentData()
        for button in self._buttons.values():
            button.setVisible(wide)
        self._pages.setVisible(not wide)
        self._layer.setVisible(has_any)
        self._variable.setVisible(has_any and not updates and self._variable.count() > 1)
        self._figure.setVisible(has_any and updates and not wide)
        self.plot.setVisible(has_any and not updates)
        self._legend.setVisible(has_any and not updates)
        self.ratios.setVisible(has_any and updates and (wide or figure == "ratio"))
        self.norms.setVisible(has_any and updates and (wide or figure == "norm"))
        self._note.setVisible(has_any and updates)
        self._broken.setVisible(has_any and not updates and bool(self._broken.text()))
        self._empty.setVisible(not has_any)

    # ------------------------------------------------------------------ distributions

    def _show_distribution(self, model: Model) -> None:
        trace = self.trace_shown()
        array, name = self._now(model, trace)
        now = None if array is None else Histogram.of(thinned(array))
        moment = self.live.moment
        columns = self._columns(model, trace)
        step = None if moment is None else moment.step
        self.plot.show_distribution(columns, now, name, step)
        self._legend.show_strongest(self.plot.strongest)
        broken = "" if now is None else _broken_text(now)
        self._broken.setText(broken)
        self._broken.setVisible(bool(broken))

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

    def _show_updates(self) -> None:
        observations, moment = self._observations(), self.live.moment
        count = range(self._layer.count())
        titles = {str(self._layer.itemData(i)): self._layer.itemText(i) for i in count}
        step = None if moment is None else moment.step
        for plot, rows in (
            (self.ratios, {} if observations is None else observations.ratios),
            (self.norms, {} if observations is None else observations.norms),
        ):
            points = {node: row.entries for node, row in rows.items()}
            plot.show_lines(lines_of(titles, points), self.layer_shown(), step)
        if not self.ratios.lines and not self.norms.lines:
            for plot in (self.ratios, self.norms):
                plot.hide()
            self._note.hide()
            self._figure.hide()
            self._layer.hide()
            self._empty.show()
            running = self.live.is_running
            words = "The first steps are being measured" if running else (
                "How far each step moves the weights of each layer: it is measured while training"
                " runs and this page can be seen"
            )  # fmt: skip
            self._empty.say(words, "" if running else "Run")
            return
        shows_norms = self._figure.currentData() == "norm" and not self._figure.isHidden()
        self._note.setText(_NORM_WORDS if shows_norms else _HEALTHY_WORDS)
        self._note.setToolTip("" if shows_norms else _SOURCE)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.live.mark(self)


def _broken_text(histogram: Histogram) -> str:
    """How many values are in no bin."""
    parts = [f"{histogram.nan:,} NaN"] if histogram.nan else []
    parts += [f"{histogram.infinite:,} infinite"] if histogram.infinite else []
    return ", ".join(parts)
