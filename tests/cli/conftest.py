"""What every test of the command line has at hand."""

from __future__ import annotations

from pathlib import Path

import pytest
from command_line import LINE, SPIRAL, CommandLine, saved


@pytest.fixture
def nnstudio(capsys: pytest.CaptureFixture[str]) -> CommandLine:
    return CommandLine(capsys)


@pytest.fixture
def line(tmp_path: Path) -> Path:
    """An untrained network for a line."""
    return saved(LINE, tmp_path / "line.nnstudio")


@pytest.fixture
def spiral(tmp_path: Path) -> Path:
    """An untrained classifier of points."""
    return saved(SPIRAL, tmp_path / "spiral.nnstudio")
