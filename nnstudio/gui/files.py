"""Opening and saving from the window, with the questions and answers that belong to it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, Qt, Signal
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from nnstudio import assets
from nnstudio.gui.meanwhile import wait_for
from nnstudio.gui.workbench import Workbench
from nnstudio.messages import StudioError, sentence
from nnstudio.persistence.project_file import load_project, save_project
from nnstudio.project.project import Project

SUFFIX = ".nnstudio"
FILTER = f"nnstudio projects (*{SUFFIX})"

T = TypeVar("T")


class Files(QObject):
    """The document's file.

    Signals:
        changed: another file, or none.
        opened: another project is in the window.
        saved: the project was written to ``path``.
    """

    changed = Signal()
    opened = Signal()
    saved = Signal()

    def __init__(self, workbench: Workbench, window: QWidget, picture: QWidget) -> None:
        """``picture`` is what a saved file shows as its thumbnail."""
        super().__init__(window)
        self._workbench = workbench
        self._window = window
        self._picture = picture
        self._is_waiting = False
        self._written: tuple[Path, tuple[int, ...]] | None = None
        self.path: Path | None = None

    @property
    def name(self) -> str:
        """What to call the document."""
        return self.path.name if self.path else f"untitled{SUFFIX}"

    # ------------------------------------------------------------------ opening

    def new(self) -> bool:
        """An empty network, after asking about unsaved work."""
        return self.may_discard() and self.show_project(Project(), None)

    def open(self) -> bool:
        """Ask which file to open."""
        start = str(self.path.parent if self.path else Path.home())
        name, _ = QFileDialog.getOpenFileName(self._window, "Open project", start, FILTER)
        return bool(name) and self.open_path(name)

    def open_path(self, path: str | Path) -> bool:
        """Open ``path``, after asking about unsaved work; on damage say so and keep what is open.

        What is open is touched only once the file is known to be good. It is read again if it was
        written during the question: the answer may have been to save to this very file.
        """
        if self._is_waiting:
            return False
        path = Path(path)
        try:
            stamp, project = _stamp(path), self._read(path)
            if not self.may_discard():
                return False
            if _stamp(path) != stamp:
                project = self._read(path)
        except StudioError as error:
            self._workbench.said.emit(str(error), "error")
            return False
        return self.show_project(project, path, is_sample=is_sample(path))

    def show_project(
        self,
        project: Project,
        path: Path | None,
        *,
        is_sample: bool = False,
        is_recovered: bool = False,
    ) -> bool:
        """Put ``project``, read from ``path``, into the window without asking anything.

        If it ``is_recovered``, it is more than what ``path`` holds.
        """
        self._workbench.open(project)
        if is_recovered:
            self._workbench.document.mark_unsaved()
        self.path = path
        self._written = None
        self._ask_where = is_sample
        self.changed.emit()
        self.opened.emit()
        return True

    _ask_where = False

    # ------------------------------------------------------------------ saving

    def save(self) -> bool:
        """Write to the document's file; ask where if there is none yet."""
        if self.path is None or self._ask_where:
            return self.save_as()
        return self.save_path(self.path)

    def save_as(self) -> bool:
        """Ask where, and write there."""
        start = (self.path.parent if self.path and not self._ask_where else Path.home()) / self.name
        name, _ = QFileDialog.getSaveFileName(self._window, "Save project", str(start), FILTER)
        if not name:
            return False
        path = Path(name)
        return self.save_path(path if path.suffix == SUFFIX else path.with_name(path.name + SUFFIX))

    def save_path(self, path: str | Path) -> bool:
        """Write to ``path``. A running training is halted for it and goes on with the same bits.

        What is there already isn't written again: whoever presses Ctrl+S five times on a slow disk
        needn't wait five times.
        """
        if self._is_waiting:
            return False
        go_on = self._workbench.runner.finish()
        path = Path(path)
        project = self._workbench.project
        try:
            if not self._is_there(path):
                picture = self._thumbnail()
                self._wait_for(
                    lambda: save_project(project, path, thumbnail=picture), "nnstudio-saving"
                )
                self._written = path, _stamp(path)
        except StudioError as error:
            self._workbench.said.emit(str(error), "error")
            return False
        finally:
            go_on()
        self._workbench.document.mark_saved(project)
        self.path = path
        self._ask_where = False
        self._workbench.said.emit(sentence("saved", file=path.name), "ok")
        self.changed.emit()
        self.saved.emit()
        return True

    def _is_there(self, path: Path) -> bool:
        """Whether the file holds the document as it is, because it was written a while before."""
        stamp, is_modified = _stamp(path), self._workbench.document.is_modified
        return bool(stamp) and not is_modified and self._written == (path, stamp)

    # ------------------------------------------------------------------ waiting

    def _read(self, path: Path) -> Project:
        return self._wait_for(lambda: load_project(path), "nnstudio-opening")

    def _wait_for(self, work: Callable[[], T], name: str) -> T:
        """Meanwhile nothing else is opened, saved or closed, whatever asks for it."""
        self._is_waiting = True
        try:
            return wait_for(work, name)
        finally:
            self._is_waiting = False

    # ------------------------------------------------------------------ pictures

    def picture_start(self) -> Path:
        """The file that a picture of the network is suggested to be."""
        place = self.path.parent if self.path and not self._ask_where else Path.home()
        return place / f"{Path(self.name).stem}.svg"

    # ------------------------------------------------------------------ thumbnail

    def _thumbnail(self) -> bytes:
        picture = self._picture.grab().scaled(
            320, 200,
            Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation,
        )  # fmt: skip
        data = QByteArray()
        buffer = QBuffer(data)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        picture.save(buffer, "PNG")
        return bytes(data.data())

    # ------------------------------------------------------------------ asking

    def may_discard(self) -> bool:
        """Whether what is open may go: it is saved, or the user saves it now or lets it go.

        A running training is halted while the user is asked, and goes on if the answer is Cancel.
        What changed while it was being saved, as when a trial ended, is asked about as well. As
        long as a file is being written or read the answer is no.
        """
        if self._is_waiting:
            return False
        go_on = self._workbench.runner.finish()
        while self._workbench.document.is_modified:
            answer = self._ask()
            if answer == QMessageBox.StandardButton.Discard:
                return True
            if answer != QMessageBox.StandardButton.Save or not self.save():
                go_on()
                return False
        return True

    def _ask(self) -> QMessageBox.StandardButton:
        box = QMessageBox(self._window)
        box.setObjectName("unsaved_dialog")
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setWindowTitle("Unsaved changes")
        box.setText(f"Save the changes to {self.name}?")
        box.setInformativeText("Without saving, the design and weights since then are lost.")
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        return QMessageBox.StandardButton(box.exec())


def _stamp(path: Path) -> tuple[int, ...]:
    """What tells whether a file was written meanwhile; empty if there is none."""
    try:
        known = path.stat()
    except OSError:
        return ()
    return known.st_ino, known.st_size, known.st_mtime_ns


def is_sample(path: Path) -> bool:
    """Whether it came with the program: a starting point, which is saved to another place."""
    return path.resolve() in [sample.resolve() for sample in assets.sample_projects()]
