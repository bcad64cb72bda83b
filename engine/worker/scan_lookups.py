"""Copies that are being scanned: the services are asked, beside the rows of batches, for what nobody here knows.

The release comes first. What a market says of its price is looked up on a thread of its own, so that title and cover of
the next copy never wait for it.
"""

from __future__ import annotations

import threading
from datetime import datetime

from engine.batches.scan_queue import ScanQueue
from engine.batches.seller import Profiles
from engine.clock import Clock
from engine.codec import replace
from engine.domain.batch.items import Item
from engine.domain.batch.options import Need, NoPrice, Options
from engine.domain.batch.rows import Row
from engine.domain.batch.scans import Scan
from engine.domain.listing import pricing
from engine.errors import Cause, CredentialsRefused, ItemError, Requeued, StoreError, UpstreamError
from engine.log import bound, get_logger
from engine.pipeline.work import LooksUp, RowContext, Step
from engine.reading.conditions import said
from engine.store.base import Store
from engine.upstream.caller import Impatient
from engine.worker.chores import ChoreRunner

log = get_logger(__name__)

PATIENCE_SECONDS = 30.0  # that one look-up waits for quotas
LISTEN_SECONDS = 1.0
ATTENTIVE_SECONDS = 60.0  # after the last scan the next one is looked for every second
OPTIONS = Options(discogs=Need.OPTIONAL)


class ScanPort:
    """Nobody but the scanning operator waits for a look-up; nothing is stored by it, and nothing sent."""

    def __init__(self, clock: Clock, closing: threading.Event) -> None:
        self._clock = clock
        self._caller = Impatient(clock, closing, PATIENCE_SECONDS)

    def now(self) -> datetime:
        """Return the time."""
        return self._clock.now()

    def save(self, item: Item) -> None:
        """Store nothing."""

    def ensure_ours(self) -> None:
        """Nothing is sent."""

    def wait(self, seconds: float, reason: str) -> None:
        """Let `seconds` pass, unless that is too long."""
        self._caller.wait(seconds, reason)

    def at(self, step: Step) -> None:
        """Nobody follows the steps."""


class ScanPrices:
    """Looks the prices of scans up, the newest first, on a thread of its own while there are some."""

    def __init__(self, store: Store, clock: Clock, pipeline: LooksUp, closing: threading.Event) -> None:
        self._scans = ScanQueue(store, clock)
        self._profiles = Profiles(store)
        self._clock = clock
        self._pipeline = pipeline
        self._closing = closing
        self._thread: threading.Thread | None = None

    def look(self, worker: str) -> bool:
        """Begin to look up what is due, unless that is under way; return whether there is anything.

        Raises:
            StoreAway: the store does not answer.
        """
        if self._thread is not None and self._thread.is_alive():
            return True
        if not self._scans.unpriced(1):
            return False
        self._thread = threading.Thread(target=self._run, args=(worker,), name="scan-prices", daemon=True)
        self._thread.start()
        return True

    def _run(self, worker: str) -> None:
        with bound(worker=worker):
            try:
                while not self._closing.is_set() and (due := self._scans.unpriced(1)):
                    self._price(due[0])
            except StoreError as error:
                log.warning("scans_not_priced", error=str(error))

    def _price(self, scan: Scan) -> None:
        if not self._scans.claim_price(scan):
            return
        if (options := self._profiles.market_options()) is None:  # turned off in the meantime
            self._scans.answer_price(scan, pricing.NO_PRICE)
            return
        options = replace(options, discogs=Need.OPTIONAL, no_price=NoPrice.DRAFT)
        try:
            price = self._pipeline.price(_context(scan, options, ScanPort(self._clock, self._closing)))
        except CredentialsRefused as refused:
            price = pricing.missing(options.price_rule, ItemError(Cause.NO_PRICE, str(refused)))
        except (UpstreamError, Requeued) as error:
            log.warning("scan_not_priced", upc=scan.shown, error=str(error))
            return
        self._scans.answer_price(scan, price)


class ScanLookups:
    """Looks scans up, the oldest first, and listens for the next ones for a minute after the last: a `Chore`."""

    def __init__(self, store: Store, clock: Clock, worker: str, pipeline: LooksUp, closing: threading.Event) -> None:
        self._scans = ScanQueue(store, clock)
        self._prices = ScanPrices(store, clock, pipeline, closing)
        self._clock = clock
        self._worker = worker
        self._pipeline = pipeline
        self._closing = closing
        self._quiet_at = float("-inf")

    def due(self) -> list[str]:
        """Return the scans whose release or price is to be looked up."""
        return [scan.scan_id for scan in self._scans.due()]

    def work(self) -> bool:
        """Look one scan up, or listen for one; return whether it may be worth to go on."""
        if self._prices.look(self._worker):
            self._stay()
        if waiting := self._waiting():
            self._answer(waiting[0])
            return True
        if self._clock.monotonic() >= self._quiet_at:
            return False
        self._closing.wait(LISTEN_SECONDS)
        return True

    def _waiting(self) -> list[Scan]:
        waiting = self._scans.waiting(1)
        if waiting:
            self._stay()
        return waiting

    def _stay(self) -> None:
        self._quiet_at = self._clock.monotonic() + ATTENTIVE_SECONDS

    def _answer(self, scan: Scan) -> None:
        if not self._scans.claim(scan):
            return
        context = _context(scan, OPTIONS, ScanPort(self._clock, self._closing))
        try:
            self._scans.answer(scan, self._pipeline.look_up(context))
        except (UpstreamError, Requeued) as error:
            log.warning("scan_not_looked_up", upc=scan.shown, error=str(error))


def _context(scan: Scan, options: Options, port: ScanPort) -> RowContext:
    """Return a scan as the row that it will be."""
    graded = said(scan.grade) if scan.grade else None
    row = Row(
        scan.number - 1,
        scan.number,
        scan.text,
        scan.gtin,
        condition=graded.condition if graded else None,
        grading=graded.grading if graded else None,
    )
    return RowContext(row, Item(row.index, row.line, scan.shown, scan.gtin), options, "", port)


def scan_lookups(store: Store, clock: Clock, worker: str, pipeline: LooksUp) -> ChoreRunner:
    """Return what a worker looks scans up with, beside its rows."""
    closing = threading.Event()
    return ChoreRunner(ScanLookups(store, clock, worker, pipeline, closing), "scans", worker, closing)
