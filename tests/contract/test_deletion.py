"""A batch is deleted whole, never unseen, and goes on being deleted after a kill."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from engine.batches.deletion import AT_ONCE, DELETIONS, Deletions
from engine.batches.documents import DRAFTS, JOBS, SHARDS, events_of, items_of
from engine.batches.rows import RowFiles
from engine.codec import replace
from engine.domain.batch.jobs import JobStatus
from engine.errors import FilesAway, IllegalTransition, JobUnknown
from engine.files.folder import FolderFiles
from engine.store.base import Delete, Patch
from tests.support.batch_runs import FIXED, AtEbay, Batches, Chosen, Drafting, Gate, barcode, barcodes, fails
from tests.support.clocks import until
from tests.support.dying import Dying, Killed


@pytest.fixture
def batches(batches_of_each_store: Batches) -> Batches:
    return batches_of_each_store


def documents(batches: Batches, job_id: str) -> list[str]:
    found = [*batches.store.get(f"{JOBS}/{job_id}")]
    for collection in (items_of(job_id), events_of(job_id)):
        found += batches.store.find(collection, limit=10_000)
    found += [shard for shard in batches.store.find(SHARDS, limit=10_000) if shard.fields["job_id"] == job_id]
    return [document.path for document in found if document]


def done(batches: Batches, count: int = 3) -> str:
    job_id = batches.upload(barcodes(count))
    batches.run()
    return job_id


def test_a_deleted_batch_leaves_a_record_and_no_other_document(batches: Batches) -> None:
    job_id, other = done(batches), batches.upload(barcodes(2))
    before = documents(batches, other)
    record = batches.engine.deletions.delete(job_id, by="anna")
    assert documents(batches, job_id) == []
    assert documents(batches, other) == before
    assert (record.by, record.rows, record.drafts) == ("anna", 3, 0)
    assert batches.engine.deletions.find(job_id) == record
    assert batches.engine.deletions.find(other) is None
    with pytest.raises(JobUnknown):
        batches.commands.recover(job_id)


def test_its_copy_of_the_file_and_its_rows_go_and_the_upload_stays_for_others(batches: Batches) -> None:
    job_id, other = done(batches), done(batches)
    path = batches.stored(job_id).gcs_path
    assert len(batches.rows.kept(job_id)) >= 2
    batches.engine.deletions.delete(job_id)
    assert batches.rows.kept(job_id) == []
    assert len(batches.rows.kept(other)) >= 2
    assert batches.files.read(path)


class Away(FolderFiles):
    """A folder from which nothing can be taken."""

    def delete(self, path: str) -> None:
        raise FilesAway(f"{path} does not answer")


def test_while_the_files_are_away_a_batch_is_not_gone_and_a_worker_ends_it_once_they_are_back(
    batches: Batches, tmp_path: Path
) -> None:
    job_id = done(batches)
    with pytest.raises(FilesAway):
        Deletions(batches.store, RowFiles(Away(tmp_path / "files"))).delete(job_id)
    assert batches.engine.deletions.find(job_id) is None
    due(batches, job_id)
    with batches.working():
        until(lambda: batches.engine.deletions.find(job_id))
    assert (documents(batches, job_id), batches.rows.kept(job_id)) == ([], [])


def test_a_batch_that_is_deleted_twice_is_deleted_once(batches: Batches) -> None:
    job_id = done(batches)
    record = batches.engine.deletions.delete(job_id, by="anna")
    assert batches.engine.deletions.delete(job_id, by="ben") == record


def test_a_batch_that_never_was_is_unknown(batches: Batches) -> None:
    with pytest.raises(JobUnknown):
        batches.engine.deletions.delete("batch_1")


def test_a_batch_that_waits_is_refused_until_it_is_cancelled(batches: Batches) -> None:
    job_id = batches.upload(barcodes(3))
    with pytest.raises(IllegalTransition, match="is pending: pause or cancel it"):
        batches.engine.deletions.delete(job_id)
    batches.commands.cancel(job_id)
    batches.engine.deletions.delete(job_id)
    assert documents(batches, job_id) == []
    batches.run()
    assert documents(batches, job_id) == []


def test_a_batch_is_refused_while_a_worker_finishes_its_rows(batches: Batches) -> None:
    gate = Gate()
    job_id = batches.upload(barcodes(1))
    with batches.working(Drafting(steps={0: gate})):
        assert gate.reached.wait(20)
        batches.commands.cancel(job_id)
        with pytest.raises(IllegalTransition, match="being finished"):
            batches.engine.deletions.delete(job_id)
        gate.opened.set()
    batches.engine.deletions.delete(job_id)
    assert documents(batches, job_id) == []


def test_drafts_at_ebay_are_never_left_unseen_and_still_protect_from_a_second_one(batches: Batches) -> None:
    job_id = batches.upload(barcodes(3))
    batches.run(AtEbay())
    with pytest.raises(IllegalTransition, match="would leave 3 drafts at eBay"):
        batches.engine.deletions.delete(job_id)
    assert batches.stored(job_id).engine.deleting is None
    assert batches.engine.deletions.delete(job_id, leave_drafts=True).drafts == 3
    assert batches.store.count(DRAFTS) == 3
    assert batches.engine.drafts.drafted([barcode(0).zfill(14)]) == {barcode(0).zfill(14)}


def test_what_a_dry_run_composed_goes_with_it(batches: Batches) -> None:
    job_id = batches.upload(barcodes(2), replace(FIXED, test_mode=True))
    batches.run(Drafting())
    assert batches.store.count(DRAFTS) == 2
    batches.engine.deletions.delete(job_id)
    assert batches.store.count(DRAFTS) == 0


def dying(batches: Batches, commits: int) -> Any:
    """Return the store of a process that dies after so many commits that delete."""
    return Dying(batches.store, commits + 1, after=False, counts=lambda write: isinstance(write, Delete))


@pytest.mark.parametrize("commits", range(5))
def test_a_deletion_that_was_killed_goes_on_and_nothing_else_is_done_with_the_batch(
    batches: Batches, commits: int
) -> None:
    job_id = batches.upload(barcodes(AT_ONCE + 1))
    batches.run(Chosen({0: fails}))
    with pytest.raises(Killed):
        Deletions(dying(batches, commits), batches.rows).delete(job_id, by="anna")
    assert batches.stored(job_id).status is JobStatus.COMPLETED
    with pytest.raises(IllegalTransition, match="is being deleted"):
        batches.commands.retry_failed(job_id)
    record = batches.engine.deletions.delete(job_id, by="ben")
    assert record.by == "anna"
    assert documents(batches, job_id) == []
    assert batches.store.count(DELETIONS) == 1


def begun(batches: Batches, count: int = AT_ONCE + 1) -> str:
    """Return a batch whose deletion was killed after its first page."""
    job_id = done(batches, count)
    with pytest.raises(Killed):
        Deletions(dying(batches, 1), batches.rows).delete(job_id, by="anna")
    return job_id


def due(batches: Batches, job_id: str) -> None:
    """Have the time pass in which whoever began is left alone."""
    path = f"{DELETIONS}/{job_id}"
    found = batches.store.get(path)[0]
    assert found
    batches.store.commit(Patch(path, {"due_at": found.fields["at"]}, None))


def test_a_deletion_that_was_killed_is_left_alone_for_a_minute_and_then_ended_by_a_worker(batches: Batches) -> None:
    job_id = begun(batches)
    deletions = batches.engine.deletions
    assert not deletions.work()
    assert deletions.find(job_id) is None
    due(batches, job_id)
    with batches.working():
        until(lambda: deletions.find(job_id) is not None)
    assert documents(batches, job_id) == []
    assert not deletions.work()
    record = deletions.find(job_id)
    assert record
    assert (record.by, record.rows) == ("anna", AT_ONCE + 1)


def test_two_workers_at_one_deletion_end_it_once(batches: Batches) -> None:
    job_id, other = begun(batches), done(batches)
    due(batches, job_id)
    first, second = Deletions(batches.store, batches.rows), Deletions(batches.store, batches.rows)
    while first.work() or second.work():
        pass
    assert documents(batches, job_id) == []
    assert documents(batches, other)
    assert batches.store.count(DELETIONS) == 1


def test_a_worker_that_is_killed_half_way_leaves_the_rest_to_the_next(batches: Batches) -> None:
    job_id = begun(batches)
    due(batches, job_id)
    killed = Deletions(dying(batches, 1), batches.rows)
    assert killed.work()
    with pytest.raises(Killed):
        killed.work()
    while batches.engine.deletions.work():
        pass
    assert documents(batches, job_id) == []
