"""The part of the View menu that chooses what the canvas shows live."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu

from nnstudio.gui.canvas.heat import HEAT
from nnstudio.gui.canvas.life import Life
from nnstudio.gui.canvas.thumbnails import ON_CARDS
from nnstudio.gui.look.sign_colours import SIGNS
from nnstudio.gui.look.theme import Theme


def fill(menu: QMenu, life: Life, show_shapes: Callable[[bool], object]) -> None:
    """Add what is on wires, what is on cards, and heat."""
    thumbnails, heat, numbers = life.thumbnails, life.heat, life.numbers
    wires = menu.addMenu("On wires")
    wires.setObjectName("wires_menu")
    wires.setToolTipsVisible(True)
    for name, text, tip, is_on, switch in (
        ("shapes", "Shapes", "What each wire carries", False, show_shapes),
        (
            "numbers",
            "Numbers",
            "Least, mean and greatest of what flows, for the first validation examples",
            numbers.is_on,
            numbers.switch,
        ),
        (
            "weights",
            "Weights",
            "Wide wires: large weights. Colour: the sign of their mean",
            life.weights.is_on,
            life.weights.switch,
        ),
    ):
        action = wires.addAction(text)
        action.setObjectName(f"action_wire_{name}")
        action.setToolTip(tip)
        action.setCheckable(True)
        action.setChecked(is_on)
        action.toggled.connect(switch)
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
