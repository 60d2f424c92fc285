"""The neurons as a textbook draws them, their weights changing while the network learns."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QToolTip, QVBoxLayout, QWidget

from nnstudio.engine.layer import Array
from nnstudio.engine.network import Key
from nnstudio.graph.model import Graph
from nnstudio.gui.live import Live, LiveView
from nnstudio.gui.look.empty_state import EmptyState
from nnstudio.gui.look.number_text import number_text
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.pictures.columns import Column
from nnstudio.gui.pictures.neurons import LEGEND, Look, limit_of, neuron_size, paint_neurons
from nnstudio.gui.pictures.parts import Bundle, Scheme
from nnstudio.gui.pictures.pictures import Names, columns_now, weights_now
from nnstudio.gui.pictures.places import scheme_for
from nnstudio.gui.workbench import Workbench
from nnstudio.messages import StudioError

#: Larger than on paper it says no more.
_LARGEST = 1.25
#: Letters are at least so high on the screen, in pixels, as far as there is room.
_LEAST_LETTERS = 10.0
#: A line is pointed at within so many pixels.
_REACH = 4.0


class NeuronsPanel(LiveView):
    """The whole network unit by unit; click one to select its layer."""

    needs_weights = True

    def __init__(self, live: Live, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(live, parent)
        self.setObjectName("neurons_panel")
        self.setAccessibleName("Neurons")
        self.setMinimumSize(180, 120)
        self._made_for: tuple[Graph, object, object] | None = None
        self._reason = ""
        self.picture = _Picture(live.workbench, theme)
        self._empty = EmptyState("neurons_empty")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.addWidget(self.picture, 1)
        layout.addWidget(self._empty, 1)
        theme.changed.connect(lambda: live.mark(self))

    def refresh(self) -> None:
        """Draw the weights as they are now; where things stand only if the network is another."""
        project, data = self.live.project, self.live.workbench.data
        made_for = project.graph, data, project.settings.target_columns
        if self._made_for is None or any(
            a is not b for a, b in zip(made_for, self._made_for, strict=True)
        ):
            self._made_for = made_for
            self._lay_out()
        self.picture.setVisible(not self._reason)
        self._empty.setVisible(bool(self._reason))
        if self._reason:
            self._empty.say(self._reason)
        else:
            self.picture.show_weights(weights_now(self.live))

    def _lay_out(self) -> None:
        self._reason = ""
        try:
            self.picture.show_columns(*columns_now(self.live))
        except StudioError as error:
            self._reason = str(error)


class _Picture(QWidget):
    """The picture in the middle, smaller where there is less room."""

    def __init__(self, workbench: Workbench, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("neurons_picture")
        self.setAccessibleName("Picture of the neurons")
        self._workbench, self._theme = workbench, theme
        self._shown: tuple[tuple[Column, ...], Names, Names] | None = None
        self._scheme: Scheme | None = None
        self._weights: Mapping[Key, Array] = {}
        self.limit = 0.0
        self._lit: tuple[Bundle, int] | None = None
        self.setMouseTracking(True)
        workbench.selection_changed.connect(self.update)
        workbench.unit_pointed.connect(self.update)

    def show_columns(self, columns: tuple[Column, ...], inputs: Names, outputs: Names) -> None:
        """Show another network."""
        self._shown = columns, inputs, outputs
        self.limit = 0.0
        self._place()

    def _place(self) -> None:
        """Where things stand follows the room there is."""
        if self._shown is not None:
            room = float(self.width()), self.height() - LEGEND
            self._scheme = scheme_for(*self._shown, room)
            self._lit = None

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def show_weights(self, weights: Mapping[Key, Array]) -> None:
        """Colour the lines by these weights."""
        self._weights = weights
        if self._scheme is not None:
            self.limit = limit_of(self._scheme, weights, self.limit)
        self.update()

    def place_of(self, node: str, unit: int = 0) -> QPointF | None:
        """The middle of a unit that is drawn, in the picture's pixels; ``None`` for others."""
        if self._scheme is None:
            return None
        scale, corner = self._fit()
        for circle in self._scheme.circles:
            column = self._scheme.columns[circle.column]
            if node in column.nodes and circle.unit == unit:
                return corner + QPointF(circle.x, circle.y) * scale
        return None

    def _fit(self) -> tuple[float, QPointF]:
        """How large it is drawn, and where its corner is."""
        assert self._scheme is not None
        size = neuron_size(self._scheme, weights=True)
        scale = min(self.width() / size.width(), self.height() / size.height(), _LARGEST)
        corner = QRectF(self.rect()).center()
        return scale, corner - QPointF(size.width(), size.height()) * (scale / 2)

    def _at(self, place: QPointF) -> QPointF:
        scale, corner = self._fit()
        return (place - corner) / scale

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._scheme is None:
            return
        painter = QPainter(self)
        scale, corner = self._fit()
        painter.translate(corner)
        painter.scale(scale, scale)
        selected, pointed = self._workbench.selection, self._workbench.pointed_unit
        look = Look(
            self._theme,
            self._weights,
            self.limit,
            biases=True,
            selected=selected,
            lit=self._lit,
            unit=pointed,
            least=_LEAST_LETTERS / scale,
        )
        paint_neurons(painter, self._scheme, look)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Select the layer under the pointer; beside all, none."""
        if event.button() != Qt.MouseButton.LeftButton or self._scheme is None:
            return
        at = self._at(event.position())
        number = self._scheme.column_at(at.x(), at.y())
        nodes = self._scheme.columns[number].nodes[:1] if number is not None else ()
        self._workbench.select(nodes)

    def tooltip_at(self, place: QPointF) -> str:
        """What is under ``place``, in words; empty for nothing."""
        if self._scheme is None:
            return ""
        at = self._at(place)
        number = self._scheme.column_at(at.x(), at.y())
        if number is None:
            return self._words_of_line(self._line_at(place))
        column = self._scheme.columns[number]
        unit = self._scheme.unit_at(at.x(), at.y())
        if unit is None:
            return f"{column.title}, {column.size_text}"
        name = column.name_of(unit)
        words = f"{column.title}, unit {unit + 1} of {column.shape[0]:,}"
        words += f": {name}" if name else ""
        bias = self._weights.get((column.nodes[0], "bias"))
        if bias is not None and bias.ndim == 1 and unit < len(bias):
            words += f"\nBias {number_text(float(bias[unit]))}"
        return words

    def _line_at(self, place: QPointF) -> tuple[Bundle, int] | None:
        """The weight whose line is under a point; none where a unit is."""
        if self._scheme is None or not self._weights:
            return None
        at = self._at(place)
        if self._scheme.column_at(at.x(), at.y()) is not None:
            return None
        return self._scheme.weight_at(at.x(), at.y(), _REACH / self._fit()[0])

    def _words_of_line(self, line: tuple[Bundle, int] | None) -> str:
        """Between which units a weight is, and how large."""
        if line is None or self._scheme is None:
            return ""
        bundle, number = line
        unit, feature = int(bundle.units[number]), int(bundle.features[number])
        weight = self._weights.get((bundle.node, "weight"))
        if weight is None or unit >= weight.shape[0] or feature >= weight.shape[1]:
            return ""
        columns = self._scheme.columns
        column = next((c for c in columns if bundle.node in c.nodes), None)
        title, source = "", f"{feature + 1}"
        if column is not None:
            title = f"{column.title}, "
            before = next((columns[k.source] for k in column.links if k.node == bundle.node), None)
            source = (before and before.name_of(feature)) or source
        value = number_text(float(weight[unit, feature]))
        return f"{title}unit {unit + 1}, from {source}\nWeight {value}"

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """The line or the unit under the pointer stands out, the unit in other views as well."""
        self._light(self._line_at(event.position()))
        self._point(event.position())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._light(None)
        self._workbench.point_at_unit("", None)

    def _point(self, place: QPointF) -> None:
        if self._scheme is None:
            return
        at = self._at(place)
        number, unit = self._scheme.column_at(at.x(), at.y()), self._scheme.unit_at(at.x(), at.y())
        nodes = () if number is None else self._scheme.columns[number].nodes
        self._workbench.point_at_unit(nodes[0] if nodes else "", unit if nodes else None)

    def _light(self, line: tuple[Bundle, int] | None) -> None:
        if line != self._lit:
            self._lit = line
            self.update()

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), self.tooltip_at(QPointF(event.pos())), self)
            return True
        return super().event(event)
