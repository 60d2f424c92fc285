"""Data for these tests: small IDX files made here, and the real ones where they are at hand."""

from __future__ import annotations

import gzip
import json
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import settings
from idx_files import only_small_mnist

# A busy machine is slow, and that is no failure.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")


@pytest.fixture
def small_mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with MNIST's four files, 30 + 10 made-up pictures, and no other MNIST in sight."""
    return only_small_mnist(tmp_path, monkeypatch)


def _shared(name: str) -> Path:
    root = os.environ.get("NNSTUDIO_DATA", "")
    if not root or not (Path(root) / name).exists():
        pytest.skip(f"needs {name} in the folder that NNSTUDIO_DATA names")
    return Path(root) / name


@pytest.fixture(scope="session")
def real_mnist() -> Path:
    """The folder of the real MNIST files."""
    return _shared("mnist")


@pytest.fixture(scope="session")
def pen_digits() -> tuple[list[list[list[list[float]]]], np.ndarray]:
    """Digits as people wrote them with a pen: the strokes of each, and the labels."""
    packed = _shared("pen-digits/dev.json.gz").read_bytes()
    entries = json.loads(gzip.decompress(packed))
    return [e["strokes"] for e in entries], np.array([e["label"] for e in entries])
