"""The bar that shows in a terminal how cross-validation comes along."""

from __future__ import annotations

import sys
from shutil import get_terminal_size
from types import TracebackType

from nnstudio.cli.report import metric_text
from nnstudio.training.events import BatchDone, Event
from nnstudio.tuning.cross_validation import CrossValidation, FoldBegun, FoldDone

_WIDEST, _ROWS = 100, 24
_FORMAT = "{desc} {bar} {percentage:3.0f} % · {remaining} left{postfix}"


class FoldsBar:
    """Folds, the metric so far and the time left, on stderr."""

    def __init__(self, validation: CrossValidation) -> None:
        from tqdm import tqdm

        self._validation = validation
        self._steps = 1
        self._bar = tqdm(
            total=float(len(validation.folds)),
            bar_format=_FORMAT,
            file=sys.stderr,
            # tqdm would show nothing on a terminal that doesn't tell its size; we take 80 columns.
            ncols=min(_WIDEST, get_terminal_size().columns - 1),
            nrows=_ROWS,
        )

    def show(self, event: FoldBegun | Event | FoldDone) -> None:
        """Take note of ``event``; the bar is drawn ten times a second at most."""
        if isinstance(event, FoldBegun):
            self._steps = event.steps
            told = f"Fold {event.index + 1} of {len(self._validation.folds)}"
            self._bar.set_description_str(told, refresh=False)
        elif isinstance(event, BatchDone):
            self._bar.update(1 / self._steps)
        elif isinstance(event, FoldDone):
            self._bar.update(len(self._validation.done) - self._bar.n)  # some end early
            name, so_far = self._validation.metric_name, self._validation.summary("metric")
            told = f"{name} {metric_text(name, so_far.mean)}"
            self._bar.set_postfix_str(told, refresh=False)

    def __enter__(self) -> FoldsBar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.close()
