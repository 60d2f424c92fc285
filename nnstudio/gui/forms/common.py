"""What several objects of perhaps different classes have in common to be set."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from nnstudio.messages import StudioError
from nnstudio.schema import Setting, check_value, settings_of


@dataclass(frozen=True)
class CommonSetting:
    """A setting that all of these classes declare: same name, same kind of value.

    Attributes:
        owners: the classes, each with its own declaration, whose bounds may differ.
    """

    owners: tuple[tuple[type, Setting], ...]

    @property
    def item(self) -> Setting:
        """The declaration that stands for all."""
        return self.owners[0][1]

    @property
    def has_default(self) -> bool:
        """Whether all begin with the same value."""
        return all(item.default == self.item.default for _, item in self.owners)

    def complaint(self, value: Any) -> str:
        """Why one of the classes can't have ``value``; empty if all can."""
        for owner, item in self.owners:
            try:
                check_value(owner, item, value)
            except StudioError as error:
                return str(error)
        return ""


def common_settings(classes: Sequence[type]) -> tuple[CommonSetting, ...]:
    """The settings that all ``classes`` declare, in the order of the first."""
    if not classes:
        return ()
    declared = [{item.name: item for item in settings_of(cls)} for cls in classes]
    first = declared[0]
    return tuple(
        CommonSetting(tuple((cls, own[name]) for cls, own in zip(classes, declared, strict=True)))
        for name, item in first.items()
        if item.rule.in_form
        and all(name in own and _kind(own[name]) == _kind(item) for own in declared)
    )


def _kind(item: Setting) -> tuple[object, ...]:
    return item.type, item.rule.choices, item.rule.unit, item.label
