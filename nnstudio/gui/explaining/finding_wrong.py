"""The next example of a part that is answered wrongly, found on a thread."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.engine.workspace import Workspace
from nnstudio.gui.background import Job
from nnstudio.project.answering import AT_A_TIME, judged, rows_of
from nnstudio.project.model import Model
from nnstudio.training.report import Part


class Search(Job):
    """Finds the first wrong one behind ``place`` of a part, or from its beginning.

    Attributes:
        found: its position in the dataset; −1 if all others are answered rightly.
    """

    name = "nnstudio-wrong"

    def __init__(
        self, model: Model, data: PreparedData, part: Part, place: int, output: int
    ) -> None:
        super().__init__()
        self.data, self.found = data, -1
        self._model = replace(
            model, workspace=Workspace(model.network, model.workspace.flat.copy())
        )
        self._rows = np.roll(rows_of(data, part), -place - 1)[:-1]
        self._part, self._output = part, output

    def work(self) -> None:
        """Ask about some examples at a time until one is wrong."""
        for start in range(0, len(self._rows), AT_A_TIME):
            few = self._rows[start : start + AT_A_TIME]
            found = judged(self._model, self.data, {self._part: few}, lambda: self.is_unwanted)
            if found is None:
                return
            answers = found[self._part][self._output]
            wrong = np.flatnonzero(answers.said != answers.truth)
            if len(wrong):
                self.found = answers.row(int(wrong[0]))
                return
