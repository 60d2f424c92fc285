"""What a textbook shows of a network: columns of units, of maps and of sequences, by depth.

What acts on each number alone (activations, dropout, normalisation) is said beneath the column it
acts on; a Flatten right behind the Input makes the input a column of units. Numbers and words only:
:mod:`nnstudio.gui.pictures.places` says where they stand.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import prod
from typing import Literal

from nnstudio.engine.layer import Layer, Shape
from nnstudio.graph.analysis import Analysis, analyse
from nnstudio.graph.model import Graph, Node
from nnstudio.messages import StudioError, shape_text

#: With more columns than this a picture says less than the canvas.
MOST_COLUMNS = 40
#: Categories of layers that act on each number alone.
_ON_EACH = frozenset({"activation", "output", "regularise"})
#: Layers of other categories that keep the shape and are said in a word.
_SAID = frozenset({"PositionalEncoding"})
_SIGNS = {"Add": "+", "Multiply": "×", "Concatenate": "‖"}
_REMEMBER = frozenset({"SimpleRNN", "LSTM", "GRU"})


@dataclass(frozen=True)
class Link:
    """What a column takes from another.

    Attributes:
        source: the number of that column.
        kind: ``weights``: every unit from every unit; ``each``: a unit from one unit;
            ``whole``: anything else.
        node: whose weights they are.
        first: of ``each``: the unit that takes from unit 0.
    """

    source: int
    kind: Literal["weights", "each", "whole"]
    node: str = ""
    first: int = 0


@dataclass(frozen=True)
class Column:
    """One column of the picture.

    Attributes:
        nodes: what it stands for, the layer that makes it first.
        shape: ``(units,)``, ``(places, features)`` or ``(channels, height, width)``.
        depth: how many columns stand before it.
        title: the name of its layer.
        notes: what is said beneath: its size, and what acts on it.
        curve: the activation behind it.
        sign: of a merge of something else than units.
        remembers: whether its units take from themselves.
        names: of an input, what the data calls each of its units; empty if it doesn't.
    """

    nodes: tuple[str, ...]
    shape: Shape
    depth: int
    title: str
    notes: tuple[str, ...]
    links: tuple[Link, ...] = ()
    curve: Layer | None = None
    sign: str = ""
    remembers: bool = False
    is_input: bool = False
    names: tuple[str, ...] = ()

    def name_of(self, unit: int) -> str:
        """What the data calls a unit; empty if it has no name."""
        return self.names[unit] if len(self.names) == self.shape[0] else ""

    @property
    def is_units(self) -> bool:
        """Whether it is drawn unit by unit."""
        return len(self.shape) == 1

    @property
    def size_text(self) -> str:
        """How large it is, in words."""
        if self.sign:
            return shape_text(self.shape)
        if self.is_units:
            return f"{self.shape[0]:,} unit" + ("s" if self.shape[0] != 1 else "")
        if len(self.shape) == 3:
            return f"{self.shape[0]:,} @ {self.shape[1]} × {self.shape[2]}"
        return shape_text(self.shape)


def columns_of(graph: Graph) -> tuple[Column, ...]:
    """The columns of ``graph``, each after those it takes from.

    Raises:
        StudioError: there is no network, it isn't finished, or it is too deep.
    """
    if not graph.nodes:
        raise StudioError("picture_empty")
    analysis = analyse(graph)
    if analysis.errors:
        raise StudioError("neurons_unfinished", problem=analysis.errors[0])
    columns: list[Column] = []
    of: dict[str, int] = {}
    for id in analysis.order:
        node = graph.by_id[id]
        fused = _fused(graph, analysis, node, columns, of)
        if fused is not None:
            of[id], column = fused
            columns[of[id]] = column
        else:
            of[id] = len(columns)
            columns.append(_column(graph, analysis, node, columns, of))
    if len(columns) > MOST_COLUMNS:
        raise StudioError("neurons_too_deep", count=len(columns), most=MOST_COLUMNS)
    return tuple(replace(c, notes=(c.size_text, *c.notes)) for c in columns)


def _fused(
    graph: Graph, analysis: Analysis, node: Node, columns: list[Column], of: dict[str, int]
) -> tuple[int, Column] | None:
    """The column that ``node`` is only a word beneath, and how it looks with it."""
    incoming = graph.incoming[node.id]
    if len(incoming) != 1 or len(graph.outgoing[incoming[0].source]) != 1:
        return None
    number = of[incoming[0].source]
    column = columns[number]
    kind = type(node.layer).__name__
    nodes = (*column.nodes, node.id)
    shape = analysis.shapes[node.id] or ()
    if node.bypassed:
        return number, replace(column, nodes=nodes)
    if kind in ("Flatten", "Reshape", "Permute"):
        if not column.is_input:
            return None
        notes = (*column.notes, f"of {shape_text(column.shape)}")
        return number, replace(column, nodes=nodes, shape=shape, notes=notes)
    if type(node.layer).category not in _ON_EACH and kind not in _SAID:
        return None
    rate = getattr(node.layer, "rate", None)
    words = node.title if rate is None else f"{node.title} {100 * rate:g} %"
    curve = column.curve
    if type(node.layer).category == "activation" and curve is None:
        curve = node.layer
    notes = (*column.notes, words)
    return number, replace(column, nodes=nodes, notes=notes, curve=curve)


def _column(
    graph: Graph, analysis: Analysis, node: Node, columns: list[Column], of: dict[str, int]
) -> Column:
    """A column of its own for ``node``."""
    shape = analysis.shapes[node.id] or ()
    kind = type(node.layer).__name__
    links = _links(graph, node, shape, columns, of)
    depth = 1 + max((columns[link.source].depth for link in links), default=-1)
    notes: tuple[str, ...] = ()
    if len(shape) == 3 and node.layer.caption() and links:
        notes = (node.layer.caption(),)
    return Column(
        (node.id,), shape, depth, node.title, notes, links,
        sign=_SIGNS.get(kind, "") if len(shape) != 1 else "",
        remembers=kind in _REMEMBER and len(shape) == 1,
        is_input=not links,
    )  # fmt: skip


def _links(
    graph: Graph, node: Node, shape: Shape, columns: list[Column], of: dict[str, int]
) -> tuple[Link, ...]:
    links, first = [], 0
    for edge in graph.incoming[node.id]:
        source = of[edge.source]
        units = columns[source].is_units and len(shape) == 1
        kind = type(node.layer).__name__
        if units and kind == "Dense":
            links.append(Link(source, "weights", node.owner or node.id))
        elif units and (kind in _SIGNS or prod(columns[source].shape) == prod(shape)):
            links.append(Link(source, "each", first=first))
            first += columns[source].shape[0] if kind == "Concatenate" else 0
        else:
            links.append(Link(source, "whole"))
    return tuple(links)
