"""Files of older versions: one small function per step, each from one format to the next.

A migration works on plain values (dictionaries, lists, text, numbers), never on the program's
classes, since these go on changing after it was written.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from nnstudio.persistence.errors import Damaged, Newer

Migration = Callable[[dict[str, Any]], dict[str, Any]]

#: Stands for the hash of a run that belongs to the design beside it, where the hash itself would
#: have to be computed with the program's classes.
OF_THIS_DESIGN = "of this design"


def _early_stopping(plain: dict[str, Any]) -> dict[str, Any]:
    """1 to 2: stopping when the training loss no longer fell became early stopping in general.

    A run may now keep its best weights, and its hash no longer has settings at their default.
    """
    settings = dict(plain["settings"])
    stops = settings.pop("stop_when_converged", False)
    if "tolerance" in settings:
        settings["min_delta"] = settings.pop("tolerance")
    if stops:
        settings |= {
            "early_stopping": True,
            "monitor": "training loss",
            "restore_best_weights": False,
        }
    trained = plain["trained"]
    if trained is not None:
        trained = {**trained, "has_best": False}
        if trained["progress"] is not None:
            progress = dict(trained["progress"])
            if progress["run"] == _run_hash_of_1(plain):
                progress["run"] = OF_THIS_DESIGN
            progress |= {
                "steps_per_epoch": 0,
                "monitor": "training loss",
                "best_score": progress.pop("best_loss"),
                "best_epoch": 0,
                "ended_early": progress.pop("converged"),
                "result": "",
            }
            trained["progress"] = progress
    return {**plain, "settings": settings, "trained": trained}


def _run_hash_of_1(plain: dict[str, Any]) -> str:
    """What format 1 kept with a run of this design; design and settings were hashed as written."""
    names = ("loss", "losses", "optimizer", "schedule", "seed")
    fixed = {
        "nodes": [[n["id"], n["layer"], n["owner"], n["frozen"]] for n in plain["nodes"]],
        "edges": sorted([e["source"], e["target"], e["slot"]] for e in plain["edges"]),
        "data": plain["data"],
        "settings": {name: plain["settings"].get(name) for name in names},
    }
    return hashlib.sha256(msgspec.json.encode(fixed, order="sorted")).hexdigest()


def _notes_and_groups(plain: dict[str, Any]) -> dict[str, Any]:
    """2 to 3: notes, groups, bypassed nodes, frozen units and steps of preparation came."""
    nodes = [{**node, "frozen_units": [], "bypassed": False} for node in plain["nodes"]]
    trained = plain["trained"]
    if trained is not None:
        trained = {**trained, "steps": [], "given": []}
    return {**plain, "nodes": nodes, "notes": [], "groups": [], "trained": trained}


def _live_settings(plain: dict[str, Any]) -> dict[str, Any]:
    """3 to 4: more may change within a run, which keeps the settings it began with.

    Which run of an earlier version a design belongs to is for :mod:`earlier_runs` to know.
    """
    trained = plain["trained"]
    if trained is not None and trained["progress"] is not None:
        progress = {**trained["progress"], "converged": False, "begun": None}
        trained = {**trained, "progress": progress}
    return {**plain, "trained": trained}


#: From format n to n + 1.
MIGRATIONS: Mapping[int, Migration] = {
    1: _early_stopping,
    2: _notes_and_groups,
    3: _live_settings,
}

#: The format that is written.
VERSION = 4


def migrate(
    plain: object, migrations: Mapping[int, Migration] = MIGRATIONS, current: int = VERSION
) -> dict[str, Any]:
    """``plain``, as it was parsed, in the current format.

    Raises:
        Damaged: it has no version.
        Newer: its format comes after the current one.
    """
    version = plain.get("version") if isinstance(plain, dict) else None
    if not isinstance(plain, dict) or type(version) is not int or version < 1:
        raise Damaged("project.json doesn't tell its format's version")
    if version > current:
        raise Newer(version)
    for number in range(version, current):
        try:
            plain = {**migrations[number](plain), "version": number + 1}
        except (AttributeError, LookupError, TypeError, ValueError) as error:
            raise Damaged(f"it isn't of format {number}, as it says") from error
    return plain
