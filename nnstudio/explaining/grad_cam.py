"""Grad-CAM: where in a picture the maps of a convolution speak for a class.

A convolution's maps Aᵏ still know where things are. How much the score s depends on a map as a
whole is the mean of its slopes; the maps, weighed by that and added, show where what speaks for the
class was found:

    αₖ = 1/Z Σᵢⱼ ∂s/∂Aᵏᵢⱼ        L = ReLU(Σₖ αₖ Aᵏ)

Z is the number of places. The ReLU leaves out what speaks against it, which is mostly what speaks
for another class. L is as coarse as the maps.

Source: Selvaraju, Cogswell, Das, Vedantam, Parikh and Batra, "Grad-CAM: visual explanations from
deep networks via gradient-based localization", 2017. As there, Aᵏ are the convolution's
*activations*: what its activation function makes of it, if one follows.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nnstudio.engine.conv import Conv2D
from nnstudio.engine.layer import Array
from nnstudio.engine.network import Network
from nnstudio.engine.normalisation import BatchNorm
from nnstudio.explaining.score import Score
from nnstudio.explaining.sensitivity import Passes


def grad_cam(
    network: Network, flat: Array, given: Mapping[int, Array], maps: int, score: Score
) -> Array:
    """L ``(height, width)`` for one example.

    Args:
        given: the outputs ``(features…, 1)`` of the network's inputs.
        maps: the step whose output is A; see :func:`maps_of`.
    """
    passes = Passes(network, flat)
    outputs = passes.forward(given, score)
    slopes = passes.backward(outputs, score)
    if maps not in slopes:  # the score knows nothing of them
        shape = network.steps[maps].shape[1:]
        return np.zeros(shape, flat.dtype)
    A, slope = outputs[maps][..., 0], slopes[maps][..., 0]
    alpha = slope.mean(axis=(1, 2))
    L: Array = np.maximum(np.tensordot(alpha, A, axes=1), 0)
    return L


def convolutions(network: Network, score: Score) -> tuple[int, ...]:
    """The steps on the way to ``score`` that are convolutions over pictures."""
    steps = network.steps
    needed = {score.step}
    for i in range(score.step, -1, -1):
        if i in needed:
            needed.update(steps[i].inputs)
    return tuple(i for i in sorted(needed) if isinstance(steps[i].layer, Conv2D))


def maps_of(network: Network, convolution: int) -> int:
    """The step that gives a convolution's activations: itself, or the activation that follows.

    BatchNorm may stand in between. What goes two ways at once is taken as it is.
    """
    at = convolution
    while True:
        followers = [i for i, step in enumerate(network.steps) if at in step.inputs]
        if len(followers) != 1:
            return convolution
        (at,) = followers
        layer = network.steps[at].layer
        if type(layer).category == "activation":
            return at
        if not isinstance(layer, BatchNorm):
            return convolution
