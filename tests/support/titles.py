"""What a title may say: words that stand in a field of the release or in the seller's grades, and nothing else."""

from __future__ import annotations

import re

from engine.domain.batch.grades import Grading
from engine.domain.folding import folded
from engine.domain.identify.releases import Release
from engine.domain.listing.wording import plain

_WORD = re.compile(r"\w+")
_OTHER_SPELLINGS = {"CDr": "CD-R", "DVDr": "DVD-R", "Blu-ray-R": "BD-R", "SHMCD": "SHM-CD"}


def words(text: str) -> list[str]:
    """Return the words of a text without case and accents."""
    return _WORD.findall(folded(text))


_LONGEST = 60  # letters of a word that still fits whole


def unsayable(made: str, release: Release, gtin: str, own: Grading | None = None) -> set[str]:
    """Return the words of a title that stand in no field; of a word too long for any title a beginning may stand."""
    said = sayable(release, gtin, own)
    long = [word for word in said if len(word) > _LONGEST]
    return {word for word in words(made) if word not in said and not any(each.startswith(word) for each in long)}


def sayable(release: Release, gtin: str, own: Grading | None = None) -> set[str]:
    """Return every word that a title may say of a release."""
    formats = [text for item in release.formats for text in (item.name, *item.descriptions, item.text)]
    spelt = [new for text in formats for old, new in _OTHER_SPELLINGS.items() if old in text]
    names = [release.artist, release.title, release.label, release.catalog_number, release.country, release.released]
    counts = {str(count) for count in range(2, 1 + sum(item.quantity for item in release.formats))} | {"x"}
    grades = ["Sealed", own.written] if own else []
    nothing = [] if words(release.title) else ["Barcode", gtin, gtin.lstrip("0"), gtin[1:], gtin[2:]]
    told = [*names, *formats, *spelt, *release.genres, *release.styles, *grades, *nothing]
    return counts.union(*(words(plain(text)) for text in told))
