"""The recording of a run: which moments are kept, within which bounds, and what a run is spared."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_runs import SPIRAL_SETTINGS, drive, line_session, spiral_session

from nnstudio.engine.optimizers import SGD
from nnstudio.training.events import Ended
from nnstudio.training.loop import train
from nnstudio.training.recorder import Recorder
from nnstudio.training.recording import FEWEST, FEWEST_FULL, Moment, Recording
from nnstudio.training.session import Session
from nnstudio.training.trained import Progress

PLAIN = Progress("run", 0, 0, 0, 0, 0, 0.1, 8, ())
SIZE = 16  # bytes of the moments made here


def moment(step: int, score: float = inf, *, monitor: str = "validation loss") -> Moment:
    progress = replace(PLAIN, step=step, monitor=monitor)
    return Moment(progress, np.full(SIZE // 4, step, np.float32), score=score)


def recorded(steps: int, *, planned: int = 0, most: int = 64) -> Recording:
    """A run of so many steps, recorded as a recorder does: where it is due, and at the end."""
    recording = Recording.planned("run", SIZE, 0, planned or steps, most=most)
    recording = recording.with_moment(moment(0))
    due = recording.next_due(0)
    while due < steps:
        recording = recording.with_moment(moment(due))
        due = recording.next_due(due)
    return recording.with_moment(moment(steps))


def steps_of(recording: Recording) -> list[int]:
    return [each.step for each in recording.moments]


# ---------------------------------------------------------------- what is kept


@given(
    budget=st.integers(0, 40 * SIZE),
    most=st.integers(1, 40),
    planned=st.integers(0, 10_000),
    gaps=st.lists(st.integers(1, 90), min_size=1, max_size=120),
    scores=st.lists(st.one_of(st.just(inf), st.floats(-5, 5)), min_size=120, max_size=120),
)
def test_within_the_bounds_the_first_the_best_and_the_last_are_always_there(
    budget: int, most: int, planned: int, gaps: list[int], scores: list[float]
) -> None:
    recording = Recording.planned("run", SIZE, 0, planned, budget=budget, most=most)
    steps = [int(step) for step in np.cumsum([0, *gaps[1:]])]
    given = dict(zip(steps, scores, strict=False))
    for number, (step, score) in enumerate(given.items(), start=1):
        recording = recording.with_moment(moment(step, score))
        kept = steps_of(recording)
        assert recording.size <= budget
        assert len(kept) <= min(most, budget // SIZE)
        assert kept == sorted(set(kept))
        if recording.capacity:
            seen = dict(list(given.items())[:number])
            best = min(seen, key=lambda step: seen[step])
            assert kept[0] == steps[0]
            assert kept[-1] == step
            assert (recording.best is None) == (seen[best] == inf)
            assert recording.best is None or (recording.best.step, best in kept) == (best, True)


def test_every_step_is_kept_at_first_and_then_ever_fewer() -> None:
    kept = steps_of(recorded(100_000, most=256))

    gaps = np.diff(kept[:-1])
    assert kept[:17] == list(range(17))
    assert (np.diff(gaps) >= 0).all(), "never denser than before"
    assert gaps[-1] > 100
    assert len(kept) > 128


def test_a_run_that_is_longer_than_planned_has_the_moments_of_one_planned_so() -> None:
    surprised, planned = (recorded(5_000, planned=steps, most=40) for steps in (50, 5_000))
    assert set(steps_of(planned)) >= set(steps_of(surprised)) or set(steps_of(surprised)) >= set(
        steps_of(planned)
    )
    assert len(surprised.moments) > 40 // 4


def test_a_run_that_goes_as_planned_gives_up_no_moment_that_was_due() -> None:
    recording = Recording.planned("run", SIZE, 0, 5_000, most=40).with_moment(moment(0))
    due, seen = recording.next_due(0), [0]
    while due < 5_000:
        recording = recording.with_moment(moment(due))
        seen.append(due)
        due = recording.next_due(due)
    assert steps_of(recording) == seen
    assert len(seen) > 40 // 2


def test_what_moments_share_counts_once() -> None:
    best = np.zeros(100, np.float32)
    first, second = (replace(moment(step), best=best) for step in (0, 1))
    recording = Recording.planned("run", SIZE, best.nbytes, 10).with_moment(first)
    assert recording.with_moment(second).size == 2 * SIZE + best.nbytes


def test_a_best_moment_that_is_beaten_goes_unless_its_step_is_due() -> None:
    recording = recorded(1_000, most=40).with_moment(moment(1_001, 0.5))
    assert recording.best is not None
    assert recording.best.step == 1_001
    worse = recording.with_moment(moment(1_002))
    better = worse.with_moment(moment(1_003, 0.4)).with_moment(moment(1_005))
    assert better.best is not None
    assert better.best.step == 1_003
    assert 1_001 not in steps_of(better)


def test_another_watched_figure_is_not_compared_with_the_one_before() -> None:
    recording = recorded(10).with_moment(moment(11, -0.9, monitor="validation metric"))
    later = recording.with_moment(moment(12, 0.3))
    assert later.best is not None
    assert later.best.step == 12


def test_a_moment_at_the_same_step_takes_the_place_of_the_one_before() -> None:
    recording = recorded(10)
    again = moment(10, 0.2)
    later = recording.with_moment(again)
    assert steps_of(later) == steps_of(recording)
    assert later.last is again
    assert later.best is again


def test_cut_off_it_ends_at_that_step_with_the_best_moment_up_to_there() -> None:
    recording = Recording.planned("run", SIZE, 0, 8)
    for step, score in enumerate((inf, 0.5, inf, 0.4, 0.1)):
        recording = recording.with_moment(moment(step, score))
    cut = recording.until(3)
    assert steps_of(cut) == [0, 1, 2, 3]
    assert cut.best is not None
    assert cut.best.step == 3
    assert recording.until(2).best is recording.moments[1]
    assert recording.until(0).best is None


def test_a_step_between_two_moments_shows_the_earlier_one() -> None:
    recording = recorded(1_000, most=30)
    kept = steps_of(recording)
    gap = next(i for i, (a, b) in enumerate(pairwise(kept)) if b > a + 1)
    found = [recording.at(step) for step in (kept[gap], kept[gap] + 1, kept[gap + 1], 10**9)]
    assert [each and each.step for each in found] == [
        kept[gap],
        kept[gap],
        kept[gap + 1],
        kept[-1],
    ]


def test_where_the_optimizers_memory_doesnt_fit_moments_hold_the_weights_alone() -> None:
    roomy = Recording.planned("run", 100, 200, 1_000, budget=300 * FEWEST_FULL)
    tight = Recording.planned("run", 100, 200, 1_000, budget=300 * FEWEST_FULL - 1)
    assert (roomy.is_full, roomy.capacity) == (True, FEWEST_FULL)
    assert (tight.is_full, tight.capacity) == (False, 3 * FEWEST_FULL - 1)


def test_a_network_too_large_for_first_best_and_last_is_not_recorded() -> None:
    recording = Recording.planned("run", 100, 0, 1_000, budget=100 * FEWEST - 1)
    assert recording.with_moment(moment(0)).moments == ()


def test_a_run_that_begins_to_need_more_keeps_fewer_moments() -> None:
    recording = Recording.planned("run", SIZE, 0, 100, budget=30 * SIZE)
    for step in range(30):
        recording = recording.with_moment(moment(step))
    large = replace(moment(31), slots={"average": np.zeros(2 * SIZE // 4, np.float32)})
    later = recording.with_moment(large)
    assert later.capacity == 10
    assert later.size <= 30 * SIZE
    assert {0, 31} <= set(steps_of(later))


# ---------------------------------------------------------------- recording a session


def record(session: Session, recorder: Recorder | None = None, **limits: int) -> Recorder:
    """Train to the end, or for so many epochs or batches, and have all of it recorded."""
    recorder = recorder or Recorder(session, share=inf)
    recorder.begin()
    for event in train(session, **limits):
        recorder.attend(event)
    return recorder


def test_moments_hold_the_weights_that_a_run_of_so_many_steps_has() -> None:
    recording = record(spiral_session()).recording
    for each in recording.moments:
        alone = spiral_session()
        drive(alone, batches=each.step)
        np.testing.assert_array_equal(each.flat, alone.flat)


def test_moments_dont_change_when_training_goes_on() -> None:
    session = spiral_session()
    recorder = record(session, batches=5)
    kept = [array.copy() for each in recorder.recording.moments for array in each.arrays]
    before = recorder.recording
    record(session, recorder)
    for array, copy in zip((a for m in before.moments for a in m.arrays), kept, strict=True):
        np.testing.assert_array_equal(array, copy)
        assert not array.flags.writeable


def test_the_best_moment_is_that_of_the_epoch_with_the_lowest_watched_figure() -> None:
    settings = replace(SPIRAL_SETTINGS, epochs=12, learning_rate=0.4)
    session = spiral_session(settings)
    recording = record(session).recording
    best = min(session.history.epochs, key=lambda row: row.val_loss)
    assert recording.best is not None
    assert recording.best.step == best.step
    assert recording.best.score == best.val_loss
    assert best.step < session.step, "or it would be the last one too"


def test_the_last_moment_is_before_the_weights_are_exchanged_for_the_best() -> None:
    settings = replace(
        SPIRAL_SETTINGS, epochs=12, learning_rate=0.4, early_stopping=True, patience=100
    )
    session = spiral_session(settings)
    recording = record(session).recording
    plain = spiral_session(replace(settings, early_stopping=False))
    drive(plain)
    assert session.result == "best"
    assert recording.last is not None
    assert recording.last.step == session.step
    np.testing.assert_array_equal(recording.last.flat, plain.flat)
    assert recording.last.best is not None
    np.testing.assert_array_equal(recording.last.best, session.flat)


def test_a_paused_run_goes_on_with_its_recording() -> None:
    whole = record(line_session(epochs=9)).recording
    session = line_session(epochs=9)
    first = record(session, batches=7).recording
    assert first.last is not None
    assert first.last.step == 7
    second = record(session, Recorder(session, first, share=inf)).recording
    assert steps_of(second) == steps_of(whole)


def test_a_weight_set_by_hand_in_a_pause_is_in_the_moment_that_stands_there() -> None:
    session = line_session(epochs=9)
    first = record(session, batches=7).recording
    session.flat[0] = 5.0
    recorder = Recorder(session, first, share=inf)
    recorder.begin()
    again = recorder.recording
    assert steps_of(again) == steps_of(first)
    assert again.last is not None
    assert again.last.flat[0] == 5.0


def test_another_run_begins_another_recording() -> None:
    first = record(line_session(), batches=7).recording
    other = line_session()
    other.run = "another"
    assert Recorder(other, first).recording.moments == ()


def test_where_time_is_short_moments_are_passed_over_but_never_first_best_and_last() -> None:
    session = spiral_session(replace(SPIRAL_SETTINGS, epochs=12, learning_rate=0.4))
    recorder = record(session, Recorder(session, share=-inf))
    best = min(session.history.epochs, key=lambda row: row.val_loss)
    kept = set(steps_of(recorder.recording))
    assert {0, best.step, session.step} <= kept
    assert kept <= {0, *(row.step for row in session.history.epochs)}, "else they were the best"


def test_weights_beyond_all_bounds_are_not_recorded() -> None:
    session = line_session(learning_rate=1e20, epochs=50)
    recording = record(session).recording
    assert recording.last is not None
    assert recording.last.step < session.step
    assert all(np.abs(each.flat).max() < 1e19 for each in recording.moments)


@pytest.mark.parametrize("limit", [{"batches": 3}, {"epochs": 1}, {}])
def test_the_last_moment_is_where_the_run_stands(limit: dict[str, int]) -> None:
    session = line_session(optimizer=SGD(momentum=0.9))
    recorder = Recorder(session, share=inf)
    recorder.begin()
    events = []
    for event in train(session, **limit):
        recorder.attend(event)
        events.append(event)
    assert isinstance(events[-1], Ended)
    last = recorder.recording.last
    assert last is not None
    assert (last.step, last.epoch, last.progress.position) == (
        session.step,
        session.epoch,
        session.position,
    )
    np.testing.assert_array_equal(last.flat, session.flat)
