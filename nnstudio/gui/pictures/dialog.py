"""The dialog that takes a picture of the network: what it will look like, and where it goes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from nnstudio.gui.forms.form import SettingsForm
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.pictures.options import PictureOptions
from nnstudio.gui.pictures.pictures import Pictures
from nnstudio.gui.pictures.sheet import FORMATS, Sheet, pixel_size, sheet_image
from nnstudio.messages import StudioError

_FORM_WIDTH = 232
_MILLIMETRES = 25.4 / 96


class PictureDialog(QDialog):
    """Preview at the left, choices at the right. Stays open, for a second picture."""

    def __init__(self, pictures: Pictures, start: Path, theme: Theme, parent: QWidget) -> None:
        """``start`` is the file to suggest, whose ending is the format."""
        super().__init__(parent)
        self.setObjectName("picture_dialog")
        self.setWindowTitle("Picture of the network")
        self.resize(840, 520)
        self._pictures, self._start = pictures, start
        self.options = PictureOptions()
        self._preview = _Preview(theme)
        self._form = SettingsForm("picture", theme)
        self._form.setFixedWidth(_FORM_WIDTH)
        self._form.changed.connect(self.choose)
        self._size = QLabel()
        self._size.setObjectName("picture_size")
        self._size.setProperty("role", "dim")
        self._size.setWordWrap(True)
        self._copy = _button("picture_copy", "Copy", self._copy_it)
        self._save = _button("picture_save", "Save…", self._ask_where)
        self._save.setProperty("primary", True)
        close = _button("picture_close", "Close", self.close)
        beside = QVBoxLayout()
        beside.setSpacing(16)
        beside.addWidget(self._form)
        beside.addWidget(self._size)
        beside.addStretch(1)
        above = QHBoxLayout()
        above.setSpacing(24)
        above.addWidget(self._preview, 1)
        above.addLayout(beside)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addWidget(self._copy)
        below.addStretch(1)
        below.addWidget(close)
        below.addWidget(self._save)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(16)
        column.addLayout(above, 1)
        column.addLayout(below)
        self._show()

    def choose(self, name: str, value: Any) -> None:
        """Decide one of :class:`PictureOptions`."""
        self.options = replace(self.options, **{name: value})
        self._show()

    def _show(self) -> None:
        """The preview, and how large the picture is; or why there is none."""
        self._form.show_settings(self.options, self.options.unused)
        reason, sheet = "", None
        try:
            sheet = self._pictures.sheet(self.options)
        except StudioError as error:
            reason = str(error)
        self._preview.show_sheet(sheet, reason, self.options.transparent)
        for button in (self._copy, self._save):
            button.setEnabled(sheet is not None)
        if sheet is None:
            self._size.setText("")
            return
        size = sheet.size * self.options.scale
        across, down = (round(_MILLIMETRES * side) for side in (size.width(), size.height()))
        pixels = pixel_size(sheet, self.options.scale)
        words = f"{pixels.width():,} × {pixels.height():,} pixels as a PNG"
        self._size.setText(f"{across} × {down} mm\n{words}")

    def _copy_it(self) -> None:
        self._pictures.copy(**vars(self.options))

    def _ask_where(self) -> None:
        filters = ";;".join(f"{title} (*{end})" for end, title in FORMATS.items())
        name, chosen = QFileDialog.getSaveFileName(self, "Save picture", str(self._start), filters)
        if not name:
            return
        path = Path(name)
        if path.suffix.lower() not in FORMATS:
            end = next((end for end in FORMATS if f"*{end}" in chosen), ".svg")
            path = path.with_name(path.name + end)
        if self.save_to(path):
            self.accept()

    def save_to(self, path: Path) -> bool:
        """Write what the preview shows; ``False`` if that can't be, which the window says."""
        return self._pictures.export_to(path, **vars(self.options))


def _button(name: str, text: str, do: Callable[[], object]) -> QPushButton:
    button = QPushButton(text)
    button.setObjectName(name)
    button.setAutoDefault(False)  # Enter in a field takes what is typed there
    button.clicked.connect(lambda *_: do())
    return button


class _Preview(QWidget):
    """The picture on paper, as large as there is room."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setObjectName("picture_preview")
        self.setAccessibleName("The picture as it will be")
        self.setMinimumSize(320, 240)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._theme = theme
        self._image = QImage()
        self._reason = ""
        self._transparent = False

    def show_sheet(self, sheet: Sheet | None, reason: str, transparent: bool) -> None:
        """Show this picture, or why there is none."""
        self._image = QImage() if sheet is None else sheet_image(sheet, transparent=True)
        self._reason, self._transparent = reason, transparent
        self.setAccessibleDescription(reason)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self._theme.colour("canvas"))
        painter.drawRoundedRect(QRectF(self.rect()), 8, 8)
        if self._reason:
            painter.setPen(self._theme.colour("dim"))
            room = self.rect().adjusted(32, 32, -32, -32)
            flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
            painter.drawText(room, flags, self._reason)
            return
        room = self.rect().adjusted(16, 16, -16, -16)
        ratio = self.devicePixelRatioF()
        size = self._image.size().scaled(room.size() * ratio, Qt.AspectRatioMode.KeepAspectRatio)
        if size.width() > self._image.width():
            size = self._image.size()
        shown = self._image.scaled(
            size, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        paper = QRectF(0, 0, shown.width() / ratio, shown.height() / ratio)
        paper.moveCenter(QRectF(room).center())
        self._paint_paper(painter, paper)
        painter.drawImage(paper, shown)

    def _paint_paper(self, painter: QPainter, paper: QRectF) -> None:
        """White, or chequered where nothing is behind the picture."""
        painter.fillRect(paper, Qt.GlobalColor.white)
        if not self._transparent:
            return
        painter.save()
        painter.setClipRect(paper)
        side, grey = 8, Theme("light").colour("canvas")
        for row in range(int(paper.height()) // side + 1):
            for column in range(row % 2, int(paper.width()) // side + 1, 2):
                x, y = paper.left() + column * side, paper.top() + row * side
                painter.fillRect(QRectF(x, y, side, side), grey)
        painter.restore()
