"""The ways in which data comes into the window: the menu, the Data panel, a drop, the clipboard."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QUrl
from PySide6.QtGui import QDropEvent, QGuiApplication
from PySide6.QtWidgets import QDialog, QFileDialog

from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Mnist, Source, Table
from nnstudio.data.sources.naming import source_of_path
from nnstudio.data.sources.table import MOST_TEXT
from nnstudio.gui.importing.draft import Draft
from nnstudio.gui.importing.import_dialog import ImportDialog
from nnstudio.gui.importing.source_dialog import SourceDialog
from nnstudio.messages import sentence
from nnstudio.project.edits import with_other_source

if TYPE_CHECKING:
    from nnstudio.gui.main_window import MainWindow

LABEL = "Import data"
_FILTER = (
    "Data (*.csv *.tsv *.tab *.txt *.parquet *.pq *.npz *.npy *ubyte *ubyte.gz);;All files (*)"
)


class Importer(QObject):
    """Asks what a table means; other data tells that itself."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        window.setAcceptDrops(True)
        window.installEventFilter(self)
        self._panel = window.docks.data_panel
        self._panel.import_wanted.connect(self.ask)
        self._panel.paste_wanted.connect(self.paste)

    def ask(self) -> None:
        """Choose a file, then what it means."""
        name, _ = QFileDialog.getOpenFileName(self._window, "Import data", "", _FILTER)
        if name:
            self.take(Path(name))

    def take(self, path: Path) -> None:
        """Import what is at ``path``."""
        source = source_at(path)
        if isinstance(source, Table):
            self.show_dialog(source)
        elif source is None:
            self._window.workbench.said.emit(sentence("import_other", file=path.name), "error")
        else:
            self._take_source(None, source)

    def paste(self) -> None:
        """Import cells that were copied from a spreadsheet; they become part of the project."""
        text = QGuiApplication.clipboard().text()
        said = self._window.workbench.said
        if not text.strip():
            said.emit(sentence("import_nothing_pasted"), "error")
        elif len(text) > MOST_TEXT:
            said.emit(sentence("table_pasted", got=len(text), most=MOST_TEXT), "error")
        else:
            self.show_dialog(Table(text=text.replace("\r\n", "\n")))

    def show_dialog(self, table: Table) -> ImportDialog:
        """Ask what the columns of ``table`` are for."""
        dialog = ImportDialog(table, self._window.theme, self._window)
        dialog.chosen.connect(partial(self._chosen, dialog))
        dialog.rejected.connect(dialog.deleteLater)
        dialog.open()
        return dialog

    def _chosen(self, dialog: ImportDialog, draft: Draft) -> None:
        data = draft.settings(self._window.workbench.project.data)
        self._import(data, dialog.deleteLater, dialog.come_back)

    def _take_source(self, dialog: SourceDialog | None, source: Source) -> None:
        """Import what needs no questions, or none but why it can't be read."""

        def refused(reason: str) -> None:
            self._ask_again(dialog, source).come_back(reason)

        data = with_other_source(self._window.workbench.project.data, source)
        self._import(data, _nothing if dialog is None else dialog.deleteLater, refused)

    def _ask_again(self, dialog: SourceDialog | None, source: Source) -> SourceDialog:
        if dialog is None:
            dialog = SourceDialog(source, self._window.theme, self._window)
            dialog.chosen.connect(partial(self._take_source, dialog))
            dialog.rejected.connect(dialog.deleteLater)
        return dialog

    def _import(
        self,
        data: DataSettings,
        taken: Callable[[], object],
        refused: Callable[[str], object],
    ) -> None:
        """Read ``data``: what there was before is let go of only when all of it has been read."""
        workbench = self._window.workbench
        before = workbench.project
        self._window.show_network()
        self._window.show_stage("data")
        self._panel.take(LABEL, data)
        imported = workbench.project

        def look() -> None:
            if workbench.data is not None or workbench.project.data != data:
                taken()
                return
            reason = workbench.data_error
            if workbench.project == imported != before:
                workbench.document.withdraw()
            refused(reason)

        workbench.when_loaded(look)

    # ------------------------------------------------------------------ dropping

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.DragEnter, QEvent.Type.DragMove, QEvent.Type.Drop):
            assert isinstance(event, QDropEvent), "Qt's classes of these events"
            urls = event.mimeData().urls()
            path = _path(urls)
            is_asking = any(d.isVisible() for d in _dialogs(self._window))
            if path is not None and not is_asking and source_at(path) is not None:
                event.acceptProposedAction()
                if event.type() == QEvent.Type.Drop:
                    self.take(path)
                return True
        return super().eventFilter(watched, event)


def source_at(path: Path) -> Source | None:
    """What reads the file or folder; ``None`` if nothing does."""
    if path.exists() and not (path.is_file() or path.is_dir()):
        return None  # a pipe or a device, which may never end
    if "-idx" in path.name and "ubyte" in path.name:
        return Mnist(folder=str(path.parent))
    return source_of_path(str(path))


def _dialogs(window: MainWindow) -> list[QDialog]:
    kinds = (ImportDialog, SourceDialog)
    return [d for d in window.findChildren(QDialog) if isinstance(d, kinds)]


def _nothing() -> None:
    """Nobody has asked anything."""


def _path(urls: list[QUrl]) -> Path | None:
    """The one file that is dropped."""
    return Path(urls[0].toLocalFile()) if len(urls) == 1 and urls[0].isLocalFile() else None
