"""A body is refused before it is in memory, whatever its head says of its length: real requests to a real console."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from contextlib import closing
from urllib.parse import urlsplit

import psutil
import pytest

from tests.support.demo import Served, served

MB = 1_000_000
LARGE = 60 * MB
MOST_GROWTH = 15 * MB
PIECE = b'"x",' * 16_000
FORM_HEAD = b'--x\r\nContent-Disposition: form-data; name="file"; filename="rows.txt"\r\n\r\n'


@pytest.fixture(scope="module")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("console")
    own = {"DM_STORE": f"sqlite:///{folder / 'store.db'}", "DM_FILES": f"file:{folder / 'files'}"}
    with served(folder, "console", **own) as running:
        yield running


def memory(console: Served) -> int:
    return int(psutil.Process(console.process.pid).memory_info().rss)


def pieces(first: bytes) -> Iterator[bytes]:
    """Yield a large body."""
    yield first
    yield from (PIECE for _ in range(LARGE // len(PIECE)))


KINDS = {
    "JSON": (
        "POST",
        "/api/batch/process",
        "application/json",
        b'{"gcs_path": [',
        "1.0 MB: split it into smaller calls",
    ),
    "JSON of a list": ("POST", "/api/drafts/bulk", "application/json", b"[", "1.0 MB: split it into smaller calls"),
    "an upload": (
        "POST",
        "/api/batch/upload",
        "multipart/form-data; boundary=x",
        FORM_HEAD,
        "10.1 MB: split it into smaller files",
    ),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("chunked", [True, False])
def test_a_large_body_is_refused_and_never_in_memory(console: Served, kind: str, chunked: bool) -> None:
    method, path, media, first, sentence = KINDS[kind]
    headers = {"Content-Type": media}
    if not chunked:
        headers["Content-Length"] = str(len(first) + LARGE // len(PIECE) * len(PIECE))
    before = memory(console)
    with closing(http.client.HTTPConnection(urlsplit(console.url).netloc, timeout=60)) as connection:
        connection.request(method, path, pieces(first), headers, encode_chunked=chunked)
        answer = connection.getresponse()
        assert answer.status == 413
        assert json.loads(answer.read())["detail"].endswith(f"{sentence}.")
    assert memory(console) - before < MOST_GROWTH
    assert console.get("/api/batch/jobs")["total"] == 0


def opened(console: Served) -> closing[socket.socket]:
    address = urlsplit(console.url)
    return closing(socket.create_connection((address.hostname, address.port), timeout=30))


def head(console: Served, length: str) -> bytes:
    """Return the head of a request whose body follows by hand."""
    host = f"Host: {urlsplit(console.url).netloc}"
    given = ("POST /api/batch/process HTTP/1.1", host, "Content-Type: application/json", length, "", "")
    return "\r\n".join(given).encode()


def test_a_body_longer_than_its_stated_length_ends_where_it_was_stated(console: Served) -> None:
    before = memory(console)
    with opened(console) as connection:
        try:
            connection.sendall(head(console, "Content-Length: 2") + b"{}" + b"x" * LARGE)
            said = connection.recv(65_536)
        except ConnectionError:  # what follows the body is no request: the line is cut
            said = b"HTTP/1.1 4"
    assert said.startswith(b"HTTP/1.1 4")
    assert memory(console) - before < MOST_GROWTH
    assert console.get("/api/batch/jobs")["total"] == 0


def test_a_stream_that_never_ends_is_answered_while_it_comes(console: Served) -> None:
    chunk = f"{len(PIECE):x}\r\n".encode() + PIECE + b"\r\n"
    with opened(console) as connection:
        connection.sendall(head(console, "Transfer-Encoding: chunked") + chunk * 20)  # 1.3 MB, and no end
        assert connection.recv(65_536).startswith(b"HTTP/1.1 413 ")
