"""The table of blame, line by line: what each answer means, and that an operator can act on what is said of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from blame_page import PAGE, page
from requests.structures import CaseInsensitiveDict

from engine.domain.services import NAMES, Service
from engine.errors import (
    Blame,
    CredentialsRefused,
    OutcomeUnknown,
    PersonNeeded,
    RequestRefused,
    UpstreamDown,
    UpstreamError,
)
from engine.upstream.blame.rulings import Entry, Failure, Reply, Ruling, reply
from engine.upstream.blame.table import ABSENT, RENEW, STANDING, TABLE, entry

DATA = Path(__file__).parents[3] / "shared" / "data"
HTML = Failure.NOT_JSON
LINES = [(service, line) for service, lines in TABLE.items() for line in lines]


def ebay(number: int, message: str = "", **more: Any) -> dict[str, Any]:
    return {"errors": [{"errorId": number, "message": message, **more}]}


class Case(NamedTuple):
    """A reply, the line of the table it falls under, and the error that a write would raise; None where none is."""

    service: str
    point: str
    came: int | Failure
    body: dict[str, Any] | Failure
    what: str
    kind: type[UpstreamError] | None
    traits: str = ""
    headers: Mapping[str, str] = MappingProxyType({})
    renewable: bool = False

    def reply(self) -> Reply:
        if isinstance(self.came, Failure):
            return Reply(self.service, self.point, failure=self.came)
        unread = self.body if isinstance(self.body, Failure) else None
        body = {} if isinstance(self.body, Failure) else self.body
        headers = CaseInsensitiveDict(self.headers)
        return reply(self.service, self.point, self.came, headers, body, failure=unread, renewable=self.renewable)


STANDING_OFFER = ebay(25002, "Offer entity already exists.", parameters=[{"name": "offerId", "value": "1046"}])
BUSY = {"error": "The MusicBrainz web server is currently busy. Please try again later."}
TOO_FAST = {"error": "Your requests are exceeding the allowable rate limit."}
NAMELESS = {"error": "throttled by MusicBrainz because the application you are using has not identified itself."}
IN_HTML = "4xx in HTML: the network in front of it"
AGAIN = "a token that may have run out"
DATA_OF_THE_ROW = "any other number of the Inventory API: the row's data"
EXPIRED = "403/1100 with a new token"

DOWN, DOUBT, KEYS, ROW = UpstreamDown, OutcomeUnknown, CredentialsRefused, RequestRefused
dc, mb, caa, eb = (partial(Case, service) for service in ("discogs", "musicbrainz", "coverart", "ebay"))


def says(message: str) -> dict[str, Any]:
    return {"message": message}


CASES = [
    # Discogs
    dc("search", 429, says("You are making requests too quickly."), "429: more calls", DOWN, "quota wait=60"),
    dc("search", 429, HTML, "429: more calls", DOWN, "quota wait=60"),
    dc("search", 500, says("Query time exceeded."), "500 “Query", DOWN, "outage failed"),
    dc("search", 500, says("An error occurred. (Malformed query?)"), "500 “Mal", DOWN, "outage failed"),
    dc("search", 401, says("You must authenticate to access this resource."), "401 in", KEYS),
    dc("search", 403, says("You don't have permission to access this resource."), "403 in", KEYS),
    dc("search", 403, HTML, IN_HTML, DOWN, "outage failed"),
    dc("search", 401, HTML, IN_HTML, DOWN, "outage failed"),
    dc("release", 404, HTML, IN_HTML, DOWN, "outage failed"),
    dc("release", 404, says("Release not found."), "404 for a release", None),
    dc("suggestions", 404, says("Release not found."), "404 for a release", None),
    dc("suggestions", 401, says("You must authenticate."), "401, 403 for price suggestions", PersonNeeded),
    dc("suggestions", 403, says("You don't have permission."), "401, 403 for price suggestions", PersonNeeded),
    dc("search", 404, says("The request resource was not found."), "404 for an address", DOWN, "outage failed"),
    dc("search", 422, says("Invalid value."), "400, 405, 422", ROW, "defect"),
    dc("search", 502, HTML, "5xx", DOUBT, "outage failed"),
    dc("search", 503, HTML, "5xx", DOUBT, "outage failed"),
    # MusicBrainz
    mb("search", 503, BUSY, "503 “currently", DOWN, "busy wait=1.1", {"X-RateLimit-Zone": "global"}),
    mb("search", 503, HTML, "503 “currently", DOWN, "busy wait=1.1", {"X-RateLimit-Zone": "search-global"}),
    mb("search", 503, {}, "503 “currently", DOWN, "busy wait=1.1", {"X-RateLimit-Who": "search-shed"}),
    mb("search", 503, BUSY, "503 “currently", DOWN, "busy wait=1.1"),
    mb("search", 503, TOO_FAST, "503 “exceeding", DOWN, "quota wait=1.1", {"X-RateLimit-Zone": "ws ip=1.2.3.4"}),
    mb("search", 503, {}, "503 “exceeding", DOWN, "quota wait=1.1", {"X-RateLimit-Zone": "ws ip=1.2.3.4"}),
    mb("search", 503, HTML, "5xx", DOUBT, "outage failed"),
    mb("search", 403, NAMELESS, "403 for a caller", KEYS, "", {"X-RateLimit-Who": "ua-missing"}),
    mb("search", 401, {"error": "Authorization required."}, "401, 403 in", KEYS),
    mb("release", 404, {"error": "Not Found"}, "404 for a release", None),
    mb("search", 404, {"error": "Not Found"}, "404 for an address", DOWN, "outage failed"),
    mb("release", 400, {"error": "Invalid mbid."}, "400: a query", ROW, "defect"),
    mb("search", 429, {}, "429: too many calls", DOWN, "quota"),
    # Cover Art Archive
    caa("front", 404, HTML, "404: no pictures", None),
    caa("front", 404, {}, "404: no pictures", None),
    caa("front", 503, HTML, "503: overloaded", DOWN, "outage failed"),
    caa("front", 403, {"error": "Forbidden"}, "401, 403 in", ROW),
    caa("front", 403, HTML, IN_HTML, DOWN, "outage failed"),
    caa("front", 400, {"error": "invalid MBID specified"}, "400, 405, 406", ROW, "defect"),
    # eBay, tokens
    eb("token", 400, {"error": "invalid_grant"}, "invalid_grant", KEYS),
    eb("token", 401, {"error": "invalid_client"}, "invalid_client", KEYS),
    eb("token", 400, {"error": "unauthorized_client"}, "unauthorized_client", KEYS),
    eb("token", 400, {"error": "invalid_scope"}, "invalid_scope", KEYS),
    eb("token", 400, {"error": "unsupported_grant_type"}, "400, 401, 403 for a token", KEYS),
    eb("token", 403, HTML, IN_HTML, DOWN, "outage failed"),
    eb("put_item", 401, ebay(1001, "Invalid access token"), "401 for " + AGAIN, None, renewable=True),
    eb("put_item", 403, ebay(1100, "Access denied"), "403/1100 for " + AGAIN, None, renewable=True),
    eb("put_item", 401, ebay(1001, "Invalid access token"), "401/1001 with", KEYS),
    eb("put_item", 403, ebay(1100, "Access denied"), EXPIRED, KEYS),
    eb("put_item", 403, HTML, IN_HTML, DOWN, "outage failed", renewable=True),
    eb("comparable_prices", 403, ebay(1100, "Access denied"), "401, 403 for asking", KEYS),
    eb("item_aspects", 403, ebay(1100, "Access denied"), "401, 403 for asking", KEYS),
    eb("condition_policies", 401, ebay(1001, "Invalid access token"), "401, 403 for asking", KEYS),
    eb("item_aspects", 400, ebay(62005, "The category is not in the tree."), "62004 to 62009", None),
    # eBay, inventory
    eb("item", 404, ebay(25710), "25710, 25702: no such item", None),
    eb("item", 404, ebay(25702), "25710, 25702: no such item", None),
    eb("delete_item", 404, ebay(25710), "25710, 25702: no such item", None),
    eb("put_item", 404, ebay(25710, "Not found"), DATA_OF_THE_ROW, ROW, "code=25710"),
    eb("offers", 404, ebay(25713), "25713: no such offer", None),
    eb("delete_offer", 404, ebay(25713), "25713: no such offer", None),
    eb("offers", 404, {}, "404 for an address", DOWN, "outage failed"),
    eb("update_offer", 404, ebay(25713), "25713 for an offer that", DOWN, "failed wait=1"),
    eb("create_offer", 400, STANDING_OFFER, "25002 that names", None),
    eb("update_offer", 400, STANDING_OFFER, DATA_OF_THE_ROW, ROW, "code=25002"),
    eb("create_offer", 500, ebay(25001, "A system error has occurred."), "25001", DOUBT, "outage failed"),
    eb("put_item", 500, ebay(25002, "System error. Please try again later."), "25002 “sys", DOUBT, "outage failed"),
    eb("put_item", 400, ebay(25002, "A System error."), "25002 “sys", DOUBT, "outage failed"),
    eb("put_item", 500, ebay(25025, "Concurrent access."), "25025", DOUBT, "failed wait=1"),
    eb("create_offer", 400, ebay(25751, "could not be found"), "25751, 25702 r", DOWN, "busy wait=1"),
    eb("create_offer", 400, ebay(25702, "could not be found"), "25751, 25702 r", DOWN, "busy wait=1"),
    eb("put_item", 429, ebay(2001, "Too many requests."), "429/2001", DOWN, "quota"),
    eb(
        "put_item",
        400,
        ebay(25709, "Invalid value for header Content-Language."),
        "25709 for",
        ROW,
        "defect code=25709",
    ),
    eb("put_item", 400, ebay(25709, "Invalid value for title."), DATA_OF_THE_ROW, ROW, "code=25709"),
    eb("put_item", 400, ebay(25604, "Input error."), "25604", ROW, "defect code=25604"),
    eb("create_offer", 400, ebay(20403, "User is not eligible for Business Policy"), "20403", PersonNeeded),
    *(
        eb("create_offer", 400, ebay(number, "Artist is missing."), DATA_OF_THE_ROW, ROW, f"code={number}")
        for number in (2004, 25002, 25005, 25021, 25707, 25717)
    ),
    eb("create_offer", 500, HTML, "5xx", DOUBT, "outage failed"),
    eb("create_offer", 400, ebay(25003, "Invalid price."), "any other 4xx", ROW, "code=25003"),
    # any service
    eb("put_item", 408, {}, "408", DOUBT, "outage failed"),
    eb("put_item", 302, HTML, "3xx", DOWN, "outage failed"),
    eb("put_item", 200, HTML, "success that is not JSON", DOUBT, "outage failed"),
    eb("put_item", 200, Failure.NOT_OBJECT, "success that is JSON but", DOUBT, "outage failed"),
    eb("create_offer", 201, Failure.LACKS_FIELD, "success without", DOUBT, "outage failed"),
    eb("put_item", Failure.ADDRESS, {}, "its address in the settings", PersonNeeded),
    eb("put_item", Failure.NAME, {}, "its name is not found", DOWN, "outage"),
    eb("put_item", Failure.REFUSED, {}, "connection refused", DOWN, "outage"),
    eb("put_item", Failure.CONNECT_TIMEOUT, {}, "no connection in time", DOWN, "outage"),
    eb("put_item", Failure.CERTIFICATE, {}, "a certificate", DOWN, "outage"),
    eb("put_item", Failure.TLS, {}, "TLS error", DOUBT, "outage failed"),
    eb("put_item", Failure.READ_TIMEOUT, {}, "no answer in time", DOUBT, "outage failed"),
    eb("put_item", Failure.LOST, {}, "the connection breaks", DOUBT, "outage failed"),
    eb("put_item", Failure.CUT, {}, "the answer breaks off", DOUBT, "outage failed"),
    eb("put_item", Failure.ASTRAY, {}, "redirects", DOWN, "outage failed"),
]


def name(case: Case) -> str:
    return f"{case.service}-{case.point}-{case.came}-{case.what[:20]}"


def traits(error: UpstreamError) -> str:
    """Return what else the error tells, in the words of the table of cases."""
    found: list[str] = []
    if isinstance(error, UpstreamDown):
        told = {"outage": error.outage, "busy": error.busy, "quota": error.quota, "failed": error.write_failed}
        found += [trait for trait, holds in told.items() if holds]
        found += [] if error.retry_after is None else [f"wait={error.retry_after:g}"]
    if isinstance(error, RequestRefused):
        found += ["defect"] if error.defect else []
        found += [] if error.code is None else [f"code={error.code}"]
    return " ".join(found)


@pytest.mark.parametrize("case", CASES, ids=name)
def test_a_reply_means(case: Case) -> None:
    came = case.reply()
    line = entry(came)
    assert line.what.startswith(case.what)
    if case.kind is None:
        assert line.ruling in (ABSENT, STANDING, RENEW)
        return
    error = line.ruling.error(came, "PUT /x", write=True)
    assert type(error) is case.kind
    assert traits(error) == case.traits
    assert error.status == (None if isinstance(case.came, Failure) else case.came)


def test_every_line_is_reached() -> None:
    reached = {id(entry(case.reply())) for case in CASES}
    assert not [(service, line.what) for service, line in LINES if id(line) not in reached]


def test_a_call_that_only_reads_leaves_nothing_in_doubt() -> None:
    for case in CASES:
        line = entry(case.reply())
        if line.ruling.blame is Blame.UPSTREAM:
            error = line.ruling.error(case.reply(), "GET /x", write=False)
            assert type(error) is UpstreamDown
            assert not error.write_failed


def test_the_service_may_ask_for_a_longer_wait_than_the_table_but_not_for_a_shorter_one() -> None:
    busy = Case("musicbrainz", "search", 503, BUSY, "", None).reply()
    for asked, seconds in ((None, 1.1), (0.0, 1.1), (7.0, 7.0)):
        error = entry(busy).ruling.error(busy, "GET /x", write=False, asked_seconds=asked)
        assert isinstance(error, UpstreamDown)
        assert error.retry_after == seconds


def recorded(path: str) -> Any:
    found = DATA / path
    if not found.exists():
        pytest.skip(f"the recorded errors {found} are not on this machine")
    return json.loads(found.read_text(encoding="utf-8"))


EBAY = {
    (400, 2004): ("put_item", DATA_OF_THE_ROW),
    (400, 25709): ("put_item", "25709 for a header"),
    (400, 25717): ("put_item", DATA_OF_THE_ROW),
    (400, 25005): ("create_offer", DATA_OF_THE_ROW),
    (400, 25002): ("create_offer", "25002 that names the offer"),
    (500, 25001): ("create_offer", "25001: a system error"),
    (403, 1100): ("put_item", EXPIRED),
    (400, "invalid_grant"): ("token", "invalid_grant"),
    (401, 1001): ("put_item", "401/1001 with a new token"),
    (400, 25751): ("create_offer", "25751, 25702 right after an item was put"),
    (500, 25002): ("put_item", "25002 “system error”"),
    (400, 20403): ("create_offer", "20403: no Business Policies"),
    (404, 25710): ("item", "25710, 25702: no such item"),
    (404, 25713): ("offers", "25713: no such offer"),
    (400, 25707): ("put_item", DATA_OF_THE_ROW),
}


def test_every_recorded_error_of_ebay_falls_under_its_line() -> None:
    real = [(item["status"], item["body"]) for item in recorded("ebay/errors_real.json")]
    short = [(item["status"], {"errors": [item]}) for item in recorded("ebay/errors_messages_only.json")]
    bulk = [(item["statusCode"], item) for item in recorded("ebay/bulk_207_shape.json")["responses"] if item["errors"]]
    met = set()
    for status, body in [*real, *short, *bulk]:
        code = body["errors"][0]["errorId"] if "errors" in body else body["error"]
        point, what = EBAY[status, code]
        assert entry(reply("ebay", point, status, {}, body)).what == what
        met.add((status, code))
    assert met == EBAY.keys()


@pytest.mark.parametrize(
    ("case", "point", "what"),
    [
        ("busy (global zone)", "search", "503 “currently busy” (zone global or search)"),
        ("rate limited (per ip)", "search", "503 “exceeding the allowable rate limit” (zone ws ip)"),
        ("no User-Agent", "search", "403 for a caller without a name"),
        ("not found", "release", "404 for a release"),
    ],
)
def test_every_recorded_error_of_musicbrainz_falls_under_its_line(case: str, point: str, what: str) -> None:
    (found,) = (item for item in recorded("musicbrainz/errors_live_20260816.json") if item["case"] == case)
    came = reply("musicbrainz", point, found["status"], CaseInsensitiveDict(found["headers"]), found["body"])
    assert entry(came).what == what


def test_an_empty_search_of_discogs_is_a_success() -> None:
    assert reply("discogs", "search", 200, {}, recorded("discogs/search_empty.json")).success


def told(service: Service | None, line: Entry) -> Iterator[str]:
    """Yield the sentences of a line, for each service that may answer so."""
    for each in (service,) if service else (Service.DISCOGS, Service.MUSICBRAINZ, Service.COVERART, Service.EBAY):
        yield line.ruling.told(Reply(each, "x", 400, said="It is too long."))


@pytest.mark.parametrize(("service", "line"), LINES, ids=lambda value: getattr(value, "what", value))
def test_a_sentence_is_fit_for_an_operator(service: Service | None, line: Entry) -> None:
    for sentence in told(service, line):
        assert re.fullmatch(r"[A-Ze].{20,250}[.]", sentence), sentence
        assert not re.search(r"[{}]|\.\.|None", sentence)
        if line.ruling.blame is not None:
            assert any(known in sentence for known in NAMES.values()), sentence
        if line.ruling.blame is Blame.OPERATOR:
            assert re.search(r"\b(Set|Look at|Connect|Correct|Opt in)\b", sentence), sentence
            assert sentence.endswith("press Resume.")


def test_the_rulings_agree_with_themselves() -> None:
    for _, line in LINES:
        ruling = line.ruling
        waits = ruling.blame is Blame.UPSTREAM
        flags = (ruling.outage, ruling.busy, ruling.quota, ruling.applied, ruling.unsent)
        assert waits or not any(flags)
        assert not (ruling.applied and ruling.unsent)
        assert sum((ruling.outage, ruling.busy, ruling.quota)) <= 1
        assert ruling.blame is Blame.OPERATOR or not ruling.credentials
        assert ruling.blame is Blame.ITEM or not ruling.defect


def test_the_words_of_a_service_are_shown_once_and_shortly() -> None:
    body = ebay(2004, "Invalid request", parameters=[{"name": "reason", "value": "Could not serialize  field"}])
    came = reply("ebay", "put_item", 400, {}, body)
    assert came.said == "Invalid request: Could not serialize field"
    assert entry(came).ruling.told(came) == "eBay refused this row: Invalid request: Could not serialize field."
    assert len(reply("discogs", "search", 400, {}, {"message": "x" * 5000}).said) == 300
    both = {"errors": [*ebay(2004, "One.")["errors"], *ebay(25005, "Two.")["errors"]]}
    assert reply("ebay", "put_item", 400, {}, both).said == "One.; Two."


@pytest.mark.parametrize("body", [{"errors": "none"}, {"errors": [None]}, {"message": None}, {"error": {"a": 1}}, {}])
def test_a_strange_body_is_no_defect(body: dict[str, Any]) -> None:
    came = reply("ebay", "put_item", 400, {}, body)
    assert isinstance(entry(came).ruling.error(came, "PUT /x", write=True), RequestRefused)


def test_the_page_is_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: python -m tests.blame_page"


def test_nobody_else_knows_a_status_or_a_number() -> None:
    sources = Path(__file__).parents[2] / "engine" / "upstream"
    for source in ("http", "discogs", "musicbrainz", "coverart", "ebay", "ebay_rules", "oauth"):
        text = re.sub(r'""".*?"""', "", (sources / f"{source}.py").read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.search(r"\b(4\d\d|5\d\d|25\d\d\d)\b(?!\")", text), source


def test_answers_that_blame_nobody_are_the_three_that_clients_know() -> None:
    answers = [line.ruling for _, line in LINES if line.ruling.blame is None]
    assert set(map(id, answers)) == {id(ABSENT), id(STANDING), id(RENEW)}
    assert all(isinstance(ruling, Ruling) for ruling in answers)
