"""An example with colours over it: what speaks for the answer, and what against it."""

from __future__ import annotations

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QRectF, QSize
from PySide6.QtGui import QColor, QHelpEvent, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from nnstudio.engine.layer import Array
from nnstudio.gui.explaining.chosen import Chosen
from nnstudio.gui.look.number_text import number_text
from nnstudio.gui.look.theme import Theme, themed
from nnstudio.gui.looking.picture_image import picture_image
from nnstudio.gui.plots.sequence_lines import paint_sequence
from nnstudio.gui.plots.weight_picture import robust_limit


class SaliencyView(QWidget):
    """A picture with the colours over its pixels, or a sequence with them behind its places."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("saliency_picture")
        self.setAccessibleName("What the answer comes from")
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumSize(64, 64)
        self.values: Array | None = None
        self.limit = 0.0
        self.opacity = 0.75
        self._theme = theme
        self._chosen: Chosen | None = None
        self._what: object = None
        self._picture = QImage()
        self._colours = QImage()
        theme.changed.connect(self._dress)

    def show_saliency(self, what: object, chosen: Chosen, values: Array | None) -> None:
        """Show these values over the example; only the example if there are none yet.

        Args:
            what: what they are; for something else the scale is found anew.
            values: ``(h, w)`` for a picture of any size, ``(T,)`` for a sequence.
        """
        if what != self._what:
            self._what, self.limit = what, 0.0
        if chosen is not self._chosen:
            self._chosen = chosen
            if chosen.picture is not None:
                self._picture = picture_image(chosen.picture, chosen.limits)
        self.values = values
        if values is not None:
            self.limit = robust_limit(values, self.limit)
        self._dress()

    @property
    def is_picture(self) -> bool:
        """Whether the example is one, rather than a sequence."""
        return self._chosen is not None and self._chosen.picture is not None

    def set_opacity(self, opacity: float) -> None:
        """How strong the colours are, from 0 to 1."""
        self.opacity = opacity
        self.update()

    def _dress(self) -> None:
        if self.values is not None:
            self._colours = self._coloured(np.atleast_2d(self.values))
        self.update()

    def _coloured(self, values: Array) -> QImage:
        """The sign as colour, the size as how much it covers."""
        share = np.nan_to_num(np.abs(values) / (self.limit or 1.0)).clip(0, 1)
        pixels = np.empty((*values.shape, 4), np.uint8)
        for sign, role in ((values >= 0, "positive"), (values < 0, "negative")):
            colour = self._colour(role)
            pixels[sign, :3] = colour.blue(), colour.green(), colour.red()
        pixels[..., 3] = np.rint(255 * share)
        height, width = values.shape
        rows = np.ascontiguousarray(pixels)
        view = QImage(rows.data, width, height, 4 * width, QImage.Format.Format_ARGB32)
        return view.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)

    def _colour(self, role: str) -> QColor:
        """Pictures of ink are mostly black in both themes, where only the dark one's are seen."""
        if self.is_picture:
            return QColor(getattr(themed("dark", self._theme.signs_name), role))
        return self._theme.colour(role)

    # ------------------------------------------------------------------ layout

    @property
    def box(self) -> QRectF:
        """Where the example is painted."""
        room = QRectF(self.rect())
        if self._chosen is None or self._chosen.picture is None:
            room.setHeight(min(room.height(), 160.0))
            return room.adjusted(0.5, 0.5, -0.5, -0.5)
        size = self._picture.size()
        scale = min(room.width() / size.width(), room.height() / size.height())
        whole = max(1.0, float(int(scale))) if scale >= 2 else scale
        return QRectF(0, 0, size.width() * whole, size.height() * whole)

    def value_at(self, place: QPoint) -> tuple[tuple[int, ...], float] | None:
        """Which value is under ``place``: row and column, or place; and the value."""
        values, box = self.values, self.box
        if values is None or not box.contains(place):
            return None
        across = (place.x() - box.left()) / box.width()
        down = (place.y() - box.top()) / box.height()
        if values.ndim == 1:
            index: tuple[int, ...] = (min(int(across * len(values)), len(values) - 1),)
        else:
            height, width = values.shape
            index = min(int(down * height), height - 1), min(int(across * width), width - 1)
        return index, float(values[index])

    def sizeHint(self) -> QSize:
        return QSize(200, 200)

    # ------------------------------------------------------------------ painting

    def paintEvent(self, event: QPaintEvent) -> None:
        chosen = self._chosen
        if chosen is None:
            return
        painter = QPainter(self)
        box = self.box
        if chosen.picture is not None:
            smooth = box.width() < 2 * self._picture.width()
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smooth)
            painter.drawImage(box, self._picture)
            if self.values is not None:
                coarse = self.values.shape != (self._picture.height(), self._picture.width())
                painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, coarse or smooth)
                painter.setOpacity(self.opacity)
                painter.drawImage(box, self._colours)
        elif chosen.sequence is not None:
            self._paint_sequence(painter, box, np.nan_to_num(chosen.sequence))
        painter.end()

    def _paint_sequence(self, painter: QPainter, box: QRectF, sequence: Array) -> None:
        painter.setPen(QPen(self._theme.colour("line"), 1))
        painter.setBrush(self._theme.colour("window"))
        painter.drawRect(box)
        assert self._chosen is not None
        inside = box.adjusted(8, 8, -8, -8)
        if self.values is not None:
            step = inside.width() / max(1, len(self.values) - 1)
            for k, value in enumerate(self.values.tolist()):
                colour = QColor(self._theme.colour("positive" if value >= 0 else "negative"))
                share = min(abs(value) / (self.limit or 1.0), 1.0) if np.isfinite(value) else 0.0
                colour.setAlphaF(self.opacity * share)
                middle = inside.left() + k * step
                band = QRectF(middle - step / 2, box.top() + 1, step, box.height() - 2) & box
                painter.fillRect(band, colour)
        paint_sequence(painter, inside, sequence, self._chosen.limits, self._theme)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            found = self.value_at(event.pos())
            text = ""
            if found is not None:
                index, value = found
                names = ("Place",) if len(index) == 1 else ("Row", "column")
                pairs = zip(names, index, strict=True)
                where = ", ".join(f"{name} {k + 1}" for name, k in pairs)
                text = f"{where}: {number_text(value)}"
            QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)
