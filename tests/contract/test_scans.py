"""Copies that are scanned one by one: none is lost, none counts twice, and what is closed is a file like any other."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from engine.batches.scan_queue import ScanQueue
from engine.batches.scans import MOST_LINES, Scans
from engine.batches.taking import Entry, Taken
from engine.clock import SystemClock
from engine.codec import replace
from engine.domain.batch.options import Options
from engine.domain.batch.rows import Condition
from engine.domain.batch.scans import Found, Scan, ScanState
from engine.domain.identify.evidence import ReleaseSummary
from engine.domain.listing.pricing import NO_PRICE, Price, PriceBasis, PriceEvidence, PriceRule, Search
from engine.domain.listing.seller_profiles import STANDARD, Profile
from engine.errors import BadRequest, Conflict, IllegalTransition, NotThere
from engine.pipeline.stored_lookups import LOOKUPS, stored_lookup
from engine.store.base import Committed, Store, Write
from engine.worker.scan_lookups import scan_lookups
from tests.support.batch_runs import Batches, barcode
from tests.support.clocks import until
from tests.support.pipeline_runs import Runs

FOUND = Found(ScanState.KNOWN, ReleaseSummary("New Order", "Technique", discogs_id="1"), 1)
KNOWN = "074646362822"  # to the sandbox
PRICED = "7961220922684"  # offered at the sandbox's eBay
NOBODYS = barcode(1)  # known to no service


@pytest.fixture
def batches(batches_of_each_store: Batches) -> Batches:
    return batches_of_each_store


@pytest.fixture
def scans(batches: Batches) -> Scans:
    return batches.engine.scans


def lines(*texts: str, of: str = "") -> list[Entry]:
    """Return one line for each text; what is no barcode is about the line before it, or `of`."""
    return [Entry(f"{number:04}-{abs(hash(text)) % 10_000}", text, of) for number, text in enumerate(texts)]


def scanned(scans: Scans, session: str, *texts: str) -> list[Taken]:
    return scans.take(session, lines(*texts), by="ann")


def taken_scan(taken: Taken) -> Scan:
    assert taken.scan
    return taken.scan


def test_every_scan_gets_a_number_and_is_in_the_store(scans: Scans) -> None:
    session = scans.open("Shelf 3", by="ann").session_id
    taken = scanned(scans, session, barcode(1), barcode(2), "12345678")
    assert [taken_scan(one).number for one in taken] == [1, 2, 3]
    assert [taken_scan(one).state for one in taken] == [ScanState.WAITING, ScanState.WAITING, ScanState.UNREADABLE]
    assert "The last digit should be 0" in taken_scan(taken[2]).problem
    assert [scan.number for scan in scans.newest(session)] == [3, 2, 1]
    assert sum(scans.tally(session).values()) == scans.session(session).scans == 3
    assert [one.name for one in scans.unfinished()] == ["Shelf 3"]


def test_a_line_that_comes_twice_counts_once(scans: Scans) -> None:
    session = scans.open().session_id
    first = scanned(scans, session, barcode(1), barcode(2))
    assert scanned(scans, session, barcode(1), barcode(2), barcode(3))[:2] == first
    assert scans.session(session).scans == 3


def test_a_repeated_barcode_is_a_row_of_its_own_and_names_the_first(scans: Scans) -> None:
    session = scans.open().session_id
    scanned(scans, session, barcode(1), barcode(2))
    again, same = scans.take(session, [Entry("a", barcode(2)), Entry("b", barcode(2))])
    assert (taken_scan(again).repeats, taken_scan(same).repeats) == (2, 2)
    other = scans.open().session_id
    assert taken_scan(scanned(scans, other, barcode(2))[0]).repeats is None


def test_words_are_about_the_copy_that_they_name(scans: Scans) -> None:
    session = scans.open().session_id
    words = [
        Entry("w1", "VG+", "a"),
        Entry("w2", "12.50", "a"),
        Entry("w3", "x2", "a"),
        Entry("w4", "/ hub crack", "a"),
    ]
    taken = scans.take(session, [Entry("a", barcode(1)), *words[:2]])
    assert [one.changed for one in taken] == [False, True, True]
    scan = taken_scan(scans.take(session, words[2:])[-1])
    assert (scan.grade, scan.price_cents, scan.quantity, scan.note) == ("VG+", 1250, 2, "hub crack")
    assert scans.newest(session) == [scan]
    (lost,) = scans.take(session, [Entry("w5", "NM", "nothing")])
    assert "Scan a copy first" in lost.problem
    (numbered,) = scans.take(session, [Entry("w6", "G+", "#1")])
    assert (taken_scan(numbered).number, taken_scan(numbered).grade) == (1, "G+")
    (missing,) = scans.take(session, [Entry("w7", "G+", "#7")])
    assert (missing.scan, missing.problem) == (None, lost.problem)


def test_what_is_taken_back_is_no_row_and_comes_back_as_it_was(scans: Scans) -> None:
    session = scans.open().session_id
    scans.take(session, [Entry("a", barcode(1)), Entry("b", barcode(1)), Entry("x", "-", "a")])
    assert scans.tally(session)[ScanState.WAITING] == 1
    assert taken_scan(scans.take(session, [Entry("c", barcode(1))])[0]).repeats == 2
    assert taken_scan(scans.take(session, [Entry("y", "+", "a")])[0]).state is ScanState.WAITING
    assert scans.tally(session)[ScanState.WAITING] == 3


def test_a_closed_session_is_a_file_with_what_was_said_of_each_copy(batches: Batches, scans: Scans) -> None:
    session = scans.open("Shelf 3").session_id
    said = [Entry("w1", "VG+", "a"), Entry("w2", "12.50", "a"), Entry("x", "-", "b")]
    scans.take(session, [Entry("a", barcode(1)), Entry("b", barcode(2)), Entry("c", "123456789012"), *said])
    path = scans.close(session, by="ann")
    assert scans.close(session) == path
    assert path.rpartition("/")[2].startswith("Shelf")
    rows = list(batches.submission.open(batches.submission.fetch(path), "Shelf 3.csv").rows())
    assert [(row.shown, row.price_cents, row.grading and row.grading.written) for row in rows] == [
        (barcode(1), 1250, "VG+"),
        ("123456789012", None, None),
    ]
    assert scans.unfinished() == []
    with pytest.raises(IllegalTransition, match="closed"):
        scanned(scans, session, barcode(3))
    job = batches.submission.submit(path, Options())
    batches.run()
    assert batches.job(job.job_id).processed_upcs == 2


def test_a_session_without_a_copy_makes_no_file(scans: Scans) -> None:
    session = scans.open().session_id
    with pytest.raises(IllegalTransition, match="Nothing was scanned"):
        scans.close(session)
    scans.take(session, [Entry("a", barcode(1)), Entry("x", "-", "a")])
    with pytest.raises(IllegalTransition, match="Nothing was scanned"):
        scans.close(session)
    assert scans.take(session, [Entry("b", barcode(2))])


def test_a_discarded_session_is_gone_with_its_scans(scans: Scans) -> None:
    session = scans.open().session_id
    scanned(scans, session, barcode(1))
    scans.discard(session)
    assert scans.newest(session) == []
    assert scans.unfinished() == []
    with pytest.raises(NotThere):
        scanned(scans, session, barcode(1))


def test_requests_that_cannot_be_met_say_why(scans: Scans) -> None:
    session = scans.open().session_id
    with pytest.raises(BadRequest, match=f"1 to {MOST_LINES}"):
        scans.take(session, lines(*[barcode(1)] * (MOST_LINES + 1)))
    with pytest.raises(BadRequest, match="an id"):
        scans.take(session, [Entry("a/b", barcode(1))])
    with pytest.raises(BadRequest, match="an id"):
        scans.open(session_id="../x")
    assert scans.open("Other", session_id=session).name == ""


class Cut:
    """A store of which the first commits meet another commit, or are made and never answered."""

    def __init__(self, store: Store, conflicts: int) -> None:
        self._store = store
        self._conflicts = conflicts

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name)

    def commit(self, *writes: Write) -> Committed:
        if self._conflicts:
            self._conflicts -= 1
            self._store.commit(*writes)
            raise Conflict("the answer was lost, and what was written is there")
        return self._store.commit(*writes)


def test_a_commit_whose_answer_is_lost_adds_nothing_twice(batches: Batches) -> None:
    session = batches.engine.scans.open().session_id
    cut = Scans(Cut(batches.store, 1), SystemClock(), Knows(), batches.submission)  # type: ignore[arg-type]
    scanned(cut, session, barcode(1), barcode(2))
    assert [scan.number for scan in cut.newest(session)] == [2, 1]


def test_two_scanners_fill_one_session_while_it_is_closed(batches: Batches, scans: Scans) -> None:
    session = scans.open().session_id
    kept: list[str] = []

    def scan(name: str) -> None:
        for number in range(15):
            try:
                scans.take(session, [Entry(f"{name}{number}", barcode(number + 1))])
            except IllegalTransition:
                return
            kept.append(f"{name}{number}")

    scanners = [threading.Thread(target=scan, args=(name,)) for name in "ab"]
    for scanner in scanners:
        scanner.start()
    until(lambda: len(kept) >= 5)
    path = scans.close(session)
    for scanner in scanners:
        scanner.join()
    content = batches.submission.fetch(path).decode()
    assert len(content.splitlines()) - 1 == len(kept) == sum(scans.tally(session).values())


class Knows:
    """Knows nothing."""

    def find(self, gtins: object) -> dict[str, Found]:  # noqa: ARG002
        return {}


def test_what_answers_that_are_kept_say_is_known_at_once(batches: Batches, scans: Scans, bench: Runs) -> None:
    work = bench.work(KNOWN.zfill(14), Options(test_mode=True))
    work.run(bench.pipeline(store=batches.store))
    session = scans.open().session_id
    (taken,) = scanned(scans, session, KNOWN)
    scan = taken_scan(taken)
    assert scan.state is ScanState.KNOWN
    assert scan.found
    assert scan.found.release == work.item.match.candidates[0]
    assert scan.found.cover.startswith("https://")


def test_a_worker_asks_about_what_nobody_here_knows(batches: Batches, scans: Scans, bench: Runs) -> None:
    session = scans.open().session_id
    scans.take(session, [Entry("a", KNOWN), Entry("b", NOBODYS), Entry("c", KNOWN), Entry("x", "-", "c")])
    lookups = scan_lookups(batches.store, SystemClock(), "w", bench.pipeline(store=batches.store))
    lookups.look()
    until(lambda: not scans.tally(session)[ScanState.WAITING])
    lookups.close()
    removed, nobodys, known = scans.newest(session)
    assert (known.state, nobodys.state, removed.state) == (ScanState.KNOWN, ScanState.UNKNOWN, ScanState.REMOVED)
    assert known.found
    assert known.found.release
    assert known.found.release.title
    assert stored_lookup(batches.store.get(f"{LOOKUPS}/{known.gtin}")[0]).answers
    assert bench.offers() == {}


def test_a_scan_is_asked_about_by_one_worker_and_again_when_that_one_dies(batches: Batches, scans: Scans) -> None:
    session = scans.open().session_id
    scanned(scans, session, barcode(1))
    queue = ScanQueue(batches.store, SystemClock())
    (waiting,) = queue.waiting()
    assert queue.claim(waiting)
    assert not queue.claim(waiting)
    assert queue.waiting() == []
    queue.answer(waiting, FOUND)
    assert [scan.state for scan in scans.newest(session)] == [ScanState.KNOWN]


def test_a_service_that_is_away_leaves_the_scan_waiting(batches: Batches, scans: Scans, bench: Runs) -> None:
    session = scans.open().session_id
    bench.sandbox.fault("musicbrainz", "denied")
    bench.sandbox.fault("discogs", "denied")
    scanned(scans, session, KNOWN)
    lookups = scan_lookups(batches.store, SystemClock(), "w", bench.pipeline(store=batches.store))
    lookups.look()
    until(lambda: bool(bench.calls("musicbrainz")))
    lookups.close()
    assert scans.tally(session)[ScanState.WAITING] == 1


def selling(batches: Batches, basis: PriceBasis) -> None:
    """Have the seller's price rule take its prices from there."""
    batches.engine.profiles.save(
        Profile(STANDARD, price_rule=PriceRule(basis), condition=Condition.USED_VERY_GOOD), by="ann"
    )


@contextlib.contextmanager
def looking_up(batches: Batches, bench: Runs) -> Iterator[None]:
    """Look scans up as a worker does; afterwards nothing of it asks a service any more."""
    lookups = scan_lookups(batches.store, SystemClock(), "w", bench.pipeline(store=batches.store))
    lookups.look()
    yield
    lookups.close()
    until(lambda: not any(thread.name in {"scans", "scan-prices"} for thread in threading.enumerate()))


def priced(scans: Scans, session: str) -> list[Scan]:
    """Return the scans of a session once no release and no price is to be looked up any more."""

    def due() -> bool:
        return any(scan.price_due or scan.state is ScanState.WAITING for scan in scans.newest(session))

    until(lambda: not due())
    return scans.newest(session)


def test_a_source_that_is_turned_on_prices_known_copies_by_the_answer_that_their_rows_use(
    batches: Batches, scans: Scans, bench: Runs
) -> None:
    selling(batches, PriceBasis.COMPARABLE)
    session = scans.open().session_id
    scans.take(session, [Entry("a", PRICED), Entry("b", NOBODYS)])
    with looking_up(batches, bench):
        nobodys, known = priced(scans, session)
    assert (known.price.source, known.price.evidence.searched and known.price.evidence.searched.conditions) == (
        "comparable",
        ("USED",),
    )
    assert known.price.cents == known.price.evidence.median_cents
    assert (nobodys.state, nobodys.price) == (ScanState.UNKNOWN, NO_PRICE)
    asked = bench.calls("ebay")
    options = replace(batches.engine.profiles.chosen().options(), test_mode=True)
    work = bench.work(PRICED.zfill(14), options)
    work.run(bench.pipeline(store=batches.store))
    assert work.item.price == known.price
    assert bench.calls("ebay") == asked


def test_a_copy_that_gets_another_grade_is_priced_anew(batches: Batches, scans: Scans, bench: Runs) -> None:
    selling(batches, PriceBasis.COMPARABLE)
    session = scans.open().session_id
    scans.take(session, [Entry("a", PRICED)])
    with looking_up(batches, bench):
        (used,) = priced(scans, session)
        (taken,) = scans.take(session, [Entry("w", "New", "a")])
        assert (taken_scan(taken).price_due, taken_scan(taken).price) == (True, NO_PRICE)
        (new,) = priced(scans, session)
    searched = [scan.price.evidence.searched and scan.price.evidence.searched.conditions for scan in (used, new)]
    assert searched == [("USED",), ("NEW",)]


def test_a_copy_that_is_graded_while_its_price_is_looked_up_is_asked_about_again(
    batches: Batches, scans: Scans
) -> None:
    selling(batches, PriceBasis.COMPARABLE)
    session = scans.open().session_id
    scans.take(session, [Entry("a", barcode(1))])
    queue = ScanQueue(batches.store, SystemClock())
    (waiting,) = queue.waiting()
    queue.answer(waiting, FOUND)
    (due,) = queue.unpriced()
    assert queue.claim_price(due)
    assert not queue.claim_price(due)
    assert queue.unpriced() == []
    scans.take(session, [Entry("w", "VG+", "a")])
    queue.answer_price(due, Price(999, "comparable"))
    (again,) = queue.unpriced()
    assert (again.grade, again.price) == ("VG+", NO_PRICE)
    queue.answer_price(again, Price(799, "comparable"))
    assert [scan.price.cents for scan in scans.newest(session)] == [799]
    assert queue.due() == []


def test_without_a_source_nothing_is_asked_for_a_price(batches: Batches, scans: Scans, bench: Runs) -> None:
    selling(batches, PriceBasis.FIXED)
    session = scans.open().session_id
    scans.take(session, [Entry("a", PRICED)])
    with looking_up(batches, bench):
        (known,) = priced(scans, session)
    assert (known.state, known.price, bench.calls("ebay")) == (ScanState.KNOWN, NO_PRICE, [])


def test_a_market_that_takes_its_time_holds_up_no_title(batches: Batches, scans: Scans, bench: Runs) -> None:
    selling(batches, PriceBasis.COMPARABLE)
    session = scans.open().session_id
    bench.sandbox.fault("ebay", "latency", seconds=4.0)
    scans.take(session, [Entry("a", PRICED)])
    with looking_up(batches, bench):
        until(lambda: bool(bench.calls("ebay")))
        scans.take(session, [Entry("b", KNOWN)])
        until(lambda: scans.tally(session)[ScanState.KNOWN] == 2)
        assert all(scan.price_due for scan in scans.newest(session))


def test_what_a_market_said_is_shown_for_six_hours_only(batches: Batches, scans: Scans) -> None:
    selling(batches, PriceBasis.COMPARABLE)
    session = scans.open().session_id
    scans.take(session, [Entry("a", barcode(1))])
    queue = ScanQueue(batches.store, SystemClock())
    queue.answer(queue.waiting()[0], FOUND)
    long_ago = (SystemClock().now() - timedelta(hours=7)).isoformat()
    evidence = PriceEvidence(median_cents=999, used=3, asked=3, searched=Search("1"), asked_at=long_ago)
    queue.answer_price(queue.unpriced()[0], Price(999, "comparable", "The median is $9.99.", evidence))
    (scan,) = scans.newest(session)
    assert (scan.price.cents, scan.price.evidence.median_cents) == (999, None)
    assert "six hours" in scan.price.reason
