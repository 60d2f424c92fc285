"""What every layer of the catalogue promises, proved on the examples of layer_examples.py."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from layer_examples import EXAMPLES, SEED, Bench, Example
from numeric import TOLERANCE, central_differences, relative_error

from nnstudio.engine.catalogue import CATEGORIES, LAYERS
from nnstudio.engine.initialisers import INITIALISERS
from nnstudio.engine.layer import Array, Call

each_example = pytest.mark.parametrize("example", EXAMPLES, ids=str)
each_count = pytest.mark.parametrize("count", [1, 3, 17])
while_training_or_not = pytest.mark.parametrize("training", [True, False])


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_of_the_catalogue_has_an_example(name: str) -> None:
    tested = {type(example.layer) for example in EXAMPLES}
    assert LAYERS[name] in tested, f"add examples of {name} to tests/engine/layer_examples.py"


@pytest.mark.parametrize("name", LAYERS)
def test_every_layer_tells_what_a_palette_needs(name: str) -> None:
    layer = LAYERS[name]
    assert layer.category in CATEGORIES
    assert layer.summary
    assert layer.formula
    fewest, most = layer.arity
    assert most is None or fewest <= most


@each_example
@each_count
@while_training_or_not
def test_the_output_has_the_predicted_shape(example: Example, count: int, training: bool) -> None:
    bench = Bench(example, count, training=training)
    predicted = example.layer.output_shape(*example.shapes)
    assert bench.forward().shape == (*predicted, count)


@each_example
def test_declared_variables_can_be_made_and_are_told_apart(example: Example) -> None:
    variables = example.layer.variables(*example.shapes)
    assert len({variable.name for variable in variables}) == len(variables)
    for variable in variables:
        values = INITIALISERS[variable.init](variable.shape, np.random.default_rng(0))
        assert values.shape == variable.shape


@each_example
@while_training_or_not
def test_a_layer_that_draws_by_chance_says_so(example: Example, training: bool) -> None:
    bench = Bench(example, 3, training=training)
    bench.forward()
    assert bench.call.rng is not None
    state = bench.call.rng.bit_generator.state
    has_drawn = state != np.random.default_rng(SEED).bit_generator.state
    assert has_drawn == (training and example.layer.is_random)


@each_example
@while_training_or_not
def test_backward_fills_the_gradient_of_every_trainable_variable(
    example: Example, training: bool
) -> None:
    bench = Bench(example, 3, training=training)
    bench.forward()
    bench.backward()
    for name, gradient in bench.grad.items():
        assert np.isfinite(gradient).all(), name


@each_example
@each_count
@while_training_or_not
def test_the_gradient_equals_central_differences(
    example: Example, count: int, training: bool
) -> None:
    bench = Bench(example, count, training=training)

    def loss() -> float:
        return float(np.vdot(bench.dy, bench.forward(numeric_call)))

    numeric_call = Call(np.float64)
    bench.forward()
    dxs = bench.backward()
    assert len(dxs) == len(bench.xs)
    for x, dx in zip(bench.xs, dxs, strict=True):
        assert dx is not None
        assert relative_error(dx, central_differences(loss, x)) <= TOLERANCE
    for name, gradient in bench.grad.items():
        numeric = central_differences(loss, bench.v[name])
        assert relative_error(gradient, numeric) <= TOLERANCE, name


@each_example
@while_training_or_not
def test_forward_changes_neither_its_inputs_nor_variables(example: Example, training: bool) -> None:
    bench = Bench(example, 3, training=training)
    arrays = [*bench.xs, *bench.v.values()]
    before = [array.copy() for array in arrays]
    bench.forward()
    assert_same(arrays, before)


@each_example
@while_training_or_not
def test_backward_changes_nothing_but_the_gradient(example: Example, training: bool) -> None:
    bench = Bench(example, 3, training=training)
    arrays = [bench.forward(), bench.dy, *bench.xs, *bench.v.values()]
    before = [array.copy() for array in arrays]
    bench.backward()
    assert_same(arrays, before)


@each_example
@while_training_or_not
def test_nothing_is_left_over_from_earlier_batches(example: Example, training: bool) -> None:
    bench, call = Bench(example, 5, training=training), Call(np.float64)
    fresh = bench.run(call)
    Bench(example, 5, training=training, seed=99).run(call)
    assert_same(bench.run(call), fresh)
    Bench(example, 2, training=training, seed=99).run(call)
    assert_same(bench.run(call), fresh)


@each_example
@while_training_or_not
def test_float32_gives_nearly_what_float64_gives(example: Example, training: bool) -> None:
    if training and example.draws:
        training = False  # a stream draws other masks in float32
    narrow = Bench(example, 17, training=training, dtype=np.float32).run()
    wide = Bench(example, 17, training=training).run()
    for a, b in zip(narrow, wide, strict=True):
        assert a.dtype == np.float32
        np.testing.assert_allclose(a, b, rtol=2e-4, atol=2e-4)


@each_example
@while_training_or_not
def test_variables_learn_the_same_if_nothing_before_the_layer_learns(
    example: Example, training: bool
) -> None:
    whole = Bench(example, 3, training=training)
    alone = Bench(example, 3, training=training)
    alone.call.needs_dx = False
    whole.run()
    alone.run()
    assert_same(list(alone.grad.values()), list(whole.grad.values()))


@each_example
@while_training_or_not
def test_a_layer_whose_variables_rest_passes_the_same_gradient_on(
    example: Example, training: bool
) -> None:
    learning = Bench(example, 3, training=training)
    resting = Bench(example, 3, training=training)
    resting.grad = {}
    learning.forward()
    resting.forward()
    assert_same(resting.backward(), learning.backward())


def assert_same(arrays: Sequence[Array | None], others: Sequence[Array | None]) -> None:
    """Equal to the last bit."""
    assert len(arrays) == len(others)
    for array, other in zip(arrays, others, strict=True):
        assert array is not None
        assert other is not None
        np.testing.assert_array_equal(array, other)
