"""Projects to save: one that was really trained, and random ones of every kind."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args, get_origin

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from nnstudio.data.augmentation import AUGMENTATIONS
from nnstudio.data.batches import PreparedData
from nnstudio.data.preparation import INPUT_PREPARATIONS, PREPARATIONS, Affine, Preparation
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import SOURCES, Spiral
from nnstudio.data.split import Split
from nnstudio.data.steps import STEPS
from nnstudio.engine.activations import ReLU, Softmax
from nnstudio.engine.catalogue import LAYERS, LOSSES, OPTIMIZERS, SCHEDULES
from nnstudio.engine.dense import Dense
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.losses import CategoricalCrossEntropy
from nnstudio.engine.normalisation import BatchNorm
from nnstudio.engine.randomness import dropout_stream, stream_state
from nnstudio.engine.shaping import Input
from nnstudio.graph.edits import EditError, add_node, connect
from nnstudio.graph.model import Edge, Graph, Node
from nnstudio.persistence.archive import write_archive
from nnstudio.project.layout import Group, Layout, Note
from nnstudio.project.project import Project
from nnstudio.project.run_book import End, RunRecord, project_of
from nnstudio.project.runs import session_for
from nnstudio.schema import Setting, settings_of
from nnstudio.training.history import EpochFigures, History
from nnstudio.training.loop import train
from nnstudio.training.settings import TrainingSettings
from nnstudio.training.trained import Change, Progress, Trained, Weights, freeze

# ---------------------------------------------------------------- one that was trained

_LAYERS = (
    Input(shape=(2,)),
    Dense(units=6),
    BatchNorm(),
    ReLU(),
    Dropout(rate=0.3),
    Dense(units=2),
    Softmax(),
)

#: A network with all kinds of state: weights, running statistics, random masks.
SPIRAL = Project(
    graph=Graph(
        tuple(Node(f"n{i}", layer) for i, layer in enumerate(_LAYERS)),
        tuple(Edge(f"n{i}", f"n{i + 1}") for i in range(len(_LAYERS) - 1)),
    ),
    layout=Layout(tuple((f"n{i}", 190.1 * i, -0.1) for i in range(len(_LAYERS)))),
    data=DataSettings(Spiral(count=90)),
    settings=TrainingSettings(loss=CategoricalCrossEntropy(), batch_size=8, epochs=6),
    description="Two spirals — and “signs” of every kind: ½‖y − ŷ‖²",
)


def go_on(project: Project, *, epochs: int | None = None, batches: int | None = None) -> Project:
    """``project`` after more training."""
    session = session_for(project, PreparedData.of(project.data))
    for _ in train(session, epochs=epochs, batches=batches):
        pass
    return replace(project, trained=session.trained())


def trained_of(project: Project) -> Trained:
    """What training has made of a project that was trained."""
    assert project.trained is not None
    return project.trained


# ---------------------------------------------------------------- random ones

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_NAME = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="/"), min_size=1, max_size=6
)
_COORDINATE = st.floats(allow_nan=False, allow_infinity=False)


def _values(item: Setting) -> st.SearchStrategy[Any]:
    """Every value that a setting may have, from its declaration."""
    rule, kind = item.rule, item.type
    if rule.choices is not None:
        return st.sampled_from(rule.choices)
    if kind is bool:
        return st.booleans()
    if kind is str:
        return _TEXT
    if get_origin(kind) is tuple:
        parts = get_args(kind)
        one = _values(replace(item, type=parts[0]))
        return (
            st.lists(one, max_size=3).map(tuple)
            if parts[-1] is ...
            else st.tuples(*[one] * len(parts))
        )
    least = rule.ge if rule.ge is not None else rule.gt
    most = rule.le if rule.le is not None else rule.lt
    if kind is int:
        return st.integers(
            None if least is None else int(least), 2**40 if most is None else int(most)
        )
    return st.floats(
        least,
        most,
        exclude_min=rule.gt is not None,
        exclude_max=rule.lt is not None,
        allow_nan=False,
        allow_infinity=False,
    )


def _settings(cls: type, **known: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Objects of ``cls`` with any legal settings."""
    return st.builds(cls, **{s.name: _values(s) for s in settings_of(cls)}, **known)


def _one_of(catalogue: Mapping[str, type]) -> st.SearchStrategy[Any]:
    return st.one_of(*map(_settings, catalogue.values()))


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Networks that the canvas lets one draw, whether or not they make sense."""
    graph = Graph()
    for id in draw(st.lists(_NAME, max_size=5, unique=True)):
        layer = draw(_one_of(LAYERS))
        units = draw(st.lists(st.integers(0, 99), max_size=2).map(tuple))
        owner, flag = st.sampled_from(["", "x"]), st.booleans()
        node = Node(id, layer, draw(_TEXT), draw(owner), draw(flag), units, draw(flag))
        graph = add_node(graph, node)
        for before in graph.nodes[:-1]:
            if draw(st.booleans()):
                try:
                    graph = connect(graph, before.id, id)
                except EditError:
                    continue
    return graph


def _data_settings() -> st.SearchStrategy[DataSettings]:
    share = st.floats(0.0, 0.45)
    split = st.builds(Split, validation=share, test=share, seed=st.integers(0, 2**40))
    kind = st.sampled_from(PREPARATIONS)
    inputs = st.sampled_from(INPUT_PREPARATIONS)
    steps, augmentation = (
        st.lists(_one_of(catalogue), max_size=3).map(tuple) for catalogue in (STEPS, AUGMENTATIONS)
    )
    source = _one_of(SOURCES)
    return st.builds(DataSettings, source, split, inputs, kind, kind, steps, augmentation)


def _training_settings() -> st.SearchStrategy[TrainingSettings]:
    loss = _one_of(LOSSES)
    return _settings(
        TrainingSettings,
        loss=loss,
        losses=st.dictionaries(_NAME, loss, max_size=2).map(lambda d: tuple(d.items())),
        optimizer=_one_of(OPTIMIZERS),
        schedule=_one_of(SCHEDULES),
    )


_SINGLE = st.floats(width=32, allow_nan=False, allow_infinity=False)
_SHAPE = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=3)


def _weights() -> st.SearchStrategy[Weights]:
    key = st.tuples(_NAME, _NAME)
    return st.dictionaries(key, hnp.arrays(np.float32, _SHAPE, elements=_SINGLE), max_size=3).map(
        freeze
    )


def _affines() -> st.SearchStrategy[Affine]:
    factor = _SINGLE.filter(lambda number: number != 0)
    return hnp.array_shapes(min_dims=0, max_dims=2, max_side=3).flatmap(
        lambda shape: st.builds(
            Affine,
            hnp.arrays(np.float32, shape, elements=_SINGLE),
            hnp.arrays(np.float32, shape, elements=factor),
        )
    )


def _histories() -> st.SearchStrategy[Mapping[str, np.ndarray]]:
    number = st.floats(allow_infinity=False)
    figures = st.builds(EpochFigures, st.integers(0, 2**40), number, number, number, number, number)

    def filled(steps: list[float], epochs: list[EpochFigures]) -> Mapping[str, np.ndarray]:
        history = History()
        for loss in steps:
            history.add_step(loss)
        for row in epochs:
            history.add_epoch(row)
        return history.arrays()

    return st.builds(filled, st.lists(_SINGLE, max_size=5), st.lists(figures, max_size=3))


def _progress() -> st.SearchStrategy[Progress]:
    count = st.integers(0, 2**40)
    finite = st.floats(allow_nan=False, allow_infinity=False)
    rate = st.floats(0, 100, exclude_min=True)
    return st.builds(
        Progress,
        run=_TEXT,
        seed=st.integers(0, 2**31 - 1),
        epoch=count,
        position=count,
        step=count,
        horizon=count,
        learning_rate=rate,
        batch_size=st.integers(1, 100_000),
        dropout=st.integers(0, 100).map(_stream_after),
        loss_sum=finite,
        metric_sum=finite,
        steps_per_epoch=count,
        monitor=_TEXT,
        best_score=st.one_of(finite, st.just(float("inf"))),
        best_epoch=count,
        stale_epochs=count,
        ended_early=st.booleans(),
        converged=st.booleans(),
        result=st.sampled_from(["", "best", "average"]),
        seconds=st.floats(0, 1e9),
        begun=st.one_of(st.none(), st.dictionaries(_TEXT, finite | _TEXT, max_size=2).map(_pairs)),
        changes=st.lists(st.builds(Change, count, _TEXT, finite | _TEXT), max_size=2).map(tuple),
    )


def _pairs(values: dict[str, float | str]) -> tuple[tuple[str, float | str], ...]:
    return tuple(values.items())


def _stream_after(draws: int) -> tuple[tuple[str, str | int], ...]:
    stream = dropout_stream(draws)
    stream.random(draws, dtype=np.float32)
    return tuple(stream_state(stream).items())


def _trained() -> st.SearchStrategy[Trained]:
    return st.builds(
        Trained,
        weights=_weights(),
        preparation=st.builds(Preparation, _affines(), _affines()),
        data_sha256=_TEXT,
        progress=st.none() | _progress(),
        slots=st.dictionaries(_NAME, _weights(), max_size=2),
        start=st.none() | _weights(),
        best=st.none() | _weights(),
        history=st.none() | _histories(),
    )


@st.composite
def books(draw: st.DrawFn) -> Project:
    """Projects with a book of runs, of which some share their design, data and settings.

    The project itself may stand at one of them.
    """
    designs = draw(st.lists(projects(), min_size=1, max_size=2))
    numbers = draw(st.lists(st.integers(1, 2**40), max_size=3, unique=True))
    runs = tuple(draw(_record(number, designs)) for number in numbers)
    project = draw(projects())
    standing = [record for record in runs if record.trained is not None]
    if standing and draw(st.booleans()):
        project = project_of(draw(st.sampled_from(standing)))
    return replace(project, runs=runs)


@st.composite
def _record(draw: st.DrawFn, number: int, designs: list[Project]) -> RunRecord:
    design = draw(st.sampled_from(designs))
    data, settings = (draw(st.sampled_from(designs)) for _ in range(2))
    count = st.integers(0, 2**40)
    place = draw(st.none() | st.tuples(count, count))
    trained = draw(st.none() | _trained())
    if trained is not None:
        trained = replace(trained, history=None, run_number=number, parent=place)
    ends = [end for end in get_args(End) if end != "running"]
    return RunRecord(
        number,
        design.graph,
        design.layout,
        data.data,
        settings.settings,
        began=draw(st.datetimes()).isoformat(),
        data_sha256=draw(_TEXT),
        end=draw(st.sampled_from(ends)),
        epoch=draw(count),
        step=draw(count),
        seconds=draw(st.floats(0, 1e9)),
        is_accuracy=draw(st.booleans()),
        history=draw(_histories()),
        trained=trained,
        name=draw(_TEXT),
        note=draw(_TEXT),
        parent=place,
        group=draw(count),
        is_kept=draw(st.booleans()),
    )


def projects() -> st.SearchStrategy[Project]:
    """Projects of every kind, trained and not."""
    return graphs().flatmap(_projects_of)


def _layouts(nodes: tuple[str, ...]) -> st.SearchStrategy[Layout]:
    places = st.lists(st.tuples(_NAME, _COORDINATE, _COORDINATE), max_size=3).map(tuple)
    size = st.floats(1, 1e4)
    note = st.builds(Note, _NAME, _TEXT, _COORDINATE, _COORDINATE, size, size)
    notes = st.lists(note, max_size=2, unique_by=lambda n: n.id).map(tuple)
    half = len(nodes) // 2
    parts = [part for part in (nodes[:half], nodes[half:]) if part]
    groups = st.tuples(
        *(
            st.builds(Group, st.just(f"g{i}"), _TEXT, st.just(p), st.booleans())
            for i, p in enumerate(parts)
        )
    )
    return st.builds(Layout, places, notes, st.just(()) | groups)


def _projects_of(graph: Graph) -> st.SearchStrategy[Project]:
    layouts = _layouts(tuple(node.id for node in graph.nodes))
    return st.builds(
        Project,
        graph=st.just(graph),
        layout=layouts,
        data=_data_settings(),
        settings=_training_settings(),
        trained=st.none() | _trained(),
        description=_TEXT,
    )


# ---------------------------------------------------------------- changing files


def parts_of_file(path: Path) -> dict[str, bytes]:
    """The parts of a project file, as any zip program sees them."""
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def with_part(path: Path, name: str, change: Callable[[bytes], bytes | None]) -> None:
    """Change a part of the file, or drop it; the archive itself stays whole."""
    parts = {**parts_of_file(path)}
    changed = change(parts.pop(name))
    if changed is not None:
        parts[name] = changed
    file = io.BytesIO()
    write_archive(file, parts)
    path.write_bytes(file.getvalue())


def with_text(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Let ``change`` edit what ``project.json`` says."""

    def edited(content: bytes) -> bytes:
        plain = json.loads(content)
        change(plain)
        return json.dumps(plain).encode()

    with_part(path, "project.json", edited)
