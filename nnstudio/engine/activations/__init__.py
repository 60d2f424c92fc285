"""Activations: what bends a network, without which all its layers would be a single one.

    y = f(x) for each number        ∂L/∂x = f′(x) · ∂L/∂y

| module                 | what is in it                                                  |
|------------------------|----------------------------------------------------------------|
| :mod:`elementwise`     | how a function and its derivative become a layer               |
| :mod:`squeezing`       | Linear, Step, Sigmoid, HardSigmoid, Tanh, Softsign             |
| :mod:`rectifiers`      | ReLU, LeakyReLU, ELU, SELU, GELU, SiLU, Softplus               |
| :mod:`prelu`           | PReLU, a rectifier that learns its slope                       |
| :mod:`probabilities`   | Softmax, a function of a whole column of scores                |
| :mod:`erf`             | the error function, for GELU                                   |

The table of all with formula, derivative and picture is in the engine's README. Definitions and
first values of settings are PyTorch's.
"""

from nnstudio.engine.activations.elementwise import Elementwise
from nnstudio.engine.activations.prelu import PReLU
from nnstudio.engine.activations.probabilities import Softmax, softmax
from nnstudio.engine.activations.rectifiers import (
    ELU,
    GELU,
    SELU,
    LeakyReLU,
    ReLU,
    SiLU,
    Softplus,
)
from nnstudio.engine.activations.squeezing import (
    HardSigmoid,
    Linear,
    Sigmoid,
    Softsign,
    Step,
    Tanh,
)

__all__ = [
    "ELU",
    "GELU",
    "SELU",
    "Elementwise",
    "HardSigmoid",
    "LeakyReLU",
    "Linear",
    "PReLU",
    "ReLU",
    "SiLU",
    "Sigmoid",
    "Softmax",
    "Softplus",
    "Softsign",
    "Step",
    "Tanh",
    "softmax",
]
