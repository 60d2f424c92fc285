"""What a project file says about its data."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.data.augmentation import AUGMENTATIONS
from nnstudio.data.preparation import INPUT_PREPARATIONS, PREPARATIONS
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Digits, Line, Mnist, Spiral, Square
from nnstudio.data.split import Split
from nnstudio.messages import StudioError

sources = st.sampled_from(
    [Line(slope=3.0), Square(pairs=((1.0, 2.0),)), Spiral(), Digits(), Mnist("/data")]
)
kinds = st.sampled_from(PREPARATIONS)
input_kinds = st.sampled_from(INPUT_PREPARATIONS)
augmentations = st.lists(st.sampled_from([cls() for cls in AUGMENTATIONS.values()]), max_size=4)
splits = st.builds(Split, st.floats(0, 0.4), st.floats(0, 0.4), st.integers(0, 1000))


@given(
    st.builds(
        DataSettings,
        sources,
        splits,
        input_kinds,
        kinds,
        kinds,
        st.just(()),
        augmentations.map(tuple),
    )
)
def test_settings_survive_a_project_file(settings: DataSettings) -> None:
    plain = json.loads(json.dumps(settings.to_plain()))
    assert DataSettings.from_plain(plain, "$.data") == settings


def test_files_from_before_there_was_augmentation_have_none() -> None:
    plain = DataSettings(Line()).to_plain()
    del plain["augmentation"]
    assert DataSettings.from_plain(plain, "$.data") == DataSettings(Line())


def changed(path: str, value: Any) -> Any:
    """Settings as in a file, with the value at ``path`` replaced."""
    plain: Any = DataSettings(Line()).to_plain()
    *folders, last = path.split(".")
    inner = plain
    for folder in folders:
        inner = inner[folder]
    inner[last] = value
    return plain


@pytest.mark.parametrize(
    ("plain", "words"),
    [
        ([], r"\$\.data: expected data settings, got list"),
        ({"source": {"type": "Line"}}, "none for inputs, split, targets"),
        (changed("colour", 1), "no setting “colour”"),
        (changed("source.type", "Lime"), r"\$\.data\.source: unknown type 'Lime'"),
        (changed("source.noise", -1.0), "at least 0"),
        (changed("source.noise", "much"), r"\$\.data\.source\.noise"),
        (changed("split.validation", 0.85), "at most 0.8"),
        (changed("split.validation", 0.8), "together take 95 %"),
        (changed("inputs", "whiten"), "one of none, scale, standardise"),
        (changed("targets", "scale each"), "one of none, scale, standardise"),
        (changed("augmentation", {}), r"\$\.data\.augmentation: expected data settings, got dict"),
        (changed("augmentation", [{"type": "Melt"}]), r"augmentation\[0\]: unknown type 'Melt'"),
        (changed("augmentation", [{"type": "Rotate", "angle": 200.0}]), "at most 180"),
        (changed("targets", 3), "one of none, scale, standardise"),
    ],
)
def test_settings_that_cannot_be_are_refused_with_a_sentence(plain: Any, words: str) -> None:
    with pytest.raises(StudioError, match=words):
        DataSettings.from_plain(plain, "$.data")
