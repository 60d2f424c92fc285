"""``--data``: other data than the project's own."""

from __future__ import annotations

from dataclasses import replace

from nnstudio.data.sources import parse_source
from nnstudio.project.edits import with_filling
from nnstudio.project.project import Project


def with_source(project: Project, text: str | None) -> Project:
    """``project`` with the data source that ``text`` names; split and preparation stay.

    Where the source leaves cells empty, the step that fills them comes along.

    Raises:
        StudioError: no such source, or no such option.
    """
    if text is None:
        return project
    data = replace(project.data, source=parse_source(text))
    return replace(project, data=with_filling(data))
