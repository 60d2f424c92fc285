"""Data made by hand in a project: an example more, and the network fits it all the same."""

from __future__ import annotations

from dataclasses import replace

from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import ByHand, Drawings
from nnstudio.graph.picture_templates import SmallCnn
from nnstudio.project.edits import Fitted, choose_data, with_other_source
from nnstudio.project.problems import DataFacts
from nnstudio.project.project import Project
from nnstudio.project.starting import begun
from nnstudio.training.settings import TrainingSettings

#: Small enough to learn a few dozen drawings within seconds.
SIGNS_NETWORK = SmallCnn(filters=(8, 16), units=32)


def facts_by_hand(source: ByHand) -> DataFacts:
    """What a network must know of the data, which may have no example yet.

    Two classes are the least there is to tell apart, so that room for both is made at once.
    """
    classes = len(source.classes)
    outputs = max(2, classes) if _has_classes(source) else 1
    return DataFacts(source.input_shape, outputs, _has_classes(source))


def with_source(project: Project, source: ByHand) -> Fitted:
    """The project on ``source``, with the network made to fit it where it needs another one."""
    old = project.data.source
    facts, data = facts_by_hand(source), replace(project.data, source=source)
    if isinstance(old, ByHand) and facts_by_hand(old) == facts:
        return Fitted(replace(project, data=data), ())
    if type(old) is not type(source):
        data = with_other_source(project.data, source)
    return choose_data(project, data, facts)


def own_signs(drawings: Drawings | None = None) -> Project:
    """A small network for pictures that learns the user's own signs, without any so far."""
    source = drawings or Drawings()
    settings = TrainingSettings(learning_rate=0.003, batch_size=8, epochs=40)
    project = Project(data=DataSettings(source), settings=settings)
    return begun(project, SIGNS_NETWORK, facts_by_hand(source))


def _has_classes(source: ByHand) -> bool:
    return isinstance(source, Drawings) or bool(source.classes)
