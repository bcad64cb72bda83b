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
from engine.errors import Requeued, StoreError, UpstreamError
from engine.log import bound, get_logger
from engine.pipeline.work import LooksUp, RowContext, Step
from engine.store.base import Store
from engine.upstream.caller import Impatient

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
    """Looks scans up on a thread of its own, the oldest first: the heartbeat never waits for a service."""

    def __init__(self, store: Store, clock: Clock, worker: str, pipeline: LooksUp) -> None:
        self._scans = ScanQueue(store, clock)
        self._clock = clock
        self._worker = worker
        self._pipeline = pipeline
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None

    def look(self) -> None:
        """Begin, where a scan waits, unless that is under way.

        Raises:
            StoreAway: the store does not answer.
        """
        if (self._thread is None or not self._thread.is_alive()) and self._scans.waiting(1):
            self._thread = threading.Thread(target=self._run, name="scans", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Begin no further look-up; another worker takes what waits."""
        self._closing.set()

    def _run(self) -> None:
        quiet_at = self._clock.monotonic() + ATTENTIVE_SECONDS
        with bound(worker=self._worker):
            try:
                while self._clock.monotonic() < quiet_at and not self._closing.is_set():
                    if waiting := self._scans.waiting():
                        quiet_at = self._clock.monotonic() + ATTENTIVE_SECONDS
                        self._answer(waiting[0])
                    else:
                        self._closing.wait(LISTEN_SECONDS)
            except StoreError as error:
                log.warning("scans_not_looked_up", error=str(error))

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
