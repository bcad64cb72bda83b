"""What becomes of the lines that come in from a scanner: new scans, and changes of the last one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from engine.codec import replace
from engine.domain.batch.scans import Found, Scan, ScanSession, ScanState
from engine.domain.identify import barcodes
from engine.reading.scanned import is_barcode, word

NO_COPY = "Scan a copy first, or name one by its number (#12): this is about the last one"
MOST_TEXT = 600  # characters of a line that are read

First = Callable[[str, str], int | None]


@dataclass(frozen=True, slots=True)
class Entry:
    """A line as it was scanned or typed, with an id of its own.

    One that is no barcode is about the scan `of`: its id, or its number as `#12`.
    """

    entry_id: str
    text: str
    of: str = ""

    @property
    def line(self) -> str:
        """Return the text as it is read."""
        return self.text.strip()[:MOST_TEXT]

    @property
    def barcode(self) -> barcodes.Barcode | None:
        """Return the barcode that it is meant as, right or wrong; None for a word."""
        return barcodes.read(self.line) if is_barcode(self.line) else None


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a line: the scan that it is or is about, as it is now; or why nothing was done."""

    entry_id: str
    scan: Scan | None = None
    changed: bool = False
    problem: str = ""


class Taking:
    """The lines of one commit. `before` are the scans that are there already, by their ids, `known` some barcodes.

    Where they are `priced`, the price of each known copy is to be looked up, and once more when it gets another grade.
    """

    CHANGED: ClassVar[frozenset[str]] = frozenset((
        "grade", "price_cents", "quantity", "note", "state", "price", "price_due", "price_asked_at",
    ))  # fmt: skip

    def __init__(
        self,
        session: ScanSession,
        now: datetime,
        by: str,
        before: Mapping[str, Scan],
        known: Mapping[str, Found],
        *,
        priced: bool = False,
    ) -> None:
        self.now = now
        self.number = session.scans
        self.new: dict[str, Scan] = {}
        self.changed: dict[str, Scan] = {}
        self._session_id = session.session_id
        self._by = by
        self._before = before
        self._known = known
        self._priced = priced

    def take(self, entry: Entry, first: First) -> Taken:
        """Take in one line; `first` returns the number of the first scan of a barcode in a session."""
        if there := self._scan(entry.entry_id):
            return Taken(entry.entry_id, there)
        read = entry.barcode
        return self._barcode(entry, read, first) if read else self._word(entry)

    def _barcode(self, entry: Entry, read: barcodes.Barcode, first: First) -> Taken:
        self.number += 1
        scan = Scan(
            session_id=self._session_id,
            scan_id=entry.entry_id,
            number=self.number,
            text=entry.line[:100],
            state=ScanState.WAITING,
            at=self.now,
            gtin=read.gtin,
            problem=read.problem or "",
            by=self._by,
            repeats=self._repeats(read.gtin, first) if read.gtin else None,
            found=self._known.get(read.gtin or ""),
        )
        scan = replace(scan, state=scan.state_now)
        self.new[entry.entry_id] = scan = scan.unpriced() if self._priced else scan
        return Taken(entry.entry_id, scan)

    def _word(self, entry: Entry) -> Taken:
        said, scan = word(entry.line), self._scan(entry.of) or self._numbered(entry.of)
        if said.problem or scan is None:
            return Taken(entry.entry_id, scan, problem=said.problem or NO_COPY)
        now = replace(scan, **said.sets)
        if said.removed is not None:
            now = replace(now, state=ScanState.REMOVED if said.removed else now.state_now)
        if self._priced and now.grade != scan.grade:
            now = now.unpriced()
        (self.new if scan.scan_id in self.new else self.changed)[scan.scan_id] = now
        return Taken(entry.entry_id, now, changed=True)

    def _scan(self, scan_id: str) -> Scan | None:
        return self.new.get(scan_id) or self.changed.get(scan_id) or self._before.get(scan_id)

    def _numbered(self, name: str) -> Scan | None:
        """Return the scan of this commit that is named by its number."""
        return next((scan for scan in self.new.values() if f"#{scan.number}" == name), None)

    def _repeats(self, gtin: str, first: First) -> int | None:
        here = [scan.number for scan in self.new.values() if scan.gtin == gtin and scan.state is not ScanState.REMOVED]
        return first(self._session_id, gtin) or min(here, default=None)
