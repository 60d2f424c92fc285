"""Cross-validation: each example is answered by a run that never saw it.

    for every fold:
        fit the preparation on what is not held back      (its offsets tell nothing of the rest)
        train from first weights                          (those of the seed; never the project's)
        loss, metric and answers on what is held back

What is estimated is how well the *design and its training* do on examples like these, not one set
of weights. Over the folds the figures are told as mean ± s with the sample deviation

    s = √( Σ (xᵢ − x̄)² / (k − 1) )

over all k folds of all repetitions. Folds share most of their training examples, so s says how much
one run differs from another, and is no standard error of the mean (Bengio and Grandvalet, "No
unbiased estimator of the variance of k-fold cross-validation", 2004).

Examples come from the data's own part: a published test set stays out of it. Where a run has to
watch a validation part (to stop early, or for its schedule), it gets the project's share of what
the fold trains on; what is held back is watched by nobody.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import nan, sqrt

import numpy as np
from threadpoolctl import threadpool_limits

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Column, Dataset
from nnstudio.data.split import Parts, Split
from nnstudio.engine.layer import Array
from nnstudio.project.model import Model
from nnstudio.project.project import Project
from nnstudio.project.runs import session_for
from nnstudio.training.control import Control
from nnstudio.training.evaluation import evaluate
from nnstudio.training.events import Diverged, Ended, Event, Failed
from nnstudio.training.loop import train
from nnstudio.training.settings import TrainingSettings
from nnstudio.tuning.folds import Fold


@dataclass(frozen=True)
class FoldBegun:
    """A run begins.

    Attributes:
        index: which fold of all, from 0.
        repetition, number: the fold's, from 1.
        steps: how many the run makes at most.
    """

    index: int
    repetition: int
    number: int
    steps: int


@dataclass(frozen=True)
class FoldDone:
    """A fold's figures, all of the examples that were held back.

    Attributes:
        repetition, number: the fold's, from 1.
        trained_on, count: how many examples it learned from, and how many were held back.
        loss, metric: their means; the metric is the accuracy, or the RMSE in the data's units.
        epochs: how many the run took.
        seconds: spent training.
    """

    repetition: int
    number: int
    trained_on: int
    count: int
    loss: float
    metric: float
    epochs: int
    seconds: float


@dataclass(frozen=True)
class Summary:
    """One figure over the folds.

    Attributes:
        mean: over the folds, each counting alike.
        deviation: the sample's (n − 1); NaN for a single fold.
        pooled: of all out-of-fold answers together, as if they were one test set.
    """

    mean: float
    deviation: float
    pooled: float


class CrossValidation:
    """The runs of one project on all folds of a scheme, and what has come of them so far.

    Attributes:
        dataset: the examples as they come from the source.
        folds: in the order of their runs.
        examples: positions in the dataset of the examples that take part.
        done: the figures of the finished folds.
        answers: ``(repetitions, len(examples), outputs)``, as :meth:`Model.predict` gives them,
            each from the run that hadn't seen the example; NaN where there is none yet.
    """

    def __init__(self, project: Project, dataset: Dataset, folds: Sequence[Fold]) -> None:
        """Prepare to run.

        Args:
            project: whose design and settings are tried; its weights aren't used.
            folds: of :func:`participants`, as :meth:`Scheme.split` gives them.
        """
        self.project = project
        self.dataset = dataset
        self.folds = tuple(folds)
        self.examples = participants(dataset)
        self.done: list[FoldDone] = []
        repetitions = max(fold.repetition for fold in self.folds)
        self._shape = (repetitions, len(self.examples))
        self.answers: Array = np.full((*self._shape, 0), nan, np.float32)

    @property
    def metric_name(self) -> str:
        """``accuracy`` or ``rmse``: the figure of the first output."""
        return "accuracy" if self.target.classes else "rmse"

    @property
    def target(self) -> Column:
        """What the first output, whose answers are kept, is compared with."""
        project = self.project
        return self.dataset.column(project.settings.target_of(project.graph.outputs[0]))

    @property
    def answered(self) -> Array:
        """``(repetitions, len(examples))``: which answers are there."""
        found = np.zeros(self._shape, bool)
        for fold in self.folds[: len(self.done)]:
            found[fold.repetition - 1, fold.held_back] = True
        return found

    def summary(self, figure: str) -> Summary:
        """The ``loss`` or ``metric`` over the folds so far."""
        values = np.array([getattr(done, figure) for done in self.done])
        counts = np.array([done.count for done in self.done], np.float64)
        if not len(values):
            return Summary(nan, nan, nan)
        deviation = float(values.std(ddof=1)) if len(values) > 1 else nan
        is_root = figure == "metric" and self.metric_name == "rmse"
        pooled = float(counts @ (values**2 if is_root else values) / counts.sum())
        return Summary(float(values.mean()), deviation, sqrt(pooled) if is_root else pooled)

    def run(self, control: Control | None = None) -> Iterator[FoldBegun | Event | FoldDone]:
        """Train on each fold that isn't done, telling all that training tells.

        Between :class:`FoldBegun` and :class:`FoldDone` come the events of its run. The last event
        is ``Ended("finished")`` or ``Ended("stopped")``; or ``Diverged`` or ``Failed``, as of
        training.

        Args:
            control: stops it within one batch; the unfinished fold then begins anew next time.

        Raises:
            RunError, StudioError: the project can't be trained on this data.
        """
        control = control or Control()
        for index in range(len(self.done), len(self.folds)):
            fold = self.folds[index]
            project, data = self._of(fold)
            session = session_for(project, data)
            steps = session.steps_per_epoch * project.settings.epochs
            yield FoldBegun(index, fold.repetition, fold.number, steps)
            for event in train(session, control):
                yield event
                if isinstance(event, Diverged | Failed) or event == Ended("stopped"):
                    return
            with threadpool_limits(limits=project.settings.threads, user_api="blas"):
                scores = evaluate(session.workspace, data, data.parts.test)
                assert scores is not None, "nobody interrupts it"
                model = Model.of(replace(project, trained=session.trained()))
                rows = data.parts.test
                given = {name: self.dataset.column(name).values[rows] for name in model.columns}
                answers = model.predict_first(given)
            if not self.done:
                self.answers = np.full((*self._shape, *answers.shape[1:]), nan, np.float32)
            self.answers[fold.repetition - 1, fold.held_back] = answers
            self.done.append(
                FoldDone(
                    fold.repetition,
                    fold.number,
                    len(fold.train),
                    len(fold.held_back),
                    scores.loss,
                    scores.metric,
                    session.epoch,
                    session.seconds,
                )
            )
            yield self.done[-1]
        yield Ended("finished")

    def _of(self, fold: Fold) -> tuple[Project, PreparedData]:
        """The project as it begins, and the data with the fold's part held back as its test part.

        Repetitions differ in their seeds too, so that they tell of first weights as well.
        """
        settings = self.project.settings
        seed = (settings.seed + fold.repetition - 1) % 2**31
        project = replace(self.project, trained=None, settings=replace(settings, seed=seed))
        train = self.examples[fold.train]
        validation: Array = np.empty(0, np.int64)
        if needs_validation(settings):
            train, validation = _set_aside(train, self.dataset, project.data.split)
        parts = Parts(train, validation, self.examples[fold.held_back])
        return project, PreparedData.of(project.data, dataset=self.dataset, parts=parts)


def participants(dataset: Dataset) -> Array:
    """The positions of the examples that folds are made of: all but a published test set."""
    return np.arange(dataset.size - dataset.test_count)


def needs_validation(settings: TrainingSettings) -> bool:
    """Whether a run looks at a validation part to decide anything."""
    watches = settings.early_stopping or settings.schedule.follows_loss
    return watches and settings.monitor != "training loss"


def _set_aside(train: Array, dataset: Dataset, split: Split) -> tuple[Array, Array]:
    """The project's share of the positions ``train`` to validate with, dealt out by its split."""
    few = Dataset(
        dataset.name,
        np.empty((len(train), 1)),
        dataset.targets[train],
        classes=dataset.classes,
    )
    parts = replace(split, test=0.0).parts(few)
    return train[parts.train], train[parts.validation]
