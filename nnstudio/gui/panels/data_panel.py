"""The data panel: which data, its options, how it is prepared and split, and what it looks like."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import SOURCES, ByHand
from nnstudio.gui.data_preview import DataPreview
from nnstudio.gui.forms.fields import ChoiceField
from nnstudio.gui.forms.form import SettingsForm, later_label
from nnstudio.gui.forms.section import Section
from nnstudio.gui.importing.buttons import own_data_buttons
from nnstudio.gui.loading_view import LoadingView
from nnstudio.gui.look.notice import Notice
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.looking.study import Study
from nnstudio.gui.looking.warning_list import WarningList
from nnstudio.gui.painting.by_hand_view import ByHandView
from nnstudio.gui.preparing.sections import PreparingSections
from nnstudio.gui.workbench import Workbench
from nnstudio.project.by_hand import with_source
from nnstudio.project.edits import choose_data, with_filling, with_other_source
from nnstudio.project.runs import facts_of
from nnstudio.project.waiting import waiting


class DataPanel(QWidget):
    """Choosing another source makes the network fit it, in one undoable step.

    Signals:
        import_wanted: the user wants to bring in a file.
        paste_wanted: the user wants to bring in what the clipboard holds.
    """

    import_wanted = Signal()
    paste_wanted = Signal()

    def __init__(
        self,
        workbench: Workbench,
        theme: Theme,
        study: Study | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("data_panel")
        self._workbench = workbench
        self._warnings = WarningList(workbench, study or Study(workbench, self), theme)
        self._warnings.data_wanted.connect(self._apply_fitting)
        page = QWidget()
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(12, 8, 12, 16)
        self._column.setSpacing(8)
        self._source = ChoiceField({name: cls.title for name, cls in SOURCES.items()})
        self._source.control().setObjectName("data_source")
        self._source.control().setAccessibleName("Data source")
        self._source.edited.connect(self._choose)
        self._description = self._label("data_description", "dim")
        self._later = later_label("data")
        self._error = Notice("data_error", theme)
        self._loading = LoadingView(workbench)
        self._folder = QPushButton("Choose folder…")
        self._folder.setObjectName("data_choose_folder")
        self._folder.setAccessibleName("Choose the folder with the data")
        self._folder.clicked.connect(self._choose_folder)
        self._by_hand = ByHandView(workbench, theme)
        self._options = SettingsForm("data", theme)
        self._options.changed.connect(self._change_option)
        self._preparing = PreparingSections(workbench, theme)
        self._preparing.asked.connect(self._prepare)
        self._preview = DataPreview(theme)
        own = own_data_buttons(self.import_wanted, self.paste_wanted)
        source = Section("data_section_source", "Source", theme, is_open=True)
        look = Section("data_section_look", "First examples", theme, is_open=True)
        for widget in (
            own,
            self._source,
            self._description,
            self._later,
            self._error,
            self._loading,
            self._folder,
            self._warnings,
            self._by_hand,
            self._options,
        ):
            source.add(widget)
        look.add(self._preview)
        self._look = look
        column = self._column
        for section in (source, self._preparing, look):
            column.addWidget(section)
        column.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)
        workbench.project_changed.connect(self._project_changed)
        workbench.data_changed.connect(self._show_data)
        workbench.runner.started.connect(self._show_waiting)
        workbench.runner.ended.connect(self._show_waiting)
        self._show_settings()
        self._show_data()

    def _label(self, name: str, role: str) -> QLabel:
        label = QLabel()
        label.setObjectName(name)
        label.setProperty("role", role)
        label.setWordWrap(True)
        return label

    # ------------------------------------------------------------------ showing

    def _project_changed(self, old: Any, new: Any) -> None:
        if old.data != new.data:
            self._show_settings()
        elif old.settings.seed != new.settings.seed:
            self._preparing.show_data()

    def _show_waiting(self, *_: object) -> None:
        """Nothing about the data can change within a run."""
        run, data = self._workbench.run_project, self._workbench.project.data
        self._later.setVisible(run is not None and run.data != data)
        self._options.show_waiting(() if run is None else waiting(data.source, run.data.source))

    def _show_settings(self) -> None:
        data = self._workbench.project.data
        self._source.show_value(type(data.source).__name__)
        self._description.setText(data.source.description)
        self._options.show_settings(data.source)
        self._options.setVisible(not self._options.is_empty)
        self._show_waiting()

    def _show_data(self) -> None:
        workbench = self._workbench
        data, error = workbench.data, workbench.data_error
        self._preparing.show_data()
        told = self._by_hand.is_empty or self._preparing.tells(error)
        self._error.say("" if told else error)
        self._folder.setVisible(bool(error) and hasattr(workbench.project.data.source, "folder"))
        self._look.setVisible(data is not None and not self._by_hand.is_used)
        self._preview.show_data(data)

    # ------------------------------------------------------------------ editing

    def _choose(self, name: str) -> None:
        data = self._workbench.project.data
        if type(data.source).__name__ == name:
            return
        label, source = f"Data: {SOURCES[name].title}", SOURCES[name]()
        if isinstance(source, ByHand):
            self._make_by_hand(label, source)
        else:
            self._apply_fitting(label, with_other_source(data, source))

    def _make_by_hand(self, label: str, source: ByHand, key: object = None) -> None:
        """What a network must fit is known of such data before there are any examples."""
        fitted = with_source(self._workbench.project, source)
        self._workbench.apply(label, fitted.project, merge_key=key)
        if fitted.notes:
            self._workbench.said.emit(" ".join(fitted.notes), "ok")

    def take(self, label: str, data: DataSettings) -> None:
        """Choose ``data`` from outside the panel, and read it; the network is made to fit it."""
        if data.source == self._workbench.project.data.source:
            self._workbench.read_again()
        self._apply_fitting(label, data)

    def _apply_fitting(self, label: str, data: DataSettings, is_gesture: bool = False) -> None:
        """Choose ``data`` and, as soon as it is loaded, make the network fit it: one undo step.

        What follows as part of the same gesture belongs to the same step.
        """
        workbench = self._workbench
        key = ("data", label)

        def fit() -> None:
            if workbench.data is None or workbench.project.data != data:
                return
            fitted = choose_data(workbench.project, data, facts_of(workbench.data))
            workbench.apply(label, fitted.project, merge_key=key)
            if is_gesture:
                workbench.begin_gesture()
            else:
                workbench.document.end_merge()
            # What was left out while it was read matters more than what follows from it.
            read = workbench.data.dataset.notes
            if notes := (*read, *fitted.notes):
                workbench.said.emit(" ".join(notes), "warning" if read else "ok")

        if not is_gesture:
            workbench.document.end_merge()
        workbench.apply(label, replace(workbench.project, data=data), merge_key=key)
        workbench.when_loaded(fit)

    def _prepare(self, label: str, data: DataSettings, is_gesture: bool) -> None:
        """Other preparation, augmentation or split; steps may give examples another shape."""
        workbench = self._workbench
        if data.steps != workbench.project.data.steps:
            self._apply_fitting(label, data, is_gesture)
            return
        key = ("data", label) if is_gesture else None
        workbench.apply(label, replace(workbench.project, data=data), merge_key=key)
        workbench.begin_gesture()

    def _change_option(self, name: str, value: Any) -> None:
        data = self._workbench.project.data
        source = replace(data.source, **{name: value})
        if isinstance(source, ByHand):
            self._make_by_hand(f"Change {name}", source, key=("data", name))
            self._workbench.begin_gesture()
        else:
            self._apply(name, with_filling(replace(data, source=source)))

    def _apply(self, name: str, data: DataSettings) -> None:
        project = replace(self._workbench.project, data=data)
        label = f"Change {name.replace('_', ' ')}"
        self._workbench.apply(label, project, merge_key=("data", name))
        self._workbench.begin_gesture()

    def _choose_folder(self) -> None:
        from PySide6.QtWidgets import QFileDialog

        folder = QFileDialog.getExistingDirectory(self, "Folder with the data files")
        if folder:
            self._change_option("folder", folder)
