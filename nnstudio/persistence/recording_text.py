"""The recording of a run in a project file: ``recording.json``, and the arrays of its moments.

A file has it if the user wants that. The text tells where the run stood at each moment; the arrays
have one row per moment. Weights are kept by node and name as everywhere, so a recording can be read
as long as its design can.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from math import inf, isfinite, nan
from typing import Any

import msgspec
import numpy as np

from nnstudio.engine.layer import Array
from nnstudio.engine.network import Network
from nnstudio.messages import StudioError
from nnstudio.persistence import tensors
from nnstudio.persistence.archive import RECORDING, RECORDING_TEXT
from nnstudio.persistence.errors import Damaged
from nnstudio.persistence.migrations import VERSION, migrate
from nnstudio.persistence.trained_text import Count, Form, ProgressText
from nnstudio.project.project import Project
from nnstudio.project.runs import progress_of
from nnstudio.training.live_settings import used_settings
from nnstudio.training.recording import MOST_MOMENTS, Moment, Recording
from nnstudio.training.settings import TrainingSettings
from nnstudio.training.trained import Progress, Trained

#: What begins the names of arrays: ``weights/n1/bias``, ``slot:mean/n1/bias``, ``best/n1/bias``.
_WEIGHTS, _BEST, _SLOT, _SUMS = "weights", "best", "slot:", "sums"


class MomentText(Form):
    """What isn't an array of a :class:`Moment`; null for numbers that JSON doesn't know.

    Attributes:
        best: which of the weights of best epochs are its, from 0; null for none.
        has_sums: whether its further figures were being added up.
    """

    progress: dict[str, Any]
    loss: float | None
    score: float | None
    best: Count | None
    has_sums: bool


class RecordingText(Form):
    """The whole recording.

    Attributes:
        version: the format of each progress: that of project.json.
        is_full: whether moments hold the optimizer's memory, or weights alone.
        best: the step of the best moment; null for none.
    """

    version: int
    is_full: bool
    best: Count | None
    widest: Count
    dense: Count
    moments: list[MomentText]


# ---------------------------------------------------------------- writing


def recording_parts(project: Project) -> dict[str, bytes]:
    """The recording of ``project`` as parts of an archive; nothing if it isn't to be kept.

    Nor if the design is another by now: nobody could look at it.

    Raises:
        Damaged: it holds what couldn't be read again.
    """
    trained, progress = project.trained, progress_of(project)
    recording = None if trained is None else trained.recording
    if not project.keeps_recording or recording is None or not recording.moments:
        return {}
    if progress is None or progress.run != recording.run:
        return {}
    network, moments = project.network(), recording.moments
    rows = {_WEIGHTS: np.stack([moment.flat for moment in moments])}
    for slot in dict.fromkeys(name for moment in moments for name in moment.slots or ()):
        none = np.zeros(network.trainable_size, np.float32)  # it came later, or was given up
        rows[_SLOT + slot] = np.stack([(m.slots or {}).get(slot, none) for m in moments])
    bests = {id(moment.best): moment.best for moment in moments if moment.best is not None}
    if bests:
        rows[_BEST] = np.stack(list(bests.values()))
    arrays = dict(_by_name(network, rows))
    sums = [moment.sums for moment in moments if moment.sums is not None]
    has_sums = len({each.shape for each in sums}) == 1  # else they are of several programs
    if has_sums:
        arrays[_SUMS] = np.stack(sums)
    places = {identity: place for place, identity in enumerate(bests)}
    text = RecordingText(
        version=VERSION,
        is_full=recording.is_full,
        best=None if recording.best is None else recording.best.step,
        widest=recording.widest,
        dense=recording.dense,
        moments=[_moment_text(moment, places, has_sums) for moment in moments],
    )
    return {RECORDING_TEXT: msgspec.json.encode(text), RECORDING: tensors.pack(arrays)}


def _moment_text(moment: Moment, bests: Mapping[int, int], has_sums: bool) -> MomentText:
    return MomentText(
        progress=msgspec.to_builtins(ProgressText.of(moment.progress)),
        loss=moment.loss if isfinite(moment.loss) else None,
        score=moment.score if isfinite(moment.score) else None,
        best=None if moment.best is None else bests[id(moment.best)],
        has_sums=has_sums and moment.sums is not None,
    )


def _by_name(network: Network, rows: Mapping[str, Array]) -> Iterator[tuple[str, Array]]:
    """A row of each variable per moment, from rows of all variables or of the trainable ones."""
    for kind, table in rows.items():
        for place in network.places:
            if place.start < table.shape[1]:
                node, name = place.key
                shape = (len(table), *place.variable.shape)
                yield f"{kind}/{node}/{name}", table[:, place.part].reshape(shape)


# ---------------------------------------------------------------- reading


def with_recording(project: Project, parts: Mapping[str, bytes], plain: Any) -> Project:
    """``project`` with the recording that ``parts`` hold, if they hold one and its run stands.

    Args:
        plain: project.json as it was parsed, in its own format.

    Raises:
        Damaged: the recording makes no sense.
    """
    trained, progress = project.trained, progress_of(project)
    if RECORDING_TEXT not in parts or trained is None or progress is None:
        return project
    if RECORDING not in parts:
        raise Damaged(f"{RECORDING} is missing from it")
    try:
        text = msgspec.json.decode(parts[RECORDING_TEXT], type=RecordingText)
        recording = _recording(project, trained, progress, text, parts[RECORDING], plain)
    except msgspec.ValidationError as error:
        raise Damaged(f"{RECORDING_TEXT}: {error}") from error
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Damaged(f"{RECORDING_TEXT} is not JSON ({error})") from error
    kept = replace(trained, recording=recording)
    return replace(project, trained=kept, keeps_recording=True)


def _recording(
    project: Project,
    trained: Trained,
    progress: Progress,
    text: RecordingText,
    content: bytes,
    plain: Any,
) -> Recording:
    if not 0 < len(text.moments) <= MOST_MOMENTS:
        raise Damaged(f"{RECORDING_TEXT} has no moments, or more than {MOST_MOMENTS}")
    read = _Rows(project.network(), tensors.unpack(RECORDING, content), len(text.moments))
    flats = read.table(_WEIGHTS, trainable=False)
    numbers = [moment.best for moment in text.moments if moment.best is not None]
    bests = read.bests(1 + max(numbers)) if numbers else []
    sums = read.sums(sum(moment.has_sums for moment in text.moments))
    where = _progress_reader(text, progress, plain)
    told = [where(moment) for moment in text.moments]
    slots = _slots(read, told, project.settings) if text.is_full else [None] * len(told)
    moments = tuple(
        Moment(
            progress=told[number],
            flat=flats[number],
            slots=slots[number],
            best=None if moment.best is None else bests[moment.best],
            sums=next(sums) if moment.has_sums else None,
            loss=nan if moment.loss is None else moment.loss,
            score=inf if moment.score is None else moment.score,
        )
        for number, moment in enumerate(text.moments)
    )
    steps = [moment.step for moment in moments]
    if steps != sorted(set(steps)) or steps[-1] > progress.step:
        raise Damaged("the moments of its recording are not in their order")
    return Recording(
        progress.run,
        largest=max(sum(array.nbytes for array in moment.arrays) for moment in moments),
        is_full=text.is_full,
        moments=moments,
        best=next((moment for moment in moments if moment.step == text.best), None),
        widest=min(text.widest, 63),
        dense=1 << min(text.dense, MOST_MOMENTS).bit_length() >> 1,
    )


def _slots(
    read: _Rows, told: Sequence[Progress], settings: TrainingSettings
) -> list[dict[str, Array]]:
    """The optimizer's memory at each moment: what the settings in use then make it remember."""
    names: list[tuple[str, ...]] = []
    known: dict[object, tuple[str, ...]] = {}
    for progress in told:
        key = progress.begun, progress.changes
        if key not in known:
            try:
                known[key] = used_settings(progress, settings).check().slots()
            except (StudioError, ValueError, OverflowError) as error:
                raise Damaged(f"its recording tells of settings that can't be ({error})") from error
        names.append(known[key])
    every = dict.fromkeys(name for own in names for name in own)
    tables = {name: read.table(_SLOT + name, trainable=True) for name in every}
    return [{name: tables[name][i] for name in own} for i, own in enumerate(names)]


def _progress_reader(
    text: RecordingText, present: Progress, plain: Any
) -> Callable[[MomentText], Progress]:
    """How a moment tells where the run stood. Which run that was is known from the present."""

    def read(moment: MomentText) -> Progress:
        told = moment.progress
        if text.version != VERSION:  # what is done to the project's progress is done to this one
            whole = {**plain, "trained": {**plain["trained"], "progress": told}}
            told = migrate({**whole, "version": text.version})["trained"]["progress"]
        progress = msgspec.convert(told, ProgressText).build()
        if progress.result:
            raise Damaged("a moment of its recording has ended its run")
        return replace(progress, run=present.run, seed=present.seed)

    return read


class _Rows:
    """Reads the arrays of a recording and checks that each is what the network needs."""

    def __init__(self, network: Network, arrays: Mapping[str, Array], count: int) -> None:
        self._network, self._arrays, self._count = network, arrays, count

    def table(self, kind: str, *, trainable: bool, count: int | None = None) -> list[Array]:
        """A vector of the variables for each moment, or for ``count``; read-only."""
        network, count = self._network, self._count if count is None else count
        size = network.trainable_size if trainable else network.size
        table = np.empty((count, size), np.float32)
        for place in network.places:
            if place.start < size:
                name = "/".join((kind, *place.key))
                table[:, place.part] = self._array(name, (count, *place.variable.shape))
        if not trainable and not np.isfinite(table).all():
            raise Damaged(f"{RECORDING} has numbers that are not finite")
        vectors = [row.copy() for row in table]  # each is let go of by itself later
        for vector in vectors:
            vector.flags.writeable = False
        return vectors

    def bests(self, count: int) -> list[Array]:
        """The weights of so many best epochs."""
        if count > self._count:
            raise Damaged(f"{RECORDING_TEXT} tells of more best epochs than moments")
        return self.table(_BEST, trainable=False, count=count)

    def sums(self, count: int) -> Iterator[Array]:
        """What was being added up, for so many moments."""
        if not count:
            return iter(())
        found = self._arrays.get(_SUMS)
        if found is None or found.dtype != np.float64 or len(found) != count:
            raise Damaged(f"{RECORDING} lacks sums that {RECORDING_TEXT} tells of")
        return iter([row.copy() for row in found])

    def _array(self, name: str, shape: tuple[int, ...]) -> Array:
        array = self._arrays.get(name)
        if array is None or array.shape != shape or array.dtype != np.float32:
            raise Damaged(f"{RECORDING} doesn't hold “{name}” as its network needs it")
        return array.reshape(shape[0], -1)
