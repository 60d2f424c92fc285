"""Is there a display? Qt ends the whole process, without a sentence, where there is none."""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path


def has_display() -> bool:
    """Whether a window can be opened, as far as that can be known without Qt."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return _x11_answers() or _wayland_answers()


def _x11_answers() -> bool:
    """Whether there is an X server where ``DISPLAY`` says."""
    if not os.environ.get("DISPLAY"):
        return False
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # can't be known: Qt shall say what it lacks
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    refused = bool(xcb.xcb_connection_has_error(connection))
    xcb.xcb_disconnect(connection)
    return not refused


def _wayland_answers() -> bool:
    """Whether the socket of a Wayland compositor is where ``WAYLAND_DISPLAY`` says."""
    name = os.environ.get("WAYLAND_DISPLAY")
    folder = Path(os.environ.get("XDG_RUNTIME_DIR", "/"))
    return bool(name) and (folder / str(name)).is_socket()
