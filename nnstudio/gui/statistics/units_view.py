"""Below the fitted curve: what its hidden units are, which one is pointed at, how they add up."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QBoxLayout, QToolButton, QWidget

from nnstudio.gui.look.elided_label import ElidedLabel
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.fit_plot import MOST_UNITS, FitPlot
from nnstudio.gui.statistics.build_up import BuildUp
from nnstudio.gui.statistics.mark_legend import MarkLegend
from nnstudio.gui.workbench import Workbench
from nnstudio.project.contributions import Adding, Contributions, NoContributions
from nnstudio.project.model import Model

#: From this width on one line is enough.
_WIDE = 720
_WORDS = "Show what each hidden unit adds to the curve"


class UnitsView(QWidget):
    """Sees to it that a plot shows the units' curves while that is wanted.

    Attributes:
        button: switches them on; for the panel's header.
    """

    def __init__(self, workbench: Workbench, theme: Theme, plot: FitPlot) -> None:
        super().__init__()
        self._workbench, self._plot = workbench, plot
        self._adding: Adding | None = None
        self._refused: tuple[object, str] = (None, "")
        self.button = QToolButton()
        self.button.setObjectName("function_units")
        self.button.setText("Units")
        self.button.setCheckable(True)
        self.button.setProperty("segment", True)
        self._build = BuildUp(theme)
        self._build.changed.connect(self._built)
        self._told = ElidedLabel()
        self._told.setObjectName("function_units_text")
        self._told.setProperty("role", "dim")
        self._legend = MarkLegend(theme)
        self._legend.setObjectName("function_units_legend")
        self._parts = QBoxLayout(QBoxLayout.Direction.TopToBottom, self)
        self._parts.setContentsMargins(0, 0, 0, 0)
        for part in (self._legend, self._told, self._build):
            self._parts.addWidget(part, 1)
        plot.pointed_changed.connect(self._pointed)
        plot.chosen.connect(self._choose)
        workbench.unit_pointed.connect(self._point)

    def show_model(self, model: Model | None) -> None:
        """Show the units of this network, if they add up to the curve that is drawn."""
        plot = self._plot
        possible = model is not None and not plot.is_plane and plot.answers is not None
        adding = self._add(model) if possible and model is not None else None
        reason = self._refused[1]
        self.button.setVisible(possible)
        self.button.setEnabled(adding is not None)
        self.button.setToolTip(_WORDS if adding is not None else reason)
        self.button.setAccessibleName("Units" if adding is not None else f"Units: {reason}")
        found = None
        if adding is not None and model is not None and self.button.isChecked():
            found = adding.of(model.workspace.flat)
            self._build.show_units(len(found.units))
        plot.show_contributions(found, self._build.count)
        self.setVisible(found is not None)
        self._tell()

    def _add(self, model: Model) -> Adding | None:
        """Who adds up this network's units over the plot; ``None`` with the reason kept."""
        known, places = self._adding, self._plot.unit_places()
        if known is not None and known.network is model.network and (known.places == places).all():
            return known
        if self._refused[0] is model.network and self._refused[1]:
            return None
        self._refused = (model.network, "")
        try:
            self._adding = Adding(model, places)
        except NoContributions as error:
            self._adding, self._refused = None, (model.network, str(error))
        return self._adding

    def _built(self) -> None:
        """Another number of units is added up."""
        self._plot.show_contributions(self._plot.contributions, self._build.count)
        self._tell()

    def _tell(self) -> None:
        """The unit that is pointed at; else what the curves add up to."""
        found, pointed = self._plot.contributions, self._plot.pointed
        if found is None:
            return
        words = _sum_words(found) if pointed is None else self._plot.words(pointed)
        if pointed is None and not self._plot.is_built:
            words = f"The sum of the bias and {self._build.count:,} units, those that bend most"
        self._told.setText(words)
        self._told.setToolTip(words)
        entries = [("line", "positive", "unit, weight > 0"), ("line", "negative", "weight < 0")]
        entries.append(("dash", "dim", "bias"))
        if not self._plot.is_built:
            entries.insert(0, ("line", "text", "sum"))
        elif found.activation:
            entries.insert(0, ("dash", "text", "sum"))
        self._legend.show_entries(tuple(entries))

    def _pointed(self) -> None:
        """The unit that is pointed at stands out in other views as well."""
        found, unit = self._plot.contributions, self._plot.pointed
        if found is not None or unit is None:
            self._workbench.point_at_unit("" if found is None else found.hidden, unit)
        self._tell()

    def _point(self) -> None:
        """Another view points at a unit."""
        found, pointed = self._plot.contributions, self._workbench.pointed_unit
        if found is None:
            return
        is_mine = pointed is not None and pointed[0] == found.hidden
        unit = pointed[1] if is_mine and pointed is not None else None
        self._plot.point_at(unit if unit is None or unit < len(found.units) else None)

    def _choose(self, _: int) -> None:
        """A click on a unit's curve selects its layer."""
        found = self._plot.contributions
        if found is not None:
            self._workbench.select((found.hidden,))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        wide, directions = self.width() >= _WIDE, QBoxLayout.Direction
        self._parts.setDirection(directions.RightToLeft if wide else directions.TopToBottom)
        self._parts.setSpacing(16 if wide else 4)


def _sum_words(found: Contributions) -> str:
    """What the curves are, and what they add up to."""
    count = len(found.units)
    if found.activation:
        return (
            f"{count:,} units and the bias add up to a sum; {found.activation} makes it the curve"
        )
    if count > MOST_UNITS:
        return f"The {MOST_UNITS} units that bend it most, of {count:,}; all add up to the curve"
    return f"{count:,} units and the bias add up to the curve"
