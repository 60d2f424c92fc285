"""A drawing of known size: written as SVG, PNG or PDF, or as pixels for the clipboard.

Nobody else's fonts are needed to see it: letters are outlines in SVG, part of the file in PDF.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QMarginsF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QImage, QPageSize, QPainter, QPdfWriter
from PySide6.QtSvg import QSvgGenerator

from nnstudio.messages import StudioError

#: What can be written, by the end of the file's name.
FORMATS = {".svg": "SVG picture", ".png": "PNG picture", ".pdf": "PDF page"}
#: Pixels of a PNG per pixel at 100 %.
SHARPNESS = 2
#: Larger pictures are written less sharp, down to fewer pixels than the drawing has.
_MOST_PIXELS = 12_000
_POINTS_PER_PIXEL = 0.75

#: Paints into the box, (0, 0) being its corner; the flag: letters as outlines.
Paint = Callable[[QPainter, QRectF, bool], None]


@dataclass(frozen=True)
class Sheet:
    """A drawing.

    Attributes:
        size: at 100 %, in pixels.
        title: what it shows, for whoever reads the file or cannot see it.
    """

    size: QSizeF
    paint: Paint
    title: str = "Neural network"


def write_sheet(sheet: Sheet, path: Path, *, scale: float = 1.0, transparent: bool = False) -> None:
    """Write ``sheet`` to ``path``, in the format its name ends in.

    Args:
        scale: how much larger than 100 % it is.
        transparent: leave out the white behind it.

    Raises:
        StudioError: the format is unknown, or the file can't be written.
    """
    kind = path.suffix.lower()
    if kind not in FORMATS:
        raise StudioError("picture_format", file=path.name, known=", ".join(FORMATS))
    write = {".svg": _write_svg, ".png": _write_png, ".pdf": _write_pdf}[kind]
    try:
        path.touch()  # Qt says that it failed, but not why
        done = write(sheet, path, scale, transparent)
    except OSError as error:
        reason = error.strerror or str(error)
        raise StudioError("picture_unwritable", file=path, reason=reason) from error
    if not done:
        raise StudioError("picture_unwritable", file=path, reason="the disk may be full")


def pixel_size(sheet: Sheet, scale: float = 1.0) -> QSize:
    """How many pixels a picture of ``scale`` has."""
    sharp = scale * SHARPNESS
    factor = min(sharp, _MOST_PIXELS / max(sheet.size.width(), sheet.size.height()))
    return QSize(round(sheet.size.width() * factor), round(sheet.size.height() * factor))


def sheet_image(sheet: Sheet, *, scale: float = 1.0, transparent: bool = False) -> QImage:
    """The same as pixels."""
    size = pixel_size(sheet, scale)
    image = QImage(size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    _paint(sheet, image, QSizeF(size), transparent)
    return image


def _write_svg(sheet: Sheet, path: Path, scale: float, transparent: bool) -> bool:
    file = QSvgGenerator()
    file.setFileName(str(path))
    file.setSize((sheet.size * scale).toSize())
    file.setViewBox(QRectF(0, 0, sheet.size.width(), sheet.size.height()))
    file.setTitle(sheet.title)
    return _paint(sheet, file, sheet.size, transparent, outlines=True)


def _write_png(sheet: Sheet, path: Path, scale: float, transparent: bool) -> bool:
    return sheet_image(sheet, scale=scale, transparent=transparent).save(str(path))


def _write_pdf(sheet: Sheet, path: Path, scale: float, transparent: bool) -> bool:
    file = QPdfWriter(str(path))
    file.setTitle(sheet.title)
    points = sheet.size * (_POINTS_PER_PIXEL * scale)
    file.setPageSize(QPageSize(points, QPageSize.Unit.Point))
    file.setPageMargins(QMarginsF(0, 0, 0, 0))
    return _paint(sheet, file, QSizeF(file.width(), file.height()), transparent)


def _paint(
    sheet: Sheet,
    onto: QImage | QPdfWriter | QSvgGenerator,
    size: QSizeF,
    transparent: bool,
    *,
    outlines: bool = False,
) -> bool:
    painter = QPainter()
    if not painter.begin(onto):
        return False
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    box = QRectF(0, 0, size.width(), size.height())
    if not transparent:
        painter.fillRect(box, Qt.GlobalColor.white)
    sheet.paint(painter, box, outlines)
    return painter.end()
