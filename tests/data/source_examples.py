"""An example of every source, or some, and the files that they read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from nnstudio.data.sources import (
    Arrays,
    Circles,
    Digits,
    Drawings,
    FashionMnist,
    Function,
    Gauss,
    IdxSet,
    Iris,
    Kmnist,
    Line,
    Mnist,
    Moons,
    Pairs,
    Pictures,
    Points,
    Sine,
    Sorting,
    Source,
    Spiral,
    Square,
    Stored,
    Table,
    Xor,
)
from nnstudio.data.stored import store
from nnstudio.data.strokes import strokes_text

#: A cross and a hook.
SIGNS = tuple(
    strokes_text(strokes)
    for strokes in ([[(0, 0), (9, 9)], [(9, 0), (0, 9)]], [[(2, 0), (0, 7), (5, 5)]])
)

#: One or more examples of each source; Mnist stands for the small files of the fixture, Stored and
#: Arrays for files with the same examples.
EXAMPLES: list[Source] = [
    Line(),
    Line(slope=-3.5, intercept=0.25, noise=0.0, count=7, seed=4, low=0.0, high=0.5),
    Square(),
    Square(pairs=((2.0, 4.0), (4.0, 16.0), (2.5, 6.25))),
    Spiral(),
    Spiral(count=100, turns=2.0, noise=0.0, classes=5),
    Function(),
    Function("2x·(x − 1)^2", low=-1.0, high=3.0, count=9, noise=0.5, seed=2),
    Pairs(((-0.5, 2.0), (1e-3, 7.0))),
    Points(((0.25, -0.5), (1.0, 0.125), (-1.0, 0.0)), (1, 0, 1)),
    Points(((2.0, 3.0), (1.0, 5.0)), (0, 3), colours=4, task="numbers", low=0.0, high=9.0),
    Gauss(),
    Gauss(classes=5, count=50, noise=0.05),
    Circles(),
    Circles(gap=0.0, noise=0.0, count=11),
    Xor(),
    Xor(gap=0.9, noise=0.0, count=4),
    Moons(),
    Moons(noise=0.0, seed=3),
    Iris(),
    Sine(),
    Sine(count=5, length=3, noise=0.0, low=4.0, high=4.5, seed=7),
    Sorting(),
    Sorting(count=6, length=1, numbers=2, seed=3),
    Digits(),
    Drawings((*SIGNS, SIGNS[0]), (0, 1, 0), ("cross", "a, b & 50 %")),
    Drawings(SIGNS, (1, 0), ("ж", "'"), style="digits"),
    Mnist(),
    FashionMnist(),
    Kmnist(),
    Stored(),
    Table(),
    Table(text="a\tb\n1\tx\n2\ty\n3\tx", targets=("b",), categories="ordinal", missing="fill"),
    Table(text="day;size, big\n1.2.2020;1,5\n2.2.2020;2,5", inputs=("day",), task="numbers"),
    Pictures(),
    Pictures(height=14, width=14, colour=True),
    Arrays(),
    Arrays(layout="pictures (N, H, W)", task="classes", inputs="x_train"),
]


def at_hand(source: Source, small_mnist: Path) -> Source:
    """The example with the files that it reads, made beside those of ``small_mnist``."""
    if isinstance(source, IdxSet):
        return replace(source, folder=str(small_mnist))
    if isinstance(source, Arrays):
        file, mnist = small_mnist / "some.npz", Mnist(str(small_mnist)).load()
        np.savez(file, x_train=mnist.inputs[:, 0], y_train=mnist.targets)
        return replace(source, file=str(file))
    if isinstance(source, Pictures):
        for number, picture in enumerate(Mnist(str(small_mnist)).load().inputs[:12, 0]):
            file = small_mnist / "shots" / f"{number % 3}" / f"{number}.png"
            file.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(picture).save(file)
        return replace(source, folder=str(small_mnist / "shots"))
    if isinstance(source, Table) and not source.text:
        file = small_mnist / "table.csv"
        file.write_text("width,colour,height\n" + "1.5,red,2.5\n3,blue,4.5\n" * 8)
        return replace(source, file=str(file))
    if isinstance(source, Stored):
        folder = small_mnist / "stored"
        store(Mnist(str(small_mnist)).load(), folder)
        return Stored(str(folder))
    return source
