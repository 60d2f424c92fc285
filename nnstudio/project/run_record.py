"""One run of a project, kept: what it was made of, how it went and what came of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from nnstudio.data.settings import DataSettings
from nnstudio.engine.layer import Array
from nnstudio.graph.model import Graph
from nnstudio.project.layout import Layout
from nnstudio.training.history import EpochFigures, History
from nnstudio.training.settings import TrainingSettings
from nnstudio.training.trained import Trained

#: How a run stands. A ``paused`` one can go on; a ``stopped`` one was ended by the user; one that
#: ``failed`` broke with an error; ``running`` is never kept.
End = Literal["running", "paused", "finished", "early", "stopped", "diverged", "failed"]


@dataclass(frozen=True)
class RunRecord:
    """A run with all it takes to look at it, to compare it and to open it again.

    Attributes:
        number: from 1, unlike that of any other run of the project.
        graph, layout, data, settings: the design and the settings it ran with.
        began: when, in ISO 8601 with the time zone.
        data_sha256: of the data, as far as the network used it.
        epoch, step: how far it has come.
        seconds: spent training.
        is_accuracy: whether the metric is an accuracy, better the greater it is; else an RMSE.
        history: its curves as arrays, see :class:`nnstudio.training.history.History`.
        trained: its weights and what it takes to go on or to look back, without the curves;
            ``None`` if they weren't kept, or are worth nothing.
        name, note: what the user wrote.
        parent: the run and the step of it that this one began from.
        group: the first of the runs that repeat one run with several seeds; 0 if it is none.
        is_kept: its weights are kept however many runs follow.
    """

    number: int
    graph: Graph
    layout: Layout
    data: DataSettings
    settings: TrainingSettings
    began: str
    data_sha256: str = ""
    end: End = "running"
    epoch: int = 0
    step: int = 0
    seconds: float = 0.0
    is_accuracy: bool = False
    history: Mapping[str, Array] = field(
        default_factory=lambda: History().arrays(), compare=False, repr=False
    )
    trained: Trained | None = None
    name: str = ""
    note: str = ""
    parent: tuple[int, int] | None = None
    group: int = 0
    is_kept: bool = False

    @property
    def title(self) -> str:
        """Its name, or its number in words."""
        return self.name or f"Run {self.number}"

    @property
    def metric(self) -> str:
        """What the metric is called."""
        return "accuracy" if self.is_accuracy else "RMSE"

    @cached_property
    def curves(self) -> History:
        """Its curves, to be read."""
        return History.from_arrays(self.history)

    @cached_property
    def final(self) -> EpochFigures | None:
        """The figures of its last epoch; ``None`` before the first has ended."""
        latest = self.curves.latest(1)
        return latest[0] if latest else None

    @cached_property
    def best(self) -> EpochFigures | None:
        """Those of the epoch with the least validation loss, or training loss without any."""
        return self.curves.best

    @cached_property
    def best_metric(self) -> float:
        """The best metric of any epoch that is kept; NaN for none.

        It is that of the validation part if there is one.
        """
        return self.curves.best_metric(self.is_accuracy)

    @property
    def size(self) -> int:
        """The bytes of its weights and of what it takes to go on."""
        return 0 if self.trained is None else self.trained.size

    @property
    def recording_size(self) -> int:
        """The bytes of the moments that it can be wound back to."""
        recording = None if self.trained is None else self.trained.recording
        return 0 if recording is None else recording.footprint
