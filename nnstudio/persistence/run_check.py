"""Do the weights of a run belong to the design beside them?

A design that was changed after training is fine: what still fits is kept when it is trained again.
But where the file says that the run can go on, every array must fit.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import prod

from nnstudio.data.dataset import INPUTS
from nnstudio.data.preparation import Preparation
from nnstudio.data.steps import shape_after
from nnstudio.engine.layer import Shape
from nnstudio.engine.network import Key
from nnstudio.messages import StudioError
from nnstudio.persistence.errors import Damaged
from nnstudio.project.project import Project
from nnstudio.project.runs import progress_of, resting_weights
from nnstudio.training.feed import column_of_input
from nnstudio.training.live_settings import used_settings
from nnstudio.training.trained import Weights


def check_run(project: Project) -> None:
    """Raise unless the run of ``project`` has arrays for exactly what its design needs.

    Raises:
        Damaged: an array is missing, too many or of the wrong shape.
        CompileError: the design can't have been trained at all.
    """
    trained, progress = project.trained, progress_of(project)
    if trained is None or progress is None:
        return
    network = project.network()
    everything = {place.key: place.variable.shape for place in network.places}
    learned = {
        place.key: place.variable.shape
        for place in network.places
        if place.start < network.trainable_size
    }
    resting = resting_weights(project)
    running = {key: blob for key, blob in trained.weights.items() if key not in resting}
    _check_weights("weights", running, everything)
    if trained.start is not None:
        _check_weights("first weights", trained.start, everything)
    if trained.best is not None:
        _check_weights("best weights", trained.best, everything)
    try:
        slots = used_settings(progress, project.settings).check().slots()
    except (StudioError, ValueError, OverflowError) as error:
        raise Damaged(f"its run tells of settings that can't be ({error})") from error
    if trained.slots and set(trained.slots) != set(slots):
        raise Damaged("its optimizer's memory belongs to another optimizer")
    if progress.result == "average" and not project.settings.average:
        raise Damaged("its weights are said to be an average, of which nothing is kept")
    for slot in trained.slots.values():
        _check_weights("optimizer's memory", slot, learned)
    for step in network.input_steps:
        column = column_of_input(network, step)
        _check_preparation(trained.preparation, column, network.steps[step].shape)
    for head in network.heads:
        _check_preparation(trained.preparation, head.target, network.steps[head.step].shape)


def _check_weights(what: str, weights: Weights, shapes: Mapping[Key, Shape]) -> None:
    if {key: blob.array.shape for key, blob in weights.items()} != shapes:
        raise Damaged(f"its {what} don't belong to its network")


def _check_preparation(preparation: Preparation, column: str, shape: Shape) -> None:
    """The numbers of a column have the shape of the layer, or the same ones lie in a row."""
    try:
        affine = preparation.of(column)
    except KeyError as error:
        raise Damaged(f"its preparation lacks the column “{column}”") from error
    sizes = {part.size for part in (affine.offset, affine.factor) if part.ndim}
    if column == INPUTS and preparation.steps:
        try:
            sizes.add(prod(shape_after(preparation.steps, preparation.given)))
        except StudioError as error:
            raise Damaged("its steps of preparation can't be done to its inputs") from error
    if not sizes <= {prod(shape)}:
        raise Damaged("its preparation of numbers doesn't belong to its network")
