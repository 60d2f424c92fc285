"""How loss and accuracy go, step by step and epoch by epoch, while the network learns."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, nan

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedLayout,
    QToolButton,
    QWidget,
)

from nnstudio.data.dataset import TARGETS
from nnstudio.engine.layer import Array
from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.look.empty_state import EmptyState
from nnstudio.gui.look.number_text import number_text
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.curve_chart import Curve, CurveChart, Label
from nnstudio.gui.plots.plotting import Axis, stepped, stepped_log
from nnstudio.training.history import History

#: From this width on, loss and metric stand side by side.
WIDE = 700
#: Below this width words are shortened.
ROOMY = 280
#: Runs planned shorter than this are shown in full from the start.
SHORT_RUN = 20


class CurvesPanel(LiveView):
    """The curves of the running or last run: loss, and accuracy or RMSE."""

    def __init__(self, live: Live, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(live, parent)
        self.setObjectName("curves_panel")
        self.setAccessibleName("Learning curves")
        self.setMinimumSize(220, 144)
        self._theme = theme
        self._loss, self._metric = CurveChart(theme), CurveChart(theme)
        self._epochs = 0
        self._others: tuple[tuple[str, History, str | QColor], ...] = ()
        self._marked: int | None = None
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
        self._show_obstacle()
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self._make_charts())
        theme.changed.connect(self._dress)
        self._dress()

    def _show_obstacle(self) -> None:
        """Where training can't begin, the button says why."""
        if self._button is not None:
            obstacle = self.live.workbench.obstacle
            self._button.setEnabled(not obstacle)
            self._button.setToolTip(obstacle)

    # ------------------------------------------------------------------ what is shown

    def points(self) -> int:
        """How many points the visible curves have."""
        return sum(chart.points() for chart in self._shown())

    def epochs_drawn(self) -> int:
        """How many finished epochs are drawn."""
        return self._epochs

    def compare(self, others: Sequence[tuple[str, History, str | QColor]]) -> None:
        """Draw these runs beside this one: label, curves, colour or its role; none ends it."""
        self._others = tuple(others)
        self.live.mark(self)

    def mark_step(self, step: int | None) -> None:
        """Draw a thin line at the step that is looked at; ``None`` for none."""
        self._marked = step
        self.live.mark(self)

    def _mark_moment(self) -> None:
        moment = self.live.moment
        self.mark_step(None if moment is None else moment.step)

    def refresh(self) -> None:
        """Draw the history as it is now."""
        history = self.live.history
        if history is None or not len(history.steps):
            self._epochs = 0
            self._pages.setCurrentWidget(self._empty)
            return
        self._pages.setCurrentIndex(1)
        self._arrange()
        self._draw(history)

    def _draw(self, history: History) -> None:
        table = _table(history)
        self._epochs = len(table)
        steps, least, _, greatest = history.steps.curve()
        x = self._epochs_of(steps + 1, table[:, 0])
        done = max(float(len(table)), float(x[-1]) if len(x) else 0.0)
        theirs = [(colour, _table(history)) for _, history, colour in self._others]
        done = max([done, *(float(len(other)) for _, other in theirs)])
        across = Axis(0.0, self._reach(done))
        marked = None
        if self._marked is not None:
            marked = float(self._epochs_of(np.array([self._marked], float), table[:, 0])[0])
        for chart in self._shown():
            chart.mark(marked)
        if not self._loss.isHidden():
            self._draw_loss(across, done, table, Curve(x, least, greatest, "training", faint=True))
            self._loss.add_curves([c for role, t in theirs for c in _means(t[:, 1:3], role)])
        if not self._metric.isHidden():
            self._draw_metric(across, done, table[:, 3:5])
            self._metric.add_curves([c for role, t in theirs for c in _means(t[:, 3:5], role)])

    def _draw_loss(self, across: Axis, done: float, table: Array, raw: Curve) -> None:
        means = table[:, 1:3]
        low, high = _span(means, raw)
        before = self._loss.y_axis if self._epochs > 1 else None
        if self._log.isChecked():
            up = stepped_log(low, high, before)
        else:
            up = stepped(0.0, high, before)
        more = "" if self._is_wide() else self._metric_text(_last(table[:, 3:5])[1])
        if more and not self._is_accuracy():
            more = f"RMSE {more}"
        labels = self._labels(means, [number_text(v) for v in _last(means)], more)
        if not labels:
            value = float(raw.least[-1])
            labels = [Label(f"training {number_text(value)}", "training", value)]
        self._loss.show_curves(across, up, [raw, *_means(means)], labels, done)

    def _draw_metric(self, across: Axis, done: float, means: Array) -> None:
        texts = [self._metric_text(value) for value in _last(means)]
        labels = self._labels(means, texts)
        self._metric.show_curves(across, self._metric_axis(means), _means(means), labels, done)

    @staticmethod
    def _labels(means: Array, texts: list[str], more: str = "") -> list[Label]:
        """The latest values in words; ``more`` follows that of the validation."""
        labels = []
        for name, value, text in zip(("training", "validation"), _last(means), texts, strict=True):
            if isfinite(value):
                both = f"{text} · {more}" if more and name == "validation" else text
                labels.append(Label(f"{name} {both}", name, value))
        return labels

    # ------------------------------------------------------------------ axes

    def _epochs_of(self, steps: Array, ends: Array) -> Array:
        """Steps as epochs: exact where epochs have ended, at the present pace after the last."""
        known = np.concatenate([[0.0], ends])
        x: Array = np.interp(steps, known, np.arange(len(known), dtype=np.float64))
        later = steps > known[-1]
        x[later] = len(ends) + (steps[later] - known[-1]) / self._steps_per_epoch(ends)
        return x

    def _steps_per_epoch(self, ends: Array) -> float:
        data = self.live.workbench.data
        if data is not None:
            return float(self.live.project.settings.steps_per_epoch(len(data.parts.train)))
        return float(ends[-1]) / len(ends) if len(ends) else 1.0

    def _reach(self, done: float) -> float:
        """The right end of the x axis, in epochs."""
        planned = float(self.live.project.settings.epochs)
        ahead = stepped(0.0, max(done, SHORT_RUN)).high
        return min(planned, ahead) if done <= planned else ahead

    def _is_accuracy(self) -> bool:
        """Whether the first output, whose metric is drawn, tells classes apart."""
        data, project = self.live.workbench.data, self.live.project
        if data is None:
            return False
        outputs = project.graph.outputs
        target = project.settings.target_of(outputs[0]) if outputs else TARGETS
        known = target in data.dataset.column_names
        return bool(data.dataset.column(target if known else TARGETS).classes)

    def _metric_axis(self, means: Array) -> Axis:
        """Accuracies up to 100 %, from the highest round share below all of them."""
        finite = means[np.isfinite(means)]
        if not self._is_accuracy():
            before = self._metric.y_axis if self._epochs > 1 else None
            return stepped(0.0, float(finite.max()) if len(finite) else 1.0, before)
        least = float(finite.min()) if len(finite) else 0.0
        low = max((b for b in (0.0, 0.5, 0.8, 0.9) if b < least), default=0.0)
        return Axis(low, 1.0, percent=True)

    def _metric_text(self, value: float) -> str:
        if not isfinite(value):
            return ""
        return f"{100 * value:.1f} %" if self._is_accuracy() else number_text(value)

    # ------------------------------------------------------------------ parts

    def _make_charts(self) -> QWidget:
        page = QWidget()
        self._grid = QGridLayout(page)
        self._grid.setContentsMargins(16, 8, 12, 8)
        self._grid.setVerticalSpacing(4)
        self._grid.setHorizontalSpacing(24)
        header = QHBoxLayout()
        header.setSpacing(4)
        self._group = QButtonGroup(self)
        self._buttons = []
        for name, text in (("loss", "Loss"), ("metric", "Accuracy")):
            button = QToolButton()
            button.setText(text)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.setObjectName(f"curves_{name}_button")
            button.setAccessibleName(f"Show {text.lower()}")
            button.setCheckable(True)
            self._group.addButton(button)
            self._buttons.append(button)
            header.addWidget(button)
        self._buttons[0].setChecked(True)
        self._group.buttonToggled.connect(lambda *_: self._switched())
        self._loss_title, self._metric_title = QLabel("Loss"), QLabel("Accuracy")
        header.addWidget(self._loss_title)
        header.addStretch()
        self._log = QCheckBox("Log scale")
        self._log.setObjectName("curves_log_check")
        self._log.setToolTip("Powers of ten evenly apart: small losses stay readable")
        self._log.toggled.connect(lambda: self._switched())
        header.addWidget(self._log)
        self._grid.addLayout(header, 0, 0)
        self._grid.addWidget(self._metric_title, 0, 1)
        self._grid.setRowStretch(1, 1)
        self._loss.setAccessibleName("Loss by epoch")
        self._grid.addWidget(self._loss, 1, 0)
        self._grid.addWidget(self._metric, 1, 1)
        return page

    def _run(self) -> None:
        workbench = self.live.workbench
        workbench.when_loaded(workbench.runner.run)

    def _switched(self) -> None:
        self._arrange()
        self.live.mark(self)

    def _is_wide(self) -> bool:
        return self.width() >= WIDE

    def _arrange(self) -> None:
        """Side by side, or the chosen one."""
        wide, loss = self._is_wide(), self._buttons[0].isChecked()
        name = "Accuracy" if self._is_accuracy() else "RMSE"
        self._buttons[1].setText(name)
        self._metric_title.setText(name)
        self._metric.setAccessibleName(f"{name} by epoch")
        for button in self._buttons:
            button.setVisible(not wide)
        self._loss_title.setVisible(wide)
        self._metric_title.setVisible(wide)
        self._log.setVisible(wide or loss)
        self._log.setText("Log scale" if self.width() >= ROOMY else "Log")
        self._grid.addWidget(self._metric, 1, 1 if wide else 0)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1 if wide else 0)
        self._loss.setVisible(wide or loss)
        self._metric.setVisible(wide or not loss)
        self._loss.reserved = 110 if wide else 160 if self._is_accuracy() else 200
        self._metric.reserved = 120
        self._metric.free_corner = "bottom" if self._is_accuracy() else "top"

    def _shown(self) -> list[CurveChart]:
        return [chart for chart in (self._loss, self._metric) if not chart.isHidden()]

    def _dress(self) -> None:
        title = f"color: {self._theme.colours.text}; font-weight: 600;"
        self._loss_title.setStyleSheet(title)
        self._metric_title.setStyleSheet(title)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
        self.live.mark(self)


# ------------------------------------------------------------------ small sums


def _table(history: History) -> Array:
    """(step, training loss, validation loss, training metric, validation metric) of each epoch."""
    rows = [
        (r.step, r.train_loss, r.val_loss, r.train_metric, r.val_metric) for r in history.epochs
    ]
    return np.array(rows).reshape(-1, 5)


def _means(means: Array, role: str | QColor = "") -> list[Curve]:
    """Curves of the epochs' figures, (epochs, 2): training and validation."""
    ends = np.arange(1, len(means) + 1, dtype=np.float64)
    training, validation = means[:, 0], means[:, 1]
    return [
        Curve(ends, training, training, role or "training"),
        Curve(ends, validation, validation, role or "validation", dashed=True),
    ]


def _last(means: Array) -> list[float]:
    """The latest (training, validation); nothing before the first epoch's end."""
    return [float(v) for v in means[-1]] if len(means) else [nan, nan]


def _span(means: Array, raw: Curve) -> tuple[float, float]:
    """(least, greatest) to be shown: one wild batch must not flatten all the rest."""
    every = max(1, len(raw.least) // 4096)
    parts = [means[np.isfinite(means)]]
    for values, share in ((raw.least, 1), (raw.greatest, 99)):
        thin = values[::every]
        thin = thin[np.isfinite(thin)]
        if len(thin):
            parts.append(np.atleast_1d(np.percentile(thin, share)))
    shown = np.concatenate(parts)
    return (float(shown.min()), float(shown.max())) if len(shown) else (0.0, 1.0)
