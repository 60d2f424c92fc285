"""Training on data that is larger than memory: how fast, and how much memory of its own it takes.

Run by ``make bench-large``. Writes a made-up set of pictures to the temporary folder (5 GB, or the
number of GB given), then trains the same network on it and on a part of it in memory, slice by
slice in turn. Prints examples per second of both, their ratio, and the anonymous memory of the
process (RssAnon: what the system can't take back; its page cache is another matter).
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Dataset
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Stored
from nnstudio.data.stored import open_store, store_pieces
from nnstudio.engine.activations import ReLU, Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.graph.edits import add_node, connect
from nnstudio.graph.model import Graph, Node
from nnstudio.project.project import Project
from nnstudio.project.runs import session_for
from nnstudio.training.loop import train
from nnstudio.training.session import Session
from nnstudio.training.settings import TrainingSettings

SHAPE, CLASSES = (1, 28, 28), tuple("0123456789")
PIECE, IN_MEMORY = 20_000, 100_000
ROUNDS, STEPS = 15, 400


def main() -> int:
    """Measure; 1 if a bound isn't kept."""
    size = float(sys.argv[1]) if len(sys.argv) > 1 else 5.0
    count = int(size * 1e9 / np.prod(SHAPE)) // PIECE * PIECE
    with tempfile.TemporaryDirectory() as folder:
        began = perf_counter()
        like = Dataset("Large", np.zeros((1, *SHAPE), np.uint8), np.zeros(1, np.int64), CLASSES)
        store_pieces(_pieces(count), like, Path(folder) / "large")
        print(f"{count:,} pictures, {size:g} GB, written in {perf_counter() - began:.0f} s")
        return _measure(Path(folder) / "large")


def _pieces(count: int) -> Iterator[tuple[np.ndarray, np.ndarray, list[np.ndarray]]]:
    rng = np.random.default_rng(0)
    patterns = rng.integers(0, 200, (len(CLASSES), *SHAPE))
    for _ in range(0, count, PIECE):
        labels = rng.integers(0, len(CLASSES), PIECE)
        pictures = patterns[labels] + rng.integers(0, 56, (PIECE, *SHAPE))
        yield pictures.astype(np.uint8), labels, []


def _measure(folder: Path) -> int:
    began = perf_counter()
    streamed = _session(PreparedData.of(DataSettings(Stored(str(folder)), inputs="scale")))
    print(f"ready to train after {perf_counter() - began:.1f} s")
    whole = open_store(folder)
    part = Dataset(
        "Part", np.array(whole.inputs[:IN_MEMORY]), np.array(whole.targets[:IN_MEMORY]), CLASSES
    )
    settings = DataSettings(Stored(str(folder)), inputs="scale")
    in_memory = _session(PreparedData.of(settings, dataset=part))
    for session in (streamed, in_memory):
        _rate(session)
    before, ratios, rates = _anonymous(), [], []
    for _ in range(ROUNDS):
        here, there = _rate(in_memory), _rate(streamed)
        rates.append(there)
        ratios.append(there / here)
    used = _anonymous()
    ratio = median(ratios)
    speeds = f"{median(rates):,.0f} examples/s streamed, {median(rates) / ratio:,.0f} in memory"
    print(f"{speeds}; ratio {ratio:.2f} (at least 0.8: {'yes' if ratio >= 0.8 else 'NO'})")
    kept = used <= 1000
    print(
        f"anonymous memory {used:.0f} MB, of which {part.inputs.nbytes / 1e6:.0f} are the part in"
        f" memory; grew by {used - before:.0f} MB (at most 1000: {'yes' if kept else 'NO'})"
    )
    return int(ratio < 0.8 or not kept)


def _session(data: PreparedData) -> Session:
    graph, before = Graph(), ""
    for number, layer in enumerate(
        (Input(SHAPE), Flatten(), Dense(128), ReLU(), Dense(len(CLASSES)), Softmax())
    ):
        graph = add_node(graph, Node(f"n{number}", layer))
        graph = connect(graph, before, f"n{number}") if before else graph
        before = f"n{number}"
    settings = TrainingSettings(loss=CategoricalCrossEntropy(), epochs=100, batch_size=128)
    return session_for(Project(graph, settings=settings), data)


def _rate(session: Session) -> float:
    """Examples per second over some steps."""
    began = perf_counter()
    for _ in train(session, batches=STEPS):
        pass
    return STEPS * session.batch_size / (perf_counter() - began)


def _anonymous() -> float:
    """RssAnon of this process in MB."""
    for line in Path("/proc/self/status").read_text("utf-8").splitlines():
        if line.startswith("RssAnon"):
            return int(line.split()[1]) / 1000
    return float("nan")


if __name__ == "__main__":
    sys.exit(main())
