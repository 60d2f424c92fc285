"""``nnstudio cross-validate``: a line per fold, what they come to, and the answers in a file."""

from __future__ import annotations

import csv
import os
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from command_line import LINE, SPIRAL, CommandLine, saved, trained

from nnstudio.cli import cross_validate
from nnstudio.engine.optimizers import SGD
from nnstudio.tuning.cross_validation import CrossValidation, FoldDone
from nnstudio.tuning.folds import Scheme


def by_hand(scheme: Scheme) -> CrossValidation:
    """The cross-validation of the spiral without the command line."""
    dataset = SPIRAL.data.source.load()
    validation = CrossValidation(SPIRAL, dataset, scheme.split(dataset.size, dataset.targets))
    for _ in validation.run():
        pass
    return validation


def test_people_get_a_line_per_fold_and_what_they_come_to(
    nnstudio: CommandLine, spiral: Path
) -> None:
    result = nnstudio("cross-validate", spiral, "--folds", "3")
    assert (result.code, result.err) == (0, "")
    title, heading, *folds, mean, deviation, pooled, told = result.out.splitlines()
    assert title.endswith("3 folds, stratified, shuffled with seed 0, 90 examples")
    assert heading.split() == [
        "fold",
        "trained",
        "on",
        "held",
        "back",
        "loss",
        "accuracy",
        "epochs",
    ]
    expected = by_hand(Scheme("stratified", 3, seed=0))
    for line, done in zip(folds, expected.done, strict=True):
        assert line.split() == [
            str(done.number), "60", "30", f"{done.loss:.4g}", f"{done.metric * 100:.1f}", "%", "4",
        ]  # fmt: skip
    loss, metric = expected.summary("loss"), expected.summary("metric")
    for line, name in ((mean, "mean"), (deviation, "deviation"), (pooled, "pooled")):
        figures = [f"{getattr(loss, name):.4g}", f"{getattr(metric, name) * 100:.1f}", "%"]
        assert line.split() == ["±" if name == "deviation" else name, *figures]
    assert "(n − 1)" in told


def test_programs_get_everything(nnstudio: CommandLine, spiral: Path) -> None:
    found = nnstudio.json(
        "cross-validate", spiral, "--folds", "2", "--repeats", "2", "--seed", "7", "--epochs", "1"
    )
    assert (found["scheme"], found["repetitions"], found["seed"]) == ("stratified", 2, 7)
    assert [(f["repetition"], f["number"], f["epochs"]) for f in found["folds"]] == [
        (1, 1, 1), (1, 2, 1), (2, 1, 1), (2, 2, 1),
    ]  # fmt: skip
    accuracies = [f["accuracy"] for f in found["folds"]]
    assert found["accuracy"]["mean"] == pytest.approx(np.mean(accuracies))
    assert found["accuracy"]["deviation"] == pytest.approx(np.std(accuracies, ddof=1))
    assert found["planned"] == 4
    assert found["examples"] == 90


def test_the_answers_are_written_in_the_order_of_the_data(
    nnstudio: CommandLine, spiral: Path, tmp_path: Path
) -> None:
    out = tmp_path / "answers.csv"
    assert nnstudio("cross-validate", spiral, "--folds", "3", "--out", out).code == 0
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    expected = by_hand(Scheme("stratified", 3, seed=0))
    dataset = expected.dataset
    assert [int(row["example"]) for row in rows] == [*range(90)]
    for row in rows:
        example = int(row["example"])
        assert example in expected.folds[int(row["fold"]) - 1].held_back
        assert row["target"] == dataset.classes[dataset.targets[example]]
        given = [float(row[name]) for name in dataset.classes]
        np.testing.assert_allclose(given, expected.answers[0, example], rtol=1e-6)
        assert row["answer"] == dataset.classes[int(np.argmax(given))]


def test_numbers_are_dealt_out_plainly_and_written_with_their_targets(
    nnstudio: CommandLine, line: Path, tmp_path: Path
) -> None:
    out = tmp_path / "answers.csv"
    result = nnstudio("cross-validate", line, "--folds", "4", "--in-order", "--out", out)
    assert result.code == 0
    assert "4 folds, plain, in order, 60 examples" in result.out
    assert "RMSE" in result.out
    with out.open(encoding="utf-8", newline="") as file:
        heading, *rows = list(csv.reader(file))
    assert heading[:3] == ["repetition", "fold", "example"]
    assert [name.split()[0] for name in heading[3:]] == ["target", "answer"]
    assert [int(row[1]) for row in rows] == [1] * 15 + [2] * 15 + [3] * 15 + [4] * 15
    targets = LINE.data.source.load().targets[:, 0]
    np.testing.assert_allclose([float(row[3]) for row in rows], targets, rtol=1e-8)


def test_each_example_may_be_left_out_alone(nnstudio: CommandLine, line: Path) -> None:
    found = nnstudio.json(
        "cross-validate", line, "--data", "line?count=12", "--scheme", "leave-one-out",
        "--epochs", "1",
    )  # fmt: skip
    assert [fold["count"] for fold in found["folds"]] == [1] * 12


def test_groups_from_a_file_stay_together(
    nnstudio: CommandLine, line: Path, tmp_path: Path
) -> None:
    groups, out = tmp_path / "groups.txt", tmp_path / "answers.csv"
    names = [f"person {i % 5}" for i in range(60)]
    groups.write_text("\n".join(names) + "\n", encoding="utf-8")
    result = nnstudio(
        "cross-validate", line, "--scheme", "grouped", "--folds", "2", "--groups", groups,
        "--epochs", "1", "--out", out,
    )  # fmt: skip
    assert result.code == 0
    with out.open(encoding="utf-8", newline="") as file:
        folds = [row["fold"] for row in csv.DictReader(file)]
    assert len(set(zip(names, folds, strict=True))) == 5
    alone = nnstudio.json(
        "cross-validate", line, "--scheme", "leave-one-group-out", "--groups", groups, "--epochs", 1
    )
    assert [fold["count"] for fold in alone["folds"]] == [12] * 5


def test_weights_and_file_stay_as_they_are(nnstudio: CommandLine, tmp_path: Path) -> None:
    fresh, done = saved(SPIRAL, tmp_path / "fresh"), saved(trained(SPIRAL), tmp_path / "done")
    before = done.read_bytes()
    ours = nnstudio.json("cross-validate", done, "--folds", "2")
    theirs = nnstudio.json("cross-validate", fresh, "--folds", "2")
    for found in (ours, theirs):
        for fold in found["folds"]:
            del fold["seconds"]
    assert ours == theirs
    assert done.read_bytes() == before


def test_ctrl_c_ends_it_with_what_is_known(
    nnstudio: CommandLine, spiral: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = CrossValidation.run

    def interrupted_in_the_third_fold(self: CrossValidation, *args: object) -> object:
        for event in run(self, *args):  # type: ignore[arg-type]
            yield event
            if isinstance(event, FoldDone) and event.number == 2:
                os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(CrossValidation, "run", interrupted_in_the_third_fold)
    before = signal.getsignal(signal.SIGINT)
    out = tmp_path / "answers.csv"
    result = nnstudio("cross-validate", spiral, "--folds", "5", "--out", out)
    assert signal.getsignal(signal.SIGINT) == before
    assert result.code == 130
    assert result.err == "Interrupted after 2 of 5 folds.\n"
    assert [line.split()[0] for line in result.out.splitlines()[2:7]] == [
        "1", "2", "mean", "±", "pooled",
    ]  # fmt: skip
    assert len(out.read_text(encoding="utf-8").splitlines()) == 1 + 2 * 18


def test_many_folds_are_not_listed(
    nnstudio: CommandLine, spiral: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cross_validate, "_MOST_LINES", 2)
    result = nnstudio("cross-validate", spiral, "--folds", "3", "--epochs", "1")
    assert [line.split()[0] for line in result.out.splitlines()[1:3]] == ["fold", "mean"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--scheme", "grouped"), "give the group of each example with --groups"),
        (("--folds", "91"), "there are 45: choose fewer folds"),
        (("--repeats", "2", "--in-order"), "leave out --in-order or --repeats"),
        (("--groups", "nowhere.txt", "--scheme", "grouped"), "nowhere.txt was not found"),
        (("--out", "no folder/answers.csv"), "there is no such folder"),
    ],
)
def test_what_makes_no_sense_is_told_in_a_sentence(
    nnstudio: CommandLine, spiral: Path, options: tuple[str, ...], told: str
) -> None:
    assert told in nnstudio.complaint("cross-validate", spiral, *options)


def test_numbers_can_not_be_stratified(nnstudio: CommandLine, line: Path) -> None:
    complaint = nnstudio.complaint("cross-validate", line, "--scheme", "stratified")
    assert "choose the scheme plain" in complaint


@pytest.mark.parametrize("option", [("--folds", "1"), ("--scheme", "moon"), ("--repeats", "0")])
def test_options_out_of_range_are_refused(
    nnstudio: CommandLine, spiral: Path, option: tuple[str, str]
) -> None:
    assert nnstudio("cross-validate", spiral, *option).code == 2


def test_a_network_that_can_not_be_trained_is_told(nnstudio: CommandLine, tmp_path: Path) -> None:
    broken = replace(SPIRAL, graph=replace(SPIRAL.graph, edges=()))
    complaint = nnstudio.complaint("cross-validate", saved(broken, tmp_path / "broken"))
    assert "can't be trained yet" in complaint


def test_a_run_that_diverges_is_told(nnstudio: CommandLine, tmp_path: Path) -> None:
    settings = replace(LINE.settings, optimizer=SGD(), learning_rate=100.0, epochs=100)
    wild = saved(replace(LINE, settings=settings), tmp_path / "wild")
    assert "Try a smaller learning rate" in nnstudio.complaint("cross-validate", wild)
