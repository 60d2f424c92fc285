"""What an optimizer that searches can't do with, and what it is better off without."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from small_projects import LINE, chain

from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.lbfgs import LBFGS
from nnstudio.engine.noise import GaussianNoise
from nnstudio.engine.optimizers import SGD
from nnstudio.engine.shaping import Input
from nnstudio.graph.model import Graph
from nnstudio.project.problems import problems
from nnstudio.project.project import Project


def told(graph: Graph, **settings: Any) -> list[tuple[str, str, str]]:
    """(node, severity, sentence) of each problem of a project with L-BFGS."""
    searched = replace(LINE.settings, optimizer=LBFGS(), **settings)
    project = Project(graph=graph, data=LINE.data, settings=searched)
    plain = replace(project, settings=replace(searched, optimizer=SGD()))
    assert not problems(plain, None), "others have none"
    return [(p.node, p.severity, str(p)) for p in problems(project, None)]


@pytest.mark.parametrize(
    ("setting", "label"),
    [
        ({"l1": 0.1}, "L1"),
        ({"weight_decay": 0.1}, "Weight decay"),
        ({"max_norm": 1.0}, "Max-norm"),
        ({"clip_value": 1.0}, "Clip value"),
        ({"clip_norm": 1.0}, "Clip norm"),
    ],
)
def test_what_makes_a_kink_or_goes_behind_its_back_is_an_error(
    setting: dict[str, float], label: str
) -> None:
    ((node, severity, sentence),) = told(LINE.graph, **setting)
    assert (node, severity) == ("", "error")
    assert sentence == (
        "L-BFGS searches for the lowest loss of all examples and has no place for "
        f"{label}: set it to 0, or choose another optimizer."
    )


def test_a_layers_own_setting_is_told_at_the_layer() -> None:
    graph = chain(Input(shape=(1,)), Dense(units=3, l1=0.1), Dense(units=1, max_norm=2.0))
    assert [(node, severity) for node, severity, _ in told(graph)] == [
        ("n1", "error"),
        ("n2", "error"),
    ]
    assert "L1 of Dense" in told(graph)[0][2]


def test_l2_averaging_and_a_schedule_are_welcome() -> None:
    graph = chain(Input(shape=(1,)), Dense(units=3, l2=0.1), Dense(units=1))
    assert told(graph, l2=0.1, average=0.9, warm_up=2.0, early_stopping=True) == []


@pytest.mark.parametrize("layer", [Dropout(rate=0.5), GaussianNoise(stddev=0.1)])
def test_layers_that_draw_by_chance_are_warned_of(layer: Any) -> None:
    graph = chain(Input(shape=(1,)), layer, Dense(units=1))
    ((node, severity, sentence),) = told(graph)
    assert (node, severity) == ("n1", "warning")
    assert "within a step it draws the same numbers" in sentence


@pytest.mark.parametrize("layer", [Dropout(rate=0.0), GaussianNoise(stddev=0.0)])
def test_layers_that_draw_nothing_are_not(layer: Any) -> None:
    assert told(chain(Input(shape=(1,)), layer, Dense(units=1))) == []


def test_a_frozen_node_is_nobodys_problem() -> None:
    graph = chain(Input(shape=(1,)), Dense(units=3, l1=0.1), Dropout(rate=0.5), Dense(units=1))
    frozen = [replace(node, frozen=node.id in ("n1", "n2")) for node in graph.nodes]
    assert told(replace(graph, nodes=tuple(frozen))) == []
