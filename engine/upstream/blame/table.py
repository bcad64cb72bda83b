"""The table of blame: what every answer of a service, and the lack of one, means for the row, the batch and the person.

An answer that is not a success is looked up in the lines of its service, then in those of all; the first line that fits
counts. Doors and clients know no status, error number or word of their own.

Sources: https://www.discogs.com/developers, https://musicbrainz.org/doc/MusicBrainz_API/Rate_Limiting,
https://musicbrainz.org/doc/Cover_Art_Archive/API, https://developer.ebay.com/api-docs/sell/inventory/overview.html,
https://developer.ebay.com/api-docs/static/oauth-refresh-token-request.html (read 2026-11).
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.domain.services import Service
from engine.errors import Blame
from engine.upstream.blame.rulings import ANY_BODY, UNREADABLE, Entry, Failure, Reply, Ruling

_ITEM, _UPSTREAM, _OPERATOR = Blame.ITEM, Blame.UPSTREAM, Blame.OPERATOR

ABSENT = Ruling(None, "What was asked for is not there.")
STANDING = Ruling(None, "The offer stands already and is taken over.")
RENEW = Ruling(None, "The access token is renewed and the call made once more.")


def _away(sentence: str, *, unsent: bool = False, applied: bool = False) -> Ruling:
    """Return the ruling that the service as a whole is away."""
    return Ruling(_UPSTREAM, sentence, outage=True, unsent=unsent, applied=applied)


def _keys(sentence: str) -> Ruling:
    """Return the ruling that a person must see to our credentials."""
    return Ruling(_OPERATOR, sentence, credentials=True)


_REFUSED = "{name} refused this row: {said}."
_QUESTION = "{name} did not understand what was asked for this row: {said}. That is a fault of Draft Maker: report it."
_DISCOGS_WINDOW = 60.0
_MUSICBRAINZ_BUSY = 1.1

_DISCOGS = (
    Entry(
        "429: more calls than the minute allows",
        Ruling(_UPSTREAM, "Discogs asks for fewer calls; it counts those of a minute.", _DISCOGS_WINDOW, quota=True),
        statuses=(429,),
        failures=ANY_BODY,
    ),
    Entry(
        "500 “Query time exceeded”",
        _away("Discogs took too long over the search; that passes."),
        statuses=(500,),
        marks=("query time exceeded",),
    ),
    Entry(
        "500 “Malformed query?”",
        _away("Discogs failed over the search; that passes."),
        statuses=(500,),
        marks=("malformed query?",),
    ),
    Entry(
        "401, 403 for price suggestions",
        Ruling(
            _OPERATOR,
            "Discogs does not tell its price suggestions ({said}). Set DISCOGS_TOKEN to the token of a user whose "
            "seller settings at Discogs are filled in, then press Resume.",
        ),
        statuses=(401, 403),
        points=("suggestions",),
    ),
    Entry(
        "401 in Discogs' own words",
        _keys(
            "Discogs does not accept our token ({said}). Set DISCOGS_TOKEN to one that it accepts, then press Resume."
        ),
        statuses=(401,),
    ),
    Entry(
        "403 in Discogs' own words",
        _keys("Discogs does not let our token do this ({said}). Look at DISCOGS_TOKEN, then press Resume."),
        statuses=(403,),
    ),
    Entry("404 for a release or its price suggestions", ABSENT, statuses=(404,), points=("release", "suggestions")),
    Entry(
        "400, 405, 422: a question it does not understand",
        Ruling(_ITEM, _QUESTION, defect=True),
        statuses=(400, 405, 422),
    ),
)

_MUSICBRAINZ = (
    Entry(
        "503 “currently busy” (zone global or search)",
        Ruling(_UPSTREAM, "MusicBrainz is busy; a moment later it usually answers.", _MUSICBRAINZ_BUSY, busy=True),
        statuses=(503,),
        marks=("currently busy", "zone:global", "zone:search", "who:search-shed"),
        failures=ANY_BODY,
    ),
    Entry(
        "503 “exceeding the allowable rate limit” (zone ws ip)",
        Ruling(_UPSTREAM, "MusicBrainz asks for fewer calls from this address.", _MUSICBRAINZ_BUSY, quota=True),
        statuses=(503,),
        marks=("exceeding the allowable rate limit", "zone:ws ip="),
        failures=ANY_BODY,
    ),
    Entry(
        "403 for a caller without a name",
        _keys(
            "MusicBrainz wants to know who asks. Set DM_CONTACT to an e-mail address or a web page, then press Resume."
        ),
        statuses=(403,),
        marks=("not identified itself", "who:ua-missing"),
    ),
    Entry("404 for a release", ABSENT, statuses=(404,), points=("release",)),
    Entry("400: a query it does not understand", Ruling(_ITEM, _QUESTION, defect=True), statuses=(400,)),
)

_COVERART = (
    Entry("404: no pictures", ABSENT, statuses=(404,), failures=ANY_BODY),
    Entry(
        "401, 403 in its own words",
        Ruling(_ITEM, "The Cover Art Archive does not hand out the picture of this release."),
        statuses=(401, 403),
    ),
    Entry(
        "503: overloaded, or too many calls",
        _away("The Cover Art Archive takes no more calls at present."),
        statuses=(503,),
        failures=ANY_BODY,
    ),
    Entry(
        "400, 405, 406: a question it does not understand",
        Ruling(_ITEM, _QUESTION, defect=True),
        statuses=(400, 405, 406),
    ),
)

_TOKEN = (
    Entry(
        "invalid_grant",
        _keys(
            "The connection to the seller's account at eBay has run out or was taken back. "
            "Connect eBay again on the System page, then press Resume."
        ),
        codes=("invalid_grant",),
        points=("token",),
    ),
    Entry(
        "invalid_client",
        _keys(
            "eBay does not know EBAY_CLIENT_ID, or EBAY_CLIENT_SECRET does not belong to it. "
            "Correct them, then press Resume."
        ),
        codes=("invalid_client",),
        points=("token",),
    ),
    Entry(
        "unauthorized_client",
        _keys("eBay has disabled this application. Look at its keys on developer.ebay.com, then press Resume."),
        codes=("unauthorized_client",),
        points=("token",),
    ),
    Entry(
        "invalid_scope",
        _keys(
            "The connection to eBay does not cover the scope sell.inventory. "
            "Connect eBay again on the System page and grant it, then press Resume."
        ),
        codes=("invalid_scope",),
        points=("token",),
    ),
    Entry(
        "400, 401, 403 for a token, for another reason",
        _keys("eBay gives us no access token: {said}. Connect eBay again on the System page, then press Resume."),
        statuses=(400, 401, 403),
        points=("token",),
    ),
)

_EBAY = (
    *_TOKEN,
    Entry("401 for a token that may have run out", RENEW, statuses=(401,), renewable=True),
    Entry("403/1100 for a token that may have run out", RENEW, statuses=(403,), codes=(1100,), renewable=True),
    Entry("25710, 25702: no such item", ABSENT, codes=(25710, 25702), points=("item", "delete_item")),
    Entry("25713: no such offer", ABSENT, codes=(25713,), points=("offers", "delete_offer")),
    Entry(
        "62004 to 62009: no such category", ABSENT, codes=(62004, 62005, 62006, 62008, 62009), points=("item_aspects",)
    ),
    Entry(
        "25713 for an offer that stood there a moment ago",
        Ruling(_UPSTREAM, "The offer was removed at eBay in the meantime; the row looks again.", 1.0),
        codes=(25713,),
        points=("update_offer",),
    ),
    Entry(
        "25002 that names the offer", STANDING, codes=(25002,), marks=("parameter:offerid",), points=("create_offer",)
    ),
    Entry("25001: a system error", _away("eBay has trouble of its own: {said}.", applied=True), codes=(25001,)),
    Entry(
        "25002 “system error”",
        _away("eBay has trouble of its own: {said}.", applied=True),
        codes=(25002,),
        marks=("system error",),
    ),
    Entry(
        "25025: somebody else changes the same item",
        Ruling(_UPSTREAM, "eBay is changing the same item at this moment: {said}.", 1.0, applied=True),
        codes=(25025,),
    ),
    Entry(
        "25751, 25702 right after an item was put",
        Ruling(_UPSTREAM, "eBay does not see the new item yet; that takes it some seconds.", 1.0, busy=True),
        codes=(25751, 25702),
        points=("create_offer", "update_offer"),
    ),
    Entry(
        "429/2001: the quota is used up",
        Ruling(_UPSTREAM, "eBay's quota of calls is used up; the row waits until eBay lets us call again.", quota=True),
        statuses=(429,),
        failures=ANY_BODY,
    ),
    Entry("25709 for a header", Ruling(_ITEM, _QUESTION, defect=True), codes=(25709,), marks=("for header",)),
    Entry("25604: an input error", Ruling(_ITEM, _QUESTION, defect=True), codes=(25604,)),
    Entry(
        "20403: no Business Policies",
        Ruling(
            _OPERATOR, "eBay says: {said}. Opt in to Business Policies for the seller's account, then press Resume."
        ),
        codes=(20403,),
    ),
    Entry(
        "any other number of the Inventory API: the row's data",
        Ruling(_ITEM, _REFUSED),
        codes=(2004, 25002, 25005, 25021, 25702, 25707, 25709, 25710, 25713, 25717, 25751),
    ),
    Entry(
        "401, 403 for asking prices, or for the rules of a category",
        _keys(
            "eBay does not let this application ask for prices and rules: {said}. "
            "Look at its keys on developer.ebay.com, then press Resume."
        ),
        statuses=(401, 403),
        points=("comparable_prices", "item_aspects", "condition_policies"),
    ),
    Entry(
        "401/1001 with a new token",
        _keys(
            "eBay does not accept our access to the seller's account. "
            "Connect eBay again on the System page, then press Resume."
        ),
        statuses=(401,),
    ),
    Entry(
        "403/1100 with a new token",
        _keys(
            "eBay does not let us act for the seller: {said}. "
            "Connect eBay again on the System page and grant the scope sell.inventory, then press Resume."
        ),
        statuses=(403,),
    ),
)

_NO_ANSWER = (
    Entry(
        "its address in the settings is none",
        Ruling(_OPERATOR, "The address of {name} in the settings is not one. Correct {setting}, then press Resume."),
        failures=(Failure.ADDRESS,),
    ),
    Entry("its name is not found", _away("{name} is not found on the network.", unsent=True), failures=(Failure.NAME,)),
    Entry(
        "connection refused", _away("{name} does not take our connection.", unsent=True), failures=(Failure.REFUSED,)
    ),
    Entry(
        "no connection in time", _away("{name} cannot be reached.", unsent=True), failures=(Failure.CONNECT_TIMEOUT,)
    ),
    Entry(
        "a certificate that is not trusted",
        _away(
            "{name} shows a certificate that is not trusted; the network or the clock of this machine may be wrong.",
            unsent=True,
        ),
        failures=(Failure.CERTIFICATE,),
    ),
    Entry("TLS error", _away("The secure connection to {name} fails.", applied=True), failures=(Failure.TLS,)),
    Entry("no answer in time", _away("{name} did not answer in time.", applied=True), failures=(Failure.READ_TIMEOUT,)),
    Entry(
        "the connection breaks before the answer",
        _away("The connection to {name} broke before it answered.", applied=True),
        failures=(Failure.LOST,),
    ),
    Entry(
        "the answer breaks off",
        _away("{name} broke off in the middle of its answer.", applied=True),
        failures=(Failure.CUT,),
    ),
    Entry("redirects without end", _away("{name} sends us from one address to the next."), failures=(Failure.ASTRAY,)),
)

_ALL = (
    *_NO_ANSWER,
    Entry(
        "429: too many calls",
        Ruling(_UPSTREAM, "{name} asks for fewer calls.", quota=True),
        statuses=(429,),
        failures=ANY_BODY,
    ),
    Entry(
        "408: it waited for our request in vain",
        _away("{name} did not receive the call in time.", applied=True),
        statuses=(408,),
        failures=ANY_BODY,
    ),
    Entry(
        "5xx",
        _away("{name} has trouble of its own (it answered {status}).", applied=True),
        statuses=range(500, 1000),
        failures=ANY_BODY,
    ),
    Entry(
        "3xx for something else than a page",
        _away("{name} sends us to another address (it answered {status})."),
        statuses=range(300, 400),
        failures=ANY_BODY,
    ),
    Entry(
        "4xx in HTML: the network in front of it",
        _away("The network in front of {name} turned the call away (it answered {status})."),
        statuses=range(400, 500),
        failures=UNREADABLE,
    ),
    Entry(
        "success that is not JSON",
        _away("What answers in place of {name} is something else; the network may want a sign-in.", applied=True),
        failures=(Failure.NOT_JSON,),
    ),
    Entry(
        "success that is JSON but no object",
        _away("{name} answered in a form that nobody expects.", applied=True),
        failures=(Failure.NOT_OBJECT,),
    ),
    Entry(
        "success without what was asked for",
        _away("{name} left out of its answer what was asked for.", applied=True),
        failures=(Failure.LACKS_FIELD,),
    ),
    Entry(
        "401, 403 in its own words",
        _keys("{name} does not let us in: {said}. Look at its settings on the System page, then press Resume."),
        statuses=(401, 403),
    ),
    Entry(
        "404 for an address that should be there",
        _away("{name} does not know the address that was asked; {setting} may be wrong."),
        statuses=(404,),
    ),
    Entry("any other 4xx in its own words", Ruling(_ITEM, _REFUSED), statuses=range(400, 500)),
)

TABLE: Mapping[Service | None, tuple[Entry, ...]] = {
    Service.DISCOGS: _DISCOGS,
    Service.MUSICBRAINZ: _MUSICBRAINZ,
    Service.COVERART: _COVERART,
    Service.EBAY: _EBAY,
    None: _ALL,
}
"""The lines of each service; those of None are for all."""


def entry(reply: Reply) -> Entry:
    """Return the line of the table that a reply other than a success falls under."""
    return next(line for line in (*TABLE[Service(reply.service)], *TABLE[None]) if line.matches(reply))
