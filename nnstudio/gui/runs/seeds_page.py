"""What is chance in a run: mean and range of its figures over several seeds."""

from __future__ import annotations

from collections.abc import Sequence
from math import isfinite, isnan

from PySide6.QtCore import Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.gui.look.empty_state import EmptyState
from nnstudio.gui.look.number_text import number_text
from nnstudio.gui.look.page_tabs import PageTabs
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.band_chart import BandChart, BandCurve
from nnstudio.gui.plots.curve_chart import Label
from nnstudio.gui.plots.plotting import Axis, stepped
from nnstudio.gui.runs.cells import numbers_text
from nnstudio.gui.runs.seed_training import SeedTraining
from nnstudio.project.run_record import RunRecord
from nnstudio.tuning.seeds import Spread, band, spread

_FIGURES = {"loss": "Loss", "metric": "Accuracy"}


def spread_text(found: Spread, *, is_share: bool) -> str:
    """``validation accuracy after 20 epochs: 94.1 % ± 0.6, 5 seeds (93.3 % to 94.9 %)``."""
    epochs = f"{found.most:,} epoch" + ("s" if found.most != 1 else "")
    if found.fewest != found.most:
        epochs = f"{found.fewest:,} to {epochs}"
    scale, unit = (100, " %") if is_share else (1, "")

    def text(value: float) -> str:
        return f"{scale * value:.1f}{unit}" if is_share else number_text(value)

    deviation = ""
    if not isnan(found.deviation):
        size = scale * found.deviation
        deviation = f" ± {size:.1f}" if is_share else f" ± {number_text(size)}"
    seeds = f"{found.runs} seed" + ("s" if found.runs != 1 else "")
    ends = f"{text(found.least)} to {text(found.greatest)}"
    return f"{found.name} after {epochs}: {text(found.mean)}{deviation}, {seeds} ({ends})"


def _title(numbers: Sequence[int]) -> str:
    """``Runs 2–5``."""
    return f"Run{'s' if len(numbers) > 1 else ''} {numbers_text(numbers)}"


class SeedsPage(QWidget):
    """The band of one group of runs, or of those that are being trained.

    Signals:
        repeat_asked: repeat the chosen run.

    Attributes:
        tools: what chooses among figures and groups, for the panel's head.
    """

    repeat_asked = Signal()

    def __init__(self, training: SeedTraining, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("runs_seeds_page")
        self._training = training
        self._theme = theme
        self._groups: dict[int, tuple[RunRecord, ...]] = {}
        self._titles: dict[int, str] = {}
        self._drawn: tuple[object, ...] = ()
        self._which = QComboBox()
        self._which.setObjectName("seeds_group")
        self._which.setAccessibleName("Runs with several seeds")
        self._which.currentIndexChanged.connect(lambda *_: self._draw())
        self._words = QLabel()
        self._words.setObjectName("seeds_words")
        self._words.setWordWrap(True)
        self._words.setContentsMargins(8, 0, 8, 0)
        self._progress = QProgressBar()
        self._progress.setObjectName("seeds_progress")
        self._progress.setRange(0, 1000)
        self._progress.setTextVisible(False)
        self._progress.setAccessibleName("How far the repetitions are")
        self._stage = QLabel()
        self._stage.setObjectName("seeds_stage")
        self._stage.setProperty("role", "dim")
        self._cancel = QPushButton("Cancel")
        self._cancel.setObjectName("seeds_cancel")
        self._cancel.setToolTip("The seeds that are done stay")
        self._cancel.clicked.connect(training.cancel)
        self._chart = BandChart(theme)
        self._chart.setObjectName("seeds_chart")
        self._empty = EmptyState("seeds_empty")
        self._empty.say(
            "Mean and range of a run with several seeds stand here: luck told from merit",
            "Repeat with several seeds…",
        )
        self._empty.asked.connect(self.repeat_asked)
        self._make_head()
        self.follow()

    def _make_head(self) -> None:
        self._figures = PageTabs("seeds_{}_button", _FIGURES)
        self._figures.chosen.connect(self._draw)
        self.tools = QWidget()
        head = QHBoxLayout(self.tools)
        head.setContentsMargins(0, 0, 0, 0)
        head.setSpacing(4)
        head.addLayout(self._figures)
        self._figures.show_chosen("metric")
        head.addSpacing(4)
        head.addWidget(self._which)
        busy = QHBoxLayout()
        busy.setContentsMargins(8, 0, 4, 0)
        busy.setSpacing(12)
        busy.addWidget(self._stage)
        busy.addWidget(self._progress, 1)
        busy.addWidget(self._cancel)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._column.addWidget(self._words)
        self._column.addLayout(busy)
        self._column.addWidget(self._chart, 1)
        self._column.addWidget(self._empty, 1)

    # ------------------------------------------------------------------ what is shown

    def show_groups(self, runs: Sequence[RunRecord]) -> None:
        """Offer the groups among ``runs``."""
        groups: dict[int, tuple[RunRecord, ...]] = {}
        for record in runs:
            if record.group:
                groups[record.group] = (*groups.get(record.group, ()), record)
        titles = {
            number: members[0].name or _title([record.number for record in members])
            for number, members in groups.items()
        }
        if titles != self._titles or groups.keys() != self._groups.keys():
            chosen = self._which.currentData()
            self._which.blockSignals(True)
            self._which.clear()
            for number, title in titles.items():
                self._which.addItem(title, number)
            self._which.setCurrentIndex(max(0, self._which.findData(chosen)))
            self._which.blockSignals(False)
        self._groups, self._titles = groups, titles
        self.follow()

    def choose(self, group: int) -> None:
        """Show this group."""
        self._which.setCurrentIndex(max(0, self._which.findData(group)))

    def follow(self) -> None:
        """Show how far the repetitions are, and what is known of them."""
        busy = self._training.is_busy
        had_focus = not busy and self.window().focusWidget() is self._cancel
        for widget in (self._stage, self._progress, self._cancel):
            widget.setVisible(busy)
        if busy:
            self._stage.setText(self._training.words())
            self._progress.setValue(round(1000 * self._training.progress))
        self._draw()
        if had_focus:  # the button that had the keyboard is gone
            self._keep_focus()

    def _keep_focus(self) -> None:
        buttons = (*self._figures.buttons.values(), *self._empty.findChildren(QPushButton))
        shown = [button for button in buttons if button.isVisible()]
        chosen = [button for button in shown if button.isChecked()] or shown
        if chosen:
            chosen[0].setFocus()

    def _runs(self) -> tuple[RunRecord, ...]:
        if self._training.is_busy:
            return self._training.done
        return self._groups.get(self._which.currentData() or 0, ())

    def _draw(self) -> None:
        runs, busy = self._runs(), self._training.is_busy
        something = bool(runs) or busy
        self._empty.setVisible(not something)
        self._chart.setVisible(something)
        self._words.setVisible(something)
        self._which.setVisible(something and not busy and len(self._groups) > 1)
        for button in self._figures.buttons.values():
            button.setVisible(something)
        if not runs:
            self._drawn = ()
            self._words.setText("The first seed is being trained…" if busy else "")
            self._chart.setVisible(False)
            return
        self._figures.buttons["metric"].setText(runs[0].metric[0].upper() + runs[0].metric[1:])
        figure = "metric" if self._figures.buttons["metric"].isChecked() else "loss"
        now = (runs, figure, self._theme.name, self.width())
        if now != self._drawn:
            self._drawn = now
            self._draw_bands(runs, figure)

    def _draw_bands(self, runs: Sequence[RunRecord], figure: str) -> None:
        is_share = figure == "metric" and runs[0].is_accuracy
        told = spread(runs, figure)
        diverged = sum(record.end == "diverged" for record in runs)
        words = spread_text(told, is_share=is_share) if told else "No epoch was finished"
        if diverged:
            words += f". {diverged} of {len(runs)} diverged"
        self._words.setText(words[0].upper() + words[1:])
        bands, labels, ends = [], [], []
        for part, role, dashed in (("train", "training", False), ("val", "validation", True)):
            found = band(runs, f"{part}_{figure}")
            if not len(found.epochs):
                continue
            bands.append(
                BandCurve(found.epochs, found.mean, found.least, found.greatest, role, dashed)
            )
            last = float(found.mean[-1])
            text = f"{100 * last:.1f} %" if is_share else number_text(last)
            labels.append(Label(f"{role} {text}", role, last))
            ends += [float(found.least.min()), float(found.greatest.max())]
        if not bands:
            self._chart.setVisible(False)
            return
        ends = [value for value in ends if isfinite(value)]
        if is_share:
            low = max((b for b in (0.0, 0.5, 0.8, 0.9) if b < min(ends)), default=0.0)
            up = Axis(low, 1.0, percent=True)
        else:
            up = stepped(0.0, max(ends))
        across = Axis(0.0, max(1.0, *(float(each.x[-1]) for each in bands)), counts=True)
        self._chart.setAccessibleName(f"{self._words.text()}: mean and range by epoch")
        self._chart.show_bands(across, up, bands, labels)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._draw()
