"""Copies scanned one by one, each in the store before its beep; closing a session makes them a file like any other.

What a scanner or a person typed comes in lines, each with an id of its own: a line that comes twice, after a reload or
a cut connection, counts once. A line and the number that it gets are one commit over the session, so that nothing comes
in behind its close.
"""

from __future__ import annotations

import csv
import io
import re
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Protocol

from engine.batches.documents import is_name, retry_on_conflict
from engine.batches.scan_documents import (
    MOST_SESSIONS,
    SESSIONS,
    read_scan,
    read_session,
    scan_path,
    scans_of,
    session_path,
)
from engine.batches.seller import Profiles
from engine.batches.submission import Submission
from engine.batches.taking import Entry, Taken, Taking
from engine.clock import Clock
from engine.codec import encode
from engine.codec import replace as changed
from engine.domain.batch.scans import Found, Scan, ScanSession, ScanState
from engine.domain.listing.pricing import dollars, shown
from engine.errors import BadRequest, Conflict, IllegalTransition, NotThere
from engine.log import get_logger
from engine.store.base import Delete, Document, Expect, Order, Patch, Put, Store, Where, Write

log = get_logger(__name__)

MOST_LINES = 100  # that one call takes
PAGE = 300
NUMBERED = re.compile(r"#([1-9]\d{0,6})")
COLUMNS = ("barcode", "condition", "price", "quantity", "note")


class Knows(Protocol):
    """Knows barcodes without asking a service."""

    def find(self, gtins: Sequence[str]) -> Mapping[str, Found]:
        """Return what is known of some of `gtins`."""
        ...


class Scans:
    """Scan sessions. Every method raises StoreAway when the store does not answer; `by` is who scans."""

    def __init__(self, store: Store, clock: Clock, known: Knows, submission: Submission) -> None:
        self._store = store
        self._clock = clock
        self._known = known
        self._submission = submission

    def open(self, name: str = "", *, by: str = "", session_id: str = "") -> ScanSession:
        """Begin a session; the same `session_id` begins it once.

        Raises:
            BadRequest: the id cannot be one.
        """
        now = self._clock.now()
        session = ScanSession(session_id or f"scan_{secrets.token_hex(6)}", name.strip()[:100], now, now, by)
        try:
            self._store.commit(Put(session_path(session.session_id), encode(session), Expect.ABSENT))
        except Conflict:
            return self.session(session.session_id)
        log.info("scan_session_opened", session=session.session_id, by=by)
        return session

    def session(self, session_id: str) -> ScanSession:
        """Return a session.

        Raises:
            NotThere: there is none of that name.
        """
        return read_session(self._found(session_id))

    def unfinished(self) -> list[ScanSession]:
        """Return the sessions of which no file was made yet, the one that was used last first."""
        found = map(read_session, self._store.find(SESSIONS, [Where("path", "==", "")], limit=MOST_SESSIONS))
        return sorted(found, key=lambda session: session.changed_at, reverse=True)

    def take(self, session_id: str, entries: Sequence[Entry], *, by: str = "") -> list[Taken]:
        """Store what was scanned or typed, and return what became of each line, in their order.

        Raises:
            NotThere: there is no such session.
            IllegalTransition: it is closed.
            BadRequest: too many lines at once, or a line with an id that cannot be one.
        """
        if len(entries) > MOST_LINES or not all(is_name(entry.entry_id) for entry in entries):
            raise BadRequest(f"Send 1 to {MOST_LINES} lines, each with an id of letters and digits")
        return retry_on_conflict(lambda: self._take(session_id, entries, by), f"scan session {session_id}")

    def newest(self, session_id: str, limit: int = 50) -> list[Scan]:
        """Return the scans that came last, the newest first; those that were removed are among them.

        What a market said of a price is left out once it may not be shown any more.
        """
        found = self._store.find(scans_of(session_id), (), Order("number", descending=True), limit)
        now = self._clock.now()
        scans = map(read_scan, found)
        return [changed(scan, price=shown(scan.price, now)) for scan in scans]

    def tally(self, session_id: str) -> dict[ScanState, int]:
        """Return how many scans are in each state, those that were removed left out; together they are all rows."""
        states = [state for state in ScanState if state is not ScanState.REMOVED]
        return {state: self._store.count(scans_of(session_id), [Where("state", "==", state)]) for state in states}

    def close(self, session_id: str, *, by: str = "") -> str:
        """Make the file of a session and return its address; from then on nothing comes in. Twice is once.

        Raises:
            NotThere: there is no such session.
            IllegalTransition: nothing was scanned, or all of it was removed.
        """
        session = self.session(session_id)
        if session.path:
            return session.path
        if not any(self.tally(session_id).values()):
            raise IllegalTransition("Nothing was scanned yet, so there is no batch to make of it")
        self._change(session_id, lambda now: {} if session.closed_at else {"closed_at": now})
        content = _file(self._rows(session_id))
        path = self._submission.keep(content, f"{session.name or session_id}.csv")
        self._change(session_id, lambda _: {"path": path})
        log.info("scan_session_closed", session=session_id, by=by, scans=session.scans)
        return path

    def discard(self, session_id: str, *, by: str = "") -> None:
        """Take a session away with all its scans, in small steps; one that is half gone can be discarded again.

        Raises:
            NotThere: there is no such session.
        """
        self._change(session_id, lambda now: {"closed_at": now})
        while found := self._store.find(scans_of(session_id), limit=PAGE):
            self._store.commit(*(Delete(document.path) for document in found))
        self._store.commit(Delete(session_path(session_id)))
        log.info("scan_session_discarded", session=session_id, by=by)

    def _take(self, session_id: str, entries: Sequence[Entry], by: str) -> list[Taken]:
        document = self._found(session_id)
        session = read_session(document)
        if session.closed_at:
            raise IllegalTransition("This session is closed: begin another one, and scan these copies again")
        entries = [self._resolved(session_id, entry) for entry in entries]
        before = self._before(session_id, entries)
        scans = {name: read_scan(found) for name, found in before.items()}
        read = [entry.barcode for entry in entries if entry.entry_id not in scans]
        known = self._known.find(list(dict.fromkeys(one.gtin for one in read if one and one.gtin)))
        priced = Profiles(self._store).market_options() is not None
        taking = Taking(session, self._clock.now(), by, scans, known, priced=priced)
        taken = [taking.take(entry, self._first) for entry in entries]
        writes: list[Write] = [
            Put(scan_path(session_id, scan.scan_id), encode(scan), Expect.ABSENT) for scan in taking.new.values()
        ]
        for scan in taking.changed.values():
            fields = {name: value for name, value in encode(scan).items() if name in Taking.CHANGED}
            writes.append(Patch(scan_path(session_id, scan.scan_id), fields, before[scan.scan_id].version))
        if writes:
            now = {"scans": taking.number, "changed_at": taking.now}
            self._store.commit(Patch(document.path, now, document.version), *writes)
        return taken

    def _resolved(self, session_id: str, entry: Entry) -> Entry:
        """Return the line with the id of the scan that it is about, where it names that by its number: `#12`."""
        if not (named := NUMBERED.fullmatch(entry.of)):
            return entry
        found = self._store.find(scans_of(session_id), [Where("number", "==", int(named[1]))], limit=1)
        return replace(entry, of=found[0].name) if found else entry

    def _before(self, session_id: str, entries: Sequence[Entry]) -> dict[str, Document]:
        """Return the scans that are there already of those that lines are, or are about."""
        names = {name for entry in entries for name in (entry.entry_id, entry.of) if is_name(name)}
        found = self._store.get(*(scan_path(session_id, name) for name in sorted(names))) if names else []
        return {document.name: document for document in found if document}

    def _first(self, session_id: str, gtin: str) -> int | None:
        """Return the number of the first scan of a barcode in a session, None where there is none."""
        found = map(read_scan, self._store.find(scans_of(session_id), [Where("gtin", "==", gtin)], limit=PAGE))
        return min((scan.number for scan in found if scan.state is not ScanState.REMOVED), default=None)

    def _rows(self, session_id: str) -> Iterator[Scan]:
        """Yield the scans that become rows, in the order in which they came."""
        last = 0
        while found := self._store.find(scans_of(session_id), [Where("number", ">", last)], Order("number"), PAGE):
            for scan in map(read_scan, found):
                last = scan.number
                if scan.state is not ScanState.REMOVED:
                    yield scan

    def _change(self, session_id: str, fields: Callable[[datetime], dict[str, object]]) -> None:
        def step() -> None:
            document = self._found(session_id)
            if changes := fields(document.read_at):
                self._store.commit(Patch(document.path, changes, document.version))

        retry_on_conflict(step, f"scan session {session_id}")

    def _found(self, session_id: str) -> Document:
        found = self._store.get(session_path(session_id))[0] if is_name(session_id) else None
        if found is None:
            raise NotThere(f"There is no scan session {session_id}: it was discarded, or never begun")
        return found


def _file(scans: Iterator[Scan]) -> bytes:
    """Return scans as a file of barcodes."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(COLUMNS)
    for scan in scans:
        price = dollars(scan.price_cents) if scan.price_cents else ""
        lines.writerow([scan.shown, scan.grade, price, scan.quantity, scan.note])
    return text.getvalue().encode()
