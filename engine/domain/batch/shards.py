"""A range of a batch's rows: the unit of lease, and the arithmetic of its progress.

`available_at` is the whole queue: the time of creation, then the end of the lease, and None when the shard is done or
held. What is claimable is `available_at <= now`: pending, released and abandoned work are one query.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from engine.codec import Document, OpenEnum, Value, replace
from engine.domain.batch.items import Item, ItemStatus
from engine.errors import Cause, IllegalTransition

SHARD_ROWS = 2_500
WINDOW = 128  # no row is begun this far beyond the first one that is not done
KILLS = 3  # a row that stopped its worker this often is set aside


class ShardKind(OpenEnum):
    """What the rows of a shard are. Stored: never renamed. Other kinds are left to workers of a newer version."""

    UNREAD = "unread"  # the file of the batch has not been read yet
    ROWS = "rows"  # rows a to b, each for the first time
    RETRY = "retry"  # those rows from a to b that failed before this round
    COMPLETE = "complete"  # those rows from a to b that lack the data of a service
    AGAIN = "again"  # those rows from a to b that a person wants done again in this round
    PRICE = "price"  # those rows from a to b that lack a price
    HANDOVER = "handover"  # those rows from a to b that failed and that another batch carries on


FIRST_RUN = frozenset({ShardKind.UNREAD, ShardKind.ROWS})


class Tally(Value, frozen=True):
    """How many rows ended how. In a retry a row counts for its new end and against its old one: `ok` +1, `bad` -1."""

    ok: int = 0
    bad: int = 0
    skipped: int = 0

    def __add__(self, other: Tally) -> Tally:
        """Return the sum."""
        return Tally(self.ok + other.ok, self.bad + other.bad, self.skipped + other.skipped)

    def __sub__(self, other: Tally) -> Tally:
        """Return the difference."""
        return Tally(self.ok - other.ok, self.bad - other.bad, self.skipped - other.skipped)


class Shard(Document, frozen=True):
    """The document `batch_shards/{job_id}-{number:04d}`: rows `a` up to and without `b`.

    `next` is the watermark: every row before it is done. `owner` holds it until `available_at`, or nobody does (None).
    `epoch` counts claims, `seq` the writes of its owner. `hold` says why it waits for a person, None when it does
    not; `lease_until` keeps the lease's end over a hold. `lanes` is how many rows the owner has in flight at most.
    After a worker died here, the first so many rows that are not done, the `suspects`, are run one at a time:
    `suspect` is the one in flight, and `kills` how many workers have died with it. A retry leaves rows alone that
    failed for one of the causes in `but`.
    """

    job_id: str
    number: int
    kind: ShardKind
    a: int
    b: int
    next: int
    created_at: datetime
    available_at: datetime | None
    round: int = 0
    ok: int = 0
    bad: int = 0
    skipped: int = 0
    owner: str | None = None
    epoch: int = 0
    seq: int = 0
    lease_until: datetime | None = None
    hold: str | None = None
    done: bool = False
    lanes: int = 1
    suspects: int = 0
    suspect: int | None = None
    kills: int = 0
    but: tuple[Cause, ...] = ()

    @property
    def name(self) -> str:
        """Return the name of the document."""
        return f"{self.job_id}-{self.number:04d}"

    @property
    def key(self) -> str:
        """Return the number as the job document names it."""
        return f"{self.number:04d}"

    @property
    def tally(self) -> Tally:
        """Return how many of its rows ended how: `ok`, `bad` and `skipped`."""
        return Tally(self.ok, self.bad, self.skipped)


def claimable(shard: Shard, now: datetime) -> bool:
    """Whether any worker may take `shard` at `now`."""
    return shard.available_at is not None and shard.available_at <= now


def left(shard: Shard) -> int:
    """Return how many rows are not below the watermark; 0 for a file that has not been read."""
    return shard.b - shard.next


def claim(shard: Shard, *, worker: str, lanes: int, now: datetime, lease: timedelta, excused: bool = False) -> Shard:
    """Return `shard` as held by `worker` until `now + lease`, one epoch higher.

    Where an owner never released it, a worker died or froze, unless that is `excused`. If one row was in flight, or the
    file was being read, that counts against it; else as many rows may have been in flight as the owner said last. They
    are the first that are not done, since rows are begun in order and a lane takes the next one only when the last one
    is stored.

    Raises:
        IllegalTransition: the shard is not claimable at `now`.
    """
    if not claimable(shard, now):
        raise IllegalTransition(f"shard {shard.name} is not free")
    until = now + lease
    held = replace(
        shard, owner=worker, lanes=lanes, epoch=shard.epoch + 1, seq=0, available_at=until, lease_until=until
    )
    if shard.owner is None or excused:
        return held
    if shard.kind is ShardKind.UNREAD or shard.suspect is not None:
        return replace(held, kills=shard.kills + 1)
    return replace(held, suspects=shard.suspects or shard.lanes)


def touch(shard: Shard) -> Shard:
    """Return `shard` as its owner has written it once more, nothing else changed."""
    return replace(shard, seq=shard.seq + 1)


def renew(shard: Shard, *, now: datetime, lease: timedelta) -> Shard:
    """Return `shard` with its lease prolonged to `now + lease`; a held one stays held."""
    until = now + lease
    return replace(shard, lease_until=until, available_at=None if shard.hold else until)


def careful(shard: Shard) -> bool:
    """Whether the next row is run with no other beside it, so that a death would be its own."""
    return shard.suspects > 0


def suspect(shard: Shard, index: int) -> Shard:
    """Return `shard` with row `index` marked as in flight; the death that made us careful counts for each such row."""
    kills = shard.kills if shard.suspect == index else 1
    return replace(shard, seq=shard.seq + 1, suspect=index, kills=kills)


def deadly(shard: Shard) -> bool:
    """Whether the row in flight, or the file, has stopped so many workers that it is to be set aside."""
    return shard.kills >= KILLS


def finish(shard: Shard, items: Mapping[int, Item], *, watermark: int, lanes: int = 0) -> Shard:
    """Return `shard` after the rows `items` were done and every row before `watermark` is.

    `lanes` is how many rows may be in flight from now on, 0 for as many as before.
    """
    tally = shard.tally
    for item in items.values():
        tally += _counts(shard.kind, item)
    cleared = shard.suspect in items
    return replace(
        counted(shard, tally),
        seq=shard.seq + 1,
        next=watermark,
        lanes=lanes or shard.lanes,
        suspects=shard.suspects - cleared,
        suspect=None if cleared else shard.suspect,
        kills=0 if cleared else shard.kills,
    )


def counted(shard: Shard, tally: Tally) -> Shard:
    """Return `shard` with its rows counted as `tally`."""
    return replace(shard, ok=tally.ok, bad=tally.bad, skipped=tally.skipped)


def release(shard: Shard, *, now: datetime) -> Shard:
    """Return `shard` as released on purpose: free at once, unless it is held, and no row is suspect for it."""
    return _freed(shard, None if shard.hold else now)


def stop(shard: Shard, *, reason: str) -> Shard:
    """Return `shard` as released and held for `reason`; one that is held already keeps its own."""
    return replace(_freed(shard, None), hold=shard.hold or reason)


def close(shard: Shard) -> Shard:
    """Return `shard` as done: nobody's, and out of the queue."""
    return replace(_freed(shard, None), done=True)


def _freed(shard: Shard, available_at: datetime | None) -> Shard:
    return replace(
        shard, seq=shard.seq + 1, owner=None, suspect=None, kills=0, lease_until=None, available_at=available_at
    )


def held(reason: str) -> dict[str, object]:
    """Return the fields that stop a shard whatever its state; its owner's next commit conflicts and so notices it."""
    return {"hold": reason, "available_at": None}


def _counts(kind: ShardKind, item: Item) -> Tally:
    """Return what a row that ended adds; in a retry, what it was before is taken back."""
    now = _end(item.status)
    return now if kind in FIRST_RUN else now - _end(item.was or ItemStatus.FAILED)


def _end(status: ItemStatus) -> Tally:
    return Tally(
        ok=int(status is ItemStatus.SUCCEEDED),
        bad=int(status is ItemStatus.FAILED),
        skipped=int(status is ItemStatus.SKIPPED),
    )
