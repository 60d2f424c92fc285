"""Space, → and Shift+→ anywhere in the window run and step the training.

Not shortcuts, which would take these keys from everybody: only what nobody on the way from the
widget with the focus to the window has a use for arrives here. So a text field keeps its spaces,
a button is pressed, a slider moves, and a card that is selected is nudged.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QWidget

_HELD = (
    Qt.KeyboardModifier.ShiftModifier
    | Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
)


class RunKeys(QObject):
    """Listens to the keys that nobody else in a window has wanted."""

    def __init__(
        self, window: QWidget, run: QAction, step_batch: QAction, step_epoch: QAction
    ) -> None:
        """What the keys do is what the actions do, while these are enabled."""
        super().__init__(window)
        none, shift = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
        self._actions: Mapping[tuple[int, Qt.KeyboardModifier], QAction] = {
            (Qt.Key.Key_Space, none): run,
            (Qt.Key.Key_Right, none): step_batch,
            (Qt.Key.Key_Right, shift): step_epoch,
        }
        self.applies: Callable[[], bool] = lambda: True
        self.run = run
        window.installEventFilter(self)

    def press_space(self) -> None:
        """Space was pressed by itself where it means something else while it is held."""
        if self.applies() and self.run.isEnabled():
            self.run.trigger()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QKeyEvent) or event.type() != QEvent.Type.KeyPress:
            return False
        action = self._actions.get((event.key(), event.modifiers() & _HELD))
        if action is None or not self.applies():
            return False
        is_held = event.isAutoRepeat() and action is self.run
        if action.isEnabled() and not is_held:
            action.trigger()
        event.accept()
        return True
