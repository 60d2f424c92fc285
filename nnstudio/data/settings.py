"""Everything a project says about its data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from nnstudio import schema
from nnstudio.data.augmentation import Augmentation, augmentations_of
from nnstudio.data.dataset import INPUTS, TARGETS
from nnstudio.data.errors import DataError
from nnstudio.data.preparation import INPUT_PREPARATIONS, PREPARATIONS
from nnstudio.data.sources import SOURCES, Source
from nnstudio.data.split import Split
from nnstudio.data.steps import STEPS, Step
from nnstudio.schema import setting

#: What older files don't tell of.
_LATER = frozenset({"columns", "steps", "augmentation"})


@dataclass(frozen=True)
class DataSettings:
    """Which data, how it is split, and how its numbers are prepared.

    Attributes:
        source: what the user has chosen.
        split: how its examples are dealt out.
        inputs: the preparation of inputs, one of :data:`INPUT_PREPARATIONS`.
        targets: that of targets, one of :data:`PREPARATIONS`; classes are never prepared.
        columns: the preparation of what else the data has.
        steps: what is done to inputs before that, in order.
        augmentation: what is done by chance to inputs that are trained on, after the steps.
    """

    source: Source
    split: Split = Split()
    inputs: str = setting(
        "scale", choices=INPUT_PREPARATIONS, help="How inputs are brought into range"
    )
    targets: str = setting(
        "standardise", choices=PREPARATIONS, help="The same for targets; classes are left alone"
    )
    columns: str = setting(
        "standardise",
        choices=PREPARATIONS,
        label="Further columns",
        help="The same for what else the data has, where a network uses it",
    )
    steps: tuple[Step, ...] = ()
    augmentation: tuple[Augmentation, ...] = ()

    def preparation_of(self, column: str) -> str:
        """How the column of this name is brought into range."""
        return {INPUTS: self.inputs, TARGETS: self.targets}.get(column, self.columns)

    def check(self) -> DataSettings:
        """These settings, if every one is legal; the source checks what it needs when it loads.

        Raises:
            SettingError, DataError: naming the setting and what it must be.
        """
        schema.check(self.source)
        for each in (*self.steps, *self.augmentation):
            schema.check(each)
        self.split.check()
        return schema.check(self)

    def to_plain(self) -> dict[str, Any]:
        """As JSON-ready values for the project file."""
        return {
            "source": schema.to_plain(self.source),
            "split": schema.to_plain(self.split),
            "inputs": self.inputs,
            "targets": self.targets,
            "columns": self.columns,
            "steps": [schema.to_plain(step) for step in self.steps],
            "augmentation": [schema.to_plain(each) for each in self.augmentation],
        }

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any], where: str) -> DataSettings:
        """The inverse of :meth:`to_plain`, checked; older files tell less.

        Args:
            plain: as read from a file.
            where: the place in the file, for messages, such as ``$.data``.

        Raises:
            SettingError, DataError: anything that :meth:`to_plain` can't have written.
        """
        known = {"source", "split", "inputs", "targets"}
        if not isinstance(plain, Mapping):
            raise DataError("data_plain", where=where, got=type(plain).__name__)
        if missing := sorted(known - plain.keys()):
            raise DataError("data_plain", where=where, got=f"none for {', '.join(missing)}")
        if extra := sorted(map(str, plain.keys() - known - _LATER)):
            raise schema.SettingError(
                "unknown_setting", where=where, owner="Data", setting=extra[0]
            )
        source = schema.from_plain(plain["source"], SOURCES, f"{where}.source")
        split = schema.from_plain(plain["split"], {"Split": Split}, f"{where}.split")
        columns = plain.get("columns", cls.columns)
        steps = steps_of(plain.get("steps", []), f"{where}.steps")
        augmentation = augmentations_of(plain.get("augmentation", []), f"{where}.augmentation")
        kinds = plain["inputs"], plain["targets"], columns
        return cls(source, split, *kinds, steps, augmentation).check()


def steps_of(plain: object, where: str) -> tuple[Step, ...]:
    """Steps as they were written.

    Raises:
        SettingError, DataError: anything that can't have been written.
    """
    if not isinstance(plain, list):
        raise DataError("data_plain", where=where, got=type(plain).__name__)
    return tuple(
        schema.from_plain(step, STEPS, f"{where}[{number}]") for number, step in enumerate(plain)
    )
