"""Forms: one editor per kind of setting, each telling what is wrong without changing anything."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from driving import child, click
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QWidget,
)
from pytestqt.qtbot import QtBot

from nnstudio.gui.forms.form import NARROW, SettingsForm
from nnstudio.gui.forms.number_fields import read_float, write_float
from nnstudio.gui.look.theme import Theme
from nnstudio.schema import setting


@dataclass(frozen=True)
class Everything:
    """A setting of every kind."""

    units: int = setting(16, ge=1, le=100_000, help="How many")
    rate: float = setting(0.01, gt=0, le=100)
    share: float = setting(0.15, ge=0, le=0.8, unit="%")
    slope: float = setting(2.0)
    big: int = setting(0, ge=0)
    yes: bool = setting(True)
    start: str = setting("he_normal", choices=("he_normal", "zeros"))
    shape: tuple[int, ...] = setting((1,), ge=1)
    sizes: tuple[int, ...] = setting((-1,), ge=-1)
    pair: tuple[int, int] = setting((2, 2), ge=1, le=5_000)
    pairs: tuple[tuple[float, float], ...] = setting(())
    name: str = setting("")
    folder: str = setting("")


class Shown(SettingsForm):
    """A form that takes over what is chosen in it, as a document would."""

    def __init__(self) -> None:
        super().__init__("form", Theme())
        self.value = Everything()
        self.changes: list[tuple[str, object]] = []
        self.changed.connect(self._take)
        self.show_settings(self.value)

    def _take(self, name: str, value: object) -> None:
        self.changes.append((name, value))
        self.set(**{name: value})

    def set(self, **values: object) -> None:
        self.value = Everything(**{**vars(self.value), **values})
        self.show_settings(self.value)


@pytest.fixture
def form(qtbot: QtBot) -> Shown:
    form = Shown()
    qtbot.addWidget(form)
    form.resize(300, 600)
    form.show()
    qtbot.waitExposed(form)
    return form


def type_into(field: QWidget, text: str, *, enter: bool = True) -> None:
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    if enter:
        QTest.keyClick(field, Qt.Key.Key_Return)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0.5", 0.5), ("0,5", 0.5), ("1e-3", 1e-3), (" −2 ", -2.0), ("1,000", 1000.0),
        ("12,345.5", 12345.5), ("0,125", 0.125), ("1,25", 1.25),
    ],
)  # fmt: skip
def test_numbers_are_read_as_people_write_them(text: str, value: float) -> None:
    assert read_float(text) == value


@pytest.mark.parametrize("value", [0.1, 1e-8, 1 / 3, 123456.789, 1e10, -2.5, 0.0, 1e-5])
def test_a_number_is_written_so_that_reading_gives_the_same(value: float) -> None:
    assert read_float(write_float(value)) == value
    assert len(write_float(1e-8)) == 4


def test_a_shape_is_typed_with_signs_or_commas(form: Shown) -> None:
    shape = child(form, "form_shape")
    for text in ("1 × 28 × 28", "1,28,28", "1x28x28", "(1, 28, 28)"):
        form.set(shape=(3,))
        type_into(shape, text)
        assert form.value.shape == (1, 28, 28)
        assert shape.text() == "1 × 28 × 28"
    type_into(shape, "wide")
    assert "“wide” is not a shape" in child(form, "form_shape_error").text()
    assert form.value.shape == (1, 28, 28)


@pytest.mark.parametrize(
    ("text", "value", "shown"),
    [("3 × 4", (3, 4), "3 × 4"), ("5", (5, 5), "5 × 5"), ("(1, 3)", (1, 3), "1 × 3")],
)
def test_a_pair_is_typed_as_two_sizes_or_as_one_for_both(
    form: Shown, text: str, value: tuple[int, int], shown: str
) -> None:
    type_into(child(form, "form_pair"), text)
    assert form.value.pair == value
    assert child(form, "form_pair").text() == shown


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("1 × 2 × 3", "“1 × 2 × 3” is no pair of sizes: write it like 3 × 2, or 3 for 3 × 3."),
        ("wide", "“wide” is no pair of sizes"),
        ("0", "Pair must be 2 values, each a whole number, at least 1 and at most 5,000"),
    ],
)
def test_what_is_no_pair_is_explained(form: Shown, text: str, sentence: str) -> None:
    type_into(child(form, "form_pair"), text)
    assert sentence in child(form, "form_pair_error").text()
    assert form.value.pair == (2, 2)


def test_a_free_size_of_a_shape_is_written_with_a_minus_sign_that_is_read_again(
    form: Shown,
) -> None:
    sizes = child(form, "form_sizes")
    assert sizes.text() == "−1"
    type_into(sizes, "4 × -1")
    assert sizes.text() == "4 × −1"
    QTest.keyClick(sizes, Qt.Key.Key_Home)
    QTest.keyClicks(sizes, "2")
    QTest.keyClick(sizes, Qt.Key.Key_Return)
    assert form.value.sizes == (24, -1)


def test_a_size_of_thousands_is_shown_so_that_it_can_be_read_again(form: Shown) -> None:
    pair = child(form, "form_pair")
    form.set(pair=(1000, 2))
    type_into(pair, pair.text() + "0")
    assert form.value.pair == (1000, 20)


@pytest.mark.parametrize(
    ("name", "text", "sentence"),
    [
        ("units", "0", "Units must be a whole number, at least 1 and at most 100,000; got 0"),
        ("rate", "0", "Rate must be a number, above 0 and at most 100; got 0.0"),
        ("rate", "fast", "“fast” is not a number"),
        ("big", "-1", "Big must be a whole number, at least 0; got -1"),
        ("shape", "0", "Shape must be a list, each a whole number, at least 1"),
    ],
)
def test_what_is_wrong_is_said_while_typing_and_forgotten_on_leaving(
    form: Shown, name: str, text: str, sentence: str
) -> None:
    field, error = child(form, f"form_{name}"), child(form, f"form_{name}_error")
    before = field.text()
    type_into(field, text, enter=False)
    assert error.isVisible()
    assert sentence in error.text()
    assert field.property("invalid")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert error.isVisible(), "it stays in sight to be corrected"
    child(form, "form_name").setFocus()
    assert field.text() == before
    assert not error.isVisible()
    assert not field.property("invalid")
    assert form.changes == []


@pytest.mark.parametrize("name", ["units", "rate", "shape"])
def test_escape_takes_back_what_is_typed(form: Shown, name: str) -> None:
    field = child(form, f"form_{name}")
    before = field.text()
    type_into(field, "7", enter=False)
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == before
    child(form, "form_name").setFocus()
    assert form.changes == []


def test_leaving_a_field_takes_a_legal_value(form: Shown) -> None:
    for name, text in (("units", "64"), ("rate", "0.5")):
        type_into(child(form, f"form_{name}"), text, enter=False)
        child(form, "form_name").setFocus()
    assert form.changes == [("units", 64), ("rate", 0.5)]


def test_only_looking_at_a_field_changes_nothing(form: Shown) -> None:
    form.set(rate=1 / 3, share=1 / 3, slope=1e-7)
    for field in form.findChildren(QWidget):
        if field.focusPolicy() & Qt.FocusPolicy.TabFocus:
            field.setFocus()
    assert form.changes == []


@pytest.mark.parametrize(
    ("name", "key", "value"),
    [
        ("units", Qt.Key.Key_Up, 17),
        ("units", Qt.Key.Key_PageDown, 6),
        ("rate", Qt.Key.Key_Up, 0.02),
        ("rate", Qt.Key.Key_Down, 0.005),
        ("rate", Qt.Key.Key_PageDown, 0.001),
        ("slope", Qt.Key.Key_Up, 2.1),
        ("big", Qt.Key.Key_PageUp, 10),
    ],
)
def test_arrow_and_page_keys_step_by_what_suits_the_setting(
    form: Shown, name: str, key: Qt.Key, value: float
) -> None:
    QTest.keyClick(child(form, f"form_{name}"), key)
    assert getattr(form.value, name) == pytest.approx(value)


def test_steps_stay_within_bounds(form: Shown) -> None:
    form.set(units=1, rate=100.0, big=0)
    QTest.keyClick(child(form, "form_units"), Qt.Key.Key_Down)
    QTest.keyClick(child(form, "form_rate"), Qt.Key.Key_Up)
    QTest.keyClick(child(form, "form_big"), Qt.Key.Key_Down)
    assert (form.value.units, form.value.rate, form.value.big) == (1, 100.0, 0)


def test_a_share_is_shown_and_typed_in_per_cent(form: Shown) -> None:
    share = child(form, "form_share")
    assert share.text() == "15 %"
    type_into(share, "12.5")
    assert form.value.share == 0.125
    assert share.text() == "12.5 %"
    assert child(form, "form_share_reset").toolTip() == "Back to 15 %"


def test_numbers_too_large_for_a_spin_box_are_kept(form: Shown) -> None:
    form.set(big=2**40)
    assert child(form, "form_big").text() == str(2**40)
    form.set(units=12_345)
    assert child(form, "form_units").text() == "12,345"


def test_choices_have_words_and_checks_have_none(form: Shown) -> None:
    start, yes = child(form, "form_start"), child(form, "form_yes")
    assert isinstance(start, QComboBox)
    assert isinstance(yes, QCheckBox)
    assert [start.itemText(i) for i in range(2)] == ["He normal", "Zeros"]
    start.setFocus()
    QTest.keyClick(start, Qt.Key.Key_Down)
    QTest.keyClick(yes, Qt.Key.Key_Space)
    assert form.changes == [("start", "zeros"), ("yes", False)]


def test_pairs_are_typed_over_several_lines(form: Shown) -> None:
    pairs = child(form, "form_pairs")
    assert isinstance(pairs, QPlainTextEdit)
    pairs.setFocus()
    QTest.keyClicks(pairs, "(2, 4),")
    QTest.keyClick(pairs, Qt.Key.Key_Return)
    QTest.keyClicks(pairs, "(4, 16)")
    assert form.value.pairs == ((2, 4), (4, 16))
    QTest.keyClicks(pairs, ", (5")
    assert child(form, "form_pairs_error").isVisible()
    child(form, "form_name").setFocus()
    assert not child(form, "form_pairs_error").isVisible()
    assert form.value.pairs == ((2, 4), (4, 16))
    assert "(5" not in pairs.toPlainText()


def test_what_differs_from_its_default_can_be_reset(form: Shown) -> None:
    assert not child(form, "form_units_reset").isVisible()
    form.set(units=64)
    click(form, "form_units_reset")
    assert form.value.units == 16
    assert not child(form, "form_units_reset").isVisible()
    assert child(form, "form_units").hasFocus()


def test_a_tooltip_says_meaning_range_and_default(form: Shown) -> None:
    assert child(form, "form_units").toolTip().splitlines() == [
        "How many", "A whole number, at least 1 and at most 100,000", "Default: 16"
    ]  # fmt: skip
    assert child(form, "form_start").toolTip() == "Default: He normal"


def test_showing_another_object_forgets_what_was_typed(form: Shown) -> None:
    rate = child(form, "form_rate")
    type_into(rate, "0.7", enter=False)
    form.discard()
    form.set(rate=0.2)
    assert rate.text() == "0.2"
    child(form, "form_name").setFocus()
    assert form.changes == []


def test_a_row_that_stays_keeps_its_field_and_focus(form: Shown) -> None:
    units = child(form, "form_units")
    units.setFocus()
    form.show_settings(form.value, hidden=("rate", "share"))
    assert child(form, "form_units") is units
    assert units.hasFocus()
    assert form.findChildren(QWidget, "form_rate") == []
    form.show_settings(form.value)
    assert child(form, "form_rate").isVisible()


def test_tab_goes_from_field_to_field_in_order(form: Shown) -> None:
    child(form, "form_units").setFocus()
    seen = []
    for _ in range(6):
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        seen.append(QApplication.focusWidget().objectName())
    assert seen == [f"form_{n}" for n in ("rate", "share", "slope", "big", "yes", "start")]


@pytest.mark.parametrize("name", ["units", "share", "start"])
def test_the_wheel_over_a_field_without_focus_scrolls_the_panel(
    qtbot: QtBot, form: Shown, name: str
) -> None:
    area = QScrollArea()
    qtbot.addWidget(area)
    area.setWidgetResizable(True)
    area.setWidget(form)
    area.resize(300, 260)
    area.show()
    qtbot.waitExposed(area)
    child(form, "form_name").setFocus()
    area.verticalScrollBar().setValue(0)
    field = child(form, f"form_{name}")
    before = form.value
    here = QPointF(field.mapTo(area, field.rect().center()))
    QTest.wheelEvent(area.windowHandle(), here, QPoint(0, -120))
    assert form.value == before
    assert area.verticalScrollBar().value() > 0
    field.setFocus()
    area.verticalScrollBar().setValue(0)
    QTest.wheelEvent(area.windowHandle(), here, QPoint(0, -120))
    assert form.value != before, "a field that has the focus is turned"
    area.takeWidget()  # the form belongs to its fixture


@pytest.mark.parametrize("width", [180, NARROW, 300])
def test_no_field_is_clipped_in_a_narrow_panel(form: Shown, width: int, qtbot: QtBot) -> None:
    form.set(units=100_000, start="zeros", rate=0.25)
    form.resize(width, 900)
    QTest.qWait(20)
    for field in form.findChildren(QWidget):
        if field.isVisible() and field.objectName().startswith("form_"):
            left = field.mapTo(form, QPoint())
            assert left.x() >= 0
            assert left.x() + field.width() <= form.width(), field.objectName()
    start = child(form, "form_start")
    assert start.fontMetrics().horizontalAdvance("He normal") + 36 <= start.width()
    for label in form.findChildren(QLabel):
        if label.isVisible():
            assert label.height() >= label.heightForWidth(label.width())
    units = child(form, "form_units")
    assert isinstance(units.findChild(QLineEdit), QLineEdit)
