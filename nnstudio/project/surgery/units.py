"""More or fewer units of a trained layer: its weights and those of whatever reads it follow.

**Wider, the same function** (Net2WiderNet: Chen, Goodfellow and Shlens, 2016). A new unit is a copy
of an old one, with its weights and its bias. Whoever read the old unit reads all its copies, and
its weight w is divided among them:

    w x = (s₁ w) x + (s₂ w) x + …        s₁ + s₂ + … = 1

Equal shares would give copies equal gradients, so they would stay copies for ever. So the shares
are uneven, and other ones for each unit that reads: then each copy is pulled elsewhere, also by an
optimizer such as Adam, which doesn't care how large a gradient is. No noise is needed.

**Fewer.** The weights of the others stay, those of the deleted units go, also where they were read.
What the network computes changes; :mod:`distance` tells by how much.

Both are the same edit: new units told by their origins. Where nothing is trained, only the design
changes (:func:`nnstudio.project.runs.with_weights` takes first weights in hand). The run that made
the weights has ended: the optimizer's memory begins anew, as after any edit of the design.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from types import MappingProxyType

import numpy as np

from nnstudio.engine.layer import Array
from nnstudio.engine.network import Key
from nnstudio.graph.analysis import analyse
from nnstudio.graph.edits import EditError, freeze_units, replace_layer
from nnstudio.graph.model import Graph, Node
from nnstudio.project.project import Project
from nnstudio.project.surgery.following import Followed, follow, reading_axes, refuse_shared
from nnstudio.schema import check
from nnstudio.training.trained import Blob, Weights

#: Shares are drawn between 1 and this before they are made to add up to 1.
_MOST_UNEVEN = 3.0


def widened(project: Project, node: str, units: int) -> Project:
    """With so many units (or filters) at ``node``, and the same function up to rounding.

    Old units come first, then copies of the first, the second and so on. What is frozen stays so;
    copies learn.

    Raises:
        EditError: the function can't be kept; the sentence says why and what to do.
        SettingError: there can't be so many.
    """
    one = operable(project.graph, node)
    count = one.layer.unit_count
    if units <= count:
        raise EditError("surgery_wider", node=one.title, count=count)
    check(_resized(one, units).layer)
    return _regrown(project, one, np.arange(units) % count, keeps_function=True)


def without_units(project: Project, node: str, units: Collection[int]) -> Project:
    """Without these units (or filters) of ``node``, counted from 0.

    Raises:
        EditError: there is no such unit, none would be left, or something needs them all.
    """
    one = operable(project.graph, node)
    count = one.layer.unit_count
    for unit in units:
        if not 0 <= unit < count:
            raise EditError("surgery_no_unit", node=one.title, unit=unit + 1, count=count)
    kept = np.setdiff1d(np.arange(count), list(units))
    if not kept.size:
        raise EditError("surgery_last_unit", node=one.title)
    return _regrown(project, one, kept, keeps_function=False)


def operable(graph: Graph, node: str) -> Node:
    """The node, if it has units that can be operated on.

    Raises:
        EditError: it has none, or not by itself.
    """
    if node not in graph.by_id:
        raise EditError("edit_no_node", node=node)
    one = graph.by_id[node]
    if not one.layer.unit_count:
        raise EditError("surgery_no_units", node=one.title)
    if one.passes:
        raise EditError("surgery_bypassed", node=one.title)
    groups = getattr(one.layer, "groups", 1)
    if groups > 1:
        raise EditError("surgery_own_groups", node=one.title, groups=groups)
    refuse_shared(graph, node)
    return one


def _regrown(project: Project, one: Node, origin: Array, *, keeps_function: bool) -> Project:
    """With units at ``one`` that are copies of the old ones at ``origin``."""
    graph = project.graph
    ways = follow(graph, one.id, origin, keeps_function=keeps_function)
    new = replace_layer(graph, one.id, _resized(one, len(origin)).layer)
    new = freeze_units(new, one.id, _first_copies(one.frozen_units, origin))
    trained = project.trained
    if trained is not None:
        weights = _carried(graph, new, trained.weights, one.id, origin, ways)
        trained = trained.without_run(weights)
    return replace(project, trained=trained).with_graph(new)


def _resized(one: Node, units: int) -> Node:
    return replace(one, layer=replace(one.layer, **{one.layer.unit_setting: units}))


def _first_copies(units: Collection[int], origin: Array) -> list[int]:
    """Where these old units are now; a copy made beside one isn't meant."""
    places = {int(old): new for new, old in reversed(list(enumerate(origin)))}
    return [places[unit] for unit in units if unit in places]


def _carried(
    old: Graph, new: Graph, weights: Weights, node: str, origin: Array, ways: Followed
) -> Weights:
    """The weights for the new graph; those that didn't fit the old one are left as they are."""
    before, after = analyse(old).variables, analyse(new).variables
    changed: dict[Key, Blob] = {}

    def carry(owner: str, axis_of: Mapping[str, int], its_origin: Array, *, shares: bool) -> None:
        shapes = {variable.name: variable.shape for variable in after[owner]}
        for variable in before[owner]:
            key, axis = (owner, variable.name), axis_of.get(variable.name)
            blob = weights.get(key)
            if axis is None or blob is None or blob.array.shape != variable.shape:
                continue
            if shapes[variable.name] != variable.shape:
                divide = _divided if shares else np.ndarray.take
                changed[key] = Blob.of(divide(blob.array, its_origin, axis))

    carry(node, {v.name: v.unit_axis for v in before[node]}, origin, shares=False)
    for owner, its_origin in ways.passed.items():
        carry(owner, {v.name: 0 for v in before[owner]}, its_origin, shares=False)
    for owner, its_origin in ways.read.items():
        carry(owner, reading_axes(old.by_id[owner].layer), its_origin, shares=True)
    return MappingProxyType({**weights, **changed})


def _divided(weight: Array, origin: Array, axis: int) -> Array:
    """The weights that read ``origin`` along ``axis``: each old one divided among its copies.

    Where there is one copy its share is 1, and the weight keeps its bits.
    """
    by_input = np.moveaxis(weight, axis, 0)
    stream = np.random.default_rng(0)  # the same surgery gives the same bits
    parts = stream.uniform(1.0, _MOST_UNEVEN, (len(origin), *by_input.shape[1:]))
    whole = np.zeros(by_input.shape)
    np.add.at(whole, origin, parts)
    divided = by_input[origin] * (parts / whole[origin])
    return np.ascontiguousarray(np.moveaxis(divided, 0, axis), weight.dtype)
