"""Taking learning curves along: as a table of all their numbers, or as a picture."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from io import StringIO
from math import isfinite
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, QPoint, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QGuiApplication, QPainter, QPen
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from nnstudio.gui.learning.run_curves import RunCurves
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.pictures.sheet import FORMATS, Sheet, sheet_image, write_sheet
from nnstudio.gui.plots.crosshair import colour_of
from nnstudio.gui.plots.curve_chart import CurveChart
from nnstudio.gui.plots.curve_lines import Colour
from nnstudio.messages import StudioError

#: Before the columns of the epochs.
_OF_STEPS = ("run", "step", "epoch", "batch_loss", "learning_rate")
_CSV = "Table of all values"
#: The length of a line that shows a run's colour, in pixels.
_SAMPLE = 16.0


def curve_rows(runs: Sequence[RunCurves], metric: str = "metric") -> list[list[str]]:
    """A head and a row for every step that is kept, with the figures of the epoch it ends.

    Old steps of long runs are means over several: their row stands at the middle of these.

    Args:
        metric: what the metric is called, ``accuracy`` or ``rmse``.
    """
    keys = dict.fromkeys(
        key
        for run in runs
        for key in run.columns
        if key.startswith(("train_", "val_")) or key == "seconds"
    )
    rows = [[*_OF_STEPS, *(key.replace("_metric", f"_{metric}") for key in keys)]]
    for run in runs:
        rows += _rows_of(run, run.label or ("this run" if len(runs) > 1 else ""), list(keys))
    return rows


def _rows_of(run: RunCurves, name: str, keys: list[str]) -> list[list[str]]:
    steps, _, losses, _ = run.history.steps.curve()
    steps, losses = steps[: np.searchsorted(steps, run.steps)] + 1, losses
    losses = losses[: len(steps)]
    ends = run.columns["step"]
    places = np.union1d(steps, ends)
    table = np.full((len(places), 2 + len(keys)), np.nan)
    table[np.searchsorted(places, steps), 0] = losses
    rate_steps, _, rates, _ = run.history.rates.curve()
    if len(rate_steps):
        near = np.clip(np.searchsorted(rate_steps + 1, places), 0, len(rate_steps) - 1)
        table[:, 1] = rates[near]
    at = np.searchsorted(places, ends)
    for i, key in enumerate(keys):
        table[at, 2 + i] = run.columns.get(key, np.full(len(ends), np.nan))
    return [
        [name, f"{step:.12g}", _number(epoch), *(_number(value) for value in values)]
        for step, epoch, values in zip(
            places.tolist(), run.epochs_at(places).tolist(), table.tolist(), strict=True
        )
    ]


def _number(value: float) -> str:
    """As exact as float32 is; a dot for the decimals, nothing for what is unknown."""
    return f"{value:.7g}" if isfinite(value) else ""


def csv_text(rows: Sequence[Sequence[str]]) -> str:
    """Rows as CSV."""
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


def picture_of(
    charts: Sequence[tuple[str, CurveChart]],
    theme: Theme,
    named: Sequence[tuple[Colour, str]] = (),
) -> Sheet:
    """The charts side by side with their titles, as a drawing.

    Args:
        named: colour and name of each run, where there are several: written below.
    """
    top, gap = 28.0, 16.0
    width = sum(chart.width() for _, chart in charts) + gap * (len(charts) + 1)
    height = top + gap + max((chart.height() for _, chart in charts), default=1)
    plain = charts[0][1].font() if charts else QFont()
    metrics, room = QFontMetricsF(plain), width - 2 * gap
    most, end = room - _SAMPLE - 6, Qt.TextElideMode.ElideRight
    names = [metrics.elidedText(name, end, most) for _, name in named]
    places, below = _legend_places(metrics, names, room)
    size = QSizeF(width, height + below)

    def paint(painter: QPainter, box: QRectF, outlines: bool) -> None:
        painter.scale(box.width() / size.width(), box.height() / size.height())
        painter.fillRect(QRectF(0, 0, size.width(), size.height()), theme.colour("panel"))
        left = gap
        for title, chart in charts:
            painter.save()
            font = chart.font()
            font.setBold(True)
            painter.setFont(font)
            painter.setPen(theme.colour("text"))
            painter.drawText(QPoint(round(left), 20), title)
            painter.translate(left, top)
            painter.setFont(chart.font())
            chart.paint_all(painter)
            painter.restore()
            left += chart.width() + gap
        painter.setFont(plain)
        for (colour, _), name, place in zip(named, names, places, strict=True):
            at = place + QPointF(gap, height)
            painter.setPen(QPen(colour_of(theme, colour), 2.5))
            painter.drawLine(at - QPointF(0, 4), at + QPointF(_SAMPLE, -4))
            painter.setPen(theme.colour("text"))
            painter.drawText(at + QPointF(_SAMPLE + 6, 0), name)

    title = " · ".join(title for title, _ in charts)
    return Sheet(size, paint, f"Learning curves: {title}")


def _legend_places(
    metrics: QFontMetricsF, names: Sequence[str], width: float
) -> tuple[list[QPointF], float]:
    """Where each name's line of colour begins, from left to right in rows; and how tall it is."""
    places, x, y = [], 0.0, metrics.ascent()
    for name in names:
        wide = _SAMPLE + 6 + metrics.horizontalAdvance(name)
        if x > 0 and x + wide > width:
            x, y = 0.0, y + metrics.lineSpacing()
        places.append(QPointF(x, y))
        x += wide + 20
    return places, y + metrics.descent() + 12 if names else 0.0


class CurveExport(QObject):
    """Copies and saves what a panel shows.

    Attributes:
        told: why the last file could not be written.

    Signals:
        failed: the same, when it happens.
    """

    failed = Signal(str)

    def __init__(
        self,
        panel: QWidget,
        runs: Callable[[], Sequence[RunCurves]],
        picture: Callable[[], Sheet],
        metric: Callable[[], str],
    ) -> None:
        super().__init__(panel)
        self._panel, self._runs, self._picture, self._metric = panel, runs, picture, metric
        self.told = ""

    def fill(self, menu: QMenu) -> None:
        """Add the entries to ``menu``."""
        for name, text, do in (
            ("copy_table", "Copy table", self.copy_table),
            ("copy_picture", "Copy picture", self.copy_picture),
            ("save", "Save picture or table…", self._ask_where),
        ):
            action = menu.addAction(text)
            action.setObjectName(f"curves_{name}")
            action.triggered.connect(lambda *_, do=do: do())

    def table(self) -> list[list[str]]:
        """All numbers that are shown, with a head."""
        return curve_rows(self._runs(), self._metric())

    def copy_table(self) -> None:
        """All numbers, for a spreadsheet."""
        lines = ("\t".join(row) for row in self.table())
        QGuiApplication.clipboard().setText("\n".join(lines) + "\n")

    def copy_picture(self) -> None:
        """The charts as pixels."""
        QGuiApplication.clipboard().setImage(sheet_image(self._picture()))

    def save_to(self, path: Path) -> bool:
        """Write CSV, or a picture as SVG, PNG or PDF.

        Returns:
            Whether that worked; ``told`` and the message bar say why not.
        """
        self.told = ""
        try:
            if path.suffix.lower() == ".csv":
                path.write_text(csv_text(self.table()), encoding="utf-8")
            else:
                write_sheet(self._picture(), path)
        except OSError as error:
            reason = error.strerror or str(error)
            self.told = str(StudioError("picture_unwritable", file=path, reason=reason))
        except StudioError as error:
            self.told = str(error)
        if self.told:
            self.failed.emit(self.told)
        return not self.told

    def _ask_where(self) -> None:
        kinds = {".csv": _CSV, **FORMATS}
        filters = ";;".join(f"{text} (*{end})" for end, text in kinds.items())
        name, chosen = QFileDialog.getSaveFileName(
            self._panel, "Save learning curves", "learning-curves.csv", filters
        )
        if name:
            path = Path(name)
            if not path.suffix:
                path = path.with_suffix(chosen[chosen.find("*") + 1 : -1])
            self.save_to(path)
