"""Buttons side by side, one of which is down: which page of a panel is in front."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QToolButton


class PageTabs(QHBoxLayout):
    """A row with a button for each page.

    Attributes:
        buttons: by the name of the page.

    Signals:
        chosen: somebody pressed the button of this page.
    """

    chosen = Signal(str)

    def __init__(self, object_names: str, pages: Mapping[str, str], says: str = "Show: {}") -> None:
        """A button for each page.

        Args:
            object_names: the buttons' object names, with the page's name for ``{}``.
            pages: their titles by name.
            says: the buttons' accessible names, with the title for ``{}``.
        """
        super().__init__()
        self.setSpacing(2)
        self.buttons: dict[str, QToolButton] = {}
        group = QButtonGroup(self)
        for name, title in pages.items():
            button = QToolButton()
            button.setObjectName(object_names.format(name))
            button.setText(title)
            button.setAccessibleName(says.format(title))
            button.setCheckable(True)
            button.setProperty("segment", True)
            button.clicked.connect(lambda *_, name=name: self.chosen.emit(name))
            group.addButton(button)
            self.buttons[name] = button
            self.addWidget(button)

    def show_chosen(self, name: str) -> None:
        """Have the button of this page down."""
        self.buttons[name].setChecked(True)
