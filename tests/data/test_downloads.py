"""Downloading from a server on this machine: whole files with the right checksum, or a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from loopback import FILES, Handler, remote, serving, stand_in_for_mnist

from nnstudio.data.downloads import RemoteFile, fetch
from nnstudio.data.errors import DataError
from nnstudio.data.progress import Cancelled
from nnstudio.data.sources import FashionMnist, IdxSet, Kmnist, Mnist


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with serving() as address:
        yield address


def test_what_was_fetched_can_be_trained_on(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand_in_for_mnist(monkeypatch, server)
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
