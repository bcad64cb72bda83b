"""What the screen shows, and how it is read."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from console.context import Context
from console.formatting import reference
from console.poller import Snapshot
from engine.public import Cause, Concerned, EngineError, FailedRow, Fix, Job, Remedy, Repeated, RowsWanted

EVERY_SECONDS = 10.0  # after a click everything is read at once
FIXES_EVERY_SECONDS = 3.0
FIXES_SHOWN = 5
NAME_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Group:
    """All rows that failed for one cause: how many, the batches of the newest, and the barcodes that repeat."""

    cause: Cause
    count: int
    retryable: bool
    as_it_is: bool
    batches: tuple[tuple[Job, int], ...]
    repeated: tuple[Repeated, ...]


def load(context: Context) -> list[Group]:
    """Return the groups as they were read last; what belongs to one is read again when its count has changed.

    Raises:
        StoreError, FilesAway: they were never read, and the store does not answer.
    """
    return look(context).value


def look(context: Context) -> Snapshot[list[Group]]:
    """Return the groups, and when they were read."""
    causes = context.poller.look("attention", context.engine.attention.causes, every=EVERY_SECONDS)
    groups = []
    for one in causes.value:
        of, none = one.count, tuple[tuple[Job, int], ...]()
        read = partial(_batches, context, one.cause)
        batches = context.poller.look(("attention", one.cause), read, of=of, otherwise=none).value
        repeated: tuple[Repeated, ...] = ()
        if one.cause is Cause.AMBIGUOUS:
            often = partial(_repeated, context)
            repeated = context.poller.look("attention_repeated", often, of=of, otherwise=repeated).value
        groups.append(Group(one.cause, one.count, one.retryable, one.as_it_is, batches, repeated))
    return Snapshot(groups, causes.read_at, causes.age, causes.away)


def fixes(context: Context) -> list[Fix]:
    """Return the fixes that are under way, or were asked for last.

    Raises:
        StoreError, FilesAway: they were never read, and the store does not answer.
    """
    read = partial(context.engine.fixes.newest, FIXES_SHOWN)
    return list(context.poller.look("fixes", read, every=FIXES_EVERY_SECONDS).value)


def failed(context: Context, wanted: RowsWanted, most: int) -> list[FailedRow]:
    """Return the rows that are wanted and failed last, at most so many.

    Raises:
        StoreError, FilesAway: they were never read, and the store does not answer.
    """
    read = partial(context.engine.attention.rows, wanted, most)
    return list(context.poller.look(("one by one", wanted), read, every=EVERY_SECONDS).value)


def batch_name(context: Context, job_id: str) -> str:
    """Return what the batch of a row is called; its reference where nobody can tell."""
    read = partial(context.engine.queries.job, job_id)
    try:
        return context.poller.look(("name of", job_id), read, every=NAME_SECONDS).value.name
    except EngineError:
        return reference(job_id)


def left(context: Context, wanted: RowsWanted, *, otherwise: int | None = None) -> int:
    """Return how many rows are wanted; `otherwise` while they were never counted and the store does not answer.

    Raises:
        StoreError, FilesAway: so it is, and there is no `otherwise`.
    """
    read = partial(context.engine.attention.count, wanted)
    return context.poller.look(("left", wanted), read, every=EVERY_SECONDS, otherwise=otherwise).value


def concerned(context: Context, rows: RowsWanted, remedy: Remedy) -> Concerned:
    """Return how many rows a fix is for, and why some would be left alone.

    Raises:
        StoreError, FilesAway: they were never counted, and the store does not answer.
    """
    read = partial(context.engine.attention.concerned, rows, remedy)
    found: Concerned = context.poller.look(
        ("concerned", rows, remedy.kind, remedy.same_album, remedy.min_facts), read, every=EVERY_SECONDS
    ).value
    return found


def _batches(context: Context, cause: Cause) -> tuple[tuple[Job, int], ...]:
    return tuple(context.engine.attention.batches(cause))


def _repeated(context: Context) -> tuple[Repeated, ...]:
    return tuple(context.engine.attention.repeated(Cause.AMBIGUOUS))
