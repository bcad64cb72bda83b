"""The look-ups in the store, `lookups/{gtin14}`: rows of one process read and write them together."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue

from engine.clock import Clock
from engine.codec import decode, encode
from engine.domain.identify.lookups import Lookup
from engine.errors import DocumentBroken, StoreAway
from engine.log import get_logger
from engine.pipeline.answer_cache import AnswerCache
from engine.store.base import Document, Put, Store

log = get_logger(__name__)

LOOKUPS = "lookups"


def stored_lookup(document: Document | None) -> Lookup:
    """Return the look-up in a document, an empty one where there is none; one that cannot be read is asked anew."""
    try:
        return decode(Lookup, document.fields, document.path) if document else Lookup()
    except DocumentBroken as broken:
        log.warning("lookup_broken", error=str(broken))
        return Lookup()


class LookupReader:
    """Reads look-ups into the cache, for one row at a time."""

    def __init__(self, store: Store, cache: AnswerCache) -> None:
        self._store = store
        self._cache = cache
        self._lock = threading.Lock()

    def read(self, wanted: Callable[[], Sequence[str]]) -> None:
        """Read the barcodes that `wanted` returns once no other row is reading: that one may have read them too.

        Raises:
            StoreAway: the store does not answer.
        """
        if not wanted():
            return
        with self._lock:
            names = wanted()
            found = self._store.get(*(f"{LOOKUPS}/{name}" for name in names)) if names else []
            self._cache.read({name: stored_lookup(one) for name, one in zip(names, found, strict=True)})


class LookupWriter:
    """Stores what is new in the cache; barcodes that are stored at the same moment share a commit."""

    def __init__(self, store: Store, cache: AnswerCache, clock: Clock) -> None:
        self._store = store
        self._cache = cache
        self._clock = clock
        self._lock = threading.Lock()
        self._queue: SimpleQueue[str] = SimpleQueue()

    @property
    def waiting(self) -> int:
        """Return how many barcodes wait for a commit."""
        return self._queue.qsize()

    def write(self, *gtins: str) -> None:
        """Store what is new of barcodes; what a store that is away does not take goes with the next commit."""
        for gtin in gtins:
            if self._cache.has_news(gtin):
                self._queue.put(gtin)
        with self._lock:
            now, news = self._clock.now(), self._cache.take_news(self._taken())
            if not news:
                return
            try:
                self._store.commit(
                    *(Put(f"{LOOKUPS}/{name}", encode(lookup.kept(now))) for name, lookup in news.items())
                )
            except StoreAway as away:
                log.warning("lookups_unstored", error=str(away))
                self._cache.put_back(news)
                for name in news:
                    self._queue.put(name)

    def _taken(self) -> set[str]:
        taken: set[str] = set()
        while True:
            try:
                taken.add(self._queue.get_nowait())
            except Empty:
                return taken
