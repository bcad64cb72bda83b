"""Copies that are scanned one by one, before they are a file: a session that is filled, and its scans. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import ClassVar

from engine.codec import Document, OpenEnum, Value, replace
from engine.domain.identify.barcodes import display
from engine.domain.identify.evidence import Match, ReleaseSummary, Verdict
from engine.domain.listing.pricing import NO_PRICE, Price


class ScanState(OpenEnum):
    """What is known of a scan; each is in exactly one state. Stored: never renamed."""

    KNOWN = "known"  # one release
    SEVERAL = "several"  # releases that differ have the barcode
    UNKNOWN = "unknown"  # nobody knows the barcode
    WAITING = "waiting"  # the services are still to be asked
    UNREADABLE = "unreadable"  # what was scanned cannot be a barcode
    REMOVED = "removed"  # taken back: no row of the batch


class Found(Value, frozen=True):
    """What a look-up of one barcode has found: the best of the `releases` that carry it, and where its cover is."""

    state: ScanState
    release: ReleaseSummary | None = None
    releases: int = 0
    reason: str = ""
    cover: str = ""

    @classmethod
    def judged(cls, match: Match, cover: str = "") -> Found:
        """Return what follows from the decision on a barcode."""
        best = match.candidates[0] if match.candidates else None
        reason = match.reasons[0] if match.reasons else ""
        return cls(_STATES.get(match.verdict or Verdict.UNKNOWN, ScanState.UNKNOWN), best, match.found, reason, cover)


_STATES: Mapping[Verdict, ScanState] = {
    Verdict.MATCHED: ScanState.KNOWN,
    Verdict.AMBIGUOUS: ScanState.SEVERAL,
    Verdict.UNKNOWN: ScanState.UNKNOWN,
}


class Scan(Document, frozen=True):
    """The document `scan_sessions/{session_id}/scans/{scan_id}`: one copy.

    `number` counts the scans of a session from 1. `text` is what the scanner sent, `gtin` the GTIN-14 in it; without
    one `problem` says why. `repeats` is the number of the first scan with the same barcode, None where there is none.
    `grade` is in the operator's words, `price_cents` in US cents; "" and None until they say so. `asked_at` is when a
    worker took it to ask the services. `price` is what the seller's price rule finds for a known copy by a source that
    they have turned on, with its evidence; `price_due` says that it is still to be looked up, and `price_asked_at` when
    a worker took it for that.
    """

    SCHEMA: ClassVar[int] = 1

    session_id: str
    scan_id: str
    number: int
    text: str
    state: ScanState
    at: datetime
    gtin: str | None = None
    problem: str = ""
    by: str = ""
    repeats: int | None = None
    grade: str = ""
    price_cents: int | None = None
    quantity: int = 1
    note: str = ""
    found: Found | None = None
    asked_at: datetime | None = None
    price: Price = NO_PRICE
    price_due: bool = False
    price_asked_at: datetime | None = None

    @property
    def shown(self) -> str:
        """Return the barcode as people write it, else what was scanned."""
        return display(self.gtin) if self.gtin else self.text

    @property
    def state_now(self) -> ScanState:
        """Return the state that the scan has, or would have if it were not removed."""
        if self.gtin is None:
            return ScanState.UNREADABLE
        return self.found.state if self.found else ScanState.WAITING

    def unpriced(self) -> Scan:
        """Return the scan with its price to be looked up, anew where it was before; where one release is known."""
        due = self.state_now is ScanState.KNOWN
        return replace(self, price_due=due, price_asked_at=None, price=NO_PRICE)


class ScanSession(Document, frozen=True):
    """The document `scan_sessions/{session_id}`: so many `scans` got a number, those that were removed included.

    From `closed_at` on nothing comes in any more; `path` is the address of the file that was made of it, "" before.
    """

    SCHEMA: ClassVar[int] = 1

    session_id: str
    name: str
    opened_at: datetime
    changed_at: datetime
    by: str = ""
    scans: int = 0
    closed_at: datetime | None = None
    path: str = ""
