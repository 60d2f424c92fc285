"""scikit-learn as a contender.

``partial_fit`` on one batch is one step, but most of the time of a small one goes into checking the
arguments. Given many batches at once it makes as many steps, in an order of its own.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import sklearn
from sklearn.neural_network import MLPClassifier, MLPRegressor
from threadpoolctl import threadpool_limits

from engine.contender import Missing
from engine.works import LEARNING_RATE, SEED, Activation, Dense, Examples, Work
from nnstudio.engine.randomness import permutation

VERSION = sklearn.__version__


#: At most so many batches, and so many examples, in one call.
MOST_BATCHES, MOST_EXAMPLES = 32, 4096


class ScikitLearn:
    """Trains ``work`` in float32, with one batch in a call or with ``many``."""

    peer = "scikit-learn"

    def __init__(
        self, work: Work, batch: int, threads: int, examples: Examples, *, many: bool = False
    ) -> None:
        if work.is_picture:
            raise Missing("scikit-learn has no convolutions")
        *hidden, _ = [spec.units for spec in work.layers if isinstance(spec, Dense)]
        kinds = [spec.kind for spec in work.layers if isinstance(spec, Activation)]
        arguments: dict[str, Any] = {
            "hidden_layer_sizes": tuple(hidden),
            "activation": kinds[0] if kinds else "identity",
            "solver": work.optimizer,
            "alpha": 0.0,
            "batch_size": batch,
            "learning_rate_init": LEARNING_RATE,
            "momentum": 0.0,
            "random_state": SEED,
        }
        self._most = max(1, min(MOST_BATCHES, MOST_EXAMPLES // batch)) if many else 1
        self.mode = f"partial_fit, {'many batches' if many else 'one batch'} a call"
        self._threads = threads
        self._classes = {"classes": np.arange(work.classes)} if work.classes else {}
        self._model = (MLPClassifier if work.classes else MLPRegressor)(**arguments)
        self._inputs = examples.inputs.reshape(len(examples.inputs), -1)
        self._targets = examples.targets if work.classes else examples.targets.ravel()
        self._factor = np.float32(examples.factor)
        self._batch = batch
        self._epoch = self._position = 0
        self._order = permutation(SEED, 0, len(self._inputs))

    def run(self, steps: int) -> None:
        """Make ``steps`` steps."""
        with threadpool_limits(self._threads, user_api="blas"):
            while steps:
                if self._position >= len(self._order):
                    self._epoch, self._position = self._epoch + 1, 0
                    self._order = permutation(SEED, self._epoch, len(self._order))
                left = (len(self._order) - self._position) // self._batch
                batches = min(steps, self._most, left)
                end = self._position + batches * self._batch
                index = self._order[self._position : end]
                self._position = end
                x = self._inputs[index].astype(np.float32)
                x *= self._factor
                self._model.partial_fit(x, self._targets[index], **self._classes)
                steps -= batches

    def close(self) -> None:
        """Nothing to end."""
