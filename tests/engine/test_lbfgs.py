"""L-BFGS, held against the formulas of the papers and functions whose minimum is known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import inf, nan, sqrt
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Array
from nnstudio.engine.lbfgs import CURVATURE, DECREASE, LBFGS, Point, Trial, wolfe_search
from nnstudio.engine.losses import HalfSquaredError
from nnstudio.engine.network import Head, Network, Step
from nnstudio.engine.optimizers import SGD
from nnstudio.engine.shaping import Input
from nnstudio.engine.update import AVERAGE, Update

Function = Callable[[Array], tuple[float, Array]]


@dataclass
class Descent:
    """A function that is made small, and all that was seen on the way.

    Attributes:
        asked: every w that the function was asked about, with what it said.
        path: every w at which a step ended, the first one included.
    """

    function: Function
    w: Array
    optimizer: LBFGS = field(default_factory=LBFGS)
    asked: list[tuple[Array, float, Array]] = field(default_factory=list)
    path: list[Array] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.slots = {name: np.zeros_like(self.w) for name in self.optimizer.slots()}
        self.number = 0
        self.point = self.objective(self.w)
        self.path.append(self.w.copy())

    def objective(self, w: Array) -> Point:
        loss, gradient = self.function(w)
        self.asked.append((w.copy(), loss, gradient.copy()))
        return Point(loss, gradient)

    def step(self, rate: float = 1.0) -> bool:
        """One step; whether it led anywhere."""
        self.number += 1
        start = Point(self.point.loss, self.point.gradient.copy())
        found = self.optimizer.search(self.w, self.objective, self.slots, rate, self.number, start)
        self.path.append(self.w.copy())
        self.point = found or self.point
        return found is not None

    def run(self, steps: int = 1000, rate: float = 1.0) -> Descent:
        """Steps until one leads nowhere."""
        while self.number < steps and self.step(rate):
            pass
        return self


def bowl(*curvatures: float) -> Function:
    """½ Σ aᵢ wᵢ²."""
    a = np.array(curvatures)
    return lambda w: (0.5 * float(a @ w**2), a * w)


def rosenbrock(w: Array) -> tuple[float, Array]:
    """Σ 100 (w₂ᵢ − w²₂ᵢ₋₁)² + (1 − w₂ᵢ₋₁)², lowest at (1, 1, …) (Rosenbrock, 1960)."""
    x, y = w[::2], w[1::2]
    gradient = np.empty_like(w)
    gradient[::2] = -400 * x * (y - x**2) - 2 * (1 - x)
    gradient[1::2] = 200 * (y - x**2)
    return float(np.sum(100 * (y - x**2) ** 2 + (1 - x) ** 2)), gradient


def beale(w: Array) -> tuple[float, Array]:
    """Beale's function (1958), lowest at (3, ½)."""
    x, y = w
    parts = [c - x * (1 - y**i) for i, c in enumerate((1.5, 2.25, 2.625), 1)]
    dx = sum(2 * part * (y**i - 1) for i, part in enumerate(parts, 1))
    dy = sum(2 * part * x * i * y ** (i - 1) for i, part in enumerate(parts, 1))
    return float(sum(part**2 for part in parts)), np.array([dx, dy])


VALLEYS: dict[str, tuple[Function, Array, Array]] = {
    "a round bowl": (bowl(3.0, 3.0), np.array([5.0, -2.0]), np.zeros(2)),
    "a long bowl": (bowl(1.0, 10.0, 100.0), np.ones(3), np.zeros(3)),
    "Rosenbrock's": (rosenbrock, np.array([-1.2, 1.0]), np.ones(2)),
    "Rosenbrock's in 50 dimensions": (rosenbrock, np.tile([-1.2, 1.0], 25), np.ones(50)),
    "Beale's": (beale, np.array([1.0, 1.0]), np.array([3.0, 0.5])),
}
each_valley = pytest.mark.parametrize(
    ("function", "start", "lowest"), VALLEYS.values(), ids=VALLEYS
)


@each_valley
@pytest.mark.parametrize("history", [3, 10])
def test_it_gets_to_the_bottom_of_a_valley_in_few_evaluations(
    function: Function, start: Array, lowest: Array, history: int
) -> None:
    descent = Descent(function, start.copy(), LBFGS(history=history, tolerance=1e-8)).run()
    np.testing.assert_allclose(descent.w, lowest, atol=1e-6)
    assert np.abs(descent.point.gradient).max() <= 1e-8
    assert len(descent.asked) <= 100


@each_valley
@pytest.mark.parametrize("rate", [1.0, 0.01, 30.0])
def test_every_step_fulfils_the_strong_wolfe_conditions(
    function: Function, start: Array, lowest: Array, rate: float
) -> None:
    descent = Descent(function, start.copy(), LBFGS(tolerance=1e-5)).run(100, rate)
    assert descent.number > 1
    for before, after in zip(descent.path[:-2], descent.path[1:-1], strict=True):
        (loss, gradient), (next_loss, next_gradient) = function(before), function(after)
        way = after - before
        slope = gradient @ way
        assert slope < 0
        assert next_loss <= loss + DECREASE * slope
        assert abs(next_gradient @ way) <= -CURVATURE * slope * (1 + 1e-9)


def dense_bfgs(pairs: list[tuple[Array, Array]]) -> Array:
    """H after these pairs, oldest first, by the formula of the whole matrix."""
    s, y = pairs[-1]
    identity = np.eye(len(s))
    H = identity * (s @ y) / (y @ y)
    for s, y in pairs:
        rho = 1 / (s @ y)
        V = identity - rho * np.outer(y, s)
        H = V.T @ H @ V + rho * np.outer(s, s)
    return H


@pytest.mark.parametrize("history", [1, 2, 5])
def test_its_direction_is_that_of_the_whole_matrix_updated_with_the_last_pairs(
    history: int,
) -> None:
    start = np.tile([-1.2, 1.0], 3) + 0.1 * np.arange(6)
    descent = Descent(rosenbrock, start, LBFGS(history=history))
    for number in range(1, 13):
        asked = len(descent.asked)
        _, gradient = rosenbrock(descent.w)
        assert descent.step()
        tried = descent.asked[asked][0] - descent.path[-2]  # the first length is 1
        gradients = [rosenbrock(w)[1] for w in descent.path]
        pairs = [
            (descent.path[k] - descent.path[k - 1], gradients[k] - gradients[k - 1])
            for k in range(max(1, number - history), number)
        ]
        if pairs:
            np.testing.assert_allclose(tried, -dense_bfgs(pairs) @ gradient, rtol=1e-7)
        else:
            np.testing.assert_allclose(tried, -gradient / np.abs(gradient).sum(), rtol=1e-9)


def test_two_steps_on_a_parabola_worked_by_hand() -> None:
    """L = w², g = 2 w. From 4: p = −8, first length 1/8, so w = 3; φ′ = −48 of −64 is flat enough.

    Then s = −1, y = −2: H = ½, which is exact, so the second step ends at 0.
    """
    descent = Descent(lambda w: (float(w @ w), 2 * w), np.array([4.0]))
    descent.step()
    assert descent.w[0] == 3.0
    assert descent.slots["step 1"][0] == -1.0
    assert descent.slots["change 1"][0] == -2.0
    descent.step()
    assert descent.w[0] == 0.0
    assert len(descent.asked) == 3
    assert not descent.step()


def test_pairs_take_turns_in_the_slots() -> None:
    descent = Descent(rosenbrock, np.array([-1.2, 1.0]), LBFGS(history=3))
    for number in range(1, 9):
        descent.step()
        place = (number - 1) % 3 + 1
        np.testing.assert_array_equal(
            descent.slots[f"step {place}"], descent.path[-1] - descent.path[-2]
        )


def test_flat_vector_and_slots_are_all_it_takes_to_go_on_with_the_same_bits() -> None:
    straight = Descent(rosenbrock, np.array([-1.2, 1.0]), LBFGS(history=4))
    for _ in range(7):
        straight.step()
    again = Descent(rosenbrock, straight.w.copy(), LBFGS(history=4))
    again.slots = {name: slot.copy() for name, slot in straight.slots.items()}
    again.number = straight.number
    for _ in range(10):
        straight.step()
        again.step()
    np.testing.assert_array_equal(again.w, straight.w)


def test_within_the_tolerance_nothing_moves_and_nothing_is_asked() -> None:
    descent = Descent(bowl(1.0, 1.0), np.array([0.01, -0.02]), LBFGS(tolerance=0.02))
    descent.slots["step 3"][:] = descent.slots["change 3"][:] = 1.0
    assert not descent.step()
    assert not any(slot.any() for slot in descent.slots.values())  # places follow from the step
    assert len(descent.asked) == 1
    np.testing.assert_array_equal(descent.w, [0.01, -0.02])


def test_without_variables_there_is_nothing_to_search() -> None:
    assert not Descent(lambda w: (1.0, w), np.zeros(0)).step()


def test_where_nothing_is_lower_weights_stay_and_memory_is_emptied() -> None:
    """A gradient that lies: the loss is the same everywhere."""
    descent = Descent(rosenbrock, np.array([-1.2, 1.0]))
    for _ in range(3):
        descent.step()
    here = descent.w.copy()
    descent.function = lambda w: (descent.point.loss, np.ones(2))
    assert not descent.step()
    np.testing.assert_array_equal(descent.w, here)
    assert not any(slot.any() for slot in descent.slots.values())


def test_a_step_whose_curvature_is_not_above_0_is_not_remembered() -> None:
    """Near the top of a hill, with one trial, which need not use the slope up."""
    descent = Descent(lambda w: (float(np.cos(w[0])), -np.sin(w)), np.array([0.1]))
    descent.optimizer = LBFGS(evaluations=1)
    assert descent.step(0.5)
    assert descent.w[0] > 0.1
    assert not any(slot.any() for slot in descent.slots.values())


def test_a_step_ends_at_the_best_trial_even_if_it_was_not_the_last() -> None:
    """Downhill to a wall at 1.5: 1 is tried, then 2 or more, and there is no third trial."""

    def to_a_wall(w: Array) -> tuple[float, Array]:
        x = float(w[0])
        return (-x, np.array([-1.0])) if x < 1.5 else (inf, np.array([inf]))

    descent = Descent(to_a_wall, np.array([0.0]), LBFGS(evaluations=2))
    assert descent.step()
    assert [float(w[0]) for w, *_ in descent.asked[:2]] == [0.0, 1.0]
    assert descent.asked[2][0][0] >= 1.5
    assert descent.w[0] == 1.0
    assert descent.point.loss == -1.0


def test_a_direction_that_leads_up_is_replaced_by_the_steepest_one_down() -> None:
    descent = Descent(bowl(1.0, 4.0), np.array([1.0, 1.0]))
    descent.slots["step 1"][:] = [1.0, 0.0]
    descent.slots["change 1"][:] = [-1.0, 0.0]  # a curvature below 0, as none is ever kept
    descent.number = 1
    asked = len(descent.asked)
    assert descent.step()
    way = descent.asked[asked][0] - [1.0, 1.0]
    np.testing.assert_allclose(way, np.array([-1.0, -4.0]) / 5)


@pytest.mark.parametrize("wall", [inf, nan])
def test_where_the_loss_is_no_number_it_turns_round(wall: float) -> None:
    def behind_a_wall(w: Array) -> tuple[float, Array]:
        x = float(w[0])
        if x > 1.0:
            return wall, np.full(1, wall)
        return (x - 0.9) ** 2, np.array([2 * (x - 0.9)])

    descent = Descent(behind_a_wall, np.array([-1.0])).run(50, rate=20.0)
    assert descent.w[0] == pytest.approx(0.9, abs=1e-6)


def test_a_step_asks_no_more_often_than_it_may_and_falls_all_the_same() -> None:
    for most in (1, 2, 3):
        descent = Descent(rosenbrock, np.array([-1.2, 1.0]), LBFGS(evaluations=most))
        for _ in range(30):
            asked = len(descent.asked)
            loss = descent.point.loss
            moved = descent.step()
            # Twice: in vain along the first direction, then straight down; and once more at the
            # best of what was tried if that was not the last.
            assert len(descent.asked) - asked <= 2 * (most + 1)
            assert not moved or descent.point.loss < loss
            assert descent.point.loss == rosenbrock(descent.w)[0]


def test_single_precision_is_kept_and_gets_near_the_minimum() -> None:
    def single(w: Array) -> tuple[float, Array]:
        loss, gradient = rosenbrock(w)
        return float(np.float32(loss)), gradient

    descent = Descent(single, np.array([-1.2, 1.0], np.float32)).run()
    assert {slot.dtype for slot in descent.slots.values()} == {np.dtype(np.float32)}
    assert descent.w.dtype == np.float32
    np.testing.assert_allclose(descent.w, 1.0, atol=1e-3)


# ---------------------------------------------------------------- the search along a line


@given(
    minimum=st.floats(1e-3, 1e3),
    height=st.floats(0.1, 100),
    wiggle=st.floats(0, 0.9),
    first=st.floats(1e-4, 1e4),
)
def test_a_length_is_found_wherever_the_first_trial_was(
    minimum: float, height: float, wiggle: float, first: float
) -> None:
    """On a parabola with waves on it, whose slope at 0 is downward."""

    def along(length: float) -> Trial:
        x = length / minimum
        loss = height * ((x - 1) ** 2 + wiggle * (1 - np.cos(3 * x)) / 9)
        slope = height * (2 * (x - 1) + wiggle * np.sin(3 * x) / 3) / minimum
        return Trial(length, float(loss), float(slope))

    start = along(0.0)
    found, last = wolfe_search(along, start.loss, start.slope, first, 60)
    assert found is not None
    assert found is last
    assert found.loss <= start.loss + DECREASE * found.length * start.slope
    assert abs(found.slope) <= -CURVATURE * start.slope


@pytest.mark.parametrize("first", [1.4, 1.7, 3.0])
def test_between_two_trials_the_next_one_is_the_minimum_of_the_cubic_through_them(
    first: float,
) -> None:
    """φ = α³/3 − α is lowest at 1; the trial beyond it is too steep, or too high."""
    lengths = []

    def along(length: float) -> Trial:
        lengths.append(length)
        return Trial(length, length**3 / 3 - length, length**2 - 1)

    wolfe_search(along, 0.0, -1.0, first, 20)
    assert lengths == [first, pytest.approx(1.0)]


def test_downhill_without_end_is_left_at_the_farthest_trial() -> None:
    found, last = wolfe_search(lambda a: Trial(a, -a, -1.0), 0.0, -1.0, 1.0, 5)
    assert found is last is not None
    assert found.length >= 2.0**4


def test_a_wall_all_around_yields_nothing() -> None:
    found, last = wolfe_search(lambda a: Trial(a, inf, nan), 0.0, -1.0, 1.0, 5)
    assert found is None
    assert last is not None
    assert last.length == pytest.approx(1 / 16)


# ---------------------------------------------------------------- between gradient and weights


def network_of_one(**of_layer: Any) -> Network:
    steps = [
        Step("input", Input(shape=(2,)), (), (2,), "input"),
        Step("dense", Dense(units=1, **of_layer), (0,), (1,), "dense"),
    ]
    return Network.of(steps, [Head(1, HalfSquaredError(), 1)])


def test_l2_is_a_part_of_what_is_made_small_and_spares_the_bias() -> None:
    network = network_of_one()
    update = Update(network, LBFGS(), l2=0.5)
    flat = np.array([3.0, -2.0, 4.0])
    gradient = np.array([1.0, 1.0, 1.0])
    loss, total = update.penalised(flat, 10.0, gradient)
    assert loss == 10.0 + 0.5 * 0.5 * (9 + 4)
    np.testing.assert_array_equal(total, [1 + 1.5, 1 - 1.0, 1.0])


def test_with_l2_the_minimum_is_the_penalised_one() -> None:
    """½ Σ (w − c)² + ½ λ Σ w² over the weights is lowest at c / (1 + λ), and at c for the bias."""
    network = network_of_one()
    update, c = Update(network, LBFGS(), l2=0.25), np.array([1.0, -5.0, 3.0])
    flat = np.zeros(3)
    slots = {name: np.zeros(3) for name in update.slots()}

    def objective(w: Array) -> Point:
        return update.penalised(flat, 0.5 * float((w - c) @ (w - c)), w - c)

    for step in range(1, 20):
        start = objective(flat)
        update.search(flat, objective, slots, 1.0, step, start)
    np.testing.assert_allclose(flat, c / [1.25, 1.25, 1.0], rtol=1e-6)


def test_the_average_takes_in_what_each_step_ends_with_and_each_rest() -> None:
    network = network_of_one()
    update = Update(network, LBFGS(), average=0.5)
    flat = np.array([4.0, 4.0, 4.0])
    slots = {name: np.zeros(3) for name in update.slots()}

    def objective(w: Array) -> Point:
        return Point(0.5 * float(w @ w), w.copy())

    expected: Array | None = None
    for step in range(1, 5):
        update.search(flat, objective, slots, 1.0, step, objective(flat))
        expected = flat.copy() if expected is None else 0.5 * expected + 0.5 * flat
        np.testing.assert_allclose(slots[AVERAGE], expected)
    update.rest(flat, slots, 5)
    np.testing.assert_allclose(slots[AVERAGE], 0.5 * (expected + flat))


def test_only_what_searches_says_so() -> None:
    assert LBFGS.searches
    assert not SGD.searches
    assert LBFGS.title == "L-BFGS"
    assert LBFGS.summary
    assert len(LBFGS(history=7).slots()) == 14
    assert sqrt(len(set(LBFGS(history=8).slots()))) == 4
