"""How the hidden units of a network add up to its answer: each unit's share, and the bias.

The last Dense layer gives y = Σⱼ wⱼ hⱼ(x) + b. Undoing what was done to the targets, (y / factor) +
offset, is shared out as well: each unit contributes wⱼ hⱼ(x) / factor, and b / factor + offset is
left for the bias. So in the data's units, too, the contributions add up to the answer; before an
activation, if one follows the layer.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from nnstudio.engine.activations import Linear
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.layer import Array
from nnstudio.engine.network import Network
from nnstudio.engine.noise import GaussianNoise
from nnstudio.engine.shaping import Input
from nnstudio.messages import StudioError
from nnstudio.project.model import Model
from nnstudio.training.flow import Flow

#: Layers through which the units of a layer stay the units they are.
_UNIT_BY_UNIT = ("activation", "regularise")
#: Layers that hand on what they get when the network answers.
_CHANGES_NOTHING = (Linear, Dropout, GaussianNoise)


class NoContributions(StudioError):
    """The answer of this network isn't a sum over hidden units."""


@dataclass(frozen=True, eq=False)
class Contributions:
    """What each unit adds to the first number of the first output, in the data's units.

    Attributes:
        hidden: the node whose units they are.
        weights: wⱼ, (units,).
        units: (units, N), one row for each unit.
        bias: what is added besides, wherever x is.
        activation: the title of the layer that changes the sum afterwards; empty for none.
    """

    hidden: str
    weights: Array
    units: Array
    bias: float
    activation: str = ""

    @cached_property
    def total(self) -> Array:
        """The sum of all, (N,): the answer, unless an activation follows."""
        return self.partial(len(self.units))

    @cached_property
    def order(self) -> Array:
        """The units, those first that bend the curve most."""
        bends = np.ptp(self.units, axis=1) if self.units.size else np.zeros(len(self.units))
        return np.argsort(-np.nan_to_num(bends), kind="stable")

    def partial(self, count: int) -> Array:
        """The bias and the first ``count`` units in their order, (N,)."""
        chosen = self.units[self.order[:count]] if count < len(self.units) else self.units
        total: Array = chosen.sum(axis=0) + self.bias
        return total


class Adding:
    """Works out contributions again and again at the same places."""

    def __init__(self, model: Model, places: Array) -> None:
        """``places``: (N, *input_shape) in the source's units.

        Raises:
            NoContributions: there is no layer whose units add up to the answer.
        """
        network, output = model.network, model.outputs[0]
        if output.is_classification:
            raise NoContributions("units_classes")
        self._last, self._activation = _last_dense(network)
        (before,) = network.steps[self._last].inputs
        self._before = before
        self.hidden = _units_of(network, before)
        if isinstance(network.steps[before].layer, Input):
            raise NoContributions("units_none_hidden")
        self.network, self.places = network, places
        self._affine = output.affine
        self._flow = Flow(network, model.prepared(places))

    def of(self, flat: Array) -> Contributions:
        """The contributions with these variables."""
        step = self.network.steps[self._last]
        arrays = self.network.arrays(flat)
        weight = arrays[(step.owner, "weight")][0].astype(np.float64)
        bias = arrays.get((step.owner, "bias"))
        hidden = self._flow.of(flat)[self.network.steps[self._before].node].astype(np.float64)
        factor = float(np.asarray(self._affine.factor).reshape(-1)[0])
        offset = float(np.asarray(self._affine.offset).reshape(-1)[0])
        rest = (0.0 if bias is None else float(bias[0])) / factor + offset
        units = weight[:, np.newaxis] * hidden / factor
        return Contributions(self.hidden, weight, units, rest, self._activation)


def _last_dense(network: Network) -> tuple[int, str]:
    """The layer that adds up, and what changes its sum afterwards.

    Raises:
        NoContributions: something else gives the answer.
    """
    at, activation = network.heads[0].step, ""
    while isinstance(network.steps[at].layer, _CHANGES_NOTHING) or _is_activation(network, at):
        layer = network.steps[at].layer
        if not isinstance(layer, _CHANGES_NOTHING):
            activation = activation or type(layer).__name__
        (at,) = network.steps[at].inputs
    step = network.steps[at]
    if not isinstance(step.layer, Dense) or len(step.shape) != 1:
        raise NoContributions("units_no_sum")
    return at, activation


def _is_activation(network: Network, at: int) -> bool:
    return type(network.steps[at].layer).category == "activation"


def _units_of(network: Network, at: int) -> str:
    """The node whose units come out at ``at``, behind what acts on each unit alone."""
    while network.steps[at].inputs:
        layer, inputs = network.steps[at].layer, network.steps[at].inputs
        if type(layer).category not in _UNIT_BY_UNIT or len(inputs) != 1:
            break
        (at,) = inputs
    return network.steps[at].node
