"""Optimizers with settings other than the usual, to compare with PyTorch's."""

from __future__ import annotations

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

#: Optimizers with the learning rates at which they are compared.
EXAMPLES: tuple[tuple[Optimizer, float], ...] = (
    (SGD(), 0.3),
    (SGD(momentum=0.9), 0.1),
    (SGD(momentum=0.9, nesterov=True), 0.1),
    (SGD(nesterov=True), 0.3),
    (Adagrad(), 0.2),
    (Adagrad(start=0.5, epsilon=1e-3), 0.2),
    (RMSProp(), 0.05),
    (RMSProp(rho=0.9, momentum=0.8), 0.05),
    (RMSProp(centered=True, epsilon=1e-3), 0.05),
    (RMSProp(rho=0.9, momentum=0.8, centered=True), 0.05),
    (Adadelta(), 1.0),
    (Adadelta(rho=0.8, epsilon=1e-3), 2.0),
    (Adam(), 0.1),
    (Adam(beta1=0.5, beta2=0.9, epsilon=1e-3), 0.1),
    (Adam(beta1=0.0), 0.1),
    (AdamW(), 0.1),
    (AdamW(weight_decay=0.7), 0.1),
    (AMSGrad(), 0.1),
    (AMSGrad(beta2=0.5), 0.1),
    (Nadam(), 0.1),
    (Nadam(beta1=0.7, momentum_decay=0.1), 0.1),
)
