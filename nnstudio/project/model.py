"""A trained network that can be asked: graph, weights and preparation in one."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.data.preparation import Preparation
from nnstudio.engine.layer import Array
from nnstudio.engine.losses import Loss
from nnstudio.engine.network import Network
from nnstudio.engine.workspace import Workspace
from nnstudio.messages import StudioError, shape_text
from nnstudio.project.problems import end_problems, output_misfit
from nnstudio.project.project import Project
from nnstudio.training.evaluation import batch_for
from nnstudio.training.trained import transfer


class PredictError(StudioError):
    """The model can't answer for this input."""


@dataclass(eq=False)
class Model:
    """Predicts in the data's own units; preparation happens inside.

    Attributes:
        network: what is computed.
        preparation: what is done to inputs before, and undone to outputs after.
        input_shape: of one example, such as (1, 28, 28).
        is_classification: outputs are probabilities or scores of classes.
        loss: what the network was made to keep small; it tells what outputs mean.
    """

    network: Network
    preparation: Preparation
    input_shape: tuple[int, ...]
    is_classification: bool
    workspace: Workspace
    loss: Loss

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
            PredictError: it has several inputs or outputs, or doesn't fit the preparation.
        """
        network = project.network()
        for problem in end_problems(project.graph):
            raise PredictError(problem.code, **problem.values)
        weights = None if project.trained is None else project.trained.weights
        flat = transfer(weights, network, project.settings.seed).flat
        (entry,) = network.input_steps
        (output,) = project.graph.outputs
        loss = project.settings.loss_of(output)
        model = cls(
            network,
            preparation,
            network.steps[entry].shape,
            loss.for_classes,
            Workspace(network, flat),
            loss,
        )
        model._check_preparation()
        return model

    def set_weights(self, flat: Array) -> None:
        """Take over a copy of these variables, such as a snapshot of a running training."""
        self.workspace.flat[...] = flat

    def predict(self, x: object) -> Array:
        """Probabilities (N, classes), or numbers (N, outputs) in the data's units.

        Scores take the place of probabilities where the loss is for scores (hinge); the greatest
        tells the class. A network that tells two classes apart with a single output p answers two
        columns, 1 − p and p; with a score s, −s and s.

        Args:
            x: (N, *input_shape) in the source's own units, such as pixels 0–255; for pictures of
                one channel also (N, H, W); for any input also one flat row per example, and a
                single example without N.

        Raises:
            PredictError: another shape, or values that are not finite numbers.
        """
        batch = self._as_batch(x)
        answer = np.zeros((len(batch), *self._output_shape), np.float32)
        size = batch_for(self.network)
        for start in range(0, len(batch), size):
            columns = self._prepared(batch[start : start + size])
            (output,) = self.workspace.predict([columns])
            answer[start : start + size] = np.moveaxis(output, -1, 0)
        if not self.is_classification:
            return self.preparation.targets.invert(answer)
        if self._has_one_output:
            # Equal at the threshold, and beyond it the second, that of class 1, is the greater.
            return np.concatenate([2 * self.loss.threshold - answer, answer], axis=1)
        return answer

    @property
    def output_size(self) -> int:
        """How many numbers :meth:`predict` answers per example."""
        return 2 if self._has_one_output else prod(self._output_shape)

    @property
    def gives_probabilities(self) -> bool:
        """Whether the answers are probabilities, rather than scores or numbers."""
        return self.is_classification and bool(self.loss.fuses)

    @property
    def _has_one_output(self) -> bool:
        """Whether a single output tells two classes apart."""
        return self.loss.takes_one_output and self._output_shape == (1,)

    @property
    def _output_shape(self) -> tuple[int, ...]:
        (head,) = self.network.heads
        return self.network.steps[head.step].shape

    def _check_preparation(self) -> None:
        """Raise :class:`PredictError` if inputs or outputs were changed since it was fitted."""
        inputs = self.preparation.inputs.offset.shape
        targets = self.preparation.targets.offset.shape
        if inputs not in ((), self.input_shape):
            values = {"data": shape_text(inputs), "input": shape_text(self.input_shape)}
            raise PredictError("data_shape", **values)
        if targets not in ((), self._output_shape):
            values = output_misfit(prod(targets), "number", self._output_shape)
            raise PredictError("output_shape", **values)

    def _prepared(self, batch: Array) -> Array:
        """What training would see for this batch, to the last bit (see ``PreparedData.gather``).

        The offset is taken off before rounding to float32: of seconds since 1970 nothing much
        would be left otherwise.
        """
        affine = self.preparation.inputs
        columns = np.empty((*self.input_shape, len(batch)), np.float32)
        with np.errstate(over="ignore", invalid="ignore"):  # looked at below
            np.subtract(
                np.moveaxis(batch, 0, -1),
                affine.offset[..., np.newaxis],
                out=columns,
                casting="same_kind",
            )
            columns *= affine.factor[..., np.newaxis]
        if not np.isfinite(columns).all():
            raise PredictError("input_values")
        return columns

    def _as_batch(self, x: object) -> Array:
        try:
            values = np.asarray(x)
            numbers = values.dtype.kind in "biuf"  # truth values, whole numbers and real ones
        except ValueError:
            numbers = False
        if not numbers:
            raise PredictError("input_values")
        shape, size = self.input_shape, prod(self.input_shape)
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
