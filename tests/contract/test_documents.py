"""Documents that this version cannot run or read: they are left alone, and nothing else is disturbed by them."""

from __future__ import annotations

from typing import Any

import pytest

from engine.batches.documents import JOBS, SHARDS
from engine.codec import encode
from engine.domain.batch.jobs import JobStatus
from engine.errors import DocumentBroken, IllegalTransition
from engine.store.base import Patch
from tests.support.batch_runs import FIXED, Batches, barcodes


def stored(batches: Batches, path: str) -> dict[str, Any]:
    found = batches.store.get(path)[0]
    assert found
    return found.fields


def both(batches: Batches) -> tuple[str, str]:
    """Queue two batches."""
    return batches.upload(barcodes(3)), batches.upload(barcodes(3))


@pytest.mark.parametrize("fields", [{"kind": "mirrored"}, {"a": "first"}], ids=["another kind", "broken"])
def test_a_shard_of_a_newer_version_or_a_broken_one_is_left_in_the_queue(
    batches: Batches, fields: dict[str, object]
) -> None:
    odd, plain = both(batches)
    path = f"{SHARDS}/{odd}-0000"
    batches.store.commit(Patch(path, fields, None))
    before = stored(batches, path)
    batches.run()
    assert batches.stored(plain).status is JobStatus.COMPLETED
    assert stored(batches, path) == before


@pytest.mark.parametrize(
    ("option", "named"),
    [
        ({"drafted_before": "merge"}, "drafted_before merge"),
        ({"condition": "REMASTERED"}, "condition REMASTERED"),
        ({"price_rule": {"basis": "auction"}}, "basis auction"),
    ],
)
def test_a_batch_with_an_option_of_a_newer_version_is_paused_and_says_so(
    batches: Batches, option: dict[str, object], named: str
) -> None:
    odd, plain = both(batches)
    batches.store.commit(Patch(f"{JOBS}/{odd}", {"options": {**encode(FIXED), **option}}, None))
    batches.run()
    job = batches.job(odd)
    assert (job.status, job.processed_upcs) == (JobStatus.PAUSED, 0)
    assert named in str(job.error)
    assert batches.stored(plain).status is JobStatus.COMPLETED


def test_a_batch_that_cannot_be_read_stops_alone_and_goes_on_once_it_can(batches: Batches) -> None:
    odd, plain = both(batches)
    whole = stored(batches, f"{JOBS}/{odd}")
    batches.store.commit(Patch(f"{JOBS}/{odd}", {"total_upcs": "three"}, None))
    batches.run()
    assert batches.stored(plain).status is JobStatus.COMPLETED
    with pytest.raises(DocumentBroken, match=f"{JOBS}/{odd} cannot be read: .*total_upcs"):
        batches.job(odd)
    batches.store.commit(Patch(f"{JOBS}/{odd}", {**whole, "status": "failed"}, None))
    batches.commands.recover(odd)
    batches.run()
    assert batches.stored(odd).status is JobStatus.COMPLETED


def test_a_batch_in_a_state_of_a_newer_version_is_listed_and_left_as_it_is(batches: Batches) -> None:
    odd, plain = both(batches)
    batches.store.commit(Patch(f"{JOBS}/{odd}", {"status": "archived"}, None))
    assert [view.job.status for view in batches.queries.batches()] == ["pending", "archived"]
    assert batches.job(plain).status is JobStatus.PENDING
    with pytest.raises(IllegalTransition, match="is archived and cannot become cancelled"):
        batches.commands.cancel(odd)


def test_a_commit_of_rows_writes_only_what_has_changed_of_the_shard(batches: Batches) -> None:
    written: list[frozenset[str]] = []

    class Noted:
        """A store that notes the fields of shards that are patched."""

        def __getattr__(self, name: str) -> Any:
            return getattr(batches.store, name)

        def commit(self, *writes: Any) -> Any:
            written.extend(frozenset(write.fields) for write in writes if write.path.startswith(f"{SHARDS}/"))
            return batches.store.commit(*writes)

    batches.upload(barcodes(3))
    Batches(Noted(), batches.files).run()
    assert frozenset({"ok", "next", "seq"}) in {fields - {"available_at", "lease_until"} for fields in written}
    assert all(len(fields) < 12 for fields in written[1:])
