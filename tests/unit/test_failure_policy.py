"""The table of blame, line by line: what each answer means, and that an operator can act on what is said of it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

import pytest
from requests.structures import CaseInsensitiveDict

from engine.domain.services import NAMES, Service
from engine.errors import (
    Blame,
    CredentialsRefused,
    OutcomeUnknown,
    PersonNeeded,
    RequestRefused,
    Trouble,
    UpstreamDown,
    UpstreamError,
)
from engine.upstream.failure_policy.kinds import ABSENT, NARROW, NOT_OPTED_IN, RENEW, STANDING
from engine.upstream.failure_policy.policies import Entry, Failure, Policy, Reply, reply
from engine.upstream.failure_policy.table import TABLE, entry_for
from tests.support.answers import known, musicbrainz
from tests.support.answers.discogs import says, search
from tests.support.answers.ebay import error as ebay
from tests.support.failure_page import PAGE, page

HTML = Failure.NOT_JSON
LINES = [(service, line) for service, lines in TABLE.items() for line in lines]


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


STANDING_OFFER = ebay(25002, "Offer entity already exists.", offerId="1046")
BUSY = musicbrainz.says("The MusicBrainz web server is currently busy. Please try again later.")
TOO_FAST = musicbrainz.says("Your requests are exceeding the allowable rate limit.")
NAMELESS = musicbrainz.says("throttled because the application you are using has not identified itself.")
ANSWERS = (ABSENT, NARROW, STANDING, RENEW, NOT_OPTED_IN)
IN_HTML = "4xx in HTML: the network in front of it"
AGAIN = "a token that may have run out"
DATA_OF_THE_ROW = "any other number of the Inventory API: the row's data"
EXPIRED = "403/1100 with a new token"

SETTINGS = {
    25007: "25007: the shipping",
    25008: "25008: the payment",
    25009: "25009: the return",
    25012: "25012: the location",
    25018: "25018",
    25020: "25020, 25715: the parcel",
    25026: "25026: the selling limit",
    25035: "25035, 25036",
    25036: "25035, 25036",
    25715: "25020, 25715: the parcel",
}
FIELDS = {
    "listingPolicies.fulfillmentPolicyId": "25709, 25604 for the shipping",
    "listingPolicies.paymentPolicyId": "25709, 25604 for the payment",
    "listingPolicies.returnPolicyId": "25709, 25604 for the return",
    "merchantLocationKey": "25709, 25604 for the location",
}
OF_THE_ROW = {
    **dict.fromkeys((25019, 25096, 25097, 25098), "25019, 25096 to 25098: held"),
    **dict.fromkeys((25014, 25015, 25086, 25501, 25717), "25014, 25015, 25086, 25501, 25717: the picture"),
    **dict.fromkeys((25022, 25029, 25502, 25601), "25022, 25029, 25502, 25601: an item specific"),
    **dict.fromkeys((25016, 25031, 25032, 25080, 25503), "25016, 25031, 25032, 25080, 25503: a field"),
    25003: "25003: the price",
    25004: "25004: the quantity",
}

DOWN, DOUBT, KEYS, ROW = UpstreamDown, OutcomeUnknown, CredentialsRefused, RequestRefused
dc, mb, caa, eb = (partial(Case, service) for service in ("discogs", "musicbrainz", "coverart", "ebay"))


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
    mb("linked", 404, {"error": "Not Found"}, "404 for a release, or for links", None),
    mb("search", 404, {"error": "Not Found"}, "404 for an address", DOWN, "outage failed"),
    mb("release", 400, {"error": "Invalid mbid."}, "400: a query", ROW, "defect"),
    mb("search", 429, {}, "429: too many calls", DOWN, "quota"),
    # Cover Art Archive
    caa("resolve", 500, {}, "5xx of the server that has a picture", DOWN, "failed"),
    caa("resolve", 503, {}, "5xx of the server that has a picture", DOWN, "failed"),
    caa("resolve", Failure.READ_TIMEOUT, {}, "no answer of the server", DOWN, "failed"),
    caa("resolve", Failure.REFUSED, {}, "no answer of the server", DOWN, "failed"),
    caa("resolve", Failure.ASTRAY, {}, "no answer of the server", DOWN, "failed"),
    caa("front", 404, HTML, "404: no pictures", None),
    caa("front", 404, {}, "404: no pictures", None),
    caa("front", 503, HTML, "503: overloaded", DOWN, "outage failed"),
    caa("front", 403, {"error": "Forbidden"}, "401, 403 in", ROW),
    caa("front", 403, HTML, IN_HTML, DOWN, "outage failed"),
    caa("front", 400, {"error": "invalid MBID specified"}, "400, 405, 406", ROW, "defect"),
    # eBay, tokens
    eb("token", 400, {"error": "invalid_grant"}, "invalid_grant", KEYS),
    eb("exchange", 400, {"error": "invalid_grant"}, "invalid_grant for the code", PersonNeeded),
    eb("scopes", 400, {"error": "invalid_scope"}, "invalid_scope while", None),
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
    eb("offers", 404, ebay(25713), "25713, 25710: no such offer", None),
    eb("delete_offer", 404, ebay(25713), "25713, 25710: no such offer", None),
    eb("offers", 404, {}, "404 for an address", DOWN, "outage failed"),
    eb("update_offer", 404, ebay(25713), "25713, 25710 for an offer", DOWN, "failed wait=1"),
    eb("create_offer", 400, STANDING_OFFER, "25002 that names", None),
    eb("update_offer", 400, STANDING_OFFER, DATA_OF_THE_ROW, ROW, "code=25002"),
    eb("create_offer", 500, ebay(25001, "A system error has occurred."), "25001", DOUBT, "outage failed"),
    eb(
        "put_item",
        500,
        ebay(25002, "System error. Please try again later."),
        "25002, 25604 “sys",
        DOUBT,
        "outage failed",
    ),
    eb("put_item", 400, ebay(25002, "A System error."), "25002, 25604 “sys", DOUBT, "outage failed"),
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
    eb("put_item", 400, ebay(25604, "Input error."), DATA_OF_THE_ROW, ROW, "code=25604"),
    eb("put_item", 400, ebay(25604, "Input error. Bad JSON."), "25604 for a request", ROW, "defect code=25604"),
    eb("put_item", 400, ebay(25604, "Input error. Try again later."), "25002, 25604 “sys", DOUBT, "outage failed"),
    eb("create_offer", 400, ebay(25604, "Invalid merchantLocationKey."), "25709, 25604 for the loc", PersonNeeded),
    eb("create_offer", 400, ebay(20403, "User is not eligible for Business Policy"), "20403", PersonNeeded),
    *(
        eb("create_offer", 400, ebay(number, "Artist is missing."), DATA_OF_THE_ROW, ROW, f"code={number}")
        for number in (2004, 25002, 25005, 25017, 25021, 25707)
    ),
    *(eb("create_offer", 400, ebay(number, "It is wrong."), what, PersonNeeded) for number, what in SETTINGS.items()),
    *(
        eb("create_offer", 400, ebay(25709, f"Invalid value for {field}. It is unknown."), what, PersonNeeded)
        for field, what in FIELDS.items()
    ),
    *(
        eb("update_offer", 400, ebay(number, "The item has a bid."), "25038 to", DOWN, "failed wait=1800")
        for number in (25038, 25039, 25040)
    ),
    eb("put_item", 500, ebay(25504, "service is down"), "25504", DOUBT, "outage failed"),
    *(
        eb("put_item", 400, ebay(number, "It is wrong."), what, ROW, f"code={number}")
        for number, what in OF_THE_ROW.items()
    ),
    *(
        eb("put_item", 400, ebay(number, "It is wrong."), "25706, 25708", ROW, f"defect code={number}")
        for number in (25706, 25708, *range(25752, 25765), 25766, 25767)
    ),
    eb("put_item", 400, ebay(25759, "The listing is on-hold."), "25759 “on-hold”", ROW, "code=25759"),
    eb("update_offer", 404, ebay(25710), "25713, 25710 for an offer", DOWN, "failed wait=1"),
    eb("offers", 404, ebay(25710), "25713, 25710: no such offer", None),
    eb("delete_offer", 404, ebay(25710), "25713, 25710: no such offer", None),
    eb("create_offer", 500, HTML, "5xx", DOUBT, "outage failed"),
    eb("create_offer", 400, ebay(25999, "Invalid."), "any other 4xx", ROW, "code=25999"),
    # eBay, the seller's account
    eb("policies", 400, ebay(20403, "User is not eligible for Business Policy"), "20403 for policies", None),
    eb("policies", 403, ebay(1100, "Access denied"), "403 for policies", PersonNeeded),
    eb("programs", 403, ebay(1100, "Access denied"), "403 for policies", PersonNeeded),
    eb("policies", 400, ebay(20401, "Missing field."), "any other 4xx for the account", PersonNeeded),
    eb("locations", 404, {}, "any other 4xx for the account", PersonNeeded),
    eb("store", 403, ebay(1100, "Access denied"), "403 for the store", PersonNeeded),
    eb("store", 404, {}, "404 for the store", None),
    eb("create_location", 409, {}, "409 for a location", None),
    eb("create_location", 400, ebay(25803, "already exists."), "25803 for a location", None),
    eb("create_location", 400, ebay(25802, "Input error."), "25800 to 25804", ROW, "code=25802"),
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
        found += [] if error.trouble is Trouble.PASSING else [str(error.trouble)]
        found += ["failed"] if error.write_failed else []
        found += [] if error.retry_after is None else [f"wait={error.retry_after:g}"]
    if isinstance(error, RequestRefused):
        found += ["defect"] if error.defect else []
        found += [] if error.code is None else [f"code={error.code}"]
    return " ".join(found)


@pytest.mark.parametrize("case", CASES, ids=name)
def test_a_reply_means(case: Case) -> None:
    came = case.reply()
    line = entry_for(came)
    assert line.what.startswith(case.what)
    if case.kind is None:
        assert line.policy in ANSWERS
        return
    error = line.policy.error(came, "PUT /x", write=True)
    assert type(error) is case.kind
    assert traits(error) == case.traits
    assert error.status == (None if isinstance(case.came, Failure) else case.came)


def test_every_line_is_reached() -> None:
    reached = {id(entry_for(case.reply())) for case in CASES}
    assert not [(service, line.what) for service, line in LINES if id(line) not in reached]


def test_a_call_that_only_reads_leaves_nothing_in_doubt() -> None:
    for case in CASES:
        line = entry_for(case.reply())
        if line.policy.blame is Blame.UPSTREAM:
            error = line.policy.error(case.reply(), "GET /x", write=False)
            assert type(error) is UpstreamDown
            assert not error.write_failed


def test_the_service_may_ask_for_a_longer_wait_than_the_table_but_not_for_a_shorter_one() -> None:
    busy = Case("musicbrainz", "search", 503, BUSY, "", None).reply()
    for asked, seconds in ((None, 1.1), (0.0, 1.1), (7.0, 7.0)):
        error = entry_for(busy).policy.error(busy, "GET /x", write=False, asked_seconds=asked)
        assert isinstance(error, UpstreamDown)
        assert error.retry_after == seconds


REFUSALS = {
    ("ebay", 400, 2004): DATA_OF_THE_ROW,
    ("ebay", 400, 25709): "25709 for a header",
    ("ebay", 400, 25717): "25014, 25015, 25086, 25501, 25717: the picture",
    ("ebay", 400, 25005): DATA_OF_THE_ROW,
    ("ebay", 400, 25002): "25002 that names the offer",
    ("ebay", 500, 25001): "25001: a system error",
    ("ebay", 403, 1100): EXPIRED,
    ("ebay", 400, "invalid_grant"): "invalid_grant",
    ("ebay", 401, 1001): "401/1001 with a new token",
    ("ebay", 400, 25751): "25751, 25702 right after an item was put",
    ("ebay", 500, 25002): "25002, 25604 “system error”",
    ("ebay", 400, 20403): "20403: no Business Policies",
    ("ebay", 404, 25710): "25710, 25702: no such item",
    ("ebay", 404, 25713): "25713, 25710: no such offer",
    ("ebay", 400, 25707): DATA_OF_THE_ROW,
    ("musicbrainz", 503, "global"): "503 “currently busy” (zone global or search)",
    ("musicbrainz", 503, "ws ip=203.0.113.7"): "503 “exceeding the allowable rate limit” (zone ws ip)",
    ("musicbrainz", 403, "ua-missing"): "403 for a caller without a name",
    ("musicbrainz", 404, ""): "404 for a release, or for links",
}


def test_every_known_refusal_falls_under_its_line() -> None:
    met = {}
    for one in known.refusals():
        headers = CaseInsensitiveDict(one.headers)
        came = reply(one.service, one.point, one.status, headers, one.body)
        named = one.code or next(iter(headers.values()), "")
        met[one.service, one.status, named] = entry_for(came).what
    assert met == REFUSALS


def test_an_empty_search_of_discogs_is_a_success() -> None:
    assert reply("discogs", "search", 200, {}, search()).success


def told(service: Service | None, line: Entry) -> Iterator[str]:
    """Yield the sentences of a line, for each service that may answer so."""
    for each in (service,) if service else (Service.DISCOGS, Service.MUSICBRAINZ, Service.COVERART, Service.EBAY):
        yield line.policy.sentence_for(Reply(each, "x", 400, said="It is too long."))


@pytest.mark.parametrize(("service", "line"), LINES, ids=lambda value: getattr(value, "what", value))
def test_a_sentence_is_fit_for_an_operator(service: Service | None, line: Entry) -> None:
    for sentence in told(service, line):
        assert re.fullmatch(r"[A-Ze].{20,250}[.]", sentence), sentence
        assert not re.search(r"[{}]|\.\.|None", sentence)
        if line.policy.blame is not None:
            assert any(known in sentence for known in NAMES.values()), sentence
        if line.policy.blame is Blame.OPERATOR:
            assert re.search(
                r"\b(Set|Look at|Press|Connect|Correct|Fill in|Opt in|Choose|Complete|Ask eBay|press)\b", sentence
            ), sentence
            assert sentence.endswith(("press Resume.", "press Refresh.", "press Connect eBay again."))


def test_the_policies_agree_with_themselves() -> None:
    for _, line in LINES:
        policy = line.policy
        waits = policy.blame is Blame.UPSTREAM
        flags = (policy.outage, policy.busy, policy.quota, policy.applied, policy.unsent)
        assert waits or not any(flags)
        assert not (policy.applied and policy.unsent)
        assert sum((policy.outage, policy.busy, policy.quota)) <= 1
        assert policy.blame is Blame.OPERATOR or not policy.credentials
        assert policy.blame is Blame.ITEM or not policy.defect


def test_the_words_of_a_service_are_shown_once_and_shortly() -> None:
    body = ebay(2004, "Invalid request", reason="Could not serialize  field")
    came = reply("ebay", "put_item", 400, {}, body)
    assert came.said == "Invalid request: Could not serialize field"
    assert (
        entry_for(came).policy.sentence_for(came)
        == "eBay refused this row: Invalid request: Could not serialize field."
    )
    assert len(reply("discogs", "search", 400, {}, {"message": "x" * 5000}).said) == 300
    both = {"errors": [*ebay(2004, "One.")["errors"], *ebay(25005, "Two.")["errors"]]}
    assert reply("ebay", "put_item", 400, {}, both).said == "One.; Two."


@pytest.mark.parametrize("body", [{"errors": "none"}, {"errors": [None]}, {"message": None}, {"error": {"a": 1}}, {}])
def test_a_strange_body_is_no_defect(body: dict[str, Any]) -> None:
    came = reply("ebay", "put_item", 400, {}, body)
    assert isinstance(entry_for(came).policy.error(came, "PUT /x", write=True), RequestRefused)


def test_the_page_is_the_table() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: python -m tests.support.failure_page"


def test_nobody_else_knows_a_status_or_a_number() -> None:
    sources = Path(__file__).parents[2] / "engine" / "upstream"
    ebays = ("ebay", "ebay_rules", "ebay_account", "ebay_consent", "oauth")
    for source in ("http", "discogs", "musicbrainz", "coverart", *ebays):
        text = re.sub(r'""".*?"""', "", (sources / f"{source}.py").read_text(encoding="utf-8"), flags=re.DOTALL)
        assert not re.search(r"\b(4\d\d|5\d\d|25\d\d\d)\b(?!\")", text), source


def test_answers_that_blame_nobody_are_those_that_clients_know() -> None:
    answers = [line.policy for _, line in LINES if line.policy.blame is None]
    assert set(map(id, answers)) == set(map(id, ANSWERS))
    assert all(isinstance(policy, Policy) for policy in answers)
