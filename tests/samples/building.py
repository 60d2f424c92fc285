"""The script that builds the samples, as a module."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

FOLDER = Path(__file__).resolve().parents[2] / "samples"


def _load() -> ModuleType:
    spec = spec_from_file_location("build_samples", FOLDER / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


build_samples = _load()
SAMPLES = {sample.name: sample for sample in build_samples.SAMPLES}
