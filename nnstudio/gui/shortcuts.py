"""The page of all gestures: what the mouse and the keys do, in four tables beside each other."""

from __future__ import annotations

_KEYS = 160  # pixels: the descriptions of all tables begin at one line

_BUILD = (
    ("Drag", "or double-click", "add a layer"),
    ("Insert", "", "search a layer and add it"),
    ("Drag", "from port to port", "connect"),
    ("Delete", "", "delete what is selected"),
    ("Ctrl+C", ", X, V, D", "copy, cut, paste, duplicate"),
    ("F2", "", "rename"),
    ("N", "", "write a note"),
    ("Ctrl+B", "", "bypass, or take back in"),
    ("Ctrl+G", ", Ctrl+Shift+G", "group; ungroup"),
    ("Ctrl+H", "", "collapse or expand a group"),
    ("Ctrl+L", ", Ctrl+Shift+L", "tidy up across, or down"),
    ("Alt", "while dragging", "off the grid, or on it"),
    ("Ctrl+Z", ", Ctrl+Shift+Z", "undo, redo: training too"),
)
_KEYBOARD = (
    ("Tab", ", Home, End", "from card to card"),
    ("Alt", "+ arrows", "along the wires"),
    ("Ctrl", "+ arrows", "to the nearest card"),
    ("C", ", Tab, Enter", "connect"),
    ("W", ", Delete", "cut a wire"),
    ("Enter", ", F6", "to its settings, and back"),
)
_LOOK = (
    ("Ctrl+F", "", "find a node"),
    ("/", "", "search the layers"),
    ("F1", "", "help about the layer"),
    ("Wheel", ", + and −", "zoom"),
    ("Space", "or middle + drag", "move the canvas"),
    ("F", ", Ctrl+9", "fit the network"),
)
_TRAIN = (
    ("Space", "or Ctrl+R", "run or pause"),
    ("→", "or Ctrl+.", "step a batch; no card selected"),
    ("Shift+→", "or Ctrl+Shift+.", "step an epoch"),
    ("Home", ", End, B", "time slider: first, now, best"),
)


def _table(title: str, rows: tuple[tuple[str, str, str], ...]) -> str:
    lines = "".join(
        f"<tr><td width='{_KEYS}'><b>{key}</b>{'' if more.startswith(',') else ' '}{more}</td>"
        f"<td>{does}</td></tr>"
        for key, more, does in rows
    )
    return f"<p><b>{title}</b></p><table cellspacing='4'>{lines}</table>"


SHORTCUTS = (
    "<table style='white-space: nowrap'><tr>"
    f"<td>{_table('Build', _BUILD)}</td><td width='16'></td>"
    f"<td>{_table('By keyboard alone', _KEYBOARD)}{_table('Look around', _LOOK)}"
    f"{_table('Train', _TRAIN)}</td></tr></table>"
)
