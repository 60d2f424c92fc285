"""Every schedule as PyTorch's scheduler, with our settings under its names.

PyTorch counts calls of ``scheduler.step()``. Which of our units that is, a step or an epoch,
differs from schedule to schedule; CosineAnnealingWarmRestarts may be told fractions of an epoch.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from peer import torch

from nnstudio.engine.schedules import (
    Constant,
    Cosine,
    CosineRestarts,
    Exponential,
    OneCycle,
    Polynomial,
    ReduceOnPlateau,
    Schedule,
    StepDecay,
)

#: The schedules that PyTorch doesn't have, with the source that their docstring names instead.
WITHOUT_COUNTERPART = {"InverseTime": "Robbins and Monro"}


@dataclass(frozen=True)
class Run:
    """A run to come.

    Attributes:
        rate: the learning rate that is set.
        steps: how many steps are planned.
        steps_per_epoch: of which so many make an epoch.
        losses: the loss after each epoch.
    """

    rate: float
    steps: int
    steps_per_epoch: int
    losses: Sequence[float] = ()


#: Makes PyTorch's scheduler for an optimizer.
Make = Callable[[Any, Any, Run], Any]


def rates(schedule: Schedule, run: Run) -> list[float]:
    """PyTorch's learning rate at each step of ``run``."""
    make, told = COUNTERPARTS[type(schedule)]
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=run.rate)
    scheduler = make(schedule, optimizer, run)
    found = []
    for step in range(run.steps):
        found.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        epoch_ends = (step + 1) % run.steps_per_epoch == 0
        if told == "each step":
            scheduler.step()
        elif told == "fractions":
            scheduler.step((step + 1) / run.steps_per_epoch)
        elif epoch_ends and told == "each epoch":
            scheduler.step()
        elif epoch_ends and told == "losses":
            scheduler.step(run.losses[step // run.steps_per_epoch])
    return found


def constant(schedule: Constant, optimizer: Any, run: Run) -> Any:
    return torch.optim.lr_scheduler.ConstantLR(optimizer, factor=1.0)


def step_decay(schedule: StepDecay, optimizer: Any, run: Run) -> Any:
    return torch.optim.lr_scheduler.StepLR(optimizer, schedule.every, schedule.gamma)


def exponential(schedule: Exponential, optimizer: Any, run: Run) -> Any:
    """Told each step, of which so many have to multiply up to γ."""
    gamma = schedule.gamma ** (1 / run.steps_per_epoch)
    return torch.optim.lr_scheduler.ExponentialLR(optimizer, gamma)


def polynomial(schedule: Polynomial, optimizer: Any, run: Run) -> Any:
    """PyTorch's falls to 0; where ours ends elsewhere it is a straight line."""
    if schedule.end == 0:
        return torch.optim.lr_scheduler.PolynomialLR(optimizer, run.steps, schedule.power)
    assert schedule.power == 1
    return torch.optim.lr_scheduler.LinearLR(optimizer, 1.0, schedule.end, run.steps)


def cosine(schedule: Cosine, optimizer: Any, run: Run) -> Any:
    return torch.optim.lr_scheduler.CosineAnnealingLR(
        optimizer, run.steps, eta_min=schedule.end * run.rate
    )


def cosine_restarts(schedule: CosineRestarts, optimizer: Any, run: Run) -> Any:
    return torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(
        optimizer, schedule.first, schedule.growth, eta_min=schedule.end * run.rate
    )


def one_cycle(schedule: OneCycle, optimizer: Any, run: Run) -> Any:
    """The optimizer has no momentum that could change along."""
    return torch.optim.lr_scheduler.OneCycleLR(
        optimizer,
        max_lr=run.rate,
        total_steps=run.steps,
        pct_start=schedule.rise,
        cycle_momentum=False,
        div_factor=schedule.start_divisor,
        final_div_factor=schedule.end_divisor,
    )


def reduce_on_plateau(schedule: ReduceOnPlateau, optimizer: Any, run: Run) -> Any:
    return torch.optim.lr_scheduler.ReduceLROnPlateau(
        optimizer,
        factor=schedule.gamma,
        patience=schedule.patience,
        threshold=schedule.threshold,
        eps=0.0,  # by default it doesn't bother with falls below 1e-8
    )


#: Every schedule that PyTorch has, and when it is told.
COUNTERPARTS: dict[type[Schedule], tuple[Make, str]] = {
    Constant: (constant, "each step"),
    StepDecay: (step_decay, "each epoch"),
    Exponential: (exponential, "each step"),
    Polynomial: (polynomial, "each step"),
    Cosine: (cosine, "each step"),
    CosineRestarts: (cosine_restarts, "fractions"),
    OneCycle: (one_cycle, "each step"),
    ReduceOnPlateau: (reduce_on_plateau, "losses"),
}
