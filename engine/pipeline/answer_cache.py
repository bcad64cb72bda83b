"""The answers about barcodes that this process knows, in memory."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Collection, Mapping

from engine.clock import Clock
from engine.domain.identify.lookups import Answer, Lookup

KEPT = 1_000  # barcodes in memory
READ_AGAIN_SECONDS = 60.0  # what is missing here may have been stored by another worker since


class AnswerCache:
    """The look-ups of the barcodes that were used last; safe for threads."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Lookup] = OrderedDict()
        self._read_at: dict[str, float] = {}
        self._unstored: set[str] = set()
        self._doubted: set[str] = set()

    def answer(self, question: str, gtin: str) -> Answer[object] | None:
        """Return what is known, None when that is nothing or too old."""
        with self._lock:
            known = self._known.get(gtin)
        return known.answer(question, self._clock.now()) if known else None

    def knows(self, gtin: str) -> bool:
        """Whether a barcode is known, if only as one that the store has no answers about."""
        with self._lock:
            return gtin in self._known

    def unread(self, gtin: str) -> bool:
        """Whether the store was not read for a barcode, or long ago."""
        with self._lock:
            return self._read_at.get(gtin, float("-inf")) < self._clock.monotonic() - READ_AGAIN_SECONDS

    def doubt(self, gtin: str) -> None:
        """Count what is known of a barcode as yet to be compared with the store, where it may be forgotten since."""
        with self._lock:
            if gtin in self._known:
                self._doubted.add(gtin)

    def doubts(self, gtin: str) -> bool:
        """Whether the store must be read before what is known of a barcode counts."""
        with self._lock:
            return gtin in self._doubted

    def read(self, found: Mapping[str, Lookup]) -> None:
        """Take in what the store has."""
        now = self._clock.monotonic()
        with self._lock:
            for gtin, stored in found.items():
                self._know(gtin, stored.merged(self._known.get(gtin, Lookup())))
                self._read_at[gtin] = now
                self._doubted.discard(gtin)

    def add(self, question: str, answers: Mapping[str, Answer[object]]) -> None:
        """Take in new answers, by barcode; they are yet to be stored."""
        with self._lock:
            for gtin, answer in answers.items():
                self._know(gtin, self._known.get(gtin, Lookup()).add(question, answer))
                self._unstored.add(gtin)

    def has_news(self, gtin: str) -> bool:
        """Whether there are answers about a barcode that are yet to be stored."""
        with self._lock:
            return gtin in self._unstored

    def take_news(self, gtins: Collection[str]) -> dict[str, Lookup]:
        """Return the look-ups to store, and count them as stored; `put_back` says that they are not."""
        with self._lock:
            taken = {gtin: self._known[gtin] for gtin in sorted(gtins) if gtin in self._known}
            self._unstored.difference_update(taken)
        return taken

    def put_back(self, gtins: Collection[str]) -> None:
        """Count look-ups as yet to be stored."""
        with self._lock:
            self._unstored.update(gtin for gtin in gtins if gtin in self._known)

    def _know(self, gtin: str, lookup: Lookup) -> None:
        self._known[gtin] = lookup
        self._known.move_to_end(gtin)
        while len(self._known) > KEPT:
            forgotten, _ = self._known.popitem(last=False)
            self._read_at.pop(forgotten, None)
            self._unstored.discard(forgotten)
            self._doubted.discard(forgotten)
