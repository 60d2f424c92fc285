"""Thousands of damaged files of every kind: numbers or a sentence, in little memory and time.

The files are changed at random places, cut, or made of pieces of each other, in a process of its
own that tells how much memory it needed at most.
"""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

#: Files tried of each kind, and by how many MB the process may grow.
ROUNDS, MOST = 1500, 150

PROGRAM = r"""
import gzip, io, json, resource, sys, tempfile, warnings
from pathlib import Path
import numpy as np
from PIL import Image
from nnstudio.data.array_files import read_arrays
from nnstudio.data.errors import DataError
from nnstudio.data.idx import read_idx
from nnstudio.data.picture_files import Form, read_pieces

kind, rounds = sys.argv[1], int(sys.argv[2])
warnings.simplefilter("error")
rng = np.random.default_rng(0)
folder = Path(tempfile.mkdtemp())
numbers = (np.arange(400) % 251).astype(np.uint8).reshape(4, 10, 10)
file = io.BytesIO()
if kind in ("idx", "idx.gz"):
    plain = bytes([0, 0, 8, 3]) + b"".join(n.to_bytes(4, "big") for n in numbers.shape)
    good = plain + numbers.tobytes()
    good = gzip.compress(good) if kind == "idx.gz" else good
    read = lambda path: read_idx(path, 3)
elif kind == "npy":
    np.save(file, numbers / 3)
    good, read = file.getvalue(), read_arrays
elif kind == "npz":
    np.savez_compressed(file, x=numbers, y=np.arange(4))
    good, read = file.getvalue(), read_arrays
else:
    Image.fromarray(numbers[0]).save(file, kind)
    good, read = file.getvalue(), lambda path: list(read_pieces([path], Form(1, 10, 10)))
path = folder / f"file.{kind}"
path.write_bytes(good)
read(path)
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
told = 0
for _ in range(rounds):
    content = bytearray(good)
    for _ in range(rng.integers(1, 6)):
        place = rng.integers(len(content))
        match rng.integers(4):
            case 0:
                content[place] = rng.integers(256)
            case 1:
                extreme = (b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff")[rng.integers(3)]
                content[place : place + 4] = extreme
            case 2:
                del content[place : place + rng.integers(1, 20)]
            case 3:
                content[place:place] = content[: rng.integers(1, 20)]
        content = content or bytearray(b"0")
    path.write_bytes(content)
    try:
        read(path)
    except DataError as error:
        told += bool(str(error))
grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
print(json.dumps({"told": told, "grown": grown / 1000}))
"""


@pytest.mark.parametrize("kind", ["idx", "idx.gz", "npy", "npz", "png", "jpeg", "gif"])
def test_a_damaged_file_is_read_or_told_in_little_memory(kind: str) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, kind, str(ROUNDS)],
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert found["grown"] < MOST
    if kind in ("idx", "npy"):
        assert found["told"] > ROUNDS / 10
