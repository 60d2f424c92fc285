"""Room: for cards that fixes put between others, for menus, for the page of gestures."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from canvas_hand import Opener, chain, layer
from driving import child
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLabel, QMenu
from pytestqt.qtbot import QtBot

from nnstudio import assets
from nnstudio.gui.canvas.measures import WIDTH
from nnstudio.gui.canvas.placing import shown_places
from nnstudio.gui.shortcuts import SHORTCUTS
from nnstudio.project.layout import Layout

#: A picture that goes into Dense as it is.
UNFLAT = chain(layer("Input", (1, 8, 8)), layer("Dense", 4), layer("Tanh"), layer("Dense", 10))


def test_the_cards_behind_make_room_for_a_layer_that_a_fix_inserts(canvas: Opener) -> None:
    hand = canvas(UNFLAT, data="Digits")
    row = {node: (200.0 * i, 40.0) for i, node in enumerate(hand.graph.by_id)}
    placed = replace(hand.workbench.project, layout=Layout().moved(row))
    hand.workbench.apply("Place", placed)
    problem = next(p for p in hand.workbench.problems if p.node == "dense")
    hand.workbench.mend(problem)
    after = shown_places(hand.workbench.project)
    assert after["input"] == row["input"]
    in_order = [after[node] for node in ("input", "flatten", "dense", "tanh", "dense-2")]
    assert in_order == sorted(in_order)
    assert {y for _, y in in_order} == {40.0}, "all stand in one row"
    gaps = [right[0] - left[0] for left, right in pairwise(in_order)]
    assert min(gaps) > WIDTH, "no card covers another"
    hand.undo()
    assert dict(shown_places(hand.workbench.project)) == row


def test_what_was_told_of_a_step_goes_with_it_when_it_is_undone(open_window) -> None:
    window = open_window(assets.sample("digits.nnstudio"))
    undo = window.findChild(QAction, "action_undo")
    window.workbench.change_settings("Epochs", epochs=3)
    window.workbench.said.emit("The epochs are others.", "ok")
    undo.trigger()
    assert window.messages.text == ""
    window.workbench.said.emit("Something is wrong with the data.", "error")
    window.findChild(QAction, "action_redo").trigger()
    assert window.messages.text == "Something is wrong with the data."


def test_the_empty_canvas_offers_the_templates(open_window) -> None:
    window = open_window()
    window.new()
    child(window, "canvas_templates").click()
    assert child(window, "template_dialog").isVisible()


@pytest.mark.parametrize("menu", ["file", "edit", "insert", "layer", "arrange", "view"])
def test_no_menu_is_longer_than_the_smallest_window(open_window, menu: str) -> None:
    window = open_window(size=(1024, 768))
    assert window.findChild(QMenu, f"{menu}_menu").sizeHint().height() <= 520


def test_the_page_of_gestures_fits_beside_the_smallest_window(qtbot: QtBot) -> None:
    label = QLabel(SHORTCUTS)
    qtbot.addWidget(label)
    assert label.sizeHint().width() <= 760
    assert label.sizeHint().height() <= 560
