"""What changes within a run, from one batch to the next, and how that is told."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from small_runs import (
    LINE,
    LINE_NETWORK,
    SPIRAL,
    SPIRAL_NETWORK,
    SPIRAL_SETTINGS,
    drive,
    line_session,
    network_of,
    same_state,
)

from nnstudio.data.order import epoch_order
from nnstudio.engine.activations import ReLU, Softmax, Tanh
from nnstudio.engine.catalogue import OPTIMIZERS
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.lbfgs import LBFGS
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.engine.network import Network
from nnstudio.engine.noise import GaussianNoise
from nnstudio.engine.normalisation import BatchNorm
from nnstudio.engine.optimizers import SGD, Adam, AdamW, AMSGrad, RMSProp
from nnstudio.engine.randomness import dropout_stream
from nnstudio.engine.schedules import ReduceOnPlateau
from nnstudio.engine.shaping import Input
from nnstudio.engine.update import Update
from nnstudio.schema import settings_of
from nnstudio.training.control import Control
from nnstudio.training.events import BatchDone, Ended, EpochDone
from nnstudio.training.learner import Learner
from nnstudio.training.live_settings import live_names, used_settings
from nnstudio.training.loop import train
from nnstudio.training.session import Session
from nnstudio.training.settings import TrainingSettings
from nnstudio.training.stopping import LONGEST_BAND, has_converged
from nnstudio.training.trained import Change

#: After so many steps the change is made: in the middle of the second epoch.
THEN = 8


def spiral_network(rate: float = 0.3, l2: float = 0.0) -> Network:
    """The network with everything that has a state, and live settings of its own."""
    layers = (
        Input(shape=(2,)), Dense(units=6, l2=l2), BatchNorm(), ReLU(), Dropout(rate=rate),
        Dense(units=2), Softmax(),
    )  # fmt: skip
    return network_of(*layers, loss=CategoricalCrossEntropy())


def changed_on_the_way(
    before: TrainingSettings,
    after: TrainingSettings,
    networks: tuple[Network, Network] = (SPIRAL_NETWORK, SPIRAL_NETWORK),
) -> Session:
    """A run in which the settings were changed after :data:`THEN` steps, without a pause."""
    session, control = Session.begin(networks[0], before, SPIRAL, "spiral"), Control()
    for event in train(session, control):
        if isinstance(event, BatchDone) and event.step == THEN:
            control.change(after, networks[1])
    return session


def by_hand(
    before: TrainingSettings,
    after: TrainingSettings,
    networks: tuple[Network, Network] = (SPIRAL_NETWORK, SPIRAL_NETWORK),
) -> np.ndarray:
    """The same, step by step with everything made anew for each of them."""
    examples, seed = SPIRAL.parts.train, before.seed
    flat, rng = networks[0].initial(seed), dropout_stream(seed)
    slots = {name: np.zeros(networks[0].trainable_size, np.float32) for name in before.slots()}
    step = 0
    for epoch in range(after.epochs):
        order, position = epoch_order(examples, seed, epoch, SPIRAL.dataset.block), 0
        while position < len(order):
            settings, network = (before, networks[0]) if step < THEN else (after, networks[1])
            if step == THEN:
                slots = carried(slots, before, after, networks[0].trainable_size)
            index = order[position : position + settings.batch_size]
            learner = Learner(network, flat, SPIRAL, seed)
            learner.learn(index, rng, None, epoch)
            step += 1
            position += len(index)
            names = ("l1", "l2", "weight_decay", "max_norm", "clip_value", "clip_norm")
            update = Update(
                network, settings.optimizer, **{name: getattr(settings, name) for name in names}
            )
            gradient = learner.workspace.gradient
            update.apply(flat, gradient, slots, settings.learning_rate, step)
    return flat


def carried(
    slots: dict[str, np.ndarray], before: TrainingSettings, after: TrainingSettings, size: int
) -> dict[str, np.ndarray]:
    """Slots for the changed optimizer: means stay, what is new begins at 0."""
    found = {}
    for name in after.slots():
        slot = slots.get(name, np.zeros(size, np.float32))
        if isinstance(before.optimizer, Adam) and isinstance(after.optimizer, Adam):
            beta = "beta1" if name == "mean" else "beta2"
            old, new = (1 - getattr(s.optimizer, beta) for s in (before, after))
            slot = slot * np.float32(old / new) if old != new else slot
        found[name] = slot
    return found


# ---------------------------------------------------------------- at once, and exactly


@pytest.mark.parametrize(
    "changes",
    [
        {"learning_rate": 0.01},
        {"batch_size": 5},
        {"l1": 0.01},
        {"l2": 0.01},
        {"weight_decay": 0.1},
        {"max_norm": 0.5},
        {"clip_value": 0.01},
        {"clip_norm": 0.05},
        {"epochs": 4},
        {"optimizer": Adam(beta1=0.5)},
        {"optimizer": Adam(beta2=0.9, epsilon=1e-3)},
        {"learning_rate": 0.02, "l2": 0.02, "batch_size": 4, "optimizer": Adam(beta1=0.7)},
    ],
    ids=lambda changes: " ".join(changes),
)
def test_a_setting_changed_on_the_way_is_used_from_the_next_batch_on(
    changes: dict[str, object],
) -> None:
    after = replace(SPIRAL_SETTINGS, **changes)  # type: ignore[arg-type]
    session = changed_on_the_way(SPIRAL_SETTINGS, after)
    np.testing.assert_array_equal(session.flat, by_hand(SPIRAL_SETTINGS, after))
    unchanged = Session.begin(SPIRAL_NETWORK, SPIRAL_SETTINGS, SPIRAL, "spiral")
    drive(unchanged)
    assert session.trained().weights != unchanged.trained().weights


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (SGD(), SGD(momentum=0.9)),
        (SGD(momentum=0.9), SGD(momentum=0.5, nesterov=True)),
        (SGD(momentum=0.9), SGD()),
    ],
    ids=repr,
)
def test_momentum_may_come_change_and_go(before: SGD, after: SGD) -> None:
    first = replace(SPIRAL_SETTINGS, optimizer=before)
    then = replace(SPIRAL_SETTINGS, optimizer=after)
    session = changed_on_the_way(first, then)
    np.testing.assert_array_equal(session.flat, by_hand(first, then))
    assert tuple(session.slots) == then.slots()


@pytest.mark.parametrize(
    "networks",
    [
        (spiral_network(), spiral_network(rate=0.7)),
        (spiral_network(), spiral_network(rate=0.0)),
        (spiral_network(rate=0.0), spiral_network(rate=0.5)),
        (spiral_network(), spiral_network(l2=0.1)),
    ],
    ids=["more dropout", "no dropout", "dropout begins", "a layer's own penalty"],
)
def test_a_layer_changed_on_the_way_is_so_from_the_next_batch_on(
    networks: tuple[Network, Network],
) -> None:
    settings = SPIRAL_SETTINGS
    session = changed_on_the_way(settings, settings, networks)
    np.testing.assert_array_equal(session.flat, by_hand(settings, settings, networks))
    unchanged = Session.begin(networks[0], settings, SPIRAL, "spiral")
    drive(unchanged)
    assert session.trained().weights != unchanged.trained().weights


def test_a_network_that_runs_from_tape_sees_penalties_and_momentum_that_change() -> None:
    def network(l2: float = 0.0) -> Network:
        layers = Input(shape=(2,)), Dense(units=4, l2=l2), Tanh(), Dense(units=2), Softmax()
        return network_of(*layers, loss=CategoricalCrossEntropy())

    networks = network(), network(0.1)
    first = replace(SPIRAL_SETTINGS, optimizer=SGD(momentum=0.5))
    then = replace(first, optimizer=SGD(momentum=0.9), clip_norm=0.3)
    session = changed_on_the_way(first, then, networks)
    plan = session.workspace._plan_for(SPIRAL_SETTINGS.batch_size)
    assert plan.recording is not None, "the test needs a network on tape"
    np.testing.assert_array_equal(session.flat, by_hand(first, then, networks))


def test_threads_that_share_the_batch_all_see_a_changed_layer() -> None:
    shared = replace(SPIRAL_SETTINGS, threads=2, batch_size=16, epochs=4)
    networks = spiral_network(), spiral_network(rate=0.0)
    session = changed_on_the_way(shared, shared, networks)

    paused = Session.begin(networks[0], shared, SPIRAL, "spiral")
    drive(paused, batches=THEN)
    paused = Session.resume(networks[1], shared, SPIRAL, paused.trained())
    drive(paused)
    assert session.step > THEN, "the test needs steps after the change"
    assert same_state(session.trained(), paused.trained(), told=False)


def test_an_optimizer_that_searches_sees_a_penalty_that_changes() -> None:
    settings = TrainingSettings(optimizer=LBFGS(), learning_rate=1.0, epochs=4)
    network = network_of(Input(shape=(1,)), Dense(units=3), Tanh(), Dense(units=1))
    session, control = Session.begin(network, settings, LINE, "line"), Control()
    for event in train(session, control):
        if isinstance(event, BatchDone) and event.step == 2:
            control.change(replace(settings, l2=0.1))
    paused = Session.begin(network, settings, LINE, "line")
    drive(paused, batches=2)
    paused = Session.resume(network, replace(settings, l2=0.1), LINE, paused.trained())
    drive(paused)
    np.testing.assert_array_equal(session.flat, paused.flat)
    plain = Session.begin(network, settings, LINE, "line")
    drive(plain)
    assert not np.array_equal(plain.flat, session.flat)


@pytest.mark.parametrize(
    "changes",
    [
        {"optimizer": AMSGrad(beta1=0.5, beta2=0.9)},
        {"optimizer": AMSGrad(beta2=0.5), "l1": 0.1, "batch_size": 3},
        {"epochs": 5, "early_stopping": True, "patience": 1},
    ],
    ids=str,
)
def test_a_change_while_it_runs_is_a_change_in_a_pause(changes: dict[str, object]) -> None:
    before = replace(SPIRAL_SETTINGS, optimizer=AMSGrad())
    after = replace(before, **changes)  # type: ignore[arg-type]
    networks = spiral_network(), spiral_network(rate=0.6)
    session = changed_on_the_way(before, after, networks)
    paused = Session.begin(networks[0], before, SPIRAL, "spiral")
    drive(paused, batches=THEN)
    paused = Session.resume(networks[1], after, SPIRAL, paused.trained())
    drive(paused)
    assert same_state(session.trained(), paused.trained())


@pytest.mark.parametrize("optimizer", ["Adam", "AMSGrad", "RMSProp", "Adadelta", "Nadam", "Lion"])
def test_the_means_an_optimizer_remembers_stay_when_its_memory_changes(optimizer: str) -> None:
    kind = OPTIMIZERS[optimizer]
    names = [name for name in ("rho", "beta1", "beta2") if name in live_names(kind())]
    before = replace(SPIRAL_SETTINGS, optimizer=kind())
    after = replace(before, optimizer=kind(**dict.fromkeys(names, 0.5)))
    session = Session.begin(SPIRAL_NETWORK, before, SPIRAL, "spiral")
    drive(session, batches=3)
    units = before.optimizer.slot_units()
    means = {name: slot * units.get(name, 1.0) for name, slot in session.slots.items()}
    assert means
    session.change(after)
    units = after.optimizer.slot_units()
    for name, slot in session.slots.items():
        np.testing.assert_allclose(slot * units.get(name, 1.0), means[name], rtol=1e-6)


# ---------------------------------------------------------------- when to stop


def test_fewer_epochs_end_a_run_after_the_one_that_is_on_and_more_let_it_go_on() -> None:
    for epochs in (2, 7):
        session, control = line_session(epochs=5), Control()
        for event in train(session, control):
            if isinstance(event, EpochDone) and event.epoch == 2:
                control.change(replace(session.settings, epochs=epochs))
        assert session.epoch == epochs


def test_more_epochs_asked_for_during_the_last_validation_are_trained() -> None:
    session, control = line_session(epochs=1), Control()
    for event in train(session, control):
        if isinstance(event, EpochDone) and event.epoch == 1:
            control.change(replace(session.settings, epochs=2))
    assert session.epoch == 2


def test_early_stopping_switched_on_counts_from_then_on() -> None:
    session, control = line_session(epochs=50), Control()
    for event in train(session, control):
        if isinstance(event, EpochDone) and event.epoch == 3:
            stopping = {"early_stopping": True, "patience": 2, "min_delta": 1e6}
            control.change(replace(session.settings, **stopping))
    # The first epoch after that is progress beside none, and the next two aren't.
    assert session.epoch == 6


def test_a_loss_has_converged_when_it_keeps_within_a_narrow_band() -> None:
    assert has_converged([9.0, 1.0, 1.1, 0.9], patience=2, min_delta=0.25)
    assert not has_converged([9.0, 1.0, 1.1, 0.9], patience=3, min_delta=0.25)
    assert not has_converged([1.0, 1.0], patience=2, min_delta=0.25), "too few to tell"
    assert not has_converged([1.0, float("nan"), 1.0], patience=2, min_delta=0.25)
    assert has_converged([1.0, 1.0], patience=1, min_delta=0.0)
    assert not has_converged([1.0, 5.0, 1.0], patience=2, min_delta=0.25), "ups and downs count"


def test_a_run_that_has_converged_ends_and_says_so() -> None:
    session = line_session(
        epochs=500, stop_when_converged=True, patience=4, min_delta=1e-3, learning_rate=0.05
    )
    events = drive(session)
    losses = [event.figures.train_loss for event in events if isinstance(event, EpochDone)]
    assert events[-1] == Ended("early")
    assert max(losses[-5:]) - min(losses[-5:]) <= 1e-3
    assert max(losses[-6:-1]) - min(losses[-6:-1]) > 1e-3, "it ends at the first chance"
    progress = session.trained().progress
    assert progress is not None
    assert progress.converged
    plain = line_session(epochs=len(losses), learning_rate=0.05)
    drive(plain)
    np.testing.assert_array_equal(session.flat, plain.flat)


def test_a_pause_does_not_delay_convergence() -> None:
    chosen = {"epochs": 500, "stop_when_converged": True, "patience": 4, "min_delta": 1e-3}
    straight = line_session(**chosen)
    drive(straight)
    paused = line_session(**chosen)
    drive(paused, epochs=straight.epoch - 1)
    paused = Session.resume(LINE_NETWORK, paused.settings, LINE, paused.trained())
    drive(paused)
    assert same_state(paused.trained(), straight.trained())


def test_a_patience_longer_than_epochs_are_sure_to_be_kept_counts_as_the_longest_there_is() -> None:
    session = line_session(
        epochs=2 * LONGEST_BAND, batch_size=64, stop_when_converged=True, min_delta=1e6,
        patience=20 * LONGEST_BAND,
    )  # fmt: skip
    drive(session)
    assert session.converged
    assert session.epoch == LONGEST_BAND + 1


# ---------------------------------------------------------------- what a run tells


def test_every_change_is_told_with_its_step() -> None:
    after = replace(SPIRAL_SETTINGS, l2=0.5, optimizer=Adam(beta1=0.5), early_stopping=True)
    networks = spiral_network(), spiral_network(rate=0.5)
    session = changed_on_the_way(SPIRAL_SETTINGS, after, networks)
    assert set(session.changes) == {
        Change(THEN, "l2", 0.5),
        Change(THEN, "optimizer.beta1", 0.5),
        Change(THEN, "early_stopping", 1.0),
        Change(THEN, "n4/rate", 0.5),
    }


def test_a_run_keeps_the_values_it_began_with() -> None:
    session = Session.begin(spiral_network(rate=0.5), SPIRAL_SETTINGS, SPIRAL, "spiral")
    begun = dict(session.begun)
    assert begun == {"learning_rate": 0.05, "batch_size": 8.0, "epochs": 3.0, "n4/rate": 0.5}
    drive(session, batches=2)
    session.change(replace(SPIRAL_SETTINGS, learning_rate=0.5))
    assert dict(session.begun) == begun


def test_changes_that_are_taken_back_are_both_told_and_another_pause_tells_nothing() -> None:
    session = Session.begin(SPIRAL_NETWORK, SPIRAL_SETTINGS, SPIRAL, "spiral")
    for rate in (0.2, 0.05):
        drive(session, batches=1)
        settings = replace(SPIRAL_SETTINGS, learning_rate=rate)
        session = Session.resume(SPIRAL_NETWORK, settings, SPIRAL, session.trained())
    told = [Change(1, "learning_rate", 0.2), Change(2, "learning_rate", 0.05)]
    assert session.changes == told
    session = Session.resume(SPIRAL_NETWORK, SPIRAL_SETTINGS, SPIRAL, session.trained())
    assert session.changes == told


def test_the_settings_last_used_are_known_from_the_beginning_and_the_changes() -> None:
    first = replace(SPIRAL_SETTINGS, optimizer=RMSProp(rho=0.9), l1=0.25)
    then = replace(first, optimizer=RMSProp(rho=0.99, momentum=0.5), l1=0.0, patience=3)
    progress = changed_on_the_way(first, then).trained().progress
    assert progress is not None
    later = replace(then, optimizer=RMSProp(), l1=7.0, patience=99, seed=5)
    assert used_settings(progress, later) == replace(then, seed=5)


def test_a_run_can_be_replayed_from_its_beginning_and_its_changes() -> None:
    after = replace(SPIRAL_SETTINGS, l2=0.5, optimizer=Adam(beta1=0.5), batch_size=5)
    recorded = changed_on_the_way(SPIRAL_SETTINGS, after).trained()
    assert recorded.progress is not None
    blank = replace(SPIRAL_SETTINGS, learning_rate=1.0, optimizer=Adam(beta1=0.1), l1=9.0)
    told = recorded.progress
    first = used_settings(replace(told, changes=()), blank)
    again, control = Session.begin(SPIRAL_NETWORK, first, SPIRAL, "spiral"), Control()
    for event in train(again, control):
        if isinstance(event, BatchDone) and event.step in {change.step for change in told.changes}:
            so_far = tuple(change for change in told.changes if change.step <= event.step)
            control.change(used_settings(replace(told, changes=so_far), blank))
    assert same_state(again.trained(), recorded)


# ---------------------------------------------------------------- what may change


def test_what_decides_about_kind_and_size_may_not_change_within_a_run() -> None:
    fixed = {item.name for item in settings_of(TrainingSettings)} - live_names(TrainingSettings())
    assert fixed == {"warm_up", "average", "class_weights", "seed", "threads"}
    assert live_names(Dense(units=3)) == {"l1", "l2", "max_norm"}
    assert live_names(Dropout()) == {"rate"}
    assert live_names(GaussianNoise()) == {"stddev"}
    assert live_names(LBFGS()) == set()
    assert live_names(AdamW()) == {"beta1", "beta2", "epsilon", "weight_decay"}


def test_what_a_schedule_follows_may_not_change_within_a_run() -> None:
    assert "monitor" in live_names(TrainingSettings())
    assert "monitor" not in live_names(TrainingSettings(schedule=ReduceOnPlateau()))


def test_a_fixed_setting_stays_whatever_is_wished() -> None:
    session = Session.begin(SPIRAL_NETWORK, SPIRAL_SETTINGS, SPIRAL, "spiral")
    session.change(replace(SPIRAL_SETTINGS, seed=7, average=0.5, optimizer=SGD(), l2=0.1))
    assert session.settings == replace(SPIRAL_SETTINGS, l2=0.1)


def test_a_network_of_another_layout_is_refused() -> None:
    session = Session.begin(SPIRAL_NETWORK, SPIRAL_SETTINGS, SPIRAL, "spiral")
    with pytest.raises(ValueError, match="variables"):
        session.workspace.adopt(LINE_NETWORK)
