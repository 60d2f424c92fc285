"""The engine's README: its picture, its table and its list of files are those of the code."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pictures import TARGET, activations_svg

import nnstudio.engine
from nnstudio.engine.catalogue import LAYERS
from nnstudio.engine.curves import has_curve

FOLDER = Path(nnstudio.engine.__file__).parent
README = (FOLDER / "README.md").read_text(encoding="utf-8")
SVG = "{http://www.w3.org/2000/svg}"


def test_the_picture_of_the_activations_is_what_the_code_computes_now() -> None:
    committed = TARGET.read_text(encoding="utf-8")
    assert committed == activations_svg(), "draw it again: make pictures"


def test_the_picture_names_every_activation_and_has_two_lines_for_each() -> None:
    root = ElementTree.fromstring(activations_svg())
    drawn = {cls for cls in LAYERS.values() if has_curve(cls)}
    words = {text.text for text in root.iter(f"{SVG}text")}
    for cls in drawn:
        assert {cls.__name__, cls.formula, cls.derivative} <= words
    lines = [path.get("class") for path in root.iter(f"{SVG}path")]
    for kind in ("f", "slope"):
        assert lines.count(kind) == len(drawn) + 1, "one for each and one in the legend"


@pytest.mark.parametrize("cls", [c for c in LAYERS.values() if c.derivative])
def test_the_table_has_a_row_for_each_activation(cls: type) -> None:
    cells = (f"`{cls.__name__}`", cls.formula, cls.derivative, cls.summary)
    row = "| " + " | ".join(cell.replace("|", r"\|") for cell in cells) + " |"
    assert row in README.splitlines()


def test_the_picture_that_the_readme_shows_is_the_one_that_is_drawn() -> None:
    (shown,) = re.findall(r"!\[[^]]+\]\(([^)]+)\)", README)
    assert (FOLDER / shown).resolve() == TARGET.resolve()


def test_every_file_is_listed_and_every_listed_file_is_there() -> None:
    modules = {path.name for path in FOLDER.glob("*.py")} - {"__init__.py"}
    packages = {f"{path.parent.name}/" for path in FOLDER.glob("*/__init__.py")}
    listed = re.findall(r"^\| `([\w/.]+)` \|", README.split("## Activations")[0], re.MULTILINE)
    assert len(listed) == len(set(listed))
    assert set(listed) == modules | packages
