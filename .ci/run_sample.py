"""Open a project in the window; with no display, train it here and draw the window afterwards.

Called by `make run` once the package is installed: run_sample.py samples/digits.nnstudio
"""

import ctypes
import os
import sys
from pathlib import Path

import qt_libs

PICTURE = Path("build", "after-training.png")


def x11_opens() -> bool:
    """Whether the X server that DISPLAY names answers."""
    if not os.environ.get("DISPLAY"):
        return False
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return False
    xcb.xcb_connect.restype = ctypes.c_void_p
    connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
    refused = xcb.xcb_connection_has_error(connection)
    xcb.xcb_disconnect(connection)
    return not refused


def wayland_opens() -> bool:
    """Whether the socket that WAYLAND_DISPLAY names is there."""
    name = os.environ.get("WAYLAND_DISPLAY")
    # An absolute name counts as it is.
    return bool(name) and Path(os.environ.get("XDG_RUNTIME_DIR", "/"), str(name)).is_socket()


def main(project: str) -> None:
    if not qt_libs.ensure(qt_libs.OFFSCREEN):
        sys.exit(1)
    if os.environ.get("QT_QPA_PLATFORM", "").startswith(("offscreen", "minimal")):
        window = False
    elif sys.platform == "linux":
        x11, wayland = x11_opens(), wayland_opens()
        needed = (qt_libs.X11 if x11 else {}) | (qt_libs.WAYLAND if wayland else {})
        if not qt_libs.ensure(needed):
            sys.exit(1)
        window = x11 or wayland
    else:
        window = True

    if window:
        command = [project]
    else:
        print(
            f"No display to open a window on: training {project} here in the terminal, "
            f"then drawing the window to {PICTURE}.",
            flush=True,
        )
        PICTURE.parent.mkdir(exist_ok=True)
        command = ["demo", project, "--picture", str(PICTURE)]
    os.execv(sys.executable, [sys.executable, "-m", "nnstudio", *command])


if __name__ == "__main__":
    main(*sys.argv[1:])
