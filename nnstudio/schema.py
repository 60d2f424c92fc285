"""Settings of frozen dataclasses: declared once, used by checks, forms, files and tests.

A layer, an optimizer or a data source is a frozen dataclass whose fields are declared with
:func:`setting`. From these declarations follow

* :func:`check`, which refuses a value out of range with a sentence,
* :func:`settings_of`, from which the inspector builds its form and the tests their examples,
* :func:`to_plain` and :func:`from_plain`, the form in a project file.
"""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import msgspec

from nnstudio.messages import StudioError

T = TypeVar("T")
_KEY = "nnstudio.setting"

#: Whole numbers must be smaller than this, or they don't fit the 64 bits that files give them.
_TOO_WIDE = 2**63

#: How much of a wrong value a sentence repeats.
_SHOWN = 60


class SettingError(StudioError):
    """A setting has a value it can't have."""


@dataclass(frozen=True)
class Rule:
    """What a setting may be, and how a person is told about it."""

    label: str = ""
    help: str = ""
    ge: float | None = None
    gt: float | None = None
    le: float | None = None
    lt: float | None = None
    choices: tuple[Any, ...] | None = None
    unit: str = ""
    in_form: bool = True
    live: bool = False


@dataclass(frozen=True)
class Setting:
    """One declared setting of a class: its name, type, default and :class:`Rule`."""

    name: str
    type: Any
    default: Any
    rule: Rule

    @property
    def label(self) -> str:
        """What a form writes beside the field: the declared label or the name in words."""
        return self.rule.label or self.name.replace("_", " ").capitalize()


def setting(
    default: Any,
    *,
    label: str = "",
    help: str = "",
    ge: float | None = None,
    gt: float | None = None,
    le: float | None = None,
    lt: float | None = None,
    choices: tuple[Any, ...] | None = None,
    unit: str = "",
    in_form: bool = True,
    live: bool = False,
) -> Any:
    """Declare a dataclass field: its default, bounds (``gt``: greater than, …), choices, words.

    ``in_form`` is false for what is made in another way than by filling in a form; ``live`` is true
    for what may change within a run, from one batch to the next.
    """
    rule = Rule(label, help, ge, gt, le, lt, choices, unit, in_form, live)
    return dataclasses.field(default=default, metadata={_KEY: rule})


def settings_of(cls: type) -> tuple[Setting, ...]:
    """The settings a dataclass declares, in order."""
    return _declared(cls)


@cache
def _declared(cls: type) -> tuple[Setting, ...]:
    types = get_type_hints(cls)
    return tuple(
        Setting(field.name, types[field.name], field.default, field.metadata[_KEY])
        for field in dataclasses.fields(cls)
        if _KEY in field.metadata
    )


def check(subject: T) -> T:
    """Return ``subject`` if every setting has a legal value.

    Raises:
        SettingError: naming the class, the setting, what was expected and what arrived.
    """
    for item in settings_of(type(subject)):
        check_value(type(subject), item, getattr(subject, item.name))
    return subject


def check_value(owner: type, item: Setting, value: Any) -> None:
    """Raise :class:`SettingError` unless ``value`` is one that ``item`` of ``owner`` may have."""
    if wanted := _mismatch(item, value):
        values = {"owner": owner.__name__, "setting": item.label, "expected": wanted}
        raise SettingError("setting", **values, got=_shown(value))


def _shown(value: Any) -> str:
    """A wrong value as a sentence shows it, cut short if it is long."""
    try:
        text = repr(value)
    except ValueError:  # Python refuses to write out whole numbers of thousands of digits
        text = "a far too large number"
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def expected(item: Setting) -> str:
    """What ``item`` may be, in words: ``a whole number, at least 1 and at most 64``."""
    return _mismatch(item, None)


def _mismatch(item: Setting, value: Any) -> str:
    """What the setting expects, in words, if ``value`` isn't that; otherwise an empty string."""
    rule = item.rule
    if rule.choices is not None:
        return "" if value in rule.choices else "one of " + ", ".join(map(str, rule.choices))
    if _kinds(item.type):
        return _mismatch_of_tuple(item, value)
    if item.type is bool:
        return "" if isinstance(value, bool) else "yes or no"
    if item.type is int:
        whole = isinstance(value, int) and not isinstance(value, bool)
        if whole and not -_TOO_WIDE <= value < _TOO_WIDE:
            return "a whole number of at most 64 bits"
        return "" if whole and _within(rule, value) else f"a whole number{_bounds(rule)}"
    if item.type is float:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        finite = number and abs(value) <= sys.float_info.max  # NaN isn't either
        return "" if finite and _within(rule, value) else f"a number{_bounds(rule)}"
    if item.type is str:
        return "" if isinstance(value, str) else "a text"
    raise TypeError(f"no check for settings of type {item.type!r}")


def _mismatch_of_tuple(item: Setting, value: Any) -> str:
    kinds = _kinds(item.type)
    part = Setting(item.name, kinds[0], None, item.rule)
    if not isinstance(value, tuple):
        return "a list of values"
    if len(kinds) == 2 and kinds[1] is Ellipsis:
        return next((f"a list, each {e}" for v in value if (e := _mismatch(part, v))), "")
    if len(value) != len(kinds):
        return f"{len(kinds)} values"
    return next((f"{len(kinds)} values, each {e}" for v in value if (e := _mismatch(part, v))), "")


@cache
def _kinds(kind: Any) -> tuple[Any, ...]:
    """The kinds of the values in a tuple; empty for anything else. Lists of points are long."""
    return get_args(kind) if get_origin(kind) is tuple else ()


def _within(rule: Rule, value: float) -> bool:
    return (
        (rule.ge is None or value >= rule.ge)
        and (rule.gt is None or value > rule.gt)
        and (rule.le is None or value <= rule.le)
        and (rule.lt is None or value < rule.lt)
    )


def _bounds(rule: Rule) -> str:
    lower = f"at least {_bound(rule.ge)}" if rule.ge is not None else ""
    lower = f"above {_bound(rule.gt)}" if rule.gt is not None else lower
    upper = f"at most {_bound(rule.le)}" if rule.le is not None else ""
    upper = f"below {_bound(rule.lt)}" if rule.lt is not None else upper
    both = " and ".join(part for part in (lower, upper) if part)
    return f", {both}" if both else ""


def _bound(value: float) -> str:
    return f"{int(value):,}" if value == int(value) else f"{value:g}"


def to_plain(subject: Any) -> dict[str, Any]:
    """A settings object as JSON-ready values: ``{"type": "Dense", "units": 64, …}``."""
    values = {s.name: _plain(s.type, getattr(subject, s.name)) for s in settings_of(type(subject))}
    return {"type": type(subject).__name__, **values}


def _plain(kind: Any, value: Any) -> Any:
    """One value for a file. A rate of 0 is written as 0.0: equal settings have equal files."""
    if kinds := _kinds(kind):
        return [_plain(kinds[0], part) for part in value]
    return float(value) if kind is float else value


def from_plain(plain: Mapping[str, Any], catalogue: Mapping[str, type[T]], where: str) -> T:
    """The inverse of :func:`to_plain`, checked. A setting that is missing gets its default.

    Args:
        plain: what :func:`to_plain` returned, as read from a file.
        catalogue: the classes it may name, by name.
        where: the place in the file, for the message, such as ``$.graph.nodes[2].layer``.

    Raises:
        SettingError: unknown type, unknown setting, wrong kind of value or out of range.
    """
    name = plain.get("type") if isinstance(plain, Mapping) else None
    if not isinstance(name, str) or name not in catalogue:
        known_types = ", ".join(catalogue)
        raise SettingError("unknown_type", where=where, got=_shown(name), known=known_types)
    cls = catalogue[name]
    values: dict[str, Any] = {}
    known = {s.name: s for s in settings_of(cls)}
    for key, value in plain.items():
        if key == "type":
            continue
        if key not in known:
            raise SettingError("unknown_setting", where=where, owner=name, setting=key)
        try:
            values[key] = msgspec.convert(value, known[key].type)
        except (msgspec.ValidationError, ValueError) as error:
            raise SettingError(
                "setting_kind", where=f"{where}.{key}", owner=name, reason=str(error)
            ) from error
    return check(cls(**values))
