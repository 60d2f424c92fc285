"""Bypassing what is selected, and taking it back in: for menus, keys and the inspector."""

from __future__ import annotations

from collections.abc import Collection

from nnstudio.graph.edits import bypass
from nnstudio.graph.model import Graph
from nnstudio.gui.workbench import Workbench


def is_bypassed(graph: Graph, nodes: Collection[str]) -> bool:
    """Whether all of these are bypassed already."""
    return bool(nodes) and all(graph.by_id[node].bypassed for node in nodes)


def label_for(graph: Graph, nodes: Collection[str]) -> str:
    """What :func:`toggle` would do."""
    return "Take back in" if is_bypassed(graph, nodes) else "Bypass"


def toggle(workbench: Workbench) -> None:
    """Bypass the selected nodes; take them back in if all of them are bypassed. One undo step.

    Among several, inputs are left as they are.
    """
    graph, nodes = workbench.graph, workbench.selection
    inner = [node for node in nodes if graph.by_id[node].layer.arity != (0, 0)] or nodes
    if not inner:
        return
    on = not is_bypassed(graph, inner)
    why_not = workbench.edit_graph(label_for(graph, inner), lambda graph: bypass(graph, inner, on))
    if why_not:
        workbench.said.emit(why_not, "warning")
