"""How much of each class is recognised, where some classes are rare."""

from __future__ import annotations

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import TARGETS
from nnstudio.data.facts.classes import balance
from nnstudio.doctor.examples import is_unbalanced
from nnstudio.engine.layer import Array
from nnstudio.engine.network import Network
from nnstudio.engine.workspace import Workspace
from nnstudio.training.evaluation import batch_for
from nnstudio.training.feed import Feed
from nnstudio.training.metrics import answered_classes
from nnstudio.training.session import Session

#: So many examples of each class are asked about.
OF_A_CLASS = 32


class RareClasses:
    """Asks one session about a few examples of each class, on its thread."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._index, self._labels = _some_of_each(session.data)
        self._workspace = Workspace(session.network, session.flat)
        self._feed = Feed(session.network, session.data)

    @classmethod
    def of(cls, session: Session) -> RareClasses | None:
        """``None`` where there are no classes, or none of them is rare."""
        return cls(session) if _are_rare(session.data, session.network) else None

    @np.errstate(all="ignore")
    def recall(self) -> Array:
        """For each class the share of its examples that is recognised; NaN where it has none."""
        network = self._session.network
        head = network.heads[0]
        size, answers = batch_for(network), []
        for start in range(0, len(self._index), size):
            part = self._index[start : start + size]
            xs, ys = self._workspace.buffers(len(part))
            self._feed.gather(part, (*xs, *ys))
            self._workspace.predict(xs)
            answers.append(answered_classes(self._workspace.output(head.loss_step), head.loss))
        right = np.concatenate(answers).astype(np.intp) == self._labels
        count = len(self._session.data.dataset.classes)
        found = np.bincount(self._labels, weights=right, minlength=count)
        shares: Array = found / np.bincount(self._labels, minlength=count)
        return shares


def _are_rare(data: PreparedData, network: Network) -> bool:
    dataset = data.dataset
    plain = dataset.is_classification and dataset.targets.ndim == 1
    judged = network.heads[0].target == TARGETS
    return plain and judged and is_unbalanced(balance(dataset, data.parts).train)


def _some_of_each(data: PreparedData) -> tuple[Array, Array]:
    """Examples of the validation part, filled up from training where it has few; their labels."""
    targets = data.dataset.targets
    every = np.concatenate([data.parts.validation, data.parts.train])
    of_class = (every[targets[every] == label] for label in range(len(data.dataset.classes)))
    index = np.sort(np.concatenate([rows[:OF_A_CLASS] for rows in of_class]))
    return index, targets[index]
