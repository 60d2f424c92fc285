"""What a user decides about training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nnstudio import schema
from nnstudio.engine.catalogue import LOSSES, OPTIMIZERS, SCHEDULES
from nnstudio.engine.losses import HalfSquaredError, Loss
from nnstudio.engine.optimizers import Adam, Optimizer
from nnstudio.engine.schedules import Constant, Schedule
from nnstudio.schema import SettingError, setting


@dataclass(frozen=True)
class TrainingSettings:
    """Loss, optimizer and everything else about a run.

    Attributes:
        loss: what training makes small, at every output that ``losses`` doesn't name.
        losses: another loss for some outputs, as (node id, loss).
        optimizer: how a gradient changes the weights.
        schedule: how the learning rate changes over the run.
    """

    loss: Loss = field(default_factory=HalfSquaredError)
    losses: tuple[tuple[str, Loss], ...] = ()
    optimizer: Optimizer = field(default_factory=Adam)
    schedule: Schedule = field(default_factory=Constant)
    learning_rate: float = setting(
        0.01, gt=0, le=100, help="How large each step is; may be changed while training runs"
    )
    batch_size: int = setting(32, ge=1, le=100_000, help="Examples per step")
    epochs: int = setting(20, ge=1, le=1_000_000, help="How often the run goes through the data")
    stop_when_converged: bool = setting(
        False, help="End early when the training loss no longer falls"
    )
    tolerance: float = setting(
        1e-4, ge=0, le=1, help="The training loss must fall by more than this to count as progress"
    )
    patience: int = setting(
        10, ge=1, le=100_000, unit="epochs", help="How long to wait for progress before stopping"
    )
    seed: int = setting(0, ge=0, le=2**31 - 1, help="Decides first weights, order and dropout")
    threads: int = setting(
        1, ge=1, le=64, help="Processor threads for matrix products; one is best for small networks"
    )

    def loss_of(self, output: str) -> Loss:
        """The loss at the output node ``output``."""
        return dict(self.losses).get(output, self.loss)

    def check(self) -> TrainingSettings:
        """These settings, if every one is legal.

        Raises:
            SettingError: naming the setting and what it must be.
        """
        for part in (self.loss, *dict(self.losses).values(), self.optimizer, self.schedule):
            schema.check(part)
        return schema.check(self)

    def to_plain(self) -> dict[str, Any]:
        """JSON-ready values, for the project file."""
        plain = schema.to_plain(self)
        del plain["type"]
        return {
            "loss": schema.to_plain(self.loss),
            "losses": {node: schema.to_plain(loss) for node, loss in self.losses},
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
        losses = plain.get("losses", {})
        if not isinstance(losses, Mapping):
            raise _no_object(f"{where}.losses")
        values["losses"] = tuple(
            (node, schema.from_plain(loss, LOSSES, f"{where}.losses.{node}"))
            for node, loss in losses.items()
        )
        own = {k: v for k, v in plain.items() if k not in {*values, "losses", "type"}}
        numbers = schema.from_plain(
            {"type": "TrainingSettings", **own}, {"TrainingSettings": cls}, where
        )
        values.update({s.name: getattr(numbers, s.name) for s in schema.settings_of(cls)})
        return cls(**values)


def _no_object(where: str) -> SettingError:
    reason = "expected names with values"
    return SettingError("setting_kind", where=where, owner="Training", reason=reason)
