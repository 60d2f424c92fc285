"""How the number of parameters of a layer comes about, with the multiplication shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod

from nnstudio.engine.attention import MultiHeadAttention
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Layer, Shape, Variable
from nnstudio.engine.recurrent import GRU, LSTM
from nnstudio.messages import shape_text


def multiplication(layer: Layer, variables: Iterable[Variable]) -> str:
    """``784 × 128 + 128 = 100,480`` of the trainable ones; empty if there are none.

    A matrix of Dense is stored as (outputs, inputs) and written as inputs × outputs, as it is
    taught. What is stored as one array and thought of as several is written so: the gates of a
    recurrent layer, the queries, keys and values of attention.
    """
    learned = [v for v in variables if v.trainable]
    total = sum(prod(v.shape) for v in learned)
    if not total:
        return ""
    terms = _terms(layer, learned)
    return terms if terms == f"{total:,}" else f"{terms} = {total:,}"


def state_count(variables: Iterable[Variable]) -> int:
    """How many numbers are carried along and not learned."""
    return sum(prod(v.shape) for v in variables if not v.trainable)


def _terms(layer: Layer, learned: Sequence[Variable]) -> str:
    shapes: list[Shape] = [v.shape for v in learned]
    if isinstance(layer, Dense):
        return _added(shape[::-1] for shape in shapes)
    if isinstance(layer, LSTM | GRU):
        gates = 4 if isinstance(layer, LSTM) else 3
        return f"{gates} × ({_added((shape[0] // gates, *shape[1:]) for shape in shapes)})"
    if isinstance(layer, MultiHeadAttention):
        stacked = [v.name.startswith("in_") for v in learned]
        return _added(
            (3, shape[0] // 3, *shape[1:]) if is_three else shape
            for shape, is_three in zip(shapes, stacked, strict=True)
        )
    return _added(shapes)


def _added(shapes: Iterable[Shape]) -> str:
    return " + ".join(map(shape_text, shapes))
