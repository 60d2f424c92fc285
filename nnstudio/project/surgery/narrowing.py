"""Fewer units, by taking out those that matter least.

How much a unit matters is told by the size of its weights: the norm of what flows into it, times
the norm of the weights by which others read it. A unit with either near 0 hardly says anything, or
is hardly heard. That looks at no example, so it is quick and may be wrong: how far predictions
moved is told afterwards (:mod:`distance`).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nnstudio.engine.layer import Array
from nnstudio.graph.analysis import analyse
from nnstudio.graph.edits import EditError
from nnstudio.graph.model import Graph
from nnstudio.project.project import Project
from nnstudio.project.surgery.following import follow, reading_axes
from nnstudio.project.surgery.units import operable, without_units


def narrowed(project: Project, node: str, units: int) -> Project:
    """With so many units (or filters) at ``node``: those that matter most, in their order.

    Where nothing is trained, the first ones stay.

    Raises:
        EditError: there are no more than that, none would be left, or something needs them all.
    """
    one = operable(project.graph, node)
    count = one.layer.unit_count
    if units >= count:
        raise EditError("surgery_narrower", node=one.title, count=count)
    order = np.argsort(-importance(project, node), kind="stable")
    return without_units(project, node, [int(unit) for unit in order[max(0, units) :]])


def importance(project: Project, node: str) -> Array:
    """How much each unit matters: the norm of what flows in times that of what is read of it.

    Raises:
        EditError: see :func:`following.follow`.
    """
    graph = project.graph
    count = operable(graph, node).layer.unit_count
    readers = reading_units(graph, node, count)
    if project.trained is None:
        return np.ones(count)
    weights, variables = project.trained.weights, analyse(graph).variables
    flowing_in, read = np.zeros(count), np.zeros(count)
    for variable in variables[node]:
        blob = weights.get((node, variable.name))
        if blob is not None and blob.array.shape == variable.shape:
            flowing_in += _squares(blob.array, variable.unit_axis)
    for reader, units in readers.items():
        for name, axis in reading_axes(graph.by_id[reader].layer).items():
            blob = weights.get((reader, name))
            if blob is not None and blob.array.shape[axis] == len(units):
                known = units >= 0
                np.add.at(read, units[known], _squares(blob.array, axis)[known])
    return np.sqrt(flowing_in * read)


def reading_units(graph: Graph, node: str, count: int) -> Mapping[str, Array]:
    """For every node that weighs units of ``node``: which unit each of its inputs is; −1 for none.

    Units are followed by the binary digits of their numbers: those with a 1 at a place are
    followed together, so a thousand units take ten walks through the graph.
    """

    def reached(units: Array) -> Mapping[str, Array]:
        return follow(graph, node, units, keeps_function=False).read

    numbers = np.arange(count)
    found = {reader: np.zeros(len(inputs), int) for reader, inputs in reached(numbers).items()}
    for digit in range(int(count).bit_length()):
        for reader, inputs in reached(numbers[numbers >> digit & 1 == 1]).items():
            found[reader][inputs] |= 1 << digit
    for reader, inputs in reached(numbers[:0]).items():  # what comes from elsewhere
        found[reader][inputs] = -1
    return found


def _squares(weight: Array, axis: int) -> Array:
    """The sum of squares of what belongs to each place along ``axis``."""
    by_place = np.moveaxis(np.asarray(weight, np.float64), axis, 0)
    squares: Array = np.square(by_place).reshape(len(by_place), -1).sum(1)
    return squares
