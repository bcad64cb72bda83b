"""Second step: the picture, the operator's own or the front cover. A draft without one is still a draft.

Discogs' pictures are not used: its terms call them restricted data.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine.domain.identify.candidates import Candidate
from engine.domain.identify.releases import Release
from engine.domain.listing.photos import Picture
from engine.errors import UpstreamDown, UpstreamError
from engine.pipeline.photos import Found
from engine.pipeline.sources import Sources
from engine.pipeline.work import RowContext

MOST_LINKED = 3  # releases of MusicBrainz that are linked to one of Discogs and looked up for a cover
_BY_LINK = "Front cover from the Cover Art Archive, found by the link to Discogs in MusicBrainz."
_NO_LINK = "MusicBrainz does not know this release, nor by its link to Discogs, so no cover could be looked up."
_LATER = (
    "No cover yet: MusicBrainz is asked in the background whether it knows this release by its link to Discogs. "
    "Complete the batch's items later, or send this draft again, to take up what it leads to."
)


@dataclass(frozen=True, slots=True)
class _Lead:
    """The numbers at MusicBrainz under which a cover is looked up, with the sentence for it, or why there are none."""

    sentence: str
    numbers: tuple[str, ...] = ()
    unlinked: bool = False


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
    url, unlinked = next(iter(photos), ""), False
    if not url:
        url, cover, unlinked = _front(context, sources, candidate)
        reason = f"{reason} {cover}" if pattern and edited is None else cover
    return Pictured(Picture(url, reason, files, context.photo_warning, unlinked), photos)


def _by_pattern(context: RowContext, sources: Sources, candidate: Candidate) -> Found:
    """Return the operator's photos whose names hold the barcode."""
    code = context.barcode(candidate.release)
    if not code:
        return Found("No own photo was looked for: they are named by barcode, and this release has none.")
    return sources.own_photos(context.options.photos, code)


def _front(context: RowContext, sources: Sources, candidate: Candidate) -> tuple[str, str, bool]:
    """Return the address, the sentence that says where it comes from or why there is none, and `Picture.unlinked`."""
    lead = _lead(context, sources, candidate)
    try:
        urls = (sources.front(context.key, number) for number in lead.numbers[:MOST_LINKED])
        url = next(filter(None, urls), None)
    except UpstreamError as error:
        if isinstance(error, UpstreamDown) and not error.for_long:
            raise
        return "", f"The Cover Art Archive could not be asked. {error}", False
    if lead.numbers and not url:
        return "", "The Cover Art Archive has no front cover of this release.", False
    return url or "", lead.sentence, lead.unlinked


def _lead(context: RowContext, sources: Sources, candidate: Candidate) -> _Lead:
    """Return what leads to the cover of a release."""
    if candidate.musicbrainz:
        return _Lead("Front cover from the Cover Art Archive.", (candidate.musicbrainz.id,))
    release = candidate.release
    code = context.barcode(release)
    cover = sources.known_cover(code, release)
    if cover and cover.front:
        way = "the link to Discogs" if cover.by == "link" else "the barcode"
        found = f"Front cover from the Cover Art Archive, found by {way} in {cover.source}."
        return _Lead(found, (cover.mbid,))
    if cover:
        return _Lead(f"There was no front cover of this release in {cover.source}.")
    if not sources.looks_for_links(release):
        return _Lead(_unasked(context, sources, release, code))
    linked = sources.linked(context.key, release)
    if linked is None:
        return _Lead(_LATER, unlinked=True)
    return _Lead(_BY_LINK if linked else _NO_LINK, linked)


def _unasked(context: RowContext, sources: Sources, release: Release, code: str) -> str:
    """Return why no cover could be looked up."""
    if not sources.needs_cover(code, release):
        if context.named_by_number:
            return "MusicBrainz was not asked, because the file names this release: no cover was looked up."
        if release.dump:
            return "MusicBrainz was not asked, because the catalogue knows this release: no cover was looked up."
    return "MusicBrainz does not know this release, so no cover could be looked up."
