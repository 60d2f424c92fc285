"""Full training steps of every network, and answers for one picture, against all peers."""

from __future__ import annotations

import importlib
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from types import ModuleType

import numpy as np

from engine.contender import Contender, Missing
from engine.ours import Ours, OursPredicting
from engine.pairs import quartiles, seconds_per_step
from engine.report import ONE_PICTURE, SGEMM, Row
from engine.works import STEPS, Examples, Work, examples_for

#: The peers by name: the module that has them, and the package that must be installed.
PEERS = {
    "PyTorch": ("engine.pytorch", "torch"),
    "JAX": ("engine.jax_peer", "jax"),
    "scikit-learn": ("engine.scikit", "sklearn"),
}
_SIDE = 1024


class Sgemm:
    """The machine's own rate at multiplying float32 matrices, as the time of so many operations."""

    peer = SGEMM

    def __init__(self, flops: int) -> None:
        self.mode = f"time for the same FLOP at its {_SIDE}³ rate"
        self.share = flops / (2 * _SIDE**3)
        rng = np.random.default_rng(0)
        self._a, self._b = rng.random((2, _SIDE, _SIDE), np.float32)
        self._out = np.empty_like(self._a)

    def run(self, steps: int) -> None:
        """Multiply ``steps`` times."""
        for _ in range(steps):
            np.matmul(self._a, self._b, out=self._out)

    def close(self) -> None:
        """Nothing to end."""


def peer_module(peer: str) -> ModuleType:
    """The module of ``peer``.

    Raises:
        Missing: its library isn't installed.
    """
    module, package = PEERS[peer]
    try:
        return importlib.import_module(module)
    except ImportError as error:
        if error.name and error.name.split(".")[0] == package:
            raise Missing(f"{package} is not installed") from error
        raise


Builders = list[tuple[str, Callable[[], Contender]]]


def training_builders(work: Work, batch: int, threads: int, examples: Examples) -> Builders:
    """How each peer's contenders are built."""

    def torch(**mode: bool) -> Callable[[], Contender]:
        return lambda: peer_module("PyTorch").PyTorch(work, batch, threads, examples, **mode)

    def scikit(many: bool) -> Callable[[], Contender]:
        return lambda: peer_module("scikit-learn").ScikitLearn(
            work, batch, threads, examples, many=many
        )

    builders: Builders = [("PyTorch", torch())]
    if work.is_picture:
        builders.append(("PyTorch", torch(channels_last=True)))
    builders.append(("PyTorch", torch(fused=False)))
    builders.append(("JAX", lambda: peer_module("JAX").Jax(work, batch, threads, examples)))
    builders.append(("scikit-learn", scikit(many=False)))
    if not work.is_picture:
        builders.append(("scikit-learn", scikit(many=True)))
    if work.name == "784-512-256-10" and batch == 1024 and threads == 1:
        builders.append((SGEMM, lambda: Sgemm(work.dense_flops(batch))))
    return builders


def predicting_builders(work: Work, threads: int, examples: Examples) -> Builders:
    """The same for one picture's answer."""

    def torch(inference: bool) -> Callable[[], Contender]:
        return lambda: peer_module("PyTorch").PyTorchPredicting(
            work, threads, examples, inference=inference
        )

    none = Missing("scikit-learn has no convolutions")
    return [
        ("PyTorch", torch(False)),
        ("PyTorch", torch(True)),
        ("JAX", lambda: peer_module("JAX").JaxPredicting(work, examples)),
        ("scikit-learn", lambda: _raise(none)),
    ]


def _raise(error: Exception) -> Contender:
    raise error


@dataclass(frozen=True)
class Rounds:
    """How long is measured, and by which clock."""

    count: int = 15
    clock: Callable[[], float] = perf_counter


def _begun(build: Callable[[], Contender]) -> Contender:
    """A contender that has made its first step.

    Raises:
        Missing: it can't, whatever the reason: the others go on without it.
    """
    try:
        contender = build()
        contender.run(1)
    except Missing:
        raise
    except Exception as error:
        traceback.print_exc()
        raise Missing(f"{type(error).__name__}: {error}") from error
    return contender


def compare(
    name: str,
    batch: int,
    threads: int,
    ours: Callable[[], Contender],
    builders: Builders,
    rounds: Rounds,
) -> list[Row]:
    """Every peer against nnstudio; those that can't take part have a row that says why."""
    try:
        contenders: list[Contender] = [_begun(ours)]
    except Missing as reason:
        return [Row.missing(name, batch, threads, "nnstudio", str(reason))]
    rows: dict[int, Row] = {}
    places: list[int] = []
    for place, (peer, build) in enumerate(builders):
        try:
            contenders.append(_begun(build))
        except Missing as reason:
            rows[place] = Row.missing(name, batch, threads, peer, str(reason))
        else:
            places.append(place)
    times = seconds_per_step(contenders, rounds.count, clock=rounds.clock)
    for which, contender in enumerate(contenders):
        with suppress(AttributeError):
            times[:, which] *= contender.share  # type: ignore[attr-defined]
        contender.close()
    for which, place in enumerate(places, start=1):
        contender = contenders[which]
        ratio, low, high = quartiles(times[:, which] / times[:, 0])
        ours_s, peer_s = (float(np.median(times[:, i])) for i in (0, which))
        rows[place] = Row(
            name, batch, threads, contender.peer, contender.mode, ours_s, peer_s, ratio, low, high
        )
    # A peer that is missing in one mode is missing in all: once is enough.
    return list(dict.fromkeys(rows[place] for place in sorted(rows)))


def chosen(only: str) -> list[Work]:
    """The works whose name contains ``only``; ``cnn`` finds every network with convolutions."""
    wanted = only.lower()
    return [
        work
        for work in STEPS
        if wanted in work.name.lower() or (wanted == "cnn" and work.is_picture)
    ]


def training_rows(
    works: Sequence[Work], threads: int, rounds: Rounds
) -> Iterator[tuple[Work, list[Row]]]:
    """Each work with its rows."""
    for work in works:
        examples = examples_for(work)
        rows: list[Row] = []
        for batch in work.batches:
            builders = training_builders(work, batch, threads, examples)
            ours = partial(Ours, work, batch, threads, examples)
            rows += compare(work.name, batch, threads, ours, builders, rounds)
        yield work, rows


def predicting_rows(
    works: Sequence[Work], threads: int, rounds: Rounds
) -> Iterator[tuple[Work, list[Row]]]:
    """One picture's answer, for each network with convolutions."""
    for work in works:
        if work.is_picture:
            examples = examples_for(work)
            builders = predicting_builders(work, threads, examples)
            ours = partial(OursPredicting, work, examples)
            yield work, compare(work.name + ONE_PICTURE, 1, threads, ours, builders, rounds)
