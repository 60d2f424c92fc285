"""Which run has which colour, where several are drawn in one chart."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from PySide6.QtWidgets import QLabel

from nnstudio.gui.learning.run_curves import RunCurves
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.crosshair import colour_of
from nnstudio.gui.plots.curve_lines import Colour


def named_runs(runs: Sequence[RunCurves]) -> list[tuple[Colour, str]]:
    """Colour and name of each of ``runs``, of which the first is the one in front; none of one."""
    others = [run for run in runs if run.label]
    if not others:
        return []
    front: list[tuple[Colour, str]] = [("training", "this run")]
    return [*front[: len(runs) - len(others)], *((run.role or "dim", run.label) for run in others)]


class CurveLegend(QLabel):
    """A line of names with samples of their colours; hidden while there is one run."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("curves_legend")
        self.setAccessibleName("Runs that are compared")
        self.setWordWrap(True)
        self.setProperty("role", "secondary")
        self._theme = theme
        self._said: object = None
        self.hide()

    def show_runs(self, runs: Sequence[RunCurves], most: int) -> None:
        """Name all ``runs``, of which the first is the one in front, at most so many of them."""
        named = named_runs(runs)
        self.setVisible(bool(named))
        if not named:
            return
        said = tuple((str(role), label) for role, label in named), most, self._theme.name
        if said == self._said:
            return
        self._said = said
        hidden = len(named) - most
        parts = [
            f'<span style="color:{colour_of(self._theme, role).name()}">━</span>&nbsp;'
            + escape(label).replace(" ", "&nbsp;")
            for role, label in (named[: max(1, most - 1)] if hidden > 0 else named)
        ]
        if hidden > 0:
            parts.append(f"and {len(named) - len(parts)} more")
        self.setText("&ensp; ".join(parts))
        names = "\n".join(label for _, label in named)
        self.setToolTip(f"Solid: training. Dashed: validation.\n{names}")
