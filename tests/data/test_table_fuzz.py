"""Thousands of damaged tables: examples or a sentence, in little memory and time."""

from __future__ import annotations

import json
import subprocess
import sys

#: Tables tried, and by how many MB the process may grow.
ROUNDS, MOST = 1000, 200

PROGRAM = r"""
import json, resource, sys, tempfile, warnings
from pathlib import Path
from hypothesis import HealthCheck, Phase, given, settings, strategies as st
import numpy as np
from nnstudio.data.errors import DataError
from nnstudio.data.sources import Table
from nnstudio.data.steps import FillEmpty
from nnstudio.data.tables import blocks

blocks.BLOCK = 4000  # so that long tables are read on several threads
warnings.simplefilter("error")
TABLES = [
    b"a,b,y\n1.5,red,2\n2.5,blue,3\n,red,4\n1e3,\"x, \"\"y\"\"\",5\n" * 3,
    "Tag;Größe;ja\n01.02.2020;1,5;ja\n02.02.2020;-2,5;nein\n".encode("cp1252") * 4,
    "x\ty\n1\t2\n3\t4\n5\t?\n".encode("utf-16"),
    "1,2,3\n4,5,6\n7,8,9\n".encode("utf-8-sig"),
    b"sep=|\nday|v\n2020-01-31T10:00:00|1\n2020-02-31T10:00:00|2\n2020-03-01T10:00:00|inf\n",
]
PIECES = [b'"', b'""', b",", b";", b"\t", b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"\xfe\xff", b"e",
          b"-", b".", b"NaN", b"1e999", b"9" * 400, b"\xc3", b"|" * 50, b"\n" * 60, b"#", b"yes"]
put = st.sampled_from(PIECES) | st.binary(max_size=4)
change = st.tuples(st.integers(0, 400), st.integers(0, 20), put)
# Now and then a table so long that more of it than is looked at first is read.
is_long = st.integers(0, 15).map(lambda number: number == 7)
options = st.fixed_dictionaries({}, optional={
    "missing": st.sampled_from(["drop", "fill", "leave", "refuse"]),
    "categories": st.sampled_from(["one-hot", "ordinal"]),
    "delimiter": st.sampled_from(["comma", "semicolon", "tab", "bar"]),
    "decimal": st.sampled_from([".", ","]),
    "encoding": st.sampled_from(["utf-8", "utf-16", "cp1252", "latin-1"]),
    "header": st.sampled_from(["yes", "no"]),
    "task": st.sampled_from(["numbers", "binary", "classes"]),
})
file = Path(tempfile.mkdtemp()) / "my.csv"
seen = {"read": 0, "refused": 0}

@settings(max_examples=int(sys.argv[1]), deadline=None, database=None, derandomize=True,
          suppress_health_check=list(HealthCheck), phases=[Phase.generate])
@given(st.sampled_from(TABLES), st.lists(change, max_size=8), options, is_long)
def attack(table, changes, options, long):
    if long:
        table = table + table[table.find(b"\n") + 1 :] * 1200 if b"\0" not in table else table
    for place, gone, put in changes:
        place = place % (len(table) + 1) if place % 3 else max(0, len(table) - place)
        table = table[:place] + put + table[place + gone :]
    file.write_bytes(table)
    try:
        data = Table(file=str(file), **options).load()
    except DataError as error:
        assert str(error)
        seen["refused"] += 1
    else:
        filled = FillEmpty().fitted(data, np.arange(data.size)).apply(data.inputs)
        assert np.isfinite(filled if options.get("missing") == "leave" else data.inputs).all()
        assert np.isfinite(data.targets).all() and data.size
        assert all(map(str, data.notes))
        seen["read"] += 1

Table(text="a,y\n1,2.5\n2,3.5\n").load()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
attack()
grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
print(json.dumps({**seen, "grown": grown}))
"""


def test_damaged_tables_give_examples_or_a_sentence_within_bounds() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(ROUNDS)],
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout)
    assert found["read"] > ROUNDS / 5
    assert found["refused"] > ROUNDS / 20
    assert found["grown"] < MOST
