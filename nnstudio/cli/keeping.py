"""A training in the terminal, kept on disk while it lasts, so that a kill or a power cut ends only
the process: ``nnstudio train FILE --resume`` goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from math import inf
from pathlib import Path

from nnstudio.messages import StudioError
from nnstudio.persistence.recovery.checkpoints import Checkpoints, Pace
from nnstudio.persistence.recovery.folder import Note, RecoveryFolder, left_behind, now
from nnstudio.persistence.recovery.keeper import Keeper
from nnstudio.project.project import Project
from nnstudio.project.runs import progress_of
from nnstudio.training.events import Event
from nnstudio.training.session import Session
from nnstudio.training.trained import Trained


def pace_of(every: float | None) -> Pace:
    """Keep a run every so many seconds; 0 for never, ``None`` for as a window would."""
    if every is None:
        return Pace()
    return Pace(first=every or inf, every=every or inf, best=every or inf)


def left_of(file: str | Path) -> RecoveryFolder | None:
    """What was left behind of a run of ``file``, the latest if there are several; locked."""
    path = str(Path(file).resolve())
    found = None
    for folder in left_behind():
        note = folder.note("last")
        if found is None and note is not None and note.is_training and note.path == path:
            found = folder
        else:
            folder.release()
    return found


def resumed(folder: RecoveryFolder) -> tuple[Project, int]:
    """The run that was left behind, and how many epochs it was still to have.

    Raises:
        StudioError: it is damaged.
    """
    project, note = folder.load("last"), folder.note("last")
    progress = progress_of(project)
    done = 0 if progress is None else progress.epoch
    return project, max(0, (note.epochs if note is not None else 0) - done)


class Keeping:
    """Keeps one run.

    Attributes:
        is_left: whether what was kept stays for the next start.
    """

    def __init__(self, file: str | Path, pace: Pace) -> None:
        path = Path(file).resolve()
        self._note = Note(name=path.name, path=str(path), is_training=True, in_terminal=True)
        self._pace = pace
        self._worthy = pace.clock() + pace.first
        self.keeper = Keeper()
        self.is_left = False

    def attend(self, project: Project, session: Session, epochs: int) -> Callable[[Event], object]:
        """Who is to be told of all events of a run of ``project`` up to so many epochs."""
        self._note = replace(self._note, epochs=epochs)

        def composed(trained: Trained, epoch: int) -> tuple[Project, Note]:
            return self._kept(replace(project, trained=trained), epoch)

        return Checkpoints(session, self.keeper, composed, self._pace).attend

    def leave(self, project: Project) -> bool:
        """Keep ``project``, an interrupted run, for the next start, if it has lasted a while."""
        progress = progress_of(project)
        epoch = 0 if progress is None else progress.epoch
        if self._pace.clock() >= self._worthy:
            self.keeper.keep("last", lambda: self._kept(project, epoch))
            self.is_left = True
        return self.is_left

    def _kept(self, project: Project, epoch: int) -> tuple[Project, Note]:
        return project, replace(self._note, at=now(), epoch=epoch)


@contextmanager
def keeping(
    file: str | Path, pace: Pace, folder: RecoveryFolder | None = None
) -> Iterator[Keeping]:
    """Keep a run of ``file`` while the block runs; what breaks the block leaves what was kept.

    Args:
        folder: what was left behind of this very run, to go on in.
    """
    kept = Keeping(file, pace)
    kept.keeper.begin()
    if folder is not None:
        kept.keeper.take_over(folder)
    try:
        yield kept
    except BaseException as error:
        in_vain = isinstance(error, StudioError) and error.code == "diverged"
        kept.keeper.close(leaves=not in_vain)  # a run that diverges would do so again
        raise
    kept.keeper.close(leaves=kept.is_left)
