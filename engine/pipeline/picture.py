"""Second step: the picture, the operator's own or the front cover. A draft without one is still a draft.

Discogs' pictures are not used: its terms call them restricted data.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.identify.candidates import Candidate
from engine.domain.listing.photos import Picture
from engine.errors import UpstreamDown, UpstreamError
from engine.pipeline.photos import Found
from engine.pipeline.sources import Sources
from engine.pipeline.work import RowContext


@dataclass(frozen=True, slots=True)
class Pictured:
    """What became of the second step: the picture, and all `photos` of the operator's own that the draft shows."""

    picture: Picture
    photos: tuple[str, ...] = ()


def find_picture(context: RowContext, sources: Sources, candidate: Candidate) -> Pictured:
    """Return the operator's first photo, else the front cover, with where it comes from, or why there is none.

    Nothing here fails a row; for a single outage it waits.

    Raises:
        UpstreamDown: the Cover Art Archive does not answer, and may soon.
        Requeued: the row is not to go on.
    """
    edited, row, pattern = context.edits.photos, context.row, context.options.photos
    photos, files = row.photos if edited is None else edited, tuple[str, ...]()
    reason = "Your own photo." if edited else "Your own photo, from the file."
    if pattern and edited is None and not row.photos:
        found = _by_pattern(context, sources, candidate)
        photos, reason, files = found.addresses, found.reason, found.files
    url = next(iter(photos), "")
    if not url:
        url, cover = _front(context, sources, candidate)
        reason = f"{reason} {cover}" if pattern and edited is None else cover
    return Pictured(Picture(url, reason, files, context.photo_warning), photos)


def _by_pattern(context: RowContext, sources: Sources, candidate: Candidate) -> Found:
    """Return the operator's photos whose names hold the barcode."""
    code = context.barcode(candidate.release)
    if not code:
        return Found("No own photo was looked for: they are named by barcode, and this release has none.")
    return sources.own_photos(context.options.photos, code)


def _front(context: RowContext, sources: Sources, candidate: Candidate) -> tuple[str, str]:
    """Return the address and the sentence that says where it comes from, or why there is none."""
    number, said = _number(context, sources, candidate)
    if not number:
        return "", said
    try:
        url = sources.front(context.key, number)
    except UpstreamError as error:
        if isinstance(error, UpstreamDown) and not error.for_long:
            raise
        return "", f"The Cover Art Archive could not be asked. {error}"
    if not url:
        return "", "The Cover Art Archive has no front cover of this release."
    return url, said


def _number(context: RowContext, sources: Sources, candidate: Candidate) -> tuple[str, str]:
    """Return MusicBrainz' number of the release and the sentence for its cover, or "" and why none can be had."""
    if candidate.musicbrainz:
        return candidate.musicbrainz.id, "Front cover from the Cover Art Archive."
    release = candidate.release
    code = context.barcode(release)
    cover = sources.known_cover(code, release)
    if cover and cover.front:
        way = "the link to Discogs" if cover.by == "link" else "the barcode"
        return cover.mbid, f"Front cover from the Cover Art Archive, found by {way} in {cover.source}."
    if cover:
        return "", f"There was no front cover of this release in {cover.source}."
    if not sources.needs_cover(code, release):
        if context.named_by_number:
            return "", "MusicBrainz was not asked, because the file names this release: no cover was looked up."
        if release.dump:
            return "", "MusicBrainz was not asked, because the catalogue knows this release: no cover was looked up."
    return "", "MusicBrainz does not know this release, so no cover could be looked up."
