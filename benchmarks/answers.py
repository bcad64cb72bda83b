"""How long the API's answers about a batch take, over HTTP."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial

import requests
import uvicorn

from engine.api import create_app
from engine.bootstrap import open_engine
from engine.settings import Settings

CALLS = 20


def answers(settings: Settings, job_id: str) -> dict[str, dict[str, float]]:
    """Return how many milliseconds the API's answers take, over HTTP: the middle one and the longest."""
    calls = {
        "listing": "/api/batch/jobs",
        "status": f"/api/batch/status/{job_id}",
        "items": f"/api/batch/{job_id}/items",
    }
    taken: dict[str, dict[str, float]] = {}
    with serving(settings) as url, requests.Session() as session:
        for name, path in calls.items():
            call = partial(_get, session, f"{url}{path}")
            call()
            times = sorted(_milliseconds(call) for _ in range(CALLS))
            taken[name] = {"median_ms": times[CALLS // 2], "longest_ms": times[-1]}
    return taken


@contextlib.contextmanager
def serving(settings: Settings) -> Iterator[str]:
    """Serve the API from a thread for as long as the block lasts; yield its URL."""
    listener = socket.create_server(("127.0.0.1", 0))
    app = create_app(open_engine(settings), settings)
    server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None, access_log=False))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, name="api")
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


def _get(session: requests.Session, url: str) -> None:
    session.get(url, timeout=30).raise_for_status()


def _milliseconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return round((time.perf_counter() - start) * 1_000, 1)
