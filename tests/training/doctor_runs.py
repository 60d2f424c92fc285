"""Runs for the doctor: trained with an examiner that looks after every epoch."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from math import inf

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Dataset
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Spiral
from nnstudio.data.split import Parts
from nnstudio.doctor.examiner import Examiner
from nnstudio.engine.activations import Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Array, Layer
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.engine.shaping import Input
from nnstudio.graph.model import Edge, Graph, Node
from nnstudio.project.project import Project
from nnstudio.project.runs import session_for
from nnstudio.training.loop import train
from nnstudio.training.settings import TrainingSettings


def chain(*layers: Layer) -> Graph:
    """The layers one after the other, as nodes n0, n1, …"""
    nodes = tuple(Node(f"n{i}", layer) for i, layer in enumerate(layers))
    return Graph(nodes, tuple(Edge(a.id, b.id) for a, b in pairwise(nodes)))


def classifier(*hidden: Layer, inputs: int = 2, classes: int = 2, **settings: object) -> Project:
    """Layers between some inputs and a softmax, on a spiral unless other data is given."""
    values = {"loss": CategoricalCrossEntropy(), "epochs": 8, "batch_size": 16, **settings}
    return Project(
        graph=chain(Input(shape=(inputs,)), *hidden, Dense(units=classes), Softmax()),
        data=DataSettings(Spiral(count=200), inputs="standardise"),
        settings=TrainingSettings(**values),  # type: ignore[arg-type]
    )


def numbers(
    project: Project, inputs: Array, targets: Array, classes: tuple[str, ...] = ()
) -> PreparedData:
    """These examples, dealt out and prepared as the project says."""
    dataset = Dataset("numbers", np.asarray(inputs), np.asarray(targets), classes=classes)
    return PreparedData.of(project.data, dataset=dataset)


def held_back(data: PreparedData, train: Array, validation: Array) -> PreparedData:
    """The same examples in other parts."""
    nobody = np.empty(0, np.int64)
    return replace(data, parts=Parts(np.sort(train), np.sort(validation), nobody))


def examined(project: Project, data: PreparedData | None = None) -> Examiner:
    """The examiner of a run to the end of the project's epochs."""
    session = session_for(project, data or PreparedData.of(project.data))
    examiner = Examiner(project, session, share=inf)
    for event in train(session):
        examiner.attend(event)
    return examiner


def codes(project: Project, data: PreparedData | None = None) -> set[str]:
    """What is found by the end of the run."""
    return {finding.code for finding in examined(project, data).findings}
