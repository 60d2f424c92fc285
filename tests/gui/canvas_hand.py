"""A canvas and the hand that uses it: mouse, keyboard, wheel, drag and drop."""

from __future__ import annotations

from collections.abc import Callable

from driving import child, drag
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QHelpEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QToolTip, QWidget

from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import SOURCES
from nnstudio.engine.catalogue import LAYERS
from nnstudio.engine.layer import Layer
from nnstudio.graph import edits
from nnstudio.graph.model import Graph, Node
from nnstudio.gui.canvas import CanvasView
from nnstudio.gui.dragged_layer import mime_of
from nnstudio.gui.live import Live
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.workbench import Workbench
from nnstudio.project.document import Document
from nnstudio.project.project import Project

LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
NONE, SHIFT, CTRL = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
)
Key = Qt.Key


def layer(name: str, *values: object) -> Layer:
    return LAYERS[name](*values)


def chain(*layers: Layer) -> Graph:
    """The layers one after another, with the ids that the canvas would give them."""
    graph, previous = Graph(), ""
    for one in layers:
        node = Node(edits.fresh_id(graph, one), one)
        graph = edits.add_node(graph, node)
        graph = edits.connect(graph, previous, node.id) if previous else graph
        previous = node.id
    return graph


THREE = chain(layer("Input", (4,)), layer("Dense", 8), layer("Tanh"))


class Hand:
    """A canvas and the hand that uses it."""

    def __init__(self, graph: Graph, theme: Theme, data: str = "Spiral") -> None:
        project = Project(graph=graph, data=DataSettings(SOURCES[data]()))
        self.workbench = Workbench(Document(project))
        self.live = Live(self.workbench)
        self.view = CanvasView(self.workbench, theme, live=self.live)
        self.view.resize(1000, 640)
        self.view.show()
        self.view.setFocus()
        QApplication.processEvents()

    @property
    def graph(self) -> Graph:
        return self.workbench.graph

    @property
    def pane(self) -> QWidget:
        return self.view.viewport()

    @property
    def selected(self) -> set[str]:
        return set(self.workbench.selection)

    def links(self) -> set[tuple[str, str]]:
        return {(edge.source, edge.target) for edge in self.graph.edges}

    def middle(self, node: str) -> QPoint:
        return self.view.node_rect(node).center()

    def click(self, at: QPoint, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.mouseClick(self.pane, LEFT, modifiers, at)

    def drag(self, start: QPoint, end: QPoint) -> None:
        drag(self.pane, start, end)

    def press(self, at: QPoint) -> None:
        QTest.mousePress(self.pane, LEFT, NONE, at)

    def move(self, at: QPoint) -> None:
        QTest.mouseMove(self.pane, at)
        QApplication.processEvents()

    def release(self, at: QPoint) -> None:
        QTest.mouseRelease(self.pane, LEFT, NONE, at)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = NONE) -> None:
        QTest.keyClick(self.view, key, modifiers)

    def undo(self) -> None:
        self.workbench.document.undo()

    def hint(self) -> str:
        label = child(self.view, "canvas_hint")
        assert isinstance(label, QLabel)
        return label.text() if label.isVisible() else ""

    def empty_spot(self) -> QPoint:
        """A place with nothing under it, near the lower right corner."""
        return QPoint(self.pane.width() - 20, self.pane.height() - 20)

    def wheel(self, at: QPoint, angle: int = 0, pixels: QPoint | None = None) -> None:
        phase = Qt.ScrollPhase.NoScrollPhase if pixels is None else Qt.ScrollPhase.ScrollUpdate
        event = QWheelEvent(
            QPointF(at), QPointF(self.pane.mapToGlobal(at)), pixels or QPoint(), QPoint(0, angle),
            Qt.MouseButton.NoButton, NONE, phase, False,
        )  # fmt: skip
        QApplication.sendEvent(self.pane, event)

    def drop(self, name: str, at: QPoint) -> bool:
        """Drag a layer from the palette over the canvas and let it go; whether it was taken."""
        mime = mime_of(name)
        copy = Qt.DropAction.CopyAction
        QApplication.sendEvent(self.pane, QDragEnterEvent(at, copy, mime, LEFT, NONE))
        QApplication.sendEvent(self.pane, QDragMoveEvent(at, copy, mime, LEFT, NONE))
        event = QDropEvent(QPointF(at), copy, mime, LEFT, NONE)
        QApplication.sendEvent(self.pane, event)
        return event.isAccepted()

    def tool_tip(self, at: QPoint) -> str:
        event = QHelpEvent(QEvent.Type.ToolTip, at, self.pane.mapToGlobal(at))
        QApplication.sendEvent(self.pane, event)
        return QToolTip.text()


Opener = Callable[..., Hand]
