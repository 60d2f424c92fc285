"""Where every test has to run, a skipped one fails: nothing that was asked for is left out."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CONFTEST = Path(__file__).resolve().parents[1] / "conftest.py"

ALL_RUN = "def test_it_runs(): pass"

SKIPS_ONE = """
import pytest

@pytest.mark.skip(reason="too slow")
def test_that_does_not_run(): pass
"""

SKIPS_FOR_DATA = "def test_on_mnist(mnist): pass"

SKIPS_ALL = "import pytest; pytest.skip('no such library', allow_module_level=True)"


@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["one process", "xdist"])
def test_skipped_tests_fail_the_session_where_everything_has_to_run(
    tmp_path: Path, workers: tuple[str, ...]
) -> None:
    code, output = run(tmp_path, ALL_RUN, SKIPS_ONE, SKIPS_FOR_DATA, SKIPS_ALL, workers=workers)
    assert code == pytest.ExitCode.TESTS_FAILED
    for reason in ("too slow", "$NNSTUDIO_DATA/mnist is missing", "no such library"):
        assert f": {reason}" in output


def test_a_session_without_a_skip_passes_where_everything_has_to_run(tmp_path: Path) -> None:
    code, output = run(tmp_path, ALL_RUN)
    assert code == pytest.ExitCode.OK, output


def test_elsewhere_tests_may_be_skipped(tmp_path: Path) -> None:
    code, output = run(tmp_path, ALL_RUN, SKIPS_ONE, SKIPS_FOR_DATA, everything=False)
    assert code == pytest.ExitCode.OK, output


def run(
    folder: Path, *modules: str, workers: tuple[str, ...] = (), everything: bool = True
) -> tuple[int, str]:
    """A session of its own on these test modules, under our conftest: exit code and output."""
    (folder / "conftest.py").write_text(CONFTEST.read_text(encoding="utf-8"), encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]")
    for number, module in enumerate(modules):
        (folder / f"test_{number}.py").write_text(module)
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("NNSTUDIO", "PYTEST"))}
    if everything:
        environment["NNSTUDIO_CI"] = "1"
    unused = [f"-pno:{plugin}" for plugin in ("cacheprovider", "pytest-qt", "timeout")]
    result = subprocess.run(
        [sys.executable, "-m", "pytest", *unused, *workers, str(folder)],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=60,
    )
    return result.returncode, result.stdout
