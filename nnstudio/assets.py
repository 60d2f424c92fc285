"""Where the files that come with the program are: ``resources/`` and ``samples/``.

In an installed package they lie inside it (the wheel puts them there); in a checkout, which is
also what an editable install runs from, they are the folders at the top level.
"""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _folder(name: str) -> Path:
    installed = _PACKAGE / f"_{name}"
    return installed if installed.is_dir() else _PACKAGE.parent / name


def resource(name: str) -> Path:
    """The path of one file of ``resources/``, for example ``resource("icons/run.svg")``."""
    return _folder("resources") / name


def sample(name: str) -> Path:
    """The path of one file of ``samples/``, for example ``sample("digits.nnstudio")``."""
    return _folder("samples") / name


#: The order in which a newcomer meets the samples: from one neuron to handwriting.
SAMPLE_ORDER = (
    "line", "square", "spiral", "digits", "two-branch", "autoencoder", "sine", "sorting",
    "mnist-mlp", "mnist-cnn",
)  # fmt: skip


def sample_projects() -> tuple[Path, ...]:
    """Every ``*.nnstudio`` file that ships with the program, simplest first."""
    rank = {name: i for i, name in enumerate(SAMPLE_ORDER)}
    found = _folder("samples").glob("*.nnstudio")
    return tuple(sorted(found, key=lambda path: (rank.get(path.stem, len(rank)), path.stem)))
