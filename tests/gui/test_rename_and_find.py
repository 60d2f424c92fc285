"""Renaming a node on its card, and finding one by a few letters."""

from __future__ import annotations

from canvas_hand import CTRL, SHIFT, Hand, Key, Opener, chain, layer
from driving import child
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit

LONG = chain(
    layer("Input", (4,)), *(one for _ in range(30) for one in (layer("Dense", 8), layer("Tanh")))
)


def name_field(hand: Hand) -> QLineEdit:
    field = child(hand.view, "canvas_name")
    assert isinstance(field, QLineEdit)
    return field


def find(hand: Hand, words: str) -> QLineEdit:
    hand.key(Key.Key_F, CTRL)
    field = child(hand.view, "find_field")
    assert isinstance(field, QLineEdit)
    assert field.hasFocus()
    field.clear()
    QTest.keyClicks(field, words)
    return field


def count(hand: Hand) -> str:
    label = child(hand.view, "find_count")
    assert isinstance(label, QLabel)
    return label.text()


def test_f2_and_a_name_rename_the_selected_node_and_undo_brings_it_back(canvas: Opener) -> None:
    hand = canvas()
    hand.workbench.select(("dense",))
    hand.key(Key.Key_F2)
    field = name_field(hand)
    assert field.isVisible()
    assert field.geometry().intersects(hand.view.node_rect("dense"))
    QTest.keyClicks(field, "hidden layer f")
    QTest.keyClick(field, Key.Key_Return)
    assert hand.graph.by_id["dense"].title == "hidden layer f"
    assert not field.isVisible()
    assert hand.view.hasFocus()
    hand.undo()
    assert hand.graph.by_id["dense"].title == "Dense"


def test_escape_keeps_the_old_name_and_leaving_the_field_the_new_one(canvas: Opener) -> None:
    hand = canvas()
    hand.workbench.select(("dense",))
    hand.key(Key.Key_F2)
    QTest.keyClicks(name_field(hand), "other")
    QTest.keyClick(name_field(hand), Key.Key_Escape)
    assert hand.graph.by_id["dense"].name == ""
    hand.key(Key.Key_F2)
    QTest.keyClicks(name_field(hand), "other")
    hand.view.setFocus(Qt.FocusReason.MouseFocusReason)
    QApplication.processEvents()
    assert hand.graph.by_id["dense"].name == "other"


def test_without_a_selection_f2_does_nothing(canvas: Opener) -> None:
    hand = canvas()
    hand.key(Key.Key_F2)
    assert not name_field(hand).isVisible()


def test_found_nodes_are_selected_and_seen_one_after_the_other(canvas: Opener) -> None:
    hand = canvas(LONG)
    hand.view.reset_zoom()
    field = find(hand, "tanh")
    assert count(hand) == "1 of 30"
    assert hand.selected == {"tanh"}
    QTest.keyClick(field, Key.Key_Return, SHIFT)
    assert count(hand) == "30 of 30"
    assert hand.selected == {"tanh-30"}
    assert hand.pane.rect().contains(hand.view.node_rect("tanh-30").center())
    QTest.keyClick(field, Key.Key_Return)
    assert hand.selected == {"tanh"}
    QTest.keyClick(field, Key.Key_Escape)
    assert not child(hand.view, "find_bar").isVisible()
    assert hand.view.hasFocus()


def test_settings_are_searched_too_and_what_is_nowhere_is_said(canvas: Opener) -> None:
    hand = canvas()
    find(hand, "8 units")
    assert hand.selected == {"dense"}
    find(hand, "convolution")
    assert count(hand) == "none"
