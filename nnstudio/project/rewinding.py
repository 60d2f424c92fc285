"""Back to a moment of a run: the project as it stood there, from where training goes on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from nnstudio.engine.layer import Array
from nnstudio.project.project import Project
from nnstudio.project.runs import progress_of, resting_weights
from nnstudio.training.history import History
from nnstudio.training.recording import Moment
from nnstudio.training.standing import slot_views
from nnstudio.training.trained import Progress, freeze


def can_rewind(project: Project, moment: Moment) -> bool:
    """Whether ``moment`` is one of the run that stands in ``project``."""
    progress = progress_of(project)
    return progress is not None and progress.run == moment.progress.run


def rewound(project: Project, moment: Moment) -> Project:
    """``project`` as its run stood at ``moment``, one of :func:`can_rewind`.

    The curves and the recording end there. With nothing changed, the run goes on from there with
    the bits it went on with before. Where the moment holds the weights alone, another run will
    begin from them.

    Raises:
        CompileError: the graph can't run.
    """
    trained = project.trained
    if trained is None or not can_rewind(project, moment):
        raise ValueError("the moment is none of this project's run")
    network = project.network()
    weights = MappingProxyType({**resting_weights(project), **freeze(network.arrays(moment.flat))})
    if moment.slots is None:
        alone = trained.without_run(weights)
        number = trained.run_number
        parent = (number, moment.step) if number else alone.parent
        return replace(project, trained=replace(alone, parent=parent))
    history = None if trained.history is None else _curves(trained.history, moment)
    recording = trained.recording
    slots = moment.slots.items()
    return replace(
        project,
        trained=replace(
            trained,
            weights=weights,
            progress=_to_go_on(moment.progress),
            slots={name: freeze(slot_views(network, vector)) for name, vector in slots},
            best=None if moment.best is None else freeze(network.arrays(moment.best)),
            history=history,
            recording=None if recording is None else recording.until(moment.step),
        ),
    )


def _curves(known: Mapping[str, Array], moment: Moment) -> dict[str, Array]:
    """What ``Session.curves`` would have told then."""
    curves = History.from_arrays(known).until(moment.step, moment.epoch).arrays()
    losses = known.get("unfinished.losses")
    if losses is not None and moment.epoch:
        curves["unfinished.losses"] = losses[: moment.epoch].copy()
    if moment.sums is not None and moment.sums.size:
        curves["unfinished.sums"] = moment.sums
    return curves


def _to_go_on(progress: Progress) -> Progress:
    """A run that had ended early there gets another chance."""
    if not progress.ended_early:
        return progress
    return replace(progress, ended_early=False, converged=False, stale_epochs=0)
