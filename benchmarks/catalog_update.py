"""The catalogue from a served dump whose line is cut again and again: speed and memory, each size in its own process.

python -m benchmarks.catalog_update [releases ...]
"""

from __future__ import annotations

import contextlib
import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import requests

from benchmarks.catalog import multiplied, peak_mb
from engine.catalog.download import Link
from engine.catalog.update import Updater
from engine.clock import SystemClock
from engine.retry import RetryPolicy

NAME = "discogs_20261101_releases.xml.gz"
CUT_EVERY = 5 << 20  # bytes after which the line is cut
AT_ONCE = RetryPolicy(first=0.01, tries=10)


@contextlib.contextmanager
def served(dump: Path) -> Iterator[str]:
    """Serve a dump with ranges, in answers that end after `CUT_EVERY` bytes."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if "prefix" in self.path:
                self._answer(200, NAME.encode(), {})
            elif "CHECKSUM" in self.path:
                self.send_error(404)
            else:
                self._part()

        def _part(self) -> None:
            size, start = dump.stat().st_size, int(self.headers.get("Range", "bytes=0-")[6:-1])
            with dump.open("rb") as file:
                file.seek(start)
                piece = file.read(CUT_EVERY)
            headers = {"ETag": '"one"', "Content-Range": f"bytes {start}-{size - 1}/{size}"}
            self._answer(206 if start else 200, piece, headers, size - start)

        def _answer(self, status: int, body: bytes, headers: dict[str, str], length: int | None = None) -> None:
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(length or len(body))}.items():
                self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(ConnectionError):
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def update(address: str, folder: str) -> dict[str, Any]:
    """Make the catalogue and return what that took."""
    began = time.perf_counter()
    with requests.Session() as session:
        link = Link(session, "Benchmark/1.0", threading.Event(), AT_ONCE)
        updater = Updater(Path(folder) / "catalog.db", link, address, SystemClock(), lambda *_: None, lambda _: None)
        result = updater.run()
    rate = result.about.releases / (time.perf_counter() - began)
    return {"releases_per_second": round(rate), "peak_mb": peak_mb(), "cuts": result.cuts, "bytes": result.about.size}


def main() -> None:
    found = {}
    for count in map(int, sys.argv[1:] or ("20000", "200000")):
        with tempfile.TemporaryDirectory() as folder:
            dump = Path(folder) / NAME
            multiplied(dump, count)
            with served(dump) as address, get_context("spawn").Pool(1) as pool:
                found[count] = pool.apply(update, (address, folder))
    print(json.dumps({"benchmark": "catalog_update", **found}))


if __name__ == "__main__":
    main()
