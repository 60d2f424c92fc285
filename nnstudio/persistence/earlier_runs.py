"""Runs that earlier versions have written, known again by the design they belong to."""

from __future__ import annotations

from dataclasses import replace

from nnstudio.persistence.migrations import OF_THIS_DESIGN
from nnstudio.project.project import Project
from nnstudio.project.run_identity import run_hash_before_4
from nnstudio.training.live_settings import own_values, used_settings
from nnstudio.training.trained import Trained


def known_again(trained: Trained, design: Project) -> Trained:
    """``trained`` with the name its run has today, if an earlier version made it with ``design``.

    Nothing but rate and batch size could change within such a run, so the other settings are those
    it began with.

    Raises:
        CompileError: the design can't have been trained at all.
    """
    progress = trained.progress
    if progress is None or progress.begun is not None:
        return trained
    if progress.run not in (OF_THIS_DESIGN, run_hash_before_4(design)):
        return trained
    begun = own_values(used_settings(progress, design.settings), design.network())
    return replace(trained, progress=replace(progress, run=design.run_hash(), begun=begun))
