"""Picture files become inputs, whatever their size, ground and pen."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw

from nnstudio.data.drawing import as_digits, as_mnist
from nnstudio.data.errors import DataError
from nnstudio.data.picture import from_picture
from nnstudio.data.sources import Digits

SEVEN = [(80, 60), (130, 58), (190, 62), (170, 110), (150, 160), (132, 230)]


def page(
    side: int = 280, width: int = 22, paper: int = 255, ink: int = 0, shift: int = 0
) -> np.ndarray:
    """A grey page with a seven drawn on it."""
    image = Image.new("L", (side, side), paper)
    points = [(x * side / 280 + shift, y * side / 280) for x, y in SEVEN]
    ImageDraw.Draw(image).line(points, fill=ink, width=width, joint="curve")
    return np.asarray(image)


def likeness(a: np.ndarray, b: np.ndarray) -> float:
    """The correlation of two pictures: 1 for the same, about 0 for unrelated ones."""
    return float(np.corrcoef(a.ravel(), b.ravel())[0, 1])


DRAWN = as_mnist([SEVEN])


@pytest.mark.parametrize(
    "picture",
    [
        page(),
        page(paper=0, ink=255),
        page(paper=90, ink=30),
        page(paper=120, ink=250),
        page(shift=-40),
        page(side=1400, width=110),
        page(side=60, width=5),
        np.repeat(page()[..., np.newaxis], 3, axis=2),
    ],
    ids=["ink", "chalk", "grey", "light", "shifted", "large", "small", "rgb"],
)
def test_a_page_becomes_what_the_pad_would_give(picture: np.ndarray) -> None:
    read = from_picture(picture, "mnist", (1, 28, 28))
    assert read.shape == (1, 28, 28)
    assert read.dtype == np.uint8
    assert likeness(read, DRAWN) > 0.93
    counts = from_picture(picture, "digits", (1, 8, 8))
    assert counts.max() <= 16
    assert likeness(counts, as_digits([SEVEN])) > 0.85


@pytest.mark.parametrize(("side", "width"), [(280, 2), (2000, 3)])
def test_hairlines_are_thickened_rather_than_lost(side: int, width: int) -> None:
    read = from_picture(page(side=side, width=width), "mnist", (1, 28, 28))
    assert read.mean() > 0.6 * DRAWN.mean()
    assert likeness(read, DRAWN) > 0.8


@pytest.mark.parametrize(("ink", "rest"), [(0, 255), (255, 0), (0, 0), (255, 255)])
def test_ink_on_a_transparent_ground_is_seen_whatever_its_colour(ink: int, rest: int) -> None:
    alpha = 255 - page()
    colour = np.where(alpha > 0, ink, rest).astype(np.uint8)
    picture = np.dstack([colour, colour, colour, alpha])
    assert likeness(from_picture(picture, "mnist", (1, 28, 28)), DRAWN) > 0.9


def test_a_picture_of_the_inputs_size_is_taken_as_it_is() -> None:
    picture = np.random.default_rng(0).integers(0, 256, (28, 28), np.uint8)
    np.testing.assert_array_equal(from_picture(picture, "mnist", (1, 28, 28))[0], picture)
    np.testing.assert_array_equal(from_picture(picture, "", (1, 28, 28))[0], picture)


def test_a_small_digit_is_taken_as_it_is_but_counted_from_0_to_16() -> None:
    counts = Digits().load().inputs[3]
    picture = np.round(counts[0] * (255 / 16)).astype(np.uint8)
    np.testing.assert_array_equal(from_picture(picture, "digits", (1, 8, 8)), counts)


def test_an_mnist_picture_shown_larger_is_recognised_as_what_it_was() -> None:
    shown = np.kron(255 - DRAWN, np.ones((9, 9), np.uint8))
    read = from_picture(np.pad(shown, 50, constant_values=255), "mnist", (1, 28, 28))
    assert likeness(read, DRAWN) > 0.97


@pytest.mark.parametrize("value", [0, 77, 255])
@pytest.mark.parametrize("shape", [(40, 40), (1, 1), (30, 50, 3), (30, 50, 4)])
def test_an_empty_page_is_an_empty_input(value: int, shape: tuple[int, ...]) -> None:
    picture = np.full(shape, value, np.uint8)
    assert not from_picture(picture, "mnist", (1, 28, 28)).any()
    assert not from_picture(picture, "digits", (1, 8, 8)).any()


def test_without_a_style_a_picture_is_only_resized() -> None:
    picture = np.zeros((40, 60, 3), np.uint8)
    picture[:, 30:] = (255, 128, 0)
    read = from_picture(picture, "", (3, 20, 30))
    assert read.shape == (3, 20, 30)
    assert read[:, 0, 0].tolist() == [0, 0, 0]
    assert read[:, 19, 29].tolist() == [255, 128, 0]
    assert from_picture(picture, "", (1, 20, 30)).shape == (1, 20, 30)


@pytest.mark.parametrize("shape", [(2,), (5, 7), (4, 8, 8)])
def test_a_network_that_reads_no_pictures_says_so(shape: tuple[int, ...]) -> None:
    with pytest.raises(DataError, match="a picture can't be one"):
        from_picture(page(), "", shape)


@pytest.mark.parametrize(
    "picture", [np.zeros((4, 4)), np.zeros(4, np.uint8), np.zeros((0, 4), np.uint8)]
)
def test_what_is_no_picture_is_a_mistake_in_the_code(picture: np.ndarray) -> None:
    with pytest.raises(ValueError, match="no uint8 picture"):
        from_picture(picture, "mnist", (1, 28, 28))
