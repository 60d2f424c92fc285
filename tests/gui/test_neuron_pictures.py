"""The textbook picture: which columns there are, where they stand, and what is painted."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from canvas_hand import chain, layer
from PySide6.QtGui import QImage

from nnstudio.graph.edits import connect
from nnstudio.graph.templates import TEMPLATES, Needs
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.main_window import MainWindow
from nnstudio.gui.pictures.columns import MOST_COLUMNS, Column, columns_of
from nnstudio.gui.pictures.neurons import Look, limit_of, neuron_sheet
from nnstudio.gui.pictures.parts import RADIUS, Scheme
from nnstudio.gui.pictures.places import scheme_of
from nnstudio.gui.pictures.sheet import sheet_image
from nnstudio.gui.pictures.sizes import shown_units
from nnstudio.messages import StudioError
from nnstudio.persistence.project_file import save_project
from nnstudio.project.project import Project

DIGITS = Needs((1, 8, 8), 10, True)
MLP = chain(
    layer("Input", (2,)), layer("Dense", 3), layer("Tanh"), layer("Dropout", 0.2),
    layer("Dense", 2), layer("Softmax"),
)  # fmt: skip


def columns(name: str, needs: Needs = DIGITS) -> tuple[Column, ...]:
    return columns_of(TEMPLATES[name].build(needs))


# ---------------------------------------------------------------- columns


def test_what_acts_on_each_number_is_said_beneath_the_layer_before_it() -> None:
    first, hidden, last = columns_of(MLP)
    assert [c.title for c in (first, hidden, last)] == ["Input", "Dense", "Dense"]
    assert hidden.notes == ("3 units", "Tanh", "Dropout 20 %")
    assert type(hidden.curve).__name__ == "Tanh"
    assert last.notes == ("2 units", "Softmax")
    assert [link.kind for link in last.links] == ["weights"]


def test_a_flattened_picture_is_a_column_of_pixels() -> None:
    first, *_ = columns("mlp")
    assert first.shape == (64,)
    assert "of 1 × 8 × 8" in first.notes


def test_convolutions_are_stacks_of_maps_with_their_sizes() -> None:
    found = columns("lenet-5", Needs((1, 28, 28), 10, True))
    sizes = [c.size_text for c in found if len(c.shape) == 3]
    assert sizes == ["1 @ 28 × 28", "6 @ 28 × 28", "6 @ 14 × 14", "16 @ 10 × 10", "16 @ 5 × 5"]
    assert [c.title for c in found[5:]] == ["Flatten", "Dense", "Dense", "Dense"]


def test_branches_stand_at_one_depth_and_meet_in_a_sign() -> None:
    found = columns("small-resnet")
    adds = [c for c in found if c.sign == "+"]
    assert len(adds) == 2
    for column in adds:
        sources = [found[link.source] for link in column.links]
        assert {column.depth - source.depth for source in sources} == {1, 3}


def test_an_activation_that_only_one_of_two_branches_has_is_a_column() -> None:
    line = chain(layer("Input", (4,)), layer("Dense", 4), layer("Tanh"), layer("Add"))
    graph = connect(line, "dense", "add")
    titles = [c.title for c in columns_of(graph)]
    assert titles == ["Input", "Dense", "Tanh", "Add"]


def test_what_cannot_be_drawn_is_said() -> None:
    loose = chain(layer("Input", (2,)), layer("Conv2D"))
    with pytest.raises(StudioError, match=r"once the network is finished.*picture"):
        columns_of(loose)
    deep = chain(layer("Input", (2,)), *[layer("Dense", 2)] * MOST_COLUMNS)
    with pytest.raises(StudioError, match=f"{MOST_COLUMNS + 1} layers"):
        columns_of(deep)


# ---------------------------------------------------------------- places


def test_long_layers_show_their_first_and_last_units() -> None:
    assert shown_units(16) == tuple(range(16))
    assert shown_units(128) == (0, 1, 2, 3, 4, 5, 124, 125, 126, 127)


def test_every_pair_of_units_is_a_line_of_its_weight() -> None:
    scheme = scheme_of(columns_of(MLP))
    first, second = scheme.bundles
    assert {(u, f) for u, f in zip(first.units, first.features, strict=True)} == {
        (u, f) for u in range(3) for f in range(2)
    }
    assert scheme.lines == 2 * 3 + 3 * 2
    circles = {(c.column, c.unit): c for c in scheme.circles}
    for unit, feature, end in zip(second.units, second.features, second.ends, strict=True):
        a, b = circles[1, int(feature)], circles[2, int(unit)]
        np.testing.assert_allclose(end, (a.x + RADIUS, a.y, b.x - RADIUS, b.y))


def test_names_stand_beside_the_units_or_letters_where_there_are_none() -> None:
    def labels(scheme: Scheme) -> list[str]:
        return [words.text for words in scheme.words if words.role == "label"]

    assert labels(scheme_of(columns_of(MLP))) == ["x₁", "x₂", "ŷ₁", "ŷ₂"]
    named = scheme_of(columns_of(MLP), ("width", "height"), ("cat", "a dog of some other kind"))
    assert labels(named) == ["width", "height", "cat", "a dog of some o…"]
    single = chain(layer("Input", (1,)), layer("Dense", 1))
    assert labels(scheme_of(columns_of(single))) == ["x₁", "ŷ"]


@pytest.mark.parametrize("needs", [DIGITS, Needs((2,), 3, True), Needs((24, 1), 1, False)], ids=str)
@pytest.mark.parametrize("name", TEMPLATES)
def test_nothing_overlaps_and_nothing_is_cut(name: str, needs: Needs) -> None:
    template = TEMPLATES[name]
    if template.misfit(needs):
        return
    scheme = scheme_of(columns_of(template.build(needs)))
    boxes = [(c.x - RADIUS, c.y - RADIUS, c.x + RADIUS, c.y + RADIUS) for c in scheme.circles]
    boxes += [block.outer for block in scheme.blocks]
    for a, b in combinations(boxes, 2):
        apart = a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1]
        assert apart, f"{a} and {b}"
    points = [p for stroke in scheme.strokes for p in (stroke.points[0], stroke.points[-1])]
    points += [(x, y) for box in boxes for x, y in (box[:2], box[2:])]
    points += [(w.x, w.y) for w in scheme.words]
    assert all(0 < x < scheme.width and 0 < y < scheme.height for x, y in points)


def test_a_point_tells_its_column_and_unit() -> None:
    scheme = scheme_of(columns_of(MLP))
    circle = next(c for c in scheme.circles if (c.column, c.unit) == (1, 2))
    assert scheme.column_at(circle.x + 3, circle.y) == 1
    assert scheme.unit_at(circle.x + 3, circle.y) == 2
    assert scheme.column_at(circle.x, 1) is None


# ---------------------------------------------------------------- painting


ONE = chain(layer("Input", (1,)), layer("Dense", 1))


def pixels(weight: float, **look: object) -> np.ndarray:
    """(height, width, RGB) of one neuron with one input."""
    weights = {("dense", "weight"): np.array([[weight]]), ("dense", "bias"): np.array([0.0])}
    sheet = neuron_sheet(scheme_of(columns_of(ONE)), Look(Theme("light"), weights, **look))  # type: ignore[arg-type]
    image = sheet_image(sheet, scale=0.5).convertToFormat(QImage.Format.Format_RGB888)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), -1)
    return rows[:, : 3 * image.width()].reshape(image.height(), image.width(), 3).astype(int)


def middle(weight: float) -> np.ndarray:
    """The colours down the middle of the line between the two circles."""
    scheme = scheme_of(columns_of(ONE))
    a, b = scheme.circles
    y = round(a.y)
    return pixels(weight, limit=1.0)[y - 4 : y + 5, round((a.x + b.x) / 2)]


def test_lines_tell_the_sign_by_colour_and_the_size_by_width(qapp) -> None:
    def ink(column: np.ndarray) -> float:
        return float((255 - column).sum())

    positive, negative = middle(0.9), middle(-0.9)
    assert positive[4, 2] > positive[4, 0], "blue"
    assert negative[4, 0] > negative[4, 2], "orange"
    assert ink(middle(0.9)) > 2 * ink(middle(0.3)) > 0


def test_the_widest_lines_stand_for_nearly_the_greatest_weight() -> None:
    scheme = scheme_of(columns_of(ONE))
    limit = limit_of(scheme, {("dense", "weight"): np.array([[-3.0]])})
    assert 3.0 <= limit <= 6.0


@pytest.fixture
def window(open_window, tmp_path: Path) -> MainWindow:
    path = tmp_path / "net.nnstudio"
    save_project(Project(MLP), path)
    return open_window(path)


def test_svg_and_png_of_neurons_are_written_without_fonts(
    window: MainWindow, tmp_path: Path
) -> None:
    svg, png, pdf = (tmp_path / f"net.{end}" for end in ("svg", "png", "pdf"))
    for path in (svg, png, pdf):
        assert window.pictures.export_to(path, style="neurons", scale=2.0)
    root = ElementTree.fromstring(svg.read_text(encoding="utf-8"))
    assert not list(root.iter("{http://www.w3.org/2000/svg}text"))
    assert len(list(root.iter("{http://www.w3.org/2000/svg}circle"))) >= 7
    assert b"/FontFile" in pdf.read_bytes()
    small = tmp_path / "small.png"
    assert window.pictures.export_to(small, style="neurons")
    assert QImage(str(png)).width() == pytest.approx(2 * QImage(str(small)).width(), abs=2)


@pytest.mark.parametrize("style", ["cards", "neurons"])
def test_a_transparent_picture_has_nothing_behind_it(
    window: MainWindow, tmp_path: Path, style: str
) -> None:
    path = tmp_path / "net.png"
    for transparent in (True, False):
        assert window.pictures.export_to(path, style=style, transparent=transparent)
        assert (QImage(str(path)).pixelColor(1, 1).alpha() == 0) == transparent


def test_other_weights_are_other_lines(window: MainWindow, tmp_path: Path) -> None:
    before, after = tmp_path / "before.png", tmp_path / "after.png"
    window.pictures.export_to(before, style="neurons")
    window.workbench.apply(
        "Seed",
        replace(
            window.workbench.project, settings=replace(window.workbench.project.settings, seed=7)
        ),
    )
    window.pictures.export_to(after, style="neurons")
    assert before.read_bytes() != after.read_bytes()
