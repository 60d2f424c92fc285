"""Back to a moment of a run: what stands there, and that it goes on with the very same bits."""

from __future__ import annotations

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_projects import LINE, LINE_DATA, SPIRAL, SPIRAL_DATA, chain

from nnstudio.data.batches import PreparedData
from nnstudio.engine.activations import ReLU, Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.lbfgs import LBFGS
from nnstudio.engine.normalisation import BatchNorm
from nnstudio.engine.optimizers import SGD, Adam
from nnstudio.engine.schedules import ReduceOnPlateau
from nnstudio.engine.shaping import Input
from nnstudio.project.project import Project
from nnstudio.project.rewinding import can_rewind, rewound
from nnstudio.project.runs import continues, is_finished, session_for, with_new_weights
from nnstudio.training.history import EpochFigures, History
from nnstudio.training.loop import train
from nnstudio.training.recorder import Recorder
from nnstudio.training.trained import Trained

#: Random masks, running statistics, a memory of the optimizer.
MOODY = replace(
    SPIRAL,
    graph=chain(
        Input(shape=(2,)),
        Dense(units=6),
        BatchNorm(),
        ReLU(),
        Dropout(rate=0.3),
        Dense(units=2),
        Softmax(),
    ),
    settings=replace(SPIRAL.settings, optimizer=Adam(), learning_rate=0.05, epochs=6),
)


def settled(project: Project, **changes: object) -> Project:
    return replace(project, settings=replace(project.settings, **changes))  # type: ignore[arg-type]


def run(project: Project, data: PreparedData, **limits: int) -> Project:
    """``project`` after training, recorded, as the window does it."""
    session = session_for(project, data)
    before = project.trained.recording if project.trained and continues(project) else None
    recorder = Recorder(session, before, share=inf)
    recorder.begin()
    for event in train(session, **limits):
        recorder.attend(event)
    return replace(project, trained=replace(session.trained(), recording=recorder.recording))


def trained_of(project: Project) -> Trained:
    assert project.trained is not None
    return project.trained


def moments_of(project: Project) -> tuple:
    recording = trained_of(project).recording
    assert recording is not None
    return recording.moments


def timeless(trained: Trained) -> Trained:
    assert trained.progress is not None
    return replace(trained, progress=replace(trained.progress, seconds=0.0))


def curves(trained: Trained) -> dict[str, np.ndarray]:
    """All that is known of steps and epochs but the time they took."""
    history = History.from_arrays(trained.history or {})
    _, losses, _, _ = history.steps.curve()
    _, rates, _, _ = history.rates.curve()
    columns = {name: values for name, values in history.columns().items() if name != "seconds"}
    return {"loss": losses, "rate": rates, **columns}


CASES = {
    "dropout and Adam": (MOODY, SPIRAL_DATA),
    "two threads": (settled(MOODY, threads=2), SPIRAL_DATA),
    "an average": (settled(MOODY, average=0.9), SPIRAL_DATA),
    "early stopping": (
        settled(MOODY, epochs=30, early_stopping=True, patience=3, learning_rate=0.3),
        SPIRAL_DATA,
    ),
    "a schedule that follows the loss": (
        settled(MOODY, schedule=ReduceOnPlateau(patience=1), learning_rate=0.3),
        SPIRAL_DATA,
    ),
    "L-BFGS": (settled(LINE, optimizer=LBFGS(), learning_rate=1.0, epochs=6), LINE_DATA),
}


@pytest.mark.parametrize("case", CASES)
def test_from_any_moment_the_run_goes_on_with_the_same_bits(case: str) -> None:
    project, data = CASES[case]
    whole = run(project, data)
    moments = moments_of(whole)
    chosen = {0, 1, len(moments) // 3, len(moments) // 2, len(moments) - 2}
    assert any(moments[number].progress.position for number in chosen) or case == "L-BFGS"
    for number in chosen:
        back = rewound(whole, moments[number])
        assert continues(back)
        again = run(back, data)
        assert timeless(trained_of(again)) == timeless(trained_of(whole))
        np.testing.assert_equal(curves(trained_of(again)), curves(trained_of(whole)))
        assert [m.step for m in moments_of(again)] == [m.step for m in moments]
        for one, other in zip(moments_of(again), moments, strict=True):
            np.testing.assert_array_equal(one.flat, other.flat)


def test_it_stands_where_a_run_of_so_many_steps_stands() -> None:
    whole = run(MOODY, SPIRAL_DATA)
    for moment in moments_of(whole):
        if moment.step == trained_of(whole).progress.step:  # type: ignore[union-attr]
            continue
        alone = run(MOODY, SPIRAL_DATA, batches=moment.step)
        back = rewound(whole, moment)
        ends_epoch = not moment.progress.position and moment.step
        if not ends_epoch:  # who stops there hasn't validated yet
            assert timeless(trained_of(back)) == timeless(trained_of(alone))
        history = History.from_arrays(trained_of(back).history or {})
        assert len(history.steps) == moment.step
        assert len(history.epochs) == moment.epoch


def test_a_schedule_knows_the_losses_up_to_there() -> None:
    whole = run(*CASES["a schedule that follows the loss"])
    losses = trained_of(whole).history["unfinished.losses"]  # type: ignore[index]
    for moment in moments_of(whole):
        kept = (trained_of(rewound(whole, moment)).history or {}).get("unfinished.losses", ())
        np.testing.assert_array_equal(kept, losses[: moment.epoch])


def test_curves_and_recording_end_there_and_the_project_before_keeps_its_own() -> None:
    whole = run(MOODY, SPIRAL_DATA)
    moment = moments_of(whole)[5]
    back = rewound(whole, moment)
    assert moments_of(back) == moments_of(whole)[:6]
    assert len(moments_of(whole)) > 6
    assert not is_finished(back)


def test_where_a_run_had_stopped_early_it_gets_another_chance() -> None:
    project, data = CASES["early stopping"]
    whole = run(project, data)
    last = moments_of(whole)[-1]
    assert last.progress.ended_early
    back = rewound(whole, last)
    assert not is_finished(back)
    again = trained_of(run(back, data)).progress
    assert again is not None
    assert again.epoch > last.epoch


def test_a_moment_of_weights_alone_begins_a_run_of_its_own() -> None:
    whole = run(MOODY, SPIRAL_DATA)
    moment = replace(moments_of(whole)[4], slots=None)
    back = rewound(whole, moment)
    assert not continues(back)
    session = session_for(back, SPIRAL_DATA)
    assert session.step == 0
    np.testing.assert_array_equal(session.flat, moment.flat)
    assert trained_of(back).parent is None
    known = replace(whole, trained=replace(trained_of(whole), run_number=3, parent=(1, 2)))
    assert trained_of(rewound(known, moment)).parent == (3, moment.step)


def test_a_plain_rule_without_memory_goes_on_from_weights() -> None:
    project = settled(LINE, optimizer=SGD())
    whole = run(project, LINE_DATA)
    again = run(rewound(whole, moments_of(whole)[4]), LINE_DATA)
    assert timeless(trained_of(again)) == timeless(trained_of(whole))


def test_a_moment_of_another_run_is_refused() -> None:
    whole = run(MOODY, SPIRAL_DATA)
    moment = moments_of(whole)[3]
    other = run(with_new_weights(whole), SPIRAL_DATA)
    assert can_rewind(whole, moment)
    assert not can_rewind(other, moment)
    assert not can_rewind(replace(whole, trained=None), moment)
    with pytest.raises(ValueError, match="none of this project"):
        rewound(other, moment)


# ---------------------------------------------------------------- curves cut off


@given(steps=st.integers(0, 9_000), share=st.floats(0, 1), epochs=st.integers(0, 5_000))
def test_a_history_cut_off_goes_on_as_one_that_never_went_further(
    steps: int, share: float, epochs: int
) -> None:
    history = History()
    for step in range(steps):
        history.add_step(float(step % 97), 0.1)
    for epoch in range(epochs):
        history.add_epoch(EpochFigures(epoch, float(epoch % 31), 0.5, 1.0, 0.5, 0.0))
    step, epoch = round(share * steps), round(share * epochs)
    cut = History.from_arrays(history.until(step, epoch).arrays())
    assert len(cut.steps) == len(cut.rates) == step
    assert cut.epoch_count == epoch
    assert len(history.steps) == steps
    cut.add_epoch(EpochFigures(step, 1.0, 0.5, 1.0, 0.5, 0.0))
    assert cut.epochs[-1].epoch == epoch + 1
    numbers = [row.epoch for row in cut.epochs]
    assert numbers == sorted(set(numbers))
