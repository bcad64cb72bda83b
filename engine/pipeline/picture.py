"""Second step: the front cover. A draft without one is still a draft, so nothing here fails a row.

Discogs' pictures are not used: its terms call them restricted data.
"""

from __future__ import annotations

from dataclasses import replace

from engine.domain.candidates import Candidate
from engine.errors import UpstreamError
from engine.pipeline.work import Work
from engine.upstream.coverart import CoverArt


def find_cover(work: Work, coverart: CoverArt, candidate: Candidate) -> str:
    """Return the https address of the front cover, "" when there is none; `work.item.picture` says why."""
    url, reason = _front(coverart, candidate)
    work.item = replace(work.item, picture={"url": url, "reason": reason})
    return url


def _front(coverart: CoverArt, candidate: Candidate) -> tuple[str, str]:
    """Return the address and the sentence that says where it comes from, or why there is none."""
    known = candidate.musicbrainz
    if known is None:
        return "", "MusicBrainz does not know this release, so no cover could be looked up."
    try:
        url = None if candidate.release.has_front is False else coverart.front(known.id)
    except UpstreamError as error:
        return "", f"The Cover Art Archive could not be asked. {error}"
    if not url:
        return "", "The Cover Art Archive has no front cover of this release."
    return url, "Front cover from the Cover Art Archive."
