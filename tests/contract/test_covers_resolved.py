"""The address of a cover: of the largest one, followed to where it answers without a redirect, in no row's way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
from requests.adapters import HTTPAdapter

from engine.bootstrap import open_pipeline
from engine.clock import SystemClock
from engine.domain.batch.options import Options
from engine.domain.listing.pricing import PriceBasis, PriceRule
from engine.errors import RequestRefused, UpstreamDown
from engine.quota.breakers import USUAL
from engine.quota.documents import BUDGETS
from engine.settings import Settings
from engine.store.base import Store
from engine.upstream.coverart import CoverArt, Fronts
from engine.upstream.http import HttpTransport
from engine.upstream.redirects import HOPS
from tests.support.answering import Answering, Reply, answering
from tests.support.clocks import AheadClock
from tests.support.pipeline_runs import Runs

COVERED = "00074646362822"
FIXED = Options(test_mode=True, price_rule=PriceRule(PriceBasis.FIXED, fixed={"*": {"*": 599}}))
LIVE = "https://coverartarchive.org"


def cover(bench: Runs, store: Store, *, later: timedelta = timedelta(0), points: list[str] | None = None) -> str:
    """Run the row with a new worker, and return the address of its picture."""
    observe = (lambda point: points.append(point)) if points is not None else (lambda _point: None)
    work = bench.work(COVERED, FIXED)
    work.run(bench.pipeline(store=store, clock=AheadClock(later.total_seconds()), observe=observe))
    assert work.item.picture.reason == "Front cover from the Cover Art Archive."
    return work.item.picture.url


def fetched(bench: Runs, address: str) -> requests.Response:
    """Return what answers at an address of the sandbox, which has no certificate."""
    return bench.session.get(address.replace("https://", "http://"), timeout=5, allow_redirects=False)


def test_a_draft_has_the_largest_cover_at_an_address_that_does_not_redirect(bench: Runs) -> None:
    points: list[str] = []
    address = cover(bench, bench.store(), points=points)
    assert address.startswith("https://")
    assert address.endswith("_thumb1200.png")
    answer = fetched(bench, address)
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
    asked = [point for point in points if point.startswith("coverart") and point.endswith(":before")]
    assert asked == ["coverart.front:before", "coverart.resolve:before"]
    assert [call.partition(" ")[0] for call in bench.calls("coverart")[:-1]] == ["GET", "GET", "GET", "HEAD"]


def test_an_address_is_found_out_once_a_day_for_all_rows(bench: Runs) -> None:
    store = bench.store()
    first = cover(bench, store)
    bench.sandbox.reset()
    assert cover(bench, store, later=timedelta(hours=23)) == first
    assert bench.calls("coverart") == []
    assert cover(bench, store, later=timedelta(hours=25)) == first
    assert {call.partition(" ")[0] for call in bench.calls("coverart")} == {"HEAD"}


@pytest.mark.parametrize("fault", ["server_error", "busy", "timeout", "denied", "rate_limited", "forbidden_html"])
def test_a_row_goes_on_with_the_largest_address_where_it_cannot_be_found_out(bench: Runs, fault: str) -> None:
    store = bench.store()
    bench.sandbox.fault("coverart", fault, match="HEAD ")
    work = bench.work(COVERED, FIXED)
    work.run(bench.pipeline(store=store, read_seconds=1.0))
    assert work.item.picture.url.endswith("-1200.png")
    assert work.item.picture.reason == "Front cover from the Cover Art Archive."
    assert bench.waits == []
    bench.sandbox.heal()
    assert cover(bench, store).endswith("_thumb1200.png")  # a failure is not kept


def test_servers_that_fail_do_not_make_the_archive_one_that_is_down(bench: Runs) -> None:
    bench.sandbox.fault("coverart", "server_error", match="HEAD ")
    store = bench.store()
    settings = Settings(_env_file=None, DM_SANDBOX_URL=bench.sandbox.url)
    with open_pipeline(settings, bench.session, store, SystemClock()) as pipeline:
        for _ in range(2 * USUAL.outages):
            bench.work(COVERED, FIXED).run(pipeline)
    assert bench.sandbox.fired() == 2 * 2 * USUAL.outages
    (budget,) = store.get(f"{BUDGETS}/coverart")
    assert budget
    assert budget.fields["breaker"] == "closed"


class Rerouted(HTTPAdapter):
    """Sends every call to one server of the test, with the host that was meant in front of the path."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url

    def send(self, request: requests.PreparedRequest, *args: Any, **more: Any) -> requests.Response:
        meant, asked = request.url, urlsplit(request.url or "")
        request.url = f"{self._url}/{asked.scheme}/{asked.netloc}{asked.path}"
        response = super().send(request, *args, **more)
        response.url = request.url = meant or ""
        return response


@contextmanager
def archive(replies: Mapping[str, Reply]) -> Iterator[tuple[CoverArt, Answering]]:
    """Lend a client of the live archive whose calls reach a server that knows these addresses only."""
    known = {f"/{address.replace('://', '/')}": reply for address, reply in replies.items()}
    with answering(lambda path: known.get(path, Reply(404))) as service, requests.Session() as session:
        for scheme in ("http://", "https://"):
            session.mount(scheme, Rerouted(service.url))
        yield CoverArt(HttpTransport(session, "DraftMaker/0.1 +tests@example.org", read_seconds=1.0), LIVE), service


def to(address: str, status: int = 302) -> Reply:
    return Reply(status, headers={"Location": address})


NODE = "https://dn710605.ca.archive.org/0/items/mbid-x/mbid-x-1_thumb1200.jpg"
OTHER = "https://ia801600.us.archive.org/23/items/mbid-x/mbid-x-1.jpg"
LARGE, WHOLE = f"{LIVE}/release/x/1-1200.jpg", f"{LIVE}/release/x/1.jpg"
CHAIN = {
    LARGE: to("http://archive.org/download/mbid-x/mbid-x-1_thumb1200.jpg", 307),
    "https://archive.org/download/mbid-x/mbid-x-1_thumb1200.jpg": to(NODE.replace("https", "http")),
    NODE: Reply(),
}


def test_the_redirects_of_the_archive_are_followed_by_https_hop_by_hop() -> None:
    with archive(CHAIN) as (client, service):
        assert (
            client.direct(
                Fronts(
                    (
                        LARGE,
                        WHOLE,
                    )
                )
            )
            == NODE
        )
        assert service.asked == [f"HEAD /{address.replace('://', '/')}" for address in CHAIN]


MBID = "b7e0d4f2-0000-4000-8000-000000000001"
FOLDER = f"https://dn710605.ca.archive.org/0/items/mbid-{MBID}/"


@pytest.mark.parametrize(
    ("listed", "name"),
    [("7-1200.jpg", "7_thumb1200.jpg"), ("7-500.jpg", "7_thumb500.jpg"), ("7.png", "7.png")],
)
def test_a_picture_is_looked_for_beside_the_list_that_names_it_which_is_one_request(listed: str, name: str) -> None:
    lies = f"{FOLDER}mbid-{MBID}-{name}"
    with archive({lies: Reply()}) as (client, service):
        assert client.direct(Fronts((f"{LIVE}/release/{MBID}/{listed}",), FOLDER)) == lies
        assert len(service.asked) == 1


@pytest.mark.parametrize("there", [Reply(404), Reply(500), to("https://example.com/")])
def test_what_lies_there_no_longer_is_followed_from_the_archive_s_own_address(there: Reply) -> None:
    listed = f"{LIVE}/release/{MBID}/7-1200.jpg"
    with archive({f"{FOLDER}mbid-{MBID}-7_thumb1200.jpg": there, listed: to(OTHER, 307), OTHER: Reply()}) as (
        client,
        _,
    ):
        assert client.direct(Fronts((listed,), FOLDER)) == OTHER


@pytest.mark.parametrize("folder", ["", "https://example.com/mbid-x/"])
def test_where_no_folder_is_known_or_it_is_somebody_else_s_it_is_not_asked(folder: str) -> None:
    with archive({LARGE: to(OTHER), OTHER: Reply()}) as (client, service):
        assert client.direct(Fronts((LARGE,), folder)) == OTHER
        assert not [asked for asked in service.asked if "example.com" in asked]


def test_the_folder_is_that_of_the_list_behind_all_redirects() -> None:
    images = {"images": [{"front": True, "image": f"http://coverartarchive.org/release/{MBID}/7.jpg"}]}
    chain = {
        f"{LIVE}/release/{MBID}": to(f"http://archive.org/download/mbid-{MBID}/index.json", 307),
        f"https://archive.org/download/mbid-{MBID}/index.json": to(f"{FOLDER}index.json".replace("https", "http")),
        f"{FOLDER}index.json": Reply(body=images),
    }
    with archive(chain) as (client, _):
        assert client.fronts(MBID) == Fronts((f"{LIVE}/release/{MBID}/7.jpg",), FOLDER)
        assert client.fronts(MBID.replace("1", "2")) is None


def test_what_is_listed_and_missing_is_passed_over_for_the_next_one() -> None:
    missing = {**CHAIN, NODE: Reply(404), WHOLE: to(OTHER, 307), OTHER: Reply()}
    with archive(missing) as (client, _):
        assert (
            client.direct(
                Fronts(
                    (
                        LARGE,
                        WHOLE,
                    )
                )
            )
            == OTHER
        )
        assert client.direct(Fronts((LARGE,))) is None


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_an_address_without_a_host_leads_on_at_the_same_server(status: int) -> None:
    with archive({LARGE: to("/there.jpg", status), f"{LIVE}/there.jpg": Reply()}) as (client, _):
        assert client.direct(Fronts((LARGE,))) == f"{LIVE}/there.jpg"


@pytest.mark.parametrize(
    "elsewhere",
    [
        "https://example.com/x.jpg",
        "https://archive.org.example.com/x.jpg",
        "https://notarchive.org/x.jpg",
        "https://archive.org@example.com/x.jpg",
        "https://archive.org:8443/x.jpg",
        "ftp://archive.org/x.jpg",
        "file:///etc/passwd",
        "https://[archive.org/x.jpg",
        "http://127.0.0.1/x.jpg",
    ],
)
def test_nobody_but_the_archive_is_asked(elsewhere: str) -> None:
    with archive({LARGE: to(elsewhere)}) as (client, service):
        with pytest.raises(UpstreamDown, match="does not hand out the picture just now"):
            client.direct(Fronts((LARGE,)))
        assert len(service.asked) == 1


def test_redirects_without_end_are_left_after_a_few() -> None:
    with archive({LARGE: to(LARGE)}) as (client, service):
        with pytest.raises(UpstreamDown):
            client.direct(Fronts((LARGE,)))
        assert len(service.asked) == HOPS


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(500), UpstreamDown),
        (Reply(503), UpstreamDown),
        (Reply(429), UpstreamDown),
        (Reply(302), UpstreamDown),
        (Reply(403), RequestRefused),
    ],
)
def test_what_cannot_be_had_is_told_as_what_it_is(reply: Reply, kind: type[Exception]) -> None:
    with archive({**CHAIN, NODE: reply}) as (client, _), pytest.raises(kind):
        client.direct(Fronts((LARGE,)))


def test_an_address_that_ebay_would_not_take_is_passed_over() -> None:
    with archive({LARGE: to('/a"b.jpg'), f'{LIVE}/a"b.jpg': Reply(), WHOLE: Reply()}) as (client, _):
        assert (
            client.direct(
                Fronts(
                    (
                        LARGE,
                        WHOLE,
                    )
                )
            )
            == WHOLE
        )
