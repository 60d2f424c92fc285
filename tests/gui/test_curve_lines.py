"""Curves become few points without losing a peak; zooming keeps what is pointed at."""

from __future__ import annotations

from math import log10

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF
from pytestqt.qtbot import QtBot

from nnstudio.gui.look.theme import Theme
from nnstudio.gui.plots.curve_chart import CurveChart, Drawing
from nnstudio.gui.plots.curve_labels import Label, flush
from nnstudio.gui.plots.curve_lines import Curve, Frame, polygon, strokes_of
from nnstudio.gui.plots.epoch_bands import bands
from nnstudio.gui.plots.plotting import LABEL_SIZE, Axis, sized, stepped
from nnstudio.gui.plots.view_range import moved, within, zoomed

BOX = QRectF(40, 10, 120, 80)
values = st.lists(st.floats(-100, 100), min_size=1, max_size=1500)
axes = st.builds(
    lambda low, span, log: (
        Axis(low, low * 10 ** (span / 100), log=True) if log else Axis(low, low + span)
    ),
    st.floats(0.01, 50),
    st.floats(1, 100),
    st.booleans(),
)


def frame(x: Axis, y: Axis) -> Frame:
    return Frame(x, y, BOX)


@given(values, st.booleans(), st.booleans())
def test_a_curve_is_at_most_two_points_a_pixel_and_keeps_its_extremes(
    ys: list[float], faint: bool, dense: bool
) -> None:
    x = np.linspace(0, 10, len(ys) * (1 + 20 * dense))[: len(ys)] if dense else np.arange(len(ys))
    y = np.array(ys)
    whole = frame(Axis(0.0, max(1.0, float(x[-1]))), Axis(-100.0, 100.0))
    (stroke,) = strokes_of([Curve.line(np.asarray(x, float), y, "training", faint=faint)], whole)
    assert len(stroke.x) <= 2 * (BOX.width() + 1)
    assert (np.diff(stroke.x) >= 0).all()
    up = whole.up(y)
    assert stroke.y.min() == pytest.approx(up.min(), abs=0.51)
    assert stroke.y.max() == pytest.approx(up.max(), abs=0.51)


@given(values)
def test_ranges_are_drawn_from_their_least_to_their_greatest_without_gaps(ys: list[float]) -> None:
    y = np.array(ys)
    x = np.linspace(0, 1, len(ys))
    whole = frame(Axis(0.0, 1.0), Axis(-110.0, 110.0))
    curve = Curve(x, y - 5, y + 5, "training", faint=True)
    (stroke,) = strokes_of([curve], whole)
    assert stroke.is_pairs
    top, bottom = stroke.y[0::2], stroke.y[1::2]
    assert top.min() == pytest.approx(whole.up(curve.greatest).min())
    assert bottom.max() == pytest.approx(whole.up(curve.least).max())
    assert (top[1:] <= bottom[:-1] + 1e-9).all()
    assert (bottom[1:] >= top[:-1] - 1e-9).all()


@given(values, st.floats(0, 9), st.floats(0.5, 5))
def test_what_is_not_seen_is_not_drawn(ys: list[float], low: float, span: float) -> None:
    x = np.linspace(0, 10, len(ys))
    part = frame(Axis(low, low + span), Axis(-100.0, 100.0))
    (stroke,) = strokes_of([Curve.line(x, np.array(ys), "training")], part)
    outside = (stroke.x < BOX.left() - 1e-6) | (stroke.x > BOX.right() + 1e-6)
    assert np.count_nonzero(outside) <= 4


def test_what_has_no_place_on_a_log_axis_is_left_out() -> None:
    y = np.array([1.0, 0.0, -3.0, 10.0, np.nan, 100.0])
    log = frame(Axis(0.0, 5.0), Axis(0.1, 100.0, log=True))
    (stroke,) = strokes_of([Curve.line(np.arange(6.0), y, "training")], log)
    np.testing.assert_allclose(stroke.x, log.across(np.array([0.0, 3.0, 5.0])))
    np.testing.assert_allclose(stroke.y, log.up(np.array([1.0, 10.0, 100.0])))


def test_a_curve_without_a_value_is_no_stroke() -> None:
    whole = frame(Axis(0.0, 5.0), Axis(0.0, 1.0))
    nothing, unknown = np.zeros(0), np.full(3, np.nan)
    curves = [Curve.line(nothing, nothing, "dim"), Curve.line(np.arange(3.0), unknown, "dim")]
    assert [len(stroke.x) for stroke in strokes_of(curves, whole)] == [0, 0]


def test_points_are_written_to_where_qt_keeps_them() -> None:
    x, y = np.array([1.0, 2.5, -3.0]), np.array([4.0, 0.125, 1e9])
    assert [point.toTuple() for point in polygon(x, y)] == list(
        zip(x.tolist(), y.tolist(), strict=True)
    )


# ---------------------------------------------------------------- bands


def test_every_second_epoch_has_a_band_and_none_where_they_would_be_a_haze() -> None:
    whole = frame(Axis(0.0, 4.0), Axis(0.0, 1.0))
    assert [(band.left(), band.right()) for band in bands(whole)] == [(70, 100), (130, 160)]
    assert bands(frame(Axis(0.0, 1000.0), Axis(0.0, 1.0))) == []
    seen = bands(frame(Axis(500.5, 503.5), Axis(0.0, 1.0)))
    assert [(band.left(), band.right()) for band in seen] == [(60, 100), (140, 160)]


# ---------------------------------------------------------------- zoom


def ends(axis: Axis) -> tuple[float, float]:
    return (log10(axis.low), log10(axis.high)) if axis.log else (axis.low, axis.high)


@given(axes, st.floats(1.01, 20), st.floats(0, 1))
def test_what_is_pointed_at_stays_where_it_is(whole: Axis, factor: float, at: float) -> None:
    near = zoomed(whole, whole, factor, at)
    assert near is not None
    assert near.value(at) == pytest.approx(whole.value(at), rel=1e-6)
    (low, high), (first, last) = ends(near), ends(whole)
    assert high - low == pytest.approx((last - first) / factor, rel=1e-6)
    assert zoomed(near, whole, 1 / factor / 1.01, at) is None, "back to all of it"


@given(axes, st.floats(2, 10), st.floats(0, 1), st.floats(-5, 5))
def test_moving_stays_within_what_there_is(
    whole: Axis, factor: float, at: float, share: float
) -> None:
    near = zoomed(whole, whole, factor, at)
    assert near is not None
    there = moved(near, whole, share)
    assert there is not None
    (low, high), (first, last), (a, b) = ends(there), ends(whole), ends(near)
    room = 1e-9 * max(1.0, abs(first), abs(last))
    assert first - room <= low < high <= last + room
    assert high - low == pytest.approx(b - a, rel=1e-6)


def test_an_axis_that_lies_outside_is_none() -> None:
    whole = Axis(0.0, 10.0)
    assert within(Axis(11.0, 12.0), whole) is None
    assert within(Axis(-5.0, 20.0), whole) is None
    assert within(Axis(5.0, 20.0), whole) == Axis(5.0, 10.0)


@given(axes)
def test_a_place_and_its_share_are_inverse(axis: Axis) -> None:
    for share in (0.0, 0.25, 1.0):
        assert float(axis.share(np.array(axis.value(share)))) == pytest.approx(share, abs=1e-6)


def test_within_a_power_of_ten_a_log_axis_has_ticks_all_the_same() -> None:
    ticks = Axis(0.21, 0.55, log=True).ticks(5)
    assert len(ticks) >= 3
    assert all(0.2 <= value <= 0.56 for value, _ in ticks)


@pytest.mark.parametrize(
    ("low", "high"), [(1.7e9, 1.704e9), (-2e7, 2e7), (3e-7, 5e-7), (1_000_000.0, 2_000_000.0)]
)
def test_ticks_of_very_large_and_small_numbers_are_told_apart(low: float, high: float) -> None:
    ticks = Axis(low, high).ticks(5, decimals=5)
    assert len(ticks) >= 3
    assert len({text for _, text in ticks}) == len(ticks)
    for value, text in ticks:
        assert float(text.replace("−", "-")) == pytest.approx(value, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("most", [1, 2, 3, 7])
def test_an_axis_of_whole_numbers_has_no_tick_between_two_of_them(most: int) -> None:
    values = [value for value, _ in Axis(0.0, float(most), whole=True).ticks(8)]
    assert values == list(range(most + 1))


@given(latest=st.lists(st.floats(0, 1e3), max_size=4), wanted=st.floats(0, 1e3))
def test_labels_at_the_ends_of_curves_stand_flush_and_inside(
    latest: list[float], wanted: float
) -> None:
    lefts = flush(latest, wanted)
    assert len(lefts) == len(latest)
    assert len(set(lefts)) <= 1
    assert all(left <= wanted and left <= last for left, last in zip(lefts, latest, strict=True))


@given(low=st.floats(-100, 100), span=st.floats(0.1, 1000), most=st.integers(2, 8))
def test_an_axis_has_two_numbers_at_least(low: float, span: float, most: int) -> None:
    assert 2 <= len(Axis(low, low + span).ticks(most)) <= max(most + 2, 6)


@given(low=st.floats(-100, 100), span=st.floats(0.1, 1000))
def test_a_range_in_many_steps_leaves_little_of_an_axis_empty(low: float, span: float) -> None:
    axis = stepped(low, low + span, steps=8)
    assert axis.low <= low + 1e-9 * span
    assert low + span <= axis.high + 1e-9 * span
    assert span >= 0.6 * (axis.high - axis.low)


def test_the_labels_of_a_chart_begin_below_each_other(qtbot: QtBot) -> None:
    theme = Theme("light")
    chart = CurveChart(theme)
    qtbot.addWidget(chart)
    chart.resize(420, 200)
    labels = Label("validation 0.000806", "validation", 1.0), Label("training 0.5", "training", 0.0)
    metrics = QFontMetricsF(sized(chart.font(), LABEL_SIZE))
    chart.reserved = metrics.horizontalAdvance(labels[0].text) - 12  # as was told before
    one = Axis(0.0, 1.0)
    chart.show_drawing(Drawing(one, one, one, one, labels=labels, end=1.0))
    image, box, panel = chart.grab().toImage(), chart.box(), theme.colour("panel").rgb()
    begins = []
    for middle in (box.top() + 6, box.bottom() - 6):
        rows = range(round(middle) - 6, round(middle) + 7)
        across = range(round(box.right()) + 3, 420)
        begins.append(next(x for x in across if any(image.pixel(x, y) != panel for y in rows)))
    assert abs(begins[0] - begins[1]) <= 1
