"""Work on a thread that the window never waits for."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from nnstudio.gui.background import Background, Job
from nnstudio.messages import StudioError


class Counting(Job):
    """Counts to three, one at each leave that it is given."""

    name = "nnstudio-counting"

    def __init__(self, trouble: Exception | None = None) -> None:
        super().__init__()
        self.trouble, self.count, self.thread = trouble, 0, ""
        self.leave = threading.Semaphore(0)

    def seen(self) -> object:
        return self.count

    def work(self) -> None:
        self.thread = threading.current_thread().name
        while self.count < 3:
            if not self.leave.acquire(timeout=10) or self.is_unwanted:
                return
            if self.trouble is not None:
                raise self.trouble
            self.count += 1


@pytest.fixture
def background(qtbot: QtBot) -> Iterator[Background[Counting]]:
    owner = QObject()
    yield Background[Counting](owner)
    owner.deleteLater()


def test_each_step_of_a_job_is_told_and_its_end(
    qtbot: QtBot, background: Background[Counting]
) -> None:
    job, told = Counting(), list[int]()
    background.grown.connect(lambda: told.append(job.count))
    background.ask(job)
    for count in (1, 2):
        job.leave.release()
        qtbot.waitUntil(lambda count=count: told[-1:] == [count])
        assert background.is_busy
        assert background.take() is None
    job.leave.release()
    qtbot.waitUntil(lambda: job.is_over)
    qtbot.waitUntil(lambda: told[-1] == 3)
    assert job.thread == "nnstudio-counting"
    assert background.take() is job
    assert (background.take(), background.awaited, background.job) == (None, None, job)
    assert job.took > 0


def test_what_is_asked_next_gives_up_what_was_asked_before(
    qtbot: QtBot, background: Background[Counting]
) -> None:
    first, second = Counting(), Counting()
    background.ask(first)
    background.ask(second)
    assert first.is_unwanted
    first.leave.release()
    qtbot.waitUntil(lambda: first.is_over)
    assert background.take() is None, "nobody wants the first any more"
    second.leave.release(3)
    qtbot.waitUntil(lambda: background.take() is second)
    assert (first.count, second.count) == (0, 3)


@pytest.mark.parametrize("trouble", [StudioError("table_no_file"), RuntimeError("it broke")])
def test_a_job_that_fails_says_why(
    qtbot: QtBot, background: Background[Counting], trouble: Exception
) -> None:
    job = Counting(trouble)
    background.ask(job)
    job.leave.release()
    qtbot.waitUntil(lambda: background.take() is job)
    assert job.error == str(trouble)
    assert job.error


def test_a_job_ends_soon_after_its_owner_is_gone(qtbot: QtBot) -> None:
    owner = QObject()
    background, job = Background[Counting](owner), Counting()
    background.ask(job)
    owner.deleteLater()
    qtbot.waitUntil(lambda: job.is_unwanted)
    job.leave.release()
    qtbot.waitUntil(lambda: job.is_over)
    assert job.count == 0
