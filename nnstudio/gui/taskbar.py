"""The run's progress on the window's button in the taskbar, or its icon in the dock.

Qt 6 has no call for this on any system (Qt 5 had one for Windows, in QtWinExtras), so:

* Linux: docks such as those of Ubuntu, KDE Plasma and elementary listen on the session's D-Bus for
  ``com.canonical.Unity.LauncherEntry.Update``, which names the program by its desktop file. Nobody
  has to be listening; where there is no such bus nothing is sent.
* Windows and macOS: their interfaces (ITaskbarList3, NSDockTile) can't be reached through Qt, and
  nothing is done. The window's title has the percentage everywhere, and so on the button.
"""

from __future__ import annotations

import os
from collections.abc import Callable

_PATH = "/com/nnstudio/launcherentry"
_INTERFACE = "com.canonical.Unity.LauncherEntry"

#: Takes the name of a desktop file and what is to be shown.
Send = Callable[[str, dict[str, object]], object]


def entry(share: float | None) -> dict[str, object]:
    """What the dock is told: a bar at this share, or none."""
    if share is None:
        return {"progress": 0.0, "progress-visible": False}
    return {"progress": float(share), "progress-visible": True}


def sender() -> Send | None:
    """How to tell the dock of this desktop; ``None`` where there is nobody to tell."""
    # Asked for by itself the bus would be started where there is none.
    if not os.environ.get("DBUS_SESSION_BUS_ADDRESS"):
        return None
    from PySide6.QtDBus import QDBusConnection, QDBusMessage

    bus = QDBusConnection.sessionBus()
    if not bus.isConnected():
        return None

    def send(desktop_file: str, told: dict[str, object]) -> None:
        message = QDBusMessage.createSignal(_PATH, _INTERFACE, "Update")
        message.setArguments([f"application://{desktop_file}.desktop", told])
        bus.send(message)

    return send


class Taskbar:
    """Shows a share on the window's button, where the desktop can."""

    def __init__(self, desktop_file: str, send: Send | None = None) -> None:
        """``send``: how to tell the desktop; default: as this one wants to be told."""
        self._desktop_file = desktop_file
        self._send = send
        self._is_asked = send is not None

    def show(self, share: float | None) -> None:
        """A bar at ``share``; ``None`` takes it away."""
        if not self._is_asked:  # the first run asks, so that starting the window costs nothing
            self._send, self._is_asked = sender(), True
        if self._send is not None:
            self._send(self._desktop_file, entry(share))
