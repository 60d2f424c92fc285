"""Preparation, augmentation and split, each behind a line with a summary."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from nnstudio.gui.forms.section import Section
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.preparing.augmentation_view import AugmentationView
from nnstudio.gui.preparing.preparation_view import PreparationView
from nnstudio.gui.preparing.split_form import SplitForm
from nnstudio.gui.workbench import Workbench


class PreparingSections(QWidget):
    """What is done to the data between its source and a network.

    Signals:
        asked: (label, data settings, is_gesture) the data settings shall be these.
    """

    asked = Signal(str, object, bool)

    def __init__(self, workbench: Workbench, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._preparation = PreparationView(theme)
        self._augmentation = AugmentationView(theme)
        self._split = SplitForm(theme)
        views: dict[str, PreparationView | AugmentationView | SplitForm] = {
            "Preparation": self._preparation,
            "Augmentation": self._augmentation,
            "Split": self._split,
        }
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        self._sections: dict[QWidget, Section] = {}
        for title, view in views.items():
            section = Section(f"data_section_{title.lower()}", title, theme)
            section.add(view)
            column.addWidget(section)
            self._sections[view] = section
            view.asked.connect(self.asked)
        self.show_data()

    def tells(self, error: str) -> bool:
        """Whether ``error`` is told at its place here; its section is opened then."""
        views = (self._preparation, self._augmentation, self._split)
        told = [view for view in views if error and view.error == error]
        for view in told:
            self._sections[view].unfold()
        return bool(told)

    def show_data(self) -> None:
        """Show the project's data settings, and the data as far as it is there."""
        workbench = self._workbench
        settings = workbench.project.data
        given, data, stepped = workbench.given, workbench.data, workbench.stepped
        self._preparation.show_data(settings, given, data)
        self._augmentation.show_data(settings, stepped, workbench.project.settings.seed)
        self._split.show_data(settings, given, data, workbench.data_error)
        for view in (self._preparation, self._augmentation, self._split):
            self._sections[view].show_summary(view.summary())
