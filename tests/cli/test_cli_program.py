"""The program as a whole: what it imports, its exit codes, and where it is told to stop."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import (
    LINE,
    CommandLine,
    Result,
    changed_environment,
    in_own_process,
    saved,
    trained,
)
from PIL import Image

import nnstudio as package
from nnstudio.cli import log, program

NO_DISPLAY: dict[str, str | None] = {
    "DISPLAY": None, "WAYLAND_DISPLAY": None, "QT_QPA_PLATFORM": None
}  # fmt: skip


def modules_after(code: str) -> set[str]:
    """The top-level modules that a new Python has imported after ``code``."""
    told = "import sys; print(*{name.partition('.')[0] for name in sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\n{told}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return set(done.stdout.splitlines()[-1].split())


# ---------------------------------------------------------------- what is imported


@pytest.mark.parametrize(
    "code",
    [
        "import nnstudio",
        "from nnstudio.cli import main; assert main(['--help']) == 0",
        "from nnstudio.cli import main; assert main(['--version']) == 0",
        "from nnstudio.cli import main; assert main(['train', '--help']) == 0",
        "from nnstudio.cli import main; assert main(['train']) == 2",
    ],
)
def test_importing_and_asking_for_help_import_neither_qt_nor_numpy(code: str) -> None:
    assert not modules_after(code) & {"PySide6", "shiboken6", "pyqtgraph", "numpy", "msgspec"}


def test_commands_without_a_window_do_not_import_qt(line: Path) -> None:
    code = f"from nnstudio.cli import main; assert main(['train', {str(line)!r}]) == 0"
    assert not modules_after(code) & {"PySide6", "shiboken6", "pyqtgraph", "PIL"}


# ---------------------------------------------------------------- help and exit codes


def test_help_names_every_command(nnstudio: CommandLine) -> None:
    result = nnstudio("--help")
    assert result.code == 0
    for command in ("train", "evaluate", "predict", "info", "demo"):
        assert f"nnstudio {command}" in result.out
        own = nnstudio(command, "--help")
        assert own.code == 0
        assert f"usage: nnstudio {command}" in own.out


def test_version_is_that_of_the_package(nnstudio: CommandLine) -> None:
    assert nnstudio("--version") == Result(0, f"nnstudio {package.__version__}\n", "")


@pytest.mark.parametrize(
    "arguments",
    [
        ("train",),
        ("train", "a", "b"),
        ("train", "a", "--epoch-count", "3"),
        ("predict", "a"),
        ("demo", "a"),
        ("a", "b"),
        ("--nonsense",),
    ],
)
def test_arguments_that_make_no_sense_are_told_with_the_usage(
    nnstudio: CommandLine, arguments: tuple[str, ...]
) -> None:
    result = nnstudio(*arguments)
    assert (result.code, result.out) == (2, "")
    assert result.err.startswith("usage: nnstudio")


@pytest.mark.parametrize("command", ["train", "evaluate", "predict", "info", "demo", "window"])
def test_a_missing_file_is_one_sentence_and_code_2(
    nnstudio: CommandLine, tmp_path: Path, command: str
) -> None:
    more = {"predict": ["x.csv"], "demo": ["--picture", "x.png"]}.get(command, [])
    arguments = [] if command == "window" else [command]
    told = nnstudio.complaint(*arguments, tmp_path / "gone.nnstudio", *more)
    assert told == f"{tmp_path / 'gone.nnstudio'} was not found: check the path.\n"


def test_the_module_and_its_exit_code_are_the_commands(line: Path, tmp_path: Path) -> None:
    done = in_own_process("train", line, "--json")
    assert (done.code, done.err) == (0, "")
    assert json.loads(done.out.splitlines()[-1])["epochs"] == 6
    assert in_own_process("train", tmp_path / "gone").code == 2


def test_a_file_called_like_a_command_is_reached_by_its_path(
    nnstudio: CommandLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    saved(LINE, tmp_path / "train")
    monkeypatch.chdir(tmp_path)
    assert nnstudio.json("info", "./train")["parameters"] == 13
    assert nnstudio("train").code == 2  # the command, without its file


# ---------------------------------------------------------------- the window


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="every desktop has a display")
def test_without_a_display_the_window_is_a_sentence(line: Path) -> None:
    done = in_own_process(line, environment=NO_DISPLAY)
    assert (done.code, done.out) == (2, "")
    assert "There is no display to open a window on" in done.err
    assert f"nnstudio demo {line} --picture" in done.err


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="every desktop has a display")
@pytest.mark.parametrize(
    "display", [{"DISPLAY": ":987"}, {"WAYLAND_DISPLAY": "wayland-987"}], ids=["x11", "wayland"]
)
def test_a_display_that_does_not_answer_is_none(
    line: Path, tmp_path: Path, display: dict[str, str | None]
) -> None:
    environment = {**NO_DISPLAY, "XDG_RUNTIME_DIR": str(tmp_path), **display}
    assert "There is no display" in in_own_process(line, environment=environment).err


def test_without_qt_the_window_is_a_sentence(line: Path, tmp_path: Path) -> None:
    (tmp_path / "PySide6").mkdir()
    (tmp_path / "PySide6" / "__init__.py").write_text("raise ImportError('libEGL.so.1 is missing')")
    environment = {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(tmp_path)}
    done = in_own_process(line, environment={**environment, **python_path(tmp_path)})
    assert done.code == 2
    assert done.err.startswith("The window can't be opened: libEGL.so.1 is missing.")


def python_path(first: Path) -> dict[str, str]:
    """This process's import path with a folder before it."""
    return {"PYTHONPATH": os.pathsep.join([str(first), *filter(None, sys.path)])}


def test_a_damaged_file_is_a_sentence_instead_of_a_window(line: Path) -> None:
    line.write_bytes(b"nonsense")
    done = in_own_process(line, environment={"QT_QPA_PLATFORM": "offscreen"})
    assert (done.code, done.out) == (2, "")
    assert "is not an nnstudio project" in done.err


def test_the_demo_trains_anew_and_draws_the_window(tmp_path: Path) -> None:
    line, picture = saved(trained(LINE), tmp_path / "line"), tmp_path / "window.png"
    done = in_own_process("demo", line, "--picture", picture, environment=NO_DISPLAY)
    assert done.code == 0
    assert "No window opens here" in done.err
    assert "Epoch 6 of 6" in done.err
    assert "Off the true line" in done.out
    with Image.open(picture) as image:
        assert image.size == (1280, 800)
        assert len(image.getcolors(2**24) or ()) > 50


# ---------------------------------------------------------------- what nobody expects


def test_an_error_nobody_expected_is_a_sentence_and_goes_to_the_log(
    nnstudio: CommandLine, line: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(arguments: object) -> int:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(program, "_run", fail)
    result = nnstudio("info", line)
    assert (result.code, result.out) == (1, "")
    assert result.err == (
        f"Something unexpected went wrong: ZeroDivisionError: a bug. "
        f"The details are in {log.log_path()}.\n"
    )
    assert "Traceback" in log.log_path().read_text("utf-8")


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (KeyboardInterrupt, 130, "Interrupted."),
        (MemoryError, 2, "There is not enough memory for this"),
    ],
)
def test_ctrl_c_and_a_full_memory_are_sentences(
    nnstudio: CommandLine,
    line: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: type[BaseException],
    code: int,
    sentence: str,
) -> None:
    def fail(arguments: object) -> int:
        raise error

    monkeypatch.setattr(program, "_run", fail)
    result = nnstudio("info", line)
    assert (result.code, result.out) == (code, "")
    assert result.err.startswith(sentence)
    assert not log.log_path().exists()


def test_a_log_that_cannot_be_written_does_not_make_things_worse(
    nnstudio: CommandLine, line: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(arguments: object) -> int:
        raise ZeroDivisionError("a bug")

    monkeypatch.setattr(program, "_run", fail)
    monkeypatch.setenv("NNSTUDIO_LOG", str(line))
    result = nnstudio("info", line)
    assert result.code == 1
    assert "The details are in no log, as it can't be written." in result.err


def test_commands_that_end_well_leave_no_log(nnstudio: CommandLine, line: Path) -> None:
    nnstudio.json("train", line)
    nnstudio.complaint("evaluate", line)
    assert not log.log_path().exists()


def test_a_reader_that_has_seen_enough_is_no_error(line: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as nobody_reads:
        done = subprocess.run(
            [sys.executable, "-m", "nnstudio", "info", str(line)],
            stdout=nobody_reads,
            stderr=subprocess.PIPE,
            env=changed_environment({}),
            check=False,
            timeout=60,
        )
    assert (done.returncode, done.stderr) == (1, b"")


def test_a_terminal_that_knows_only_ascii_gets_question_marks(tmp_path: Path) -> None:
    environment: dict[str, str | None] = {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"}
    done = in_own_process("info", saved(LINE, tmp_path / "x"), environment=environment)
    assert done.code == 0
    told = in_own_process("train", tmp_path / "x", "--data", "digits", environment=environment)
    assert told.code == 2
    assert "shape 1 ? 8 ? 8" in told.err
