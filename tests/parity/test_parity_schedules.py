"""Every schedule gives the learning rates of PyTorch's scheduler, step by step."""

from __future__ import annotations

import numpy as np
import pytest
import torch_schedules
from peer import torch
from torch_schedules import Run

from nnstudio.engine.schedules import (
    Clock,
    Constant,
    Cosine,
    CosineRestarts,
    Exponential,
    OneCycle,
    Polynomial,
    ReduceOnPlateau,
    Schedule,
    StepDecay,
    warm_up,
)

EXAMPLES = (
    Constant(),
    StepDecay(every=3, gamma=0.5),
    StepDecay(every=1, gamma=0.9),
    Exponential(),
    Exponential(gamma=0.7),
    Polynomial(),
    Polynomial(power=2.5),
    Polynomial(end=0.2),
    Cosine(),
    Cosine(end=0.1),
    CosineRestarts(first=4, growth=1),
    CosineRestarts(first=3, growth=2),
    CosineRestarts(first=2, growth=3, end=0.05),
    OneCycle(),
    OneCycle(rise=0.5, start_divisor=4, end_divisor=100),
    OneCycle(rise=0.1),
    ReduceOnPlateau(patience=1),
    ReduceOnPlateau(gamma=0.5, patience=0, threshold=0.1),
    ReduceOnPlateau(gamma=0.3, patience=2, threshold=0),
)

#: The loss after each epoch: falls, long plateaus, a small fall, a rise.
LOSSES = (5, 4, 4, 4, 3.9, 3.5, 3.5, 3.5, 3.5, 3.5, 3.4999, 3.4, 3.6, 3.4, 3.4, 3.39, 3, 3, 3, 2.9)


def test_every_schedule_with_a_counterpart_is_compared() -> None:
    assert {type(schedule) for schedule in EXAMPLES} == torch_schedules.COUNTERPARTS.keys()


@pytest.mark.parametrize("steps_per_epoch", [1, 4])
@pytest.mark.parametrize("schedule", EXAMPLES, ids=str)
def test_its_rates_are_pytorchs(schedule: Schedule, steps_per_epoch: int) -> None:
    run = Run(0.3, steps_per_epoch * len(LOSSES), steps_per_epoch, LOSSES)
    ours = [
        run.rate
        * schedule.factor(
            Clock(step, run.steps, steps_per_epoch, LOSSES[: step // steps_per_epoch])
        )
        for step in range(run.steps)
    ]
    np.testing.assert_allclose(ours, torch_schedules.rates(schedule, run), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("steps", [1, 2, 7])
def test_warm_up_is_pytorchs_linear_rate(steps: int) -> None:
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.3)
    scheduler = torch.optim.lr_scheduler.LinearLR(optimizer, 1 / steps, total_iters=steps - 1)
    for step in range(10):
        assert optimizer.param_groups[0]["lr"] == pytest.approx(0.3 * warm_up(step, steps))
        optimizer.step()
        scheduler.step()
