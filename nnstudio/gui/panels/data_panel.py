"""The data panel: which data, its options, how it is prepared and split, and what it looks like."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QScrollArea, QVBoxLayout, QWidget

from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import SOURCES, ByHand
from nnstudio.gui.data_preview import DataPreview
from nnstudio.gui.forms.fields import ChoiceField
from nnstudio.gui.forms.form import SettingsForm
from nnstudio.gui.loading_view import LoadingView
from nnstudio.gui.look.notice import Notice
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.looking.study import Study
from nnstudio.gui.looking.warning_list import WarningList
from nnstudio.gui.painting.by_hand_view import ByHandView
from nnstudio.gui.workbench import Workbench
from nnstudio.messages import StudioError
from nnstudio.project.by_hand import with_source
from nnstudio.project.edits import choose_data
from nnstudio.project.runs import facts_of


class DataPanel(QWidget):
    """Choosing another source makes the network fit it, in one undoable step."""

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
        page = QWidget()
        self._column = QVBoxLayout(page)
        self._column.setContentsMargins(12, 8, 12, 16)
        self._column.setSpacing(8)
        self._source = ChoiceField({name: cls.title for name, cls in SOURCES.items()})
        self._source.control().setObjectName("data_source")
        self._source.control().setAccessibleName("Data source")
        self._source.edited.connect(self._choose)
        self._description = self._label("data_description", "dim")
        self._error = Notice("data_error", theme)
        self._loading = LoadingView(workbench)
        self._folder = QPushButton("Choose folder…")
        self._folder.setObjectName("data_choose_folder")
        self._folder.setAccessibleName("Choose the folder with the data")
        self._folder.clicked.connect(self._choose_folder)
        self._by_hand = ByHandView(workbench, theme)
        self._options = SettingsForm("data", theme)
        self._options.changed.connect(self._change_option)
        self._preparation = SettingsForm("data", theme)
        self._preparation.changed.connect(self._change_preparation)
        self._split = SettingsForm("data_split", theme)
        self._split.changed.connect(self._change_split)
        self._counts = self._label("data_counts", "dim")
        self._preview = DataPreview(theme)
        self._examples = self._section("First examples")
        column = self._column
        column.addWidget(self._source)
        column.addWidget(self._description)
        column.addWidget(self._error)
        column.addWidget(self._loading)
        column.addWidget(self._folder, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._by_hand)
        column.addWidget(self._options)
        column.addWidget(self._warnings)
        column.addWidget(self._examples)
        column.addWidget(self._preview)
        preparation = self._section("Preparation")
        preparation.setToolTip("Fitted on the training examples only")
        column.addWidget(preparation)
        column.addWidget(self._preparation)
        column.addWidget(self._section("Split"))
        column.addWidget(self._split)
        column.addWidget(self._counts)
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
        self._show_settings()
        self._show_data()

    def _label(self, name: str, role: str) -> QLabel:
        label = QLabel()
        label.setObjectName(name)
        label.setProperty("role", role)
        label.setWordWrap(True)
        return label

    def _section(self, text: str) -> QLabel:
        label = QLabel(text)
        label.setProperty("role", "section")
        label.setWordWrap(True)
        label.setContentsMargins(0, 8, 0, 0)
        return label

    # ------------------------------------------------------------------ showing

    def _project_changed(self, old: Any, new: Any) -> None:
        if old.data != new.data:
            self._show_settings()

    def _show_settings(self) -> None:
        data = self._workbench.project.data
        self._source.show_value(type(data.source).__name__)
        self._description.setText(data.source.description)
        self._options.show_settings(data.source)
        self._options.setVisible(not self._options.is_empty)
        self._show_preparation()
        self._split.show_settings(data.split)

    def _show_data(self) -> None:
        workbench = self._workbench
        data, error = workbench.data, workbench.data_error
        self._error.say("" if self._by_hand.is_empty else error)
        self._folder.setVisible(bool(error) and hasattr(workbench.project.data.source, "folder"))
        is_shown = data is not None and not self._by_hand.is_used
        self._examples.setVisible(is_shown)
        self._preview.setVisible(is_shown)
        self._preview.show_data(data)
        self._show_preparation()
        self._counts.setVisible(data is not None)
        if data is not None:
            parts = data.parts
            self._counts.setText(
                f"{len(parts.train):,} train · {len(parts.validation):,} validation ·"
                f" {len(parts.test):,} test"
            )

    def _show_preparation(self) -> None:
        """Classes are never prepared, so there is nothing to choose for them."""
        data = self._workbench.data
        has_classes = data is not None and data.dataset.is_classification
        settings = self._workbench.project.data
        self._preparation.show_settings(settings, ("targets",) if has_classes else ())

    # ------------------------------------------------------------------ editing

    def _choose(self, name: str) -> None:
        data = self._workbench.project.data
        if issubclass(SOURCES[name], ByHand) and type(data.source).__name__ != name:
            self._make_by_hand(f"Data: {SOURCES[name].title}", SOURCES[name]())
        elif type(data.source).__name__ != name:
            self._apply_fitting(
                f"Data: {SOURCES[name].title}", replace(data, source=SOURCES[name]())
            )

    def _make_by_hand(self, label: str, source: ByHand, key: object = None) -> None:
        """What a network must fit is known of such data before there are any examples."""
        fitted = with_source(self._workbench.project, source)
        self._workbench.apply(label, fitted.project, merge_key=key)
        if fitted.notes:
            self._workbench.said.emit(" ".join(fitted.notes), "ok")

    def _apply_fitting(self, label: str, data: DataSettings) -> None:
        """Choose ``data`` and, as soon as it is loaded, make the network fit it: one undo step."""
        workbench = self._workbench
        key = ("data", label)

        def fit() -> None:
            if workbench.data is None or workbench.project.data != data:
                return
            fitted = choose_data(workbench.project, data, facts_of(workbench.data))
            workbench.apply(label, fitted.project, merge_key=key)
            workbench.document.end_merge()
            if fitted.notes:
                workbench.said.emit(" ".join(fitted.notes), "ok")

        workbench.document.end_merge()
        workbench.apply(label, replace(workbench.project, data=data), merge_key=key)
        workbench.when_loaded(fit)

    def _change_option(self, name: str, value: Any) -> None:
        data = self._workbench.project.data
        source = replace(data.source, **{name: value})
        if isinstance(source, ByHand):
            self._make_by_hand(f"Change {name}", source, key=("data", name))
            self._workbench.begin_gesture()
        else:
            self._apply(name, replace(data, source=source))

    def _change_preparation(self, name: str, value: Any) -> None:
        self._apply(name, replace(self._workbench.project.data, **{name: value}))

    def _change_split(self, name: str, value: Any) -> None:
        data = self._workbench.project.data
        split = replace(data.split, **{name: value})
        try:
            split.check()
        except StudioError as error:
            self._workbench.said.emit(str(error), "error")
            self._split.show_settings(data.split)
            return
        self._apply(f"split {name}", replace(data, split=split))

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
