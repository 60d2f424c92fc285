"""The next example of a part that is answered wrongly, found on a thread."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.engine.workspace import Workspace
from nnstudio.explaining.sensitivity import Interrupted
from nnstudio.project.answering import AT_A_TIME, judged, rows_of
from nnstudio.project.model import Model
from nnstudio.training.report import Part


def search(
    model: Model, data: PreparedData, part: Part, place: int, output: int
) -> Callable[[Callable[[], bool]], int]:
    """Work that finds the first wrong one behind ``place`` of a part, or from its beginning.

    It returns the position in the dataset; −1 if all others are answered rightly.
    """
    own = replace(model, workspace=Workspace(model.network, model.workspace.flat.copy()))
    rows = np.roll(rows_of(data, part), -place - 1)[:-1]

    def work(unwanted: Callable[[], bool]) -> int:
        for start in range(0, len(rows), AT_A_TIME):
            few = rows[start : start + AT_A_TIME]
            found = judged(own, data, {part: few}, unwanted)
            if found is None:
                raise Interrupted
            answers = found[part][output]
            wrong = np.flatnonzero(answers.said != answers.truth)
            if len(wrong):
                return answers.row(int(wrong[0]))
        return -1

    return work
