"""The update: everything that happens between the gradient and the new weights, in this order.

1. the gradient of the loss is clipped, by value, then by norm;
2. the gradient of the penalties L1 and L2 is added;
3. weight decay: w ← w − η λ w;
4. the optimizer's step;
5. max-norm: weights that became too long are scaled back;
6. what belongs to frozen units is put back;
7. the running average of the weights takes the new ones in.

Before all that the gradient of frozen units is set to 0, so that neither clipping nor what the
optimizer remembers is moved by numbers that don't learn. Putting back is what keeps them, to the
last bit, whatever decay, momentum and penalties make of a gradient of 0.

An optimizer that searches (:mod:`lbfgs`) computes gradients as it needs them: for it the loss with
its L2 penalty is the function to make small (2), it makes its step (4), and the average is taken
(7). The rest would change what it believes to look at, so a project that asks for it has a problem.

Clipping comes before the penalties and these before the optimizer, as in PyTorch, where
``clip_grad_norm_`` is called before ``optimizer.step()``, which adds its L2.
What the parts compute is in :mod:`regularisation` and :mod:`optimizers`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from nnstudio.engine.layer import Array
from nnstudio.engine.lbfgs import LBFGS, Objective, Point
from nnstudio.engine.network import Network
from nnstudio.engine.optimizers import Optimizer
from nnstudio.engine.regularisation import (
    MaxNorm,
    Penalty,
    clip_by_norm,
    clip_by_value,
    shrink,
    take_into_average,
)

#: The name of the slot that holds the average of the weights.
AVERAGE = "average"


class Update:
    """How one network's weights change, decided once; a part that isn't asked for costs nothing.

    Attributes:
        penalty: what L1 and L2, the layers' own and the global ones, add to the loss.
        max_norm: the bounds on the length of weight vectors.
    """

    def __init__(
        self,
        network: Network,
        optimizer: Optimizer,
        *,
        l1: float = 0.0,
        l2: float = 0.0,
        weight_decay: float = 0.0,
        max_norm: float = 0.0,
        clip_value: float = 0.0,
        clip_norm: float = 0.0,
        average: float = 0.0,
    ) -> None:
        """Put the parts together; 0 is none of it.

        Args:
            l1, l2: factors λ₁ and λ₂ of global penalties, added to the layers' own.
            weight_decay: λ, added to what the optimizer may have of its own.
            max_norm: the bound c of every layer that has none of its own.
            clip_value: the bound of each number of the gradient.
            clip_norm: the bound of the gradient's length.
            average: how much of the average of the weights is kept at each step, below 1.
        """
        self.penalty = Penalty.of(network, l1, l2)
        self.max_norm = MaxNorm.of(network, max_norm)
        self._optimizer = optimizer
        self._weight_decay = weight_decay
        self._clip_value = clip_value
        self._clip_norm = clip_norm
        self._average = average
        self._held = network.held
        self._is_plain = not (
            clip_value
            or clip_norm
            or self.penalty.spans
            or weight_decay
            or self.max_norm.places
            or average
            or self._held.size
        )
        self._decayed_size = network.decayed_size
        self._trainable_size = network.trainable_size

    def slots(self) -> tuple[str, ...]:
        """The names of the vectors remembered between steps.

        Each is as long as the trainable part and 0 before the first step.
        """
        return (*self._optimizer.slots(), AVERAGE) if self._average else self._optimizer.slots()

    def taken_over(
        self, slots: Mapping[str, Array], before: Optimizer, flat: Array
    ) -> dict[str, Array]:
        """Its slots where ``slots`` were those of an optimizer of the same kind, ``before``.

        New ones begin at 0, as at a run's first step. What is remembered stays what it is, as in
        PyTorch when a group's settings are changed: a mean that is kept in another unit is scaled
        in place.

        Args:
            flat: all variables, for length and kind of number.
        """
        old, new = before.slot_units(), self._optimizer.slot_units()
        found = {}
        for name in self.slots():
            slot = slots.get(name)
            if slot is None:
                slot = np.zeros(self._trainable_size, flat.dtype)
            elif old.get(name, 1.0) != new.get(name, 1.0):
                slot *= old.get(name, 1.0) / new.get(name, 1.0)
            found[name] = slot
        return found

    def apply(
        self, flat: Array, gradient: Array, slots: Mapping[str, Array], rate: float, step: int
    ) -> None:
        """Change ``flat`` and ``slots`` in place. ``gradient`` is used up.

        Args:
            flat: all variables, ``[decayed | other trainable | state]``; the state stays.
            gradient: ∂L/∂trainable, without penalties.
            rate: the learning rate η at this step.
            step: t, counted from 1.
        """
        w, decayed = flat[: self._trainable_size], self._decayed_size
        if self._is_plain:  # tiny networks take steps of a few microseconds
            self._optimizer.update(w, gradient, slots, rate, step, decayed)
            return
        held = self._held
        if held.size:
            kept, gradient[held] = flat[held], 0
        if self._clip_value:
            clip_by_value(gradient, self._clip_value)
        if self._clip_norm:
            clip_by_norm(gradient, self._clip_norm)
        if self.penalty.spans:
            self.penalty.add_gradient(flat, gradient)
        if self._weight_decay:
            shrink(flat[:decayed], rate * self._weight_decay)
        self._optimizer.update(w, gradient, slots, rate, step, decayed)
        if self.max_norm.places:
            self.max_norm.project(flat)
        if held.size:
            flat[held] = kept
        self.rest(flat, slots, step)

    def search(
        self,
        flat: Array,
        objective: Objective,
        slots: Mapping[str, Array],
        rate: float,
        step: int,
        start: Point,
    ) -> Point | None:
        """Change ``flat`` and ``slots`` in place by one step of an optimizer that searches.

        Args:
            flat: all variables; what it searches for is the trainable part.
            objective: loss and gradient at the present ``flat``, whose trainable part it is
                handed; :meth:`penalised`.
            rate, step: as for :meth:`apply`.
            start: what ``objective`` gives for ``flat`` now.

        Returns:
            What ``objective`` gives for the new ``flat``; ``None`` if there is nothing better.
        """
        assert isinstance(self._optimizer, LBFGS), "the others don't search"
        w = flat[: self._trainable_size]
        found = self._optimizer.search(w, objective, slots, rate, step, start)
        self.rest(flat, slots, step)
        return found

    def rest(self, flat: Array, slots: Mapping[str, Array], step: int) -> None:
        """A step that leaves the weights as they are, and takes them into the average."""
        if self._average:
            take_into_average(slots[AVERAGE], flat[: self._trainable_size], self._average, step)

    def penalised(self, flat: Array, loss: float, gradient: Array) -> Point:
        """The loss with its penalties at ``flat``; theirs is added to ``gradient`` in place."""
        if self.penalty.spans:
            self.penalty.add_gradient(flat, gradient)
            loss += self.penalty.value(flat)
        gradient[self._held] = 0
        return Point(loss, gradient)
