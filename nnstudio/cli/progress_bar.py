"""The bar that shows in a terminal how training comes along."""

from __future__ import annotations

import sys
from math import ceil
from shutil import get_terminal_size
from types import TracebackType

from nnstudio.cli.report import metric_text
from nnstudio.training.events import BatchDone, EpochDone, Event
from nnstudio.training.session import Session

_WIDEST, _ROWS = 100, 24
_FORMAT = "{desc} {bar} {percentage:3.0f} % · {remaining} left{postfix}"


class ProgressBar:
    """Epochs, loss, validation and the time left, on stderr, while a session is trained."""

    def __init__(self, session: Session, last_epoch: int) -> None:
        from tqdm import tqdm

        self._last_epoch = last_epoch
        self._metric = session.metric.name
        examples = len(session.data.parts.train)
        steps = ceil(examples / session.examples_per_step) * (last_epoch - session.epoch)
        steps -= session.position // session.examples_per_step
        self._bar = tqdm(
            total=max(0, steps),
            bar_format=_FORMAT,
            file=sys.stderr,
            # tqdm would show nothing on a terminal that doesn't tell its size; we take 80 columns.
            ncols=min(_WIDEST, get_terminal_size().columns - 1),
            nrows=_ROWS,
        )
        self._describe(session.epoch)

    def show(self, event: Event) -> None:
        """Take note of ``event``; the bar is drawn ten times a second at most."""
        if isinstance(event, EpochDone):
            figures = event.figures
            told = f"loss {figures.train_loss:.3g}"
            if figures.val_loss == figures.val_loss:  # there is a validation part
                told += f", validation {metric_text(self._metric, figures.val_metric)}"
            self._bar.set_postfix_str(told, refresh=False)
            self._describe(event.epoch)
        elif isinstance(event, BatchDone):
            self._bar.update()

    def _describe(self, epoch: int) -> None:
        present = min(epoch + 1, self._last_epoch)
        self._bar.set_description_str(f"Epoch {present} of {self._last_epoch}", refresh=False)

    def __enter__(self) -> ProgressBar:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._bar.close()
