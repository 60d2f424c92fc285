"""Data made by hand in a project: the network fits it before there is any, and as it grows."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nnstudio.data.batches import PreparedData
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import ByHand, Drawings, Pairs, Points
from nnstudio.data.strokes import strokes_text
from nnstudio.engine.dense import Dense
from nnstudio.graph.templates import TEMPLATES
from nnstudio.persistence.project_file import load_project, save_project
from nnstudio.project.by_hand import facts_by_hand, own_signs, with_source
from nnstudio.project.problems import problems
from nnstudio.project.project import Project
from nnstudio.project.runs import facts_of, session_for
from nnstudio.project.starting import begun
from nnstudio.training.loop import train

CROSS = strokes_text([[(0, 0), (9, 9)], [(9, 0), (0, 9)]])
LINE = strokes_text([[(0, 0), (0, 50)]])
MADE: list[ByHand] = [
    Points(((0.0, 0.5), (0.5, 0.0)), (0, 1)),
    Points(((0.0, 0.5),), (2,), colours=5),
    Points(((0.0, 0.5),), (2,), colours=5, task="numbers"),
    Pairs(((0.0, 1.0), (2.0, 3.0))),
    Drawings((CROSS, LINE), (0, 1), ("x", "l")),
    Drawings((CROSS, LINE, LINE), (0, 1, 2), ("x", "l", "i"), style="digits"),
]


@pytest.mark.parametrize("source", MADE, ids=repr)
def test_what_a_network_must_fit_is_known_before_there_are_examples(source: ByHand) -> None:
    loaded = facts_of(PreparedData.of(DataSettings(source)))
    # How it is prepared, and whether examples are kept for validation, isn't up to the source.
    assert facts_by_hand(source) == replace(loaded, is_validated=True, scaled=frozenset())


@pytest.mark.parametrize("source", MADE, ids=repr)
def test_the_network_is_made_to_fit_what_is_made_by_hand(source: ByHand) -> None:
    project = begun(Project(), TEMPLATES["mlp"], None)
    project = with_source(project, source).project
    facts = facts_of(PreparedData.of(project.data))
    assert not [p for p in problems(project, facts) if p.severity == "error"]


def test_one_sign_more_is_one_unit_more_and_the_same_sign_again_changes_no_layer() -> None:
    source = Drawings((CROSS, LINE), (0, 1), ("x", "l"))
    project = own_signs(source)
    again = with_source(project, source.with_drawing(LINE, "l")).project
    assert again.graph == project.graph
    third = with_source(project, source.with_drawing(LINE, "i")).project
    assert [n.layer.units for n in third.graph.nodes if isinstance(n.layer, Dense)] == [32, 3]


@pytest.mark.parametrize("size", [1, 2, 3])
@pytest.mark.parametrize("made", [Points(((0.5, 0.25),), (1,)), Pairs(((0.5, 3.0),))], ids=repr)
def test_a_few_examples_can_be_trained_on(made: Points | Pairs, size: int) -> None:
    source: ByHand = made
    if isinstance(made, Points):
        source = made.with_points([(0.1 * k, 0.2) for k in range(size - 1)], 0)
    else:
        source = made.with_pairs([*made.pairs, *((float(k), 2.0) for k in range(size - 1))])
    project = with_source(begun(Project(), TEMPLATES["mlp"], None), source).project
    project = replace(project, settings=replace(project.settings, epochs=3))
    session = session_for(project, PreparedData.of(project.data))
    for _ in train(session):
        pass
    assert session.epoch == 3


@pytest.mark.parametrize("source", [*MADE, Points(), Pairs(), Drawings()], ids=repr)
def test_what_is_made_by_hand_is_in_the_project_file(source: ByHand, tmp_path: Path) -> None:
    project = with_source(begun(Project(), TEMPLATES["mlp"], None), source).project
    save_project(project, tmp_path / "own.nnstudio")
    assert load_project(tmp_path / "own.nnstudio") == project


def test_ten_of_each_of_three_signs_take_little_room_in_a_file(tmp_path: Path) -> None:
    source = Drawings()
    for k in range(30):
        line = [(x / 7, ((x * (k + 3)) % 11) / 5) for x in range(40)]
        source = source.with_drawing(strokes_text([line]), "abc"[k % 3])
    save_project(own_signs(source), tmp_path / "own.nnstudio")
    assert (tmp_path / "own.nnstudio").stat().st_size < 20_000
