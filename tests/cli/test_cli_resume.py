"""``nnstudio train --resume``: a killed training goes on with the bits of one that wasn't."""

from __future__ import annotations

import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from command_line import LINE, CommandLine, Result, changed_environment, project_of, saved

import nnstudio
from nnstudio.data.sources import Spiral
from nnstudio.engine.activations import ReLU, Softmax
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.engine.normalisation import BatchNorm
from nnstudio.engine.optimizers import SGD
from nnstudio.engine.shaping import Input
from nnstudio.persistence.atomic import TEMPORARY
from nnstudio.persistence.project_file import load_project
from nnstudio.persistence.recovery.folder import (
    Note,
    RecoveryFolder,
    left_behind,
    now,
    recovery_root,
)
from nnstudio.project.project import Project
from nnstudio.training.trained import Trained

ROOT = Path(nnstudio.__file__).parents[1]
SCRIPT = Path(__file__).with_name("training_to_kill.py")
#: Masks, running statistics, Adam's memory; it trains for a moment.
SPIRAL = project_of(
    Input(shape=(2,)),
    Dense(units=8),
    BatchNorm(),
    ReLU(),
    Dropout(rate=0.3),
    Dense(units=2),
    Softmax(),
    source=Spiral(count=120),
    loss=CategoricalCrossEntropy(),
    batch_size=8,
    epochs=500,
)
OFTEN = ("--checkpoint-every", "1e-9")


def hit(number: signal.Signals, checkpoint: int, *arguments: str | Path) -> Result:
    """Train in a process that is hit by a signal while it writes this checkpoint."""
    done = subprocess.run(
        [sys.executable, SCRIPT, number.name, str(checkpoint), "train", *arguments, *OFTEN],
        capture_output=True,
        env=changed_environment({"PYTHONPATH": str(ROOT)}),
        check=False,
        timeout=60,
        text=True,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def killed(*arguments: str | Path, checkpoint: int = 2) -> None:
    """Train in a process that is killed, with this checkpoint half written."""
    assert hit(signal.SIGKILL, checkpoint, *arguments).code == -signal.SIGKILL


def trained_in(path: Path) -> Trained:
    trained = load_project(path).trained
    assert trained is not None
    return trained


def left(project: Project, file: Path, **note: object) -> RecoveryFolder:
    """What a killed training of ``file`` has left."""
    told = {"name": file.name, "path": str(file), "at": now(), "is_training": True, "epochs": 6}
    folder = RecoveryFolder.make()
    folder.write("last", project, Note(**{**told, **note}))
    folder.release()
    return folder


def test_a_training_killed_while_it_writes_goes_on_from_the_checkpoint_before(
    nnstudio: CommandLine, tmp_path: Path
) -> None:
    file = saved(SPIRAL, tmp_path / "spiral.nnstudio")
    whole, resumed = tmp_path / "whole.nnstudio", tmp_path / "resumed.nnstudio"
    assert nnstudio("train", file, "--out", whole, "--checkpoint-every", "0").code == 0

    killed(file, "--out", resumed)
    assert list(recovery_root().glob("*/" + TEMPORARY.format("*"))), "half a file is there"
    assert not resumed.exists()
    result = nnstudio("train", file, "--out", resumed, "--resume")
    assert result.code == 0
    assert "stopped unexpectedly" in result.err
    assert trained_in(resumed).sha256 == trained_in(whole).sha256
    assert list(recovery_root().iterdir()) == [], "nothing is left once it is done"


def test_killed_again_and_again_it_still_arrives(nnstudio: CommandLine, tmp_path: Path) -> None:
    file = saved(SPIRAL, tmp_path / "spiral.nnstudio")
    epochs = "1000"  # which last longer than six checkpoints on any disk
    for _ in range(3):
        killed(file, "--epochs", epochs, "--resume", checkpoint=2)
    out = tmp_path / "out.nnstudio"
    assert nnstudio("train", file, "--resume", "--out", out).code == 0
    progress = trained_in(out).progress
    assert progress is not None
    assert progress.epoch == int(epochs), "as many as the first command asked for"
    whole = tmp_path / "whole.nnstudio"
    nnstudio("train", file, "--epochs", epochs, "--out", whole)
    assert trained_in(out).sha256 == trained_in(whole).sha256


def test_of_a_run_that_diverges_nothing_is_left_to_resume(
    nnstudio: CommandLine, tmp_path: Path
) -> None:
    settings = replace(LINE.settings, optimizer=SGD(), learning_rate=5.0, epochs=500)
    file = saved(replace(LINE, settings=settings), tmp_path / "line.nnstudio")
    assert "Training stopped at step" in nnstudio.complaint("train", file, *OFTEN)
    assert not recovery_root().exists() or list(recovery_root().iterdir()) == []


def test_the_seed_that_was_asked_for_is_gone_on_with(nnstudio: CommandLine, tmp_path: Path) -> None:
    file = saved(SPIRAL, tmp_path / "spiral.nnstudio")
    killed(file, "--seed", "7")
    out = tmp_path / "out.nnstudio"
    nnstudio("train", file, "--seed", "7", "--resume", "--out", out)
    whole = tmp_path / "whole.nnstudio"
    nnstudio("train", file, "--seed", "7", "--out", whole)
    assert trained_in(out).sha256 == trained_in(whole).sha256


def test_with_nothing_left_behind_resume_begins(nnstudio: CommandLine, tmp_path: Path) -> None:
    file = saved(LINE, tmp_path / "line.nnstudio")
    result = nnstudio("train", file, "--resume")
    assert (result.code, result.err) == (0, "")
    assert "6 epochs trained" in result.out


def test_who_does_not_resume_is_told_that_it_could_be(
    nnstudio: CommandLine, tmp_path: Path
) -> None:
    file = saved(LINE, tmp_path / "line.nnstudio")
    folder = left(LINE, file, in_terminal=True, epoch=2)
    result = nnstudio("train", file)
    assert result.code == 0
    assert "in epoch 3 of 6" in result.err
    assert "--resume" in result.err
    assert folder.has("last"), "it may change its mind"


def test_what_was_left_of_another_file_is_left_alone(nnstudio: CommandLine, tmp_path: Path) -> None:
    file = saved(LINE, tmp_path / "line.nnstudio")
    folder = left(LINE, tmp_path / "other.nnstudio")
    assert nnstudio("train", file, "--resume").err == ""
    assert [found.path for found in left_behind()] == [folder.path]


def test_damaged_work_ends_with_a_sentence(nnstudio: CommandLine, tmp_path: Path) -> None:
    file = saved(LINE, tmp_path / "line.nnstudio")
    folder = left(LINE, file)
    kept = folder.path / "last.nnstudio"
    content = bytearray(kept.read_bytes())
    at = content.index(b"project.json") + 60
    content[at : at + 200] = bytes(200)
    kept.write_bytes(content)
    assert "last.nnstudio" in nnstudio.complaint("train", file, "--resume")


@pytest.mark.parametrize("every", ["-1", "often", "nan"])
def test_an_interval_that_is_none_is_refused(
    nnstudio: CommandLine, tmp_path: Path, every: str
) -> None:
    file = saved(LINE, tmp_path / "line.nnstudio")
    result = nnstudio("train", file, "--checkpoint-every", every)
    assert result.code == 2
    assert "a number of seconds is expected" in result.err


def test_interrupted_without_a_place_for_the_result_it_can_be_resumed(
    nnstudio: CommandLine, tmp_path: Path
) -> None:
    file, out = saved(SPIRAL, tmp_path / "spiral.nnstudio"), tmp_path / "out.nnstudio"
    result = hit(signal.SIGINT, 2, file)
    assert result.code == 130
    assert "--resume goes on from there" in result.err
    assert nnstudio("train", file, "--resume", "--out", out).code == 0
    whole = tmp_path / "whole.nnstudio"
    nnstudio("train", file, "--out", whole)
    assert trained_in(out).sha256 == trained_in(whole).sha256


def test_interrupted_with_a_place_for_the_result_nothing_else_is_left(tmp_path: Path) -> None:
    file, out = saved(SPIRAL, tmp_path / "spiral.nnstudio"), tmp_path / "out.nnstudio"
    assert hit(signal.SIGINT, 2, file, "--out", out).code == 130
    assert trained_in(out).progress is not None
    assert left_behind() == []
