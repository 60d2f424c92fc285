"""What is said of a folder that was left behind, in the window and in the terminal."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

from nnstudio.messages import sentence
from nnstudio.persistence.recovery.folder import Note, RecoveryFolder


def story_of(folder: RecoveryFolder) -> str:
    """What stopped, when, and what was kept of it."""
    last, best = folder.note("last"), folder.note("best")
    if last is not None:
        name, when, epoch, epochs = last.name, when_text(last.at), present_epoch(last), last.epochs
        if not last.is_training:
            told = sentence("left_edits", name=name, when=when)
        else:
            code = "left_terminal" if last.in_terminal else "left_training"
            told = sentence(code, name=name, when=when, epoch=epoch, epochs=epochs)
    elif best is not None:
        told = sentence("left_best", name=best.name, when=when_text(best.at), best=best.epoch)
    else:
        return sentence("left_damaged")
    note = last or best
    if note is not None and _was_saved_since(note):
        told += " " + sentence("left_older")
    return told


def present_epoch(note: Note) -> int:
    """The epoch, counted from 1, in which a run stood."""
    return min(note.epoch + 1, note.epochs)


def when_text(at: float, today: datetime | None = None) -> str:
    """A time as it stands in a sentence: ``today at 14:02``, ``on 2026-11-19 at 14:02``."""
    then, today = datetime.fromtimestamp(at), today or datetime.now()
    days = {today.date(): "today", today.date() - timedelta(days=1): "yesterday"}
    return f"{days.get(then.date(), f'on {then:%Y-%m-%d}')} at {then:%H:%M}"


def _was_saved_since(note: Note) -> bool:
    try:
        return bool(note.path) and Path(note.path).stat().st_mtime > note.at
    except OSError:
        return False
