"""Which of the free shards a worker takes, and when it releases one for another batch."""

from __future__ import annotations

import random
from contextlib import suppress
from datetime import timedelta

from engine.batches.documents import SHARDS, read_shard
from engine.clock import Clock
from engine.domain.batch.shards import Shard, left
from engine.errors import Conflict, DocumentBroken
from engine.log import get_logger
from engine.store.base import Document, Order, Patch, Store, Where

log = get_logger(__name__)

CANDIDATES = 16
TOGETHER = 8  # this many of those that have waited longest are tried in any order
EVERY = 4  # one claim in this many goes to the batch that has waited longest, whatever its size
LOOK_SECONDS = 1.0
STRAY_SECONDS = 60.0  # so often is looked for shards that are due much later than any lease ends
STRAY = timedelta(minutes=15)
TURN_SECONDS = 30.0  # at least
CHANGES = 20  # a turn is this many times as long as the last change of batches took, in which no row is begun
LONGEST_TURN_SECONDS = 300.0
SHORTER = 2  # a batch comes first when it has this many times fewer rows left


class FairScheduler:
    """The order in which one worker serves batches, so that a short one does not wait for the end of a long one.

    Free shards with fewer rows left come first; now and then the one that has waited longest does, so that short
    batches cannot keep a long one waiting for ever. One thread uses it.
    """

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._claims = random.randrange(EVERY)  # noqa: S311 - spreads the workers
        self._began = self._let_go_at = clock.monotonic()
        self._look_at = self._began + LOOK_SECONDS
        self._let_go = ""
        self._turn = TURN_SECONDS
        self._strays_at = float("-inf")

    def free(self) -> list[Document]:
        """Return shards that look free, in the order in which they are to be tried.

        Workers come to different orders, so that they do not all reach for the same.
        """
        self._call_back()
        oldest = self._due(Order("available_at"), CANDIDATES)
        newest = self._due(Order("available_at", descending=True), CANDIDATES) if len(oldest) == CANDIDATES else []
        rank = {document.path: number // TOGETHER for number, document in enumerate(oldest)}
        found = list({document.path: document for document in (*oldest, *newest)}.values())
        random.shuffle(found)
        self._claims += 1
        if self._claims % EVERY:
            found.sort(key=lambda document: left(read_shard(document)).bit_length())
        else:
            found.sort(key=lambda document: rank.get(document.path, CANDIDATES))
        found.sort(key=lambda document: document.path == self._let_go)
        return found

    def begin(self) -> None:
        """Begin a turn with the shard that was just claimed."""
        now = self._clock.monotonic()
        if self._let_go:
            self._turn = min(max(TURN_SECONDS, CHANGES * (now - self._let_go_at)), LONGEST_TURN_SECONDS)
        self._began, self._look_at = now, now + LOOK_SECONDS
        self._let_go = ""

    def opened(self) -> None:
        """Look at once: the shard of this turn was just read, and others may still be unread.

        One that is unread counts as short. Were a row begun first, the next file would be read after its answers.
        """
        self._look_at = self._clock.monotonic()

    def over(self, shard: Shard, path: str) -> bool:
        """Return whether to release `shard` at `path`; it may be asked at any time, and looks once a second.

        So it is when another batch waits that is much shorter, or that waits at the end of a full turn.
        """
        now = self._clock.monotonic()
        if now < self._look_at:
            return False
        self._look_at = now + LOOK_SECONDS
        due = self._due(Order("available_at", descending=True), TOGETHER)
        full = now >= self._began + self._turn
        if full and len(due) == TOGETHER:
            due += self._due(Order("available_at"), TOGETHER)
        waiting = [other for document in due if (other := read_shard(document)).job_id != shard.job_id]
        if not any(full or left(other) * SHORTER < left(shard) for other in waiting):
            return False
        self._let_go, self._let_go_at = path, now
        return True

    def _call_back(self) -> None:
        """Make shards due that a clock which was set back since has put hours ahead; a live owner loses its lease."""
        if self._clock.monotonic() < self._strays_at:
            return
        self._strays_at = self._clock.monotonic() + STRAY_SECONDS
        far = self._clock.now() + STRAY
        for stray in self._store.find(SHARDS, [Where("available_at", ">", far)], limit=CANDIDATES):
            due = read_shard(stray).available_at if _runnable(stray) else None
            if due is None or due <= stray.read_at + STRAY:  # where our own clock is wrong, the store's is not
                continue
            with suppress(Conflict):
                self._store.commit(Patch(stray.path, {"available_at": stray.read_at}, stray.version))
                log.warning("clock_set_back", shard=stray.path)

    def _due(self, order: Order, limit: int) -> list[Document]:
        """Return shards that are due, without those that this version cannot run: they are left to a newer one."""
        found = self._store.find(SHARDS, [Where("available_at", "<=", self._clock.now())], order, limit)
        return [document for document in found if _runnable(document)]


def _runnable(found: Document) -> bool:
    """Whether this version knows what to do with a shard."""
    try:
        return read_shard(found).kind.known
    except DocumentBroken as broken:
        log.warning("shard_not_read", error=str(broken))
        return False
