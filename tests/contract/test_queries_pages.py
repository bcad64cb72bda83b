"""What the console and the API read of batches: pages, searches, workers, history."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from engine.batches.documents import WORKERS, item_path
from engine.batches.listing import BatchFilter
from engine.codec import replace
from engine.domain.batch import throughput
from engine.domain.batch.items import ItemStatus
from engine.domain.batch.jobs import JobStatus
from engine.domain.folding import beginnings, words, words_before
from engine.domain.identify.evidence import ReleaseSummary
from engine.errors import Cause, JobUnknown
from engine.store.base import Put
from tests.support.batch_runs import Batches, Chosen, Gate, Step, barcode, barcodes, fails
from tests.support.clocks import until
from tests.support.working import Work

RELEASES = {
    0: ("AC/DC", "Back in Black", "ATCO"),
    1: ("Björk", "Début", "One Little Indian"),
    2: ("Black Sabbath", "Paranoid", "Vertigo"),
    3: ("U2", "War", "Island"),
}


STORED_BEFORE = {1, 2}  # the rows of a test whose search words an earlier version has stored


class Known(Chosen):
    """Rows 0 to 3 are known releases."""

    def change(self, work: Work) -> None:
        super().change(work)
        if facts := RELEASES.get(work.row.index):
            work.item = replace(work.item, release=ReleaseSummary(*facts))


def pages(batches: Batches, job_id: str, limit: int, **asked: Any) -> list[list[int]]:
    """Return the indices of every page, following the cursor."""
    found, cursor = [], 0
    while True:
        page = batches.queries.items(job_id, limit=limit, cursor=cursor, **asked)
        found.append([item.index for item in page.items])
        if page.next is None:
            return found
        cursor = page.next


@pytest.fixture
def job_id(batches: Batches) -> str:
    """Return a batch of twenty rows, cancelled after ten: rows 5 to 7 failed, row 8 is no barcode."""
    content = barcodes(8) + b"123\n" + "".join(f"{barcode(number)}\n" for number in range(9, 20)).encode()
    name = batches.upload(content)
    steps: dict[int, Step] = {5: fails, 6: fails, 7: fails, 9: lambda _work: batches.commands.cancel(name)}
    batches.run(Known(steps), lanes=1)
    return name


def test_a_page_of_everything_is_in_the_order_of_the_file(batches: Batches, job_id: str) -> None:
    assert pages(batches, job_id, 8) == [list(range(8)), list(range(8, 16)), list(range(16, 20))]
    assert batches.queries.items(job_id, limit=20).items[15].upc == barcode(15)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"status": ItemStatus.SUCCEEDED}, [0, 1, 2, 3, 4, 9]),
        ({"status": ItemStatus.FAILED}, [5, 6, 7, 8]),
        ({"status": ItemStatus.WAITING}, list(range(10, 20))),
        ({"status": ItemStatus.SKIPPED}, []),
        ({"cause": Cause.NO_MATCH}, [5, 6, 7]),
        ({"cause": Cause.INVALID_BARCODE, "status": ItemStatus.FAILED}, [8]),
        ({"cause": Cause.AMBIGUOUS}, []),
        ({"q": barcode(3)}, [3]),
        ({"q": f"0{barcode(13)}"}, [13]),
        ({"q": f" {barcode(13)[:6]}-{barcode(13)[6:]} "}, [13]),
        ({"q": barcode(13)[4:11]}, [13]),
        ({"q": "7000000"}, [index for index in range(20) if index != 8]),
        ({"q": "7000000", "status": ItemStatus.FAILED}, [5, 6, 7]),
        ({"q": "7000000", "status": ItemStatus.WAITING}, list(range(10, 20))),
        ({"q": "999999999"}, []),
        ({"q": "black"}, [0, 2]),
        ({"q": "bla"}, [0, 2]),
        ({"q": "paranoid"}, [2]),
        ({"q": "BLACK par"}, [2]),
        ({"q": "ac/dc"}, [0]),
        ({"q": "bjork"}, [1]),
        ({"q": "BJÖRK d"}, [1]),
        ({"q": "u2"}, [3]),
        ({"q": "paranoia"}, []),
        ({"q": "black", "status": ItemStatus.FAILED}, []),
        ({"q": "   "}, list(range(20))),
    ],
    ids=str,
)
@pytest.mark.parametrize("limit", [3, 200])
def test_rows_are_filtered_and_searched(
    batches: Batches, job_id: str, asked: dict[str, Any], expected: list[int], limit: int
) -> None:
    found = pages(batches, job_id, limit, **asked)
    assert [index for page in found for index in page] == expected
    assert all(len(page) <= limit for page in found)


@pytest.mark.parametrize("limit", [1, 2, 200])
@pytest.mark.parametrize(
    ("q", "expected"),
    [
        ("MØ", [0, 1, 4]),
        ("mo", [0, 4]),
        ("Bjørk", [2, 3]),
        ("bjork", [3]),
        ("bjørk x", [3]),
    ],
)
def test_a_search_finds_what_was_stored_before_letters_such_as_o_with_a_stroke_were_folded(
    batches: Batches, limit: int, q: str, expected: list[int]
) -> None:
    artists = ["Mo", "MØ", "Bjørk", "Björk X", "Mø"]
    name = batches.upload(barcodes(len(artists)))
    batches.run(Chosen())
    for index, artist in enumerate(artists):
        (found,) = batches.store.get(item_path(name, index))
        assert found
        terms = beginnings(words_before(artist) if index in STORED_BEFORE else words(artist))
        fields = {**found.fields, "release": {"artist": artist, "title": "", "label": ""}, "terms": terms}
        batches.store.commit(Put(found.path, fields))
    assert [index for page in pages(batches, name, limit, q=q) for index in page] == expected


def test_before_the_file_was_read_there_is_one_empty_page(batches: Batches) -> None:
    name = batches.upload(barcodes(100))
    assert pages(batches, name, 10) == [[]]
    assert pages(batches, name, 10, status=ItemStatus.WAITING) == [[]]
    assert pages(batches, name, 10, q="700000") == [[]]


def test_the_rows_of_an_unknown_batch_cannot_be_asked_for(batches: Batches) -> None:
    for name in ("batch_none", "", "a/b"):
        with pytest.raises(JobUnknown, match="not found"):
            batches.queries.items(name)


def test_causes_are_counted_the_most_frequent_first(batches: Batches, job_id: str) -> None:
    found = [(entry.cause, entry.count, entry.retryable) for entry in batches.queries.causes(job_id)]
    assert found == [(Cause.NO_MATCH, 3, True), (Cause.INVALID_BARCODE, 1, False)]
    assert batches.queries.composed(job_id) == 6
    assert [item.index for item in batches.queries.failed(job_id, 2)] == [5, 6]
    assert {item.index for item in batches.queries.newest(job_id, 2)} == {8, 9}


def test_the_rows_of_each_minute_are_told_with_the_batch(batches: Batches, job_id: str) -> None:
    job = batches.queries.job(job_id)
    assert job.updated_at
    assert sum(throughput.minutes(job.engine.pace, job.updated_at)) == 10


def test_jobs_come_newest_first_by_state_and_with_exact_counters(batches: Batches, job_id: str) -> None:
    newer = batches.upload(barcodes(1))
    page = batches.queries.jobs()
    assert [job.job_id for job in page.jobs] == [newer, job_id]
    cancelled = batches.queries.jobs(wanted=BatchFilter(status=JobStatus.CANCELLED))
    assert (cancelled.total, cancelled.filtered, [job.job_id for job in cancelled.jobs]) == (2, 1, [job_id])
    assert [view.job.job_id for view in batches.queries.batches(10, page.jobs[0].created_at)] == [job_id]
    assert (page.jobs[1].processed_upcs, page.jobs[1].last_processed_index) == (10, 9)


def test_counters_are_exact_between_two_writings_of_the_job_document(batches: Batches) -> None:
    name, gate = batches.upload(barcodes(30)), Gate()
    with batches.working(Chosen({29: gate})):
        assert gate.reached.wait(10)
        until(lambda: batches.queries.job(name).processed_upcs == 29)
        view = batches.queries.batch(name)
        assert (view.working, view.waiting, view.interrupted) == (1, 0, False) or until(
            lambda: batches.queries.batch(name).working == 1
        )
        gate.opened.set()
        batches.ended(name)
    assert batches.queries.batch(name).workers == ()


def test_a_batch_is_interrupted_when_who_holds_it_fell_silent(batches: Batches) -> None:
    name, gate = batches.upload(barcodes(3)), Gate()
    with batches.working(Chosen({0: gate})) as worker:
        assert gate.reached.wait(10)
        assert not batches.queries.batch(name).interrupted
        beat = batches.store.get(f"{WORKERS}/{worker.name}")[0]
        assert beat
        silent = {**beat.fields, "heartbeat_at": beat.read_at - timedelta(seconds=11)}
        batches.store.commit(Put(f"{WORKERS}/gone", {**silent, "job_id": name}))
        assert not batches.queries.batch(name).interrupted

        def interrupted() -> bool:
            batches.store.commit(Put(f"{WORKERS}/{worker.name}", silent))
            return batches.queries.batch(name).interrupted

        until(interrupted)
        gate.opened.set()
        batches.ended(name)


def test_a_waiting_batch_is_not_interrupted(batches: Batches) -> None:
    name = batches.upload(barcodes(3))
    assert not batches.queries.batch(name).interrupted
    assert batches.queries.queued() == 1
    batches.run()
    assert batches.queries.queued() == 0
