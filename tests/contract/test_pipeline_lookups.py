"""Look-ups are shared: by rows at one time, by barcodes in one search, by batches and workers through the store."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engine.clock import SystemClock
from engine.codec import decode
from engine.domain.batch.items import Item, Outcome
from engine.domain.batch.options import Need, Options
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.domain.listing.readiness import DraftNeed
from engine.errors import Cause, CredentialsRefused, ItemError, Requeued, StoreAway, UpstreamDown
from engine.pipeline.answer_cache import READ_AGAIN_SECONDS
from engine.pipeline.lookups import TOGETHER, Lookups, Question
from engine.quota.breakers import USUAL
from engine.store.base import Committed, Document, Put, Store, Write
from engine.upstream.caller import UNATTENDED, Caller
from tests.support.batch_runs import barcode
from tests.support.clocks import AheadClock, FakeClock, until
from tests.support.pipeline_runs import Runs

KNOWN_TO_BOTH = "07961220922684"
UNCREDITED = "00074646167229"  # known to both, classical, and MusicBrainz does not tell who composed it
ONLY_MUSICBRAINZ = "00093624755524"
ONLY_DISCOGS = "02000000000060"
AMBIGUOUS = "02000000000022"
NOBODY_S = "00000000000017"
FIXED = PriceRule(PriceBasis.FIXED, fixed={"*": {"*": 599}})
COMPARED = Options(test_mode=True, price_rule=PriceRule(PriceBasis.COMPARABLE))
OPTIONAL = Options(price_rule=FIXED, discogs=Need.OPTIONAL)
LOOKED_UP = ("musicbrainz", "discogs", "coverart")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def numbers(said: object) -> list[int]:
    return decode(list[int], said)


DISCOGS, MUSICBRAINZ = Question("discogs", numbers), Question("musicbrainz", numbers)
DOWN = UpstreamDown("discogs", "GET /database/search", "it does not answer")


@dataclass
class Counting:
    """A store that counts what it is asked; `on_commit` is called before each commit."""

    store: Store
    read: list[int] = field(default_factory=list)
    written: list[int] = field(default_factory=list)
    on_commit: Callable[[], object] = lambda: None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.store, name)

    def get(self, *paths: str) -> list[Document | None]:
        self.read.append(len(paths))
        return self.store.get(*paths)

    def commit(self, *writes: Write) -> Committed:
        self.written.append(len(writes))
        self.on_commit()
        return self.store.commit(*writes)


def run(bench: Runs, store: Store, gtin: str, options: Options = COMPARED, *, later: timedelta = 0 * DAY) -> Item:
    """Run one row as a worker that has just started, and return what it came to, failed or not."""
    work = bench.work(gtin, options)
    try:
        work.run(bench.pipeline(store=store, clock=AheadClock(later.total_seconds())))
    except ItemError as failure:
        work.item = Item(0, 1, gtin, gtin, error=str(failure), cause=failure.cause, match=work.item.match)
    return work.item


def asked(bench: Runs, *services: str) -> list[str]:
    return [call for service in services for call in bench.calls(service)]


@pytest.mark.parametrize("gtin", [KNOWN_TO_BOTH, ONLY_MUSICBRAINZ, ONLY_DISCOGS, AMBIGUOUS, NOBODY_S])
def test_the_second_time_a_barcode_comes_nobody_is_asked(bench: Runs, gtin: str) -> None:
    store = bench.store()
    first = run(bench, store, gtin)
    assert asked(bench, *LOOKED_UP)
    bench.sandbox.reset()
    second = run(bench, store, gtin)
    assert asked(bench, *LOOKED_UP, "ebay") == []
    assert second == first


@pytest.mark.parametrize(
    ("gtin", "later", "services"),
    [
        (KNOWN_TO_BOTH, 5 * HOUR, []),
        (KNOWN_TO_BOTH, 7 * HOUR, ["discogs", "ebay"]),  # what they say may be shown for six hours
        (KNOWN_TO_BOTH, 1.1 * DAY, ["discogs", "coverart", "ebay"]),  # there was no cover
        (KNOWN_TO_BOTH, 31 * DAY, ["musicbrainz", "discogs", "coverart", "ebay"]),
        (ONLY_MUSICBRAINZ, 1.1 * DAY, ["discogs", "coverart", "ebay"]),  # which did not know it; where the cover lies
        (NOBODY_S, 1.1 * DAY, ["musicbrainz", "discogs"]),
    ],
)
def test_an_answer_is_asked_for_again_when_it_is_old(
    bench: Runs, gtin: str, later: timedelta, services: list[str]
) -> None:
    store = bench.store()
    run(bench, store, gtin)
    bench.sandbox.reset()
    run(bench, store, gtin, later=later)
    assert [service for service in (*LOOKED_UP, "ebay") if asked(bench, service)] == services


def test_two_copies_of_a_barcode_cost_one_look_at_ebays_prices(bench: Runs) -> None:
    store = bench.store()
    pipeline = bench.pipeline(store=store)
    for sku in ("DM1", "DM2"):
        work = bench.work(KNOWN_TO_BOTH, COMPARED, sku=sku)
        work.run(pipeline)
        assert work.item.price.cents
    assert [call for call in asked(bench, "ebay") if "item_summary" in call] == [
        "GET /buy/browse/v1/item_summary/search"
    ]


def test_discogs_lowest_price_is_asked_for_again_after_six_hours(bench: Runs) -> None:
    store, lowest = bench.store(), Options(price_rule=PriceRule(PriceBasis.DISCOGS_LOWEST), test_mode=True)
    first = run(bench, store, KNOWN_TO_BOTH, lowest)
    assert run(bench, store, KNOWN_TO_BOTH, lowest).price == first.price
    bench.sandbox.reset()
    second = run(bench, store, KNOWN_TO_BOTH, lowest, later=7 * HOUR)
    assert asked(bench, "musicbrainz") == []
    assert asked(bench, "discogs") == ["GET /database/search", "GET /releases/21"]
    assert second.price.evidence.asked_at > first.price.evidence.asked_at


def test_an_outage_is_no_answer(bench: Runs) -> None:
    store = bench.store()
    bench.sandbox.fault("musicbrainz", "server_error")
    assert bench.once_the_breaker_is_open(KNOWN_TO_BOTH, COMPARED, store).lacking == ("musicbrainz",)
    assert bench.sandbox.fired() > 0
    bench.sandbox.reset()
    whole = run(bench, store, KNOWN_TO_BOTH)
    assert (whole.lacking, whole.match.confidence) == ((), "high")
    assert asked(bench, "musicbrainz")
    assert not asked(bench, "discogs")


def test_an_item_tells_a_query_what_it_lacks(bench: Runs) -> None:
    bench.sandbox.fault("musicbrainz", "server_error")
    assert bench.once_the_breaker_is_open(KNOWN_TO_BOTH, COMPARED).document()["lacking"] == ["musicbrainz"]
    assert bench.sandbox.fired() > 0
    assert Item(0, 1, "1", "1").document()["lacking"] == []


def test_rows_with_one_barcode_at_the_same_time_ask_once(bench: Runs) -> None:
    bench.sandbox.latency(musicbrainz=0.1, discogs=0.1, coverart=0.1)
    pipeline = bench.pipeline()
    works = [bench.work(KNOWN_TO_BOTH, Options(price_rule=FIXED), sku=f"DM{number}") for number in range(6)]
    with ThreadPoolExecutor(6) as lanes:
        list(lanes.map(lambda work: work.run(pipeline), works))
    assert {work.item.outcome for work in works} == {Outcome.DRAFTED}
    assert asked(bench, "musicbrainz", "discogs") == [
        "GET /ws/2/release/",
        "GET /database/search",
        "GET /releases/21",
    ]
    assert len(set(asked(bench, "coverart"))) == len(asked(bench, "coverart"))


@dataclass
class Asking:
    """A first row that asks and, until `go`, has no answer; `then` is what comes of it. Others count as `second`."""

    lookups: Lookups
    then: Callable[[], list[int]]
    go: threading.Event = field(default_factory=threading.Event)
    begun: threading.Event = field(default_factory=threading.Event)
    second: list[int] = field(default_factory=list)

    def first(self) -> Any:
        return self.lookups.ask(UNATTENDED, NOBODY_S, DISCOGS, self._answer).said

    def next(self) -> Any:
        return self.lookups.ask(UNATTENDED, NOBODY_S, DISCOGS, self._second).said

    def _second(self) -> list[int]:
        self.second.append(2)
        return [2]

    def _answer(self) -> list[int]:
        self.begun.set()
        assert self.go.wait(10)
        return self.then()


def meeting(asking: Asking) -> list[Any]:
    """Have a second row ask while the first one does; return what each got, an error when it raised one."""
    with ThreadPoolExecutor(2) as lanes:
        first = lanes.submit(asking.first)
        assert asking.begun.wait(10)
        second = lanes.submit(asking.next)
        asking.go.set()
        return [row.exception() or row.result() for row in (first, second)]


def fails(error: Exception) -> Callable[[], list[int]]:
    def fail() -> list[int]:
        raise error

    return fail


def test_who_waits_for_an_answer_gets_it(bench: Runs) -> None:
    asking = Asking(Lookups(bench.store(), SystemClock()), lambda: [1])
    assert meeting(asking) == [[1], [1]]
    assert not asking.second


def test_a_failure_is_that_of_those_who_waited_and_of_nobody_else(bench: Runs) -> None:
    asking = Asking(Lookups(bench.store(), SystemClock()), fails(DOWN))
    assert meeting(asking)[0] is DOWN
    assert asking.next() == [2]


@pytest.mark.parametrize("error", [Requeued("the batch is paused"), StoreAway("away")])
def test_a_row_that_is_given_back_leaves_its_question_to_the_next(bench: Runs, error: Exception) -> None:
    asking = Asking(Lookups(bench.store(), SystemClock()), fails(error))
    assert meeting(asking) == [error, [2]]


def test_what_is_answered_just_before_a_row_asks_is_not_asked_again(bench: Runs) -> None:
    lookups = Lookups(bench.store(), SystemClock())

    def meanwhile(gtins: Sequence[str]) -> Sequence[str]:
        assert lookups.ask(UNATTENDED, NOBODY_S, DISCOGS, lambda: [1]).said == [1]
        return gtins

    def never(gtins: Sequence[str]) -> dict[str, list[int]]:
        raise AssertionError(gtins)

    assert lookups.ask_together(UNATTENDED, NOBODY_S, DISCOGS, never, meanwhile).said == [1]


def test_rows_that_come_are_asked_for_in_one_search(bench: Runs) -> None:
    gtins = [KNOWN_TO_BOTH, ONLY_MUSICBRAINZ, *(barcode(number).zfill(14) for number in range(98))]
    store = Counting(bench.store())
    pipeline = bench.pipeline(discogs=False, store=store)
    pipeline.foresee(gtins)
    found, causes = [], set()
    for gtin in gtins:
        work = bench.work(gtin, Options(price_rule=FIXED))
        try:
            work.run(pipeline)
            found.append(gtin)
        except ItemError as failure:
            causes.add(failure.cause)
    assert causes == {Cause.NO_MATCH}
    assert found == [KNOWN_TO_BOTH, ONLY_MUSICBRAINZ]
    assert len(asked(bench, "musicbrainz")) == 4
    assert sum(store.read) == len(gtins)
    assert max(store.read) <= TOGETHER
    assert sum(store.written) == len(gtins)


def test_a_search_asks_for_nothing_that_is_known(bench: Runs) -> None:
    store = bench.store()
    run(bench, store, KNOWN_TO_BOTH)
    bench.sandbox.reset()
    pipeline = bench.pipeline(store=store)
    pipeline.foresee([ONLY_MUSICBRAINZ, KNOWN_TO_BOTH, NOBODY_S])
    bench.work(ONLY_MUSICBRAINZ, COMPARED).run(pipeline)
    (call,) = bench.sandbox.ledger("musicbrainz")["calls"]
    assert NOBODY_S[2:] in call["key"]
    assert KNOWN_TO_BOTH[1:] not in call["key"]


@dataclass
class Releasing:
    """A caller that lets `go` on as soon as it has to wait."""

    go: threading.Event
    batch: str = ""

    def wait(self, seconds: float, reason: str) -> None:
        assert (seconds, reason) == (0.0, "waits for the answer that another row is getting")
        self.go.set()


def test_a_row_waits_for_the_search_that_asks_for_it(bench: Runs) -> None:
    lookups, begun, go = Lookups(bench.store(), SystemClock()), threading.Event(), threading.Event()
    lookups.foresee([KNOWN_TO_BOTH, NOBODY_S])
    searches: list[Sequence[str]] = []

    def search(gtins: Sequence[str]) -> dict[str, list[int]]:
        searches.append(gtins)
        begun.set()
        assert go.wait(10)
        return {gtin: [number] for number, gtin in enumerate(gtins)}

    def ask(caller: Caller, gtin: str) -> list[int]:
        return lookups.ask_together(caller, gtin, MUSICBRAINZ, search, lambda gtins: gtins).said

    with ThreadPoolExecutor(1) as lane:
        first = lane.submit(ask, UNATTENDED, KNOWN_TO_BOTH)
        assert begun.wait(10)
        assert ask(Releasing(go), NOBODY_S) == [1]
        assert first.result() == [0]
    assert searches == [(KNOWN_TO_BOTH, NOBODY_S)]


def test_barcodes_foreseen_and_never_asked_for_are_forgotten(bench: Runs) -> None:
    lookups = Lookups(bench.store(), SystemClock())
    lookups.foresee([str(number) for number in range(1_000)])
    lookups.foresee(["a", "b", "c"])
    together: list[str] = []

    def ask(gtins: Any) -> dict[str, list[int]]:
        together.extend(gtins)
        return {gtin: [1] for gtin in gtins}

    lookups.ask_together(UNATTENDED, "a", MUSICBRAINZ, ask, lambda gtins: gtins)
    assert together == ["a", "b", "c"]


def test_what_another_worker_stored_meanwhile_is_found(bench: Runs) -> None:
    clock, store = FakeClock(), bench.store()
    ours, theirs = Lookups(store, clock), Lookups(store, clock)
    ours.ask(UNATTENDED, NOBODY_S, MUSICBRAINZ, list)
    theirs.ask(UNATTENDED, NOBODY_S, DISCOGS, lambda: [7])
    theirs.keep(NOBODY_S)
    clock.seconds += READ_AGAIN_SECONDS + 1
    assert ours.ask(UNATTENDED, NOBODY_S, DISCOGS, fails(DOWN)).said == [7]
    ours.keep(NOBODY_S)
    later = Lookups(store, clock)
    assert [later.ask(UNATTENDED, NOBODY_S, question, fails(DOWN)).said for question in (MUSICBRAINZ, DISCOGS)] == [
        [],
        [7],
    ]


def test_barcodes_that_are_kept_at_the_same_time_share_a_commit(bench: Runs) -> None:
    store, begun, go = Counting(bench.store()), threading.Event(), threading.Event()

    def slow() -> None:
        begun.set()
        assert go.wait(10)

    lookups = Lookups(store, SystemClock())
    for gtin in "abcd":
        lookups.ask(UNATTENDED, gtin, DISCOGS, lambda: [1])
    store.on_commit = slow
    with ThreadPoolExecutor(4) as lanes:
        kept = [lanes.submit(lookups.keep, "a")]
        assert begun.wait(10)
        kept += [lanes.submit(lookups.keep, gtin) for gtin in "bcd"]
        until(lambda: lookups.unstored == 3)
        go.set()
        for row in kept:
            row.result()
    assert store.written == [1, 3]


def test_a_store_that_is_away_gets_the_answers_later(bench: Runs) -> None:
    store = Counting(bench.store(), on_commit=fails(StoreAway("away")))
    lookups = Lookups(store, SystemClock())
    for gtin in "ab":
        lookups.ask(UNATTENDED, gtin, DISCOGS, lambda: [1])
    lookups.keep("a")
    assert store.written == [1]
    store.on_commit = lambda: None
    lookups.keep("b")
    assert store.written == [1, 2]
    assert Lookups(store, SystemClock()).ask(UNATTENDED, "a", DISCOGS, fails(DOWN)).said == [1]


@pytest.mark.parametrize(
    "fields",
    [
        {"answers": {"discogs": {"at": datetime.now(UTC), "said": ["one"]}}},
        {"answers": {"discogs": {"at": "yesterday", "said": [1]}}},
        {"answers": {"discogs": [1]}},
    ],
)
def test_what_is_stored_and_cannot_be_read_is_asked_again(bench: Runs, fields: dict[str, Any]) -> None:
    store = bench.store()
    store.commit(Put(f"lookups/{NOBODY_S}", fields))
    lookups = Lookups(store, SystemClock())
    assert lookups.ask(UNATTENDED, NOBODY_S, DISCOGS, lambda: [2]).said == [2]
    lookups.keep(NOBODY_S)
    assert Lookups(store, SystemClock()).ask(UNATTENDED, NOBODY_S, DISCOGS, fails(DOWN)).said == [2]


def test_a_row_whose_release_is_not_clear_costs_no_look_at_it(bench: Runs) -> None:
    assert run(bench, bench.store(), AMBIGUOUS).cause is Cause.AMBIGUOUS
    assert set(asked(bench, "discogs")) == {"GET /database/search"}


def test_where_discogs_is_required_its_refusal_is_for_a_person(bench: Runs) -> None:
    bench.sandbox.fault("discogs", "denied")
    with pytest.raises(CredentialsRefused):
        run(bench, bench.store(), KNOWN_TO_BOTH, Options(price_rule=FIXED))
    assert bench.sandbox.fired() == 1


@pytest.mark.parametrize("match", ["GET /database/search", "GET /releases"])
def test_where_discogs_is_optional_a_row_does_without(bench: Runs, match: str) -> None:
    bench.sandbox.fault("discogs", "denied", match=match)
    item = run(bench, bench.store(), KNOWN_TO_BOTH, OPTIONAL)
    assert (item.outcome, item.lacking) == (Outcome.DRAFTED, ("discogs",))
    assert bench.sandbox.fired() == 1


def test_a_row_that_needs_discogs_says_that_it_was_refused(bench: Runs) -> None:
    bench.sandbox.fault("discogs", "denied")
    unknown = run(bench, bench.store(), ONLY_DISCOGS, OPTIONAL)
    assert unknown.cause is Cause.NO_MATCH
    assert "Discogs does not accept our token" in (unknown.error or "")
    lowest = Options(price_rule=PriceRule(PriceBasis.DISCOGS_LOWEST), discogs=Need.OPTIONAL)
    unpriced = run(bench, bench.store(), KNOWN_TO_BOTH, lowest)
    assert (unpriced.outcome, unpriced.draft.needs[0]) == (Outcome.DRAFTED, DraftNeed.PRICE)
    assert "Discogs does not accept our token" in unpriced.price.reason
    assert bench.sandbox.fired() == 2


def test_a_release_that_discogs_cannot_tell_is_drafted_from_what_both_found(bench: Runs) -> None:
    bench.sandbox.fault("discogs", "server_error", match="GET /releases")
    item = bench.once_the_breaker_is_open(UNCREDITED, Options(price_rule=FIXED))
    assert (item.outcome, item.lacking) == (Outcome.DRAFTED, ("discogs",))
    assert (item.release.discogs_id, item.match.confidence) == ("6084107", "high")
    with pytest.raises(UpstreamDown):
        run(bench, bench.store(), ONLY_DISCOGS, Options(price_rule=FIXED))
    assert bench.sandbox.fired() == USUAL.outages + 1


def test_a_release_that_musicbrainz_tells_in_its_place_lacks_nothing(bench: Runs) -> None:
    bench.sandbox.fault("discogs", "server_error", match="GET /releases")
    item = bench.once_the_breaker_is_open(KNOWN_TO_BOTH, Options(price_rule=FIXED))
    assert (item.outcome, item.lacking) == (Outcome.DRAFTED, ())
    assert (item.release.discogs_id, item.match.confidence) == ("21", "high")
    assert "Serenity" in item.draft.description
