"""At the next start: offers what a crash, a kill or a power cut has left behind."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QMessageBox, QWidget

from nnstudio.gui.files import Files, is_sample
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.recovery.bar import RecoveryBar
from nnstudio.gui.recovery.keeping import Keeping
from nnstudio.gui.workbench import Workbench
from nnstudio.messages import StudioError, sentence
from nnstudio.persistence.recovery.folder import Note, RecoveryFolder, Which, left_behind
from nnstudio.persistence.recovery.telling import present_epoch, story_of, when_text
from nnstudio.training.events import Diverged, Event, Failed


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
        self._broken: RecoveryFolder | None = None
        self._may_go_back = False  # the last thing that happened was that a run broke
        self.bar = RecoveryBar(theme)
        self.bar.went_on.connect(lambda: self.open("last"))
        self.bar.best_wanted.connect(lambda: self.open("best"))
        self.bar.discarded.connect(self.discard)
        self.bar.put_off.connect(self.put_off)
        keeping.broke.connect(self._offer_back, Qt.ConnectionType.QueuedConnection)
        workbench.runner.ended.connect(self._ended)
        workbench.runner.started.connect(self._forget_break)
        files.opened.connect(self._forget_break)

    def look(self) -> None:
        """See what there is."""
        self.folders += left_behind()
        self._show()

    def open(self, which: Which) -> bool:
        """Open it, after asking about unsaved work; the window goes on keeping it."""
        folder = self._broken or self.folders[0]
        try:
            project = folder.load(which)
        except StudioError as error:
            self._workbench.said.emit(str(error), "error")
            self._damaged.add(which)
            self._show()
            return False
        if folder is self._broken:
            self._workbench.apply("Go back", project)
            self._forget_break()
            return True
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
        self._broken = None
        for folder in self.folders:
            folder.release()
        self.folders.clear()
        self._show()

    # ------------------------------------------------------------------ a run that broke

    def _ended(self, event: Event) -> None:
        self._may_go_back = isinstance(event, Diverged | Failed)

    def _offer_back(self, folder: RecoveryFolder) -> None:
        """The run has come to nothing, but it is kept as it stood a while before.

        Writing that down takes a while, in which the user may have gone on to something else.
        """
        if not self._may_go_back:
            return
        self._broken = folder
        self._damaged.clear()
        self._show()

    def _forget_break(self) -> None:
        self._may_go_back = False
        if self._broken is not None:
            self._broken = None
            self._damaged.clear()
            self._show()

    # ------------------------------------------------------------------ what is said

    def _show(self) -> None:
        if self._broken is not None:
            self._show_way_back(self._broken)
            return
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

    def _show_way_back(self, folder: RecoveryFolder) -> None:
        note = folder.note("last")
        has_last = note is not None and "last" not in self._damaged
        has_best = folder.note("best") is not None and "best" not in self._damaged
        if note is None or not (has_last or has_best):
            self.bar.hide()
            return
        words = sentence("broke", epoch=present_epoch(note), epochs=note.epochs)
        go_on = "Go back" if has_last else ""
        self.bar.offer(words, go_on, has_best=has_best, can_discard=False)

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
