"""Attention and positions, held against sums written out, and against what they promise."""

from __future__ import annotations

import math

import numpy as np
import pytest

from nnstudio.engine.attention import MultiHeadAttention
from nnstudio.engine.initialisers import INITIALISERS
from nnstudio.engine.layer import Array, Call, Layer, ShapeError
from nnstudio.engine.positions import PositionalEncoding, waves


def weights_of(layer: Layer, shape: tuple[int, int]) -> dict[str, Array]:
    rng = np.random.default_rng(3)
    found = {v.name: INITIALISERS[v.init](v.shape, rng) for v in layer.variables(shape)}
    for name, array in found.items():
        if "bias" in name:
            array += rng.normal(size=array.shape)
    return found


def run(layer: Layer, x: Array, v: dict[str, Array] | None = None) -> Array:
    weights = weights_of(layer, x.shape[:2]) if v is None else v  # type: ignore[arg-type]
    return layer.forward(weights, (x,), Call(np.float64)).copy()


def test_one_head_is_the_mean_of_values_weighed_by_agreement_as_on_paper() -> None:
    # Two places of two features; queries, keys and values are x itself, and so is the output.
    layer = MultiHeadAttention(heads=1, use_bias=False)
    v = {"in_weight": np.tile(np.eye(2), (3, 1)), "out_weight": np.eye(2)}
    x = np.array([[[1.0], [0.0]], [[0.0], [2.0]]])  # (T, F, N): places (1, 0) and (0, 2)
    near, far = math.exp(1 / math.sqrt(2)), math.exp(4 / math.sqrt(2))
    first = near / (near + 1)  # place 1 looks at itself with 1 · 1 / √2, at the other with 0
    second = far / (far + 1)
    expected = [[first, 2 * (1 - first)], [1 - second, 2 * second]]
    np.testing.assert_allclose(run(layer, x, v)[..., 0], expected, rtol=1e-12)


@pytest.mark.parametrize("heads", [1, 2, 4])
def test_heads_attend_each_by_itself_and_are_mixed_at_the_end(heads: int) -> None:
    layer, T, F = MultiHeadAttention(heads=heads), 3, 4
    v = weights_of(layer, (T, F))
    x = np.random.default_rng(0).normal(size=(T, F, 2))
    D, rows = F // heads, range(T)
    for n in range(2):
        qkv = [v["in_weight"] @ x[t, :, n] + v["in_bias"] for t in rows]
        q, k, values = ([one[i * F : (i + 1) * F] for one in qkv] for i in range(3))
        for t in rows:
            answer = np.zeros(F)
            for head in range(heads):
                own = slice(head * D, (head + 1) * D)
                agree = [math.exp(q[t][own] @ k[s][own] / math.sqrt(D)) for s in rows]
                for s in rows:
                    answer[own] += agree[s] / sum(agree) * values[s][own]
            expected = v["out_weight"] @ answer + v["out_bias"]
            np.testing.assert_allclose(run(layer, x, v)[t, :, n], expected, rtol=1e-10)


def test_with_causal_attention_no_place_sees_a_later_one() -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(5, 4, 2))
    later = x.copy()
    later[3:] = rng.normal(size=(2, 4, 2))
    causal, free = MultiHeadAttention(heads=2, causal=True), MultiHeadAttention(heads=2)
    np.testing.assert_array_equal(run(causal, x)[:3], run(causal, later)[:3])
    assert (run(causal, x)[3:] != run(causal, later)[3:]).all()
    assert (run(free, x)[:3] != run(free, later)[:3]).all()


def test_without_positions_places_in_another_order_give_the_answers_in_that_order() -> None:
    x = np.random.default_rng(0).normal(size=(5, 4, 2))
    order = [3, 0, 4, 1, 2]
    layer = MultiHeadAttention(heads=2)
    np.testing.assert_allclose(run(layer, x[order]), run(layer, x)[order], rtol=1e-10)
    told = PositionalEncoding()
    assert not np.allclose(run(layer, run(told, x[order])), run(layer, run(told, x))[order])


def test_huge_scores_overflow_nowhere() -> None:
    x = np.random.default_rng(0).normal(size=(3, 4, 2)) * 1e4
    assert np.isfinite(run(MultiHeadAttention(heads=2), x)).all()


def test_the_weights_of_attention_are_kept_for_a_viewer() -> None:
    layer, call = MultiHeadAttention(heads=2), Call(np.float64)
    x = np.random.default_rng(0).normal(size=(3, 4, 5))
    layer.forward(weights_of(layer, (3, 4)), (x,), call)
    kept = call.saved["attention"]
    assert kept.shape == (2, 5, 3, 3)
    np.testing.assert_allclose(kept.sum(axis=-1), 1)


def test_features_that_heads_can_not_share_are_refused_in_words() -> None:
    with pytest.raises(ShapeError, match="6 features can't be divided among 4 heads"):
        MultiHeadAttention(heads=4).output_shape((3, 6))
    for layer in (MultiHeadAttention(), PositionalEncoding()):
        with pytest.raises(ShapeError):
            layer.output_shape((3,))


def test_waves_are_sines_and_cosines_of_ever_greater_length() -> None:
    p = waves(50, 6)
    for t in (0, 1, 7, 49):
        for pair in range(3):
            angle = t / 10_000 ** (2 * pair / 6)
            assert p[t, 2 * pair] == pytest.approx(math.sin(angle))
            assert p[t, 2 * pair + 1] == pytest.approx(math.cos(angle))
    with pytest.raises(ValueError, match="read-only"):
        p[0] = 0


def test_a_learned_position_is_added_and_learns_the_sum_over_the_batch() -> None:
    layer, call = PositionalEncoding(kind="learned"), Call(np.float64)
    v = weights_of(layer, (3, 2))
    x = np.random.default_rng(0).normal(size=(3, 2, 4))
    y = layer.forward(v, (x,), call)
    np.testing.assert_allclose(y - x, np.repeat(v["position"][..., np.newaxis], 4, axis=2))
    grad = {"position": np.empty((3, 2))}
    dy = np.random.default_rng(1).normal(size=x.shape)
    (dx,) = layer.backward(v, grad, dy, call)
    np.testing.assert_array_equal(dx, dy)
    np.testing.assert_allclose(grad["position"], dy.sum(axis=2))
