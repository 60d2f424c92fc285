"""What training has made: its counters in ``project.json``, its arrays in safetensors files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import inf, isfinite, nan
from typing import Annotated, Any, Literal

import msgspec

from nnstudio import schema
from nnstudio.data.dataset import INPUTS, TARGETS
from nnstudio.data.preparation import Affine, Preparation
from nnstudio.data.settings import steps_of
from nnstudio.engine.layer import Array
from nnstudio.engine.randomness import restore_stream, stream_state
from nnstudio.persistence import tensors
from nnstudio.persistence.errors import Damaged
from nnstudio.training.history import History
from nnstudio.training.trained import Change, Progress, Trained

WEIGHTS = "weights.safetensors"
PREPARATION = "preparation.safetensors"
OPTIMIZER = "optimizer.safetensors"
START = "start.safetensors"
BEST = "best.safetensors"
HISTORY = "history.safetensors"

#: How arrays of the preparation are called: ``inputs.offset``, ``column:parity.factor``.
_COLUMN, _OFFSET, _FACTOR = "column:", ".offset", ".factor"

Count = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
Seconds = Annotated[float, msgspec.Meta(ge=0)]
Rate = Annotated[float, msgspec.Meta(gt=0)]


class Form(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """An object of the text, with exactly these fields."""


class ChangeText(Form):
    step: Count
    setting: str
    value: float | str


class StreamText(Form):
    """The state of a PCG64 random stream; numbers above 64 bits in hexadecimal."""

    state: str
    inc: str
    has_uint32: int
    uinteger: int


class ProgressText(Form):
    """:class:`Progress`; JSON knows neither infinity nor NaN, so null stands for them."""

    run: str
    seed: Count
    epoch: Count
    position: Count
    step: Count
    horizon: Count
    steps_per_epoch: Count
    learning_rate: Rate
    batch_size: Annotated[int, msgspec.Meta(ge=1, le=2**31)]
    dropout: StreamText
    loss_sum: float | None
    metric_sum: float | None
    monitor: str
    best_score: float | None
    best_epoch: Count
    stale_epochs: Count
    ended_early: bool
    converged: bool
    result: Literal["", "best", "average"]
    seconds: Seconds
    begun: dict[str, float | str] | None
    changes: list[ChangeText]

    @classmethod
    def of(cls, progress: Progress) -> ProgressText:
        """``progress`` in words."""
        return cls(
            run=progress.run,
            seed=progress.seed,
            epoch=progress.epoch,
            position=progress.position,
            step=progress.step,
            horizon=progress.horizon,
            steps_per_epoch=progress.steps_per_epoch,
            learning_rate=float(progress.learning_rate),
            batch_size=progress.batch_size,
            dropout=msgspec.convert(dict(progress.dropout), StreamText),
            loss_sum=_or_null(progress.loss_sum),
            metric_sum=_or_null(progress.metric_sum),
            monitor=progress.monitor,
            best_score=_or_null(progress.best_score),
            best_epoch=progress.best_epoch,
            stale_epochs=progress.stale_epochs,
            ended_early=progress.ended_early,
            converged=progress.converged,
            result=progress.result,
            seconds=progress.seconds,
            begun=None if progress.begun is None else dict(progress.begun),
            changes=[
                ChangeText(step=change.step, setting=change.setting, value=change.value)
                for change in progress.changes
            ],
        )

    def build(self) -> Progress:
        """The inverse of :meth:`of`.

        Raises:
            Damaged: the random stream has an impossible state.
        """
        try:
            stream = restore_stream(msgspec.to_builtins(self.dropout))
        except (LookupError, OverflowError, TypeError, ValueError) as error:
            raise Damaged("$.trained.progress.dropout is no state of a random stream") from error
        return Progress(
            run=self.run,
            seed=self.seed,
            epoch=self.epoch,
            position=self.position,
            step=self.step,
            horizon=self.horizon,
            steps_per_epoch=self.steps_per_epoch,
            learning_rate=self.learning_rate,
            batch_size=self.batch_size,
            dropout=tuple(stream_state(stream).items()),
            loss_sum=nan if self.loss_sum is None else self.loss_sum,
            metric_sum=nan if self.metric_sum is None else self.metric_sum,
            monitor=self.monitor,
            best_score=inf if self.best_score is None else self.best_score,
            best_epoch=self.best_epoch,
            stale_epochs=self.stale_epochs,
            ended_early=self.ended_early,
            converged=self.converged,
            result=self.result,
            seconds=self.seconds,
            begun=None if self.begun is None else tuple(self.begun.items()),
            changes=tuple(Change(c.step, c.setting, c.value) for c in self.changes),
        )


class TrainedText(Form):
    """What isn't an array of :class:`Trained`, and which arrays there are.

    Attributes:
        slots: the names of the optimizer's memories.
        has_start: whether there are weights the run began from.
        has_best: whether there are weights of the best epoch.
        has_history: whether there are curves.
        steps: what was done to inputs first.
        given: the shape of one input before these steps.
    """

    data_sha256: str
    progress: ProgressText | None
    slots: list[str]
    has_start: bool
    has_best: bool
    has_history: bool
    steps: list[dict[str, Any]]
    given: list[Count]

    @classmethod
    def of(cls, trained: Trained) -> TrainedText:
        """``trained`` in words."""
        return cls(
            data_sha256=trained.data_sha256,
            progress=ProgressText.of(trained.progress) if trained.progress else None,
            slots=list(trained.slots),
            has_start=trained.start is not None,
            has_best=trained.best is not None,
            has_history=trained.history is not None,
            steps=[schema.to_plain(step) for step in trained.preparation.steps],
            given=list(trained.preparation.given),
        )

    def build(self, parts: Mapping[str, bytes]) -> Trained:
        """The inverse of :meth:`of` and :func:`parts_of`.

        Raises:
            Damaged: a part is missing or makes no sense.
        """
        names = tuple(self.slots)
        return Trained(
            weights=tensors.unpack_weights(WEIGHTS, _part(parts, WEIGHTS)),
            preparation=replace(
                _preparation(tensors.unpack(PREPARATION, _part(parts, PREPARATION))),
                steps=steps_of(self.steps, "$.trained.steps"),
                given=tuple(self.given),
            ),
            data_sha256=self.data_sha256,
            progress=self.progress.build() if self.progress else None,
            slots=tensors.unpack_slots(OPTIMIZER, _part(parts, OPTIMIZER), names) if names else {},
            start=tensors.unpack_weights(START, _part(parts, START)) if self.has_start else None,
            best=tensors.unpack_weights(BEST, _part(parts, BEST)) if self.has_best else None,
            history=history_of(parts) if self.has_history else None,
        )


def parts_of(trained: Trained) -> dict[str, bytes]:
    """The arrays of ``trained`` as the parts of an archive.

    Raises:
        Damaged: it holds what couldn't be read again.
    """
    kept = trained.preparation
    sides = {INPUTS: kept.inputs, TARGETS: kept.targets}
    sides |= {_COLUMN + name: affine for name, affine in kept.columns.items()}
    preparation = {f"{side}{_OFFSET}": affine.offset for side, affine in sides.items()}
    preparation |= {f"{side}{_FACTOR}": affine.factor for side, affine in sides.items()}
    parts = {
        WEIGHTS: tensors.pack_weights(trained.weights),
        PREPARATION: tensors.pack(preparation),
    }
    if trained.slots:
        parts[OPTIMIZER] = tensors.pack_slots(trained.slots)
    if trained.start is not None:
        parts[START] = tensors.pack_weights(trained.start)
    if trained.best is not None:
        parts[BEST] = tensors.pack_weights(trained.best)
    if trained.history is not None:
        parts[HISTORY] = tensors.pack(trained.history)
    return parts


def _part(parts: Mapping[str, bytes], name: str) -> bytes:
    if name not in parts:
        raise Damaged(f"{name} is missing from it")
    return parts[name]


def _preparation(arrays: Mapping[str, Array]) -> Preparation:
    columns = {
        name.removeprefix(_COLUMN).removesuffix(_OFFSET)
        for name in arrays
        if name.startswith(_COLUMN) and name.endswith(_OFFSET)
    }
    return Preparation(
        _affine(arrays, INPUTS),
        _affine(arrays, TARGETS),
        {name: _affine(arrays, _COLUMN + name) for name in sorted(columns)},
    )


def _affine(arrays: Mapping[str, Array], side: str) -> Affine:
    try:
        affine = Affine(arrays[f"{side}{_OFFSET}"], arrays[f"{side}{_FACTOR}"])
    except LookupError as error:
        raise Damaged(f"{PREPARATION} lacks the {side}") from error
    finite = all(map(isfinite, (*affine.offset.flat, *affine.factor.flat)))
    shapes = {affine.offset.shape, affine.factor.shape} - {()}
    if not finite or len(shapes) > 1 or not affine.factor.all():
        raise Damaged(f"{PREPARATION} has {side} that can't be undone")
    return affine


def history_of(parts: Mapping[str, bytes]) -> dict[str, Array]:
    """The curves that ``parts`` hold.

    Raises:
        Damaged: there are none, or they make no sense.
    """
    arrays = tensors.unpack(HISTORY, _part(parts, HISTORY))
    try:
        History.from_arrays(arrays)
    except (LookupError, OverflowError, TypeError, ValueError) as error:
        raise Damaged(f"{HISTORY} doesn't hold the curves of a run") from error
    return arrays


def _or_null(value: float) -> float | None:
    return float(value) if isfinite(value) else None
