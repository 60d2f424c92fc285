"""``nnstudio train``: going on, beginning anew, writing, stopping."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import LINE, SPIRAL, CommandLine, changed_environment, saved, trained

from nnstudio.data.sources import Line
from nnstudio.engine.dense import Dense
from nnstudio.engine.optimizers import SGD
from nnstudio.engine.shaping import Input
from nnstudio.graph.model import Edge, Graph, Node
from nnstudio.persistence.project_file import load_project, read_thumbnail, save_project
from nnstudio.project.project import Project
from nnstudio.project.runs import with_ended_run

ONE_NEURON = Graph(
    (Node("in", Input(shape=(1,))), Node("out", Dense(units=1))), (Edge("in", "out"),)
)
PNG = b"\x89PNG\r\n\x1a\n"


def weights_of(path: Path) -> str:
    project = load_project(path)
    assert project.trained is not None
    return project.trained.sha256


# ---------------------------------------------------------------- going on


def test_a_new_project_is_trained_for_the_epochs_of_its_settings(
    nnstudio: CommandLine, line: Path
) -> None:
    found = nnstudio.json("train", line)
    assert (found["epochs"], found["epochs_run"]) == (6, 6)
    project = trained(LINE)
    assert project.trained is not None
    assert found["weights_sha256"] == project.trained.sha256


def test_six_epochs_are_three_and_what_the_settings_still_ask_for(
    nnstudio: CommandLine, line: Path, tmp_path: Path
) -> None:
    half = nnstudio.json("train", line, "--epochs", "3", "--out", tmp_path / "half")
    rest = nnstudio.json("train", tmp_path / "half")
    whole = nnstudio.json("train", line)
    assert (half["epochs"], rest["epochs"], rest["epochs_run"]) == (3, 6, 3)
    assert half["weights_sha256"] != whole["weights_sha256"]
    assert rest["weights_sha256"] == whole["weights_sha256"]


def test_more_epochs_than_the_settings_ask_for_can_be_asked_for(
    nnstudio: CommandLine, line: Path, tmp_path: Path
) -> None:
    nnstudio.json("train", line, "--out", tmp_path / "done")
    more = nnstudio.json("train", tmp_path / "done", "--epochs", "2")
    assert (more["epochs"], more["epochs_run"]) == (8, 2)
    assert more["weights_sha256"] == nnstudio.json("train", line, "--epochs", "8")["weights_sha256"]


def test_where_nothing_is_left_to_train_it_is_said_and_the_figures_are_told(
    nnstudio: CommandLine, line: Path, tmp_path: Path
) -> None:
    done = nnstudio.json("train", line, "--out", tmp_path / "done")
    again = nnstudio("train", tmp_path / "done", "--json")
    assert again.code == 0
    assert "Nothing is left to train" in again.err
    assert "6 epochs" in again.err
    assert again.json == {**done, "epochs_run": 0}


def test_a_run_that_was_ended_begins_anew_from_its_weights(
    nnstudio: CommandLine, tmp_path: Path
) -> None:
    ended = saved(with_ended_run(trained(LINE)), tmp_path / "ended")
    result = nnstudio("train", ended, "--epochs", "2", "--json")
    found = result.json
    assert "a new run begins from these weights" in result.err
    assert (found["epochs"], found["epochs_run"]) == (2, 2)
    fresh = nnstudio.json("train", saved(LINE, tmp_path / "fresh"), "--epochs", "2")
    assert found["weights_sha256"] != fresh["weights_sha256"]


# ---------------------------------------------------------------- seeds


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(
    nnstudio: CommandLine, line: Path
) -> None:
    first, again = (nnstudio.json("train", line, "--seed", "7") for _ in range(2))
    other = nnstudio.json("train", line, "--seed", "8")
    assert first["weights_sha256"] == again["weights_sha256"]
    assert first["weights_sha256"] != other["weights_sha256"]
    assert (first["seed"], other["seed"]) == (7, 8)


def test_a_seed_begins_anew_even_where_training_was_done(
    nnstudio: CommandLine, line: Path, tmp_path: Path
) -> None:
    nnstudio.json("train", line, "--out", tmp_path / "done")
    anew = nnstudio.json("train", tmp_path / "done", "--seed", "3")
    assert anew["epochs"] == 6
    assert anew["weights_sha256"] == nnstudio.json("train", line, "--seed", "3")["weights_sha256"]


def test_a_seed_leaves_the_data_and_its_split_as_they_are(
    nnstudio: CommandLine, line: Path, tmp_path: Path
) -> None:
    nnstudio.json("train", line, "--seed", "3", "--out", tmp_path / "out")
    project = load_project(tmp_path / "out")
    assert project.data == LINE.data
    assert project.settings.seed == 3


@pytest.mark.parametrize("seed", ["-1", "2147483648", "1.5", "one"])
def test_a_seed_that_is_none_is_refused(nnstudio: CommandLine, line: Path, seed: str) -> None:
    result = nnstudio("train", line, "--seed", seed)
    assert result.code == 2
    assert "from 0 to 2147483647" in result.err


@pytest.mark.parametrize("epochs", ["0", "-3", "many"])
def test_a_number_of_epochs_that_is_none_is_refused(
    nnstudio: CommandLine, line: Path, epochs: str
) -> None:
    result = nnstudio("train", line, "--epochs", epochs)
    assert result.code == 2
    assert "a whole number from 1" in result.err


# ---------------------------------------------------------------- writing


def test_without_out_nothing_is_written(nnstudio: CommandLine, line: Path) -> None:
    before = line.read_bytes()
    nnstudio.json("train", line)
    assert line.read_bytes() == before
    assert list(line.parent.iterdir()) == [line]


def test_out_may_be_the_file_itself_and_keeps_its_thumbnail(
    nnstudio: CommandLine, line: Path
) -> None:
    save_project(LINE, line, thumbnail=PNG)
    found = nnstudio.json("train", line, "--out", line)
    assert weights_of(line) == found["weights_sha256"]
    assert read_thumbnail(line) == PNG


def test_a_place_that_cannot_be_written_is_told_before_training(
    nnstudio: CommandLine, line: Path
) -> None:
    # A million epochs would not end within the time a test has.
    for place in (line.parent / "nowhere" / "x", line.parent):
        told = nnstudio.complaint("train", line, "--epochs", "1000000", "--out", place)
        assert f"{place} can't be written" in told


# ---------------------------------------------------------------- data


def test_other_data_keeps_split_and_preparation_settings(
    nnstudio: CommandLine, line: Path, tmp_path: Path
) -> None:
    nnstudio.json("train", line, "--data", "line?slope=5&count=80", "--out", tmp_path / "out")
    data = load_project(tmp_path / "out").data
    assert data == replace(LINE.data, source=Line(slope=5.0, count=80))


def test_data_of_another_shape_is_told_with_what_to_do(nnstudio: CommandLine, line: Path) -> None:
    told = nnstudio.complaint("train", line, "--data", "digits")
    assert "The data has shape 1 × 8 × 8, Input expects 1: set Input's shape to 1 × 8 × 8" in told


def test_data_with_more_classes_than_outputs_is_told(nnstudio: CommandLine, spiral: Path) -> None:
    told = nnstudio.complaint("train", spiral, "--data", "spiral?classes=3")
    assert "The data needs 3" in told


def test_numbers_for_a_network_of_classes_are_told(nnstudio: CommandLine, line: Path) -> None:
    project = replace(LINE, settings=replace(LINE.settings, loss=SPIRAL.settings.loss))
    assert "Cross-entropy needs probabilities" in nnstudio.complaint("train", saved(project, line))


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        ("internet", "no data source “internet”"),
        ("line?colour=red", "no option “colour”"),
        ("line?slope=steep", "can't be “steep”"),
        ("line?count=0", "at least 1"),
        ("line?low=1&high=-1", "low smaller than high"),
        ("square?pairs=(1, 2", "can't be read as pairs"),
    ],
)
def test_data_that_does_not_exist_is_told(
    nnstudio: CommandLine, line: Path, source: str, reason: str
) -> None:
    assert reason in nnstudio.complaint("train", line, "--data", source)


def test_missing_mnist_files_are_told_with_their_place(
    nnstudio: CommandLine, line: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NNSTUDIO_DATA", str(tmp_path))
    told = nnstudio.complaint("train", line, "--data", "mnist")
    assert "MNIST was not found: download it (nnstudio data fetch mnist)" in told
    assert "put train-images-idx3-ubyte.gz" in told


def test_a_truncated_mnist_file_is_told(
    nnstudio: CommandLine,
    line: Path,
    mnist: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = tmp_path / "mnist"
    folder.mkdir()
    for file in mnist.iterdir():
        (folder / file.name).symlink_to(file)
    labels = folder / "t10k-labels-idx1-ubyte.gz"
    content = labels.read_bytes()
    labels.unlink()
    labels.write_bytes(content[: len(content) // 2])
    monkeypatch.setenv("NNSTUDIO_DATA", str(tmp_path))
    told = nnstudio.complaint("train", line, "--data", "mnist")
    assert "t10k-labels-idx1-ubyte.gz is damaged" in told


# ---------------------------------------------------------------- runs that fail


def test_a_run_that_diverges_is_told_and_nothing_is_written(
    nnstudio: CommandLine, line: Path, tmp_path: Path
) -> None:
    settings = replace(LINE.settings, optimizer=SGD(), learning_rate=100.0)
    wild = replace(LINE, graph=ONE_NEURON, settings=settings)
    told = nnstudio.complaint(
        "train", saved(wild, line), "--epochs", "200", "--out", tmp_path / "out"
    )
    assert "Training stopped at step" in told
    assert "smaller learning rate than 100" in told
    assert not (tmp_path / "out").exists()


def test_a_network_that_is_not_finished_is_told(nnstudio: CommandLine, line: Path) -> None:
    loose = replace(LINE, graph=replace(LINE.graph, edges=LINE.graph.edges[:-1]))
    assert "can't be trained yet" in nnstudio.complaint("train", saved(loose, line))


def test_a_damaged_file_is_told(nnstudio: CommandLine, line: Path) -> None:
    line.write_bytes(line.read_bytes()[:-100])
    assert "is damaged" in nnstudio.complaint("train", line)


# ---------------------------------------------------------------- Ctrl-C


def interrupt_while_training(path: Path, *options: str) -> tuple[int, str]:
    """Press Ctrl-C in a terminal in which ``path`` is trained; returns exit code and output."""
    pty = pytest.importorskip("pty")
    terminal, its_end = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "nnstudio", "train", str(path), *options],
        stdout=subprocess.DEVNULL,
        stderr=its_end,
        env=changed_environment({}),
    )
    os.close(its_end)
    shown = b""
    with process, os.fdopen(terminal, "rb", buffering=0) as screen:
        try:
            while b" left, loss " not in shown:  # the progress bar: an epoch is finished
                shown += screen.read(4096)
            process.send_signal(signal.SIGINT)
            with suppress(OSError):  # how Linux says that nobody writes any more
                while piece := screen.read(4096):
                    shown += piece
        finally:
            process.kill()
    return process.returncode, shown.decode()


def test_ctrl_c_saves_what_was_trained_and_going_on_gives_the_same_bits(
    nnstudio: CommandLine, line: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.nnstudio"
    code, shown = interrupt_while_training(line, "--epochs", "1000000", "--out", str(out))
    assert code == 130
    assert "Interrupted after" in shown
    assert f"what was trained so far is in {out}" in shown
    assert "Traceback" not in shown
    interrupted = load_project(out).trained
    assert interrupted is not None
    assert interrupted.progress is not None
    epochs = interrupted.progress.epoch + 1
    finished = nnstudio.json("train", out, "--epochs", "1")
    assert finished["epochs"] == epochs
    straight = nnstudio.json("train", line, "--epochs", str(epochs))
    assert finished["weights_sha256"] == straight["weights_sha256"]


def test_ctrl_c_without_out_writes_nothing(line: Path) -> None:
    code, shown = interrupt_while_training(line, "--epochs", "1000000")
    assert code == 130
    assert "nothing was written" in shown
    assert list(line.parent.iterdir()) == [line]


# ---------------------------------------------------------------- what is told


def test_json_is_one_object_on_the_last_line_with_every_figure(
    nnstudio: CommandLine, spiral: Path
) -> None:
    result = nnstudio("train", spiral, "--json")
    assert json.loads(result.out.splitlines()[-1]).keys() >= {
        "epochs", "epochs_run", "train_loss", "val_loss", "test_loss", "test_accuracy", "seconds",
        "parameters", "weights_sha256", "seed",
    }  # fmt: skip


def test_figures_of_parts_without_examples_are_null(nnstudio: CommandLine, line: Path) -> None:
    split = replace(LINE.data.split, validation=0.0, test=0.0)
    project = replace(LINE, data=replace(LINE.data, split=split))
    found = nnstudio.json("train", saved(project, line))
    assert (found["val_loss"], found["test_loss"], found["test_rmse"]) == (None, None, None)
    assert found["train_loss"] > 0


def test_people_are_told_in_sentences(nnstudio: CommandLine, spiral: Path, tmp_path: Path) -> None:
    result = nnstudio("train", spiral, "--out", tmp_path / "out")
    assert result.code == 0
    assert "4 epochs trained" in result.out
    assert "accuracy" in result.out
    assert f"Saved as {tmp_path / 'out'}." in result.out


# ---------------------------------------------------------------- how it ended


def stopping(**changes: object) -> Project:
    """Ends after its third epoch: no progress is large enough but the first, from infinity."""
    chosen = replace(LINE.settings, early_stopping=True, min_delta=1e6, patience=2, epochs=50)
    return replace(LINE, settings=replace(chosen, **changes))


def test_a_run_that_ended_early_says_so_and_which_weights_it_has(
    nnstudio: CommandLine, tmp_path: Path
) -> None:
    path = saved(stopping(), tmp_path / "stopping")
    told = nnstudio("train", path, "--out", tmp_path / "done").out
    assert "Ended early after epoch 3: there was no progress in the validation loss" in told
    assert "The weights are those of epoch 1, which was the best." in told
    first = nnstudio.json("train", path, "--epochs", "1")
    assert first["ended_early"] is False
    found = nnstudio.json("train", path)
    assert (found["ended_early"], found["best_epoch"], found["epochs"]) == (True, 1, 3)
    assert found["weights_sha256"] == first["weights_sha256"] == weights_of(tmp_path / "done")


def test_a_run_that_ended_early_goes_on_from_its_last_weights(
    nnstudio: CommandLine, tmp_path: Path
) -> None:
    path = saved(stopping(), tmp_path / "stopping")
    nnstudio.json("train", path, "--out", tmp_path / "done")
    more = nnstudio.json("train", tmp_path / "done", "--epochs", "1", "--out", tmp_path / "more")
    plain = saved(stopping(early_stopping=False), tmp_path / "plain")
    assert (
        more["weights_sha256"] == nnstudio.json("train", plain, "--epochs", "4")["weights_sha256"]
    )


def test_a_run_that_ends_with_averaged_weights_says_so(
    nnstudio: CommandLine, tmp_path: Path
) -> None:
    averaging = replace(LINE, settings=replace(LINE.settings, average=0.9))
    path = saved(averaging, tmp_path / "averaging")
    assert "The weights are now their average over the steps." in nnstudio("train", path).out
    assert "average" not in nnstudio("train", path, "--epochs", "2").out


def test_watching_a_validation_part_that_is_not_there_is_warned_of(
    nnstudio: CommandLine, tmp_path: Path
) -> None:
    project = stopping()
    data = replace(project.data, split=replace(project.data.split, validation=0.0))
    result = nnstudio("train", saved(replace(project, data=data), tmp_path / "unwatched"))
    assert result.code == 0
    assert "There is no validation part to watch" in result.err
    assert "no progress in the training loss for 2 epochs" in result.out
