"""The part of the View menu that chooses what the canvas shows live."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from nnstudio.gui.canvas.heat import HEAT
from nnstudio.gui.canvas.life import Life
from nnstudio.gui.canvas.thumbnails import ON_CARDS
from nnstudio.gui.look.sign_colours import SIGNS
from nnstudio.gui.look.theme import Theme


def fill(menu: QMenu, life: Life) -> None:
    """Add the numbers and weights on wires, what is on cards, and heat."""
    thumbnails, heat, numbers = life.thumbnails, life.heat, life.numbers
    action = QAction("Numbers on wires", menu)
    action.setObjectName("action_wire_numbers")
    action.setToolTip("Least, mean and greatest of what flows, for the first validation examples")
    action.setCheckable(True)
    action.setChecked(numbers.is_on)
    action.toggled.connect(numbers.switch)
    menu.addAction(action)
    weights = QAction("Weights on wires", menu)
    weights.setObjectName("action_wire_weights")
    weights.setToolTip("Wide wires: large weights. Colour: the sign of their mean")
    weights.setCheckable(True)
    weights.setChecked(life.weights.is_on)
    weights.toggled.connect(life.weights.switch)
    menu.addAction(weights)
    _choice(menu, "cards", "On cards", ON_CARDS, thumbnails.on_cards, thumbnails.show_on_cards)
    _choice(menu, "heat", "Heat on cards", HEAT, heat.kind, heat.show_kind)


def add_sign_colours(menu: QMenu, theme: Theme) -> None:
    """Add the choice of colours for weights above and below 0."""
    titles = {name: signs.title for name, signs in SIGNS.items()}
    _choice(menu, "signs", "Colours of weights", titles, theme.signs_name, theme.set_signs)


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
