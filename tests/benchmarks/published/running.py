"""One run of a recipe: trained, kept every few epochs, judged by the test pictures in the end."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.data.distortion import Distortion
from nnstudio.graph.analysis import analyse
from nnstudio.persistence.project_file import load_project, save_project
from nnstudio.project.runs import session_for
from nnstudio.training.evaluation import evaluate
from nnstudio.training.events import Diverged, Failed
from nnstudio.training.loop import train
from nnstudio.training.session import Session
from published.recipes import Recipe

#: Of the stream from which distortions are drawn, beside the run's own.
_DISTORT = 2
#: A run is kept after so many epochs, to go on from there after an interruption.
_KEEP_EVERY = 5


@dataclass(frozen=True)
class Result:
    """What is kept of a run: errors in percent, on what it was made, and by which recipe."""

    name: str
    seed: int
    recipe: str
    test_error: float
    validation_error: float
    epochs: int
    seconds: float
    parameters: int
    weights_sha256: str
    machine: str


def result_path(folder: Path, recipe: Recipe, seed: int) -> Path:
    """Where the result of a run is kept."""
    return folder / f"{recipe.name}-{seed}.json"


def digest(recipe: Recipe) -> str:
    """Another one for each change of what is trained and how."""
    parts = (recipe.layers, recipe.settings, recipe.distortion, recipe.validation)
    return hashlib.sha256(repr(parts).encode()).hexdigest()[:12]


def kept_result(folder: Path, recipe: Recipe, seed: int) -> Result | None:
    """The result of a run that was made by ``recipe`` as it is now."""
    path = result_path(folder, recipe, seed)
    if not path.exists():
        return None
    kept = json.loads(path.read_text())
    return Result(**kept) if kept.get("recipe") == digest(recipe) else None


def run(recipe: Recipe, seed: int, folder: Path, tell: Callable[[str], None] = print) -> Result:
    """Train ``recipe`` with ``seed``, or go on where ``folder`` has it, and keep the result.

    Raises:
        DataError: MNIST isn't there.
        RuntimeError: the loss became infinite or NaN.
    """
    kept = folder / f"{recipe.name}-{seed}.nnstudio"
    project = load_project(kept) if kept.exists() else recipe.project(seed)
    data = PreparedData.of(project.data)
    epochs = project.settings.epochs
    session = session_for(project, data)
    while session.epoch < epochs:
        if recipe.distortion is not None:
            session = _resumed(session, _distorted(data, recipe.distortion, seed, session.epoch))
        for event in train(session, epochs=1):
            if isinstance(event, Diverged):
                raise RuntimeError(f"{recipe.name}, seed {seed}: diverged at step {event.step}")
            if isinstance(event, Failed):
                raise event.error
        figures = session.history.epochs[-1]
        tell(
            f"{recipe.name}, seed {seed}, epoch {session.epoch} of {epochs}: "
            f"validation error {100 * (1 - figures.val_metric):.2f} %, {session.seconds:.0f} s"
        )
        if session.epoch % _KEEP_EVERY == 0 and session.epoch < epochs:
            trained = replace(session.trained(), data_sha256=data.dataset.sha256)
            save_project(replace(project, trained=trained), kept)
    result = Result(
        recipe.name,
        seed,
        digest(recipe),
        _error(session, data, data.parts.test),
        _error(session, data, data.parts.validation),
        session.epoch,
        round(session.seconds, 1),
        analyse(project.graph).total_parameters,
        session.trained().sha256,
        platform.processor() or platform.machine(),
    )
    result_path(folder, recipe, seed).write_text(json.dumps(asdict(result), indent=1) + "\n")
    kept.unlink(missing_ok=True)
    return result


def _resumed(session: Session, data: PreparedData) -> Session:
    """The same run, on other data."""
    return Session.resume(session.network, session.settings, data, session.trained())


def _distorted(data: PreparedData, distortion: Distortion, seed: int, epoch: int) -> PreparedData:
    """``data`` with the training pictures distorted as in this epoch; the others stay."""
    rng = np.random.default_rng((seed, _DISTORT, epoch))
    inputs = data.dataset.inputs.copy()
    inputs[data.parts.train] = distortion.apply(inputs[data.parts.train], rng)
    return PreparedData(replace(data.dataset, inputs=inputs), data.parts, data.preparation)


def _error(session: Session, data: PreparedData, part: np.ndarray) -> float:
    scores = evaluate(session.workspace, data, part)
    assert scores is not None, "nobody interrupts it"
    return round(100 * (1 - scores.metric), 3)
