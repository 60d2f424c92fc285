"""``nnstudio predict``: what is read, what is said, and what is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from command_line import DIGITS, LINE, SPIRAL, CommandLine, project_of, saved, trained
from PIL import Image

import nnstudio as package
from nnstudio.data.sources import Digits, Spiral
from nnstudio.engine.activations import Sigmoid, Tanh
from nnstudio.engine.dense import Dense
from nnstudio.engine.layer import Layer
from nnstudio.engine.losses import BinaryCrossEntropy, Hinge, Loss
from nnstudio.engine.shaping import Input
from nnstudio.project.project import Project


@pytest.fixture(scope="module")
def digits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(trained(DIGITS), tmp_path_factory.mktemp("digits") / "digits.nnstudio")


@pytest.fixture(scope="module")
def spiral(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(trained(SPIRAL), tmp_path_factory.mktemp("spiral") / "spiral.nnstudio")


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return saved(trained(LINE), tmp_path_factory.mktemp("line") / "line.nnstudio")


def written(path: Path, text: str | bytes) -> Path:
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def npy(path: Path, values: object) -> Path:
    np.save(path, np.asarray(values))
    return path


# ---------------------------------------------------------------- what is said


def test_numbers_are_those_of_the_model(nnstudio: CommandLine, line: Path, tmp_path: Path) -> None:
    x = np.array([[0.5], [-0.25]])
    expected = package.load(line).predict(x)
    found = nnstudio.json("predict", line, npy(tmp_path / "x.npy", x))
    np.testing.assert_allclose(found["predictions"], expected)
    told = nnstudio("predict", line, tmp_path / "x.npy").out.splitlines()
    np.testing.assert_allclose([[float(row)] for row in told], expected, rtol=1e-5)


def test_classes_come_with_their_probabilities(
    nnstudio: CommandLine, spiral: Path, tmp_path: Path
) -> None:
    x = np.array([[0.5, 0.1], [-0.5, 0.3], [0.0, -0.9]])
    expected = package.load(spiral).predict(x)
    found = nnstudio.json("predict", spiral, npy(tmp_path / "x.npy", x))
    assert found["classes"] == ["arm 1", "arm 2"]
    np.testing.assert_allclose(found["probabilities"], expected)
    assert found["predictions"] == [found["classes"][i] for i in expected.argmax(axis=1)]


def test_people_are_told_the_likeliest_class_first(
    nnstudio: CommandLine, digits: Path, tmp_path: Path
) -> None:
    pictures = Digits().load().inputs[:2]
    probabilities = package.load(digits).predict(pictures)
    told = nnstudio("predict", digits, npy(tmp_path / "x.npy", pictures)).out.splitlines()
    for number, (row, text) in enumerate(zip(probabilities, told, strict=True), 1):
        assert text.startswith(f"{number}: {row.argmax()} ({row.max():.1%}".replace("%", " %"))


def two_arms(loss: Loss, *end: Layer) -> Project:
    layers = Input(shape=(2,)), Dense(units=4), Tanh(), *end
    return trained(project_of(*layers, source=Spiral(count=60), loss=loss, epochs=2))


def test_one_output_for_two_classes_is_told_as_the_probabilities_of_both(
    nnstudio: CommandLine, tmp_path: Path
) -> None:
    path = saved(two_arms(BinaryCrossEntropy(), Dense(units=1), Sigmoid()), tmp_path / "x")
    x = npy(tmp_path / "x.npy", [[0.5, 0.1], [-0.5, 0.3]])
    found = nnstudio.json("predict", path, x)
    assert found["classes"] == ["arm 1", "arm 2"]
    assert np.shape(found["probabilities"]) == (2, 2)
    np.testing.assert_allclose(np.sum(found["probabilities"], axis=1), 1)
    first, second = found["probabilities"][0]
    told = nnstudio("predict", path, x).out.splitlines()[0]
    assert f"arm 1 ({first:.1%}".replace("%", " %") in told
    assert f"arm 2 ({second:.1%}".replace("%", " %") in told


def test_scores_are_not_told_as_probabilities(nnstudio: CommandLine, tmp_path: Path) -> None:
    path = saved(two_arms(Hinge(), Dense(units=1)), tmp_path / "x")
    x = npy(tmp_path / "x.npy", [[0.5, 0.1]])
    found = nnstudio.json("predict", path, x)
    assert "probabilities" not in found
    (scores,) = found["scores"]
    assert scores[0] == -scores[1]
    best = int(np.argmax(scores))
    assert found["predictions"] == [f"arm {best + 1}"]
    told = nnstudio("predict", path, x).out
    assert told.startswith(f"arm {best + 1} ({scores[best]:.3g})")
    assert "%" not in told


# ---------------------------------------------------------------- tables


@pytest.mark.parametrize(
    "text",
    [
        "0.5,0.1\n-0.5,0.3\n",
        "x1,x2\n0.5,0.1\n-0.5,0.3",
        "\ufeffx1;x2\r\n0.5;0.1\r\n-0.5;0.3\r\n",
        "\ufeff0.5,0.1\n-0.5,0.3",
        "0.5\t0.1\n\n-0.5\t0.3\n\n",
        ' "0.5" , 5e-2 \n-0.5,0.3',
    ],
)
def test_a_table_has_an_example_per_line(
    nnstudio: CommandLine, spiral: Path, tmp_path: Path, text: str
) -> None:
    found = nnstudio.json("predict", spiral, written(tmp_path / "x.CSV", text))
    first = 0.05 if "5e-2" in text else 0.1
    expected = package.load(spiral).predict([[0.5, first], [-0.5, 0.3]])
    np.testing.assert_allclose(found["probabilities"], expected)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it holds no numbers"),
        ("x1,x2\n", "it holds no numbers"),
        ("1,2\n3\n", "the first example has 2 numbers, example 2 has 1"),
        ("1,2\n3,four\n", "example 2 has 'four' where a number should be"),
        ("1,2\n3,\n", "example 2 has an empty field where"),
        ("1,2\nnan,2\n", "not finite numbers"),
        ("1,2,3\n", "expects (N × 2), got 1 × 3"),
        ("1;2\n0,5;3\n", "'0,5' where a number should be (the decimal sign is a point)"),
        (b"\xff\xfe1", "it is no text in UTF-8"),
        (b"1,2\0\n3,4", "example 1 has '2\\x00' where a number should be"),
        ("1,2O\n3,4\n", "example 1 has '2O' where a number should be"),
    ],
)
def test_a_table_that_is_none_is_told(
    nnstudio: CommandLine, spiral: Path, tmp_path: Path, text: str | bytes, reason: str
) -> None:
    assert reason in nnstudio.complaint("predict", spiral, written(tmp_path / "x.csv", text))


# ---------------------------------------------------------------- arrays


def test_one_example_needs_no_batch_axis(
    nnstudio: CommandLine, digits: Path, spiral: Path, tmp_path: Path
) -> None:
    picture = Digits().load().inputs[3]
    found = [
        nnstudio.json("predict", digits, npy(tmp_path / "x.npy", values))
        for values in (picture[np.newaxis], picture, picture[0], picture.reshape(1, 64))
    ]
    assert all(each == found[0] for each in found)
    assert (
        len(nnstudio.json("predict", spiral, npy(tmp_path / "p.npy", [0.5, 0.1]))["predictions"])
        == 1
    )


def test_pictures_without_a_channel_axis_are_a_batch(
    nnstudio: CommandLine, digits: Path, tmp_path: Path
) -> None:
    pictures = Digits().load().inputs[:5]
    with_axis = nnstudio.json("predict", digits, npy(tmp_path / "a.npy", pictures))
    assert nnstudio.json("predict", digits, npy(tmp_path / "b.npy", pictures[:, 0])) == with_axis


def test_arrays_that_hold_objects_are_not_read(
    nnstudio: CommandLine, spiral: Path, tmp_path: Path
) -> None:
    np.save(tmp_path / "x.npy", np.array([{"a": 1}], object), allow_pickle=True)
    told = nnstudio.complaint("predict", spiral, tmp_path / "x.npy")
    assert "no NPY file of numbers" in told


@pytest.mark.parametrize("keep", [0, 5, 60, -1])
def test_an_array_that_is_cut_short_is_told(
    nnstudio: CommandLine, spiral: Path, tmp_path: Path, keep: int
) -> None:
    path = npy(tmp_path / "x.npy", np.zeros((3, 2)))
    path.write_bytes(path.read_bytes()[:keep])
    assert "can't be read as input" in nnstudio.complaint("predict", spiral, path)


def test_an_array_that_promises_more_than_there_is_is_told(
    nnstudio: CommandLine, spiral: Path, tmp_path: Path
) -> None:
    path = npy(tmp_path / "x.npy", np.zeros((3, 2)))
    path.write_bytes(path.read_bytes().replace(b"(3, 2)", b"(3" + b"0" * 15 + b", 2)", 1))
    assert "can't be read as input" in nnstudio.complaint("predict", spiral, path)


def test_an_array_with_a_broken_heading_is_told(
    nnstudio: CommandLine, spiral: Path, tmp_path: Path
) -> None:
    path = npy(tmp_path / "x.npy", np.zeros((3, 2)))
    path.write_bytes(path.read_bytes().replace(b"(3, 2)", b"(3, 2 ", 1))
    assert "it is no NPY file of numbers" in nnstudio.complaint("predict", spiral, path)


def test_an_archive_of_arrays_with_another_ending_is_told(
    nnstudio: CommandLine, spiral: Path, tmp_path: Path
) -> None:
    np.savez(tmp_path / "x.npz", np.zeros((3, 2)))
    path = (tmp_path / "x.npz").rename(tmp_path / "x.npy")
    assert "it is no NPY file of numbers" in nnstudio.complaint("predict", spiral, path)


def test_an_array_of_words_is_told(nnstudio: CommandLine, spiral: Path, tmp_path: Path) -> None:
    path = npy(tmp_path / "x.npy", [["a", "b"]])
    assert "it holds values of type <U1, no numbers" in nnstudio.complaint("predict", spiral, path)


# ---------------------------------------------------------------- pictures


def test_a_picture_of_the_inputs_size_is_taken_as_it_is(
    nnstudio: CommandLine, digits: Path, tmp_path: Path
) -> None:
    counts = Digits().load().inputs[7, 0]
    Image.fromarray((counts * (255 / 16)).round().astype(np.uint8)).save(tmp_path / "x.png")
    from_file = nnstudio.json("predict", digits, tmp_path / "x.png")
    from_data = nnstudio.json("predict", digits, npy(tmp_path / "x.npy", counts))
    np.testing.assert_allclose(from_file["probabilities"], from_data["probabilities"])


def drawn_one(mode: str) -> Image.Image:
    """A large picture of the digit one: a dark stroke on light paper."""
    paper = {"L": 255, "RGB": (250, 250, 240), "RGBA": (0, 0, 0, 0)}[mode]
    ink = {"L": 0, "RGB": (10, 10, 60), "RGBA": (0, 0, 0, 255)}[mode]
    picture = Image.new(mode, (200, 300), paper)
    picture.paste(ink, (90, 60, 115, 240))
    picture.paste(ink, (60, 60, 115, 85))  # its upstroke: no turning leaves it as it is
    return picture


def pictures_of_a_one(folder: Path) -> list[Path]:
    grey = drawn_one("L")
    drawn_one("RGB").save(folder / "colour.jpg")
    drawn_one("RGBA").save(folder / "clear.png")
    grey.save(folder / "grey.png")
    grey.convert("1").save(folder / "bits.png")
    grey.convert("P").save(folder / "palette.gif")
    Image.fromarray(np.asarray(grey).astype(np.uint16) * 257).save(folder / "deep.png")
    return sorted(folder.glob("*.*"))


def test_a_picture_of_any_kind_is_read_like_a_drawing(
    nnstudio: CommandLine, digits: Path, tmp_path: Path
) -> None:
    paths = pictures_of_a_one(tmp_path)
    assert len(paths) == 6
    found = [nnstudio.json("predict", digits, path)["probabilities"] for path in paths]
    for probabilities in found:
        np.testing.assert_allclose(probabilities, found[0], atol=1e-6)


def test_a_picture_that_lies_on_its_side_is_turned_as_its_camera_says(
    nnstudio: CommandLine, digits: Path, tmp_path: Path
) -> None:
    drawn_one("L").save(tmp_path / "up.png")
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by 90°
    drawn_one("L").transpose(Image.Transpose.ROTATE_90).save(tmp_path / "side.png", exif=exif)
    up, side = (
        nnstudio.json("predict", digits, tmp_path / f"{name}.png") for name in ("up", "side")
    )
    assert up == side


def test_a_network_that_reads_numbers_refuses_pictures(
    nnstudio: CommandLine, spiral: Path, tmp_path: Path
) -> None:
    drawn_one("L").save(tmp_path / "x.png")
    told = nnstudio.complaint("predict", spiral, tmp_path / "x.png")
    assert "reads inputs of 2, a picture can't be one" in told


@pytest.mark.parametrize("content", [b"", b"hello", b"\x89PNG\r\n\x1a\n" + bytes(50)])
def test_a_file_that_is_no_picture_is_told(
    nnstudio: CommandLine, digits: Path, tmp_path: Path, content: bytes
) -> None:
    path = written(tmp_path / "x.png", content)
    assert "can't be read as input" in nnstudio.complaint("predict", digits, path)


def test_a_picture_that_is_cut_short_is_told(
    nnstudio: CommandLine, digits: Path, tmp_path: Path
) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (100, 100), np.uint8)
    Image.fromarray(noise).save(tmp_path / "x.png")
    path = written(tmp_path / "x.png", (tmp_path / "x.png").read_bytes()[:4000])
    assert "can't be read as input" in nnstudio.complaint("predict", digits, path)


@pytest.mark.parametrize("side", [12_000, 20_000])
def test_a_picture_that_unpacks_to_far_too_many_pixels_is_refused(
    nnstudio: CommandLine, digits: Path, tmp_path: Path, side: int
) -> None:
    Image.new("1", (side, side)).save(tmp_path / "x.png")
    told = nnstudio.complaint("predict", digits, tmp_path / "x.png")
    assert "the picture is far too large" in told


# ---------------------------------------------------------------- what can't be asked


def test_a_missing_input_is_told(nnstudio: CommandLine, digits: Path, tmp_path: Path) -> None:
    told = nnstudio.complaint("predict", digits, tmp_path / "gone.png")
    assert "gone.png was not found" in told


def test_a_folder_as_input_is_told(nnstudio: CommandLine, digits: Path, tmp_path: Path) -> None:
    assert "it is a folder" in nnstudio.complaint("predict", digits, tmp_path)


def test_a_project_that_never_learned_is_told(nnstudio: CommandLine, tmp_path: Path) -> None:
    path = npy(tmp_path / "x.npy", [0.5])
    told = nnstudio.complaint("predict", saved(LINE, tmp_path / "line"), path)
    assert "has not been trained yet" in told
