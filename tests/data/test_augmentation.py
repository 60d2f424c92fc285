"""Augmentations: what all of them keep, what each does to a picture, and by which chance."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.data.augmentation import (
    AUGMENTATIONS,
    Augmentation,
    Chance,
    Spread,
    augmented,
    check_augmentation,
)
from nnstudio.data.augmentation.cut_out import CutOut
from nnstudio.data.augmentation.elastic import Elastic
from nnstudio.data.augmentation.moving import Flip, Rotate, Scale, Shift
from nnstudio.data.augmentation.noise import Noise
from nnstudio.data.augmentation.strokes import Thickness
from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Dataset
from nnstudio.data.errors import DataError
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Digits, Spiral
from nnstudio.data.steps import Resize
from nnstudio.schema import SettingError

EXAMPLES: list[Augmentation] = [
    Shift(), Shift(3, 0, "nearest"), Rotate(25), Rotate(180, "nearest"), Scale(0.3),
    Scale(0.3, stretch=True, beyond="nearest"), Elastic(), Elastic(80, 2.5, "nearest"),
    Thickness(), Thickness(2.5), Noise(), Noise(0.5), CutOut(), CutOut(3), Flip(),
    Flip(False, True), Flip(True, True),
]  # fmt: skip
GENTLEST: list[Augmentation] = [
    Shift(0, 0), Rotate(0.0), Scale(0.0), Elastic(0.0), Thickness(0.0), Noise(0.0),
    Flip(False, False),
]  # fmt: skip
any_augmentation = pytest.mark.parametrize("augmentation", EXAMPLES, ids=repr)
kinds = pytest.mark.parametrize("kind", [np.float32, np.float64])


def pictures(count: int = 9, channels: int = 1, size: tuple[int, int] = (10, 12)) -> np.ndarray:
    random = np.random.default_rng(3).integers(20, 236, (count, channels, *size))
    return random.astype(np.float32)


def spread_of(values: np.ndarray) -> Spread:
    return Spread.of(values, np.arange(len(values)))


def changed(
    augmentation: Augmentation, values: np.ndarray, *, seed: int = 0, epoch: int = 0
) -> np.ndarray:
    examples = np.arange(len(values))
    spread = spread_of(values)
    return augmented([augmentation], values, examples, spread, seed=seed, epoch=epoch)


def dot(row: int, column: int, count: int = 1) -> np.ndarray:
    """Dark pictures of 9 × 9 with one bright pixel."""
    values = np.zeros((count, 1, 9, 9), np.float32)
    values[:, 0, row, column] = 100
    return values


# ------------------------------------------------------------------ all of them


def test_every_augmentation_has_an_example_and_is_listed_under_its_own_name() -> None:
    assert {type(each) for each in EXAMPLES} == set(AUGMENTATIONS.values())
    assert all(name == cls.__name__ for name, cls in AUGMENTATIONS.items())


@any_augmentation
@kinds
@pytest.mark.parametrize("channels", [1, 3])
def test_shape_kind_and_range_of_pictures_are_kept(
    augmentation: Augmentation, kind: type, channels: int
) -> None:
    values = pictures(channels=channels).astype(kind)
    result = changed(augmentation, values)
    assert result.shape == values.shape
    assert result.dtype == kind
    assert values.min() - 1e-3 <= result.min()
    assert result.max() <= values.max() + 1e-3


@any_augmentation
def test_bytes_become_numbers_that_may_lie_between(augmentation: Augmentation) -> None:
    result = changed(augmentation, pictures().astype(np.uint8))
    assert result.dtype == np.float32


@any_augmentation
def test_what_is_given_stays_as_it_is(augmentation: Augmentation) -> None:
    values = pictures()
    kept = values.copy()
    augmentation.apply(values, Chance(0, 0, np.arange(9)), spread_of(values))
    np.testing.assert_array_equal(values, kept)


@any_augmentation
def test_examples_are_changed_and_each_in_its_own_way(augmentation: Augmentation) -> None:
    values = np.repeat(pictures(1), 40, axis=0)
    result = changed(augmentation, values)
    assert (result != values).any()
    assert len({each.tobytes() for each in result}) > 1


@any_augmentation
def test_seed_epoch_and_number_of_an_example_decide_what_happens_to_it(
    augmentation: Augmentation,
) -> None:
    values = np.repeat(pictures(1), 40, axis=0)
    first = changed(augmentation, values, seed=1, epoch=2)
    np.testing.assert_array_equal(first, changed(augmentation, values, seed=1, epoch=2))
    assert (first != changed(augmentation, values, seed=1, epoch=3)).any()
    assert (first != changed(augmentation, values, seed=2, epoch=2)).any()


@any_augmentation
def test_an_example_does_not_depend_on_the_others_in_its_batch(augmentation: Augmentation) -> None:
    values, spread = pictures(300), spread_of(pictures(300))
    order = np.random.default_rng(0).permutation(300)
    together = augmented([augmentation], values, np.arange(300), spread, seed=4, epoch=1)
    mixed = augmented([augmentation], values[order], order, spread, seed=4, epoch=1)
    np.testing.assert_array_equal(mixed, together[order])
    for i in (0, 7, 299):
        alone = augmented([augmentation], values[i : i + 1], np.array([i]), spread, seed=4, epoch=1)
        np.testing.assert_array_equal(alone[0], together[i])


@pytest.mark.parametrize("augmentation", GENTLEST, ids=repr)
def test_without_strength_nothing_changes(augmentation: Augmentation) -> None:
    values = pictures()
    np.testing.assert_allclose(changed(augmentation, values), values, rtol=1e-6)


@pytest.mark.parametrize("beyond", ["constant", "nearest"])
@pytest.mark.parametrize("cls", [Shift, Rotate, Scale, Elastic])
def test_paper_of_one_shade_stays_so_beyond_its_edges_whatever_is_moved(
    cls: type[Augmentation], beyond: str
) -> None:
    values = np.full((20, 1, 8, 8), -40.0)
    result = changed(cls(beyond=beyond), values)  # type: ignore[call-arg]
    np.testing.assert_allclose(result, -40)


def test_the_list_is_gone_through_in_order_each_entry_by_a_chance_of_its_own() -> None:
    values, spread, examples = pictures(), spread_of(pictures()), np.arange(9)
    both = augmented([Noise(0.3), Noise(0.3)], values, examples, spread, seed=0, epoch=0)
    first = Noise(0.3).apply(values, Chance(0, 0, examples, 0), spread)
    np.testing.assert_array_equal(both, Noise(0.3).apply(first, Chance(0, 0, examples, 1), spread))
    again = Noise(0.3).apply(first, Chance(0, 0, examples, 0), spread)
    assert (both != again).any()


# ------------------------------------------------------------------ each of them


def test_a_shift_moves_whole_pixels_no_further_than_asked_and_everywhere_in_between() -> None:
    places = {tuple(np.argwhere(each[0])[0]) for each in changed(Shift(1, 2), dot(4, 4, 400))}
    assert places == {(row, column) for row in (3, 4, 5) for column in (2, 3, 4, 5, 6)}


def test_a_shift_shows_the_nearest_pixels_beyond_the_edge_if_asked() -> None:
    rows = np.broadcast_to(np.arange(9.0), (50, 1, 9, 9)).swapaxes(2, 3)
    for each in changed(Shift(3, 0, "nearest"), rows)[:, 0, :, 0]:
        moved = each[4] - 4
        np.testing.assert_array_equal(each, np.clip(np.arange(9) + moved, 0, 8))


def test_turning_moves_a_pixel_around_the_middle_and_no_further_than_asked() -> None:
    values = np.zeros((200, 1, 21, 21), np.float32)
    values[:, 0, 2:5, 10] = 100
    down, across = np.mgrid[:21, :21] - 10
    angles = []
    for each in changed(Rotate(40), values)[:, 0]:
        y, x = (each * down).sum() / each.sum(), (each * across).sum() / each.sum()
        assert np.hypot(x, y) == pytest.approx(7, abs=0.3)
        angles.append(np.degrees(np.arctan2(x, -y)))
    assert -41 < min(angles) < -35
    assert 35 < max(angles) < 41


def test_scaling_makes_things_smaller_and_larger_as_high_as_wide_unless_asked() -> None:
    values = np.zeros((200, 1, 41, 41), np.float32)
    values[:, 0, 12:29, 12:29] = 1
    heights, widths = _sides(changed(Scale(0.4), values))
    np.testing.assert_allclose(heights, widths, rtol=1e-3)
    assert 17 * 0.58 < heights.min() < 17 * 0.7
    assert 17 * 1.3 < heights.max() < 17 * 1.42
    heights, widths = _sides(changed(Scale(0.4, stretch=True), values))
    assert (abs(heights - widths) > 2).any()


def _sides(squares: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Height and width of the bright rectangles."""
    return squares[:, 0, :, 20].sum(axis=1), squares[:, 0, 20].sum(axis=1)


def test_bending_moves_each_pixel_as_far_as_the_blurred_field_says() -> None:
    # On a picture whose brightness rises evenly to the right, what is read tells the place.
    values = np.broadcast_to(np.arange(40.0), (3, 1, 40, 40))
    result = changed(Elastic(20, 4), values)
    moved = (result - values)[:, 0, 8:-8, 8:-8]
    assert 0.1 < abs(moved).max() < 8
    neighbours = np.corrcoef(moved[:, :, 1:].ravel(), moved[:, :, :-1].ravel())[0, 1]
    assert neighbours > 0.95, "neighbours move together"
    double = (changed(Elastic(40, 4), values) - values)[:, 0, 8:-8, 8:-8]
    np.testing.assert_allclose(double, 2 * moved, atol=1e-3)


def test_a_dot_grows_to_a_cross_and_a_cross_shrinks_to_a_dot() -> None:
    cross = dot(4, 4)
    for row, column in ((3, 4), (5, 4), (4, 3), (4, 5)):
        cross[0, 0, row, column] = 100
    grown = changed(Thickness(1.0), dot(4, 4, 200))
    shares = grown[:, 0, 3, 4] / 100
    assert shares.min() == 0
    assert shares.max() > 0.95
    for each, share in zip(grown, shares, strict=True):
        if each.max() == 100:  # a dot that shrinks fades away
            np.testing.assert_allclose(each, dot(4, 4)[0] + share * (cross - dot(4, 4))[0])
    shrunk = changed(Thickness(1.0), np.repeat(cross, 200, axis=0))
    least = shrunk[shrunk.sum(axis=(1, 2, 3)).argmin()]
    np.testing.assert_allclose(least, dot(4, 4)[0], atol=5)


def test_two_pixels_more_are_two_steps_of_growing() -> None:
    grown = changed(Thickness(2.0), dot(4, 4, 400))
    most = grown[grown.sum(axis=(1, 2, 3)).argmax(), 0]
    down, across = np.mgrid[:9, :9] - 4
    np.testing.assert_array_equal(most > 50, abs(down) + abs(across) <= 2)


def test_noise_has_the_deviation_asked_for_and_stays_between_dark_and_bright() -> None:
    rows = np.random.default_rng(0).normal([5, -3], [2.0, 0.1], (4000, 2))
    added = changed(Noise(0.5), rows) - rows
    np.testing.assert_allclose(added.std(axis=0), 0.5 * rows.std(axis=0), rtol=0.05)
    np.testing.assert_allclose(added.mean(axis=0) / rows.std(axis=0), 0, atol=0.03)
    values = pictures()
    noisy = changed(Noise(10), values)
    assert noisy.min() == values.min()
    assert noisy.max() == values.max()


def test_a_square_of_the_mean_is_cut_out_wherever_its_middle_falls() -> None:
    values = np.ones((600, 1, 9, 9), np.float32)
    spread = replace(spread_of(values), mean=np.array(7.0))
    result = CutOut(3).apply(values, Chance(0, 0, np.arange(600)), spread)
    hidden = result[:, 0] == 7
    assert ((result == 7) | (result == 1)).all()
    sizes = set(hidden.sum(axis=(1, 2)).tolist())
    assert sizes == {9, 6, 4}, "whole, over an edge, over a corner"
    assert hidden.any(axis=0).all()


def test_about_half_of_the_pictures_are_mirrored_and_the_others_are_as_they_were() -> None:
    values = np.repeat(pictures(1), 1000, axis=0)
    result = changed(Flip(), values)
    same = (result == values).all(axis=(1, 2, 3))
    mirrored = (result == values[..., ::-1]).all(axis=(1, 2, 3))
    assert (same | mirrored).all()
    assert 430 < mirrored.sum() < 570
    upside_down = changed(Flip(False, True), values)
    flipped = (upside_down == values[..., ::-1, :]).all(axis=(1, 2, 3))
    assert (flipped | (upside_down == values).all(axis=(1, 2, 3))).all()


# ------------------------------------------------------------------ chance


def test_numbers_of_a_stream_are_even_between_their_limits() -> None:
    drawn = Chance(0, 0, np.arange(5000)).uniform(-2, 3, 7)
    assert drawn.shape == (5000, 7)
    assert drawn.dtype == np.float32
    counts, _ = np.histogram(drawn, 10, (-2, 3))
    # Each count is binomial with deviation 56; 5 of them are a chance in a million.
    assert abs(counts - 3500).max() < 5 * 56
    assert abs(np.corrcoef(drawn.T) - np.eye(7)).max() < 0.08


def test_normal_numbers_have_the_moments_of_their_distribution() -> None:
    drawn = Chance(0, 0, np.arange(20_000)).normal(3).astype(np.float64)
    assert drawn.mean() == pytest.approx(0, abs=0.02)
    assert drawn.std() == pytest.approx(1, abs=0.02)
    assert (drawn**4).mean() == pytest.approx(3, abs=0.2)
    assert abs(np.corrcoef(drawn.T) - np.eye(3)).max() < 0.04


@given(st.integers(0, 2**62), st.integers(0, 2**40), st.integers(0, 2**40))
def test_what_is_drawn_later_differs_from_what_was_drawn_before(
    seed: int, epoch: int, example: int
) -> None:
    chance = Chance(seed, epoch, np.array([example]))
    drawn = [*chance.uniform(0, 1, 4).ravel(), *chance.uniform(0, 1, 4).ravel()]
    assert len(set(drawn)) == 8
    assert all(0 <= number < 1 for number in drawn)


# ------------------------------------------------------------------ data


def test_rows_of_numbers_take_noise_alone_and_the_rest_is_refused_with_a_sentence() -> None:
    takers = [name for name, cls in AUGMENTATIONS.items() if cls().applies_to((2,))]
    assert takers == ["Noise"]
    with pytest.raises(DataError, match="Rotate is for pictures, the examples are 2"):
        PreparedData.of(DataSettings(Spiral(), augmentation=(Rotate(),)))
    with pytest.raises(SettingError, match="at most 180"):
        PreparedData.of(DataSettings(Digits(), augmentation=(Rotate(300),)))


def test_whether_it_applies_is_judged_after_the_steps() -> None:
    settings = DataSettings(Digits(), steps=(Resize(16, 16),), augmentation=(Elastic(),))
    data = PreparedData.of(settings)
    assert data.augmented((1, 16, 16), 0)._values.shape[1:] == (1, 16, 16)


def test_pictures_with_a_class_at_each_pixel_are_not_moved_away_from_them() -> None:
    masks = np.zeros((4, 6, 6), np.int64)
    dataset = Dataset("masks", np.zeros((4, 1, 6, 6)), masks, classes=("no", "yes"))
    for cls in AUGMENTATIONS.values():
        if cls.moves:
            with pytest.raises(DataError, match="would move the pictures"):
                check_augmentation(cls(), dataset)
        else:
            check_augmentation(cls(), dataset)


def test_data_without_training_examples_can_be_measured() -> None:
    spread = Spread.of(np.zeros((3, 1, 2, 2)), np.zeros(0, np.int64))
    assert float(spread.mean) == 0


@pytest.mark.parametrize("inputs", ["none", "scale", "standardise each"])
@pytest.mark.parametrize("shape", [(1, 8, 8), (64,)])
@pytest.mark.parametrize("rows_first", [True, False])
def test_buffers_get_augmented_examples_brought_into_range(
    inputs: str, shape: tuple[int, ...], rows_first: bool
) -> None:
    data = PreparedData.of(DataSettings(Digits(), inputs=inputs, augmentation=(Shift(), Noise())))
    index = data.parts.train[[5, 2, 9]]
    if rows_first:
        buffer = np.empty((3, *shape), np.float32).transpose(*range(1, len(shape) + 1), 0)
    else:
        buffer = np.empty((*shape, 3), np.float32)
    rows = data.augmented(shape, seed=6)
    rows.epoch = 4
    rows.gather(index, buffer)
    wanted = augmented(
        data.augmentation, data.dataset.inputs[index], index, data.spread, seed=6, epoch=4
    )
    prepared = data.preparation.inputs.apply(wanted).reshape(3, *shape)
    np.testing.assert_allclose(np.moveaxis(buffer, -1, 0), prepared, rtol=1e-5, atol=1e-5)
