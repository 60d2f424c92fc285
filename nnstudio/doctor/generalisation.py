"""Overfitting: what is learned about the training examples no longer holds for others.

The generalisation loss is how far the validation loss is above its lowest so far, and a run is
stopped where it is above 5 % (Prechelt, "Early stopping — but when?", 1998). Here it takes more,
lasting some epochs, while the training loss still falls: one is to be told what is certain.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from nnstudio.doctor.case import Case
from nnstudio.doctor.finding import Curves, Finding, Series
from nnstudio.engine.layer import Array

#: The validation loss is so much above its lowest, over the latest epochs.
ABOVE = 1.10
#: So many epochs are looked at, and as many at least must have passed since the lowest.
LATEST = 3
#: Where so little of the first loss is left, it is no matter.
LITTLE = 0.02
#: While the training loss has come down to this share of what it was then.
LOWER = 0.95
#: The rise is so much larger than what the validation loss flickers by, which so many of the latest
#: epochs tell: the lowest of many that flicker is low by chance.
CERTAIN, SINCE = 4.0, 20


def overfitting(case: Case) -> Iterator[Finding]:
    """Validation gets worse while training gets better."""
    settings = case.project.settings
    if settings.early_stopping and settings.restore_best_weights:
        return  # that is dealt with
    epochs, train, kept = case.epochs, case.train_losses, case.val_losses
    if len(kept) <= LATEST or not np.isfinite(kept).all():
        return
    best = int(kept.argmin())
    if len(kept) - 1 - best < LATEST:
        return
    now = kept[-LATEST:].mean()
    rise = now - kept[best]
    is_sure = rise > CERTAIN * _flicker(kept[-SINCE:])
    worse = now > ABOVE * kept[best] and is_sure and now > LITTLE * case.first_loss
    if worse and train[-1] < LOWER * train[best]:
        series = (
            Series("training", epochs, train, "training"),
            Series("validation", epochs, kept, "validation"),
        )
        values = {
            "best": int(epochs[best]),
            "lowest": kept[best],
            "now": kept[-1],
            "epoch": int(epochs[-1]),
        }
        yield Finding(
            "doctor_overfitting", Curves("Loss of each epoch", series, is_log=True), values
        )


def _flicker(losses: Array) -> float:
    """About the standard deviation of ``losses`` around the line from one to the next but one.

    Of independent deviations σ, second differences have the deviation √6 σ; their median size is
    0.67 of that. A loss that rises or falls evenly doesn't flicker.
    """
    if len(losses) < 3:
        return 0.0
    bends = np.abs(np.diff(losses, 2))
    return float(np.median(bends) / (0.6745 * np.sqrt(6.0)))
