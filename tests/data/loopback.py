"""A server on this machine with four small files in place of a published set."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import numpy as np
import pytest
from idx_files import idx_bytes

from nnstudio.data.downloads import RemoteFile
from nnstudio.data.sources import Mnist

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


@contextmanager
def serving() -> Iterator[str]:
    """The server's address, while it serves."""
    Handler.asked.clear()
    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=httpd.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{httpd.server_port}/"
    httpd.shutdown()
    httpd.server_close()
    thread.join()


def remote(server: str, *, wrong: str = "") -> list[RemoteFile]:
    """The files with their checksums; that of ``wrong`` isn't right."""
    return [
        RemoteFile(
            server + name,
            "md5:" + ("0" * 32 if name == wrong else hashlib.md5(content).hexdigest()),
            len(content),
        )
        for name, content in FILES.items()
    ]


def stand_in_for_mnist(monkeypatch: pytest.MonkeyPatch, server: str) -> None:
    """Let MNIST be fetched from ``server``."""
    files = remote(server)
    monkeypatch.setattr(Mnist, "server", server)
    monkeypatch.setattr(Mnist, "sums", tuple(f.checksum.removeprefix("md5:") for f in files))
    monkeypatch.setattr(Mnist, "sizes", tuple(f.size for f in files))
