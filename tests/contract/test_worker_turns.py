"""A short batch does not wait for the end of a long one, and a long one is not kept waiting for ever."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from engine.batches.documents import SHARDS, shard_path
from engine.clock import SystemClock
from engine.codec import encode
from engine.domain.batch.jobs import JobStatus
from engine.domain.batch.shards import Shard, ShardKind
from engine.errors import Conflict, UpstreamDown
from engine.store.base import Put, Store, Where
from engine.worker import scheduler as turns_module
from engine.worker.scheduler import (
    CANDIDATES,
    CHANGES,
    EVERY,
    LONGEST_TURN_SECONDS,
    LOOK_SECONDS,
    TURN_SECONDS,
    FairScheduler,
)
from engine.worker.shard_lease import ShardLease
from tests.support.batch_runs import LEASE, Batches, Chosen, Gate, barcodes
from tests.support.clocks import AheadClock, until
from tests.support.working import Work


@dataclass
class Slow(Chosen):
    """A pipeline that takes a moment for each row."""

    pause: threading.Event = field(default_factory=threading.Event)

    def change(self, work: Work) -> None:
        self.pause.wait(0.02)
        super().change(work)


def test_a_short_batch_is_done_while_a_long_one_goes_on(batches: Batches) -> None:
    long = batches.upload(barcodes(2_500))
    with batches.working(Slow()):
        until(lambda: batches.stored(long).processed_upcs)
        short = batches.upload(barcodes(10))
        batches.ended(short)
        assert batches.stored(long).status is JobStatus.RUNNING
        assert batches.stored(long).processed_upcs < 1_000
        before = batches.stored(long).processed_upcs
        until(lambda: batches.stored(long).processed_upcs > before)
    assert batches.exact(long)
    assert "taken over" not in batches.events(long)
    assert batches.events(long).count("started") == 1


def test_rows_that_wait_for_a_service_do_not_hold_up_a_short_batch(batches: Batches) -> None:
    def away(_work: Work) -> None:
        raise UpstreamDown("discogs", "GET /database/search", "it does not answer", retry_after=600)

    long = batches.upload(barcodes(100))
    with batches.working(Chosen(dict.fromkeys(range(50, 100), away))):
        until(lambda: any(worker.waits_for for worker in batches.queries.workers()))
        short = batches.upload(barcodes(10))
        batches.ended(short)
        assert batches.stored(long).processed_upcs == 50


def test_two_long_batches_take_turns(batches: Batches, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns_module, "TURN_SECONDS", 1.0)
    first, second = (batches.upload(barcodes(2_000)) for _ in range(2))
    with batches.working(Slow()):
        until(lambda: batches.stored(first).processed_upcs and batches.stored(second).processed_upcs)
        assert {batches.stored(job_id).status for job_id in (first, second)} == {JobStatus.RUNNING}


def queued(store: Store, job_id: str, rows: int, *, age: float, number: int = 0) -> Shard:
    """Put a free shard of so many rows into the queue, that has waited for `age` seconds."""
    at = SystemClock().now() - timedelta(seconds=age)
    shard = Shard(job_id, number, ShardKind.ROWS, 0, rows, 0, created_at=at, available_at=at)
    store.commit(Put(shard_path(shard), encode(shard)))
    return shard


def looked(store: Store, shard: Shard, *, after: float = LOOK_SECONDS) -> bool:
    """Whether the turn of `shard` is over so many seconds after it began."""
    clock = AheadClock()
    turns = FairScheduler(store, clock)
    turns.begin()
    clock.seconds += after
    return turns.over(shard, shard_path(shard))


def test_a_turn_ends_for_what_is_much_shorter_and_at_its_full_length_for_any_other(store: Store) -> None:
    mine = queued(store, "long", 1_000, age=9)
    queued(store, "long", 10, age=5, number=1)
    assert not looked(store, mine, after=TURN_SECONDS), "shards of one batch do not displace each other"
    queued(store, "like", 900, age=5)
    assert not looked(store, mine)
    assert looked(store, mine, after=TURN_SECONDS)
    queued(store, "short", 100, age=5)
    assert looked(store, mine)
    assert not looked(store, mine, after=LOOK_SECONDS / 2), "it looks once a second"


def test_what_was_just_read_makes_room_for_what_is_not_read_yet(store: Store) -> None:
    mine = queued(store, "mine", 1_000, age=9)
    turns = FairScheduler(store, AheadClock())
    turns.begin()
    turns.opened()
    assert not turns.over(mine, shard_path(mine)), "nothing else waits"
    queued(store, "unread", 0, age=5)
    turns.begin()
    assert not turns.over(mine, shard_path(mine)), "it looks once a second"
    turns.opened()
    assert turns.over(mine, shard_path(mine))


def test_all_files_are_read_before_the_first_row_is_run(batches: Batches) -> None:
    gate = Gate()
    pipeline = Chosen(dict.fromkeys(range(20), gate))
    job_ids = [batches.upload(barcodes(20)) for _ in range(3)]
    with batches.working(pipeline):
        assert gate.reached.wait(20)
        totals = {batches.stored(job_id).total_upcs for job_id in job_ids}
        gate.opened.set()
        assert totals == {20}
        for job_id in job_ids:
            assert batches.ended(job_id).successful_upcs == 20


@pytest.mark.parametrize(("change", "turn"), [(0.5, TURN_SECONDS), (4.0, 4.0 * CHANGES), (60.0, LONGEST_TURN_SECONDS)])
def test_a_turn_is_long_where_a_change_of_batches_takes_long(store: Store, change: float, turn: float) -> None:
    mine, other = queued(store, "mine", 1_000, age=9), queued(store, "other", 1_000, age=5)
    clock = AheadClock()
    turns = FairScheduler(store, clock)
    clock.seconds += TURN_SECONDS
    assert turns.over(mine, shard_path(mine))
    clock.seconds += change
    turns.begin()
    clock.seconds += turn - 2 * LOOK_SECONDS
    assert not turns.over(other, shard_path(other))
    clock.seconds += 3 * LOOK_SECONDS
    assert turns.over(other, shard_path(other))


def test_a_shard_that_waits_behind_many_of_one_batch_is_seen(store: Store) -> None:
    for number in range(3 * CANDIDATES):
        queued(store, "long", 2_500, age=60 - number / 10, number=number)
    short = queued(store, "short", 10, age=1)
    turns = FairScheduler(store, SystemClock())
    first = [turns.free()[0].path for _ in range(EVERY)]
    assert first.count(shard_path(short)) == EVERY - 1
    assert sum("long" in path for path in first) == 1, "now and then what has waited longest comes first"


def test_what_was_let_go_for_another_is_not_taken_first(store: Store) -> None:
    mine, other = queued(store, "mine", 10, age=9), queued(store, "other", 10_000, age=5)
    clock = AheadClock()
    turns = FairScheduler(store, clock)
    clock.seconds += TURN_SECONDS
    assert turns.over(mine, shard_path(mine))
    assert [document.path for document in turns.free()] == [shard_path(other), shard_path(mine)]


def test_of_two_workers_that_saw_a_free_shard_one_claims_it(batches: Batches) -> None:
    job_id = batches.upload(barcodes(1))
    (found,) = batches.store.find(SHARDS, [Where("job_id", "==", job_id)])

    def claim(worker: str) -> ShardLease:
        return ShardLease.claim(
            batches.store, SystemClock(), found, worker=worker, lanes=1, lease=LEASE, stop=threading.Event()
        )

    held = claim("ann")
    with pytest.raises(Conflict):
        claim("ben")
    assert held.shard.owner == "ann"
