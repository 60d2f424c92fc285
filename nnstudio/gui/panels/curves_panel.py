"""How loss and accuracy go, step by step and epoch by epoch, while the network learns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QPushButton, QStackedLayout, QVBoxLayout, QWidget

from nnstudio.data.dataset import TARGETS
from nnstudio.graph.titles import told_apart
from nnstudio.gui.learning.bar import CurvesBar
from nnstudio.gui.learning.charts import CurveCharts, Shown
from nnstudio.gui.learning.export import CurveExport, picture_of
from nnstudio.gui.learning.kinds import FURTHER, LOSS, Kind, kinds_of
from nnstudio.gui.learning.legend import CurveLegend, named_runs
from nnstudio.gui.learning.options import CurveOptions
from nnstudio.gui.learning.run_curves import RunCurves
from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.look.empty_state import EmptyState
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.pictures.sheet import Sheet
from nnstudio.project.project import Project
from nnstudio.training.history import History

#: From this width on, loss and the figure beside it stand side by side.
WIDE = 700
#: The legend's names take about so many pixels; in a lower panel they have one line.
_NAME, _LOW = 110, 220


class CurvesPanel(LiveView):
    """The curves of the running or last run, and of others beside it.

    Attributes:
        options: how they are seen.
        charts: the loss, and the figure beside it.
        take: copies and saves them.
    """

    def __init__(self, live: Live, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(live, parent)
        self.setObjectName("curves_panel")
        self.setAccessibleName("Learning curves")
        self.setMinimumSize(220, 144)
        self.options = CurveOptions(self)
        self.charts = CurveCharts(theme, self.options, self)
        self.take = CurveExport(self, self._all_runs, self._picture, self._metric_name)
        self.take.failed.connect(lambda text: live.workbench.said.emit(text, "error"))
        self.bar = CurvesBar(theme, self.options, self.take)
        self._theme = theme
        self._others: list[RunCurves] = []
        self._frozen: RunCurves | None = None
        self._pages = QStackedLayout(self)
        self._empty = EmptyState("curves_run")
        self._empty.say("Press Run: the learning curves appear here", "Run")
        self._empty.asked.connect(self._run)
        self._button = self._empty.findChild(QPushButton)
        if self._button is not None:
            self._button.setProperty("primary", True)
        live.workbench.problems_changed.connect(self._show_obstacle)
        live.workbench.data_changed.connect(self._show_obstacle)
        live.moment_changed.connect(self._mark_moment)
        live.workbench.project_changed.connect(self._project_changed)
        self._show_obstacle()
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self._make_page())
        self.options.changed.connect(self._redraw)
        self.charts.zoom_changed.connect(self._redraw)
        self.bar.turned.connect(self._redraw)
        self.bar.freeze_asked.connect(self.freeze)
        self.bar.everything_asked.connect(self.charts.see_all)

    def _make_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(12, 4, 8, 6)
        column.setSpacing(2)
        self._legend = CurveLegend(self._theme)
        column.addWidget(self.bar)
        column.addWidget(self.bar.note)
        self._row = self.bar.rows_for(self.charts.loss, self.charts.figure)
        column.addLayout(self._row, 1)
        column.addWidget(self._legend)
        return page

    def _show_obstacle(self) -> None:
        """Where training can't begin, the button says why."""
        if self._button is not None:
            obstacle = self.live.workbench.obstacle
            self._button.setEnabled(not obstacle)
            self._button.setToolTip(obstacle)

    def _project_changed(self, old: Project, new: Project) -> None:
        """Another project was opened: what stood still belongs to the one before."""
        document = self.live.workbench.document
        was_edited = bool(document.undo_label or document.redo_label)
        if not was_edited and replace(old, runs=new.runs) != new:
            self.freeze(False)
            self.charts.see_all()

    # ------------------------------------------------------------------ for others

    def compare(self, others: Sequence[tuple[str, History, str | QColor]]) -> None:
        """Draw these runs beside this one: label, curves, colour or its role; none ends it."""
        self._others = [RunCurves.now(run, 0.0, label, role) for label, run, role in others]
        self.live.mark(self)

    def mark_step(self, step: int | None) -> None:
        """Draw a thin line at the step that is looked at; ``None`` for none."""
        self.charts.mark_step = step
        self.live.mark(self)

    def _mark_moment(self) -> None:
        moment = self.live.moment
        self.mark_step(None if moment is None else moment.step)

    def freeze(self, is_frozen: bool) -> None:
        """Stand still at what is shown now, while training goes on; or show what is new again."""
        own = None if self.charts.shown is None else self.charts.shown.runs[0]
        self._frozen = own if is_frozen and own is not None and not own.label else None
        self.bar.show_frozen(None if self._frozen is None else self._frozen.steps)
        self._redraw()

    @property
    def is_frozen(self) -> bool:
        """Whether the curves stand still."""
        return self._frozen is not None

    def points(self) -> int:
        """How many points the visible curves have."""
        return sum(chart.points() for chart in self.charts.visible) if self.epochs_drawn() else 0

    def epochs_drawn(self) -> int:
        """How many finished epochs are drawn."""
        shown = self.charts.shown
        return shown.runs[0].epochs if shown is not None else 0

    # ------------------------------------------------------------------ what is shown

    def refresh(self) -> None:
        """Draw the history as it is now, or as it was when it was frozen."""
        self._draw(in_turn=self.live.is_running)

    def _draw(self, *, in_turn: bool) -> None:
        own = self._own()
        runs = [*([] if own is None else [own]), *self._others]
        if not runs:
            self.charts.shown = None
            self._pages.setCurrentWidget(self._empty)
            return
        self._pages.setCurrentIndex(1)
        further, titles = runs[0].history.further, self._output_titles()
        kinds = kinds_of(further, is_accuracy=self._is_accuracy(), titles=titles)
        kind = next((kind for kind in kinds if kind.key == self.options.kind), kinds[0])
        self._arrange(kinds, kind)
        planned = float(self.live.project.settings.epochs)
        shown = Shown(tuple(runs), kind, planned)
        room = max(2, self.width() // _NAME) * (1 if self.height() < _LOW else 3)
        self._legend.show_runs(shown.runs, room)
        self.charts.draw(shown, is_alone=not self._is_wide(), in_turn=in_turn)

    def _own(self) -> RunCurves | None:
        if self._frozen is not None:
            return self._frozen
        history = self.live.history
        if history is None or not len(history.steps):
            return None
        data, pace = self.live.workbench.data, 0.0
        if data is not None:
            pace = float(self.live.project.settings.steps_per_epoch(len(data.parts.train)))
        return RunCurves.now(history, pace)

    def _redraw(self) -> None:
        """Something was chosen: it is seen at once."""
        if self.isVisible():
            self._draw(in_turn=False)
        self.live.mark(self)

    def _is_accuracy(self) -> bool:
        """Whether the first output, whose metric is drawn, tells classes apart."""
        data, project = self.live.workbench.data, self.live.project
        if data is None:
            return False
        outputs = project.graph.outputs
        target = project.settings.target_of(outputs[0]) if outputs else TARGETS
        known = target in data.dataset.column_names
        return bool(data.dataset.column(target if known else TARGETS).classes)

    def _output_titles(self) -> dict[str, str]:
        """What the outputs are called, by node."""
        graph = self.live.project.graph
        titles = told_apart([graph.by_id[node].title for node in graph.outputs])
        return dict(zip(graph.outputs, titles, strict=True))

    def _arrange(self, kinds: list[Kind], kind: Kind) -> None:
        """Side by side, or the chosen one."""
        wide, loss = self._is_wide(), self.bar.shows_loss
        self.bar.arrange(kinds, kind, self.width(), is_wide=wide, is_zoomed=self.charts.is_zoomed)
        titles = list(self._output_titles().values())
        several, is_first = len(titles) > 1, kind.key == "metric" or kind.key in FURTHER
        self.bar.tell_output(titles[0] if several and is_first else "", are_several=several)
        self.charts.loss.setVisible(wide or loss)
        self.charts.figure.setVisible(wide or not loss)
        self.charts.loss.setAccessibleName("Loss by epoch")
        self.charts.figure.setAccessibleName(f"{kind.title} by epoch")
        self.charts.loss.reserved = 110 if wide else 160 if kind.is_share else 224
        self.charts.figure.reserved = 120

    def _is_wide(self) -> bool:
        return self.width() >= WIDE

    def _run(self) -> None:
        workbench = self.live.workbench
        workbench.when_loaded(workbench.runner.run)

    # ------------------------------------------------------------------ taking along

    def _all_runs(self) -> tuple[RunCurves, ...]:
        return self.charts.shown.runs if self.charts.shown is not None else ()

    def _metric_name(self) -> str:
        return "accuracy" if self._is_accuracy() else "rmse"

    def _picture(self) -> Sheet:
        charts = [
            ((LOSS if chart is self.charts.loss else self.charts.kind_of(chart)).title, chart)
            for chart in self.charts.visible
        ]
        return picture_of(charts, self._theme, named_runs(self._all_runs()))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.charts.shown is not None:
            self._redraw()
        self.live.mark(self)
