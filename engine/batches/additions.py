"""Copies of a row added to the draft that an earlier batch has of its barcode, and taken back.

Each is one atomic commit over the earlier row, its batch and the shard in which it is done again, with a write of the
caller's that fails once he may write nothing more. Doing it twice is doing it once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from engine.batches.control import Control, busy, may_be_done_again, queue, settled, wish
from engine.batches.drafts import Drafts
from engine.batches.records import SHARDS, Change, change, item_path, job_path
from engine.domain import additions, items
from engine.domain.drafted import Review
from engine.domain.items import Item, ItemStatus
from engine.domain.jobs import Job
from engine.domain.options import Options
from engine.domain.shards import Shard, ShardKind
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
        return not self.job.test_mode and "removed" not in self.item.decided


class Additions:
    """Adds copies to rows of earlier batches. `by` says who, for the history."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._drafts = Drafts(store)
        self._control = Control(store)

    def earlier(self, gtin: str, job_id: str) -> list[Earlier]:
        """Return the rows of other batches than `job_id` that have had a draft of a barcode, the newest first."""
        told = [one for one in self._drafts.of_barcode(gtin, MOST) if one["job_id"] != job_id]
        places = [(job_path(one["job_id"]), item_path(one["job_id"], one["index"])) for one in told]
        found = iter(self._store.get(*(path for place in places for path in place)) if places else [])
        return [
            Earlier(Job.from_document(job.fields), Item.from_document(item.fields))
            for job, item in zip(found, found, strict=True)
            if job and item
        ]

    def add(self, to: Earlier, sku: str, entry: Mapping[str, Any], *, unlike: Unlike, fence: Fence, by: str) -> Earlier:
        """Add `entry` under `sku` to a row and have the row done again; return it as it is then.

        `entry` is as in `engine.domain.additions`, without the time. `unlike` says why it may not be added, "" when it
        may. What is added already stays as it is.

        Raises:
            RowBusy: the row is in hand.
            IllegalTransition: it may not be, or the batch is held.
            LeaseLost: from `fence`.
            StoreAway: the store does not answer, or others were faster every time.
        """
        after = to.item

        def rule(job: Job, now: datetime) -> Change | None:
            nonlocal after
            found, item = self._row(to)
            after, added = item, additions.added(item.decided)
            if sku in added:
                return None
            may_be_done_again(job)
            settled(job, item)
            if item.wanted is not None and not additions.takes_more(item):
                raise busy(job, item)
            if why := unlike(item, job.options):
                raise IllegalTransition(why)
            decided = {**item.decided, "added": {**added, sku: {**entry, "at": now}}}
            after, done_again = self._again(job, found, item, decided, now)
            return replace(
                done_again, writes=(*done_again.writes, fence()), detail=f"{entry['copies']} added by {entry['batch']}"
            )

        return Earlier(change(self._store, to.job.job_id, rule, by=by), after)

    def withdraw(self, to: Earlier, sku: str, *, fence: Fence, by: str) -> None:
        """Take back what was added under `sku` and have the row done again, unless its draft was removed.

        So it is where its draft does not tell of it too: a run that was cut short may have reached eBay.

        Raises:
            RowBusy: the row is in hand.
            IllegalTransition: a person has counted it, or the batch is held.
            LeaseLost: from `fence`.
            StoreAway: the store does not answer, or others were faster every time.
        """

        def rule(job: Job, now: datetime) -> Change | None:
            found, item = self._row(to)
            added = dict(additions.added(item.decided))
            taken = added.pop(sku, None)
            if taken is None:
                return None
            if item.status is not ItemStatus.SKIPPED or item.wanted is not None:
                may_be_done_again(job)
            settled(job, item)
            if taken.get("counted"):
                raise IllegalTransition("a person has counted it into the quantity of that draft")
            decided = {name: value for name, value in {**item.decided, "added": added}.items() if value}
            if item.wanted is None and item.status is not ItemStatus.SUCCEEDED:
                return Change(job, writes=(Patch(found.path, {"decided": decided}, found.version), fence()))
            _, done_again = self._again(job, found, item, decided, now)
            return replace(
                done_again, writes=(*done_again.writes, fence()), detail=f"{taken['copies']} back to {taken['batch']}"
            )

        change(self._store, to.job.job_id, rule, by=by)

    def give_back(self, entry: Mapping[str, Any], *, by: str) -> bool:
        """Have the row that added `entry` done again, to take it back; return whether it will be.

        Raises:
            StoreAway: the store does not answer, or others were faster every time.
        """
        job_id, index = entry["job_id"], entry["index"]
        found = self._store.get(item_path(job_id, index))[0]
        item = Item.from_document(found.fields) if found else None
        if item is None or item.cause is not Cause.ADDED:
            return False
        if item.wanted is None:
            try:
                self._control.again(job_id, {index: {}}, by=by)
            except JobError:
                return False
        return True

    def _row(self, to: Earlier) -> tuple[Document, Item]:
        found = self._store.get(item_path(to.job.job_id, to.item.index))[0]
        if found is None:
            raise IllegalTransition("it is gone")
        return found, Item.from_document(found.fields)

    def _again(
        self, job: Job, found: Document, item: Item, decided: Mapping[str, Any], now: datetime
    ) -> tuple[Item, Change]:
        """Return the row as wanted again with all that is `decided` of it, and the change that stores that.

        One shard does all rows that come before anybody takes it. A draft that a person holds stays held.

        Raises:
            RowBusy: somebody has taken it.
        """
        free = next(self._free(job, item), None)
        if free is None and item.wanted is not None:
            raise busy(job, item)
        held = {"review": decided["review"]} if decided.get("review", {}).get("state") == Review.HELD else {}
        if free is None:
            job, round_, queued = queue(job, ShardKind.AGAIN, now)
            done_again = Change(job, "done again", writes=(queued,))
        else:
            round_ = free.fields["round"]
            done_again = Change(job, writes=(Patch(free.path, {"hold": None}, free.version),))
        wanted = items.want(replace(item, wanted=None), round_=round_, decided=decided)
        wanted = replace(wanted, decided={**wanted.decided, **held})
        return wanted, replace(done_again, writes=(*done_again.writes, wish(found, wanted)))

    def _free(self, job: Job, item: Item) -> Iterator[Document]:
        """Yield the shards that can do the row again and that nobody holds: their rows are read when one is taken."""
        known = job.engine.get("shards", {}).items()
        keys = [key for key, told in known if told["kind"] == ShardKind.AGAIN and not told["done"]]
        for found in self._store.get(*(f"{SHARDS}/{job.job_id}-{key}" for key in keys)) if keys else []:
            if found is None:
                continue
            shard = Shard.from_document(found.fields)
            untaken = not shard.done and shard.owner is None and shard.hold is None
            if untaken and shard.next <= item.index and item.wanted in (None, shard.round):
                yield found
