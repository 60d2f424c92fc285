"""The data view by mouse and keyboard: table, pictures, columns, a batch, and warnings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from driving import child, click
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.data.augmentation.noise import Noise
from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Column, Dataset
from nnstudio.data.facts.correlations import correlation_ratio
from nnstudio.data.order import epoch_order
from nnstudio.data.sources import SOURCES, Arrays, Digits, Iris, Sine, Source
from nnstudio.data.split import Split
from nnstudio.gui.live import Live
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.looking.example_table import ExampleTable
from nnstudio.gui.looking.heat_map import HeatMap
from nnstudio.gui.looking.study import AT_ONCE, Study
from nnstudio.gui.looking.wall import Wall
from nnstudio.gui.looking.warning_list import WarningList
from nnstudio.gui.panels.data_panel import DataPanel
from nnstudio.gui.panels.data_view_panel import DataViewPanel
from nnstudio.gui.workbench import Workbench
from nnstudio.project.document import Document
from nnstudio.project.project import Project

Key = Qt.Key
Show = Callable[..., DataViewPanel]


@pytest.fixture
def show(qtbot: QtBot) -> Show:
    """Shows the data view on a source, or on a dataset made in the test."""

    def build(
        source: Source | None = None,
        dataset: Dataset | None = None,
        size: tuple[int, int] = (900, 420),
        **settings: object,
    ) -> DataViewPanel:
        data = replace(Project().data, **({"source": source} if source else {}), **settings)
        bench = Workbench(Document(replace(Project(), data=data)))
        if dataset is not None:
            bench.data = PreparedData.of(bench.project.data, dataset=dataset)
            bench.data_error = ""
        live = Live(bench)
        panel = DataViewPanel(live, Study(bench, live), Theme())
        bench.setParent(panel)
        qtbot.addWidget(panel)
        panel.resize(*size)
        panel.show()
        qtbot.waitUntil(lambda: panel._data is bench.data)
        return panel

    return build


def table(panel: DataViewPanel, name: str = "examples_table") -> ExampleTable:
    found = child(panel, name)
    assert isinstance(found, ExampleTable)
    return found


def wall(panel: DataViewPanel, name: str = "examples_wall") -> Wall:
    found = child(panel, name)
    assert isinstance(found, Wall)
    return found


def cells(view: ExampleTable, row: int) -> list[str]:
    model = view.model()
    return [model.index(row, column).data() for column in range(model.columnCount())]


def heads(view: ExampleTable) -> list[str]:
    model = view.model()
    return [
        model.headerData(column, Qt.Orientation.Horizontal) for column in range(model.columnCount())
    ]


def choose(panel: QWidget, name: str, text: str) -> None:
    """Choose in a list by keyboard, as its arrow keys do."""
    box = child(panel, name)
    assert isinstance(box, QComboBox)
    goal = box.findText(text, Qt.MatchFlag.MatchStartsWith)
    assert goal >= 0
    box.setFocus()
    while box.currentIndex() != goal:
        QTest.keyClick(box, Key.Key_Down if box.currentIndex() < goal else Key.Key_Up)


def go_to(panel: DataViewPanel, number: int) -> None:
    field = child(panel, "examples_go_to")
    assert isinstance(field, QLineEdit)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, str(number))
    QTest.keyClick(field, Key.Key_Return)


def text(panel: QWidget, name: str) -> str:
    label = child(panel, name)
    assert isinstance(label, QLabel)
    return label.text()


# ---------------------------------------------------------------- the table


def test_the_table_has_the_examples_in_the_units_of_the_source_with_class_and_part(
    show: Show,
) -> None:
    view = table(show(Iris()))
    assert heads(view) == [
        "sepal length",
        "sepal width",
        "petal length",
        "petal width",
        "class",
        "part",
    ]
    iris = Iris().load()
    for row in (0, 77, 149):
        shown = cells(view, row)
        np.testing.assert_allclose([float(cell) for cell in shown[:4]], iris.inputs[row])
        assert shown[4] == iris.classes[iris.targets[row]]
        assert shown[5] in ("train", "validation", "test")


def test_a_million_rows_scroll_to_their_end_and_show_the_right_numbers(
    show: Show, qtbot: QtBot
) -> None:
    count = 1_000_000
    inputs = np.arange(2.0 * count).reshape(count, 2)
    data = Dataset("", inputs, inputs[:, :1], columns=(Column("id", np.arange(count)),))
    panel = show(dataset=data)
    view = table(panel)
    assert text(panel, "examples_count") == "1,000,000 examples"
    view.setFocus()
    view.verticalScrollBar().setValue(view.verticalScrollBar().maximum())
    last = view.indexAt(QPoint(8, view.viewport().height() - 4))
    assert last.row() == count - 1
    assert cells(view, count - 1)[:4] == ["1999998", "1999999", "1999998", "999999"]
    assert view.model().headerData(count - 1, Qt.Orientation.Vertical) == "1,000,000"
    go_to(panel, 654_321)
    assert view.currentIndex().row() == 654_320
    assert cells(view, 654_320)[3] == "654320"
    assert view.visualRect(view.currentIndex()).intersects(view.viewport().rect())


def test_only_cells_that_can_be_seen_are_made(show: Show) -> None:
    count = 1_000_000
    data = Dataset("", np.zeros((count, 3)), np.zeros((count, 1)))
    view = table(show(dataset=data))
    made = len(view.examples_model._texts)
    assert made < 1000
    view.verticalScrollBar().setValue(12_000_000)
    view.viewport().repaint()
    assert len(view.examples_model._texts) < made + 1000


def test_the_table_shows_only_the_part_and_class_that_are_chosen(show: Show) -> None:
    panel = show(Iris())
    view, data = table(panel), panel.live.workbench.data
    assert data is not None
    choose(panel, "examples_class", "versicolor")
    assert view.model().rowCount() == 50
    choose(panel, "examples_part", "Test")
    chosen = [row for row in data.parts.test if data.dataset.targets[row] == 1]
    assert view.model().rowCount() == len(chosen)
    assert {cells(view, row)[5] for row in range(len(chosen))} == {"test"}
    numbers = [view.model().headerData(row, Qt.Orientation.Vertical) for row in range(len(chosen))]
    assert numbers == [str(row + 1) for row in chosen]
    assert text(panel, "examples_count") == f"{len(chosen)} of 150"
    choose(panel, "examples_class", "All")
    assert view.model().rowCount() == len(data.parts.test)


def test_going_to_an_example_that_is_filtered_out_goes_to_the_next(show: Show) -> None:
    panel = show(Iris())
    choose(panel, "examples_class", "virginica")
    go_to(panel, 3)
    view = table(panel)
    assert view.model().headerData(view.currentIndex().row(), Qt.Orientation.Vertical) == "101"


def test_a_row_that_is_clicked_is_shown_large(show: Show) -> None:
    panel = show(Digits())
    view = table(panel)
    assert child(panel, "example_view").isHidden()
    at = view.visualRect(view.model().index(2, 1)).center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert child(panel, "example_view").isVisible()
    assert text(panel, "example_title").startswith("Example 3 · ")
    QTest.keyClick(view, Key.Key_Down)
    assert text(panel, "example_title").startswith("Example 4 · ")
    assert "class" in text(panel, "example_text")


def test_missing_numbers_are_called_so(show: Show) -> None:
    inputs = np.array([[1.0, np.nan], [np.inf, 2.5], [0.0, -3.0], [1.0, 1.0]])
    panel = show(dataset=Dataset("", inputs, inputs[:, :1]), inputs="none", targets="none")
    assert cells(table(panel), 0)[:2] == ["1", "missing"]
    assert cells(table(panel), 1)[:2] == ["∞", "2.5"]
    assert cells(table(panel), 2)[:2] == ["0", "−3"]


def test_a_row_is_copied_for_a_spreadsheet(show: Show) -> None:
    view = table(show(Iris()))
    view.go_to(1)
    QTest.keyClick(view, Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text().split("\t") == cells(view, 1)


# ---------------------------------------------------------------- the wall


def test_the_wall_has_a_picture_per_example_and_arrow_keys_go_through_them(show: Show) -> None:
    panel = show(Digits())
    click(panel, "data_view_pictures")
    pictures = wall(panel)
    assert pictures.count == 1797
    pictures.setFocus()
    QTest.keyClick(pictures, Key.Key_Right)
    QTest.keyClick(pictures, Key.Key_Right)
    assert pictures.current == 1
    assert pictures.accessibleDescription().startswith("2 · 1 · ")
    QTest.keyClick(pictures, Key.Key_Down)
    below = pictures.current
    assert pictures.rect_of(below).left() == pictures.rect_of(1).left()
    assert pictures.rect_of(below).top() > pictures.rect_of(1).top()
    QTest.keyClick(pictures, Key.Key_End)
    assert pictures.current == 1796
    assert pictures.viewport().rect().contains(pictures.rect_of(1796))
    assert len(pictures._pixmaps) < 200


def test_the_picture_that_is_pointed_at_is_enlarged(show: Show) -> None:
    panel = show(Digits())
    click(panel, "data_view_pictures")
    pictures = wall(panel)
    QTest.mouseMove(pictures.viewport(), pictures.rect_of(3).center())
    assert pictures.enlarged == 3
    before = pictures.viewport().grab().toImage()
    QTest.mouseMove(pictures.viewport(), QPoint(1, 1))
    assert pictures.enlarged == -1
    assert pictures.viewport().grab().toImage() != before


def test_a_picture_that_is_clicked_has_the_keyboard(show: Show) -> None:
    panel = show(Digits())
    click(panel, "data_view_pictures")
    pictures = wall(panel)
    QTest.mouseClick(
        pictures.viewport(), Qt.MouseButton.LeftButton, pos=pictures.rect_of(5).center()
    )
    assert pictures.current == 5


def test_the_wall_is_filtered_too_and_goes_to_a_number(show: Show) -> None:
    panel = show(Digits())
    click(panel, "data_view_pictures")
    choose(panel, "examples_class", "7")
    pictures, digits = wall(panel), Digits().load()
    sevens = np.flatnonzero(digits.targets == 7)
    assert pictures.count == len(sevens)
    go_to(panel, int(sevens[20]) + 1)
    assert pictures.current == 20


def test_the_wall_paints_the_pictures_of_the_data(show: Show) -> None:
    panel = show(Digits())
    click(panel, "data_view_pictures")
    pictures, digits = wall(panel), Digits().load()
    image = pictures.viewport().grab().toImage()
    frame = pictures.rect_of(11)
    side, left = 56, frame.left() + (frame.width() - 56) // 2
    for y, x in ((0, 0), (1, 3), (4, 4), (6, 2)):
        at = QPoint(left + x * side // 8 + 3, frame.top() + y * side // 8 + 3)
        expected = digits.inputs[11, 0, y, x] * 255.0 / digits.inputs.max()
        assert image.pixelColor(at).red() == pytest.approx(expected, abs=2)


def test_sequences_hang_as_lines(show: Show) -> None:
    panel = show(Sine())
    assert child(panel, "data_view_pictures").text() == "Lines"  # type: ignore[attr-defined]
    click(panel, "data_view_pictures")
    assert wall(panel).count == Sine().load().size


def test_plain_numbers_have_no_wall(show: Show) -> None:
    assert child(show(Iris()), "data_view_pictures").isHidden()


# ---------------------------------------------------------------- columns


def test_each_column_has_its_figures_and_sorts_by_them(show: Show) -> None:
    panel = show(Iris(), size=(1000, 600))
    click(panel, "data_view_columns")
    view = child(panel, "columns_table")
    model, iris = view.model(), Iris().load()  # type: ignore[attr-defined]
    assert [model.index(row, 0).data() for row in range(5)] == [*iris.input_names, "class"]
    assert model.index(0, 3).data() == f"{iris.inputs[:, 0].min():g}"
    assert model.index(0, 5).data() == f"{iris.inputs[:, 0].mean():.3g}"
    assert model.index(2, 2).data() == "η 0.97"
    head = view.horizontalHeader()  # type: ignore[attr-defined]
    at = QPoint(head.sectionViewportPosition(2) + 10, head.height() // 2)
    QTest.mouseClick(head.viewport(), Qt.MouseButton.LeftButton, pos=at)
    # Weakest first; the target itself, of which nothing is told, before all.
    eta = correlation_ratio(iris.inputs, iris.targets)
    expected = ["class", *(iris.input_names[k] for k in np.argsort(eta))]
    assert [model.index(row, 0).data() for row in range(5)] == expected
    assert text(panel, "columns_note") == "Of all 150 examples."


def test_correlations_are_read_field_by_field_with_the_arrow_keys(show: Show) -> None:
    panel = show(Iris(), size=(1000, 600))
    click(panel, "data_view_columns")
    heat = child(panel, "columns_correlations")
    assert isinstance(heat, HeatMap)
    heat.setFocus()
    QTest.keyClick(heat, Key.Key_Down)
    QTest.keyClick(heat, Key.Key_Right)
    r = np.corrcoef(Iris().load().inputs.T)[0, 1]
    assert heat.accessibleDescription() == (
        f"sepal length and sepal width: r = {r:.2f}".replace("-", "−")
    )
    for _ in range(9):
        QTest.keyClick(heat, Key.Key_Down)
        QTest.keyClick(heat, Key.Key_Right)
    assert heat.accessibleDescription() == "class and class: V = 1.00"


def test_pictures_have_balance_means_and_the_spread_of_their_pixels(show: Show) -> None:
    panel = show(Digits(), size=(1000, 900))
    click(panel, "data_view_columns")
    for name in ("columns_balance", "columns_means", "columns_table"):
        assert child(panel, name).isVisible()
    assert "3 183" in child(panel, "columns_balance").accessibleDescription()
    assert child(panel, "columns_table").model().index(0, 0).data() == "grey"  # type: ignore[attr-defined]


def test_much_data_is_looked_at_on_a_thread_and_from_a_sample(show: Show, qtbot: QtBot) -> None:
    count = 150_000
    inputs = np.random.default_rng(0).normal(size=(count, 3))
    assert inputs.size > AT_ONCE
    panel = show(dataset=Dataset("", inputs, inputs[:, :1]))
    click(panel, "data_view_columns")
    assert child(panel, "data_view_empty").isVisible()
    qtbot.waitUntil(lambda: child(panel, "columns_table").isVisible())
    said = text(panel, "columns_note")
    assert said == "Of a sample of 100,000 of the 150,000 examples."


# ---------------------------------------------------------------- a batch


def test_a_batch_has_the_prepared_numbers_in_the_order_of_training(show: Show) -> None:
    panel = show(Iris(), inputs="standardise")
    click(panel, "data_view_batch")
    bench = panel.live.workbench
    data, settings = bench.data, bench.project.settings
    assert data is not None
    rows = epoch_order(data.parts.train, settings.seed, 0)[: settings.batch_size]
    expected = data.preparation.inputs.apply(data.dataset.inputs[rows])
    view = table(panel, "batch_table")
    shown = [[float(c.replace("−", "-")) for c in cells(view, row)[:4]] for row in range(32)]
    np.testing.assert_allclose(shown, expected, rtol=1e-4, atol=1e-5)
    assert cells(view, 5)[4] == data.dataset.classes[data.dataset.targets[rows[5]]]
    assert view.model().headerData(5, Qt.Orientation.Vertical) == f"{rows[5] + 1:,}"
    said = text(panel, "batch_numbers").replace("−", "-")
    assert f"{expected.min():.2f} to {expected.max():.2f}" in said


def test_the_next_batch_has_other_examples(show: Show) -> None:
    panel = show(Digits())
    click(panel, "data_view_batch")
    first = wall(panel, "batch_wall").words(0)
    click(panel, "batch_next")
    assert text(panel, "batch_title").startswith("Batch 2 of ")
    assert wall(panel, "batch_wall").words(0) != first
    click(panel, "batch_back")
    assert wall(panel, "batch_wall").words(0) == first


def test_the_batch_follows_the_preparation(show: Show) -> None:
    panel = show(Digits())
    click(panel, "data_view_batch")
    assert "0.00 to 1.00" in text(panel, "batch_numbers")
    bench = panel.live.workbench
    data = replace(bench.project.data, inputs="none")
    bench.apply("", replace(bench.project, data=data))
    panel.refresh()
    assert "0.00 to 16.00" in text(panel, "batch_numbers")


# ---------------------------------------------------------------- nothing to show


def test_without_data_it_says_where_to_look(show: Show, tmp_path: Path, qtbot: QtBot) -> None:
    panel = show(Arrays(file=str(tmp_path / "none.npz")))
    bench = panel.live.workbench
    qtbot.waitUntil(lambda: not bench.is_loading)
    panel.refresh()
    assert child(panel, "data_view_empty").isVisible()
    assert "Data panel" in text(panel, "data_view_empty_text")
    assert not child(panel, "examples_table").isVisible()


@pytest.mark.parametrize("name", ["Line", "Spiral", "Iris", "Sine", "Sorting", "Digits"])
@pytest.mark.parametrize("size", [(380, 200), (1000, 600)])
def test_every_page_can_be_shown_for_every_kind_of_data(
    show: Show, name: str, size: tuple[int, int]
) -> None:
    panel = show(SOURCES[name](), size=size)
    for page in ("table", "columns", "batch", "pictures"):
        if not child(panel, f"data_view_{page}").isHidden():
            click(panel, f"data_view_{page}")
            assert not panel.grab().isNull()
            assert not child(panel, "data_view_empty").isVisible()


# ---------------------------------------------------------------- warnings


@pytest.fixture
def warned(qtbot: QtBot, tmp_path: Path) -> Callable[..., tuple[Workbench, DataPanel]]:
    """Shows the data panel on arrays in a file, and waits until it warns."""

    def build(x: np.ndarray, **settings: object) -> tuple[Workbench, DataPanel]:
        file = tmp_path / "arrays.npz"
        np.savez(file, x=x, y=np.arange(len(x)) % 2)
        data = replace(Project().data, source=Arrays(file=str(file)), **settings)
        bench = Workbench(Document(replace(Project(), data=data)))
        panel = DataPanel(bench, Theme())
        bench.setParent(panel)
        qtbot.addWidget(panel)
        panel.resize(300, 800)
        panel.show()
        qtbot.waitUntil(lambda: bool(warnings_of(panel).shown))
        return bench, panel

    return build


def warnings_of(panel: QWidget) -> WarningList:
    found = child(panel, "data_warnings")
    assert isinstance(found, WarningList)
    return found


NUMBERS = np.random.default_rng(0).normal(size=(100, 3))


def test_a_warning_stands_in_the_data_panel_and_its_button_mends_it(
    qtbot: QtBot, warned: Callable[..., tuple[Workbench, DataPanel]]
) -> None:
    bench, panel = warned(NUMBERS * 500, inputs="none")
    warnings = warnings_of(panel)
    assert [w.code for w in warnings.shown] == ["data_unscaled"]
    assert "range of" in text(panel, "data_warning_0")
    click(panel, "data_fix_0")
    assert bench.project.data.inputs == "standardise"
    qtbot.waitUntil(lambda: not bench.is_loading and not warnings.shown)
    assert not warnings.isVisible()
    assert bench.document.undo_label == "Standardise inputs"


def test_a_warning_without_a_button_says_why(
    warned: Callable[..., tuple[Workbench, DataPanel]],
) -> None:
    _, panel = warned(np.tile(NUMBERS[:50], (2, 1)), split=Split(by="order"))
    assert not panel.findChildren(QWidget, "data_fix_0")
    assert "chosen" in child(panel, "data_warning_0").toolTip()


# ---------------------------------------------------------------- in the window


def test_a_table_whose_labels_contradict_each_other_says_so_when_it_is_imported(
    open_window: Callable[..., QWidget], qtbot: QtBot, tmp_path: Path
) -> None:
    file = tmp_path / "fruit.csv"
    rows = [f"{k % 50}.5,{k % 7}.25,{'pear' if k % 50 < 25 else 'plum'}" for k in range(40)]
    file.write_text("\n".join(["weight,girth,fruit", *rows, "3.5,3.25,plum", "9.5,2.25,pear"]))
    window = open_window("samples/line.nnstudio")
    window.importer.take(file)  # type: ignore[attr-defined]
    click(window, "import_import")
    warnings = warnings_of(window)
    qtbot.waitUntil(lambda: any(w.code == "data_contradictory" for w in warnings.shown))
    k = [w.code for w in warnings.shown].index("data_contradictory")
    assert warnings.shown[k].rows == (3, 40, 40, 3)
    assert "example 4 (“pear”) and 41 (“plum”)" in text(window, f"data_warning_{k}")
    assert "where the data comes from" in child(window, f"data_warning_{k}").toolTip()
    assert not window.findChildren(QWidget, f"data_fix_{k}")


def test_the_stage_data_brings_the_data_view_forward(
    open_window: Callable[..., QWidget], qtbot: QtBot
) -> None:
    window = open_window("samples/digits.nnstudio", size=(1024, 768))
    click(window, "stage_data")
    view = child(window, "examples_table")
    qtbot.waitUntil(lambda: view.isVisible() and not view.visibleRegion().isEmpty())
    qtbot.waitUntil(lambda: view.model().rowCount() == 1797)  # type: ignore[attr-defined]
    assert not child(window, "data_warnings").isVisible()


def test_a_batch_is_augmented_as_training_augments_it(show: Show) -> None:
    panel = show(Digits(), augmentation=(Noise(),))
    click(panel, "data_view_batch")
    bench = panel.live.workbench
    data, settings = bench.data, bench.project.settings
    assert data is not None
    assert text(panel, "batch_numbers").endswith("augmented")
    rows = epoch_order(data.parts.train, settings.seed, 0)[: settings.batch_size]
    expected = np.empty((*data.input_shape, len(rows)), np.float32)
    data.augmented(data.input_shape, settings.seed).gather(rows, expected)
    shown = wall(panel, "batch_wall")._examples
    assert shown is not None
    np.testing.assert_array_equal(shown.dataset.inputs, np.moveaxis(expected, -1, 0))
    plain = data.preparation.inputs.apply(data.dataset.inputs[rows])
    assert np.abs(shown.dataset.inputs - plain).max() > 0.01


def test_much_data_is_looked_at_only_when_training_pauses(
    open_window: Callable[..., QWidget], qtbot: QtBot
) -> None:
    window = open_window("samples/sorting.nnstudio", size=(1024, 768))
    bench = window.workbench  # type: ignore[attr-defined]
    data = bench.project.data
    more = replace(data, source=replace(data.source, count=20_000))
    bench.apply("", replace(bench.project, data=more))
    assert bench.data.dataset.inputs.size > AT_ONCE
    click(window, "run_button")
    qtbot.waitUntil(lambda: bench.runner.is_running)
    click(window, "stage_data")
    panel = child(window, "data_view_panel")
    qtbot.waitUntil(lambda: child(window, "examples_table").model().rowCount() > 0)  # type: ignore[attr-defined]
    click(window, "data_view_columns")
    assert "when training ends" in text(panel, "data_view_empty_text")
    assert bench.runner.is_running
    click(window, "pause_button")
    qtbot.waitUntil(lambda: child(window, "columns_table").isVisible())
