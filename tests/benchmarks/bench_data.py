"""How fast data comes in: tables, MNIST and folders of small pictures.

Run by ``make bench-data``; less with ``ARGS=0.1`` (a tenth of the rows and pictures). Everything
but MNIST is made up in the temporary folder. Each reading is a process of its own, so that imports
count and the memory is that of this reading alone.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

COLUMNS, ROWS, PICTURES = 20, 1_000_000, 60_000
#: So often pandas and we read the same table in turn; the median of the ratios counts.
PAIRS = 5

PREVIEW = """
from nnstudio.data.sources import Table
begin = perf_counter()
guess = Table({file!r}).guess()
done(perf_counter() - begin + loaded, "pandas" not in sys.modules and len(guess.rows) == 200)
"""
PANDAS = """
from statistics import median
import pandas as pd
from nnstudio.data.sources import Table
ratios = []
for _ in range({pairs}):
    begin = {clock}()
    frame = pd.read_csv({file!r})
    alone = {clock}() - begin
    del frame
    begin = {clock}()
    size = Table({file!r}).load().size
    ratios.append(({clock}() - begin) / alone)
done(median(ratios), size == {count})
"""
MNIST = """
from nnstudio.data.batches import PreparedData
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import Mnist
begin = perf_counter()
data = PreparedData.of(DataSettings(Mnist()))
done(perf_counter() - begin, data.dataset.size == 70_000)
"""
FOLDER = """
from nnstudio.data.sources import Pictures
begin = perf_counter()
data = Pictures({file!r}).load()
done(perf_counter() - begin, data.size == {count})
"""
FRAME = """
import json, resource, sys
from time import perf_counter, process_time
def done(figure, right):
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps([figure, right, peak]))
begin = perf_counter()
import nnstudio.data.tables.sniffing
loaded = perf_counter() - begin
"""


def measured(program: str, **values: object) -> tuple[float, bool, float]:
    """The figure, whether what was read is right, and the peak of memory in MB."""
    done = subprocess.run(
        [sys.executable, "-c", FRAME + program.format(**values)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "OPENBLAS_NUM_THREADS": "1"},
    )
    if done.returncode:
        print(done.stderr[-500:], file=sys.stderr)
        return float("nan"), False, 0.0
    figure, right, peak = json.loads(done.stdout)
    return figure, right, peak


def write_table(file: Path, rows: int) -> None:
    """Numbers with six digits."""
    rng = np.random.default_rng(0)
    with file.open("w") as out:
        out.write(",".join(f"x{i}" for i in range(COLUMNS - 1)) + ",y\n")
        for _ in range(0, rows, 10_000):
            np.savetxt(out, rng.normal(size=(10_000, COLUMNS)), fmt="%.6g", delimiter=",")


def write_pictures(folder: Path, count: int) -> None:
    """PNG files of 28 × 28 shades of grey in ten folders."""
    from PIL import Image

    rng = np.random.default_rng(1)
    for number in range(count):
        inner = folder / str(number % 10)
        inner.mkdir(parents=True, exist_ok=True)
        picture = rng.integers(0, 256, (28, 28), np.uint8)
        Image.fromarray(picture).save(inner / f"{number}.png", compress_level=1)


def main(share: float) -> int:
    """Print the table; 1 if a bound isn't met."""
    rows, pictures = max(10_000, int(share * ROWS) // 10_000 * 10_000), int(share * PICTURES)
    met = []

    def tell(what: str, unit: str, bound: float, found: tuple[float, bool, float]) -> None:
        figure, right, peak = found
        met.append(right and figure <= bound)
        verdict = "yes" if met[-1] else "NO"
        told = f"{figure:7.2f} {unit:8} ≤ {bound:<5g}"
        print(f"{what:42} {told} {verdict:4} {peak:6.0f} MB", flush=True)

    with tempfile.TemporaryDirectory() as temporary:
        file, folder = Path(temporary) / "table.csv", Path(temporary) / "pictures"
        write_table(file, rows)
        table = f"CSV, {rows:,} × {COLUMNS}"
        tell(f"{table}: first preview", "s", 0.5, measured(PREVIEW, file=str(file)))
        for clock, said in (("perf_counter", "all"), ("process_time", "all, processor time")):
            found = measured(PANDAS, file=str(file), count=rows, pairs=PAIRS, clock=clock)
            tell(f"{table}: {said}", "× pandas", 1.5, found)
        tell("MNIST ready to train", "s", 1.5, measured(MNIST))
        write_pictures(folder, pictures)
        found = measured(FOLDER, file=str(folder), count=pictures)
        tell(f"{pictures:,} PNG files", "s", 30, found)
    return 0 if all(met) else 1


if __name__ == "__main__":
    sys.exit(main(float(sys.argv[1]) if len(sys.argv) > 1 else 1.0))
