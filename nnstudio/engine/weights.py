"""The variables of layers that weigh their inputs: a weight and, if wished, a bias."""

from __future__ import annotations

from typing import Protocol

from nnstudio.engine.layer import Shape, Variable


class Weighing(Protocol):
    """The settings that such a layer has."""

    @property
    def use_bias(self) -> bool: ...
    @property
    def initialiser(self) -> str: ...
    @property
    def l1(self) -> float: ...
    @property
    def l2(self) -> float: ...
    @property
    def max_norm(self) -> float: ...


def weight_and_bias(
    layer: Weighing, shape: Shape, units: int, *, unit_axis: int = 0
) -> tuple[Variable, ...]:
    """The weight of ``shape``, started, held back and bounded as ``layer`` says, and the bias.

    Args:
        units: how many outputs have a bias each.
        unit_axis: the axis of ``shape`` that counts them.
    """
    weight = Variable(
        "weight",
        shape,
        layer.initialiser,
        decay=True,
        l1=layer.l1,
        l2=layer.l2,
        max_norm=layer.max_norm,
        unit_axis=unit_axis,
    )
    return (weight, Variable("bias", (units,), "zeros")) if layer.use_bias else (weight,)
