"""``nnstudio [FILE]``: open the window."""

from __future__ import annotations

from argparse import Namespace

from nnstudio.cli.display import has_display
from nnstudio.messages import StudioError


def run(arguments: Namespace) -> int:
    """Open the window and work until it is closed."""
    if not has_display():
        raise StudioError("no_display", file=arguments.file or "FILE")
    try:
        from nnstudio.gui import app
    except ImportError as error:
        raise StudioError("no_window", reason=error) from error
    return app.run(arguments.file)
