"""What a panel without anything to show says is whole, also where there is little room."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from nnstudio.gui.look.empty_state import EmptyState
from nnstudio.gui.look.theme import Theme

WORDS = "Mean and range of a run with several seeds stand here: luck told from merit"


@pytest.mark.parametrize("size", [(324, 84), (324, 140), (700, 300)])
def test_words_and_button_are_whole(qtbot: QtBot, size: tuple[int, int]) -> None:
    Theme("light").apply()
    empty = EmptyState("empty")
    qtbot.addWidget(empty)
    empty.say(WORDS, "Repeat with several seeds…")
    empty.resize(*size)
    empty.show()
    qtbot.waitExposed(empty)
    text, button = empty._text, empty._button
    qtbot.waitUntil(lambda: text.heightForWidth(text.width()) <= text.height())
    assert button.height() >= button.sizeHint().height()
    assert not text.geometry().intersects(button.geometry())
    assert all(empty.rect().contains(part.geometry()) for part in (text, button))
