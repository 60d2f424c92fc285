"""What a user decides about training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import ceil
from typing import Any

from nnstudio import schema
from nnstudio.data.dataset import TARGETS
from nnstudio.engine.catalogue import LOSSES, OPTIMIZERS, SCHEDULES
from nnstudio.engine.losses import HalfSquaredError, Loss
from nnstudio.engine.optimizers import Adam, Optimizer
from nnstudio.engine.schedules import Constant, Schedule
from nnstudio.engine.update import AVERAGE
from nnstudio.schema import SettingError, setting

#: The greatest weight of an output's loss.
HEAVIEST = 1e6
#: What early stopping can watch.
MONITORS = ("validation loss", "training loss", "validation metric")


@dataclass(frozen=True)
class TrainingSettings:
    """Loss, optimizer and everything else about a run.

    What a penalty, a bound or an average is exactly stands in
    :mod:`nnstudio.engine.regularisation`; each is off at 0.

    Attributes:
        loss: what training makes small, at every output that ``losses`` doesn't name.
        losses: another loss for some outputs, as (node id, loss).
        loss_weights: how much the loss of an output counts in the sum that training makes small, as
            (node id, weight); 1 where nothing is said.
        target_columns: what an output is compared with, as (node id, name of a column); the data's
            targets where nothing is said. ``inputs`` makes an autoencoder.
        optimizer: how a gradient changes the weights.
        schedule: how the learning rate changes over the run.
    """

    loss: Loss = field(default_factory=HalfSquaredError)
    losses: tuple[tuple[str, Loss], ...] = ()
    loss_weights: tuple[tuple[str, float], ...] = ()
    target_columns: tuple[tuple[str, str], ...] = ()
    optimizer: Optimizer = field(default_factory=Adam)
    schedule: Schedule = field(default_factory=Constant)
    learning_rate: float = setting(
        0.01,
        live=True,
        gt=0,
        le=100,
        help="How large each step is; may be changed while training runs",
    )
    batch_size: int = setting(32, live=True, ge=1, le=100_000, help="Examples per step")
    epochs: int = setting(
        20, live=True, ge=1, le=1_000_000, help="How often the run goes through the data"
    )
    warm_up: float = setting(
        0.0,
        ge=0,
        le=1_000_000,
        unit="epochs",
        label="Warm-up",
        help="For so many epochs the rate rises evenly to its full height; 0 for none",
    )
    l1: float = setting(
        0.0,
        live=True,
        ge=0,
        le=1e6,
        label="L1",
        help="Adds L1·Σ|w| to the loss: drives weights to 0",
    )
    l2: float = setting(
        0.0,
        live=True,
        ge=0,
        le=1e6,
        label="L2",
        help="Adds ½·L2·Σw² to the loss: keeps weights small",
    )
    weight_decay: float = setting(
        0.0,
        live=True,
        ge=0,
        le=1e3,
        help="Shrinks weights by this share, times the rate, at every step",
    )
    max_norm: float = setting(
        0.0,
        live=True,
        ge=0,
        le=1e6,
        label="Max-norm",
        help="Longest weight vector into a unit; 0 for any",
    )
    clip_value: float = setting(
        0.0, live=True, ge=0, le=1e6, help="Largest number in the gradient, up or down; 0 for any"
    )
    clip_norm: float = setting(
        0.0,
        live=True,
        ge=0,
        le=1e6,
        help="Longest gradient: a longer one is scaled back; 0 for any",
    )
    average: float = setting(
        0.0,
        ge=0,
        lt=1,
        label="Weight average",
        help="Share of the running average of the weights kept at each step, such as 0.99. "
        "It is what is validated, and what the run ends with; 0 for none",
    )
    class_weights: str = setting(
        "equal",
        choices=("equal", "balanced"),
        help="Balanced: examples of rare classes count more, so that all classes count alike",
    )
    early_stopping: bool = setting(
        False, live=True, label="Stop early", help="End the run when it no longer gets better"
    )
    stop_when_converged: bool = setting(
        False,
        live=True,
        help="End the run when its training loss has moved by no more than “Least progress” "
        "over “Patience” epochs",
    )
    monitor: str = setting(
        "validation loss", live=True, choices=MONITORS, label="Watch", help="What has to get better"
    )
    patience: int = setting(
        10,
        live=True,
        ge=1,
        le=100_000,
        unit="epochs",
        help="How long to wait for progress before stopping",
    )
    min_delta: float = setting(
        1e-4,
        live=True,
        ge=0,
        le=1e6,
        label="Least progress",
        help="It must get better by more than this to count",
    )
    restore_best_weights: bool = setting(
        True,
        live=True,
        label="Restore best",
        help="End with the weights of the best epoch, not with the last ones",
    )
    seed: int = setting(0, ge=0, le=2**31 - 1, help="Decides first weights, order and dropout")
    threads: int = setting(
        1, ge=1, le=64, help="Threads that share each batch; helps where pictures are convolved"
    )

    def loss_of(self, output: str) -> Loss:
        """The loss at the output node ``output``."""
        return dict(self.losses).get(output, self.loss)

    def weight_of(self, output: str) -> float:
        """How much the loss at the output node ``output`` counts."""
        return dict(self.loss_weights).get(output, 1.0)

    def target_of(self, output: str) -> str:
        """The name of the column that the output node ``output`` is compared with."""
        return dict(self.target_columns).get(output) or TARGETS

    def judging(
        self,
        output: str,
        *,
        loss: Loss | None = None,
        weight: float | None = None,
        target: str | None = None,
    ) -> TrainingSettings:
        """With another loss, weight or target at the output node ``output``."""
        changes: dict[str, Any] = {}
        if loss is not None:
            changes["losses"] = tuple({**dict(self.losses), output: loss}.items())
        if weight is not None:
            changes["loss_weights"] = tuple({**dict(self.loss_weights), output: weight}.items())
        if target is not None:
            targets = {**dict(self.target_columns), output: target}
            changes["target_columns"] = tuple(targets.items())
        return replace(self, **changes)

    @property
    def judged(self) -> frozenset[str]:
        """The nodes for which somebody has chosen a loss, a weight or a target."""
        pairs = (*self.losses, *self.loss_weights, *self.target_columns)
        return frozenset(node for node, _ in pairs)

    def steps_per_epoch(self, examples: int) -> int:
        """How many steps go through so many ``examples``; an optimizer that searches makes one."""
        return 1 if self.optimizer.searches else max(1, ceil(examples / self.batch_size))

    def slots(self) -> tuple[str, ...]:
        """The names of the vectors that a run remembers between steps, as ``Update.slots``."""
        return (*self.optimizer.slots(), AVERAGE) if self.average else self.optimizer.slots()

    def check(self) -> TrainingSettings:
        """These settings, if every one is legal.

        Raises:
            SettingError: naming the setting and what it must be.
        """
        for part in (self.loss, *dict(self.losses).values(), self.optimizer, self.schedule):
            schema.check(part)
        for node, weight in self.loss_weights:
            check_weight(weight, f"loss_weights.{node}")
        return schema.check(self)

    def to_plain(self) -> dict[str, Any]:
        """JSON-ready values, for the project file."""
        plain = schema.to_plain(self)
        del plain["type"]
        return {
            "loss": schema.to_plain(self.loss),
            "losses": {node: schema.to_plain(loss) for node, loss in self.losses},
            "loss_weights": {node: float(weight) for node, weight in self.loss_weights},
            "target_columns": dict(self.target_columns),
            "optimizer": schema.to_plain(self.optimizer),
            "schedule": schema.to_plain(self.schedule),
            **plain,
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any], where: str) -> TrainingSettings:
        """The inverse of :meth:`to_plain`, checked; what is missing gets its default.

        Raises:
            SettingError: a value is unknown or illegal.
        """
        if not isinstance(plain, Mapping):
            raise _no_object(where)
        parts: tuple[tuple[str, Mapping[str, type[Any]]], ...] = (
            ("loss", LOSSES),
            ("optimizer", OPTIMIZERS),
            ("schedule", SCHEDULES),
        )
        values: dict[str, Any] = {}
        for name, catalogue in parts:
            if name in plain:
                values[name] = schema.from_plain(plain[name], catalogue, f"{where}.{name}")
        by_output: dict[str, Mapping[str, Any]] = {}
        for name in ("losses", "loss_weights", "target_columns"):
            by_output[name] = plain.get(name, {})
            if not isinstance(by_output[name], Mapping):
                raise _no_object(f"{where}.{name}")
        values["losses"] = tuple(
            (node, schema.from_plain(loss, LOSSES, f"{where}.losses.{node}"))
            for node, loss in by_output["losses"].items()
        )
        values["loss_weights"] = tuple(
            (node, check_weight(weight, f"{where}.loss_weights.{node}"))
            for node, weight in by_output["loss_weights"].items()
        )
        values["target_columns"] = tuple(
            (node, _column_name(name, f"{where}.target_columns.{node}"))
            for node, name in by_output["target_columns"].items()
        )
        own = {k: v for k, v in plain.items() if k not in {*values, "type"}}
        numbers = schema.from_plain(
            {"type": "TrainingSettings", **own}, {"TrainingSettings": cls}, where
        )
        values.update({s.name: getattr(numbers, s.name) for s in schema.settings_of(cls)})
        return cls(**values)


def check_weight(weight: object, where: str) -> float:
    """``weight`` of a loss, if it can be one.

    Raises:
        SettingError: it is no number, negative or so large that nothing else would count.
    """
    is_number = isinstance(weight, int | float) and not isinstance(weight, bool)
    if is_number and 0 <= weight <= HEAVIEST:  # type: ignore[operator]  # NaN isn't
        return float(weight)  # type: ignore[arg-type]
    reason = f"expected a number from 0 to {HEAVIEST:g}"
    raise SettingError("setting_kind", where=where, owner="Training", reason=reason)


def _column_name(name: object, where: str) -> str:
    if isinstance(name, str):
        return name
    raise SettingError("setting_kind", where=where, owner="Training", reason="expected a text")


def _no_object(where: str) -> SettingError:
    reason = "expected names with values"
    return SettingError("setting_kind", where=where, owner="Training", reason=reason)
