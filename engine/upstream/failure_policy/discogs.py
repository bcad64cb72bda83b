"""What the answers of Discogs mean.

Source: https://www.discogs.com/developers (read 2026-11).
"""

from __future__ import annotations

from engine.domain.services import RECONNECT_DISCOGS
from engine.upstream.failure_policy.kinds import ABSENT, DEFECT, away, credentials, person, wait
from engine.upstream.failure_policy.policies import ANY_BODY, Entry

_DISCOGS_WINDOW = 60.0

DISCOGS = (
    Entry(
        "429: more calls than the minute allows",
        wait("Discogs asks for fewer calls; it counts those of a minute.", _DISCOGS_WINDOW, quota=True),
        statuses=(429,),
        failures=ANY_BODY,
    ),
    Entry(
        "500 “Query time exceeded”",
        away("Discogs took too long over the search; that passes."),
        statuses=(500,),
        marks=("query time exceeded",),
    ),
    Entry(
        "500 “Malformed query?”",
        away("Discogs failed over the search; that passes."),
        statuses=(500,),
        marks=("malformed query?",),
    ),
    Entry(
        "401, 403 for price suggestions",
        person(
            "Discogs does not tell its price suggestions ({said}). Fill in the seller settings at Discogs of "
            "the user whose token it is, then press Resume.",
        ),
        statuses=(401, 403),
        points=("suggestions",),
    ),
    Entry(
        "401 in Discogs' own words",
        credentials("Discogs does not accept our token ({said}). " + RECONNECT_DISCOGS),
        statuses=(401,),
    ),
    Entry(
        "403 in Discogs' own words",
        credentials("Discogs does not let our token do this ({said}). " + RECONNECT_DISCOGS),
        statuses=(403,),
    ),
    Entry("404 for a release or its price suggestions", ABSENT, statuses=(404,), points=("release", "suggestions")),
    Entry(
        "400, 405, 422: a question it does not understand",
        DEFECT,
        statuses=(400, 405, 422),
    ),
)
