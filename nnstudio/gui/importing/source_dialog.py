"""The dialog that asks again about arrays, IDX files or a folder that couldn't be read as they are.

Nothing is asked before they are read for the first time: usually they tell all there is to know.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from nnstudio.data.sources import Source
from nnstudio.gui.forms.form import SettingsForm
from nnstudio.gui.look.notice import Notice
from nnstudio.gui.look.theme import Theme

_WIDTH = 480


class SourceDialog(QDialog):
    """The settings of a source above the reason why it can't be read.

    It closes when it is told to import, and may be opened again as it was (:meth:`come_back`).

    Signals:
        chosen: (Source) import it.
    """

    chosen = Signal(object)

    def __init__(self, source: Source, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("source_dialog")
        self.setWindowTitle("Import data")
        self.setMinimumWidth(min(_WIDTH, parent.width() - 32))
        self._source = source
        title = QLabel(source.title)
        title.setObjectName("source_title")
        title.setProperty("role", "title")
        description = QLabel(source.description)
        description.setObjectName("source_description")
        description.setProperty("role", "dim")
        description.setWordWrap(True)
        self._form = SettingsForm("source", theme)
        self._form.changed.connect(self._change)
        self._form.show_settings(source)
        self._remark = Notice("source_remark", theme)
        cancel = QPushButton("Cancel")
        cancel.setObjectName("source_cancel")
        cancel.clicked.connect(self.reject)
        again = QPushButton("Import")
        again.setObjectName("source_import")
        again.setProperty("primary", True)
        again.setDefault(True)
        again.clicked.connect(self._accept)
        below = QHBoxLayout()
        below.setSpacing(8)
        below.addStretch(1)
        for button in (cancel, again):
            below.addWidget(button, 0, Qt.AlignmentFlag.AlignBottom)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 16)
        column.setSpacing(4)
        column.addWidget(title)
        column.addWidget(description)
        column.addSpacing(8)
        column.addWidget(self._form)
        column.addSpacing(8)
        column.addWidget(self._remark)
        column.addStretch(1)
        column.addSpacing(8)
        column.addLayout(below)

    def _change(self, name: str, value: Any) -> None:
        changed: dict[str, Any] = {name: value}
        self._source = replace(self._source, **changed)  # type: ignore[type-var]
        self._form.show_settings(self._source)

    def _accept(self) -> None:
        if not self.isVisible():
            return  # it is being read already
        self.accept()
        self.chosen.emit(self._source)

    def come_back(self, reason: str) -> None:
        """It couldn't be read: say why, and let it be put right, here or in the files."""
        self._remark.say(reason, "error")
        self.open()
