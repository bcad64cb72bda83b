"""The failure policy: what an answer of a service, or the lack of one, means for row, batch and operator.

An answer that is not a success is looked up in the lines of its service, then in those of all; the first line that fits
counts. Clients know no status, error number or word of their own.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.domain.services import Service
from engine.upstream.failure_policy.discogs import DISCOGS
from engine.upstream.failure_policy.ebay import EBAY
from engine.upstream.failure_policy.general import GENERAL
from engine.upstream.failure_policy.musicbrainz import COVERART, MUSICBRAINZ
from engine.upstream.failure_policy.policies import Entry, Reply

TABLE: Mapping[Service | None, tuple[Entry, ...]] = {
    Service.DISCOGS: DISCOGS,
    Service.MUSICBRAINZ: MUSICBRAINZ,
    Service.COVERART: COVERART,
    Service.EBAY: EBAY,
    None: GENERAL,
}
"""The lines of each service; those of None are for all."""


def entry_for(reply: Reply) -> Entry:
    """Return the line of the table that a reply other than a success falls under."""
    return next(line for line in (*TABLE[Service(reply.service)], *TABLE[None]) if line.matches(reply))
