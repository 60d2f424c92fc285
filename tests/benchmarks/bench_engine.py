"""The engine against PyTorch, JAX and scikit-learn: side by side in one run, pair by pair.

    make bench                                     everything, about twelve minutes
    make bench ARGS="--quick --only 784-128"       steps of these networks, few rounds
    make bench ARGS="--only cnn --threads 2"       all networks with convolutions, two threads
    make bench ARGS="--parts steady,memory"        some of the parts, see PARTS

Without make: ``python tests/benchmarks/bench_engine.py --quick --only lenet --threads 1``. On a
machine that others use too, ``--clock cpu`` reads the processor's time of this process instead of
the wall's for one thread; the two are the same on a quiet machine.

Every contender does the same full step: take a batch by its indices from the same array (uint8
pictures as MNIST has them, float32 points), convert it to float32, forward, loss, backward, update
with the same optimizer. nnstudio's step is one event of the training loop, as in the program. One
process measures with one thread, pinned to one core, and another with two on two cores: XLA would
take all cores otherwise, whatever it is told.

Prints tables and which of the floors in :mod:`engine.report` are reached, and writes to
``build/bench`` what was printed (``engine.txt``), ``engine.json`` and ``growth.svg``. A run of some
parts only writes ``partial.txt`` and ``partial.json`` instead.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

# What is measured is this checkout, not a package that may be installed.
ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(1, str(ROOT))
# As in .ci/run: MNIST, where it lies beside the checkout.
if "NNSTUDIO_DATA" not in os.environ and (ROOT.parent / "shared" / "data").is_dir():
    os.environ["NNSTUDIO_DATA"] = str(ROOT.parent / "shared" / "data")

OUT = Path("build", "bench")
#: What is done, in this order, by worker processes: name and threads.
PARTS = (
    ("steps", 1),
    ("steps", 2),
    ("recurrent", 1),
    ("steady", 1),
    ("accuracy", 1),
    ("costs", 1),
    ("memory", 1),
)
_NAMES = tuple(dict.fromkeys(name for name, _ in PARTS))


def main() -> int:
    """Run each part in a process of its own, then say which floors are reached."""
    arguments = _arguments()
    if arguments.worker:
        return _work(arguments)
    OUT.mkdir(parents=True, exist_ok=True)
    printed: list[str] = []

    def tell(line: str) -> None:
        print(line, flush=True)
        printed.append(line)

    from engine.machine import machine_lines, others_line

    for line in machine_lines(shlex.join(sys.argv)):
        tell(line)
    rows: list[dict[str, Any]] = []
    limits: list[dict[str, Any]] = []
    broken = False
    for part, threads in PARTS:
        if part not in arguments.parts or arguments.threads not in (None, threads):
            continue
        tell("")
        tell(others_line())
        found, status = _run_part(part, threads, arguments, tell)
        rows += found.get("rows", [])
        limits += found.get("limits", [])
        if status:
            broken = True
            tell(f"this part ended with code {status}")
    partial = bool(arguments.quick or arguments.only or arguments.threads) or (
        set(arguments.parts) != set(_NAMES)
    )
    _finish(rows, limits, partial, tell)
    name = "partial.txt" if partial else "engine.txt"
    (OUT / name).write_text("\n".join(printed) + "\n", encoding="utf-8")
    return int(broken)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few rounds; steps only")
    parser.add_argument("--only", default="", help="steps of works whose name contains this")
    parser.add_argument("--threads", type=int, choices=(1, 2), help="only with so many threads")
    parser.add_argument("--parts", type=_parts, help=f"some of {', '.join(_NAMES)}")
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall", help="what is read")
    for hidden in ("--worker", "--into"):
        parser.add_argument(hidden, default="", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.parts is None:
        arguments.parts = ("steps",) if arguments.quick or arguments.only else _NAMES
    return arguments


def _parts(text: str) -> tuple[str, ...]:
    parts = tuple(text.split(","))
    if unknown := set(parts) - set(_NAMES):
        raise argparse.ArgumentTypeError(f"no such part: {', '.join(sorted(unknown))}")
    return parts


def _run_part(
    part: str, threads: int, arguments: argparse.Namespace, tell: Any
) -> tuple[dict[str, Any], int]:
    """What the worker found, and how it ended."""
    count = str(threads)
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": count,
        "OPENBLAS_NUM_THREADS": count,
        "MKL_NUM_THREADS": count,
        "PYTHONUNBUFFERED": "1",
    }
    if threads == 1:
        environment["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false"
    with tempfile.TemporaryDirectory() as folder:
        into = Path(folder, "found.json")
        command = [sys.executable, __file__, "--worker", part, "--threads", count]
        command += ["--into", str(into), f"--only={arguments.only}", "--clock", arguments.clock]
        command += ["--quick"] if arguments.quick else []
        with subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            for line in process.stdout:
                tell(line.rstrip("\n"))
        found = json.loads(into.read_text(encoding="utf-8")) if into.exists() else {}
    return found, process.returncode


def _finish(
    rows: list[dict[str, Any]], limits: list[dict[str, Any]], partial: bool, tell: Any
) -> None:
    from engine.report import Limit, Row, floor_lines, write_json

    found = [Row(**row) for row in rows]
    tell("")
    tell("floors of issue 3")
    for line in floor_lines(found, [Limit(**limit) for limit in limits], partial):
        tell(line)
    path = OUT / ("partial.json" if partial else "engine.json")
    write_json(found, path)
    tell("")
    tell(f"written: {path}")


# ---------------------------------------------------------------- in the worker process


def _work(arguments: argparse.Namespace) -> int:
    """Do one part, on as many cores as threads."""
    cores = _pin(arguments.threads or 1)
    if arguments.worker == "project":
        from engine.memory import write_project

        write_project(arguments.only, arguments.into)
        return 0
    if arguments.worker == "growth":
        from engine.memory import print_growth

        print_growth()
        return 0
    rows: list[Any] = []
    limits: list[Any] = []
    if arguments.worker == "memory":
        limits = _memory()
    else:
        part = {
            "steps": _steps,
            "recurrent": _recurrent,
            "steady": _steady,
            "accuracy": _accuracy,
            "costs": _costs,
        }
        rows = part[arguments.worker](arguments, cores)
    found = {"rows": [asdict(row) for row in rows], "limits": [asdict(limit) for limit in limits]}
    Path(arguments.into).write_text(json.dumps(found), encoding="utf-8")
    return 0


def _pin(threads: int) -> str:
    """Keep this process, before it starts any thread, on as many cores as it has threads."""
    if not hasattr(os, "sched_setaffinity"):
        return "not pinned to cores (this system can't)"
    cores = sorted(os.sched_getaffinity(0))[-threads:]
    os.sched_setaffinity(0, cores)
    return f"pinned to core {', '.join(map(str, cores))}"


def _steps(arguments: argparse.Namespace, cores: str) -> list[Any]:
    from textwrap import wrap

    from engine.pairs import CLOCKS
    from engine.report import table
    from engine.steps import Rounds, chosen, predicting_rows, training_rows
    from engine.works import pictures

    threads = arguments.threads
    # The processor's time of two threads is added up: no measure of how long they take together.
    clock = CLOCKS[arguments.clock if threads == 1 else "wall"]
    rounds = Rounds(7 if arguments.quick else 15, clock)
    rows = []
    print(
        f"full training steps, {'one thread' if threads == 1 else f'{threads} threads'} each, "
        f"{cores}; {rounds.count} rounds; ratio = peer's time / nnstudio's (quartiles)"
    )
    print(f"pictures: {pictures().name}")
    works = chosen(arguments.only)
    for work, found in training_rows(works, threads, rounds):
        rows += found
        print("", *wrap(f"{work.name}: {work.words}", 100), *table(found), sep="\n")
    if threads == 1:
        for work, found in predicting_rows(works, threads, rounds):
            rows += found
            print(f"\n{work.name}: one picture in, ten shares out", *table(found), sep="\n")
    return rows


def _recurrent(arguments: argparse.Namespace, cores: str) -> list[Any]:
    from engine.pairs import CLOCKS
    from engine.recurrent import recurrent_rows
    from engine.report import table
    from engine.steps import Rounds

    rounds = Rounds(7 if arguments.quick else 15, CLOCKS[arguments.clock])
    print(f"recurrent layers, full training steps, one thread, {cores}; no floor, for the record")
    rows = []
    for work, found in recurrent_rows(rounds, arguments.only):
        rows += found
        print("", f"{work.name}: {work.words}", *table(found), sep="\n")
    return rows


def _steady(arguments: argparse.Namespace, cores: str) -> list[Any]:
    from engine.pairs import CLOCKS
    from engine.report import ratio_text, seconds_text
    from engine.steady import steady_row

    row = steady_row(CLOCKS[arguments.clock])
    print(f"does the speed last? one thread, {cores}")
    print(
        f"  784-128-10, batch {row.batch}: steps 1–500 take {seconds_text(row.peer_s)} each, "
        f"5,001–5,500 {seconds_text(row.ours_s)}; ratio {ratio_text(row)}"
    )
    return [row]


def _accuracy(arguments: argparse.Namespace, cores: str) -> list[Any]:
    from engine.accuracy import RECIPES, accuracy_rows
    from engine.pairs import CLOCKS
    from engine.report import ratio_text, seconds_text

    print(f"time to accuracy on MNIST's test pictures, nnstudio / PyTorch; one thread, {cores}")
    print(*(f"  {recipe.words}" for recipe in RECIPES), sep="\n")
    rows = []
    for row in accuracy_rows(CLOCKS[arguments.clock], print):
        rows.append(row)
        print(
            f"  {row.work}: {seconds_text(row.ours_s)} / {seconds_text(row.peer_s)}, "
            f"ratio {ratio_text(row)}, {row.mode}"
        )
    return rows


def _costs(arguments: argparse.Namespace, cores: str) -> list[Any]:
    from engine.growth import growth_panels, panel_lines
    from engine.machine import processor
    from engine.pairs import CLOCKS
    from engine.picture import growth_svg

    print(f"how the time of a step grows; one thread, {cores}")
    panels = growth_panels(CLOCKS[arguments.clock])
    print(*panel_lines(panels), sep="\n")
    note = f"ReLU, softmax and cross-entropy, Adam, float32; one thread; {processor()}"
    (OUT / "growth.svg").write_text(growth_svg(panels, note), encoding="utf-8")
    print(f"  drawn: {OUT / 'growth.svg'}")
    return []


def _memory() -> list[Any]:
    from engine.memory import limits

    found = limits([sys.executable, __file__])
    print("memory of a training process")
    for limit in found:
        print(f"  {limit.name}: {limit.text()}")
    return found


if __name__ == "__main__":
    sys.exit(main())
