"""A desk for a test: stores in a folder, real workers, and the screens as Streamlit's own tester runs them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Button

from engine.batches.documents import SHARDS, WORKERS, job_path
from engine.batches.rows import RowFiles
from engine.bootstrap import open_engine, open_store
from engine.clock import SystemClock
from engine.codec import encode, replace
from engine.domain.batch.items import Outcome
from engine.domain.batch.jobs import Job, JobStatus
from engine.domain.batch.options import Options
from engine.domain.batch.workers import RowInFlight, WorkerRecord
from engine.domain.identify.barcodes import check_digit
from engine.domain.identify.evidence import ReleaseSummary
from engine.domain.listing.pricing import Price
from engine.errors import Cause, ItemError
from engine.files.folder import FolderFiles
from engine.settings import Settings
from engine.store.base import Patch, Put
from engine.worker.loop import Worker, WorkerConfig
from tests.support.hostile import as_shown
from tests.support.working import Changing, Work

CLOCK = SystemClock()


def upcs(count: int) -> list[str]:
    """Return `count` different valid UPCs."""
    return [f"{number}{check_digit(str(number))}" for number in range(70_000_000_000, 70_000_000_000 + count)]


class Scripted(Changing):
    """A pipeline that fails the barcodes in `failing` and drafts all others."""

    def __init__(self, failing: Iterable[str] = ()) -> None:
        self._failing = set(failing)

    def change(self, work: Work) -> None:
        if work.item.upc in self._failing:
            raise ItemError(Cause.NO_MATCH, f"Nobody knows {work.item.upc}.")
        work.item = replace(
            work.item,
            outcome=Outcome.COMPOSED if work.options.not_sent else Outcome.DRAFTED,
            not_sent=work.options.not_sent,
            sku=work.sku,
            release=ReleaseSummary(artist=f"Artist {work.row.index}", title="Café Songs", year=1999),
            price=Price(1250, "fixed"),
        )


@dataclass
class Desk:
    """`folder` holds the stores; `engine` and `store` look at them from beside the screens."""

    folder: Path

    def __post_init__(self) -> None:
        self.settings = Settings(_env_file=None)
        self.engine = open_engine(self.settings, CLOCK)
        self.store = open_store(self.settings.store, CLOCK)

    def submit(self, barcodes: Iterable[str], options: Options | None = None, **more: str) -> Job:
        """Queue a batch over a file with one barcode a line."""
        content = "".join(f"{barcode}\n" for barcode in barcodes).encode()
        return self.engine.submission.upload(content, "box.txt", options or Options(), by="maria@example.com", **more)

    def work(self, failing: Iterable[str] = (), pipeline: type[Scripted] = Scripted) -> None:
        """Work until nothing is left to do."""
        files = RowFiles(FolderFiles(Path(self.settings.files.removeprefix("file:"))))
        lease = timedelta(seconds=30)
        Worker(self.store, files, pipeline(failing), CLOCK, WorkerConfig(2, lease)).run(until_idle=True)

    def interrupted(self, count: int = 6, done: int = 2) -> Job:
        """Return a batch of which `done` rows were done and one was in hand when its only worker died."""
        job = self.submit(upcs(count), Options(first=done))
        self.work()
        now, key = CLOCK.now(), "0000"
        stored = self.engine.queries.job(job.job_id)
        shards = {key: replace(stored.engine.shards[key], done=False, b=count)}
        engine = encode(replace(stored.engine, shards=shards, rows=count))
        fields = {"status": JobStatus.RUNNING, "total_upcs": count, "completed_at": None, "engine": engine}
        shard = {
            "owner": "dead",
            "done": False,
            "b": count,
            "lease_until": now - timedelta(minutes=1),
            "available_at": now,
        }
        row = RowInFlight(job.job_id, done, upcs(count)[done], "price")
        self.store.commit(
            Patch(job_path(job.job_id), fields, None),
            Patch(f"{SHARDS}/{job.job_id}-{key}", shard, None),
            self.worker("dead", job.job_id, [row], age=timedelta(minutes=6)),
        )
        return self.engine.queries.job(job.job_id)

    def worker(
        self,
        name: str,
        job_id: str | None,
        rows: list[RowInFlight],
        *,
        age: timedelta = timedelta(0),
        **connections: bool,
    ) -> Put:
        """Return what a worker told of itself `age` ago; `connections` tells for which services it has credentials."""
        now = CLOCK.now()
        record = WorkerRecord(
            "working",
            now - age,
            now - timedelta(hours=1),
            host="desk",
            job_id=job_id,
            rows=tuple(rows),
            connections=connections,
        )
        return Put(f"{WORKERS}/{name}", encode(record))

    def away(self) -> None:
        """Make the job store unreadable, for the console too."""
        from console.context import handles

        (self.folder / "no.db").write_bytes(b"no database " * 400)
        (self.folder / "no.db").replace(self.folder / "dm.db")
        for log in self.folder.glob("dm.db-*"):
            log.unlink()
        for engine in (self.engine, handles().engine):  # last: who reads meanwhile gives back what is closed then
            engine.queries._store.close()

    def screen(self, name: str, **query: str) -> AppTest:
        """Return a screen as it is drawn for the address."""
        app = AppTest.from_function(_script, args=(name,), default_timeout=20)
        for key, value in query.items():
            app.query_params[key] = value
        return app.run()


def _script(name: str) -> None:
    import runpy

    import streamlit as st

    from console import actions, navigation
    from console.widgets import parts, toasts

    st.navigation(navigation.pages(), position="hidden")
    actions.redrawn()
    parts.begin()
    runpy.run_path(str(navigation.PAGES / f"{name}.py"))
    parts.live(toasts.draw, name="toasts", shows=toasts.given)
    parts.watch()


def text(app: AppTest) -> str:
    """Return everything a screen says, as it is read, but for its tables."""
    kinds = (
        app.title,
        app.subheader,
        app.markdown,
        app.caption,
        app.error,
        app.warning,
        app.info,
        app.button,
        app.metric,
    )
    said = [
        str(getattr(element, "value", "")) + str(getattr(element, "label", "")) for kind in kinds for element in kind
    ]
    said += [element.proto.body for element in app.get("html")]
    return as_shown("\n".join(said))


def button(app: AppTest, label: str) -> Button:
    """Return the button whose label begins so."""
    return next(found for found in app.button if found.label.startswith(label))
