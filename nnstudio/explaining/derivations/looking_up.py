"""Embedding: the row of the table that a number looks up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from nnstudio.engine.embedding import Embedding
from nnstudio.engine.layer import Array
from nnstudio.explaining.derivations.derivation import Derivation, Origin, Place


def row_of_table(
    layer: Embedding, v: Mapping[str, Array], xs: Sequence[Array], place: Place
) -> Derivation:
    """E[x, j]: nothing is computed."""
    at, column = place
    number = round(float(xs[0][at]))
    value = float(v["weight"][number, column])
    words = (
        f"Row {number} of the table of {layer.input_dim:,}, number {column + 1:,} of"
        f" {layer.output_dim:,} in it"
    )
    origins = (Origin(0, (at,), float(number)),)
    return Derivation("{E}", {"E": value}, value, origins, 1, words)
