"""The network as it stands on the canvas, to take along: always on white, for papers and slides."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter

from nnstudio.gui.canvas.group_faces import shown_faces
from nnstudio.gui.canvas.group_item import FrameItem, GroupCard
from nnstudio.gui.canvas.placing import shown_places
from nnstudio.gui.canvas.scene import CanvasScene
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.pictures.sheet import Sheet
from nnstudio.gui.workbench import Workbench
from nnstudio.messages import StudioError

#: Room around the drawing, in pixels at 100 %.
_MARGIN = 24


def card_sheet(workbench: Workbench) -> Sheet:
    """The cards and wires as a drawing.

    Raises:
        StudioError: there is no network.
    """
    scene, box = _drawn(workbench)

    def paint(painter: QPainter, target: QRectF, outlines: bool) -> None:
        for item in scene.items():
            if hasattr(item, "letters_are_outlines"):
                item.letters_are_outlines = outlines
        scene.render(painter, target, box)

    return Sheet(box.size(), paint)


def _drawn(workbench: Workbench) -> tuple[CanvasScene, QRectF]:
    """The network drawn anew in light colours, without selection or pictures, and its box."""
    graph = workbench.graph
    if not graph.nodes:
        raise StudioError("picture_empty")
    scene = CanvasScene(Theme("light"))
    groups = workbench.project.layout.groups
    scene.show_faces(shown_faces(graph, workbench.analysis, workbench.problems, groups))
    scene.show_places(graph, shown_places(workbench.project), groups)
    scene.show_notes(workbench.project.layout.notes)
    for item in scene.items():
        if isinstance(item, GroupCard | FrameItem):
            item.shows_button = False
    return scene, scene.contents().adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)
