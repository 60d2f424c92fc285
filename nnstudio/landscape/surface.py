"""How high the loss is on a plane of weights: coarse at first, then finer and finer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from nnstudio.data.batches import PreparedData
from nnstudio.engine.layer import Array
from nnstudio.engine.network import Network
from nnstudio.engine.workspace import Workspace
from nnstudio.landscape.plane import Box, Plane
from nnstudio.training.evaluation import batch_for
from nnstudio.training.feed import Feed

#: Points along each side in the end, and how many of them are passed over at first, then …
SIDE, STRIDES = 25, (8, 4, 2, 1)


class Losses:
    """The mean loss on the same examples for whatever variables, as when predicting.

    It has a workspace of its own, so that nothing of a run is touched.
    """

    def __init__(self, network: Network, data: PreparedData, index: Array) -> None:
        self.count = len(index)
        self._workspace = Workspace(network, np.zeros(network.size, np.float32))
        self._batches: list[list[Array]] = []
        feed, size = Feed(network, data), batch_for(network)
        for start in range(0, len(index), size):
            part = index[start : start + size]
            xs, ys = self._workspace.buffers(len(part))
            feed.gather(part, (*xs, *ys))
            self._batches.append([array.copy(order="A") for array in (*xs, *ys)])

    def of(self, flat: Array) -> float:
        """The loss with these variables; not a finite number where they lead astray."""
        workspace, total = self._workspace, 0.0
        workspace.flat[...] = flat
        with np.errstate(all="ignore"):
            for batch in self._batches:
                count = batch[0].shape[-1]
                xs, ys = workspace.buffers(count)
                for buffer, kept in zip((*xs, *ys), batch, strict=True):
                    buffer[...] = kept
                total += workspace.loss(xs, ys) * count
        return float(total / self.count) if self.count else float("nan")


@dataclass(frozen=True, eq=False)
class Surface:
    """The loss at the points of a grid.

    Attributes:
        box: the part of the plane that it covers; its outermost points lie on the edges.
        losses: ``(n, n)``, by row from the bottom and by column from the left; NaN and infinite
            where there is no loss.
    """

    box: Box
    losses: Array

    @property
    def x(self) -> Array:
        """``(n,)``: the places of its columns."""
        return np.linspace(self.box.left, self.box.right, self.losses.shape[1])

    @property
    def y(self) -> Array:
        """``(n,)``: the places of its rows."""
        return np.linspace(self.box.bottom, self.box.top, self.losses.shape[0])

    def holds(self, a: float, b: float) -> bool:
        """Whether (a, b) lies in the part that it covers."""
        box = self.box
        return box.left <= a <= box.right and box.bottom <= b <= box.top

    def near(self, a: float, b: float) -> float:
        """About the loss at (a, b), between the four points around it; NaN outside."""
        rows, columns = self.losses.shape
        x = (a - self.box.left) / (self.box.right - self.box.left) * (columns - 1)
        y = (b - self.box.bottom) / (self.box.top - self.box.bottom) * (rows - 1)
        if not (-1e-9 <= x <= columns - 1 + 1e-9 and -1e-9 <= y <= rows - 1 + 1e-9):
            return float("nan")
        i, j = min(max(int(x), 0), columns - 2), min(max(int(y), 0), rows - 2)
        u, v = x - i, y - j
        weights = np.outer([1 - v, v], [1 - u, u])
        corners = self.losses[j : j + 2, i : i + 2]
        return float(corners[weights > 0] @ weights[weights > 0])


class Survey:
    """Measures the loss all over a part of a plane.

    Attributes:
        done, total: how many points are measured, of how many.
    """

    def __init__(self, plane: Plane, box: Box, losses: Losses) -> None:
        self.done, self.total = 0, SIDE * SIDE
        self._plane, self._box, self._losses = plane, box, losses

    def surfaces(self, interrupted: Callable[[], bool] = lambda: False) -> Iterator[Surface]:
        """The surface, four times finer each time; ``interrupted`` is asked before each point."""
        box = self._box
        x, y = np.linspace(box.left, box.right, SIDE), np.linspace(box.bottom, box.top, SIDE)
        found, known = np.full((SIDE, SIDE), np.nan), np.zeros((SIDE, SIDE), bool)
        for stride in STRIDES:
            for j in range(0, SIDE, stride):
                for i in range(0, SIDE, stride):
                    if known[j, i]:
                        continue
                    if interrupted():
                        return
                    found[j, i] = self._losses.of(self._plane.at(x[i], y[j]))
                    known[j, i] = True
                    self.done += 1
            yield Surface(box, found[::stride, ::stride].copy())
