"""What takes part in a comparison, and why something can't."""

from __future__ import annotations

from typing import Protocol


class Missing(Exception):
    """A contender can't take part; the text says why."""


class Contender(Protocol):
    """Something that makes steps.

    Attributes:
        peer: whose it is, such as ``"PyTorch"``.
        mode: how it is used, such as ``"eager, fused Adam"``.
    """

    peer: str
    mode: str

    def run(self, steps: int) -> None:
        """Make ``steps`` full steps and come back when they are done."""

    def close(self) -> None:
        """Give back what is held."""
