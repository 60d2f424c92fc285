"""Optimizers: how a gradient g changes the parameters w, with learning rate η at step t = 1, 2, …

| optimizer | rule                                                                           |
|-----------|--------------------------------------------------------------------------------|
| SGD       | w ← w − η g                                                                    |
| momentum  | v ← μ v + g;   w ← w − η v                                                     |
| Nesterov  | v ← μ v + g;   w ← w − η (g + μ v)                                             |
| Adagrad   | s ← s + g²;   w ← w − η g / (√s + ε)                                           |
| RMSProp   | s ← ρ s + (1−ρ) g²;   w ← w − η g / (√s + ε)                                   |
| Adadelta  | s ← ρ s + (1−ρ) g²;   Δ = g √(u+ε) / √(s+ε);   u ← ρ u + (1−ρ) Δ²;   w ← w − η Δ |
| Adam      | m ← β₁ m + (1−β₁) g;   v ← β₂ v + (1−β₂) g²;                                   |
|           | w ← w − η m̂ / (√v̂ + ε),   m̂ = m / (1−β₁ᵗ),   v̂ = v / (1−β₂ᵗ)                   |
| AdamW     | w ← w − η λ w;   then Adam                                                     |
| AMSGrad   | Adam, with the largest v so far in place of v                                  |
| Nadam     | Adam, with Nesterov's look ahead in place of m̂                                 |
| Lion      | w ← w − η (sign(β₁ m + (1−β₁) g) + λ w);   m ← β₂ m + (1−β₂) g                 |

All parameters lie in one flat vector, so an update is a few passes over it, done in chunks that
stay in the processor's cache (:mod:`chunks`). Squares, roots and divisions go number by number.

What an optimizer remembers is in its slots and nowhere else, and begins at 0. A mean that forgets,
m ← β m + (1−β) x, is kept as M = m / (1−β), for which M ← β M + x: the factor moves into a number
per step and a pass over the vectors is saved. The result is the same. Definitions and defaults are
PyTorch's where it has the optimizer.

| module              | what is in it                                                     |
|---------------------|-------------------------------------------------------------------|
| :mod:`optimizer`    | what an optimizer is                                              |
| :mod:`sgd`          | SGD, with momentum and Nesterov                                   |
| :mod:`squares`      | Adagrad, RMSProp, Adadelta                                        |
| :mod:`adam`         | Adam, AdamW, AMSGrad                                              |
| :mod:`nadam`        | Nadam                                                             |
| :mod:`lion`         | Lion                                                              |
"""

from nnstudio.engine.optimizers.adam import Adam, AdamW, AMSGrad
from nnstudio.engine.optimizers.lion import Lion
from nnstudio.engine.optimizers.nadam import Nadam
from nnstudio.engine.optimizers.optimizer import Optimizer
from nnstudio.engine.optimizers.sgd import SGD
from nnstudio.engine.optimizers.squares import Adadelta, Adagrad, RMSProp

__all__ = [
    "SGD",
    "AMSGrad",
    "Adadelta",
    "Adagrad",
    "Adam",
    "AdamW",
    "Lion",
    "Nadam",
    "Optimizer",
    "RMSProp",
]
