"""What the outputs of a network are called, and what the numbers that come out of them mean."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from nnstudio.data.preparation import Affine
from nnstudio.engine.axes import feature_axis
from nnstudio.engine.layer import Array, Shape
from nnstudio.engine.losses import Loss
from nnstudio.graph.model import Graph


def output_names(graph: Graph) -> dict[str, str]:
    """What each output is called, by node id: its title, or the id where two have one title."""
    titles = [graph.by_id[node].title for node in graph.outputs]
    return {
        node: title if titles.count(title) == 1 else node
        for node, title in zip(graph.outputs, titles, strict=True)
    }


@dataclass(frozen=True, eq=False)
class Output:
    """One output of a network.

    Attributes:
        name: what people ask for it by.
        loss: what the network was made to keep small; it tells what the numbers mean.
        shape: of one answer as the network gives it.
        affine: what was done to the targets, which have this shape; it is undone.
    """

    name: str
    loss: Loss
    shape: Shape
    affine: Affine

    @property
    def is_classification(self) -> bool:
        """Whether these are probabilities or scores of classes."""
        return self.loss.for_classes

    @property
    def gives_probabilities(self) -> bool:
        """Whether these are probabilities, rather than scores or numbers."""
        return self.is_classification and bool(self.loss.fuses)

    @property
    def size(self) -> int:
        """How many numbers :meth:`answers` has per example, at each place if there are several."""
        if self._tells_two_apart:
            return 2
        return self.shape[self._axis] if self.is_classification else prod(self.shape)

    def answers(self, numbers: Array) -> Array:
        """``(N, *shape)`` as the network gives it, in the data's units or for each class.

        One output p that tells two classes apart becomes 1 − p and p; a score s, −s and s.
        """
        if not self.is_classification:
            return self.affine.invert(numbers)
        if self._tells_two_apart:
            # Equal at the threshold, and beyond it the second, that of class 1, is the greater.
            other = 2 * self.loss.threshold - numbers
            return np.concatenate([other, numbers], axis=1 + self._axis)
        return numbers

    @property
    def _tells_two_apart(self) -> bool:
        return self.loss.takes_one_output and self.shape[self._axis] == 1

    @property
    def _axis(self) -> int:
        """Where in an answer the classes are."""
        return feature_axis(len(self.shape))
