"""How long a step of scrolling takes: a table of a million rows, a wall of pictures.

A step is smooth while it is painted within a frame, 16.7 ms. Printed are medians and the 95th of
100 steps: three rows further, where what is seen already is moved, and to another place anywhere.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from time import perf_counter

import numpy as np
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QAbstractScrollArea, QApplication

from nnstudio.data.dataset import Dataset
from nnstudio.data.split import Split
from nnstudio.gui.look.theme import Theme, load_fonts
from nnstudio.gui.looking.example_table import ExampleTable
from nnstudio.gui.looking.examples import Examples, part_numbers
from nnstudio.gui.looking.wall import Wall

ROWS, COLUMNS, PICTURES = 1_000_000, 20, 60_000
STEPS = 300
#: A frame at 60 per second, in milliseconds.
FRAME = 1000 / 60


def main() -> int:
    """Print the times; 1 if scrolling isn't smooth."""
    app = QApplication.instance() or QApplication([])
    assert isinstance(app, QApplication)
    load_fonts(app)
    theme = Theme("light")
    theme.apply()
    random = np.random.default_rng(0)
    labels = np.arange(ROWS) % 3
    table = Dataset("", random.normal(size=(ROWS, COLUMNS)), labels, ("a", "b", "c"))
    pixels = random.integers(0, 256, (PICTURES, 1, 28, 28)).astype(np.uint8)
    pictures = Dataset("", pixels, labels[:PICTURES], ("a", "b", "c"))
    views: list[tuple[str, ExampleTable | Wall, Dataset]] = [
        (f"table, {ROWS:,} rows", ExampleTable(theme, "table", "Table"), table),
        (f"wall, {PICTURES:,} pictures", Wall(theme, "wall", "Wall"), pictures),
    ]
    print("milliseconds in a view of 900 × 500        first   step: p50   p95   jump: p50   p95")
    worst = 0.0
    for name, view, dataset in views:
        view.resize(900, 500)
        view.show()
        app.processEvents()
        part_of = part_numbers(Split(by="chance").parts(dataset), dataset.size)
        began = perf_counter()
        view.show_examples(Examples.passing(dataset, part_of, None, None))
        app.processEvents()
        first = (perf_counter() - began) * 1000
        bar = view.verticalScrollBar()
        places = random.integers(0, bar.maximum(), STEPS)
        step = _times(view, lambda k, bar=bar: bar.setValue(bar.value() + 72))
        jump = _times(view, lambda k, bar=bar, to=places: bar.setValue(int(to[k])))
        print(
            f"{name:<40} {first:7.1f} {step[0]:11.1f} {step[1]:5.1f} {jump[0]:11.1f} {jump[1]:5.1f}"
        )
        worst = max(worst, step[1])
    print(f"95 of 100 steps within a frame of {FRAME:.1f} ms: {'yes' if worst <= FRAME else 'NO'}")
    return 0 if worst <= FRAME else 1


def _times(view: QAbstractScrollArea, scroll: Callable[[int], object]) -> tuple[float, float]:
    """Median and 95th percentile of a step with its painting, in milliseconds."""
    times = []
    for k in range(STEPS):
        began = perf_counter()
        scroll(k)
        QCoreApplication.sendPostedEvents(view.window(), QEvent.Type.UpdateRequest.value)
        times.append(perf_counter() - began)
    p50, p95 = np.percentile(times, [50, 95]) * 1000
    return float(p50), float(p95)


if __name__ == "__main__":
    sys.exit(main())
