"""Tables: what is guessed of them, what is read, and what is said of what could not be used."""

from __future__ import annotations

import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from nnstudio import schema
from nnstudio.data.errors import DataError
from nnstudio.data.progress import Cancelled, listening
from nnstudio.data.sources import SOURCES, Arrays, Pictures, Table, parse_source, source_text
from nnstudio.data.split import Split
from nnstudio.data.tables.cells import meaning_of, number_of
from nnstudio.data.tables.sniffing import Asked, Guess, sniff_bytes

PLAIN = "width,height,kind\n1.5,2,red\n2.5,3,blue\n3.5,4,red\n"


def guess(text: str, encoding: str = "utf-8", **asked: str) -> Guess:
    return sniff_bytes(text.encode(encoding), "my.csv", Asked(**asked))


def table(folder: Path, text: str, encoding: str = "utf-8", **settings: object) -> Table:
    file = folder / "my.csv"
    file.write_bytes(text.encode(encoding))
    return Table(file=str(file), **settings)


# ------------------------------------------------------------------ guessing


@pytest.mark.parametrize("sign", [",", ";", "\t", "|"])
def test_the_delimiter_is_the_sign_that_stands_equally_often_in_each_row(sign: str) -> None:
    found = guess(PLAIN.replace(",", sign))
    assert found.delimiter == sign
    assert found.names == ("width", "height", "kind")


def test_with_a_decimal_comma_two_numbers_are_not_three_cells() -> None:
    found = guess("x;y\n1,5;2,5\n3,25;4,5\n")
    assert (found.delimiter, found.decimal) == (";", ",")
    assert [meaning.kind for meaning in found.meanings] == ["number", "number"]


def test_a_row_of_numbers_is_no_header_and_a_row_of_words_above_numbers_is_one() -> None:
    assert guess("1,2\n3,4\n").header is False
    assert guess("1,2\n3,4\n").names == ("column 1", "column 2")
    assert guess("x,y\n3,4\n").header is True
    assert guess("red,big\nblue,small\nred,small\n").header is False


def test_a_name_that_is_there_twice_or_empty_gets_one_of_its_own() -> None:
    assert guess("a,a,,a\n1,2,3,4\n5,6,7,8\n").names == ("a", "a (2)", "column 3", "a (3)")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
def test_letters_are_read_in_the_encoding_they_were_written_in(encoding: str) -> None:
    found = guess("Größe,Straße\n1,Köln\n2,Zürich\n", encoding)
    assert found.names == ("Größe", "Straße")
    assert found.rows[0] == ("1", "Köln")


def test_each_kind_of_column_is_recognised() -> None:
    kinds = {
        "number": ["1.5", "-2e3", ".5", "7."],
        "whole number": ["1", "-2", "1,000,000"],
        "yes/no": ["yes", "No", "yes"],
        "category": ["red", "blue", "red"],
        "date": ["2020-01-31", "2021-02-28"],
        "text": ["this is a sentence that somebody wrote about a thing"],
    }
    for kind, cells in kinds.items():
        assert meaning_of([*cells, "", "NA"]).kind == kind
        assert meaning_of([*cells, "", "NA"]).missing == 2


def test_days_and_months_are_told_apart_where_one_is_above_twelve() -> None:
    assert meaning_of(["01/02/2020", "25/02/2020"]).written == "%d/%m/%Y"
    assert meaning_of(["01/02/2020", "02/25/2020"]).written == "%m/%d/%Y"


def test_numbers_are_read_with_signs_between_thousands_and_nothing_else_is_a_number() -> None:
    assert number_of("1,234.5") == 1234.5
    assert number_of("1.234,5", ",") == 1234.5
    assert number_of(" -3,5 ", ",") == -3.5
    for text in ("inf", "nan", "1_000", "1,5", "0x10", "1e999", "", "٣" * 50):
        assert math.isnan(number_of(text))


def test_what_the_user_says_is_not_guessed() -> None:
    found = guess("1;2\n3;4\n", delimiter="comma", header="yes", decimal=",")
    assert (found.delimiter, found.header, found.decimal) == (",", True, ",")
    assert found.names == ("1;2",)


def test_a_line_that_tells_the_delimiter_and_remarks_before_the_table_are_no_rows() -> None:
    found = guess("sep=;\na;b\n1;2\n3;4\n")
    assert (found.names, found.start) == (("a", "b"), 2)
    found = guess("# made by a logger\n# today\na,b\n1,2\n3,4\n")
    assert (found.names, found.start) == (("a", "b"), 3)


@pytest.mark.parametrize(
    "head", [b"PK\x03\x04rest", b"\x89PNG", b"\x1f\x8b\x08", bytes(range(256))]
)
def test_a_file_of_another_kind_is_refused_with_what_to_do(head: bytes) -> None:
    with pytest.raises(DataError, match=r"my\.csv is no table of text but .*save"):
        sniff_bytes(head, "my.csv")


# ------------------------------------------------------------------ reading


def test_words_become_an_input_each_and_numbers_stay(tmp_path: Path) -> None:
    data = table(
        tmp_path, PLAIN, inputs=("width", "kind"), targets=("height",), task="numbers"
    ).load()
    assert data.input_names == ("width", "kind=blue", "kind=red")
    assert data.inputs.tolist() == [[1.5, 0, 1], [2.5, 1, 0], [3.5, 0, 1]]
    assert data.targets.tolist() == [[2], [3], [4]]
    assert data.target_names == ("height",)


def test_ordinal_words_are_their_place_in_the_list_and_yes_is_one(tmp_path: Path) -> None:
    text = "size,new,y\nb,yes,1.5\na,no,2.5\nc,YES,3.5\n"
    data = table(tmp_path, text, categories="ordinal").load()
    assert data.inputs.tolist() == [[1, 1], [0, 0], [2, 1]]


def test_the_last_column_or_the_one_that_is_called_so_is_the_target(tmp_path: Path) -> None:
    assert table(tmp_path, PLAIN).load().classes == ("blue", "red")
    data = table(tmp_path, "target,a,b\n0.5,1,2\n1.5,3,4\n").load()
    assert (data.target_names, data.input_names) == (("target",), ("a", "b"))


def test_classes_that_are_numbers_are_sorted_by_size(tmp_path: Path) -> None:
    text = "a,y\n" + "".join(f"{i},{9 + i % 3}\n" for i in range(9))
    data = table(tmp_path, text).load()
    assert data.classes == ("9", "10", "11")
    assert data.targets.tolist() == [0, 1, 2] * 3


def test_binary_wants_two_classes(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="3 classes, expected 2 to 2"):
        table(tmp_path, "a,y\n1,x\n2,y\n3,z\n", task="binary").load()


def test_a_column_that_counts_the_rows_is_no_input(tmp_path: Path) -> None:
    assert table(tmp_path, "id,a,y\n1,5,1.5\n2,9,2.5\n3,4,0.5\n").load().input_names == ("a",)


def test_dates_become_days(tmp_path: Path) -> None:
    data = table(tmp_path, "day,y\n02.01.1970,1.5\n31.12.2020,2.5\n").load()
    assert data.inputs.tolist() == [[1], [(date(2020, 12, 31) - date(1970, 1, 1)).days]]


def test_rows_with_empty_cells_are_dropped_and_the_first_line_is_told(tmp_path: Path) -> None:
    data = table(tmp_path, "a,y\n1,1.5\n\n?,2.5\n3,NA\n4,3.5\n").load()
    assert data.inputs.tolist() == [[1], [4]]
    assert "2 rows have empty cells in a, y, first in line 4," in data.notes[0]
    assert "2 rows are kept" in data.notes[0]


def test_filled_cells_get_an_input_that_tells_of_them(tmp_path: Path) -> None:
    text = "a,c,y\n1,u,1.5\n,v,2.5\n3,,3.5\n4,u,\n"
    data = table(tmp_path, text, missing="fill", fill=-1.0).load()
    assert data.input_names == ("a", "c=u", "c=v", "a is missing", "c is missing")
    assert data.inputs.tolist() == [[1, 1, 0, 0, 0], [-1, 0, 1, 1, 0], [3, 0, 0, 0, 1]]
    assert "are filled" in data.notes[0]
    assert "1 rows without a target" in data.notes[1]


def test_empty_cells_are_refused_with_their_line(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"1 rows have empty cells, first in line 3 \(a\)"):
        table(tmp_path, "a,y\n1,1.5\n,2.5\n", missing="refuse").load()


def test_cells_of_another_kind_count_as_empty_and_the_first_is_told(tmp_path: Path) -> None:
    text = "a,y\n" + "".join(f"{i},{i}.5\n" for i in range(40)) + "abc,1.5\n"
    data = table(tmp_path, text).load()
    assert data.size == 40
    assert "1 cells of “a” are no number, such as “abc” in line 42" in data.notes[0]


@pytest.mark.parametrize("extra", [1, 2, 3, 4, 30])
def test_rows_with_too_many_cells_are_left_out_and_told(tmp_path: Path, extra: int) -> None:
    text = "a,y\n1,1.5\n2,2.5" + ",7" * extra + "\n3,3.5\n4,4.5\n"
    data = table(tmp_path, text).load()
    assert data.inputs.tolist() == [[1], [3], [4]]
    assert "1 rows have more than 2 cells, first line 3" in data.notes[0]


@pytest.mark.parametrize("place", [1, 60_000, 69_999])
def test_a_row_with_a_cell_too_many_far_down_costs_no_other_row(tmp_path: Path, place: int) -> None:
    lines = [f"{i + 0.5},{i % 7 + 0.5}" for i in range(70_000)]
    lines[place] = "1.5,2.5,3.5"
    data = table(tmp_path, "a,y\n" + "\n".join(lines) + "\n").load()
    kept = [i + 0.5 for i in range(70_000) if i != place]
    assert data.inputs[:, 0].tolist() == kept
    assert f"1 rows have more than 2 cells, first line {place + 2:,}" in data.notes[0]


def test_words_of_rows_that_are_left_out_are_no_inputs(tmp_path: Path) -> None:
    data = table(tmp_path, "c,y\nu,1.5\nv,2.5\nstray,3.5,7\nu,4.5\n").load()
    assert data.input_names == ("c=u", "c=v")


def test_a_quote_that_is_never_closed_costs_its_line_at_most(tmp_path: Path) -> None:
    text = "a,c,y\n" + "1,u,1.5\n" * 5 + '2,"v,2.5\n' + "3,w,3.5\n" * 100
    data = table(tmp_path, text).load()
    assert data.size == 106
    assert "line 7: a quote is never closed" in data.notes[0]


def test_wrong_quotes_far_down_a_large_table_cost_nothing_else(tmp_path: Path) -> None:
    plain = "1,u,1.5\n" * 20_000
    data = table(tmp_path, "a,c,y\n" + plain + '2,"v,2.5\n' + plain).load()
    assert data.size == 40_001
    assert "line 20,002: a quote is never closed" in data.notes[0]


def test_rows_between_two_quotes_that_are_never_closed_are_kept(tmp_path: Path) -> None:
    plain = "1,u,1.5\n" * 20_000
    data = table(tmp_path, "a,c,y\n" + (plain + '2,"v,2.5\n') * 2 + plain).load()
    assert data.size == 60_002
    assert "line 20,002: a quote is never closed" in data.notes[0]


def test_quoted_cells_may_hold_delimiters_quotes_and_line_ends(tmp_path: Path) -> None:
    text = 'c,y\n"a, ""b""",1.5\n"two\nlines",2.5\n'
    data = table(tmp_path, text).load()
    assert data.input_names == ('c=a, "b"', "c=two lines")
    assert data.notes == ()


def test_letters_that_are_not_utf8_far_down_are_read_and_told(tmp_path: Path) -> None:
    file = tmp_path / "my.csv"
    file.write_bytes(b"c,y\n" + b"plain,1.5\n" * 20_000 + "Köln,2.5\n".encode("cp1252"))
    data = Table(file=str(file)).load()
    assert data.input_names == ("c=Köln", "c=plain")
    assert "isn't UTF-8 throughout" in data.notes[0]
    with pytest.raises(DataError, match="can't be read as utf-8: choose another encoding"):
        Table(file=str(file), encoding="utf-8").load()


def test_a_table_is_read_as_pandas_reads_it(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    frame = pd.DataFrame(rng.normal(size=(70_000, 4)), columns=list("abcy"))
    frame.to_csv(tmp_path / "my.csv", index=False)
    data = Table(file=str(tmp_path / "my.csv")).load()
    assert np.array_equal(data.inputs, frame[["a", "b", "c"]].to_numpy())
    assert np.array_equal(data.targets, frame[["y"]].to_numpy())


def test_reading_tells_how_far_it_is_and_can_be_stopped(tmp_path: Path) -> None:
    source = table(tmp_path, "a,y\n" + "1,1.5\n" * 200_000)
    told: list[tuple[int, int]] = []
    with listening(lambda *far: told.append(far)):
        source.load()
    assert told[-1][0] == told[-1][1] == (tmp_path / "my.csv").stat().st_size

    def stop(*_: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled), listening(stop):
        source.load()


def test_a_table_too_large_for_memory_is_the_same_from_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    rows = "".join(f"{i},{'uvw'[i % 3]},{i % 7},{i}.5\n" for i in range(70_000))
    source = table(tmp_path, "a,c,g,y\n" + rows + "?,u,1,2.5\n", keep=("g",))
    whole, stored = source.load(), replace(source, memory=1).load()
    assert stored.block > 0
    assert whole.sha256 == stored.sha256
    assert whole.notes == stored.notes
    assert "left out" in stored.notes[0]
    again = replace(source, memory=1).load()
    assert (again.sha256, again.notes) == (whole.sha256, whole.notes)


def test_kept_columns_deal_the_examples_out(tmp_path: Path) -> None:
    rows = "".join(
        f"{i},{i}.5,p{i % 5},{99 - i},{'train' if i < 60 else 'test'}\n" for i in range(100)
    )
    source = table(
        tmp_path, "a,y,person,time,part\n" + rows, keep=("person", "time", "part"), targets=("y",)
    )
    data = source.load()
    assert data.input_names == ("a",)
    parts = Split(by="part", column="part").parts(data)
    assert parts.test.tolist() == list(range(60, 100))
    parts = Split(by="order", column="time").parts(data)
    assert parts.test.tolist() == list(range(15))
    parts = Split(by="group", column="person").parts(data)
    people = [set(part % 5) for part in (parts.train, parts.validation, parts.test)]
    assert not people[0] & people[1] | people[0] & people[2] | people[1] & people[2]


def test_the_kind_of_a_column_can_be_corrected(tmp_path: Path) -> None:
    text = "zip,y\n" + "".join(f"{1000 + i % 3},{i}.5\n" for i in range(9))
    data = table(tmp_path, text, kinds=("zip=category",)).load()
    assert data.input_names == ("zip=1000", "zip=1001", "zip=1002")
    with pytest.raises(DataError, match="“zip=thing” says no kind"):
        table(tmp_path, text, kinds=("zip=thing",)).load()


def test_parquet_gives_the_same_as_csv(tmp_path: Path) -> None:
    frame = pd.DataFrame(
        {
            "a": [1.5, 2.5, None, 4.5],
            "c": ["u", "v", "u", "u"],
            "day": pd.to_datetime(["2020-01-01", "2020-01-02", "2020-01-03", "2020-01-04"]),
            "y": [0.5, 1.5, 2.5, 3.5],
        }
    )
    frame.to_csv(tmp_path / "my.csv", index=False)
    frame.to_parquet(tmp_path / "my.parquet")
    csv, parquet = (Table(file=str(tmp_path / f"my.{end}")).load() for end in ("csv", "parquet"))
    assert csv.sha256 == parquet.sha256
    assert csv.input_names == parquet.input_names == ("a", "c=u", "c=v", "day")
    (tmp_path / "my.parquet").write_bytes(b"PAR1 is all there is")
    with pytest.raises(DataError, match="no Parquet table or is damaged"):
        Table(file=str(tmp_path / "my.parquet")).load()


# ------------------------------------------------------------------ naming


def test_a_path_names_the_source_by_its_ending_or_as_a_folder(tmp_path: Path) -> None:
    assert parse_source("some/my.csv") == Table(file="some/my.csv")
    assert parse_source("my.parquet?targets=a,b") == Table(file="my.parquet", targets=("a", "b"))
    assert parse_source("my.npz") == Arrays(file="my.npz")
    assert parse_source(str(tmp_path)) == Pictures(folder=str(tmp_path))
    with pytest.raises(DataError, match="no data source"):
        parse_source("my.doc")


def test_settings_survive_text_and_file() -> None:
    source = Table(
        file="my.csv", inputs=("a, b", "c=d"), targets=("ü & ö",), kinds=("a, b=number",), fill=2.5
    )
    assert parse_source(source_text(source)) == source
    assert schema.from_plain(schema.to_plain(source), SOURCES, "$") == source


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"targets": ("colour",)}, "has no column “colour”"),
        ({"inputs": ("kind",), "targets": ("kind",)}, "one thing only"),
        ({"targets": ("width", "kind"), "task": "classes"}, "only one column"),
        ({"targets": ("kind",), "task": "numbers"}, "holds words"),
    ],
)
def test_roles_that_do_not_fit_are_refused(
    tmp_path: Path, settings: dict[str, object], words: str
) -> None:
    with pytest.raises(DataError, match=words):
        table(tmp_path, PLAIN, **settings).load()


@pytest.mark.parametrize("text", ["", "\n\n", "a,b\n", "a\n", "a,b\n,\n", "just words\n"])
def test_a_table_without_rows_says_so(tmp_path: Path, text: str) -> None:
    with pytest.raises(DataError):
        table(tmp_path, text).load()


def test_no_file_and_too_long_a_text_say_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="No table is chosen"):
        Table().load()
    with pytest.raises(DataError, match="was not found"):
        Table(file=str(tmp_path / "none.csv")).load()
    with pytest.raises(DataError, match="save it as a CSV file"):
        Table(text="a,y\n" + "1,2\n" * 200_000).load()


def test_a_table_of_more_rows_than_its_beginning_promises_is_read_whole(tmp_path: Path) -> None:
    long = [f"{i % 7}." + "25" * 8 + f",{i % 3}.5" for i in range(400)]
    short = [f"{i + 0.5},3.5" for i in range(9000)]
    data = table(tmp_path, "\n".join(["a,y", *long, *short])).load()
    assert data.size == 9400
    assert data.inputs[400:, 0].tolist() == [i + 0.5 for i in range(9000)]
    assert set(data.targets[:400, 0]) == {0.5, 1.5, 2.5}
    assert set(data.targets[400:, 0]) == {3.5}
