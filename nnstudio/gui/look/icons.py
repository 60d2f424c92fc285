"""The program's own icons: SVG files in ``resources/icons``, tinted with the theme's colours."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QImage, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from nnstudio import assets
from nnstudio.gui.look.theme import Theme

#: The grid the icons are drawn on, and the scales at which they are kept sharp.
SIZE = 20
SCALES = (1.0, 1.5, 2.0)


def icon(name: str, theme: Theme, role: str = "text") -> QIcon:
    """The icon ``name`` in the colour of ``role``; dimmed where its control is disabled."""
    result = QIcon()
    for scale in SCALES:
        result.addPixmap(pixmap(name, getattr(theme.colours, role), SIZE, scale))
        disabled = pixmap(name, theme.colours.dim, SIZE, scale, opacity=0.45)
        result.addPixmap(disabled, QIcon.Mode.Disabled)
    return result


def layer_icon_name(layer: str) -> str:
    """The name of the icon of a layer class."""
    return layer.lower()


@cache
def _svg(name: str) -> str:
    return assets.resource(f"icons/{name}.svg").read_text(encoding="utf-8")


def pixmap(name: str, colour: str, size: int, scale: float = 1.0, opacity: float = 1.0) -> QPixmap:
    """One picture of an icon, ``size`` device-independent pixels wide."""
    picture = QPixmap.fromImage(_image(name, colour, round(size * scale), opacity))
    picture.setDevicePixelRatio(scale)
    return picture


@cache
def _image(name: str, colour: str, side: int, opacity: float) -> QImage:
    """Drawn once: a window has hundreds, most of them several times."""
    renderer = QSvgRenderer(QByteArray(_svg(name).replace("currentColor", colour).encode()))
    image = QImage(QSize(side, side), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setOpacity(opacity)
    renderer.render(painter, QRectF(image.rect()))
    painter.end()
    return image


def app_icon() -> QIcon:
    """The program's icon."""
    result = QIcon()
    for size in (16, 32, 48, 64, 128):
        result.addPixmap(pixmap("nnstudio", "", size))
    return result
