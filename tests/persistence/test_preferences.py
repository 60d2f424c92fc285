"""Preferences come back; whatever happened to their file, the program starts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from nnstudio.persistence.preferences import (
    Preferences,
    load_preferences,
    preferences_path,
    save_preferences,
)

SOME = Preferences("dark", ("/home/ada/x.nnstudio", "ü.nnstudio"), "AAEC", "AwQ=")


def write(text: bytes) -> None:
    preferences_path().parent.mkdir(parents=True, exist_ok=True)
    preferences_path().write_bytes(text)


def test_preferences_come_back_as_they_were_saved() -> None:
    save_preferences(SOME)
    assert load_preferences() == SOME


def test_without_a_file_there_are_defaults() -> None:
    assert load_preferences() == Preferences()


def test_the_folder_is_the_one_that_the_environment_names(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NNSTUDIO_CONFIG", str(tmp_path / "here"))
    save_preferences(SOME)
    assert [path.name for path in (tmp_path / "here").iterdir()] == ["preferences.json"]


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"\xff",
        b"[]",
        b'{"theme": 3}',
        b'{"recent": "x"}',
        b"[" * 100_000,
        json.dumps({"theme": "x" * 2**20}).encode(),
    ],
)
def test_a_damaged_file_gives_defaults(text: bytes) -> None:
    write(text)
    assert load_preferences() == Preferences()


def test_a_theme_that_does_not_exist_is_forgotten_and_the_rest_kept() -> None:
    write(b'{"theme": "pink", "recent": ["a"]}')
    assert load_preferences() == Preferences(recent=("a",))


def test_window_places_that_are_no_base64_are_forgotten() -> None:
    write(b'{"theme": "dark", "geometry": "?", "layout": "AAEC"}')
    assert load_preferences() == Preferences(theme="dark")


def test_preferences_of_other_versions_are_passed_over() -> None:
    write(b'{"theme": "dark", "surprise": 1}')
    assert load_preferences() == Preferences(theme="dark")


def test_a_place_that_cannot_be_written_is_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("NNSTUDIO_CONFIG", str(tmp_path / "file"))
    save_preferences(SOME)
    assert load_preferences() == Preferences()
