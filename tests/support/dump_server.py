"""A server of dumps as data.discogs.com and data.metabrainz.org are: with cut lines, replaced files, bad checksums."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit


@dataclass
class DumpServer:
    """What is served, by name; `cuts` are the places in a file at which the line is cut, each once.

    `pieces` is the size of what is sent at once, `stalls` the place at which nothing more comes until the server ends.
    `busy` so many requests are answered 503. `on_cut` is called with each cut. `asked` holds each request's target and
    Range.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    cuts: list[int] = field(default_factory=list)
    ranges: bool = True
    pieces: int = 1 << 16
    pause: float = 0.0
    stalls: int | None = None
    busy: int = 0
    listing: str = '<html><a href="?download=data%2F{year}%2F{name}">{name}</a></html>'
    on_cut: Callable[[], object] = lambda: None
    asked: list[tuple[str, str]] = field(default_factory=list)
    url: str = ""
    over: threading.Event = field(default_factory=threading.Event)

    def publish(self, name: str, content: bytes, *, checksum: str | None = None) -> None:
        """Serve a dump with its checksum, or with another one."""
        self.files[name] = content
        sums = f"{checksum or sha256(content).hexdigest()} *{name}\n{'0' * 64} *discogs_20261101_artists.xml.gz\n"
        self.files[name.replace("releases.xml.gz", "CHECKSUM.txt")] = sums.encode()

    def downloads(self, name: str) -> list[str]:
        """Return the Range of each request for a file, "" for the whole of it."""
        return [asked for target, asked in self.asked if target.endswith(name)]


class _Handler(BaseHTTPRequestHandler):
    """Answers for the server that is set as `served`."""

    served: DumpServer

    def do_GET(self) -> None:
        served, query = self.served, parse_qs(urlsplit(self.path).query)
        target = (query.get("download") or query.get("prefix") or [urlsplit(self.path).path])[0]
        served.asked.append((target, self.headers.get("Range", "")))
        if served.busy:
            served.busy -= 1
            self.send_error(503)
        elif "prefix" in query:
            self._text("".join(served.listing.format(year=target[5:9], name=name) for name in served.files))
        elif (content := served.files.get(target.rpartition("/")[2])) is None:
            self.send_error(404)
        elif target.endswith(".txt"):
            self._text(content.decode())
        else:
            self._file(content)

    def _text(self, text: str) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def _file(self, content: bytes) -> None:
        served, etag, start = self.served, f'"{sha256(content).hexdigest()[:16]}"', 0
        wanted = self.headers.get("Range", "")
        if wanted and served.ranges and self.headers.get("If-Range", etag) == etag:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.send_header("Content-Length", str(len(content) - start))
        self.send_header("ETag", etag)
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self._send(content, start)

    def _send(self, content: bytes, at: int) -> None:
        served = self.served
        while at < len(content):
            end = min(at + served.pieces, len(content))
            if served.stalls is not None and end >= served.stalls:
                served.stalls = None
                served.over.wait(20)
                return
            cut = next((place for place in served.cuts if at <= place < end), None)
            self.wfile.write(content[at : end if cut is None else cut])
            if cut is not None:
                served.cuts.remove(cut)
                served.on_cut()
                self.close_connection = True
                return
            at = end
            if served.pause:
                served.over.wait(served.pause)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextlib.contextmanager
def dump_server() -> Iterator[DumpServer]:
    """Serve for as long as the block lasts."""
    served = DumpServer()
    handler = type("Handler", (_Handler,), {"served": served})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    served.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, name="dumps", daemon=True)
    thread.start()
    try:
        yield served
    finally:
        served.over.set()
        server.shutdown()
        server.server_close()
        thread.join(10)
