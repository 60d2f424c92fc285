"""What the network computes, over the data it learns from: a fitted curve or coloured regions."""

from __future__ import annotations

from math import prod

from PySide6.QtCore import QPointF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import (
    QBoxLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import INPUTS, TARGETS
from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.look.empty_state import EmptyState
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.fit_plot import MOST_UNITS, FitPlot
from nnstudio.gui.plots.function_plot import class_colours
from nnstudio.gui.plots.plotting import LABEL_SIZE, sized
from nnstudio.gui.statistics.build_up import BuildUp
from nnstudio.messages import StudioError, sentence
from nnstudio.project.contributions import Adding, Contributions, NoContributions
from nnstudio.project.model import Model

#: A panel from this width on has one line for what is told of units.
_WIDE = 760
#: More classes than this are not named in the legend.
_MOST_NAMED = 4


class FunctionPanel(LiveView):
    """The answers of a network with one or two inputs; a sentence for any other."""

    needs_weights = True

    def __init__(self, live: Live, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(live, parent)
        self.setObjectName("function_panel")
        self.setAccessibleName("What the network computes")
        self.setMinimumSize(180, 120)
        self._theme = theme
        self._adding: Adding | None = None
        self._no_units: tuple[object, str] = (None, "")
        self.plot = FitPlot(theme)
        self.plot.setObjectName("function_plot")
        self.plot.pointed_changed.connect(self._pointed)
        self.plot.chosen.connect(self._choose)
        self._units = QToolButton()
        self._units.setObjectName("function_units")
        self._units.setText("Units")
        self._units.setCheckable(True)
        self._units.setProperty("segment", True)
        self._units.toggled.connect(lambda *_: live.mark(self))
        self._build = BuildUp(theme)
        self._build.changed.connect(self._built)
        self._told = QLabel()
        self._told.setObjectName("function_units_text")
        self._told.setProperty("role", "dim")
        self._told.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._unit_legend = _Legend(theme)
        self._unit_legend.setObjectName("function_units_legend")
        self._title = QLabel()
        self._legend = _Legend(theme)
        self._empty = EmptyState("function_empty")
        header = QHBoxLayout()
        header.setSpacing(8)
        header.addWidget(self._title)
        header.addWidget(self._units)
        header.addWidget(self._legend, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(16, 8, 12, 8)
        layout.setSpacing(4)
        layout.addLayout(header)
        layout.addWidget(self.plot, 1)
        self._foot = QBoxLayout(QBoxLayout.Direction.TopToBottom)
        self._foot.setSpacing(4)
        for widget in (self._unit_legend, self._told, self._build):
            self._foot.addWidget(widget, 1)
        layout.addLayout(self._foot)
        layout.addWidget(self._empty, 1)
        theme.changed.connect(self._dress)
        live.workbench.unit_pointed.connect(self._point)
        self._dress()

    def refresh(self) -> None:
        """Ask the network as it is now, all over the plot."""
        data = self.live.workbench.data
        reason = self._reason_for_nothing(data)
        shown = not reason
        for widget in (self.plot, self._title, self._legend):
            widget.setVisible(shown)
        self._empty.setVisible(not shown)
        if data is None or reason:
            self._empty.say(reason)
            for part in (self._units, self._unit_legend, self._told, self._build):
                part.hide()
            return
        self.plot.show_data(data)
        try:
            self.plot.show_answers(self.live.model())
        except StudioError:
            self.plot.show_answers(None)  # the problems list says why
        self._show_units(data)
        self._title.setText("Decision regions" if self.plot.is_plane else "Fit")
        self._legend.show_data(data, self.plot.is_plane, self.plot.answers is not None)

    # ------------------------------------------------------------------ units

    def _show_units(self, data: PreparedData) -> None:
        """The units' curves, if they are wanted and add up to the one that is drawn."""
        model = self.live.model()
        possible = not self.plot.is_plane and model is not None and self.plot.answers is not None
        adding = self._add(model, data) if possible and model is not None else None
        reason = self._no_units[1]
        self._units.setVisible(possible)
        self._units.setEnabled(adding is not None)
        words = "Show what each hidden unit adds to the curve"
        self._units.setToolTip(words if adding is not None else reason)
        self._units.setAccessibleName("Units" if adding is not None else f"Units: {reason}")
        shown = adding is not None and self._units.isChecked()
        found = None
        if shown and adding is not None and model is not None:
            found = adding.of(model.workspace.flat)
            self._build.show_units(len(found.units))
        self.plot.show_contributions(found, self._build.count)
        for widget in (self._unit_legend, self._told, self._build):
            widget.setVisible(shown)
        self._tell_units()

    def _add(self, model: Model, data: PreparedData) -> Adding | None:
        """Who adds up this network's units over the plot; ``None`` with the reason kept."""
        known = self._adding
        places = self.plot.unit_places()
        if known is not None and known.network is model.network and (known.places == places).all():
            return known
        if self._no_units[0] is model.network and self._no_units[1]:
            return None
        self._no_units = (model.network, "")
        try:
            self._adding = Adding(model, places)
        except NoContributions as error:
            self._adding, self._no_units = None, (model.network, str(error))
        return self._adding

    def _built(self) -> None:
        """Another number of units is added up."""
        self.plot.show_contributions(self.plot.contributions, self._build.count)
        self._tell_units()

    def _tell_units(self) -> None:
        """The unit that is pointed at; else what the curves add up to."""
        found = self.plot.contributions
        if found is None:
            return
        pointed = self.plot.pointed
        words = _sum_words(found) if pointed is None else self.plot.words(pointed)
        self._told.setText(words)
        self._told.setToolTip(words)
        entries = [("line", "positive", "unit, weight > 0"), ("line", "negative", "weight < 0")]
        entries.append(("dash", "dim", "bias"))
        if not self.plot.is_built:
            entries.insert(0, ("line", "text", "sum"))
        elif found.activation:
            entries.insert(0, ("dash", "text", "sum"))
        self._unit_legend.show_entries(tuple(entries))

    def _pointed(self) -> None:
        """The unit that is pointed at stands out in other views as well."""
        found, unit = self.plot.contributions, self.plot.pointed
        if found is not None or unit is None:
            hidden = "" if found is None else found.hidden
            self.live.workbench.point_at_unit(hidden, unit)
        self._tell_units()

    def _point(self) -> None:
        """Another view points at a unit."""
        found, pointed = self.plot.contributions, self.live.workbench.pointed_unit
        if found is None:
            return
        is_mine = pointed is not None and pointed[0] == found.hidden
        unit = pointed[1] if is_mine and pointed is not None else None
        self.plot.point_at(unit if unit is None or unit < len(found.units) else None)

    def _choose(self, _: int) -> None:
        """A click on a unit's curve selects its layer."""
        found = self.plot.contributions
        if found is not None:
            self.live.workbench.select((found.hidden,))

    def _reason_for_nothing(self, data: PreparedData | None) -> str:
        workbench = self.live.workbench
        if data is None:
            if workbench.is_loading:
                return "The data is being read"
            return workbench.data_error or "Choose data: what the network makes of it appears here"
        if data.input_shape in ((1,), (2,)):
            return _reason_of(self.live.model())
        count = prod(data.input_shape)
        return (
            f"This view needs one or two inputs; this data has {count:,}. See the weights instead"
        )

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a wide panel what is told of units stands in one line."""
        super().resizeEvent(event)
        wide = self.width() >= _WIDE
        directions = QBoxLayout.Direction
        self._foot.setDirection(directions.RightToLeft if wide else directions.TopToBottom)
        self._foot.setSpacing(16 if wide else 4)

    def _dress(self) -> None:
        self._title.setStyleSheet(f"color: {self._theme.colours.text}; font-weight: 600;")


def _sum_words(found: Contributions) -> str:
    """What the curves are, and what they add up to."""
    count = len(found.units)
    words = f"{count:,} units and the bias add up to the curve"
    if found.activation:
        words = (
            f"{count:,} units and the bias add up to a sum; {found.activation} makes it the curve"
        )
    if count > MOST_UNITS:
        words = f"The {MOST_UNITS} units that bend it most, of {count:,}; all add up to the curve"
    return words


def _reason_of(model: Model | None) -> str:
    """Why this picture can't be one of ``model``; empty if it can."""
    if model is None:
        return ""
    if model.columns != (INPUTS,):
        return sentence("try_columns", columns=", ".join(model.columns))
    target = model.network.heads[0].target
    return "" if target == TARGETS else sentence("fit_of_other", target=target)


class _Legend(QWidget):
    """What points, rings, lines and colours mean, in as many words as there is room for."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._entries: tuple[tuple[str, str, str], ...] = ()
        self._classes = 0
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(200, 20)

    def show_data(self, data: PreparedData, plane: bool, answered: bool) -> None:
        """Explain this data's picture."""
        dataset = data.dataset
        entries: list[tuple[str, str, str]] = []
        if dataset.is_classification and len(dataset.classes) <= _MOST_NAMED:
            entries += [("dot", f"class {k}", name) for k, name in enumerate(dataset.classes)]
        elif not plane and answered:
            entries.append(("line", "accent", "network"))
        entries += [("dot", "dim", "training"), ("ring", "dim", "validation")]
        if not len(data.parts.validation):
            entries.pop()
        self.show_entries(tuple(entries), len(dataset.classes))

    def show_entries(self, entries: tuple[tuple[str, str, str], ...], classes: int = 0) -> None:
        """Explain these marks: each its form, the role of its colour, and words."""
        if entries != self._entries:
            self._entries = entries
            self._classes = classes
            self.setAccessibleName(", ".join(text for *_, text in entries))
            self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = sized(self.font(), LABEL_SIZE)
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        room = [metrics.horizontalAdvance(text) + 30 for *_, text in self._entries]
        entries = list(zip(self._entries, room, strict=True))
        while entries and sum(width for _, width in entries) > self.width() + 14:
            entries.pop()
        right = float(self.width()) + 14 - sum(width for _, width in entries)
        middle = self.height() / 2
        for (mark, role, text), width in entries:
            self._paint_mark(painter, mark, role, QPointF(right + 5, middle))
            painter.setPen(self._theme.colour("dim"))
            baseline = middle + (metrics.ascent() - metrics.descent()) / 2
            painter.drawText(QPointF(right + 15, baseline), text)
            right += width

    def _paint_mark(self, painter: QPainter, mark: str, role: str, at: QPointF) -> None:
        if role.startswith("class "):
            known = class_colours(self._classes, self._theme.colours)
            colour = QColor(known[int(role.removeprefix("class "))])
        else:
            colour = self._theme.colour(role)
        painter.setPen(QPen(colour, 2 if mark in ("line", "dash") else 1.4))
        if mark == "dash":
            painter.setPen(QPen(colour, 1.4, Qt.PenStyle.DashLine))
        painter.setBrush(colour if mark == "dot" else Qt.BrushStyle.NoBrush)
        if mark in ("line", "dash"):
            painter.drawLine(at - QPointF(6, 0), at + QPointF(6, 0))
        else:
            painter.drawEllipse(at, 3.4, 3.4)
