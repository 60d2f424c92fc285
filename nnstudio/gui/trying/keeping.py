"""Keeping drawings as examples: into the set that the project has, or into a new one."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from nnstudio.data.sources import Drawings
from nnstudio.data.strokes import strokes_text
from nnstudio.gui.painting.gesture import Gesture
from nnstudio.gui.trying.drawing_pad import Stroke
from nnstudio.gui.workbench import Workbench
from nnstudio.messages import StudioError
from nnstudio.project.by_hand import own_signs


class Keeping(QObject):
    """Asks before other data is replaced.

    Signals:
        project_wanted: (Project) the drawing shall begin a project of its own.
    """

    project_wanted = Signal(object)

    def __init__(self, workbench: Workbench, window: QWidget) -> None:
        super().__init__(window)
        self._workbench, self._window = workbench, window
        self._gesture = Gesture(workbench, self)

    def keep(self, strokes: tuple[Stroke, ...], sign: str) -> bool:
        """Keep ``strokes`` as an example of ``sign``; whether that was done."""
        source = self._workbench.project.data.source
        text = strokes_text(strokes)
        is_set = isinstance(source, Drawings)
        try:
            begun = source if isinstance(source, Drawings) else _set_like(source.drawing)
            new = begun.with_drawing(text, sign)
        except StudioError as error:
            self._workbench.said.emit(str(error), "error")
            return False
        if is_set:
            self._gesture.do("Keep drawing", new)
            return True
        return self._begin_set(new)

    def _begin_set(self, new: Drawings) -> bool:
        """Ask where a set of drawings shall begin."""
        box = QMessageBox(self._window.window())
        box.setObjectName("begin_set_dialog")
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setWindowTitle("Your own drawings")
        box.setText("Begin a set of your own drawings?")
        box.setInformativeText(
            f"This project learns from {self._workbench.project.data.source.title}. Your drawings"
            " can take its place, which Undo takes back, or begin a project of their own."
        )
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Yes | buttons.Open | buttons.Cancel)
        box.button(buttons.Yes).setText("Use them here")
        box.button(buttons.Open).setText("New project")
        box.setDefaultButton(buttons.Cancel)  # what Enter does is harmless
        answer = box.exec()
        if answer == buttons.Yes:
            self._gesture.do("Begin own drawings", new)
        elif answer == buttons.Open:
            self.project_wanted.emit(own_signs(new))
        return bool(answer in (buttons.Yes, buttons.Open))


def _set_like(style: str) -> Drawings:
    """An empty set whose pictures are like those the network reads now."""
    return Drawings(style=style) if style else Drawings()
