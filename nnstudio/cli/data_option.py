"""``--data``: other data than the project's own."""

from __future__ import annotations

from dataclasses import replace

from nnstudio.data.sources import parse_source
from nnstudio.project.project import Project


def with_source(project: Project, text: str | None) -> Project:
    """``project`` with the data source that ``text`` names; split and preparation stay.

    Raises:
        StudioError: no such source, or no such option.
    """
    if text is None:
        return project
    return replace(project, data=replace(project.data, source=parse_source(text)))
