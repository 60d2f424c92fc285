"""L-BFGS goes PyTorch's way, as long as neither has to look for another length than the first."""

from __future__ import annotations

import numpy as np
import pytest
import torch_optimizers
from peer import Tensor, tensor, torch

from nnstudio.engine.layer import Array
from nnstudio.engine.lbfgs import LBFGS, Point

#: Searching for a length, PyTorch interpolates by rules of its own.
NEAR = 1e-6


class Regression:
    """Logistic regression with L2: smooth, convex, with its minimum where the gradient is 0."""

    def __init__(self, seed: int, features: int = 8, count: int = 200) -> None:
        rng = np.random.default_rng(seed)
        self.x = rng.standard_normal((count, features)) * 10 ** rng.uniform(-0.5, 0.5, features)
        self.sign = np.sign(self.x @ rng.standard_normal(features) + rng.standard_normal(count))
        self.start = 0.1 * rng.standard_normal(features)
        self.tensors = tensor(self.x), tensor(self.sign)

    def ours(self, w: Array) -> Point:
        """Mean ln(1 + e^−m) + ½ 0.1 ‖w‖², m = sign · xᵀw."""
        margin = self.sign * (self.x @ w)
        loss = np.logaddexp(0, -margin).mean() + 0.05 * w @ w
        pull = -self.sign / (1 + np.exp(margin)) / len(margin)
        return Point(float(loss), pull @ self.x + 0.1 * w)

    def theirs(self, w: Tensor) -> Tensor:
        """The same."""
        x, sign = self.tensors
        return torch.nn.functional.softplus(-sign * (x @ w)).mean() + 0.05 * (w @ w)


def their_steps(problem: Regression, optimizer: LBFGS, rate: float, most: int) -> list[Array]:
    """Where PyTorch's steps end, until the first for which it tries a second length."""
    w = torch.nn.Parameter(tensor(problem.start))
    make, settings = torch_optimizers.SEARCHING[LBFGS](optimizer)
    descent = make([w], lr=rate, **settings)
    asked = 0

    def closure() -> Tensor:
        nonlocal asked
        asked += 1
        descent.zero_grad()
        loss = problem.theirs(w)
        loss.backward()
        return loss

    path = []
    for _ in range(most):
        asked = 0
        descent.step(closure)
        if asked != 2:  # at the start, and at the first length
            break
        path.append(w.detach().numpy().copy())
    return path


def our_steps(problem: Regression, optimizer: LBFGS, rate: float, count: int) -> list[Array]:
    w, path = problem.start.copy(), []
    slots = {name: np.zeros_like(w) for name in optimizer.slots()}
    for step in range(1, count + 1):
        optimizer.search(w, problem.ours, slots, rate, step, problem.ours(w))
        path.append(w.copy())
    return path


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("history", [1, 2, 5])
def test_its_steps_are_pytorchs_while_the_first_length_will_do(seed: int, history: int) -> None:
    problem, optimizer = Regression(seed), LBFGS(history=history, tolerance=0.0)
    theirs = their_steps(problem, optimizer, 1.0, 12)
    assert len(theirs) >= 2
    for number, (a, b) in enumerate(
        zip(our_steps(problem, optimizer, 1.0, len(theirs)), theirs, strict=True), 1
    ):
        assert np.linalg.norm(a - b) <= NEAR * np.linalg.norm(b), f"step {number}"


@pytest.mark.parametrize("seed", range(4))
def test_its_minimum_is_pytorchs(seed: int) -> None:
    problem, optimizer = Regression(seed), LBFGS(tolerance=1e-9)
    *_, ours = our_steps(problem, optimizer, 1.0, 60)
    w = torch.nn.Parameter(tensor(problem.start))
    make, settings = torch_optimizers.SEARCHING[LBFGS](optimizer)
    descent = make([w], lr=1.0, **settings | {"max_iter": 60, "max_eval": 600})

    def closure() -> Tensor:
        descent.zero_grad()
        loss = problem.theirs(w)
        loss.backward()
        return loss

    descent.step(closure)
    theirs = w.detach().numpy()
    assert np.linalg.norm(ours - theirs) <= NEAR * np.linalg.norm(theirs)
