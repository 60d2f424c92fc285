"""What is said about cards and wires: in tooltips, and to those who listen to the screen."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nnstudio.graph.analysis import Analysis, Problem
from nnstudio.graph.model import Graph
from nnstudio.gui.canvas.gestures import Body, Fold, Port, Target, Whole, Wire
from nnstudio.gui.canvas.group_faces import layer_count
from nnstudio.messages import shape_text
from nnstudio.project.layout import Note


def words_about(target: Target, graph: Graph, analysis: Analysis) -> str:
    """A few words; empty for nothing."""
    match target:
        case Wire(edge):
            ends = f"{graph.by_id[edge.source].title} → {graph.by_id[edge.target].title}"
            return "\n".join(filter(None, (ends, _shape(analysis, edge.source))))
        case Whole(_, nodes):
            names = [graph.by_id[node].title for node in nodes]
            return (
                layer_count(len(names)) + ":\n" + "\n".join(names[:12] + ["…"] * (len(names) > 12))
            )
        case Fold():
            return "Collapse or expand the group (Ctrl+H)"
        case Body(node):
            layer = graph.by_id[node].layer
            if graph.by_id[node].passes:
                return "Bypassed: it hands on what it gets (Ctrl+B takes it back in)"
            return f"{type(layer).summary}\n{type(layer).formula}"
        case Port(node, "output"):
            return f"Output {_shape(analysis, node)}".rstrip()
        case Port(node, _, slot):
            source = next((e.source for e in graph.incoming[node] if e.slot == slot), "")
            number = f"Input {slot + 1}" if graph.by_id[node].layer.arity[1] != 1 else "Input"
            return f"{number} {_shape(analysis, source)}".rstrip() if source else number
    return ""


def spoken(node: str, graph: Graph, analysis: Analysis, problems: Iterable[Problem]) -> str:
    """A card in words: what it is, where it stands in running order, and what leads to it."""
    layer, title = graph.by_id[node].layer, graph.by_id[node].title
    kind = type(layer).__name__
    sources = [graph.by_id[edge.source].title for edge in graph.incoming[node]]
    parts = [
        title,
        kind if kind != title else "",
        layer.caption(),
        "bypassed" if graph.by_id[node].passes else "",
        f"output {_shape(analysis, node)}" if _shape(analysis, node) else "",
        f"{analysis.order.index(node) + 1} of {len(analysis.order)}",
        f"connected from {' and '.join(sources)}" if sources else "",
        "" if sources or layer.arity[1] == 0 else "not connected",
    ]
    sentences = [str(problem) for problem in problems if problem.node == node]
    return ". ".join([", ".join(filter(None, parts)), *sentences])


def spoken_many(nodes: Sequence[str], graph: Graph) -> str:
    """Several selected cards in words, the last one first."""
    return f"{len(nodes)} layers selected, the last is {graph.by_id[nodes[-1]].title}"


def spoken_note(note: Note, number: int, count: int) -> str:
    """A note in words: what is written on it, and which of ``count`` it is, from 1."""
    text = " ".join(note.text.split())
    return f"Note {number} of {count}: {text}. Enter writes on it."


def _shape(analysis: Analysis, node: str) -> str:
    shape = analysis.shapes[node]
    return "" if shape is None else shape_text(shape)
