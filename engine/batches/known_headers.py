"""What people chose for the headers of files, in the store: the next file with such a header is read like that."""

from __future__ import annotations

from collections.abc import Sequence

from engine.clock import Clock
from engine.codec import decode, encode, replace
from engine.domain.batch.known_headers import KnownHeader, path
from engine.domain.batch.layout import AS_FOUND, MOST_COLUMNS, TableLayout
from engine.log import get_logger
from engine.reading import Record, may_be_a_header
from engine.store.base import Put, Store

log = get_logger(__name__)


class KnownHeaders:
    """The headers that are known. Every method raises StoreAway when the store does not answer."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def recall(self, records: Sequence[Record]) -> tuple[int, KnownHeader] | None:
        """Return the line of the first of `records` that is a known header, and what is known; None when none is."""
        lines: dict[str, int] = {}
        for line, cells in records:
            if may_be_a_header(cells):
                lines.setdefault(path(cells[:MOST_COLUMNS]), line)
        for document in self._store.get(*lines) if lines else ():
            known = decode(KnownHeader, document.fields, document.path) if document else None
            if document and known and known.table.columns:
                return lines[document.path], known
        return None

    def remember(self, names: Sequence[str], table: TableLayout, *, by: str = "") -> None:
        """Know from now on how a table under a header with these `names` is read."""
        known = KnownHeader(tuple(names), replace(table, sheet="", header_line=None), self._clock.now(), by)
        self._store.commit(Put(known.path, encode(known)))
        log.info("header_remembered", header=known.path, by=by)

    def forget(self, names: Sequence[str], *, by: str = "") -> None:
        """Know nothing of a header from now on: its columns are found anew."""
        self._store.commit(Put(path(names), encode(KnownHeader(tuple(names), AS_FOUND, by=by))))
        log.info("header_forgotten", header=path(names), by=by)
