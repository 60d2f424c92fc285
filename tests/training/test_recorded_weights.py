"""The distributions of a variable at the moments of a run, a few at a time over the whole of it."""

from __future__ import annotations

from itertools import pairwise
from math import inf

import numpy as np
from small_runs import SPIRAL_NETWORK, line_session, spiral_session

from nnstudio.training.distributions import Histogram
from nnstudio.training.loop import train
from nnstudio.training.recorded_weights import RecordedWeights
from nnstudio.training.recorder import Recorder
from nnstudio.training.recording import Recording
from nnstudio.training.session import Session

WEIGHT, BIAS = ("n1", "weight"), ("n1", "bias")


def recorded(session: Session) -> Recording:
    recorder = Recorder(session, share=inf)
    recorder.begin()
    for event in train(session):
        recorder.attend(event)
    return recorder.recording


RECORDING = recorded(spiral_session())


def test_the_distribution_at_each_moment_is_that_of_its_weights() -> None:
    columns, are_all = RecordedWeights().columns(RECORDING, SPIRAL_NETWORK, WEIGHT)
    assert are_all
    assert [column.first for column in columns] == [m.step for m in RECORDING.moments]
    for column, moment in zip(columns, RECORDING.moments, strict=True):
        expected = Histogram.of(SPIRAL_NETWORK.arrays(moment.flat)[WEIGHT])
        np.testing.assert_array_equal(column.histogram.counts, expected.counts)


def test_what_is_known_first_is_spread_over_the_whole_run_and_then_filled_up() -> None:
    known, seen = RecordedWeights(), []
    middle = RECORDING.moments[len(RECORDING.moments) // 2].step
    are_all = False
    while not are_all:
        columns, are_all = known.columns(RECORDING, SPIRAL_NETWORK, WEIGHT, most=4)
        seen.append([column.first for column in columns])
        assert len(seen[-1]) <= 4 * len(seen)
    assert seen[0][0] < middle < seen[0][-1]
    assert all(set(few) < set(more) for few, more in pairwise(seen))
    assert seen[-1] == [moment.step for moment in RECORDING.moments]


def test_another_variable_is_counted_anew_and_another_network_has_nothing() -> None:
    known = RecordedWeights()
    known.columns(RECORDING, SPIRAL_NETWORK, WEIGHT)
    columns, _ = known.columns(RECORDING, SPIRAL_NETWORK, BIAS)
    assert {column.histogram.total for column in columns} == {6}
    other = recorded(line_session())
    assert known.columns(other, SPIRAL_NETWORK, WEIGHT) == ([], True)
    assert known.columns(RECORDING, SPIRAL_NETWORK, ("gone", "weight")) == ([], True)
