"""A check-up: what is measured of a network between two steps of its training.

A few training examples go forward and backward through a workspace of the doctor's own, with the
weights as they are. The run itself is only looked at: its batches, buffers and random numbers have
no part in it, so that it goes on with the same bits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.engine.activations import ReLU, Sigmoid, Tanh
from nnstudio.engine.axes import feature_axis
from nnstudio.engine.instruments import Recorder, fill_in
from nnstudio.engine.layer import Array
from nnstudio.engine.network import Network
from nnstudio.training.evaluation import batch_for
from nnstudio.training.learner import Learner
from nnstudio.training.session import Session

#: So many examples are looked at, where the network isn't too large for it.
EXAMPLES = 256
#: A squeezing function is flat where its slope is below this share of its greatest one.
FLAT = 0.05
#: Units are alike if no weight differs by more than this share of the greatest one.
ALIKE = 1e-3
#: The bars of a histogram of outputs.
BINS = 20


@dataclass(frozen=True, eq=False)
class Checkup:
    """What was seen after ``step`` steps, by node id, in running order.

    Attributes:
        epoch: finished epochs, with the part of the present one.
        active: of a hidden ReLU, for each unit the share of examples (and places) it passes on.
        flat: of a hidden sigmoid or tanh, the share of outputs where it is flat.
        outputs: the histogram of these outputs, shares over the function's range.
        gradients: the root mean square of ∂L/∂w, w being the weights that are multiplied.
        weights: the same of w itself.
        updates: ‖new − old‖ / ‖old‖ of w in the step that followed, NaN where it was all 0; empty
            if none followed.
        alike: nodes all of whose units have the same weights.
        inputs: of each input, mean and deviation of each feature as the network gets it, (2, F);
            of a picture or sequence as a whole, (2, 1).
    """

    step: int
    epoch: float
    active: Mapping[str, Array] = field(default_factory=dict)
    flat: Mapping[str, float] = field(default_factory=dict)
    outputs: Mapping[str, Array] = field(default_factory=dict)
    gradients: Mapping[str, float] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    updates: Mapping[str, float] = field(default_factory=dict)
    alike: tuple[str, ...] = ()
    inputs: Mapping[str, Array] = field(default_factory=dict)


class Probe:
    """Makes check-ups of one session, on its thread."""

    def __init__(self, session: Session) -> None:
        network = session.network
        self._session = session
        self.examples = spread_out(session.data, min(EXAMPLES, batch_for(network)))
        # It shares the weights, which nobody changes meanwhile: the thread that does is this one.
        seed = session.settings.seed
        self._learner = Learner(network, session.flat, session.data, seed)
        self._hidden = _hidden(network)

    @np.errstate(all="ignore")  # a run that goes astray is told by its loss
    def look(self) -> Checkup:
        """All but the updates."""
        session, learner = self._session, self._learner
        network, workspace = session.network, learner.workspace
        if workspace.network is not network:  # live settings of its layers have changed
            learner.adopt(network)
        recorder = workspace.recorder = Recorder(keep_gradients=False)
        learner.look(self.examples, np.random.default_rng(session.step), None, session.epoch)
        workspace.recorder = None
        outputs = dict(recorder.activations)
        given = [recorder.data[i] for i in network.input_steps]
        fill_in(network, session.flat, given, outputs)
        active, flat, histograms = {}, {}, {}
        for i in self._hidden:
            node, layer, y = network.steps[i].node, network.steps[i].layer, outputs[i]
            if isinstance(layer, ReLU):
                units = feature_axis(y.ndim - 1)
                others = tuple(axis for axis in range(y.ndim) if axis != units)
                active[node] = (y > 0).mean(axis=others)
            else:
                flat[node] = float(is_flat(layer, y).mean())
                histograms[node] = _histogram(layer, y)
        weights = dict(weight_arrays(network, session.flat))
        return Checkup(
            session.step,
            session.epoch + session.position / max(1, len(session.data.parts.train)),
            active,
            flat,
            histograms,
            {n: _root_mean_square(g) for n, g in weight_arrays(network, workspace.gradient)},
            {node: _root_mean_square(w) for node, w in weights.items()},
            alike=tuple(node for node, w in weights.items() if _is_alike(w)),
            inputs={
                network.steps[i].node: _spreads(x)
                for i, x in zip(network.input_steps, given, strict=True)
            },
        )


def spread_out(data: PreparedData, count: int) -> Array:
    """At most ``count`` training examples, evenly from all of them."""
    train = data.parts.train
    if len(train) <= count:
        return train
    chosen: Array = train[np.linspace(0, len(train) - 1, count).astype(np.intp)]
    return chosen


def weight_arrays(network: Network, vector: Array) -> list[tuple[str, Array]]:
    """(node, array) for each weight that learns and multiplies, in running order.

    Args:
        vector: variables, gradients or anything that lies alike.
    """
    order = {step.node: i for i, step in enumerate(network.steps)}
    found = [
        (place.key[0], vector[place.part].reshape(place.variable.shape))
        for place in network.places
        if place.start < network.trainable_size and len(place.variable.shape) > 1
        if place.key[1] == "weight"
    ]
    return sorted(found, key=lambda pair: order.get(pair[0], -1))


def is_flat(layer: object, y: Array) -> Array:
    """Where the function that gave ``y`` hardly depends on its input: σ′ = y(1−y), tanh′ = 1−y²."""
    slope = 4 * y * (1 - y) if isinstance(layer, Sigmoid) else 1 - y * y
    flat: Array = slope < FLAT
    return flat


def _hidden(network: Network) -> tuple[int, ...]:
    """The steps whose outputs are looked at: an output of the network may well be 0 or 1."""
    heads = {head.step for head in network.heads}
    return tuple(
        i
        for i, step in enumerate(network.steps)
        if isinstance(step.layer, ReLU | Sigmoid | Tanh) and i not in heads
    )


def _histogram(layer: object, y: Array) -> Array:
    low = 0.0 if isinstance(layer, Sigmoid) else -1.0
    places = np.nan_to_num((y - low) * (BINS / (1.0 - low))).astype(np.intp).reshape(-1)
    counts = np.bincount(places.clip(0, BINS - 1), minlength=BINS)
    shares: Array = counts / max(1, counts.sum())
    return shares


def _root_mean_square(values: Array) -> float:
    flat = values.reshape(-1)
    return float(np.sqrt(np.dot(flat, flat) / max(1, flat.size)))


def _is_alike(weight: Array) -> bool:
    """Up to what rounding makes of it in the course of a run."""
    apart = float(np.abs(weight - weight[:1]).max())
    return len(weight) > 1 and apart <= ALIKE * float(np.abs(weight).max()) > 0


def _spreads(x: Array) -> Array:
    """Mean and deviation, of each feature where there is one axis of them."""
    rows = x if x.ndim == 2 else x.reshape(1, -1)
    return np.stack([rows.mean(axis=1, dtype=np.float64), rows.std(axis=1, dtype=np.float64)])
