"""The buttons of the Data panel that bring in one's own data."""

from __future__ import annotations

from PySide6.QtCore import SignalInstance
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget


def own_data_buttons(import_wanted: SignalInstance, paste_wanted: SignalInstance) -> QWidget:
    """A row with a button for a file and one for the clipboard."""
    row = QWidget()
    line = QHBoxLayout(row)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(8)
    for name, text, told, wanted in (
        ("data_import", "Import…", "Import a table, arrays or a folder (Ctrl+I)", import_wanted),
        ("data_paste", "Paste", "Import rows copied from a spreadsheet", paste_wanted),
    ):
        button = QPushButton(text)
        button.setObjectName(name)
        button.setAccessibleName(told)
        button.setToolTip(told)
        button.clicked.connect(lambda *_, wanted=wanted: wanted.emit())
        line.addWidget(button)
    line.addStretch(1)
    return row
