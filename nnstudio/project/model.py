"""A trained network that can be asked: graph, weights and preparation in one."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.data.preparation import Preparation
from nnstudio.engine.layer import Array
from nnstudio.engine.network import Network
from nnstudio.engine.workspace import Workspace
from nnstudio.messages import StudioError, shape_text
from nnstudio.project.project import Project
from nnstudio.training.trained import transfer

_BATCH = 512


class PredictError(StudioError):
    """The model can't answer for this input."""


@dataclass(eq=False)
class Model:
    """Predicts in the data's own units; preparation happens inside.

    Attributes:
        network: what is computed.
        preparation: what is done to inputs before, and undone to outputs after.
        input_shape: of one example, such as (1, 28, 28).
        is_classification: outputs are probabilities of classes.
    """

    network: Network
    preparation: Preparation
    input_shape: tuple[int, ...]
    is_classification: bool
    workspace: Workspace

    @classmethod
    def of(cls, project: Project) -> Model:
        """The model of a trained project.

        Raises:
            CompileError: the graph can't run.
            PredictError: it was never trained.
        """
        if project.trained is None:
            raise PredictError("no_weights")
        return cls.around(project, project.trained.preparation)

    @classmethod
    def around(cls, project: Project, preparation: Preparation) -> Model:
        """A model with the project's weights, or first weights where there are none yet."""
        network = project.network()
        weights = None if project.trained is None else project.trained.weights
        flat = transfer(weights, network, project.settings.seed).flat
        (entry,) = network.input_steps
        (head,) = network.heads
        return cls(
            network,
            preparation,
            network.steps[entry].shape,
            head.loss.for_classes,
            Workspace(network, flat),
        )

    def set_weights(self, flat: Array) -> None:
        """Take over a copy of these variables, such as a snapshot of a running training."""
        self.workspace.flat[...] = flat

    def predict(self, x: object) -> Array:
        """Probabilities (N, classes), or numbers (N, outputs) in the data's units.

        Args:
            x: (N, *input_shape) in the source's own units, such as pixels 0–255; for pictures of
                one channel also (N, H, W); for any input also one flat row per example.

        Raises:
            PredictError: another shape, or values that are not finite numbers.
        """
        batch = self._as_batch(x)
        outputs = []
        for start in range(0, len(batch), _BATCH):
            part = self.preparation.inputs.apply(batch[start : start + _BATCH].astype(np.float32))
            columns = np.ascontiguousarray(np.moveaxis(part, 0, -1), dtype=np.float32)
            (output,) = self.workspace.predict([columns])
            outputs.append(output.T.copy())
        answer = np.concatenate(outputs) if outputs else np.zeros((0, self.output_size))
        return answer if self.is_classification else self.preparation.targets.invert(answer)

    @property
    def output_size(self) -> int:
        """How many numbers the network answers per example."""
        (head,) = self.network.heads
        return prod(self.network.steps[head.step].shape)

    def _as_batch(self, x: object) -> Array:
        try:
            values = np.asarray(x)
            numbers = np.issubdtype(values.dtype, np.number) or values.dtype == bool
        except ValueError:
            numbers = False
        if not numbers:
            raise PredictError("input_values")
        shape, size = self.input_shape, prod(self.input_shape)
        fits = (
            values.shape[1:] == shape
            or (len(shape) == 3 and shape[0] == 1 and values.shape[1:] == shape[1:])
            or (values.ndim == 2 and values.shape[1] == size)
            or (values.ndim == 1 and (size == 1 or values.shape == (size,)))
            or values.shape == shape
        )
        if not fits or values.ndim == 0:
            raise PredictError(
                "input_shape", expected=f"(N × {shape_text(shape)})", got=shape_text(values.shape)
            )
        if not np.isfinite(values).all():
            raise PredictError("input_values")
        return values.reshape(-1, *shape)


def model_for(project: Project, data: PreparedData) -> Model:
    """A model to try while nothing is trained yet: the data's preparation, first weights."""
    trained = project.trained
    return Model.around(project, data.preparation if trained is None else trained.preparation)
