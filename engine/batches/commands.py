"""What a person may do with a batch. Each action is one atomic commit, and pressing twice is pressing once."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import datetime
from functools import partial
from math import ceil

from engine.batches import claims, naming, rerun
from engine.batches.changes import adopted, again_patch, ensure_not_in_flight, hold, may_be_done_again, queue
from engine.batches.documents import (
    WORKERS,
    Change,
    change,
    draft_of,
    item_path,
    load,
    open_shards,
    read_job,
    shard_path,
)
from engine.codec import decode, encode, replace
from engine.domain.batch import items, jobs, legacy
from engine.domain.batch.decided import Reviewed
from engine.domain.batch.decisions import decided
from engine.domain.batch.draft_index import Review, record
from engine.domain.batch.items import Item
from engine.domain.batch.jobs import Job, JobStatus
from engine.domain.batch.mending import NEEDS_A_CHANGE
from engine.domain.batch.options import NoPrice
from engine.domain.batch.shards import Shard, ShardKind
from engine.domain.batch.unpriced import Prices, repriced
from engine.domain.batch.workers import SILENT_AFTER, WorkerRecord, counts_as_alive
from engine.errors import BadRequest, Conflict, IllegalTransition, NotThere, RowBusy
from engine.store.base import Document, Patch, Store, Write

MOST_AGAIN = 200
MOST_WRITES = 450  # of one commit; Firestore takes 500


class Commands:
    """Recover, pause, resume, cancel and retry. `by` is who asks, for the history.

    A job that is returned has counters that are exact at this moment: its document may lag behind its shards.
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def recover(self, job_id: str, *, by: str = "") -> Job:
        """Put an interrupted, failed, paused or cancelled batch back into the queue; it goes on where it stopped.

        A batch that waits already is returned as it is; one whose rows are all done is completed. One of the service
        that this one replaces comes into the queue for the first time: its file is read, and it goes on behind the rows
        that its document counts as done.

        Raises:
            JobUnknown: there is no such batch.
            IllegalTransition: it is completed, or a worker with a recent heartbeat holds it.
        """

        def rule(job: Job, now: datetime) -> Change | None:
            if job.status is JobStatus.COMPLETED:
                raise IllegalTransition(f"Job {job_id} is completed; retry its failed rows instead")
            if legacy.unqueued(job):
                return adopted(job, "recovered", now)
            if job.status is JobStatus.PENDING:
                return None
            waiting = open_shards(self._store, job)
            if job.status is JobStatus.RUNNING:
                self._ensure_unheld(job_id, waiting, now)
            return Change(jobs.reopen(job, now=now), "recovered", f"from {job.status}", self._freed(waiting, now))

        return self._change(job_id, rule, by=by)

    def resume(self, job_id: str, *, by: str = "") -> Job:
        """Let a paused batch go on.

        Raises:
            JobUnknown: there is no such batch.
            IllegalTransition: it is not paused.
        """

        def rule(job: Job, now: datetime) -> Change | None:
            if job.status is not JobStatus.PAUSED:
                raise IllegalTransition(f"Job {job_id} is {job.status}, not paused")
            if legacy.unqueued(job):
                return adopted(job, "resumed", now)
            return Change(jobs.reopen(job, now=now), "resumed", writes=self._freed(open_shards(self._store, job), now))

        return self._change(job_id, rule, by=by)

    def pause(self, job_id: str, *, by: str = "") -> Job:
        """Stop a batch after the rows in flight, which are finished and kept.

        Raises:
            JobUnknown: there is no such batch.
            IllegalTransition: it is neither waiting nor running.
        """
        return self._change(job_id, lambda job, now: hold(job, JobStatus.PAUSED, now=now), by=by)

    def cancel(self, job_id: str, *, by: str = "") -> Job:
        """Stop a batch for good after the rows in flight; what is done stays done, the rest is not run.

        Raises:
            JobUnknown: there is no such batch.
            IllegalTransition: it is completed or cancelled.
        """
        return self._change(job_id, lambda job, now: hold(job, JobStatus.CANCELLED, now=now), by=by)

    def rename(self, job_id: str, name: str, *, by: str = "") -> Job:
        """Give a batch another name, by which it is found from then on.

        Raises:
            JobUnknown: there is no such batch.
            BadRequest: the name is empty or too long.
        """
        return self._change(job_id, partial(naming.renamed, name=name), by=by)

    def retry_failed(self, job_id: str, *, as_it_is: bool = False, by: str = "") -> Job:
        """Run the failed rows of a batch again, in place; rows that are done are not touched.

        With `as_it_is` only those for which another try may help with nothing changed.

        Raises:
            JobUnknown: there is no such batch.
            IllegalTransition: it is held, a retry of it is under way, or nothing in it can be retried.
        """
        return self._change(job_id, partial(rerun.failed, self._store, NEEDS_A_CHANGE if as_it_is else ()), by=by)

    def complete(self, job_id: str, *, by: str = "") -> Job:
        """Do those rows again that were drafted without the data of a service that was away.

        Raises:
            JobUnknown: there is no such batch.
            IllegalTransition: it is held, this is under way, or no row lacks anything.
        """
        return self._change(job_id, partial(rerun.incomplete, self._store), by=by)

    def price(self, job_id: str, prices: Prices | None = None, *, no_price: NoPrice | None = None, by: str = "") -> Job:
        """Do those rows again, in place, that lack a price, by the rule of the batch with these `prices` too.

        The prices are the operator's own, in US cents by format and condition; they count where none is found, and stay
        with the batch, and so does `no_price`: whether rows without a price are drafted all the same.

        Raises:
            JobUnknown: there is no such batch.
            IllegalTransition: it is held, such rows are being done again, or no row lacks a price.
        """

        def rule(job: Job, now: datetime) -> Change:
            return rerun.unpriced(self._store, job, now, prices or {}, no_price)

        return self._change(job_id, rule, by=by)

    def again(
        self,
        job_id: str,
        wanted: Mapping[int, Mapping[str, object]],
        *,
        by: str = "",
        seen: Mapping[int, datetime] | None = None,
        beside: Sequence[Write] = (),
        prices: Prices | None = None,
    ) -> Job:
        """Do rows again that are done, by their index, each obeying what is `wanted` of it (see `decisions`).

        A row that has succeeded stays so: where it cannot be done again, it is left as it was. One that was handed over
        is taken back from the row that carries it on, once that one has failed. At most `MOST_AGAIN` rows at once; all
        of them or none. `seen` holds the `changed_at` of rows that a person looked at; `beside` is written in the same
        commit; `prices` of the operator's own stay with the batch, as `price` says.

        Raises:
            JobUnknown: there is no such batch.
            IllegalTransition: it is held, or a row is not done, is being done again, or was changed since it was seen.
            BadRequest: no rows, too many, or too many other batches have them.
            NotThere: one of them is not done, or the batch does not have it.
            DecisionRefused: a field that nobody knows, or a value that a draft cannot have.
        """
        if not 0 < len(wanted) <= MOST_AGAIN:
            raise BadRequest(f"Name 1 to {MOST_AGAIN} rows to do again, not {len(wanted)}")

        def rule(job: Job, now: datetime) -> Change | None:
            may_be_done_again(job)
            reopened, round_, queued = queue(job, ShardKind.AGAIN, now)
            found = self._rows_done(job, wanted, seen or {})
            handed_over = [item for _, item in found if item.handed_to]
            taken_back, handed_back = claims.take_back(self._store, job, handed_over, now=now, by=by)
            writes: list[Write] = [queued, *handed_back, *beside]
            for document, item in found:
                what = decided(item.decided, wanted[item.index], by=by, at=now)
                before = taken_back.get(item.index, item)
                writes.append(again_patch(document, items.want(before, round_=round_, decided=what)))
            if len(writes) > MOST_WRITES:
                raise BadRequest("These rows belong to too many other batches: name fewer of them")
            options = repriced(job.options, prices, None) if prices else job.options
            return Change(replace(reopened, options=options), "done again", _named(wanted), tuple(writes))

        return self._change(job_id, rule, by=by)

    def review(self, job_id: str, index: int, state: Review, *, by: str = "", seen: datetime | None = None) -> None:
        """Note what a person thinks of the draft of a row: approved, held, or open again.

        `seen` is the `changed_at` of the row that they looked at.

        Raises:
            JobUnknown: there is no such batch.
            NotThere: the row has no draft.
            IllegalTransition: it is being done again, or was just changed by somebody else.
        """
        found = self._store.get(item_path(job_id, index))[0]
        job = load(self._store, job_id)  # read after the row: a worker that has begun it by then is seen
        item = decode(Item, found.fields, found.path) if found else None
        if found is None or item is None or state == Review.REMOVED or record(job_id, item) is None:
            raise NotThere(f"Row {index + 1} of job {job_id} has no draft to review")
        if item.wanted is not None:
            raise RowBusy(f"Row {index + 1} is being done again; wait for its end")
        ensure_not_in_flight(read_job(job), item)
        _unchanged(item, seen)
        reviewed = replace(item, decided=replace(item.decided, review=Reviewed(state, by, job.read_at)))
        review = Patch(found.path, {"decided": encode(reviewed.decided)}, found.version)
        try:
            self._store.commit(review, *draft_of(job_id, reviewed))
        except Conflict as conflict:
            raise IllegalTransition(f"Row {index + 1} was changed in the meantime; look at it again") from conflict

    def _rows_done(self, job: Job, indices: Iterable[int], seen: Mapping[int, datetime]) -> list[tuple[Document, Item]]:
        """Return the rows of `indices` as they are stored.

        Raises:
            NotThere: one of them is not done.
            RowBusy: one of them may be in flight.
            IllegalTransition: one of them was changed since it was `seen`.
        """
        rows: list[tuple[Document, Item]] = []
        for index, document in zip(
            indices, self._store.get(*(item_path(job.job_id, at) for at in indices)), strict=True
        ):
            if document is None:
                raise NotThere(f"Job {job.job_id} has no row {index + 1} that is done")
            item = decode(Item, document.fields, document.path)
            ensure_not_in_flight(job, item)
            _unchanged(item, seen.get(index))
            rows.append((document, item))
        return rows

    def _change(self, job_id: str, rule: Callable[[Job, datetime], Change | None], *, by: str) -> Job:
        """Change a job by `rule`, as `records.change` does, and return it with the progress of its shards."""
        job = change(self._store, job_id, rule, by=by)
        return jobs.fold(job, open_shards(self._store, job))

    def _freed(self, waiting: Iterable[Shard], now: datetime) -> tuple[Write, ...]:
        """Return the writes that put shards back into the queue, after the lease of an owner that still lives."""
        until = ((shard, shard.lease_until if self._last_heartbeat(shard, now) else now) for shard in waiting)
        return tuple(
            Patch(shard_path(shard), {"hold": None, "available_at": at, "kills": 0}, None) for shard, at in until
        )

    def _ensure_unheld(self, job_id: str, waiting: Iterable[Shard], now: datetime) -> None:
        """Refuse to recover a batch while a worker that may be alive holds it.

        A worker that was killed a moment ago looks the same as a live one, so the sentence says what is known.

        Raises:
            IllegalTransition: one does.
        """
        alive = [(at, shard) for shard in waiting if (at := self._last_heartbeat(shard, now))]
        if alive:
            at, shard = max(alive, key=lambda one: one[0])
            silent, left = (now - at).total_seconds(), (at + SILENT_AFTER - now).total_seconds()
            raise IllegalTransition(
                f"Job {job_id} is running: worker {shard.owner}, last heard of {max(0, silent):.0f} s ago, holds it. "
                f"If that worker is gone, recover again in {ceil(left)} s; "
                "without that, another worker takes its rows when the lease ends."
            )

    def _last_heartbeat(self, shard: Shard, now: datetime) -> datetime | None:
        """Return the last heartbeat of the owner of `shard`; None when it has none, or counts as gone.

        An owner that is only finishing the rows in flight counts too.
        """
        if shard.owner is None or shard.lease_until is None or shard.lease_until <= now:
            return None
        worker = self._store.get(f"{WORKERS}/{shard.owner}")[0]
        at = decode(WorkerRecord, worker.fields, worker.path).heartbeat_at if worker else None
        return at if at and counts_as_alive(now - at) else None


def _named(indices: Collection[int]) -> str:
    """Return rows as the history names them: a single one by its number."""
    return f"{len(indices)} rows" if len(indices) > 1 else f"row {next(iter(indices)) + 1}"


def _unchanged(item: Item, seen: datetime | None) -> None:
    """Refuse what was decided of a row that was changed since it was seen."""
    if seen is not None and item.changed_at is not None and item.changed_at > seen:
        raise IllegalTransition(f"Row {item.index + 1} was changed in the meantime; look at it again")
