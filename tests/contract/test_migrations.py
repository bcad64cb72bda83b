"""Migrations of a job store: done once, done again when they were killed, and none where a newer version was."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from engine.codec import Document, decode, encode
from engine.domain.batch.jobs import Job
from engine.errors import DocumentNewer, StoreNewer
from engine.maintenance.migrations import MIGRATIONS, Migration, prepare
from engine.maintenance.store_record import FORMAT, PATH, read_record
from engine.store.base import Patch, Put, Store
from tests.support.batch_runs import Batches, barcodes
from tests.support.clocks import until
from tests.support.dying import Dying, Killed


def test_the_migrations_lead_to_the_format_of_this_version_one_by_one() -> None:
    assert [migration.format for migration in MIGRATIONS] == list(range(1, FORMAT + 1))


def earlier(batches: Batches, count: int) -> None:
    """Store batches as a version before there were names and lists did."""
    for number in range(count):
        batches.upload(barcodes(2), filename=f"pile {number}.txt")
    for document in list(batches.store.snapshot()):
        if document.path.count("/") == 1 and document.path.startswith("batch_jobs/"):
            old = {name: value for name, value in document.fields.items() if name not in {"name_terms", "visibility"}}
            batches.store.commit(Put(document.path, old))


def doubled(store: Store) -> int:
    """Migrate numbers to twice their value, each once however often it is begun."""
    found = [one for one in store.find("numbers", limit=1_000) if "doubled" not in one.fields]
    for one in found:
        store.commit(Patch(one.path, {"value": 2 * one.fields["value"], "doubled": True}, one.version))
    return len(found)


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("at", range(1, 9))
def test_a_migration_that_is_killed_at_any_commit_is_done_once(batches: Batches, at: int, after: bool) -> None:
    steps = (MIGRATIONS[0], Migration(2, "numbers are twice as large", doubled))
    earlier(batches, 3)
    batches.store.commit(*(Put(f"numbers/{one}", {"value": one}) for one in range(3)))
    dying: Any = Dying(batches.store, at, after=after)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("engine.maintenance.store_record.FORMAT", 2)
        try:
            prepare(dying, steps)
        except Killed:
            pass
        else:
            assert at >= 8
        prepare(batches.store, steps)
        record, _ = read_record(batches.store)
    assert record.format == 2
    assert [one.fields["value"] for one in batches.store.find("numbers")] == [0, 2, 4]
    assert len(batches.queries.jobs().jobs) == 3
    assert all(one.fields["visibility"] == "visible" for one in batches.store.find("batch_jobs"))


def test_a_store_that_has_the_format_costs_a_read(batches: Batches) -> None:
    prepare(batches.store)
    untouched: Any = Dying(batches.store, 1, after=False)
    untouched.find = untouched.count = None
    prepare(untouched)


def test_a_worker_does_nothing_in_a_store_that_a_newer_version_has_migrated(batches: Batches) -> None:
    job_id = batches.upload(barcodes(2))
    batches.store.commit(Put(PATH, {"format": FORMAT + 1, "schema": 1}))
    with pytest.raises(
        StoreNewer, match=rf"its format is {FORMAT + 1}, this version knows {FORMAT}\): update this one"
    ):
        batches.run()
    assert batches.job(job_id).status == "pending"


def test_a_worker_waits_while_a_backup_is_restored_and_begins_once_it_is_whole(batches: Batches) -> None:
    job_id = batches.upload(barcodes(2))
    batches.store.commit(Put(PATH, {"restoring": "some backup", "schema": 1}))
    with batches.working(lease=timedelta(seconds=30)):
        until(lambda: batches.queries.workers())
        assert batches.stored(job_id).status == "pending"
        batches.store.commit(Put(PATH, {"restoring": "", "schema": 1}))
        batches.ended(job_id)


class Shape(Document, frozen=True):
    """A document of this version."""

    SCHEMA = 3

    name: str = ""


def test_a_document_of_a_newer_shape_is_refused_and_an_older_one_is_read() -> None:
    sentence = "A newer version of Draft Maker wrote shapes/1 (its schema is 4, this version reads up to 3): update"
    with pytest.raises(DocumentNewer, match=re.escape(sentence)):
        decode(Shape, {"name": "a", "schema": 4}, "shapes/1")
    for older in ({"name": "a"}, {"name": "a", "schema": 1}, {"name": "a", "schema": 3, "more": 1}):
        assert decode(Shape, older, "shapes/1").name == "a"
    assert encode(Shape("a")) == {"name": "a", "schema": 3}


def test_a_worker_that_meets_a_batch_of_a_newer_shape_ends_and_leaves_it_as_it_is(batches: Batches) -> None:
    job_id = batches.upload(barcodes(2))
    path = f"batch_jobs/{job_id}"
    batches.store.commit(Patch(path, {"schema": Job.SCHEMA + 1}, None))
    before = batches.store.get(path)
    with pytest.raises(DocumentNewer, match="update this one"):
        batches.queries.job(job_id)
    with pytest.raises(DocumentNewer, match="update this one"):
        batches.run()
    assert [document and document.fields for document in batches.store.get(path)] == [
        document and document.fields for document in before
    ]
