"""What the answers of MusicBrainz and of the Cover Art Archive mean.

Sources: https://musicbrainz.org/doc/MusicBrainz_API/Rate_Limiting,
https://musicbrainz.org/doc/Cover_Art_Archive/API (read 2026-11).
"""

from __future__ import annotations

from engine.upstream.failure_policy.kinds import ABSENT, DEFECT, away, credentials, refuse, wait
from engine.upstream.failure_policy.policies import ANY_BODY, Entry, Failure

_MUSICBRAINZ_BUSY = 1.1

MUSICBRAINZ = (
    Entry(
        "503 “currently busy” (zone global or search)",
        wait("MusicBrainz is busy; a moment later it usually answers.", _MUSICBRAINZ_BUSY, busy=True),
        statuses=(503,),
        marks=("currently busy", "zone:global", "zone:search", "who:search-shed"),
        failures=ANY_BODY,
    ),
    Entry(
        "503 “exceeding the allowable rate limit” (zone ws ip)",
        wait("MusicBrainz asks for fewer calls from this address.", _MUSICBRAINZ_BUSY, quota=True),
        statuses=(503,),
        marks=("exceeding the allowable rate limit", "zone:ws ip="),
        failures=ANY_BODY,
    ),
    Entry(
        "403 for a caller without a name",
        credentials(
            "MusicBrainz wants to know who asks. Press Save address on the Connections screen, with an e-mail address "
            "or a web page, or correct DM_CONTACT where it is used; then press Resume."
        ),
        statuses=(403,),
        marks=("not identified itself", "who:ua-missing"),
    ),
    Entry("404 for a release, or for links", ABSENT, statuses=(404,), points=("release", "linked")),
    Entry("400: a query it does not understand", DEFECT, statuses=(400,)),
)

_ONE_SERVER = wait("A server of the Cover Art Archive does not hand out the picture just now.")

COVERART = (
    Entry("404: no pictures", ABSENT, statuses=(404,), failures=ANY_BODY),
    Entry(
        "no answer of the server that has a picture",
        _ONE_SERVER,
        points=("resolve",),
        failures=frozenset(Failure) - {Failure.ADDRESS},
    ),
    Entry("5xx of the server that has a picture", _ONE_SERVER, statuses=range(500, 1000), points=("resolve",)),
    Entry(
        "401, 403 in its own words",
        refuse("The Cover Art Archive does not hand out the picture of this release."),
        statuses=(401, 403),
    ),
    Entry(
        "503: overloaded, or too many calls",
        away("The Cover Art Archive takes no more calls at present."),
        statuses=(503,),
        failures=ANY_BODY,
    ),
    Entry(
        "400, 405, 406: a question it does not understand",
        DEFECT,
        statuses=(400, 405, 406),
    ),
)
