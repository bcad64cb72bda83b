"""Every fault of the sandbox fires, and the clients tell it as what it is."""

import contextlib
import logging
import socket
import threading
import traceback
from base64 import b64encode
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests

from engine.clock import SystemClock
from engine.errors import (
    CredentialsRefused,
    OutcomeUnknown,
    PersonNeeded,
    RequestRefused,
    Trouble,
    UpstreamDown,
    UpstreamError,
)
from engine.sandbox.faults import KINDS
from engine.upstream.coverart import CoverArt
from engine.upstream.discogs import Discogs
from engine.upstream.ebay import Ebay
from engine.upstream.http import HttpTransport, ServiceClient
from engine.upstream.musicbrainz import MusicBrainz
from engine.upstream.oauth import Keys
from tests.support.answering import Reply
from tests.support.answering import answering as serving
from tests.support.patient import Patient
from tests.support.sandbox_server import Sandbox, running

BARCODE = "00074646362822"
MBID = "bc5c4d0c-16e1-5ade-b22f-43aa15e6df0b"
SECRETS = ("discogs-secret", "client-secret", "refresh-secret", b64encode(b"sandbox:client-secret").decode())
ITEM = {"product": {"title": "A title"}}
OFFER = {"sku": "SKU1", "marketplaceId": "EBAY_US", "format": "FIXED_PRICE"}


class Clients:
    """One client of each service, impatient enough for tests."""

    def __init__(self, url: str, session: requests.Session, observe: Callable[[str], None], caller: Patient) -> None:
        transport = HttpTransport(session, "DraftMaker/0.1 +tests@example.org", observe, read_seconds=1.0)
        keys = Keys("sandbox", "sandbox", "sandbox")
        self.discogs = Discogs(transport, f"{url}/discogs", token="sandbox")
        self.musicbrainz = MusicBrainz(transport, f"{url}/musicbrainz").for_caller(caller)
        self.coverart = CoverArt(transport, f"{url}/coverart")
        self.ebay = Ebay(transport, f"{url}/ebay", keys=keys, clock=SystemClock())

    def read(self, service: str) -> object:
        """Make one reading call."""
        calls: dict[str, Callable[[], object]] = {
            "discogs": lambda: self.discogs.search(BARCODE),
            "musicbrainz": lambda: self.musicbrainz.search([BARCODE]),
            "coverart": lambda: self.coverart.fronts(MBID),
            "ebay": lambda: self.ebay.offers("SKU1"),
        }
        return calls[service]()


@pytest.fixture
def points() -> list[str]:
    return []


@pytest.fixture
def clients(sandbox: Sandbox, points: list[str], caller: Patient) -> Iterator[Clients]:
    with requests.Session() as session:
        made = Clients(sandbox.url, session, points.append, caller)
        made.ebay.check()  # the token is there already, so a fault befalls the call that a test makes
        points.clear()
        yield made


@pytest.fixture
def caller() -> Patient:
    return Patient()


READING: dict[str, type[UpstreamError]] = {
    "forbidden_html": UpstreamDown,
    "rate_limited": UpstreamDown,
    "server_error": UpstreamDown,
    "busy": UpstreamDown,
    "timeout": UpstreamDown,
    "cut_body": UpstreamDown,
    "created_but_500": UpstreamDown,
    "unauthorized": CredentialsRefused,
    "denied": CredentialsRefused,
}


@pytest.mark.parametrize("service", ["discogs", "musicbrainz", "coverart", "ebay"])
@pytest.mark.parametrize(("fault", "kind"), READING.items())
def test_a_fault_while_reading_is_told_as_what_it_is(
    sandbox: Sandbox, clients: Clients, service: str, fault: str, kind: type[UpstreamError]
) -> None:
    sandbox.fault(service, fault)
    with pytest.raises(UpstreamError) as caught:
        clients.read(service)
    # pictures need no credentials: one that is withheld is missing, and nobody is asked to act
    assert type(caught.value) is (RequestRefused if (service, kind) == ("coverart", CredentialsRefused) else kind)
    assert caught.value.service == service
    assert sandbox.fired() >= 1


def test_a_moment_later_a_busy_musicbrainz_answers(sandbox: Sandbox, clients: Clients, caller: Patient) -> None:
    sandbox.fault("musicbrainz", "busy", times=5)
    assert clients.musicbrainz.search([BARCODE])[BARCODE]
    assert sandbox.fired() == 5
    assert len(caller.waits) == 5


@pytest.mark.parametrize("service", ["discogs", "musicbrainz", "coverart", "ebay"])
def test_a_healed_service_answers_again(sandbox: Sandbox, clients: Clients, service: str) -> None:
    sandbox.fault(service, "server_error", times=1)
    with pytest.raises(UpstreamDown):
        clients.read(service)
    clients.read(service)
    assert sandbox.fired() == 1


@pytest.mark.parametrize("fault", ["server_error", "busy", "timeout", "cut_body", "created_but_500"])
def test_a_write_that_may_have_been_applied_is_told_so(sandbox: Sandbox, clients: Clients, fault: str) -> None:
    clients.ebay.put_item("SKU1", ITEM)
    sandbox.fault("ebay", fault, match="POST /sell/inventory/v1/offer")
    with pytest.raises(OutcomeUnknown):
        clients.ebay.create_offer(OFFER)
    assert sandbox.fired() == 1
    made = {"cut_body", "created_but_500"}
    assert len(clients.ebay.offers("SKU1")) == (fault in made)


@pytest.mark.parametrize("fault", ["created_but_500", "cut_body"])
def test_an_offer_that_was_made_unheard_is_found_again_not_made_again(
    sandbox: Sandbox, clients: Clients, fault: str
) -> None:
    clients.ebay.put_item("SKU1", ITEM)
    sandbox.fault("ebay", fault, match="POST /sell", times=1)
    with pytest.raises(OutcomeUnknown):
        clients.ebay.create_offer(OFFER)
    (offer,) = clients.ebay.offers("SKU1")
    assert clients.ebay.create_offer(OFFER) == offer.offer_id
    assert sandbox.ledger()["offers"]["SKU1"]["created"] == 1


def test_an_item_is_seen_some_moments_after_it_was_put(sandbox: Sandbox, clients: Clients) -> None:
    clients.ebay.put_item("SKU1", ITEM)
    sandbox.fault("ebay", "not_indexed", times=1)
    with pytest.raises(UpstreamDown) as caught:
        clients.ebay.create_offer(OFFER)
    assert not isinstance(caught.value, OutcomeUnknown)
    assert (caught.value.trouble, caught.value.retry_after) == (Trouble.BUSY, 1.0)
    assert clients.ebay.create_offer(OFFER)
    assert sandbox.fired() == 1


def test_a_late_answer_is_an_answer(sandbox: Sandbox, clients: Clients) -> None:
    sandbox.fault("discogs", "latency", seconds=0.05)
    assert clients.discogs.search(BARCODE)
    assert sandbox.fired() == 1


def test_a_latency_of_the_service_makes_every_answer_late() -> None:
    with running() as slow, requests.Session() as session:
        slow.latency(discogs=3.0)
        with pytest.raises(UpstreamDown, match="in time"):
            Clients(slow.url, session, lambda _point: None, Patient()).discogs.search(BARCODE)


def test_every_fault_is_covered_here() -> None:
    elsewhere = {"latency", "left_out", "not_indexed", "refused", "repeated"}  # in tests of bulk calls and of refusals
    assert {*READING, *elsewhere} == set(KINDS)


def test_faults_skip_and_stop_as_told(sandbox: Sandbox, clients: Clients) -> None:
    sandbox.fault("discogs", "server_error", after=1, times=1, match="/releases/")
    assert clients.discogs.search(BARCODE)
    assert clients.discogs.release(3)
    with pytest.raises(UpstreamDown):
        clients.discogs.release(3)
    assert clients.discogs.release(3)
    assert sandbox.faults()[0]["fired"] == 1


@contextlib.contextmanager
def answering(raw: bytes) -> Iterator[str]:
    """Lend the address of a server that reads one request, sends `raw` and hangs up."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65536)
                connection.sendall(raw)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"127.0.0.1:{listener.getsockname()[1]}"
        thread.join(5)
        assert not thread.is_alive()


@pytest.mark.parametrize(
    ("scheme", "raw", "what", "kind"),
    [
        ("http", b"", "broke before it answered", OutcomeUnknown),
        ("http", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{", "in the middle of its answer", OutcomeUnknown),
        ("http", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", "in a form that nobody expects", OutcomeUnknown),
        ("http", b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", "left out of its answer", OutcomeUnknown),
        ("http", b"HTTP/1.1 302 Found\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n", "another address", UpstreamDown),
        ("https", b"HTTP/1.1 400 Bad Request\r\n\r\n", "The secure connection to eBay fails", OutcomeUnknown),
    ],
)
def test_what_breaks_on_the_way_is_told_as_what_it_is(
    scheme: str, raw: bytes, what: str, kind: type[UpstreamError]
) -> None:
    with answering(raw) as place, requests.Session() as session:
        client = ServiceClient(
            "ebay", f"{scheme}://{place}", HttpTransport(session, "DraftMaker/0.1 +tests@example.org")
        )
        with pytest.raises(UpstreamError, match=what) as caught:
            client.request("create_offer", "POST", "/offer", json=OFFER, needs=("offerId",), write=True)
    assert type(caught.value) is kind


@pytest.mark.parametrize(
    ("base", "what", "kind"),
    [
        ("http://127.0.0.1:1", "does not take our connection", UpstreamDown),
        ("http://nowhere.invalid", "not found on the network", UpstreamDown),
        ("api.ebay.com", "Correct EBAY_URL", PersonNeeded),
    ],
)
def test_a_write_that_never_left_is_not_in_doubt(base: str, what: str, kind: type[UpstreamError]) -> None:
    with requests.Session() as session:
        client = ServiceClient("ebay", base, HttpTransport(session, "DraftMaker/0.1 +tests@example.org"))
        with pytest.raises(UpstreamError, match=what) as caught:
            client.request("create_offer", "POST", "/offer", json=OFFER, write=True)
    assert type(caught.value) is kind
    assert not getattr(caught.value, "write_failed", False)


def test_a_call_is_observed_before_and_after(clients: Clients, points: list[str], sandbox: Sandbox) -> None:
    clients.discogs.search(BARCODE)
    clients.ebay.put_item("SKU1", ITEM)
    sandbox.fault("coverart", "timeout")
    with pytest.raises(UpstreamDown):
        clients.coverart.fronts(MBID)
    assert points == [
        "discogs.search:before",
        "discogs.search:after",
        "ebay.put_item:before",
        "ebay.put_item:after",
        "coverart.front:before",
        "coverart.front:after",
    ]


@pytest.mark.parametrize("fault", [*READING, "not there"])
def test_no_secret_and_no_query_stands_in_an_error_or_a_log(
    sandbox: Sandbox, fault: str, caplog: pytest.LogCaptureFixture
) -> None:
    url = "http://127.0.0.1:1" if fault == "not there" else sandbox.url
    caplog.set_level(logging.INFO)
    if fault != "not there":
        sandbox.fault("discogs", fault)
        sandbox.fault("ebay", fault)
    with requests.Session() as session:
        transport = HttpTransport(session, "DraftMaker/0.1 +tests@example.org", read_seconds=1.0)
        keys = Keys("sandbox", "client-secret", "refresh-secret")
        discogs = Discogs(transport, f"{url}/discogs", token="discogs-secret")
        ebay = Ebay(transport, f"{url}/ebay", keys=keys, clock=SystemClock())
        for call in (lambda: discogs.search(BARCODE), lambda: ebay.offers("SKU1")):
            with pytest.raises(UpstreamError) as caught:
                call()
            error = caught.value
            told = "".join([*traceback.format_exception(error), repr(vars(error)), repr(keys), caplog.text])
            assert not [secret for secret in (*SECRETS, "barcode=", "074646362822") if secret in told]


def test_no_secret_stands_in_an_address(sandbox: Sandbox, clients: Clients) -> None:
    clients.discogs.search(BARCODE)
    clients.ebay.offers("SKU1")
    assert all("?" not in call["path"] for call in sandbox.ledger()["calls"])


def test_the_ledger_outlives_the_sandbox(tmp_path: Path) -> None:
    book = tmp_path / "ledger.jsonl"
    with running(book) as first, requests.Session() as session:
        ebay = Clients(first.url, session, lambda _point: None, Patient()).ebay
        ebay.put_item("SKU1", ITEM)
        offer_id = ebay.create_offer(OFFER)
        before = first.ledger()
    with running(book) as second, requests.Session() as session:
        assert second.ledger() == before
        ebay = Clients(second.url, session, lambda _point: None, Patient()).ebay
        assert ebay.create_offer(OFFER) == offer_id
        ebay.put_item("SKU2", ITEM)
        assert ebay.create_offer({**OFFER, "sku": "SKU2"}) != offer_id
        second.reset()
        assert second.ledger()["offers"] == {}
        assert book.read_text() == ""


def test_a_call_that_got_no_answer_stands_in_the_ledger_too(sandbox: Sandbox, clients: Clients) -> None:
    sandbox.fault("discogs", "timeout", times=1)
    with pytest.raises(UpstreamDown):
        clients.discogs.release(3)
    (call,) = sandbox.ledger("discogs")["calls"]
    assert (call["path"], call["status"], call["key"], call["fault"]) == ("/releases/3", 0, "3", "timeout")


def test_publishing_would_be_noticed(sandbox: Sandbox, clients: Clients) -> None:
    form = {"grant_type": "refresh_token", "refresh_token": "sandbox"}
    token = sandbox.session.post(
        f"{sandbox.url}/ebay/identity/v1/oauth2/token", data=form, auth=("sandbox", "sandbox"), timeout=5
    ).json()["access_token"]
    sandbox.session.post(
        f"{sandbox.url}/ebay/sell/inventory/v1/offer/9/publish",
        json={},
        headers={"Authorization": f"Bearer {token}"},
        timeout=5,
    )
    assert sandbox.ledger()["published"] == ["9"]


@pytest.mark.parametrize("location", ["https://[::1/x", "//[", "https://exa mple\udcff/"])
def test_a_redirect_to_what_is_no_address_is_trouble_of_the_service(location: str) -> None:
    reply = Reply(302, headers={"Location": location.encode("utf-8", "replace").decode()})
    with serving(lambda _path: reply) as service, requests.Session() as session:
        client = ServiceClient("coverart", service.url, HttpTransport(session, "DraftMaker/0.1 +tests@example.org"))
        with pytest.raises(UpstreamDown):
            client.request("front", "GET", "/release/x")
