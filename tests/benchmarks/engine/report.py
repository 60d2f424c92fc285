"""Results as rows, as a table for people and as ``engine.json``; and which floors they reach.

A ratio is the peer's time divided by nnstudio's: above 1 nnstudio is faster.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

#: What each object in ``engine.json`` has, no more and no less.
KEYS = ("work", "batch", "threads", "peer", "mode", "ours_s", "peer_s", "ratio")


@dataclass(frozen=True)
class Row:
    """One comparison; what could not be measured is ``None``, and ``mode`` says why.

    Attributes:
        ours_s, peer_s: medians in seconds, of a step unless the work says otherwise.
        ratio: the median of the pairwise ratios.
        low, high: their quartiles, or the least and the greatest where there are few.
    """

    work: str
    batch: int
    threads: int
    peer: str
    mode: str
    ours_s: float | None = None
    peer_s: float | None = None
    ratio: float | None = None
    low: float | None = None
    high: float | None = None

    @classmethod
    def missing(cls, work: str, batch: int, threads: int, peer: str, reason: str) -> Row:
        """A row for what can't be measured."""
        return cls(work, batch, threads, peer, f"missing: {reason}")


@dataclass(frozen=True)
class Floor:
    """The least ratio that issue 3 asks for.

    Attributes:
        works: the names of the works it holds for.
        least: the ratio by batch size.
        peer: who is compared with.
        mode: part of the mode's name; empty for the fastest mode of that peer.
        words: the floor as the issue has it.
    """

    works: tuple[str, ...]
    least: Mapping[int, float]
    threads: int
    peer: str
    mode: str
    words: str


_SMALL = ("784-30-10", "784-128-10")
_LARGE = ("784-512-256-10",)
_PICTURES = ("LeNet-5", "CNN-16-32")
_CLASSROOM = ("1-1", "1-8-8-1")
ONE_PICTURE = ", one picture"
REACH = ("784-128-10 to 97 %", "784-128-10 to 98 %", "LeNet-5 to 99 %")
NOT_MEASURED, OURS = "not measured", "nnstudio"
STEADY, SGEMM = "784-128-10, steps 5,000–5,500", "numpy sgemm"

FLOORS = (
    Floor(_SMALL, {16: 2, 64: 1.5, 256: 1.2, 1024: 1}, 1, "PyTorch", "",
          "784-30-10 and 784-128-10: ≥ 2 / 1.5 / 1.2 / 1.0× PyTorch"),
    Floor(_SMALL, dict.fromkeys((16, 64, 256, 1024), 0.85), 1, "JAX", "",
          "784-30-10 and 784-128-10: ≥ 0.85× JAX"),
    Floor(_LARGE, dict.fromkeys((16, 64, 256, 1024), 0.85), 1, "PyTorch", "fused",
          "784-512-256-10: ≥ 0.85× PyTorch fused"),
    Floor(_LARGE, dict.fromkeys((16, 64, 256, 1024), 1.0), 1, "PyTorch", "default",
          "784-512-256-10: ≥ 1.0× its default Adam"),
    Floor(_LARGE, {1024: 0.75}, 1, SGEMM, "",
          "784-512-256-10: at 1024 ≥ 75 % of the machine's own sgemm rate"),
    Floor(_PICTURES, {64: 1, 128: 1}, 1, "PyTorch", "", "LeNet-5 and CNN: ≥ 1.0× PyTorch"),
    Floor(_PICTURES, {64: 1.2, 128: 1.2}, 2, "PyTorch", "",
          "LeNet-5 and CNN: with two threads ≥ 1.2× PyTorch's two"),
    Floor(tuple(name + ONE_PICTURE for name in _PICTURES), {1: 1}, 1, "PyTorch", "",
          "one-picture CNN forward: ≥ PyTorch eager"),
    Floor(_CLASSROOM, {1: 5, 8: 5, 32: 5}, 1, "PyTorch", "",
          "one-neuron and x² nets: ≥ 5× PyTorch, dispatch and events included"),
    Floor(_CLASSROOM, {1: 1, 8: 1, 32: 1}, 1, "JAX", "",
          "one-neuron and x² nets: ≥ 1.0× JAX, dispatch and events included"),
    Floor(REACH[:2], {64: 1}, 1, "PyTorch", "",
          "time to 97 % / 98 % (784-128-10): ≤ PyTorch's in the same run"),
    Floor(REACH[2:], {128: 1}, 1, "PyTorch", "",
          "time to 99 % (LeNet): ≤ PyTorch's in the same run"),
    Floor((STEADY,), {16: 0.95}, 1, "nnstudio", "",
          "steps 1–500 against 5,000–5,500 within 5 %"),
)  # fmt: skip


@dataclass(frozen=True)
class Limit:
    """A figure that is no ratio, and what it must be at most, in MB."""

    name: str
    value: float | None
    most: float
    reason: str = ""

    def text(self) -> str:
        """The figure, and whether it is small enough."""
        if self.value is None:
            return f"not measured: {self.reason}"
        met = "yes" if self.value <= self.most else "NO"
        return f"{self.value:.1f} MB (at most {self.most:g})  {met}"


def seconds_text(seconds: float | None) -> str:
    """Three figures with a fitting unit."""
    if seconds is None:
        return "–"
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if seconds >= size:
            return f"{seconds / size:.3g} {unit}" if seconds < 1000 * size else f"{seconds:.0f} s"
    return f"{seconds * 1e9:.0f} ns"


def ratio_text(row: Row) -> str:
    """``1.34 (1.30–1.41)``."""
    if row.ratio is None:
        return "missing"
    spread = "" if row.low is None or row.high is None else f" ({row.low:.2f}–{row.high:.2f})"
    return f"{row.ratio:.2f}{spread}"


def table(rows: Sequence[Row]) -> list[str]:
    """One line per batch size, one column per peer and mode, for one work and thread count."""
    columns = list(dict.fromkeys((row.peer, _column(row)) for row in rows if row.peer != OURS))
    widths = [max(len(peer), len(mode), 16) for peer, mode in columns]
    lines = [
        f"  {start:>15}  "
        + "  ".join(f"{head:>{width}}" for head, width in zip(heads, widths, strict=True)).rstrip()
        for start, heads in (
            ("", [peer for peer, _ in columns]),
            ("batch  nnstudio", [mode for _, mode in columns]),
        )
    ]
    for batch in dict.fromkeys(row.batch for row in rows):
        found = {(row.peer, _column(row)): row for row in rows if row.batch == batch}
        ours = next((row.ours_s for row in found.values() if row.ours_s is not None), None)
        cells = [ratio_text(found[c]) if c in found else "" for c in columns]
        lines.append(
            f"  {batch:5} {seconds_text(ours):>9}  "
            + "  ".join(
                f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True)
            ).rstrip()
        )
    reasons = dict.fromkeys((row.peer, row.mode) for row in rows if row.ratio is None)
    return lines + [f"  {peer} is {mode}" for peer, mode in reasons]


def _column(row: Row) -> str:
    return "" if row.ratio is None else row.mode


def floor_lines(rows: Sequence[Row], limits: Sequence[Limit], measured_only: bool) -> list[str]:
    """Each floor with what was measured.

    What was not measured is said, or left out with ``measured_only`` (of a partial run).
    """
    lines = []
    for floor in FLOORS:
        about = []
        for work in floor.works:
            for batch, least in floor.least.items():
                text = _verdict(rows, floor, work, batch, least)
                if not (measured_only and text == NOT_MEASURED):
                    about.append(f"  {work + f', batch {batch}':<42} {text}")
        if about:
            lines += [floor.words, *about]
    if limits:
        lines.append("memory")
    lines += [f"  {limit.name:<42} {limit.text()}" for limit in limits]
    return lines


def _verdict(rows: Sequence[Row], floor: Floor, work: str, batch: int, least: float) -> str:
    about = [
        row
        for row in rows
        if (row.work, row.batch, row.threads) == (work, batch, floor.threads)
        and (row.peer in (floor.peer, OURS))
    ]
    measured = [
        row
        for row in about
        if row.ratio is not None and row.peer == floor.peer and floor.mode in row.mode
    ]
    if not measured:
        reasons = {f"{row.peer} is {row.mode}" for row in about if row.ratio is None}
        return NOT_MEASURED + "".join(f": {reason}" for reason in sorted(reasons))
    worst = min(measured, key=lambda row: row.ratio or 0.0)
    met = "yes" if (worst.ratio or 0.0) >= least else "NO"
    return f"{worst.ratio:.2f} (floor {least:g})  {met}   {worst.peer}, {worst.mode}"


def write_json(rows: Sequence[Row], path: Path) -> None:
    """``engine.json``: a list of objects with :data:`KEYS`."""
    objects = [{key: asdict(row)[key] for key in KEYS} for row in rows]
    path.write_text(json.dumps(objects, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
