"""At the next start: offers what a crash, a kill or a power cut has left behind."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMessageBox, QWidget

from nnstudio.gui.files import Files, is_sample
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.recovery.bar import RecoveryBar
from nnstudio.gui.recovery.keeping import Keeping
from nnstudio.gui.workbench import Workbench
from nnstudio.messages import StudioError, sentence
from nnstudio.persistence.recovery.folder import Note, RecoveryFolder, Which, left_behind
from nnstudio.persistence.recovery.telling import present_epoch, story_of, when_text


class Offer(QObject):
    """Shows one of them at a time, the latest first.

    Attributes:
        bar: where it is offered.
        folders: what is still to be answered; locked, so that no other window offers it too.
    """

    def __init__(
        self, workbench: Workbench, files: Files, keeping: Keeping, theme: Theme, window: QWidget
    ) -> None:
        super().__init__(files)
        self._workbench = workbench
        self._files = files
        self._keeping = keeping
        self._window = window
        self.folders: list[RecoveryFolder] = []
        self._damaged: set[Which] = set()
        self.bar = RecoveryBar(theme)
        self.bar.went_on.connect(lambda: self.open("last"))
        self.bar.best_wanted.connect(lambda: self.open("best"))
        self.bar.discarded.connect(self.discard)
        self.bar.put_off.connect(self.put_off)

    def look(self) -> None:
        """See what there is."""
        self.folders += left_behind()
        self._show()

    def open(self, which: Which) -> bool:
        """Open it, after asking about unsaved work; the window goes on keeping it."""
        folder = self.folders[0]
        try:
            project = folder.load(which)
        except StudioError as error:
            self._workbench.said.emit(str(error), "error")
            self._damaged.add(which)
            self._show()
            return False
        if not self._files.may_discard():
            return False
        note = folder.note(which) or Note(name="")
        path = Path(note.path) if note.path else None
        sample = path is not None and is_sample(path)
        self._files.show_project(project, path, is_sample=sample, is_recovered=True)
        self._keeping.take_over(self.folders.pop(0))
        self._workbench.said.emit(self._welcome(note, which), "ok")
        self.put_off()
        return True

    def discard(self) -> None:
        """Remove it, if the user is sure."""
        if self._is_sure():
            self.folders.pop(0).discard()
            self._damaged.clear()
            self._show()

    def put_off(self) -> None:
        """Leave all that isn't answered for the next start, of this window or of another."""
        for folder in self.folders:
            folder.release()
        self.folders.clear()
        self._show()

    # ------------------------------------------------------------------ what is said

    def _show(self) -> None:
        if not self.folders:
            self.bar.hide()
            return
        folder = self.folders[0]
        note = folder.note("last")
        has_last = folder.has("last") and note is not None and "last" not in self._damaged
        has_best = folder.note("best") is not None and "best" not in self._damaged
        words = story_of(folder) if has_last or has_best else sentence("left_damaged")
        if len(self.folders) > 1:
            words += f" (1 of {len(self.folders)})"
        go_on = "Go on" if note is not None and note.is_training else "Open it"
        self.bar.offer(words, go_on if has_last else "", has_best=has_best)

    def _welcome(self, note: Note, which: Which) -> str:
        name, when = self._files.name, when_text(note.at)
        if which == "best":
            return sentence("recovered_best", name=name, best=note.epoch)
        if not note.is_training:
            return sentence("recovered", name=name, when=when)
        epoch, epochs = present_epoch(note), note.epochs
        return sentence("recovered_training", name=name, when=when, epoch=epoch, epochs=epochs)

    def _is_sure(self) -> bool:
        box = QMessageBox(self._window)
        box.setObjectName("recovery_dialog")
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setWindowTitle("Discard")
        box.setText("Remove what was kept, for good?")
        box.setInformativeText(story_of(self.folders[0]))
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Cancel)
        return QMessageBox.StandardButton(box.exec()) == buttons.Discard
