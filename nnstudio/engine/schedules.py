"""Schedules: how the learning rate changes over a run.

The rate at step t of a run planned for T steps is learning_rate · factor(t, T). T is fixed when
the run begins and kept with it, so that going on later follows the same curve.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, pi
from typing import ClassVar

from nnstudio.schema import setting


@dataclass(frozen=True)
class Schedule:
    """The base of all schedules."""

    title: ClassVar[str] = ""
    summary: ClassVar[str] = ""

    def factor(self, step: int, horizon: int) -> float:
        """What to multiply the learning rate by at ``step`` (from 0) of ``horizon`` steps."""
        raise NotImplementedError


@dataclass(frozen=True)
class Constant(Schedule):
    """factor = 1: the same rate all the way."""

    title: ClassVar[str] = "Constant"
    summary: ClassVar[str] = "The same rate all the way"

    def factor(self, step: int, horizon: int) -> float:
        return 1.0


@dataclass(frozen=True)
class Cosine(Schedule):
    """factor = end + (1 − end) · ½ (1 + cos(π t/T)), from 1 down to ``end``; later ``end``.

    Source: Loshchilov and Hutter, 2017, without restarts.
    """

    title: ClassVar[str] = "Cosine"
    summary: ClassVar[str] = "Falls smoothly to the end of the run"

    end: float = setting(
        0.0, ge=0, le=1, label="End at", help="The last rate as a share of the first"
    )

    def factor(self, step: int, horizon: int) -> float:
        progress = min(1.0, step / max(1, horizon))
        return self.end + (1 - self.end) * 0.5 * (1 + cos(pi * progress))
