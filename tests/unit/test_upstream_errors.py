"""Every recorded error, and the error of ours that it becomes."""

import io
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter

from engine.errors import CredentialsRefused, OutcomeUnknown, RequestRefused, UpstreamDown, UpstreamError
from engine.upstream import ebay
from engine.upstream.discogs import Discogs
from engine.upstream.http import Answer, Door, Line
from engine.upstream.musicbrainz import MusicBrainz

DATA = Path(__file__).parents[3] / "shared" / "data"
Answering = Callable[..., Line]


class Fixed(HTTPAdapter):
    """A network that answers every request with the same bytes."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__()
        self.status, self.headers, self.body = status, headers, body

    def send(self, request: requests.PreparedRequest, *_args: Any, **_more: Any) -> requests.Response:
        response = requests.Response()
        response.status_code = self.status
        response.headers.update(self.headers)
        response.raw = io.BytesIO(self.body)
        response.url = request.url or ""
        response.request = request
        return response


@pytest.fixture
def answering() -> Iterator[Answering]:
    with requests.Session() as session:

        def answer(status: int, body: object, headers: Mapping[str, str] | None = None) -> Line:
            raw = body if isinstance(body, bytes) else json.dumps(body).encode()
            session.mount("https://", Fixed(status, headers or {}, raw))
            return Line(session, "DraftMaker/0.1 +tests")

        yield answer


def recorded(name: str) -> Any:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"the recorded errors {path} are not on this machine")
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("case", "kind", "retry_after"),
    [
        ("busy (global zone)", UpstreamDown, 1.1),  # it asks for 0 s, and a second works
        ("rate limited (per ip)", UpstreamDown, 1.1),
        ("no User-Agent", CredentialsRefused, None),
    ],
)
def test_musicbrainz_errors_mean(
    answering: Answering, case: str, kind: type[UpstreamError], retry_after: float | None
) -> None:
    (found,) = (item for item in recorded("musicbrainz/errors_live_20260816.json") if item["case"] == case)
    line = answering(found["status"], found["body"], found["headers"])
    with pytest.raises(UpstreamError) as caught:
        MusicBrainz(line, "https://musicbrainz.test").search(["00074646362822"])
    assert type(caught.value) is kind
    assert getattr(caught.value, "retry_after", None) == retry_after


def test_a_musicbrainz_404_is_an_absent_release(answering: Answering) -> None:
    (found,) = (item for item in recorded("musicbrainz/errors_live_20260816.json") if item["case"] == "not found")
    assert MusicBrainz(answering(404, found["body"]), "https://musicbrainz.test").release("x") is None


EBAY_MEANINGS: dict[tuple[int, int | None], type[UpstreamError]] = {
    (400, 2004): RequestRefused,
    (400, 25709): RequestRefused,
    (400, 25717): RequestRefused,
    (400, 25005): RequestRefused,
    (400, 25002): RequestRefused,
    (403, 1100): CredentialsRefused,
    (401, 1001): CredentialsRefused,
    (400, 25751): UpstreamDown,
    (500, 25002): OutcomeUnknown,
    (400, 20403): RequestRefused,
    (404, 25710): RequestRefused,
    (404, 25713): RequestRefused,
    (400, 25707): RequestRefused,
}


def answer_of(status: int, body: dict[str, Any]) -> Answer:
    return Answer("ebay", "PUT /x", status, {}, body)


def test_every_recorded_ebay_error_has_a_meaning() -> None:
    real = [(item["status"], item["body"]) for item in recorded("ebay/errors_real.json") if "errors" in item["body"]]
    short = [(item["status"], {"errors": [item]}) for item in recorded("ebay/errors_messages_only.json")]
    bulk = [(item["statusCode"], item) for item in recorded("ebay/bulk_207_shape.json")["responses"] if item["errors"]]
    for status, body in [*real, *short, *bulk]:
        code = body["errors"][0]["errorId"]
        if (status, code) != (500, 25001):  # the door itself reads every 5xx
            assert type(ebay.refusal(answer_of(status, body))) is EBAY_MEANINGS[status, code], (status, code)


def test_a_refusal_says_what_ebay_said() -> None:
    body = next(item["body"] for item in recorded("ebay/errors_real.json") if "bare string" in item["when"])
    error = ebay.refusal(answer_of(400, body))
    assert str(error) == "ebay: Invalid request: Could not serialize field [product.aspects.Type]"
    assert isinstance(error, RequestRefused)
    assert error.code == 2004


def test_an_item_that_is_not_indexed_yet_is_worth_a_second(answering: Answering) -> None:
    body = {"errors": [{"errorId": 25751, "message": "could not be found"}]}
    error = ebay.refusal(answer_of(400, body))
    assert isinstance(error, UpstreamDown)
    assert error.retry_after == 1.0


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
    door = Door("ebay", "https://ebay.test", answering(status, body))
    with pytest.raises(UpstreamError) as caught:
        door.ask("x", "PUT" if write else "GET", "/x", write=write)
    assert type(caught.value) is kind
    assert caught.value.status == status


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
    door = Door("ebay", "https://ebay.test", answering(429, {}, headers))
    with pytest.raises(UpstreamDown) as caught:
        door.ask("x", "GET", "/x")
    assert caught.value.retry_after == seconds


def test_discogs_names_no_wait_so_it_is_its_window(answering: Answering) -> None:
    line = answering(429, {"message": "You are making requests too quickly."})
    with pytest.raises(UpstreamDown) as caught:
        Discogs(line, "https://discogs.test", token="t").search("00074646362822")
    assert caught.value.retry_after == 60.0


def test_an_answer_without_results_is_no_empty_answer(answering: Answering) -> None:
    with pytest.raises(UpstreamDown):
        Discogs(answering(200, {"message": "hello"}), "https://discogs.test", token="t").search("00074646362822")
