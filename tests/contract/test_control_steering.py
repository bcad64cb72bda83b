"""What a person may do with a batch, at any moment, twice, and in the wrong order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from engine.batches.documents import SHARDS
from engine.codec import replace
from engine.domain.batch.items import Item, ItemStatus
from engine.domain.batch.jobs import Job, JobStatus
from engine.domain.batch.options import Options
from engine.domain.batch.shards import SHARD_ROWS
from engine.errors import BadRequest, CredentialsRefused, IllegalTransition, JobUnknown
from engine.store.base import Put, Where
from tests.support.batch_runs import FIXED, Batches, Chosen, Gate, barcodes, fails
from tests.support.clocks import AheadClock, until
from tests.support.working import Work


def refused(work: Work) -> None:
    raise CredentialsRefused("ebay", "POST /token", "The refresh token has expired.", status=401)


def pausing(batches: Batches, job_id: str) -> Callable[[Work], object]:
    return lambda _work: batches.commands.pause(job_id)


def test_a_paused_batch_finishes_the_row_in_hand_and_goes_on_where_it_stopped(batches: Batches) -> None:
    job_id, gate, pipeline = batches.upload(barcodes(20)), Gate(), Chosen()
    pipeline.steps[5] = gate
    with batches.working(pipeline, lanes=1):
        assert gate.reached.wait(10)
        assert batches.commands.pause(job_id).status is JobStatus.PAUSED
        gate.opened.set()
        until(lambda: not batches.queries.batch(job_id).workers)
        assert pipeline.runs == Counter(range(6))
        job = batches.stored(job_id)
        assert (job.status, job.processed_upcs, job.last_processed_index) == (JobStatus.PAUSED, 6, 5)
        assert batches.commands.resume(job_id).status is JobStatus.PENDING
        batches.ended(job_id)
    assert pipeline.runs == Counter(range(20))
    assert batches.exact(job_id)


def test_a_batch_that_is_paused_in_its_last_row_is_completed(batches: Batches) -> None:
    job_id = batches.upload(barcodes(3))
    batches.run(Chosen({2: pausing(batches, job_id)}), lanes=1)
    assert batches.stored(job_id).status is JobStatus.COMPLETED


def test_a_batch_cancelled_in_its_last_row_stays_so_and_recovery_finds_nothing_left(batches: Batches) -> None:
    job_id = batches.upload(barcodes(3))
    batches.run(Chosen({2: lambda _work: batches.commands.cancel(job_id)}), lanes=1)
    assert batches.stored(job_id).status is JobStatus.CANCELLED
    assert batches.commands.recover(job_id).status is JobStatus.COMPLETED


def test_a_batch_paused_while_its_file_is_read_waits_with_every_shard(batches: Batches) -> None:
    job_id = batches.upload(barcodes(2 * SHARD_ROWS + 1))
    pipeline = Chosen()
    open_shards = [Where("done", "==", False), Where("available_at", "<=", AheadClock(3_600).now())]
    read = batches.files.read

    class Pausing:
        """The file store, with somebody who pauses the batch as soon as the file was read."""

        home = batches.files.home
        check = staticmethod(batches.files.check)
        stat = staticmethod(batches.files.stat)
        list = staticmethod(batches.files.list)
        walk = staticmethod(batches.files.walk)
        create = staticmethod(batches.files.create)
        delete = staticmethod(batches.files.delete)

        def read(self, path: str, generation: int | None = None) -> bytes:
            if path.endswith("/source"):
                batches.commands.pause(job_id)
            return read(path, generation)

    Batches(batches.store, Pausing()).run(pipeline)
    job = batches.stored(job_id)
    assert (job.status, job.total_upcs) == (JobStatus.PAUSED, 2 * SHARD_ROWS + 1)
    assert batches.store.count(SHARDS) == 3
    assert batches.store.count(SHARDS, open_shards) == 0
    assert not pipeline.runs
    batches.commands.resume(job_id)
    batches.run(pipeline)
    assert batches.stored(job_id).status is JobStatus.COMPLETED


def test_a_batch_resumed_before_its_worker_let_go_is_released_at_once(batches: Batches) -> None:
    job_id, gate, pipeline = batches.upload(barcodes(30)), Gate(), Chosen()
    pipeline.steps[2] = gate
    with batches.working(pipeline):
        assert gate.reached.wait(10)
        batches.commands.pause(job_id)
        until(lambda: batches.job(job_id).processed_upcs >= 3)
        batches.commands.resume(job_id)
        gate.opened.set()
        assert batches.ended(job_id).processed_upcs == 30
    assert pipeline.runs == Counter(range(30))


def test_a_cancelled_batch_keeps_what_is_done_and_can_be_recovered(batches: Batches) -> None:
    job_id, pipeline = batches.upload(barcodes(10)), Chosen()
    pipeline.steps[4] = lambda _work: batches.commands.cancel(job_id)
    batches.run(pipeline, lanes=1)
    assert (batches.stored(job_id).status, batches.stored(job_id).processed_upcs) == (JobStatus.CANCELLED, 5)
    batches.run(pipeline)
    assert batches.stored(job_id).processed_upcs == 5
    assert batches.commands.recover(job_id).status is JobStatus.PENDING
    batches.run(pipeline)
    assert pipeline.runs == Counter(range(10))
    assert batches.exact(job_id)


def test_a_batch_can_be_cancelled_before_it_began(batches: Batches) -> None:
    job_id, pipeline = batches.upload(barcodes(3)), Chosen()
    batches.commands.cancel(job_id)
    batches.run(pipeline)
    assert not pipeline.runs
    batches.commands.recover(job_id)
    batches.run(pipeline)
    assert batches.stored(job_id).status is JobStatus.COMPLETED


def test_recovery_pressed_twice_is_one_recovery(batches: Batches) -> None:
    job_id = batches.upload(barcodes(3))
    batches.commands.cancel(job_id)
    assert batches.commands.recover(job_id) == batches.commands.recover(job_id)
    assert batches.events(job_id).count("recovered") == 1


def test_a_batch_that_a_live_worker_holds_needs_no_recovery(batches: Batches) -> None:
    job_id, gate = batches.upload(barcodes(3)), Gate()
    with batches.working(Chosen({0: gate})):
        assert gate.reached.wait(10)
        with pytest.raises(IllegalTransition, match="last heard of 0 s ago, holds it"):
            batches.commands.recover(job_id)
        gate.opened.set()
        batches.ended(job_id)
    with pytest.raises(IllegalTransition, match="completed"):
        batches.commands.recover(job_id)


def test_refused_credentials_pause_the_batch_and_it_goes_on_when_resumed(batches: Batches) -> None:
    job_id, pipeline = batches.upload(barcodes(50)), Chosen({7: refused})
    batches.run(pipeline)
    job = batches.stored(job_id)
    assert (job.status, job.error) == (JobStatus.PAUSED, "The refresh token has expired.")
    assert job.failed_upcs == 0
    assert pipeline.runs.total() < 16
    assert batches.exact(job_id)
    del pipeline.steps[7]
    batches.commands.resume(job_id)
    batches.run(pipeline)
    assert batches.stored(job_id).successful_upcs == 50
    assert batches.items(job_id)[7].attempts == 1


def test_failed_rows_are_retried_in_place(batches: Batches) -> None:
    content = barcodes(150) + b"123\n"
    job_id, pipeline = batches.upload(content), Chosen(dict.fromkeys(range(0, 150, 10), fails))
    batches.run(pipeline)
    assert batches.stored(job_id).failed_upcs == 16
    pipeline.steps = {140: fails}
    assert batches.commands.retry_failed(job_id).status is JobStatus.PENDING
    batches.run(pipeline)
    job = batches.stored(job_id)
    assert (job.status, job.processed_upcs, job.successful_upcs, job.failed_upcs) == (JobStatus.COMPLETED, 151, 149, 2)
    assert job.last_processed_index == 150
    assert [entry.index for entry in job.failed_upc_list] == [140, 150]
    assert batches.exact(job_id)
    assert pipeline.runs == Counter([*range(150), *range(0, 150, 10)])
    assert [(item.attempts, len(item.history)) for item in _picked(batches, job_id, 0, 1, 140)] == [
        (2, 1),
        (1, 0),
        (2, 1),
    ]


def test_a_retry_is_refused_when_there_is_nothing_to_retry_or_one_is_under_way(batches: Batches) -> None:
    job_id = batches.upload(barcodes(3) + b"123\n")
    with pytest.raises(IllegalTransition, match="no failed row"):
        batches.commands.retry_failed(job_id)
    batches.run(Chosen({1: fails}))
    batches.commands.retry_failed(job_id)
    with pytest.raises(IllegalTransition, match="retried already"):
        batches.commands.retry_failed(job_id)
    batches.run()
    with pytest.raises(IllegalTransition, match="no failed row"):
        batches.commands.retry_failed(job_id)
    batches.commands.cancel(batches.upload(barcodes(1)))


def test_failed_rows_are_retried_while_the_batch_still_runs(batches: Batches) -> None:
    job_id, gate, mended = batches.upload(barcodes(30)), Gate(), Chosen()
    first = Chosen({4: fails, 5: fails, 20: gate})
    with batches.working(first, lanes=1):
        assert gate.reached.wait(10)
        assert batches.commands.retry_failed(job_id).status is JobStatus.RUNNING
        with batches.working(mended):
            until(lambda: batches.job(job_id).failed_upcs == 0)
            gate.opened.set()
            batches.ended(job_id)
    assert mended.runs == Counter([4, 5])
    assert first.runs == Counter(range(30))
    assert batches.exact(job_id)


def test_a_row_that_a_retry_has_in_hand_is_not_run_by_who_takes_over_its_first_run(batches: Batches) -> None:
    job_id, slow, stuck = batches.upload(barcodes(30)), Gate(), Gate()

    def held(work: Work) -> None:
        work.save(work.item)
        stuck(work)

    first, again, later = Chosen({0: slow, 4: fails}), Chosen({4: held}), Chosen()
    with batches.working(first):
        until(lambda: batches.job(job_id).failed_upcs == 1)
        batches.commands.retry_failed(job_id)
        with batches.working(again, lanes=1):
            assert stuck.reached.wait(10)
            batches.commands.pause(job_id)
            slow.opened.set()
            until(lambda: len(batches.queries.batch(job_id).workers) == 1)
            first_shard = batches.store.get(f"{SHARDS}/{job_id}-0000")[0]
            assert first_shard
            # as if the watermark had not moved past the row when the first worker let go
            rewound = {**first_shard.fields, "next": 0, "available_at": first_shard.read_at, "hold": None}
            rewound |= {"done": False, "epoch": 1}
            batches.store.commit(Put(first_shard.path, rewound))
            batches.run(later)
            stuck.opened.set()
    assert 4 not in later.runs


def test_failed_rows_become_a_new_batch_with_all_their_columns(batches: Batches) -> None:
    codes = barcodes(4).decode().split()
    content = "barcode,price,shelf\n" + "".join(f"{code},9.{n:02d},=A{n}\n" for n, code in enumerate(codes))
    job_id = batches.upload(content.encode(), filename="shop.csv")
    batches.run(Chosen({1: fails, 3: fails}))
    again = batches.engine.retry_as_new(job_id, request_id="once")
    assert batches.engine.retry_as_new(job_id, request_id="once").job_id == again.job_id
    assert (again.retry_of, replace(again.options, layout=FIXED.layout)) == (job_id, FIXED)
    batches.run()
    items = batches.items(again.job_id)
    assert [item.upc for item in items.values()] == [codes[1], codes[3]]
    assert [row.cells[2] for row in batches.rows.read(again.job_id, 0, 2)] == ["=A1", "=A3"]
    assert (batches.stored(job_id).failed_upcs, batches.stored(job_id).skipped_upcs) == (0, 2)


def test_pausing_and_cancelling_are_refused_where_they_mean_nothing(batches: Batches) -> None:
    job_id = batches.upload(barcodes(1))
    batches.run()
    for action in (batches.commands.pause, batches.commands.cancel, batches.commands.resume):
        with pytest.raises(IllegalTransition):
            action(job_id)
    for action in (batches.commands.pause, batches.commands.recover, batches.commands.retry_failed):
        with pytest.raises(JobUnknown):
            action("batch_none")


@pytest.mark.parametrize("first", [0, -1])
def test_a_batch_of_no_rows_is_refused(batches: Batches, first: int) -> None:
    with pytest.raises(BadRequest, match="at least one row"):
        batches.upload(barcodes(3), Options(first=first))


def test_the_same_request_twice_is_one_batch(batches: Batches) -> None:
    def submit() -> Job:
        return batches.submission.upload(barcodes(3), "x.txt", FIXED, request_id="r1")

    assert submit().job_id == submit().job_id
    assert batches.queries.jobs().total == 1


def test_many_batches_in_one_second_have_names_of_their_own(batches: Batches) -> None:
    assert len({batches.upload(barcodes(1)) for _ in range(20)}) == 20


def _picked(batches: Batches, job_id: str, *indices: int) -> list[Item]:
    items = batches.items(job_id)
    assert all(items[index].status in ItemStatus for index in indices)
    return [items[index] for index in indices]
