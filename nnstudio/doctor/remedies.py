"""What usually helps: for each finding changes of the project, the best first.

They are pure functions, in the style of :mod:`nnstudio.project.fixes`. A layer whose start is
changed gives up the weights it has: they are what ails it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from nnstudio.doctor.finding import Finding
from nnstudio.engine.activations import LeakyReLU, ReLU, Sigmoid, Softmax, Tanh
from nnstudio.engine.dropout import Dropout
from nnstudio.engine.layer import Layer
from nnstudio.engine.losses import BinaryCrossEntropy, CategoricalCrossEntropy
from nnstudio.engine.normalisation import BatchNorm
from nnstudio.graph.edits import insert, remove, replace_layer
from nnstudio.graph.model import Graph
from nnstudio.messages import StudioError
from nnstudio.project.fixes.fix import Fix, with_output, with_settings
from nnstudio.project.project import Project

Remedy = Callable[[Project, Finding], Iterable[Fix]]

#: By how much a learning rate is changed; what a gradient is clipped to; how much is dropped.
FACTOR, LENGTH, DROPPED = 10.0, 1.0, 0.3
DECAY, PATIENCE = 0.01, 5


def remedies_for(project: Project, finding: Finding) -> tuple[Fix, ...]:
    """Changes of ``project`` that may help; none where the project changed so that none fits."""
    if finding.node and finding.node not in project.graph.by_id:
        return ()
    fixes: list[Fix] = []
    for remedy in REMEDIES[finding.code]:
        try:
            fixes += [fix for fix in remedy(project, finding) if fix.project != project]
        except StudioError:  # it can't be put in here
            continue
    return tuple(fixes)


# ---------------------------------------------------------------- settings


def _set(project: Project, label: str, **values: Any) -> Fix:
    return Fix(label, with_settings(project, replace(project.settings, **values)))


def slower(project: Project, finding: Finding) -> Iterator[Fix]:
    """A tenth of the learning rate."""
    rate = project.settings.learning_rate / FACTOR
    yield _set(project, f"Lower the rate to {rate:g}", learning_rate=rate)


def far_slower(project: Project, finding: Finding) -> Iterator[Fix]:
    """A hundredth of the learning rate."""
    rate = project.settings.learning_rate / FACTOR**2
    yield _set(project, f"Lower the rate to {rate:g}", learning_rate=rate)


def faster(project: Project, finding: Finding) -> Iterator[Fix]:
    """Ten times the learning rate."""
    rate = min(100.0, project.settings.learning_rate * FACTOR)
    yield _set(project, f"Raise the rate to {rate:g}", learning_rate=rate)


def clipped(project: Project, finding: Finding) -> Iterator[Fix]:
    """Gradients no longer than 1."""
    if not project.settings.clip_norm and not project.settings.optimizer.searches:
        yield _set(project, f"Clip the gradient to {LENGTH:g}", clip_norm=LENGTH)


def balanced(project: Project, finding: Finding) -> Iterator[Fix]:
    """Examples of rare classes count more."""
    yield _set(project, "Let rare classes count more", class_weights="balanced")


def stopped_early(project: Project, finding: Finding) -> Iterator[Fix]:
    """The run ends when validation no longer gets better, with the weights that were best."""
    yield _set(
        project,
        "Stop early",
        early_stopping=True,
        restore_best_weights=True,
        monitor="validation loss",
        patience=min(project.settings.patience, PATIENCE),
    )


def decayed(project: Project, finding: Finding) -> Iterator[Fix]:
    """Weights that aren't needed shrink."""
    if not project.settings.weight_decay and not project.settings.optimizer.searches:
        yield _set(project, "Add weight decay", weight_decay=DECAY)


def standardised(project: Project, finding: Finding) -> Iterator[Fix]:
    """Inputs with mean 0 and deviation 1."""
    data = replace(project.data, inputs="standardise")
    yield Fix("Standardise the inputs", replace(project, data=data))


def shuffled(project: Project, finding: Finding) -> Iterator[Fix]:
    """Examples dealt out by chance, classes evenly."""
    split = replace(project.data.split, by="class", column="")
    data = replace(project.data, split=split)
    yield Fix("Deal the examples out by chance", replace(project, data=data))


def cross_entropy(project: Project, finding: Finding) -> Iterator[Fix]:
    """The loss that probabilities of classes are made for."""
    settings, node = project.settings, finding.node
    softmax = isinstance(project.graph.by_id[node].layer, Softmax)
    loss = CategoricalCrossEntropy() if softmax else BinaryCrossEntropy()
    own = node in dict(settings.losses)
    judged = settings.judging(node, loss=loss) if own else replace(settings, loss=loss)
    yield Fix(f"Use {loss.title}", with_settings(project, judged))


# ---------------------------------------------------------------- layers


def he_start(project: Project, finding: Finding) -> Iterator[Fix]:
    """Weights before ReLUs as He et al. start them."""
    yield from _started(project, finding.node, "he_normal", "He")


def xavier_start(project: Project, finding: Finding) -> Iterator[Fix]:
    """Weights before sigmoids and tanhs as Glorot and Bengio start them."""
    yield from _started(project, finding.node, "xavier_normal", "Xavier")


def all_started_anew(project: Project, finding: Finding) -> Iterator[Fix]:
    """Every layer that begins in a way that doesn't look at its size begins as He has it."""
    sized = ("he", "xavier", "lecun", "orthogonal")
    changed = {
        node.id: replace(node.layer, initialiser="he_normal")  # type: ignore[call-arg]
        for node in project.graph.nodes
        if not str(getattr(node.layer, "initialiser", "he")).startswith(sized)
    }
    if changed:
        yield Fix("Start all weights as He does", _with_layers(project, changed))


def leaky(project: Project, finding: Finding) -> Iterator[Fix]:
    """LeakyReLU, which can't die, in place of all ReLUs that could."""
    changed: dict[str, Layer] = {
        node.id: LeakyReLU() for node in project.graph.nodes if isinstance(node.layer, ReLU)
    }
    if changed:
        yield Fix("Use LeakyReLU", _with_layers(project, changed))


def rectified(project: Project, finding: Finding) -> Iterator[Fix]:
    """ReLU in place of hidden sigmoids and tanhs, with the weights' start that suits it."""
    graph, changed = project.graph, dict[str, Layer]()
    for node in graph.nodes:
        if isinstance(node.layer, Sigmoid | Tanh) and node.id not in graph.outputs:
            changed[node.id] = ReLU()
            before = _weighted_before(graph, node.id)
            if before is not None:
                layer = graph.by_id[before].layer
                changed[before] = replace(layer, initialiser="he_normal")  # type: ignore[call-arg]
    if changed:
        yield Fix("Use ReLU in hidden layers", _with_layers(project, changed, always=True))


def normalised(project: Project, finding: Finding) -> Iterator[Fix]:
    """BatchNorm before every hidden activation."""
    graph = project.graph
    for node in project.graph.nodes:
        hidden = isinstance(node.layer, ReLU | Sigmoid | Tanh) and node.id not in graph.outputs
        before = graph.incoming[node.id]
        if hidden and len(before) == 1:
            if isinstance(graph.by_id[before[0].source].layer, BatchNorm):
                return
            graph = insert(graph, before[0], BatchNorm())
    if graph is not project.graph:
        yield Fix("Add BatchNorm", project.with_graph(graph))


def with_dropout(project: Project, finding: Finding) -> Iterator[Fix]:
    """Dropout behind every hidden activation."""
    graph = project.graph
    if any(node.layer.is_random for node in graph.nodes):
        return
    for node in project.graph.nodes:
        behind = graph.outgoing[node.id]
        if isinstance(node.layer, ReLU | LeakyReLU | Sigmoid | Tanh) and len(behind) == 1:
            graph = insert(graph, behind[0], Dropout(rate=DROPPED))
    if graph is not project.graph:
        yield Fix("Add Dropout", project.with_graph(graph))


def unbounded(project: Project, finding: Finding) -> Iterator[Fix]:
    """Without the activation at the end, the answers may be any numbers."""
    graph, output = project.graph, finding.node
    before = graph.incoming[output]
    if len(before) == 1 and output in graph.outputs:
        shorter = with_output(project, remove(graph, [output]), output, before[0].source)
        yield Fix(f"Take out {graph.by_id[output].title}", shorter)


def _started(project: Project, node: str, start: str, name: str) -> Iterator[Fix]:
    graph = project.graph
    own = hasattr(graph.by_id[node].layer, "initialiser")
    weighted = node if own else _weighted_before(graph, node)
    if weighted is not None:
        layer = replace(graph.by_id[weighted].layer, initialiser=start)  # type: ignore[call-arg]
        label = f"Start {graph.by_id[weighted].title} as {name} does"
        yield Fix(label, _with_layers(project, {weighted: layer}))


def _weighted_before(graph: Graph, node: str) -> str | None:
    """The last layer with weights on the way to ``node``."""
    while len(before := graph.incoming[node]) == 1:
        node = before[0].source
        if hasattr(graph.by_id[node].layer, "initialiser"):
            return node
    return None


def _with_layers(project: Project, layers: dict[str, Layer], *, always: bool = False) -> Project:
    """With other layers, which begin with new weights where their start is another one.

    Args:
        always: they begin anew even if it isn't.
    """
    graph, anew = project.graph, set()
    for node, layer in layers.items():
        if always or layer != graph.by_id[node].layer:
            anew.add(node)
        graph = replace_layer(graph, node, layer)
    changed = project.with_graph(graph)
    trained = project.trained
    if trained is None or not anew:
        return changed
    weights = {key: blob for key, blob in trained.weights.items() if key[0] not in anew}
    left = replace(
        trained, weights=MappingProxyType(weights), progress=None, start=None, slots={}, best=None
    )
    return replace(changed, trained=left if weights else None)


REMEDIES: dict[str, tuple[Remedy, ...]] = {
    "doctor_nan_data": (),
    "doctor_nan_weights": (slower, far_slower, clipped, standardised),
    "doctor_nan_output": (slower, far_slower, clipped, standardised),
    "doctor_nan_loss": (slower, far_slower, clipped, standardised),
    "doctor_rate_rising": (slower, far_slower),
    "doctor_rate_stuck": (slower, far_slower),
    "doctor_rate_jumping": (slower,),
    "doctor_rate_low": (faster,),
    "doctor_dead": (slower, leaky, he_start, normalised),
    "doctor_saturated": (standardised, xavier_start, normalised, rectified, slower),
    "doctor_vanishing": (rectified, normalised),
    "doctor_exploding": (all_started_anew, clipped, normalised),
    "doctor_gradient_huge": (all_started_anew, clipped, slower),
    "doctor_idle": (he_start, all_started_anew, normalised),
    "doctor_alike": (all_started_anew, he_start),
    "doctor_unscaled": (standardised,),
    "doctor_out_of_reach": (unbounded,),
    "doctor_unsuited_loss": (cross_entropy,),
    "doctor_imbalance": (balanced,),
    "doctor_order": (shuffled,),
    "doctor_overfitting": (stopped_early, with_dropout, decayed),
}
