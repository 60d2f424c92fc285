"""Data that is made by hand: painted points, drawn curves, kept drawings."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnstudio.data.drawing import prepare_drawing
from nnstudio.data.errors import DataError
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Drawings, Pairs, Points
from nnstudio.data.sources.by_hand import MOST
from nnstudio.data.strokes import MOST_POINTS, parse_strokes, strokes_text

CROSS = strokes_text([[(0, 0), (9, 9)], [(9, 0), (0, 9)]])
LINE = strokes_text([[(0, 0), (0, 50)]])
places = st.floats(-1e6, 1e6, allow_nan=False)
strokes = st.lists(st.lists(st.tuples(places, places), min_size=1, max_size=30), max_size=5)

# ---------------------------------------------------------------------- strokes as text


@given(strokes)
def test_kept_strokes_are_where_they_were_drawn_within_a_grid_of_256(
    drawn: list[list[tuple[float, float]]],
) -> None:
    read = parse_strokes(strokes_text(drawn))
    assert len(read) == len(drawn)
    if not drawn:
        return
    points = np.array([point for stroke in drawn for point in stroke])
    corner, extent = points.min(axis=0), np.ptp(points, axis=0).max() or 1.0
    for stroke, kept in zip(drawn, read, strict=True):
        scaled = (np.array(stroke) - corner) / extent * 255
        distances = np.abs(scaled[np.newaxis] - kept[:, np.newaxis].astype(float)).max(axis=2)
        assert distances.min(axis=1).max() <= 0.51, "every kept point was drawn"
        np.testing.assert_allclose(kept[[0, -1]], scaled[[0, -1]], atol=0.51)


def test_a_kept_drawing_gives_nearly_the_picture_that_was_drawn() -> None:
    turn = np.linspace(0, 2 * np.pi, 200)
    ring = np.stack([200 + 90 * np.cos(turn), 300 + 140 * np.sin(turn)], axis=1)
    drawn = prepare_drawing("mnist", [ring, [(180, 250), (220, 350)]])
    kept = parse_strokes(strokes_text([ring, [(180, 250), (220, 350)]]))
    again = prepare_drawing("mnist", kept)
    assert np.abs(drawn.astype(int) - again).mean() < 3


def test_a_drawing_takes_little_room_however_long_the_hand_went_on() -> None:
    rng = np.random.default_rng(0)
    scribble = rng.uniform(0, 400, (20_000, 2))
    text = strokes_text([scribble, scribble])
    assert 0 < sum(map(len, parse_strokes(text))) <= MOST_POINTS
    assert len(text) < 3 * MOST_POINTS


def test_a_long_stroke_stays_one_line() -> None:
    long = np.stack([np.arange(600) / 3, 200.0 * (np.arange(600) % 2)], axis=1)
    pieces = parse_strokes(strokes_text([long]))
    assert len(pieces) == 3
    for before, after in pairwise(pieces):
        np.testing.assert_array_equal(before[-1], after[0])


@pytest.mark.parametrize("text", ["ä", "AAA", "_w", "====", "BAAA", "a b"])
def test_damaged_strokes_are_refused_with_what_to_do(text: str) -> None:
    with pytest.raises(DataError, match="Delete it"):
        parse_strokes(text)


@given(st.text(max_size=40) | st.text("ABCabc012-_=", max_size=60))
def test_any_text_is_strokes_or_a_sentence(text: str) -> None:
    try:
        read = parse_strokes(text)
    except DataError:
        return
    assert all(stroke.ndim == 2 and len(stroke) for stroke in read)


# ---------------------------------------------------------------------- points


def test_painted_points_have_their_colour_as_class() -> None:
    data = Points().with_points([(0.5, -0.5), (0.1, 0.2)], 1).with_points([(0, 0)], 0).load()
    np.testing.assert_array_equal(data.inputs, [[0.5, -0.5], [0.1, 0.2], [0, 0]])
    assert data.targets.tolist() == [1, 1, 0]
    assert data.classes == ("class 1", "class 2")


def test_colours_can_stand_for_numbers_from_minus_one_to_one() -> None:
    source = Points(((0.0, 0.0),) * 3, (0, 1, 2), colours=3, task="numbers")
    assert source.load().targets.tolist() == [[-1.0], [0.0], [1.0]]
    assert not source.load().classes


def test_erased_points_are_gone_with_their_colour() -> None:
    source = Points(((0.0, 0.0), (1.0, 1.0), (0.5, 0.5)), (0, 1, 0)).without([0])
    assert source.points == ((1.0, 1.0), (0.5, 0.5))
    assert source.labels == (1, 0)


def test_no_more_points_are_painted_than_a_project_can_hold() -> None:
    source = Points().with_points([(0.0, 0.1)] * (MOST + 7), 1)
    assert source.size == MOST
    assert source.load().size == MOST
    with pytest.raises(DataError, match="5,000"):
        replace(source, points=source.points * 2, labels=source.labels * 2).load()


def test_painted_points_are_kept_to_what_a_screen_can_tell_apart() -> None:
    near = Points().with_points([(1 / 3, -2 / 3)], 0)
    far = Points(low=0.0, high=5000.0).with_points([(1000 / 3, 0.0)], 0)
    assert near.points == ((0.3333, -0.6667),)
    assert far.points == ((333.3, 0.0),)


def test_points_of_a_colour_that_is_gone_are_told() -> None:
    with pytest.raises(DataError, match="colour 3, but only 2"):
        Points(((0.0, 0.0),), (2,)).load()


# ---------------------------------------------------------------------- pairs


def test_a_drawn_curve_has_one_y_for_each_of_evenly_spaced_x() -> None:
    source = Pairs().drawn_over([(-1.0, -1.0), (0.0, 1.0), (1.0, 0.0)])
    x, y = np.array(source.pairs).T
    assert len(x) == 101
    np.testing.assert_allclose(np.diff(x), 0.02, atol=1e-9)
    np.testing.assert_allclose(y, np.interp(x, [-1, 0, 1], [-1, 1, 0]), atol=1e-9)


def test_the_same_line_drawn_backwards_is_the_same_curve() -> None:
    line = [(-0.5, 0.25), (0.0, 0.5), (0.25, -1.0)]
    assert Pairs().drawn_over(line) == Pairs().drawn_over(line[::-1])


def test_drawing_over_a_part_of_a_curve_leaves_the_rest() -> None:
    flat = Pairs().drawn_over([(-1.0, 0.0), (1.0, 0.0)])
    mended = flat.drawn_over([(0.0, 0.5), (0.5, 0.5)])
    values = dict(mended.pairs)
    assert len(mended.pairs) == len(flat.pairs)
    assert {y for x, y in values.items() if 0 <= x <= 0.5} == {0.5}
    assert {y for x, y in values.items() if not 0 <= x <= 0.5} == {0.0}


def test_where_the_hand_goes_back_what_it_drew_last_counts() -> None:
    source = Pairs().drawn_over([(-1.0, 0.0), (0.5, 0.0), (0.0, 1.0), (1.0, 1.0)])
    values = dict(source.pairs)
    assert values[0.5] == 1.0
    assert values[-1.0] == 0.0


def test_a_click_is_one_pair() -> None:
    assert Pairs().drawn_over([(0.25, 0.75)]).pairs == ((0.25, 0.75),)


# ---------------------------------------------------------------------- drawings


def test_kept_drawings_become_pictures_with_the_users_own_classes() -> None:
    source = Drawings().with_drawing(CROSS, "ж").with_drawing(LINE, " stroke ")
    source = source.with_drawing(CROSS, "ж")
    data = source.load()
    assert data.inputs.shape == (3, 1, 28, 28)
    assert data.classes == ("ж", "stroke")
    assert data.targets.tolist() == [0, 1, 0]
    np.testing.assert_array_equal(data.inputs[0], data.inputs[2])
    assert source.counts() == {"ж": 2, "stroke": 1}


def test_the_same_strokes_become_large_or_small_pictures() -> None:
    source = Drawings((CROSS, LINE), (0, 1), ("x", "l"))
    small = replace(source, style="digits").load()
    assert small.inputs.shape == (2, 1, 8, 8)
    assert small.inputs.max() <= 16
    assert source.load().inputs.max() == 255


def test_a_sign_goes_with_its_last_drawing_and_the_others_keep_theirs() -> None:
    source = Drawings((CROSS, LINE, CROSS), (0, 1, 2), ("a", "b", "c")).without([1])
    assert source.signs == ("a", "c")
    assert source.labels == (0, 1)
    assert source.drawings == (CROSS, CROSS)


def test_a_drawing_can_be_given_another_name_known_or_new() -> None:
    source = Drawings((CROSS, LINE, LINE), (0, 0, 1), ("x", "l"))
    assert source.relabelled([1], "l").labels == (0, 1, 1)
    renamed = source.relabelled([1, 2], "i")
    assert renamed.signs == ("x", "i")
    assert renamed.labels == (0, 1, 1)


@pytest.mark.parametrize("name", ["", "   ", "x" * 25])
def test_a_sign_needs_a_short_name(name: str) -> None:
    with pytest.raises(DataError, match="1 to 24"):
        Drawings().with_drawing(LINE, name)


def test_one_sign_alone_is_nothing_to_learn() -> None:
    with pytest.raises(DataError, match="second sign"):
        Drawings((CROSS,), (0,), ("x",)).load()


def test_many_drawings_are_read_in_the_background_the_first_time_only() -> None:
    texts = tuple(strokes_text([[(0, 0), (k, 700)]]) for k in range(1, 1201))
    source = Drawings(texts, (0, 1) * 600, ("x", "l"), style="digits")
    assert source.slow
    assert not replace(source, drawings=texts[:9], labels=source.labels[:9]).slow


def test_a_full_set_takes_no_more_drawings() -> None:
    full = Drawings((CROSS,) * MOST, (0,) * MOST, ("x",))
    with pytest.raises(DataError, match="5,000"):
        full.with_drawing(LINE, "l")


@pytest.mark.parametrize(
    "source",
    [
        Drawings((CROSS, LINE), (0,), ("x", "l")),
        Drawings((CROSS, LINE), (0, 2), ("x", "l")),
        Drawings((CROSS, LINE), (0, 1), ("x", "x")),
        Drawings((CROSS, "x"), (0, 1), ("x", "l")),
        Points(((0.0, 0.0),), ()),
    ],
)
def test_a_set_that_does_not_fit_together_is_refused_with_a_sentence(
    source: Drawings | Points,
) -> None:
    with pytest.raises(DataError):
        DataSettings(source).source.load()


@pytest.mark.parametrize(
    ("source", "words"), [(Points(), "paint"), (Pairs(), "draw a curve"), (Drawings(), "Try it")]
)
def test_an_empty_set_says_how_to_begin(source: Points | Pairs | Drawings, words: str) -> None:
    with pytest.raises(DataError, match=words):
        source.load()
