"""Covers of releases that MusicBrainz knows by their link to Discogs alone: looked for beside the rows, by none."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import requests

from engine.bootstrap import open_worker
from engine.codec import decode
from engine.domain.batch.items import Item
from engine.domain.batch.options import Options
from engine.domain.identify.lookups import Lookup
from engine.domain.identify.named import Named
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.errors import CredentialsRefused, UpstreamDown
from engine.files.folder import FolderFiles
from engine.pipeline.answer_cache import READ_AGAIN_SECONDS
from engine.pipeline.links import MOST_WANTED
from engine.sandbox.catalogue import Entry, has_front, mbid
from engine.settings import Settings
from engine.store.base import Store
from engine.store.sqlite import SQLiteStore
from engine.upstream.http import HttpTransport
from engine.upstream.musicbrainz import LINKED_AT_ONCE, MusicBrainz
from tests.contract.test_catalog_rows import catalog_of
from tests.contract.test_catalog_rows import entry as dumped
from tests.support.answering import Reply, answering
from tests.support.answers import musicbrainz as made
from tests.support.batch_runs import Batches
from tests.support.clocks import AheadClock, until
from tests.support.pipeline_runs import Runs
from tests.support.sandbox_server import running

FIXED = Options(test_mode=True, price_rule=PriceRule(PriceBasis.FIXED, fixed={"*": {"*": 599}}))
FIRST, SECOND, OTHERS = "00899999000012", "00899999000029", "00899999000036"
URL = "GET /ws/2/url"
BY_LINK = "Front cover from the Cover Art Archive, found by the link to Discogs in MusicBrainz."
LATER = "No cover yet: MusicBrainz is asked in the background"
NO_LINK = "MusicBrainz does not know this release, nor by its link to Discogs, so no cover could be looked up."


def release(number: int, title: str, *gtins: str, known_to: tuple[str, ...] = ("discogs", "musicbrainz")) -> Entry:
    return {
        "id": number,
        "known_to": [*known_to],
        "search": "plain",
        "barcodes": [*gtins],
        "artists": [["The Linked", "", ""]],
        "title": title,
        "country": "US",
        "released": "1999",
        "labels": [["Links", f"L {number}"]],
        "formats": [["CD", 1, ["Album"]]],
        "genres": ["Rock"],
        "styles": [],
        "identifiers": [["Barcode", gtin[2:]] for gtin in gtins],
        "master_id": 0,
        "tracks": [],
    }


# MusicBrainz has one barcode of each release, so it finds the first by the other one's link only
LINKED = release(920_000_001, "By Its Link", FIRST, SECOND)
UNLINKED = release(920_000_002, "At Discogs Alone", OTHERS, known_to=("discogs",))


@pytest.fixture(scope="module")
def linked_sandbox() -> Iterator[tuple[Any, requests.Session]]:
    assert has_front(LINKED)
    with running(more=[LINKED, UNLINKED]) as sandbox, requests.Session() as session:
        yield sandbox, session


@pytest.fixture
def bench(linked_sandbox: tuple[Any, requests.Session], tmp_path: Path) -> Runs:
    sandbox, session = linked_sandbox
    sandbox.reset()
    return Runs(sandbox, session, tmp_path)


def run(bench: Runs, store: Store, gtin: str = SECOND, *, later: timedelta = timedelta(0), **more: Any) -> Item:
    """Run the row with a new worker that looks for links, and return it."""
    work = bench.work(gtin, FIXED, **more)
    work.run(bench.pipeline(store=store, clock=AheadClock(later.total_seconds()), links=True))
    return work.item


def asked(bench: Runs) -> int:
    return bench.calls("musicbrainz").count(URL)


def test_a_row_goes_on_without_the_cover_and_the_next_one_has_it(bench: Runs) -> None:
    store = bench.store()
    first = run(bench, store)
    assert (first.picture.url, first.lacking, asked(bench)) == ("", ("musicbrainz",), 0)
    assert first.picture.reason.startswith(LATER)
    assert first.draft.title
    assert bench.waits == []
    assert bench.links.ask() is False
    assert asked(bench) == 1
    again = run(bench, store)
    assert again.picture.reason == BY_LINK
    assert f"mbid-{mbid(LINKED)}" in again.picture.url
    assert (again.lacking, asked(bench)) == ((), 1)


def test_a_release_without_a_link_is_asked_about_once_a_day(bench: Runs) -> None:
    store = bench.store()
    run(bench, store, OTHERS)
    assert bench.links.ask() is False
    again = run(bench, store, OTHERS)
    assert (again.picture.reason, again.lacking) == (NO_LINK, ())
    assert bench.links.ask() is False
    assert asked(bench) == 1
    assert run(bench, store, OTHERS, later=timedelta(hours=25)).lacking == ("musicbrainz",)


def test_a_row_that_the_file_names_by_its_number_has_its_cover_by_the_link_too(bench: Runs) -> None:
    store, named = bench.store(), Named(discogs_id=str(LINKED["id"]))
    assert run(bench, store, named=named).lacking == ("musicbrainz",)
    bench.links.ask()
    assert run(bench, store, named=named).picture.reason == BY_LINK


@pytest.mark.parametrize(("covers", "lacking"), [(False, ()), (True, ("musicbrainz",))])
def test_a_release_of_the_catalogue_costs_no_call_unless_covers_are_wanted(
    bench: Runs, tmp_path: Path, covers: bool, lacking: tuple[str, ...]
) -> None:
    catalog = catalog_of(tmp_path / "catalog.db", dumped(LINKED["id"], SECOND, title="By Its Link"))
    work = bench.work(SECOND, FIXED)
    work.run(bench.pipeline(catalog=catalog, covers=covers, links=True))
    assert work.item.lacking == lacking
    assert bench.links.ask() is False
    assert asked(bench) == covers


def test_many_links_share_a_call(bench: Runs) -> None:
    run(bench, bench.store())
    for number in range(30):
        bench.links.known(f"discogs-{number + 1}", str(number + 1))
    assert bench.links.ask() is True
    assert bench.links.ask() is False
    assert asked(bench) == 2
    assert bench.links.known("discogs-1", "1") == ()


def test_what_another_worker_has_heard_is_not_asked(bench: Runs) -> None:
    store = bench.store()
    run(bench, store)
    one, clock = bench.links, AheadClock()
    work = bench.work(SECOND, FIXED)
    work.run(bench.pipeline(store=store, clock=clock, links=True))
    assert one.ask() is False
    clock.seconds += READ_AGAIN_SECONDS + 1
    assert bench.links.ask() is False
    assert asked(bench) == 1


@pytest.mark.parametrize("fault", ["server_error", "busy", "rate_limited", "timeout", "cut_body"])
def test_while_musicbrainz_does_not_answer_what_is_wanted_stays_so(bench: Runs, fault: str) -> None:
    store = bench.store()
    work = bench.work(SECOND, FIXED)
    work.run(bench.pipeline(store=store, links=True, read_seconds=2.0))
    bench.sandbox.fault("musicbrainz", fault, times=1, match="/ws/2/url")
    with pytest.raises(UpstreamDown):
        bench.links.ask()
    assert bench.links.ask() is False
    assert run(bench, store).picture.reason == BY_LINK


def test_where_musicbrainz_refuses_us_nothing_is_asked_again_and_again(bench: Runs) -> None:
    run(bench, bench.store())
    bench.sandbox.fault("musicbrainz", "denied", match="/ws/2/url")
    with pytest.raises(CredentialsRefused):
        bench.links.ask()
    assert bench.links.ask() is False
    assert asked(bench) == 1


@pytest.mark.parametrize(
    ("body", "known"),
    [
        (made.url("7", made.link("b"), made.link("a")), {"7": ("a", "b")}),
        (made.url("7"), {"7": ()}),
        (made.urls(made.url("7", made.link("a")), made.url("8")), {"7": ("a",), "8": ()}),
        (made.urls(made.url("8", made.link("a"))), {"7": (), "8": ("a",)}),
        (made.url("7", made.link("a", ended=True), made.link("b", kind="amazon asin")), {"7": ()}),
        ({"id": "x", "resource": "https://www.discogs.com/release/7"}, {}),  # under load the links were seen missing
        ({}, {}),
        ({"error": "odd"}, {}),
    ],
)
def test_an_answer_about_links_is_read(body: dict[str, Any], known: dict[str, tuple[str, ...]]) -> None:
    with answering(lambda _path: Reply(body=body)) as service, requests.Session() as session:
        client = MusicBrainz(HttpTransport(session, "DraftMaker/0.1 +tests@example.org"), service.url)
        numbers = ["7", "8"] if "8" in known else ["7"]
        assert client.linked(numbers) == known
        addresses = "&".join(f"resource=https%3A%2F%2Fwww.discogs.com%2Frelease%2F{number}" for number in numbers)
        assert service.asked == [f"{URL}?{addresses}&inc=release-rels&fmt=json"]


def test_a_call_is_short_enough_for_an_address() -> None:
    with answering(lambda _path: Reply(404)) as service, requests.Session() as session:
        client = MusicBrainz(HttpTransport(session, "DraftMaker/0.1 +tests@example.org"), service.url)
        numbers = [str(99_999_999 - place) for place in range(LINKED_AT_ONCE)]
        assert client.linked(numbers) == dict.fromkeys(numbers, ())
        assert len(service.asked[0]) < 2_000


def test_a_worker_asks_beside_its_rows_and_a_batch_that_is_completed_has_the_cover(bench: Runs, tmp_path: Path) -> None:
    settings = Settings(
        _env_file=None,
        DM_STORE=f"sqlite:///{tmp_path / 'store.db'}",
        DM_FILES=f"file:{tmp_path / 'files'}",
        DM_SANDBOX_URL=bench.sandbox.url,
        DM_CATALOG=str(tmp_path / "none.db"),
    )
    store = SQLiteStore(tmp_path / "store.db")
    batches = Batches(store, FolderFiles(tmp_path / "files"))
    job_id = batches.upload(SECOND[2:].encode(), FIXED)
    with contextlib.closing(store), open_worker(settings, threading.Event()) as worker:
        thread = threading.Thread(target=worker.run)
        thread.start()
        try:
            batches.ended(job_id)
            assert batches.items(job_id)[0].picture.reason.startswith(LATER)
            assert batches.queries.lacking(job_id) == 1
            until(lambda: links_in(store))
            batches.commands.complete(job_id)
            until(lambda: batches.items(job_id)[0].picture.url)
            batches.ended(job_id)
        finally:
            worker.stop()
            thread.join(20)
        assert batches.items(job_id)[0].picture.reason == BY_LINK
        assert batches.queries.lacking(job_id) == 0
        assert batches.stored(job_id).successful_upcs == 1
    assert asked(bench) == 1


def links_in(store: Store) -> list[str]:
    """Return which links are stored with the barcode."""
    (found,) = store.get(f"lookups/{SECOND}")
    return [name for name in decode(Lookup, found.fields).answers if "/links/" in name] if found else []


def test_of_too_many_the_first_are_given_up(bench: Runs) -> None:
    bench.pipeline(links=True)
    for number in range(1, MOST_WANTED + 2):
        assert bench.links.known("discogs-1", str(number)) is None
    assert bench.links.ask() is True
    (call,) = bench.sandbox.ledger("musicbrainz")["calls"]
    assert call["key"] == "https://www.discogs.com/release/2"
