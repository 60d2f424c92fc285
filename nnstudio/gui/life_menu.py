"""The part of the View menu that chooses what the canvas shows live."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from nnstudio.gui.canvas.heat import HEAT
from nnstudio.gui.canvas.life import Life
from nnstudio.gui.canvas.thumbnails import ON_CARDS


def fill(menu: QMenu, life: Life) -> None:
    """Add the numbers on wires, what is on cards, and heat."""
    thumbnails, heat, numbers = life.thumbnails, life.heat, life.numbers
    action = QAction("Numbers on wires", menu)
    action.setObjectName("action_wire_numbers")
    action.setToolTip("Least, mean and greatest of what flows, for the first validation examples")
    action.setCheckable(True)
    action.setChecked(numbers.is_on)
    action.toggled.connect(numbers.switch)
    menu.addAction(action)
    _choice(menu, "cards", "On cards", ON_CARDS, thumbnails.on_cards, thumbnails.show_on_cards)
    _choice(menu, "heat", "Heat on cards", HEAT, heat.kind, heat.show_kind)


def _choice(
    menu: QMenu,
    name: str,
    title: str,
    choices: Mapping[str, str],
    chosen: str,
    choose: Callable[[str], None],
) -> None:
    """A submenu of which one action is checked."""
    submenu = menu.addMenu(title)
    submenu.setObjectName(f"{name}_menu")
    group = QActionGroup(submenu)
    for key, text in choices.items():
        action = submenu.addAction(text)
        action.setObjectName(f"action_{name}_{key}")
        action.setCheckable(True)
        action.setChecked(key == chosen)
        action.triggered.connect(partial(_take, choose, key))
        group.addAction(action)


def _take(choose: Callable[[str], None], key: str, *_: object) -> None:
    choose(key)
