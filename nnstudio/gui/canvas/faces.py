"""What a card says, as values to compare with what is shown already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from nnstudio.engine.layer import Layer, Shape
from nnstudio.graph.analysis import Analysis, Problem
from nnstudio.graph.model import Graph, Node
from nnstudio.gui.canvas.measures import slots_of
from nnstudio.messages import shape_text


@dataclass(frozen=True)
class Face:
    """What one card shows.

    Attributes:
        shape: of its output, as text.
        parameters: how many numbers it learns, as text; empty for none.
        slots: how many inputs it shows.
        layer: whose curve it shows; ``None`` for the card of a group.
        bypassed: it hands on what it gets.
        severity: ``error``, ``warning`` or empty; ``problem`` holds the sentences.
    """

    title: str
    caption: str
    shape: str
    parameters: str
    category: str
    slots: int
    layer: Layer | None
    severity: str = ""
    problem: str = ""
    bypassed: bool = False


def faces(graph: Graph, analysis: Analysis, problems: Iterable[Problem]) -> dict[str, Face]:
    """The face of every node."""
    troubles: dict[str, list[Problem]] = {}
    for problem in problems:
        troubles.setdefault(problem.node, []).append(problem)
    return {
        node.id: _face(
            node,
            analysis.shapes[node.id],
            analysis.parameters(node.id),
            slots_of(graph, node.id),
            tuple(troubles.get(node.id, ())),
        )
        for node in graph.nodes
    }


@lru_cache(maxsize=8_192)
def _face(
    node: Node, shape: Shape | None, parameters: int, slots: int, problems: tuple[Problem, ...]
) -> Face:
    """One face; with each edit nearly all are the same objects as before."""
    severity = "error" if any(p.severity == "error" for p in problems) else "warning"
    return Face(
        node.title,
        "bypassed" if node.passes else _caption(node.name, node.layer),
        shape_text(shape) if shape is not None else "–",
        "" if node.passes else _parameters(parameters, bool(node.owner), node.frozen),
        type(node.layer).category,
        slots,
        node.layer,
        severity if problems else "",
        "\n".join(map(str, problems)),
        node.passes,
    )


def _caption(name: str, layer: Layer) -> str:
    """The key setting; under a name of the user's own, also what kind of layer it is."""
    kind = type(layer).__name__ if name and name != type(layer).__name__ else ""
    return ", ".join(part for part in (kind, layer.caption()) if part)


def _parameters(count: int, shared: bool, frozen: bool) -> str:
    if shared:
        return "shared"
    if not count:
        return ""
    return f"{count:,} frozen" if frozen else f"{count:,}"
