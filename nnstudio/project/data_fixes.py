"""Ways out of what is suspicious about data, at the press of a button; and why there is none.

What a project has already dealt with is no matter any more: imbalance where rare classes count
more, large numbers that an Embedding looks up.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from nnstudio.data.dataset import INPUTS
from nnstudio.data.facts.warnings import DataWarning
from nnstudio.data.settings import DataSettings
from nnstudio.messages import sentence
from nnstudio.project.edits import with_filling
from nnstudio.project.fixes.fix import Fix, with_settings
from nnstudio.project.lookups import looked_up
from nnstudio.project.project import Project

__all__ = ["DATA_FIXES", "DATA_NO_FIX", "data_fix", "matters", "why_no_fix"]

#: Longer names of columns have no room on a button.
_SHORT = 10

Mend = Callable[[Project, DataWarning], Fix | None]


def _balance(project: Project, warning: DataWarning) -> Fix | None:
    if project.settings.class_weights == "balanced":
        return None
    settings = replace(project.settings, class_weights="balanced")
    return Fix("Balance classes", with_settings(project, settings))


def _deal_by_class(project: Project, warning: DataWarning) -> Fix | None:
    data = project.data
    if data.split.by != "chance":
        return None
    split = replace(data.split, by="class", column="")
    return _fix("Deal out by class", project, replace(data, split=split))


def _fill_empty(project: Project, warning: DataWarning) -> Fix | None:
    data = with_filling(project.data)
    return None if data == project.data else _fix("Fill gaps", project, data)


def _keep_equal_together(project: Project, warning: DataWarning) -> Fix | None:
    """Where chance deals out: an order in time, groups and told parts were chosen on purpose."""
    data = project.data
    if data.split.by not in ("class", "chance") or warning.values["published"]:
        return None
    split = replace(data.split, by="group", column=INPUTS)
    return _fix("Keep copies together", project, replace(data, split=split))


def _standardise_inputs(project: Project, warning: DataWarning) -> Fix | None:
    if project.data.inputs == "standardise":
        return None
    data = replace(project.data, inputs="standardise")
    return _fix("Standardise inputs", project, data)


def _standardise_targets(project: Project, warning: DataWarning) -> Fix | None:
    if project.data.targets == "standardise":
        return None
    data = replace(project.data, targets="standardise")
    return _fix("Standardise targets", project, data)


def _leave_out(project: Project, warning: DataWarning) -> Fix | None:
    """Where the source is a table: its columns are told with the examples, but are no inputs."""
    source = project.data.source
    kept, inputs = getattr(source, "keep", None), getattr(source, "inputs", None)
    # What stands for one word of a category is no column of the table.
    is_whole = all("=" not in name and not name.endswith(" is missing") for name in warning.columns)
    if not (isinstance(kept, tuple) and isinstance(inputs, tuple) and is_whole):
        return None
    remaining = tuple(name for name in inputs if name not in warning.columns)
    if inputs and not remaining:
        return None
    changed = replace(source, inputs=remaining, keep=(*kept, *warning.columns))  # type: ignore[call-arg]
    few = len(warning.columns) == 1 and len(warning.columns[0]) <= _SHORT
    label = f"Leave out {warning.columns[0]}" if few else "Leave them out"
    if len(warning.columns) == 1 and not few:
        label = "Leave it out"
    return _fix(label, project, replace(project.data, source=changed))


def _fix(label: str, project: Project, data: DataSettings) -> Fix:
    return Fix(label, replace(project, data=data))


DATA_FIXES: dict[str, Mend] = {
    "data_not_finite": _fill_empty,
    "data_imbalance": _balance,
    "data_class_unseen": _deal_by_class,
    "data_constant": _leave_out,
    "data_leak": _leave_out,
    "data_duplicates": _keep_equal_together,
    "data_unscaled": _standardise_inputs,
    "data_unscaled_targets": _standardise_targets,
}

#: What to say where no button helps: the code of a sentence.
DATA_NO_FIX: dict[str, str] = {
    "data_not_finite": "no_fix_at_source",
    "data_constant": "no_fix_kept",
    "data_constant_targets": "no_fix_at_source",
    "data_leak": "no_fix_at_source",
    "data_contradictory": "no_fix_at_source",
    "data_class_unseen": "no_fix_split_chosen",
    "data_duplicates": "no_fix_split_chosen",
}


def data_fix(project: Project, warning: DataWarning) -> Fix | None:
    """The way out of ``warning``, if one is obvious; it is about the data of ``project``."""
    mend = DATA_FIXES.get(warning.code)
    return None if mend is None else mend(project, warning)


def why_no_fix(warning: DataWarning) -> str:
    """A sentence on why no button mends ``warning``; empty where nothing is to be said."""
    if warning.values.get("published"):
        return sentence("no_fix_published")
    code = DATA_NO_FIX.get(warning.code)
    return "" if code is None else sentence(code)


def matters(project: Project, warnings: Iterable[DataWarning]) -> tuple[DataWarning, ...]:
    """Those that ``project`` hasn't dealt with."""
    settled = set()
    if project.settings.class_weights == "balanced":
        settled.add("data_imbalance")
    if INPUTS in looked_up(project.graph).values():
        settled |= {"data_unscaled", "data_constant"}
    return tuple(warning for warning in warnings if warning.code not in settled)
