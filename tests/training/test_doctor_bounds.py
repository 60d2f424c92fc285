"""Where each diagnosis draws the line: cases made by hand, on either side of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from doctor_runs import chain, classifier, held_back, numbers

from nnstudio.data.batches import PreparedData
from nnstudio.data.split import Split
from nnstudio.doctor.case import Case, Diagnosis
from nnstudio.doctor.checkup import BINS, Checkup
from nnstudio.doctor.diagnoses import diagnose
from nnstudio.doctor.examples import dealt_in_order, overlooked_class
from nnstudio.doctor.generalisation import overfitting
from nnstudio.doctor.gradients import exploding, idle, vanishing
from nnstudio.doctor.judging import out_of_reach, unsuited_loss
from nnstudio.doctor.learning_rate import too_high, too_low
from nnstudio.doctor.units import dead_relus, saturated
from nnstudio.engine.activations import ReLU, Sigmoid, Tanh
from nnstudio.engine.dense import Dense
from nnstudio.engine.shaping import Input
from nnstudio.project.project import Project
from nnstudio.training.settings import TrainingSettings

PROJECT = classifier(Dense(8), Tanh(), Dense(10), ReLU())
DATA = PreparedData.of(PROJECT.data)
#: The layers with weights, and the two whose outputs are looked at.
WEIGHTED, TANH, RELU = ("n1", "n3", "n5", "n7"), "n2", "n4"


def case(
    train: Sequence[float] = (),
    val: Sequence[float] = (),
    *checkups: Checkup,
    project: Project = PROJECT,
    data: PreparedData = DATA,
    recall: Sequence[float] | None = None,
) -> Case:
    """A run with these losses of its epochs; it began with the first."""
    count = len(train)
    return Case(
        project=project,
        network=project.network(),
        data=data,
        rate=0.01,
        step=10 * count,
        first_loss=train[0] if train else float("nan"),
        epochs=np.arange(1.0, count + 1),
        train_losses=np.array(train),
        val_losses=np.array(val or [float("nan")] * count),
        steps=np.arange(10.0 * count),
        losses=np.repeat(np.array(train), 10),
        rates=np.full(10 * count, 0.01),
        checkups=checkups,
        recall=None if recall is None else np.array(recall),
    )


def found(diagnosis: Diagnosis, looked_at: Case) -> set[str]:
    return {finding.code for finding in diagnosis(looked_at)}


def moved(ratio: float) -> Checkup:
    """After a step that has moved every layer by this share of its weights."""
    return Checkup(1, 1.0, updates=dict.fromkeys(WEIGHTED, ratio))


# ---------------------------------------------------------------- learning rate

STUCK = [2.0] * 8
JUMPING = [2.0, 1.0, 1.5, 1.0, 1.5, 1.0, 1.5, 1.0, 1.5]
RISING = [1.0, 2.0, 3.0, 4.0, 5.0]
FALLING = [1.0, 0.98, 0.96, 0.94, 0.92, 0.90, 0.88]


@pytest.mark.parametrize(
    ("losses", "ratio", "codes"),
    [
        (STUCK, 0.1, {"doctor_rate_stuck"}),
        (STUCK, 0.003, set()),  # it stands still, but not because steps are too large
        (JUMPING, 0.1, {"doctor_rate_jumping"}),
        (JUMPING, 0.003, set()),
        ([100.0, *(loss / 2 for loss in JUMPING)], 0.1, set()),  # hardly anything is left
        (RISING, 0.003, {"doctor_rate_rising"}),
        ([1.0, 0.8, 0.6, 0.5, 0.4], 0.1, set()),  # large steps, but it learns
    ],
)
def test_a_rate_is_too_high_only_where_ratio_and_loss_say_so(
    losses: list[float], ratio: float, codes: set[str]
) -> None:
    assert found(too_high, case(losses, (), moved(ratio))) == codes


@pytest.mark.parametrize(
    ("losses", "ratio", "is_low"),
    [
        (FALLING, 1e-5, True),
        ([1.0, 0.94, 0.88, 0.82, 0.76, 0.70, 0.64], 1e-5, True),  # most of it is still left
        (FALLING, 1e-3, False),  # the usual size of a step
        ([1.0, 0.85, 0.7, 0.55, 0.4, 0.25, 0.1], 1e-5, False),  # it is nearly there
        ([1.0, 0.9, 0.85, 0.83, 0.82, 0.815, 0.814], 1e-5, False),  # it settles
        (RISING, 1e-5, False),
        (FALLING[:4], 1e-5, False),  # too young to tell
    ],
)
def test_a_rate_is_too_low_only_where_the_loss_crawls_down_in_a_straight_line(
    losses: list[float], ratio: float, is_low: bool
) -> None:
    expected = {"doctor_rate_low"} if is_low else set()
    assert found(too_low, case(losses, (), moved(ratio))) == expected


# ---------------------------------------------------------------- gradients


def gradients(first: float, last: float = 1.0, weights: float = 1.0) -> Checkup:
    sizes = np.geomspace(first, last, len(WEIGHTED)).tolist()
    own = dict(zip(WEIGHTED, sizes, strict=True))
    return Checkup(1, 1.0, gradients=own, weights=dict.fromkeys(WEIGHTED, weights))


@pytest.mark.parametrize(
    ("first", "codes"),
    [
        (1e-4, {"doctor_vanishing"}),
        (0.04, set()),
        (30.0, set()),
        (300.0, set()),  # a filter adds up what comes from all places
        (1e5, {"doctor_exploding"}),
    ],
)
def test_a_gradient_vanishes_or_explodes_beyond_the_usual_factor(
    first: float, codes: set[str]
) -> None:
    twice = case([1.0], (), *2 * [gradients(first, weights=1e6)])
    assert found(vanishing, twice) | found(exploding, twice) == codes
    once = case([1.0], (), gradients(1.0), gradients(first))
    assert found(vanishing, once) | found(exploding, once) == set(), "once may be an accident"


def test_a_gradient_out_of_proportion_to_its_weights_is_found() -> None:
    assert found(exploding, case([1.0], (), *2 * [gradients(1.0, weights=1e-3)])) == {
        "doctor_gradient_huge"
    }
    assert not found(exploding, case([1.0], (), *2 * [gradients(1.0, weights=0.05)]))


def test_a_layer_stands_still_or_its_units_stay_alike_if_that_is_seen_again() -> None:
    def seen(*still: str, alike: tuple[str, ...] = ()) -> Checkup:
        updates = {node: 0.0 if node in still else 1e-3 for node in WEIGHTED}
        return Checkup(9, 1.0, updates=updates, alike=alike)

    assert found(idle, case([1.0], (), seen("n1"), seen("n1"))) == {"doctor_idle"}
    assert not found(idle, case([1.0], (), seen(), seen("n1")))
    assert not found(idle, case([1.0], (), seen("n1")))
    assert not found(idle, case([1.0], (), seen(*WEIGHTED), seen(*WEIGHTED))), "nothing moves"
    alike = seen(alike=("n1",))
    assert found(idle, case([1.0], (), alike, alike)) == {"doctor_alike"}
    assert not found(idle, case([1.0], (), seen(), alike))


# ---------------------------------------------------------------- units


def test_dead_units_are_told_where_they_are_most_and_stay_dead() -> None:
    def seen(dead: int) -> Checkup:
        return Checkup(1, 1.0, active={RELU: np.repeat([0.0, 0.5], [dead, 10 - dead])})

    assert found(dead_relus, case([1.0], (), seen(6), seen(6))) == {"doctor_dead"}
    assert not found(dead_relus, case([1.0], (), seen(5), seen(5)))
    assert not found(dead_relus, case([1.0], (), seen(2), seen(6)))
    assert not found(dead_relus, case([1.0], (), seen(6)))


def test_who_has_learned_may_be_surer_than_who_has_not() -> None:
    def seen(flat: float) -> Checkup:
        return Checkup(1, 1.0, flat={TANH: flat}, outputs={TANH: np.full(BINS, 1 / BINS)})

    still, learned = [1.0, 0.9], [1.0, 0.3]
    assert found(saturated, case(still, (), seen(0.7), seen(0.7))) == {"doctor_saturated"}
    assert not found(saturated, case(learned, (), seen(0.7), seen(0.7)))
    assert found(saturated, case(learned, (), seen(0.95), seen(0.95))) == {"doctor_saturated"}
    assert not found(saturated, case(still, (), seen(0.5), seen(0.5)))
    assert not found(saturated, case(still, (), seen(0.1), seen(0.7)))


# ---------------------------------------------------------------- what explains what


def test_what_follows_from_something_else_is_not_told_beside_it() -> None:
    def seen(*, is_scaled: bool) -> Checkup:
        spread = np.array([[0.0, 0.0], [1.0, 1.0 if is_scaled else 1000.0]])
        flat, outputs = {TANH: 0.95}, {TANH: np.full(BINS, 1 / BINS)}
        return Checkup(1, 1.0, flat=flat, outputs=outputs, inputs={"n0": spread})

    def codes(looked_at: Case) -> set[str]:
        return {finding.code for finding in diagnose(looked_at)}

    unscaled = case([1.0], (), *2 * [seen(is_scaled=False)])
    assert found(saturated, unscaled) == {"doctor_saturated"}
    assert codes(unscaled) == {"doctor_unscaled"}
    assert codes(case([1.0], (), *2 * [seen(is_scaled=True)])) == {"doctor_saturated"}


# ---------------------------------------------------------------- generalisation and examples


@pytest.mark.parametrize(("beyond", "is_found"), [(10, True), (3, False)])
def test_a_few_targets_out_of_reach_are_outliers(beyond: int, is_found: bool) -> None:
    layers = chain(Input(shape=(1,)), Dense(1), Sigmoid())
    project = replace(PROJECT, graph=layers, settings=TrainingSettings())
    project = replace(project, data=replace(project.data, inputs="none", targets="none"))
    targets = np.repeat([0.5, 3.0], [100 - beyond, beyond])[:, np.newaxis]
    data = numbers(project, np.zeros((100, 1)), targets)
    everybody = held_back(data, np.arange(100), np.empty(0, np.int64))
    ill = case([1.0], (), project=project, data=everybody)
    assert found(out_of_reach, ill) == ({"doctor_out_of_reach"} if is_found else set())
    assert not found(unsuited_loss, ill), "numbers may be judged as numbers"


@pytest.mark.parametrize(
    ("train", "val", "is_found"),
    [
        ([1.0, 0.8, 0.6, 0.5, 0.4, 0.3], [1.0, 0.9, 1.0, 1.1, 1.2, 1.3], True),
        ([1.0, 0.8, 0.6, 0.5, 0.4, 0.3], [1.0, 0.9, 0.91, 0.92, 0.93, 0.94], False),  # hardly
        ([1.0, 0.8, 0.6, 0.5, 0.4, 0.3], [1.0, 0.9, 0.8, 0.7, 1.2, 1.3], False),  # a moment ago
        ([1.0, 0.8, 0.8, 0.8, 0.8, 0.8], [1.0, 0.9, 1.0, 1.1, 1.2, 1.3], False),  # nothing learned
        (
            [1.0, 0.8, 0.6, 0.5, 0.45, 0.4, 0.35, 0.3],
            [1.0, 0.8, 0.9, 0.6, 0.75, 0.62, 0.78, 0.66],
            False,
        ),  # it flickers, and the lowest is low by chance
        (
            [99.0, 0.8, 0.6, 0.5, 0.4, 0.3],
            [99.0, 0.9, 1.0, 1.1, 1.2, 1.3],
            False,
        ),  # next to nothing
    ],
)
def test_overfitting_is_told_when_it_is_certain(
    train: list[float], val: list[float], is_found: bool
) -> None:
    assert found(overfitting, case(train, val)) == ({"doctor_overfitting"} if is_found else set())


@pytest.mark.parametrize(
    ("recall", "is_found"),
    [
        ([0.95, 0.1], True),
        ([0.95, 0.6], False),  # it is mostly recognised
        ([0.3, 0.2], False),  # nobody is
    ],
)
def test_a_rare_class_is_overlooked_if_it_is_recognised_far_less_than_others(
    recall: list[float], is_found: bool
) -> None:
    labels = np.repeat([0, 1], [190, 10])
    data = numbers(PROJECT, np.zeros((200, 2)), labels, ("common", "rare"))
    everybody = held_back(data, np.arange(200), np.empty(0, np.int64))
    told = found(overlooked_class, case([1.0, 0.5], (), data=everybody, recall=recall))
    assert told == ({"doctor_imbalance"} if is_found else set())
    young = case([1.0], (), data=everybody, recall=recall)
    assert not found(overlooked_class, young)
    settings = replace(PROJECT.settings, class_weights="balanced")
    treated = replace(PROJECT, settings=settings)
    assert not found(
        overlooked_class, case([1.0, 0.5], (), data=everybody, recall=recall, project=treated)
    )


@pytest.mark.parametrize(("val_loss", "is_found"), [(2.0, True), (0.6, False)])
def test_examples_in_their_order_are_told_of_if_that_hurts(val_loss: float, is_found: bool) -> None:
    split = Split(by="order")
    project = replace(PROJECT, data=replace(PROJECT.data, split=split))
    labels = np.repeat([0, 1], 50)
    data = numbers(project, np.zeros((100, 2)), labels, ("first", "last"))
    apart = held_back(data, np.arange(50), np.arange(50, 100))
    told = found(dealt_in_order, case([1.0, 0.5], [1.0, val_loss], project=project, data=apart))
    assert told == ({"doctor_order"} if is_found else set())
    mixed = held_back(data, np.arange(0, 100, 2), np.arange(1, 100, 2))
    assert not found(dealt_in_order, case([1.0, 0.5], [1.0, 2.0], project=project, data=mixed))
