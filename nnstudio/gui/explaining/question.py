"""What is asked about an answer: which number of it, by which method, of which input."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from nnstudio.engine.conv import Conv2D
from nnstudio.engine.embedding import Embedding
from nnstudio.engine.layer import Array
from nnstudio.explaining.grad_cam import convolutions, grad_cam, maps_of
from nnstudio.explaining.saliency import COPIES, METHODS, PIECES, Saliency
from nnstudio.explaining.score import score_of
from nnstudio.explaining.sensitivity import Explained
from nnstudio.gui.explaining.inside import Inside

CAM = "cam"
#: What methods are called, and what they say.
TITLES = {
    "gradient": "Gradient",
    "gradient_input": "Gradient × input",
    "smooth": "SmoothGrad",
    "integrated": "Integrated gradients",
    CAM: "Grad-CAM",
}
WORDS = {
    "gradient": "Where a small change would change it most: |∂score/∂input|",
    "gradient_input": "Input × gradient: what speaks for it and, below 0, against it",
    "smooth": f"The mean gradient of {COPIES} noisy copies, as a size",
    "integrated": "What each number adds on the way from an empty input",
    CAM: "Where the maps of the convolution speak for it",
}
#: How often an example goes forward and back.
_PASSES = {"smooth": COPIES, "integrated": PIECES + 2}


@dataclass(frozen=True)
class Question:
    """A question about the answer to an example.

    Attributes:
        method: a key of :data:`TITLES`.
        number: which class, or which of the numbers that are answered.
        place: where, if there is a class at each place.
        output: which output of the network.
        source: the step whose output is looked at: an input, or its Embedding.
        convolution: the step whose maps Grad-CAM looks at; −1 for other methods.
    """

    method: str
    number: int
    place: tuple[int, ...]
    output: int
    source: int
    convolution: int = -1

    def operations(self, inside: Inside) -> int:
        """About how many floating-point operations its answer takes: back is twice forward."""
        steps = inside.model.network.steps
        forward = sum(
            step.layer.flops(*(steps[i].shape for i in step.inputs))
            for step in steps
            if step.inputs
        )
        return 3 * forward * _PASSES.get(self.method, 1)

    def work(self, inside: Inside) -> Callable[[Callable[[], bool]], Saliency]:
        """What answers it, on any thread: it has copies of whatever may change."""
        model = inside.model
        network, flat = model.network, model.workspace.flat.copy()
        given = {i: inside.outputs[network.steps[i].node].copy() for i in network.input_steps}
        score = score_of(model, self.number, self.place, self.output)
        if self.method == CAM:
            maps = maps_of(network, self.convolution)
            return lambda unwanted: Saliency(grad_cam(network, flat, given, maps, score), False)
        method = METHODS[self.method]

        def work(unwanted: Callable[[], bool]) -> Saliency:
            with np.errstate(all="ignore"):
                return method(Explained(network, flat, given, self.source, score, unwanted))

        return work

    def score(self, inside: Inside) -> float:
        """The number that is explained."""
        score = score_of(inside.model, self.number, self.place, self.output)
        node = inside.model.network.steps[score.step].node
        return float(score.of(inside.outputs[node])[0])


def sources_of(inside: Inside) -> dict[int, str]:
    """The steps whose outputs can be looked at, with a name: each input, or its Embedding."""
    network = inside.model.network
    found = {}
    for entry, i in zip(inside.model.inputs, network.input_steps, strict=True):
        readers = [
            k
            for k, step in enumerate(network.steps)
            if i in step.inputs and isinstance(step.layer, Embedding)
        ]
        at = readers[0] if readers else i
        name = inside.titles[network.steps[i].node]
        found[at] = name if entry.column == "inputs" else f"{name}: {entry.column}"
    return found


def is_looked_up(inside: Inside, source: int) -> bool:
    """Whether the source is a table's rows, so that the numbers themselves have no gradient."""
    return isinstance(inside.model.network.steps[source].layer, Embedding)


def convolutions_of(inside: Inside, output: int) -> dict[int, str]:
    """The convolutions that Grad-CAM may look at, with their names; none without a picture."""
    network = inside.model.network
    if inside.chosen.picture is None:
        return {}
    zero = tuple(0 for _ in inside.places)
    score = score_of(inside.model, 0, zero, output)
    found = convolutions(network, score)
    assert all(isinstance(network.steps[i].layer, Conv2D) for i in found)
    return {i: inside.titles[network.steps[i].node] for i in found}


def per_place(values: Array, is_signed: bool) -> Array:
    """One number for each place of looked-up vectors ``(T, F)``: their sum, or their length."""
    together: Array = values.sum(axis=-1) if is_signed else np.linalg.norm(values, axis=-1)
    return together
