"""Copies of a row added to the draft that an earlier batch has of its barcode, and taken back.

Each is one atomic commit over the earlier row, its batch and the shard in which it is done again, with a write of the
caller's that fails once the caller may write nothing more. Doing it twice is doing it once.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from engine.batches.changes import again_patch, ensure_not_in_flight, may_be_done_again, queue, row_busy
from engine.batches.commands import Commands
from engine.batches.documents import SHARDS, Change, change, item_path, job_path, read_job, read_shard
from engine.batches.drafts import Drafts
from engine.codec import decode, encode, replace
from engine.domain.batch import additions, items
from engine.domain.batch.decided import Addition, Decided, Review
from engine.domain.batch.items import Item, ItemStatus
from engine.domain.batch.jobs import Job
from engine.domain.batch.options import Options
from engine.domain.batch.shards import ShardKind
from engine.errors import Cause, IllegalTransition, JobError
from engine.store.base import Document, Patch, Store, Write

MOST = 50  # drafts of one barcode that are looked at, the newest first

Fence = Callable[[], Write]
Unlike = Callable[[Item, Options], str]


@dataclass(frozen=True, slots=True)
class Earlier:
    """A row of another batch that has had a draft of the barcode, as it was read."""

    job: Job
    item: Item

    @property
    def where(self) -> str:
        """Return where it is, in the words of an operator."""
        return f"row {self.item.index + 1} of {self.job.name or self.job.job_id}, SKU {self.item.sku}"

    @property
    def open(self) -> bool:
        """Whether copies could be added to it: its draft was not removed, nor made in a dry run."""
        return not self.job.test_mode and self.item.decided.removed is None


class Additions:
    """Adds copies to rows of earlier batches. `by` is who asked, for the history."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._drafts = Drafts(store)
        self._commands = Commands(store)

    def earlier(self, key: str, job_id: str, *, discogs_id: str = "") -> list[Earlier]:
        """Return the rows of other batches than `job_id` that have had a draft of the same, the newest first.

        As `Drafts.earlier` says, of `discogs_id` where the row names that.
        """
        known = self._drafts.of_key(key, MOST)
        drafts = [draft for draft in known if draft.job_id != job_id and draft.may_be(discogs_id)]
        places = [(job_path(draft.job_id), item_path(draft.job_id, draft.index)) for draft in drafts]
        found = iter(self._store.get(*(path for place in places for path in place)) if places else [])
        return [
            Earlier(read_job(job), decode(Item, item.fields, item.path))
            for job, item in zip(found, found, strict=True)
            if job and item
        ]

    def add(self, to: Earlier, sku: str, addition: Addition, *, unlike: Unlike, fence: Fence, by: str) -> Earlier:
        """Add to a row under `sku`, at the store's time, and have the row done again; return it as it is then.

        `unlike` says why it may not be added, "" when it may. What is added already stays as it is.

        Raises:
            RowBusy: the row is in flight.
            IllegalTransition: it may not be, or the batch is held.
            LeaseLost: from `fence`.
            StoreAway: the store does not answer, or other commits came first every time.
        """
        after = to.item

        def rule(job: Job, now: datetime) -> Change | None:
            nonlocal after
            found, item = self._row(to)
            after, added = item, item.decided.added
            if sku in added:
                return None
            may_be_done_again(job)
            ensure_not_in_flight(job, item)
            if item.wanted is not None and not additions.takes_more(item):
                raise row_busy(job, item)
            if why := unlike(item, job.options):
                raise IllegalTransition(why)
            decided = replace(item.decided, added={**added, sku: replace(addition, at=now)})
            after, done_again = self._again(job, found, item, decided, now)
            detail = f"{addition.copies} added by {addition.batch}"
            return dataclasses.replace(done_again, writes=(*done_again.writes, fence()), detail=detail)

        return Earlier(change(self._store, to.job.job_id, rule, by=by), after)

    def withdraw(self, to: Earlier, sku: str, *, fence: Fence, by: str) -> None:
        """Take back what was added under `sku` and have the row done again, unless its draft was removed.

        This is so even where its draft does not show them: a run that was cut short may have reached eBay.

        Raises:
            RowBusy: the row is in flight.
            IllegalTransition: a person has counted it, or the batch is held.
            LeaseLost: from `fence`.
            StoreAway: the store does not answer, or other commits came first every time.
        """

        def rule(job: Job, now: datetime) -> Change | None:
            found, item = self._row(to)
            added = dict(item.decided.added)
            taken = added.pop(sku, None)
            if taken is None:
                return None
            if item.status is not ItemStatus.SKIPPED or item.wanted is not None:
                may_be_done_again(job)
            ensure_not_in_flight(job, item)
            if taken.counted:
                raise IllegalTransition("a person has counted it into the quantity of that draft")
            decided = replace(item.decided, added=added)
            if item.wanted is None and item.status is not ItemStatus.SUCCEEDED:
                return Change(job, writes=(Patch(found.path, {"decided": encode(decided)}, found.version), fence()))
            _, done_again = self._again(job, found, item, decided, now)
            detail = f"{taken.copies} back to {taken.batch}"
            return dataclasses.replace(done_again, writes=(*done_again.writes, fence()), detail=detail)

        change(self._store, to.job.job_id, rule, by=by)

    def give_back(self, addition: Addition, *, by: str) -> bool:
        """Have the row that made an `addition` done again, to take it back; return whether it will be.

        Raises:
            StoreAway: the store does not answer, or other commits came first every time.
        """
        job_id, index = addition.job_id, addition.index
        found = self._store.get(item_path(job_id, index))[0]
        item = decode(Item, found.fields, found.path) if found else None
        if item is None or item.cause is not Cause.ADDED:
            return False
        if item.wanted is None:
            try:
                self._commands.again(job_id, {index: {}}, by=by)
            except JobError:
                return False
        return True

    def _row(self, to: Earlier) -> tuple[Document, Item]:
        found = self._store.get(item_path(to.job.job_id, to.item.index))[0]
        if found is None:
            raise IllegalTransition("it is gone")
        return found, decode(Item, found.fields, found.path)

    def _again(self, job: Job, found: Document, item: Item, decided: Decided, now: datetime) -> tuple[Item, Change]:
        """Return the row as wanted again with all that is `decided` of it, and the change that stores that.

        One shard does all rows that come before anybody takes it. A draft that a person holds stays held.

        Raises:
            RowBusy: somebody has taken it.
        """
        free = next(self._free(job, item), None)
        if free is None and item.wanted is not None:
            raise row_busy(job, item)
        held = decided.review if decided.review and decided.review.state == Review.HELD else None
        if free is None:
            job, round_, queued = queue(job, ShardKind.AGAIN, now)
            done_again = Change(job, "done again", writes=(queued,))
        else:
            round_ = read_shard(free).round
            done_again = Change(job, writes=(Patch(free.path, {"hold": None}, free.version),))
        wanted = items.want(replace(item, wanted=None), round_=round_, decided=decided)
        wanted = replace(wanted, decided=replace(wanted.decided, review=held))
        return wanted, dataclasses.replace(done_again, writes=(*done_again.writes, again_patch(found, wanted)))

    def _free(self, job: Job, item: Item) -> Iterator[Document]:
        """Yield the shards that can do the row again and that nobody holds: their rows are read when one is taken."""
        keys = [key for key, shard in job.engine.open_shards.items() if shard.kind is ShardKind.AGAIN]
        for found in self._store.get(*(f"{SHARDS}/{job.job_id}-{key}" for key in keys)) if keys else []:
            if found is None:
                continue
            shard = read_shard(found)
            untaken = not shard.done and shard.owner is None and shard.hold is None
            if untaken and shard.next <= item.index and item.wanted in (None, shard.round):
                yield found
