"""The bar in the terminal: it is full when a run has come to its end, wherever it was taken up."""

from __future__ import annotations

import pytest
from command_line import LINE

from nnstudio.cli.progress_bar import ProgressBar
from nnstudio.data.batches import PreparedData
from nnstudio.project.runs import session_for
from nnstudio.training.loop import train


@pytest.mark.parametrize("batches", [0, 2, 7])
def test_at_the_end_the_bar_is_full_also_of_a_run_taken_up_within_an_epoch(
    batches: int, capsys: pytest.CaptureFixture[str]
) -> None:
    session = session_for(LINE, PreparedData.of(LINE.data))
    for _ in train(session, batches=batches):
        pass
    with ProgressBar(session, 3) as bar:
        for event in train(session, epochs=3 - session.epoch):
            bar.show(event)
    shown = capsys.readouterr().err
    assert "100 %" in shown.rsplit("\r", 1)[-1]
    assert "Epoch 3 of 3" in shown


def test_with_nothing_left_there_is_a_bar_all_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    session = session_for(LINE, PreparedData.of(LINE.data))
    for _ in train(session, epochs=2):
        pass
    with ProgressBar(session, 1):
        pass
    assert "Epoch 1 of 1" in capsys.readouterr().err
