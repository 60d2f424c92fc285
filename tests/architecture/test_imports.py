"""What importing the package costs: no Qt unless a window is asked for."""

from __future__ import annotations

import subprocess
import sys

import pytest

WINDOW = {"PySide6", "shiboken6", "pyqtgraph"}


def modules_after(statement: str) -> set[str]:
    """The top-level modules that a fresh interpreter has loaded after ``statement``."""
    code = f"{statement}\nimport sys\nprint(*(name.partition('.')[0] for name in sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    return set(result.stdout.split())


@pytest.mark.parametrize(
    "statement",
    [
        "import nnstudio.cli",
        # With it come the floors below: project, training, graph, data, engine.
        "import nnstudio.persistence.project_file, nnstudio.project.model",
    ],
)
def test_only_the_window_loads_qt(statement: str) -> None:
    loaded = modules_after(statement)
    assert "nnstudio" in loaded
    assert not loaded & WINDOW


def test_importing_the_package_alone_loads_not_even_numpy() -> None:
    loaded = modules_after("import nnstudio")
    assert "nnstudio" in loaded
    assert not loaded & {"numpy", *WINDOW}


def test_the_help_of_the_command_loads_no_qt() -> None:
    loaded = modules_after(
        "import contextlib, io\n"
        "from nnstudio.cli import main\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):\n"
        "    main(['--help'])"
    )
    assert not loaded & WINDOW
