"""What the program remembers about its user between two starts.

Losing it is no harm, so nothing here ever fails: a file that is missing or damaged gives defaults,
and one that can't be written is left alone.
"""

from __future__ import annotations

import base64
import logging
import os
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
from platformdirs import user_config_path

from nnstudio.persistence.atomic import replacing

#: Names the folder of all that the program keeps about its user.
CONFIG_VARIABLE = "NNSTUDIO_CONFIG"
_MOST_BYTES = 2**20
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Preferences:
    """All preferences.

    Attributes:
        theme: ``light`` or ``dark``; empty for the desktop's.
        recent: the paths of projects opened or saved lately, latest first.
        geometry: where the window was, as Qt tells it, in base64; empty for the default.
        layout: how its docks were arranged, the same way.
        wheel_zooms: the wheel zooms on the canvas; otherwise it scrolls.
        snaps: cards are moved on the grid.
        minimap: when there is one: ``automatic``, ``always`` or ``never``.
        reduces_motion: cards that are put in order don't glide there.
        tells_of_ends: a notification tells of the end of a long run.
        on_cards: what the cards of the canvas show; empty for what the window thinks best.
        sign_colours: how weights above and below 0 are coloured; empty for the usual colours.
        wire_weights: whether wires show how strong the weights behind them are.
    """

    theme: str = ""
    recent: tuple[str, ...] = ()
    geometry: str = ""
    layout: str = ""
    wheel_zooms: bool = True
    snaps: bool = True
    minimap: str = "automatic"
    reduces_motion: bool = False
    tells_of_ends: bool = True
    on_cards: str = ""
    sign_colours: str = ""
    wire_weights: bool = False


def preferences_path() -> Path:
    """The file: in the folder that ``NNSTUDIO_CONFIG`` names, or in the user's usual one."""
    folder = os.environ.get(CONFIG_VARIABLE)
    root = Path(folder) if folder else user_config_path("nnstudio", appauthor=False)
    return root / "preferences.json"


def load_preferences() -> Preferences:
    """What was saved last, or the defaults."""
    try:
        with preferences_path().open("rb") as file:
            preferences = msgspec.json.decode(file.read(_MOST_BYTES), type=Preferences)
    except (OSError, ValueError, RecursionError):
        return Preferences()
    if preferences.theme not in ("", "light", "dark"):
        preferences = replace(preferences, theme="")
    if preferences.minimap not in ("automatic", "always", "never"):
        preferences = replace(preferences, minimap="automatic")
    if not (_is_base64(preferences.geometry) and _is_base64(preferences.layout)):
        preferences = replace(preferences, geometry="", layout="")
    return preferences


def save_preferences(preferences: Preferences) -> None:
    """Write ``preferences``, if that is possible."""
    path = preferences_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as file:
            file.write(msgspec.json.format(msgspec.json.encode(preferences), indent=2) + b"\n")
    except (OSError, ValueError) as error:
        _log.warning("preferences can't be written to %s: %s", path, error)


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except ValueError:
        return False
    return True
