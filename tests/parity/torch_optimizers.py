"""Every optimizer as PyTorch's, with our settings under its names."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from peer import Tensor, torch

from nnstudio.engine.lbfgs import LBFGS
from nnstudio.engine.optimizers import (
    SGD,
    Adadelta,
    Adagrad,
    Adam,
    AdamW,
    AMSGrad,
    Nadam,
    Optimizer,
    RMSProp,
)

#: The optimizers that PyTorch doesn't have, with the source that their docstring names instead.
WITHOUT_COUNTERPART = {"Lion": "Chen et al."}


def counterpart(
    optimizer: Optimizer, decayed: Iterable[Tensor], other: Iterable[Tensor], rate: float
) -> Any:
    """PyTorch's optimizer for parameters of which the ``decayed`` may decay and the others not."""
    make, settings = COUNTERPARTS[type(optimizer)](optimizer)
    groups = [{"params": list(decayed)}, {"params": list(other), "weight_decay": 0.0}]
    return make([group for group in groups if group["params"]], lr=rate, **settings)


def sgd(optimizer: SGD) -> tuple[Any, dict[str, Any]]:
    """Without momentum PyTorch refuses what ours leaves without effect."""
    nesterov = optimizer.nesterov and optimizer.momentum > 0
    return torch.optim.SGD, {"momentum": optimizer.momentum, "nesterov": nesterov}


def adagrad(optimizer: Adagrad) -> tuple[Any, dict[str, Any]]:
    settings = {"initial_accumulator_value": optimizer.start, "eps": optimizer.epsilon}
    return torch.optim.Adagrad, settings


def rmsprop(optimizer: RMSProp) -> tuple[Any, dict[str, Any]]:
    return torch.optim.RMSprop, {
        "alpha": optimizer.rho,
        "momentum": optimizer.momentum,
        "centered": optimizer.centered,
        "eps": optimizer.epsilon,
    }


def adadelta(optimizer: Adadelta) -> tuple[Any, dict[str, Any]]:
    return torch.optim.Adadelta, {"rho": optimizer.rho, "eps": optimizer.epsilon}


def adam(optimizer: Adam) -> tuple[Any, dict[str, Any]]:
    return torch.optim.Adam, _of_adam(optimizer)


def adamw(optimizer: AdamW) -> tuple[Any, dict[str, Any]]:
    return torch.optim.AdamW, _of_adam(optimizer) | {"weight_decay": optimizer.weight_decay}


def amsgrad(optimizer: AMSGrad) -> tuple[Any, dict[str, Any]]:
    return torch.optim.Adam, _of_adam(optimizer) | {"amsgrad": True}


def nadam(optimizer: Nadam) -> tuple[Any, dict[str, Any]]:
    settings = _of_adam(optimizer) | {"momentum_decay": optimizer.momentum_decay}
    return torch.optim.NAdam, settings


def _of_adam(optimizer: Adam | Nadam) -> dict[str, Any]:
    return {"betas": (optimizer.beta1, optimizer.beta2), "eps": optimizer.epsilon}


#: Every optimizer that PyTorch has.
COUNTERPARTS: dict[type[Optimizer], Callable[[Any], tuple[Any, dict[str, Any]]]] = {
    SGD: sgd,
    Adagrad: adagrad,
    RMSProp: rmsprop,
    Adadelta: adadelta,
    Adam: adam,
    AdamW: adamw,
    AMSGrad: amsgrad,
    Nadam: nadam,
}


def lbfgs(optimizer: LBFGS) -> tuple[Any, dict[str, Any]]:
    """One step at a time."""
    return torch.optim.LBFGS, {
        "max_iter": 1,
        "max_eval": optimizer.evaluations,
        "tolerance_grad": optimizer.tolerance,
        "tolerance_change": 0.0,
        "history_size": optimizer.history,
        "line_search_fn": "strong_wolfe",
    }


#: Those that ask for the loss at several points.
SEARCHING: dict[type[Optimizer], Callable[[Any], tuple[Any, dict[str, Any]]]] = {LBFGS: lbfgs}
