"""How loss and accuracy go, step by step and epoch by epoch, while the network learns."""

from __future__ import annotations

from math import ceil, floor, isfinite, log10, nan

import numpy as np
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.plotting import Chart, Floats, Label, Line, decimated, nice_ceiling, number_text
from nnstudio.gui.theme import Theme
from nnstudio.training.history import History

#: From this width on, loss and metric stand side by side.
WIDE = 700
#: Runs planned shorter than this are shown in full from the start.
SHORT_RUN = 20

_LINES = {
    "steps": Line("training", width=1, opacity=90),
    "training": Line("training"),
    "validation": Line("validation", dashed=True),
}
_METRIC_LINES = {name: line for name, line in _LINES.items() if name != "steps"}


class CurvesPanel(LiveView):
    """The curves of the running or last run: loss, and accuracy or RMSE."""

    def __init__(self, live: Live, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(live, parent)
        self.setObjectName("curves_panel")
        self.setAccessibleName("Learning curves")
        self.setMinimumSize(220, 120)
        self._theme = theme
        self._loss: Chart | None = None
        self._metric: Chart | None = None
        self._epochs = 0
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._make_empty())
        self._pages.addWidget(self._make_charts())
        theme.changed.connect(self._dress)
        self._dress()

    # ------------------------------------------------------------------ what is shown

    def points(self) -> int:
        """How many points the visible curves have."""
        return sum(chart.points() for chart in self._shown())

    def epochs_drawn(self) -> int:
        """How many finished epochs are drawn."""
        return self._epochs

    def refresh(self) -> None:
        """Draw the history as it is now."""
        history = self.live.history
        empty = history is None or not (len(history.steps) or history.epochs)
        self._pages.setCurrentIndex(0 if empty else 1)
        if empty or history is None:
            self._epochs = 0
            self._run.setEnabled(not self.live.is_running)
            if self._loss is None:  # pyqtgraph is imported while nobody waits for it
                QTimer.singleShot(400, self, self._make_plots)
            return
        self._make_plots()
        self._arrange()
        self._draw(history)

    def _draw(self, history: History) -> None:
        rows = history.epochs
        self._epochs = len(rows)
        table = np.array(
            [(r.step, r.train_loss, r.val_loss, r.train_metric, r.val_metric) for r in rows]
        ).reshape(-1, 5)
        ends = np.arange(1, len(rows) + 1, dtype=np.float64)
        steps, low, _, high = history.steps.curve()
        x = self._epochs_of(steps + 1, table[:, 0])
        done = max(float(len(rows)), float(x[-1]) if len(x) else 0.0)
        reach = self._reach(done)
        loss, metric = self._loss, self._metric
        if loss is None or metric is None:
            return
        if loss.isVisible():
            log = self._log.isChecked()
            fit = _log10 if log else _same
            top = _greatest(table[:, 1:3], high)
            y = _log_range(table[:, 1:3], low, top) if log else (0.0, nice_ceiling(top))
            loss.set_range((0.0, reach), y, log=log)
            pixels = loss.plot_width() * (done / reach)
            across, values = decimated(x, low, high, pixels)
            loss.set_curve("steps", across, fit(values))
            self._draw_means(loss, ends, fit(table[:, 1]), fit(table[:, 2]), pixels)
            loss.set_labels(self._loss_labels(table, low, fit), done)
            loss.paint_now()
        if metric.isVisible():
            shown = table[:, 3:5] * (100.0 if self._is_accuracy() else 1.0)
            metric.set_range((0.0, reach), self._metric_range(shown), log=False)
            pixels = metric.plot_width() * (done / reach)
            self._draw_means(metric, ends, shown[:, 0], shown[:, 1], pixels)
            metric.set_labels(self._metric_labels(shown), done)
            metric.paint_now()

    @staticmethod
    def _draw_means(
        chart: Chart, ends: Floats, training: Floats, validation: Floats, pixels: float
    ) -> None:
        chart.set_curve("training", *decimated(ends, training, training, pixels))
        chart.set_curve("validation", *decimated(ends, validation, validation, pixels))

    # ------------------------------------------------------------------ axes

    def _epochs_of(self, steps: Floats, ends: Floats) -> Floats:
        """Steps as epochs: exact where epochs have ended, at the present pace after the last."""
        known = np.concatenate([[0.0], ends])
        x: Floats = np.interp(steps, known, np.arange(len(known), dtype=np.float64))
        later = steps > known[-1]
        x[later] = len(ends) + (steps[later] - known[-1]) / self._steps_per_epoch(ends)
        return x

    def _steps_per_epoch(self, ends: Floats) -> float:
        data = self.live.workbench.data
        if data is not None:
            return float(ceil(len(data.parts.train) / self.live.project.settings.batch_size) or 1)
        return float(ends[-1]) / len(ends) if len(ends) else 1.0

    def _reach(self, done: float) -> float:
        """The right end of the x axis, in epochs."""
        planned = float(self.live.project.settings.epochs)
        ahead = nice_ceiling(max(done, SHORT_RUN))
        return min(planned, ahead) if done <= planned else ahead

    def _is_accuracy(self) -> bool:
        data = self.live.workbench.data
        return data is not None and data.dataset.is_classification

    def _metric_range(self, shown: Floats) -> tuple[float, float]:
        finite = shown[np.isfinite(shown)]
        if not self._is_accuracy():
            return 0.0, nice_ceiling(float(finite.max()) if len(finite) else 1.0)
        least = float(finite.min()) if len(finite) else 0.0
        return max((b for b in (0.0, 50.0, 80.0, 90.0) if b < least), default=0.0), 100.0

    # ------------------------------------------------------------------ words

    def _loss_labels(self, table: Floats, low: Floats, fit: object) -> list[Label]:
        if not len(table):
            y = float(low[-1])
            at = log10(y) if self._log.isChecked() and y > 0 else y
            return [Label(f"training {number_text(y)}", "training", at)]
        training, validation = float(table[-1, 1]), float(table[-1, 2])
        both = "" if self._is_wide() else self._metric_text(float(table[-1, 4]))
        labels = []
        for name, value, more in (("validation", validation, both), ("training", training, "")):
            if isfinite(value):
                at = log10(value) if self._log.isChecked() and value > 0 else value
                text = f"{name} {number_text(value)}" + (f" · {more}" if more else "")
                labels.append(Label(text, name, at))
        return labels

    def _metric_labels(self, shown: Floats) -> list[Label]:
        if not len(shown):
            return []
        pairs = (("validation", float(shown[-1, 1])), ("training", float(shown[-1, 0])))
        scale = 100.0 if self._is_accuracy() else 1.0
        return [
            Label(f"{name} {self._metric_text(value / scale)}", name, value)
            for name, value in pairs
            if isfinite(value)
        ]

    def _metric_text(self, value: float) -> str:
        if not isfinite(value):
            return ""
        return f"{100 * value:.1f} %" if self._is_accuracy() else number_text(value)

    # ------------------------------------------------------------------ parts

    def _make_empty(self) -> QWidget:
        page = QWidget()
        words = QLabel("Press Run: loss and accuracy appear here")
        words.setWordWrap(True)
        words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        words.setProperty("dim", True)
        self._empty_words = words
        self._run = QPushButton("Run")
        self._run.setObjectName("curves_run_button")
        self._run.setAccessibleName("Run the training")
        self._run.clicked.connect(lambda: self.live.workbench.runner.run())
        layout = QVBoxLayout(page)
        layout.addStretch()
        layout.addWidget(words)
        layout.addSpacing(8)
        layout.addWidget(self._run, alignment=Qt.AlignmentFlag.AlignHCenter)
        layout.addStretch()
        return page

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
            button = QPushButton(text)
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
        return page

    def _make_plots(self) -> None:
        if self._loss is not None:
            return
        self._loss, self._metric = Chart(self._theme, _LINES), Chart(self._theme, _METRIC_LINES)
        self._loss.setAccessibleName("Loss by epoch")
        self._grid.addWidget(self._loss, 1, 0)
        self._grid.addWidget(self._metric, 1, 1)
        self._arrange()

    def _switched(self) -> None:
        self._arrange()
        self.live.mark(self)

    def _is_wide(self) -> bool:
        return self.width() >= WIDE

    def _arrange(self) -> None:
        """Side by side, or the chosen one."""
        if self._loss is None or self._metric is None:
            return
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
        self._grid.addWidget(self._metric, 1, 1 if wide else 0)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1 if wide else 0)
        self._loss.setVisible(wide or loss)
        self._metric.setVisible(wide or not loss)
        self._loss.reserve(120 if wide else 160)
        self._metric.reserve(120)

    def _shown(self) -> list[Chart]:
        charts = (self._loss, self._metric)
        return [c for c in charts if c is not None and not c.isHidden()]

    def _dress(self) -> None:
        c = self._theme.colours
        self._empty_words.setStyleSheet(f"color: {c.dim};")
        title = f"color: {c.text}; font-weight: 600;"
        self._loss_title.setStyleSheet(title)
        self._metric_title.setStyleSheet(title)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()
        self.live.mark(self)


# ------------------------------------------------------------------ small sums


def _same(values: Floats) -> Floats:
    return values


def _log10(values: Floats) -> Floats:
    """Powers of ten; a gap where there is none."""
    result: Floats = np.full(len(values), nan)
    np.log10(values, out=result, where=values > 0)
    return result


def _greatest(means: Floats, raw: Floats) -> float:
    """The greatest mean, or nearly the greatest step: one wild batch must not flatten the rest."""
    finite = means[np.isfinite(means)]
    top = float(finite.max()) if len(finite) else 0.0
    if len(raw):
        thin = raw[:: max(1, len(raw) // 4096)]
        top = max(top, float(np.percentile(thin[np.isfinite(thin)], 99)) if len(thin) else 0.0)
    return top


def _log_range(means: Floats, raw: Floats, top: float) -> tuple[float, float]:
    """Whole powers of ten around all that is drawn."""
    finite = means[np.isfinite(means) & (means > 0)]
    low = float(finite.min()) if len(finite) else nan
    thin = raw[:: max(1, len(raw) // 4096)]
    thin = thin[thin > 0]
    if len(thin):
        low = float(np.nanmin([low, np.percentile(thin, 1)]))
    if not isfinite(low):
        return 0.0, 1.0
    bottom, above = floor(log10(low)), ceil(log10(max(top, low)))
    return float(bottom), float(max(above, bottom + 1))
