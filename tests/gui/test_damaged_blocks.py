"""A block that can't be read: the window says so once, and shows the others."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from driving import child, click
from PySide6.QtWidgets import QLabel
from test_blocks import save

from nnstudio.gui.main_window import MainWindow
from nnstudio.persistence.blocks import blocks_folder


def told(window: MainWindow) -> str:
    label = child(window, "message_text")
    assert isinstance(label, QLabel)
    return label.text() if label.isVisible() else ""


@pytest.mark.parametrize("count", [1, 2])
def test_damaged_blocks_are_named_once_and_the_others_are_there(
    open_window: Callable[..., MainWindow], caplog: pytest.LogCaptureFixture, count: int
) -> None:
    save("Whole")
    for number in range(count):
        (blocks_folder() / f"broken-{number}.json").write_text("{")
    with caplog.at_level("ERROR"):
        window = open_window()
    assert "broken-0.json" in told(window)
    assert "left out" in told(window)
    assert [block.name for block in window.workbench.blocks.by_key.values()] == ["Whole"]
    click(window, "message_close")
    window.hide()
    window.show()
    assert told(window) == ""


def test_nothing_is_said_where_all_blocks_can_be_read(
    open_window: Callable[..., MainWindow],
) -> None:
    save("Whole")
    assert told(open_window()) == ""
