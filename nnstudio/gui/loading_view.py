"""What is seen of data that is being read, or that could be downloaded."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from nnstudio.data.sources import IdxSet
from nnstudio.gui.workbench import Workbench

_MEGABYTE = 1e6
_FINE = 1000


class LoadingView(QWidget):
    """How far it is, with a button to give it up; or a button that downloads what is missing."""

    def __init__(self, workbench: Workbench, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._workbench = workbench
        self._words = QLabel()
        self._words.setObjectName("data_loading")
        self._words.setProperty("role", "dim")
        self._words.setWordWrap(True)
        self._bar = QProgressBar()
        self._bar.setObjectName("data_progress")
        self._bar.setAccessibleName("How much of the data has been read")
        self._bar.setTextVisible(False)
        self._bar.setMaximumHeight(4)
        self._cancel = QPushButton("Cancel")
        self._cancel.setObjectName("data_cancel")
        self._cancel.setAccessibleName("Stop reading the data")
        self._cancel.clicked.connect(workbench.cancel_loading)
        self._fetch = QPushButton()
        self._fetch.setObjectName("data_download")
        self._fetch.clicked.connect(workbench.fetch_data)
        row = QHBoxLayout()
        row.addWidget(self._words, 1)
        row.addWidget(self._cancel, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(row)
        column.addWidget(self._bar)
        column.addWidget(self._fetch, 0, Qt.AlignmentFlag.AlignLeft)
        workbench.data_changed.connect(self.show_state)
        workbench.loading_told.connect(self.show_state)
        self.show_state()

    def show_state(self) -> None:
        """Show what is so now."""
        workbench = self._workbench
        loading, source = workbench.is_loading, workbench.project.data.source
        for part in (self._words, self._bar, self._cancel):
            part.setVisible(loading)
        missing = isinstance(source, IdxSet) and bool(workbench.data_error)
        self._fetch.setVisible(missing and not loading)
        self.setVisible(loading or missing)
        if isinstance(source, IdxSet):
            size = sum(file.size for file in source.remote_files()) / _MEGABYTE
            self._fetch.setText(f"Download ({size:.0f} MB)")
            self._fetch.setAccessibleName(f"Download {source.title}, {size:.0f} megabytes")
        done, expected = workbench.loading_progress
        self._bar.setRange(0, _FINE if expected else 0)
        self._bar.setValue(round(_FINE * done / expected) if expected else 0)
        what = "Downloading" if workbench.is_fetching else "Reading the files"
        share = f" · {100 * done / expected:.0f} %" if expected else "…"
        self._words.setText(what + share)
