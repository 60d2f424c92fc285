"""The recipes of the published tables, and that their runs can be interrupted; nothing is hours."""

from __future__ import annotations

import gzip
import json
import struct
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from published import running, table
from published.recipes import RECIPES, Recipe
from published.running import Result, run

from nnstudio.data.distortion import Distortion
from nnstudio.engine.activations import Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.shaping import Flatten, Input
from nnstudio.graph.analysis import analyse

BY_NAME = {recipe.name: recipe for recipe in RECIPES}
ELASTIC = BY_NAME["simard-800-elastic"]


def dense(*sizes: int) -> int:
    """The weights and biases of dense layers with so many neurons."""
    return sum(before * after + after for before, after in pairwise(sizes))


#: Without padding 10 · 10 places are left of 14 · 14, pooled to 5 · 5.
LENET = 6 * 25 + 6 + 16 * 6 * 25 + 16 + dense(16 * 5 * 5, 120, 84, 10)


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("nielsen-30", dense(784, 30, 10)),
        ("nielsen-100", dense(784, 100, 10)),
        ("lecun-300", dense(784, 300, 10)),
        ("lecun-500-150", dense(784, 500, 150, 10)),
        ("lenet-5", LENET),
        ("simard-800", dense(784, 800, 10)),
        ("simard-800-elastic", dense(784, 800, 10)),
    ],
)
def test_each_row_has_the_published_network(name: str, parameters: int) -> None:
    project = BY_NAME[name].project(seed=0)
    assert analyse(project.graph).total_parameters == parameters
    (output,) = project.graph.outputs
    assert analyse(project.graph).shapes[output] == (10,)


def test_no_row_is_without_a_test_of_its_network() -> None:
    assert len(BY_NAME) == len(RECIPES)
    marks = test_each_row_has_the_published_network.pytestmark  # type: ignore[attr-defined]
    assert {name for name, _ in marks[0].args[1]} == set(BY_NAME)


def test_only_the_elastic_row_changes_pictures() -> None:
    assert [recipe.name for recipe in RECIPES if recipe.distortion] == [ELASTIC.name]


@pytest.fixture
def small_mnist(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four files in MNIST's format, with noise for pictures."""
    folder = tmp_path / "data" / "mnist"
    folder.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for part, count in (("train", 120), ("t10k", 20)):
        pictures = rng.integers(0, 256, (count, 28, 28), np.uint8)
        write_idx(folder / f"{part}-images-idx3-ubyte.gz", pictures)
        labels = np.arange(count, dtype=np.uint8) % 10
        write_idx(folder / f"{part}-labels-idx1-ubyte.gz", labels)
    monkeypatch.setenv("NNSTUDIO_DATA", str(tmp_path / "data"))


def write_idx(path: Path, values: np.ndarray) -> None:
    header = struct.pack(f">BBBB{values.ndim}I", 0, 0, 8, values.ndim, *values.shape)
    path.write_bytes(gzip.compress(header + values.tobytes()))


def small(recipe: Recipe) -> Recipe:
    """The recipe with a network and a number of epochs for tests."""
    layers = (Input((1, 28, 28)), Flatten(), Dense(10), Softmax())
    return replace(recipe, layers=layers, settings=replace(recipe.settings, epochs=7))


@pytest.mark.usefixtures("small_mnist")
@pytest.mark.parametrize("name", ["lecun-300", "simard-800-elastic"])
def test_an_interrupted_run_goes_on_to_the_same_weights(tmp_path: Path, name: str) -> None:
    recipe = small(BY_NAME[name])
    (tmp_path / "whole").mkdir()
    (tmp_path / "in parts").mkdir()
    told: list[str] = []
    whole = run(recipe, 1, tmp_path / "whole", told.append)
    epochs = len(told)

    def interrupt(line: str) -> None:
        told.append(line)
        if "epoch 6 of 7" in line:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(recipe, 1, tmp_path / "in parts", interrupt)
    told.clear()
    parts = run(recipe, 1, tmp_path / "in parts", told.append)
    assert 0 < len(told) < epochs, "it began where it was kept"
    assert parts.weights_sha256 == whole.weights_sha256
    assert parts.epochs == 7
    assert [path.suffix for path in (tmp_path / "in parts").iterdir()] == [".json"]


@pytest.mark.usefixtures("small_mnist")
def test_distortions_are_others_in_each_epoch_and_spare_the_pictures_that_judge() -> None:
    recipe = small(replace(ELASTIC, distortion=Distortion(alpha=34.0)))
    data = running.PreparedData.of(recipe.project(0).data)
    first, second = (
        running._distorted(data, Distortion(alpha=34.0), seed=0, epoch=epoch) for epoch in (0, 1)
    )
    train = data.parts.train
    for one, other in ((data, first), (data, second), (first, second)):
        differ = (one.dataset.inputs != other.dataset.inputs).any(axis=(1, 2, 3))
        assert differ[train].all()
        assert not differ[data.parts.validation].any()
        assert not differ[data.parts.test].any()


def row(folder: Path, *errors: float) -> str:
    """The line of the table for LeNet-5, whose published error is 0.95 %, after such runs."""
    recipe = BY_NAME["lenet-5"]
    for seed, error in enumerate(errors):
        kept = (error, error, 20, 1.0, LENET, "0" * 64, "test")
        result = Result(recipe.name, seed, running.digest(recipe), *kept)
        path = running.result_path(folder, recipe, seed)
        path.write_text(json.dumps(asdict(result)), encoding="utf-8")
    table.write_table(folder, folder / "table.md")
    lines = (folder / "table.md").read_text(encoding="utf-8").splitlines()
    return next(line for line in lines if line.startswith("| `lenet-5`"))


def test_the_table_says_mean_and_deviation_and_whether_the_figure_is_reached(
    tmp_path: Path,
) -> None:
    assert "not yet run" in row(tmp_path)
    reached = row(tmp_path, 0.8, 0.9, 1.0)
    assert "0.90 % ± 0.10 (3 of 3 seeds)" in reached
    assert "yes" in reached
    assert "NO" in row(tmp_path, 1.0, 0.9, 1.0)


def test_a_result_of_another_recipe_is_no_result_any_more(tmp_path: Path) -> None:
    row(tmp_path, 0.8, 0.9, 1.0)
    recipe = BY_NAME["lenet-5"]
    longer = replace(recipe, settings=replace(recipe.settings, epochs=21))
    assert running.kept_result(tmp_path, recipe, 0) is not None
    assert running.kept_result(tmp_path, longer, 0) is None
