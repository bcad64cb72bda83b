"""A server that grants so many calls in a true moving window, for `benchmarks.budgets`.

    python -m benchmarks.window_server --limit 60 --window 60 --jitter 0.3

Prints its port, then answers `GET` on any path as Discogs does: 200 or 429, with the headers of its quota. A call
takes up to `--jitter` seconds in all, part of them before it is counted and part after. `GET /told` returns every call
so far: when it was counted, in seconds, and whether it was let through.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from collections import deque


class Window:
    """Calls that were let through within the last `seconds`, and all that were ever made."""

    def __init__(self, limit: int, seconds: float) -> None:
        self.limit = limit
        self.told: list[tuple[float, bool]] = []
        self._seconds = seconds
        self._inside: deque[float] = deque()

    def count(self) -> tuple[bool, int]:
        """Count a call; return whether it may pass, and how many are left."""
        now = time.monotonic()
        while self._inside and self._inside[0] <= now - self._seconds:
            self._inside.popleft()
        passed = len(self._inside) < self.limit
        if passed:
            self._inside.append(now)
        self.told.append((now, passed))
        return passed, self.limit - len(self._inside)


async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, window: Window, jitter: float) -> None:
    """Answer the calls of one connection."""
    try:
        while head := await reader.readuntil(b"\r\n\r\n"):
            if head.startswith(b"GET /told "):
                writer.write(_response("200 OK", [], json.dumps(window.told)))
                continue
            late = random.uniform(0, jitter)
            before = random.uniform(0, late)
            await asyncio.sleep(before)
            passed, left = window.count()
            await asyncio.sleep(late - before)
            names = (("", window.limit), ("-Used", window.limit - left), ("-Remaining", left))
            headers = [f"X-Discogs-Ratelimit{name}: {value}" for name, value in names]
            if passed:
                writer.write(_response("200 OK", headers, "{}"))
            else:
                said = '{"message": "You are making requests too quickly."}'
                writer.write(_response("429 Too Many Requests", headers, said))
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


def _response(status: str, headers: list[str], body: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", "Content-Type: application/json", f"Content-Length: {len(body)}", *headers, "", body]
    return "\r\n".join(lines).encode()


async def serve(limit: int, seconds: float, jitter: float) -> None:
    window = Window(limit, seconds)
    server = await asyncio.start_server(lambda reader, writer: answer(reader, writer, window, jitter), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit", type=int, default=60)
    parser.add_argument("--window", type=float, default=60.0)
    parser.add_argument("--jitter", type=float, default=0.3)
    asked = parser.parse_args()
    asyncio.run(serve(asked.limit, asked.window, asked.jitter))


if __name__ == "__main__":
    main()
