"""Downloading from a server on this machine: whole files with the right checksum, or a sentence."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
from idx_files import idx_bytes

from nnstudio.data.downloads import RemoteFile, fetch
from nnstudio.data.errors import DataError
from nnstudio.data.progress import Cancelled
from nnstudio.data.sources import FashionMnist, IdxSet, Kmnist, Mnist

RNG = np.random.default_rng(2)
FILES = {
    "train-images-idx3-ubyte.gz": idx_bytes(RNG.integers(0, 256, (20, 28, 28))),
    "train-labels-idx1-ubyte.gz": idx_bytes(np.arange(20) % 10),
    "t10k-images-idx3-ubyte.gz": idx_bytes(RNG.integers(0, 256, (10, 28, 28))),
    "t10k-labels-idx1-ubyte.gz": idx_bytes(np.arange(10)),
}


class Handler(BaseHTTPRequestHandler):
    """Serves FILES; under /cut/ only half of each."""

    asked: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.asked.append(self.path)
        folder, _, name = self.path.strip("/").rpartition("/")
        content = FILES.get(name)
        if content is None:
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content[: len(content) // 2] if folder == "cut" else content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    Handler.asked.clear()
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}/"
    httpd.shutdown()
    httpd.server_close()
    thread.join()


def remote(server: str, *, wrong: str = "") -> list[RemoteFile]:
    return [
        RemoteFile(
            server + name,
            "md5:" + ("0" * 32 if name == wrong else hashlib.md5(content).hexdigest()),
            len(content),
        )
        for name, content in FILES.items()
    ]


def test_what_was_fetched_can_be_trained_on(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = remote(server)
    monkeypatch.setattr(Mnist, "server", server)
    monkeypatch.setattr(Mnist, "sums", tuple(f.checksum.removeprefix("md5:") for f in files))
    monkeypatch.setattr(Mnist, "sizes", tuple(f.size for f in files))
    told: list[tuple[int, int]] = []
    source = Mnist(str(tmp_path))
    source.fetch(lambda done, expected: told.append((done, expected)))
    assert (source.load().size, source.load().test_count) == (30, 10)
    done, expected = zip(*told, strict=True)
    assert list(done) == sorted(done)
    assert set(expected) == {sum(map(len, FILES.values()))}
    assert done[-1] == expected[-1]


def test_files_that_are_there_are_not_fetched_again(server: str, tmp_path: Path) -> None:
    fetch("Some", remote(server), tmp_path)
    asked = len(Handler.asked)
    fetch("Some", remote(server), tmp_path)
    assert asked == len(FILES) == len(Handler.asked)


def test_a_wrong_checksum_leaves_no_file_and_is_told(server: str, tmp_path: Path) -> None:
    wrong = "train-labels-idx1-ubyte.gz"
    with pytest.raises(DataError, match=f"{wrong} arrived damaged .* thrown away"):
        fetch("Some", remote(server, wrong=wrong), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["train-images-idx3-ubyte.gz"]


def test_a_download_that_is_cut_in_the_middle_leaves_no_file(server: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"Some couldn't be downloaded|arrived damaged"):
        fetch("Some", remote(server + "cut/"), tmp_path)
    assert not list(tmp_path.iterdir())


def test_a_file_that_the_server_does_not_have_is_told(server: str, tmp_path: Path) -> None:
    files = [RemoteFile(server + "nothing.gz", "md5:" + "0" * 32)]
    with pytest.raises(DataError, match="the server answers 404"):
        fetch("Some", files, tmp_path)


def test_without_a_network_it_says_where_to_put_the_files(server: str, tmp_path: Path) -> None:
    port = int(server.strip("/").rpartition(":")[2])
    closed = server.replace(str(port), "1")  # nobody serves there
    with pytest.raises(DataError, match=r"no connection to the server.*put train-images") as raised:
        fetch("Some", remote(closed), tmp_path / "home")
    assert str(tmp_path / "home") in str(raised.value)


def test_cancelling_stops_it_and_leaves_no_half_file(server: str, tmp_path: Path) -> None:
    def give_up(done: int, expected: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        fetch("Some", remote(server), tmp_path, give_up)
    assert not list(tmp_path.iterdir())


def test_a_folder_that_cannot_be_made_is_told(server: str, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(DataError, match="can't be kept in"):
        fetch("Some", remote(server), tmp_path / "file" / "home")


@pytest.mark.parametrize("source", [Mnist, FashionMnist, Kmnist])
def test_each_collection_tells_four_files_with_checksums(source: type[IdxSet]) -> None:
    files = source.remote_files()
    assert [file.name for file in files] == list(FILES)
    assert all(len(file.checksum) == len("md5:") + 32 and file.size for file in files)
    assert len({file.checksum for file in files}) == 4
    assert len(source().names) == 10
