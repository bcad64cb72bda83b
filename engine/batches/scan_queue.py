"""The scans that nobody here knows, as workers take them to ask the services, one after the other."""

from __future__ import annotations

from datetime import timedelta

from engine.batches.documents import retry_on_conflict
from engine.batches.scan_documents import MOST_SESSIONS, SESSIONS, read_scan, scan_path, scans_of
from engine.clock import Clock
from engine.codec import encode, replace
from engine.domain.batch.scans import Found, Scan, ScanState
from engine.errors import Conflict
from engine.store.base import Patch, Store, Where

ASKED_AGAIN = timedelta(seconds=60)  # a scan that a worker took and did not answer is taken by the next
MOST_READ = 200


class ScanQueue:
    """Scans that wait for the services. Every method raises StoreAway when the store does not answer."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def waiting(self, limit: int = 20) -> list[Scan]:
        """Return scans of the sessions that are being filled for which services are to be asked, the oldest first."""
        waiting = [Where("state", "==", ScanState.WAITING)]
        sessions = self._store.find(SESSIONS, [Where("path", "==", "")], limit=MOST_SESSIONS)
        found = [
            read_scan(document)
            for session in sessions
            for document in self._store.find(scans_of(session.name), waiting, limit=MOST_READ)
        ]
        since = self._clock.now() - ASKED_AGAIN
        open_ = [scan for scan in found if scan.asked_at is None or scan.asked_at < since]
        return sorted(open_, key=lambda scan: scan.at)[:limit]

    def claim(self, scan: Scan) -> bool:
        """Take a scan to ask the services about it; False where another worker was first."""
        path = scan_path(scan.session_id, scan.scan_id)
        found = self._store.get(path)[0]
        now = read_scan(found) if found else None
        if found is None or now is None or (now.state, now.asked_at) != (ScanState.WAITING, scan.asked_at):
            return False
        try:
            self._store.commit(Patch(path, {"asked_at": self._clock.now()}, found.version))
        except Conflict:
            return False
        return True

    def answer(self, scan: Scan, found: Found) -> None:
        """Store what the services said of a scan; one that was removed in the meantime stays removed."""
        path = scan_path(scan.session_id, scan.scan_id)

        def step() -> None:
            document = self._store.get(path)[0]
            if document is None:
                return
            now = replace(read_scan(document), found=found)
            state = now.state if now.state is ScanState.REMOVED else now.state_now
            fields = encode(replace(now, state=state))
            self._store.commit(Patch(path, {name: fields[name] for name in ("found", "state")}, document.version))

        retry_on_conflict(step, f"scan {scan.scan_id}")
