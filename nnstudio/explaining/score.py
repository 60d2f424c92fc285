"""The score: which number of a network's answer is to be explained.

For classes that is the number before the softmax, sₖ, and not the probability pₖ: a probability
also grows when the scores of all others fall, and once it is near 1 nothing changes it any more,

    ∂pₖ/∂x = pₖ (∂sₖ/∂x − Σⱼ pⱼ ∂sⱼ/∂x) → 0

(Simonyan, Vedaldi and Zisserman, 2014, section 3). A single output p = σ(s) tells two classes apart
by the sign of s, so s speaks for class 1 and −s for class 0. Of numbers it is the number itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from nnstudio.engine.activations import Sigmoid, Softmax
from nnstudio.engine.axes import feature_axis
from nnstudio.engine.layer import Array, Shape
from nnstudio.project.model import Model


@dataclass(frozen=True)
class Score:
    """A number that a step gives for each example.

    Attributes:
        step: which step.
        index: where in its output (features…).
        sign: −1 where the number speaks against what is to be explained.
    """

    step: int
    index: tuple[int, ...]
    sign: float = 1.0

    def of(self, output: Array) -> Array:
        """``(N,)`` from the step's output ``(features…, N)``."""
        scores: Array = self.sign * output[self.index]
        return scores

    def slope(self, output: Array) -> Array:
        """∂score/∂output, each example's score with its own output: ``sign`` at one place."""
        dy: Array = np.zeros(output.shape, output.dtype)
        dy[self.index] = self.sign
        return dy


def score_of(model: Model, number: int, place: tuple[int, ...] = (), output: int = 0) -> Score:
    """The score of a class, or one of the numbers that are answered.

    Args:
        number: which class; or which number, counted through the answer's shape.
        place: where, if there is a class at each place of a sequence or picture.
        output: which output of the network.
    """
    head, means = model.network.heads[output], model.outputs[output]
    step = model.network.steps[head.step]
    if not means.is_classification:
        return Score(head.step, _place_of(number, step.shape))
    axis = feature_axis(len(step.shape))
    before = isinstance(step.layer, Softmax | Sigmoid)
    at = step.inputs[0] if before else head.step
    if means.size == 2 and step.shape[axis] == 1:
        return Score(at, (*place[:axis], 0, *place[axis:]), 1.0 if number else -1.0)
    return Score(at, (*place[:axis], number, *place[axis:]))


def _place_of(number: int, shape: Shape) -> tuple[int, ...]:
    return tuple(int(i) for i in np.unravel_index(number, shape))
