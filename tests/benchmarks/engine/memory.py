"""How much memory training on MNIST takes, and whether it grows.

The peak is that of ``nnstudio train`` in a process of its own, one epoch of a network from the IDX
files, evaluation included: once with matrix products alone, once with convolutions. It is asked of
the system when the process has ended; the process that starts it must be small itself, because
Linux counts from the moment before the new program is loaded. That is why this module imports
nothing but the standard library until it has to.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from engine.report import Limit

MB = 1e6
PEAK, GROWTH = "peak of nnstudio train, one epoch on MNIST, {}", "growth from step 1,000 to 10,000"
NETWORKS = ("784-128-10", "CNN-16-32")
#: What the issue allows, and what the history of 10,000 losses and the allocator's slack may take.
MOST_PEAK, MOST_GROWTH = 180.0, 1.0
STEPS = (1_000, 10_000)


def limits(worker: Sequence[str]) -> list[Limit]:
    """Peak and growth.

    Args:
        worker: the command that starts this program again, without its arguments.
    """
    return [*(_peak(worker, network) for network in NETWORKS), _growth(worker)]


def _peak(worker: Sequence[str], network: str) -> Limit:
    name = PEAK.format(network)
    if not hasattr(os, "wait4"):
        return Limit(name, None, MOST_PEAK, "this system doesn't tell")
    with tempfile.TemporaryDirectory() as folder:
        project = str(Path(folder, "mnist.nnstudio"))
        made = subprocess.run(
            [*worker, "--worker", "project", "--only", network, "--into", project],
            capture_output=True,
            text=True,
        )
        if made.returncode:
            return Limit(name, None, MOST_PEAK, _last_line(made.stderr))
        # Found by its folder, not installed: the same checkout as everything else here.
        root = str(Path(__file__).resolve().parents[3])
        command = [sys.executable, "-m", "nnstudio", "train", project, "--epochs", "1", "--json"]
        process = subprocess.Popen(
            command,
            env={**os.environ, "PYTHONPATH": root},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        return Limit(name, None, MOST_PEAK, f"nnstudio train ended with {process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    return Limit(name, usage.ru_maxrss * unit / MB, MOST_PEAK)


def _growth(worker: Sequence[str]) -> Limit:
    found = subprocess.run([*worker, "--worker", "growth"], capture_output=True, text=True)
    if found.returncode:
        return Limit(GROWTH, None, MOST_GROWTH, _last_line(found.stderr))
    return Limit(GROWTH, float(found.stdout), MOST_GROWTH)


def _last_line(text: str) -> str:
    return text.strip().rsplit("\n", 1)[-1] or "no reason given"


def write_project(network: str, file: str) -> None:
    """One of :data:`NETWORKS` on MNIST, not yet trained.

    Raises:
        DataError: MNIST isn't there.
    """
    from engine.ours import graph_of, layers_of, settings_for
    from engine.works import STEPS
    from nnstudio.data.settings import DataSettings
    from nnstudio.data.sources import Mnist
    from nnstudio.persistence.project_file import save_project
    from nnstudio.project.project import Project

    Mnist().load()
    work = next(work for work in STEPS if work.name == network)
    settings = settings_for(work, 64, 1, epochs=1)
    project = Project(graph_of(layers_of(work)), data=DataSettings(Mnist()), settings=settings)
    save_project(project, Path(file))


def print_growth() -> None:
    """Train in this process, and print by how many MB it grew between the two :data:`STEPS`.

    Raises:
        OSError: the system has no /proc.
    """
    from engine.ours import Ours
    from engine.works import mlp, pictures

    first, last = STEPS
    ours = Ours(mlp(128), 16, 1, pictures())
    ours.run(first)
    before = _resident()
    ours.run(last - first)
    print((_resident() - before) / MB)
    ours.close()


def _resident() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
