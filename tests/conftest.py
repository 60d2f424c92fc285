"""What every test has: no display, folders of its own, MNIST if it is there, no silent skips."""

from __future__ import annotations

import gc
import os
from pathlib import Path

# Before anything imports Qt: a test that opens a window must not need a display.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# A test looks at where things end up, and doesn't wait for them.
os.environ["NNSTUDIO_REDUCE_MOTION"] = "1"

import pytest
from hypothesis import HealthCheck, settings

#: Whether the tests before were of the window.
HAD_WINDOWS = pytest.StashKey[bool]()
#: Reasons for which a test may be skipped where every test has to run (NNSTUDIO_CI=1).
ALLOWED_SKIPS: frozenset[str] = frozenset()

# The same examples in each run. To look for new ones: make test ARGS="--hypothesis-profile=explore"
settings.register_profile(
    "ci", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", deadline=None, max_examples=1000, print_blob=True)
settings.load_profile("ci")


@pytest.fixture(autouse=True)
def user_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Preferences, logs, data and caches go to a folder that belongs to the test."""
    home = tmp_path_factory.mktemp("user")
    monkeypatch.setenv("NNSTUDIO_CONFIG", str(home / "config"))
    monkeypatch.setenv("NNSTUDIO_LOG", str(home / "log"))
    for kind in ("CONFIG", "DATA", "CACHE", "STATE"):
        monkeypatch.setenv(f"XDG_{kind}_HOME", str(home / kind.lower()))


@pytest.fixture(autouse=True, scope="module")
def no_widget_is_left_to_other_threads(request: pytest.FixtureRequest) -> None:
    """Between tests of the window and others, garbage is collected on this thread.

    Those others start threads as they like, on which Python may collect what the window's tests
    have left. A widget must not die there: it takes the whole program with it.
    """
    is_of_the_window = "gui" in request.path.parts
    if not is_of_the_window and request.config.stash.get(HAD_WINDOWS, False):
        gc.collect()
    request.config.stash[HAD_WINDOWS] = is_of_the_window


@pytest.fixture(scope="session")
def mnist() -> Path:
    """The folder with the four MNIST files."""
    root = os.environ.get("NNSTUDIO_DATA", "")
    folder = Path(root, "mnist")
    if not root or not folder.is_dir():
        pytest.skip("$NNSTUDIO_DATA/mnist is missing")
    return folder


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Where every test has to run, a skipped one fails the session."""
    if not hasattr(session.config, "workerinput") and _forbidden_skips(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if skips := _forbidden_skips(config):
        terminalreporter.section("skipped, although NNSTUDIO_CI=1 asks for every test", red=True)
        for test, reason in skips:
            terminalreporter.write_line(f"{test}: {reason}")


def _forbidden_skips(config: pytest.Config) -> list[tuple[str, str]]:
    """The skipped tests and the reasons they give, but for allowed reasons."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    if os.environ.get("NNSTUDIO_CI") != "1" or reporter is None:
        return []
    told = {
        (report.nodeid, report.longrepr[2].removeprefix("Skipped: "))
        for report in reporter.stats.get("skipped", ())
    }
    return sorted((test, reason) for test, reason in told if reason not in ALLOWED_SKIPS)
