"""Files of older versions become files of the current one, step by step."""

from __future__ import annotations

import pytest

from nnstudio.persistence.errors import Damaged, Newer
from nnstudio.persistence.migrations import MIGRATIONS, VERSION, migrate

STEPS = {
    1: lambda plain: {**plain, "size": len(plain["name"])},
    2: lambda plain: {**plain, "size": plain["size"] * 10},
}


def test_an_old_text_passes_every_step_in_order() -> None:
    migrated = migrate({"version": 1, "name": "abc"}, STEPS, 3)
    assert migrated == {"version": 3, "name": "abc", "size": 30}


def test_a_text_of_a_version_between_passes_only_the_steps_after_it() -> None:
    assert migrate({"version": 2, "size": 4}, STEPS, 3) == {"version": 3, "size": 40}


def test_a_text_of_the_current_version_is_left_alone() -> None:
    plain = {"version": VERSION, "anything": 1}
    assert migrate(plain) == plain


def test_every_older_version_has_its_step() -> None:
    assert set(MIGRATIONS) == set(range(1, VERSION))


def test_a_text_from_the_future_is_told_apart() -> None:
    with pytest.raises(Newer) as raised:
        migrate({"version": VERSION + 1})
    assert raised.value.version == VERSION + 1


@pytest.mark.parametrize("plain", [None, [], {}, {"version": None}, {"version": 1.0}])
def test_a_text_without_a_version_is_damaged(plain: object) -> None:
    with pytest.raises(Damaged):
        migrate(plain)
