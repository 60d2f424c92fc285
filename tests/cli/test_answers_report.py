"""The report of ``nnstudio evaluate``: what it counts, and that it fits a terminal."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from command_line import DIGITS, LINE, SPIRAL, CommandLine, saved, trained

import nnstudio as package
from nnstudio.cli.answers_report import WIDTH, lines
from nnstudio.data.split import Split
from nnstudio.training.report import of_classes, of_numbers


def told(scores: np.ndarray, classes: np.ndarray, names: list[str]) -> list[str]:
    return list(lines(of_classes("test", scores, classes), names))


def cells(row: str) -> list[int]:
    """The numbers of a line after its name."""
    return [int(cell.replace(",", "")) for cell in row.split()[1:]]


def test_the_report_counts_what_the_network_answers_to_the_test_part(
    nnstudio: CommandLine, tmp_path: Path
) -> None:
    path = saved(trained(DIGITS), tmp_path / "x")
    dataset = DIGITS.data.source.load()
    test = DIGITS.data.split.parts(dataset).test
    labels = dataset.targets[test]
    answers = package.load(path).predict(dataset.inputs[test]).argmax(axis=1)
    everything = nnstudio.json("evaluate", path)
    found = everything["report"]
    assert (found["part"], found["count"]) == ("test", len(test))
    assert found["accuracy"] == pytest.approx(everything["test_accuracy"])
    confusion = [
        [int(np.sum((labels == c) & (answers == a))) for a in range(10)] for c in range(10)
    ]
    assert found["confusion"] == confusion
    assert found["examples"] == np.bincount(labels, minlength=10).tolist()
    assert found["recall"][3] == pytest.approx(np.mean(answers[labels == 3] == 3))
    assert found["precision"][3] == pytest.approx(np.mean(labels[answers == 3] == 3))
    assert found["micro_f1"] == pytest.approx(found["accuracy"])
    assert found["macro_f1"] == pytest.approx(np.mean(found["f1"]))
    assert found["accuracy"] < found["top_3_accuracy"] <= 1
    assert 0.9 < found["auc"] <= 1


def test_the_calibration_is_that_of_the_answers(nnstudio: CommandLine, tmp_path: Path) -> None:
    path = saved(trained(DIGITS), tmp_path / "x")
    dataset = DIGITS.data.source.load()
    test = DIGITS.data.split.parts(dataset).test
    answers = package.load(path).predict(dataset.inputs[test])
    sure, right = answers.max(axis=1), answers.argmax(axis=1) == dataset.targets[test]
    found = nnstudio.json("evaluate", path)["report"]["calibration"]
    assert sum(found["examples"]) == len(test)
    inside = (sure > 0.9) & (sure <= 1)
    assert found["examples"][9] == inside.sum()
    assert found["confidence"][9] == pytest.approx(sure[inside].mean(), rel=1e-5)
    assert found["accuracy"][9] == pytest.approx(right[inside].mean())
    bins = [(sure > low / 10) & (sure <= (low + 1) / 10) for low in range(10)]
    error = sum(abs(sure[b].sum() - right[b].sum()) for b in bins) / len(test)
    assert found["expected_error"] == pytest.approx(error, rel=1e-4)
    assert "calibration error" in nnstudio("evaluate", path).out


def test_few_classes_have_no_top_three(nnstudio: CommandLine, tmp_path: Path) -> None:
    path = saved(trained(SPIRAL), tmp_path / "x")
    assert nnstudio.json("evaluate", path)["report"]["top_3_accuracy"] is None
    assert "top 3" not in nnstudio("evaluate", path).out


def test_numbers_are_reported_in_the_units_of_the_data(
    nnstudio: CommandLine, tmp_path: Path
) -> None:
    path = saved(trained(LINE), tmp_path / "x")
    dataset = LINE.data.source.load()
    test = LINE.data.split.parts(dataset).test
    errors = package.load(path).predict(dataset.inputs[test]) - dataset.targets[test]
    everything = nnstudio.json("evaluate", path)
    found = everything["report"]
    assert found["mae"] == pytest.approx(np.abs(errors).mean())
    assert found["rmse"] == pytest.approx(everything["test_rmse"], rel=1e-5)
    spread = dataset.targets[test] - dataset.targets[test].mean()
    expected = 1 - np.square(errors).sum() / np.square(spread).sum()
    assert found["r_squared"] == pytest.approx(expected)
    text = nnstudio("evaluate", path).out
    assert f"MAE {found['mae']:.3g}, RMSE {found['rmse']:.3g}, R² {found['r_squared']:.4g}" in text


@pytest.mark.parametrize(
    ("split", "part"),
    [
        (Split(validation=0.2, test=0.2), "test"),
        (Split(validation=0.2, test=0.0), "validation"),
        (Split(validation=0.0, test=0.0), "training"),
    ],
)
def test_where_there_is_no_test_part_another_is_reported(
    nnstudio: CommandLine, tmp_path: Path, split: Split, part: str
) -> None:
    project = replace(SPIRAL, data=replace(SPIRAL.data, split=split))
    path = saved(trained(project), tmp_path / "x")
    assert nnstudio.json("evaluate", path)["report"]["part"] == part
    assert f"{part} examples" in nnstudio("evaluate", path).out


def test_ten_classes_fit_eighty_columns_with_their_matrix() -> None:
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 10, 40_000)  # four digits and a comma in every cell of the diagonal
    scores = np.eye(10)[:, classes] + 0.4 * rng.standard_normal((10, 40_000))
    names = ["T-shirt or top", "trouser", "pullover", "dress", "a very long coat", *"56789"]
    found = told(scores, classes, names)
    assert max(map(len, found)) <= WIDTH
    matrix = [
        cells(row.replace("T-shirt or top", "T").replace("a very long coat", "C"))
        for row in found[-10:]
    ]
    answers = scores.argmax(axis=0)
    assert matrix[1] == [np.sum((classes == 1) & (answers == a)) for a in range(10)]
    assert [matrix[c][c] for c in range(10)] == [
        np.sum((classes == c) & (answers == c)) for c in range(10)
    ]


def test_every_class_has_a_row_of_figures() -> None:
    classes = np.array([0, 0, 1, 1])
    scores = np.array([[0.9, 0.4, 0.2, 0.1], [0.1, 0.6, 0.8, 0.9]])  # the second one is wrong
    found = told(scores, classes, ["no", "yes"])
    assert ["no", "100.0", "%", "50.0", "%", "66.7", "%", "2"] in [row.split() for row in found]
    assert ["yes", "66.7", "%", "100.0", "%", "80.0", "%", "2"] in [row.split() for row in found]
    assert "accuracy 75.0 %, F1 macro 73.3 %, micro 75.0 %, AUC 1.0000" in found[1]


def test_of_too_many_classes_for_a_matrix_the_most_frequent_mistakes_are_told() -> None:
    letters = [chr(ord("a") + i) for i in range(26)]
    classes = np.repeat(np.arange(26), 10)
    answers = classes.copy()
    answers[:3], answers[10:12] = 14, 3  # three a for o, two b for d
    found = told(np.eye(26)[:, answers], classes, letters)
    assert max(map(len, found)) <= WIDTH
    assert [row.strip() for row in found[-3:]] == [
        "The most frequent mistakes",
        "3 × a taken for o",
        "2 × b taken for d",
    ]
    assert "mistakes" not in "".join(told(np.eye(26)[:, classes], classes, letters))


def test_a_single_example_is_one() -> None:
    found = list(lines(of_numbers("test", np.array([[1.0]]), np.array([[3.0]])), ()))
    assert found == ["The 1 test example", "  MAE 2, RMSE 2, R² unknown"]
