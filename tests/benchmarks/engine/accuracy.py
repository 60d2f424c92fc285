"""How long training takes until MNIST's test pictures are answered well enough.

nnstudio and PyTorch train with one recipe: the same first weights, the same order of the same
pictures, batch size, optimizer and learning rate. They take turns, so many steps each, and only
these steps are timed; after them the accuracy on the 10,000 test pictures is found. The time is
that of all steps up to the first time an accuracy is reached. Rounding makes the two runs drift
apart, so one may get there some checks earlier: the median over the seeds counts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from statistics import median
from typing import Protocol

from engine.contender import Missing
from engine.ours import Ours, layers_of
from engine.report import Row, seconds_text
from engine.steps import peer_module
from engine.works import LENET, Work, mlp, pictures
from nnstudio.engine.catalogue import SCHEDULES


class Learner(Protocol):
    """A contender that can say how good it is."""

    peer: str
    mode: str

    def run(self, steps: int) -> None:
        """Make ``steps`` steps."""

    def accuracy(self) -> float:
        """The share of the test examples it answers rightly."""

    def close(self) -> None:
        """Give back what is held."""


@dataclass(frozen=True)
class Recipe:
    """How a network is trained and how far.

    Attributes:
        targets: accuracies, the last one is the end.
        epochs: so many must do.
        falling: the learning rate falls along a cosine to 0 at the last epoch's end.
        check: after so many steps the accuracy is looked at.
    """

    work: Work
    targets: tuple[float, ...]
    batch: int
    learning_rate: float
    epochs: int
    falling: bool
    check: int

    @property
    def words(self) -> str:
        """The recipe in a line."""
        rate = f"learning rate {self.learning_rate:g}"
        if self.falling:
            rate += f" falling to 0 along a cosine over {self.epochs} epochs"
        return (
            f"{self.work.name}: Adam, {rate}, batch {self.batch}, looked at every "
            f"{self.check} steps, {len(SEEDS)} seeds"
        )

    def steps(self, examples: int) -> int:
        """How many steps all epochs have."""
        return self.epochs * ceil(examples / self.batch)


SEEDS = (0, 1, 2)
#: Chosen so that both reach the target with every seed that was tried, and soon. At a constant rate
#: LeNet-5 crosses 99 % by luck, somewhere between 2,500 and 6,000 steps.
RECIPES = (
    Recipe(mlp(128), (0.97, 0.98), 64, 2e-3, 20, False, 100),
    Recipe(LENET, (0.99,), 128, 2e-3, 8, True, 200),
)


def until(
    learners: Sequence[Learner], recipe: Recipe, steps: int, clock: Callable[[], float]
) -> list[dict[float, float]]:
    """For each learner the seconds until each target; one not reached in ``steps`` is left out."""
    seconds = [0.0 for _ in learners]
    reached: list[dict[float, float]] = [{} for _ in learners]
    for _ in range((steps - 1) // recipe.check):
        for i, learner in enumerate(learners):
            if len(reached[i]) == len(recipe.targets):
                continue
            began = clock()
            learner.run(recipe.check)
            seconds[i] += clock() - began
            accuracy = learner.accuracy()
            for target in recipe.targets:
                if accuracy >= target:
                    reached[i].setdefault(target, seconds[i])
        if all(len(found) == len(recipe.targets) for found in reached):
            break
    return reached


def accuracy_rows(clock: Callable[[], float], tell: Callable[[str], None]) -> Iterator[Row]:
    """A row for each recipe and target, telling about each seed on the way."""
    examples = pictures(None)
    for recipe in RECIPES:
        names = {target: f"{recipe.work.name} to {target:.0%}" for target in recipe.targets}
        try:
            if not len(examples.test_inputs):
                raise Missing("MNIST's files are not there")
            layers_of(recipe.work)
            runs = list(_seeds(recipe, clock, tell))
        except Missing as reason:
            for name in names.values():
                yield Row.missing(_spaced(name), recipe.batch, 1, "PyTorch", str(reason))
            continue
        for target, name in names.items():
            yield _row(_spaced(name), recipe, [(a[target], b[target]) for a, b in runs
                                               if target in a and target in b])  # fmt: skip


def _spaced(name: str) -> str:
    return name.replace("%", " %")


def _seeds(
    recipe: Recipe, clock: Callable[[], float], tell: Callable[[str], None]
) -> Iterator[tuple[dict[float, float], dict[float, float]]]:
    examples = pictures(None)
    work, batch, rate = recipe.work, recipe.batch, recipe.learning_rate
    steps = recipe.steps(len(examples.inputs))
    schedule = SCHEDULES["Cosine"](end=0.0) if recipe.falling else SCHEDULES["Constant"]()
    for seed in SEEDS:
        ours = Ours(
            work, batch, 1, examples,
            learning_rate=rate, seed=seed, epochs=recipe.epochs, schedule=schedule,
        )  # fmt: skip
        theirs = peer_module("PyTorch").PyTorch(
            work, batch, 1, examples,
            learning_rate=rate, seed=seed, falling_over=steps if recipe.falling else 0,
            channels_last=work.is_picture,
        )  # fmt: skip
        found = until([ours, theirs], recipe, steps, clock)
        texts = [
            f"{target:.0%} in "
            + " / ".join(
                seconds_text(run[target]) if target in run else "not reached" for run in found
            )
            for target in recipe.targets
        ]
        tell(f"  {recipe.work.name}, seed {seed}: " + ", ".join(texts))
        ours.close()
        yield found[0], found[1]


def _row(name: str, recipe: Recipe, pairs: Sequence[tuple[float, float]]) -> Row:
    mode = "eager, fused Adam" + (", channels last" if recipe.work.is_picture else "")
    if not pairs:
        reason = f"not reached in {recipe.epochs} epochs"
        return Row.missing(name, recipe.batch, 1, "PyTorch", reason)
    ratios = [theirs / ours for ours, theirs in pairs]
    return Row(
        name,
        recipe.batch,
        1,
        "PyTorch",
        mode,
        median(ours for ours, _ in pairs),
        median(theirs for _, theirs in pairs),
        median(ratios),
        min(ratios),
        max(ratios),
    )
