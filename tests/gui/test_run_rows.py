"""The rows of the table of runs: order, filter, words; without a window."""

from __future__ import annotations

import gc
from dataclasses import replace
from math import nan
from weakref import ref

import pytest
from hypothesis import given
from hypothesis import strategies as st
from live_panels import digits, line

from nnstudio.engine.dropout import Dropout
from nnstudio.engine.optimizers import SGD
from nnstudio.graph.edits import insert, remove, replace_layer
from nnstudio.gui.runs.cells import NAMES, NUMBERS, Row, as_table, cell, numbers_text, time_text
from nnstudio.gui.runs.rows import arranged, figures_of, rows_of, starts_descending
from nnstudio.project.project import Project
from nnstudio.project.run_curves import with_past
from nnstudio.project.run_record import RunRecord
from nnstudio.project.run_words import differences, side_by_side
from nnstudio.training.history import RAW_STEPS, EpochFigures, History


def record_of(project: Project, number: int, **changes: object) -> RunRecord:
    """A run of ``project`` that never ran."""
    record = RunRecord(
        number,
        project.graph,
        project.layout,
        project.data,
        project.settings,
        began="2026-11-21T14:00:00+00:00",
        end="finished",
    )
    return replace(record, **changes)  # type: ignore[arg-type]


def with_losses(record: RunRecord, *losses: float, seed: float = 0.0) -> RunRecord:
    """``record`` with these validation losses, four steps an epoch; ``seed`` tells steps apart."""
    history = History()
    for epoch, loss in enumerate(losses, 1):
        for step in range(4):
            history.add_step(loss + step + seed)
        history.add_epoch(EpochFigures(4 * epoch, loss, nan, loss, nan, 0.0))
    count = len(losses)
    return replace(record, history=history.arrays(), epoch=count, step=4 * count)


LINE = record_of(line(), 1)
DIGITS = record_of(digits(), 2)


def rows(*records: RunRecord, reference: RunRecord | None = None) -> list[Row]:
    return rows_of(records, live={}, reference=reference, unfolded=())


# ---------------------------------------------------------------- differences in words


def test_a_changed_setting_is_told_with_both_values() -> None:
    now = replace(LINE, settings=replace(LINE.settings, learning_rate=0.1, epochs=7))
    assert differences(LINE, now) == ("learning rate 0.01 → 0.1", "epochs 5 → 7")
    another = replace(LINE, settings=replace(LINE.settings, seed=7))
    assert differences(LINE, another) == (), "the seed has a column of its own"


def test_another_optimizer_is_told_by_name_and_not_by_its_own_settings() -> None:
    now = replace(LINE, settings=replace(LINE.settings, optimizer=SGD(momentum=0.5)))
    assert differences(LINE, now) == ("optimizer Adam → SGD",)
    later = replace(LINE, settings=replace(LINE.settings, optimizer=SGD(momentum=0.9)))
    assert differences(now, later) == ("SGD momentum 0.5 → 0.9",)


def test_layers_that_came_and_went_are_told() -> None:
    wire = DIGITS.graph.edges[-1]
    with_dropout = replace(DIGITS, graph=insert(DIGITS.graph, wire, Dropout()))
    assert differences(DIGITS, with_dropout) == ("+Dropout",)
    assert differences(with_dropout, DIGITS) == ("−Dropout",)


def test_a_changed_layer_is_told_by_its_name_and_setting() -> None:
    dense = next(node for node in DIGITS.graph.nodes if node.title == "Dense")
    layer = replace(dense.layer, units=48)  # type: ignore[call-arg]
    wider = replace(DIGITS, graph=replace_layer(DIGITS.graph, dense.id, layer))
    assert differences(DIGITS, wider) == ("Dense units 24 → 48",)


def test_shares_are_told_in_per_cent() -> None:
    split = replace(LINE.data.split, validation=0.2)
    now = replace(LINE, data=replace(LINE.data, split=split))
    assert differences(LINE, now) == ("split: validation 15 % → 20 %",)


def test_the_same_settings_differ_in_nothing_and_data_that_changed_on_disk_is_told() -> None:
    assert differences(LINE, replace(LINE, number=9)) == ()
    before, now = replace(LINE, data_sha256="a"), replace(LINE, data_sha256="b")
    assert differences(before, now) == ("the data itself",)
    (line,) = (line for line in side_by_side([before, now]) if line.differs)
    assert (line.section, line.values) == ("Data", ("a", "b"))


def test_side_by_side_has_every_setting_of_every_run_and_says_which_differ() -> None:
    now = replace(LINE, settings=replace(LINE.settings, optimizer=SGD(), learning_rate=0.1))
    table = {line.label: line for line in side_by_side([LINE, now])}
    assert table["Learning rate"].values == ("0.01", "0.1")
    assert table["Learning rate"].differs
    assert table["Adam: β₁"].values == ("0.9", "–")
    assert not table["Batch size"].differs
    assert {"Training", "Network", "Data"} == {line.section for line in table.values()}


def test_a_layer_that_one_run_lacks_stands_as_a_dash_side_by_side() -> None:
    gone = next(node.id for node in DIGITS.graph.nodes if node.title == "ReLU")
    table = side_by_side([DIGITS, replace(DIGITS, graph=remove(DIGITS.graph, [gone]))])
    assert next(line.values for line in table if line.label == "ReLU") == ("ReLU", "–")


# ---------------------------------------------------------------- measured by which run


def test_a_run_is_measured_by_its_parent_rather_than_by_the_one_before() -> None:
    second = replace(LINE, number=2, settings=replace(LINE.settings, learning_rate=0.5))
    child = replace(LINE, number=3, settings=replace(LINE.settings, l2=0.1), parent=(1, 1200))
    told = [row.differs for row in rows(LINE, second, child)]
    assert told == ["", "learning rate 0.01 → 0.5", "L2 0 → 0.1, from run 1, step 1,200"]


def test_a_run_that_differs_by_its_seed_alone_says_so() -> None:
    again = replace(LINE, number=2, settings=replace(LINE.settings, seed=4))
    assert [row.differs for row in rows(LINE, again)] == ["", "seed 0 → 4"]
    assert [row.differs for row in rows(LINE, replace(LINE, number=2))] == ["", "nothing"]


# ---------------------------------------------------------------- order


@st.composite
def books(draw: st.DrawFn) -> list[Row]:
    records = []
    for number in range(1, draw(st.integers(1, 8)) + 1):
        losses = draw(st.lists(st.floats(0, 9) | st.just(nan), max_size=3))
        group = draw(st.sampled_from([0, 0, 3]))
        name = draw(st.sampled_from(["", "a", "b"]))
        record = replace(LINE, number=number, name=name, group=group if number >= 3 else 0)
        records.append(with_losses(record, *losses))
    return rows_of(records, live={}, reference=None, unfolded={3})


@given(shown=books(), column=st.sampled_from(NAMES[1:]), is_descending=st.booleans())
def test_sorting_keeps_every_row_and_members_below_their_group(
    shown: list[Row], column: str, is_descending: bool
) -> None:
    found = arranged(shown, column, is_descending=is_descending)
    assert sorted(row.key for row in found) == sorted(row.key for row in shown)
    for before, row in zip([None, *found], found, strict=False):
        if row.is_member:
            assert before is not None
            assert before.group or before.is_member
    outer = [row for row in found if not row.is_member]
    if column in NUMBERS:
        values = [row.figures[column] for row in outer]
        known = [value for value in values if value == value]
        assert values[: len(known)] == known, "rows without a number come last"
        assert known == sorted(known, reverse=is_descending)
    else:
        words = [cell(row, column).casefold() for row in outer]
        assert words == sorted(words, reverse=is_descending)


@pytest.mark.parametrize("name", NAMES[1:])
def test_the_first_click_puts_the_best_first(name: str) -> None:
    assert starts_descending(name) == (
        name in {"number", "metric", "best_metric", "epochs", "steps"}
    )


def test_a_group_that_is_folded_is_found_by_words_of_its_members() -> None:
    members = [replace(LINE, number=n, group=2, note=note) for n, note in ((2, ""), (3, "odd"))]
    table = rows_of([LINE, *members], live={}, reference=None, unfolded={2})
    found = arranged(table, "number", is_descending=True, wanted="odd")
    assert [row.key for row in found] == [(2, True), (3, False)]


def test_a_group_shows_the_means_of_its_runs_without_those_that_diverged() -> None:
    members = [
        with_losses(replace(LINE, number=2, group=2), 3.0, 1.0),
        with_losses(replace(LINE, number=3, group=2), 5.0, 2.0),
        with_losses(replace(LINE, number=4, group=2, end="diverged"), 900.0),
    ]
    (row,) = rows_of(members, live={}, reference=None, unfolded=())
    assert row.figures["loss"] == 1.5
    assert cell(row, "number") == "2–4"
    assert cell(row, "name") == "3 seeds"
    assert cell(row, "end") == "1 diverged"


# ---------------------------------------------------------------- cells


def test_a_run_without_an_epoch_has_dashes_for_figures() -> None:
    row = Row(LINE, figures_of(LINE))
    assert [cell(row, name) for name in ("metric", "loss", "best_loss")] == ["–", "–", "–"]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0.42, "0.420 s"), (12.34, "12.3 s"), (185, "3 min 05 s"), (7500, "2 h 05 min")],
)
def test_times_are_told_in_fitting_units(seconds: float, text: str) -> None:
    assert time_text(seconds) == text


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ([4], "4"),
        ([2, 3, 4, 5], "2–5"),
        ([2, 3, 5], "2–3, 5"),
        ([5, 2], "2, 5"),
        ([1, 3, 5, 7], "1 … 7"),
    ],
)
def test_a_group_is_called_by_the_numbers_of_its_runs_and_no_others(
    numbers: list[int], text: str
) -> None:
    assert numbers_text(numbers) == text


def test_the_table_for_spreadsheets_has_numbers_in_full() -> None:
    record = with_losses(LINE, 0.123456789)
    heads, values = as_table(rows(record))
    line = dict(zip(heads, values, strict=True))
    assert line["Loss"] == "0.123456789"
    assert line["Metric is"] == "RMSE"


# ---------------------------------------------------------------- curves with their past


def test_a_run_that_began_anew_from_another_is_drawn_after_its_past() -> None:
    parent = with_losses(LINE, 4.0, 3.0, 2.0)
    own = with_losses(replace(LINE, number=2, parent=(1, 8)), 1.0, 0.5, seed=0.25)
    grandchild = with_losses(replace(LINE, number=3, parent=(2, 4)), 0.25, seed=0.5)
    runs = [parent, own, grandchild]
    assert [row.val_loss for row in with_past(runs, own).epochs] == [4.0, 3.0, 1.0, 0.5]
    assert [row.step for row in with_past(runs, own).epochs] == [4, 8, 12, 16]
    assert [row.val_loss for row in with_past(runs, grandchild).epochs] == [4.0, 3.0, 1.0, 0.25]


def test_a_run_that_went_on_has_its_past_already() -> None:
    parent = with_losses(LINE, 4.0, 3.0)
    child = with_losses(replace(LINE, number=2, parent=(1, 8)), 4.0, 3.0, 1.0)
    assert with_past([parent, child], child) is child.curves


def test_a_run_that_went_on_has_its_past_already_whatever_was_folded_since() -> None:
    history = History()
    for step in range(2 * RAW_STEPS):
        history.add_step(1 / (1 + step) + 0.1 * (step % 7))
    parent = replace(LINE, step=2 * RAW_STEPS, history=history.arrays())
    early, late = history.until(1000, 0), history.until(RAW_STEPS + 1000, 0)
    for number, curves in enumerate((early, late, history.until(2, 0)), 2):
        begun = len(curves.steps)
        for _ in range(3):
            curves.add_step(0.5)
        child = replace(
            LINE, number=number, parent=(1, begun), step=begun + 3, history=curves.arrays()
        )
        assert with_past([parent, child], child) is child.curves


def test_epochs_after_a_long_past_are_counted_on_from_it() -> None:
    history = History()
    history.add_step(9.0)
    for epoch in range(1, 5001):
        history.add_epoch(EpochFigures(4 * epoch, 1.0, nan, 1 / epoch, nan, 0.0))
    parent = replace(LINE, epoch=5000, step=20_000, history=history.arrays())
    own = with_losses(replace(LINE, number=2, parent=(1, 19_999)), 0.5, 0.25)
    history = with_past([parent, own], own)
    together = history.epochs
    assert len(together) < 5000
    assert history.epoch_count == 5001
    for row in together[:-2]:
        assert (row.step, row.val_loss) == (4 * row.epoch, 1 / row.epoch)
    assert [row.epoch for row in together[-3:]] == [4999, 5000, 5001]
    assert [row.step for row in together[-2:]] == [20_003, 20_007]


def test_without_its_parent_a_run_is_drawn_alone() -> None:
    child = with_losses(replace(LINE, number=2, parent=(1, 8)), 1.0)
    assert with_past([child], child) is child.curves


def test_runs_that_are_gone_leave_nothing_in_memory() -> None:
    first, second = record_of(digits(), 1), record_of(digits(learning_rate=0.5), 2)
    assert rows(first, second)[1].differs
    gone = [ref(first), ref(second)]
    del first, second
    gc.collect()
    assert [each() for each in gone] == [None, None]
