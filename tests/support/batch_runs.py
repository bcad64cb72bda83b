"""Batches on real stores, run by real workers: the engine's parts, and pipelines whose outcomes a test chooses."""

from __future__ import annotations

import contextlib
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from engine.batches.documents import items_of, read_job
from engine.batches.rows import RowFiles
from engine.bootstrap.operations import engine_over
from engine.clock import Clock, SystemClock
from engine.codec import decode, replace
from engine.domain.batch.items import Item, ItemStatus, Outcome, skip
from engine.domain.batch.jobs import Job, JobStatus
from engine.domain.batch.options import Options
from engine.domain.identify.barcodes import check_digit
from engine.domain.identify.evidence import ReleaseSummary
from engine.domain.listing.composition import Draft
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.errors import Cause, ItemError
from engine.files.base import Files
from engine.pipeline.work import Pipeline
from engine.settings import Settings
from engine.store.base import Order, Store
from engine.worker.loop import Worker, WorkerConfig
from engine.worker.notifier import Notifying
from engine.worker.run import Limits
from tests.support.clocks import until
from tests.support.working import Changing, Work

FIXED = Options(price_rule=PriceRule(PriceBasis.FIXED, fixed={"*": {"*": 599}}))
LEASE = timedelta(seconds=30)
DONE = {JobStatus.COMPLETED, JobStatus.FAILED, JobStatus.CANCELLED}


def barcode(number: int) -> str:
    payload = f"{70_000_000_000 + number}"
    return payload + check_digit(payload)


def barcodes(count: int) -> bytes:
    """Return a file of so many different valid barcodes."""
    return "".join(f"{barcode(number)}\n" for number in range(count)).encode()


Step = Callable[[Work], object]


@dataclass
class Chosen(Changing):
    """A pipeline that composes every row, but for those whose step a test has chosen. It counts its runs by row."""

    steps: dict[int, Step] = field(default_factory=dict)
    runs: Counter[int] = field(default_factory=Counter)

    def change(self, work: Work) -> None:
        index = work.row.index
        self.runs[index] += 1
        if step := self.steps.get(index):
            step(work)
        work.item = replace(work.item, sku=work.sku, outcome=Outcome.COMPOSED, release=facts(index))


class Drafting(Chosen):
    """A pipeline that makes a draft of each row, but for the failing ones, and removes it where a person says so."""

    def change(self, work: Work) -> None:
        super().change(work)
        work.item = replace(work.item, draft=Draft(title="As found"), sku=work.sku)
        if work.item.decided.removed:
            work.item = skip(work.item, Cause.REMOVED, "Removed by hand.", now=work.now())


class AtEbay(Drafting):
    """A pipeline whose drafts are at eBay."""

    def change(self, work: Work) -> None:
        super().change(work)
        work.item = replace(work.item, outcome=Outcome.DRAFTED, offer_id=f"offer-{work.row.index}")


def facts(index: int) -> ReleaseSummary:
    return ReleaseSummary(artist=f"Artist {index}", title="Blue Monday", label="Factory", year=1983)


def fails(_work: Work) -> None:
    raise ItemError(Cause.NO_MATCH, "Nobody knows this barcode.")


def nothing(_work: Work) -> None:
    """Do nothing."""


@dataclass
class Gate:
    """A step that waits in the middle of a row until it is opened."""

    reached: threading.Event = field(default_factory=threading.Event)
    opened: threading.Event = field(default_factory=threading.Event)

    def __call__(self, _work: Work) -> None:
        self.reached.set()
        assert self.opened.wait(20)


class Batches:
    """Everything that is done with batches, over one store and one file store."""

    def __init__(self, store: Store, files: Files, clock: Clock | None = None) -> None:
        clock = clock or SystemClock()
        self.store = store
        self.files = files
        self.rows = RowFiles(files)
        self.engine = engine_over(store, files, Settings(_env_file=None), clock)
        self.submission = self.engine.submission
        self.commands = self.engine.commands
        self.queries = self.engine.queries
        self.exports = self.engine.exports

    def upload(self, content: bytes, options: Options = FIXED, filename: str = "rows.txt") -> str:
        return self.submission.upload(content, filename, options).job_id

    def worker(self, pipeline: Pipeline | None = None, **more: Any) -> Worker:
        clock = more.pop("clock", SystemClock())
        config = WorkerConfig(
            more.pop("lanes", 4),
            more.pop("lease", LEASE),
            more.pop("limits", Limits()),
            more.pop("notifying", Notifying()),
            more.pop("retention", None),
        )
        return Worker(self.store, RowFiles(self.files), pipeline or Chosen(), clock, config, **more)

    def run(self, pipeline: Pipeline | None = None, **more: Any) -> None:
        """Run what is queued to its end."""
        self.worker(pipeline, **more).run(until_idle=True)

    @contextlib.contextmanager
    def working(self, pipeline: Pipeline | None = None, **more: Any) -> Iterator[Worker]:
        """Run a worker beside the test, and see that it ends when it is told to."""
        worker = self.worker(pipeline, **more)
        thread = threading.Thread(target=worker.run, name="worker")
        thread.start()
        try:
            yield worker
        finally:
            worker.stop()
            thread.join(20)
        assert not thread.is_alive()

    def job(self, job_id: str) -> Job:
        return self.queries.job(job_id)

    def stored(self, job_id: str) -> Job:
        """Return the job as its document says, nothing computed."""
        found = self.store.get(f"batch_jobs/{job_id}")[0]
        assert found is not None
        return read_job(found)

    def ended(self, job_id: str, status: JobStatus = JobStatus.COMPLETED) -> Job:
        """Wait until a batch is in `status`."""
        until(lambda: self.stored(job_id).status is status)
        return self.stored(job_id)

    def items(self, job_id: str) -> dict[int, Item]:
        found = self.store.find(items_of(job_id), (), Order("index"), 200_000)
        return {document.fields["index"]: decode(Item, document.fields) for document in found}

    def events(self, job_id: str) -> list[str]:
        """Return what happened to a batch, the oldest first."""
        return [entry.event for entry in reversed(self.queries.events(job_id, 200))]

    def exact(self, job_id: str) -> bool:
        """Whether the stored counters are the sum over the items, and the watermark the highest contiguous one."""
        job, items = self.stored(job_id), self.items(job_id)
        states = Counter(item.status for item in items.values())
        watermark = next(index for index in range(len(items) + 1) if index not in items or not items[index].done) - 1
        return (job.successful_upcs, job.failed_upcs, job.skipped_upcs, job.processed_upcs) == (
            states[ItemStatus.SUCCEEDED],
            states[ItemStatus.FAILED],
            states[ItemStatus.SKIPPED],
            sum(item.done for item in items.values()),
        ) and job.last_processed_index == watermark


ONE_ROW = Limits(rows_a_commit=1)
