"""What a client makes of the bytes that come back, and what its limiter records."""

import contextlib
import io
import json
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPResponse
from urllib3.exceptions import ConnectTimeoutError, MaxRetryError, ProtocolError, ReadTimeoutError, SSLError

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
from engine.upstream.caller import UNATTENDED, Caller
from engine.upstream.discogs import Discogs
from engine.upstream.ebay import Ebay
from engine.upstream.failure_policy.kinds import RENEW
from engine.upstream.failure_policy.policies import Failure
from engine.upstream.failure_policy.transport import failure, root
from engine.upstream.http import CallResult, HttpTransport, ServiceClient
from engine.upstream.musicbrainz import MusicBrainz
from engine.upstream.oauth import Keys
from tests.support.patient import Patient

Answering = Callable[..., HttpTransport]


class Fixed(HTTPAdapter):
    """A network that answers every request with the same bytes."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__()
        self.status, self.headers, self.body = status, headers, body

    def send(self, request: requests.PreparedRequest, *_args: Any, **_more: Any) -> requests.Response:
        response = requests.Response()
        response.status_code = self.status
        response.headers.update(self.headers)
        response.raw = HTTPResponse(io.BytesIO(self.body), preload_content=False)
        response.url = request.url or ""
        response.request = request
        return response


@pytest.fixture
def answering() -> Iterator[Answering]:
    with requests.Session() as session:

        def answer(status: int, body: object, headers: Mapping[str, str] | None = None) -> HttpTransport:
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            session.mount("https://", Fixed(status, headers or {}, raw))
            return HttpTransport(session, "DraftMaker/0.1 +tests")

        yield answer


@dataclass
class Book:
    """A limiter that writes down how each call ended."""

    results: list[CallResult] = field(default_factory=list)
    callers: list[Caller] = field(default_factory=list)

    def acquire(self, caller: Caller, *, write: bool = False) -> None:  # noqa: ARG002 - it knows no breaker
        """Permit a call."""
        self.callers.append(caller)

    def release(self, permit: None, result: CallResult) -> None:
        assert permit is None
        self.results.append(result)


@pytest.mark.parametrize(
    ("status", "body", "write", "kind"),
    [
        (429, {}, False, UpstreamDown),
        (429, {}, True, UpstreamDown),
        (500, {}, False, UpstreamDown),
        (500, {}, True, OutcomeUnknown),
        (503, b"<html>busy</html>", True, OutcomeUnknown),
        (403, b"<html>Cloudflare</html>", False, UpstreamDown),
        (403, b"<html>Cloudflare</html>", True, UpstreamDown),
        (200, b"<html>Sign in to this network</html>", False, UpstreamDown),
        (200, b"<html>Sign in to this network</html>", True, OutcomeUnknown),
        (200, b'{"half":', True, OutcomeUnknown),
        (200, [], False, UpstreamDown),
    ],
)
def test_what_is_not_an_answer_is_an_outage(
    answering: Answering, status: int, body: object, write: bool, kind: type[UpstreamError]
) -> None:
    client = ServiceClient("ebay", "https://ebay.test", answering(status, body))
    with pytest.raises(UpstreamError) as caught:
        client.request("x", "PUT" if write else "GET", "/x", write=write)
    assert type(caught.value) is kind
    assert caught.value.status == status


@pytest.mark.parametrize(
    ("service", "point", "status", "body", "kind"),
    [
        ("discogs", "search", 200, {"results": []}, None),
        ("discogs", "release", 404, {"message": "Release not found."}, None),
        ("discogs", "search", 401, {"message": "You must authenticate to access this resource."}, CredentialsRefused),
        ("discogs", "search", 403, b"<html>Cloudflare</html>", UpstreamDown),
        ("discogs", "search", 422, {"message": "Invalid value."}, RequestRefused),
        ("discogs", "search", 200, {"results": None}, UpstreamDown),
        ("ebay", "token", 400, {"error": "invalid_grant"}, CredentialsRefused),
        ("ebay", "create_offer", 400, {"errors": [{"errorId": 20403, "message": "Not eligible"}]}, PersonNeeded),
        ("ebay", "offers", 404, {"errors": [{"errorId": 25713}]}, None),
    ],
)
def test_the_limiter_records_what_every_answer_means(
    answering: Answering, service: str, point: str, status: int, body: object, kind: type[UpstreamError] | None
) -> None:
    book = Book()
    client = ServiceClient(service, "https://service.test", answering(status, body), limiter=book)
    needs = ("results",) if point == "search" else ()
    with contextlib.suppress(UpstreamError):
        assert client.request(point, "GET", "/x", needs=needs).found == (status == 200)
    (result,) = book.results
    assert (None if result.error is None else type(result.error)) is kind
    assert result.status == status


def test_a_call_is_made_on_behalf_of_the_caller_that_the_client_is_bound_to(answering: Answering) -> None:
    book, caller = Book(), Patient("a batch")
    transport = answering(200, {"total": 0, "offers": [], "access_token": "t", "expires_in": 7200})
    ebay = Ebay(
        transport,
        "https://ebay.test",
        keys=Keys("id", "secret", "refresh"),
        clock=SystemClock(),
        limiter=book,
        browse_limiter=book,
    )
    ebay.for_caller(caller).offers("DM1")
    ebay.for_caller(caller).comparable_prices("00074646362822", "176984", ("USED",))
    ebay.offers("DM1")
    assert book.callers == [caller, caller, caller, caller, UNATTENDED], "two tokens, two calls; then unbound"


def test_a_token_that_may_have_run_out_is_not_recorded_as_refused(answering: Answering) -> None:
    book = Book()
    body = {"errors": [{"errorId": 1001, "message": "Invalid access token"}]}
    client = ServiceClient("ebay", "https://ebay.test", answering(401, body), limiter=book)
    assert client.request("offers", "GET", "/x", renewable=True).policy is RENEW
    with pytest.raises(CredentialsRefused):
        client.request("offers", "GET", "/x")
    assert [result.error is None for result in book.results] == [True, False]


def test_a_busy_musicbrainz_is_asked_five_times_more_and_then_given_up(answering: Answering) -> None:
    book, caller = Book(), Patient()
    body = {"error": "The MusicBrainz web server is currently busy. Please try again later."}
    transport = answering(503, body, {"X-RateLimit-Zone": "global", "Retry-After": "0"})
    with pytest.raises(UpstreamDown) as caught:
        MusicBrainz(transport, "https://musicbrainz.test", limiter=book).for_caller(caller).search(["00074646362822"])
    assert caught.value.trouble is Trouble.BUSY
    assert len(book.results) == 6
    waits = [seconds for seconds, _ in caller.waits]
    assert waits == sorted(waits)
    assert len(waits) == 5
    assert waits[0] >= 1.1
    assert waits[-1] <= 5.0
    assert {reason for _, reason in caller.waits} == {"MusicBrainz is busy; a moment later it usually answers."}


def test_a_quota_is_no_reason_for_quick_tries(answering: Answering) -> None:
    book = Book()
    transport = answering(503, {"error": "Your requests are exceeding the allowable rate limit."}, {"Retry-After": "3"})
    with pytest.raises(UpstreamDown) as caught:
        MusicBrainz(transport, "https://musicbrainz.test", limiter=book).search(["00074646362822"])
    assert (caught.value.trouble, caught.value.retry_after) == (Trouble.QUOTA, 3.0)
    assert len(book.results) == 1


def chained(error: requests.RequestException, reason: BaseException) -> requests.RequestException:
    """Return an error as the library nests it."""
    error.args = (MaxRetryError(HTTPConnectionPool("x"), "/?barcode=1", reason),)  # type: ignore[arg-type]
    return error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (
            chained(requests.exceptions.SSLError(), SSLError(ssl.SSLCertVerificationError("expired"))),
            Failure.CERTIFICATE,
        ),
        (chained(requests.exceptions.SSLError(), SSLError(ssl.SSLEOFError("end"))), Failure.TLS),
        (chained(requests.ConnectTimeout(), ConnectTimeoutError("late")), Failure.CONNECT_TIMEOUT),
        (requests.ConnectionError(ReadTimeoutError(HTTPConnectionPool("x"), "/", "late")), Failure.READ_TIMEOUT),
        (requests.exceptions.ContentDecodingError("not gzip"), Failure.CUT),
        (requests.exceptions.InvalidURL("http://"), Failure.ADDRESS),
        (requests.ConnectionError(ProtocolError("aborted", ConnectionResetError())), Failure.LOST),
        (requests.RequestException(), Failure.LOST),
    ],
)
def test_an_exception_of_the_library_is_a_failure(error: requests.RequestException, kind: Failure) -> None:
    assert failure(error) is kind
    assert "barcode" not in str(root(error))


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Retry-After": "7"}, 7.0),
        ({"Retry-After": "Thu, 01 Jan 2026 00:00:30 GMT", "Date": "Thu, 01 Jan 2026 00:00:00 GMT"}, 30.0),
        ({"Retry-After": "soon"}, None),
    ],
)
def test_the_wait_is_the_one_that_the_service_asks_for(
    answering: Answering, headers: dict[str, str], seconds: float | None
) -> None:
    client = ServiceClient("ebay", "https://ebay.test", answering(429, {}, headers))
    with pytest.raises(UpstreamDown) as caught:
        client.request("x", "GET", "/x")
    assert caught.value.retry_after == seconds


def test_discogs_names_no_wait_so_it_is_its_window(answering: Answering) -> None:
    transport = answering(429, {"message": "You are making requests too quickly."})
    with pytest.raises(UpstreamDown) as caught:
        Discogs(transport, "https://discogs.test", token="t").search("00074646362822")
    assert caught.value.retry_after == 60.0


def test_an_answer_without_results_is_no_empty_answer(answering: Answering) -> None:
    with pytest.raises(UpstreamDown):
        Discogs(answering(200, {"message": "hello"}), "https://discogs.test", token="t").search("00074646362822")
