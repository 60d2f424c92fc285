"""What holds for every source, and what each one promises."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from idx_files import write_idx
from source_examples import EXAMPLES, at_hand

from nnstudio import schema
from nnstudio.data.dataset import Dataset
from nnstudio.data.drawing import STYLES, prepare_drawing
from nnstudio.data.sources import (
    SOURCES,
    Circles,
    DataError,
    Digits,
    Function,
    Gauss,
    Line,
    Mnist,
    Moons,
    Sine,
    Sorting,
    Source,
    Spiral,
    Square,
    Xor,
    parse_source,
    source_text,
)

any_example = pytest.mark.parametrize("source", EXAMPLES, ids=source_text)


def load(source: Source, small_mnist: Path) -> Dataset:
    return at_hand(source, small_mnist).load()


def test_every_source_has_an_example_and_is_listed_under_its_own_name() -> None:
    assert {type(source) for source in EXAMPLES} == set(SOURCES.values())
    assert all(name == cls.__name__ for name, cls in SOURCES.items())


@any_example
def test_a_source_says_what_it_is_in_one_sentence(source: Source) -> None:
    assert source.title
    assert source.description.endswith((".", "?"))
    assert all(item.label for item in schema.settings_of(type(source)))


@any_example
def test_its_arrays_have_the_kinds_and_shapes_that_are_promised(
    source: Source, small_mnist: Path
) -> None:
    data = load(source, small_mnist)
    assert data.inputs.shape == (data.size, *data.input_shape)
    assert data.inputs.dtype == (np.uint8 if data.is_picture else np.float64)
    assert np.isfinite(data.inputs).all()
    assert np.isfinite(data.targets).all()
    assert data.test_count < data.size
    if data.is_classification:
        places = data.input_shape if isinstance(source, Sorting) else ()
        assert data.targets.shape == (data.size, *places)
        assert np.issubdtype(data.targets.dtype, np.integer)
        assert set(np.unique(data.targets)) == set(range(data.output_size))
        assert data.output_size == len(data.classes)
    else:
        assert data.targets.shape == (data.size, data.output_size)
        assert data.targets.dtype == np.float64
        assert len(data.target_names) == data.output_size
    if data.input_names:
        assert len(data.input_names) == data.input_shape[-1]


@any_example
def test_its_arrays_cannot_be_changed(source: Source, small_mnist: Path) -> None:
    data = load(source, small_mnist)
    for array in (data.inputs, data.targets):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


@any_example
def test_the_same_settings_give_the_same_data(source: Source, small_mnist: Path) -> None:
    assert load(source, small_mnist).sha256 == load(replace(source), small_mnist).sha256


@pytest.mark.parametrize(
    "source",
    [
        *(Line(), Square(noise=0.1), Function(), Spiral(), Sine(), Sorting()),
        *(Gauss(), Circles(), Xor(), Moons()),
    ],
    ids=source_text,
)
def test_another_seed_gives_other_data(source: Any) -> None:
    assert source.load().sha256 != replace(source, seed=source.seed + 1).load().sha256


@any_example
def test_it_survives_a_project_file_and_the_command_line(source: Source) -> None:
    plain = json.loads(json.dumps(schema.to_plain(source)))
    assert schema.from_plain(plain, SOURCES, "$") == source
    assert parse_source(source_text(source)) == source


@any_example
def test_a_drawing_for_it_has_the_shape_and_the_units_of_its_inputs(
    source: Source, small_mnist: Path
) -> None:
    if not source.drawing:
        assert source.drawing not in STYLES
        return
    data = load(source, small_mnist)
    drawn = prepare_drawing(source.drawing, [[(0, 0), (5, 20), (30, 40)]])
    assert drawn.shape == data.input_shape
    assert drawn.dtype == data.inputs.dtype
    assert 0 < drawn.max() <= data.inputs.max()


def _values(item: schema.Setting) -> st.SearchStrategy[Any]:
    """Legal values of a declared setting."""
    rule = item.rule
    if rule.choices is not None:
        return st.sampled_from(rule.choices)
    low, high = rule.ge, rule.le
    if item.type is bool:
        return st.booleans()
    if item.type is int:
        return st.integers(0 if low is None else int(low), 2**63 - 1 if high is None else int(high))
    if item.type is float:
        return st.floats(low, high, allow_nan=False)
    if item.type is str:
        return st.text(max_size=20)
    (kind, *_) = get_args(item.type)
    if kind in (int, str):
        part = replace(item, type=kind)
        return st.lists(_values(part), max_size=4).map(tuple)
    number = st.floats(low, high, allow_nan=False)
    return st.lists(st.tuples(number, number), max_size=4).map(tuple)


any_source = st.sampled_from(list(SOURCES.values())).flatmap(
    lambda cls: st.builds(cls, **{s.name: _values(s) for s in schema.settings_of(cls)})
)


@given(source=any_source)
def test_any_options_survive_being_written_and_read(source: Source) -> None:
    assert parse_source(source_text(source)) == source
    plain = json.loads(json.dumps(schema.to_plain(source)))
    assert schema.from_plain(plain, SOURCES, "$") == source


@given(text=st.text(max_size=40) | st.text("linesquare?=&%(),.-0123456789 ", max_size=40))
def test_any_text_is_a_source_or_a_sentence(text: str) -> None:
    try:
        read: object = parse_source(text)
    except DataError as error:
        read = str(error)
    assert isinstance(read, Source | str)
    assert read


def test_names_of_sources_and_options_may_be_written_in_capitals() -> None:
    assert parse_source(" LINE?Slope=3&NOISE=0 ") == Line(slope=3.0, noise=0.0)


def test_only_options_that_differ_are_told() -> None:
    assert source_text(Line()) == "line"
    assert source_text(Line(count=50, slope=0.5)) == "line?slope=0.5&count=50"
    assert source_text(Square(pairs=((2.0, 4.0), (2.5, 6.25)))) == "square?pairs=(2,4),(2.5,6.25)"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("lime", ", ".join(name.lower() for name in SOURCES)),
        ("", "no data source"),
        ("line?slop=3", "slope, intercept"),
        ("line?slope", "can't be “”: it must be a number"),
        ("line?slope=steep", "can't be “steep”"),
        ("line?noise=-1", "at least 0"),
        ("line?noise=nan", "can't be “nan”"),
        ("line?count=2.5", "a whole number"),
        ("line?count=0", "at least 1"),
        ("square?pairs=(2", "write them like"),
        ("square?pairs=(1e10,2)", "at most 1,000,000,000"),
        ("digits?count=5", "has no option"),
    ],
)
def test_a_wrong_source_says_what_there_is_instead(text: str, words: str) -> None:
    with pytest.raises(DataError, match=words):
        parse_source(text)


def test_the_line_is_a_line_with_noise_of_the_given_size() -> None:
    source = Line(slope=-2.0, intercept=0.5, noise=0.3, count=20_000, low=2.0, high=6.0)
    data = source.load()
    x, y = data.inputs, data.targets
    assert data.size == 20_000
    assert 2.0 <= x.min() < 2.01
    assert 5.99 < x.max() < 6.0
    rest = y - (-2.0 * x + 0.5)
    assert rest.std() == pytest.approx(0.3, rel=0.03)
    assert abs(rest.mean()) < 0.01
    np.testing.assert_allclose(source.true(x), -2.0 * x + 0.5)


def test_squares_are_exact_without_noise_and_lie_in_the_range() -> None:
    data = Square(low=-3.0, high=-1.0, count=50).load()
    np.testing.assert_array_equal(data.targets, data.inputs**2)
    assert data.size == 50
    assert data.inputs.min() >= -3.0
    assert data.inputs.max() < -1.0


def test_typed_pairs_are_used_instead_of_generated_ones() -> None:
    data = Square(pairs=((2.0, 4.0), (4.0, 16.0), (2.5, 6.25)), count=99, noise=1.0).load()
    np.testing.assert_array_equal(data.inputs, [[2], [4], [2.5]])
    np.testing.assert_array_equal(data.targets, [[4], [16], [6.25]])


@pytest.mark.parametrize(
    "source", [Line(low=1.0, high=1.0), Square(low=2.0, high=-2.0), Sine(low=9.0, high=9.0)]
)
def test_an_empty_range_is_refused_with_both_ends(source: Source) -> None:
    with pytest.raises(DataError, match="make low smaller than high"):
        source.load()


def test_settings_out_of_range_never_become_data() -> None:
    with pytest.raises(schema.SettingError):
        Line(noise=-1.0).load()
    with pytest.raises(schema.SettingError):
        Spiral(classes=1).load()


def test_the_arms_of_a_spiral_are_the_same_arm_turned() -> None:
    data = Spiral(count=2000, turns=0.0, noise=0.0, classes=4).load()
    angle = np.arctan2(data.inputs[:, 1], data.inputs[:, 0]) % (2 * np.pi)
    far = np.hypot(*data.inputs.T) > 0.1
    for arm in range(4):
        ours = (angle[far & (data.targets == arm)] + 0.1) % (2 * np.pi) - 0.1
        np.testing.assert_allclose(ours, arm * np.pi / 2, atol=1e-4)
    assert np.bincount(data.targets).tolist() == [500] * 4
    assert np.hypot(*data.inputs.T).max() <= 1.0 + 1e-5


def test_a_spiral_winds_as_often_as_it_is_told() -> None:
    data = Spiral(count=4000, turns=3.0, noise=0.0).load()
    arm = data.inputs[data.targets == 0]
    arm = arm[np.argsort(np.hypot(*arm.T))]
    wound = np.unwrap(np.arctan2(arm[:, 1], arm[:, 0]))
    assert abs(wound[-1] - wound[0]) / (2 * np.pi) == pytest.approx(3.0, abs=0.1)


def test_a_spiral_has_at_least_one_point_on_each_arm() -> None:
    assert set(Spiral(count=3, classes=3).load().targets) == {0, 1, 2}
    with pytest.raises(DataError, match="has 2 examples, at least 3 are needed"):
        Spiral(count=2, classes=3).load()


def test_sines_without_noise_go_on_as_their_own_sine_does() -> None:
    data = Sine(count=50, length=6, noise=0.0, low=5.0, high=9.0).load()
    assert data.input_shape == (6, 1)
    y = np.concatenate([data.inputs[:, :, 0], data.targets], axis=1)
    # sin(t − 1) + sin(t + 1) = 2 cos(ω) sin(t), with one ω = 2π / period for each example.
    middle = y[:, 1:-1]
    cosines = ((y[:, :-2] + y[:, 2:]) * middle).sum(axis=1) / (2 * (middle**2).sum(axis=1))
    np.testing.assert_allclose(y[:, :-2] + y[:, 2:], 2 * cosines[:, np.newaxis] * middle, atol=1e-5)
    periods = 2 * np.pi / np.arccos(cosines)
    assert periods.min() >= 5 - 1e-3
    assert periods.max() <= 9 + 1e-3
    assert np.ptp(periods) > 3


def test_the_noise_of_sines_is_in_what_is_seen_and_not_in_what_comes_next() -> None:
    clean, noisy = (Sine(count=2000, length=9, noise=noise).load() for noise in (0.0, 0.3))
    np.testing.assert_array_equal(noisy.targets, clean.targets)
    assert np.std(noisy.inputs - clean.inputs) == pytest.approx(0.3, rel=0.03)


def test_the_targets_of_sorting_are_the_inputs_in_order() -> None:
    data = Sorting(count=300, length=5, numbers=7).load()
    assert data.inputs.shape == data.targets.shape == (300, 5)
    for numbers, sorted_ones in zip(data.inputs.tolist(), data.targets.tolist(), strict=True):
        assert sorted_ones == sorted(numbers)
    assert set(data.inputs.ravel()) == set(range(7))
    assert data.classes == tuple("0123456")


def test_the_digits_are_those_of_the_uci_repository() -> None:
    data = Digits().load()
    assert data.inputs.shape == (1797, 1, 8, 8)
    assert data.inputs.max() == 16
    assert data.classes == tuple("0123456789")
    assert np.bincount(data.targets).tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    # The first row of the published file: a zero, with its hole.
    assert data.targets[0] == 0
    assert data.inputs[0, 0, 3].tolist() == [0, 4, 12, 0, 0, 8, 8, 0]


def test_mnist_ends_with_its_published_test_set(small_mnist: Path) -> None:
    data = Mnist(str(small_mnist)).load()
    assert data.inputs.shape == (40, 1, 28, 28)
    assert data.test_count == 10
    assert data.targets.tolist() == [*(np.arange(30) % 10), *range(10)]


@pytest.mark.parametrize("sign", "-.")
@pytest.mark.parametrize("packed", [True, False])
def test_mnist_files_are_found_under_each_usual_name(
    small_mnist: Path,
    tmp_path: Path,
    sign: str,
    packed: bool,
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    data = Mnist(str(small_mnist)).load()
    end = ".gz" if packed else ""
    for part, rows in (("train", slice(0, 30)), ("t10k", slice(30, 40))):
        write_idx(other / f"{part}-images{sign}idx3-ubyte{end}", data.inputs[rows, 0])
        write_idx(other / f"{part}-labels{sign}idx1-ubyte{end}", data.targets[rows])
    assert Mnist(str(other)).load().sha256 == data.sha256


def test_mnist_is_looked_for_in_the_given_folder_then_the_variable_then_the_users_data(
    small_mnist: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def copy_with(label: int, folder: Path) -> Path:
        folder.mkdir(parents=True)
        for part in ("train", "t10k"):
            write_idx(folder / f"{part}-images-idx3-ubyte", np.zeros((1, 28, 28)))
            write_idx(folder / f"{part}-labels-idx1-ubyte", np.array([label]))
        return folder

    def found(folder: str = "") -> int:
        return int(Mnist(folder).load().targets[0])

    from platformdirs import user_data_path

    copy_with(3, user_data_path("nnstudio", appauthor=False) / "mnist")
    assert found() == 3
    copy_with(2, tmp_path / "root" / "mnist")
    monkeypatch.setenv("NNSTUDIO_DATA", str(tmp_path / "root"))
    assert found() == 2
    assert found(str(tmp_path / "nowhere")) == 2
    assert found(str(copy_with(1, tmp_path / "given"))) == 1


def test_without_mnist_a_sentence_says_where_to_put_which_files(
    small_mnist: Path, tmp_path: Path
) -> None:
    with pytest.raises(DataError) as caught:
        Mnist().load()
    assert "train-images-idx3-ubyte.gz" in str(caught.value)
    assert str(tmp_path / "home") in str(caught.value)
    assert "NNSTUDIO_DATA" in str(caught.value)


def test_the_folder_to_put_mnist_into_is_the_one_the_user_has_chosen(
    small_mnist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NNSTUDIO_DATA", str(tmp_path / "root"))
    for source, folder in (
        (Mnist(), tmp_path / "root" / "mnist"),
        (Mnist(str(tmp_path / "given")), tmp_path / "given"),
    ):
        with pytest.raises(DataError) as caught:
            source.load()
        assert caught.value.values["folder"] == folder


def test_if_only_one_mnist_file_is_missing_that_one_is_named(small_mnist: Path) -> None:
    (small_mnist / "t10k-labels-idx1-ubyte.gz").unlink()
    with pytest.raises(DataError) as caught:
        Mnist(str(small_mnist)).load()
    assert caught.value.values["files"] == "t10k-labels-idx1-ubyte.gz"
    assert caught.value.values["folder"] == small_mnist


@pytest.mark.parametrize("name", ["train-images-idx3-ubyte", "emnist-letters-images-idx3-ubyte"])
def test_pictures_of_the_users_own_are_never_taken_for_those_in_the_usual_place(
    small_mnist: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("NNSTUDIO_DATA", str(tmp_path / "root"))
    (tmp_path / "root").mkdir()
    small_mnist.rename(tmp_path / "root" / "mnist")
    assert len(Mnist().load().targets) == 40
    own = tmp_path / "own"
    own.mkdir()
    write_idx(own / name, np.zeros((3, 28, 28)))
    with pytest.raises(DataError) as caught:
        Mnist(str(own)).load()
    assert caught.value.values["folder"] == own


def test_mnist_is_read_once_until_a_file_changes(small_mnist: Path) -> None:
    source = Mnist(str(small_mnist))
    first = source.load()
    assert source.load() is first
    write_idx(small_mnist / "t10k-labels-idx1-ubyte.gz", np.full(10, 7))
    assert source.load().targets[-10:].tolist() == [7] * 10


def test_threads_that_ask_for_mnist_at_once_share_it(small_mnist: Path) -> None:
    source, loaded = Mnist(str(small_mnist)), []
    threads = [threading.Thread(target=lambda: loaded.append(source.load())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(loaded) == 8
    assert len({id(data) for data in loaded}) == 1


def test_the_real_mnist_is_complete(real_mnist: Path) -> None:
    data = Mnist(str(real_mnist)).load()
    assert data.inputs.shape == (70_000, 1, 28, 28)
    assert data.test_count == 10_000
    assert data.targets[:5].tolist() == [5, 0, 4, 1, 9]
    assert data.targets[60_000:60_005].tolist() == [7, 2, 1, 0, 4]


# ---------------------------------------------------------------- the plane


def test_a_circle_parts_the_disc_from_the_ring() -> None:
    data = Circles(noise=0.0, gap=0.2, count=500).load()
    radius = np.hypot(*data.inputs.T)
    assert radius[data.targets == 0].max() <= 0.4 + 1e-6
    assert radius[data.targets == 1].min() >= 0.6 - 1e-6


def test_xor_asks_whether_the_signs_agree() -> None:
    data = Xor(noise=0.0, gap=0.1).load()
    assert np.array_equal(data.targets, np.prod(np.sign(data.inputs), axis=1) < 0)
    assert np.abs(data.inputs).min() >= 0.1


def test_each_cloud_lies_around_a_point_of_its_own() -> None:
    data = Gauss(classes=4, count=4000, noise=0.1).load()
    middles = np.array([data.inputs[data.targets == k].mean(axis=0) for k in range(4)])
    assert np.allclose(np.hypot(*middles.T), 1, atol=0.02)
    assert np.allclose(np.std(data.inputs - middles[data.targets], axis=0), 0.1, rtol=0.1)


def test_no_straight_line_parts_the_moons() -> None:
    data = Moons(noise=0.0, count=400).load()
    plane = np.column_stack([data.inputs, np.ones(400)])
    weights, *_ = np.linalg.lstsq(plane, 2.0 * data.targets - 1, rcond=None)
    wrong = np.mean((plane @ weights > 0) != data.targets)
    assert 0.02 < wrong < 0.3


# ---------------------------------------------------------------- your formula


def test_the_points_of_a_formula_lie_on_it() -> None:
    data = Function("cos(2x) − x/3", low=0.0, high=5.0).load()
    assert np.allclose(data.targets, np.cos(2 * data.inputs) - data.inputs / 3, atol=1e-8)


def test_a_formula_without_a_value_somewhere_says_where() -> None:
    with pytest.raises(DataError, match=r"log\(x\) has no finite value at x = -"):
        Function("log(x)").load()
