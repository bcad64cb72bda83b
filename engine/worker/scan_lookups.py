"""Copies that are being scanned and that nobody here knows: the services are asked, beside the rows of batches."""

from __future__ import annotations

import threading
from datetime import datetime

from engine.batches.scan_queue import ScanQueue
from engine.clock import Clock
from engine.domain.batch.items import Item
from engine.domain.batch.options import Need, Options
from engine.domain.batch.rows import Row
from engine.domain.batch.scans import Scan
from engine.errors import Requeued, UpstreamError
from engine.log import get_logger
from engine.pipeline.work import LooksUp, RowContext, Step
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


class ScanLookups:
    """Looks scans up, the oldest first, and listens for the next ones for a minute after the last: a `Chore`."""

    def __init__(self, store: Store, clock: Clock, pipeline: LooksUp, closing: threading.Event) -> None:
        self._scans = ScanQueue(store, clock)
        self._clock = clock
        self._pipeline = pipeline
        self._closing = closing
        self._quiet_at = float("-inf")

    def due(self) -> list[str]:
        """Return the scan that waits the longest."""
        return [scan.scan_id for scan in self._waiting()]

    def work(self) -> bool:
        """Look one scan up, or listen for one; return whether it may be worth to go on."""
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
            self._quiet_at = self._clock.monotonic() + ATTENTIVE_SECONDS
        return waiting

    def _answer(self, scan: Scan) -> None:
        if not self._scans.claim(scan):
            return
        row = Row(scan.number - 1, scan.number, scan.text, scan.gtin)
        item = Item(row.index, row.line, scan.shown, scan.gtin)
        context = RowContext(row, item, OPTIONS, "", ScanPort(self._clock, self._closing))
        try:
            self._scans.answer(scan, self._pipeline.look_up(context))
        except (UpstreamError, Requeued) as error:
            log.warning("scan_not_looked_up", upc=scan.shown, error=str(error))


def scan_lookups(store: Store, clock: Clock, worker: str, pipeline: LooksUp) -> ChoreRunner:
    """Return what a worker looks scans up with, beside its rows."""
    closing = threading.Event()
    return ChoreRunner(ScanLookups(store, clock, pipeline, closing), "scans", worker, closing)
