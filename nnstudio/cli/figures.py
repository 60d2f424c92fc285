"""The figures of a trained project: losses, accuracy or RMSE, and what its weights are."""

from __future__ import annotations

from math import nan
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from nnstudio.data.batches import PreparedData
from nnstudio.data.sources import Line
from nnstudio.engine.workspace import Workspace
from nnstudio.graph.analysis import analyse
from nnstudio.messages import StudioError
from nnstudio.project.model import Model
from nnstudio.project.outputs import output_names
from nnstudio.project.project import Project
from nnstudio.training.evaluation import evaluate
from nnstudio.training.trained import Trained, transfer

#: On so many x that no data set holds a fitted line is compared with the true one.
_UNSEEN = 100
#: Data is drawn from a single number as seed, so a pair gives other numbers whatever that is.
_UNSEEN_SEED = (0, 1)


def trained_of(project: Project) -> Trained:
    """What training has made of ``project``, if it is all there.

    Raises:
        StudioError: it was never trained, or not in its present design.
    """
    trained = project.trained
    if trained is None:
        raise StudioError("no_weights")
    fresh = transfer(trained.weights, project.network(), project.settings.seed).fresh
    if fresh:
        titles = dict.fromkeys(project.graph.by_id[node].title for node, _ in fresh)
        raise StudioError("weights_unfit", nodes=", ".join(titles))
    return trained


def figures(project: Project, data: PreparedData) -> dict[str, Any]:
    """Everything that is worth telling of a trained project, in the order to tell it.

    Losses are means over all examples of a part, as when predicting. A figure that isn't known is
    NaN: that of a part without examples, or of weights whose training isn't known.

    Args:
        data: prepared with the preparation that the weights rely on.

    Raises:
        StudioError: it was never trained, or not in its present design.
    """
    trained = trained_of(project)
    progress = trained.progress
    found: dict[str, Any] = {"epochs": progress.epoch if progress else nan}
    with threadpool_limits(limits=project.settings.threads, user_api="blas"):
        found |= _scores(project, trained, data)
        if isinstance(project.data.source, Line):
            found["true_line_error"] = _true_line_error(Model.of(project), project.data.source)
    return found | {
        "seconds": progress.seconds if progress else nan,
        "parameters": analyse(project.graph).total_parameters,
        "weights_sha256": trained.sha256,
        "seed": progress.seed if progress else project.settings.seed,
    }


def _scores(project: Project, trained: Trained, data: PreparedData) -> dict[str, Any]:
    """Loss and metric of each part; of several outputs, those of each by its name as well."""
    network = project.network()
    flat = network.gather({key: blob.array for key, blob in trained.weights.items()})
    workspace = Workspace(network, flat)
    found: dict[str, Any] = {}
    names = output_names(project.graph)
    outputs: dict[str, dict[str, float]] = {}
    parts = {"train": data.parts.train, "val": data.parts.validation, "test": data.parts.test}
    for part, index in parts.items():
        scores = evaluate(workspace, data, index)
        assert scores is not None, "nobody interrupts it"
        found[f"{part}_loss"] = scores.loss
        found[f"{part}_{scores.outputs[0].name}"] = scores.metric
        for output in scores.outputs:
            own = outputs.setdefault(names[output.node], {})
            own[f"{part}_loss"], own[f"{part}_{output.name}"] = output.loss, output.metric
    if len(outputs) > 1:
        found["outputs"] = outputs
    return found


def _true_line_error(model: Model, line: Line) -> float:
    """max |ŷ − (m·x + b)| over unseen x, as a share of the true line's range; NaN if it is flat."""
    x = np.random.default_rng(_UNSEEN_SEED).uniform(line.low, line.high, (_UNSEEN, 1))
    height = abs(line.slope) * (line.high - line.low)
    error = np.abs(model.predict_first(x) - line.true(x)).max()
    return float(error) / height if height else nan
