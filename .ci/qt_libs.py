"""Install the system libraries that Qt needs and that are missing (Debian and its relatives).

PySide6 brings Qt itself, but not what lies below it: OpenGL, fonts, D-Bus, and for a window on
screen the X11 or Wayland client libraries. Whatever can be loaded is left alone; when nothing is
missing, this takes a few milliseconds and runs no other program.

Run by itself, it sees to what drawing off screen needs: tests and pictures.
"""

import ctypes
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

# Shared library: the Debian package that has it.
OFFSCREEN = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
    "libxkbcommon.so.0": "libxkbcommon0",
}
X11 = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-glx.so.0": "libxcb-glx0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}
WAYLAND = {
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}
FONT_PACKAGE = "fonts-dejavu-core"
FONT_FOLDERS = ("/usr/share/fonts", "/usr/local/share/fonts", "~/.local/share/fonts", "~/.fonts")


def can_load(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def has_font() -> bool:
    for folder in FONT_FOLDERS:
        for _, _, files in os.walk(Path(folder).expanduser()):
            if any(name.lower().endswith((".ttf", ".otf", ".ttc")) for name in files):
                return True
    return False


def missing_packages(libraries: dict[str, str]) -> list[str]:
    packages = {package for library, package in libraries.items() if not can_load(library)}
    if libraries and not has_font():
        packages.add(FONT_PACKAGE)
    return sorted(packages)


def as_root() -> list[str] | None:
    """What to put before a command so that root runs it; None when that can't be had."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo"):
        return ["sudo"] if sys.stdin is not None and sys.stdin.isatty() else ["sudo", "-n"]
    return None


def install(packages: Iterable[str]) -> bool:
    prefix = as_root()
    if prefix is None or not shutil.which("apt-get"):
        return False
    for step in (["update"], ["install", "-y", "--no-install-recommends", *packages]):
        command = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq", *step]
        print("+", shlex.join(command), flush=True)
        # An update may fail for one source of many: only the installation counts.
        if subprocess.run(command, check=False).returncode != 0 and step[0] == "install":
            return False
    return True


def ensure(libraries: dict[str, str]) -> bool:
    """Install what is missing of these; say in one sentence what can't be installed."""
    if sys.platform != "linux":
        return True
    missing = missing_packages(libraries)
    if not missing:
        return True
    print("Qt needs system libraries that are missing here:", *missing, flush=True)
    install(missing)
    # Asked again in a process of its own: the loader remembers what it didn't find.
    again = [sys.executable, __file__, "--missing", *libraries]
    still = subprocess.run(again, check=True, capture_output=True, text=True).stdout.split()
    if not still:
        return True
    print(
        "These system packages are missing and could not be installed from here; install them as "
        f"root, then start again: apt-get install {' '.join(still)}",
        file=sys.stderr,
    )
    return False


if __name__ == "__main__":
    if sys.argv[1:2] == ["--missing"]:
        everything = OFFSCREEN | X11 | WAYLAND
        print(*missing_packages({library: everything[library] for library in sys.argv[2:]}))
    elif not ensure(OFFSCREEN):
        sys.exit(1)
