"""Batches for a network: which columns of the data its inputs read and its outputs answer for."""

from __future__ import annotations

from collections.abc import Iterable

from nnstudio.data.augmentation.augmented_rows import AugmentedRows
from nnstudio.data.batches import Fill, PreparedData
from nnstudio.data.dataset import INPUTS, Column
from nnstudio.engine.axes import feature_axis
from nnstudio.engine.layer import Array, Shape
from nnstudio.engine.network import Head, Network
from nnstudio.engine.places import AtEachPlace
from nnstudio.engine.shaping import Input


class Feed:
    """Gathers examples for one network into the buffers of its workspace.

    Columns and network must fit; :mod:`nnstudio.project.problems` tells where they don't.

    Attributes:
        fills: what fills the buffer of each input, then of each head.
    """

    def __init__(self, network: Network, data: PreparedData, seed: int | None = None) -> None:
        """``seed`` is that of the chance by which inputs are augmented; ``None``: they aren't."""
        self._augmented: list[AugmentedRows] = []
        inputs: list[Fill] = []
        for step in network.input_steps:
            column, shape = column_of_input(network, step), network.steps[step].shape
            if seed is not None and data.augmentation and column == INPUTS:
                self._augmented.append(data.augmented(shape, seed))
                inputs.append(self._augmented[-1].gather)
            else:
                inputs.append(data.numbers(column, shape))
        targets = [_fill_for(head, network, data) for head in network.heads]
        self.fills: tuple[Fill, ...] = (*inputs, *targets)

    def begin_epoch(self, epoch: int) -> None:
        """From now on examples are augmented as they are in ``epoch``."""
        for rows in self._augmented:
            rows.epoch = epoch

    def gather(self, index: Array, buffers: Iterable[Array]) -> None:
        """Fill buffers with the prepared examples at ``index``.

        Args:
            index: ``(n,)`` positions in the dataset, of examples in one of its parts.
            buffers: by input, then by head, as :meth:`Workspace.buffers` gives them.
        """
        for fill, buffer in zip(self.fills, buffers, strict=True):
            fill(index, buffer)


def column_of_input(network: Network, step: int) -> str:
    """The name of the column that the input ``step`` reads."""
    layer = network.steps[step].layer
    assert isinstance(layer, Input), "nothing else takes the data"
    return layer.source


def columns_of(network: Network) -> tuple[str, ...]:
    """The names of all columns that ``network`` reads or is compared with."""
    read = [column_of_input(network, step) for step in network.input_steps]
    return tuple(dict.fromkeys([*read, *(head.target for head in network.heads)]))


def target_of(head: Head, data: PreparedData) -> Column:
    """What the output of ``head`` is compared with.

    Raises:
        KeyError: the data has no such column.
    """
    return data.dataset.column(head.target)


def _fill_for(head: Head, network: Network, data: PreparedData) -> Fill:
    shape = network.steps[head.step].shape
    if target_of(head, data).classes:
        return data.classes(head.target, class_axis(head, shape))
    return data.numbers(head.target, head.loss.target_shape(shape))


def class_axis(head: Head, shape: Shape) -> int:
    """On which axis of the targets of ``head``, whose output has ``shape``, the classes are."""
    return 0 if isinstance(head.loss, AtEachPlace) else feature_axis(len(shape))
