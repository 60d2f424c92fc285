"""Drawings become what the training data would hold, at any size and anywhere on the pad."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nnstudio.data.drawing import STYLES, as_digits, as_mnist, prepare_drawing
from nnstudio.data.sources import Digits, Mnist

Strokes = list[list[tuple[float, float]]]

#: A seven with its bar, drawn by hand on a pad of 280 pixels.
SEVEN: Strokes = [
    [(80, 60), (130, 58), (190, 62), (170, 110), (150, 160), (132, 230)],
    [(105, 142), (150, 140), (180, 138)],
]
each_style = pytest.mark.parametrize("draw", [as_mnist, as_digits])
Draw = Callable[[Strokes], np.ndarray]


def moved(strokes: Strokes, factor: float = 1.0, x: float = 0.0, y: float = 0.0) -> Strokes:
    return [[(px * factor + x, py * factor + y) for px, py in stroke] for stroke in strokes]


@pytest.mark.parametrize(("style", "side", "most"), [("mnist", 28, 255), ("digits", 8, 16)])
def test_a_drawing_has_the_shape_and_range_of_its_style(style: str, side: int, most: int) -> None:
    drawn = prepare_drawing(style, SEVEN)
    assert drawn.shape == (1, side, side)
    assert drawn.dtype == np.uint8
    assert drawn.max() == most
    assert drawn.min() == 0
    assert style in STYLES


@each_style
@pytest.mark.parametrize("strokes", [[], [[]], [[], []]])
def test_an_empty_drawing_is_empty_paper(draw: Draw, strokes: Strokes) -> None:
    assert not draw(strokes).any()


@each_style
def test_a_click_is_a_small_dot_in_the_middle(draw: Draw) -> None:
    for click in ([[(7.0, 9.0)]], [[(7.0, 9.0), (7.0, 9.0)]]):
        dot = draw(click)
        side = len(dot)
        inked = np.argwhere(dot)
        assert 1 <= len(inked) <= (side / 4) ** 2
        assert np.abs(inked.mean(axis=0) - (side - 1) / 2).max() <= 1.0


@each_style
@pytest.mark.parametrize("factor", [2.0**-40, 0.125, 8.0, 2.0**40])
def test_size_does_not_matter(draw: Draw, factor: float) -> None:
    np.testing.assert_array_equal(draw(moved(SEVEN, factor)), draw(SEVEN))


@each_style
@pytest.mark.parametrize("offset", [(-500, 0), (0, 4096), (-77, -1)])
def test_place_does_not_matter(draw: Draw, offset: tuple[int, int]) -> None:
    np.testing.assert_array_equal(draw(moved(SEVEN, x=offset[0], y=offset[1])), draw(SEVEN))


@each_style
def test_arrays_tuples_and_directions_of_drawing_are_all_the_same(draw: Draw) -> None:
    np.testing.assert_array_equal(draw([np.array(s) for s in SEVEN]), draw(SEVEN))
    np.testing.assert_array_equal(draw(SEVEN[::-1]), draw(SEVEN))


@each_style
def test_points_that_are_nowhere_are_left_out(draw: Draw) -> None:
    holed = [[SEVEN[0][0], (float("nan"), 3.0), *SEVEN[0][1:]], SEVEN[1], [(float("inf"), 0.0)]]
    np.testing.assert_array_equal(draw(holed), draw(SEVEN))


@each_style
def test_points_as_far_apart_as_floats_go_can_be_drawn(draw: Draw) -> None:
    far = [[(-1.7e308, -1.7e308), (1.7e308, 1.7e308)]]
    np.testing.assert_array_equal(draw(far), draw([[(0, 0), (1, 1)]]))


coordinates = st.floats(allow_nan=True, allow_infinity=True)


@settings(max_examples=50)
@given(st.lists(st.lists(st.tuples(coordinates, coordinates), max_size=5), max_size=3))
def test_any_points_at_all_can_be_drawn(strokes: Strokes) -> None:
    assert as_mnist(strokes).shape == (28, 28)
    assert as_digits(strokes).max() <= 16


def test_up_stays_up_and_left_stays_left() -> None:
    picture = as_mnist([[(0, 100), (0, 0), (60, 0)]]).astype(float)  # like the letter Γ
    assert picture[:14].sum() > picture[14:].sum()
    assert picture[:, :14].sum() > picture[:, 14:].sum()


shapes = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 300)), min_size=2, max_size=12)


@settings(max_examples=50)
@given(shapes)
def test_mnist_drawings_fill_a_box_of_20_and_hang_by_their_centre_of_mass(
    line: list[tuple[int, int]],
) -> None:
    picture = as_mnist([[(float(x), float(y)) for x, y in line]]).astype(float)
    rows, columns = (np.flatnonzero(picture.any(axis=axis)) for axis in (1, 0))
    height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
    if len(set(line)) > 1:
        assert 19 <= max(height, width) <= 20
    for axis, inked in ((1, rows), (0, columns)):
        mass = picture.sum(axis=axis)
        centre = mass @ np.arange(28) / mass.sum()
        touches = inked[0] == 0 or inked[-1] == 27
        assert touches or abs(centre - 14) <= 0.5


def test_mnist_keeps_the_aspect_of_a_drawing() -> None:
    wide = as_mnist([[(0, 0), (400, 0), (400, 200), (0, 200), (0, 0)]])
    rows, columns = (np.flatnonzero(wide.any(axis=axis)) for axis in (1, 0))
    assert np.ptp(columns) + 1 == 20
    assert abs(np.ptp(rows) + 1 - 11) <= 1


def test_the_pen_is_equally_thick_for_long_and_short_strokes() -> None:
    upright = as_mnist([[(0, 0), (0, 50)]])
    assert upright.any(axis=1).sum() == 20
    slanted = as_mnist([[(0, 0), (500, 500)]])
    thickness = slanted.astype(float).sum() / 255 / np.hypot(20, 20)
    assert thickness == pytest.approx(upright.astype(float).sum() / 255 / 20, rel=0.15)


def test_digits_are_stretched_to_the_full_height_and_leave_the_margins_free() -> None:
    for strokes in (SEVEN, moved(SEVEN, 3.0), [[(0, 0), (50, 0), (50, 20), (0, 20), (0, 0)]]):
        counts = as_digits(strokes)
        assert counts[0].any()
        assert counts[-1].any()
        assert counts[:, 0].sum() == 0


def test_a_slanted_stroke_is_brought_upright() -> None:
    upright = as_digits([[(0, 0), (0, 100)]]).astype(float)
    slanted = as_digits([[(40, 0), (0, 100)]]).astype(float)
    for counts in (upright, slanted):
        centres = counts @ np.arange(8) / counts.sum(axis=1)
        assert np.ptp(centres[1:-1]) < 0.5


def test_thin_and_bold_looking_digits_get_the_usual_amount_of_ink() -> None:
    solid = as_digits([[(0, 0), (0, 100)]])  # stretched sideways this is one black block
    open_ = as_digits([[(0, 0), (100, 0), (100, 100), (0, 100), (0, 0)]])
    assert 400 < solid.sum() <= 16 * 28
    assert 200 < open_.sum() < 420


@pytest.fixture(scope="module")
def drawn_as_mnist(pen_digits: tuple[list[Strokes], np.ndarray]) -> np.ndarray:
    return np.array([as_mnist(strokes) for strokes in pen_digits[0]])


@pytest.fixture(scope="module")
def drawn_as_digits(pen_digits: tuple[list[Strokes], np.ndarray]) -> np.ndarray:
    return np.array([as_digits(strokes) for strokes in pen_digits[0]])


def test_drawn_digits_have_the_ink_of_mnists_training_pictures(
    drawn_as_mnist: np.ndarray, real_mnist: Path
) -> None:
    drawn = drawn_as_mnist
    trained = Mnist(str(real_mnist)).load().inputs[:60_000]
    assert drawn.mean() == pytest.approx(trained.mean(), rel=0.03)
    assert (drawn > 0).mean() == pytest.approx((trained > 0).mean(), rel=0.03)


def test_drawn_digits_have_the_ink_of_the_uci_digits(drawn_as_digits: np.ndarray) -> None:
    drawn = drawn_as_digits
    trained = Digits().load().inputs
    assert drawn.mean() == pytest.approx(trained.mean(), rel=0.03)
    assert (drawn > 0).mean() == pytest.approx((trained > 0).mean(), rel=0.03)


def nearest(inputs: np.ndarray, known: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """The label of the known picture nearest to each input (one-nearest-neighbour)."""
    a, b = (array.reshape(len(array), -1).astype(np.float32) for array in (inputs, known))
    distance = np.square(b).sum(axis=1) - 2 * a @ b.T
    return np.asarray(labels[distance.argmin(axis=1)])


def test_most_pen_drawn_digits_look_most_like_a_uci_digit_of_their_class(
    drawn_as_digits: np.ndarray, pen_digits: tuple[list[Strokes], np.ndarray]
) -> None:
    data = Digits().load()
    read = nearest(drawn_as_digits, data.inputs, data.targets)
    assert (read == pen_digits[1]).mean() > 0.8


def test_nearly_all_pen_drawn_digits_look_most_like_an_mnist_digit_of_their_class(
    drawn_as_mnist: np.ndarray, pen_digits: tuple[list[Strokes], np.ndarray], real_mnist: Path
) -> None:
    data = Mnist(str(real_mnist)).load()
    read = nearest(drawn_as_mnist, data.inputs[:10_000], data.targets[:10_000])
    assert (read == pen_digits[1]).mean() > 0.88
