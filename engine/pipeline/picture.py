"""Second step: the picture, the operator's own or the front cover. A draft without one is still a draft.

Discogs' pictures are not used: its terms call them restricted data.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from engine.domain.candidates import Candidate
from engine.errors import UpstreamDown, UpstreamError
from engine.pipeline.sources import Sources
from engine.pipeline.work import Work


def find_picture(work: Work, sources: Sources, candidate: Candidate) -> str:
    """Return the https address of the operator's first photo, else of the front cover, "" when there is none.

    `work.item.picture` says where it comes from, or why there is none; its `files` are own photos that eBay cannot
    fetch, its `warning` says which photos of the file are not used. Nothing here fails a row; for a single outage it
    waits.

    Raises:
        UpstreamDown: the Cover Art Archive does not answer, and may soon.
        GivenBack: the row is not to go on.
    """
    picture: dict[str, Any] = {}
    told = "Your own photo." if work.edits.photos else "Your own photo, from the file."
    if work.options.photos and work.edits.photos is None and not work.row.photos:
        found = sources.photos.find(work.options.photos, work.gtin)
        work.found_photos, told = found.addresses, found.reason
        picture = {"files": list(found.files)} if found.files else {}
    if own := next(iter(work.photos), ""):
        url, reason = own, told
    else:
        url, reason = _front(work, sources, candidate)
        reason = f"{told} {reason}" if work.options.photos and work.edits.photos is None else reason
    if work.photo_warning:
        picture["warning"] = work.photo_warning
    work.item = replace(work.item, picture={"url": url, "reason": reason, **picture})
    return url


def _front(work: Work, sources: Sources, candidate: Candidate) -> tuple[str, str]:
    """Return the address and the sentence that says where it comes from, or why there is none."""
    known = candidate.musicbrainz
    if known is None and candidate.release.dump and not sources.covers:
        return "", "MusicBrainz was not asked, because the catalogue knows this release: no cover was looked up."
    if known is None:
        return "", "MusicBrainz does not know this release, so no cover could be looked up."
    try:
        url = sources.front(work.gtin, known.id)
    except UpstreamError as error:
        if isinstance(error, UpstreamDown) and not error.for_long:
            raise
        return "", f"The Cover Art Archive could not be asked. {error}"
    if not url:
        return "", "The Cover Art Archive has no front cover of this release."
    return url, "Front cover from the Cover Art Archive."
