"""The two charts of the learning curves: what they draw, what is zoomed, where the crosshair is."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from nnstudio.gui.learning.drawing import Look, drawing_of
from nnstudio.gui.learning.kinds import LOSS, RMSE, Kind
from nnstudio.gui.learning.options import CurveOptions
from nnstudio.gui.learning.readings import crosshair_at
from nnstudio.gui.learning.run_curves import RunCurves
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.curve_chart import CurveChart
from nnstudio.gui.plots.plotting import Axis

#: Without epochs to go along, the keyboard moves by this share of the steps so far.
_STRIDE = 0.02


@dataclass(frozen=True, eq=False)
class Shown:
    """What is drawn: runs, of which the first is in front, and how many epochs were planned."""

    runs: tuple[RunCurves, ...]
    kind: Kind
    planned: float


class CurveCharts(QObject):
    """Loss and the figure beside it, over the same steps.

    Attributes:
        loss, figure: the charts; hidden ones aren't drawn.
        shown: what they show; ``None`` before the first run.
        mark_step: a step that is marked with a line.

    Signals:
        zoom_changed: another part of the axes is seen.
    """

    zoom_changed = Signal()

    def __init__(self, theme: Theme, options: CurveOptions, parent: QWidget) -> None:
        super().__init__(parent)
        self.loss, self.figure = CurveChart(theme), CurveChart(theme)
        self.loss.setObjectName("curves_loss_chart")
        self.figure.setObjectName("curves_figure_chart")
        self.shown: Shown | None = None
        self.mark_step: int | None = None
        self._options = options
        self._seen_x: Axis | None = None
        self._seen_y: dict[CurveChart, Axis | None] = {}
        self._pointed: float | None = None
        self._drawn: list[CurveChart] = []  # the one drawn longest ago first
        for chart in (self.loss, self.figure):
            chart.seen.connect(lambda x, y, chart=chart: self._see(chart, x, y))
            chart.pointed.connect(self.point)
            chart.stepped.connect(self._step)
        options.changed.connect(self._forget_logs)

    @property
    def visible(self) -> list[CurveChart]:
        """The charts that can be seen."""
        return [chart for chart in (self.loss, self.figure) if not chart.isHidden()]

    def kind_of(self, chart: CurveChart) -> Kind:
        """What a chart shows."""
        assert self.shown is not None, "nothing is shown before a run"
        return LOSS if chart is self.loss else self.shown.kind

    # ------------------------------------------------------------------ drawing

    def draw(self, shown: Shown, *, is_alone: bool, in_turn: bool = False) -> None:
        """Draw these runs in the charts that can be seen.

        Args:
            is_alone: the loss stands without the other figure, and so says its latest value too.
            in_turn: one of the charts now and the other one next time, as plots do while training
                runs: what the window does at a time has to be short.
        """
        visible = self.visible
        due = visible
        if in_turn and self._drawn and set(self._drawn) == set(visible):
            due = self._drawn[:1]
        self._drawn = [*(chart for chart in visible if chart not in due), *due]
        if self.shown is not None and self.shown.kind is not shown.kind:
            self._seen_y.pop(self.figure, None)
        self.shown = shown
        for chart in due:
            self._draw_chart(chart, shown, is_alone=is_alone)
        self._show_mark(shown.runs[0])
        self.point(self._pointed)

    def _draw_chart(self, chart: CurveChart, shown: Shown, *, is_alone: bool) -> None:
        options, own, kind = self._options, shown.runs[0], self.kind_of(chart)
        look = Look(
            options.smoothing,
            options.log_x,
            options.log_y,
            options.bands,
            self._seen_x,
            self._seen_y.get(chart),
        )
        # Which axis fits is clear after two epochs.
        before = chart.drawing.y_whole if len(own.numbers) > 1 else None
        more = self._latest(own, shown.kind) if is_alone and chart is self.loss else ""
        chart.free_corner = "bottom" if kind.ends_at_one else "top"
        chart.show_drawing(drawing_of(kind, shown.runs, look, shown.planned, before, more))

    @staticmethod
    def _latest(run: RunCurves, kind: Kind) -> str:
        """The latest figure of the validation beside the loss's."""
        values = run.figure(kind.key)[1]
        text = kind.text(float(values[-1])) if len(values) else ""
        return f"{kind.title} {text}" if text and kind is RMSE else text

    def _show_mark(self, run: RunCurves) -> None:
        at = self.mark_step
        place = None if at is None else float(run.epochs_at(np.array([float(at)]))[0])
        for chart in self.visible:
            chart.mark(place)

    # ------------------------------------------------------------------ zoom

    @property
    def is_zoomed(self) -> bool:
        """Whether less than everything is seen."""
        return self._seen_x is not None or any(self._seen_y.values())

    def see_all(self) -> None:
        """Show everything again."""
        self._seen_x = None
        self._seen_y.clear()
        self.zoom_changed.emit()

    def _see(self, chart: CurveChart, x: Axis | None, y: Axis | None) -> None:
        if x is None and y is None:
            self.see_all()
            return
        self._seen_x, self._seen_y[chart] = x, y
        self.zoom_changed.emit()

    def _forget_logs(self) -> None:
        """A zoomed part of an axis of the other kind means nothing."""
        if self._seen_x is not None and self._seen_x.log != self._options.log_x:
            self._seen_x = None
        self._seen_y = {
            chart: axis
            for chart, axis in self._seen_y.items()
            if axis is not None and axis.log == self._options.log_y
        }

    # ------------------------------------------------------------------ crosshair

    def point(self, x: float | None) -> None:
        """Read both charts at ``x`` epochs, or not at all."""
        self._pointed = x
        if self.shown is None:
            return
        for chart in self.visible:
            found = None if x is None else crosshair_at(x, self.shown.runs, self.kind_of(chart))
            chart.show_crosshair(found)

    def _step(self, count: float) -> None:
        """Go on by so many epochs, or, before there are some, by a part of the steps."""
        if self.shown is None:
            return
        own, x = self.shown.runs[0], self._pointed
        places = own.numbers
        if len(places) < 2:
            stride = max(1.0, round(own.steps * _STRIDE))
            steps = np.unique(np.append(np.arange(1.0, own.steps, stride), own.steps))
            places = own.epochs_at(steps)
        if x is None:
            row = 0 if count == -inf else len(places) - 1
        else:
            now = int(np.abs(places - x).argmin())
            row = int(min(max(now + count, 0), len(places) - 1))
        self.point(float(places[row]))
