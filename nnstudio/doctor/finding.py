"""What the doctor finds: a sentence, where it is, since when, and the numbers that show it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from nnstudio.engine.layer import Array
from nnstudio.messages import sentence


@dataclass(frozen=True, eq=False)
class Series:
    """One line of a plot.

    Attributes:
        name: what it is called in the legend.
        role: the colour's role, such as ``training``.
    """

    name: str
    x: Array
    y: Array
    role: str = "training"


@dataclass(frozen=True, eq=False)
class Curves:
    """Evidence drawn as lines.

    Attributes:
        caption: what is seen, in a few words.
        across: what the x axis counts.
        limit: where a value is no longer healthy, drawn as a line across; ``None`` for none.
        is_log: whether equal ratios are to look equal.
    """

    caption: str
    series: tuple[Series, ...]
    across: str = "epoch"
    limit: float | None = None
    is_log: bool = False


@dataclass(frozen=True, eq=False)
class Bars:
    """Evidence drawn as bars, one for each name.

    Attributes:
        names: below the bars; with many bars only the first and the last are drawn.
        ailing: which of the bars are the bad ones.
        across: the numbers from the first bar's left edge to the last one's right edge, which are
            told instead of names.
        is_share: whether the values are shares, told in percent.
    """

    caption: str
    names: tuple[str, ...]
    values: Array
    ailing: Array
    limit: float | None = None
    is_log: bool = False
    across: tuple[float, float] | None = None
    is_share: bool = False


Evidence = Curves | Bars


@dataclass(frozen=True, eq=False)
class Finding:
    """One thing that is wrong with a run.

    Attributes:
        code: a key of :data:`nnstudio.messages.SENTENCES`.
        values: what the sentence is filled with.
        node: the id of the node that ails; empty if it is the run as a whole.
        step: after so many steps it was seen first.
    """

    code: str
    evidence: Evidence
    values: Mapping[str, Any] = field(default_factory=dict)
    node: str = ""
    step: int = 0

    def __str__(self) -> str:
        return sentence(self.code, **self.values)

    @property
    def key(self) -> tuple[str, str]:
        """Findings with equal keys are about the same matter."""
        return self.code, self.node
