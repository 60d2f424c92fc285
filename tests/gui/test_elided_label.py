"""Words that have too little room end in an ellipsis instead of in the middle of a letter."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from nnstudio.gui.look.elided_label import ElidedLabel

WORDS = "Loss of 560 training examples and a few words more"


@pytest.mark.parametrize("width", [40, 120, 900])
def test_the_words_that_are_painted_are_those_that_fit(qtbot: QtBot, width: int) -> None:
    label, plain = ElidedLabel(WORDS), QLabel()
    for widget in (label, plain):
        qtbot.addWidget(widget)
        widget.resize(width, 24)
    elided = label.fontMetrics().elidedText(WORDS, label.elide, width)
    plain.setText(elided)
    assert ("…" in elided) == (width < 900)
    assert label.grab().toImage() == plain.grab().toImage()
    assert label.text() == WORDS
