"""The summary in words and figures: a table's cells, its totals, and the whole as text."""

from __future__ import annotations

from collections.abc import Sequence

from nnstudio.messages import shape_text
from nnstudio.project.summary import LayerSummary, Memory, Summary

HEADS = ("Layer", "Setting", "Output", "Parameters", "FLOPs", "Memory", "Trainable")
#: The columns of numbers, which stand on the right.
NUMBERS = (3, 4, 5)
UNKNOWN = "–"
#: Steps of a thousand: kilo, mega, giga, tera, peta.
_PREFIXES = ("", "k", "M", "G", "T", "P")


def amount_text(amount: int) -> str:
    """Three significant digits: ``640``, ``19.2 k``, ``2.29 M``."""
    return _scaled(amount, "")


def bytes_text(amount: int) -> str:
    """Three significant digits: ``640 B``, ``38.4 kB``, ``28.8 MB``; a kB has 1,000 bytes."""
    return _scaled(amount, "B")


def _scaled(amount: int, unit: str) -> str:
    value, step = float(amount), 0
    while value >= 999.5 and step < len(_PREFIXES) - 1:
        value, step = value / 1000, step + 1
    digits = f"{amount}" if step == 0 else f"{value:#.3g}".rstrip(".")
    return f"{digits} {_PREFIXES[step]}{unit}".rstrip()


def cells(layer: LayerSummary) -> tuple[str, ...]:
    """A text for each of :data:`HEADS`."""
    return (
        layer.title,
        layer.setting,
        UNKNOWN if layer.shape is None else shape_text(layer.shape),
        f"{layer.parameters:,}" if layer.parameters else "",
        UNKNOWN if layer.flops is None else amount_text(layer.flops) if layer.flops else "",
        _memory(layer.memory),
        layer.learns,
    )


def _memory(memory: Memory | None) -> str:
    if memory is None:
        return UNKNOWN
    return bytes_text(memory.total) if memory.total else ""


def exact(layer: LayerSummary) -> tuple[str, ...]:
    """The same in full, for who looks closer; what is told in full already is repeated."""
    shown = cells(layer)
    flops = UNKNOWN if layer.flops is None else f"{layer.flops:,} operations for one example"
    if layer.flops == 0:
        flops = "Numbers are only moved"
    return (*shown[:4], flops, memory_text(layer.memory), _learns(layer) or shown[6])


def _learns(layer: LayerSummary) -> str:
    if layer.owner:
        return f"Shares the weights of {layer.owner}, where they are counted"
    if 0 < layer.trainable < layer.parameters:
        return f"{layer.trainable:,} of {layer.parameters:,} parameters learn; the rest are frozen"
    return ""


def memory_text(memory: Memory | None) -> str:
    """All bytes, and line by line what they are for."""
    if memory is None:
        return "Known as soon as the network can run"
    if not memory.total:
        return "Computed together with what follows, or not computed while training"
    parts = (
        ("weights", memory.weights),
        ("gradients", memory.gradients),
        ("optimizer", memory.optimizer),
        ("activations", memory.activations),
    )
    lines = [f"{name}: {count:,}" for name, count in parts if count]
    return "\n".join([f"{memory.total:,} bytes", *lines])


def totals(summary: Summary) -> tuple[str, ...]:
    """The sums, each a few words."""
    parameters = f"{summary.parameters:,} parameter" + ("s" if summary.parameters != 1 else "")
    if summary.trainable != summary.parameters:
        parameters += f", {summary.trainable:,} of them trainable"
    found = [parameters]
    if summary.flops is not None:
        found.append(f"{amount_text(summary.flops)} FLOPs for one example forward")
    if summary.memory is not None:
        found.append(f"{bytes_text(summary.memory.total)} to train in batches of {batch(summary)}")
        found.append(f"{bytes_text(summary.memory.weights)} of weights in a file")
    return tuple(found)


def batch(summary: Summary) -> str:
    """The batch size that the memory is told for."""
    return f"{summary.batch_size:,}"


def as_rows(summary: Summary) -> list[tuple[str, ...]]:
    """Heads, layers and totals."""
    return [HEADS, *(cells(layer) for layer in summary.layers)]


def as_tabs(summary: Summary) -> str:
    """The table for a spreadsheet: columns apart by tabs, numbers in full."""
    lines: list[Sequence[str]] = [
        (*HEADS[:4], "FLOPs for one example", f"Bytes at batch size {batch(summary)}", HEADS[6])
    ]
    for layer in summary.layers:
        flops = "" if layer.flops is None else str(layer.flops)
        memory = "" if layer.memory is None else str(layer.memory.total)
        lines.append((*cells(layer)[:3], str(layer.parameters), flops, memory, layer.learns))
    lines.append(
        (
            "Total",
            "",
            "",
            str(summary.parameters),
            "" if summary.flops is None else str(summary.flops),
            "" if summary.memory is None else str(summary.memory.total),
            f"{summary.trainable}",
        )
    )
    return "\n".join("\t".join(line) for line in lines) + "\n"


def as_text(summary: Summary) -> str:
    """The table for a terminal: columns aligned, the totals below."""
    rows = as_rows(summary)
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADS))]
    lines = []
    for row in rows:
        parts = [
            text.rjust(width) if column in NUMBERS else text.ljust(width)
            for column, (text, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(parts).rstrip())
    return "\n".join([*lines, *totals(summary)])
