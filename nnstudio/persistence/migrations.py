"""Files of older versions: one small function per step, each from one format to the next.

A migration works on plain values (dictionaries, lists, text, numbers), never on the program's
classes, since these go on changing after it was written.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from nnstudio.persistence.errors import Damaged, Newer

Migration = Callable[[dict[str, Any]], dict[str, Any]]

#: From format n to n + 1.
MIGRATIONS: Mapping[int, Migration] = {}

#: The format that is written.
VERSION = 1


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
        plain = {**migrations[number](plain), "version": number + 1}
    return plain
