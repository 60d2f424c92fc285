"""nnstudio: lay out a neural network, watch it learn, try it, take it along.

``import nnstudio`` is light: numpy is imported by the first use of :func:`load`, Qt only by
``nnstudio.gui``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from nnstudio.project.model import Model

__version__ = "0.1.0"
__all__ = ["__version__", "load"]


def load(path: str | Path) -> Model:
    """Read a ``*.nnstudio`` file and return its trained network, ready to predict.

    The model takes numbers in the data's own units, batch first, and prepares them itself:
    ``nnstudio.load("digits.nnstudio").predict(pictures)``.

    Raises:
        nnstudio.messages.StudioError: the file is missing or damaged, or its network can't run.
    """
    from nnstudio.persistence.project_file import load_project
    from nnstudio.project.model import Model

    return Model.of(load_project(path))
