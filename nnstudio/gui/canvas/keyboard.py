"""Which key does what on the canvas: a table instead of a long chain of questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

#: On many keyboards these are typed with Shift.
_SIGNS = (Qt.Key.Key_Plus, Qt.Key.Key_Minus, Qt.Key.Key_Equal)
_COUNTED = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
    Qt.KeyboardModifier.MetaModifier,
)


class KeyTable:
    """Commands by key, written as in menus: ``Ctrl+Shift+G``."""

    def __init__(self, commands: Mapping[str, Callable[[], object]]) -> None:
        """``commands``: what each key does; one that returns ``False`` didn't want the key."""
        self._commands = {}
        for keys, do in commands.items():
            sequence = QKeySequence(keys)
            assert sequence.count() == 1, f"{keys} is no key"
            self._commands[sequence.toString()] = do

    def press(self, event: QKeyEvent) -> bool:
        """Do what the key is for; whether it was for anything."""
        do = self._commands.get(QKeySequence(_combination(event)).toString())
        return do is not None and do() is not False


def _combination(event: QKeyEvent) -> QKeyCombination:
    """The key as it stands in menus: whether it was on the number pad doesn't matter."""
    held = Qt.KeyboardModifier.NoModifier
    for modifier in _COUNTED:
        if event.modifiers() & modifier:
            held |= modifier
    if event.key() in _SIGNS:
        held &= ~Qt.KeyboardModifier.ShiftModifier
    return QKeyCombination(held, Qt.Key(event.key()))
