"""From arguments to an exit code; whatever goes wrong becomes a sentence on stderr.

Exit codes: 0 all is well; 1 something unexpected; 2 wrong arguments, files, data or settings;
130 interrupted.
"""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from nnstudio.cli.arguments import parse
from nnstudio.messages import StudioError, sentence


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``nnstudio`` with the arguments ``argv`` (default: the process's) and return its code."""
    try:
        arguments = parse(sys.argv[1:] if argv is None else argv)
    except SystemExit as end:  # argparse has said what is to be said
        return end.code if isinstance(end.code, int) else 2
    _spare_narrow_terminals()
    try:
        code = _run_logged(arguments)
        sys.stdout.flush()  # a reader that has gone shows now, not while the interpreter ends
        return code
    except StudioError as error:
        print(error, file=sys.stderr)
        return 2
    except MemoryError:
        print(sentence("no_memory"), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(sentence("interrupted"), file=sys.stderr)
        return 130
    except BrokenPipeError:  # whoever read our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1


def _run_logged(arguments: Namespace) -> int:
    """Run the command; an error nobody expected goes to the log, not to the terminal."""
    from nnstudio.cli.log import log_to_file

    with log_to_file() as log:
        try:
            return _run(arguments)
        except (StudioError, MemoryError, BrokenPipeError):
            raise
        except Exception as error:
            log.exception("unexpected error in “nnstudio %s”", arguments.command)
            reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            print(sentence("unexpected", reason=reason, log=log.place), file=sys.stderr)
            return 1


def _run(arguments: Namespace) -> int:
    """Run the command, whose module has its name."""
    if arguments.file is not None:
        _check_there(arguments.file)
    module = arguments.command.replace("-", "_")
    code: int = import_module(f"nnstudio.cli.{module}").run(arguments)
    return code


def _check_there(file: str) -> None:
    """Raise :class:`StudioError` if there is no such file, before anything heavy is imported."""
    try:
        Path(file).stat()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise StudioError("file_missing", file=file) from error
    except OSError as error:
        reason = error.strerror or str(error)
        raise StudioError("file_unreadable", file=file, reason=reason) from error


def _spare_narrow_terminals() -> None:
    """Where a terminal knows only ASCII, other signs become question marks instead of errors."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")
