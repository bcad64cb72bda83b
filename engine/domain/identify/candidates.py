"""What the services say of one barcode, united: two descriptions of the same release are one candidate. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from engine.codec import replace
from engine.domain.folding import folded
from engine.domain.identify.evidence import ReleaseSummary
from engine.domain.identify.releases import Release
from engine.domain.listing.categories import medium
from engine.domain.listing.media import CONTAINERS

_ALIKE = 0.6  # the share of words that a shorter description must have of a longer one
_YEARS_APART = 1  # services date a release by its sleeve or by its day in the shops

_WORD = re.compile(r"\w+")
_FILLERS = frozenset({"the", "and", "feat", "featuring", "ft"})
_SYNONYMS = {"vol": "volume", "pt": "part", "no": "number", "nr": "number"}
_SIZES = {"LP": '12"', '12"': '12"', '10"': '10"', '7"': '7"'}


@dataclass(frozen=True, slots=True)
class Candidate:
    """One release as Discogs, MusicBrainz or both describe it; one of the two at least."""

    discogs: Release | None = None
    musicbrainz: Release | None = None

    @property
    def release(self) -> Release:
        """Return its facts: Discogs' first, MusicBrainz' where Discogs has none."""
        ours, theirs = self.discogs, self.musicbrainz
        if ours and theirs:
            return _filled(ours, theirs)
        release = ours or theirs
        assert release is not None, "no service knows this candidate"  # noqa: S101
        return release

    @property
    def numbers(self) -> tuple[str, ...]:
        """Return the numbers that the services know it by."""
        return tuple(release.id for release in (self.discogs, self.musicbrainz) if release)

    @property
    def summary(self) -> ReleaseSummary:
        """Return what an operator sees of it."""
        release = self.release
        return ReleaseSummary(
            artist=release.artist,
            title=release.title,
            label=release.label,
            catalog_number=release.catalog_number,
            year=release.year,
            released=release.released,
            format=release.format,
            format_descriptions=tuple(dict.fromkeys(descriptions(release))),
            country=release.country,
            genres=release.genres,
            styles=release.styles,
            discogs_id=self.discogs.id if self.discogs else None,
            musicbrainz_id=self.musicbrainz.id if self.musicbrainz else None,
            dump=release.dump,
            have=release.have,
            url=release.url,
        )


def unite(discogs: Iterable[Release], musicbrainz: Iterable[Release]) -> list[Candidate]:
    """Return one candidate for each release; descriptions of the same release are paired, the closest first."""
    ours = {release.id: release for release in discogs}
    theirs = {release.id: release for release in musicbrainz}
    pairs = [(one, two) for one in ours.values() for two in theirs.values() if same_release(one, two)]
    candidates = []
    for one, two in sorted(pairs, key=lambda pair: _closeness(*pair), reverse=True):
        if one.id in ours and two.id in theirs:
            candidates.append(Candidate(ours.pop(one.id), theirs.pop(two.id)))
    candidates += [Candidate(discogs=release) for release in ours.values()]
    candidates += [Candidate(musicbrainz=release) for release in theirs.values()]
    return candidates


def difference(one: Release, two: Release) -> str:
    """Return what a buyer would see differ: `artist or title`, `format`, `year`; "" when nothing does.

    What one of the two does not know is no difference.
    """
    if contradict(words(one), words(two)):
        return "artist or title"
    if contradict(_media(one), _media(two)) or contradict(_sizes(one), _sizes(two)):
        return "format"
    return "year" if contradict(one.year, two.year) else ""


def same_release(one: Release, two: Release) -> bool:
    """Return whether two services may be describing one release, given that both know it by the same barcode."""
    near = not one.year or not two.year or abs(one.year - two.year) <= _YEARS_APART
    return near and not contradict(medium(one.formats), medium(two.formats)) and alike(words(one), words(two))


def contradict(one: object, two: object) -> bool:
    """Return whether both are known and differ."""
    return bool(one) and bool(two) and one != two


def words(release: Release) -> Counter[str]:
    """Return how often each word stands in artist and title together, without case and accents.

    Together, because a line of a search answer does not always tell where the artist ends.
    """
    return word_counts(f"{release.artist} {release.title}")


def word_counts(text: str) -> Counter[str]:
    """Return how often each word stands in a name, without case and accents."""
    plain = "".join(letter for letter in folded(text) if letter not in "'’")
    return Counter(_SYNONYMS.get(word, word) for word in _WORD.findall(plain) if word not in _FILLERS)


def descriptions(release: Release) -> list[str]:
    """Return what is said of all media of a release, in its order."""
    return [word for item in release.formats for word in item.descriptions]


def _filled(first: Release, second: Release) -> Release:
    """Return `first` with its gaps filled from `second`; a label and its number are taken together.

    A line of a search answer has a gap for the artists one by one, and tells the year only: the day is `second`'s where
    it is in that year.
    """
    names = ["artist", "title", "released", "country", "formats", "tracks", "composers", "conductors"]
    if not (first.label or first.catalog_number):
        names += ["label", "catalog_number"]
    if not first.artists and (not first.artist or word_counts(first.artist) == word_counts(second.artist)):
        names.append("artists")
    gaps: dict[str, Any] = {name: getattr(second, name) for name in names if not getattr(first, name)}
    if first.released and not first.complete and second.released.startswith(first.released):
        gaps["released"] = second.released
    return replace(first, **gaps)


def alike(one: Counter[str], two: Counter[str]) -> bool:
    """Return whether two names are the same, or one is the other at greater length; numbers must always agree."""
    numbers = [{word for word in name if word.isdigit()} for name in (one, two)]
    shorter, longer = sorted((one.total(), two.total()))
    return numbers[0] == numbers[1] and (one & two).total() == shorter and shorter >= _ALIKE * longer


def _closeness(one: Release, two: Release) -> tuple[bool, ...]:
    return (
        one.year == two.year,
        one.country == two.country,
        words(one) == words(two),
        one.catalog_number.replace(" ", "") == two.catalog_number.replace(" ", ""),
    )


def _media(release: Release) -> frozenset[str]:
    return frozenset(item.name for item in release.formats) - CONTAINERS


def _sizes(release: Release) -> frozenset[str]:
    return frozenset(_SIZES[word] for word in descriptions(release) if word in _SIZES)
