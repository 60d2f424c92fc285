"""What a layer makes of some examples, and what the network answers to them.

Preparing the examples takes longer than asking the layer: they are kept while network and data are
the same.
"""

from __future__ import annotations

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import TARGETS
from nnstudio.data.prepared_rows import PreparedRows
from nnstudio.engine.layer import Array
from nnstudio.gui.look.number_text import number_text, percent_text
from nnstudio.gui.plots.shown_examples import ShownExamples
from nnstudio.messages import StudioError
from nnstudio.project.model import Model
from nnstudio.training.features import Features, chosen_examples


class FeatureReader:
    """Reads one layer at a time, for the window's thread."""

    def __init__(self) -> None:
        self._kept: tuple[tuple[object, ...], dict[str, Features], ShownExamples] | None = None
        self._rows: tuple[tuple[object, ...], PreparedRows] | None = None

    def examples(self, data: PreparedData, most: int, seed: int) -> ShownExamples:
        """Some examples; the very same object while they are the same."""
        index, validated = chosen_examples(data, most, seed)
        examples = ShownExamples(data.dataset, index, validated)
        if self._kept is not None and self._kept[2].same_as(examples):
            return self._kept[2]
        return examples

    def rows(self, model: Model, data: PreparedData) -> PreparedRows:
        """The data's inputs, prepared."""
        now = (model.preparation, data)
        if self._rows is None or not _are_same(now, self._rows[0]):
            self._rows = (now, PreparedRows(data.dataset.inputs, model.preparation.inputs))
        return self._rows[1]

    def read(self, model: Model, data: PreparedData, examples: ShownExamples, node: str) -> Array:
        """``(examples, features)`` with the model's weights."""
        now = (model.network, model.preparation, data, examples)
        if self._kept is None or not _are_same(now, self._kept[0]):
            self._kept = (now, {}, examples)
        known = self._kept[1]
        if node not in known:
            while len(known) > 1:  # the layer that was shown before
                known.pop(next(iter(known)))
            rows = self.rows(model, data)
            known[node] = Features(model.network, node, rows, examples.index)
        return known[node].of(model.workspace.flat)


def judging_node(model: Model, layers: dict[str, int]) -> str:
    """The node whose outputs tell right from wrong for each example; empty if none does."""
    head = model.network.heads[0]
    node = model.network.steps[head.step].node
    is_single = len(model.outputs[0].shape) == 1
    return node if head.target == TARGETS and is_single and node in layers else ""


def answers_of(model: Model, outputs: Array) -> Array:
    """``(n, classes or numbers)``: the network's outputs ``(n, size)`` in the data's units."""
    first = model.outputs[0]
    answers: Array = first.answers(outputs.reshape(len(outputs), *first.shape))
    return answers.reshape(len(outputs), -1)


def answer_text(model: Model, data: PreparedData, row: int) -> str:
    """What the network answers to the example at ``row``; empty if it has no simple answer."""
    dataset = data.dataset
    try:
        given = {name: dataset.column(name).values[[row]] for name in model.columns}
        answer = np.ravel(model.answers(given, stepped=True)[0])
    except StudioError:
        return ""
    if model.network.heads[0].target != TARGETS or not np.isfinite(answer).all():
        return ""
    if not model.is_classification:
        if answer.size > 3:
            return ""
        return "The network says " + ", ".join(number_text(float(v)) for v in answer)
    if answer.size != len(dataset.classes):
        return ""
    said = int(answer.argmax())
    sure = f", {percent_text(float(answer[said]))} sure" if model.gives_probabilities else ""
    return f"The network says {dataset.classes[said]}{sure}"


def _are_same(one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return all(a is b for a, b in zip(one, other, strict=True))
