"""A trained network that can be asked: graph, weights and preparation in one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import INPUTS
from nnstudio.data.preparation import Affine, Preparation
from nnstudio.data.steps import Step, shape_after, taken
from nnstudio.engine.layer import Array, Shape
from nnstudio.engine.losses import Loss
from nnstudio.engine.network import Network
from nnstudio.engine.workspace import Workspace
from nnstudio.messages import StudioError, shape_text
from nnstudio.project.outputs import Output, output_names
from nnstudio.project.problems import output_misfit
from nnstudio.project.project import Project
from nnstudio.training.evaluation import batch_for
from nnstudio.training.feed import column_of_input
from nnstudio.training.trained import transfer


class PredictError(StudioError):
    """The model can't answer for this input."""


@dataclass(frozen=True, eq=False)
class Entry:
    """One input of a network.

    Attributes:
        column: the name of what it reads.
        shape: of one example.
        given: the shape it has before the preparation's steps.
        steps: these.
        affine: what is done to its numbers, which have this shape.
    """

    column: str
    shape: Shape
    affine: Affine
    given: Shape
    steps: tuple[Step, ...] = ()


@dataclass(eq=False)
class Model:
    """Predicts in the data's own units; preparation happens inside.

    Attributes:
        network: what is computed.
        preparation: what is done to inputs before, and undone to outputs after.
        inputs, outputs: in the network's order.
    """

    network: Network
    preparation: Preparation
    workspace: Workspace
    inputs: tuple[Entry, ...]
    outputs: tuple[Output, ...]

    @classmethod
    def of(cls, project: Project) -> Model:
        """The model of a trained project.

        Raises:
            CompileError: the graph can't run.
            PredictError: it was never trained, or its design was changed since, so that some of
                its layers have no trained weights.
        """
        if project.trained is None:
            raise PredictError("no_weights")
        model = cls.around(project, project.trained.preparation)
        moved = transfer(project.trained.weights, model.network, project.settings.seed)
        if moved.fresh:
            nodes = dict.fromkeys(project.graph.by_id[node].title for node, _ in moved.fresh)
            raise PredictError("weights_lacking", layers=", ".join(nodes))
        return model

    @classmethod
    def around(cls, project: Project, preparation: Preparation) -> Model:
        """A model with the project's weights, or first weights where there are none yet.

        Raises:
            CompileError: the graph can't run.
            PredictError: it doesn't fit the preparation.
        """
        network = project.network()
        weights = None if project.trained is None else project.trained.weights
        flat = transfer(weights, network, project.settings.seed).flat
        inputs = []
        for step in network.input_steps:
            column, shape = column_of_input(network, step), network.steps[step].shape
            affine = _of(preparation, column)
            if affine.offset.ndim and affine.offset.size != prod(shape):
                values = {"data": shape_text(affine.offset.shape), "input": shape_text(shape)}
                raise PredictError("data_shape", **values)
            inputs.append(_entry(preparation, column, shape, affine.reshaped(shape)))
        outputs, names = [], output_names(project.graph)
        for head in network.heads:
            end = network.steps[head.step]
            affine = _of(preparation, head.target)
            if affine.offset.ndim and affine.offset.size != prod(end.shape):
                values = output_misfit(affine.offset.size, "number", end.shape)
                raise PredictError("output_shape", **values)
            node = network.output_node(head)
            loss = project.settings.loss_of(node)
            affine = affine.reshaped(end.shape)
            outputs.append(Output(names[node], loss, end.shape, affine))
        return cls(network, preparation, Workspace(network, flat), tuple(inputs), tuple(outputs))

    def set_weights(self, flat: Array) -> None:
        """Take over a copy of these variables, such as a snapshot of a running training."""
        self.workspace.flat[...] = flat

    # ---------------------------------------------------------------- what it is

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns that its inputs read."""
        return tuple(dict.fromkeys(entry.column for entry in self.inputs))

    @property
    def input_shape(self) -> Shape:
        """The shape of one example for the first input, such as (1, 28, 28)."""
        return self.inputs[0].shape

    @property
    def loss(self) -> Loss:
        """What the first output was made to keep small."""
        return self.outputs[0].loss

    @property
    def is_classification(self) -> bool:
        """Whether the first output gives probabilities or scores of classes."""
        return self.outputs[0].is_classification

    @property
    def gives_probabilities(self) -> bool:
        """Whether the first output gives probabilities, rather than scores or numbers."""
        return self.outputs[0].gives_probabilities

    @property
    def output_size(self) -> int:
        """How many numbers the first output answers per example."""
        return self.outputs[0].size

    # ---------------------------------------------------------------- asking

    def predict(self, x: object) -> Array | dict[str, Array]:
        """Probabilities (N, classes), or numbers (N, outputs) in the data's units.

        An output that is a sequence or a picture answers (N, *its shape): for classes at each of T
        places (N, T, classes). Scores take the place of probabilities where the loss is for scores
        (hinge); the greatest tells the class. A network that tells two classes apart with a single
        output p answers two columns, 1 − p and p; with a score s, −s and s.

        Args:
            x: (N, *input_shape) in the source's own units, such as pixels 0–255; for pictures of
                one channel also (N, H, W); for any input also one flat row per example, and a
                single example without N. Where the inputs read several columns of the data, a
                mapping from their names to such arrays.

        Returns:
            An array; where there are several outputs, arrays by the outputs' names.

        Raises:
            PredictError: another shape, values that are not finite numbers, or columns that are
                missing or not equally long.
        """
        answers = self.answers(x)
        if len(answers) == 1:
            return answers[0]
        return {output.name: a for output, a in zip(self.outputs, answers, strict=True)}

    def predict_first(self, x: object, *, stepped: bool = False) -> Array:
        """What the first output answers; see :meth:`answers`."""
        return self.answers(x, stepped=stepped)[0]

    def answers(self, x: object, *, stepped: bool = False) -> list[Array]:
        """What each output answers; see :meth:`predict`.

        Args:
            stepped: the inputs have gone through the preparation's steps already, as those of
                :class:`PreparedData` have.
        """
        batches = self._as_batches(x, stepped)
        count = len(batches[0])
        found = [np.zeros((count, *output.shape), np.float32) for output in self.outputs]
        size = batch_for(self.network)
        for start in range(0, count, size):
            part = slice(start, start + size)
            given = zip(self.inputs, batches, strict=True)
            xs = [_prepared(entry, batch[part], stepped) for entry, batch in given]
            for answer, output in zip(found, self.workspace.predict(xs), strict=True):
                answer[part] = output.transpose(-1, *range(output.ndim - 1))
        return [o.answers(answer) for o, answer in zip(self.outputs, found, strict=True)]

    def prepared(self, x: object, *, stepped: bool = False) -> list[Array]:
        """What each of the network's inputs gets for these examples: ``(features…, N)``.

        Args:
            x, stepped: as for :meth:`answers`.
        """
        given = zip(self.inputs, self._as_batches(x, stepped), strict=True)
        return [_prepared(entry, batch, stepped) for entry, batch in given]

    def _as_batches(self, x: object, stepped: bool) -> Sequence[Array]:
        """What each input reads."""
        columns = self.columns
        if not isinstance(x, Mapping):
            if len(columns) > 1:
                raise PredictError("columns_needed", columns=", ".join(columns))
            x = {columns[0]: x}
        for column in columns:
            if column not in x:
                raise PredictError("column_not_given", column=column)
        batches = [
            _as_batch(x[entry.column], entry.shape if stepped else entry.given)
            for entry in self.inputs
        ]
        if len({len(batch) for batch in batches}) > 1:
            counts = ", ".join(f"{len(batch):,}" for batch in batches)
            raise PredictError("columns_uneven", counts=counts)
        return batches


def _of(preparation: Preparation, column: str) -> Affine:
    try:
        return preparation.of(column)
    except KeyError as error:
        raise PredictError("column_unprepared", column=column) from error


def _entry(preparation: Preparation, column: str, shape: Shape, affine: Affine) -> Entry:
    """The steps are for what the data calls its inputs.

    Raises:
        PredictError: they give something else than the network reads.
    """
    if column != INPUTS or not preparation.steps:
        return Entry(column, shape, affine, shape)
    after = shape_after(preparation.steps, preparation.given)
    if prod(after) != prod(shape):
        raise PredictError("data_shape", data=shape_text(after), input=shape_text(shape))
    return Entry(column, shape, affine, preparation.given, preparation.steps)


def _prepared(entry: Entry, batch: Array, stepped: bool) -> Array:
    """What training would see for this batch, to the last bit (see ``PreparedData.numbers``).

    The offset is taken off before rounding to float32: of seconds since 1970 nothing much would be
    left otherwise.
    """
    affine = entry.affine
    if not stepped and entry.steps:
        batch = taken(entry.steps, batch).reshape(-1, *entry.shape)
    columns = np.empty((*entry.shape, len(batch)), np.float32)
    with np.errstate(over="ignore", invalid="ignore"):  # looked at below
        np.subtract(
            batch.transpose(*range(1, batch.ndim), 0),
            affine.offset[..., np.newaxis],
            out=columns,
            casting="same_kind",
        )
        columns *= affine.factor[..., np.newaxis]
    if not np.isfinite(columns).all():
        raise PredictError("input_values")
    return columns


def _as_batch(x: object, shape: Shape) -> Array:
    try:
        values = np.asarray(x)
        numbers = values.dtype.kind in "biuf"  # truth values, whole numbers and real ones
    except ValueError:
        numbers = False
    if not numbers:
        raise PredictError("input_values")
    size = prod(shape)
    one_channel = len(shape) == 3 and shape[0] == 1
    fits = (
        values.shape[1:] == shape
        or (one_channel and shape[1:] in (values.shape, values.shape[1:]))
        or (values.ndim == 2 and values.shape[1] == size)
        or (values.ndim == 1 and (size == 1 or values.shape == (size,)))
        or values.shape == shape
    )
    if not fits or values.ndim == 0:
        raise PredictError(
            "input_shape", expected=f"(N × {shape_text(shape)})", got=shape_text(values.shape)
        )
    return values.reshape(-1, *shape)


def model_for(project: Project, data: PreparedData) -> Model:
    """A model to try while nothing is trained yet: the data's preparation, first weights."""
    trained = project.trained
    return Model.around(project, data.preparation if trained is None else trained.preparation)
