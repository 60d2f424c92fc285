"""A source with its options as one line of text: ``line?slope=3&noise=0.1``.

It is what ``--data`` takes on the command line and what a caption shows. Signs with a meaning of
their own (``& = %``) are written as in a web address.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, get_args, get_origin
from urllib.parse import quote, unquote

from nnstudio.data.errors import DataError
from nnstudio.data.sources.arrays import Arrays
from nnstudio.data.sources.catalogue import SOURCES
from nnstudio.data.sources.pairs import pairs_text, parse_pairs
from nnstudio.data.sources.pictures import Pictures
from nnstudio.data.sources.source import Source
from nnstudio.data.sources.stored import Stored
from nnstudio.data.sources.table import Table
from nnstudio.data.stored import is_store
from nnstudio.schema import Setting, SettingError, check_value, settings_of

_PAIRS = tuple[tuple[float, float], ...]
#: What people write for yes and no.
_TRUTH = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}
#: Endings of files, by what reads them.
_TABLES = (".csv", ".tsv", ".tab", ".txt", ".parquet", ".pq")
_ARRAYS = (".npz", ".npy")
#: Signs that stay as they are, so that paths and pairs can be read.
_PLAIN_SIGNS = "/\\:,()+~"
#: An empty text in a list; an empty list has no text at all.
_NOTHING = "''"


def parse_source(text: str) -> Source:
    """The source that ``text`` names; capitals don't matter in names of sources and options.

    Instead of a name there may be a path: of a table, of arrays, or of a folder.

    Raises:
        DataError: an unknown source or option, or a value the option can't have.
    """
    name, _, options = text.strip().partition("?")
    by_name = {known.lower(): cls for known, cls in SOURCES.items()}
    cls = by_name.get(name.strip().lower())
    path = None if cls else source_of_path(unquote(name.strip()))
    if path is not None:
        cls = type(path)
    if cls is None:
        raise DataError("data_unknown", name=name.strip(), known=", ".join(by_name))
    values = dict(_parse_option(cls, option) for option in options.split("&") if option.strip())
    return replace(path, **values) if path is not None else cls(**values)


def source_of_path(text: str) -> Source | None:
    """The source for what is at a path, by its ending or as a folder; ``None`` if it is no path."""
    path = Path(text).expanduser()
    ending = path.suffix.lower()
    if ending in _TABLES:
        return Table(file=text)
    if ending in _ARRAYS:
        return Arrays(file=text)
    if text and path.is_dir():
        return Stored(text) if is_store(path) else Pictures(text)
    return None


def source_text(source: Source) -> str:
    """The inverse of :func:`parse_source`: only options that differ from their default are told."""
    options = [
        f"{item.name}={quote(_value_text(item, value), safe=_PLAIN_SIGNS)}"
        for item in settings_of(type(source))
        if (value := getattr(source, item.name)) != item.default
    ]
    return type(source).__name__.lower() + ("?" + "&".join(options) if options else "")


def _parse_option(cls: type[Source], option: str) -> tuple[str, Any]:
    """The name and the value that ``slope=3`` gives to a setting of ``cls``."""
    name, _, text = (part.strip() for part in option.partition("="))
    items = {item.name: item for item in settings_of(cls)}
    item = items.get(name.lower())
    source = cls.__name__.lower()
    if item is None:
        known = ", ".join(items) or "none"
        raise DataError("data_option", name=source, option=name, known=known)
    text = unquote(text)
    try:
        value = _parse_value(item, text)
        check_value(cls, item, value)
    except SettingError as error:
        reason = f"it must be {error.values['expected']}"
        raise DataError(
            "data_option_value", option=item.name, name=source, got=text, reason=reason
        ) from error
    except ValueError as error:
        reason = "it must be a whole number" if item.type is int else "it must be a number"
        raise DataError(
            "data_option_value", option=item.name, name=source, got=text, reason=reason
        ) from error
    return item.name, value


def _parse_value(item: Setting, text: str) -> Any:
    if item.type == _PAIRS:
        return parse_pairs(text)
    if get_origin(item.type) is tuple:
        kind = get_args(item.type)[0]
        return tuple(_parse_part(kind, part) for part in text.split(",")) if text else ()
    if item.type is bool:
        return _TRUTH.get(text.lower(), text)
    return item.type(text)


def _parse_part(kind: type, text: str) -> Any:
    """One value of a list; a text has its commas written as in a web address."""
    if kind is str:
        return "" if text == _NOTHING else unquote(text)
    return kind(text)


def _value_text(item: Setting, value: Any) -> str:
    if item.type == _PAIRS:
        return pairs_text(value).replace(" ", "")
    if isinstance(value, tuple):
        return ",".join(quote(str(part), safe="-") or _NOTHING for part in value)
    return str(value)
