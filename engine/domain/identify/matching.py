"""Which release a barcode means: candidates ranked and judged. Pure.

The best candidate is taken only when none of the others would show a buyer something else, or when there is a reason to
set those aside; otherwise a person must look.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from engine.domain.identify.candidates import Candidate, contradict, descriptions, difference, unite, words
from engine.domain.identify.decision import MAX_CANDIDATES, NAMES, Decision, silent
from engine.domain.identify.evidence import Confidence, Verdict
from engine.domain.identify.gs1_prefixes import issuing_country
from engine.domain.identify.hints import HEAVY, against, compared, deciding, said
from engine.domain.identify.incomplete import omitted
from engine.domain.identify.named import NOTHING_NAMED, Named
from engine.domain.identify.releases import Release
from engine.domain.listing.categories import medium

_UNUSUAL = ("Unofficial Release", "Promo", "Test Pressing", "White Label")
REGIONS = frozenset({"Europe", "Worldwide", "Canada"})  # sold under barcodes of other countries as a matter of course
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


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known before anything is looked up; "" when nothing is.

    `medium` is what the operator calls the copies, `country` where the barcode `gtin` was issued,
    `named` what the file says of the release.
    """

    medium: str = ""
    country: str = ""
    gtin: str = ""
    named: Named = NOTHING_NAMED


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
    named: Named = NOTHING_NAMED,
    lacking: Sequence[str] = (),
) -> Decision:
    """Judge what the services found for `gtin`; what does not carry exactly this barcode is left out.

    `medium_said` is what the operator calls it, `named` what their file says of the release: that decides between
    releases with the barcode, and never against all of them. `lacking` names the services that gave no answer.
    """
    hints = Hints(medium_said, issuing_country(gtin), gtin, named)
    found = unite(*([release for release in hits if gtin in release.codes] for hits in (discogs, musicbrainz)))
    ranked = tuple(sorted(found, key=lambda candidate: rank(candidate, hints)))
    quiet = silent(lacking)
    if not ranked:
        reasons = ("No release with this barcode was found.", *quiet)
        return Decision(Verdict.UNKNOWN, (), reasons, lacking=tuple(lacking))
    return judged(ranked, hints, lacking)


def judged(ranked: Sequence[Candidate], hints: Hints, lacking: Sequence[str]) -> Decision:
    """Return what follows from candidates of which the first is the best."""
    best = ranked[0]
    ruled_out = [(other, _ruled_out(best.release, other.release, hints)) for other in ranked[1:]]
    others = [other for other, why in ruled_out if not why]
    verdict, reasons = _judge(best, others, hints)
    confidence = _confidence(best, others, hints) if verdict is Verdict.MATCHED else None
    decided = [
        *reasons,
        *[why for _, why in ruled_out if why][:MAX_CANDIDATES],
        *_spoken_against(best.release, hints),
    ]
    return Decision(verdict, tuple(ranked), (*decided, *silent(lacking)), confidence, tuple(lacking))


def _ruled_out(best: Release, other: Release, hints: Hints) -> str:
    """Return why the file's own words set `other` aside for `best`, "" when they do not."""
    why = deciding(hints.named, best, other)
    return why and f"{shown(other)} was set aside: the file says {why}."


def _spoken_against(best: Release, hints: Hints) -> list[str]:
    """Return what the file says otherwise than the release that has its barcode."""
    names = against(hints.named, best)
    return [f"The file says {said(hints.named, name)}, and this release has another: worth a look." for name in names]


def _judge(best: Candidate, others: Sequence[Candidate], hints: Hints) -> tuple[Verdict, list[str]]:
    """Return whether the best candidate is the release, and the reasons."""
    set_aside = []
    for other in others:
        differs_in = difference(best.release, other.release)
        if not differs_in:
            continue
        reason = _why_not(best.release, other.release, hints)
        if not reason:
            both = f"{shown(best.release)} and {shown(other.release)}"
            return Verdict.AMBIGUOUS, [f"Releases that differ in {differs_in} carry this barcode: {both}."]
        set_aside.append(reason)
    reasons = [_reason_for(best), *_incomplete(best, hints.gtin)]
    return Verdict.MATCHED, [*reasons, *set_aside[:MAX_CANDIDATES], *_doubts(best, others)]


def rank(candidate: Candidate, hints: Hints) -> tuple[Any, ...]:
    """Return what candidates are sorted by, the best first; the id comes last, so that the order is always the same.

    Being no ordinary copy weighs more than the country: pirates print the barcode of the original.
    """
    release = candidate.release
    agrees = compared(hints.named, release).values()
    facts = (release.artist, release.title, release.year, release.label, release.formats, release.country)
    return (
        sum(not each for each in agrees) if any(agrees) else 0,
        -sum(agrees),
        bool(hints.medium) and medium(release.formats) != hints.medium,
        bool(unusual(release)),
        bool(_incomplete(candidate, hints.gtin)),
        bool(hints.country) and hints.country not in places(release.country),
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
    oddity = unusual(other)
    if hints.medium == medium(best.formats) and contradict(medium(other.formats), hints.medium):
        why = f"the file says {hints.medium}"
    elif oddity and not unusual(best):
        why = f"it is marked {oddity}"
    elif words(best) == words(other) and _at_home(best, hints) and _from_elsewhere(other, hints):
        why = f"the barcode was given out for {hints.country}"
    else:
        return ""
    return f"{shown(other)} was set aside: {why}."


def _at_home(release: Release, hints: Hints) -> bool:
    return bool(hints.country) and hints.country in places(release.country)


def _from_elsewhere(release: Release, hints: Hints) -> bool:
    return bool(release.country) and not places(release.country) & {hints.country, *REGIONS}


def _reason_for(best: Candidate) -> str:
    if best.discogs and best.musicbrainz:
        return "Discogs and MusicBrainz describe the same release."
    if best.release.dump:
        return f"Found in the Discogs data dump of {best.release.dump}."
    return f"Found at {NAMES[best.release.source]}."


def _incomplete(candidate: Candidate, gtin: str) -> list[str]:
    """Return how the services write the barcode of a release that none of them has in full; [] where one has it."""
    known = [release for release in (candidate.discogs, candidate.musicbrainz) if release and gtin in release.codes]
    if any(gtin in release.barcodes for release in known):
        return []
    texts = ((NAMES[release.source], release.completed[gtin]) for release in known)
    return [f"{name} has this barcode as “{text}”, {omitted(text, gtin)}." for name, text in texts]


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


def _confidence(best: Candidate, others: Sequence[Candidate], hints: Hints) -> Confidence:
    """Return how sure a match is.

    A release set aside, one that differs in label or country, a barcode that no service has in full, or a file that
    names another release makes it fair.
    """
    alike = _alike(best, others)
    doubtful = _incomplete(best, hints.gtin) or HEAVY.intersection(against(hints.named, best.release))
    if len(alike) < len(others) or _quiet_differences(best, alike) or doubtful:
        return Confidence.FAIR
    return Confidence.HIGH if best.discogs and best.musicbrainz else Confidence.GOOD


def shown(release: Release) -> str:
    """Return a release as a sentence names it: `Artist - Title (CD, US, 1999)`."""
    facts = ", ".join(filter(None, (release.format, release.country, str(release.year or ""))))
    name = " - ".join(filter(None, (release.artist, release.title)))
    return f"{name} ({facts})" if facts else name


def unusual(release: Release) -> str:
    """Return what makes a release no ordinary copy, "" for an ordinary one."""
    return next((word for word in _UNUSUAL if word in descriptions(release)), "")


def places(country: str) -> frozenset[str]:
    """Return the countries that a name like `UK & Europe` or `USA & Canada` holds."""
    return frozenset("US" if place == "USA" else place for place in re.split(r", | & ", country))
