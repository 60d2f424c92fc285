"""From a project to a run and back: which weights to start with, and when a run can go on."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import TARGETS
from nnstudio.engine.update import AVERAGE
from nnstudio.graph.compile import taking_part
from nnstudio.messages import StudioError
from nnstudio.project.problems import ColumnFacts, DataFacts, problems
from nnstudio.project.project import Project
from nnstudio.training.feed import columns_of
from nnstudio.training.live_settings import taking, used_settings, with_live
from nnstudio.training.session import Session
from nnstudio.training.settings import TrainingSettings
from nnstudio.training.trained import Progress, Trained, Weights, freeze, transfer


class RunError(StudioError):
    """The project can't be trained as it is."""


def facts_of(data: PreparedData) -> DataFacts:
    """What a network must know of ``data``."""
    dataset = data.dataset
    targets = dataset.column(TARGETS)
    plain = len(targets.shape) == (0 if targets.classes else 1)
    return DataFacts(
        data.input_shape,
        data.output_size,
        dataset.is_classification,
        len(data.parts.validation) > 0,
        None if plain else targets.shape,
        tuple(ColumnFacts(c.name, c.shape, len(c.classes)) for c in dataset.columns),
        frozenset(
            name
            for name in dataset.column_names
            if not data.preparation.of(name).keeps_whole_numbers
        ),
    )


def progress_of(project: Project) -> Progress | None:
    """Where the run of exactly this project stands; ``None`` if it has none (any more)."""
    progress = None if project.trained is None else project.trained.progress
    return progress if progress is not None and progress.run == project.run_hash() else None


def continues(project: Project) -> bool:
    """Whether the next run goes on where the last one stands, rather than beginning anew.

    It can't go on without the optimizer's memory, which some files leave out.
    """
    trained, progress = project.trained, progress_of(project)
    if trained is None or progress is None:
        return False
    last_are_there = progress.result != "best" or trained.best is not None
    slots = used_settings(progress, project.settings).slots()
    return last_are_there and bool(trained.slots or not slots)


def is_finished(project: Project) -> bool:
    """Whether the run that stands has done all that the settings ask for."""
    progress = progress_of(project)
    if progress is None:
        return False
    return progress.epoch >= project.settings.epochs or is_ended_early(project)


def is_ended_early(project: Project) -> bool:
    """Whether the run that stands has ended early, and the settings still want it to.

    Who is ready to wait longer for progress than it did wants it to go on.
    """
    progress, settings = progress_of(project), project.settings
    if progress is None or not progress.ended_early:
        return False
    if progress.converged:
        return settings.stop_when_converged
    return settings.early_stopping and progress.stale_epochs >= settings.patience


def session_for(project: Project, data: PreparedData) -> Session:
    """The session with which training goes on, or begins from the weights that still fit.

    Raises:
        RunError: the project has a problem, or its data is not what it was trained on.
        SettingError: a training setting has an illegal value.
    """
    project.settings.check()
    for problem in problems(project, facts_of(data)):
        if problem.severity == "error":
            raise RunError("cannot_train", reason=str(problem))
    network = project.network()
    trained = project.trained
    run = project.run_hash()
    if trained is not None and continues(project):
        if trained.data_sha256 != data.dataset.fingerprint(columns_of(network)):
            raise RunError("data_changed")
        same = replace(data, preparation=trained.preparation)
        session = Session.resume(network, project.settings, same, trained)
    else:
        weights = None if trained is None else trained.weights
        session = Session.begin(network, project.settings, data, run, weights)
    session.resting = resting_weights(project)
    return session


def with_live_settings(project: Project, other: Project) -> Project:
    """The running ``project`` with the live settings of ``other``, what has become of it by edits.

    Layers that ``other`` has no more, or of another kind, stay as they are.
    """
    nodes = []
    for node in project.graph.nodes:
        same = other.graph.by_id.get(node.id)
        is_same = same is not None and type(same.layer) is type(node.layer)
        layer = taking(node.layer, same.layer) if same is not None and is_same else node.layer
        nodes.append(node if layer == node.layer else replace(node, layer=layer))
    graph = project.graph
    if any(new is not old for new, old in zip(nodes, graph.nodes, strict=True)):
        graph = replace(graph, nodes=tuple(nodes))
    return replace(project, graph=graph, settings=with_live(project.settings, other.settings))


def resting_weights(project: Project) -> Weights:
    """The weights of nodes that are there but take no part, such as bypassed ones."""
    if project.trained is None:
        return {}
    graph = project.graph
    running = taking_part(graph)
    used = {*running, *(graph.by_id[node].owner for node in running)}
    resting = graph.by_id.keys() - used
    return {key: blob for key, blob in project.trained.weights.items() if key[0] in resting}


def with_weights(project: Project, data: PreparedData) -> Project:
    """With a weight in hand for everything the network needs, as it would answer now.

    Where there are none yet, they are the ones it would begin with. Weights taken in hand have no
    run: the next one begins from them.

    Raises:
        CompileError: the graph can't run.
    """
    network, trained = project.network(), project.trained
    moved = transfer(None if trained is None else trained.weights, network, project.settings.seed)
    if trained is not None and not moved.fresh:
        return project
    weights = MappingProxyType({**resting_weights(project), **freeze(network.arrays(moved.flat))})
    if trained is not None:
        return replace(project, trained=_without_run(trained, weights))
    sha256 = data.dataset.fingerprint(columns_of(network))
    return replace(project, trained=Trained(weights, data.preparation, sha256))


def with_new_weights(project: Project, seed: int | None = None) -> Project:
    """Untrained, with another seed: ``seed``, or the next one."""
    if seed is None:
        seed = (project.settings.seed + 1) % 2**31
    return replace(project, settings=replace(project.settings, seed=seed), trained=None)


def with_start_weights(project: Project) -> Project:
    """At the beginning of its run again, with the weights the run began with."""
    trained = project.trained
    if trained is None:
        return project
    weights = {**resting_weights(project), **(trained.start or {})}
    if not weights:
        return replace(project, trained=None)
    return replace(project, trained=replace(_without_run(trained, weights), parent=trained.parent))


def with_ended_run(project: Project) -> Project:
    """With what the run has come to, but no run to go on with: the next one begins from there."""
    trained = project.trained
    if trained is None or trained.progress is None:
        return project
    resting = resting_weights(project)
    weights = {**resting, **_outcome(trained, project.settings)}
    return replace(project, trained=_without_run(trained, weights))


def _without_run(trained: Trained, weights: Weights) -> Trained:
    return trained.without_run(MappingProxyType(dict(weights)))


def _outcome(trained: Trained, settings: TrainingSettings) -> Weights:
    """The weights that the run would end with: :meth:`Session.conclude`, for a frozen run."""
    progress = trained.progress
    if progress is None or progress.result or not progress.step:
        return trained.weights
    if settings.early_stopping and settings.restore_best_weights and trained.best is not None:
        return trained.best
    return MappingProxyType({**trained.weights, **trained.slots.get(AVERAGE, {})})


def fitted_weights(project: Project) -> bool:
    """Whether every weight that the network needs has been trained or kept."""
    if project.trained is None:
        return False
    network = project.network()
    return not transfer(project.trained.weights, network, project.settings.seed).fresh
