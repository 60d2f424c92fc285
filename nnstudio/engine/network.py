"""A network: layers in the order in which they run, and where their variables lie.

All variables lie in one flat vector, ``[decayed | other trainable | state]``. Gradients and
optimizer know only the trainable parts, weight decay and penalties only the first (weights, but not
biases and scales); running statistics and the variables of frozen nodes come last. A layer sees its
own variables as views of their usual shapes.

A :class:`Network` is immutable and holds no numbers; :class:`nnstudio.engine.workspace.Workspace`
runs it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from nnstudio.engine.initialisers import INITIALISERS
from nnstudio.engine.layer import Array, Layer, Shape, Variable
from nnstudio.engine.losses import Loss
from nnstudio.engine.randomness import init_stream

#: (owner node, variable name): what weights are kept under, whatever their place in the vector.
Key = tuple[str, str]


@dataclass(frozen=True)
class Rewrite:
    """A quicker way to a step's output: another layer, applied to the outputs of other steps.

    The layer uses the step's own variables, if any, and gives the same numbers up to rounding. See
    :mod:`nnstudio.engine.fast`.
    """

    layer: Layer
    inputs: tuple[int, ...]


@dataclass(frozen=True)
class Step:
    """One application of a layer.

    Attributes:
        node: the id of the node in the graph.
        layer: what it computes.
        inputs: the earlier steps whose outputs it takes.
        shape: its output's shape, without the batch axis.
        owner: the node whose variables it uses; itself unless weights are shared.
        frozen: its variables don't learn and its statistics rest.
        rewrite: what is computed instead, because it is quicker; ``None`` for the layer itself.
        frozen_units: those of the owner's units whose weights and biases don't learn.
    """

    node: str
    layer: Layer
    inputs: tuple[int, ...]
    shape: Shape
    owner: str
    frozen: bool = False
    rewrite: Rewrite | None = None
    frozen_units: tuple[int, ...] = ()

    @property
    def runs(self) -> Rewrite:
        """What is computed in fact."""
        return self.rewrite or Rewrite(self.layer, self.inputs)


@dataclass(frozen=True)
class Head:
    """An output of the network and the loss that judges it.

    Attributes:
        step: the output as a user sees it, such as probabilities.
        loss: the loss, as a function of ``loss_step``'s output.
        loss_step: the same step, or the one before it if the loss swallows that layer.
        weight: how much its loss counts in the sum that training makes small.
        target: the name of what it is compared with; the engine carries it along for others.
        node: the id of the node whose output it is, where that isn't the step's; likewise.
    """

    step: int
    loss: Loss
    loss_step: int
    weight: float = 1.0
    target: str = "targets"
    node: str = ""


@dataclass(frozen=True)
class Place:
    """Where in the flat vector a variable lies."""

    key: Key
    variable: Variable
    start: int

    @property
    def part(self) -> slice:
        return slice(self.start, self.start + prod(self.variable.shape))


@dataclass(frozen=True)
class Network:
    """Steps in running order, heads, and the places of all variables.

    Attributes:
        decayed_size: how many of the trainable numbers weight decay applies to; they come first.
        trainable_size: how many numbers of the flat vector learn; they come before the state.
        size: the length of the flat vector.
    """

    steps: tuple[Step, ...]
    heads: tuple[Head, ...]
    places: tuple[Place, ...]
    decayed_size: int
    trainable_size: int
    size: int

    @staticmethod
    def of(steps: Sequence[Step], heads: Sequence[Head]) -> Network:
        """Lay out the variables of ``steps``; each owner's are taken once."""
        decayed: dict[Key, Variable] = {}
        other: dict[Key, Variable] = {}
        state: dict[Key, Variable] = {}
        # Owners first: how shared weights start is the owner's affair, even if it runs later.
        for step in sorted(steps, key=lambda step: step.owner != step.node):
            shapes = [steps[i].shape for i in step.inputs]
            for variable in step.layer.variables(*shapes):
                learns = variable.trainable and not step.frozen
                part = (decayed if variable.decay else other) if learns else state
                part.setdefault((step.owner, variable.name), variable)
        places: list[Place] = []
        ends = []
        end = 0
        for part in (decayed, other, state):
            for key, variable in part.items():
                places.append(Place(key, variable, end))
                end += prod(variable.shape)
            ends.append(end)
        return Network(tuple(steps), tuple(heads), tuple(places), *ends)

    def output_node(self, head: Head) -> str:
        """The id of the node that ``head`` is the output of."""
        return head.node or self.steps[head.step].node

    @cached_property
    def input_steps(self) -> tuple[int, ...]:
        """The steps that take the data."""
        return tuple(i for i, step in enumerate(self.steps) if step.layer.arity == (0, 0))

    @cached_property
    def data(self) -> frozenset[int]:
        """The same as a set."""
        return frozenset(self.input_steps)

    @cached_property
    def learns_before(self) -> tuple[bool, ...]:
        """For each step: does any step that leads to it have trainable variables?"""
        trainable = {place.key[0] for place in self.places if place.start < self.trainable_size}
        learns: list[bool] = []
        for step in self.steps:
            learns.append(any(learns[i] or self.steps[i].owner in trainable for i in step.inputs))
        return tuple(learns)

    @property
    def layout(self) -> tuple[object, ...]:
        """Where every variable lies, of which shape, and which of them learn."""
        places = tuple((place.key, place.variable.shape, place.start) for place in self.places)
        return places, self.decayed_size, self.trainable_size, self.size

    @cached_property
    def held(self) -> Array:
        """Where in the trainable part the numbers of frozen units lie, in order."""
        units = {step.owner: step.frozen_units for step in self.steps if step.frozen_units}
        parts = []
        for place in self.places:
            frozen = units.get(place.key[0])
            if frozen and place.start < self.trainable_size:
                shape, axis = place.variable.shape, place.variable.unit_axis
                numbers = np.arange(place.start, place.start + prod(shape)).reshape(shape)
                known = [unit for unit in frozen if unit < shape[axis]]
                parts.append(numbers.take(known, axis).reshape(-1))
        return np.sort(np.concatenate(parts)) if parts else np.empty(0, np.intp)

    def ancestors(self, targets: Sequence[int]) -> tuple[int, ...]:
        """The steps that run to compute ``targets``, themselves included, in running order."""
        needed = set(targets)
        for i in reversed(range(len(self.steps))):
            if i in needed:
                needed.update(self.steps[i].runs.inputs)
        return tuple(sorted(needed))

    def arrays(self, flat: Array) -> dict[Key, Array]:
        """Every variable as a view into ``flat`` of its own shape."""
        return {place.key: flat[place.part].reshape(place.variable.shape) for place in self.places}

    def views(self, flat: Array, *, trainable_only: bool = False) -> list[dict[str, Array]]:
        """For each step its variables by name, as views into ``flat``."""
        by_owner: dict[str, dict[str, Array]] = {}
        for place in self.places:
            if trainable_only and place.start >= self.trainable_size:
                continue
            owner, name = place.key
            view = flat[place.part].reshape(place.variable.shape)
            by_owner.setdefault(owner, {})[name] = view
        return [by_owner.get(step.owner, {}) for step in self.steps]

    def initial(self, seed: int, dtype: type = np.float32) -> Array:
        """A flat vector of first values: a function of the seed and each variable's key."""
        flat: Array = np.zeros(self.size, dtype)
        for place in self.places:
            stream = init_stream(seed, "/".join(place.key))
            values = INITIALISERS[place.variable.init](place.variable.shape, stream)
            flat[place.part] = values.reshape(-1)
        return flat

    def gather(self, arrays: Mapping[Key, Array], dtype: type = np.float32) -> Array:
        """The flat vector for variables kept by key, the inverse of :meth:`arrays`.

        Raises:
            KeyError: a variable is missing.
            ValueError: an array has another shape than its variable.
        """
        flat: Array = np.zeros(self.size, dtype)
        for place in self.places:
            array = arrays[place.key]
            if array.shape != place.variable.shape:
                raise ValueError(f"{place.key}: {array.shape} instead of {place.variable.shape}")
            flat[place.part] = array.reshape(-1)
        return flat
