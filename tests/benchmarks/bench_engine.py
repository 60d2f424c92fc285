"""The engine against PyTorch, JAX and scikit-learn: side by side in one run, pair by pair.

    make bench                            everything, about ten minutes
    make bench ARGS=--quick               steps and answers only, few rounds
    make bench ARGS="--quick --only 784-128"
    make bench ARGS="--only lenet --threads 2"

Without make: ``python tests/benchmarks/bench_engine.py --quick --only cnn``.

Every contender does the same full step: take a batch by its indices from the same array (uint8
pictures as MNIST has them, float32 points), convert it to float32, forward, loss, backward, update
with the same optimizer. nnstudio's step is one event of the training loop, as in the program. One
process measures with one thread, pinned to one core, and another with two on two cores: XLA and
others would take all cores otherwise, whatever they are told.

Prints tables and which of the floors in :mod:`engine.report` are reached, and writes
``build/bench/engine.json``, ``engine.txt`` (what was printed) and ``growth.svg``.
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
sys.path.insert(1, str(Path(__file__).resolve().parents[2]))

OUT = Path("build", "bench")
#: What a worker process does, in the order of a full run: name and threads.
PARTS = (("steps", 1), ("steps", 2))


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

    from engine.machine import machine_lines

    for line in machine_lines(shlex.join(sys.argv)):
        tell(line)
    rows: list[dict[str, Any]] = []
    limits: list[dict[str, Any]] = []
    failed = []
    for part, threads in PARTS:
        if arguments.threads not in (None, threads) or (arguments.quick and part != "steps"):
            continue
        tell("")
        found, status = _run_part(part, threads, arguments, tell)
        rows += found.get("rows", [])
        limits += found.get("limits", [])
        if status:
            failed.append(f"{part}, {threads} threads")
            tell(f"this part ended with code {status}")
    _finish(rows, limits, arguments.quick or bool(arguments.only), tell)
    (OUT / "engine.txt").write_text("\n".join(printed) + "\n", encoding="utf-8")
    return int(bool(failed))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="few rounds; steps and answers only")
    parser.add_argument("--only", default="", help="works whose name contains this; cnn: all CNNs")
    parser.add_argument("--threads", type=int, choices=(1, 2), help="only with so many threads")
    parser.add_argument("--worker", default="", help=argparse.SUPPRESS)
    parser.add_argument("--into", default="", help=argparse.SUPPRESS)
    return parser.parse_args()


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
        command += ["--into", str(into), "--only", arguments.only]
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
    # A partial run doesn't replace the results of a full one.
    name = "engine-partial.json" if partial else "engine.json"
    write_json(found, OUT / name)
    tell(f"\nwritten: {OUT / name}")


# ---------------------------------------------------------------- in the worker process


def _work(arguments: argparse.Namespace) -> int:
    """Do one part, on as many cores as threads."""
    cores = _pin(arguments.threads)
    rows, limits = _steps(arguments, cores)
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


def _steps(arguments: argparse.Namespace, cores: str) -> tuple[list[Any], list[Any]]:
    from engine.report import table
    from engine.steps import chosen, predicting_rows, training_rows

    threads, rounds = arguments.threads, 7 if arguments.quick else 15
    rows = []
    print(
        f"full training steps, {'one thread' if threads == 1 else f'{threads} threads'} each, "
        f"{cores}; {rounds} rounds; ratio = peer's time / nnstudio's (quartiles)"
    )
    for work, found in training_rows(arguments.only, threads, rounds):
        rows += found
        print(f"\n{work.name}: {work.words}", *table(found), sep="\n")
    if threads == 1:
        for work, found in predicting_rows(chosen(arguments.only), threads, rounds):
            rows += found
            print(f"\n{work.name}: one picture in, ten shares out", *table(found), sep="\n")
    return rows, []


if __name__ == "__main__":
    sys.exit(main())
