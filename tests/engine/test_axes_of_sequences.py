"""The axis rule: on a sequence (T, F) these layers do at each place what they do on (F).

Keras calls that ``TimeDistributed``; here it is no layer of its own.
"""

from __future__ import annotations

import numpy as np
import pytest

from nnstudio.engine.activations import Softmax
from nnstudio.engine.catalogue import LAYERS
from nnstudio.engine.conv import Conv1D, Conv2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.embedding import Embedding
from nnstudio.engine.layer import Call, Layer, ShapeError
from nnstudio.engine.normalisation import LayerNorm
from nnstudio.engine.pooling import GlobalMaxPool2D, MaxPool2D
from nnstudio.engine.recurrent import LSTM

PLACES, FEATURES, COUNT = 4, 3, 5

EACH_PLACE = [
    Dense(units=2),
    Softmax(),
    LayerNorm(),
    Dropout(rate=0.5),
    *(cls() for cls in LAYERS.values() if cls.category == "activation"),
]


@pytest.mark.parametrize("layer", EACH_PLACE, ids=str)
def test_each_place_of_a_sequence_is_treated_like_an_example(layer: Layer) -> None:
    rng = np.random.default_rng(0)
    v = {s.name: rng.uniform(0.5, 1.5, s.shape) for s in layer.variables((PLACES, FEATURES))}
    alone = {s.name: s.shape for s in layer.variables((FEATURES,))}
    assert alone == {name: value.shape for name, value in v.items()}
    x = rng.standard_normal((PLACES, FEATURES, COUNT))
    y = layer.forward(v, (x,), Call(np.float64)).copy()
    features = layer.output_shape((FEATURES,))
    assert layer.output_shape((PLACES, FEATURES)) == (PLACES, *features)
    for place in range(PLACES):
        there = layer.forward(v, (x[place].copy(),), Call(np.float64))
        np.testing.assert_allclose(y[place], there, rtol=1e-12, atol=1e-12)


def test_dropout_drops_the_numbers_of_a_sequence_one_by_one() -> None:
    call = Call(np.float64)
    call.training, call.rng = True, np.random.default_rng(0)
    y = Dropout(rate=0.5).forward({}, (np.ones((40, 30, 20)),), call)
    for axis in range(3):
        assert (np.ptp(y, axis) > 0).any()  # no whole place, feature or example
    assert (y == 0).mean() == pytest.approx(0.5, abs=0.02)


@pytest.mark.parametrize(
    "layer",
    [Dense(), Softmax(), Conv1D(), Conv2D(), MaxPool2D(), GlobalMaxPool2D(), LSTM(), Embedding()],
    ids=str,
)
def test_a_sequence_of_pictures_is_refused_in_a_sentence(layer: Layer) -> None:
    with pytest.raises(ShapeError, match=r"needs a .* got 6 × 1 × 8 × 8: "):
        layer.output_shape((6, 1, 8, 8))
