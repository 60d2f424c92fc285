"""The split: only what matters is asked, parts are shown, what can't be is said at its field."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from driving import child, click
from projects import project
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractSpinBox, QComboBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from nnstudio.data.batches import PreparedData
from nnstudio.data.dataset import Column, Dataset
from nnstudio.data.settings import DataSettings
from nnstudio.data.sources import SOURCES, Line
from nnstudio.data.split import Split
from nnstudio.engine.dense import Dense
from nnstudio.engine.shaping import Input
from nnstudio.gui.look.theme import Theme
from nnstudio.gui.panels.data_panel import DataPanel
from nnstudio.gui.preparing.parts_bar import PartsBar
from nnstudio.gui.preparing.split_form import SplitForm
from nnstudio.gui.workbench import Workbench
from nnstudio.messages import StudioError

FIELDS = ("validation", "test", "seed")


def dataset(test_count: int = 0) -> Dataset:
    """Forty examples of two classes, with a person, a day and a part each."""
    person, part = np.arange(40) // 8, np.arange(40) % 4 // 2
    return Dataset(
        "people",
        np.arange(80.0).reshape(40, 2),
        np.arange(40) % 2,
        classes=("no", "yes"),
        test_count=test_count,
        columns=(
            Column("person", person, tuple("abcde")),
            Column("day", np.arange(40.0)[::-1]),
            Column("part", part, ("train", "test")),
            Column("curve", np.zeros((40, 3))),
        ),
    )


class Desk:
    """The form, and what is asked of it done as the data panel would."""

    def __init__(self, qtbot: QtBot, given: Dataset) -> None:
        self.form = SplitForm(Theme())
        self.given = given
        self.settings = DataSettings(Line())
        self.labels: list[str] = []
        qtbot.addWidget(self.form)
        self.form.asked.connect(self._take)
        self.form.resize(192, 500)
        self.form.show()
        self.show()

    def _take(self, label: str, settings: DataSettings, is_gesture: bool) -> None:
        self.labels.append(label)
        self.settings = settings
        self.show()

    def show(self) -> None:
        data, error = None, ""
        try:
            data = PreparedData.of(self.settings, dataset=self.given)
        except StudioError as reason:
            error = str(reason)
        self.form.show_data(self.settings, self.given, data, error)

    @property
    def split(self) -> Split:
        return self.settings.split


@pytest.fixture
def desk(qtbot: QtBot) -> Desk:
    return Desk(qtbot, dataset())


def box(form: QWidget, name: str) -> QComboBox:
    found = child(form, name)
    assert isinstance(found, QComboBox)
    return found


def offered(form: QWidget, name: str) -> list[str]:
    found = box(form, name)
    return [found.itemText(i) for i in range(found.count())]


def choose(form: QWidget, name: str, text: str) -> None:
    found = box(form, name)
    found.setFocus()
    goal = found.findText(text)
    assert goal >= 0, f"{text} is not offered"
    while found.currentIndex() != goal:
        QTest.keyClick(found, Qt.Key.Key_Down if found.currentIndex() < goal else Qt.Key.Key_Up)


def type_into(form: QWidget, name: str, text: str) -> None:
    field = child(form, name)
    assert isinstance(field, QAbstractSpinBox)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Qt.Key.Key_Return)


def asked(form: QWidget) -> set[str]:
    """The settings that are seen."""
    seen = {
        n
        for n in FIELDS
        if any(w.isVisible() for w in form.findChildren(QWidget, f"data_split_{n}"))
    }
    return seen | ({"column"} if box(form, "data_split_column").isVisible() else set())


@pytest.mark.parametrize(
    ("way", "settings"),
    [
        ("By class", {"validation", "test", "seed"}),
        ("By chance", {"validation", "test", "seed"}),
        ("Whole groups", {"validation", "test", "seed", "column"}),
        ("In order", {"validation", "test", "column"}),
        ("By a column", {"column"}),
    ],
)
def test_only_what_matters_to_a_way_is_asked(desk: Desk, way: str, settings: set[str]) -> None:
    choose(desk.form, "data_split_by", way)
    assert asked(desk.form) == settings
    assert desk.form.error == "" or way == "By a column"


def test_columns_that_could_be_meant_are_offered_and_the_first_is_taken(desk: Desk) -> None:
    choose(desk.form, "data_split_by", "Whole groups")
    assert offered(desk.form, "data_split_column") == ["person", "day", "part"]
    assert desk.split == Split(by="group", column="person")
    choose(desk.form, "data_split_by", "In order")
    assert offered(desk.form, "data_split_column") == ["As they come", "person", "day", "part"]
    choose(desk.form, "data_split_column", "day")
    assert desk.split.column == "day"
    choose(desk.form, "data_split_by", "By a column")
    assert offered(desk.form, "data_split_column") == ["person", "part"]


def test_ways_that_the_data_does_not_allow_are_not_offered(qtbot: QtBot) -> None:
    desk = Desk(qtbot, replace(dataset(), columns=()))
    assert offered(desk.form, "data_split_by") == ["By class", "By chance", "In order"]


def test_a_column_that_tells_no_parts_is_explained_at_its_field(desk: Desk) -> None:
    choose(desk.form, "data_split_by", "By a column")
    error = child(desk.form, "data_split_column_error")
    assert isinstance(error, QLabel)
    assert error.isVisible()
    assert "“person” doesn't tell parts" in error.text()
    assert desk.form.error == error.text()
    assert not child(desk.form, "data_parts").isVisible()
    choose(desk.form, "data_split_column", "part")
    assert not error.isVisible()
    bar = child(desk.form, "data_parts")
    assert isinstance(bar, PartsBar)
    assert bar.counts == (20, 0, 20)


def test_shares_that_leave_too_little_are_explained_and_not_taken(desk: Desk) -> None:
    before = desk.split
    type_into(desk.form, "data_split_test", "80")
    assert desk.split == before
    error = child(desk.form, "data_split_error")
    assert isinstance(error, QLabel)
    assert error.isVisible()
    assert "95 %" in error.text()
    type_into(desk.form, "data_split_test", "30")
    assert desk.split.test == 0.3
    assert not error.isVisible()


def test_the_bar_tells_how_many_and_which_classes_each_part_has(desk: Desk) -> None:
    bar = child(desk.form, "data_parts")
    assert isinstance(bar, PartsBar)
    data = PreparedData.of(desk.settings, dataset=desk.given)
    parts = (data.parts.train, data.parts.validation, data.parts.test)
    assert bar.counts == tuple(map(len, parts))
    for mixture, part in zip(bar.mixtures, parts, strict=True):
        assert mixture.tolist() == [(data.dataset.targets[part] == k).sum() for k in (0, 1)]
    assert "Validation: 6 (15 %)" in bar.accessibleDescription()
    colours = {bar.grab().toImage().pixelColor(x, 4).name() for x in range(0, 190, 3)}
    assert len(colours) >= 3


def test_a_published_test_set_is_told_and_its_share_not_asked(qtbot: QtBot) -> None:
    desk = Desk(qtbot, dataset(test_count=10))
    assert asked(desk.form) == {"validation", "seed"}
    meaning = child(desk.form, "data_split_meaning")
    assert isinstance(meaning, QLabel)
    assert "last 10 are the published test set" in meaning.text()


def test_in_the_window_each_change_is_one_undo_step_and_the_data_follows(qtbot: QtBot) -> None:
    bench = Workbench()
    bench.open(project(SOURCES["Digits"](), Input((1, 8, 8)), Dense(10)))
    panel = DataPanel(bench, Theme())
    qtbot.addWidget(panel)
    panel.resize(230, 1000)
    panel.show()
    line = child(panel, "data_section_split")
    assert line.accessibleDescription() == "70 · 15 · 15 %"
    click(panel, "data_section_split")
    before = bench.project
    choose(panel, "data_split_by", "In order")
    assert bench.data is not None
    assert bench.data.parts.train.tolist() == list(range(len(bench.data.parts.train)))
    for _ in range(3):  # the arrows have passed two other ways
        assert bench.project != before
        bench.document.undo()
    assert bench.project == before
    choose(panel, "data_split_by", "Whole groups")
    assert bench.project.data.split.column == "odd"
    assert bench.graph == before.graph
    bar = child(panel, "data_parts")
    assert isinstance(bar, PartsBar)
    assert sum(bar.counts) == 1797


def test_a_split_that_fails_opens_its_section_and_is_told_once(qtbot: QtBot) -> None:
    bench = Workbench()
    panel = DataPanel(bench, Theme())
    qtbot.addWidget(panel)
    panel.show()
    split = Split(by="part", column="odd")
    bench.open(project(SOURCES["Digits"](), Input((1, 8, 8)), Dense(10)))
    bench.apply("Split", replace(bench.project, data=replace(bench.project.data, split=split)))
    assert child(panel, "data_split_column_error").isVisible()
    assert not child(panel, "data_error").isVisible()
