"""Which release a barcode means: candidates ranked and judged. Pure.

The best candidate is taken only when none of the others would show a buyer something else, or when there is a reason to
set those aside; otherwise a person must look.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from engine.domain.candidates import Candidate, contradict, descriptions, difference, unite, words
from engine.domain.categories import medium
from engine.domain.origins import origin
from engine.domain.releases import Release

MAX_CANDIDATES = 10

_NAMES = {"discogs": "Discogs", "musicbrainz": "MusicBrainz"}
_UNUSUAL = ("Unofficial Release", "Promo", "Test Pressing", "White Label")
_REGIONS = frozenset({"Europe", "Worldwide", "Canada"})  # sold under barcodes of other countries as a matter of course
_MEDIA_WORDS = {
    "cd": "CD",
    "compact disc": "CD",
    "vinyl": "Vinyl",
    "lp": "Vinyl",
    "record": "Vinyl",
    "cassette": "Cassette",
    "tape": "Cassette",
    "dvd": "DVD",
    "blu-ray": "Blu-ray",
    "bluray": "Blu-ray",
    "vhs": "VHS",
}


class Verdict(StrEnum):
    """What is known of a barcode. Stored: never renamed."""

    MATCHED = "matched"
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"


class Confidence(StrEnum):
    """How sure a match is. Stored: never renamed."""

    HIGH = "high"  # two services say the same, and nothing speaks against it
    GOOD = "good"  # one service says so, and nothing speaks against it
    FAIR = "fair"  # taken out of several for a reason: worth a look
    CHOSEN = "chosen"  # by a person


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided of a barcode, and why.

    `candidates` are all that carry it, the best first. `reasons` are sentences; for an ambiguous barcode the first says
    what the best differ in. `confidence` is None unless it matched, or the best of several was taken.
    `lacking` names the services that gave no answer.
    """

    verdict: Verdict
    candidates: tuple[Candidate, ...]
    reasons: tuple[str, ...]
    confidence: Confidence | None = None
    lacking: tuple[str, ...] = ()

    @property
    def chosen(self) -> Candidate | None:
        """Return the release to draft, None when there is none."""
        return self.candidates[0] if self.confidence else None

    def candidate(self, numbers: Mapping[str, Any]) -> Candidate | None:
        """Return the candidate that has one of `numbers` (`discogs_id`, `musicbrainz_id`), None when none has."""
        wanted = {numbers.get("discogs_id"), numbers.get("musicbrainz_id")} - {None}
        return next((found for found in self.candidates if wanted & set(found.numbers)), None)

    def lacking_too(self, services: Iterable[str]) -> Decision:
        """Return the decision with services that gave no answer in the end."""
        late = tuple(services)
        return replace(self, lacking=(*self.lacking, *late), reasons=(*self.reasons, *_silent(late)))

    def choose(self, candidate: Candidate, reason: str) -> Decision:
        """Return the decision of a person for `candidate`, whatever was judged; he has seen the others."""
        others = tuple(other for other in self.candidates if other != candidate)
        reasons = (reason, *self.reasons)
        return replace(
            self,
            verdict=Verdict.MATCHED,
            candidates=(candidate, *others),
            reasons=reasons,
            confidence=Confidence.CHOSEN,
        )

    def best(self, reason: str) -> Decision:
        """Return an ambiguous decision for its best candidate: worth a look."""
        return replace(self, reasons=(*self.reasons, reason), confidence=Confidence.FAIR)

    def document(self) -> dict[str, Any]:
        """Return the evidence as JSON types, with the ten best candidates of those `found`."""
        return {
            "verdict": self.verdict,
            "confidence": self.confidence,
            "reasons": list(self.reasons),
            "lacking": list(self.lacking),
            "found": len(self.candidates),
            "candidates": [candidate.document() for candidate in self.candidates[:MAX_CANDIDATES]],
        }


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known before anything is looked up; "" when nothing is.

    `medium` is what the operator calls the copies, `country` where the barcode was given out.
    """

    medium: str = ""
    country: str = ""


def medium_named(cells: Iterable[str]) -> str:
    """Return the medium that a file names in a cell of its own, "" when it names none or several."""
    media = {_MEDIA_WORDS[word] for cell in cells if (word := cell.strip().casefold()) in _MEDIA_WORDS}
    return media.pop() if len(media) == 1 else ""


def decide(
    gtin: str,
    *,
    discogs: Iterable[Release] = (),
    musicbrainz: Iterable[Release] = (),
    medium_said: str = "",
    lacking: Sequence[str] = (),
) -> Decision:
    """Judge what the services found for `gtin`; what does not carry exactly this barcode is left out.

    `medium_said` is what the operator calls it, `lacking` names the services that gave no answer.
    """
    hints = Hints(medium_said, origin(gtin))
    found = unite(*([release for release in hits if gtin in release.barcodes] for hits in (discogs, musicbrainz)))
    ranked = tuple(sorted(found, key=lambda candidate: _rank(candidate, hints)))
    silent = _silent(lacking)
    if not ranked:
        reasons = ("No release with this barcode was found.", *silent)
        return Decision(Verdict.UNKNOWN, (), reasons, lacking=tuple(lacking))
    best, others = ranked[0], ranked[1:]
    verdict, judged = _judge(best, others, hints)
    confidence = _confidence(best, others) if verdict is Verdict.MATCHED else None
    return Decision(verdict, ranked, (*judged, *silent), confidence, tuple(lacking))


def _silent(services: Iterable[str]) -> tuple[str, ...]:
    return tuple(f"{_NAMES.get(service, service)} gave no answer." for service in services)


def _judge(best: Candidate, others: Sequence[Candidate], hints: Hints) -> tuple[Verdict, list[str]]:
    """Return whether the best candidate is the release, and the reasons."""
    set_aside = []
    for other in others:
        differs_in = difference(best.release, other.release)
        if not differs_in:
            continue
        reason = _why_not(best.release, other.release, hints)
        if not reason:
            both = f"{_shown(best.release)} and {_shown(other.release)}"
            return Verdict.AMBIGUOUS, [f"Releases that differ in {differs_in} carry this barcode: {both}."]
        set_aside.append(reason)
    return Verdict.MATCHED, [_told_by(best), *set_aside[:MAX_CANDIDATES], *_doubts(best, others)]


def _rank(candidate: Candidate, hints: Hints) -> tuple[Any, ...]:
    """Return what candidates are sorted by, the best first; the id comes last, so that the order is always the same.

    Being no ordinary copy weighs more than the country: pirates print the barcode of the original.
    """
    release = candidate.release
    facts = (release.artist, release.title, release.year, release.label, release.formats, release.country)
    return (
        bool(hints.medium) and medium(release.formats) != hints.medium,
        bool(_unusual(release)),
        bool(hints.country) and hints.country not in _places(release),
        not (candidate.discogs and candidate.musicbrainz),
        -sum(map(bool, facts)),
        -(release.have or 0),
        len(release.id),
        release.id,
    )


def _why_not(best: Release, other: Release, hints: Hints) -> str:
    """Return why `other` can be set aside for `best`, "" when nothing decides between them.

    The country decides between pressings of one album, not between two albums.
    """
    unusual = _unusual(other)
    if hints.medium == medium(best.formats) and contradict(medium(other.formats), hints.medium):
        why = f"the file says {hints.medium}"
    elif unusual and not _unusual(best):
        why = f"it is marked {unusual}"
    elif words(best) == words(other) and _at_home(best, hints) and _from_elsewhere(other, hints):
        why = f"the barcode was given out for {hints.country}"
    else:
        return ""
    return f"{_shown(other)} was set aside: {why}."


def _at_home(release: Release, hints: Hints) -> bool:
    return bool(hints.country) and hints.country in _places(release)


def _from_elsewhere(release: Release, hints: Hints) -> bool:
    return bool(release.country) and not _places(release) & {hints.country, *_REGIONS}


def _told_by(best: Candidate) -> str:
    if best.discogs and best.musicbrainz:
        return "Discogs and MusicBrainz describe the same release."
    if best.release.dump:
        return f"Found in the Discogs data dump of {best.release.dump}."
    return f"Found at {_NAMES[best.release.source]}."


def _doubts(best: Candidate, others: Sequence[Candidate]) -> list[str]:
    """Return what an operator should know of the choice: releases just like it, and years that do not agree."""
    doubts = []
    if alike := _alike(best, others):
        differ = " and ".join(_quiet_differences(best, alike)) or "nothing but their number"
        count = "One more release carries" if len(alike) == 1 else f"{len(alike)} more releases carry"
        doubts.append(f"{count} this barcode and would look the same to a buyer: they differ in {differ}.")
    ours, theirs = best.discogs, best.musicbrainz
    if ours and theirs and contradict(ours.year, theirs.year):
        doubts.append(f"Discogs dates it {ours.year} and MusicBrainz {theirs.year}: Discogs' year was taken.")
    return doubts


def _alike(best: Candidate, others: Sequence[Candidate]) -> list[Release]:
    return [other.release for other in others if not difference(best.release, other.release)]


def _quiet_differences(best: Candidate, alike: Sequence[Release]) -> list[str]:
    """Return the facts, of those that do not make a barcode ambiguous, in which the releases differ."""

    def facts(release: Release) -> dict[str, object]:
        return {
            "label": release.label,
            "catalogue number": release.catalog_number,
            "country": release.country,
            "edition": set(descriptions(release)),
        }

    chosen = facts(best.release)
    return [name for name, fact in chosen.items() if any(contradict(fact, facts(release)[name]) for release in alike)]


def _confidence(best: Candidate, others: Sequence[Candidate]) -> Confidence:
    """Return how sure a match is; a release set aside, or one that differs in label or country, makes it fair."""
    alike = _alike(best, others)
    if len(alike) < len(others) or _quiet_differences(best, alike):
        return Confidence.FAIR
    return Confidence.HIGH if best.discogs and best.musicbrainz else Confidence.GOOD


def _shown(release: Release) -> str:
    """Return a release as a sentence names it: `Artist - Title (CD, US, 1999)`."""
    facts = ", ".join(filter(None, (release.format, release.country, str(release.year or ""))))
    name = " - ".join(filter(None, (release.artist, release.title)))
    return f"{name} ({facts})" if facts else name


def _unusual(release: Release) -> str:
    """Return what makes a release no ordinary copy, "" for an ordinary one."""
    return next((word for word in _UNUSUAL if word in descriptions(release)), "")


def _places(release: Release) -> frozenset[str]:
    """Return the countries that a name like `UK & Europe` or `USA & Canada` holds."""
    return frozenset("US" if place == "USA" else place for place in re.split(r", | & ", release.country))
