"""How far the best of several candidates is ahead of the others, in facts that can be named. Pure.

A fact counts where it is true of the best candidate and of none that a buyer could tell from it. Their number is no
probability: how often a choice with so many facts is right was never measured.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engine.domain.identify.candidates import difference
from engine.domain.identify.evidence import Match, ReleaseSummary
from engine.domain.identify.gs1_prefixes import issuing_country
from engine.domain.identify.hints import WORDS, compared
from engine.domain.identify.matching import REGIONS, places, unusual
from engine.domain.identify.named import Named
from engine.domain.identify.releases import Format, Release

MANY_TIMES = 10  # so many times as many owners at Discogs are a fact; fewer are chance
MOST_FACTS = len(WORDS) + 4


@dataclass(frozen=True, slots=True)
class Lead:
    """What speaks `for_it` alone, and what `against` it: true of another candidate, or denied by the file."""

    for_it: tuple[str, ...] = ()
    against: tuple[str, ...] = ()

    @property
    def facts(self) -> int:
        """Return how many facts speak for it alone, 0 where one speaks against it."""
        return 0 if self.against else len(self.for_it)


def lead(match: Match, named: Named, gtin: str | None) -> Lead:
    """Return what speaks for the first candidate of a row, which says `named` and has the barcode `gtin`.

    Nothing does where there is no other.
    """
    if len(match.candidates) < 2:
        return Lead()
    best, *rest = match.candidates
    rivals = [other for other in rest if difference(_release(best), _release(other))] or rest
    facts = _facts(best, rivals, named, gtin)
    for_it = [name for name, (ours, theirs) in facts.items() if ours and not any(theirs)]
    against = [name for name, (ours, theirs) in facts.items() if not ours and (any(theirs) or _denied(name, ours))]
    return Lead(tuple(for_it), tuple(against))


_Judged = tuple[bool | None, list[bool | None]]
_THE_FILE = "the file's "


def _denied(name: str, ours: bool | None) -> bool:
    return ours is False and name.startswith(_THE_FILE)


def _facts(
    best: ReleaseSummary, rivals: Sequence[ReleaseSummary], named: Named, gtin: str | None
) -> dict[str, _Judged]:
    """Return of each fact whether it is true of the best and of each rival; None where nobody can say."""
    everyone = (best, *rivals)
    stated = [compared(named, _release(one)) for one in everyone]
    country = issuing_country(gtin) if gtin else ""
    judged: dict[str, list[bool | None]] = {
        **{f"{_THE_FILE}{word}": [one.get(name) for one in stated] for name, word in WORDS.items()},
        "Discogs and MusicBrainz both know it": [bool(one.discogs_id and one.musicbrainz_id) for one in everyone],
        "it is from the country that gave out the barcode": [_from(country, one) for one in everyone],
        "it is no promo, test pressing or bootleg": [not unusual(_release(one)) for one in everyone],
        f"{MANY_TIMES} times as many people at Discogs own it": _owned(everyone),
    }
    return {name: (values[0], values[1:]) for name, values in judged.items()}


def _from(country: str, one: ReleaseSummary) -> bool | None:
    sold_in = places(one.country)
    if country in sold_in:
        return bool(country)
    return False if country and one.country and not sold_in & REGIONS else None


def _owned(everyone: Sequence[ReleaseSummary]) -> list[bool | None]:
    """Return of each whether far more people own it than any other; None where Discogs did not say of all."""
    owners = [one.have for one in everyone if one.have is not None]
    if len(owners) < len(everyone) or len(owners) < 2:
        return [None] * len(everyone)
    most, second = sorted(owners, reverse=True)[:2]
    return [have == most and most >= MANY_TIMES * max(second, 1) for have in owners]


def _release(summary: ReleaseSummary) -> Release:
    """Return a release as far as its summary tells."""
    known = summary.format or summary.format_descriptions
    return Release(
        "discogs",
        summary.discogs_id or "",
        summary.artist,
        summary.title,
        released=summary.released or str(summary.year or ""),
        country=summary.country,
        label=summary.label,
        catalog_number=summary.catalog_number,
        formats=(Format(summary.format, descriptions=summary.format_descriptions),) if known else (),
    )


def bars(leads: Sequence[Lead]) -> Mapping[int, int]:
    """Return of each number of facts, from 1 to the most there are, for how many so many facts speak or more."""
    most = max((one.facts for one in leads), default=0)
    return {bar: sum(one.facts >= bar for one in leads) for bar in range(1, most + 1)}


def counted(leads: Sequence[Lead]) -> Mapping[str, int]:
    """Return for how many each fact speaks, the most frequent first."""
    return dict(Counter(name for one in leads if one.facts for name in one.for_it).most_common())
