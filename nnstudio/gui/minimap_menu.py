"""View → Minimap: when there is one."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from nnstudio.gui.canvas.minimap import MODES

if TYPE_CHECKING:
    from nnstudio.gui.main_window import MainWindow


def add_minimap_menu(view_menu: QMenu, window: MainWindow) -> None:
    """Add the submenu with its three choices."""
    menu = view_menu.addMenu("Minimap")
    menu.setObjectName("minimap_menu")
    group = QActionGroup(window)
    for mode in MODES:
        action = QAction(mode.capitalize(), window)
        action.setObjectName(f"action_minimap_{mode}")
        action.setCheckable(True)
        action.setChecked(window.docks.canvas.minimap.mode == mode)
        action.triggered.connect(partial(window.set_minimap, mode))
        group.addAction(action)
        menu.addAction(action)
