"""When a draft needs no answer of Discogs about the one release, or none of Discogs at all. Pure.

A line of Discogs' search tells all of a release but its tracks, its artists one by one, the day it came out and, of
classical music, who composed and conducted it. MusicBrainz' answer about a release tells the first three, and often the
last.
"""

from __future__ import annotations

from collections import Counter

from engine.domain.identify.candidates import Candidate, contradict, word_counts
from engine.domain.identify.decision import Decision
from engine.domain.identify.evidence import Confidence
from engine.domain.identify.releases import Release
from engine.domain.listing.categories import category
from engine.domain.listing.media import CONTAINERS

_BOX = "Box Set"


def musicbrainz_completes(chosen: Candidate, confidence: Confidence | None) -> bool:
    """Return whether MusicBrainz' answer about a release may complete Discogs' line of it.

    Only where both surely describe one release in the same words: nothing speaks against the match, artist, title and
    year are the same, and so are the discs. A box, whose discs MusicBrainz may count otherwise, is left to Discogs.
    Whether the answer does complete the line says `completes`.
    """
    line, theirs = chosen.discogs, chosen.musicbrainz
    if line is None or theirs is None or confidence is not Confidence.HIGH:
        return False
    names = [(word_counts(one.artist), word_counts(one.title)) for one in (line, theirs)]
    boxed = any(item.name == _BOX for item in line.formats)
    return (
        names[0] == names[1] and _discs(line) == _discs(theirs) and not boxed and not contradict(line.year, theirs.year)
    )


def completes(line: Release, theirs: Release) -> bool:
    """Return whether MusicBrainz' answer tells what Discogs' line lacks: tracks, and the credits of classical music.

    Only credits of every track count: where one is missing, Discogs may tell somebody whom MusicBrainz does not.
    """
    return bool(theirs.tracks) and (theirs.credited or not line.classical)


def decides_alone(decision: Decision) -> bool:
    """Return whether MusicBrainz alone has decided, with all that a draft needs to be published at eBay.

    A release that was taken out of several, one whose medium has no category, and one without an artist or a title
    is left to Discogs.
    """
    release = decision.chosen and decision.chosen.musicbrainz
    if not release or decision.confidence is not Confidence.GOOD:
        return False
    return bool(release.artist and release.title and category(release.formats))


def _discs(release: Release) -> Counter[str]:
    """Return how many discs of each kind it has."""
    count: Counter[str] = Counter()
    for item in release.formats:
        count[item.name] += 0 if item.name in CONTAINERS else item.quantity
    return +count
