"""The book of runs in a project file: ``runs.json``, and a folder with the arrays of each run.

A file without runs has none of it. A run's design, data and settings are written as those of the
project are, each version once however many runs share it, so the migrations of project.json are
those of runs. The arrays of run 3 are parts such as ``runs/3/weights.safetensors``; the weights of
the run that the project itself stands at are not written again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Literal

import msgspec

from nnstudio.messages import StudioError
from nnstudio.persistence import tensors
from nnstudio.persistence.archive import RUNS
from nnstudio.persistence.earlier_runs import known_again
from nnstudio.persistence.errors import Damaged
from nnstudio.persistence.migrations import VERSION, migrate
from nnstudio.persistence.project_text import ProjectText, design_of, text_of
from nnstudio.persistence.run_check import check_run
from nnstudio.persistence.trained_text import (
    HISTORY,
    Count,
    Form,
    Seconds,
    TrainedText,
    history_of,
    parts_of,
)
from nnstudio.project.project import Project
from nnstudio.project.run_book import project_of
from nnstudio.project.run_record import RunRecord
from nnstudio.training.trained import Trained

_FOLDER = "runs/"
#: More than anybody trains, and few enough that looking through them takes no time.
MOST_RUNS = 100_000
_SHARED = ("designs", "data", "settings")
_DESIGN = ("nodes", "edges", "layout", "notes", "groups")

Place = tuple[Count, Count]


class RunText(Form):
    """:class:`RunRecord` in words.

    Attributes:
        design, data, settings: which of those listed in :class:`RunsText`.
        trained: what isn't an array of its weights; null if they weren't kept.
        is_present: its weights are those of the project.
    """

    number: Count
    name: str
    note: str
    parent: Place | None
    group: Count
    is_kept: bool
    design: Count
    data: Count
    settings: Count
    began: str
    data_sha256: str
    end: Literal["paused", "finished", "early", "stopped", "diverged", "failed"]
    epoch: Count
    step: Count
    seconds: Seconds
    is_accuracy: bool
    trained: dict[str, Any] | None
    is_present: bool


class RunsText(Form):
    """The whole book.

    Attributes:
        version: the format of designs, data, settings and what was trained: that of project.json.
        present: the run that the project stands at; 0 for none.
        parent: the run and step that it began from, or that the next one will.
    """

    version: int
    present: Count
    parent: Place | None
    designs: list[dict[str, Any]]
    data: list[dict[str, Any]]
    settings: list[dict[str, Any]]
    runs: list[RunText]


# ---------------------------------------------------------------- writing


def runs_parts(project: Project) -> dict[str, bytes]:
    """The book of ``project`` as parts of an archive; nothing if it is empty.

    Raises:
        Damaged: it holds what couldn't be read again.
    """
    if not project.runs:
        return {}
    lists: dict[str, list[dict[str, Any]]] = {name: [] for name in _SHARED}
    places: dict[str, dict[bytes, int]] = {name: {} for name in _SHARED}
    known: dict[tuple[int, ...], dict[str, int]] = {}
    texts: list[RunText] = []
    arrays: dict[str, bytes] = {}
    for record in project.runs:
        same = (id(record.graph), id(record.layout), id(record.data), id(record.settings))
        if same not in known:  # most runs share the very objects
            known[same] = _shared(record, lists, places)
        is_present = record.trained is not None and _stands_at(project.trained, record)
        texts.append(_run_text(record, known[same], is_present))
        arrays |= _arrays(record, is_present)
    trained = project.trained
    book = RunsText(
        version=VERSION,
        present=trained.run_number if trained else 0,
        parent=trained.parent if trained else None,
        runs=texts,
        **lists,
    )
    text: bytes = msgspec.json.format(msgspec.json.encode(book), indent=2)
    return {RUNS: text + b"\n", **arrays}


def _shared(
    record: RunRecord,
    lists: Mapping[str, list[dict[str, Any]]],
    places: Mapping[str, dict[bytes, int]],
) -> dict[str, int]:
    """Where the run's design, data and settings stand in ``lists``, put there if they are new."""
    plain = msgspec.to_builtins(text_of(replace(project_of(record), trained=None)))
    parts = {name: plain[name] for name in ("data", "settings")}
    parts["designs"] = {name: plain[name] for name in _DESIGN}
    found = {}
    for name in _SHARED:
        key = msgspec.json.encode(parts[name])
        found[name] = places[name].setdefault(key, len(lists[name]))
        if found[name] == len(lists[name]):
            lists[name].append(parts[name])
    return found


def _stands_at(trained: Trained | None, record: RunRecord) -> bool:
    return trained is not None and trained.run_number == record.number and trained == record.trained


def _run_text(record: RunRecord, shared: Mapping[str, int], is_present: bool) -> RunText:
    if record.end == "running":
        raise Damaged("a run is still going on")
    trained = None
    if record.trained is not None and not is_present:
        trained = msgspec.to_builtins(TrainedText.of(replace(record.trained, history=None)))
    return RunText(
        number=record.number,
        name=record.name,
        note=record.note,
        parent=record.parent,
        group=record.group,
        is_kept=record.is_kept,
        design=shared["designs"],
        data=shared["data"],
        settings=shared["settings"],
        began=record.began,
        data_sha256=record.data_sha256,
        end=record.end,
        epoch=record.epoch,
        step=record.step,
        seconds=record.seconds,
        is_accuracy=record.is_accuracy,
        trained=trained,
        is_present=is_present,
    )


def _arrays(record: RunRecord, is_present: bool) -> dict[str, bytes]:
    parts = {HISTORY: tensors.pack(record.history)}
    if record.trained is not None and not is_present:
        parts |= parts_of(replace(record.trained, history=None))
    return {f"{_FOLDER}{record.number}/{name}": content for name, content in parts.items()}


# ---------------------------------------------------------------- reading


def with_runs(project: Project, parts: Mapping[str, bytes]) -> Project:
    """``project`` with the book that ``parts`` hold, if they hold one.

    Raises:
        Damaged: the book, or a run in it, makes no sense.
        Newer: it was written by a newer version.
    """
    if RUNS not in parts:
        return project
    try:
        text = msgspec.json.decode(parts[RUNS], type=RunsText)
    except msgspec.ValidationError as error:
        raise Damaged(f"{RUNS}: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Damaged(f"{RUNS} is not JSON ({error})") from error
    numbers = [run.number for run in text.runs]
    if len(numbers) > MOST_RUNS or len(set(numbers)) < len(numbers) or 0 in numbers:
        raise Damaged(f"{RUNS} has more than {MOST_RUNS:,} runs, or two with the same number")
    if project.trained is not None:
        trained = replace(project.trained, run_number=text.present, parent=text.parent)
        project = replace(project, trained=trained)
    return replace(project, runs=tuple(_records(project, text, parts)))


def _records(project: Project, text: RunsText, parts: Mapping[str, bytes]) -> Iterator[RunRecord]:
    designs: dict[tuple[int, int, int], Project] = {}  # equal ones are read once, and one object
    folders: dict[str, dict[str, bytes]] = {}
    for name, content in parts.items():
        if name.startswith(_FOLDER):
            _, number, own = name.split("/")
            folders.setdefault(number, {})[own] = content
    for run in text.runs:
        try:
            yield _record(project, text, run, folders.get(str(run.number), {}), designs)
        except (Damaged, StudioError) as error:
            reason = str(error).rstrip(".")
            raise Damaged(f"run {run.number} in {RUNS} can't be read: {reason}") from error


def _record(
    project: Project,
    text: RunsText,
    run: RunText,
    own: Mapping[str, bytes],
    designs: dict[tuple[int, int, int], Project],
) -> RunRecord:
    """``own``: the arrays in the run's folder."""
    form = _form(text, run)
    key = run.design, run.data, run.settings
    if key not in designs:
        designs[key] = design_of(form)
    design = designs[key]
    _check_time(run.began)
    trained = form.trained.build(own) if form.trained is not None else None
    if run.is_present:
        if project.trained is None or text.present != run.number:
            raise Damaged("its weights are not those of the project")
        trained = replace(project.trained, history=None)
    record = RunRecord(
        number=run.number,
        graph=design.graph,
        layout=design.layout,
        data=design.data,
        settings=design.settings,
        began=run.began,
        data_sha256=run.data_sha256,
        end=run.end,
        epoch=run.epoch,
        step=run.step,
        seconds=run.seconds,
        is_accuracy=run.is_accuracy,
        history=history_of(own),
        trained=trained,
        name=run.name,
        note=run.note,
        parent=run.parent,
        group=run.group,
        is_kept=run.is_kept,
    )
    if trained is None:
        return record
    trained = replace(trained, run_number=run.number, parent=run.parent)
    trained = known_again(trained, design)
    record = replace(record, trained=trained)
    check_run(project_of(record))
    return record


def _form(text: RunsText, run: RunText) -> ProjectText:
    """The run's project as project.json would tell it, in the current format."""
    try:
        plain: dict[str, Any] = {
            "version": text.version,
            "description": "",
            **text.designs[run.design],
            "data": text.data[run.data],
            "settings": text.settings[run.settings],
            "trained": run.trained,
        }
    except LookupError as error:
        raise Damaged("its design or its settings are missing") from error
    try:
        return msgspec.convert(migrate(plain), ProjectText)
    except msgspec.ValidationError as error:
        raise Damaged(str(error)) from error


def _check_time(text: str) -> None:
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        raise Damaged(f"“{text[:40]}” is no time") from error
