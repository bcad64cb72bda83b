"""Searches at Discogs that have several pages: all of them are read, over HTTP, or the whole look-up fails."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from engine.codec import decode
from engine.domain.identify.lookups import Lookup
from engine.domain.identify.named import Named
from engine.errors import ItemError, UpstreamDown
from engine.sandbox.catalogue import Entry
from engine.upstream.discogs import Discogs
from engine.upstream.http import HttpTransport
from tests.contract.test_catalog_rows import catalog_of
from tests.contract.test_catalog_rows import entry as dumped
from tests.support.answering import Reply, answering
from tests.support.answers import discogs as made
from tests.support.pipeline_runs import Runs
from tests.support.sandbox_server import Sandbox, running

GTIN, UPC = "00899999000012", "899999000012"
FIRST = 910_000_000
SEARCHES = "GET /database/search"
NUMBER = Named(catalog_number="CROWD 1", artist="The Crowd")


def crowd(count: int) -> list[Entry]:
    """Return so many releases with one barcode, which differ in their year."""
    return [
        {
            "id": FIRST + place,
            "known_to": ["discogs"],
            "search": "plain",
            "barcodes": [GTIN],
            "artists": [["The Crowd", "", ""]],
            "title": "All Of Us",
            "country": "US",
            "released": str(1900 + place % 120),
            "labels": [["Pages", "CROWD 1"]],
            "formats": [["CD", 1, ["Album"]]],
            "genres": ["Rock"],
            "styles": [],
            "identifiers": [["Barcode", UPC]],
            "master_id": 0,
            "tracks": [],
        }
        for place in range(count)
    ]


@contextmanager
def discogs_with(entries: Sequence[Entry]) -> Iterator[tuple[Discogs, Sandbox]]:
    """Lend a client of a Discogs that knows these releases too."""
    with running(more=entries) as sandbox, requests.Session() as session:
        line = HttpTransport(session, "DraftMaker/0.1 +tests@example.org")
        yield Discogs(line, f"{sandbox.url}/discogs", token="sandbox"), sandbox


def calls(sandbox: Sandbox) -> list[str]:
    return [f"{call['method']} {call['path']}" for call in sandbox.ledger("discogs")["calls"]]


@pytest.mark.parametrize(("hits", "pages"), [(2, 1), (100, 1), (101, 2), (140, 2), (200, 2), (201, 3)])
def test_every_page_is_read_and_one_call_is_enough_where_one_page_holds_all(hits: int, pages: int) -> None:
    with discogs_with(crowd(hits)) as (discogs, sandbox):
        found = discogs.search(GTIN)
        assert [int(release.id) for release in found] == list(range(FIRST, FIRST + hits))
        assert calls(sandbox) == [SEARCHES] * pages


def test_a_catalogue_number_of_several_pages_is_read_whole() -> None:
    with discogs_with(crowd(140)) as (discogs, sandbox):
        listing = discogs.search_named(NUMBER)
        assert (len(listing.releases), listing.more) == (140, False)
        assert len(calls(sandbox)) == 2


def test_a_search_by_name_ends_with_its_fifth_page_and_says_that_there_is_more() -> None:
    with discogs_with(crowd(520)) as (discogs, sandbox):
        listing = discogs.search_named(NUMBER)
        assert (len(listing.releases), listing.more) == (500, True)
        assert len(calls(sandbox)) == 5


def test_a_page_that_fails_fails_the_whole_look_up_and_nothing_of_it_is_stored(tmp_path: Path) -> None:
    with running(more=crowd(140)) as sandbox, requests.Session() as session:
        bench = Runs(sandbox, session, tmp_path)
        store = bench.store()
        sandbox.fault("discogs", "server_error", after=1, times=1, match="/database/search")
        with pytest.raises(UpstreamDown):
            bench.work(GTIN).run(bench.pipeline(store=store))
        (stored,) = store.get(f"lookups/{GTIN}")
        assert stored
        assert set(decode(Lookup, stored.fields).answers) == {"musicbrainz"}
        work = bench.work(GTIN)
        with pytest.raises(ItemError, match="Releases that differ in year carry this barcode"):
            work.run(bench.pipeline(store=store))
        assert work.item.match.found == 140
        assert calls(sandbox) == [SEARCHES] * 4


def test_the_catalogue_tells_of_more_than_one_page_too(tmp_path: Path) -> None:
    catalog = catalog_of(tmp_path / "catalog.db", *(dumped(number, GTIN) for number in range(1, 141)))
    assert len(catalog.find([GTIN])[GTIN]) == 140


def paged(pages: Sequence[Sequence[int]], *told: object) -> Callable[[str], Reply]:
    """Return what a Discogs answers whose pages hold these numbers; each says of the pagination what is `told`."""

    def answer(path: str) -> Reply:
        page = int(parse_qs(urlsplit(path).query).get("page", ["1"])[0])
        results = [made.hit(number, "The Crowd - All Of Us", barcodes=[UPC]) for number in pages[page - 1]]
        return Reply(body={"pagination": told[page - 1], "results": results})

    return answer


@pytest.mark.parametrize(
    ("pages", "told", "found"),
    [
        ([[1, 2], [2, 3]], [{"pages": 2}, {"pages": 2}], [1, 2, 3]),  # one moved to the next page in between
        ([[1, 2], [3]], [{"pages": 1}], [1, 2]),
        ([[1, 2], [3], [4]], [{"pages": 2}, {"pages": 3}, {"pages": 3}], [1, 2, 3, 4]),  # more came in between
        ([[1, 2], [3]], [{"pages": 3}, {"pages": 2}], [1, 2, 3]),  # some went
        ([[1, 2], []], [{"pages": 10**9}, {"pages": 10**9}], [1, 2]),
        ([[1, 2]], [None], [1, 2]),
        ([[1, 2]], [{"pages": "many", "items": -1}], [1, 2]),
        ([[1], [2]], [{"items": 101}, {"items": 101}], [1, 2]),
    ],
)
def test_pages_that_change_in_between_or_are_told_oddly_are_read_as_far_as_they_go(
    pages: list[list[int]], told: list[object], found: list[int]
) -> None:
    with answering(paged(pages, *told)) as service, requests.Session() as session:
        discogs = Discogs(HttpTransport(session, "DraftMaker/0.1 +tests@example.org"), service.url, token="t")
        assert [int(release.id) for release in discogs.search(GTIN)] == found
        assert len(service.asked) == len(told)


@pytest.mark.parametrize(("page", "found", "calls"), [(3, 1, 6), (4, 0, 9)])
def test_a_search_that_finds_other_barcodes_only_is_left_after_three_pages(page: int, found: int, calls: int) -> None:
    pages = [[made.hit(7, "Somebody Else - Alike", barcodes=["899999000029"])] for _ in range(100)]
    pages[page - 1] = [made.hit(8, "The Crowd - All Of Us", barcodes=[UPC])]

    def answer(path: str) -> Reply:
        number = int(parse_qs(urlsplit(path).query).get("page", ["1"])[0])
        return Reply(body={"pagination": {"pages": 100, "items": 10_000}, "results": pages[number - 1]})

    with answering(answer) as service, requests.Session() as session:
        discogs = Discogs(HttpTransport(session, "DraftMaker/0.1 +tests@example.org"), service.url, token="t")
        assert len(discogs.search(GTIN)) == found
        assert len(service.asked) == calls  # the third spelling is asked for only while nothing is found
