"""A template in a project: whether it fits the data, and settings that suit it."""

from __future__ import annotations

from dataclasses import replace

from nnstudio.data.dataset import INPUTS
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import SOURCES
from nnstudio.engine.activations import Softmax
from nnstudio.engine.losses import CategoricalCrossEntropy, HalfSquaredError
from nnstudio.graph.templates import Needs, Template
from nnstudio.messages import StudioError
from nnstudio.project.problems import DataFacts, problems
from nnstudio.project.project import Project
from nnstudio.training.settings import TrainingSettings


def needs_of(facts: DataFacts | None) -> Needs:
    """What a network for such data must fit; while there is none, one number in and one out."""
    if facts is None:
        return Needs((1,), 1, False)
    return Needs(facts.input_shape or (1,), facts.output_size, facts.is_classification)


def begun(project: Project, template: Template, facts: DataFacts | None) -> Project:
    """The project with the network of ``template`` alone, and a loss and target that suit it.

    Raises:
        EditError: it is no network for such data.
    """
    graph = template.build(needs_of(facts))
    (output,) = graph.outputs
    settings = project.settings
    for_classes, loss = isinstance(graph.by_id[output].layer, Softmax), settings.loss
    if loss.fuses != "Softmax" if for_classes else loss.for_classes:
        loss = CategoricalCrossEntropy() if for_classes else HalfSquaredError()
        settings = replace(settings, loss=loss, losses=())
    if template.answers_inputs:
        settings = settings.judging(output, target=INPUTS)
    if template.learning_rate and settings.learning_rate == TrainingSettings().learning_rate:
        settings = replace(settings, learning_rate=template.learning_rate)
    return replace(project, settings=settings).with_graph(graph)


def judged_by_classes(project: Project, new: str, facts: DataFacts | None) -> Project:
    """With the loss for classes in place of the default one, if the node ``new`` asks for it.

    That is, if it is a Softmax that became the output of a network for data with classes.
    """
    graph, settings = project.graph, project.settings
    fits = facts is not None and facts.is_classification and graph.outputs == (new,)
    if not fits or not isinstance(graph.by_id[new].layer, Softmax):
        return project
    if settings.loss != TrainingSettings().loss or settings.losses:
        return project  # somebody's choice
    return replace(project, settings=replace(settings, loss=CategoricalCrossEntropy()))


def misfit(template: Template, data: DataSettings, facts: DataFacts | None) -> str:
    """Why the data doesn't suit ``template``, in a sentence; empty where it does."""
    try:
        project = begun(Project(data=data), template, facts)
    except StudioError as error:
        return str(error)
    return next((str(p) for p in problems(project, facts) if p.severity == "error"), "")


def suiting_data(template: Template) -> DataSettings:
    """Data that comes with the program and suits ``template``."""
    return DataSettings(SOURCES[template.suits]())
