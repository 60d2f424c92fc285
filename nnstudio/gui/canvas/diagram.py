"""The network as a picture to take along: SVG, PNG or PDF, always on white, for papers and slides.

Nobody else's fonts are needed to see it: letters are outlines in SVG, part of the file in PDF.
"""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QMarginsF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QImage, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from nnstudio.gui.canvas.faces import faces
from nnstudio.gui.canvas.placing import shown_places
from nnstudio.gui.canvas.scene import CanvasScene
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.workbench import Workbench
from nnstudio.messages import StudioError

#: What can be written, by the end of the file's name.
FORMATS = {".svg": "SVG picture", ".png": "PNG picture", ".pdf": "PDF page"}
#: Room around the drawing, in pixels at 100 %.
_MARGIN = 24
#: Pixels of a PNG per pixel at 100 %.
_SHARPNESS = 2
#: Larger pictures are written less sharp, down to fewer pixels than the drawing has.
_MOST_PIXELS = 12_000
_POINTS_PER_PIXEL = 0.75


def write_diagram(workbench: Workbench, path: Path) -> None:
    """Write the network as it stands on the canvas to ``path``, in the format its name ends in.

    Raises:
        StudioError: there is no network, the format is unknown, or the file can't be written.
    """
    scene, box = _drawn(workbench)
    kind = path.suffix.lower()
    if kind not in FORMATS:
        raise StudioError("picture_format", file=path.name, known=", ".join(FORMATS))
    write = {".svg": _write_svg, ".png": _write_png, ".pdf": _write_pdf}[kind]
    try:
        path.touch()  # Qt says that it failed, but not why
        done = write(scene, box, path)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StudioError("picture_unwritable", file=path, reason=reason) from error
    if not done:
        raise StudioError("picture_unwritable", file=path, reason="the disk may be full")


def diagram_image(workbench: Workbench) -> QImage:
    """The same as pixels, for the clipboard.

    Raises:
        StudioError: there is no network.
    """
    return _image(*_drawn(workbench))


def _drawn(workbench: Workbench) -> tuple[CanvasScene, QRectF]:
    """The network drawn anew in light colours, without selection or pictures, and its box."""
    graph = workbench.graph
    if not graph.nodes:
        raise StudioError("picture_empty")
    scene = CanvasScene(Theme("light"))
    scene.show_faces(faces(graph, workbench.analysis, workbench.problems))
    scene.show_places(graph, shown_places(workbench.project))
    return scene, scene.contents().adjusted(-_MARGIN, -_MARGIN, _MARGIN, _MARGIN)


def _write_svg(scene: CanvasScene, box: QRectF, path: Path) -> bool:
    for item in scene.nodes.values():
        item.letters_are_outlines = True
    file = QSvgGenerator()
    file.setFileName(str(path))
    file.setSize(box.size().toSize())
    file.setViewBox(QRectF(0, 0, box.width(), box.height()))
    file.setTitle("Neural network")
    return _paint(scene, box, file, box.size())


def _write_png(scene: CanvasScene, box: QRectF, path: Path) -> bool:
    return _image(scene, box).save(str(path))


def _write_pdf(scene: CanvasScene, box: QRectF, path: Path) -> bool:
    file = QPdfWriter(str(path))
    file.setTitle("Neural network")
    points = QSizeF(box.width() * _POINTS_PER_PIXEL, box.height() * _POINTS_PER_PIXEL)
    file.setPageSize(QPageSize(points, QPageSize.Unit.Point))
    file.setPageMargins(QMarginsF(0, 0, 0, 0))
    size = QSizeF(file.width(), file.height())
    return _paint(scene, box, file, size)


def _image(scene: CanvasScene, box: QRectF) -> QImage:
    scale = min(_SHARPNESS, _MOST_PIXELS / max(box.width(), box.height()))
    size = QSize(round(box.width() * scale), round(box.height() * scale))
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.white)
    _paint(scene, box, image, QSizeF(size))
    return image


def _paint(
    scene: CanvasScene, box: QRectF, onto: QImage | QPdfWriter | QSvgGenerator, size: QSizeF
) -> bool:
    painter = QPainter()
    if not painter.begin(onto):
        return False
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.fillRect(QRectF(0, 0, size.width(), size.height()), Qt.GlobalColor.white)
    scene.render(painter, QRectF(0, 0, size.width(), size.height()), box)
    return painter.end()
