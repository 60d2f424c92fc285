"""Fixes: every problem has one, or a reason for none, and what is offered mends it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_projects import LINE, chain

import nnstudio
from nnstudio.engine.activations import ReLU, Sigmoid, Softmax
from nnstudio.engine.attention import MultiHeadAttention
from nnstudio.engine.catalogue import LAYERS
from nnstudio.engine.conv import Conv1D, Conv2D
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout, SpatialDropout
from nnstudio.engine.embedding import Embedding
from nnstudio.engine.layer import Layer
from nnstudio.engine.lbfgs import LBFGS
from nnstudio.engine.losses import (
    BinaryCrossEntropy,
    CategoricalCrossEntropy,
    HalfSquaredError,
    Hinge,
)
from nnstudio.engine.merging import Add, Concatenate
from nnstudio.engine.pooling import GlobalAveragePool2D, MaxPool2D
from nnstudio.engine.shaping import Flatten, Input, Permute, Reshape
from nnstudio.graph.analysis import Problem, analyse
from nnstudio.graph.edits import EditError, add_node, connect, freeze, remove, share
from nnstudio.graph.model import Edge, Graph, Node
from nnstudio.project.fixes import NO_FIX, REPAIRS, fix_for
from nnstudio.project.problems import ColumnFacts, DataFacts, problems
from nnstudio.project.project import Project
from nnstudio.training.settings import TrainingSettings

NUMBERS = DataFacts((1,), 1, is_classification=False)
POINTS = DataFacts((2,), 2, is_classification=True)
DIGITS = DataFacts((1, 8, 8), 10, is_classification=True)
ROWS = DataFacts((6, 2), 3, is_classification=True)
CLASSES = TrainingSettings(loss=CategoricalCrossEntropy())


def joined(*branches: tuple[Layer, ...], by: Layer, shape: tuple[int, ...]) -> Graph:
    """An Input, branches from it, and what joins them."""
    graph = add_node(Graph((Node("in", Input(shape=shape)),)), Node("join", by))
    for b, layers in enumerate(branches):
        before = "in"
        for i, layer in enumerate(layers):
            graph = connect(add_node(graph, Node(f"b{b}{i}", layer)), before, f"b{b}{i}")
            before = f"b{b}{i}"
        graph = connect(graph, before, "join")
    return graph


def loose(node: str, graph: Graph) -> Graph:
    """Without the wires into ``node``."""
    return remove(graph, edges=graph.incoming[node])


def project(graph: Graph, training: TrainingSettings = CLASSES) -> Project:
    return Project(graph=graph, settings=training)


FORKED = connect(
    add_node(chain(Input(shape=(2,)), Dense(units=2), Softmax()), Node("more", Softmax())),
    "n1",
    "more",
)
OWNED = chain(Input(shape=(2,)), Dense(units=2), Dense(units=2), Softmax())
LONG = chain(Input(shape=(2,)), Dense(units=4), Dense(units=2), Softmax())
SEARCH = TrainingSettings(loss=CategoricalCrossEntropy(), optimizer=LBFGS())

#: (code, a project with that problem, its data, the fix's label)
BROKEN: list[tuple[str, Project, DataFacts | None, str]] = [
    ("empty_graph", project(Graph()), DIGITS, "Add Input"),
    ("no_input_node", project(Graph((Node("d", Dense(units=3)),))), POINTS, "Add Input"),
    ("not_connected", project(loose("n1", LONG)), POINTS, "Connect Input"),
    (
        "too_few_inputs",
        project(chain(Input(shape=(2,)), Dense(units=2), Add(), Softmax())),
        POINTS,
        "Take out Add",
    ),
    (
        "too_many_inputs",
        project(replace(LONG, edges=(*LONG.edges, Edge("n1", "n3", 1)))),
        POINTS,
        "Delete the extra wire",
    ),
    (
        "input_unused",
        project(add_node(LONG, Node("more", Input(shape=(2,))))),
        POINTS,
        "Delete Input",
    ),
    (
        "owner_missing",
        project(
            replace(
                OWNED,
                nodes=tuple(replace(n, owner="gone") if n.id == "n2" else n for n in OWNED.nodes),
            )
        ),
        POINTS,
        "Use its own weights",
    ),
    ("owner_shapes", project(share(LONG, "n2", "n1")), POINTS, "Use its own weights"),
    (
        "flat_needed",
        project(chain(Input(shape=(1, 8, 8)), Dense(units=10), Softmax())),
        DIGITS,
        "Insert Flatten",
    ),
    (
        "numbers_needed",
        project(chain(Input(shape=(6, 2)), Embedding(), Flatten(), Dense(units=3), Softmax())),
        ROWS,
        "Insert Flatten",
    ),
    (
        "picture_needed",
        project(chain(Input(shape=(1, 8, 8)), Flatten(), Conv2D(), Flatten(), Dense(units=10))),
        DIGITS,
        "Insert Reshape to 1 × 8 × 8",
    ),
    (
        "picture_needed",
        project(chain(Input(shape=(3,)), Conv2D(), Flatten(), Dense(units=10), Softmax())),
        DIGITS,
        "Set Input to 1 × 8 × 8",
    ),
    (
        "sequence_needed",
        project(chain(Input(shape=(2,)), Conv1D(kernel_size=1), Flatten(), Dense(units=2))),
        POINTS,
        "Insert Reshape to 2 × 1",
    ),
    (
        "kernel_too_large",
        project(chain(Input(shape=(1, 8, 8)), Conv2D(kernel_size=(9, 9)), Flatten())),
        DIGITS,
        "Set padding to same",
    ),
    (
        "kernel_too_large",
        project(chain(Input(shape=(1, 8, 8)), MaxPool2D(pool_size=(9, 1)), Flatten())),
        DIGITS,
        "Set padding to same",
    ),
    (
        "groups_divide",
        project(chain(Input(shape=(6, 8, 8)), Conv2D(filters=8, groups=4))),
        None,
        "Set groups to 2",
    ),
    (
        "heads_divide",
        project(chain(Input(shape=(5, 6)), MultiHeadAttention(heads=4))),
        None,
        "Set heads to 3",
    ),
    (
        "channels_needed",
        project(chain(Input(shape=(2,)), SpatialDropout(rate=0.3), Dense(units=2), Softmax())),
        POINTS,
        "Use Dropout",
    ),
    (
        "reshape_count",
        project(chain(Input(shape=(12,)), Reshape(shape=(5, 3)))),
        None,
        "Set shape to −1 × 3",
    ),
    (
        "permute_order",
        project(chain(Input(shape=(6, 2)), Permute(order=(1, 2, 3)))),
        None,
        "Set order to 2 × 1",
    ),
    (
        "same_shapes",
        project(joined((Conv2D(filters=2), ReLU()), (), by=Add(), shape=(2, 7, 8))),
        None,
        "Set padding of Conv2D to same",
    ),
    (
        "same_shapes",
        project(joined((Dense(units=4),), (), by=Add(), shape=(3,))),
        None,
        "Insert Dense",
    ),
    (
        "same_shapes",
        project(
            joined(
                (Conv2D(filters=4, strides=(2, 2), padding="same"),), (), by=Add(), shape=(1, 7, 8)
            )
        ),
        None,
        "Insert a 1 × 1 Conv2D",
    ),
    (
        "equal_but_features",
        project(joined((Flatten(),), (), by=Concatenate(), shape=(1, 8, 8))),
        DIGITS,
        "Insert Flatten",
    ),
    (
        "data_shape",
        project(chain(Input(shape=(3,)), Dense(units=10), Softmax())),
        DIGITS,
        "Set Input to 1 × 8 × 8",
    ),
    (
        "column_missing",
        project(chain(Input(shape=(2,), column="weather"), Dense(units=2), Softmax())),
        POINTS,
        "Read the inputs",
    ),
    (
        "column_missing",
        project(LONG, CLASSES.judging("n3", target="weather")),
        POINTS,
        "Compare with the targets",
    ),
    (
        "lookup_scaled",
        project(chain(Input(shape=(2,)), Embedding(), Flatten(), Dense(units=2), Softmax())),
        replace(POINTS, scaled=frozenset({"inputs"})),
        "Leave the inputs unscaled",
    ),
    (
        "lookup_scaled",
        project(
            chain(
                Input(shape=(2,), column="day"), Embedding(), Flatten(), Dense(units=2), Softmax()
            )
        ),
        replace(POINTS, columns=(ColumnFacts("day", (2,)),), scaled=frozenset({"day"})),
        "Leave day unscaled",
    ),
    (
        "output_shape",
        project(chain(Input(shape=(2,)), Dense(units=7), Softmax())),
        POINTS,
        "Set Dense to 2 units",
    ),
    (
        "output_shape",
        project(chain(Input(shape=(1, 8, 8)), Conv2D(), GlobalAveragePool2D(), Softmax())),
        DIGITS,
        "Add Dense with 10 units",
    ),
    (
        "output_of_places",
        project(chain(Input(shape=(6, 2)), Dense(units=5)), TrainingSettings()),
        DataFacts((6, 2), 12, False, target_shape=(6, 2)),
        "Set Dense to 2 units",
    ),
    (
        "output_unjudged",
        project(
            connect(add_node(LONG, Node("copy", Dense(units=3))), "n1", "copy"),
            CLASSES.judging("n3", target="targets"),
        ),
        replace(POINTS, columns=(ColumnFacts("place", (3,)),)),
        "Compare with place",
    ),
    ("output_unasked", project(FORKED), POINTS, "Keep it as an output"),
    (
        "output_weighs_nothing",
        project(LONG, CLASSES.judging("n3", weight=0.0)),
        POINTS,
        "Set its weight to 1",
    ),
    (
        "loss_needs_probabilities",
        project(chain(Input(shape=(2,)), Dense(units=2))),
        POINTS,
        "Add Softmax",
    ),
    (
        "loss_needs_probabilities",
        project(
            chain(Input(shape=(2,)), Dense(units=1), Softmax()),
            TrainingSettings(loss=BinaryCrossEntropy()),
        ),
        POINTS,
        "Replace Softmax by Sigmoid",
    ),
    (
        "loss_needs_probabilities",
        project(LINE.graph),
        NUMBERS,
        f"Use {HalfSquaredError().title}",
    ),
    (
        "loss_needs_scores",
        project(LONG, TrainingSettings(loss=Hinge())),
        POINTS,
        "Take out Softmax",
    ),
    (
        "loss_needs_classes",
        project(chain(Input(shape=(1,)), Dense(units=1), Softmax())),
        NUMBERS,
        f"Use {HalfSquaredError().title}",
    ),
    ("nothing_to_train", project(freeze(LINE.graph, "n1", True)), NUMBERS, "Unfreeze"),
    ("nothing_to_train", project(chain(Input(shape=(2,)), Softmax())), POINTS, "Add Dense"),
    (
        "nothing_validated",
        project(LONG, replace(CLASSES, early_stopping=True)),
        replace(POINTS, is_validated=False),
        "Watch the training loss",
    ),
    ("search_unsteady", project(LONG, replace(SEARCH, l1=0.1)), POINTS, "Set L1 to 0"),
    (
        "search_unsteady",
        project(chain(Input(shape=(2,)), Dense(units=2, max_norm=2.0), Softmax()), SEARCH),
        POINTS,
        "Set Max-norm to 0",
    ),
    (
        "search_random",
        project(chain(Input(shape=(2,)), Dropout(), Dense(units=2), Softmax()), SEARCH),
        POINTS,
        "Take out Dropout",
    ),
]


@pytest.mark.parametrize(
    ("code", "broken", "facts", "label"), BROKEN, ids=[f"{b[0]}: {b[3]}" for b in BROKEN]
)
def test_a_problem_is_gone_after_its_fix(
    code: str, broken: Project, facts: DataFacts | None, label: str
) -> None:
    found = [problem for problem in problems(broken, facts) if problem.code == code]
    assert found, [str(problem) for problem in problems(broken, facts)]
    fix = fix_for(broken, found[0], facts)
    assert fix is not None
    assert fix.label == label
    assert found[0] not in problems(fix.project, facts)


def codes_of_problems() -> set[str]:
    """Every code that the sources make a problem of, or refuse a shape with."""
    folder = Path(nnstudio.__file__).parent
    found: set[str] = set()
    files = [*(folder / "engine").rglob("*.py"), folder / "graph/analysis.py"]
    for file in (*files, folder / "project/problems.py"):
        text = file.read_text(encoding="utf-8")
        found |= set(re.findall(r'ShapeError\(\s*"(\w+)"', text))
        found |= set(re.findall(r'Problem\([^()]*"(?:error|warning)", "(\w+)"', text))
        found |= set(re.findall(r'code = "(\w+)" if', text))
        found |= set(re.findall(r'code = "\w+" if .* else "(\w+)"', text))
    return found


def test_every_problem_has_a_fix_that_is_tested_or_a_reason_for_none() -> None:
    codes = codes_of_problems()
    assert {"flat_needed", "not_connected", "too_few_inputs", "output_shape"} <= codes
    assert codes == set(REPAIRS) | set(NO_FIX)
    assert not set(REPAIRS) & set(NO_FIX)
    assert {code for code, *_ in BROKEN} == set(REPAIRS)


def test_an_unknown_problem_has_no_fix() -> None:
    assert fix_for(LINE, Problem("n0", "error", "feature_needed"), NUMBERS) is None


def test_a_wire_is_offered_only_where_there_is_one_way_to_lay_it() -> None:
    graph = chain(Input(shape=(2,)), Dense(units=2))
    for name in ("a", "b"):
        graph = add_node(graph, Node(name, Input(shape=(2,))))
    graph = loose("n1", add_node(graph, Node("end", ReLU())))
    broken = project(graph)
    (problem, *_) = [p for p in problems(broken, POINTS) if p.node == "n1"]
    assert fix_for(broken, problem, POINTS) is None


def test_what_an_output_was_compared_with_goes_on_to_the_layer_put_behind_it() -> None:
    graph = chain(Input(shape=(2,)), Dense(units=2))
    broken = project(graph, TrainingSettings().judging("n1", loss=CategoricalCrossEntropy()))
    (problem,) = problems(broken, POINTS)
    fix = fix_for(broken, problem, POINTS)
    assert fix is not None
    (output,) = fix.project.graph.outputs
    assert fix.project.settings.loss_of(output) == CategoricalCrossEntropy()
    assert problems(fix.project, POINTS) == ()


def test_fixes_one_after_the_other_make_a_network_of_a_heap_of_mistakes() -> None:
    broken = project(
        chain(Input(shape=(3,)), Conv2D(kernel_size=(9, 9)), ReLU(), Dense(units=4), Sigmoid())
    )
    for _ in range(10):
        found = problems(broken, DIGITS)
        fixes = [fix for p in found if (fix := fix_for(broken, p, DIGITS)) is not None]
        if not fixes:
            break
        broken = fixes[0].project
    assert problems(broken, DIGITS) == ()


# ---------------------------------------------------------------- any project at all

SHAPES = st.sampled_from([(1,), (2,), (6,), (9,), (4, 3), (1, 6, 6), (3, 5, 4)])
SETTINGS = st.sampled_from(
    [
        CLASSES,
        TrainingSettings(),
        TrainingSettings(loss=Hinge()),
        TrainingSettings(loss=BinaryCrossEntropy(), optimizer=LBFGS(), l1=0.5, clip_norm=1.0),
        replace(CLASSES, early_stopping=True),
    ]
)
FACTS = st.sampled_from([None, NUMBERS, POINTS, DIGITS, ROWS, replace(POINTS, is_validated=False)])
KINDS = st.sampled_from(sorted(set(LAYERS) - {"Input"}))


@st.composite
def any_projects(draw: st.DrawFn) -> Project:
    """Layers with their default settings, wired at random."""
    graph = Graph((Node("in", Input(shape=draw(SHAPES))),))
    for i in range(draw(st.integers(1, 5))):
        node = Node(f"n{i}", LAYERS[draw(KINDS)](), frozen=draw(st.booleans()))
        graph = add_node(graph, node)
        for _ in range(draw(st.integers(0, 2))):
            source = draw(st.sampled_from([n.id for n in graph.nodes]))
            try:
                graph = connect(graph, source, node.id)
            except EditError:
                continue
    if draw(st.booleans()):
        owner, node_id = (draw(st.sampled_from([n.id for n in graph.nodes])) for _ in range(2))
        graph = share(graph, node_id, owner)
    return Project(graph=graph, settings=draw(SETTINGS))


@given(any_projects(), FACTS)
@settings(max_examples=150, deadline=None)
def test_whatever_is_wrong_no_fix_fails_and_each_mends_its_problem(
    broken: Project, facts: DataFacts | None
) -> None:
    for problem in problems(broken, facts):
        fix = fix_for(broken, problem, facts)
        if fix is None:
            continue
        assert fix.label
        after = problems(fix.project, facts)
        same = [p for p in after if (p.node, p.code) == (problem.node, problem.code)]
        assert not same or (problem.code == "search_unsteady" and problem not in same)
        assert fix.project.graph != broken.graph or fix.project.settings != broken.settings
        known = {node.id for node in fix.project.graph.nodes}
        assert {n for e in fix.project.graph.edges for n in (e.source, e.target)} <= known
        assert set(analyse(fix.project.graph).order) == known
