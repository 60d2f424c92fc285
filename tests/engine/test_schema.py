"""Declared settings: what is legal, how a person is told, and the way to a file and back."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, get_args, get_origin

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnstudio.data.sources import SOURCES
from nnstudio.data.split import Split
from nnstudio.engine.catalogue import LAYERS, LOSSES, OPTIMIZERS, SCHEDULES
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.initialisers import WEIGHT_INITIALISERS
from nnstudio.engine.optimizers import Adam
from nnstudio.engine.shaping import Input
from nnstudio.messages import sentence
from nnstudio.schema import (
    Setting,
    SettingError,
    check,
    check_value,
    from_plain,
    setting,
    settings_of,
    to_plain,
)
from nnstudio.training.settings import TrainingSettings

CATALOGUE: dict[str, type[Any]] = {
    **LAYERS,
    **LOSSES,
    **OPTIMIZERS,
    **SCHEDULES,
    **SOURCES,
    "Split": Split,
    "TrainingSettings": TrainingSettings,
}
SETTINGS = [(name, item) for name, cls in CATALOGUE.items() for item in settings_of(cls)]
each_setting = pytest.mark.parametrize(
    ("name", "item"), SETTINGS, ids=[f"{name}.{item.name}" for name, item in SETTINGS]
)


def legal(item: Setting) -> st.SearchStrategy[Any]:
    """Every value that ``item`` may have, made from its declaration."""
    rule = item.rule
    if rule.choices is not None:
        return st.sampled_from(rule.choices)
    if get_origin(item.type) is tuple:
        kinds = get_args(item.type)
        part = legal(Setting(item.name, kinds[0], None, rule))
        if kinds[-1] is Ellipsis:
            return st.lists(part, max_size=3).map(tuple)
        return st.tuples(*[part] * len(kinds))
    if item.type is bool:
        return st.booleans()
    if item.type is int:
        low = -(2**63) if rule.ge is None else int(rule.ge)
        high = 2**63 - 1 if rule.le is None else int(rule.le)
        return st.integers(low, high)
    if item.type is float:
        return st.floats(
            rule.gt if rule.ge is None else rule.ge,
            rule.lt if rule.le is None else rule.le,
            exclude_min=rule.gt is not None,
            exclude_max=rule.lt is not None,
            allow_nan=False,
            allow_infinity=False,
        ).map(lambda value: int(value) if value.is_integer() else value)  # 1 is a number too
    return st.text(max_size=5)


def illegal(item: Setting) -> Iterator[Any]:
    """Values that ``item`` may not have: other kinds, and numbers just beyond each bound."""
    yield None
    yield []
    yield {"a": 1}
    rule = item.rule
    if rule.choices is not None:
        yield from ("", "no choice", 3)
        return
    if get_origin(item.type) is tuple:
        kinds = get_args(item.type)
        yield "text"
        yield 3
        parts = list(illegal(Setting(item.name, kinds[0], None, rule)))
        if kinds[-1] is Ellipsis:
            yield from ((part,) for part in parts)
        else:
            yield ()
            yield (1.0,) * (len(kinds) + 1)
            yield from ((1.0,) * (len(kinds) - 1) + (part,) for part in parts)
        return
    if item.type is bool:
        yield from (0, 1, "yes")
        return
    if item.type is str:
        yield from (3, True, b"text")
        return
    yield from (True, False, "3", math.nan, math.inf, -math.inf, 1j, 10**400, -(10**400), 10**5000)
    if item.type is int:
        yield from (1.5, 2.0, np.int64(3), 2**63, -(2**63) - 1)
    small = 1 if item.type is int else 1e-9
    if rule.ge is not None:
        yield rule.ge - small * max(1, abs(rule.ge))
    if rule.le is not None:
        yield rule.le + small * max(1, abs(rule.le))
    yield from (bound for bound in (rule.gt, rule.lt) if bound is not None)


# ---------------------------------------------------------------- what may be


@pytest.mark.parametrize("name", CATALOGUE)
def test_the_defaults_of_every_class_are_legal(name: str) -> None:
    subject = CATALOGUE[name]()
    assert check(subject) is subject


@each_setting
@settings(max_examples=25)
@given(data=st.data())
def test_every_legal_value_is_accepted_and_survives_a_file(
    name: str, item: Setting, data: st.DataObject
) -> None:
    cls = CATALOGUE[name]
    subject = cls(**{item.name: data.draw(legal(item))})
    assert check(subject) is subject
    plain = msgspec.json.decode(msgspec.json.encode(to_plain(subject)))
    again = from_plain(plain, CATALOGUE, "$")
    assert {s.name: getattr(again, s.name) for s in settings_of(cls)} == {
        s.name: getattr(subject, s.name) for s in settings_of(cls)
    }
    assert to_plain(again) == plain


@each_setting
def test_an_illegal_value_is_refused_with_the_names_of_owner_and_setting(
    name: str, item: Setting
) -> None:
    cls = CATALOGUE[name]
    for value in illegal(item):
        with pytest.raises(SettingError) as refused:
            check(cls(**{item.name: value}))
        text = str(refused.value)
        assert text.startswith(f"{cls.__name__}: {item.label} must be "), text
        assert len(text) < 400, "a wrong value is shown cut short"
        with pytest.raises(SettingError):
            check_value(cls, item, value)


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        (Dropout(rate=-1), "Dropout: Rate must be a number, at least 0 and below 1; got -1."),
        (Dense(use_bias=1), "Dense: Use bias must be yes or no; got 1."),  # type: ignore[arg-type]
        (Dropout(rate=1.0), "Dropout: Rate must be a number, at least 0 and below 1; got 1.0."),
        (Adam(epsilon=0.0), "Adam: ε must be a number, above 0 and at most 1; got 0.0."),
        (
            Input(shape=(3, 0)),
            "Input: Shape must be a list, each a whole number, "
            "at least 1 and at most 1,000,000; got (3, 0).",
        ),
        (
            Dense(initialiser="luck"),
            f"Dense: Weight start must be one of {', '.join(WEIGHT_INITIALISERS)}; got 'luck'.",
        ),
        (
            Split(seed=2**70),
            "Split: Seed must be a whole number of at most 64 bits; got 1180591620717411303424.",
        ),
    ],
)
def test_the_sentence_says_what_was_expected_and_what_arrived(subject: object, text: str) -> None:
    with pytest.raises(SettingError) as refused:
        check(subject)
    assert str(refused.value) == text


@dataclass(frozen=True)
class Sample:
    """Kinds of settings that no layer has yet."""

    pair: tuple[float, float] = setting((1.0, 2.0), ge=0, label="Both", unit="mm", help="Two.")
    name: str = setting("x")
    whole: int = setting(0)
    free: float = setting(0.5)
    note: str = "no setting"


def test_a_setting_knows_its_label_default_and_help() -> None:
    pair, name, *_ = settings_of(Sample)
    assert (pair.name, pair.label, pair.default) == ("pair", "Both", (1.0, 2.0))
    assert (pair.rule.help, pair.rule.unit) == ("Two.", "mm")
    assert name.label == "Name"
    assert [item.name for item in settings_of(Sample)] == ["pair", "name", "whole", "free"]


@pytest.mark.parametrize(
    ("subject", "expected"),
    [
        (Sample(pair=(1.0,)), "2 values"),  # type: ignore[arg-type]
        (Sample(pair=(1.0, -1.0)), "2 values, each a number, at least 0"),
        (Sample(pair=[1.0, 2.0]), "a list of values"),  # type: ignore[arg-type]
        (Sample(name=3), "a text"),  # type: ignore[arg-type]
        (Sample(whole=0.5), "a whole number"),  # type: ignore[arg-type]
        (Sample(free=math.inf), "a number"),
    ],
)
def test_tuples_and_texts_are_checked_too(subject: Sample, expected: str) -> None:
    with pytest.raises(SettingError) as refused:
        check(subject)
    assert refused.value.values["expected"] == expected


# ---------------------------------------------------------------- files


def test_equal_settings_have_equal_files() -> None:
    assert Dropout(rate=0) == Dropout(rate=0.0)
    assert msgspec.json.encode(to_plain(Dropout(rate=0))) == msgspec.json.encode(
        to_plain(Dropout(rate=0.0))
    )


def test_numpys_floats_can_be_written() -> None:
    plain = to_plain(check(Dropout(rate=np.float64(0.25))))
    assert msgspec.json.encode(plain) == b'{"type":"Dropout","rate":0.25}'


def test_a_missing_setting_gets_its_default() -> None:
    assert from_plain({"type": "Dense", "units": 3}, LAYERS, "$") == Dense(units=3)


@pytest.mark.parametrize(
    ("plain", "text"),
    [
        ({"type": "Denser"}, "$.layer: unknown type 'Denser'. This version knows Input, Dense"),
        ({}, "$.layer: unknown type None."),
        ([1, 2], "$.layer: unknown type None."),
        ({"type": ["Dense"]}, "$.layer: unknown type ['Dense']."),
        ({"type": "Dense", "colour": 1}, "$.layer: Dense has no setting “colour”."),
        ({"type": "Dense", "units": "3"}, "$.layer.units: Dense can't use this value: Expected"),
        ({"type": "Dense", "units": True}, "$.layer.units: Dense can't use this value: Expected"),
        ({"type": "Dense", "units": 2.5}, "$.layer.units: Dense can't use this value: Expected"),
        ({"type": "Dense", "units": 0}, "Dense: Units must be a whole number, at least 1"),
        ({"type": "Dropout", "rate": 10**400}, "$.layer.rate: Dropout can't use this value"),
        ({"type": "Dense", "units": 10**5000}, "Dense: Units must be a whole number of at most 64"),
        ({"type": "Dropout", "rate": math.nan}, "Dropout: Rate must be a number"),
        ({"type": "Input", "shape": 3}, "$.layer.shape: Input can't use this value: Expected"),
        ({"type": "Input", "shape": [3, "a"]}, "$.layer.shape: Input can't use this value"),
    ],
)  # fmt: skip
def test_what_no_file_of_ours_holds_is_refused_with_its_place(plain: Any, text: str) -> None:
    with pytest.raises(SettingError) as refused:
        from_plain(plain, LAYERS, "$.layer")
    assert str(refused.value).startswith(text)


def test_a_very_long_wrong_value_is_cut_short_in_the_sentence() -> None:
    with pytest.raises(SettingError) as refused:
        from_plain({"type": "x" * 10_000}, LAYERS, "$")
    assert "x" * 50 in str(refused.value)
    assert "x" * 100 not in str(refused.value)


def test_settings_errors_have_a_sentence_for_each_code() -> None:
    error = SettingError("unknown_setting", where="$", owner="Dense", setting="x")
    assert str(error) == sentence(error.code, **error.values)
