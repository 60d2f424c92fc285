"""``published.md``: the published results beside those of the runs that are done."""

from __future__ import annotations

from pathlib import Path
from statistics import mean, stdev

from published.recipes import RECIPES, Recipe
from published.running import Result, kept_result

_HEAD = """# Published results on MNIST, trained again

Test error on the 10,000 test pictures, in percent: what was published, and the mean over the seeds
of what nnstudio reaches with the same network. Written by `make reproduce`, which trains what is
still missing; float32, one thread, the pictures scaled to 0 … 1. Recipes were chosen by the
validation pictures, with the exception that is told below; the test pictures were looked at once
per run, at its end.

| row | network | published | nnstudio | reached |
|---|---|---|---|---|
"""
_RUNS = """
## Every run

| row | seed | test error | validation error | epochs | training time | weights |
|---|---|---|---|---|---|---|
"""


def results_of(recipe: Recipe, folder: Path) -> list[Result]:
    """The runs of ``recipe`` that are done, by seed."""
    found = (kept_result(folder, recipe, seed) for seed in recipe.seeds)
    return [result for result in found if result is not None]


def write_table(folder: Path, target: Path) -> None:
    """Write ``target`` from the results in ``folder``."""
    rows, runs, recipes = [], [], []
    for recipe in RECIPES:
        found = results_of(recipe, folder)
        published = f"{recipe.published:g} % ({recipe.source})"
        rows.append(
            f"| `{recipe.name}` | {recipe.network} | {published} | {_ours(recipe, found)} |"
        )
        recipes.append(
            f"* `{recipe.name}`: {recipe.how}. One run: "
            f'`make reproduce ARGS="--only {recipe.name} --seeds 0"`.'
        )
        runs += [_run(result) for result in found]
    text = _HEAD + "\n".join(rows) + "\n" + _RUNS + "\n".join(runs) + "\n"
    text += "\n## How each was trained\n\n" + "\n".join(recipes) + "\n"
    target.write_text(text, encoding="utf-8")


def _ours(recipe: Recipe, found: list[Result]) -> str:
    if not found:
        return "not yet run | –"
    errors = [result.test_error for result in found]
    spread = f" ± {stdev(errors):.2f}" if len(errors) > 1 else ""
    seeds = f"{len(errors)} of {len(recipe.seeds)} seeds"
    reached = "yes" if mean(errors) <= recipe.published else "**NO**"
    return f"{mean(errors):.2f} %{spread} ({seeds}) | {reached}"


def _run(result: Result) -> str:
    cells = (
        f"`{result.name}`", result.seed, f"{result.test_error:.2f} %",
        f"{result.validation_error:.2f} %", result.epochs, f"{result.seconds:,.0f} s",
        f"{result.parameters:,}, `{result.weights_sha256[:12]}`",
    )  # fmt: skip
    return "| " + " | ".join(map(str, cells)) + " |"
