"""Scans that services are to be asked about, as workers take them: for the release first, then for its price."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from engine.batches.documents import retry_on_conflict
from engine.batches.scan_documents import MOST_SESSIONS, SESSIONS, read_scan, scan_path, scans_of
from engine.batches.seller import Profiles
from engine.clock import Clock
from engine.codec import encode, replace
from engine.domain.batch.scans import Found, Scan, ScanState
from engine.domain.listing.pricing import Price
from engine.errors import Conflict
from engine.store.base import Patch, Store, Where

ASKED_AGAIN = timedelta(seconds=60)  # a scan that a worker took and did not answer is taken by the next
MOST_READ = 200
_WAITING, _UNPRICED = Where("state", "==", ScanState.WAITING), Where("price_due", "==", True)
_PRICE = ("price", "price_due", "price_asked_at")


class ScanQueue:
    """Scans that wait for the services. Every method raises StoreAway when the store does not answer."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def due(self) -> list[Scan]:
        """Return scans of the sessions that are being filled whose release or price is to be looked up."""
        sessions = self._sessions()
        return [*self._waiting(sessions), *self._unpriced(sessions)]

    def waiting(self, limit: int = 20) -> list[Scan]:
        """Return scans whose release is to be looked up, the oldest first."""
        return self._waiting(self._sessions())[:limit]

    def unpriced(self, limit: int = 20) -> list[Scan]:
        """Return scans whose price is to be looked up, the newest first."""
        return self._unpriced(self._sessions())[:limit]

    def claim(self, scan: Scan) -> bool:
        """Take a scan to look its release up; False where another worker was first."""
        return self._take(scan, "asked_at", lambda one: (one.state, one.asked_at))

    def claim_price(self, scan: Scan) -> bool:
        """Take a scan to look its price up; False where another worker was first, or its grade was changed."""
        return self._take(scan, "price_asked_at", lambda one: (one.price_due, one.price_asked_at, one.grade))

    def answer(self, scan: Scan, found: Found) -> None:
        """Store what the services said of a scan; one that was removed in the meantime stays removed.

        From then on its price is to be looked up, where a source is turned on.
        """
        priced = Profiles(self._store).market_options() is not None

        def answered(now: Scan) -> Scan:
            known = replace(now, found=found)
            known = known.unpriced() if priced else known
            return known if now.state is ScanState.REMOVED else replace(known, state=known.state_now)

        self._change(scan, answered, ("found", "state", *_PRICE))

    def answer_price(self, scan: Scan, price: Price) -> None:
        """Store the price that was found for a scan; one that was graded anew in the meantime is asked about again."""

        def answered(now: Scan) -> Scan:
            if now.grade != scan.grade:
                return now.unpriced()
            return replace(now, price=price, price_due=False)

        self._change(scan, answered, _PRICE)

    def _sessions(self) -> list[str]:
        """Return the sessions that are being filled."""
        return [found.name for found in self._store.find(SESSIONS, [Where("path", "==", "")], limit=MOST_SESSIONS)]

    def _waiting(self, sessions: Iterable[str]) -> list[Scan]:
        return self._free(sessions, _WAITING, lambda scan: scan.asked_at)

    def _unpriced(self, sessions: Iterable[str]) -> list[Scan]:
        found = self._free(sessions, _UNPRICED, lambda scan: scan.price_asked_at)
        return [scan for scan in reversed(found) if scan.state is ScanState.KNOWN]

    def _free(self, sessions: Iterable[str], wanted: Where, asked_at: Callable[[Scan], datetime | None]) -> list[Scan]:
        """Return the scans that are wanted and that no worker has in hand, the oldest first."""
        found = [
            read_scan(document)
            for session in sessions
            for document in self._store.find(scans_of(session), [wanted], limit=MOST_READ)
        ]
        since = self._clock.now() - ASKED_AGAIN
        free = [scan for scan in found if (at := asked_at(scan)) is None or at < since]
        return sorted(free, key=lambda scan: scan.at)

    def _take(self, scan: Scan, mark: str, as_seen: Callable[[Scan], object]) -> bool:
        """Mark a scan as asked about now, where it is still as it was seen."""
        path = scan_path(scan.session_id, scan.scan_id)
        found = self._store.get(path)[0]
        if found is None or as_seen(read_scan(found)) != as_seen(scan):
            return False
        try:
            self._store.commit(Patch(path, {mark: self._clock.now()}, found.version))
        except Conflict:
            return False
        return True

    def _change(self, scan: Scan, change: Callable[[Scan], Scan], names: tuple[str, ...]) -> None:
        path = scan_path(scan.session_id, scan.scan_id)

        def step() -> None:
            document = self._store.get(path)[0]
            if document is None:
                return
            fields = encode(change(read_scan(document)))
            self._store.commit(Patch(path, {name: fields[name] for name in names}, document.version))

        retry_on_conflict(step, f"scan {scan.scan_id}")
