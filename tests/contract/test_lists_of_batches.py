"""Lists of batches: pages, searches, filters and counts, the same on both stores."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from engine.batches.archive import Archive
from engine.batches.documents import DRAFTS, job_path
from engine.batches.indexing import index_batches
from engine.batches.listing import BatchFilter
from engine.batches.queries import Queries
from engine.batches.rows import RowFiles
from engine.codec import encode
from engine.domain.batch.jobs import Job, JobStatus, named
from engine.files.base import Files
from engine.sandbox.emulators import a_project
from engine.store.base import Put, Store
from engine.store.firestore import FirestoreStore

DAY = datetime(2026, 3, 1, tzinfo=UTC)
NAMES = ["Fall intake", "Fall intake, box 14.csv", "Björk_box_14.txt", "spring", "Spring fall", "box"]


@pytest.fixture(params=["sqlite", "firestore"])
def lists(request: pytest.FixtureRequest, files: Files) -> Iterator[tuple[Store, Queries]]:
    """Lend a store with six batches, one a day: the third failed, the last two are of the same moment."""
    store: Store
    if request.param == "sqlite":
        store = request.getfixturevalue("store")
    else:
        request.getfixturevalue("firestore_emulator")
        store = FirestoreStore(a_project(), "(default)")
    for number, name in enumerate(NAMES):
        status = JobStatus.FAILED if number == 2 else JobStatus.COMPLETED
        job = Job(f"batch_{number}", status, "gs://b/x", DAY + timedelta(days=min(number, 4)))
        store.commit(Put(job_path(job.job_id), encode(named(job, name))))
    yield store, Queries(store, RowFiles(files))
    store.close()


def pages(queries: Queries, limit: int, wanted: BatchFilter) -> list[list[int]]:
    """Return the numbers of the batches of every page."""
    found: list[list[int]] = []
    before: datetime | None = None
    while True:
        page = queries.jobs(limit, wanted, before)
        found.append([int(job.job_id[-1]) for job in page.jobs])
        before = page.next
        if before is None:
            return found


def test_every_batch_is_on_one_page(lists: tuple[Store, Queries]) -> None:
    assert pages(lists[1], 2, BatchFilter()) == [[5, 4], [3, 2], [1, 0]]
    assert pages(lists[1], 6, BatchFilter()) == [[5, 4, 3, 2, 1, 0]]


def test_batches_of_the_same_moment_stay_on_one_page(lists: tuple[Store, Queries]) -> None:
    assert pages(lists[1], 1, BatchFilter()) == [[5, 4], [3], [2], [1], [0]]


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        (BatchFilter("fall"), [4, 1, 0]),
        (BatchFilter("FALL in"), [1, 0]),
        (BatchFilter("box"), [5, 2, 1]),
        (BatchFilter("bjork box 1"), [2]),
        (BatchFilter("box fall"), []),
        (BatchFilter("all"), []),
        (BatchFilter(status=JobStatus.FAILED), [2]),
        (BatchFilter("box", JobStatus.COMPLETED), [5, 1]),
        (BatchFilter(since=DAY + timedelta(days=3)), [5, 4, 3]),
        (BatchFilter(until=DAY + timedelta(days=1)), [0]),
        (BatchFilter("box", JobStatus.COMPLETED, DAY + timedelta(days=1), DAY + timedelta(days=2)), [1]),
        (BatchFilter(since=DAY + timedelta(days=9)), []),
    ],
    ids=str,
)
@pytest.mark.parametrize("limit", [1, 50])
def test_batches_are_found_and_counted(
    lists: tuple[Store, Queries], wanted: BatchFilter, expected: list[int], limit: int
) -> None:
    assert [number for page in pages(lists[1], limit, wanted) for number in page] == expected
    answer = lists[1].jobs(limit, wanted)
    assert (answer.total, answer.filtered) == (6, len(expected))


def test_batches_stored_by_an_earlier_version_are_found_once_they_are_indexed(
    lists: tuple[Store, Queries],
) -> None:
    store, queries = lists
    for number, made in ((6, DAY - timedelta(days=1)), (7, "2026-01-05T10:00:00+00:00")):
        old = {**encode(Job(f"batch_{number}", JobStatus.COMPLETED, "gs://b/old_box.txt", DAY)), "created_at": made}
        del old["name_terms"], old["visibility"], old["schema"], old["name"]
        store.commit(Put(job_path(f"batch_{number}"), old))
    assert [number for page in pages(queries, 2, BatchFilter()) for number in page] == [5, 4, 3, 2, 1, 0, 6, 7]
    assert pages(queries, 9, BatchFilter("old box")) == [[]]
    assert index_batches(store) == 2
    assert pages(queries, 9, BatchFilter("old box")) == [[6, 7]]
    assert index_batches(store) == 0
    Archive(store).archive("batch_5")
    assert [number for page in pages(queries, 2, BatchFilter()) for number in page] == [4, 3, 2, 1, 0, 6, 7]


def test_many_lists_are_read_at_the_same_time(lists: tuple[Store, Queries]) -> None:
    wanted = BatchFilter("box", since=DAY)
    pool = ThreadPoolExecutor(48)
    asked = [pool.submit(lists[1].jobs, 2, wanted) for _ in range(96)]
    assert {answer.result(timeout=60).filtered for answer in asked} == {3}
    pool.shutdown()


def test_drafts_are_counted_day_by_day(lists: tuple[Store, Queries]) -> None:
    store, queries = lists
    days = [DAY + timedelta(days=day) for day in range(4)]
    at = [days[0] - timedelta(seconds=1), days[0], days[1] - timedelta(seconds=1), days[2], days[3]]
    store.commit(*(Put(f"{DRAFTS}/DM{number}", {"at": one}) for number, one in enumerate(at)))
    assert queries.drafted_between(days) == (2, 0, 1)
