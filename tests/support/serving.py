"""The HTTP API on a free loopback port, over SQLite and a folder, with real workers that move its batches on."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import requests
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from console.bearer import Bearers
from console.gate import Gate
from engine.api import create_app
from engine.batches.fleet_metrics import tell
from engine.batches.rows import RowFiles
from engine.bootstrap import open_engine, open_files, open_store
from engine.clock import SystemClock
from engine.codec import replace
from engine.domain.batch.items import Outcome, skip
from engine.domain.identify.barcodes import check_digit
from engine.domain.identify.evidence import Confidence, Match, ReleaseSummary
from engine.domain.listing.composition import Draft
from engine.domain.listing.pricing import Price
from engine.errors import Cause, ItemError
from engine.pipeline.work import Pipeline
from engine.public import Engine
from engine.settings import Settings
from engine.store.base import Store
from engine.telemetry.providers import open_telemetry
from engine.worker.loop import Worker, WorkerConfig
from tests.support.clocks import PATIENCE_SECONDS, until
from tests.support.working import Changing, Work

ROOT = Path(__file__).parents[2]


def upcs(count: int, start: int = 70_000_000_000) -> list[str]:
    """Return `count` different valid UPCs."""
    return [f"{number}{check_digit(str(number))}" for number in range(start, start + count)]


def lines(barcodes: Iterable[str]) -> str:
    """Return a file with one barcode a line."""
    return "".join(f"{barcode}\n" for barcode in barcodes)


class Scripted(Changing):
    """A pipeline that fails the barcodes in `failing` and drafts all others; rows from `stops_at` on wait for `go`."""

    def __init__(self, failing: Iterable[str] = (), stops_at: int | None = None) -> None:
        self.failing = set(failing)
        self.go = threading.Event()
        self._stops_at = stops_at
        self.runs: list[int] = []

    def change(self, work: Work) -> None:
        index = work.row.index
        if self._stops_at is not None and index >= self._stops_at:
            self.go.wait(PATIENCE_SECONDS)
        self.runs.append(index)
        if work.item.upc in self.failing:
            raise ItemError(Cause.NO_MATCH, f"Nobody knows {work.item.upc}.")
        work.item = replace(
            work.item,
            outcome=Outcome.DRAFTED,
            sku=work.sku,
            offer_id=f"offer-{index}",
            release=ReleaseSummary(artist=f"Artist {index}", title="Café Songs", label="Label", year=1999),
            price=Price(1250, "fixed"),
        )


class Drafting(Scripted):
    """A pipeline that makes a draft of each row, as a person decided it."""

    def change(self, work: Work) -> None:
        super().change(work)
        edits = work.edits
        draft = Draft(title=edits.title or "As found", price_cents=edits.price_cents or 599)
        match = Match(confidence=Confidence.FAIR if work.row.index else Confidence.HIGH)
        work.item = replace(work.item, draft=draft, match=match)
        if work.item.decided.removed:
            work.item = skip(work.item, Cause.REMOVED, "Removed by api.", now=work.now())


AWAY = 503


@dataclass
class Served:
    """A running API. `engine` is what it serves, `store` its store, for a look behind it."""

    url: str
    settings: Settings
    engine: Engine
    store: Store
    session: requests.Session
    answers: list[requests.Response] = field(default_factory=list)

    def call(self, method: str, path: str, **more: Any) -> requests.Response:
        response = self.session.request(method, f"{self.url}{path}", timeout=30, **more)
        self.answers.append(response)
        return response

    def get(self, path: str, **query: Any) -> Any:
        """Return the JSON of a successful GET."""
        return self._successful("GET", path, params=query)

    def post(self, path: str, body: Any = None) -> Any:
        """Return the JSON of a successful POST."""
        return self._successful("POST", path, json=body)

    def _successful(self, method: str, path: str, **more: Any) -> Any:
        """Return the JSON of a call that succeeds, at once or, as the answer 503 asks, a little later."""

        def answered() -> list[requests.Response]:
            said = self.call(method, path, **more)
            return [] if said.status_code == AWAY else [said]

        (response,) = until(answered, seconds=20.0, every=1.0)
        assert response.status_code == 200, response.text
        return response.json()

    def status(self, job_id: str) -> Any:
        return self.get(f"/api/batch/status/{job_id}")

    @property
    def folder(self) -> Path:
        return Path(self.settings.files.removeprefix("file:"))

    def place(self, content: str, path: str = "gs://bucket/rows.txt") -> str:
        """Put a file where `path` means it."""
        place = self.folder / path.removeprefix("gs://")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content, encoding="utf-8")
        return path

    def start(self, content: str, **fields: Any) -> str:
        """Start a batch over a file of that content; return its name."""
        job_id: str = self.post("/api/batch/process", {"gcs_path": self.place(content), **fields})["job_id"]
        return job_id

    def finished(self, content: str, pipeline: Pipeline | None = None, **fields: Any) -> str:
        """Start a batch and work until nothing is left to do."""
        job_id = self.start(content, **fields)
        self.work(pipeline)
        return job_id

    def worker(self, pipeline: Pipeline | None = None, *, lease: float = 30.0) -> Worker:
        return Worker(
            self.store,
            RowFiles(open_files(self.settings.files)),
            pipeline or Scripted(),
            SystemClock(),
            WorkerConfig(2, timedelta(seconds=lease)),
        )

    def work(self, pipeline: Pipeline | None = None) -> None:
        """Work until nothing is left to do."""
        self.worker(pipeline).run(until_idle=True)

    @contextlib.contextmanager
    def working(self, pipeline: Scripted) -> Iterator[Worker]:
        """Have a worker work for as long as the block lasts; at its end the rows that wait may go on."""
        worker = self.worker(pipeline)
        thread = threading.Thread(target=worker.run, name="worker")
        thread.start()
        try:
            yield worker
        finally:
            worker.stop()
            pipeline.go.set()
            thread.join(PATIENCE_SECONDS)
            assert not thread.is_alive()

    @contextlib.contextmanager
    def stopped_at(self, index: int, count: int = 6) -> Iterator[tuple[str, Scripted]]:
        """Have a worker run a batch of `count` rows that comes to rest with row `index` in hand."""
        pipeline = Scripted(stops_at=index)
        job_id = self.start(lines(upcs(count)))
        with self.working(pipeline):
            until(lambda: self.status(job_id)["processed_upcs"] == index)
            yield job_id, pipeline


def settings(folder: Path, **more: Any) -> Settings:
    """Return settings that keep everything in `folder`; `more` by the names that the environment has for them."""
    places: dict[str, Any] = {"DM_STORE": f"sqlite:///{folder / 'store.db'}", "DM_FILES": f"file:{folder / 'files'}"}
    return Settings(_env_file=None, **(places | more))


class Door:
    """One real HTTP server for all tests: it hands every request to the application that is served now."""

    def __init__(self) -> None:
        self.app: ASGIApp | None = None
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        self.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        config = uvicorn.Config(self._answer, interface="asgi3", lifespan="off", log_config=None, access_log=False)
        run = uvicorn.Server(config).run
        threading.Thread(target=run, kwargs={"sockets": [listener]}, name="api", daemon=True).start()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.app is not None
        await self.app(scope, receive, send)


@cache
def door() -> Door:
    return Door()


@contextlib.contextmanager
def serving(chosen: Settings) -> Iterator[Served]:
    """Serve the API for as long as the block lasts."""
    engine, store, server = open_engine(chosen), open_store(chosen.store, SystemClock()), door()
    assert server.app is None
    hosts = frozenset({server.url.removeprefix("http://")})
    callers = Bearers(engine.tokens, SystemClock())
    telemetry = open_telemetry(chosen, "console")
    tell(telemetry.meter, engine.fleet.now)
    server.app = Gate(
        create_app(engine, chosen, telemetry.text), hosts, callers=callers, roles=engine.people, audit=engine.audit
    )
    with contextlib.closing(store), requests.Session() as session:
        try:
            yield Served(server.url, chosen, engine, store, session)
        finally:
            server.app = None
            engine.catalogue.stop()
            telemetry.close()


@contextlib.contextmanager
def worker_process(chosen: Settings, sandbox_url: str, **environment: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run `python -m engine worker` for as long as the block lasts."""
    known = {"DM_STORE": chosen.store, "DM_FILES": chosen.files, "DM_SANDBOX_URL": sandbox_url}
    process = subprocess.Popen(
        [sys.executable, "-m", "engine", "worker"],
        cwd=ROOT,
        env={**os.environ, **known, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.wait()


def compact(text: str) -> bool:
    """Whether a JSON text has no blanks between its parts."""
    return json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False) == text
