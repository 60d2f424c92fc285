"""Train the networks of published tables on MNIST again, and compare.

    make reproduce                                          whatever is still missing: hours
    make reproduce ARGS="--only lecun-300 --seeds 0,1"      some of it

Each run that is done is kept in ``build/reproduce`` and not made again, unless its recipe changes;
one that is interrupted goes on from its last kept epoch. After each,
``tests/benchmarks/published.md`` is written anew.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(1, str(ROOT))
if "NNSTUDIO_DATA" not in os.environ and (ROOT.parent / "shared" / "data").is_dir():
    os.environ["NNSTUDIO_DATA"] = str(ROOT.parent / "shared" / "data")

FOLDER = ROOT / "build" / "reproduce"
TABLE = ROOT / "tests" / "benchmarks" / "published.md"


def main() -> int:
    """Make the runs that are missing; returns the exit code."""
    from published.recipes import RECIPES
    from published.running import kept_result, run
    from published.table import write_table

    from nnstudio.data.errors import DataError

    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", default="", help="rows whose name contains this")
    parser.add_argument("--seeds", help="with these seeds, such as 0,1; default: each row's own")
    arguments = parser.parse_args()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for recipe in RECIPES:
        if arguments.only not in recipe.name:
            continue
        seeds = (
            recipe.seeds
            if arguments.seeds is None
            else tuple(int(seed) for seed in arguments.seeds.split(","))
        )
        for seed in seeds:
            if kept_result(FOLDER, recipe, seed) is not None:
                continue
            try:
                result = run(recipe, seed, FOLDER)
            except DataError as error:
                print(error, file=sys.stderr)
                return 2
            print(f"{recipe.name}, seed {seed}: test error {result.test_error:.2f} %", flush=True)
            write_table(FOLDER, TABLE)
    write_table(FOLDER, TABLE)
    print(TABLE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
