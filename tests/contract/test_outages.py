"""Outages of the services that are waited for: nobody presses anything, few calls are made, and no row is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from engine.bootstrap import open_pipeline
from engine.codec import decode
from engine.domain.batch.items import ItemStatus, name
from engine.domain.batch.jobs import JobStatus
from engine.domain.services import Service
from engine.errors import Trouble, UpstreamDown
from engine.files.folder import FolderFiles
from engine.pipeline.work import Pipeline
from engine.quota.stored_budget import StoredBudget
from engine.settings import Settings
from engine.store.sqlite import SQLiteStore
from engine.upstream.ebay_bulk import MOST
from engine.worker.service_wait import ServiceWait
from tests.support.batch_runs import Batches, Chosen
from tests.support.batch_runs import barcodes as any_barcodes
from tests.support.clocks import START, AheadClock, FakeClock, until
from tests.support.fault_runs import barcodes
from tests.support.pipeline_runs import Runs
from tests.support.working import Work

ROWS = 40
CALLS = 12 + MOST  # to eBay while it answers none: tries, and all rows of a call that were on their way
BULK = "bulk_create_offer"
READS = {"GET /sell/inventory/v1/offer", "POST /sell/inventory/v1/bulk_get_inventory_item"}
SILENT = "eBay does not answer. Next try at"
LANES = 4
HOURS = timedelta(hours=9)


@dataclass
class Outage:
    """A batch at a sandbox whose eBay fails, by a clock that goes on when a test says so."""

    bench: Runs
    clock: AheadClock
    batches: Batches
    pipeline: Pipeline

    @classmethod
    @contextmanager
    def at(cls, bench: Runs) -> Iterator[Outage]:
        clock = AheadClock()
        store = SQLiteStore(bench.folder / f"outage-{next(bench.stores)}.db", clock)
        settings = Settings(_env_file=None, DM_SANDBOX_URL=bench.sandbox.url)
        with open_pipeline(settings, bench.session, store, clock) as pipeline:
            yield cls(bench, clock, Batches(store, FolderFiles(bench.folder / "files"), clock), pipeline)
        store.close()

    @property
    def budget(self) -> StoredBudget:
        (found,) = self.batches.store.get("budgets/ebay")
        return decode(StoredBudget, found.fields) if found else StoredBudget(Service.EBAY)

    def down(self) -> bool:
        """Whether nobody may call eBay now, as all workers can read."""
        budget = self.budget
        return budget.breaker == "open" and budget.open_until is not None and budget.open_until > self.clock.now()

    def passed(self, seconds: float) -> bool:
        self.clock.seconds += seconds
        return True

    def pass_by(self, seconds: float) -> None:
        """Let time pass, from one call that eBay gets to the next."""
        end = self.clock.monotonic() + seconds
        while (now := self.clock.monotonic()) < end:
            until(self.down)
            due = (self.budget.open_until or START) - self.clock.now()
            self.clock.seconds += min(due.total_seconds() + 0.1, end - now)


@pytest.fixture
def outage(bench: Runs) -> Iterator[Outage]:
    with Outage.at(bench) as made:
        yield made


def forty() -> bytes:
    return b"\n".join(barcodes().split()[:ROWS])


@pytest.mark.parametrize("seconds", [75.0, 1800.0])
def test_a_batch_goes_on_by_itself_after_an_outage_of_ebay(outage: Outage, seconds: float) -> None:
    sandbox, batches, clock = outage.bench.sandbox, outage.batches, outage.clock
    sandbox.fault("ebay", "created_but_500", match=BULK, times=1)
    sandbox.fault("ebay", "server_error", after=9)  # a token, and some rows with a look and two writes
    job_id = batches.upload(forty())
    with batches.working(outage.pipeline, clock=clock, lease=HOURS, lanes=2):
        until(outage.down)
        outage.pass_by(seconds)
        made, failed = (fault["fired"] for fault in sandbox.faults())
        assert batches.stored(job_id).status is JobStatus.RUNNING
        until(lambda: any(SILENT in wait.sentence for wait in batches.queries.batch(job_id).waits))
        sandbox.heal()
        healed = clock.monotonic()
        if outage.down():
            clock.seconds += max(0.0, ((outage.budget.open_until or START) - clock.now()).total_seconds())
        job = batches.ended(job_id)
        took = clock.monotonic() - healed
    assert (made, failed <= CALLS) == (1, True)
    assert took < (60 if seconds < 100 else 330)
    assert (job.successful_upcs, batches.events(job_id)) == (ROWS, ["submitted", "started", "opened", "completed"])
    assert set(Counter(outage.bench.offers()).values()) == {1}
    assert len(outage.bench.offers()) == ROWS
    assert {item.attempts for item in batches.items(job_id).values()} == {1}


def test_the_call_that_tries_whether_ebay_answers_is_a_read(outage: Outage) -> None:
    sandbox, batches = outage.bench.sandbox, outage.batches
    job_id = batches.upload(forty())
    sandbox.fault("ebay", "server_error", match="/sell/inventory")
    with batches.working(outage.pipeline, clock=outage.clock, lease=HOURS, lanes=LANES):
        until(outage.down)
        before = len(outage.bench.calls("ebay"))
        outage.pass_by(400)
        tried = outage.bench.calls("ebay")[before:]
        assert set(tried) <= READS
        assert 4 <= len(tried) <= 4 + LANES, "every call but those in flight when the breaker opened"
        sandbox.heal()
        outage.clock.seconds += 400
        assert batches.ended(job_id).successful_upcs == ROWS


def test_a_row_whose_own_write_fails_stops_nobody_and_fails_in_the_end(outage: Outage) -> None:
    sandbox, batches, clock = outage.bench.sandbox, outage.batches, outage.clock
    job_id = batches.upload(forty())
    sku = f"{batches.stored(job_id).engine.sku}{name(2)}"
    sandbox.fault("ebay", "server_error", match=f"inventory_item/{sku}")
    sandbox.fault("ebay", "server_error", match="bulk_create_or_replace", sku=sku)
    with batches.working(outage.pipeline, clock=clock, lease=HOURS):
        until(lambda: batches.queries.job(job_id).processed_upcs == ROWS - 1)
        until(lambda: outage.passed(5) and batches.stored(job_id).status is JobStatus.COMPLETED, every=0.3)
    assert (batches.stored(job_id).successful_upcs, batches.stored(job_id).failed_upcs) == (ROWS - 1, 1)
    assert (batches.items(job_id)[2].error or "").startswith("eBay failed 9 times to take this draft.")
    assert sandbox.fired() == 9
    sandbox.heal()
    batches.commands.retry_failed(job_id)
    batches.run(outage.pipeline, clock=clock)
    assert batches.stored(job_id).successful_upcs == ROWS
    assert len(outage.bench.offers()) == ROWS


@dataclass
class Clocked:
    """A row that waits by a clock; it writes down for how long each time."""

    clock: FakeClock = field(default_factory=FakeClock)
    waits: list[float] = field(default_factory=list)

    def now(self) -> datetime:
        return self.clock.now()

    def wait(self, seconds: float, reason: str) -> None:
        assert "Next try at" in reason
        self.clock.seconds += seconds
        self.waits[-1] += seconds


def down(trouble: Trouble, retry_after: float | None = None) -> UpstreamDown:
    return UpstreamDown("discogs", "GET /", "Discogs does not answer.", trouble=trouble, retry_after=retry_after)


def waited(found: Callable[[Service, datetime], bool], tries: list[tuple[float, UpstreamDown]]) -> list[float]:
    row = Clocked()
    wait = ServiceWait(row, found)  # type: ignore[arg-type]
    for seconds, error in tries:
        row.waits.append(0.0)
        assert not wait(seconds, error)
    return row.waits


@pytest.mark.parametrize("trouble", [Trouble.OUTAGE, Trouble.BUSY, Trouble.BREAKER_OPEN])
def test_a_row_goes_on_as_soon_as_another_got_through(trouble: Trouble) -> None:
    since = START + timedelta(seconds=7)
    wait = [(60.0, down(trouble, 60.0 if trouble is Trouble.BREAKER_OPEN else None))]
    assert waited(lambda _service, _began: False, wait) == [60.0]
    row = Clocked(waits=[0.0])
    ServiceWait(row, lambda _service, began: began <= since <= row.now())(*wait[0])  # type: ignore[arg-type]
    assert row.waits == [7.0]


def test_a_row_that_fails_while_others_get_through_waits_twice_as_long_each_time() -> None:
    assert waited(lambda *_: True, [(60.0, down(Trouble.OUTAGE))] * 8) == [1, 2, 4, 8, 16, 32, 60, 60]


@pytest.mark.parametrize("trouble", [Trouble.QUOTA, Trouble.PASSING])
def test_a_row_waits_as_long_as_the_service_asks_for(trouble: Trouble) -> None:
    assert waited(lambda *_: True, [(1.0, down(trouble, 30.0))]) == [30.0]
    assert waited(lambda *_: True, [(1.0, down(Trouble.BUSY, 30.0))]) == [30.0]


def test_while_nobody_may_call_a_row_waits_no_longer_than_until_the_next_try() -> None:
    assert waited(lambda *_: False, [(60.0, down(Trouble.BREAKER_OPEN, 5.0))]) == [5.0]


@dataclass
class Again(Chosen):
    """A pipeline whose first row finds its service away, and that of the others answering."""

    def recovered(self, service: Service, since: datetime) -> bool:  # noqa: ARG002 - it answers from row 2 on
        assert service is Service.DISCOGS
        return self.runs[1] > 0


def test_a_worker_has_the_rows_that_wait_go_on_at_once(batches: Batches) -> None:
    def away(_work: Work) -> None:
        if pipeline.runs[0] == 1:
            raise down(Trouble.OUTAGE, None)
        if pipeline.runs[0] == 2:
            raise down(Trouble.BREAKER_OPEN, 3600.0)

    pipeline = Again({0: away})
    job_id = batches.upload(any_barcodes(3))
    batches.run(pipeline)
    assert [item.status for item in batches.items(job_id).values()] == [ItemStatus.SUCCEEDED] * 3
    assert pipeline.runs[0] == 3
