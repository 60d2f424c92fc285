"""Templates in a project: each learns from the data it is said to suit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import INPUTS
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import SOURCES
from nnstudio.engine.losses import BinaryCrossEntropy, CategoricalCrossEntropy
from nnstudio.graph.templates import TEMPLATES
from nnstudio.project.problems import DataFacts, problems
from nnstudio.project.project import Project
from nnstudio.project.runs import facts_of, session_for
from nnstudio.project.starting import begun, misfit, suiting_data
from nnstudio.training.evaluation import evaluate
from nnstudio.training.events import Ended
from nnstudio.training.loop import train


def facts(source: str) -> DataFacts:
    return facts_of(PreparedData.of(DataSettings(SOURCES[source]())))


@pytest.mark.parametrize("name", TEMPLATES)
def test_an_epoch_on_suiting_data_makes_the_loss_smaller(name: str) -> None:
    template = TEMPLATES[name]
    settings = suiting_data(template)
    data = PreparedData.of(settings)
    project = begun(Project(data=settings), template, facts_of(data))
    assert problems(project, facts_of(data)) == ()
    session = session_for(project, data)
    rows = data.parts.validation
    before = evaluate(session.workspace, data, rows)
    *_, last = train(session, epochs=1)
    assert isinstance(last, Ended)
    after = evaluate(session.workspace, data, rows)
    assert before is not None
    assert after is not None
    assert after.loss < 0.98 * before.loss


def test_only_an_autoencoder_is_compared_with_its_inputs() -> None:
    known = facts("Digits")
    for name, template in TEMPLATES.items():
        if misfit(template, suiting_data(TEMPLATES["mlp"]), known):
            continue
        project = begun(Project(), template, known)
        (output,) = project.graph.outputs
        assert (project.settings.target_of(output) == INPUTS) == (name == "autoencoder")


@pytest.mark.parametrize(
    ("name", "source", "words"),
    [
        ("small-cnn", "Spiral", "for pictures"),
        ("regression", "Digits", "answers numbers"),
        ("mlp", "Sorting", "must give 8 × 10"),
        ("mlp", "Digits", ""),
        ("regression", "Square", ""),
        ("lstm", "Sine", ""),
    ],
)
def test_data_that_does_not_suit_is_told_with_the_reason(
    name: str, source: str, words: str
) -> None:
    said = misfit(TEMPLATES[name], DataSettings(SOURCES[source]()), facts(source))
    assert bool(said) == bool(words)
    assert words in said


def test_the_loss_stays_where_it_suits_already() -> None:
    project = begun(Project(), TEMPLATES["mlp"], facts("Digits"))
    smoothed = CategoricalCrossEntropy(label_smoothing=0.1)
    for loss, kept in ((smoothed, True), (BinaryCrossEntropy(), False)):
        chosen = replace(project, settings=replace(project.settings, loss=loss))
        again = begun(chosen, TEMPLATES["perceptron"], facts("Digits"))
        assert (again.settings.loss == loss) == kept
