"""What a network makes of one example: every node's output, and the answer in words."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from nnstudio.engine.activations import Softmax
from nnstudio.engine.axes import feature_axis
from nnstudio.engine.layer import Array, Layer
from nnstudio.engine.network import Step
from nnstudio.graph.model import Graph
from nnstudio.graph.titles import told_apart
from nnstudio.gui.explaining.chosen import Chosen
from nnstudio.gui.look.number_text import number_text, percent_text
from nnstudio.project.model import Model

#: Of numbers, or of classes at places, more than so many aren't written out.
_FEW, _FEW_PLACES = 3, 12


@dataclass(frozen=True, eq=False)
class Inside:
    """The network, the example, and what flows.

    Attributes:
        model: with the weights that were asked.
        graph: what the network was compiled from; it has the nodes' titles.
        outputs: by node ``(features…, 1)``; buffers that the next example overwrites.
        output: which of the network's outputs the answer is.
    """

    model: Model
    graph: Graph
    chosen: Chosen
    outputs: dict[str, Array]
    output: int = 0

    # ------------------------------------------------------------------ layers

    @cached_property
    def number(self) -> dict[str, int]:
        """The step of each node."""
        return {step.node: i for i, step in enumerate(self.model.network.steps)}

    def step(self, node: str) -> Step:
        """The step of a node."""
        return self.model.network.steps[self.number[node]]

    def layer(self, node: str) -> Layer:
        """What a node computes."""
        return self.step(node).layer

    def values(self, node: str) -> Array:
        """What a node gives for the example, ``(features…)``."""
        return self.outputs[node][..., 0]

    def before(self, node: str) -> list[str]:
        """The nodes whose outputs a node takes."""
        return [self.model.network.steps[i].node for i in self.step(node).inputs]

    @cached_property
    def titles(self) -> dict[str, str]:
        """What nodes are called, in running order; those with one name are numbered."""
        nodes = [step.node for step in self.model.network.steps]
        titles = told_apart([self.graph.by_id[node].title for node in nodes])
        return dict(zip(nodes, titles, strict=True))

    @property
    def first_hidden(self) -> str:
        """The first layer that weighs what it is given, else the first that is given anything."""
        network = self.model.network
        weighing = {place.key[0] for place in network.places if place.variable.decay}
        behind = [step for step in network.steps if step.inputs]
        found = [step for step in behind if step.owner in weighing]
        return (found or behind or list(network.steps))[0].node

    # ------------------------------------------------------------------ the answer

    @property
    def head(self) -> str:
        """The node that gives the answer."""
        network = self.model.network
        return network.steps[network.heads[self.output].step].node

    @property
    def tells_classes(self) -> tuple[str, ...]:
        """The nodes with a number for each class: the head, and what a softmax makes it of."""
        if not self.is_classification:
            return ()
        before = self.before(self.head) if isinstance(self.layer(self.head), Softmax) else []
        return self.head, *before

    @cached_property
    def answer(self) -> Array:
        """In the data's units, or probabilities or scores of classes, ``(*shape)``."""
        given = self.values(self.head)[np.newaxis].astype(np.float32)
        return self.model.outputs[self.output].answers(given)[0]

    @property
    def is_classification(self) -> bool:
        """Whether classes are told apart."""
        return self.model.outputs[self.output].is_classification

    @cached_property
    def scores(self) -> Array:
        """``(K, places)`` probabilities or scores of each class."""
        first = np.moveaxis(self.answer, feature_axis(self.answer.ndim), 0)
        return first.reshape(len(first), -1)

    @cached_property
    def places(self) -> tuple[int, ...]:
        """The shape of the places that have a class each; empty for one class in all."""
        axis = feature_axis(self.answer.ndim)
        shape = self.answer.shape
        return (*shape[:axis], *shape[axis + 1 :]) if self.is_classification else ()

    def said(self, place: int = 0) -> int:
        """The class that is answered, or the first of the numbers."""
        return int(self.scores[:, place].argmax()) if self.is_classification else 0

    @cached_property
    def classes(self) -> tuple[str, ...]:
        """The names of what can be asked about: classes, or the numbers that are answered."""
        dataset = self.chosen.dataset
        target = self.model.network.heads[self.output].target
        known = dataset.column(target).classes if target in dataset.column_names else ()
        if self.is_classification:
            count = len(self.scores)
            return known if len(known) == count else tuple(str(k) for k in range(count))
        count = prod(self.answer.shape)
        names = dataset.target_names
        if target == "targets" and len(names) == count:
            return names
        return ("y",) if count == 1 else tuple(f"y{k + 1}" for k in range(count))

    @property
    def answer_text(self) -> str:
        """The answer in words."""
        if self.is_classification:
            said = [self.classes[self.said(k)] for k in range(min(_FEW_PLACES, self._place_count))]
            return " ".join(said) + (" …" if self._place_count > _FEW_PLACES else "")
        return _numbers(self.answer)

    @property
    def sure_text(self) -> str:
        """How sure it is; empty for numbers and where places have a class each."""
        if not self.is_classification or self._place_count > 1:
            return ""
        best = float(self.scores.max())
        if not np.isfinite(best):
            return ""
        if self.model.outputs[self.output].gives_probabilities:
            return f"{percent_text(best)} sure"
        return f"score {number_text(best)}"

    @property
    def truth_text(self) -> str:
        """The truth in words; empty where nobody knows it."""
        target = self._truth
        if target is None:
            return ""
        if self.is_classification:
            labels = target.reshape(-1)
            said = [self.classes[int(label)] for label in labels[:_FEW_PLACES]]
            return " ".join(said) + (" …" if len(labels) > _FEW_PLACES else "")
        return _numbers(target)

    @property
    def is_wrong(self) -> bool:
        """Whether a class is answered that isn't the true one."""
        target = self._truth
        if target is None or not self.is_classification:
            return False
        return bool((self.scores.argmax(axis=0) != target.reshape(-1)).any())

    @cached_property
    def _truth(self) -> Array | None:
        """What the answer is compared with; ``None`` where nobody knows.

        While a network is being built its output may be for other classes or places than the data.
        """
        name = self.model.network.heads[self.output].target
        target = self.chosen.target(name)
        if target is None or not self.is_classification:
            return target
        known = self.chosen.dataset.column(name).classes
        fits = len(known) == len(self.scores) and target.size == self._place_count
        return target if fits else None

    @property
    def _place_count(self) -> int:
        return self.scores.shape[1]


def _numbers(values: Array) -> str:
    few = [number_text(float(value)) for value in values.reshape(-1)[:_FEW]]
    return ", ".join(few) + (" …" if values.size > _FEW else "")
