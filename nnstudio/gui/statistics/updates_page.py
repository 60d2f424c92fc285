"""How far each step moves the weights of each layer, and how long its gradients are."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.power_curves import PowerCurves, lines_of
from nnstudio.training.observations import Observations

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


class UpdatesPage(QWidget):
    """Two plots side by side, or one of them.

    Signals:
        chosen: (node) a layer's curve was clicked.
    """

    chosen = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.ratios = PowerCurves("histograms_ratios", theme)
        self.ratios.setAccessibleName("Update ratio of each layer")
        self.ratios.up_name = "‖Δw‖ / ‖w‖"
        self.ratios.band = HEALTHY
        self.ratios.setToolTip(_SOURCE)
        self.norms = PowerCurves("histograms_norms", theme)
        self.norms.setAccessibleName("Gradient norm of each layer")
        self.norms.up_name = "‖∂L/∂w‖"
        self._note = QLabel()
        self._note.setObjectName("histograms_note")
        self._note.setWordWrap(True)
        self._note.setProperty("role", "dim")
        plots = QHBoxLayout()
        plots.setSpacing(16)
        for curves in (self.ratios, self.norms):
            curves.chosen.connect(self.chosen)
            plots.addWidget(curves, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addLayout(plots, 1)
        column.addWidget(self._note)

    def show_run(
        self,
        observations: Observations | None,
        titles: Mapping[str, str],
        strong: str,
        step: int | None,
        figure: str,
    ) -> bool:
        """Draw what was seen; returns whether there is anything.

        Args:
            titles: the layers' names, by node.
            strong: the node whose curve stands out.
            step: the moment that is looked at.
            figure: ``ratio`` or ``norm``; empty for both.
        """
        for plot, rows in (
            (self.ratios, {} if observations is None else observations.ratios),
            (self.norms, {} if observations is None else observations.norms),
        ):
            points = {node: row.entries for node, row in rows.items()}
            plot.show_lines(lines_of(titles, points), strong, step)
        self.ratios.setVisible(figure != "norm")
        self.norms.setVisible(figure != "ratio")
        is_norm = figure == "norm"
        self._note.setText(_NORM_WORDS if is_norm else _HEALTHY_WORDS)
        self._note.setToolTip("" if is_norm else _SOURCE)
        return bool(self.ratios.lines or self.norms.lines)
