"""On what the numbers were measured."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from time import sleep

from engine.works import SEED

#: What has to do with speed, as packages are called.
PACKAGES = ("numpy", "torch", "jax", "jaxlib", "scikit-learn", "threadpoolctl")
#: Threads that wait for each other by spinning lose far more than what others take: PyTorch with
#: two threads became 100 times slower beside one program that kept one of two cores busy.
MOST_BUSY = 0.1


def machine_lines(command: str) -> list[str]:
    """Processor, versions, seed and command."""
    versions = ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    return [
        f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        f"Python {platform.python_version()}, {versions}",
        f"BLAS of numpy: {_blas()}",
        f"seed {SEED}; command: {command}",
    ]


class Others:
    """Watches how much of all processors other programs take, since it was made."""

    def __init__(self) -> None:
        self._before = _ticks()

    def share(self) -> float | None:
        """From 0 to 1; ``None`` where the system doesn't tell."""
        now = _ticks()
        if self._before is None or now is None:
            return None
        busy, total, own = (a - b for a, b in zip(now, self._before, strict=True))
        return max(0.0, (busy - own) / total) if total > 0 else 0.0


def _ticks() -> tuple[float, float, float] | None:
    """Ticks so far of all processors at work, of all processors, and of this process."""
    try:
        first = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0]
    except OSError:
        return None
    user, nice, system, idle, waiting, *others = map(int, first.split()[1:9])
    busy = user + nice + system + sum(others)
    own = os.times()
    return busy, busy + idle + waiting, (own.user + own.system) * os.sysconf("SC_CLK_TCK")


def others_line(seconds: float = 1.0) -> str:
    """How much of the processors other programs take while this one sleeps."""
    others = Others()
    sleep(seconds)
    share = others.share()
    if share is None:
        return "how busy other programs keep this machine isn't known here"
    line = f"other programs take {share:.0%} of the processors just before"
    if share > MOST_BUSY:
        line += ": times are doubtful, and with two threads ratios too"
    return line


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def processor() -> str:
    """The processor's name."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or "unknown processor"
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _blas() -> str:
    import numpy as np
    from threadpoolctl import threadpool_info

    assert np.__version__, "what is asked about must be loaded"
    found = [pool for pool in threadpool_info() if pool["user_api"] == "blas"]
    return ", ".join(
        f"{pool['internal_api']} {pool['version']} ({pool.get('architecture')})" for pool in found
    )
