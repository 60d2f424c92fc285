"""What the numbers that flow through a network are called."""

from __future__ import annotations

from nnstudio.gui.explaining.inside import Inside


def unit_names(inside: Inside, node: str, count: int) -> tuple[str, ...]:
    """What a row of numbers is called: classes at the output, features at an input, else units."""
    step = inside.step(node)
    if node in inside.tells_classes and len(inside.classes) == count:
        return inside.classes
    if not step.inputs:
        entry = inside.model.inputs[inside.model.network.input_steps.index(inside.number[node])]
        return inside.chosen.names(entry.column, count)
    if node == inside.head and not inside.is_classification and len(inside.classes) == count:
        return inside.classes
    return tuple(f"unit {k + 1}" for k in range(count))


def place_text(inside: Inside, node: str, place: tuple[int, ...]) -> str:
    """Where in what a node gives a number is."""
    shape = inside.values(node).shape
    if len(place) == 3:
        row = f"row {place[1] + 1}, column {place[2] + 1}"
        return f"map {place[0] + 1}, {row}" if shape[0] > 1 else row
    if len(place) == 2:
        return f"place {place[0] + 1}, feature {place[1] + 1}"
    if len(place) == 1:
        name = unit_names(inside, node, shape[0])[place[0]]
        return name if name.startswith("unit ") else f"“{name}”"
    return ", ".join(str(k + 1) for k in place)
