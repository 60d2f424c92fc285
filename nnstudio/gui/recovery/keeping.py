"""What the window keeps on disk while it is open, so that no crash and no power cut loses it.

A run that lasts is kept as it stands and at its best epoch; unsaved edits are kept a while after
the first of them. All of it is as if training had been paused at that moment, and is removed once
it is saved or the user has let it go.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, Qt, QTimer, Signal

from nnstudio.gui import garbage
from nnstudio.gui.files import Files
from nnstudio.gui.workbench import Workbench
from nnstudio.persistence.recovery.checkpoints import Checkpoints, Pace
from nnstudio.persistence.recovery.folder import Note, RecoveryFolder, now
from nnstudio.persistence.recovery.keeper import Keeper
from nnstudio.project.project import Project
from nnstudio.training.events import Diverged, Event, Failed
from nnstudio.training.session import Session
from nnstudio.training.trained import Trained

#: How soon after an edit it is kept, with all that followed meanwhile; in milliseconds.
EDITS_WAIT = 30_000


class Keeping(QObject):
    """Keeps one window's document.

    Attributes:
        pace: how often runs are kept.
        keeper: writes it down.

    Signals:
        kept: (``last`` or ``best``) something was written.
        broke: (folder) a run has come to nothing, and this is what was kept of it.
    """

    kept = Signal(str)
    broke = Signal(object)
    _troubled = Signal(str)

    def __init__(self, workbench: Workbench, files: Files) -> None:
        super().__init__(files)
        self._workbench = workbench
        self._files = files
        self.pace = Pace()
        self.keeper = Keeper(garbage.start)
        # Both are called on the keeper's thread; whoever listens does so on the window's.
        self.keeper.written = self.kept.emit
        self.keeper.troubled = self._troubled.emit
        queued = Qt.ConnectionType.QueuedConnection
        self._troubled.connect(lambda said: workbench.said.emit(said, "warning"), queued)
        self._checkpoints: Checkpoints | None = None
        self._edits = QTimer(self)
        self._edits.setSingleShot(True)
        self._edits.setInterval(EDITS_WAIT)
        self._edits.timeout.connect(self.keep_edits)
        workbench.runner.attendants.append(self._attend)
        workbench.runner.ended.connect(self._ended)
        workbench.project_changed.connect(self._edited)
        files.saved.connect(self._saved)
        files.opened.connect(self._opened)

    # ------------------------------------------------------------------ what is done

    def keep_edits(self) -> None:
        """Keep the document as it is now, if there is anything in it that isn't saved."""
        self._edits.stop()
        project = self._workbench.project
        if self._checkpoints is not None:
            self._checkpoints.ask()
        elif self._workbench.document.is_modified:
            note = replace(self._note, epoch=_epoch(project), epochs=project.settings.epochs)
            self._do(lambda: self.keeper.keep("last", lambda: (project, note)))
        else:
            self._do(lambda: self.keeper.forget("last"))

    def take_over(self, folder: RecoveryFolder) -> None:
        """The document is what was left behind in ``folder``, which is the window's from now on."""
        self._do(lambda: self.keeper.take_over(folder))

    def close(self) -> None:
        """The user has let the document go: nothing is left of it."""
        self._edits.stop()
        self.keeper.close()

    # ------------------------------------------------------------------ what is followed

    def _attend(self, project: Project, session: Session) -> Callable[[Event], object]:
        self.keeper.begin()
        self._checkpoints = Checkpoints(session, self.keeper, self._composed, self.pace)
        return self._checkpoints.attend

    def _ended(self, event: Event) -> None:
        if self._checkpoints is None:
            return
        self._checkpoints = None
        if isinstance(event, Diverged | Failed):
            # The document is as before the run, and doesn't take the place of what was kept.
            self._edits.stop()
            self.keeper.when_done(self._tell_of_break)
        self.keeper.end()

    def _tell_of_break(self, folder: RecoveryFolder | None) -> None:
        note = None if folder is None else folder.note("last")
        if note is not None and note.is_training:
            self.broke.emit(folder)

    def _edited(self, old: Project, new: Project) -> None:
        if not self._edits.isActive():
            self._edits.start()

    def _saved(self) -> None:
        """What is in the file needn't be kept; a run that goes on has its best epoch beside it."""
        if self._workbench.runner.is_running:
            self._do(lambda: self.keeper.forget("last"))
        else:
            self._do(lambda: self.keeper.forget("last", "best"))

    def _opened(self) -> None:
        self._edits.stop()
        self._do(lambda: self.keeper.forget("last", "best"))

    # ------------------------------------------------------------------ how it is done

    def _do(self, ask: Callable[[], None]) -> None:
        self.keeper.begin()
        ask()
        self.keeper.end()

    @property
    def _note(self) -> Note:
        path = self._files.path
        return Note(name=self._files.name, path=str(path.resolve()) if path else "", at=now())

    def _composed(self, trained: Trained, epoch: int) -> tuple[Project, Note]:
        """The document as it would be if training paused now; on the keeper's thread."""
        project = self._workbench.runner.as_paused(trained)
        note = replace(self._note, is_training=True, epoch=epoch, epochs=project.settings.epochs)
        return project, note


def _epoch(project: Project) -> int:
    progress = None if project.trained is None else project.trained.progress
    return progress.epoch if progress is not None else 0
