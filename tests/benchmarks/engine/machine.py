"""On what the numbers were measured."""

from __future__ import annotations

import os
import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from engine.works import SEED

#: What has to do with speed, as packages are called.
PACKAGES = ("numpy", "torch", "jax", "jaxlib", "scikit-learn", "threadpoolctl")


def machine_lines(command: str) -> list[str]:
    """Processor, versions, seed and command."""
    versions = ", ".join(f"{name} {_version(name)}" for name in PACKAGES)
    return [
        f"{processor()}, {os.cpu_count()} cores, {platform.system()} {platform.machine()}",
        f"Python {platform.python_version()}, {versions}",
        f"BLAS of numpy: {_blas()}",
        f"seed {SEED}; command: {command}",
    ]


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
