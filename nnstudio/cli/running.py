"""Training in the terminal: the loop is drained, with a progress bar, until it ends or Ctrl-C."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from types import FrameType

from nnstudio.cli.keeping import Keeping
from nnstudio.cli.progress_bar import ProgressBar
from nnstudio.data.batches import PreparedData
from nnstudio.messages import StudioError
from nnstudio.project.project import Project
from nnstudio.project.runs import session_for
from nnstudio.training.control import Control
from nnstudio.training.events import Diverged, Failed
from nnstudio.training.loop import train


@dataclass(frozen=True)
class Outcome:
    """What came of training.

    Attributes:
        project: with the weights as they are now.
        data: prepared as these weights need it.
        epochs_run: how many epochs were finished.
        batches: how many batches of an unfinished epoch were made.
        interrupted: whether Ctrl-C ended it.
    """

    project: Project
    data: PreparedData
    epochs_run: int
    batches: int
    interrupted: bool


def train_project(
    project: Project,
    data: PreparedData,
    *,
    epochs: int | None,
    show_bar: bool,
    keeping: Keeping | None = None,
) -> Outcome:
    """Go on training ``project``, or begin.

    Args:
        epochs: how many more; ``None`` for what the settings ask for in all.
        keeping: keeps the run on disk meanwhile.

    Raises:
        StudioError: it can't be trained, or the loss became infinite or NaN.
    """
    session = session_for(project, data)
    first_epoch = session.epoch
    last_epoch = project.settings.epochs if epochs is None else first_epoch + epochs
    control = Control()
    attend = None if keeping is None else keeping.attend(project, session, last_epoch)
    with (
        stopping_on_interrupt(control),
        ProgressBar(session, last_epoch) if show_bar else nullcontext() as bar,
    ):
        for event in train(session, control, epochs=epochs):
            if isinstance(event, Diverged):
                raise StudioError(
                    "diverged", step=event.step, loss=event.loss, rate=event.learning_rate
                )
            if isinstance(event, Failed):
                raise event.error
            if attend is not None:
                attend(event)
            if bar is not None:
                bar.show(event)
    return Outcome(
        replace(project, trained=session.trained()),
        session.data,
        session.epoch - first_epoch,
        -(-session.position // session.examples_per_step),
        control.stopping,
    )


@contextmanager
def stopping_on_interrupt(control: Control) -> Iterator[None]:
    """While the block runs, Ctrl-C stops ``control`` at the next batch; a second one interrupts."""
    if threading.current_thread() is not threading.main_thread():
        yield  # only the main thread hears of signals
        return

    def stop(number: int, frame: FrameType | None) -> None:
        control.stop()
        signal.signal(signal.SIGINT, before)

    before = signal.signal(signal.SIGINT, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
