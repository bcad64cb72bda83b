"""What becomes of the lines that come in from a scanner: new scans, and changes of the last one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol

from engine.codec import replace
from engine.domain.batch.scans import Found, Scan, ScanSession, ScanState
from engine.domain.identify import barcodes
from engine.reading.scanned import is_barcode, word

NO_COPY = "Scan a copy first, or name one by its number (#12): this is about the last one"
MOST_TEXT = 600  # characters of a line that are read

First = Callable[[str, str], int | None]


class LooksUp(Protocol):
    """Knows barcodes without asking a service."""

    def find(self, gtins: Sequence[str]) -> Mapping[str, Found]:
        """Return what is known of some of `gtins`."""
        ...


@dataclass(frozen=True, slots=True)
class Entry:
    """A line as it was scanned or typed, with an id of its own.

    One that is no barcode is about the scan `of`: its id, or its number as `#12`.
    """

    entry_id: str
    text: str
    of: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a line: the scan that it is or is about, as it is now; or why nothing was done."""

    entry_id: str
    scan: Scan | None = None
    changed: bool = False
    problem: str = ""


class Taking:
    """The lines of one commit. `before` are the scans that are there already, by their ids."""

    CHANGED: ClassVar[frozenset[str]] = frozenset({"grade", "price_cents", "quantity", "note", "state"})

    def __init__(
        self, session: ScanSession, now: datetime, by: str, before: Mapping[str, Scan], known: LooksUp
    ) -> None:
        self.now = now
        self.number = session.scans
        self.new: dict[str, Scan] = {}
        self.changed: dict[str, Scan] = {}
        self._session_id = session.session_id
        self._by = by
        self._before = before
        self._known = known

    def take(self, entry: Entry, first: First) -> Taken:
        """Take in one line; `first` returns the number of the first scan of a barcode in a session."""
        text = entry.text.strip()[:MOST_TEXT]
        if there := self._scan(entry.entry_id):
            return Taken(entry.entry_id, there)
        return self._barcode(entry, text, first) if is_barcode(text) else self._word(entry, text)

    def _barcode(self, entry: Entry, text: str, first: First) -> Taken:
        read = barcodes.read(text)
        found = dict(self._known.find([read.gtin])).get(read.gtin) if read.gtin else None
        self.number += 1
        scan = Scan(
            session_id=self._session_id,
            scan_id=entry.entry_id,
            number=self.number,
            text=text[:100],
            state=ScanState.WAITING,
            at=self.now,
            gtin=read.gtin,
            problem=read.problem or "",
            by=self._by,
            repeats=self._repeats(read.gtin, first) if read.gtin else None,
            found=found,
        )
        self.new[entry.entry_id] = scan = replace(scan, state=scan.state_now)
        return Taken(entry.entry_id, scan)

    def _word(self, entry: Entry, text: str) -> Taken:
        said, scan = word(text), self._scan(entry.of) or self._numbered(entry.of)
        if said.problem or scan is None:
            return Taken(entry.entry_id, scan, problem=said.problem or NO_COPY)
        now = replace(scan, **said.sets)
        if said.removed is not None:
            now = replace(now, state=ScanState.REMOVED if said.removed else now.state_now)
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
